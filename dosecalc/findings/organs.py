"""What organs get of a course, against the limits of the source as absorbed and as biologically effective dose."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from dosecalc.course import organs
from dosecalc.course.calculator import Calculation
from dosecalc.course.organs import EffectiveLimit, OrganDose
from dosecalc.files.protocol import cited
from dosecalc.findings.finding import Finding, Status
from dosecalc.findings.sentences import own, own_check
from dosecalc.quantities import units
from dosecalc.quantities.documents import Quantity, quantity_of
from dosecalc.quantities.numbers import EXACT, Unknown, definite
from dosecalc.quantities.units import Number
from dosecalc.requests.match import Match


def findings(match: Match, result: Calculation) -> Iterator[Finding]:
    """The dose of each organ that the source spares against its limit, and each effective dose against its own."""
    for effective in match.compiled.effective:
        yield _bed(match, result, effective)
    for organ in result.organs:
        name = organ.spared.source.organ
        cite = cited(organ.spared.source.cite) or cited(match.arm.cite)
        limit, words = units.spell(organ.spared.limit), name.replace("_", " ")
        most = organ.spared.limit.value
        if isinstance(organ.coefficient, Unknown):
            option = f'--set "organ_dose.{name}=... Gy/mCi"'
            text = f"{words}: at most {limit}; what an activity gives to it is not known; to decide it, give {option}"
            yield own("organ-dose", "unknown", None, text, cite, settled_by=(option,), part=name)
        elif isinstance(organ.dose, Unknown) and (already := _already(match, result, organ)) > most:
            text = f"{words}: {units.show(already, 'Gy')} of at most {limit} from what was given alone"
            yield _organ(match, result, organ._replace(dose=already, binds=False), text, cite)
        elif isinstance(organ.dose, Unknown):
            text = f"{words}: at most {limit}; the activity of the course is not known"
            yield own("organ-dose", "unknown", None, text, cite, part=name)
        else:
            yield _organ(match, result, organ, f"{words}: {units.show(organ.dose, 'Gy')} of at most {limit}", cite)


def _already(match: Match, result: Calculation, organ: OrganDose) -> Number:
    """What an organ got of the doses that were given, whatever those to come will be."""
    amounts = [definite(m.amount) for m in result.doses if m.radioactive and m.number in match.inputs.given]
    return definite(organ.coefficient) * sum(amounts, Fraction(0))


def _organ(match: Match, result: Calculation, organ: OrganDose, text: str, cite: tuple[str, ...]) -> Finding:
    above = EXACT.above(organ.dose, organ.spared.limit.value).yes
    exactly = EXACT.equal(organ.dose, organ.spared.limit.value).yes
    if exactly and organ.binds:
        text += ", to which the course was reduced"
    elif above and organ.binds:
        text += ", although nothing more is given"
    observed: Quantity = {"value": float(definite(organ.dose)), "unit": "Gy"}
    check = own_check("organ_dose", observed, "at_most", quantity_of(organ.spared.limit), holds=not above)
    text += _effective(match, result, organ)
    status: Status = "violation" if above else "pass"
    return own("organ-dose", status, None, text, cite, [check], part=organ.spared.source.organ)


def _effective(match: Match, result: Calculation, organ: OrganDose) -> str:
    """The biologically effective dose, where the file states how tissue repairs."""
    ratio, repair, name = organ.spared.alpha_beta, organ.spared.repair, organ.spared.source.organ
    if ratio is None or repair is None:
        return ""
    half_life = match.request.stated.get(f"organ_half_life.{name}")
    if half_life is None or not half_life.number:
        return f'; the effective dose (BED) needs --set "organ_half_life.{name}=... h"'
    doses = [definite(organ.coefficient * m.amount) for m in result.doses if m.radioactive]
    bed = organs.effective_dose(doses, ratio.value, repair.value, half_life.number)
    return (
        f"; effective dose (BED, alpha/beta {units.spell(ratio)}, repair {units.spell(repair)}) {units.show(bed, 'Gy')}"
    )


def _bed(match: Match, result: Calculation, effective: EffectiveLimit) -> Finding:
    """A biologically effective dose against its limit; what was given alone may be too much already."""
    name = effective.source.organ
    part, words = (
        f"{name}, BED",
        f"{name.replace('_', ' ')}: effective dose (BED) of at most {units.spell(effective.limit)}",
    )
    cite = cited(effective.source.cite) or cited(match.arm.cite)
    coefficient = result.doses[0].value(f"organ_dose.{name}")
    half_life = match.request.stated.get(f"organ_half_life.{name}")
    wanted = [f'--set "organ_dose.{name}=... Gy/mCi"'] if isinstance(coefficient, Unknown) else []
    wanted += [f'--set "organ_half_life.{name}=... h"'] if half_life is None or not half_life.number else []
    if isinstance(coefficient, Unknown) or half_life is None or wanted:
        text = f"{words} is not known; to decide it, give {' and '.join(wanted)}"
        return own("organ-dose", "unknown", None, text, cite, settled_by=tuple(wanted), part=part)
    amounts = [m.amount for m in result.doses if m.radioactive]
    sure = [m.amount for m in result.doses if m.radioactive and m.number in match.inputs.given]
    pending = not all(EXACT.known(amount) for amount in amounts)
    doses = [definite(coefficient) * definite(amount) for amount in (sure if pending else amounts)]
    bed = organs.effective_dose(doses, effective.alpha_beta.value, effective.repair.value, half_life.number)
    above = bool(EXACT.above(bed, effective.limit.value).yes)
    if pending and not above:
        return own("organ-dose", "unknown", None, f"{words}; the activity of the course is not known", cite, part=part)
    observed: Quantity = {"value": float(bed), "unit": "Gy"}
    check = own_check("organ_dose", observed, "at_most", quantity_of(effective.limit), holds=not above)
    ratio, repair = units.spell(effective.alpha_beta), units.spell(effective.repair)
    text = f"{words}; it is {units.show(bed, 'Gy')} (alpha/beta {ratio}, repair {repair})"
    return own("organ-dose", "violation" if above else "pass", None, text, cite, [check], part=part)
