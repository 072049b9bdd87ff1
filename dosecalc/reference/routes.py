"""Routes of administration by their names: what a file and a record may call the way into the body."""

from __future__ import annotations

import re

NOT_STATED = "not stated"
"""What a protocol file says where its sources do not tell the route."""
_NAMES = {
    "intravenous": "iv i.v. intravenously vein",
    "oral": "po p.o. orally by-mouth per-os",
    "intra-arterial": "ia i.a. intraarterial",
    "intrathecal": "it i.t.",
    "intraventricular": "icv",
    "intraperitoneal": "ip i.p.",
    "intra-articular": "intraarticular",
    "intratumoral": "intratumoural",
    "intracavitary": "",
    "subcutaneous": "sc s.c.",
}
_BY_NAME = {each: route for route, names in _NAMES.items() for each in (route, *names.split())}
FORMS_OF_SUPPLY = frozenset({"capsule", "capsules", "solution", "injection", "infusion", "powder", "liquid", "vial"})
"""Words for how a drug is made up, which say nothing of its chemical form."""


def read(text: str) -> str | None:
    """The route that a text names; None for one that is not known."""
    return _BY_NAME.get("-".join(text.strip().casefold().split()))


def same_form(one: str, other: str) -> bool | None:
    """Whether two texts name one chemical form; None where one of them says only how the drug is made up.

    "Iodide" and "sodium iodide" are one form: the words of one are among those of the other.
    """
    words = [frozenset(re.findall(r"[a-z0-9]+", text.casefold())) - FORMS_OF_SUPPLY for text in (one, other)]
    if not words[0] or not words[1]:
        return None
    return words[0] <= words[1] or words[1] <= words[0]
