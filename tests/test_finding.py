"""An arm is found by the words that people have for it: trial, disease, agent under any name, registry number."""

from __future__ import annotations

import pytest

from dosecalc.files import folders


def arms(dosecalc, *words):
    answer = dosecalc("protocol", "list", *words, "--json")
    assert answer.status == 0
    return [row["arm"] for row in answer.json]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["NCT05610891"], ["clover2-20", "clover2-10"]),
        (["nct05610891"], ["clover2-20", "clover2-10"]),
        (["Pluvicto"], ["pluvicto-mcrpc"]),
        (["vipivotide"], ["pluvicto-mcrpc"]),
        (["psma", "225Ac"], ["psma-225ac"]),
        (["psma", "Ac-225"], ["psma-225ac"]),
        (["Lutathera"], ["lutathera-gep-net", "dotatate-ludo", "ludo-n"]),  # 177Lu-DOTATATE by its other names too
        (["xofigo"], ["xofigo-2013", "xofigo-2016"]),
        (["CLR", "131", "20"], ["clover2-20"]),
        (["nothing-of-the-kind"], []),
    ],
)
def test_every_word_has_to_name_it(dosecalc, words, expected):
    found = arms(dosecalc, *words)
    assert set(expected) <= set(found)
    assert len(found) <= 2 * len(expected) + 2


def test_words_in_any_order_and_case(dosecalc):
    one, other = arms(dosecalc, "mibg", "neuroblastoma"), arms(dosecalc, "Neuroblastoma", "MIBG")
    assert one == other
    assert {"mibg-compassionate-nb", "miitop", "anbl09p1"} <= set(one)
    assert arms(dosecalc, "mibg neuroblastoma") == one  # quoted or not


def test_an_agent_is_found_under_its_other_names(dosecalc):
    assert "mibg-compassionate-nb" in arms(dosecalc, "iobenguane")
    assert "azedra-therapeutic" in arms(dosecalc, "mibg")
    assert "metastron-bone-pain" not in arms(dosecalc, "xofigo")  # chloride too, of another radionuclide


def test_without_words_every_arm_is_listed(dosecalc):
    assert set(arms(dosecalc)) == set(folders.arm_ids())


def test_a_registry_number_names_the_arms_of_its_file(dosecalc):
    answer = dosecalc("plan", "--protocol", "NCT05610891", "--bsa", "1.6")
    assert answer.status == 2
    assert "a registry number; its arms are clover2-20, clover2-10: choose one" in answer.err


@pytest.mark.parametrize("arm", ["CLOVER2-20", "Clover2-20"])
def test_an_arm_is_known_in_any_case(dosecalc, arm):
    answer = dosecalc("plan", "--protocol", arm, "--bsa", "1.6", "--json")
    assert answer.status == 0
    assert answer.json["protocol"]["arm"] == "clover2-20"
    assert answer.json["verified"]["agrees"] is True
