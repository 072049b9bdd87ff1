"""The documentation holds: each example in README.md and docs/ is run, each table and schema is current.

In the pages a block ``console`` is a command with its output (a line ``...`` stands for any lines, ``...`` inside a
line for any text, a last line ``(exit 1)`` for the status), ``python`` is a doctest, and ``toml`` is a file if its
first line is a comment with the file's name, else a part of one. No other block goes unread.
"""

import contextlib
import doctest
import gc
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
import typing
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from pydantic_core import CoreConfig, SchemaValidator
from sybil import Document
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

import dosecalc
from dosecalc import cli
from dosecalc.cases.answer import Answer
from dosecalc.cases.runner import COMMANDS
from dosecalc.cases.selftest import Selftest
from dosecalc.course.observables import OBSERVABLES
from dosecalc.course.rules import Compiler
from dosecalc.crosschecks.audit import Audit
from dosecalc.crosschecks.figures import FigureComparison
from dosecalc.crosschecks.result import Crosscheck
from dosecalc.dispensing.decay import Decay
from dosecalc.dispensing.result import Dispensed
from dosecalc.dispensing.window import Window
from dosecalc.dosimetry import retention
from dosecalc.dosimetry.result import Dosimetry
from dosecalc.files import factsheet, folders, patient, protocol, record
from dosecalc.files import model as file_model
from dosecalc.files.factsheet import FactSheet
from dosecalc.files.model import FileTable
from dosecalc.files.protocol import Condition, Protocol, Rule
from dosecalc.findings.clearance import Clearance
from dosecalc.findings.finding import Finding
from dosecalc.gate.result import GateCheck
from dosecalc.library.checks import BUILT_IN, OF_RECORDS
from dosecalc.library.diff import Diff
from dosecalc.library.load import load_protocol
from dosecalc.planning import comparison, planner
from dosecalc.planning.bounds import Limits
from dosecalc.planning.result import Plan, Unconfirmed
from dosecalc.planning.verified import Independent, Verification
from dosecalc.quantities import documents, frozen, units
from dosecalc.quantities.documents import Result
from dosecalc.quantities.frozen import FrozenModel
from dosecalc.quantities.numbers import EXACT
from dosecalc.quantities.schemas import document_model
from dosecalc.records import result as record_results

TOP = Path(__file__).parent.parent
DOCS = TOP / "docs"
PAGES = [TOP / "README.md", *sorted(DOCS.glob("*.md"))]
PARTS: dict[str, type[FileTable]] = {"protocols.md": Protocol, "write.md": Protocol, "seeds.md": FactSheet}
QUANTITIES = {"level", "min", "max", "cap", "floor", "above", "at_least", "below", "at_most", "length"}
EXIT = re.compile(r"\(exit (\d+)\)")


def text_of(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


# -- console ----------------------------------------------------------------------------------------------------


def run(args: list[str], answers: list[str] | None = None) -> tuple[int, str]:
    """The status of a command and what it prints, errors last; ``answers`` are what somebody types."""
    out, err = io.StringIO(), io.StringIO()
    typed = pytest.MonkeyPatch()
    typed.setattr(sys, "stdin", io.StringIO("".join(f"{answer}\n" for answer in answers or [])))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as ended:
        cli.main(args)
    typed.undo()
    gc.unfreeze()
    gc.enable()
    return int(ended.value.code or 0), out.getvalue() + err.getvalue()


def commands(block: str) -> list[tuple[str, list[str]]]:
    """The commands of a block, each with the lines that follow it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            assert found, "a console block begins with '$ '"
            found[-1][1].append(line.rstrip())
    return found


def answers_in(expected: list[str]) -> list[str]:
    """What was typed in a dialog: the text after each question; nothing where Enter took the answer in brackets."""
    asked = [line for line in expected if ": " in line or line.endswith("]:")]
    return [line.partition(": ")[2] for line in asked]


def matches(expected: list[str], printed: str) -> bool:
    lines = [
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line).replace(r"\.\.\.", ".*?") + r"[ ]*\n"
        for line in expected
    ]
    return re.fullmatch("".join(lines) + r"\n*", printed) is not None


def console(example) -> str:
    said = []
    for command, expected in commands(example.parsed):
        words = shlex.split(command)
        if words[0] == "export":
            os.environ.update(word.split("=", 1) for word in words[1:])
            continue
        assert words[0] == "dosecalc", f"{command}: only dosecalc is run"
        wanted = 0
        if expected and (stated := EXIT.fullmatch(expected[-1])):
            wanted, expected = int(stated[1]), expected[:-1]
        while expected and not expected[-1]:
            expected = expected[:-1]
        dialog = words[1:3] == ["protocol", "new"]
        *words, kept = (*words[:-2], words[-1]) if words[-2:-1] == [">"] else (*words, "")
        status, printed = run(words[1:], answers_in(expected) if dialog else None)
        if kept:
            Path(kept).write_text(printed, encoding="utf-8")
            printed = ""
        if status != wanted or not matches(expected, printed):
            said.append(f"$ {command}\n{printed}(exit {status}, expected {wanted}); expected:\n" + "\n".join(expected))
    return "\n".join(said)


# -- toml -------------------------------------------------------------------------------------------------------


def file_name(block: str) -> str | None:
    match = re.match(r"# ([\w./-]+\.(?:toml|csv))\n", block)
    return match[1] if match else None


def toml(example) -> str:
    raw = tomllib.loads(example.parsed)
    name = file_name(example.parsed)
    if name is None:
        check_part(raw, PARTS[Path(example.path).name])
    elif "arms" in raw or "publisher" in raw:
        status, printed = run(["protocol", "lint", name])
        return "" if status == (1 if "wrong" in name else 0) else printed
    elif "cases" in raw:
        dosecalc.audit(name)
    elif "doses" in raw:
        dosecalc.check_record(name)
    elif "directive" in raw:
        dosecalc.check_dose(name)
    elif "readings" in raw:
        dosecalc.fit_retention(name)
    else:
        patient.from_text(example.parsed, name)
    return ""


def table(example) -> str:
    """A CSV file of readings, or of levels, which an example after it imports; its first line names it."""
    if Path(example.path).name == "write.md":
        return "" if "protocol import" in text_of("write.md") else "the table is not imported"
    dosecalc.fit_retention(file_name(example.parsed), nuclide="I-131", activity="8880 MBq")
    return ""


def check_part(raw: dict, model: type[FileTable]) -> None:
    """A part of a file: its keys are those of the model, its quantities and conditions can be read."""
    names = file_model.keys_of(model)
    for key, value in raw.items():
        shape = frozen.parts_of(model)[names[key]]
        SchemaValidator(file_model.schema_of(shape), CoreConfig(strict=True)).validate_python(value)
    check_quantities(raw)
    named = {name: Condition.model_validate(value) for name, value in raw.get("conditions", {}).items()}
    for rule in raw.get("rules", []):
        Compiler(EXACT, named).rule(Rule.model_validate(rule), rule["id"])


def check_quantities(node: object) -> None:
    if isinstance(node, list):
        for item in node:
            check_quantities(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in QUANTITIES and isinstance(value, str):
                units.read(value)
            for item in value if key == "values" else ():
                _ = units.read(item) if isinstance(item, str) else item
            check_quantities(value)


# -- every example ----------------------------------------------------------------------------------------------

READ = {"console": console, "toml": toml, "csv": table}
UNREAD = {"sh", "text", "{toctree}"}
PARSERS = [PythonCodeBlockParser(), *(CodeBlockParser(language, reader) for language, reader in READ.items())]


@pytest.fixture
def at_desk(monkeypatch, tmp_path):
    """An empty folder to work in, and nothing in the environment that changes what is printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("DOSECALC_PROTOCOLS", "")
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples(page, at_desk):
    document = Document.parse(str(page), *PARSERS)
    for block in re.findall(r"^```(?:toml|csv)\n(.*?)^```", document.text, re.MULTILINE | re.DOTALL):
        if name := file_name(block):
            (at_desk / name).parent.mkdir(parents=True, exist_ok=True)
            (at_desk / name).write_text(block, encoding="utf-8")
    wrong = []
    for example in document.examples():
        try:
            example.evaluate()
        except (
            AssertionError,
            ValueError,
            KeyError,
        ) as error:  # each example of a page is told of, not the first alone
            wrong.append(f"{page.name}, line {example.line}: {error}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("name", ["check_record", "decay", "dispense", "fit_retention"])
def test_the_example_of_a_function_runs(name, at_desk):
    """A record that an example reads is that of its page."""
    for block in re.findall(r"^```toml\n(.*?)^```", text_of("record.md"), re.MULTILINE | re.DOTALL):
        (at_desk / file_name(block)).write_text(block, encoding="utf-8")
    function = getattr(dosecalc, name)
    (example,) = doctest.DocTestFinder(recurse=False).find(function, name, globs={})
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_block_goes_unread(page):
    openings = re.findall(r"^\s*```+(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)[::2]
    assert {language.strip() for language in openings} <= {*READ, *UNREAD, "python"}


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        (["a", "...", "d"], "a\nb\nc\nd\n", True),
        (["a", "...", "d"], "a\nb\nc\n", False),
        (["a ... z", "b"], "a to z\nb\n", True),
        (["a"], "a\nb\n", False),
        (["32 mCi"], "33 mCi\n", False),
    ],
)
def test_examples_can_fail(expected, printed, same):
    assert matches(expected, printed) is same


# -- what is made from the program ------------------------------------------------------------------------------


@pytest.mark.parametrize("script", ["make_schemas.py", "make_tables.py"])
def test_schemas_and_tables_are_current(script):
    done = subprocess.run([sys.executable, str(DOCS / script), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


PLANS = {
    "azedra-therapeutic": {"weight": 75, "age": 40, "observables": {"organ_dose.kidneys": "0.027 Gy/mCi"}},
    "zevalin-relapsed": {"weight": 90, "observables": {"platelets": "160000/uL"}},
    "zevalin-first-line": {"weight": 70, "age": 60, "observables": {"platelets": "149 10^9/L"}},
    "xofigo-2016": {"weight": 73, "start": "2026-03-02"},
    "xofigo-2013": {"weight": 73},
    "quadramet-bone-pain": {"weight": 70},
    "azedra-dosimetric": {"weight": 60, "level": "200 MBq", "start": "2023-05-01"},
    "lutathera-gep-net": {"reduction": {2: 1, 3: 0}, "start": "2026-03-02", "cycle_length": "9 week"},
    "pluvicto-mcrpc": {"reduction": {3: 1}, "given": {1: "7.3 GBq@2026-03-02", 2: "7.4 GBq@2026-05-11"}},
    "metastron-bone-pain": {"weight": 70, "prior": "148 MBq@2025-10-01", "start": "2026-03-02", "level": "2 MBq/kg"},
    "p32-per-surface": {"bsa": "1.8", "level": "111 MBq/m^2"},
    "p32-fixed": {"level": "200 MBq"},
    "hicon-hyperthyroidism": {"level": "300 MBq"},
    "hicon-carcinoma": {"level": "2 GBq"},
    "hicon-metastases": {"level": "150 mCi"},
    **{f"clr131-myeloma-cohort-{n}": {"bsa": "1.9"} for n in range(1, 6)},
    "clr131-head-neck": {"bsa": "1.9"},
    "nct01377532-ppgl": {"weight": 50, "level": "11 mCi/kg"},
    "nant-cem": {"weight": 20, "observables": {"egfr": "110 mL/min/1.73m^2"}},
    "mibg-japan-ppgl": {"weight": 60},
    **{f"dotatoc-90y-level-{n}": {"bsa": "1.2", "age": 9} for n in (1, 2, 3)},
    **{f"nct03966651-level-{n}": {"weight": 20, "age": 9} for n in (1, 2, 3)},
    **{arm: {"weight": 20} for arm in folders.arm_ids() if arm.startswith(("eanm-card-", "nacg-"))
       and arm != "nacg-fdg-body"},
    "nacg-fdg-body": {"weight": 20, "level": "4 MBq/kg"},
    **{f"clr131-phase1a-{n}": {"bsa": "1.2", "age": 9} for n in (15, 30, 45, 60, 75)},
    "nct01495663-dosimetric": {},
    "nct01495663-level-1": {"bsa": "1.9"},
    "miitop": {"weight": 20, "start": "2026-03-02"},
    "nant-double": {"weight": 20, "level": {1: "15 mCi/kg"}},
    "nant-nca-dosimetric": {"weight": 20},
    "nant-nca-therapeutic": {"weight": 20, "level": "15 mCi/kg"},
    "n2011-01": {"weight": 20},
    "anbl09p1": {"weight": 20},
    "nant-vorinostat": {"weight": 20, "level": "15 mCi/kg"},
    "ludo-n": {"weight": 20, "measured": {1: "1 Gy"}},
    "dotatate-ludo": {"weight": 20, "level": "80 MBq/kg"},
    "psma-225ac": {"weight": 80},
    "bexxar-dosimetric": {},
    "bexxar-therapeutic": {"observables": {"activity_hours": "9000 mCi h", "residence_time": "90 h"}},
    "iodide-graves": {"level": "60 uCi/g"},
    "iodide-large-gland": {"level": "160 uCi/g", "observables": {"gland_mass": "80 g", "uptake": "40 %"}},
    "iodide-metric": {"level": "3 MBq/g"},
    "compete-edotreotide": {"start": "2026-03-02"},
    **{f"violet-{each}": {"start": "2026-03-02"} for each in ("74", "55", "44")},
    "iodide-ablation": {"level": "50 mCi"},
    "iodide-benua-leeper": {"observables": {"organ_dose.blood": "0.5 Gy/GBq", "retention_48h": "80 %"}},
    "iodide-metastases": {"level": "100 mCi"},
    "clover2-20": {"bsa": "1.6"},
    "clover2-10": {"weight": "50 kg", "height": "160 cm", "start": "2026-03-02", "cycle_length": "56 day"},
    "mibg-compassionate-nb": {"weight": "20", "level": "13 mCi/kg", "prior": "900 mCi@2024-01-15", "sex": "male",
                              "observables": {"stem_cells_stored": False, "washout_therapy": "never"}},
    "mibg-compassionate-ppgl": {"weight": {1: "50 kg"}, "level": "12 mCi/kg", "age": "12.9", "prior": "none"},
    "mibg-4gy-melphalan": {"weight": 20, "bsa": 0.79, "measured": {1: "4.3 Gy"}, "given": {1: "8000 MBq@2026-03-02"}},
    "inotuzumab": {"bsa": "1.0", "observables": {"remission[2]": True, "platelets": "60 10^9/L", "blasts": "0/mm^3"}},
}  # fmt: skip


def test_every_arm_is_among_the_plans():
    assert set(PLANS) == set(folders.arm_ids())


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    """The validator of a schema in docs/. Made once, for the check that the schema is one takes longer than its use."""
    schema = json.loads(text_of(f"{name}.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("arm", PLANS)
def test_plans_are_of_their_schema(arm):
    document = json.loads(planner.plan(arm, **PLANS[arm]).to_json())
    validator("plan").validate(document)
    with pytest.raises(jsonschema.ValidationError):
        validator("plan").validate({**document, "surprise": 1})


@pytest.mark.parametrize(("folder", "name"), [("protocols", "protocol"), ("seeds", "facts")])
def test_files_are_of_their_schema(folder, name):
    for path in Path(folders.shipped(folder)).glob("*.toml"):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        validator(name).validate(json.loads(json.dumps(raw, default=str)))


def test_every_protocol_has_a_page_with_all_that_its_file_says(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    import make_pages

    pages = {path.stem: path.read_text(encoding="utf-8") for path in make_pages.write(tmp_path / "regimens")}
    files = [load_protocol(path.stem) for path in Path(folders.shipped("protocols")).glob("*.toml")]
    assert set(pages) == {file.protocol.id for file in files} | {"index"}
    for file in files:
        page = pages[file.protocol.id].replace("\\", "")
        ids = {each.id for each in (*file.protocol.arms, *file.protocol.rules, *file.protocol.conflicts)}
        sheets = {cite.partition("#")[0] for arm in file.protocol.arms for cite in file.cites(arm)} & set(file.sheets)
        assert {name for name in ids | sheets if name not in page} == set()
        unconfirmed = [statement for arm in file.protocol.arms for _, statement in file.unconfirmed(arm)]
        assert ("Unconfirmed facts" in page) == bool(unconfirmed)
        assert f"[{units.prose(file.protocol.title)}]({file.protocol.id}.md)" in pages["index"].replace("\\", "")
    (tmp_path / "regimens" / "gone.md").write_text("of a protocol that is no more", encoding="utf-8")
    assert {path.name for path in make_pages.write(tmp_path / "regimens")} == {f"{name}.md" for name in pages}
    assert not (tmp_path / "regimens" / "gone.md").exists()


# -- nothing is left out ----------------------------------------------------------------------------------------


def keys_of(*made: type) -> set[str]:
    return {key for one in made for key in typing.get_type_hints(one)}


def fields_of(*models: type[FileTable]) -> set[str]:
    return {key for model in models for key in file_model.keys_of(model)}


def documents_of(module) -> list[type]:
    found = vars(module).items()
    return [made for name, made in found if name.endswith("Document") and made.__module__ == module.__name__]


def keys_below(kind: type[Result]) -> set[str]:
    """Every key that stands in the document of a kind of result, at whatever depth."""
    defined = document_model(kind).model_json_schema()
    parts = (defined, *defined.get("$defs", {}).values())
    return {key for part in parts for key in part.get("properties", {})} - {"value", "unit"}


def own_keys_of(module) -> set[str]:
    """Every key of the results that a module defines, without those of the results that it holds of other modules."""
    kinds = [kind for kind in parts_of(module) if issubclass(kind, Result)]
    return {key for kind in kinds for _, key in documents.keys_of(kind)} | {"schema"}


def parts_of(module) -> list[type[FrozenModel]]:
    made = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, FrozenModel)]
    return [one for one in made if one.__module__ == module.__name__ and not one.__name__.startswith("_")]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("json.md", keys_below(Plan)),
        ("protocols.md", fields_of(*parts_of(protocol))),
        ("seeds.md", fields_of(*parts_of(factsheet))),
        ("plan.md", {option for param in cli.command("plan").params for option in param.opts}),
        ("crosscheck.md", keys_below(Crosscheck) | keys_below(FigureComparison) | keys_below(Audit)),
        ("crosscheck.md", {param.opts[0] for param in cli.command("crosscheck").params}),
        ("dispense.md", keys_below(Decay) | keys_below(Dispensed) | keys_below(Window)),
        (
            "dispense.md",
            {
                param.opts[0]
                for command in (cli.command("decay"), cli.command("dispense"), cli.command("window"))
                for param in command.params
                if param.opts[0].startswith("-")
            },
        ),
        ("dosimetry.md", keys_below(Dosimetry) | {*retention.COLUMNS, *retention.SETTINGS}),
        ("dosimetry.md", {param.opts[0] for param in cli.command("dosimetry").params if param.opts[0].startswith("-")}),
        ("protocols.md", keys_below(Diff) - {"schema", "dosecalc"}),
        ("plan.md", {"plans", "left_out", *documents.fields_of(comparison.LeftOut)}),
        ("gate.md", keys_below(GateCheck)),
        ("run.md", keys_below(Answer)),
        ("selftest.md", keys_below(Selftest)),
        ("run.md", set(COMMANDS)),
        ("verify.md", keys_below(Verification) | keys_below(Independent)),
        ("limits.md", keys_below(Limits) - keys_below(Finding) - keys_below(Unconfirmed) - keys_below(Clearance)),
        ("record.md", own_keys_of(record_results) | fields_of(*parts_of(record))),
        ("findings.md", set(BUILT_IN)),
        ("record.md", set(OF_RECORDS)),
        ("library.md", set(dosecalc.__all__)),
        ("observables.md", set(OBSERVABLES)),
    ],
)
def test_everything_is_explained(page, words):
    text = text_of(page)
    missing = {word for word in words if not re.search(rf"`(?:dosecalc\.)?{re.escape(word)}\b", text)}
    assert not missing


def test_links_of_the_readme_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", (TOP / "README.md").read_text(encoding="utf-8")):
        assert (TOP / target).exists(), target
