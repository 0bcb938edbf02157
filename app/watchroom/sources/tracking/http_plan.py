"""What to ask a tracking server at this refresh, given what is known and where the last refresh ended.

MLflow shows a change nowhere: a moved tag, a late metric on a finished run and a deletion move no time that can be
searched. So a refresh asks for what probably has changed, and each time also for another part of all runs in turn.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from watchroom.sources.tracking.http_listing import FIRST_PAGE, Window

OVERLAP_MS = 15 * 60_000
"""How far new and ended runs are looked for before the last refresh: clocks differ, and requests take time."""

DEEP_RUNS = 50
"""Runs whose histories are read again at each refresh, in turn: a point below the last step shows nowhere else.

A full reconcile reads those of all runs."""

DELETED_RUNS = 500
"""Deleted runs asked for at each refresh, those that started last."""

POLLED_RUNS = 2_000
"""Unfinished runs asked for by id at each refresh, those that started last; the others come in their turn."""


@dataclass(frozen=True)
class Held:
    """The runs that the store holds, of which there may be a million: `rows` are those of `Seen.runs`."""

    rows: pa.Table
    fingerprints: Mapping[str, str]  # by run id

    @classmethod
    def of(cls, rows: pa.Table) -> Held:
        """The rows, with their fingerprints at hand."""
        fingerprints = pc.fill_null(rows["fingerprint"], "").to_pylist()
        return cls(rows, dict(zip(rows["run_id"].to_pylist(), fingerprints, strict=True)))

    def starts(self) -> list[int]:
        """The known start times, in order."""
        times = self.rows["start_ms"].drop_null()
        return list(times.take(pc.sort_indices(times)).to_pylist())

    def within(self, window: Window) -> list[str]:
        """The runs that started in a window. A run without a start time lies in the endless one alone."""
        rows = self.rows
        if window.first is not None:
            rows = rows.filter(pc.greater_equal(rows["start_ms"], window.first))
        if window.last is not None:
            rows = rows.filter(pc.less_equal(rows["start_ms"], window.last))
        return list(rows["run_id"].to_pylist())

    def unfinished(self) -> list[str]:
        """The runs that can still change by themselves, the last started first, and those without a start time."""
        is_open = pc.is_in(self.rows["status"], value_set=pa.array(["RUNNING", "SCHEDULED"]))
        rows = self.rows.filter(pc.or_(is_open, pc.is_null(self.rows["start_ms"])))
        starts = pc.fill_null(rows["start_ms"], 0).to_pylist()
        ordered = sorted(zip(starts, rows["run_id"].to_pylist(), strict=True), reverse=True)
        return [run_id for _, run_id in ordered[:POLLED_RUNS]]


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
