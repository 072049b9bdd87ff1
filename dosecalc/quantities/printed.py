"""Printed figures: each was rounded, so it stands for an interval.

A printed number is plus or minus half a unit of its last digit, trailing zeros counted: 310 is 309.5 to 310.5. Two
figures agree where their intervals meet. Lint holds printed pairs to this rule, and so does a comparison.

A figure is a quantity ("12 mCi/kg"), a range ("8 to 18 mCi/kg"), a bound ("at least 55 mCi"), a count ("7 patients"),
which is exact, a number ("3.67"), a share of two numbers ("12/25", "117.1 mCi / 200 mCi"), some whole part of a number
("of 26"), a mean ("mean of 20, 22 and 27 mCi"), a difference in percent ("43 % less than 128 mCi"), or an absorbed dose
over one per activity ("12 Gy / 0.4 Gy/GBq"), which is an activity.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.quantities import units
from dosecalc.quantities.units import Measure

_DIGITS = re.compile(r"\s*[+-]?[0-9]+(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")


class Span(NamedTuple):
    """The ends of what a figure can mean, in the canonical unit of its dimension; None where there is no end.

    ``strict``: its ends do not belong to it ("above", "below").
    """

    low: Fraction | None
    high: Fraction | None
    strict: bool = False

    def meets(self, other: Span) -> bool:
        """Whether some value lies in both."""
        strict = self.strict or other.strict
        return _reaches(self.low, other.high, strict=strict) and _reaches(other.low, self.high, strict=strict)

    def times(self, factor: Fraction) -> Span:
        """The span of a number that is so many times as large."""
        low, high = (None if end is None else end * factor for end in (self.low, self.high))
        return Span(low, high, self.strict)


def _reaches(low: Fraction | None, high: Fraction | None, *, strict: bool) -> bool:
    return low is None or high is None or (low < high if strict else low <= high)


def half_a_digit(text: str) -> Fraction:
    """Half a unit of the last digit that a number is printed with: 0.05 for "126.6 mCi", 1/2 for "310"."""
    match = _DIGITS.match(text)
    places = (len(match[1] or "") - int(match[2] or 0)) if match else 0
    return Fraction(1, 2) * Fraction(10) ** -places


def span(measure: Measure) -> Span:
    """The values that a printed quantity can mean."""
    half = half_a_digit(measure.text) * measure.unit.factor
    return Span(measure.value - half, measure.value + half)


def without_zeros(measure: Measure) -> Span:
    """The values that a printed quantity can mean where the zeros at the end of a whole number are no digits of it."""
    digits = re.match(r"\s*[0-9]+", measure.text)
    zeros = 0
    if digits is not None and not re.match(r"\s*[0-9]+[.eE]", measure.text):
        zeros = len(digits[0]) - len(digits[0].rstrip("0")) if digits[0].strip("0 ") else 0
    half = half_a_digit(measure.text) * 10**zeros * measure.unit.factor
    return Span(measure.value - half, measure.value + half)


def agree(first: str, second: str) -> bool:
    """Whether two printed quantities can be the same. Figures of different dimensions never agree.

    Raises InputError for text that is no quantity.
    """
    one, other = units.read(first), units.read(second)
    return one.dimension == other.dimension and span(one).meets(span(other))


COUNT, PERCENT, NUMBER = "count", "percent", "number"
_COUNTED = r"(?: (?:patient|person|child|adult|case|dose|cycle|infusion|administration|event)s?| people| children)?"
_COUNT = re.compile(rf"([0-9]{{1,9}}){_COUNTED}")
_SHARE = re.compile(rf"([0-9]{{1,9}}) ?(?:/|of) ?([0-9]{{1,9}}){_COUNTED}")
_OF = re.compile(rf"(?:/|of) ?([0-9]{{1,9}}){_COUNTED}")
_PLAIN = r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?"
_RANGE = re.compile(rf"({_PLAIN})(?: to | ?- ?|–)({_PLAIN})( ?[^0-9.eE ].*)")
_BOUND = re.compile(r"(at least|more than|above|at most|less than|below|>=|<=|>|<) ?(.+)")
_E_NINE = re.compile(r"([0-9.]+) ?x ?10[eE]9 ?/ ?L")
_LOWER = ("at least", "more than", "above", ">=", ">")
_STRICT = ("more than", "above", "less than", "below", ">", "<")
_NUMBER = re.compile(r"[0-9]+\.[0-9]+")
_MEAN = re.compile(r"mean of (.+?) ?([a-zA-Zµ%][^0-9]*)")
_LESS = re.compile(rf"({_PLAIN}) ?% (less|more) than (.+)")
_EXAMPLES = (
    "'444 MBq', '8 to 18 mCi/kg', 'at least 55 mCi', '7 patients', '12/25', 'of 26', '3.67', 'mean of 20, 22 mCi' or "
    "'43 % less than 128 mCi'"
)


class PrintedFigure(NamedTuple):
    """A printed figure: the spans that it can mean (two for the ends of a range), and its number where it is one.

    ``whole`` is the number of all for a share of an unstated part. ``meant`` is what was meant where the print, taken
    literally, is another number.
    """

    text: str
    dimension: str
    spans: tuple[Span, ...]
    value: Fraction | None
    measure: Measure | None = None
    whole: int | None = None
    meant: Measure | None = None
    counted: str = ""
    """The noun of a count, where it has one."""

    @property
    def is_range(self) -> bool:
        """Whether it has two ends, each of them printed."""
        return len(self.spans) == 2


def figure(text: str) -> PrintedFigure:
    """Read a printed figure. InputError says what was read and how figures are written."""
    clean = " ".join(text.split())
    for form, reader in _FORMS:
        if match := form.fullmatch(clean):
            return reader(match)
    parts = re.split(r" / | of ", clean)
    if len(parts) == 2:
        return _ratio(clean, *(units.read(part) for part in parts))
    try:
        return quantity_figure(units.read(clean))
    except InputError as error:
        raise InputError(f"{error.message} Figures are {_EXAMPLES}.") from None


def quantity_figure(measure: Measure) -> PrintedFigure:
    """A printed quantity as a figure."""
    return PrintedFigure(measure.text, measure.dimension, (span(measure),), measure.value, measure)


def _count(match: re.Match[str]) -> PrintedFigure:
    """``7 patients``: exactly so many."""
    number = Fraction(match[1])
    noun = match.string.removeprefix(match[1]).strip().removesuffix("s")
    return PrintedFigure(match.string, COUNT, (Span(number, number),), number, counted=noun)


def _share(match: re.Match[str]) -> PrintedFigure:
    """``12/25``: exactly that percentage."""
    percent = Fraction(100 * int(match[1]), _not_zero(match.string, int(match[2])))
    return PrintedFigure(match.string, PERCENT, (Span(percent, percent),), percent)


def _unstated_part(match: re.Match[str]) -> PrintedFigure:
    """``of 26``."""
    return PrintedFigure(match.string, PERCENT, (), None, whole=_not_zero(match.string, int(match[1])))


def _e_nine(match: re.Match[str]) -> PrintedFigure:
    """``0.75 x 10E9/L``, which is ten times what was meant."""
    meant = units.read(f"{match[1]} x 10^9/L")
    literal = meant._replace(number=meant.number * 10)
    spans = (span(meant).times(Fraction(10)),)
    return PrintedFigure(match.string, meant.dimension, spans, literal.value, literal, meant=meant)


def _bound(match: re.Match[str]) -> PrintedFigure:
    """``at least 55 mCi``: the limit is the number that is printed, and not one that was rounded."""
    word, inner = match[1], figure(match[2])
    if inner.value is None or (inner.dimension == PERCENT and inner.measure is None):
        raise InputError(f"read {match.string!r}, expected one quantity or count after the bound")
    low, high = (inner.value, None) if word in _LOWER else (None, inner.value)
    spans = (Span(low, high, word in _STRICT),)
    return inner._replace(text=match.string, spans=spans, value=None, measure=None, meant=None)


def _range(match: re.Match[str]) -> PrintedFigure:
    """``8 to 18 mCi/kg``."""
    low, high = units.read(match[1] + match[3]), units.read(match[2] + match[3])
    if low.value > high.value:
        raise InputError(f"read {match.string!r}; a range goes from a lower to a higher quantity")
    return PrintedFigure(match.string, low.dimension, (span(low), span(high)), None)


def _number(match: re.Match[str]) -> PrintedFigure:
    """``3.67``: a number without a unit, rounded to its digits."""
    value, half = Fraction(match.string), half_a_digit(match.string)
    return PrintedFigure(match.string, NUMBER, (Span(value - half, value + half),), value)


def _mean(match: re.Match[str]) -> PrintedFigure:
    """``mean of 20, 22 and 27 mCi``: each was rounded, and the mean of what they can mean was printed."""
    each = [units.read(f"{number} {match[2]}") for number in re.split(r", and |, | and ", match[1])]
    halves = [half_a_digit(measure.text) * measure.unit.factor for measure in each]
    value = sum((measure.value for measure in each), Fraction(0)) / len(each)
    half = sum(halves, Fraction(0)) / len(each)
    return PrintedFigure(match.string, each[0].dimension, (Span(value - half, value + half),), value)


def _less(match: re.Match[str]) -> PrintedFigure:
    """``43 % less than 128 mCi``."""
    of, percent, half = figure(match[3]), Fraction(match[1]), half_a_digit(match[1])
    (low, high, _), value = of.spans[0], of.value
    if len(of.spans) != 1 or value is None or low is None or high is None or of.dimension == PERCENT:
        raise InputError(f"read {match.string!r}, expected one quantity after 'than'")
    sign = -1 if match[2] == "less" else 1
    shares = sorted(1 + sign * (percent + off) / 100 for off in (-half, half))
    if shares[0] < 0:
        raise InputError(f"read {match.string!r}; nothing is more than 100 % less")
    spans = (Span(low * shares[0], high * shares[1]),)
    return PrintedFigure(match.string, of.dimension, spans, value * (1 + sign * percent / 100))


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], PrintedFigure]], ...] = (
    (_COUNT, _count),
    (_NUMBER, _number),
    (_MEAN, _mean),
    (_LESS, _less),
    (_SHARE, _share),
    (_OF, _unstated_part),
    (_E_NINE, _e_nine),
    (_BOUND, _bound),
    (_RANGE, _range),
)
"""The forms of a figure in the order in which they are tried; anything else is a quantity or a ratio of two."""


def _not_zero(text: str, whole: int) -> int:
    if whole == 0:
        raise InputError(f"read {text!r}; a share is of one or more")
    return whole


def _ratio(text: str, part: Measure, whole: Measure) -> PrintedFigure:
    """``117.1 mCi / 200 mCi``, a share; ``12 Gy / 0.4 Gy/GBq``, the activity that gives the dose."""
    (low, high, _), (least, most, _) = span(part), span(whole)
    assert low is not None
    assert high is not None
    if most is None or least is None or least <= 0:
        raise InputError(f"read {text!r}, expected two quantities of one kind, the second above zero")
    if (part.dimension, whole.dimension) == ("absorbed dose", "absorbed dose/activity"):
        return PrintedFigure(text, "activity", (Span(low / most, high / least),), part.value / whole.value)
    if part.dimension != whole.dimension:
        raise InputError(f"read {text!r}, expected two quantities of one kind, for example '117.1 mCi / 200 mCi'")
    percent = 100 * part.value / whole.value
    return PrintedFigure(text, PERCENT, (Span(100 * low / most, 100 * high / least),), percent)
