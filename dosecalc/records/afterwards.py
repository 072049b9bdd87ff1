"""What went wrong while a dose was given: what reached the patient at most, and which limbs of which rule that meets.

It gives no advice: what to do next is the protocol's word, where its file has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.files.protocol import ListedInstruction
from dosecalc.findings.finding import Finding, Status
from dosecalc.findings.sentences import own
from dosecalc.quantities import units
from dosecalc.records.net import Net
from dosecalc.records.result import Administration
from dosecalc.reference.screens import SIEVERT

WRONG = "nrc-35-3045#wrong"
TISSUE = "nrc-35-3045#tissue"
INTERVENTION = "nrc-35-3045#intervention"


class Mishap(NamedTuple):
    """Something that happened while a dose was given.

    ``text`` says what is not known then; ``measurable``: what was measured as left behind settles the amount.
    """

    text: str
    measurable: bool = False


MISHAPS = {
    "leak": Mishap("how much leaked"),
    "stopped flow": Mishap("how much was left in the vial and the line (residuals)", measurable=True),
    "left behind": Mishap("how much of it was left behind (residuals)", measurable=True),
    "extravasation": Mishap("how much stayed in the tissue at the site of injection"),
    "vomited": Mishap("how much was vomited"),
}
"""What a dose can state as ``happened``."""


def read(happened: Sequence[str]) -> tuple[str, ...]:
    """What happened, in our words, each once. InputError for other words."""
    words = [" ".join(each.replace("_", " ").replace("-", " ").casefold().split()) for each in happened]
    for written, word in zip(happened, words, strict=True):
        if word not in MISHAPS:
            told = ", ".join(MISHAPS)
            raise InputError(
                f"read {written[:40]!r}, expected one of {told}; other words stand in note", where="happened"
            )
    return tuple(dict.fromkeys(words))


def bounded(net: Net, happened: Sequence[str], *, measured: bool, stated: bool) -> Net:
    """A net amount after what happened: the most that reached the patient, unless something says how much did.

    ``stated``: the net amount itself is recorded. ``measured``: what was left behind was measured.
    """
    open_ = [word for word in happened if not (stated or (measured and MISHAPS[word].measurable))]
    if not open_:
        return net
    note = f"{' and '.join(open_)}: {' and '.join(MISHAPS[word].text for word in open_)} is not known; at most"
    return net._replace(at_most=True, notes=(*net.notes, f"{note} this reached the patient"))


# -- the limbs of a rule ----------------------------------------------------------------------------------------


def findings(
    doses: Iterable[Administration], *, routes: Routes, instructions: Sequence[ListedInstruction] | None
) -> Iterator[Finding]:
    """Of each dose to which something happened, or that was the wrong one: what is known, limb by limb.

    ``routes`` says what came of each route that was compared; ``instructions`` are the arm's, None without one.
    """
    for dose in doses:
        if dose.happened:
            yield _what(dose)
            yield _again(dose, instructions)
        wrong = dose.right_agent is False or dose.course_of is not None or routes.get(dose.number) == "violation"
        if dose.happened or wrong:
            yield _limbs(dose, routes)


def _what(dose: Administration) -> Finding:
    """What reached the patient, as far as it is known."""
    unit = "MBq" if dose.kind == "activity" else "mg"
    amount = "how much reached the patient is not known"
    if dose.given is not None:
        bound = "at most " if dose.at_most else ""
        amount = f"{bound}{units.show(dose.given, unit, dose.kind)} reached the patient"
    words = " and ".join(dose.happened)
    if not dose.at_most and dose.given is not None:
        return own("mishap", "warning", dose.number, f"{words}: {amount}", (), severity="warning")
    lacking = " and ".join(MISHAPS[word].text for word in dose.happened)
    text = f"{words}: {amount}; {lacking} is not known"
    return own("mishap", "unknown", dose.number, text, ())


def _again(dose: Administration, instructions: Sequence[ListedInstruction] | None) -> Finding:
    """What the protocol says of repeating or completing such a dose."""
    said = [each for each in instructions or () if each.about == "incomplete dose"]
    if said:
        text, cite = " ".join(each.text for each in said), tuple(one for each in said for one in each.cite)
        return own(
            "incomplete-dose", "unknown", dose.number, f"of a dose that was not given in full it says: {text}", cite
        )
    nothing = (
        "no protocol is named, so that nothing is known" if instructions is None else "the protocol's file says nothing"
    )
    text = f"{nothing} of repeating or completing a dose that was not given in full; whoever prescribes decides"
    return own("incomplete-dose", "unknown", dose.number, text, ())


Routes = Mapping[int, Status]
"""Of each dose whose route was held against the protocol's, what came of it."""


class _Limb(NamedTuple):
    """One limb of 10 CFR 35.3045: its name, the fact that states it, and what is known of it for a dose."""

    name: str
    cite: str
    told: Callable[[Administration, Routes], str]


def _screen(id_: str) -> Callable[[Administration, Routes], str]:
    def told(dose: Administration, _: Routes) -> str:
        found = next((each.outside for each in dose.screens if each.id == id_), None)
        return "not known" if found is None else "met" if found else "not met"

    return told


def _fraction(dose: Administration, routes: Routes) -> str:
    told = _screen("35.3045-fraction")(dose, routes)
    return told if told != "not known" else "only for a fraction of a fractionated delivery"


def _effective(dose: Administration, _: Routes) -> str:
    if dose.sievert is None or dose.at_most:
        return "a physicist's estimate, or dose_coefficient where the amount is known"
    return "met" if dose.sievert.above else "not met"


def _drug(dose: Administration, _: Routes) -> str:
    return "not known" if dose.right_agent is None else "not met" if dose.right_agent else "met"


def _route(dose: Administration, routes: Routes) -> str:
    compared = {"violation": "met, against the protocol's", "pass": "not met"}
    return compared.get(routes.get(dose.number, "unknown"), "not known")


def _person(dose: Administration, _: Routes) -> str:
    return "met" if dose.course_of is not None else "not known" if dose.patient_id is None else "not met, as recorded"


def _estimate(_dose: Administration, _: Routes) -> str:
    return "a physicist's estimate"


_LIMBS = (
    _Limb("dosage off by 20 % or outside its range", "nrc-35-3045#dosage", _screen("35.3045-dosage")),
    _Limb("fraction off by 50 %", "nrc-35-3045#fraction", _fraction),
    _Limb("more than 0.05 Sv effective dose", SIEVERT, _effective),
    _Limb("more than 0.5 Sv to an organ, a tissue or the skin", SIEVERT, _estimate),
    _Limb("wrong drug", WRONG, _drug),
    _Limb("wrong route", WRONG, _route),
    _Limb("wrong person", WRONG, _person),
    _Limb("0.5 Sv and 50 % more than expected outside of the target", TISSUE, _estimate),
    _Limb("by what the patient did, which is excepted", INTERVENTION, lambda _dose, _: "not asked here"),
)
"""Every limb of 10 CFR 35.3045 that can be about a radiopharmaceutical; one in sievert has to be met as well."""


def _limbs(dose: Administration, routes: Routes) -> Finding:
    told = "; ".join(f"{limb.name}: {limb.told(dose, routes)}" for limb in _LIMBS)
    text = f"10 CFR 35.3045, limb by limb: {told}"
    return own("event-limbs", "unknown", dose.number, text, tuple(dict.fromkeys(limb.cite for limb in _LIMBS)))
