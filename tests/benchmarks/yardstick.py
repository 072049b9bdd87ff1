"""``dosecalc.plan`` against the same arm written by hand: its amounts and the truth of its rules, in plain Fractions.

The functions of the yardstick know nothing of dosecalc: no units, no sources, no words. They have the numbers of the
protocol files written into them, and answer for one patient with the doses, the running sums and how each rule ends.
Both have to agree before they are timed.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable
from fractions import Fraction

CALLS = int(os.environ.get("CALLS", "300"))
MCI = Fraction(37)
Truth = bool | None
Rules = dict[str, tuple[str, tuple[int, ...]]]
"""How each rule ends, and the doses for which it ends so, where it is asked at each of them."""
Course = tuple[list[Fraction], list[Fraction], Rules]


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


def clover(p: dict[str, Fraction]) -> Course:
    amounts = [20 * MCI * p["bsa"] for _ in range(6)]
    course = sums(amounts)[-1] / p["bsa"]
    above = course > 30 * MCI
    rules = once(
        stem_cell_backup__count=ends(p["cd34"] >= 2_000_000, above),
        stem_cell_backup__availability=ends(p["stored"] == 1, above),
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
        pregnancy=ends(p["pregnant"] == 0),
        washout_transplant=ends(True),
        washout_therapy=ends(p["therapy"] >= 14),
        washout_radiation=ends(p["radiation"] >= 3 * Fraction("30.436875"), broken="warning"),
    )
    return amounts, sums(amounts), rules


def mibg(p: dict[str, Fraction]) -> Course:
    amounts = [12 * MCI * p["weight"]]
    per_weight = amounts[0] / p["weight"]
    enough_counts = p["platelets"] > 50 or (p["platelets"] >= 20 and p["stored"] == 1 and p["transfusion_free"] == 1)
    rules = once(
        stem_cell_backup=ends(None, per_weight > 12 * MCI),
        below_12_without_stem_cells=ends(per_weight < 12 * MCI, p["stored"] == 0, "warning"),
        prior_stem_cells=ends(None, p["prior"] >= 1),
        lifetime_cap=ends(per_weight <= 60 * MCI),
        prior_interval=ends(None, p["prior"] >= 1),
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


def zevalin(p: dict[str, Fraction]) -> Course:
    level = Fraction(4, 10) if p["platelets"] >= 150 else Fraction(3, 10)
    amounts = [min(level * p["weight"], Fraction(32)) * MCI]
    rules = once(platelets=ends(p["platelets"] >= 100), marrow=ends(p["marrow"] < 25))
    return amounts, sums(amounts), rules


def inotuzumab(p: dict[str, Fraction]) -> Course:
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
        "cytoreduction": (ends(p["blasts"] <= 10_000), ()),
        "bilirubin": first_alone("bilirubin", Fraction(3, 2)),
        "alt": first_alone("alt", Fraction(5, 2)),
        "ast": first_alone("ast", Fraction(5, 2)),
        "vod": (ends(p["vod"] == 0), ()),
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

PATIENTS: dict[str, tuple[dict[str, object], Callable[[dict[str, Fraction]], Course], dict[str, object]]] = {
    "clover2-20": (
        {
            "bsa": "1.6 m^2",
            "weight": "52 kg",
            "age": "12.5 y",
            "observables": {
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
            "bsa": "1.6",
            "age": "12.5",
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
            "anc": "1.2",
            "platelets": 40,
            "transfusion_free": 1,
            "hemoglobin": 11,
            "bilirubin": 1,
            "ast": 1,
            "alt": 1,
            "creatinine": "0.5",
            "therapy": 30,
            "cytokine": 48,
        },
    ),
    "zevalin-relapsed": (
        {"weight": "90 kg", "observables": {"platelets": "120000/uL", "marrow_involvement": "10 %"}},
        zevalin,
        {"weight": 90, "platelets": 120, "marrow": 10},
    ),
    "inotuzumab": (
        {
            "bsa": "1.6 m^2",
            "age": "30 y",
            "start": "2026-03-02",
            "observables": {
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
            "bsa": "1.6",
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
    """The yardstick's course, the patient's numbers read as well."""
    _, course, numbers = PATIENTS[arm]
    return course({name: Fraction(str(value)) for name, value in numbers.items()})


def planned(arm: str) -> Course:
    """What dosecalc answers, in the same form; built-in rules, which are no rules of the file, are left out."""
    import dosecalc

    stated, _, _ = PATIENTS[arm]
    result = dosecalc.plan(arm, **stated)
    names = by_hand(arm)[2]
    rules: Rules = {}
    for finding in result.findings:
        name = " ".join(filter(None, (finding.rule, finding.part)))
        if name in names:
            rules[name] = (finding.status, tuple(finding.doses or ()))
    return [dose.exact for dose in result.doses], [dose.cumulative.exact for dose in result.doses], rules


def median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(CALLS):
        start = time.process_time_ns()
        work()
        times.append(time.process_time_ns() - start)
    return statistics.median(times) / 1e6


def main() -> None:
    from dosecalc import plan

    for arm, (stated, _, _) in PATIENTS.items():
        assert planned(arm) == by_hand(arm), arm
        ours = median(lambda arm=arm, stated=stated: plan(arm, **stated))
        least = median(lambda arm=arm: by_hand(arm))
        print(f"{arm:24s} plan {ours:7.3f} ms   yardstick {least:7.3f} ms   ratio {ours / least:5.1f}  (bound 4)")


if __name__ == "__main__":
    main()
