"""A plan as a page: doses, totals, findings by severity, what is not known, conflicts, instructions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from dosecalc.findings.account import Statement
from dosecalc.findings.clearance import Clearance
from dosecalc.findings.finding import Finding
from dosecalc.planning.result import Amounts, Dose, Plan, Repeated
from dosecalc.quantities import units
from dosecalc.quantities.account import StatedOption
from dosecalc.quantities.phrases import doses_text
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.verification.compare import NOT_CHECKED

NOTICE = "Decision support for qualified staff, with no CE mark or clearance. Check every figure against its source."


def page(plan: Plan) -> Page:
    """The whole plan, the doses first and nothing that is unknown left out."""
    return [
        clearance_line(plan.clearance),
        *_head(plan),
        *_doses(plan),
        *totals_page(plan),
        *_findings(plan),
        *stated_page(plan.stated, "Not read by this arm"),
        *_unknown(plan),
        *_conflicts(plan),
        *_arithmetic(plan),
        *_rest(plan),
        Heading(NOTICE, "dim"),
        clearance_line(plan.clearance),
    ]


def _head(plan: Plan) -> Page:
    protocol = plan.protocol
    named = [*plan.inputs.get("label", ()), *plan.inputs.get("patient-id", ())]
    label = f"   [{', '.join(named)}]" if named else ""
    page: Page = [
        Heading(f"{protocol['arm']}   {protocol['status']}{label}"),
        Paragraph(units.prose(protocol["title"])),
        Paragraph(f"Agents: {', '.join(plan.agents[a] for a in plan.totals)}", "dim"),
        Paragraph(f"Given: {_given(plan)}", "dim"),
        *([Paragraph(f"Anchor: {protocol['anchor']}")] if "anchor" in protocol else []),
        *([Paragraph(f"Review: {protocol['review']}", "dim")] if "review" in protocol else []),
    ]
    if patient := patient_words(plan):
        page.append(Paragraph(f"Patient: {patient}", "dim"))
    return page


def _given(plan: Plan) -> str:
    """How each agent is given, by name where there are several."""
    how = plan.administration
    if len(how) == 1:
        return next(iter(how.values())).text
    return "; ".join(f"{plan.agents[agent]} {each.text}" for agent, each in how.items())


def patient_words(plan: Plan) -> str:
    """What is known of the patient, in a line."""
    known = plan.patient
    parts = []
    if "age" in known:
        parts.append(f"age {_quantity(known['age'])}")
    if "sex" in known:
        parts.append(str(known["sex"]))
    for name, title in (("weight", "weight"), ("height", "height"), ("bsa", "BSA")):
        listed = known.get(name)
        for one in listed if isinstance(listed, tuple) else [listed] if listed else []:
            text = f"{title} {_m2(one['value']) if one.get('source') == 'derived' else _quantity(one)}"
            text += f" from dose {one['from_dose']}" if "from_dose" in one else ""
            text += f" on {one['date']}" if "date" in one else ""
            parts.append(text + (_derivation(one) if one.get("source") == "derived" else ""))
    return ", ".join(parts)


def _derivation(bsa: dict[str, object]) -> str:
    choice = (
        "; the formula is dosecalc's choice, as the source names none" if bsa["formula_chosen_by"] == "dosecalc" else ""
    )
    spread = bsa["spread"]
    name = str(bsa["formula"]).replace("-", " ").title()
    text = f" (by {name} from weight{' and height' if spread else ''}{choice}"
    if isinstance(spread, tuple):
        low, high = spread
        text += (
            f"; formulas range from {_m2(low['value'])} ({low['formula']}) to {_m2(high['value'])} ({high['formula']})"
        )
    return text + ")"


def _m2(value: float) -> str:
    return units.show(value, "m^2")


def _quantity(shown: dict[str, object]) -> str:
    return f"{units.decimal(Fraction(str(shown['value'])), 6)} {units.pretty(str(shown['unit']))}"


STYLES = {"not cleared": "violation", "open": "unknown", "warned": "warning", "nothing found against it": "pass"}
"""How each verdict looks on a terminal."""


def clearance_line(clearance: Clearance) -> Paragraph:
    """The clearance as the first and the last line of a page."""
    return Paragraph(clearance.text[0].upper() + clearance.text[1:] + ".", STYLES[clearance.verdict])


def stated_page(stated: tuple[Statement, ...], not_read: str) -> Page:
    """The statements with the doses and the rules that used them; those that nothing read are one line."""
    read = [each for each in stated if each.outcome != "unread"]
    unread = [each for each in stated if each.outcome == "unread"]
    page: Page = []
    if read:
        rows = [[f"{each.what}{_index(each)}", units.prose(each.text), _uses(each)] for each in read]
        page += [Heading("Stated"), Table(["", "", "used by"], rows, wrap=frozenset({2}))]
    if unread:
        listed = ", ".join(f"{each.what}{_index(each)} {units.prose(each.text)}" for each in unread)
        page.append(Paragraph(f"  {not_read}: {listed}", "dim"))
    return page


def options_page(stated: Sequence[StatedOption]) -> Page:
    """The options with what they took part in; those that nothing read are one line."""
    rows = [[each.what, units.prose(each.text), ", ".join(each.used_by)] for each in stated if each.outcome == "used"]
    unread = ", ".join(f"{each.what} {units.prose(each.text)}" for each in stated if each.outcome == "unread")
    page: Page = [Heading("Stated", "dim"), Table(["", "", "used by"], rows, wrap=frozenset({1, 2}))] if rows else []
    return [*page, *([Paragraph(f"  Not read: {unread}", "dim")] if unread else [])]


def _index(statement: Statement) -> str:
    return "" if statement.dose is None else f"[{statement.dose}]"


def _uses(statement: Statement) -> str:
    amounts = [f"the amount of {doses_text(statement.amounts)}"] if statement.amounts else []
    return ", ".join([*amounts, *statement.findings]) or "shown above"


# -- doses and totals -------------------------------------------------------------------------------------------


def _doses(plan: Plan) -> Page:
    dated = any(dose.date for dose in plan.doses)
    several = len(plan.totals) > 1
    metric = "GBq" if any(d.level and d.level.unit.symbol.startswith("GBq") for d in plan.doses) else "MBq"
    activity = any(d.kind == "activity" for d in plan.doses)
    header = [
        "dose",
        "cycle",
        "day",
        *(["date"] if dated else []),
        *(["agent"] if several else []),
        "level",
        "amount",
        *([""] if activity else []),
        "cumulative",
    ]
    rows = []
    for dose in plan.doses:
        amount, other = amount_texts(dose, metric)
        row = [
            f"{dose.number}{' optional' if dose.optional else ''}{' given' if dose.given else ''}",
            str(dose.cycle),
            _day(dose),
        ]
        row += [f"{'from ' if dose.date_from else ''}{dose.date}" if dose.date else "not known"] if dated else []
        row += [dose.agent] if several else []
        row += [
            units.spell(dose.level) if dose.level else "as given" if dose.given else "pending",
            flagged(dose, amount),
            *([other] if activity else []),
        ]
        rows.append([*row, _cumulative(dose)])
    right = frozenset(i for i, name in enumerate(header) if name in ("amount", "", "cumulative", "level"))
    faint = frozenset(i for i, dose in enumerate(plan.doses) if dose.optional)
    notes = [(f"dose {d.number} pending", d.pending, "unknown") for d in plan.doses if d.pending]
    page: Page = [Heading("Doses"), Table(header, rows, right, faint)]
    if notes:
        page.append(Items(notes))
    if any(dose.day is None for dose in plan.doses):
        page.append(Paragraph(f"  Days that the source does not state are not known{_day_hint(plan)}.", "dim"))
    return page


def _day_hint(plan: Plan) -> str:
    later = any(dose.day is None and dose.cycle > 1 for dose in plan.doses)
    return "; --cycle-length gives the distance between cycles" if later and "cycle-length" not in plan.inputs else ""


def _day(dose: Dose) -> str:
    if dose.day is None:
        return "?"
    return f"from {dose.day}" if dose.date_from else str(dose.day)


def amount_texts(size: Amounts, metric: str = "MBq") -> tuple[str, str]:
    """An amount in the unit it is prescribed in, and again in becquerel with as many figures."""
    if size.value is None:
        return "pending", ""
    if size.kind == "mass":
        return units.show(size.value, "mg"), ""
    figures = units.whole_figures(size.value / units.unit(metric).factor, size.value / units.unit("mCi").factor)
    return units.show(size.value, "mCi", figures=figures), units.show(size.value, metric, figures=figures)


def flagged(dose: Dose, amount: str) -> str:
    """An amount with a word where the source itself changed it."""
    if dose.bounded == "cap":
        return f"{amount} (capped)"
    if dose.bounded == "floor":
        return f"{amount} ({'raised' if dose.value else 'target reached'})"
    return amount


def _cumulative(dose: Dose) -> str:
    if dose.cumulative.value is None:
        return "not known"
    shown = amount_texts(dose.cumulative)[0]
    return f"at least {shown}" if dose.cumulative.lower_bound else shown


def totals_page(plan: Plan) -> Page:
    """The totals of each agent, per body surface and per weight."""
    rows = []
    for agent, total in plan.totals.items():
        optional = any(d.optional and d.agent == agent for d in plan.doses)
        named = f"{agent}: " if len(plan.totals) > 1 else ""
        rows.append([f"{named}{'required doses' if optional else 'all doses'}", *size_texts(total.required)])
        if optional:
            rows.append([f"{named}with optional doses", *size_texts(total.with_optional)])
    return [Heading("Totals"), Table(["", "amount", "", "per BSA", "per weight"], rows, frozenset({1, 2, 3, 4}))]


def size_texts(size: Amounts) -> list[str]:
    """An amount, the same in becquerel, and per body surface and weight."""
    amount, other = amount_texts(size)
    unit = "mCi" if size.kind == "activity" else "mg"
    ratios = [(size.per_bsa_, f"{unit}/m^2"), (size.per_weight_, f"{unit}/kg")]
    unknown = "pending" if size.value is None else "not known"
    shown = [unknown if each is None else units.show(each.value, symbol) for each, symbol in ratios]
    return [amount, other, *shown]


# -- findings ---------------------------------------------------------------------------------------------------


def _findings(plan: Plan) -> Page:
    listed = [f for f in plan.findings if f.status in ("violation", "warning")]
    if not listed:
        return []
    return [Heading("Findings"), Items([(f"{f.status} {finding_name(f)}", f.message, f.status) for f in listed])]


def finding_name(finding: Finding) -> str:
    """A rule's name, with the part that it is of."""
    return f"{finding.rule} ({finding.part})" if finding.part else finding.rule


def _unknown(plan: Plan) -> Page:
    listed = [f for f in plan.findings if f.status == "unknown"]
    if not listed:
        return []
    return [
        Heading(f"Not assessed ({len(listed)})"),
        Items([(finding_name(f), _lacking(f), "unknown") for f in listed]),
    ]


def _lacking(finding: Finding) -> str:
    """The whole sentence where something is known already, else what is required and the option that states it."""
    if any(check.holds is not None or check.observed is not None for check in finding.checks):
        return finding.message
    return f"{finding.message.partition(';')[0]}: {' and/or '.join(finding.settled_by)}"


def _conflicts(plan: Plan) -> Page:
    applying = [(f"conflict {c.id}", c, "warning") for c in plan.conflicts if c.applies]
    possible = [(f"may apply: {c.id}", c, "unknown") for c in plan.conflicts if c.applies is None]
    if not applying and not possible:
        return []
    rows = [
        (label, f"{units.prose(c.reading)}. Why: {units.prose(c.because)} ({', '.join(c.between)})", style)
        for label, c, style in (*applying, *possible)
    ]
    return [Heading("Conflicts between the sources"), Items(rows)]


def _arithmetic(plan: Plan) -> Page:
    groups: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for dose in plan.doses:
        if dose.trace != "pending":
            groups.setdefault((dose.trace, dose.cite), []).append(dose.number)
    rows = [(doses_text(numbers), f"{trace}   [{', '.join(cite)}]", "dim") for (trace, cite), numbers in groups.items()]
    return [Heading("Arithmetic"), Items(rows)] if rows else []


def _cited(cite: tuple[str, ...]) -> str:
    return f"   [{', '.join(cite)}]" if cite else ""


def _rest(plan: Plan) -> Page:
    page: Page = []
    if plan.instructions:
        page += [
            Heading("Instructions"),
            Items([("", f"{units.prose(i.text)}{_cited(i.cite)}", "dim") for i in plan.instructions]),
        ]
    if plan.unconfirmed:
        page += [
            Heading("Unconfirmed facts (not yet checked against the source)", "warning"),
            Items([(u.fact, units.prose(u.statement), "warning") for u in plan.unconfirmed]),
        ]
    if plan.beliefs:
        page += [
            Heading("Limits of ours, which no source states"),
            Items([(each.fact, each.statement, "dim") for each in plan.beliefs]),
        ]
    open_ = {finding_name(f) for f in plan.findings if f.status in ("violation", "warning", "unknown")}
    passed, off = (
        [
            name
            for name in dict.fromkeys(finding_name(f) for f in plan.findings if f.status == status)
            if name not in open_
        ]
        for status in ("pass", "not_applicable")
    )
    if passed:
        page += [Heading("Passed", "pass"), Paragraph(f"  {', '.join(passed)}")]
    if off:
        page += [Heading("Not applicable", "dim"), Paragraph(f"  {', '.join(off)}", "dim")]
    protocol = plan.protocol
    facts = ", ".join(source["id"] for source in plan.sources) or "in the file itself"
    parts_ = f"  dosecalc {plan.version}, {protocol['file']} (sha256 {protocol['sha256'][:12]}), facts: {facts}"
    return [*page, Heading("Made from", "dim"), Paragraph(parts_, "dim"), *_repeated(plan.verified)]


def _repeated(said: Repeated) -> Page:
    """What the second method says, and what of this plan it does not know."""
    if said.agrees is None:
        return [Paragraph(f"  Not repeated by the second method: {'; '.join(said.not_checked[-1:])}", "warning")]
    beyond = [each for each in said.not_checked if each not in NOT_CHECKED and not each.startswith("finding ")]
    text = f"  {said.method.capitalize()}"
    return [Paragraph(text, "dim"), *(Paragraph(f"  not repeated: {each}", "dim") for each in beyond)]
