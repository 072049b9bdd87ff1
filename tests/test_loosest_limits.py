"""Laboratory values that nothing reads: the loosest limit of any shipped protocol, held against the bare files."""

from __future__ import annotations

import csv
import importlib.util
import io
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

import dosecalc
from dosecalc.course.observables import OBSERVABLES
from dosecalc.files import folders
from dosecalc.quantities import units
from dosecalc.reference import loosest

SEEDS = Path(folders.shipped("seeds"))
ROWS = list(csv.DictReader(io.StringIO((SEEDS / loosest.TABLE).read_text(encoding="utf-8"))))


def told(arm, value, **stated):
    plan = dosecalc.plan(arm, observables=value, **stated)
    return [finding for finding in plan.findings if finding.rule == "statement-unread"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2.01 mg/dL", "above 2 mg/dL, the loosest limit of a shipped protocol (mibg-compassionate-nb; our limit)"),
        ("2 mg/dL", None),
        ("177 umol/L", "above 2 mg/dL"),  # 177 / 88.4 is 2.002
        ("176 umol/L", None),
    ],
)
def test_a_creatinine_above_every_limit_warns(value, words):
    found = told("lutathera-gep-net", {"creatinine": value})
    assert [finding.status for finding in found] == ["warning"] * (words is not None)
    assert words is None or words in found[0].message


@pytest.mark.parametrize(("value", "count"), [("60 mL/min/1.73m^2", 1), ("60.1 mL/min/1.73m^2", 0)])
def test_a_limit_that_has_to_be_exceeded_is_not_met_by_itself(value, count):
    assert len(told("lutathera-gep-net", {"egfr": value})) == count


def test_grade_3_comes_first_where_both_apply():
    (grade,) = told("nct01377532-ppgl", {"anc": "0.7 10^9/L"}, weight=20, level="10 mCi/kg")
    assert "grade 3 or worse (CTCAE 5: below 1 x 10⁹/L)" in grade.message


def test_a_value_that_a_rule_or_an_instruction_reads_is_told_there():
    """The label of Pluvicto speaks of the creatinine in an instruction, and clover2 asks for eGFR by a rule."""
    assert told("pluvicto-mcrpc", {"creatinine": "4 mg/dL"}) == []
    assert told("clover2-20", {"egfr": "50 mL/min/1.73m^2"}, bsa=1.6) == []


def test_the_plan_names_the_table():
    plan = dosecalc.plan("lutathera-gep-net", observables={"creatinine": "3 mg/dL"})
    assert [belief.fact for belief in plan.beliefs] == ["beliefs#loosest-limit"]
    assert loosest.TABLE in [source["id"] for source in plan.sources]


def raw_limits(node):
    """Every comparison below a condition, from the bare TOML, but for what is excluded by ``not``."""
    if isinstance(node, dict):
        if "observable" in node:
            yield node
        for key, value in node.items():
            if key != "not":
                yield from raw_limits(value)
    elif isinstance(node, list):
        for each in node:
            yield from raw_limits(each)


def test_no_shipped_limit_is_looser_than_the_table():
    """From the bare files: every limit of a rule lies on the strict side of the table, and each row is of a file."""
    found = set()
    for path in Path(folders.shipped("protocols")).glob("*.toml"):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        for rule in raw.get("rules", ()):
            if rule.get("severity", "violation") != "violation":
                continue
            named = raw.get("conditions", {})
            requires = [rule["require"], *(named[n] for n in [rule["require"].get("condition")] if n)]
            for leaf in raw_limits(requires):
                for key in ("at_least", "above", "at_most", "below"):
                    if key in leaf and leaf["observable"] in loosest.LABORATORY:
                        row = OBSERVABLES[leaf["observable"]]
                        value = units.read(leaf[key], row.dimension).value
                        found.add((row.name, key in ("at_least", "above"), key, value))
    table = {(row["observable"], row["comparison"] in ("at_least", "above")): row for row in ROWS}
    assert {(name, least) for name, least, _, _ in found} == set(table)
    for (name, least), row in table.items():
        values = [value for n, side, _, value in found if (n, side) == (name, least)]
        limit = units.read(row["limit"], OBSERVABLES[name].dimension).value
        assert limit == (min(values) if least else max(values))
        inclusive = {
            key in ("at_least", "at_most") for n, side, key, v in found if (n, side, v) == (name, least, limit)
        }
        assert (row["comparison"] in ("at_least", "at_most")) is (True in inclusive)


def test_make_limits_keeps_the_looser_of_two_at_one_value():
    spec = importlib.util.spec_from_file_location("make_limits", SEEDS.parent / "docs" / "make_limits.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    at = [loosest.Loosest(key, units.read("60 mL/min", "clearance"), key) for key in ("above", "at_least")]
    assert module._loosest(at).comparison == "at_least"
    assert at[0].failed(at[0].limit.value)
    assert not at[1].failed(at[1].limit.value)
    assert at[1].failed(at[1].limit.value - Fraction(1, 10**9))
