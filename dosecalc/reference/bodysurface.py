"""Body surface area from weight and height.

Each function takes the height in cm and the weight in kg and gives m². The coefficients are those of the fact sheet
``bsa-formulas``. A root or a power is float64; Costeff's formula is rational and stays exact.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from dosecalc.quantities.numbers import EXACT, System, Tri, Value

Sizes = Callable[[System, Value, Value], Value]


class Formula(NamedTuple):
    """A published formula: its id, its fact, and what it needs besides the weight."""

    id: str
    name: str
    bsa: Sizes | None
    """None where it depends on the sex too."""
    cite: str
    needs_height: bool = True
    adults_of_known_sex: bool = False


def mosteller(s: System, height: Value, weight: Value) -> Value:
    """sqrt(H W / 3600). Mosteller, N Engl J Med 1987;317:1098."""
    return s.power(height * weight / 3600, 0.5)


def _product(coefficient: str, height_power: str, weight_power: str) -> Sizes:
    """Coefficient x H^a x W^b, the form that most formulas share."""
    c, a, b = float(coefficient), float(height_power), float(weight_power)

    def bsa(s: System, height: Value, weight: Value) -> Value:
        return c * s.power(height, a) * s.power(weight, b)

    return bsa


def boyd(s: System, height: Value, weight: Value) -> Value:
    """0.0003207 H^0.3 G^(0.7285 - 0.0188 log10 G) with G the weight in grams. Boyd 1935."""
    grams = weight * 1000
    return 0.0003207 * s.power(height, 0.3) * s.power(10.0, (0.7285 - 0.0188 * s.log10(grams)) * s.log10(grams))


def livingston_lee(s: System, _height: Value, weight: Value) -> Value:
    """0.1173 W^0.6466; below 10 kg 0.1037 W^0.6724. Livingston and Lee, Am J Physiol 2001;281:E586."""
    light = s.above(s.number(Fraction(10)), weight).yes
    return s.where(light, 0.1037 * s.power(weight, 0.6724), 0.1173 * s.power(weight, 0.6466))


def costeff(_s: System, _height: Value, weight: Value) -> Value:
    """(4 W + 7) / (W + 90), for children. Costeff."""
    return (4 * weight + 7) / (weight + 90)


SCHLICH = {"female": _product("0.000975482", "1.08", "0.46"), "male": _product("0.000579479", "1.24", "0.38")}


def schlich(s: System, height: Value, weight: Value, female: Tri, adult: Tri) -> Value:
    """Women 0.000975482 H^1.08 W^0.46, men 0.000579479 H^1.24 W^0.38, adults only. Schlich 2010."""
    women, men = (SCHLICH[sex](s, height, weight) for sex in ("female", "male"))
    return s.first([(adult & female, women), (adult & ~female, men)])[0]


FORMULAS = {
    row.id: row
    for row in (
        Formula("mosteller", "Mosteller", mosteller, "bsa-formulas#mosteller"),
        Formula("du-bois", "Du Bois", _product("0.007184", "0.725", "0.425"), "bsa-formulas#du-bois"),
        Formula("haycock", "Haycock", _product("0.024265", "0.3964", "0.5378"), "bsa-formulas#haycock"),
        Formula("gehan-george", "Gehan-George", _product("0.0235", "0.42246", "0.51456"), "bsa-formulas#gehan-george"),
        Formula("boyd", "Boyd", boyd, "bsa-formulas#boyd"),
        Formula("fujimoto", "Fujimoto", _product("0.008883", "0.663", "0.444"), "bsa-formulas#fujimoto"),
        Formula("takahira", "Takahira", _product("0.007241", "0.725", "0.425"), "bsa-formulas#takahira"),
        Formula("shuter-aslani", "Shuter-Aslani", _product("0.00949", "0.655", "0.441"), "bsa-formulas#shuter-aslani"),
        Formula("schlich", "Schlich", None, "bsa-formulas#schlich", adults_of_known_sex=True),
        Formula("lipscombe", "Lipscombe", _product("0.00878108", "0.67844", "0.434972"), "bsa-formulas#lipscombe"),
        Formula("livingston-lee", "Livingston-Lee", livingston_lee, "bsa-formulas#livingston-lee", needs_height=False),
        Formula("costeff", "Costeff", costeff, "bsa-formulas#costeff", needs_height=False),
    )
}
DEFAULT = "mosteller"


def surface(s: System, formula: str, height: Value, weight: Value, female: Tri, adult: Tri) -> Value:
    """The body surface area in m² from height (cm) and weight (kg) by the formula of this id.

    Unknown where something that the formula needs is unknown. ``female`` and ``adult`` matter to Schlich's alone.
    """
    bsa = FORMULAS[formula].bsa
    return schlich(s, height, weight, female, adult) if bsa is None else bsa(s, height, weight)


def spread(height: Value, weight: Value) -> list[tuple[float, str]]:
    """The results of the formulas for people of every age for one body (cm, kg), smallest first: (m², name)."""
    general = [(f.bsa, f.name) for f in FORMULAS.values() if f.needs_height]
    return sorted((float(bsa(EXACT, height, weight)), name) for bsa, name in general if bsa is not None)
