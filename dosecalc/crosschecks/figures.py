"""Do two printed figures say the same? And where they do not, what was probably lost?"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import Any

from dosecalc.crosschecks.readings import swapped
from dosecalc.crosschecks.result import Same
from dosecalc.errors import InputError
from dosecalc.quantities import units
from dosecalc.quantities.printed import COUNT, PERCENT, Figure, Span, figure, span
from dosecalc.quantities.units import Measure

_NEAR = 200
"""How much smaller a denominator may be that is proposed in place of one that does not fit."""


def same(first: Any, second: Any) -> Same:
    """Whether two printed figures say the same; text, or anything that :func:`dosecalc.plan` takes as a quantity.

    Raises InputError for what is no figure.

    >>> import dosecalc
    >>> dosecalc.same("11470 MBq", "310 mCi").agree
    True
    >>> dosecalc.same("444 MBq", "12 mCi/kg").suggestion
    "444 MBq/kg would agree exactly; 'per kg' was probably lost from 444 MBq"
    """
    one, other = _of_like_kinds(*(figure(units.text_of(text)) for text in (first, second)))
    if one.whole or other.whole:
        return _of_unstated(one, other)
    if one.dimension != other.dimension or (one.counted and other.counted and one.counted != other.counted):
        return _of_two_kinds(one, other)
    return _of_one_kind(one, other)


def _of_like_kinds(one: Figure, other: Figure) -> tuple[Figure, Figure]:
    """The two figures, a unit of two kinds (g of a body, g of a drug) taken as the other's."""
    if one.dimension != other.dimension and one.measure is not None and other.measure is not None:
        for first, second in ((one, other), (other, one)):
            symbol = first.measure.unit.symbol if first.measure is not None else ""
            row = next((row for row in units.UNITS[symbol] if row.dimension == second.dimension), None)
            if row is not None and first.measure is not None:
                made = first.measure._replace(unit=row)
                alike = first._replace(dimension=row.dimension, measure=made, spans=(span(made),), value=made.value)
                return (alike, other) if first is one else (one, alike)
    return one, other


# -- comparing --------------------------------------------------------------------------------------------------


def _of_one_kind(one: Figure, other: Figure) -> Same:
    # a range and a single figure agree where the figure lies in the range
    whole = [Span(each.spans[0].low, each.spans[-1].high) for each in (one, other)]
    ends = zip(one.spans, other.spans, strict=True) if len(one.spans) == len(other.spans) else [(whole[0], whole[1])]
    agree = all(a.meets(b) for a, b in ends)
    difference = float(one.value / other.value - 1) if one.value is not None and other.value else None
    if agree:
        exactly = one.spans == other.spans or (one.value is not None and one.value == other.value)
        rounded = one.value is not None and other.value is not None
        how = "are the same" if exactly else "agree within their printed digits" if rounded else "agree"
        text = f"{one.text} and {other.text} {how}"
        return _same(one, other, True, difference, None, text)
    lost = _swapped(one, other) or _misread(one, other) or _tenfold(one, other)
    apart = "" if difference is None else f": {units.decimal(abs(difference) * 100, 3)} % apart"
    more = ", more than their printed digits allow" if apart and one.dimension != COUNT else ""
    text = f"{one.text} and {other.text} are not the same{apart}{more}"
    shares = [each for each in (one, other) if each.dimension == PERCENT and each.measure is None]
    if shares and shares[0].value is not None:
        against = other if shares[0] is one else one
        also = f", {units.decimal(against.value)} %," if against in shares and against.value is not None else ""
        text = f"{shares[0].text} is {units.decimal(shares[0].value)} %, and {against.text}{also} is printed"
    return _same(one, other, False, difference, lost or _nearest(one, other), text, explained=bool(lost))


def _in_unit(measure: Measure, like: Measure) -> str:
    return f"{units.spell(measure)} is {units.show(measure.value, like.unit.symbol, like.dimension)}"


def _nearest(one: Figure, other: Figure) -> str | None:
    if one.measure is None or other.measure is None:
        return None
    if one.measure.unit == other.measure.unit:
        return None
    return f"{_in_unit(other.measure, one.measure)}, and {_in_unit(one.measure, other.measure)}"


def _swapped(one: Figure, other: Figure) -> str | None:
    """The same number in a unit that is mistaken for its own, where that agrees."""
    for mended, against in ((one, other), (other, one)):
        if not mended.value or not against.value or mended.measure is None or mended.meant is not None:
            continue
        for made, words in swapped(mended.measure):
            if span(made).meets(against.spans[0]):
                return f"{words}, would agree"
    return None


def _misread(one: Figure, other: Figure) -> str | None:
    """An exponent taken by its letter, where the number that was meant agrees."""
    for shown, against in ((one, other), (other, one)):
        if shown.meant is not None and span(shown.meant).meets(against.spans[0]):
            return f"{units.spell(shown.meant)} would agree exactly; 10E9 is 10^10 in E-notation, and 10^9 was meant"
    return None


def _tenfold(one: Figure, other: Figure) -> str | None:
    if one.value and other.value and one.dimension != COUNT:
        for factor in (Fraction(10), Fraction(1, 10)):
            moved = [Span(s.low and s.low * factor, s.high and s.high * factor, s.strict) for s in other.spans]
            if all(a.meets(b) for a, b in zip(one.spans, moved, strict=False)):
                return "they are ten times apart: a decimal point was probably moved"
    return None


def _of_two_kinds(one: Figure, other: Figure) -> Same:
    names = [units.DIMENSIONS[f.dimension][0] if f.dimension in units.DIMENSIONS else _count(f) for f in (one, other)]
    text = f"{one.text} is {names[0]} and {other.text} is {names[1]}: they are not of one kind"
    lost = _lost(one, other)
    return _same(one, other, False, None, lost, text, explained=lost is not None)


def _count(counted: Figure) -> str:
    return f"a count of {counted.counted}s" if counted.counted else "a count"


def _lost(one: Figure, other: Figure) -> str | None:
    """What agrees once a figure without a 'per' gets that of the other, or one 'per' is taken for the other."""
    plainer = sorted((one, other), key=lambda f: "/" in (f.measure.unit.symbol if f.measure else ""))
    for mended, against in (plainer, plainer[::-1]):
        if mended.measure is None or against.measure is None:
            continue
        amount, _, had = mended.measure.unit.symbol.partition("/")
        per = against.measure.unit.symbol.partition("/")[2]
        if had == per:
            continue
        rows = units.UNITS.get(f"{amount}/{per}" if per else amount, ())
        row = next((r for r in rows if r.dimension == against.dimension), None)
        made = None if row is None else Measure(mended.measure.number, row, mended.measure.text)
        if made is None or not span(made).meets(span(against.measure)):
            continue
        how = "exactly" if made.value == against.measure.value else "within the printed digits"
        why = f"'per {units.pretty(per)}' was probably lost from {mended.text}"
        if had:
            why = f"per {units.pretty(had)} stands for {f'per {units.pretty(per)}' if per else 'a total'}"
        return f"{units.spell(made)} would agree {how}; {why}"
    return None


def _of_unstated(one: Figure, other: Figure) -> Same:
    """A percentage of a known number: some whole part of it has to round to it."""
    share, percent = (one, other) if one.whole else (other, one)
    if percent.measure is None or percent.dimension != PERCENT or not share.whole:
        raise InputError(f"read {share.text!r} beside {percent.text!r}, expected one percentage beside it")
    parts = _parts(share.whole, percent.spans[0])
    if parts:
        text = f"{units.spell(percent.measure)} is {parts[0]} of {share.whole}"
        return _same(one, other, True, None, None, text)
    exact = share.whole * percent.measure.value / 100
    said = f"it would be {units.unrounded(exact)}" if exact <= share.whole else "it would be more than all of it"
    text = f"no whole number of {share.whole} is {units.spell(percent.measure)}: {said}"
    fewer = range(share.whole - 1, max(share.whole - _NEAR, 0), -1) if percent.measure.value <= 100 else ()
    near = islice(((n, found[0]) for n in fewer if (found := _parts(n, percent.spans[0]))), 2)
    told = " and ".join(f"{part} of {n}" for n, part in near)
    suggestion = f"{told} would agree: another denominator was probably used" if told else None
    return _same(one, other, False, None, suggestion, text)


def _parts(whole: int, percent: Span) -> list[int]:
    middle = round(whole * float(((percent.low or 0) + (percent.high or 0)) / 200))
    near = range(max(middle - 1, 0), min(middle + 1, whole) + 1)
    exact = (Span(Fraction(100 * n, whole), Fraction(100 * n, whole)) for n in near)
    return [n for n, made in zip(near, exact, strict=True) if made.meets(percent)]


def _same(
    one: Figure, other: Figure, agree: bool, difference: float | None, suggestion: str | None, text: str,  # noqa: FBT001
    *, explained: bool = False,
) -> Same:  # fmt: skip
    return Same(
        figures=(one.text, other.text),
        agree=agree,
        relative_difference=difference,
        suggestion=suggestion,
        message=f"{text[0].upper()}{text[1:]}.",
        explained=explained,
    )
