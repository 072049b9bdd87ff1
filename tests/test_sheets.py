"""The fact sheets: that the shipped ones are sound, that they record every contradiction of the founding documents, and
that a sheet that is wrong is refused in words that say what is wrong and where.

The shipped sheets are read here with the standard library alone, so that what is asserted of them does not depend on
the models that dosecalc reads them with.
"""

import ast
import operator
import re
import tomllib
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosecalc.errors import InputError
from dosecalc.library.lint import lint
from dosecalc.quantities import units
from dosecalc.quantities.printed import agree, figure

ROOT = Path(__file__).parents[1]
PATHS = sorted((ROOT / "seeds").glob("*.toml"))
BAD = sorted((ROOT / "tests" / "bad" / "sheets").glob("*.toml"))
SHEETS = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in PATHS}
FACTS = [(sheet, fact) for sheet, content in SHEETS.items() for fact in content.get("facts", [])]
CONFLICTS = [(sheet, conflict) for sheet, content in SHEETS.items() for conflict in content.get("conflicts", [])]
CASES = [(sheet, case) for sheet, content in SHEETS.items() for case in content.get("cases", [])]
BY_ID = {f"{sheet}#{fact['id']}": fact for sheet, fact in FACTS}


def named(pairs):
    return [pytest.param(*pair, id=f"{pair[0]}#{pair[1]['id']}") for pair in pairs]


# -- the shipped sheets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_shipped_sheet_is_sound(path):
    assert [str(problem) for problem in lint(str(path)).problems] == []


def test_the_five_founding_documents_have_a_sheet_each():
    seeds = sorted(content["seed"][:3] for content in SHEETS.values() if "seed" in content)
    assert seeds == ["000", "001", "002", "003", "004"]


def facts_of_grade(*grades):
    return [(f"{sheet}#{fact['id']}", fact) for sheet, fact in FACTS if fact.get("grade", "P") in grades]


def test_every_fact_has_one_of_the_grades_in_use():
    assert len(facts_of_grade("P", "S", "M", "C", "seed")) == len(FACTS) > 300


def test_what_was_only_recalled_is_not_confirmed():
    recalled = facts_of_grade("M")
    assert recalled
    assert [ref for ref, fact in recalled if fact.get("confirmed", True)] == []


def test_what_was_read_is_confirmed_and_computed_from_nothing():
    read = facts_of_grade("P", "S", "seed")
    assert [ref for ref, fact in read if not fact.get("confirmed", True) or "computed_from" in fact] == []


def test_what_was_computed_names_the_facts_that_it_was_computed_from():
    computed = facts_of_grade("C")
    assert [ref for ref, fact in computed if not fact.get("computed_from")] == []
    assert [(ref, parent) for ref, fact in computed for parent in fact["computed_from"] if parent not in BY_ID] == []


def test_only_the_sheet_of_a_founding_document_has_facts_of_grade_seed():
    assert {ref.partition("#")[0] for ref, _ in facts_of_grade("seed")} == {s for s in SHEETS if "seed" in SHEETS[s]}


def ancestors(ref):
    seen, open_ = set(), [ref]
    while open_:
        for parent in BY_ID[open_.pop()].get("computed_from", []):
            if parent not in seen:
                seen.add(parent)
                open_.append(parent)
    return seen


def test_no_fact_is_computed_from_itself():
    assert [ref for ref in BY_ID if ref in ancestors(ref)] == []


def test_a_computed_fact_is_as_sure_as_its_parents_except_the_one_reading():
    doubted = [ref for ref, fact in facts_of_grade("C") if not fact.get("confirmed", True)]
    without_cause = [ref for ref in doubted if all(BY_ID[parent].get("confirmed", True) for parent in ancestors(ref))]
    # two doses a cycle are a reading of a sentence that leaves it open, not a sum
    assert without_cause == ["clover2-news-2025-10#regimen-b-doses-per-cycle"]


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_ids_are_unique_within_a_sheet(name):
    for kind in ("facts", "cases", "conflicts"):
        ids = [thing["id"] for thing in SHEETS[name].get(kind, [])]
        assert sorted(set(ids)) == sorted(ids)


PAIRS = [(sheet, fact) for sheet, fact in FACTS if isinstance(fact.get("printed"), list)]


@pytest.mark.parametrize(("sheet", "fact"), named(PAIRS))
def test_of_a_printed_pair_the_sheet_says_which_figure_governs(sheet, fact):
    assert len(fact["printed"]) == 2, sheet
    assert set(fact["printed"]) & set(fact["values"])


CLAIMED = [
    pytest.param(text, id=f"{sheet}#{case['id']} {text}")
    for sheet, case in CASES
    for text in (case[key] for key in ("age", "total", "level") if key in case)
]


@pytest.mark.parametrize("text", CLAIMED)
def test_the_figures_of_reported_cases_can_be_read(text):
    assert units.read(text).number > 0


CLAIMS = [
    pytest.param(text, id=f"{sheet}#{case['id']} {text}")
    for sheet, case in CASES
    for text in chain(*case.get("claims", []))
]


@pytest.mark.parametrize("text", CLAIMS)
def test_what_a_case_claims_can_be_read_and_holds_its_own_number(text):
    read = figure(text)
    ends = [end for span in read.spans for end in span if end is not None]
    assert read.whole or (ends and max(ends) > 0)
    assert read.value is None or read.spans[0].low <= read.value <= read.spans[-1].high


# -- contradictions ---------------------------------------------------------------------------------------------

# number in the reading list: the founding documents that it lies in
CONTRADICTIONS = {
    1: "000 001", 2: "001", 3: "001", 4: "001", 5: "001", 6: "000", 7: "001 000", 8: "002", 9: "002", 10: "002",
    11: "002", 12: "002", 13: "002", 14: "002", 15: "002", 16: "003", 17: "003", 18: "003", 19: "003", 20: "004",
    21: "004", 22: "004", 23: "004", 24: "004", 25: "001",
}  # fmt: skip


def recorded(number):
    return [(sheet, c) for sheet, c in CONFLICTS if re.match(rf"k0*{number}(?!\d)", c["id"])]


@pytest.mark.parametrize("number", CONTRADICTIONS)
def test_every_contradiction_of_the_founding_documents_is_recorded_once(number):
    found = recorded(number)
    # the fourteenth joins two questions, the unit of a creatinine and the edge of a lifetime cap: two records
    assert len(found) == (2 if number == 14 else 1)
    assert len({sheet for sheet, _ in found}) == 1
    assert len({conflict["id"] for _, conflict in found}) == len(found)


def test_there_is_no_contradiction_with_a_number_of_its_own_invention():
    numbers = {int(match[1]) for _, c in CONFLICTS if (match := re.match(r"k(\d+)-", c["id"]))}
    assert numbers == set(CONTRADICTIONS)


@pytest.mark.parametrize("number", CONTRADICTIONS)
def test_a_contradiction_cites_the_founding_documents_that_it_lies_in(number):
    cited = {ref.partition("#")[0] for _, conflict in recorded(number) for ref in conflict["between"]}
    seeds = {SHEETS[sheet]["seed"][:3] for sheet in cited if "seed" in SHEETS[sheet]}
    assert set(CONTRADICTIONS[number].split()) <= seeds


@pytest.mark.parametrize(("sheet", "conflict"), named(CONFLICTS))
def test_a_conflict_lies_between_facts_and_says_what_is_read(sheet, conflict):
    assert len(set(conflict["between"])) > 1, sheet
    assert [ref for ref in conflict["between"] if ref not in BY_ID] == []
    assert conflict["exposed_by"].strip()
    assert conflict["reading"].strip()


COMPARE = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
COMBINE = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def evaluate(line):
    """The truth of a line of arithmetic: numbers exactly as written, + - * / and comparisons, and nothing else."""

    def number(node):
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            return Fraction(ast.get_source_segment(line, node))
        if isinstance(node, ast.BinOp):
            return COMBINE[type(node.op)](number(node.left), number(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -number(node.operand)
        raise ValueError(f"{ast.dump(node)} is no arithmetic")

    comparison = ast.parse(line, mode="eval").body
    if not isinstance(comparison, ast.Compare):
        raise TypeError(f"{line!r} compares nothing")
    values = [number(comparison.left), *map(number, comparison.comparators)]
    return all(COMPARE[type(op)](values[i], values[i + 1]) for i, op in enumerate(comparison.ops))


ARITHMETIC = [
    pytest.param(line, id=f"{sheet}#{conflict['id']}: {line}")
    for sheet, conflict in CONFLICTS
    for line in conflict.get("arithmetic", [])
]


@pytest.mark.parametrize("line", ARITHMETIC)
def test_the_arithmetic_that_exposes_a_conflict_holds(line):
    assert evaluate(line)


@pytest.mark.parametrize(
    ("line", "holds"),
    [("0.1 + 0.2 == 0.3", True), ("12 / 53 > 0.5", False), ("-1 < 2 <= 2", True), ("10E9 == 1e10", True)],
)
def test_the_evaluator_of_this_file_tells_true_from_false(line, holds):
    assert evaluate(line) is holds


@pytest.mark.parametrize("line", ["__import__('os')", "x == x", "True == True", "1 + 1", "(1).real == 1", "2 ** 9 > 1"])
def test_the_evaluator_of_this_file_takes_nothing_but_arithmetic(line):
    with pytest.raises((ValueError, TypeError, KeyError)):
        evaluate(line)


# -- do two printed figures agree? ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # published pairs: J Nucl Med 2001;42:1713, a review table in the same journal, an NRC event
        ("11470 MBq", "310 mCi", True),
        ("11.6 GBq", "310 mCi", False),
        ("555 MBq/kg", "15 mCi/kg", True),
        ("14.47 GBq", "391 mCi", True),
        ("20.3 GBq", "549 mCi", True),
        ("2.4 GBq", "64.8 mCi", True),
        ("1.55 GBq", "41.87 mCi", True),
        ("5.9 GBq", "160 mCi", True),
        # 444 MBq is 12 mCi; 12 mCi/kg is 444 MBq/kg
        ("444 MBq", "12 mCi/kg", False),
        ("444 MBq/kg", "12 mCi/kg", True),
        ("444 MBq", "12 mCi", True),
        ("20 mCi/m^2", "20 mCi/kg", False),
        ("5 Gy", "5 Sv", False),
        # trailing zeros are digits: 310 is 309.5 to 310.5, 310.0 is 309.95 to 310.05
        ("11.48 GBq", "310 mCi", True),
        ("11.48 GBq", "310.0 mCi", False),
        ("1e3 MBq", "27 mCi", True),
        ("1000 MBq", "26 mCi", False),
        ("1e3 MBq", "20 mCi", True),
        # touching ends agree
        ("1 mCi", "2 mCi", True),
        ("1 mCi", "3 mCi", False),
        ("1.0 mCi", "2.0 mCi", False),
        ("1 mg/dL", "88.4 umol/L", True),
        ("1.00 mg/dL", "84 umol/L", False),
    ],
)
def test_printed_figures_agree_when_their_rounding_allows_it(first, second, expected):
    assert agree(first, second) is expected
    assert agree(second, first) is expected


def rounded(value, places):
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


@given(st.decimals("0.1", 10**5, places=6), st.integers(0, 4), st.integers(0, 3))
def test_two_roundings_of_one_activity_always_agree(mci, of_gbq, of_mci):
    gbq = mci * 37 / 1000
    assert agree(f"{rounded(gbq, of_gbq)} GBq", f"{rounded(mci, of_mci)} mCi")


@given(st.integers(1, 10**5), st.integers(0, 3), st.integers(-400, 400), st.integers(0, 3))
def test_figures_agree_exactly_when_their_distance_is_within_both_half_digits(digits, of_mci, off, of_mbq):
    mci = Decimal(digits).scaleb(-of_mci)
    half_digits = Decimal("18.5").scaleb(-of_mci) + Decimal("0.5").scaleb(-of_mbq)
    mbq = rounded(mci * 37 + half_digits * off / 200, of_mbq)
    if mbq >= 0:
        assert agree(f"{mci:f} mCi", f"{mbq:f} MBq") is (abs(mbq - mci * 37) <= half_digits)


# -- sheets that are wrong --------------------------------------------------------------------------------------


def test_there_are_bad_sheets_to_refuse():
    assert len(BAD) >= 25


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_sheet_that_is_wrong_is_refused_in_the_words_that_its_first_line_expects(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    words = lines[0].removeprefix("# expects: ")
    assert words != lines[0]
    problems = lint(str(path)).problems
    assert problems
    assert words in str(problems[0])
    assert {problem.file for problem in problems} == {str(path)}
    marked = [number for number, line in enumerate(lines, start=1) if line.endswith("# <- here")]
    if marked:
        assert {problem.line for problem in problems} == set(marked)
    if path.stem not in ("not-toml", "id-of-another-file"):
        assert all(re.match(r"[a-z_]+(\[\d+\])?", problem.key) for problem in problems)


def test_a_sound_sheet_can_be_made_from_the_same_parts(tmp_path):
    path = tmp_path / "sound.toml"
    path.write_text(
        'schema = 1\nid = "sound"\ntitle = "t"\npublisher = "p"\nkind = "paper"\ndate = 2025-06-30\n'
        '[[facts]]\nid = "a"\nstatement = "s"\nvalues = ["14.47 GBq", 3]\nprinted = ["14.47 GBq", "391 mCi"]\n'
        '[[facts]]\nid = "b"\nstatement = "s"\ngrade = "M"\nconfirmed = false\n'
        '[[facts]]\nid = "c"\nstatement = "s"\ngrade = "C"\ncomputed_from = ["#a", "sound#b", "nct01370330#level"]\n'
        '[[conflicts]]\nid = "c"\nbetween = ["sound#a", "sound#b"]\nexposed_by = "e"\nreading = "r"\n',
        encoding="utf-8",
    )
    assert lint(str(path)).problems == ()


def test_a_file_that_is_not_text_cannot_be_read_as_a_sheet(tmp_path):
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        lint(str(path))
