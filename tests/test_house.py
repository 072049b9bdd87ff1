"""The house stands as docs/design.md draws it: names that lead to their rooms, and options that are defined once."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import dosecalc
from dosecalc import cli
from dosecalc.quantities import keywords, options

PACKAGE = Path(dosecalc.__file__).parent
TOP = Path(__file__).parent.parent
MODULES = sorted(PACKAGE.rglob("*.py"))
STEMS = {
    "DisagreementError": "error", "InputError": "error", "SkippedFileWarning": "error",
    "Patient": "patient", "ureg": "unit", "load_protocol": "load", "check_record": "record",
    "check_dose": "check", "GateCheck": "gate", "run_case": "run",
    "Answer": "answer", "window": "window", "Window": "window",
    "RecordCheck": "record", "find_limits": "limit", "Limits": "limit", "compare_arms": "compar",
    "Comparison": "compar",
    "compare_figures": "figure", "FigureComparison": "figure", "fit_retention": "fit", "Dosimetry": "dosimetr",
    "verify": "verif", "Verification": "verif",
    "plan": "plan", "Plan": "plan", "audit": "audit", "Audit": "audit", "crosscheck": "crosscheck",
    "Crosscheck": "crosscheck", "decay": "decay", "Decay": "decay", "dispense": "dispens", "Dispensed": "dispens",
    "write_sheet": "sheet",
}  # fmt: skip


def test_a_stranger_finds_few_doors():
    assert len([path for path in PACKAGE.iterdir() if not path.name.startswith("__pycache__")]) <= 24


@pytest.mark.parametrize("name", sorted(set(dosecalc.__all__) - {"__version__"}))
def test_every_public_name_lives_in_a_room_of_its_stem(name):
    home = "dosecalc.quantities.units" if name == "ureg" else dosecalc._HOMES[name][0]
    assert STEMS[name] in home


def test_no_two_classes_share_a_name():
    names = Counter(
        node.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_exceptions_to_the_rules_of_style_are_few_and_reasoned():
    lines = [line for path in MODULES for line in path.read_text(encoding="utf-8").splitlines()]
    assert sum("fmt: skip" in line for line in lines) < 40
    complex_ones = [line for line in lines if "noqa: C901" in line]
    assert len(complex_ones) < 15
    assert all(re.search(r"noqa: C901 +# \w", line) for line in complex_ones)


def test_no_any_hides_the_calculator_from_the_type_checker():
    for path in (PACKAGE / "course").glob("*.py"):
        assert not re.search(r"\bAny\b", path.read_text(encoding="utf-8")), path.name


def test_the_keywords_of_a_plan_are_its_options():
    assert set(keywords.PlanOptions.__annotations__) | {"protocol"} == {each.python_name for each in options.PLAN}


@pytest.mark.parametrize(
    ("command", "table"),
    [
        (cli.command("plan"), options.PLAN),
        (cli.command("limits"), options.LIMITS),
        (cli.command("crosscheck"), options.CROSSCHECK),
        (cli.command("record"), options.RECORD),
        (cli.command("dispense"), options.DISPENSE),
        (cli.command("window"), options.WINDOW),
        (cli.command("dosimetry"), options.DOSIMETRY),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_every_command_offers_the_options_of_its_table(command, table):
    offered = {param.name.replace("_", "-"): param for param in command.params}
    for option in table:
        assert option.name in offered
        assert getattr(offered[option.name], "help", None) in (None, option.help)  # an argument has no help


def test_every_file_that_the_design_page_names_exists():
    page = (TOP / "docs" / "design.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:\w+/)+\w+\.(?:py|toml))`", page)
    assert len(named) > 15
    for name in named:
        assert (PACKAGE / name).exists() or (TOP / name).exists(), name
