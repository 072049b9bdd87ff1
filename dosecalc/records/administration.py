"""One administration of a record, held against every statement of what was to be given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.quantities import units
from dosecalc.quantities.documents import Amount, Number
from dosecalc.quantities.numbers import EXACT, Unknown, Value, apart
from dosecalc.quantities.options import within
from dosecalc.quantities.printed import Span, figure, span
from dosecalc.records import afterwards
from dosecalc.records.net import Net, amount, balances, of_part, together
from dosecalc.records.reader import WrittenDose, WrittenPart
from dosecalc.records.result import Administration, Compared, GivenPart, Kind, Of, Screened, Sievert
from dosecalc.reference import radionuclides, synonyms
from dosecalc.reference.radionuclides import Radionuclide
from dosecalc.reference.screens import SCREENS, SIEVERT_LIMIT, ScreenLimits, outside, truth

PRESCRIBED: tuple[Of, ...] = ("prescribed", "directive", "order")
"""Who says what was to be given, the one that counts first."""
MICROSPHERES = "Y-90 microspheres are devices under 10 CFR 35.1000: the numbers alone are compared here"


class Expected(NamedTuple):
    """A dose of a protocol: the amount in MBq or mg where it is known, its kind, its agent with its radionuclide."""

    value: Number | None
    kind: Kind
    agent: str
    nuclide: str | None


class Setting(NamedTuple):
    """The settings of every dose of a record: the zone of its times, its radionuclide, and the table of half-lives."""

    zone: tzinfo | None
    nuclide: str | None
    table: Mapping[str, Radionuclide]


@lru_cache(maxsize=1024)
def _range(text: str) -> tuple[str, ScreenLimits]:
    """A prescribed range: its dimension and its two ends."""
    printed = figure(text)
    ends = [(span.low + span.high) / 2 for span in printed.spans if span.low is not None and span.high is not None]
    if printed.dimension not in ("activity", "mass") or len(ends) != 2:
        raise InputError(f"read {text!r}, expected a prescribed range such as '28 to 36 mCi'")
    return printed.dimension, ScreenLimits(*ends)


def check(written: WrittenDose, number: int, setting: Setting, expected: Expected | None = None) -> Administration:
    """Read one administration and compare it. InputError names the place of what cannot be read.

    ``expected`` is what the protocol gives, where the record follows one.
    """
    try:
        return _check(written, number, setting, expected)
    except InputError as error:
        key = error.where or ""
        place = key if key.startswith("row ") else ", ".join(each for each in (written.place, key) if each)
        raise InputError(error.message, where=place) from None


def _check(written: WrittenDose, number: int, setting: Setting, expected: Expected | None) -> Administration:
    kind = _kind(written)
    follows = _follows(written, expected)
    if not follows:
        expected = None
    if expected is not None and expected.kind != kind:
        planned, recorded = (units.DIMENSIONS[each][0] for each in (expected.kind, kind))
        raise InputError(f"dose {number} of the protocol is {expected.agent}, {planned}, and the record has {recorded}")
    nuclide = _nuclide(written, setting)
    parts = list(_parts(written, kind, setting.zone, nuclide or _planned_nuclide(expected, setting)))
    happened = afterwards.read(written.happened)
    net = _bounded(together(parts), written, happened)
    limits = None if written.range is None else within("range", _range, written.range)[1]
    right = _right_agent(written, nuclide)
    statements = list(_statements(written, expected))
    if not statements and limits is None:
        raise InputError('nothing says what was to be given; state prescribed = "32 mCi"')
    against = statements or [_Statement("range", None, Span(None, None))]
    compared = tuple(_compare(each, kind, net, limits, fraction=written.fraction, right=right) for each in against)
    first = compared[0]
    return Administration.made(
        place=written.place,
        number=number,
        patient_id=written.patient_id,
        course_of=written.course_of,
        component=written.component,
        agent=written.agent,
        route=written.route,
        form=written.form,
        prescribed_agent=written.prescribed_agent,
        right_agent=right,
        happened=happened,
        follows=follows,
        nuclide=None if nuclide is None else nuclide.name,
        kind=kind,
        prescribed=first.amount,
        administered=None if isinstance(net.value, Unknown) else Amount(net.value, kind),
        at_most=net.at_most,
        given_at=net.given_at,
        parts=tuple(_given(part, kind) for part in parts) if len(parts) > 1 else (),
        difference_percent=first.difference_percent,
        screens=first.screens,
        compared=compared,
        disagree=_differ([each.span for each in statements if each.of != "protocol"]),
        off_protocol=_differ([each.span for each in statements]),
        sievert=None if right is False else _sievert(written, net.value, first.value),
        notes=(*net.notes, *_devices(written), *written.notes),
        balances=tuple(balances(parts)),
        decayed=net.decayed,
        determined=tuple((assay.at, assay.by) for part in written.parts if (assay := part.assayed) is not None),
        lacking=tuple(_lacking(written, kind)),
    )


def _parts(written: WrittenDose, kind: Kind, zone: tzinfo | None, nuclide: Radionuclide | None) -> Iterator[Net]:
    for part in written.parts:
        try:
            yield of_part(part, kind, zone, nuclide)
        except InputError as error:
            raise InputError(error.message, where=_within(part, error.where or "")) from None


def _bounded(net: Net, written: WrittenDose, happened: tuple[str, ...]) -> Net:
    """The net amount of a dose to which something happened: the most that reached the patient, unless more is said."""
    stated = all(part.given is not None for part in written.parts)
    return afterwards.bounded(net, happened, measured=any(part.residuals for part in written.parts), stated=stated)


def _within(part: WrittenPart, key: str) -> str:
    """The place of a key of a part, within its dose."""
    return ", ".join(each for each in (part.place, key) if each)


def _given(part: Net, kind: Kind) -> GivenPart:
    value = None if isinstance(part.value, Unknown) else Amount(part.value, kind)
    return GivenPart.made(administered=value, at_most=part.at_most, given_at=part.given_at)


def _differ(spans: list[Span]) -> bool:
    """Whether statements differ by more than their printed digits."""
    return not all(one.meets(other) for one in spans for other in spans)


def _follows(written: WrittenDose, expected: Expected | None) -> bool:
    """Whether it is the protocol's dose: of several agents given together the protocol's own alone is.

    Another agent than the protocol's in its place counts as its dose, unless one is an activity and the other a mass.
    """
    if expected is None:
        return True
    planned = synonyms.read(expected.agent, expected.nuclide or synonyms.NO_NUCLIDE)
    given = synonyms.read(written.agent or "", written.nuclide or planned.nuclide)
    found = synonyms.alike(given, planned)
    if written.component is not None:
        return found is not False
    return found is not False or expected.kind == _kind(written)


def _right_agent(written: WrittenDose, nuclide: Radionuclide | None) -> bool | None:
    """Whether the agent is the one that was prescribed; None where that is not said, or cannot be."""
    if written.prescribed_agent is None or written.agent is None:
        return None
    stated = None if nuclide is None else nuclide.name
    wanted = synonyms.read(written.prescribed_agent)
    given = synonyms.read(written.agent, stated)
    if wanted.nuclides or not given.nuclides:
        found = synonyms.alike(wanted, given)
    else:  # "MIBG" was prescribed: the radionuclide is the one that was given
        found = synonyms.alike(synonyms.read(written.prescribed_agent, given.nuclide), given)
    same = found is None and synonyms.spelled_alike(written.prescribed_agent, written.agent)
    return True if same else found


class _Statement(NamedTuple):
    """A statement of what was to be given in MBq or mg, and the values that its printed digits can mean."""

    of: Of
    value: Number | None
    span: Span
    kind: Kind | None = None


@lru_cache(maxsize=8192)
def _wanted(text: str) -> tuple[Number, Span, Kind]:
    """An amount to be given: its value, what its printed digits can mean, and its kind."""
    measure = amount(text)
    return measure.value, span(measure), "mass" if measure.dimension == "mass" else "activity"


def _statements(written: WrittenDose, expected: Expected | None) -> Iterator[_Statement]:
    """Every statement of what was to be given, the one that counts first."""
    for of in PRESCRIBED:
        text = getattr(written, of)
        if text is not None:
            yield _Statement(of, *within(of, _wanted, text))
    if expected is not None and expected.value is not None:
        exact = Fraction(expected.value)
        yield _Statement("protocol", expected.value, Span(exact, exact), expected.kind)


def _planned_nuclide(expected: Expected | None, setting: Setting) -> Radionuclide | None:
    """The radionuclide of the protocol, by which a dose decays whose record names none."""
    if expected is None or expected.nuclide is None:
        return None
    return radionuclides.find(expected.nuclide, setting.table)


def _devices(written: WrittenDose) -> tuple[str, ...]:
    return (MICROSPHERES,) if written.agent is not None and "microsphere" in written.agent.lower() else ()


def _kind(written: WrittenDose) -> Kind:
    """Activity or mass; every amount of a dose is of one kind, unless another agent was given than was prescribed."""
    given: list[tuple[str, str | None]] = [(_within(part, "given"), part.given) for part in written.parts]
    given += [(_within(part, "assayed"), part.assayed.amount) for part in written.parts if part.assayed is not None]
    given += [
        (_within(part, f"residuals[{i}]"), residual.amount)
        for part in written.parts
        for i, residual in enumerate(part.residuals)
    ]
    wanted = [(of, getattr(written, of)) for of in PRESCRIBED]
    another = written.prescribed_agent is not None and any(text is not None for _, text in given)
    texts = given if another else [*wanted, *given]
    kinds = [(of, within(of, amount, text).dimension) for of, text in texts if text is not None]
    if written.range is not None and not another:
        kinds.append(("range", within("range", _range, written.range)[0]))
    first = kinds[0][1] if kinds else "activity"
    if odd := next((of for of, kind in kinds if kind != first), None):
        raise InputError("an activity and a mass in one dose", where=odd)
    return "mass" if first == "mass" else "activity"


def _nuclide(written: WrittenDose, setting: Setting) -> Radionuclide | None:
    """The radionuclide of a dose: as stated, or as the name of its agent has or implies one. Both must agree."""
    inside = [name for name in sorted(synonyms.read(written.agent or "").nuclides) if name in setting.table]
    stated = written.nuclide or setting.nuclide
    if stated is None:
        return setting.table[inside[0]] if len(inside) == 1 else None
    row = within("nuclide", radionuclides.find, stated, setting.table)
    if inside and row.name not in inside:
        raise InputError(f"read {stated!r}, but the agent is {written.agent}", where="nuclide")
    return row


# -- comparing --------------------------------------------------------------------------------------------------


def _compare(
    statement: _Statement,
    kind: Kind,
    net: Net,
    limits: ScreenLimits | None,
    *,
    fraction: bool | None,
    right: bool | None,
) -> Compared:
    """A net amount against one statement, by every screen; ``fraction`` as recorded.

    The screens are about what was prescribed. What a protocol wants is no prescription: none applies there, and the
    rule ``given-amount`` has the words.
    """
    given, wanted = net.value, statement.value
    if right is False or statement.kind not in (None, kind):  # amounts of two agents are not compared
        given = Unknown("agent")
    off = None if wanted is None or isinstance(given, Unknown) or wanted == 0 else given / wanted - 1
    prescribed: Value = Unknown("prescribed") if wanted is None else wanted
    verdicts = [outside(each, given, prescribed, limits, fraction=fraction, at_most=net.at_most) for each in SCREENS]
    return Compared.made(
        of=statement.of,
        amount=None if wanted is None else Amount(wanted, statement.kind or kind),
        off=off,
        difference_percent=None if off is None else float(100 * off),
        screens=_screened((None,) * len(SCREENS) if statement.of == "protocol" else tuple(map(truth, verdicts))),
    )


@lru_cache(maxsize=256)
def _screened(verdicts: tuple[bool | None, ...]) -> tuple[Screened, ...]:
    """Every screen with its verdict; long records have few different ones."""
    pairs = zip(SCREENS, verdicts, strict=True)
    return tuple(Screened.made(id=screen.id, outside=verdict, cite=screen.cite) for screen, verdict in pairs)


def _sievert(written: WrittenDose, given: Value, prescribed: Number | None) -> Sievert | None:
    """The effective dose of the difference, where a dose coefficient was stated."""
    if written.coefficient is None or isinstance(given, Unknown) or prescribed is None:
        return None
    coefficient = within("dose_coefficient", units.read, written.coefficient, "equivalent dose/activity")
    difference = float(apart(given, prescribed) * coefficient.value)
    return Sievert.made(difference_msv=difference, above=EXACT.above(difference, SIEVERT_LIMIT).yes)


def _lacking(written: WrittenDose, kind: Kind) -> Iterator[str]:
    """The contents that 10 CFR 35.2063 requires in the record of a radioactive dosage, and that this one lacks."""
    if kind == "mass":
        return
    prescribed = written.prescribed or written.range
    of_dose = {"agent": written.agent, "patient_id": written.patient_id, "prescribed": prescribed}
    yield from (name for name, value in of_dose.items() if value is None)
    for number, part in enumerate(written.parts, 1):
        of = f"part {number} " if len(written.parts) > 1 else ""
        assay = part.assayed
        determined = {
            "assayed": part.given if assay is None else assay.amount,
            "assayed.at": None if assay is None else assay.at,
            "assayed.by": None if assay is None else assay.by,
        }
        yield from (f"{of}{name}" for name, value in determined.items() if value is None)
