"""Proofs: what they say of the shipped files, that planted faults are refuted in words, and the pairs that z3 found."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import make_rule_pairs
import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from dosecalc.course import rules
from dosecalc.course.calculator import CompiledArm
from dosecalc.course.observables import Observable, read
from dosecalc.library.load import load_protocol
from dosecalc.library.proofs import prove
from dosecalc.quantities.numbers import EXACT, FALSE, TRUE, UNSURE, Bounds, Tri, Unknown
from dosecalc.quantities.symbolic import Symbol, Symbolic, SymbolMask, formula, rational
from dosecalc.verification import observables as second

TOP = Path(__file__).resolve().parents[1]
SHIPPED = sorted((TOP / "protocols").glob("*.toml"))
QUICK = {"azedra", "bexxar", "zevalin", "nant-double", "nacg", "inotuzumab"}
CASES = json.loads((TOP / "tests" / "rule_pairs.json").read_text(encoding="utf-8"))

STUDY = """
schema = 1
id = "study"
title = "t"
status = "investigational"
[agents.drug]
name = "drug"
radionuclide = "I-131"
[[arms]]
id = "study-1"
title = "t"
purpose = "therapy"
cite = "a"
  [[arms.cycles]]
    [[arms.cycles.doses]]
    agent = "drug"
    day = 1
    cite = "a"
LEVELS
[[facts]]
id = "a"
statement = "s"
values = ["1 mCi", "2 mCi", "50 kg", "60 kg", "30 mCi", "10 mCi", "2 mCi/kg"]
"""
ROW = '    [[arms.cycles.doses.level]]\n    level = "{}"\n    when = {}\n'


def study(tmp_path, levels: str, more: str = "") -> str:
    path = tmp_path / "study.toml"
    path.write_text(STUDY.replace("LEVELS", levels) + more, encoding="utf-8")
    return str(path)


# -- the shipped files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=[] if p.stem in QUICK else [pytest.mark.slow], id=p.stem) for p in SHIPPED],
)
def test_every_statement_of_a_shipped_file_is_proved(path):
    proofs = prove(load_protocol(str(path)))
    assert not proofs.refuted
    assert not proofs.open
    assert sum(proofs.proved.values()) > 0


def test_the_counts_are_told_in_one_line(dosecalc):
    answer = dosecalc("protocol", "lint", "--prove", TOP / "protocols" / "zevalin.toml")
    assert answer.status == 0
    lines = answer.out.splitlines()
    assert lines[-2].startswith("proved: ")
    assert "zevalin.toml: " in lines[-2]
    assert "caps and floors 6" in lines[-2]
    assert lines[-1].endswith("zevalin.toml: sound")


def test_a_fact_sheet_has_nothing_to_prove(dosecalc):
    answer = dosecalc("protocol", "lint", "--prove", next((TOP / "seeds").glob("zevalin*.toml")))
    assert answer.status == 0
    assert "proved" not in answer.out


def test_without_the_solver_it_says_how_to_install_it(dosecalc, monkeypatch):
    for name in ("library.proofs", "library.pairs", "library.anybody", "quantities.symbolic"):
        monkeypatch.delitem(sys.modules, f"dosecalc.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "z3", None)
    answer = dosecalc("protocol", "lint", "--prove", TOP / "protocols" / "p32.toml")
    assert answer.status == 2
    assert "proofs need z3: pip install 'dosecalc[prove]'" in answer.err


# -- planted faults ----------------------------------------------------------------------------------------------------


def said(proofs) -> str:
    return "\n".join(f"{place}: {words}" for place, words in proofs.refuted)


def unknown_is_no(join):
    """A fault: what is not known counts as not so."""

    def joined(truths):
        yes = formula(join(list(truths)).yes)
        return Tri(SymbolMask(yes), SymbolMask(z3.Not(yes)))

    return joined


def test_unknown_that_counts_as_no_is_refuted_by_who_learns_more(monkeypatch):
    file = load_protocol(str(TOP / "protocols" / "clover2.toml"))  # sound, and kept for other tests
    monkeypatch.setattr(rules, "any_of", unknown_is_no(rules.any_of))
    monkeypatch.setattr(rules, "all_of", unknown_is_no(rules.all_of))
    words = said(prove(file))
    assert "learning more never takes back a no: not for " in words
    assert "nothing said of stem_cells_stored" in words
    assert "; then " in words
    assert "--set stem_cells_stored=true" in words


def test_a_condition_that_holds_and_does_not_is_refuted(monkeypatch):
    file = load_protocol(str(TOP / "protocols" / "azedra.toml"))
    monkeypatch.setattr(Symbolic, "above", lambda self, a, b: Tri(self.at_least(a, b).yes, self.at_least(b, a).yes))
    words = said(prove(file))
    assert 'never both true and false: not for --weight "62.5 kg"' in words


def test_a_cap_that_does_not_cap_is_refuted_by_a_patient(monkeypatch):
    file = load_protocol(str(TOP / "protocols" / "zevalin.toml"))
    monkeypatch.setattr(CompiledArm, "_capped", lambda _self, _cap, amount, _moment: (amount, False))
    words = said(prove(file))
    assert "never more than its cap of 32 mCi: not for " in words
    assert '--weight "' in words
    assert "as its level makes it, held to its cap and its floor: not for " in words


def test_a_floor_that_lowers_is_refuted(monkeypatch):
    file = load_protocol(str(TOP / "protocols" / "nant-nca.toml"))
    monkeypatch.setattr(CompiledArm, "_floored", CompiledArm._capped)
    words = said(prove(file))
    assert "never less than its floor of 37 MBq: not for " in words


def test_a_cap_that_is_applied_a_little_late_is_refuted(monkeypatch):
    file, held = load_protocol(str(TOP / "protocols" / "zevalin.toml")), CompiledArm._capped

    def late(self, cap, amount, moment):
        value, beyond = held(self, cap, amount, moment)
        much = self.system.above(amount, value * self.system.number(Fraction("1.001"))).yes
        return self.system.where(much, value, amount), beyond

    monkeypatch.setattr(CompiledArm, "_capped", late)
    assert "never more than its cap of 32 mCi: not for " in said(prove(file))


def test_a_total_that_is_not_linear_in_the_amount_is_refuted(monkeypatch):
    file, sound = load_protocol(str(TOP / "protocols" / "nct01377532.toml")), CompiledArm._accumulate

    def squared(self, moment, agent, totals):
        sound(self, moment, agent, totals)
        moment.values["dose_activity"] = moment.amount * moment.amount

    monkeypatch.setattr(CompiledArm, "_accumulate", squared)
    assert "of dose_activity is linear in the amount: not for " in said(prove(file))


def test_a_rule_that_changes_its_answer_away_from_its_limit_is_refuted(monkeypatch):
    file, above = load_protocol(str(TOP / "protocols" / "nct01377532.toml")), Symbolic.above
    late = Symbol(rational(Fraction("1.01")))
    monkeypatch.setattr(Symbolic, "above", lambda self, a, b: above(self, a, b * late))
    words = said(prove(file))
    assert "changes only where something that it compares reaches its limit: not for dose_activity" in words


def test_an_organ_that_is_not_spared_is_refuted(monkeypatch):
    file = load_protocol(str(TOP / "protocols" / "azedra.toml"))
    monkeypatch.setattr(CompiledArm, "_reduce", lambda *_: None)
    words = said(prove(file))
    assert "azedra-therapeutic: the kidneys never gets more than 18 Gy: not for " in words


def test_two_levels_for_one_patient_are_refuted_though_the_file_is_sound(dosecalc, tmp_path):
    rows = ROW.format("1 mCi", '{ observable = "weight", at_most = "60 kg" }')
    rows += ROW.format("2 mCi", '{ observable = "weight", at_least = "50 kg" }')
    path = study(tmp_path, rows)
    assert dosecalc("protocol", "lint", path).status == 0
    answer = dosecalc("protocol", "lint", "--prove", path)
    assert answer.status == 1
    assert "level: rows 1 and 2 never hold both: not for --weight " in answer.out
    assert "study.toml: 1 refuted" in answer.out


def many(last: str) -> str:
    """Rows by weight that also ask for one of twenty statements, too many for all combinations to be tried."""
    either = ", ".join(f'{{ observable = "o{i}", is = {value} }}' for i in range(20) for value in ("true", "false"))
    rows = ROW.format("1 mCi", f'{{ all = [{{ observable = "weight", below = "50 kg" }}, {{ any = [{either}] }}] }}')
    return rows + ROW.format("2 mCi", f'{{ observable = "weight", {last} = "50 kg" }}')


OWN = "".join(f'[observables.o{i}]\nkind = "boolean"\ntitle = "o{i}"\n' for i in range(20))


def test_a_gap_is_refuted_also_where_there_are_too_many_combinations_to_try(dosecalc, tmp_path):
    path = study(tmp_path, many("above"), OWN)
    answer = dosecalc("protocol", "lint", path)
    assert answer.status == 0
    assert "unproved" in answer.out
    answer = dosecalc("protocol", "lint", "--prove", path)
    assert answer.status == 1
    assert "refuted: " in answer.out
    assert "no level applies where weight is 50 kg" in answer.out
    assert "between row 1 and row 2" in answer.out


def test_what_could_not_be_tried_is_proved(dosecalc, tmp_path):
    path = study(tmp_path, many("at_least"), OWN)
    assert "unproved" in dosecalc("protocol", "lint", path).out
    answer = dosecalc("protocol", "lint", "--prove", path)
    assert (answer.status, "unproved" in answer.out, "not proved" in answer.out) == (0, False, False)
    assert answer.out.splitlines()[-1].endswith("study.toml: sound")


def test_a_gap_that_a_conflict_names_is_none(tmp_path):
    path = study(tmp_path, many("above"), OWN)
    proofs = prove(load_protocol(path))
    assert proofs.refuted
    named = '[[conflicts]]\nid = "c"\nreading = "s"\nbecause = "s"\ngap = "row 1/row 2"\nbetween = ["a"]\n'
    path = study(tmp_path, many("above"), OWN + named)
    assert not prove(load_protocol(path)).refuted


def test_a_comparison_that_never_decides_is_named(dosecalc, tmp_path):
    rule = (
        '[[rules]]\nid = "r"\ntitle = "t"\ncite = "a"\n'
        'require = { any = [{ observable = "weight", at_least = "50 kg" }, '
        '{ observable = "weight", above = "60 kg" }] }\n'
    )
    path = study(tmp_path, '    level = "1 mCi"\n', rule)
    answer = dosecalc("protocol", "lint", "--prove", path)
    assert answer.status == 0
    assert "not proved: " in answer.out
    assert "rules[0]: weight above 60 kg never decides this rule by itself" in answer.out


# -- pairs of patients, one change apart -------------------------------------------------------------------------------


def test_the_pairs_that_are_kept_are_of_every_comparison_of_every_rule():
    kept = {(c["file"], c["place"], c["comparison"]) for c in CASES}
    wanted = set()
    for path in SHIPPED:
        file = load_protocol(str(path))
        compiler = rules.Compiler(EXACT, file.protocol.conditions, file.table)
        for i, rule in enumerate(file.protocol.rules):
            compiled = compiler.rule(rule, f"rules[{i}]")
            wanted |= {(path.name, f"rules[{i}]", leaf.observable.name) for leaf in compiled.require.leaves}
    assert wanted <= {(file, place, comparison.split()[0]) for file, place, comparison in kept}
    assert len(CASES) == len(kept)


@pytest.mark.slow
def test_the_pairs_that_are_kept_are_those_that_are_found():
    found = [(c["file"], c["place"], c["comparison"]) for c in make_rule_pairs.made()]
    assert found == [(c["file"], c["place"], c["comparison"]) for c in CASES]


class Stated:
    """A viewpoint of one patient who was stated in words."""

    def __init__(self, table: dict[str, Observable], texts: dict[str, str]) -> None:
        self.table, self.stated = table, {name: read(table[name], text).value for name, text in texts.items()}

    def between(self, name):
        return self.stated.get(name, Unknown(name))

    value = between

    def truth(self, name):
        return UNSURE if name not in self.stated else TRUE if self.stated[name] else FALSE

    def choice(self, name):
        mine = self.stated.get(name)
        return {word: UNSURE if mine is None else TRUE if word == mine else FALSE for word in self.table[name].choices}

    def calendar(self, _name, _months):
        return None


@pytest.fixture(scope="module")
def files():
    return {path.name: load_protocol(str(path)) for path in SHIPPED}


@pytest.mark.parametrize("name", [path.name for path in SHIPPED])
def test_of_each_pair_one_keeps_the_rule_and_the_other_breaks_it(files, name):
    file = files[name]
    compiler = rules.Compiler(EXACT, file.protocol.conditions, file.table)
    for case in (case for case in CASES if case["file"] == name):
        place = case["place"]
        compiled = compiler.rule(file.protocol.rules[int(place[6:-1])], place)
        kept, broken = (rules.outcome(compiled, Stated(file.table, case[key])).holds for key in ("keeps", "breaks"))
        assert (kept, broken) == (TRUE, FALSE), case
        apart = [key for key in case["keeps"] if case["keeps"][key] != case["breaks"][key]]
        assert apart == [case["comparison"].split()[0]]
        for key in ("keeps", "breaks"):  # what is taken away makes neither answer its opposite
            rest = {k: v for k, v in case[key].items() if k != apart[0]}
            answer = rules.outcome(compiled, Stated(file.table, rest)).holds
            assert answer in ((TRUE, UNSURE) if key == "keeps" else (FALSE, UNSURE))


@pytest.mark.parametrize("name", [path.name for path in SHIPPED])
def test_the_second_method_says_the_same_of_each_pair(files, name, monkeypatch):
    raw, table = files[name]._raw, files[name].table
    course = SimpleNamespace(arm=SimpleNamespace(file=raw), rooted=False, stated=None, doses=[])
    monkeypatch.setattr(second, "last_prior", lambda _course: None)
    for case in (case for case in CASES if case["file"] == name):
        rule = raw["rules"][int(case["place"][6:-1])]
        for key, expected in (("keeps", True), ("breaks", False)):
            texts = case[key]
            monkeypatch.setattr(second, "value", lambda _course, name, *_, texts=texts: by_second(table, texts, name))
            when = second.truth(course, rule["when"], None) if "when" in rule else True
            require = second.truth(course, rule["require"], None)
            assert (when is False or require is True) is expected, case


def by_second(table, texts, name):
    kind, text = table[name].kind, texts[name]
    if kind == "boolean":
        return text == "true"
    if kind == "choice":
        return text
    worth = Fraction(text) if kind == "count" else second.read(text, table[name].unit).worth
    return worth, worth


# -- the number system -------------------------------------------------------------------------------------------------

NUMBERS = st.none() | st.fractions(min_value=-3, max_value=3, max_denominator=2)
S = Symbolic()


def symbol(value: Fraction | None) -> Symbol:
    return S.unknown() if value is None else Symbol(rational(value), z3.BoolVal(True))


def exact(value: Fraction | None):
    return Unknown("x") if value is None else value


def decided(truth: Tri) -> tuple[bool, bool]:
    return tuple(z3.is_true(z3.simplify(formula(claim))) for claim in truth)


def same(a: Symbol, b) -> bool:
    if isinstance(b, Unknown):
        return z3.is_false(z3.simplify(a.known))
    return z3.is_true(z3.simplify(z3.And(a.known, a.value == rational(Fraction(b)))))


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_symbols_compare_as_rationals_do(a, b, c, d):
    for name in ("above", "at_least", "equal"):
        mine, theirs = getattr(S, name), getattr(EXACT, name)
        assert decided(mine(symbol(a), symbol(b))) == tuple(theirs(exact(a), exact(b)))
        (a, b), (c, d) = (sorted(e, key=lambda end: end or 0) if None not in e else e for e in ((a, b), (c, d)))
        bounds = Bounds(symbol(a), symbol(b)), Bounds(symbol(c), symbol(d))
        plain = Bounds(exact(a), exact(b)), Bounds(exact(c), exact(d))
        assert decided(mine(*bounds)) == tuple(theirs(*plain))


@given(NUMBERS, NUMBERS, st.booleans())
def test_symbols_calculate_as_rationals_do(a, b, mask):
    x, y, p, q = symbol(a), symbol(b), exact(a), exact(b)
    assert same(x + y, p + q)
    assert same(x - y, p - q)
    assert same(x * y, p * q)
    assert same(S.quotient(x, y), EXACT.quotient(p, q))
    assert same(S.floor(x), EXACT.floor(p))
    assert same(S.either(x, y), EXACT.either(p, q))
    assert same(S.where(mask, x, y), EXACT.where(mask, p, q))


@given(st.lists(st.tuples(st.sampled_from([TRUE, FALSE, UNSURE]), NUMBERS), min_size=1, max_size=4))
def test_symbols_choose_the_first_row_as_rationals_do(rows):
    value, nothing = S.first([(truth, symbol(number)) for truth, number in rows])
    theirs, none = EXACT.first([(truth, exact(number)) for truth, number in rows])
    assert same(value, theirs)
    assert z3.is_true(z3.simplify(nothing.term)) == none
