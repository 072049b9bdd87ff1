"""The observables that rules may ask for: named quantities with a unit, a scope and a range.

Names are a contract. *patient* observables are stated; *dose* and *course* observables are computed from the plan,
except those of prior therapy. A momentary one (a blood count) answers for the dose it was taken before and no other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, NamedTuple, TypedDict, Unpack

from dosecalc.errors import InputError
from dosecalc.quantities import units
from dosecalc.quantities.statement import Stated
from dosecalc.reference.labs import lab_names

Kind = Literal["quantity", "count", "boolean", "choice"]


class Observable(NamedTuple):
    """A row of the table. ``unit`` is the unit it is shown in; ``low`` and ``high`` bound what is believed, in it."""

    name: str
    title: str
    kind: Kind = "quantity"
    dimension: str = ""
    unit: str = ""
    scope: str = "patient"
    momentary: bool = False
    low: Fraction | None = None
    high: Fraction | None = None
    choices: tuple[str, ...] = ()
    option: str | None = None
    computed: bool = False
    bare: bool = False
    slip: str = ""
    ago: bool = False
    """Whether it is the time since something that may never have happened (then ``never`` is a value)."""

    @property
    def factor(self) -> Fraction:
        """Canonical units of the dimension in one of the observable's own unit."""
        return units.unit(self.unit, self.dimension).factor

    @property
    def about_activity(self) -> bool:
        """Whether only a dose of a radioactive agent has it."""
        return "activity" in self.name or self.name == "whole_body_dose" or self.name.startswith(OF_ORGAN)

    @property
    def about_mass(self) -> bool:
        return "dose_mass" in self.name


class _More(TypedDict, total=False):
    """Whatever else a row of the table states, by the names of :class:`Observable`."""

    scope: str
    momentary: bool
    computed: bool
    bare: bool
    slip: str
    ago: bool


def _q(
    name: str,
    title: str,
    dimension: str,
    unit: str,
    low: str = "",
    high: str = "",
    *,
    option: str | None = None,
    **more: Unpack[_More],
) -> Observable:
    least, most = (Fraction(bound) if bound else None for bound in (low, high))
    return Observable(name, title, "quantity", dimension, unit, low=least, high=most, option=option, **more)


def _b(name: str, title: str, *, momentary: bool = False) -> Observable:
    return Observable(name, title, "boolean", momentary=momentary)


def _per(name: str, title: str, option: str | None = None, **more: Unpack[_More]) -> list[Observable]:
    """An activity, and the same per body weight and per body surface area."""
    sizes = (
        ("", "", "activity", "mCi"),
        ("_per_weight", " per body weight", "activity/weight", "mCi/kg"),
        ("_per_bsa", " per body surface area", "activity/bsa", "mCi/m^2"),
    )
    return [
        _q(f"{name}{suffix}", f"{title}{words}", dimension, unit, option=option, **more)
        for suffix, words, dimension, unit in sizes
    ]


_DOSE: _More = {"scope": "dose", "computed": True}
_COURSE: _More = {"scope": "course", "computed": True}
_NOW: _More = {"momentary": True}

OF_ORGAN = "cumulative_organ_dose."
ORGANS = (
    *("red_marrow", "lungs", "kidneys", "liver", "small_intestine", "blood", "whole_body", "spleen"),
    *("salivary_glands", "bladder", "cerebrospinal_fluid", "tumour", "normal_liver"),
)


def _organs() -> list[Observable]:
    """What an administered activity gives to an organ, how long it stays there, and what the organ got so far."""
    rows = []
    for organ in ORGANS:
        words = organ.replace("_", " ")
        title = f"absorbed dose of the {words} per administered activity"
        rows.append(_q(f"organ_dose.{organ}", title, "absorbed dose/activity", "Gy/mCi", "0", "1000"))
        rows.append(_q(f"organ_half_life.{organ}", f"effective half-life in the {words}", "time", "h", "0", "100000"))
        option = f'--set "organ_dose.{organ}=... Gy/mCi"'
        title = f"cumulative absorbed dose of the {words}"
        rows.append(_q(f"{OF_ORGAN}{organ}", title, "absorbed dose", "Gy", **_DOSE, option=option))
    return rows


_ROWS: list[Observable] = [
    _q("age", "age", "time", "y", "0", "120", option="--age", bare=True),
    _q("age_completed", "age in completed years", "time", "y", "0", "120", option="--age", bare=True),
    Observable("sex", "sex", "choice", choices=("female", "male"), option="--sex"),
    _q("weight", "body weight", "weight", "kg", "0.5", "400", option="--weight", bare=True,
       slip="grams and pounds are written '6200 g' and '44 lb'"),
    _q("height", "height", "length", "cm", "25", "250", option="--height", bare=True,
       slip="a bare number is in centimetres; metres are written '1.70 m'"),
    _q("bsa", "body surface area", "bsa", "m^2", "0.1", "3.5", option="--bsa", bare=True,
       slip="a decimal point may have been lost"),
    _q("platelets", "platelets", "count/volume", "10^9/L", "0", "10000", **_NOW),
    _q("anc", "absolute neutrophil count", "count/volume", "10^9/L", "0", "1000", **_NOW),
    _q("wbc", "white blood cells", "count/volume", "10^9/L", "0", "2000", **_NOW),
    _q("blasts", "circulating blasts", "count/volume", "/mm^3", "0", "2000000", **_NOW),
    _q("hemoglobin", "hemoglobin", "hemoglobin", "g/dL", "0", "30", **_NOW),
    _q("creatinine", "serum creatinine", "creatinine", "mg/dL", "0", "50", **_NOW),
    _q("crcl", "creatinine clearance", "clearance", "mL/min", "0", "400", **_NOW),
    _q("egfr", "estimated glomerular filtration rate", "egfr", "mL/min/1.73m^2", "0", "400", **_NOW),
    _q("bilirubin", "bilirubin", "xULN", "xULN", "0", "200", **_NOW),
    _q("alt", "alanine aminotransferase", "xULN", "xULN", "0", "1000", **_NOW),
    _q("ast", "aspartate aminotransferase", "xULN", "xULN", "0", "1000", **_NOW),
    Observable("infection_grade", "grade of active infection", "count", low=Fraction(0), high=Fraction(5),
               momentary=True),
    _b("proteinuria", "24-hour urine protein above the reference range", momentary=True),
    _q("karnofsky", "Karnofsky performance status", "percent", "%", "0", "100", bare=True),
    _q("lansky", "Lansky performance status", "percent", "%", "0", "100", bare=True),
    _q("performance", "lowest stated performance status (Karnofsky, Lansky)", "percent", "%", computed=True,
       option="--set karnofsky or --set lansky"),
    _q("life_expectancy", "life expectancy", "time", "week", "0", "6000"),
    _b("pregnant", "pregnant", momentary=True),
    _b("lactating", "breast-feeding", momentary=True),
    _b("menarche", "menarche has been"),
    _b("menopause", "two years or more without menses (menopause)"),
    _b("hysterectomy", "the uterus was removed"),
    _b("dialysis", "on hemodialysis"),
    _b("vod", "hepatic veno-occlusive disease", momentary=True),
    _b("transfusion_free", "independent of platelet transfusions"),
    _q("platelet_transfusion_interval", "time since the last platelet transfusion", "time", "day", "0", "40000",
       ago=True),
    _q("platelets_baseline", "platelets before the first dose", "count/volume", "10^9/L", "0", "10000"),
    _q("anc_baseline", "absolute neutrophil count before the first dose", "count/volume", "10^9/L", "0", "1000"),
    _q("marrow_involvement", "marrow involvement", "percent", "%", "0", "100"),
    _q("lesion_diameter", "longest diameter of the lesion", "length", "mm", "0", "1000"),
    _q("mibg_avid_age", "time since the scan that showed MIBG uptake", "time", "week", "0", "6000"),
    _b("remission", "in remission (CR or CRi) when the cycle begins"),
    _b("transplant_planned", "a stem-cell transplant is planned"),
    _b("stem_cells_stored", "autologous stem cells are stored"),
    _b("stem_cells_collectable", "autologous stem cells can be collected"),
    _q("cd34_per_weight", "stored CD34+ cells", "cells/weight", "cell/kg", "0", "1000000000000"),
    _q("marrow_mononuclear_per_weight", "stored marrow mononuclear cells", "cells/weight", "cell/kg", "0",
       "1000000000000"),
    _q("washout_therapy", "time since any anti-tumour therapy", "time", "day", "0", "40000", ago=True),
    _q("washout_radiation", "time since large-field radiation", "time", "day", "0", "40000", ago=True),
    _q("washout_cytokine", "time since cytokine therapy", "time", "h", "0", "1000000", ago=True),
    _q("washout_transplant", "time since a stem-cell transplant", "time", "day", "0", "40000", ago=True),
    *(
        _q(f"washout_{name}", f"time since {title}", "time", "day", "0", "40000", ago=True, momentary=True)
        for name, title in (
            ("long_acting_analogue", "the last long-acting somatostatin analogue"),
            ("abiraterone", "the end of abiraterone"),
            ("mibg_drug", "the last drug that interferes with the uptake of MIBG"),
            ("thyroid_hormone", "the last thyroid hormone"),
            ("iodinated_contrast", "the last iodinated contrast medium"),
        )
    ),
    _q("washout_short_acting_analogue", "time since the last short-acting somatostatin analogue", "time", "h", "0",
       "1000000", ago=True, momentary=True),
    _b("with_abiraterone", "abiraterone with prednisone or prednisolone is being taken", momentary=True),
    _b("low_iodine_diet", "on a low-iodine diet, for as long as the source asks", momentary=True),
    *_organs(),
    *_per("dose_activity", "activity of the dose", **_DOSE),
    _q("dose_mass", "mass of the dose", "mass", "mg", **_DOSE),
    _q("dose_mass_per_bsa", "mass of the dose per body surface area", "mass/bsa", "mg/m^2", **_DOSE),
    _q("dose_interval", "time since the previous dose", "time", "day", **_DOSE, option="--start and --cycle-length"),
    *_per("cumulative_activity", "cumulative activity", **_DOSE),
    _q("session_activity", "activity of the session", "activity", "MBq", **_DOSE),
    *_per("lifetime_activity", "lifetime activity", **_DOSE, option="--prior"),
    _q("whole_body_dose", "whole-body absorbed dose", "absorbed dose", "Gy", **_DOSE, option="--measured"),
    Observable("cycle_number", "number of the cycle", "count", scope="dose", computed=True),
    Observable("dose_number", "number of the dose", "count", scope="dose", computed=True),
    *_per("course_activity", "activity of the course", **_COURSE),
    Observable("course_cycles", "cycles of the course", "count", scope="course", computed=True),
    _q("prior_interval", "time since the last prior administration", "time", "day", "0", "40000", scope="course",
       option="--prior AMOUNT@DATE with --start"),
    Observable("prior_count", "number of prior administrations", "count", scope="course", option="--prior",
               low=Fraction(0), high=Fraction(100)),
]  # fmt: skip
OBSERVABLES = {row.name: row for row in _ROWS}
BY_CYCLE = frozenset({"remission"})
"""Observables whose index is a cycle; every other index is a dose."""
RUNNING = ("cumulative_", "lifetime_", "whole_body_dose")
"""Totals that only grow: a cap on one is broken once, by the first dose above it."""


def indexable(row: Observable) -> bool:
    """Whether a value may be stated for one dose (or one cycle) alone; all others hold for the whole course."""
    return row.momentary or row.name in BY_CYCLE


def settled_by(row: Observable, index: int | None = None) -> str:
    """The option that states an observable, as a person would type it; ``index`` the dose or cycle it is asked for."""
    if row.option:
        return f'{row.option} {index or 1}="1.9 Gy"' if row.option == "--measured" else row.option
    name = f"{row.name}[{index}]" if index is not None and indexable(row) else row.name
    if row.kind == "boolean":
        return f"--set {name}=true (or false)"
    if row.kind == "count":
        return f"--set {name}=0"
    if row.kind == "choice":
        return f"--set {name}={row.choices[0]}"
    return f'--set "{name}=... {row.unit}"{" (or never)" if row.ago else ""}'


def find(name: str, known: Mapping[str, Observable] = OBSERVABLES) -> Observable:
    """The row of an observable; InputError naming the near ones if there is none."""
    row = known.get(name)
    if row is None:
        from difflib import get_close_matches

        near = get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f" Near names: {', '.join(near)}." if near else ""
        raise InputError(f"{name!r} is not an observable.{hint} 'dosecalc observables' lists them all.")
    return row


def stated_as(name: str, known: Mapping[str, Observable] = OBSERVABLES) -> Observable:
    """The row of an observable as a laboratory or a person names it: in any case, or by another name of the table.

    InputError naming the near ones if there is none.
    """
    folded = name.casefold().replace("-", "_")
    meant = next((each for each in (name, folded, lab_names().get(folded, "")) if each in known), name)
    return find(meant, known)


NEVER = Fraction(10) ** 9
"""Days since something that never happened: longer than any washout."""
_TRUTH = {"true": True, "yes": True, "false": False, "no": False}


_WITH_LIMIT = re.compile(r"(.+?) ?\((?:ULN|uln|upper limit of normal) ?[=:]? ?([^()]+)\)")


def _of_normal(text: str) -> Fraction | None:
    """A value with the upper limit of that laboratory, "35 U/L (ULN 40 U/L)", as a multiple of it; None for others."""
    match = _WITH_LIMIT.fullmatch(text.strip())
    if match is None:
        return None
    value, limit = (units.read(each) for each in match.groups())
    if value.dimension != limit.dimension or not limit.value:
        message = f"read {text!r}: {value.text} and its upper limit {limit.text} are not of one kind, or the limit is 0"
        raise InputError(message)
    return value.value / limit.value


def read(row: Observable, text: str) -> Stated:
    """Read the text of an observable's value and check its range. InputError if it cannot be used."""
    if row.dimension == "xULN" and (times := _of_normal(text)) is not None:
        _check_range(row, times, text)
        measure = units.read(f"{units.decimal(times, 12)} xULN")
        return Stated(times, text, measure)
    if row.kind == "boolean":
        if text.strip().lower() not in _TRUTH:
            raise InputError(f"read {text!r}, expected true or false")
        return Stated(_TRUTH[text.strip().lower()], text)
    if row.kind == "choice":
        word = text.strip().lower()
        meant = [choice for choice in row.choices if choice == word or (len(word) == 1 and choice[0] == word)]
        if len(meant) != 1:
            raise InputError(f"read {text!r}, expected one of {', '.join(row.choices)}")
        return Stated(meant[0], text)
    if row.kind == "count":
        number = units.read_number(text)
        if number.denominator != 1:
            raise InputError(f"read {text!r}, expected a whole number")
        _check_range(row, number, text)
        return Stated(number, text)
    if row.ago and text.strip().lower() == "never":
        return Stated(NEVER, text)
    measure = units.read(text, row.dimension, bare=row.unit if row.bare else None)
    number = measure.value / row.factor
    _check_range(row, number, text)
    if row.name == "age_completed" and number.denominator != 1:
        raise InputError(f"read {text!r}, expected whole years; state an exact age with --age")
    return Stated(measure.value, text, measure)


def _check_range(row: Observable, number: Fraction, text: str) -> None:
    size = row.name in ("weight", "height", "bsa")
    if size and number == 0:
        raise InputError(f"read {text!r}: a {row.title} cannot be zero")
    if row.low is not None and number < row.low:
        relation, bound = "below the accepted minimum", row.low
    elif row.high is not None and number > row.high:
        relation, bound = "above the accepted maximum", row.high
    else:
        return
    limit = f"{units.decimal(bound, 12)}{' ' + units.pretty(row.unit) if row.unit else ''}"
    read_as = units.show(number * row.factor, row.unit, row.dimension) if row.unit else str(number)
    slip = f"; {row.slip}" if row.slip else ""
    raise InputError(f"read {text!r}: {read_as} is {relation} of {limit}{slip}")
