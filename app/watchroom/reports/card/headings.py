"""Which heading of the free text belongs to which section of the card."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from watchroom.domain import card_text

NEEDED: tuple[tuple[str, str, str], ...] = (
    ("use", "Intended use", "what it is to be used for, and by whom"),
    ("use", "Out of scope", "what it must not be used for"),
    ("limits", "Limits", "where it is known to be wrong or weak"),
)
"""Section, heading and what it is to say, of what no store can know: without it the card says that it is unknown."""

SECTION_OF: Mapping[str, str] = {
    "intended use": "use", "intended uses": "use", "use": "use", "uses": "use", "how it is used": "use",
    "out of scope": "use", "out of scope use": "use", "out of scope uses": "use", "not intended for": "use",
    "misuse": "use", "owners": "owners", "contact": "owners", "people": "owners", "risk": "owners",
    "data": "data", "training data": "data", "evaluation data": "data", "features": "data", "preprocessing": "data",
    "metrics": "performance", "performance": "performance", "evaluation": "performance", "results": "performance",
    "explanation": "drivers", "explanations": "drivers", "what drives it": "drivers",
    "fairness": "fairness", "ethical considerations": "fairness", "ethics": "fairness", "bias": "fairness",
    "limits": "limits", "limitations": "limits", "known limits": "limits", "caveats": "limits",
    "caveats and recommendations": "limits", "recommendations": "limits", "risks and limitations": "limits",
    "costs": "costs", "costs of a wrong answer": "costs", "cost of a wrong answer": "costs", "value": "costs",
    "versions": "versions", "changes": "versions", "changelog": "versions", "how it was made": "versions",
    "training": "versions", "how to reproduce": "versions", "how to run": "versions", "how to use": "use",
    "approvals": "approvals", "review": "approvals", "human oversight": "approvals", "oversight": "approvals",
}  # fmt: skip
"""By the heading's words in small letters; any other heading stands in a section of its own."""

ALIKE: Mapping[str, frozenset[str]] = {
    "Intended use": frozenset({"intended use", "intended uses", "use", "uses", "how it is used"}),
    "Out of scope": frozenset({"out of scope", "out of scope use", "out of scope uses", "not intended for", "misuse"}),
    "Limits": frozenset(
        {"limits", "limitations", "known limits", "caveats", "caveats and recommendations", "risks and limitations"}
    ),
}
"""Headings that say what a needed one asks for."""


def missing(text: str | None) -> tuple[str, ...]:
    """The needed headings that a text does not have, or that nothing stands below; all of them without a text."""
    keys = {part.key for part in card_text.parts(text)} if text else set()
    return tuple(heading for _, heading, _ in NEEDED if not _has(keys, heading))


def _has(keys: Collection[str], heading: str) -> bool:
    return any(key in ALIKE[heading] for key in keys)
