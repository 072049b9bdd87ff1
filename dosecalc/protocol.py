"""A protocol file: one study or label with its agents, arms, rules and conflicts.

The models hold what a file says and refuse what the format does not know. They compute nothing: quantities stay the
text that was written, until the library reads them through the unit door and the calculator compiles them.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from dosecalc.sources import Fact

Status = Literal["investigational", "expanded-access", "labelled", "guideline", "published-series", "withdrawn"]
Severity = Literal["violation", "warning"]
Scope = Literal["course", "first-dose", "later-doses", "each-dose", "each-cycle"]
Cite = str | list[str]
Limit = str | int


def cited(cite: Cite | None) -> tuple[str, ...]:
    """The references of a ``cite`` key, one or many, as a tuple."""
    if cite is None:
        return ()
    return (cite,) if isinstance(cite, str) else tuple(cite)


class _Thing(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


def _form(value: Any) -> str:
    if isinstance(value, str):
        return "quantity"
    return "list" if isinstance(value, list) else "range"


class Condition(_Thing):
    """A comparison, or several joined by ``all``, ``any`` or ``not``, or the ``condition`` that a file names once.

    A comparison has an ``observable`` and ``above``, ``at_least``, ``below``, ``at_most``, ``is`` or ``one_of``.
    """

    observable: str | None = None
    above: Limit | None = None
    at_least: Limit | None = None
    below: Limit | None = None
    at_most: Limit | None = None
    is_: bool | str | None = Field(None, alias="is")
    one_of: list[str] | None = None
    all_: list["Condition"] | None = Field(None, alias="all")
    any_: list["Condition"] | None = Field(None, alias="any")
    not_: "Condition | None" = Field(None, alias="not")
    condition: str | None = None
    cite: Cite | None = None


class Range(_Thing):
    """A lowest and a highest value, both allowed."""

    min: str
    max: str


class LevelRow(_Thing):
    """One line of an ordered list of levels; the first whose ``when`` is true holds, a row without one always does."""

    level: Annotated[Annotated[str, Tag("quantity")] | Annotated[Range, Tag("range")], Discriminator(_form)]
    when: Condition | None = None
    cap: str | None = None
    floor: str | None = None
    cite: Cite | None = None


Level = Annotated[
    Annotated[str, Tag("quantity")] | Annotated[Range, Tag("range")] | Annotated[list[LevelRow], Tag("list")],
    Discriminator(_form),
]


class Dose(_Thing):
    """One administration: its agent, its level, and its day in the cycle where the source states one."""

    agent: str
    level: Level
    day: int | None = None
    cap: str | None = None
    floor: str | None = None
    cite: Cite | None = None


class Cycle(_Thing):
    """A group of doses, given ``repeat`` times. ``length`` is left out where the source leaves it out."""

    doses: list[Dose]
    repeat: int = 1
    optional: bool = False
    length: Annotated[Annotated[str, Tag("quantity")] | Annotated[Range, Tag("range")], Discriminator(_form)] | None = (
        None
    )
    cite: Cite | None = None


Organ = Literal["red_marrow", "lungs", "kidneys", "liver", "small_intestine"]


class OrganLimit(_Thing):
    """What an organ may get in a course. Where it would get more, the source reduces all doses alike.

    With ``alpha_beta`` and ``repair_half_time`` the biologically effective dose is told as well.
    """

    organ: Organ
    limit: str
    alpha_beta: str | None = None
    repair_half_time: str | None = None
    cite: Cite | None = None


class Arm(_Thing):
    """One regimen, chosen by its id. The id begins with the id of its file."""

    id: str
    title: str
    cycles: list[Cycle]
    organ_limits: list[OrganLimit] = []
    cite: Cite | None = None


class Agent(_Thing):
    """What is given. With a radionuclide its amount is an activity, without one a mass."""

    name: str
    radionuclide: str | None = None
    cite: Cite | None = None


class _ForArms(_Thing):
    """Something that holds for some arms of a file, or for all."""

    arms: list[str] | None = None

    def holds_for(self, *arms: str) -> bool:
        """Whether it holds for any of these arms."""
        return self.arms is None or any(arm in self.arms for arm in arms)


class Rule(_ForArms):
    """What must hold: ``when`` (optional) -> ``require``. A rule never changes an amount."""

    id: str
    title: str
    require: Condition
    cite: Cite
    part: str | None = None
    when: Condition | None = None
    agent: str | None = None
    at: Scope | None = None
    severity: Severity = "violation"


class Conflict(_ForArms):
    """Statements that cannot all hold, with the reading that this protocol takes and why."""

    id: str
    between: list[str]
    reading: str
    because: str
    when: Condition | None = None


class Instruction(_ForArms):
    """Something that people must do and that no rule can check."""

    text: str
    cite: Cite


class OwnObservable(_Thing):
    """An observable that only this file speaks of."""

    kind: Literal["quantity", "boolean", "count", "choice"]
    title: str
    unit: str | None = None
    choices: list[str] | None = None
    momentary: bool = False


class Protocol(_Thing):
    """One protocol file."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, defer_build=True, alias_generator=lambda n: n.rstrip("_")
    )

    schema_: Literal[1]
    id: str
    title: str
    status: Status
    registry: list[str] = []
    agents: dict[str, Agent]
    arms: list[Arm]
    conditions: dict[str, Condition] = {}
    rules: list[Rule] = []
    conflicts: list[Conflict] = []
    instructions: list[Instruction] = []
    observables: dict[str, OwnObservable] = {}
    facts: list[Fact] = []
    note: str | None = None
