"""Write the tables of docs/ that repeat what the program knows, or with --check say whether they are current.

A table stands between two comments, ``<!-- table: NAME -->`` and ``<!-- end -->``. Run it in a checkout:
python docs/make_tables.py
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from dosecalc.course.observables import OBSERVABLES, Observable
from dosecalc.files.folders import shipped
from dosecalc.gate import requirements
from dosecalc.quantities.units import decimal
from dosecalc.reference.bodysurface import FORMULAS

HERE = Path(__file__).parent
_PLACE = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def observables(scope: str) -> str:
    """The observables of one scope."""
    rows = [row for row in OBSERVABLES.values() if row.scope == scope]
    momentary = any(row.momentary for row in rows)
    head = ["name", "unit", "range", *(["momentary"] if momentary else []), "what it is", "stated with"]
    lines = [head, ["---"] * len(head)]
    for row in rows:
        mark = ["yes" if row.momentary else ""] if momentary else []
        lines.append([f"`{row.name}`", _unit(row), _range(row), *mark, row.title, _option(row)])
    return _written(lines)


def _unit(row: Observable) -> str:
    return f"`{row.unit}`" if row.unit else row.kind


def _range(row: Observable) -> str:
    if row.choices:
        return ", ".join(row.choices)
    if row.low is None or row.high is None:
        return "true, false" if row.kind == "boolean" else ""
    return f"{decimal(row.low, 12)} to {decimal(row.high, 12)}{' or `never`' if row.ago else ''}"


def _option(row: Observable) -> str:
    if row.computed:
        return f"computed; `{row.option}` bears on it" if row.option else "computed"
    return f"`{row.option}`" if row.option else "`--set`"


def formulas() -> str:
    """The formulas for body surface area as the fact sheet prints them."""
    facts = _facts()
    lines = [["`--bsa-formula`", "formula", "what the fact sheet says of it", "grade"], ["---"] * 4]
    for row in FORMULAS.values():
        fact = facts[row.cite.partition("#")[2]]
        grade = fact["grade"] + ("" if fact.get("confirmed", True) else ", unconfirmed")
        lines.append([f"`{row.id}`", fact["printed"], fact["statement"], grade])
    return _written(lines)


def bodies() -> str:
    """The results of the formulas for five bodies, as the fact sheet states them."""
    names = [FORMULAS[key].name for key in _REFERENCE_ORDER]
    lines = [["body", *names], ["---"] * (len(names) + 1)]
    for fact in _facts().values():
        if fact["id"].startswith("reference-") and len(fact["values"]) == len(names) + 2:
            height, weight, *surfaces = fact["values"]
            lines.append([f"{height}, {weight}", *(surface.removesuffix(" m^2") for surface in surfaces)])
    return _written(lines)


_REFERENCE_ORDER = ("mosteller", "du-bois", "haycock", "gehan-george", "boyd", "fujimoto", "takahira", "shuter-aslani")


def _facts() -> dict[str, dict[str, Any]]:
    sheet = tomllib.loads((Path(shipped("seeds")) / "bsa-formulas.toml").read_text(encoding="utf-8"))
    return {fact["id"]: fact for fact in sheet["facts"]}


def gate() -> str:
    """What the gate asks, from its table of requirements."""
    lines = [["key", "asked", "what to state", "who asks"], ["---"] * 4]
    for row in requirements.every():
        when = {"childbearing": "of therapy, unless male", "therapy": "of therapy"}.get(row.when, row.when)
        lines.append([f"`{row.key}`", when, row.question, ", ".join(row.cite) or "dosecalc"])
    return _written(lines)


def _written(lines: list[list[str]]) -> str:
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def table(name: str) -> str:
    """One table by its name."""
    tables = {"formulas": formulas, "bodies": bodies, "gate": gate}
    return tables[name]() if name in tables else observables(name)


def current(text: str) -> str:
    """A page with its tables made anew."""
    return _PLACE.sub(lambda match: f"{match[1]}{table(match[2])}{match[3]}", text)


def main(args: list[str]) -> int:
    """Write the tables, or with --check name the pages whose tables are not current."""
    status = 0
    for page in sorted(HERE.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        if current(text) == text:
            continue
        if "--check" in args:
            sys.stderr.write(f"docs/{page.name} has a table that is not current: run python docs/make_tables.py\n")
            status = 1
        else:
            page.write_text(current(text), encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
