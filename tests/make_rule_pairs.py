"""Write ``rule_pairs.json``: for each comparison of each rule two patients, one change apart, found by z3.

Run in the top folder: ``python tests/make_rule_pairs.py``. ``test_proofs.py`` asks both methods of these patients.
"""

import json
from pathlib import Path

from dosecalc.course.rules import Compiler
from dosecalc.library.load import load_protocol
from dosecalc.library.pairs import pairs_of
from dosecalc.quantities.symbolic import Symbolic

TOP = Path(__file__).resolve().parents[1]
KEPT = TOP / "tests" / "rule_pairs.json"


def made() -> list[dict]:
    cases = []
    for path in sorted((TOP / "protocols").glob("*.toml")):
        file = load_protocol(str(path))
        compiler = Compiler(Symbolic(), file.protocol.conditions, file.table)
        for pair in pairs_of(file.protocol, compiler):
            kept = {key: value for key, value in pair._asdict().items() if key != "why"}
            cases.append({"file": path.name, **kept})
    return cases


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in made())
    KEPT.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
