"""What a check found of a model version, and what it is asked for: values that the steps hand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Measured = Literal["pass", "fail", "stale", "unknown"]
Version = tuple[str, int]
"""A registered model and its version."""

MOST_SHOWN = 600
"""Letters of a value or a sentence that are kept: three lines on a page."""


@dataclass(frozen=True)
class Found:
    """What was measured of a version: `value` as text, `evidence` in a sentence; None and empty for nothing.

    `by_person` where it rests on what a person brought by hand, and no pipeline did.
    """

    measured: Measured
    value: str | None = None
    evidence: str = ""
    by_person: bool = False


@dataclass(frozen=True)
class Item:
    """An item of a policy, as `policy_items` has it."""

    policy: str
    item: str
    stage: str
    tier: str
    role: str
    section: str | None
    kind: str
    params: Mapping[str, Any]
    digest: str
    position: int


@dataclass(frozen=True)
class Question:
    """A check with its parameters: asked once for every version, whichever items need it.

    `name` is as `check_queries.query`; `params` are as given, without the kind's defaults.
    """

    name: str
    kind: str
    params: Mapping[str, Any]


def measured(passes: bool | None, stale: bool | None) -> Measured:
    """What a row says: too old counts only for what would be met."""
    if passes is None:
        return "unknown"
    if not passes:
        return "fail"
    return "stale" if stale else "pass"


def shown(value: Any) -> str | None:
    """A value as text of one line and a bounded length; None for none."""
    if value is None:
        return None
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    line = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * MOST_SHOWN])
    return line if len(line) <= MOST_SHOWN else line[: MOST_SHOWN - 1] + "…"
