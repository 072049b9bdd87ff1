"""Do two printed figures say the same? And where they do not, what was probably lost?

Its result makes the document ``dosecalc.same/1``, whose keys are a contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from dosecalc.crosschecks.swaps import swapped
from dosecalc.errors import InputError
from dosecalc.quantities import units
from dosecalc.quantities.documents import Document
from dosecalc.quantities.frozen import Field
from dosecalc.quantities.printed import COUNT, NUMBER, PERCENT, PrintedFigure, Span, figure, quantity_figure, span
from dosecalc.quantities.units import Measure

if TYPE_CHECKING:
    import pint

    QuantityLike = str | int | float | pint.Quantity[Any]

_NEAR = 200
"""How much smaller a denominator may be that is proposed in place of one that does not fit."""


class FigureComparison(Document):
    """Whether two printed figures say the same."""

    SCHEMA: ClassVar[str] = "dosecalc.same/1"

    figures: tuple[str, str] = Field(exclude=True, description="The two figures as they were read.")
    agree: bool = Field(description="Whether they say the same within their printed digits.")
    within: bool = Field(description="Whether one is a range and the other a single figure inside it: not the same.")
    relative_difference: float | None = Field(
        description="The first over the second minus one; null for figures of two kinds, ranges, bounds and parts."
    )
    suggestion: str | None = Field(description="What would agree, or what was probably lost.")
    message: str = Field(exclude=True, description="The outcome as a sentence.")
    explained: bool = Field(
        exclude=True, description="Whether the suggestion explains why they differ: a lost unit, a moved decimal point."
    )

    def exit_status(self, *, strict: bool = False) -> int:
        """0, or 1 where they do not agree."""
        del strict
        return int(not self.agree)


def compare_figures(first: QuantityLike, second: QuantityLike) -> FigureComparison:
    """Whether two printed figures say the same, each being plus or minus half a unit of its last digit.

    :param first: a quantity with any unit of dosecalc (``"12 mCi/kg"``), a range, a bound, a count or a share, as text;
        or a pint Quantity
    :param second: the figure to hold it against, likewise
    :returns: a frozen :class:`FigureComparison`
    :raises InputError: for what is no figure

    >>> import dosecalc
    >>> dosecalc.compare_figures("11470 MBq", "310 mCi").agree
    True
    >>> dosecalc.compare_figures("444 MBq", "12 mCi/kg").suggestion
    "444 MBq/kg would agree exactly; 'per kg' was probably lost from 444 MBq"
    """
    one, other = _of_like_kinds(figure(units.text_of(first)), figure(units.text_of(second)))
    if one.whole or other.whole:
        return _of_unstated_part(one, other)
    if one.dimension != other.dimension or (one.counted and other.counted and one.counted != other.counted):
        return _of_two_kinds(one, other)
    return _of_one_kind(one, other)


def _of_like_kinds(one: PrintedFigure, other: PrintedFigure) -> tuple[PrintedFigure, PrintedFigure]:
    """The two figures, a unit of two kinds (g of a body, g of a drug) taken as the other's, a share as a quotient."""
    one, other = _as_quotient(one, other), _as_quotient(other, one)
    if one.measure is None or other.measure is None or one.dimension == other.dimension:
        return one, other
    if (alike := _in_dimension(one.measure, other.dimension)) is not None:
        return alike, other
    if (alike := _in_dimension(other.measure, one.dimension)) is not None:
        return one, alike
    return one, other


def _as_quotient(one: PrintedFigure, other: PrintedFigure) -> PrintedFigure:
    """A share ("22/6") or a count as the number that it is, beside a number without a unit ("3.67")."""
    if other.dimension != NUMBER or one.measure is not None or one.value is None:
        return one
    if one.dimension == PERCENT and one.whole is None:
        return one._replace(dimension=NUMBER, spans=(one.spans[0].times(Fraction(1, 100)),), value=one.value / 100)
    return one._replace(dimension=NUMBER) if one.dimension == COUNT and not one.counted else one


def _in_dimension(measure: Measure, dimension: str) -> PrintedFigure | None:
    """A quantity as one of another dimension, where its unit is spelled alike in that."""
    for unit in units.UNITS[measure.unit.symbol]:
        if unit.dimension == dimension:
            return quantity_figure(measure._replace(unit=unit))
    return None


def _made(
    one: PrintedFigure,
    other: PrintedFigure,
    message: str,
    *,
    agree: bool = False,
    within: bool = False,
    difference: float | None = None,
    suggestion: str | None = None,
    explained: bool = False,
) -> FigureComparison:
    return FigureComparison.made(
        figures=(one.text, other.text),
        agree=agree,
        within=within,
        relative_difference=difference,
        suggestion=suggestion,
        message=f"{message[0].upper()}{message[1:]}.",
        explained=explained,
    )


# -- figures of one kind ----------------------------------------------------------------------------------------


def _of_one_kind(one: PrintedFigure, other: PrintedFigure) -> FigureComparison:
    difference = float(one.value / other.value - 1) if one.value is not None and other.value else None
    if _agree(one, other):
        return _made(one, other, _agreement(one, other), agree=True, difference=difference)
    if (inside := _inside(one, other)) is not None:
        return _made(one, other, inside, within=True)
    lost = _mistaken_unit(one, other) or _misread(one, other) or _tenfold(one, other)
    return _made(
        one,
        other,
        _percentages(one, other) or _disagreement(one, other, difference),
        difference=difference,
        suggestion=lost or _converted(one, other),
        explained=lost is not None,
    )


def _agree(one: PrintedFigure, other: PrintedFigure) -> bool:
    """Whether the spans meet, end by end; a range is never the same as a single figure."""
    ends = zip(one.spans, other.spans, strict=False)
    return one.is_range is other.is_range and all(mine.meets(its) for mine, its in ends)


def _inside(one: PrintedFigure, other: PrintedFigure) -> str | None:
    """That a single figure lies in a range; a bound that reaches into it says no more than that."""
    for ranged, single in ((one, other), (other, one)):
        whole = Span(ranged.spans[0].low, ranged.spans[-1].high)
        if ranged.is_range and not single.is_range and whole.meets(single.spans[0]):
            lies = "lies within" if single.value is not None else "can lie within"
            return (
                f"{single.text} {lies} {ranged.text}, and is not the same: a figure inside of a range is not the range"
            )
    return None


def _agreement(one: PrintedFigure, other: PrintedFigure) -> str:
    if one.spans == other.spans or (one.value is not None and one.value == other.value):
        return f"{one.text} and {other.text} are the same"
    rounded = one.value is not None and other.value is not None
    return f"{one.text} and {other.text} agree{' within their printed digits' if rounded else ''}"


def _disagreement(one: PrintedFigure, other: PrintedFigure, difference: float | None) -> str:
    message = f"{one.text} and {other.text} are not the same"
    if difference is None:
        return message
    rounding = "" if one.dimension == COUNT else ", more than their printed digits allow"
    return f"{message}: {units.decimal(abs(difference) * 100, 3)} % apart{rounding}"


def _percentages(one: PrintedFigure, other: PrintedFigure) -> str | None:
    """The percentage that a share is, beside what is printed; None where neither figure is a share."""
    for share, printed in ((one, other), (other, one)):
        if _is_share(share) and share.value is not None:
            also = f", {units.decimal(printed.value)} %," if _is_share(printed) and printed.value is not None else ""
            return f"{share.text} is {units.decimal(share.value)} %, and {printed.text}{also} is printed"
    return None


def _is_share(printed: PrintedFigure) -> bool:
    return printed.dimension == PERCENT and printed.measure is None


def _mistaken_unit(one: PrintedFigure, other: PrintedFigure) -> str | None:
    """The same number in a unit that is mistaken for its own, where that agrees."""
    for mended, against in ((one, other), (other, one)):
        if mended.measure is not None and mended.meant is None and mended.value and against.value:
            for measure, words in swapped(mended.measure):
                if span(measure).meets(against.spans[0]):
                    return f"{words}, would agree"
    return None


def _misread(one: PrintedFigure, other: PrintedFigure) -> str | None:
    """An exponent taken by its letter, where the number that was meant agrees."""
    for printed, against in ((one, other), (other, one)):
        if printed.meant is not None and span(printed.meant).meets(against.spans[0]):
            return f"{units.spell(printed.meant)} would agree exactly; 10E9 is 10^10 in E-notation, and 10^9 was meant"
    return None


def _tenfold(one: PrintedFigure, other: PrintedFigure) -> str | None:
    if not one.value or not other.value or one.dimension == COUNT:
        return None
    for factor in (Fraction(10), Fraction(1, 10)):
        if one.spans[0].meets(other.spans[0].times(factor)):
            return "they are ten times apart: a decimal point was probably moved"
    return None


def _converted(one: PrintedFigure, other: PrintedFigure) -> str | None:
    """Each of two quantities in the unit of the other."""
    mine, its = one.measure, other.measure
    if mine is None or its is None or mine.unit == its.unit:
        return None
    return f"{_in_unit(its, mine)}, and {_in_unit(mine, its)}"


def _in_unit(measure: Measure, like: Measure) -> str:
    return f"{units.spell(measure)} is {units.show(measure.value, like.unit.symbol, like.dimension)}"


# -- figures of two kinds ---------------------------------------------------------------------------------------


def _of_two_kinds(one: PrintedFigure, other: PrintedFigure) -> FigureComparison:
    message = f"{one.text} is {_kind(one)} and {other.text} is {_kind(other)}: they are not of one kind"
    lost = _lost(one, other)
    return _made(one, other, message, suggestion=lost, explained=lost is not None)


def _kind(printed: PrintedFigure) -> str:
    if printed.dimension in units.DIMENSIONS:
        return units.DIMENSIONS[printed.dimension][0]
    return f"a count of {printed.counted}s" if printed.counted else "a count"


def _lost(one: PrintedFigure, other: PrintedFigure) -> str | None:
    """A suggestion that gives a figure without a 'per' that of the other, or takes one 'per' for the other."""
    if one.measure is None or other.measure is None:
        return None
    plainer, fuller = sorted((one.measure, other.measure), key=lambda measure: "/" in measure.unit.symbol)
    return _with_the_per_of(plainer, fuller) or _with_the_per_of(fuller, plainer)


def _with_the_per_of(measure: Measure, against: Measure) -> str | None:
    """The suggestion that a quantity is per the unit that another is per, where the two then agree."""
    amount, _, had = measure.unit.symbol.partition("/")
    per = against.unit.symbol.partition("/")[2]
    if had == per:
        return None
    for unit in units.UNITS.get(f"{amount}/{per}" if per else amount, ()):
        mended = measure._replace(unit=unit)
        if unit.dimension == against.dimension and span(mended).meets(span(against)):
            how = "exactly" if mended.value == against.value else "within the printed digits"
            return f"{units.spell(mended)} would agree {how}; {_lost_words(measure, had, per)}"
    return None


def _lost_words(measure: Measure, had: str, per: str) -> str:
    if not had:
        return f"'per {units.pretty(per)}' was probably lost from {measure.text}"
    return f"per {units.pretty(had)} stands for {f'per {units.pretty(per)}' if per else 'a total'}"


# -- an unstated part of a number -------------------------------------------------------------------------------


def _of_unstated_part(one: PrintedFigure, other: PrintedFigure) -> FigureComparison:
    """A percentage of a known number: some whole part of it has to round to it."""
    share, percent = (one, other) if one.whole else (other, one)
    if percent.measure is None or percent.dimension != PERCENT or share.whole is None:
        raise InputError(f"read {share.text!r} beside {percent.text!r}, expected one percentage beside it")
    part = next(_parts(share.whole, percent.spans[0]), None)
    if part is not None:
        return _made(one, other, f"{units.spell(percent.measure)} is {part} of {share.whole}", agree=True)
    exact = share.whole * percent.measure.value / 100
    would_be = units.unrounded(exact) if exact <= share.whole else "more than all of it"
    message = f"no whole number of {share.whole} is {units.spell(percent.measure)}: it would be {would_be}"
    return _made(one, other, message, suggestion=_other_denominators(share.whole, percent.measure))


def _other_denominators(whole: int, percent: Measure) -> str | None:
    """The two nearest smaller numbers of which a percentage is a whole part."""
    if percent.value > 100:
        return None
    rounded, smaller = span(percent), range(whole - 1, max(whole - _NEAR, 0), -1)
    fitting = ((number, part) for number in smaller for part in islice(_parts(number, rounded), 1))
    named = " and ".join(f"{part} of {number}" for number, part in islice(fitting, 2))
    return f"{named} would agree: another denominator was probably used" if named else None


def _parts(whole: int, percent: Span) -> Iterator[int]:
    """The parts of a number that round to a percentage."""
    middle = round(whole * float(((percent.low or 0) + (percent.high or 0)) / 200))
    for part in range(max(middle - 1, 0), min(middle + 1, whole) + 1):
        share = Fraction(100 * part, whole)
        if Span(share, share).meets(percent):
            yield part
