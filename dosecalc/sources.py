"""Facts: what a source document states, every statement in our own words.

A protocol cites facts as ``sheet#fact``. A number in a protocol must equal a value of a fact that it cites, so each
figure is written twice, by hand, in two files that a linter compares.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Grade = Literal["P", "S", "M", "C", "seed"]


class _Thing(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Fact(_Thing):
    """One statement of a source.

    ``values`` are the figures that a protocol may cite: quantities as door text (``"20 mCi/m^2"``) and whole numbers
    (counts, days of a cycle). ``printed`` keeps the source's own figure where it differs from the value; as a list of
    two it is a pair such as ``["5.9 GBq", "160 mCi"]`` that has to agree within its rounding, and ``values`` names
    the one that governs. ``grade``: P read in a primary text, S in a secondary page, seed in a founding document,
    M recalled and not seen (then ``confirmed = false``), C computed from the facts in ``computed_from``.
    """

    id: str
    statement: str
    values: list[str | int] = []
    printed: str | list[str] | None = None
    grade: Grade = "P"
    confirmed: bool = True
    computed_from: list[str] = []
    where: str | None = None
