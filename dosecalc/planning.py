"""A plan: the protocol's file, the patient's inputs and the calculator, put together into doses and findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date as Date
from fractions import Fraction
from typing import Any

from dosecalc import bodysize, findings, library, patient, plans, schedule, timeline, units
from dosecalc.calculator import Calculation, CompiledArm, Inputs, Moment, Prior, Row
from dosecalc.errors import InputError
from dosecalc.library import ProtocolFile
from dosecalc.numbers import EXACT, FALSE, TRUE, Bounds, Unknown, Value, ends
from dosecalc.observables import NEVER, OBSERVABLES, Stated
from dosecalc.patient import Patient
from dosecalc.plans import Dose, Finding, Plan, Size
from dosecalc.protocol import Arm, cited
from dosecalc.request import OPTIONS, SIZES, Request, Sized
from dosecalc.request import read as read_request
from dosecalc.schedule import Slot
from dosecalc.timeline import When
from dosecalc.version import VERSION

AGREE = Fraction(5, 100)
CONTRADICT = Fraction(25, 100)


def plan(
    protocol: str,
    *,
    bsa: Any = None,
    weight: Any = None,
    height: Any = None,
    age: Any = None,
    sex: Any = None,
    level: Any = None,
    cycles: Any = None,
    start: Any = None,
    cycle_length: Any = None,
    prior: Any = None,
    given: Any = None,
    measured: Any = None,
    observables: Mapping[str, Any] | None = None,
    patient: Patient | str | None = None,
    label: Any = None,
    bsa_formula: Any = None,
) -> Plan:
    """Plan one patient's course.

    ``protocol`` is an arm id (``"clover2-20"``) or a path ``file.toml#arm``. Every quantity is text (``"1.6 m^2"``), a
    pint Quantity of any registry, or, for ``bsa`` (m²), ``weight`` (kg), ``height`` (cm) and ``age`` (years), a plain
    number. ``level``, ``weight``, ``given`` and ``measured`` may be tables by dose (``{2: "22 kg"}``); ``observables``
    maps names such as ``"platelets"`` or ``"remission[2]"`` to values; ``prior`` lists earlier therapy as
    ``"[AGENT:]AMOUNT[@DATE][,WEIGHT]"``, or is ``"none"``. ``start`` is a date.

    Returns a frozen :class:`~dosecalc.plans.Plan`. Raises InputError (a ValueError) for anything that cannot be used.

    >>> import dosecalc
    >>> dosecalc.plan("clover2-20", bsa="1.6 m^2").doses[0].exact
    Fraction(1184, 1)
    """
    named = {
        "bsa": bsa, "weight": weight, "height": height, "age": age, "sex": sex, "level": level, "cycles": cycles,
        "start": _date_text(start), "cycle-length": cycle_length, "prior": prior, "given": given,
        "measured": measured, "set": observables, "label": label, "bsa-formula": bsa_formula,
    }  # fmt: skip
    inputs: dict[str, list[str]] = {"protocol": [protocol]}
    for option, value in named.items():
        if value is not None:
            inputs[option] = _texts(option, value)
    if isinstance(patient, Patient):
        inputs = merged(inputs, patient.inputs())
    elif patient is not None:
        inputs["patient"] = [patient]
    return plan_inputs(inputs)


def _texts(option: str, value: Any) -> list[str]:
    try:
        return patient.texts(value)
    except InputError as error:
        raise error.at(option) from None


def _date_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, Date) else value


def merged(inputs: Mapping[str, list[str]], more: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Two tables of options as one; the texts of both are kept."""
    return {key: [*inputs.get(key, []), *more.get(key, [])] for key in (*inputs, *(k for k in more if k not in inputs))}


def plan_inputs(inputs: Mapping[str, list[str]]) -> Plan:
    """Plan from the table ``{option: [texts]}`` that the command line and :func:`plan` both make."""
    if unknown := [option for option in inputs if option not in OPTIONS]:
        raise InputError(f"there is no option {unknown[0]!r}")
    kept = {option: list(texts) for option, texts in inputs.items() if texts}
    for path in inputs.get("patient", ()):
        kept = merged(kept, patient.from_text(library.read_text(path)[0], path).inputs())
    wanted = kept.get("protocol") or [""]
    file, arm = library.find(wanted[-1])
    return _Planner(file, arm, read_request(kept, file.table), kept).plan()


class _Planner:
    """One plan in the making: what was asked, what the calculator says, and the sentences about it."""

    def __init__(self, file: ProtocolFile, arm: Arm, request: Request, inputs: dict[str, list[str]]) -> None:
        self.file, self.arm, self.request, self.kept = file, arm, request, inputs
        self.protocol = file.protocol
        self.compiled: CompiledArm = file.compiled(arm)
        self.slots = schedule.course(arm, request.cycles)
        self.lengths = library.lengths(arm)
        self._check_doses()
        self._choose_levels()
        self._place_in_time()
        self.formula = request.formula or bodysize.DEFAULT
        self.indexed = {key: _value(stated, key[0]) for key, stated in request.indexed.items()}
        self.stated = {name: _value(stated, name) for name, stated in request.stated.items()}
        self._place_sizes()
        self._check_formula()

    # -- reading the request against the arm --

    def _agent(self, slot: Slot) -> str:
        return slot.dose.agent

    def _radioactive(self, agent: str) -> bool:
        return bool(self.protocol.agents[agent].radionuclide)

    def _check_doses(self) -> None:
        for option, numbers in (("--given", self.request.given), ("--measured", self.request.measured)):
            for number in numbers:
                if number > len(self.slots):
                    raise InputError(f"there is no dose {number}; {self.arm.id} plans {len(self.slots)} here", where=option)
        for number, given in self.request.given.items():
            agent = self._agent(self.slots[number - 1])
            wanted = "activity" if self._radioactive(agent) else "mass"
            if given.amount.dimension != wanted:
                raise InputError(f"read {given.amount.text!r}, but dose {number} is {self.protocol.agents[agent].name}: "
                                 f"expected {units.DIMENSIONS[wanted][0]}", where="--given")  # fmt: skip
        for number in self.request.measured:
            if not self._radioactive(self._agent(self.slots[number - 1])):
                raise InputError(f"dose {number} is a drug and gives no whole-body dose", where="--measured")

    def _choose_levels(self) -> None:
        self.levels: dict[int, units.Measure] = {}
        ranged = {slot.number: next(r for r in self.compiled.doses[id(slot.dose)].rows if r.low is not r.high)
                  for slot in self.slots if self.compiled.doses[id(slot.dose)].ranged}  # fmt: skip
        for number, chosen in self.request.levels.items():
            if number is not None and number not in ranged or not ranged:
                fixed = self.slots[(number or 1) - 1] if (number or 1) <= len(self.slots) else None
                what = f"dose {number}" if number else "every dose"
                level = f" at {fixed.dose.level}" if fixed is not None and isinstance(fixed.dose.level, str) else ""
                raise InputError(f"{self.arm.id} fixes the level of {what}{level}; --level chooses only where a protocol "
                                 "gives a range", where="--level")  # fmt: skip
            for dose in ranged if number is None else (number,):
                self._check_kind(chosen, ranged[dose])
                if number is not None or dose not in self.request.levels:
                    self.levels[dose] = chosen
        missing = [n for n in ranged if n not in self.levels and n not in self.request.given]
        if missing:
            row = ranged[missing[0]]
            raise InputError(f"{self.arm.id} gives a range for {findings.doses_text(missing)}, "
                             f"{units.spell(row.low)} to {units.spell(row.high)}: choose a level in it, for example "
                             f"--level \"{row.low.text}\"", where="--level")  # fmt: skip
        self.ranged = ranged

    def _check_kind(self, chosen: units.Measure, row: Row) -> None:
        if chosen.dimension != row.low.dimension:
            wanted = units.DIMENSIONS[row.low.dimension][0]
            raise InputError(f"read {chosen.text!r}, which is {units.DIMENSIONS[chosen.dimension][0]}; the level of "
                             f"{self.arm.id} is {wanted}, for example '{row.low.text}'", where="--level")  # fmt: skip

    def _place_in_time(self) -> None:
        chosen = self.request.cycle_length
        if chosen is not None:
            cycles = schedule.listed_cycles(self.arm)
            if all(isinstance(cycle.length, str) for cycle in cycles) or len(self.slots) == len(cycles[0].doses):
                raise InputError(f"{self.arm.id} leaves no cycle length open", where="--cycle-length")
        days = schedule.days(self.slots, chosen, self.lengths)
        dates = {number: given.date for number, given in self.request.given.items() if given.date is not None}
        self.start = timeline.start_of(self.request.start, dates, days)
        self.whens = timeline.whens(self.slots, days, self.start, dates)
        self.intervals = timeline.intervals(self.whens, days, dates)

    def _place_sizes(self) -> None:
        for name in SIZES:
            sizes = self.request.sizes.get(name, [])
            plain = [s for s in sizes if s.dose is None and s.date is None]
            if plain:
                self.stated[name] = plain[0].stated.value
            if len(plain) < len(sizes):
                for slot, when in zip(self.slots, self.whens, strict=True):
                    self.indexed[name, slot.number] = _size_at(name, sizes, slot.number, when)

    def _check_formula(self) -> None:
        formula = bodysize.FORMULAS[self.formula]
        if not formula.adults_of_known_sex or "weight" not in self.request.sizes:
            return
        age = self.request.stated.get("age")
        if age is None or "sex" not in self.request.stated or age.value < 18 * Fraction(1461, 4):
            raise InputError(f"{formula.name}'s formula was made from adults: it needs --age 18 or over and --sex",
                             where="--bsa-formula")  # fmt: skip

    def _prior(self) -> dict[str, Prior]:
        asked = self.request.prior
        if asked is None:
            return {}
        nothing = Bounds(Fraction(0), Fraction(0))
        made: dict[str, list[Bounds]] = {}
        if not asked:
            made = {slot.dose.agent: [nothing] * 3 for slot in self.slots}
        for statement in asked:
            agent = self._agent_of(statement)
            sums = made.setdefault(agent, [nothing] * 3)
            made[agent] = [a + b for a, b in zip(sums, self._prior_sizes(statement), strict=True)]
        return {agent: Prior(*sums) for agent, sums in made.items()}

    def _prior_sizes(self, statement: Any) -> list[Bounds]:
        kind, _, basis = statement.amount.dimension.partition("/")
        value = statement.amount.value
        unstated = Bounds(Fraction(0), Unknown("prior"))
        amount = per_weight = per_bsa = unstated
        if not basis:
            amount = Bounds(value, value)
            per_weight = unstated
            today = self.stated.get("weight")
            if statement.weight is not None:
                per_weight = Bounds(value / statement.weight.value, value / statement.weight.value)
            elif today is not None:  # a child weighed less then, so this is the least that it can have been
                per_weight = Bounds(value / today, Unknown("prior"))
        elif basis == "weight":
            per_weight = Bounds(value, value)
            if statement.weight is not None:
                amount = Bounds(value * statement.weight.value, value * statement.weight.value)
        else:
            per_bsa = Bounds(value, value)
        return [amount, per_weight, per_bsa]

    def _agent_of(self, statement: Any) -> str:
        kind = statement.amount.dimension.partition("/")[0]
        mine = list(dict.fromkeys(slot.dose.agent for slot in self.slots))
        if statement.agent is not None:
            if statement.agent not in mine:
                raise InputError(f"read the agent {statement.agent!r} in {statement.text!r}; {self.arm.id} gives "
                                 f"{', '.join(mine)}, and only those count here", where="--prior")  # fmt: skip
            mine = [statement.agent]
        fitting = [agent for agent in mine if self._radioactive(agent) == (kind == "activity")]
        if len(fitting) != 1:
            raise InputError(f"read {statement.text!r}; no single agent of {self.arm.id} is given as "
                             f"{units.DIMENSIONS[kind][0]}. Name one: {', '.join(mine)}", where="--prior")  # fmt: skip
        return fitting[0]

    def _prior_observables(self) -> None:
        asked = self.request.prior
        if asked is None:
            return
        self._agree("prior_count", Fraction(len(asked)), "--prior")
        dates = [statement.date for statement in asked]
        known = [date for date in dates if date is not None]
        if self.start is not None and known and max(known) >= self.start:
            raise InputError(f"the prior administration of {max(known)} is not before the start on {self.start}",
                             where="--prior")  # fmt: skip
        if known and len(known) == len(dates) and self.start is not None:
            self.last_prior: Date | None = max(known)
            self._agree("prior_interval", Fraction((self.start - max(known)).days), "--prior")

    def _agree(self, name: str, value: Fraction, option: str) -> None:
        said = self.request.stated.get(name)
        if said is not None and said.value != value:
            raise InputError(f"{name} is set to {said.text!r}, but {option} says otherwise", where="--set")
        self.stated[name] = value

    last_prior: Date | None = None

    def _calendar(self, name: str, months: Fraction) -> Value | None:
        if name != "prior_interval" or self.last_prior is None:
            return None
        return timeline.months_in_days(self.last_prior, months)

    # -- making the plan --

    def plan(self) -> Plan:
        self._prior_observables()
        given = {number: statement.amount.value for number, statement in self.request.given.items()}
        self.next_dose = next((s.number for s in self.slots if s.number not in given), len(self.slots))
        inputs = Inputs(
            stated=self.stated,
            indexed=self.indexed,
            levels={number: (m.dimension, m.value) for number, m in self.levels.items()},
            given=given,
            measured={number: m.value for number, m in self.request.measured.items()},
            prior=self._prior(),
            intervals=self.intervals,
            formula=self.formula,
            next_dose=self.next_dose,
            calendar=self._calendar,
        )
        self.inputs = inputs
        self.result: Calculation = self.compiled.run(self.slots, inputs)
        self._check_any_size()
        doses = tuple(self._dose(moment) for moment in self.result.doses)
        return Plan.model_construct(
            version=VERSION,
            protocol={
                "id": self.protocol.id,
                "arm": self.arm.id,
                "title": self.arm.title,
                "status": self.protocol.status,
                "file": self.file.file,
                "sha256": self.file.sha256,
            },
            sources=self._sources(),
            inputs=self.kept,
            patient=self._patient(),
            agents={key: agent.name for key, agent in self.protocol.agents.items()},
            doses=doses,
            totals=self._totals(),
            findings=self._findings(),
            conflicts=tuple(self._conflicts()),
            instructions=tuple(
                plans.Instruction.model_construct(text=i.text, cite=cited(i.cite))
                for i in self.protocol.instructions
                if i.arms is None or self.arm.id in i.arms
            ),
            unconfirmed=self._unconfirmed(),
            verified=None,
        )

    def _check_any_size(self) -> None:
        if any(EXACT.known(moment.amount) for moment in self.result.doses):
            return
        lacks = {lack for m in self.result.doses for lack in (m.amount.lacks if isinstance(m.amount, Unknown) else ())}
        if lacks and lacks <= {"weight", "height", "bsa"}:
            raise InputError(f"{self.arm.id} is dosed by body size: {_size_hint(self._bases())}")

    def _bases(self) -> set[str]:
        rows = (row for slot in self.slots for row in self.compiled.doses[id(slot.dose)].rows)
        return {row.low.dimension.partition("/")[2] for row in rows}

    def _extra_cites(self) -> list[str]:
        """Facts that this plan uses besides those of the arm: the formula of a derived BSA, the creatinine factor."""
        extra = []
        if "bsa" not in self.request.sizes and "weight" in self.request.sizes and "bsa" in self._patient():
            extra.append(bodysize.FORMULAS[self.formula].cite)
        stated = [*self.request.stated.values(), *self.request.indexed.values()]
        if any(s.measure is not None and s.measure.unit.symbol == "umol/L" for s in stated):
            extra.append("creatinine-conversion#factor")
        return extra

    def _sources(self) -> tuple[dict[str, str], ...]:
        for cite in self._extra_cites():
            self.file.fact(cite)
        wanted = {cite.partition("#")[0] for cite in (*self.file.cites(self.arm), *self._extra_cites())}
        return tuple({"id": s.id, "sha256": s.sha256} for s in self.file.sheets.values() if s.id in wanted)

    def _unconfirmed(self) -> tuple[plans.Unconfirmed, ...]:
        listed = list(self.file.unconfirmed(self.arm))
        listed += [(c, f.statement) for c in self._extra_cites() if (f := self.file.fact(c)) and not self.file.confirmed(c)]
        return tuple(plans.Unconfirmed.model_construct(fact=fact, statement=statement) for fact, statement in listed)

    # -- doses --

    def _dose(self, moment: Moment) -> Dose:
        slot = moment.slot
        assert slot is not None
        when = self.whens[slot.number - 1]
        row = self._row(moment)
        known = EXACT.known(moment.amount)
        given = self.request.given.get(slot.number)
        name = "activity" if self._radioactive(slot.dose.agent) else "mass"
        lifetime = self._size(name, moment, "lifetime") if slot.dose.agent in self.inputs.prior else None
        cite = cited(slot.dose.cite) or cited(slot.listed.cite) or cited(self.arm.cite)
        if row is not None and row.cite is not slot.dose:
            cite = cited(row.cite.cite) or cite
        return Dose.model_construct(
            number=slot.number,
            cycle=slot.cycle,
            day=when.day,
            date=when.date,
            date_from=when.earliest,
            optional=slot.optional,
            agent=slot.dose.agent,
            level=None if row is None else self._level(slot.number, row),
            size=self._size(name, moment, "dose"),
            pending=None if known else self._pending(moment),
            bounded=None if given is not None else "cap" if moment.capped else "floor" if moment.floored else None,
            cumulative=self._size(name, moment, "cumulative"),
            lifetime=lifetime,
            trace=self._trace(moment, row),
            cite=cite,
            given=given is not None,
        )

    def _level(self, number: int, row: Row) -> units.Measure | None:
        return row.low if row.low is row.high else self.levels.get(number)

    def _row(self, moment: Moment) -> Row | None:
        """The row of the levels that holds, or None while that is not decided."""
        assert moment.slot is not None
        possible = []
        for row in self.compiled.doses[id(moment.slot.dose)].rows:
            truth = TRUE if row.when is None else row.when.test(moment)
            if not truth.no:
                possible.append(row)
            if truth.yes:
                alike = all(r.low.value == row.low.value and r.low.dimension == row.low.dimension for r in possible)
                return row if alike else None
        return None

    def _size(self, name: str, moment: Moment, scope: str) -> Size:
        low, per_weight, per_bsa = (ends(moment.values[f"{scope}_{name}{s}"]) for s in ("", "_per_weight", "_per_bsa"))
        bound = isinstance(low[1], Unknown) and scope != "dose"
        return Size.model_construct(
            kind=name,
            value=_known(low[0]),
            weight_value=self._ratio(moment, "weight", per_weight[0], scope),
            bsa_value=self._ratio(moment, "bsa", per_bsa[0], scope),
            lower_bound=bound,
        )

    def _ratio(self, moment: Moment, size: str, value: Value, scope: str) -> Any:
        """A ratio to a body size that is not known is not shown, rather than as the nothing it is at least."""
        return None if scope != "lifetime" and isinstance(moment.get(size), Unknown) else _known(value)

    def _pending(self, moment: Moment) -> str:
        assert moment.slot is not None
        compiled = self.compiled.doses[id(moment.slot.dose)]
        if moment.undefined:
            rows = "; ".join(f"{units.spell(r.low)} where {findings.said_of(r.when, moment)}" for r in compiled.rows if r.when)
            return f"no level of the protocol applies ({rows})"
        row = self._row(moment)
        if row is None:
            options = dict.fromkeys(o for r in compiled.rows if r.when for o in findings.options_for(r.when, moment))
            rows = " or ".join(f"{units.spell(r.low)} where {_asked(r)}" for r in compiled.rows)
            return f"the level is {rows}; settle it with {' or '.join(options)}"
        if row.low.dimension == "absorbed dose":
            return self._pending_target(moment)
        basis = row.low.dimension.partition("/")[2]
        return f"needs the {OBSERVABLES[basis].title}: {self._size_reason(basis, moment)}" if basis else "not known"

    def _size_reason(self, basis: str, moment: Moment) -> str:
        if any(s.date is not None for s in self.request.sizes.get(basis, [])):
            return "sizes are stated by date and this dose has none, so give --start (and --cycle-length)"
        return _size_hint({basis})

    def _pending_target(self, moment: Moment) -> str:
        assert moment.slot is not None
        earlier = [m for m in self.result.doses[: moment.number - 1]
                   if m.slot is not None and m.slot.dose.agent == moment.slot.dose.agent]  # fmt: skip
        unmeasured = [m.number for m in earlier if m.number not in self.request.measured]
        if unmeasured:
            options = " ".join(f'--measured {n}="1.9 Gy"' for n in unmeasured)
            return f"waits for the whole-body dose measured after {findings.doses_text(unmeasured)}: give {options}"
        if any(not EXACT.known(m.amount) for m in earlier):
            return f"waits for the activity of {findings.doses_text([m.number for m in earlier])}: {_size_hint({'weight'})}"
        return "the measured dose is 0 Gy, from which no activity can be scaled"

    # -- the arithmetic, shown --

    def _trace(self, moment: Moment, row: Row | None) -> str:
        assert moment.slot is not None
        planned = self._planned_trace(moment, row)
        given = self.request.given.get(moment.number)
        return f"given: {units.spell(given.amount)}; planned: {planned}" if given else planned

    def _planned_trace(self, moment: Moment, row: Row | None) -> str:
        if row is None or not EXACT.known(moment.planned):
            return "pending"
        level = self._level(moment.number, row)
        if level is None:
            return "no level was chosen"
        if level.dimension == "absorbed dose":
            return self._target_trace(moment, level)
        symbol, _, _ = level.unit.symbol.partition("/")
        basis = level.dimension.partition("/")[2]
        kind = level.dimension.partition("/")[0]
        unbounded = level.value * moment.get(basis) if basis else level.value
        total = units.show(unbounded, symbol, kind, exactly=True)
        if not basis:
            text = f"{total}, fixed"
        else:
            size = units.show(moment.get(basis), OBSERVABLES[basis].unit, basis, exactly=True)
            text = f"{units.spell(level)} x {size} = {total}"
            if isinstance(unbounded, float):
                text += f" (body surface area by {bodysize.FORMULAS[self.formula].name}, in float64)"
        if moment.capped or moment.floored:
            bound = "capped by the source at" if moment.capped else "raised by the source to"
            text += f", {bound} {units.show(moment.planned, symbol, kind, exactly=True)}"
        return text

    def _target_trace(self, moment: Moment, level: units.Measure) -> str:
        assert moment.slot is not None
        earlier = [m for m in self.result.doses[: moment.number - 1]
                   if m.slot is not None and m.slot.dose.agent == moment.slot.dose.agent]  # fmt: skip
        amount = sum((m.amount for m in earlier), Fraction(0))
        dose = sum((self.request.measured[m.number].value for m in earlier if m.number in self.request.measured), Fraction(0))
        had, target = units.show(dose, "Gy", exactly=True), units.spell(level)
        if moment.floored:
            return f"{had} is {'exactly' if dose == level.value else 'above'} the target of {target}: no further administration"
        by_plan = [m.number for m in earlier if m.number not in self.request.given]
        text = (f"{units.show(amount, 'MBq', exactly=True)} x ({target} - {had}) / {had} = "
                f"{units.show(moment.planned, 'MBq', exactly=True)}")  # fmt: skip
        if by_plan:
            text += f"; {findings.doses_text(by_plan)} taken as given as planned (no --given)"
        return text

    # -- totals, findings, conflicts --

    def _totals(self) -> dict[str, plans.Totals]:
        made = {}
        for agent in dict.fromkeys(slot.dose.agent for slot in self.slots):
            mine = [m for m in self.result.doses if m.slot is not None and m.slot.dose.agent == agent]
            required = [m for m in mine if m.slot is not None and not m.slot.optional]
            made[agent] = plans.Totals.model_construct(
                required=self._sum(agent, required), with_optional=self._sum(agent, mine)
            )
        return made

    def _sum(self, agent: str, doses: list[Moment]) -> Size:
        name = "activity" if self._radioactive(agent) else "mass"
        sums = [sum((m.values[f"dose_{name}{s}"] for m in doses), Fraction(0)) for s in ("", "_per_weight", "_per_bsa")]
        value, per_weight, per_bsa = (_known(s) for s in sums)
        return Size.model_construct(kind=name, value=value, weight_value=per_weight, bsa_value=per_bsa, lower_bound=False)

    def _findings(self) -> tuple[Finding, ...]:
        made: list[Finding] = [*self._built_in()]
        for run in self.result.rules:
            made += findings.of_rule(run)
        return tuple(sorted(made, key=lambda f: plans.ORDER.index(f.status)))

    def _built_in(self) -> Iterable[Finding]:
        arm_cite = cited(self.arm.cite)
        yield from self._level_findings(arm_cite)
        listed = len(schedule.listed_cycles(self.arm))
        over = [s for s in self.slots if s.extra and s.first_of_cycle]
        asked = max((s.cycle for s in self.slots), default=0)
        yield _regimen(
            "cycles-maximum", "violation" if over else "pass", over[0].number if over else None,
            (f"Cycle {over[0].cycle} and after: " if over else "") + f"{asked} cycle{'s' if asked > 1 else ''} planned, "
            f"{'more than ' if over else ''}{listed} at most by the protocol", arm_cite,
            [("cycle_number", asked, "at_most", listed, not over)])  # fmt: skip
        yield from self._length_findings(arm_cite)
        yield from self._agreement()

    def _level_findings(self, cite: tuple[str, ...]) -> Iterable[Finding]:
        outside = False
        for number, row in self.ranged.items():
            chosen = self.levels.get(number)
            if chosen is None:
                continue
            inside = row.low.value <= chosen.value <= row.high.value
            outside = outside or not inside
            text = f"level {units.spell(chosen)} is {'within' if inside else 'outside'} the protocol's range of " \
                   f"{units.spell(row.low)} to {units.spell(row.high)}"  # fmt: skip
            checks = [("level", plans.quantity_of(chosen), word, plans.quantity_of(end), holds) for word, end, holds in
                      (("at_least", row.low, chosen.value >= row.low.value), ("at_most", row.high, chosen.value <= row.high.value))]  # fmt: skip
            yield _regimen("level-range", "pass" if inside else "violation", None if inside else number, text, cite, checks)
        for moment in self.result.doses:
            if moment.undefined:
                text = f"the protocol defines no level here: {self._pending(moment)}"
                yield _regimen("level-undefined", "violation", moment.number, text, cite, [])

    def _length_findings(self, cite: tuple[str, ...]) -> Iterable[Finding]:
        chosen = self.request.cycle_length
        if chosen is None:
            return
        for cycle in self.arm.cycles:
            if isinstance(cycle.length, (str, type(None))):
                continue
            low, high = self.lengths[cycle.length.min], self.lengths[cycle.length.max]
            inside = low <= chosen <= high
            text = f"cycle length {units.decimal(chosen)} days is {'within' if inside else 'outside'} the protocol's " \
                   f"{units.decimal(low)} to {units.decimal(high)} days"  # fmt: skip
            yield _regimen("cycle-length", "pass" if inside else "violation", None, text, cited(cycle.cite) or cite, [])

    def _agreement(self) -> Iterable[Finding]:
        first = self.result.doses[0]
        stated, derived = self.result.case.stated("bsa", first), self.result.case.derived_bsa(first)
        checks: list[Any] = []
        if isinstance(stated, Unknown) or isinstance(derived, Unknown):
            lacking = "stated" if isinstance(stated, Unknown) else "derived (that needs weight and height)"
            yield _regimen("bsa-agreement", "not_applicable", None, f"no body surface area was {lacking} to compare", (), [])
            return
        off = abs(stated - derived) / derived
        above, far = EXACT.above(off, AGREE).yes, EXACT.above(off, CONTRADICT).yes
        status = "violation" if far else "warning" if above else "pass"
        name = bodysize.FORMULAS[self.formula].name
        text = (f"stated body surface area {units.show(stated, 'm^2')} and {units.show(derived, 'm^2')} by {name} from weight "
                f"and height differ by {units.decimal(off * 100, 3)} % ({'more than' if above else 'within'} "
                f"{units.decimal((CONTRADICT if far else AGREE) * 100)} %); the stated one is used")  # fmt: skip
        checks.append(("bsa", {"value": float(stated), "unit": "m^2"}, "at_most",
                       {"value": 25 if far else 5, "unit": "%"}, not above))  # fmt: skip
        yield _regimen("bsa-agreement", status, None, text, (bodysize.FORMULAS[self.formula].cite,), checks)

    def _conflicts(self) -> Iterable[plans.Conflict]:
        for (conflict, _), applies in zip(self.compiled.conflicts, self.result.conflicts, strict=True):
            yield plans.Conflict.model_construct(
                id=conflict.id,
                reading=conflict.reading,
                because=conflict.because,
                between=tuple(conflict.between),
                applies=True if applies.yes else False if applies.no else None,
            )

    # -- the patient --

    def _patient(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        stated = self.request.stated
        if "age" in stated and stated["age"].measure is not None:
            made["age"] = plans.quantity_of(stated["age"].measure)
        if "sex" in stated:
            made["sex"] = stated["sex"].value
        for name in ("weight", "height"):
            if sizes := self.request.sizes.get(name):
                shown = [_shown_size(s) for s in sizes]
                made[name] = shown[0] if len(shown) == 1 else shown
        if (bsa := self._bsa()) is not None:
            made["bsa"] = bsa
        others = {_key(name, None): s for name, s in stated.items() if name not in ("age", "sex")}
        others.update({_key(name, index): s for (name, index), s in self.request.indexed.items()})
        if others:
            made["observables"] = {k: plans.quantity_of(s.measure) if s.measure else _plain(s) for k, s in others.items()}
        return made

    def _bsa(self) -> Any:
        if sizes := self.request.sizes.get("bsa"):
            shown = [{**_shown_size(s), "source": "stated"} for s in sizes]
            return shown[0] if len(shown) == 1 else shown
        first = self.result.doses[self.next_dose - 1]
        derived = self.result.case.derived_bsa(first)
        if isinstance(derived, Unknown):
            return None
        made = {"value": float(derived), "unit": "m^2", "source": "derived", "formula": self.formula,
                "formula_chosen_by": "option" if self.request.formula else "dosecalc", "spread": None}  # fmt: skip
        height = first.get("height")
        if not isinstance(height, Unknown):
            spread = bodysize.spread(height, first.get("weight"))
            made["spread"] = [{"formula": name, "value": value} for value, name in (spread[0], spread[-1])]
        return made


# -- small helpers ----------------------------------------------------------------------------------------------


def _value(stated: Stated, name: str) -> Any:
    """A stated value as the calculator holds it."""
    if isinstance(stated.value, bool):
        return TRUE if stated.value else FALSE
    if isinstance(stated.value, str):
        row = OBSERVABLES.get(name)
        choices = row.choices if row is not None else (stated.value,)
        return {choice: TRUE if choice == stated.value else FALSE for choice in choices}
    return stated.value


def _size_at(name: str, sizes: list[Sized], number: int, when: When) -> Value:
    """The size that holds for a dose: the latest from its number on, else the latest by its date, else the plain one."""
    by_dose = [s for s in sizes if s.dose is not None and s.dose <= number]
    if by_dose:
        return max(by_dose, key=lambda s: s.dose or 0).stated.value
    dated = sorted((s for s in sizes if s.date is not None), key=lambda s: s.date or Date.min)
    plain = next((s.stated.value for s in sizes if s.dose is None and s.date is None), None)
    if dated and when.date is not None:
        before = [s for s in dated if s.date is not None and s.date <= when.date]
        if before:
            return before[-1].stated.value
        return dated[0].stated.value if plain is None else plain
    if len(dated) == 1 and plain is None:
        return dated[0].stated.value
    if plain is not None and not dated:
        return plain
    return Unknown(name)


def _known(value: Value) -> Any:
    return None if isinstance(value, Unknown) else value


def _size_hint(bases: set[str]) -> str:
    ways = []
    if "weight" in bases:
        ways.append("--weight 20 (kg)")
    if "bsa" in bases:
        ways.append("--bsa 1.6 (m²), or --weight and --height")
    return "give " + " and ".join(ways)


def _asked(row: Row) -> str:
    if row.when is None:
        return "nothing else applies"
    words = []
    for leaf in row.when.leaves:
        if leaf.observable.kind == "boolean":
            words.append(f"{leaf.observable.name} is {'true' if leaf.limit else 'false'}")
        else:
            limit = units.spell(leaf.limit) if isinstance(leaf.limit, units.Measure) else str(leaf.limit)
            words.append(f"{leaf.observable.name} {leaf.comparison.replace('_', ' ')} {limit}")
    return " and ".join(words)


def _key(name: str, index: int | None) -> str:
    return name if index is None else f"{name}[{index}]"


def _plain(stated: Stated) -> Any:
    """A value without a unit as the document prints it: a count, a truth, or the word that was stated."""
    if stated.value == NEVER:
        return "never"
    return int(stated.value) if isinstance(stated.value, Fraction) else stated.value


def _shown_size(sized: Sized) -> dict[str, Any]:
    assert sized.stated.measure is not None
    shown: dict[str, Any] = {**plans.quantity_of(sized.stated.measure)}
    if sized.dose is not None:
        shown["from_dose"] = sized.dose
    if sized.date is not None:
        shown["date"] = sized.date.isoformat()
    return shown


def _regimen(
    rule: str, status: Any, dose: int | None, text: str, cite: tuple[str, ...], checks: list[tuple[Any, ...]]
) -> Finding:
    """A finding that dosecalc makes from the regimen itself."""
    sentence = f"Dose {dose}: {text}" if dose is not None and not text.startswith("Cycle") else text[0].upper() + text[1:]
    source = f" Source: {', '.join(cite)}." if cite else ""
    return Finding.model_construct(
        rule=rule, part=None, status=status, severity="warning" if status == "warning" else "violation", dose=dose,
        doses=None, message=f"{sentence}.{source}", cite=cite, settled_by=(),
        checks=tuple(plans.Check.model_construct(observable=o, observed=v, comparison=c, limit=l, holds=h)
                     for o, v, c, l, h in checks),
    )  # fmt: skip
