"""A protocol file: one study or label with its agents, arms, rules and conflicts.

The models hold what a file says and refuse what the format does not know. They compute nothing: quantities stay the
text that was written, until the library reads them through the unit door and the calculator compiles them.
"""

from datetime import date as Date
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from dosecalc.files.factsheet import Fact, Written

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


def _form(value: Any) -> str:
    """Which kind of level is written, told by its type or by the key that only this kind has."""
    if isinstance(value, str):
        return "quantity"
    if isinstance(value, list):
        return "list"
    keys = value if isinstance(value, dict) else getattr(value, "model_fields_set", ())
    return next((key for key in ("choose", "product", "observable", "table") if key in keys), "range")


class Condition(Written):
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


class Range(Written):
    """A lowest and a highest value, both allowed."""

    min: str
    max: str


Organ = Literal["red_marrow", "lungs", "kidneys", "liver", "small_intestine"]
_QuantityOrRange = Annotated[
    Annotated[str, Tag("quantity")] | Annotated[Range, Tag("range")],
    Discriminator(_form),
]


class Choice(Written):
    """Alternatives that the source leaves to whoever prescribes; ``--level`` chooses one.

    With an ``organ`` they are absorbed doses that this organ reaches with all doses of the agent so far.
    """

    choose: list[_QuantityOrRange]
    organ: Organ | None = None


class OfObservable(Written):
    """A factor that is stated for the patient, such as the mass of a gland."""

    observable: str


class OfTable(Written):
    """A factor that a table of the file gives."""

    table: str


_Factor = Annotated[
    Annotated[str, Tag("quantity")]
    | Annotated[Range, Tag("range")]
    | Annotated[OfObservable, Tag("observable")]
    | Annotated[OfTable, Tag("table")],
    Discriminator(_form),
]


class Product(Written):
    """Factors multiplied, ``over`` others; their units leave an amount. At most one is a range, which is chosen in."""

    product: list[_Factor]
    over: list[_Factor] = []


OneLevel = Annotated[
    Annotated[str, Tag("quantity")]
    | Annotated[Range, Tag("range")]
    | Annotated[Choice, Tag("choose")]
    | Annotated[Product, Tag("product")],
    Discriminator(_form),
]


class LevelRow(Written):
    """One line of an ordered list of levels; the first whose ``when`` is true holds, a row without one always does."""

    level: OneLevel
    when: Condition | None = None
    cap: str | None = None
    floor: str | None = None
    cite: Cite | None = None


Level = Annotated[
    Annotated[str, Tag("quantity")]
    | Annotated[Range, Tag("range")]
    | Annotated[Choice, Tag("choose")]
    | Annotated[Product, Tag("product")]
    | Annotated[list[LevelRow], Tag("list")],
    Discriminator(_form),
]


class FactorTable(Written):
    """A stepwise table, ``"20 kg: 4.86"`` a step: the last step at or below the observable holds, nothing between."""

    by: str
    steps: list[str]
    cite: Cite | None = None


class ListedInterval(Written):
    """How far the doses of neighbouring cycles, or of one cycle, lie apart.

    ``every`` is the planned distance between cycles; ``window`` is allowed on either side of the planned day. The dose
    before lies ``at_least`` so long ago and ``at_most`` so long.
    """

    every: str | None = None
    window: str | None = None
    at_least: str | None = None
    at_most: str | None = None
    cite: Cite | None = None


class ListedDose(Written):
    """One administration: its agent, its level, and its day in the cycle where the source states one."""

    agent: str
    level: Level
    day: int | None = None
    cap: str | None = None
    floor: str | None = None
    cite: Cite | None = None


class Cycle(Written):
    """A group of doses, given ``repeat`` times. ``length`` is left out where the source leaves it out."""

    doses: list[ListedDose]
    repeat: int = 1
    optional: bool = False
    length: _QuantityOrRange | None = None
    interval: ListedInterval | None = None
    cite: Cite | None = None


class OrganLimit(Written):
    """What an organ may get in a course. Where it would get more, the source reduces all doses alike.

    With ``alpha_beta`` and ``repair_half_time`` the biologically effective dose is told as well.
    """

    organ: Organ
    limit: str
    alpha_beta: str | None = None
    repair_half_time: str | None = None
    cite: Cite | None = None


class Reduction(Written):
    """A step of a ladder that the source goes down after toxicity; ``agent`` may be left out where there is one."""

    step: int
    level: Level
    agent: str | None = None
    cite: Cite | None = None


class Arm(Written):
    """One regimen, chosen by its id. The id begins with the id of its file.

    A course that was reduced stays so, unless ``re_escalation`` says that the source goes back up.
    """

    id: str
    title: str
    cycles: list[Cycle]
    organ_limits: list[OrganLimit] = []
    reductions: list[Reduction] = []
    re_escalation: bool = False
    cite: Cite | None = None


class Agent(Written):
    """What is given. With a radionuclide its amount is an activity, without one a mass."""

    name: str
    radionuclide: str | None = None
    cite: Cite | None = None


class _ForArms(Written):
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


class ListedConflict(_ForArms):
    """Statements that cannot all hold, with the reading that this protocol takes and why.

    ``gap`` names the two rows of a list of levels between which no level applies, as ``"row 1/row 2"``.
    """

    id: str
    between: list[str]
    reading: str
    because: str
    gap: str | None = None
    when: Condition | None = None


class ListedInstruction(_ForArms):
    """Something that people must do and that no rule can check."""

    text: str
    cite: Cite


class OwnObservable(Written):
    """An observable that only this file speaks of."""

    kind: Literal["quantity", "boolean", "count", "choice"]
    title: str
    unit: str | None = None
    choices: list[str] | None = None
    momentary: bool = False


class Effective(Written):
    """The dates from and until which a protocol holds; a year or a month ("2014", "2024-03") means all of it."""

    from_: Date | str | None = Field(None, alias="from")
    until: Date | str | None = None
    cite: Cite


class Protocol(Written):
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
    effective: Effective | None = None
    tables: dict[str, FactorTable] = {}
    conditions: dict[str, Condition] = {}
    rules: list[Rule] = []
    conflicts: list[ListedConflict] = []
    instructions: list[ListedInstruction] = []
    observables: dict[str, OwnObservable] = {}
    facts: list[Fact] = []
    note: str | None = None


QUANTITIES = frozenset({"level", "min", "max", "cap", "floor", "above", "at_least", "below", "at_most", "length",
                        "limit", "alpha_beta", "repair_half_time", "every", "window", "from", "until"})  # fmt: skip


LISTED = frozenset({"choose", "product", "over", "steps"})
"""Lists whose text is a quantity, or a step of a table."""
