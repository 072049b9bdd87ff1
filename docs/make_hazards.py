"""Write docs/hazards.md from docs/hazards.toml; --check: is it current, --ran FILE: did its tests pass.

FILE is the report of a test run (pytest --junitxml). Run it in a checkout: python docs/make_hazards.py
"""

from __future__ import annotations

import sys
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TABLE = HERE / "hazards.toml"
PAGE = HERE / "hazards.md"
KEYS = (
    "id",
    "stage",
    "hazard",
    "cause",
    "harm",
    "published",
    "control",
    "tests",
    "severity",
    "probability",
    "residual",
)
STAGES = {
    "request": "Request",
    "directive": "Directive",
    "patient": "Patient data",
    "calculation": "Calculation and protocol data",
    "order": "Order, vial, syringe",
    "administration": "Administration",
    "afterwards": "Afterwards",
    "dosimetry": "Dosimetry",
    "platform": "Files and platform",
}
SEVERITIES = ("slight", "serious", "death or lasting injury")
PROBABILITIES = ("remote", "unlikely", "possible")
START, END = "<!-- hazards -->", "<!-- end -->"


def hazards() -> list[dict[str, Any]]:
    """The rows of the table. ValueError for a row that is not whole."""
    rows: list[dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["hazards"]
    for row in rows:
        if tuple(row) != KEYS:
            raise ValueError(f"{row.get('id')}: expected the keys {', '.join(KEYS)}")
        if row["stage"] not in STAGES or row["severity"] not in SEVERITIES or row["probability"] not in PROBABILITIES:
            raise ValueError(f"{row['id']}: a stage, severity or probability that is none")
        if not row["tests"]:
            raise ValueError(f"{row['id']}: no test proves its control")
    if (twice := Counter(row["id"] for row in rows).most_common(1)) and twice[0][1] > 1:
        raise ValueError(f"{twice[0][0]} is there twice")
    return rows


def page() -> str:
    """The page: what stands in it, then a summary and a table of each stage."""
    rows = hazards()
    written = PAGE.read_text(encoding="utf-8").partition(START)[0]
    lines = [*_summary(rows), *(line for stage in STAGES for line in _stage(stage, rows))]
    return "\n".join([f"{written}{START}", *lines, END]) + "\n"


def _summary(rows: list[dict[str, Any]]) -> Iterator[str]:
    counted = Counter((row["severity"], row["probability"]) for row in rows)
    yield f"{len(rows)} hazards:\n"
    yield f"| severity | {' | '.join(PROBABILITIES)} |"
    yield f"| --- |{' --- |' * len(PROBABILITIES)}"
    for severity in reversed(SEVERITIES):
        yield f"| {severity} | {' | '.join(str(counted[severity, each] or '') for each in PROBABILITIES)} |"


def _stage(stage: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    yield f"\n## {STAGES[stage]}\n"
    yield "| | hazard | cause; harm | published | control | severity; probability | what is left | tests |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for row in rows:
        if row["stage"] == stage:
            tests = ", ".join(f"`{each.replace(':', '::')}`" for each in row["tests"])
            cells = [row["id"], row["hazard"], f"{row['cause']}; {row['harm']}", row["published"], row["control"]]
            cells += [f"{row['severity']}; {row['probability']}", row["residual"], tests]
            yield f"| {' | '.join(cells)} |"


def not_passed(report: Path) -> list[str]:
    """The named tests that a run did not pass: not there, skipped or failed."""
    passed: set[str] = set()
    for case in ET.parse(report).iter("testcase"):  # noqa: S314
        if not any(case.find(each) is not None for each in ("failure", "error", "skipped")):
            file = case.get("classname", "").rpartition(".")[2]
            passed |= {f"{file}:{case.get('name', '').partition('[')[0]}", f"{file}:*"}
    return sorted({test for row in hazards() for test in row["tests"]} - passed)


def main() -> None:
    """Write the page, or say what is amiss."""
    if "--ran" in sys.argv:
        if missing := not_passed(Path(sys.argv[sys.argv.index("--ran") + 1])):
            sys.exit(f"tests of hazards.toml that did not pass in this run: {', '.join(missing)}")
    elif "--check" in sys.argv:
        if PAGE.read_text(encoding="utf-8") != page():
            sys.exit("docs/hazards.md is not current; run python docs/make_hazards.py")
    else:
        PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
