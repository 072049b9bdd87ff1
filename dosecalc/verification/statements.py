"""The statements of a plan, its verbatim inputs, read a second time."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import floor

from dosecalc.verification import quantities
from dosecalc.verification.logic import NEVER, UNKNOWN, Span, exactly
from dosecalc.verification.quantities import Unreadable, Worth, read

Value = Span | bool | str | None
BARE = {"weight": "kg", "height": "cm", "bsa": "m^2", "age": "y", "age_completed": "y", "karnofsky": "%", "lansky": "%"}
YEAR = Fraction(1461, 4)
SECOND = Fraction(1, 86400)  # a year that is not completed ends a second before the birthday
SETTLED: dict[tuple[str, Value], dict[str, Value]] = {  # what some truths say of others
    ("sex", "male"): {"pregnant": False, "lactating": False},
    ("menopause", True): {"pregnant": False, "lactating": False},
    ("hysterectomy", True): {"pregnant": False},
    ("stem_cells_stored", False): {
        "cd34_per_weight": exactly(0),
        "marrow_mononuclear_per_weight": exactly(0),
    },
}
TRUTHS = {"true": True, "yes": True, "false": False, "no": False}
MOMENTARY = (
    *("platelets", "anc", "wbc", "blasts", "hemoglobin", "creatinine", "crcl", "egfr", "bilirubin", "alt", "ast"),
    *("infection_grade", "proteinuria", "vod", "pregnant", "lactating", "with_abiraterone", "low_iodine_diet"),
    *("washout_long_acting_analogue", "washout_short_acting_analogue", "washout_abiraterone", "washout_mibg_drug"),
    *("washout_thyroid_hormone", "washout_iodinated_contrast"),
)


@dataclass
class SizeFrom:
    """A size with what it holds from: the first dose, a dose, or a date."""

    worth: Fraction
    dose: int | None = None
    day: date | None = None


@dataclass
class Earlier:
    """Therapy before the course: what it was, when, and the weight of that time."""

    agent: str | None
    amount: Worth
    day: date | None
    weight: Fraction | None


NAMES = {
    name: observable
    for observable, names in {
        "platelets": "plt plts thrombocytes thrombo",
        "hemoglobin": "hb hgb haemoglobin",
        "anc": "neutrophils neutrophil neut",
        "wbc": "leukocytes leucocytes wcc",
        "creatinine": "crea creat scr",
        "bilirubin": "bili tbil total_bilirubin",
        "alt": "gpt sgpt alat",
        "ast": "got sgot asat",
        "crcl": "clcr ccr creatinine_clearance",
        "karnofsky": "kps",
    }.items()
    for name in names.split()
}
"""What laboratories call observables."""


@dataclass
class StatedAgain:
    """What was stated, by what it says."""

    inputs: dict[str, list[str]]
    observed: dict[tuple[str, int | None], Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for text in self.inputs.get("set", []):
            name, _, value = text.partition("=")
            match = re.fullmatch(r"([A-Za-z0-9_.-]+?)(?:\[(\d+)\])?", name.strip())
            if match is None:
                raise Unreadable(text)
            meant = NAMES.get(folded := match[1].lower().replace("-", "_"), folded)
            self.observed[meant, int(match[2]) if match[2] else None] = value_of(value.strip(), BARE.get(meant, ""))
        for option in ("age", "sex"):
            for text in self.inputs.get(option, []):
                self.observed[option, None] = value_of(text, BARE.get(option, ""))
        self._settle()

    def _settle(self) -> None:
        for (name, value), says in SETTLED.items():
            if self.observed.get((name, None)) == value:
                for other, what in says.items():
                    self._settled(other, value=what)
        for name in ("cd34_per_weight", "marrow_mononuclear_per_weight"):
            count = self.observed.get((name, None))
            if isinstance(count, tuple) and count[0]:
                self._settled("stem_cells_stored", value=True)
        age = self.observed.get(("age", None))
        if isinstance(age, tuple) and age[0] is not None:
            self.observed.setdefault(("age_completed", None), exactly(floor(age[0] / YEAR) * YEAR))
        whole = self.observed.get(("age_completed", None))
        if age is None and isinstance(whole, tuple) and whole[0] is not None:
            self.observed["age", None] = whole[0], whole[0] + YEAR - SECOND
        if (
            isinstance(whole, tuple)
            and whole[1] is not None
            and whole[1] <= 10 * YEAR
            and not self.observed.get(("menarche", None))
        ):
            self._settled("pregnant", value=False)
            self._settled("lactating", value=False)
        scores = [self.observed.get((name, None)) for name in ("karnofsky", "lansky")]
        least = [score[0] for score in scores if isinstance(score, tuple) and score[0] is not None]
        self.observed["performance", None] = exactly(min(least)) if least else UNKNOWN

    def _settled(self, name: str, value: Value) -> None:
        """What other statements say of an observable, whatever the dose, unless it was stated itself."""
        self.observed[name, 0] = value

    def one(self, option: str) -> str | None:
        texts = self.inputs.get(option, [])
        return texts[-1] if texts else None

    def numbered(self, option: str) -> dict[int | None, str]:
        """The texts of an option by dose: "2=15 mCi/kg", or for all doses."""
        found: dict[int | None, str] = {}
        for text in self.inputs.get(option, []):
            number, equals, value = text.partition("=")
            found[int(number) if equals else None] = (value if equals else text).strip()
        return found

    @cached_property
    def given(self) -> dict[int, tuple[Worth, date | None]]:
        found = {}
        for number, text in self.numbered("given").items():
            amount, _, day = text.partition("@")
            found[number or 0] = read(amount), _date(day)
        return found

    @cached_property
    def measured(self) -> dict[int, Fraction]:
        return {number or 0: read(text).worth for number, text in self.numbered("measured").items()}

    @cached_property
    def steps(self) -> dict[int, int]:
        return {number or 0: int(text) for number, text in self.numbered("reduction").items()}

    @cached_property
    def levels(self) -> dict[int | None, Worth]:
        return {number: read(text) for number, text in self.numbered("level").items()}

    @cached_property
    def start(self) -> date | None:
        return _date(self.one("start") or "")

    @cached_property
    def next(self) -> int:
        """The number of the next dose: the one after the last that was given."""
        return max(self.given, default=0) + 1

    @cached_property
    def sizes(self) -> dict[str, list[SizeFrom]]:
        found: dict[str, list[SizeFrom]] = {"weight": [], "height": [], "bsa": []}
        for name, sizes in found.items():
            for text in self.inputs.get(name, []):
                number, equals, rest = text.partition("=")
                value, _, day = (rest if equals else text).partition("@")
                sizes.append(SizeFrom(read(value, BARE[name]).worth, int(number) if equals else None, _date(day)))
        return found

    def size(self, name: str, number: int, day: date | None) -> Fraction | None:
        """A size at a dose: the last one from a dose on; else the last one by date, else the one of no date.

        Of a dose without a date only a size that is the only one is known.
        """
        sizes = self.sizes[name]
        from_dose = [size for size in sizes if size.dose is not None and size.dose <= number]
        if from_dose:
            return max(from_dose, key=lambda size: size.dose or 0).worth
        throughout = self.throughout(name)
        dated = [size for size in sizes if size.day is not None]
        if dated and day is None:
            return dated[0].worth if len(sizes) == 1 else None
        held = [(size.day, place) for place, size in enumerate(dated) if day and size.day and size.day <= day]
        return dated[max(held)[1]].worth if held else throughout

    def throughout(self, name: str) -> Fraction | None:
        """A size that holds for the whole course, of no dose and no date."""
        return next((size.worth for size in self.sizes[name] if size.dose is None and size.day is None), None)

    def beyond(self, name: str) -> Fraction | None:
        """A size after the last dose: what holds throughout, where nothing else was stated."""
        return (
            self.throughout(name) if all(size.dose is None and size.day is None for size in self.sizes[name]) else None
        )

    def weighed(self, day: date) -> Fraction | None:
        """The weight that was stated for a date."""
        return next((size.worth for size in self.sizes["weight"] if size.day == day), None)

    @cached_property
    def priors(self) -> list[Earlier] | None:
        """Therapy before; an empty list where there was none, None where nothing was said."""
        texts = self.inputs.get("prior", [])
        if not texts:
            return [] if self.observed.get(("prior_count", None)) == exactly(0) else None
        return [_prior(text) for text in texts if text != "none"]


def value_of(text: str, bare: str = "") -> Value:
    """What an observable was stated to be: a truth, a number, a quantity, a word, or never."""
    word = text.strip().lower()
    if word in TRUTHS:
        return TRUTHS[word]
    if word == "never":
        return exactly(NEVER)
    if match := re.fullmatch(r"(.+?) ?\((?:ULN|uln|upper limit of normal) ?[=:]? ?([^()]+)\)", text):
        return exactly(read(match[1]).worth / read(match[2]).worth)
    try:
        number, unit = quantities.split(text)
    except Unreadable:
        return word
    return exactly(quantities.quantity(number, unit or bare).worth if unit or bare else number)


def _date(text: str) -> date | None:
    return date.fromisoformat(text.strip()) if text.strip() else None


def _prior(text: str) -> Earlier:
    agent, colon, rest = text.partition(":")
    body, _, weight = (rest if colon else text).partition(",")
    amount, _, day = body.partition("@")
    kilograms = read(weight, "kg").worth if weight else None
    return Earlier(agent.strip() if colon else None, read(amount), _date(day), kilograms)
