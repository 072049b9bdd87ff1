"""Slips of the pen in body sizes: the same digits in another unit, swapped, or with the decimal point moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from dosecalc.quantities import units
from dosecalc.quantities.units import Measure
from dosecalc.reference.growth import Kind

_UNITS: dict[Kind, tuple[str, ...]] = {"weight": ("kg", "lb", "g"), "height": ("cm", "in", "m"), "bsa": ("m^2",)}
"""The units that a size is written in by mistake."""
_NAMES = {
    "kg": "kilograms",
    "lb": "pounds",
    "g": "grams",
    "cm": "centimetres",
    "in": "inches",
    "m": "metres",
    "mm": "millimetres",
    "m^2": "square metres",
}


class Slip(NamedTuple):
    """What was probably meant, by kind of size, and the words for it, to stand after a sentence."""

    meant: Mapping[Kind, Measure]
    words: str


class Pair(NamedTuple):
    """A weight and a height of one person at one time."""

    weight: Measure
    height: Measure

    @property
    def mass(self) -> Fraction:
        """The body mass index in kg/m²."""
        return self.weight.value / (self.height.value / 100) ** 2


def of_size(kind: Kind, measure: Measure) -> Iterator[Slip]:
    """The slips that make one size of another, the likeliest first."""
    for other in _in_other_units(kind, measure):
        names, meaning = _unit_words(measure, other)
        yield Slip({kind: other}, f". Probably {names}: {meaning}, which is plausible")
    for factor in (Fraction(1, 10), Fraction(10)):
        other = Measure(measure.number * factor, measure.unit, measure.text)
        yield Slip({kind: other}, f". Perhaps a decimal point was moved: {units.spell(other)} is plausible")


def of_pair(pair: Pair) -> Iterator[Slip]:
    """The slips that make one weight and height of another, the likeliest first; each keeps what it does not change."""
    weight = Measure(pair.height.number, pair.weight.unit, pair.height.text)
    height = Measure(pair.weight.number, pair.height.unit, pair.weight.text)
    swapped = f"{units.spell(weight)} and {units.spell(height)} are plausible"
    yield Slip({"weight": weight, "height": height}, f". Probably weight and height were swapped: {swapped}")
    for slip in (*of_size("weight", pair.weight), *of_size("height", pair.height)):
        yield slip._replace(meant={"weight": pair.weight, "height": pair.height, **slip.meant})
    for weight in _in_other_units("weight", pair.weight):
        for height in _in_other_units("height", pair.height):
            (names, meaning), (more, and_meaning) = _unit_words(pair.weight, weight), _unit_words(pair.height, height)
            words = f". Probably {names} and {more}: {meaning} and {and_meaning}, which are plausible"
            yield Slip({"weight": weight, "height": height}, words)


def _in_other_units(kind: Kind, measure: Measure) -> Iterator[Measure]:
    """The same digits in the other units of a size."""
    for symbol in _UNITS[kind]:
        other = Measure(measure.number, units.unit(symbol, measure.dimension), measure.text)
        if other.unit != measure.unit:
            yield other


def _unit_words(written: Measure, meant: Measure) -> tuple[str, str]:
    """``pounds for kilograms`` and ``77.2 lb is 35.02 kg``."""
    back = units.show(meant.value, written.unit.symbol, written.dimension)
    names = f"{_NAMES[meant.unit.symbol]} for {_NAMES[written.unit.symbol]}"
    return names, f"{units.spell(meant)} is {back}"
