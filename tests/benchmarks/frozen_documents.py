"""Hold the documents of two versions of dosecalc against each other, over every arm and command.

    python tests/benchmarks/frozen_documents.py write before.json      (with the one version installed)
    python tests/benchmarks/frozen_documents.py write after.json       (with the other)
    python tests/benchmarks/frozen_documents.py compare before.json after.json

Statuses, amounts, days and all other keys are compared byte for byte; the keys that hold sentences for people are
compared apart, so that a change of words is seen as one and hides nothing else.
"""

from __future__ import annotations

# ruff: noqa: E501  # commands stand one a line
import contextlib
import io
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

SEED = 20261126
WORDS = {
    "message", "trace", "pending", "reading", "because", "text", "title", "statement", "notes", "note", "conclusion",
    "summary", "warning", "warnings", "reason", "regimen", "what", "said", "flags", "formula_note", "explanation",
    "comment", "comments", "changes", "unit_note", "origin", "settled_by", "assumption", "assumptions",
}  # fmt: skip
LEVELS = ("12 mCi/kg", "20 mCi/m^2", "100 mCi", "7.4 GBq", "2.2 MBq/kg", "4 Gy", "100 kBq/kg", "30 mCi", "15 mCi/kg",
          "3.7 GBq", "10 mCi", "111 MBq/m^2", "0.1 mCi/kg", "80 uCi/g", "6 mCi", "75 MBq/kg", "1.8 mg/m^2")  # fmt: skip
LABS = ("platelets=110000/uL", "platelets=80000/uL", "anc=1500/uL", "anc=800/uL", "hemoglobin=9.5 g/dL", "egfr=100 mL/min/1.73m^2",
        "creatinine=1.0 mg/dL", "bilirubin=1 xULN", "alt=2 xULN", "karnofsky=80 %", "cd34_per_weight=2e6 cell/kg",
        "cd34_per_weight=1.2e6 cell/kg", "stem_cells_stored=false", "pregnant=false", "remission=true",
        "organ_dose.red_marrow=0.01 Gy/mCi", "gland_mass=40 g", "uptake=50 %", "residence_time=90 h",
        "activity_hours=9000 mCi h", "blasts=0 /uL", "transplant_planned=false")  # fmt: skip


def run(args: list[str]) -> dict[str, Any]:
    """One command: its arguments, exit status, document (or text) and message."""
    from dosecalc.cli import run as command

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = command(args)
    text = out.getvalue()
    try:
        document = json.loads(text)
    except ValueError:
        document = {"text": text}
    return {"args": args, "status": status, "document": document, "err": err.getvalue()}


def arms() -> list[str]:
    """Every arm id that the version knows."""
    return [row["arm"] for row in run(["protocol", "list", "--json"])["document"]]


def patient(draw: random.Random) -> list[str]:
    """The options of one made-up patient."""
    weight = draw.choice((3.5, 12, 18.4, 20, 25, 31, 50, 62.5, 70, 80, 110))
    args = ["--weight", str(weight)]
    if draw.random() < 0.5:
        args += ["--height", str(draw.choice((70, 104, 118, 140, 165, 178)))]
    elif draw.random() < 0.7:
        args += ["--bsa", str(draw.choice((0.3, 0.72, 0.79, 1.2, 1.6, 1.83, 2)))]
    if draw.random() < 0.6:
        args += ["--age", str(draw.choice((1, 2, 6, 9, 12, 13, 25, 40, 71)))]
    if draw.random() < 0.5:
        args += ["--sex", draw.choice(("female", "male"))]
    if draw.random() < 0.4:
        args += ["--start", "2026-03-01"]
    if draw.random() < 0.5:
        args += ["--prior", draw.choice(("none", "none", "48 mCi/kg@2025-01-15", "300 mCi,18 kg"))]
    for lab in draw.sample(LABS, draw.randrange(0, 5)):
        args += ["--set", lab]
    return args


def plans(draw: random.Random, every: list[str], count: int) -> list[list[str]]:
    """Commands of one kind for each arm that answer, so many of them an arm, those that choose a level included."""
    made: list[list[str]] = []
    for arm in every:
        kept = 0
        for _ in range(12):
            if kept == count:
                break
            command = draw.choice(("plan", "plan", "plan", "limits"))
            args = [command, "--protocol", arm, *patient(draw)]
            if command == "plan" and draw.random() < 0.25:
                args += ["--given", f"1={draw.choice(('3700 MBq', '32 mCi', '7.4 GBq', '1.6 mg'))}@2026-03-01"]
            answer = run([*args, "--json"])
            if answer["status"] == 2 and "--level" in answer["err"]:
                for level in draw.sample(LEVELS, len(LEVELS)):
                    if run([*args, "--level", level, "--json"])["status"] != 2:
                        args += ["--level", level]
                        break
                answer = run([*args, "--json"])
            if answer["status"] != 2:
                made.append([*args, "--json"])
                kept += 1
                if kept == 1:
                    made.append(args)  # the page as well
    return made


def others(every: list[str], folder: Path) -> list[list[str]]:
    """Commands that are not plans."""
    made: list[list[str]] = [["protocol", "show", arm] for arm in every]
    pairs = [("clover2-20", "clover2-10"), ("eanm-card-mdp", "nacg-mdp"), ("xofigo-2013", "xofigo-2016")]
    for one, two in pairs:
        made.append(["protocol", "diff", one, two, "--json"])
        made.append(["plan", "--compare", one, two, "--weight", "20", "--bsa", "0.8", "--json"])
    for total, doses, level, rest in (
        ("126.6 mCi", "4", "40 mCi/m^2", ["--age", "25", "--sex", "male"]),
        ("126.6 mCi", "4", "20 mCi/m^2", ["--age", "25"]),
        ("60 mCi", "2", "20 mCi/m^2", ["--age", "14"]),
        ("28 mCi", "1", "0.4 mCi/kg", ["--weight", "70"]),
        ("444 MBq", "1", "12 mCi/kg", ["--weight", "20"]),
        ("400 mCi", "1", "2 mCi/m^2", []),
        ("29.6 GBq", "4", "7.4 GBq", []),
        ("100 mCi", "2", "5 mCi/kg", ["--age", "6", "--sex", "female", "--height", "118"]),
    ):
        made.append(["crosscheck", "--total", total, "--doses", doses, "--level", level, *rest, "--json"])
        made.append(["crosscheck", "--total", total, "--doses", doses, "--level", level, *rest])
    for one, two in (
        ("444 MBq", "12 mCi"),
        ("444 MBq", "12 mCi/kg"),
        ("100 to 500 MBq", "8 mCi"),
        ("11.6 GBq", "310 mCi"),
    ):
        made.append(["crosscheck", "--same", one, two, "--json"])
    made.append(
        ["crosscheck", "--total", "126.6 mCi", "--doses", "4", "--protocol", "clover2-20", "--bsa", "1.6", "--json"]
    )
    made.append(["audit", "--json"])
    for nuclide in ("I-131", "Lu-177", "Y-90", "Ra-223", "Tc-99m", "Ac-225", "Sm-153", "Sr-89", "P-32", "I-123"):
        made.append(["decay", "150 mCi", nuclide, "--elapsed", "7 h", "--elapsed", "3 day", "--json"])
        made.append(["dispense", "--amount", "32 mCi", "--nuclide", nuclide, "--concentration", "10 mCi/mL", "--reference",
                     "2026-03-01T12:00-06:00", "--at", "2026-03-01T18:00-06:00", "--residual", "2 %", "--syringe-step", "0.1 mL",
                     "--vial-volume", "10 mL", "--json"])  # fmt: skip
    made.append(
        ["dispense", "--level", "55 kBq/kg", "--weight", "80", "--concentration", "1100 kBq/mL", "--factor", "0.982"]
    )
    made.append(
        [
            "dosimetry",
            "--residence-time",
            "18 h",
            "--weight",
            "20",
            "--activity",
            "8880 MBq",
            "--target",
            "4 Gy",
            "--json",
        ]
    )
    readings = folder / "retention.csv"
    readings.write_text("time [h],retention\n0,1\n4,0.86\n24,0.42\n48,0.19\n72,0.083\n96,0.036\n", encoding="utf-8")
    made.append(["dosimetry", str(readings), "--weight", "20", "--activity", "8880 MBq", "--nuclide", "I-131", "--target",
                 "4 Gy", "--json"])  # fmt: skip
    made.append(["dosimetry", str(readings), "--weight", "20", "--activity", "8880 MBq", "--nuclide", "I-131"])
    made.append(["plan", "--protocol", "mibg-4gy-melphalan", "--weight", "20", "--bsa", "0.79", "--given", "1=8880 MBq",
                 "--retention", f"1={readings}", "--json"])  # fmt: skip
    made.append(["plan", "--protocol", "mibg-4gy-melphalan", "--weight", "20", "--bsa", "0.79", "--given", "1=8880 MBq",
                 "--measured", "1=1.357 Gy", "--json"])  # fmt: skip
    for arm, size, amount in (("clover2-20", 'bsa = "1.6 m^2"', "32 mCi"), ("pluvicto-mcrpc", 'weight = "80 kg"', "200 mCi"),
                              ("xofigo-2016", 'weight = "80 kg"', "4.4 MBq"), ("zevalin-relapsed", 'weight = "70 kg"', "28 mCi")):  # fmt: skip
        for factor, given in (("as", amount), ("half", None)):
            path = folder / f"{arm}-{factor}.toml"
            what = given or f"{float(amount.split()[0]) / 2} {amount.split()[1]}"
            path.write_text(
                f'protocol = "{arm}"\n[patient]\n{size}\n[[doses]]\nnumber = 1\nprescribed = "{amount}"\n'
                f'given = "{what}"\ngiven_at = "2026-03-01T09:00Z"\n[[doses]]\nnumber = 2\nprescribed = "{amount}"\n'
                f'assayed = {{ amount = "{amount}", at = "2026-03-15T09:00Z" }}\n'
                f'residuals = [{{ amount = "0.1 mCi", at = "2026-03-15T10:00Z" }}]\ngiven_at = "2026-03-15T09:30Z"\n', encoding="utf-8")  # fmt: skip
            made.append(["record", str(path), "--json"])
            made.append(["record", str(path)])
    made += [
        ["observables"],
        ["protocol", "list"],
        ["protocol", "list", "--agent", "mibg"],
        ["protocol", "list", "--age", "8"],
    ]
    return made


def write(out: str) -> int:
    """Run every command and keep what it answered."""
    draw = random.Random(SEED)
    listed = Path(f"{out}.args") if not Path("frozen-args.json").exists() else Path("frozen-args.json")
    folder = Path(tempfile.gettempdir()) / "frozen-inputs"
    folder.mkdir(exist_ok=True)
    if listed.name == "frozen-args.json":
        others(arms(), folder)  # writes the input files
        commands = json.loads(listed.read_text(encoding="utf-8"))
    else:
        every = arms()
        commands = [*plans(draw, every, 4), *others(every, folder)]
        Path("frozen-args.json").write_text(json.dumps(commands), encoding="utf-8")
    Path(out).write_text(json.dumps([run(args) for args in commands], indent=1), encoding="utf-8")
    print(f"{len(commands)} commands")
    return 0


def parted(node: Any) -> tuple[Any, list[str]]:
    """A document without its sentences, and the sentences."""
    words: list[str] = []

    def walk(each: Any) -> Any:
        if isinstance(each, list):
            return [walk(item) for item in each]
        if not isinstance(each, dict):
            return each
        rest = {}
        for key, value in each.items():
            if key in WORDS:
                words.append(json.dumps(value, sort_keys=True))
            else:
                rest[key] = walk(value)
        return rest

    return walk(node), words


def compare(one: str, two: str) -> int:
    """Say which commands differ in more than their words, and how many in words alone."""
    before, after = (json.loads(Path(path).read_text(encoding="utf-8")) for path in (one, two))
    different, words, shown = 0, 0, 0
    for old, new in zip(before, after, strict=True):
        old_rest, old_words = parted(old["document"])
        new_rest, new_words = parted(new["document"])
        if old["status"] != new["status"] or json.dumps(old_rest) != json.dumps(new_rest):
            different += 1
            if shown < 10:
                shown += 1
                print("DIFFERS", old["args"], old["status"], new["status"], new["err"][:300])
                a, b = json.dumps(old_rest, indent=0).splitlines(), json.dumps(new_rest, indent=0).splitlines()
                for x, y in zip(a, b, strict=False):
                    if x != y:
                        print("   -", x[:300], "\n   +", y[:300])
                        break
                else:
                    print("   lengths", len(a), len(b))
        elif old_words != new_words or old["err"] != new["err"]:
            words += 1
            if "--words" in sys.argv and shown < 40:
                for x, y in zip(old_words, new_words, strict=False):
                    if x != y:
                        shown += 1
                        print("WORDS", old["args"], "\n   -", x[:400], "\n   +", y[:400])
                        break
    print(f"{len(before)} documents: {different} differ, {words} more in their words alone")
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(write(sys.argv[2]) if sys.argv[1] == "write" else compare(sys.argv[2], sys.argv[3]))
