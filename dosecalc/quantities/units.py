"""The door: the only place where text becomes a quantity and a quantity becomes text.

A quantity is one plain ASCII number and one unit of a closed table. The *spelling* of a unit decides its dimension:
``mCi/m^2`` is per body surface area, ``mCi/kg`` per body weight, ``uCi/g`` per gram of an organ. Numbers are exact
rationals from the text on; nothing is rounded before it is shown. The table itself is in ``unit_table``.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from dosecalc.errors import InputError
from dosecalc.quantities.unit_table import ATOMS, CREATININE_UMOL_PER_L, DIMENSIONS, SYNONYMS, UNITS, Unit

if TYPE_CHECKING:
    import pint

__all__ = ["ATOMS", "CREATININE_UMOL_PER_L", "DIMENSIONS", "UNITS", "Measure", "Number", "Unit"]
Number = Fraction | float


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
        """The dimension, a key of ``DIMENSIONS``."""
        return self.unit.dimension


_SPELLINGS = str.maketrans({"µ": "u", "μ": "u", "²": "^2", "³": "^3", "⁹": "^9"})
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_LITRE = re.compile(r"(/[umd]?)l(?![A-Za-z])")
"""A litre under the stroke with a small letter, as many laboratories write it."""
_LONGEST = 100
_LARGEST = Fraction(10) ** 30


def spelled(symbol: str) -> str:
    """The door's own spelling of a unit symbol: micro signs, superscripts, ``m2`` and plurals are folded into one."""
    folded = symbol.translate(_SPELLINGS).replace("**", "^")
    folded = re.sub(r"(?<![A-Za-z])(m|mm|dm|cm)([23])(?![0-9])", r"\1^\2", folded)
    folded = re.sub(r"^ug(?![A-Za-z])", "mcg", folded)
    folded = _LITRE.sub(r"\1L", folded)
    return SYNONYMS.get(folded, folded)


def unit(symbol: str, dimension: str | None = None) -> Unit:
    """The row for a door spelling; ``g`` is a body weight unless a mass of drug is wanted. KeyError if unknown."""
    rows = UNITS[symbol]
    return next((row for row in rows if row.dimension == dimension), rows[0])


@lru_cache(maxsize=4096)
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
        raise InputError(f"read {clean!r}, a number outside any realistic range. {_expected(wanted, bare)}")
    rest = clean[match.end() :]
    return number, rest.removeprefix(" ")


def _spoils(clean: str, end: int) -> bool:
    """Whether the text after the number shows that it was not one plain number."""
    rest = clean[end:]
    return "," in clean or "_" in clean or not clean.isprintable() or bool(re.match(r"[.\d]|[eE][+-]?\d", rest))


def _why_not_a_number(clean: str) -> str:
    if not clean:
        return "nothing was given."
    quoted = _short(clean)
    if not clean.isprintable():
        return f"read {quoted}, which is not one number with one unit: it contains an invisible character."
    if "," in clean:
        return f"read {quoted}, which has a comma. {_comma_readings(clean)}"
    if "_" in clean:
        return f"read {quoted}, which has an underscore. Write digits without separators."
    if re.match(r"[+-]?(nan|inf)", clean, re.IGNORECASE):
        return f"read {quoted}, which is not a number that a dose can be computed from."
    if any(c.isdigit() and not c.isascii() for c in clean) and not clean[0].isascii():
        return f"read {quoted}, which has digits other than 0 to 9."
    if re.match(r"[+-]?\.\d", clean):
        return f"read {quoted}. Write a zero before the point: {clean.replace('.', '0.', 1)}."
    if re.match(r"[+-]?\d+\.(?!\d)", clean):
        return f"read {quoted}, which has a point without a digit after it."
    if re.match(r"[+-]?[\d.]+[eE][+-]?\d{4,}", clean):
        return f"read {quoted}, a number outside any realistic range."
    return f"read {quoted}, which is not one number with one unit."


def _comma_readings(clean: str) -> str:
    """The meanings that a number with commas can have had; none is taken for granted."""
    match = re.fullmatch(r"([+-]?[0-9]+)((?:,[0-9]+)+)(\.[0-9]+)?(\D.*)?", clean)
    if match is None:
        return "Write a point before decimals and nothing between thousands."
    whole, parts, decimals, rest = match[1], match[2].split(",")[1:], match[3] or "", match[4] or ""
    thousands = all(len(part) == 3 for part in parts)
    as_thousands = f"{whole}{''.join(parts)}{decimals}{rest}"
    if len(parts) > 1 or decimals:
        if thousands:
            return f"Write it without commas: {as_thousands}."
        return "Write one number, with a point before decimals."
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


_PRETTY = (
    ("^2", "²"),
    ("^3", "³"),
    ("10^9", "x 10⁹"),
    ("uCi", "microcurie"),
    ("uSv", "microsievert"),
    ("umol", "micromol"),
    ("uL", "microliter"),
    ("1.73m", "1.73 m"),
)


def prose(text: str) -> str:
    """A sentence of a protocol file as people print it: powers raised, everything else as it was written."""
    for plain, raised in (("^2", "²"), ("^3", "³"), ("10^9", "10⁹")):
        text = text.replace(plain, raised)
    return text


@lru_cache(maxsize=512)
def pretty(symbol: str) -> str:
    """A unit as people print it: superscripts, and never a ``u`` for micro (ISMP)."""
    for plain, printed in _PRETTY:
        symbol = symbol.replace(plain, printed)
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
    """A pint registry made from the unit table, so that nothing is defined twice; pint is imported only here."""
    global _registry
    if _registry is None:
        import pint

        registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None)
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
            registry.define(f"{atom.name} = {value} = {symbol}")
        _registry = registry
    return _registry


_registry: pint.UnitRegistry[Any] | None = None


def quantity(value: Number, symbol: str, dimension: str | None = None) -> pint.Quantity[Any]:
    """A canonical value as a pint Quantity of ``dosecalc.ureg`` in the unit ``symbol``."""
    row = unit(symbol, dimension)
    if not row.names:
        raise InputError(f"pint has no unit for {symbol}; ask for another of the same kind")
    ureg = registry()
    quantity: pint.Quantity[Any] = ureg.Quantity(float(value / row.factor), ureg.UnitsContainer(dict(row.names)))
    return quantity


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
    raise InputError(
        f"read a quantity in {getattr(value, 'units', '?')}, a unit that is not known. Give it as text, for example "
        "'32 mCi', or in a unit of dosecalc.ureg."
    )


def _number_text(value: object) -> str:
    numeric = isinstance(value, (int, float, Fraction)) or hasattr(value, "dtype") or type(value).__name__ == "Decimal"
    if not numeric or isinstance(value, bool) or getattr(value, "shape", ()) != ():
        raise InputError(f"read {_short(repr(value))}, expected one number")
    if isinstance(value, (int, Fraction)) and not -_LARGEST <= value <= _LARGEST:
        raise InputError("read a number outside any realistic range")
    if isinstance(value, Fraction):
        text = repr(float(value))
        return text if Fraction(text) == value else decimal(value, 30).replace(",", "")
    return str(value)
