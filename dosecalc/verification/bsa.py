"""Body surface area by the published formulas, a second time."""

from __future__ import annotations

from fractions import Fraction
from math import log10

from dosecalc.verification.quantities import power, root

F = Fraction
POWERS = {  # factor, exponent of the height in cm, exponent of the weight in kg
    "du-bois": ("0.007184", "0.725", "0.425"),
    "haycock": ("0.024265", "0.3964", "0.5378"),
    "gehan-george": ("0.0235", "0.42246", "0.51456"),
    "fujimoto": ("0.008883", "0.663", "0.444"),
    "takahira": ("0.007241", "0.725", "0.425"),
    "shuter-aslani": ("0.00949", "0.655", "0.441"),
    "lipscombe": ("0.00878108", "0.67844", "0.434972"),
    "schlich-female": ("0.000975482", "1.08", "0.46"),
    "schlich-male": ("0.000579479", "1.24", "0.38"),
}
FROM_WEIGHT = ("livingston-lee", "costeff")


def derived(formula: str, weight: Fraction | None, height: Fraction | None, sex: object) -> Fraction | None:
    """The body surface area in m² by a formula, from the weight in mg and the height in cm."""
    if weight is None or (height is None and formula not in FROM_WEIGHT):
        return None
    weight /= 10**6
    if formula == "costeff":
        return (4 * weight + 7) / (weight + 90)
    if formula == "livingston-lee":
        factor, exponent = ("0.1037", "0.6724") if weight < 10 else ("0.1173", "0.6466")
        return F(factor) * power(weight, F(exponent))
    assert height is not None
    if formula == "mosteller":
        return root(height * weight / 3600)
    if formula == "boyd":
        grams = 1000 * weight
        by = F("0.7285") - F("0.0188") * F(log10(grams))
        return F("0.0003207") * power(height, F("0.3")) * power(grams, by)
    factor, tall, heavy = POWERS[f"schlich-{sex}" if formula == "schlich" else formula]
    return F(factor) * power(height, F(tall)) * power(weight, F(heavy))
