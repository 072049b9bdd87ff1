"""The patient as a plan shows him or her: what was stated, and what was derived from it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from dosecalc.course.calculator import Calculation
from dosecalc.quantities.documents import quantity_of
from dosecalc.quantities.numbers import EXACT, Unknown
from dosecalc.quantities.statement import Stated
from dosecalc.reference import bodysurface
from dosecalc.requests.match import Match


def particulars(asked: Match, result: Calculation) -> dict[str, Any]:
    """What was stated of the patient and what was derived from it."""
    made: dict[str, Any] = {}
    stated = asked.request.stated
    if "age" in stated and stated["age"].measure is not None:
        made["age"] = quantity_of(stated["age"].measure)
    if "sex" in stated:
        made["sex"] = stated["sex"].value
    for name in ("weight", "height"):
        if sizes := asked.request.sizes.get(name):
            made[name] = _one_or_all([_shown_size(size) for size in sizes])
    bsa = _bsa(asked, result)
    if bsa is not None:
        made["bsa"] = bsa
    others = {name: said for name, said in stated.items() if name not in ("age", "sex")}
    others.update({f"{name}[{index}]": said for (name, index), said in asked.request.indexed.items()})
    if others:
        made["observables"] = {key: _shown_value(said) for key, said in others.items()}
    return made


def _one_or_all(shown: list[dict[str, Any]]) -> Any:
    return shown[0] if len(shown) == 1 else shown


def _bsa(asked: Match, result: Calculation) -> Any:
    shown = [{**_shown_size(size), "source": "stated"} for size in asked.request.sizes.get("bsa", ())]
    derived = _derived_bsa(asked, result)
    if derived is not None:
        shown.append(derived)
    return _one_or_all(shown) if shown else None


def _derived_bsa(asked: Match, result: Calculation) -> dict[str, Any] | None:
    """The surface that weight and height give, where it is used for a dose: the next one, or the first that uses it."""
    at = min(asked.inputs.next_dose, len(result.doses)) - 1
    doses = [*result.doses[at:], *result.doses[:at]]
    moment = next((m for m in doses if isinstance(result.case.stated("bsa", m), Unknown)), None)
    derived = Unknown() if moment is None else result.case.derived_bsa(moment)
    if moment is None or isinstance(derived, Unknown):
        return None
    height, weight = moment.value("height"), moment.value("weight")
    spread = bodysurface.spread(height, weight) if EXACT.known(height) and EXACT.known(weight) else []
    return {
        "value": float(derived),
        "unit": "m^2",
        "source": "derived",
        "formula": asked.inputs.formula,
        "formula_chosen_by": "option" if asked.request.formula else "dosecalc",
        "spread": [{"formula": name, "value": value} for value, name in (spread[0], spread[-1])] if spread else None,
    }


def _shown_size(size: Stated) -> dict[str, Any]:
    shown: dict[str, Any] = {**quantity_of(size.quantity)}
    if size.dose is not None:
        shown["from_dose"] = size.dose
    if size.date is not None:
        shown["date"] = size.date.isoformat()
    return shown


def _shown_value(said: Stated) -> Any:
    """A value as the document prints it: with its unit, or a count, a truth, or the word that was stated."""
    if said.measure is not None:
        return quantity_of(said.measure)
    if said.text.strip().lower() == "never":
        return "never"
    return int(said.value) if isinstance(said.value, Fraction) else said.value
