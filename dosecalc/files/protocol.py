"""A protocol file: one study or label with its agents, arms, rules and conflicts.

The models hold what a file says and refuse what the format does not know. They compute nothing: quantities stay the
text that was written, until the library reads them through the unit door and the calculator compiles them.
"""

from collections.abc import Sequence
from datetime import date as Date
from typing import Annotated, Any, Literal, get_args

from dosecalc.files.factsheet import Fact
from dosecalc.files.model import NO_NAMES, FileTable, Many, Named, OneOf

Status = Literal["investigational", "expanded-access", "labelled", "guideline", "published-series", "withdrawn"]
STATUSES: tuple[Status, ...] = get_args(Status)
Severity = Literal["violation", "warning"]
Purpose = Literal["therapy", "dosimetry", "imaging"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
Route = Literal[
    "intravenous",
    "oral",
    "intra-arterial",
    "intrathecal",
    "intraventricular",
    "intraperitoneal",
    "intra-articular",
    "intratumoral",
    "intracavitary",
    "subcutaneous",
    "not stated",
]
ROUTES: tuple[Route, ...] = get_args(Route)
Scope = Literal["course", "first-dose", "later-doses", "each-dose", "each-cycle"]
Cite = str | Many[str]
Limit = str | int


def cited(cite: str | Sequence[str] | None) -> tuple[str, ...]:
    """The references of a ``cite`` key, one or many, as a tuple."""
    if cite is None:
        return ()
    return (cite,) if isinstance(cite, str) else tuple(cite)


def _form(value: Any) -> str:
    """The kind of a level, from its type or from the key that only this kind has."""
    if isinstance(value, str):
        return "quantity"
    if isinstance(value, (list, tuple)):
        return "list"
    keys = value if isinstance(value, dict) else getattr(value, "__dict__", ())
    named = ("choose", "product", "observable", "table", "sum", "least")
    return next((key for key in named if key in keys or f"{key}_" in keys), "range")


class Condition(FileTable):
    """A comparison, or several joined by ``all``, ``any`` or ``not``, or the ``condition`` that a file names once.

    A comparison has an ``observable`` and ``above``, ``at_least``, ``below``, ``at_most``, ``is`` or ``one_of``.
    """

    observable: str | None = None
    above: Limit | None = None
    at_least: Limit | None = None
    below: Limit | None = None
    at_most: Limit | None = None
    is_: bool | str | None = None
    one_of: Many[str] | None = None
    all_: Many["Condition"] | None = None
    any_: Many["Condition"] | None = None
    not_: "Condition | None" = None
    condition: str | None = None
    cite: Cite | None = None


class Range(FileTable):
    """A lowest and a highest value, both allowed."""

    min: str
    max: str


Organ = Literal[
    "red_marrow",
    "lungs",
    "kidneys",
    "liver",
    "small_intestine",
    "blood",
    "whole_body",
    "spleen",
    "salivary_glands",
    "bladder",
    "cerebrospinal_fluid",
    "tumour",
    "normal_liver",
]
_QuantityOrRange = Annotated[str | Range, OneOf(("quantity", "range"), _form)]


class Choice(FileTable):
    """Alternatives that the source leaves to whoever prescribes; ``--level`` chooses one.

    With an ``organ`` they are absorbed doses that this organ reaches with all doses of the agent so far.
    """

    choose: Many[_QuantityOrRange]
    organ: Organ | None = None


class OfObservable(FileTable):
    """A factor that is stated for the patient, such as the mass of the thyroid."""

    observable: str


class OfTable(FileTable):
    """A factor that a table of the file gives."""

    table: str


_Term = Annotated[str | OfObservable, OneOf(("quantity", "observable"), _form)]


class Sum(FileTable):
    """A factor that is a sum: terms of one kind added, ``less`` others, as 1 - the lung shunt.

    With ``in`` ("m^2") the numbers of terms in that unit and plain numbers are added, as a source that writes
    "BSA - 0.2 + tumour fraction" does.
    """

    sum_: Many[_Term]
    less: Many[_Term] = ()
    in_: str | None = None


_Factor = Annotated[
    str | Range | OfObservable | OfTable | Sum, OneOf(("quantity", "range", "observable", "table", "sum"), _form)
]


class Product(FileTable):
    """Factors multiplied, ``over`` others; their units leave an amount. At most one is a range, which is chosen in."""

    product: Many[_Factor]
    over: Many[_Factor] = ()


class NamedLimit(FileTable):
    """One of several limits of an amount: what it protects, the level that it allows, and when it holds."""

    name: str
    level: Annotated[str | Product, OneOf(("quantity", "product"), _form)]
    when: Condition | None = None
    cite: Cite | None = None


class Least(FileTable):
    """The least of several limits, of which the first always holds."""

    least: Many[NamedLimit]


OneLevel = Annotated[
    str | Range | Choice | Product | Least, OneOf(("quantity", "range", "choose", "product", "least"), _form)
]


class LevelRow(FileTable):
    """One line of an ordered list of levels; the first whose ``when`` is true holds, a row without one always does."""

    level: OneLevel
    when: Condition | None = None
    cap: str | None = None
    floor: str | None = None
    tolerance: str | None = None
    cite: Cite | None = None


Level = Annotated[
    str | Range | Choice | Product | Least | Many[LevelRow],
    OneOf(("quantity", "range", "choose", "product", "least", "list"), _form),
]


class FactorTable(FileTable):
    """A stepwise table, ``"20 kg: 4.86"`` a step: the last step at or below the observable holds, nothing between."""

    by: str
    steps: Many[str]
    cite: Cite | None = None


class ListedInterval(FileTable):
    """The interval between the doses of neighbouring cycles, or of one cycle.

    ``every`` is the planned interval between cycles, ``also`` the same as another text has it, where the two differ;
    ``window`` is allowed on either side of the planned day. The previous dose was given ``at_least`` and ``at_most`` so
    long ago.
    """

    every: str | None = None
    also: str | None = None
    window: str | None = None
    at_least: str | None = None
    at_most: str | None = None
    cite: Cite | None = None


class ListedDose(FileTable):
    """One administration: its agent, its level, and its day in the cycle where the source states one.

    ``tolerance``: how far the source lets what is given lie off, a percentage or an amount ("10 %", "0.7 GBq").
    ``less_each_cycle``: by how much the level of each further cycle is less than that of the one before.
    """

    agent: str
    level: Level
    less_each_cycle: str | None = None
    day: int | None = None
    cap: str | None = None
    floor: str | None = None
    tolerance: str | None = None
    cite: Cite | None = None


class Cycle(FileTable):
    """A group of doses, given ``repeat`` times. ``length`` is left out where the source leaves it out.

    ``open``: how many more cycles of this kind follow is left open by the source; ``at_most`` so many in all.
    """

    doses: Many[ListedDose]
    repeat: int = 1
    optional: bool = False
    open: bool = False
    at_most: int | None = None
    length: _QuantityOrRange | None = None
    interval: ListedInterval | None = None
    cite: Cite | None = None


class OrganLimit(FileTable):
    """The absorbed dose that an organ may receive in a course; above it the source reduces all doses alike.

    With ``alpha_beta`` and ``repair_half_time`` the biologically effective dose is reported as well; ``bed`` is what
    that may be at most, which a plan asks and by which nothing is reduced.
    """

    organ: Organ
    limit: str | None = None
    bed: str | None = None
    alpha_beta: str | None = None
    repair_half_time: str | None = None
    cite: Cite | None = None


class Reduction(FileTable):
    """A dose level that the source reduces to after toxicity; ``agent`` may be left out where there is only one."""

    step: int
    level: Level
    agent: str | None = None
    tolerance: str | None = None
    cite: Cite | None = None


class Arm(FileTable):
    """One regimen, chosen by its id. The id begins with the id of its file.

    A course that was reduced stays so, unless ``re_escalation`` says that the source goes back up. ``purpose`` is
    therapy too where a dosimetric dose comes first in the same regimen. ``anchor`` is what happens on day 0 where the
    source counts days from that, as "the transplant"; days before it are below zero.
    """

    id: str
    title: str
    purpose: Purpose | None = None
    cycles: Many[Cycle]
    organ_limits: Many[OrganLimit] = ()
    reductions: Many[Reduction] = ()
    re_escalation: bool = False
    anchor: str | None = None
    cite: Cite | None = None


class Agent(FileTable):
    """An agent. With a radionuclide its amount is an activity, without one a mass.

    ``route`` is the way into the body, "not stated" where the sources do not tell; ``form`` the chemical form, as
    "sodium iodide"; ``site`` the vessel, joint or cavity.
    """

    name: str
    radionuclide: str | None = None
    route: Route | None = None
    form: str | None = None
    site: str | None = None
    cite: Cite | None = None


class _ForArms(FileTable):
    """A part of a file that holds for some of its arms, or for all."""

    arms: Many[str] | None = None

    def holds_for(self, *arms: str) -> bool:
        """Whether it holds for any of these arms."""
        return self.arms is None or any(arm in self.arms for arm in arms)


class Rule(_ForArms):
    """A requirement: ``require`` must hold, with ``when`` only where that is true. A rule never changes an amount."""

    id: str
    title: str
    require: Condition
    cite: Cite
    part: str | None = None
    when: Condition | None = None
    agent: str | None = None
    at: Scope | None = None
    severity: Severity = "violation"


class ToxicityRow(FileTable):
    """One line of a ladder: from which ``grade`` on, the how manieth ``time``, and what the source does then.

    ``hold``: the next cycle waits, ``until`` the grade is at most so much, or back at ``or_baseline``. ``reduce_to`` is
    the step of the arm's reductions from the next dose on; ``stop`` ends the course. A line for a second time holds for
    every later one too; of several lines the one of the worst grade holds, and of those the one of the latest time.
    """

    grade: int
    time: int = 1
    hold: bool = False
    until: int | None = None
    or_baseline: bool = False
    reduce_to: int | None = None
    stop: bool = False
    cite: Cite


class ListedToxicity(_ForArms):
    """What the source does after a toxicity, by grade and by how often it came.

    ``title`` is its name, ``also`` are others. ``observable`` is the one of this file that has the grade before a dose.
    """

    title: str
    also: Many[str] = ()
    observable: str | None = None
    rows: Many[ToxicityRow]


class ListedConflict(_ForArms):
    """Statements that cannot all hold, with the reading that this protocol takes and why.

    ``gap`` names the two rows of a list of levels between which no level applies, as ``"row 1/row 2"``.
    """

    id: str
    between: Many[str]
    reading: str
    because: str
    gap: str | None = None
    when: Condition | None = None


class ListedInstruction(_ForArms):
    """An instruction for people, which no rule can check; ``about`` says of what, where a command asks for it."""

    text: str
    about: Literal["incomplete dose"] | None = None
    cite: Cite


class OwnObservable(FileTable):
    """An observable that only this file uses. What lies below ``min`` or above ``max`` is believed of nobody.

    ``never``: it is the time since something that may never have happened.
    """

    kind: Literal["quantity", "boolean", "count", "choice"]
    title: str
    unit: str | None = None
    min: Limit | None = None
    max: Limit | None = None
    choices: Many[str] | None = None
    momentary: bool = False
    never: bool = False


class Effective(FileTable):
    """The dates from and until which a protocol holds; a year or a month ("2014", "2024-03") means all of it."""

    from_: Date | str | None = None
    until: Date | str | None = None
    cite: Cite


class Review(FileTable):
    """Who answers for a file, who reviewed it and when, and when it is to be reviewed again."""

    owner: str | None = None
    reviewed_by: str | None = None
    date: Date | None = None
    next: Date | None = None


class Protocol(FileTable):
    """One protocol file.

    ``jurisdiction`` lists where it holds ("US", "EU"), ``revision`` is the date of the label, ``indication`` what for.
    """

    schema_: Literal[1]
    id: str
    title: str
    status: Status
    registry: Many[str] = ()
    jurisdiction: Many[str] = ()
    revision: str | None = None
    indication: str | None = None
    review: Review | None = None
    agents: Named[Agent]
    arms: Many[Arm]
    effective: Effective | None = None
    tables: Named[FactorTable] = NO_NAMES
    conditions: Named[Condition] = NO_NAMES
    rules: Many[Rule] = ()
    toxicities: Many[ListedToxicity] = ()
    conflicts: Many[ListedConflict] = ()
    instructions: Many[ListedInstruction] = ()
    observables: Named[OwnObservable] = NO_NAMES
    facts: Many[Fact] = ()
    note: str | None = None


QUANTITIES = frozenset(
    {
        "level",
        "min",
        "max",
        "cap",
        "floor",
        "tolerance",
        "less_each_cycle",
        "limit",
        "bed",
        "above",
        "at_least",
        "below",
        "at_most",
    }
    | {"length", "every", "also", "window", "from", "until", "alpha_beta", "repair_half_time"}
)
"""Keys whose text is a quantity, or a date."""

LISTED = frozenset({"choose", "product", "over", "steps", "sum", "less"})
"""Lists whose text is a quantity, or a step of a table."""
