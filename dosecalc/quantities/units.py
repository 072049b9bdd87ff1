"""The door: the only place where text becomes a quantity and a quantity becomes text.

A quantity is one plain ASCII number and one unit of a closed table. The *spelling* of a unit decides its dimension:
``mCi/m^2`` is per body surface area, ``mCi/kg`` per body weight, ``uCi/g`` per gram of an organ. Numbers are exact
rationals from the text on; nothing is rounded before it is shown.

Factors are definitions: the curie is 37 GBq, the pound 0.45359237 kg, the inch 2.54 cm, the year 365.25 days and the
month a twelfth of it. Only mg/dL to umol/L of creatinine rests on a measured figure, which the fact sheet
``creatinine-conversion`` states.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from dosecalc.errors import InputError

if TYPE_CHECKING:
    import pint

Number = Fraction | float


class Unit(NamedTuple):
    """One row of the table: ``factor`` times a number in this unit is the number in the dimension's canonical unit."""

    symbol: str
    dimension: str
    factor: Fraction
    names: tuple[tuple[str, int], ...]
    """The unit as pint names it, each name with its power; empty where pint has no name for it."""


class Measure(NamedTuple):
    """A quantity as it was read: the exact number, its unit, and the text that it was read from."""

    number: Fraction
    unit: Unit
    text: str

    @property
    def value(self) -> Fraction:
        """The exact number in the canonical unit of the dimension."""
        return self.number * self.unit.factor

    @property
    def dimension(self) -> str:
        return self.unit.dimension


class _Atom(NamedTuple):
    symbol: str
    name: str
    base: str
    factor: Fraction


def _atoms() -> dict[str, _Atom]:
    rows = [
        ("MBq", "megabecquerel", "activity", "1"), ("Bq", "becquerel", "activity", "1/1000000"),
        ("kBq", "kilobecquerel", "activity", "1/1000"), ("GBq", "gigabecquerel", "activity", "1000"),
        ("TBq", "terabecquerel", "activity", "1000000"), ("uCi", "microcurie", "activity", "37/1000"),
        ("mCi", "millicurie", "activity", "37"), ("Ci", "curie", "activity", "37000"),
        ("kg", "kilogram", "mass", "1"), ("g", "gram", "mass", "1/1000"), ("mg", "milligram", "mass", "1/1000000"),
        ("mcg", "microgram", "mass", "1/1000000000"), ("lb", "pound", "mass", "45359237/100000000"),
        ("cm", "centimeter", "length", "1"), ("m", "meter", "length", "100"), ("mm", "millimeter", "length", "1/10"),
        ("in", "inch", "length", "254/100"),
        ("mL", "milliliter", "volume", "1"), ("L", "liter", "volume", "1000"), ("uL", "microliter", "volume", "1/1000"),
        ("dL", "deciliter", "volume", "100"),
        ("Gy", "gray", "absorbed_dose", "1"), ("mGy", "milligray", "absorbed_dose", "1/1000"),
        ("cGy", "centigray", "absorbed_dose", "1/100"), ("rad", "rads", "absorbed_dose", "1/100"),
        ("mSv", "millisievert", "equivalent_dose", "1"), ("Sv", "sievert", "equivalent_dose", "1000"),
        ("uSv", "microsievert", "equivalent_dose", "1/1000"), ("rem", "rem", "equivalent_dose", "10"),
        ("day", "day", "time", "1"), ("h", "hour", "time", "1/24"), ("min", "minute", "time", "1/1440"),
        ("s", "second", "time", "1/86400"), ("week", "week", "time", "7"), ("y", "year", "time", "1461/4"),
        ("month", "month", "time", "487/16"),
        ("cell", "cell", "cell", "1"), ("%", "percent", "percent", "1"),
        ("xULN", "upper_limit_of_normal", "xULN", "1"), ("U", "enzyme_unit", "enzyme", "1"),
        ("mmol", "millimole", "substance", "1"), ("umol", "micromole", "substance", "1/1000"),
    ]  # fmt: skip
    return {symbol: _Atom(symbol, name, base, Fraction(factor)) for symbol, name, base, factor in rows}


ATOMS = _atoms()

# dimension: what people call it, its canonical unit, and an example of how to write it
DIMENSIONS: dict[str, tuple[str, str, str]] = {
    "activity": ("an activity", "MBq", "32 mCi"),
    "activity/weight": ("an activity per body weight", "MBq/kg", "12 mCi/kg"),
    "activity/bsa": ("an activity per body surface area", "MBq/m^2", "20 mCi/m^2"),
    "activity/volume": ("an activity concentration", "MBq/mL", "10 mCi/mL"),
    "activity/organ mass": ("an activity per gram of an organ", "MBq/g", "80 uCi/g"),
    "activity/mass": ("a specific activity (per mass)", "MBq/mg", "2500 mCi/mg"),
    "activity/substance": ("a specific activity (per mole)", "MBq/mmol", "15 Ci/mmol"),
    "time-integrated activity": ("a time-integrated activity", "h*MBq", "100 h*MBq"),
    "weight": ("a body weight", "kg", "20 kg"),
    "mass": ("a mass of drug", "mg", "86.9 mg"),
    "mass/weight": ("a mass per body weight", "mg/kg", "0.5 mg/kg"),
    "mass/bsa": ("a mass per body surface area", "mg/m^2", "110 mg/m^2"),
    "length": ("a length", "cm", "110 cm"),
    "bsa": ("a body surface area", "m^2", "1.6 m^2"),
    "volume": ("a volume", "mL", "10 mL"),
    "absorbed dose": ("an absorbed dose", "Gy", "1.9 Gy"),
    "absorbed dose/activity": ("an absorbed dose per activity", "Gy/MBq", "0.027 Gy/mCi"),
    "absorbed dose/time-integrated activity": (
        "an absorbed dose per time-integrated activity",
        "Gy/(h*MBq)",
        "8.5e-6 Gy/(MBq h)",
    ),
    "equivalent dose": ("an equivalent or effective dose", "mSv", "5 mSv"),
    "equivalent dose rate": ("a dose rate", "mSv/h", "20 uSv/h"),
    "equivalent dose/activity": ("a dose coefficient", "mSv/MBq", "0.1 mSv/MBq"),
    "time": ("a time", "day", "14 day"),
    "cells": ("a number of cells", "cell", "1e8 cell"),
    "cells/weight": ("a number of cells per body weight", "cell/kg", "2e6 cell/kg"),
    "count/volume": ("a count per volume", "/L", "75000/uL"),
    "hemoglobin": ("a mass of hemoglobin per volume", "g/L", "10 g/dL"),
    "creatinine": ("a creatinine concentration", "mg/dL", "0.8 mg/dL"),
    "egfr": ("a filtration rate for 1.73 m^2", "mL/min/1.73m^2", "60 mL/min/1.73m^2"),
    "clearance": ("a clearance", "mL/min", "60 mL/min"),
    "enzyme/volume": ("an enzyme activity", "U/L", "40 U/L"),
    "xULN": ("a multiple of the upper limit of normal", "xULN", "1.5 xULN"),
    "percent": ("a percentage", "%", "60 %"),
}

_SIMPLE = {
    "activity": "Bq kBq MBq GBq TBq uCi mCi Ci", "weight": "kg g lb", "mass": "mg mcg g", "length": "m cm mm in",
    "volume": "mL L uL", "absorbed dose": "Gy mGy cGy rad", "equivalent dose": "Sv mSv uSv rem",
    "time": "s min h day week month y", "cells": "cell", "xULN": "xULN", "percent": "%",
}  # fmt: skip
_QUOTIENTS = {
    "activity/weight": (_SIMPLE["activity"], "kg"), "activity/volume": (_SIMPLE["activity"], "mL L"),
    "activity/organ mass": ("uCi mCi kBq MBq", "g"), "activity/mass": (_SIMPLE["activity"], "mg"),
    "activity/substance": (_SIMPLE["activity"], "mmol"), "mass/weight": ("mg mcg", "kg"),
    "absorbed dose/activity": ("Gy mGy cGy rad", "MBq mCi GBq"), "equivalent dose rate": ("Sv mSv uSv", "h"),
    "equivalent dose/activity": ("Sv mSv uSv rem", "MBq mCi GBq"), "cells/weight": ("cell", "kg"),
    "clearance": ("mL", "min"), "enzyme/volume": ("U", "L"), "hemoglobin": ("g", "L dL"),
}  # fmt: skip
CREATININE_UMOL_PER_L = Fraction("88.4")
"""umol/L in one mg/dL of creatinine (fact ``creatinine-conversion#factor``; a test compares the two)."""


def _ratio(over: str, under: str, power: int = 1) -> tuple[tuple[str, int], ...]:
    return (*(((ATOMS[over].name, 1),) if over else ()), (ATOMS[under].name, -power))


def _scaled(dimension: str, over: str, under: str) -> Unit:
    """A quotient whose factor is relative to the dimension's canonical unit, itself a quotient of the same atoms."""
    top, _, bottom = DIMENSIONS[dimension][1].partition("/")
    factor = (ATOMS[over].factor / ATOMS[top].factor) / (ATOMS[under].factor / ATOMS[bottom].factor)
    return Unit(f"{over}/{under}", dimension, factor, _ratio(over, under))


def _table() -> dict[str, tuple[Unit, ...]]:
    rows: list[Unit] = []
    for dimension, symbols in _SIMPLE.items():
        unit = ATOMS[DIMENSIONS[dimension][1]].factor
        rows += [Unit(s, dimension, ATOMS[s].factor / unit, ((ATOMS[s].name, 1),)) for s in symbols.split()]
    for dimension, (over, under) in _QUOTIENTS.items():
        rows += [_scaled(dimension, o, u) for o in over.split() for u in under.split()]
    area = (("meter", -2),)
    for s in _SIMPLE["activity"].split():
        rows.append(Unit(f"{s}/m^2", "activity/bsa", ATOMS[s].factor, ((ATOMS[s].name, 1), *area)))
        rows.append(Unit(f"h*{s}", "time-integrated activity", ATOMS[s].factor, ((ATOMS[s].name, 1), ("hour", 1))))
    for s in ("mg", "mcg"):
        factor = ATOMS[s].factor / ATOMS["mg"].factor
        rows.append(Unit(f"{s}/m^2", "mass/bsa", factor, ((ATOMS[s].name, 1), *area)))
    for s in ("Gy", "mGy"):  # of the whole body or an organ
        parts = ((ATOMS[s].name, 1), (ATOMS["MBq"].name, -1), ("hour", -1))
        rows.append(Unit(f"{s}/(h*MBq)", "absorbed dose/time-integrated activity", ATOMS[s].factor, parts))
    rows.append(Unit("m^2", "bsa", Fraction(1), (("meter", 2),)))
    for s, per_liter, names in (
        ("/L", 1, _ratio("", "L")), ("/mL", 10**3, _ratio("", "mL")), ("/uL", 10**6, _ratio("", "uL")),
        ("/mm^3", 10**6, (("millimeter", -3),)), ("10^9/L", 10**9, ()), ("K/uL", 10**9, ()),
    ):  # fmt: skip
        rows.append(Unit(s, "count/volume", Fraction(per_liter), names))
    rows.append(Unit("mg/dL", "creatinine", Fraction(1), _ratio("mg", "dL")))
    rows.append(Unit("umol/L", "creatinine", 1 / CREATININE_UMOL_PER_L, _ratio("umol", "L")))
    rows.append(Unit("mL/min/1.73m^2", "egfr", Fraction(1), ()))
    table: dict[str, tuple[Unit, ...]] = {}
    for row in rows:
        table[row.symbol] = (*table.get(row.symbol, ()), row)
    return table


UNITS = _table()
_WORDS = {
    "d": "day", "days": "day", "wk": "week", "weeks": "week", "months": "month", "years": "y", "year": "y",
    "hours": "h", "hour": "h", "mL/min/1.73 m^2": "mL/min/1.73m^2", "x10^9/L": "10^9/L", "x 10^9/L": "10^9/L",
    "cells": "cell", "cells/kg": "cell/kg", "cell/uL": "/uL", "cells/uL": "/uL", "x ULN": "xULN",
    **{f"{s}/{way}": f"{s}/(h*MBq)" for s in ("Gy", "mGy")
       for way in ("(MBq h)", "(MBq*h)", "(h MBq)", "MBq/h", "h/MBq")},
    **{way: f"h*{s}" for s in ("MBq", "mCi", "GBq") for way in (f"{s} h", f"{s}*h", f"{s} hr", f"h {s}")},
}  # fmt: skip
_SPELLINGS = str.maketrans({"µ": "u", "μ": "u", "²": "^2", "³": "^3", "⁹": "^9"})
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST = 100
_LARGEST = Fraction(10) ** 30


def spelled(symbol: str) -> str:
    """The door's own spelling of a unit symbol: micro signs, superscripts, ``m2`` and plurals are folded into one."""
    folded = symbol.translate(_SPELLINGS).replace("**", "^")
    folded = re.sub(r"(?<![A-Za-z])(m|mm|dm|cm)([23])(?![0-9])", r"\1^\2", folded)
    folded = re.sub(r"^ug(?![A-Za-z])", "mcg", folded)
    return _WORDS.get(folded, folded)


def unit(symbol: str, dimension: str | None = None) -> Unit:
    """The row for a door spelling; ``g`` is a body weight unless a mass of drug is asked for. KeyError if unknown."""
    rows = UNITS[symbol]
    return next((row for row in rows if row.dimension == dimension), rows[0])


def read(text: str, expect: str | tuple[str, ...] = (), *, bare: str | None = None) -> Measure:
    """Read one quantity.

    ``expect`` names the dimensions that are wanted (none: any). ``bare`` is the unit of a number without one.
    Raises InputError saying what was read, what was expected and how to write it; negative numbers and those beyond
    10^30 are refused too.
    """
    wanted = (expect,) if isinstance(expect, str) else expect
    number, symbol = _split(text, wanted, bare)
    if not symbol:
        if bare is None:
            raise InputError(f"read {text.strip()!r}, a number without a unit. {_expected(wanted, bare)}")
        symbol = bare
    rows = UNITS.get(spelled(symbol), ())
    if not rows:
        raise InputError(f"read {_short(text)}: {_unknown_unit(symbol, wanted)} {_expected(wanted, bare)}")
    row = next((r for r in rows if r.dimension in wanted), None) if wanted else rows[0]
    if row is None:
        raise InputError(
            f"read {text.strip()!r}, which is {DIMENSIONS[rows[0].dimension][0]}. {_expected(wanted, bare)}"
        )
    return Measure(number, row, text)


def read_number(text: str) -> Fraction:
    """Read one plain number without a unit, exactly."""
    number, symbol = _split(text, ())
    if symbol:
        raise InputError(f"read {_short(text)}, expected a plain number without a unit")
    return number


def _split(text: str, wanted: tuple[str, ...], bare: str | None = None) -> tuple[Fraction, str]:
    if len(text) > _LONGEST:
        raise InputError(f"read {_short(text)}, {len(text):,} characters long. {_expected(wanted, bare)}")
    clean = text.strip(" \t\r\n")
    match = _NUMBER.match(clean)
    if match is None or _spoils(clean, match.end()):
        raise InputError(f"{_why_not_a_number(clean)} {_expected(wanted, bare)}")
    number = Fraction(match.group())
    if number < 0:
        raise InputError(f"read {clean!r}, which is negative. {_expected(wanted, bare)}")
    if number != 0 and not 1 / _LARGEST <= number <= _LARGEST:
        raise InputError(f"read {clean!r}, a number out of any range that occurs. {_expected(wanted, bare)}")
    rest = clean[match.end() :]
    return number, rest.removeprefix(" ")


def _spoils(clean: str, end: int) -> bool:
    """Whether what follows the number shows that it was not one plain number."""
    rest = clean[end:]
    return "," in clean or "_" in clean or not clean.isprintable() or bool(re.match(r"[.\d]|[eE][+-]?\d", rest))


def _why_not_a_number(clean: str) -> str:
    if not clean:
        return "nothing was given."
    shown = _short(clean)
    if not clean.isprintable():
        return f"read {shown}, which is not one number with one unit: it holds a character that is not seen."
    if "," in clean:
        return f"read {shown}, which has a comma. {_comma_readings(clean)}"
    if "_" in clean:
        return f"read {shown}, which has an underscore. Write digits without separators."
    if re.match(r"[+-]?(nan|inf)", clean, re.IGNORECASE):
        return f"read {shown}, which is not a number that a dose can be computed from."
    if any(c.isdigit() and not c.isascii() for c in clean) and not clean[0].isascii():
        return f"read {shown}, which has digits other than 0 to 9."
    if re.match(r"[+-]?\.\d", clean):
        return f"read {shown}. Write a zero before the point: {clean.replace('.', '0.', 1)}."
    if re.match(r"[+-]?\d+\.(?!\d)", clean):
        return f"read {shown}, which has a point without a digit after it."
    if re.match(r"[+-]?[\d.]+[eE][+-]?\d{4,}", clean):
        return f"read {shown}, a number out of any range that occurs."
    return f"read {shown}, which is not one number with one unit."


def _comma_readings(clean: str) -> str:
    """What a number with commas can have meant, without taking one meaning for the other."""
    match = re.fullmatch(r"([+-]?[0-9]+)((?:,[0-9]+)+)(\.[0-9]+)?(\D.*)?", clean)
    if match is None:
        return "Write a point before decimals and nothing between thousands."
    whole, parts, decimals, rest = match[1], match[2].split(",")[1:], match[3] or "", match[4] or ""
    thousands = all(len(part) == 3 for part in parts)
    as_thousands = f"{whole}{''.join(parts)}{decimals}{rest}"
    if len(parts) > 1 or decimals:
        return (
            f"Write it without commas: {as_thousands}."
            if thousands
            else "Write one number, with a point before decimals."
        )
    as_decimal = f"{whole}.{parts[0]}{rest}"
    if thousands:
        return f"It could mean {as_decimal} or {as_thousands}: write the one that is meant."
    return f"Write a point before decimals: {as_decimal}."


def _unknown_unit(symbol: str, wanted: tuple[str, ...]) -> str:
    folded = spelled(symbol)
    near = [s for s in UNITS if s.casefold() == folded.casefold()]
    if not near:
        from difflib import get_close_matches

        same_kind = [s for s, rows in UNITS.items() if not wanted or any(r.dimension in wanted for r in rows)]
        near = get_close_matches(folded, same_kind, n=2, cutoff=0.6)
    if re.fullmatch(r"x?10[eE]9/L", folded):
        return "'10E9' is 10^10 as a number; write 10^9/L."
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"the unit {_short(symbol)} is not known (capital and small letters matter).{hint}"


def _expected(wanted: tuple[str, ...], bare: str | None = None) -> str:
    if bare == "y":
        return "Expected an age, for example '12.5' or '12.5 y'."
    if not wanted:
        return "Expected one number and one unit, for example '32 mCi'."
    ways = " or ".join(f"{DIMENSIONS[d][0]}, for example '{DIMENSIONS[d][2]}'" for d in wanted)
    return f"Expected {ways}."


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


# -- showing ----------------------------------------------------------------------------------------------------


_PRETTY = (("^2", "²"), ("^3", "³"), ("10^9", "x 10⁹"), ("uCi", "microcurie"), ("uSv", "microsievert"),
           ("umol", "micromol"), ("uL", "microliter"), ("1.73m", "1.73 m"))  # fmt: skip


def prose(text: str) -> str:
    """A sentence of a protocol file as people print it: powers raised, everything else as it was written."""
    for plain, shown in (("^2", "²"), ("^3", "³"), ("10^9", "10⁹")):
        text = text.replace(plain, shown)
    return text


@lru_cache(maxsize=512)
def pretty(symbol: str) -> str:
    """A unit as people print it: superscripts, and never a ``u`` for micro (ISMP)."""
    for plain, shown in _PRETTY:
        symbol = symbol.replace(plain, shown)
    return re.sub(r"\bh\*(\w+)", r"\1 h", symbol)


def decimal(value: Number, figures: int = 4) -> str:
    """A number for people, by ISMP's rules: so many significant figures, a leading zero, no trailing one, commas."""
    top, bottom = value.as_integer_ratio()
    if top == 0:
        return "0"
    sign, top = ("-", -top) if top < 0 else ("", top)
    places = figures - 1 - _magnitude(top, bottom)
    digits = _half_up(top, bottom, places)
    if digits >= 10**figures:
        places, digits = places - 1, digits // 10
    if places <= 0:
        return f"{sign}{digits * 10**-places:,}"
    whole, part = divmod(digits, 10**places)
    tail = f"{part:0{places}d}".rstrip("0")
    return f"{sign}{whole:,}.{tail}" if tail else f"{sign}{whole:,}"


def _half_up(top: int, bottom: int, places: int) -> int:
    """The ratio times a power of ten, rounded to a whole number as people round."""
    if places >= 0:
        top *= 10**places
    else:
        bottom *= 10**-places
    return (2 * top + bottom) // (2 * bottom)


def _magnitude(top: int, bottom: int) -> int:
    """The power of ten of the first significant digit of a ratio above zero."""
    guess = len(str(top)) - len(str(bottom))
    reached = top >= bottom * 10**guess if guess >= 0 else top * 10**-guess >= bottom
    return guess if reached else guess - 1


def whole_figures(*values: Number) -> int:
    """How many significant figures show these values alike: four, and never fewer than their whole digits."""
    return max(4, *(len(str(abs(int(value)))) for value in values))


def unrounded(value: Number) -> str:
    """A number for a trace: exactly where it has at most ten figures, else at seven."""
    top, bottom = value.as_integer_ratio()
    places = 9 - _magnitude(abs(top), bottom) if top else 0
    exactly = top * 10 ** max(places, 0) % (bottom * 10 ** max(-places, 0)) == 0
    return decimal(value, 10 if exactly else 7)


_COUNTED = ("day", "week", "month")


def show(value: Number, symbol: str, dimension: str | None = None, *, figures: int = 4, exactly: bool = False) -> str:
    """A canonical value as text in the unit ``symbol``, for people."""
    number = value / unit(symbol, dimension).factor
    if symbol.startswith("cell") and number >= 10**6:
        power = len(str(int(number))) - 1
        mantissa = unrounded(number / 10**power) if exactly else decimal(number / 10**power, figures)
        mantissa, power = ("1", power + 1) if mantissa == "10" else (mantissa, power)
        return f"{mantissa} x 10^{power} {symbol}"
    written = unrounded(number) if exactly else decimal(number, max(figures, whole_figures(number)))
    many = "s" if symbol in _COUNTED and number != 1 else ""
    return f"{written}{'' if symbol[0] == '/' else ' '}{pretty(symbol)}{many}"


@lru_cache(maxsize=512)
def spell(measure: Measure) -> str:
    """A quantity as people print it, in the unit that it was written in, every figure kept."""
    return show(measure.value, measure.unit.symbol, measure.dimension, exactly=True)


# -- the public currency: pint ----------------------------------------------------------------------------------


def registry() -> pint.UnitRegistry[Any]:
    """A pint registry made from this table, so that nothing is defined twice. pint is imported when it is asked for."""
    global _registry
    if _registry is None:
        import pint

        made: pint.UnitRegistry[Any] = pint.UnitRegistry(None)
        bases: dict[str, str] = {}
        for atom in ATOMS.values():
            symbol = {"%": "_", "xULN": "xULN"}.get(atom.symbol, atom.symbol)
            if atom.base == "volume":
                value = f"{atom.factor.numerator} / {atom.factor.denominator} * centimeter ** 3"
            elif atom.base in bases:
                value = f"{atom.factor.numerator} / {atom.factor.denominator} * {bases[atom.base]}"
            else:
                bases[atom.base] = atom.name
                value = f"[{atom.base}]"
            made.define(f"{atom.name} = {value} = {symbol}")
        _registry = made
    return _registry


_registry: pint.UnitRegistry[Any] | None = None


def quantity(value: Number, symbol: str, dimension: str | None = None) -> pint.Quantity[Any]:
    """A canonical value as a pint Quantity of ``dosecalc.ureg`` in the unit ``symbol``."""
    row = unit(symbol, dimension)
    if not row.names:
        raise InputError(f"pint has no unit for {symbol}; ask for another of the same kind")
    made = registry()
    result: pint.Quantity[Any] = made.Quantity(float(value / row.factor), made.UnitsContainer(dict(row.names)))
    return result


def text_of(value: object) -> str:
    """The door text of a value given to the library: text, a plain number, or a pint Quantity of any registry.

    A Quantity is read as its magnitude and the *names* of its units, so a foreign registry's definitions do not matter.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Measure):
        return value.text
    names = getattr(value, "unit_items", None)
    if names is None:
        return _number_text(value)
    wanted = {str(name): Fraction(power) for name, power in names()}
    for rows in UNITS.values():
        if rows[0].names and {n: Fraction(p) for n, p in rows[0].names} == wanted:
            return f"{_number_text(getattr(value, 'magnitude', None))} {rows[0].symbol}"
    raise InputError(f"read a quantity in {getattr(value, 'units', '?')}, a unit that is not known. Give it as text, "
                     "for example '32 mCi', or in a unit of dosecalc.ureg.")  # fmt: skip


def _number_text(value: object) -> str:
    plain = isinstance(value, (int, float, Fraction)) or hasattr(value, "dtype") or type(value).__name__ == "Decimal"
    if not plain or isinstance(value, bool) or getattr(value, "shape", ()) != ():
        raise InputError(f"read {_short(repr(value))}, expected one number")
    if isinstance(value, (int, Fraction)) and not -_LARGEST <= value <= _LARGEST:
        raise InputError("read a number out of any range that occurs")
    if isinstance(value, Fraction):
        text = repr(float(value))
        return text if Fraction(text) == value else decimal(value, 30).replace(",", "")
    return str(value)
