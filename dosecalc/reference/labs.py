"""What laboratories call observables, from ``seeds/lab-names.csv``."""

from __future__ import annotations

import csv
import os
from functools import lru_cache

from dosecalc.files import folders

TABLE = "lab-names.csv"


@lru_cache(maxsize=1)
def lab_names() -> dict[str, str]:
    """The observable that each other name means, by the name in small letters."""
    text, _ = folders.read_text(os.path.join(folders.shipped("seeds"), TABLE))
    return {row["name"]: row["observable"] for row in csv.DictReader(text.splitlines())}
