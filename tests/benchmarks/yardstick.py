"""``dosecalc.plan`` against the same arm written by hand: its amounts and the truth of its rules, in plain Fractions.

The functions of the yardstick know nothing of dosecalc: no units, no sources, no words. They have the numbers of the
protocol files written into them, and answer for one patient with the doses, the running sums and how each rule ends.
Both have to agree before they are timed.
"""

from __future__ import annotations

import functools
import os
import statistics
import time
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

CALLS = int(os.environ.get("CALLS", "100"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
OLDER = bool(os.environ.get("OLDER"))
MCI = Fraction(37)
Truth = bool | None
Rules = dict[str, tuple[str, tuple[int, ...]]]
"""How each rule ends, and the doses for which it ends so, where it is asked at each of them."""
Course = tuple[list[Fraction], list[Fraction], Rules]
Patient = dict[str, Any]
"""Numbers as Fractions, and words."""


# -- the yardstick -----------------------------------------------------------------------------------------------


def ends(require: Truth, when: Truth = True, broken: str = "violation") -> str:
    if when is False:
        return "not_applicable"
    if require is True:
        return "pass"
    return "unknown" if when is None or require is None else broken


def once(**rules: str) -> Rules:
    return {name.replace("__", " ").replace("_", "-"): (status, ()) for name, status in rules.items()}


def worst(statuses: Iterable[tuple[int, str]]) -> tuple[str, tuple[int, ...]]:
    """The gravest of what several doses give, and the doses that give it."""
    by_dose = list(statuses)
    for grave in ("violation", "warning", "unknown", "pass"):
        doses = tuple(number for number, status in by_dose if status == grave)
        if doses:
            return grave, () if grave == "pass" else doses
    return "not_applicable", ()


def sums(amounts: list[Fraction]) -> list[Fraction]:
    total, running = Fraction(0), []
    for amount in amounts:
        total += amount
        running.append(total)
    return running


def clover(p: Patient) -> Course:
    amounts = [20 * MCI * p["bsa"] for _ in range(6)]
    course = sums(amounts)[-1] / p["bsa"]
    above = course > 30 * MCI
    rules = once(
        stem_cell_backup__count=ends(p["cd34"] >= 2_000_000, above),
        stem_cell_backup__availability=ends(p["stored"] == 1, above),
        diagnosis=ends(p["diagnosis"] == "high-grade-glioma"),
        disease_state=ends(p["state"] in ("relapsed", "refractory", "recurrent")),
        age__minimum=ends(p["age"] >= 10),
        age__maximum=ends(p["age"] // 1 <= 25),
        performance__karnofsky=ends(None, p["age"] >= 16),
        performance__lansky=ends(p["lansky"] >= 60, p["age"] < 16),
        platelets=ends(p["platelets"] >= 75),
        platelet_transfusion=ends(p["platelets_given"] >= 7),
        anc=ends(p["anc"] >= Fraction(3, 4)),
        hemoglobin=ends(p["hemoglobin"] >= 8),
        red_cell_transfusion=ends(p["red_cells_given"] >= 7),
        egfr=ends(p["egfr"] > 60),
        alt=ends(p["alt"] < 3),
        bilirubin=ends(p["bilirubin"] < 2),
        lesion=ends(p["lesion"] >= 10),
        washout_transplant=ends(True),
        washout_therapy=ends(p["therapy"] >= 14),
        washout_radiation=ends(p["radiation"] >= 3 * Fraction("30.436875"), broken="warning"),
    )
    # stated for the next dose, and asked before each
    rules["pregnancy"] = worst([(1, ends(p["pregnant"] == 0)), *((number, "unknown") for number in range(2, 7))])
    return amounts, sums(amounts), rules


def mibg(p: Patient) -> Course:
    amounts = [12 * MCI * p["weight"]]
    per_weight = amounts[0] / p["weight"]
    enough_counts = p["platelets"] > 50 or (p["platelets"] >= 20 and p["stored"] == 1 and p["transfusion_free"] == 1)
    rules = once(
        stem_cell_backup=ends(None, per_weight > 12 * MCI),
        below_12_without_stem_cells=ends(per_weight < 12 * MCI, p["stored"] == 0, "warning"),
        prior_stem_cells=ends(None, p["prior"] >= 1),
        lifetime_cap=ends(per_weight <= 60 * MCI),
        prior_interval=ends(None, p["prior"] >= 1),
        diagnosis=ends(p["diagnosis"] == "neuroblastoma"),
        disease_state=ends(p["state"] in ("refractory", "relapsed")),
        treatment_failure=ends(p["failed"] == 1),
        age=ends(p["age"] > 1),
        performance=ends(p["lansky"] >= 60),
        life_expectancy=ends(p["expectancy"] > 6),
        mibg_avid=ends(p["avid"] <= 6),
        pregnancy=ends(p["pregnant"] == 0),
        lactation=ends(p["lactating"] == 0),
        dialysis=ends(p["dialysis"] == 0),
        infection=ends(p["infection"] < 3),
        anc=ends(p["anc"] > Fraction(3, 4)),
        platelets=ends(enough_counts),
        hemoglobin=ends(p["hemoglobin"] > 10),
        bilirubin=ends(p["bilirubin"] < 2),
        ast=ends(p["ast"] < 10),
        alt=ends(p["alt"] < 10),
        creatinine=ends(p["creatinine"] <= 2),
        washout_therapy=ends(p["therapy"] >= 14),
        washout_radiation=ends(True),
        washout_cytokine=ends(p["cytokine"] >= 24),
    )
    return amounts, sums(amounts), rules


def zevalin(p: Patient) -> Course:
    level = Fraction(4, 10) if p["platelets"] >= 150 else Fraction(3, 10)
    amounts = [min(level * p["weight"], Fraction(32)) * MCI]
    rules = once(
        diagnosis=ends(p["diagnosis"] in ("follicular-lymphoma", "low-grade-b-cell-lymphoma")),
        disease_state=ends(p["state"] in ("relapsed", "refractory")),
        marrow_reserve=ends(p["impaired"] == 0),
        age=ends(p["age"] >= 18),
        platelets=ends(p["platelets"] >= 100),
        wbc=ends(p["wbc"] >= Fraction(3, 2), broken="warning"),
        marrow=ends(p["marrow"] < 25),
        marrow_irradiated=ends(p["irradiated"] == 0, broken="warning"),
        earlier_transplant=ends(p["transplanted"] == 0, broken="warning"),
    )
    return amounts, sums(amounts), rules


def inotuzumab(p: Patient) -> Course:
    first, half = Fraction(4, 5), Fraction(1, 2)
    later = half if p["remission"] == 1 else first
    amounts = [level * p["bsa"] for level in (first, half, half, *(later, half, half) * 5)]
    cycles = {number: (number + 2) // 3 for number in range(1, 19)}
    days = [day + 7 * i for day in (1, 22, 50, 78, 106, 134) for i in range(3)]
    starts = [number for number in cycles if number % 3 == 1]
    anc_was, platelets_were = p["anc_baseline"] >= 1, p["platelets_baseline"] >= 50
    later_starts = {number: cycles[number] > 1 for number in starts}

    def first_alone(name: str, limit: Fraction) -> tuple[str, tuple[int, ...]]:
        return worst((number, ends(p[name] <= limit if number == 1 else None)) for number in cycles)

    not_stated: Truth = None
    rules = {
        "dose-interval": worst((n, ends(days[n - 1] - days[n - 2] >= 6)) for n in cycles if n > 1),
        "no-remission": worst((n, ends(p["remission"] == 1, cycles[n] > 3)) for n in starts),
        "transplant-cycles": worst((n, ends(cycles[n] <= 2, p["transplant"] == 1, "warning")) for n in starts),
        "hold 7-days": worst((n, ends(not_stated)) for n in cycles if n > 1),
        "hold 14-days": worst((n, ends(not_stated)) for n in cycles if n > 1),
        "hold 28-days": worst((n, ends(not_stated)) for n in cycles if n > 1),
        "age": (ends(p["age"] >= 1), ()),
        "diagnosis": (ends(p["diagnosis"] == "b-cell-precursor-all"), ()),
        "disease-state": (ends(p["state"] in ("relapsed", "refractory")), ()),
        "cd22": (ends(p["cd22"] == 1), ()),
        "cytoreduction": (ends(p["blasts"] <= 10_000), ()),
        "bilirubin": first_alone("bilirubin", Fraction(3, 2)),
        "alt": first_alone("alt", Fraction(5, 2)),
        "ast": first_alone("ast", Fraction(5, 2)),
        "vod": worst((n, ends(p["vod"] == 0 if n == 1 else not_stated)) for n in cycles),
        "anc next-cycle": worst((n, ends(not_stated, late and anc_was)) for n, late in later_starts.items()),
        "platelets next-cycle": worst(
            (n, ends(not_stated, late and platelets_were)) for n, late in later_starts.items()
        ),
        "platelets untransfused": worst((n, ends(not_stated, late)) for n, late in later_starts.items()),
        "counts-low-baseline": worst(
            (n, ends(not_stated, late and not (anc_was and platelets_were))) for n, late in later_starts.items()
        ),
    }
    return amounts, sums(amounts), rules


# -- the patients, as a plan is told of them and as the yardstick is ---------------------------------------------------

PATIENTS: dict[str, tuple[dict[str, object], Callable[[Patient], Course], dict[str, object]]] = {
    "clover2-20": (
        {
            "bsa": "1.6 m^2",
            "weight": "52 kg",
            "age": "12.5 y",
            "observables": {
                "diagnosis": "high-grade-glioma",
                "disease_state": "relapsed",
                "cd34_per_weight": "2.5e6 cell/kg",
                "stem_cells_stored": True,
                "lansky": "80 %",
                "platelets": "120000/uL",
                "platelet_transfusion_interval": "30 day",
                "anc": "2000/uL",
                "hemoglobin": "11 g/dL",
                "red_cell_transfusion_interval": "40 day",
                "egfr": "95 mL/min/1.73m^2",
                "alt": "1 xULN",
                "bilirubin": "1 xULN",
                "lesion_diameter": "14 mm",
                "pregnant": False,
                "washout_transplant": "never",
                "washout_therapy": "30 day",
                "washout_radiation": "60 day",
            },
        },
        clover,
        {
            "diagnosis": "high-grade-glioma",
            "state": "relapsed",
            "bsa": Fraction("1.6"),
            "age": Fraction("12.5"),
            "cd34": 2_500_000,
            "stored": 1,
            "lansky": 80,
            "platelets": 120,
            "platelets_given": 30,
            "anc": 2,
            "hemoglobin": 11,
            "red_cells_given": 40,
            "egfr": 95,
            "alt": 1,
            "bilirubin": 1,
            "lesion": 14,
            "pregnant": 0,
            "therapy": 30,
            "radiation": 60,
        },
    ),
    "mibg-compassionate-nb": (
        {
            "weight": "20 kg",
            "level": "12 mCi/kg",
            "prior": "none",
            "age": "6 y",
            "observables": {
                "diagnosis": "neuroblastoma",
                "disease_state": "refractory",
                "standard_therapy_failed": True,
                "stem_cells_stored": True,
                "lansky": "80 %",
                "life_expectancy": "20 week",
                "mibg_avid_age": "3 week",
                "pregnant": False,
                "lactating": False,
                "dialysis": False,
                "infection_grade": "0",
                "anc": "1.2 10^9/L",
                "platelets": "40 10^9/L",
                "transfusion_free": True,
                "hemoglobin": "11 g/dL",
                "bilirubin": "1 xULN",
                "ast": "1 xULN",
                "alt": "1 xULN",
                "creatinine": "0.5 mg/dL",
                "washout_therapy": "30 day",
                "washout_radiation": "never",
                "washout_cytokine": "48 h",
            },
        },
        mibg,
        {
            "diagnosis": "neuroblastoma",
            "state": "refractory",
            "failed": 1,
            "weight": 20,
            "prior": 0,
            "age": 6,
            "stored": 1,
            "lansky": 80,
            "expectancy": 20,
            "avid": 3,
            "pregnant": 0,
            "lactating": 0,
            "dialysis": 0,
            "infection": 0,
            "anc": Fraction("1.2"),
            "platelets": 40,
            "transfusion_free": 1,
            "hemoglobin": 11,
            "bilirubin": 1,
            "ast": 1,
            "alt": 1,
            "creatinine": Fraction("0.5"),
            "therapy": 30,
            "cytokine": 48,
        },
    ),
    "zevalin-relapsed": (
        {
            "weight": "90 kg",
            "age": "60 y",
            "observables": {
                "diagnosis": "follicular-lymphoma",
                "disease_state": "relapsed",
                "impaired_marrow_reserve": False,
                "platelets": "120000/uL",
                "wbc": "3000/uL",
                "marrow_involvement": "10 %",
                "marrow_irradiated": False,
                "earlier_transplant": False,
            },
        },
        zevalin,
        {
            "diagnosis": "follicular-lymphoma",
            "state": "relapsed",
            "impaired": 0,
            "age": 60,
            "weight": 90,
            "platelets": 120,
            "wbc": 3,
            "marrow": 10,
            "irradiated": 0,
            "transplanted": 0,
        },
    ),
    "inotuzumab": (
        {
            "bsa": "1.6 m^2",
            "age": "30 y",
            "start": "2026-03-02",
            "observables": {
                "diagnosis": "b-cell-precursor-all",
                "disease_state": "relapsed",
                "cd22_positive": True,
                "remission": True,
                "transplant_planned": False,
                "blasts": "5000/mm^3",
                "bilirubin": "1 xULN",
                "alt": "1 xULN",
                "ast": "1 xULN",
                "vod": False,
                "anc_baseline": "2 10^9/L",
                "platelets_baseline": "80 10^9/L",
            },
        },
        inotuzumab,
        {
            "diagnosis": "b-cell-precursor-all",
            "state": "relapsed",
            "cd22": 1,
            "bsa": Fraction("1.6"),
            "age": 30,
            "remission": 1,
            "transplant": 0,
            "blasts": 5000,
            "bilirubin": 1,
            "alt": 1,
            "ast": 1,
            "vod": 0,
            "anc_baseline": 2,
            "platelets_baseline": 80,
        },
    ),
}


# -- both, compared and timed ------------------------------------------------------------------------------------------


def by_hand(arm: str) -> Course:
    """The yardstick's course, the patient's numbers made Fractions as well."""
    _, course, values = PATIENTS[arm]
    return course({name: value if isinstance(value, str) else Fraction(value) for name, value in values.items()})


def planned(arm: str, stated: dict[str, Any]) -> Course:
    """What dosecalc answers, in the same form: the rules of the file, without those that are built in."""
    from dosecalc import load_protocol, plan

    result = plan(arm, **stated)
    listed = {(rule.id, rule.part) for rule in load_protocol(arm).protocol.rules}
    rules = {
        " ".join(filter(None, (finding.rule, finding.part))): (finding.status, tuple(finding.doses or ()))
        for finding in result.findings
        if (finding.rule, finding.part) in listed
    }
    return [dose.exact for dose in result.doses], [dose.cumulative.exact for dose in result.doses], rules


def statements(arm: str) -> dict[str, Any]:
    """What a plan is told; with OLDER=1 without the observables that an older version does not know."""
    stated = dict(PATIENTS[arm][0])
    if OLDER:
        from dosecalc import load_protocol

        known = load_protocol(arm).table
        stated["observables"] = {name: value for name, value in stated["observables"].items() if name in known}
    return stated


def agreed(arm: str, stated: dict[str, Any]) -> None:
    """Refuse to time what does not agree; of an older version the amounts alone, as its rules are others."""
    ours, least = planned(arm, stated), by_hand(arm)
    assert ours[:2] == least[:2], (arm, ours[:2], least[:2])
    different = sorted(name for name in {*ours[2], *least[2]} if ours[2].get(name) != least[2].get(name))
    assert OLDER or not different, (arm, different)
    if different:
        print(f"{arm:24s} other rules than today's: {', '.join(different)}")


def around(arm: str, stated: dict[str, Any]) -> Callable[[], object]:
    """The work around the arithmetic: the statements read through the door, and the values of a plan made once more."""
    from dosecalc import load_protocol, plan
    from dosecalc.planning.planner import inputs_of
    from dosecalc.quantities import units
    from dosecalc.quantities.documents import Result
    from dosecalc.requests import request

    parts: list[tuple[type[Result], dict[str, Any]]] = []

    def collect(value: object) -> None:
        if isinstance(value, Result):
            parts.append((type(value), value.__dict__))
            collect(tuple(value.__dict__.values()))
        elif type(value) is tuple or isinstance(value, dict):
            for each in value.values() if isinstance(value, dict) else value:
                collect(each)

    collect(plan(arm, **stated))
    table = load_protocol(arm).table

    def work() -> None:
        units.read.cache_clear()
        request.read(inputs_of(arm, stated), table)
        for kind, values in parts:
            kind.made(**values)

    return work


def median(work: Callable[[], object]) -> float:
    """Milliseconds of the processor that a call takes."""
    times = []
    for _ in range(CALLS):
        start = time.process_time_ns()
        work()
        times.append(time.process_time_ns() - start)
    return statistics.median(times) / 1e6


def main() -> None:
    from dosecalc import plan

    for arm in PATIENTS:
        stated = statements(arm)
        agreed(arm, stated)
        pairs = [
            (median(functools.partial(plan, arm, **stated)), median(functools.partial(by_hand, arm)))
            for _ in range(ROUNDS)
        ]
        ours, least = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        least_of_all = median(around(arm, stated)) / least
        print(
            f"{arm:24s} plan {ours:7.3f} ms   yardstick {least:7.3f} ms   ratio {ratio:5.1f} (bound 4)   "
            f"reading and making alone {least_of_all:5.1f}"
        )


if __name__ == "__main__":
    main()
