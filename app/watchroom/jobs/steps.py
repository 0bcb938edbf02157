"""A step of a refresh, as the rooms that do the work see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from watchroom.sources.tracking.contract import Problem

Step = Callable[[str], AbstractContextManager[dict[str, str]]]
"""Begins the step of a name; what it gives is filled with `detail`, and with `status` where that is not `done`."""


def status_of(problems: Iterable[Problem]) -> str:
    """`partial` where something went wrong that leaves a gap."""
    return "partial" if any(problem.severity == "error" for problem in problems) else "done"
