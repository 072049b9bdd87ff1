"""Write the JSON Schemas of docs/ from the models, or with --check say whether the written ones are current.

Run it in a checkout: python docs/make_schemas.py
"""

from __future__ import annotations

import inspect
import json
import sys
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typing_extensions

if sys.version_info < (3, 12):  # before, pydantic reads the TypedDict of typing_extensions only
    typing.TypedDict = typing_extensions.TypedDict

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from dosecalc.cases.answer import Answer
from dosecalc.cases.selftest import Selftest
from dosecalc.crosschecks.audit import Audit
from dosecalc.crosschecks.figures import FigureComparison
from dosecalc.crosschecks.result import Crosscheck
from dosecalc.dispensing.decay import Decay
from dosecalc.dispensing.result import Dispensed
from dosecalc.dispensing.window import Window
from dosecalc.dosimetry.result import Dosimetry
from dosecalc.files.case import Case
from dosecalc.files.factsheet import FactSheet
from dosecalc.files.model import FileTable, schema_of
from dosecalc.files.protocol import Protocol
from dosecalc.files.record import CourseRecord
from dosecalc.gate.day import DayList
from dosecalc.gate.result import GateCheck
from dosecalc.library.diff import Diff
from dosecalc.planning.bounds import Limits
from dosecalc.planning.comparison import Comparison
from dosecalc.planning.result import Plan
from dosecalc.planning.verified import Independent, Verification
from dosecalc.quantities.documents import Document
from dosecalc.quantities.schemas import document_model
from dosecalc.records.result import RecordCheck

HERE = Path(__file__).parent
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def plan() -> dict[str, Any]:
    """What ``dosecalc plan --json`` prints. Its keys are a contract, so no others are allowed."""
    return _of_result(Plan, "A plan of dosecalc", "dosecalc plan --json")


def crosscheck() -> dict[str, Any]:
    """What ``dosecalc crosscheck --json`` prints."""
    return _of_result(Crosscheck, "A crosscheck of dosecalc", "dosecalc crosscheck --json")


def same() -> dict[str, Any]:
    """What ``dosecalc crosscheck --same A B --json`` prints."""
    return _of_result(FigureComparison, "A comparison of two printed figures", "dosecalc crosscheck --same A B --json")


def audit() -> dict[str, Any]:
    """What ``dosecalc audit --json`` prints."""
    return _of_result(Audit, "An audit of dosecalc", "dosecalc audit --json")


def decay() -> dict[str, Any]:
    """What ``dosecalc decay --json`` prints."""
    return _of_result(Decay, "A decayed activity of dosecalc", "dosecalc decay --json")


def dosimetry() -> dict[str, Any]:
    """What ``dosecalc dosimetry --json`` prints."""
    return _of_result(Dosimetry, "A dosimetry of dosecalc", "dosecalc dosimetry --json")


def dispense() -> dict[str, Any]:
    """What ``dosecalc dispense --json`` prints."""
    return _of_result(Dispensed, "A draw of dosecalc", "dosecalc dispense --json")


def comparison() -> dict[str, Any]:
    """What ``dosecalc plan --compare A B --json`` prints."""
    return _of_result(Comparison, "Two plans side by side", "dosecalc plan --compare A B --json")


def diff() -> dict[str, Any]:
    """What ``dosecalc protocol diff --json`` prints."""
    return _of_result(Diff, "What changes between two protocols", "dosecalc protocol diff --json")


def limits() -> dict[str, Any]:
    """What ``dosecalc limits --json`` prints."""
    return _of_result(Limits, "The limits of a next dose", "dosecalc limits --json")


def record() -> dict[str, Any]:
    """What ``dosecalc record --json`` prints."""
    return _of_result(RecordCheck, "A checked record of dosecalc", "dosecalc record --json")


def window() -> dict[str, Any]:
    """What ``dosecalc window --json`` prints."""
    return _of_result(Window, "A window of dosecalc", "dosecalc window --json")


def answer() -> dict[str, Any]:
    """What ``dosecalc run`` prints for a case."""
    return _of_result(Answer, "An answer of dosecalc", "dosecalc run")


def selftest() -> dict[str, Any]:
    """What ``dosecalc selftest --json`` prints."""
    return _of_result(Selftest, "A self-test of dosecalc", "dosecalc selftest --json")


def verification() -> dict[str, Any]:
    """What ``dosecalc verify --json`` prints."""
    return _of_result(Verification, "A verified plan of dosecalc", "dosecalc verify PLAN.json --json")


def independent() -> dict[str, Any]:
    """What ``dosecalc verify --independent --json`` prints."""
    return _of_result(Independent, "The second method's amounts", "dosecalc verify PLAN.json --independent --json")


def check() -> dict[str, Any]:
    """What ``dosecalc check --json`` prints."""
    return _of_result(GateCheck, "A gate check of dosecalc", "dosecalc check CASE.toml --json")


def day() -> dict[str, Any]:
    """What ``dosecalc check --list FOLDER --json`` prints."""
    return _of_result(DayList, "The doses of a day", "dosecalc check --list FOLDER --json")


def case() -> dict[str, Any]:
    """A case of the gate, read from TOML or JSON."""
    return _headed(_of_file(Case), "A case of dosecalc", "What 'dosecalc check' reads.")


def course() -> dict[str, Any]:
    """A course record, read from TOML or JSON."""
    return _headed(_of_file(CourseRecord), "A course record of dosecalc", "What 'dosecalc record' reads.")


def protocol() -> dict[str, Any]:
    """A protocol file, read from TOML."""
    return _headed(_of_file(Protocol), "A protocol file of dosecalc", "A TOML file below protocols/.")


def facts() -> dict[str, Any]:
    """A fact sheet, read from TOML."""
    return _headed(_of_file(FactSheet), "A fact sheet of dosecalc", "A TOML file below seeds/.")


SCHEMAS = {
    "plan.schema.json": plan,
    "crosscheck.schema.json": crosscheck,
    "same.schema.json": same,
    "audit.schema.json": audit,
    "decay.schema.json": decay,
    "dispense.schema.json": dispense,
    "dosimetry.schema.json": dosimetry,
    "comparison.schema.json": comparison,
    "diff.schema.json": diff,
    "limits.schema.json": limits,
    "record.schema.json": record,
    "verification.schema.json": verification,
    "answer.schema.json": answer,
    "selftest.schema.json": selftest,
    "window.schema.json": window,
    "independent.schema.json": independent,
    "check.schema.json": check,
    "case.schema.json": case,
    "day.schema.json": day,
    "course.schema.json": course,
    "protocol.schema.json": protocol,
    "facts.schema.json": facts,
}


class _OfTables(GenerateJsonSchema):
    """The JSON Schema of tables of files, which are plain classes."""

    def model_schema(self, schema: core_schema.ModelSchema) -> dict[str, Any]:
        described = {"description": inspect.cleandoc(schema["cls"].__doc__ or ""), "additionalProperties": False}
        return {**self.generate_inner(schema["schema"]), **described}

    def encode_default(self, dft: Any) -> Any:
        return dict(dft) if isinstance(dft, Mapping) else super().encode_default(dft)

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> dict[str, Any]:
        return schema.get("metadata", {}).get("read_as") or super().function_before_schema(schema)


def _of_file(kind: type[FileTable]) -> dict[str, Any]:
    """The schema of a file whose outermost table is of this kind."""
    return _OfTables().generate(schema_of(kind))


def _of_result(kind: type[Document], title: str, command: str) -> dict[str, Any]:
    """The schema of the document that a kind of result makes."""
    made = document_model(kind).model_json_schema()
    return _headed(made, title, f"What '{command}' prints, schema {kind.SCHEMA}.")


def _document(kind: type, schema: str, title: str, command: str) -> dict[str, Any]:
    made = _closed(TypeAdapter(kind).json_schema(mode="serialization"))
    made["properties"]["schema"] = {"const": schema}
    return _headed(made, title, f"What '{command}' prints, schema {schema}.")


def _headed(schema: dict[str, Any], title: str, description: str) -> dict[str, Any]:
    rest = {key: value for key, value in _untitled(schema).items() if key != "description"}
    return {"$schema": DIALECT, "title": title, "description": description, **rest}


def _untitled(node: Any) -> Any:
    """The schema without the titles that pydantic makes of names."""
    if isinstance(node, list):
        return [_untitled(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: _untitled(value) for key, value in node.items() if key != "title" or not isinstance(value, str)}


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with every object of named keys closed to others."""
    for part in (schema, *schema.get("$defs", {}).values()):
        if "properties" in part:
            part["additionalProperties"] = False
    return schema


def text_of(name: str) -> str:
    """The text of one schema file."""
    return json.dumps(SCHEMAS[name](), ensure_ascii=False, indent=2) + "\n"


def main(args: list[str]) -> int:
    """Write the schemas, or with --check name those that are not current."""
    stale = [name for name in SCHEMAS if not _is_current(name)]
    if "--check" in args:
        for name in stale:
            sys.stderr.write(f"docs/{name} is not current: run python docs/make_schemas.py\n")
        return int(bool(stale))
    for name in stale:
        (HERE / name).write_text(text_of(name), encoding="utf-8")
    return 0


def _is_current(name: str) -> bool:
    path = HERE / name
    return path.is_file() and path.read_text(encoding="utf-8") == text_of(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
