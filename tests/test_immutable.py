"""What was loaded cannot be changed: a protocol planned with always is the file whose sha256 a plan names."""

from __future__ import annotations

import copy
import os
import pickle
from collections.abc import Mapping

import pytest
from pydantic import BaseModel, ValidationError

import dosecalc
from dosecalc.files import folders
from dosecalc.files.factsheet import CaseFile
from dosecalc.files.record import CourseRecord
from dosecalc.library.catalogue import index, observables
from dosecalc.library.diff import diff
from dosecalc.library.lint import lint
from dosecalc.quantities.frozen import FrozenModel

REFUSED = (AttributeError, TypeError, ValidationError)
ARM = "clover2-20"


def loaded():
    return dosecalc.load_protocol(ARM)


MUTATIONS = {
    "a dose taken away": lambda file: file.protocol.arms[0].cycles[0].doses.pop(),
    "a cycle added": lambda file: file.protocol.arms[0].cycles.append(None),
    "an arm replaced": lambda file: file.protocol.arms.__setitem__(0, None),
    "another level": lambda file: setattr(file.protocol.arms[0].cycles[0].doses[0], "level", "1 mCi"),
    "no agents": lambda file: file.protocol.agents.clear(),
    "another condition": lambda file: file.protocol.conditions.update(x=None),
    "no rules": lambda file: file.protocol.rules.clear(),
    "another observable": lambda file: file.table.pop("weight"),
    "another file": lambda file: setattr(file, "protocol", None),
    "another sha256": lambda file: setattr(file, "sha256", "0"),
    "no sheets": lambda file: file.sheets.clear(),
    "another sheet": lambda file: file.sheets.__setitem__("x", None),
    "no facts": lambda file: next(iter(file.sheets.values())).facts.clear(),
    "another value": lambda file: next(iter(next(iter(file.sheets.values())).facts.values())).values.append(1),
    "fewer citations": lambda file: file.cites(file.protocol.arms[0]).pop(),
    "all confirmed": lambda file: file.unconfirmed(file.protocol.arms[0]).clear(),
}


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_what_was_loaded_refuses_change(mutation):
    before = dosecalc.plan(ARM, bsa="1.6").to_json()
    with pytest.raises(REFUSED):
        mutation(loaded())
    assert dosecalc.plan(ARM, bsa="1.6").to_json() == before


def changeable(value: object, path: str = "") -> list[str]:
    """The places below a value that somebody could change."""
    if isinstance(value, (BaseModel, FrozenModel)):
        for name, each in value.__dict__.items():
            with pytest.raises(ValidationError):
                setattr(value, name, each)
            with pytest.raises(ValidationError):
                delattr(value, name)
        return [place for name, each in value.__dict__.items() for place in changeable(each, f"{path}.{name}")]
    if isinstance(value, tuple):
        return [place for i, each in enumerate(value) for place in changeable(each, f"{path}[{i}]")]
    if isinstance(value, Mapping):
        try:
            value["a new key"] = None
        except TypeError:
            return [place for key, each in value.items() for place in changeable(each, f"{path}.{key}")]
        return [path]
    return [] if type(value).__hash__ is not None else [path]


def test_a_list_or_a_table_left_open_is_seen():
    assert changeable(([],)) == ["[0]"]
    assert changeable({"a": 1}) == [""]


@pytest.mark.parametrize("path", [*folders.protocol_files()], ids=os.path.basename)
def test_nothing_below_a_protocol_can_be_changed(path):
    file = dosecalc.load_protocol(path)
    assert changeable(file.protocol) == []
    assert [place for sheet in file.sheets.values() for place in changeable(sheet)] == []


def test_cases_and_records_and_patients_cannot_be_changed():
    case = {"id": "a", "statement": "s", "figures": {"x": 1}, "claims": [["1 MBq", "2 MBq"]]}
    record = {"patient": {"weight": [20, "21 kg"]}, "doses": [{"residuals": [{"amount": "1 MBq"}]}]}
    for model in (CaseFile.model_validate({"cases": [case]}), CourseRecord.model_validate(record)):
        assert changeable(model) == []
    assert changeable(dosecalc.Patient(weight=["20 kg"], observables={"uptake": "50 %"})) == []
    assert CourseRecord.model_validate(record).patient.weight == ("20", "21 kg")


def test_results_of_the_library_cannot_be_changed():
    rows, _ = index()
    assert changeable(tuple(rows)) == []
    assert changeable(tuple(observables())) == []
    assert changeable(diff("xofigo-2013", "xofigo-2016")) == []
    assert changeable(lint(next(iter(folders.protocol_files())))) == []


def test_a_copy_of_a_table_can_be_changed():
    agents = dict(loaded().protocol.agents)
    agents.clear()
    assert loaded().protocol.agents


def test_a_copy_is_equal_and_as_unchangeable():
    plan = dosecalc.plan(ARM, bsa="1.6")
    for value in (plan, loaded().protocol, plan.findings[0]):
        for made in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
            assert made == value
            assert changeable(made) == []
    other = plan.findings[0].model_copy(update={"message": "another"})
    assert (other.message, other.rule) == ("another", plan.findings[0].rule)
    assert other != plan.findings[0]
    arm = loaded().protocol.arms[0]
    assert {arm: 1}[copy.deepcopy(arm)] == 1
