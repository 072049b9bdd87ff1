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


def particulars(matched: Match, result: Calculation) -> dict[str, Any]:
    """The statements about the patient and the values derived from them."""
    shown: dict[str, Any] = {}
    stated = matched.request.stated
    if "age" in stated and stated["age"].measure is not None:
        shown["age"] = quantity_of(stated["age"].measure)
    if "sex" in stated:
        shown["sex"] = stated["sex"].value
    for name in ("weight", "height"):
        if sizes := matched.request.sizes.get(name):
            shown[name] = _one_or_all([_shown_size(size) for size in sizes])
    bsa = _bsa(matched, result)
    if bsa is not None:
        shown["bsa"] = bsa
    others = {name: statement for name, statement in stated.items() if name not in ("age", "sex")}
    others.update({f"{name}[{index}]": statement for (name, index), statement in matched.request.indexed.items()})
    if others:
        shown["observables"] = {key: _shown_value(statement) for key, statement in others.items()}
    return shown


def _one_or_all(shown: list[dict[str, Any]]) -> Any:
    return shown[0] if len(shown) == 1 else shown


def _bsa(matched: Match, result: Calculation) -> Any:
    shown = [{**_shown_size(size), "source": "stated"} for size in matched.request.sizes.get("bsa", ())]
    derived = _derived_bsa(matched, result)
    if derived is not None:
        shown.append(derived)
    return _one_or_all(shown) if shown else None


def _derived_bsa(matched: Match, result: Calculation) -> dict[str, Any] | None:
    """The surface that weight and height give, where it is used for a dose: the next one, or the first that uses it."""
    at = min(matched.inputs.next_dose, len(result.doses)) - 1
    doses = [*result.doses[at:], *result.doses[:at]]
    moment = next((m for m in doses if isinstance(result.state.stated("bsa", m), Unknown)), None)
    derived = Unknown() if moment is None else result.state.derived_bsa(moment)
    if moment is None or isinstance(derived, Unknown):
        return None
    height, weight = moment.value("height"), moment.value("weight")
    spread = bodysurface.spread(height, weight) if EXACT.known(height) and EXACT.known(weight) else []
    return {
        "value": float(derived),
        "unit": "m^2",
        "source": "derived",
        "formula": matched.inputs.formula,
        "formula_chosen_by": "option" if matched.request.formula else "dosecalc",
        "spread": [{"formula": name, "value": value} for value, name in (spread[0], spread[-1])] if spread else None,
    }


def _shown_size(size: Stated) -> dict[str, Any]:
    shown: dict[str, Any] = {**quantity_of(size.quantity)}
    if size.dose is not None:
        shown["from_dose"] = size.dose
    if size.date is not None:
        shown["date"] = size.date.isoformat()
    return shown


def _shown_value(statement: Stated) -> Any:
    """A value as the document prints it: with its unit, or a count, a truth, or the word that was stated."""
    if statement.measure is not None:
        return quantity_of(statement.measure)
    if statement.text.strip().lower() == "never":
        return "never"
    return int(statement.value) if isinstance(statement.value, Fraction) else statement.value
