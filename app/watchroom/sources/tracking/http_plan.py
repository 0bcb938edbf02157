"""What to ask a tracking server at this refresh, given what is known and where the last refresh ended.

MLflow shows a change nowhere: a moved tag, a late metric on a finished run and a deletion move no time that can be
searched. So a refresh asks for what probably has changed, and each time also for another part of all runs in turn.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from watchroom.sources.tracking.http_listing import FIRST_PAGE, Window

OVERLAP_MS = 15 * 60_000
"""How far new and ended runs are looked for before the last refresh: clocks differ, and requests take time."""

DEEP_RUNS = 50
"""Runs whose histories are read again at each refresh, in turn: a point below the last step shows nowhere else."""

DELETED_RUNS = 500
"""Deleted runs asked for at each refresh, those that started last."""

POLLED_RUNS = 2_000
"""Unfinished runs asked for by id at each refresh, those that started last; the others come in their turn."""


class Held(NamedTuple):
    """What the store holds of a run. There is one for each of maybe a million runs, so it is a plain tuple."""

    fingerprint: str
    status: str
    start_ms: int | None


@dataclass(frozen=True)
class Turn:
    """A part of all runs, by start time, and where the next part begins; None begins anew."""

    window: Window
    cursor: int | None


@dataclass(frozen=True)
class Notes:
    """Where the last refresh ended, as kept in the store."""

    refreshed_ms: int
    globs: tuple[str, ...]
    experiments: Mapping[str, str]  # by id: its lifecycle stage
    deleted: tuple[str, ...]
    cursor: int | None
    deep_cursor: int | None
    page: int = FIRST_PAGE  # runs to ask for at first: as many as the last refresh found to fit into one answer

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Notes | None:
        """The notes of this kind of source; None when there are none."""
        if kept.get("kind") != "http":
            return None
        try:
            return cls(
                int(kept["refreshed_ms"]),
                tuple(kept["globs"]),
                dict(kept["experiments"]),
                tuple(kept["deleted"]),
                kept["cursor"],
                kept["deep_cursor"],
                int(kept.get("page", FIRST_PAGE)),
            )
        except (KeyError, TypeError, ValueError):  # another version wrote them: begin anew
            return None

    def kept(self) -> dict[str, Any]:
        """The notes as JSON has them."""
        return {
            "kind": "http",
            "refreshed_ms": self.refreshed_ms,
            "globs": list(self.globs),
            "experiments": dict(self.experiments),
            "deleted": list(self.deleted),
            "cursor": self.cursor,
            "deep_cursor": self.deep_cursor,
            "page": self.page,
        }


def take_turn(starts: Sequence[int], cursor: int | None, count: int) -> Turn:
    """The next `count` of all runs after the cursor; `starts` are their start times in order.

    The parts cover all of time without a gap, so that runs which are not known yet are found in them too.
    """
    begin = bisect_right(starts, cursor) if cursor is not None else 0
    if begin >= len(starts):
        begin, cursor = 0, None
    first = None if cursor is None else cursor + 1
    last = starts[begin + count - 1] if begin + count < len(starts) else None
    if last is None or last == starts[-1]:
        return Turn(Window(first, None), None)
    return Turn(Window(first, last), last)


def since_newest(starts: Sequence[int], refreshed_ms: int) -> Window:
    """The window in which new runs have started, if clocks are about right."""
    newest = min(starts[-1], refreshed_ms) if starts else refreshed_ms
    return Window(newest - OVERLAP_MS, None)


def unfinished(held: Mapping[str, Held]) -> list[str]:
    """The runs that can still change by themselves, those that started last first, and those without a start time."""
    open_runs = [
        (each.start_ms or 0, run_id)
        for run_id, each in held.items()
        if each.status in ("RUNNING", "SCHEDULED") or each.start_ms is None
    ]
    return [run_id for _, run_id in sorted(open_runs, reverse=True)[:POLLED_RUNS]]
