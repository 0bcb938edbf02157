"""The table of differences as a grid: runs as rows or as columns, equal runs in one, the best of each metric marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import pandas as pd
import streamlit as st

from watchroom.domain.comparison import DURATION, STARTED, Comparison, Thing, best
from watchroom.ui.compare_words import ONE_OF, about, texts
from watchroom.ui.text import one_line, plain
from watchroom.ui.workspace import facts

BEST = "★"
RUN, PAGE, WHAT, KEY = "Run", "Page", "What", "Key"
MAX_CELLS = 40_000
"""Cells that the browser gets: more make a page slow, and nobody reads them."""

LEAST_THINGS = 40
"""Differences shown whatever the number of runs."""

_LETTERS, _LONG = 28, 190
"""Characters from which a column of texts is held at so many pixels: it would fill the screen by itself."""


@dataclass(frozen=True)
class Grid:
    """What is drawn: the texts, how each column looks, and the places of the runs in each row (or column) of runs."""

    frame: pd.DataFrame
    config: dict[str, Any]
    members: tuple[tuple[int, ...], ...]


def most_things(runs: int) -> int:
    """How many differences are shown of that many runs."""
    return max(MAX_CELLS // max(runs, 1), LEAST_THINGS)


def runs_as_rows(
    found: Comparison, things: Sequence[Thing], members: tuple[tuple[int, ...], ...], sorted_by: str, statistic: str
) -> Grid:
    """A row for each run, or group of equal runs; a column for each thing, named by its id."""
    data: dict[str, list[str | None]] = {RUN: [_title(found, places) for places in members]}
    config: dict[str, Any] = {RUN: st.column_config.TextColumn(pinned=True, width=180)}
    data[PAGE] = [f"run?run={quote(found.runs[places[0]].run_id, safe='')}" for places in members]
    config[PAGE] = st.column_config.LinkColumn(
        PAGE, display_text="Open", width=64, help="The run by itself; of equal runs the first"
    )
    for thing in things:
        data[thing.id] = _cells(found, thing, members)
        arrow = {thing.id: " ↓", f"-{thing.id}": " ↑"}.get(sorted_by, "")
        config[thing.id] = st.column_config.TextColumn(
            one_line(thing.key, 40) + arrow,
            help=f"{about(thing, statistic)}: {plain(thing.key, 300)}",
            alignment=_side(thing),
            width=_LONG if _is_long(data[thing.id]) else None,
        )
    return Grid(pd.DataFrame(data, dtype="str"), config, members)


def runs_as_columns(
    found: Comparison, things: Sequence[Thing], members: tuple[tuple[int, ...], ...], statistic: str
) -> Grid:
    """A row for each thing; a column for each run, or group of equal runs, named by its place."""
    data: dict[str, list[str | None]] = {
        WHAT: [ONE_OF[thing.kind] for thing in things],
        KEY: [one_line(thing.key, 120) for thing in things],
    }
    cells = [_cells(found, thing, members, after=True) for thing in things]
    config: dict[str, Any] = {
        WHAT: st.column_config.TextColumn(pinned=True, width=84),
        KEY: st.column_config.TextColumn(pinned=True, width=190, help=f"Metrics with their {statistic} value"),
    }
    for column, places in enumerate(members):
        name = str(column)
        data[name] = [row[column] for row in cells]
        run = found.runs[places[0]]
        config[name] = st.column_config.TextColumn(
            _title(found, places, 40), help=f"Run {plain(run.run_id)} of {plain(run.experiment)}", width=160,
        )  # fmt: skip
    return Grid(pd.DataFrame(data, dtype="str"), config, members)


def _title(found: Comparison, places: Sequence[int], limit: int = 60) -> str:
    title = one_line(found.titles[places[0]], limit)
    return f"{title} ×{len(places)}" if len(places) > 1 else title


def _cells(
    found: Comparison, thing: Thing, members: Sequence[Sequence[int]], *, after: bool = False
) -> list[str | None]:
    """The mark of the best stands on the side to which the digits do not align."""
    zone = facts().zone
    written, marked = texts(thing, zone), best(thing, found.deleted)
    cells = []
    for places in members:
        text = written[places[0]]
        if len(places) > 1 and thing.kind == "run" and thing.key in (STARTED, DURATION):
            text = _reach(thing, places, written)
        if places[0] in marked:
            text = f"{text} {BEST}" if after else f"{BEST} {text}"
        cells.append(text)
    return cells


def _reach(thing: Thing, places: Sequence[int], written: Sequence[str | None]) -> str | None:
    """From the earliest or shortest on, of runs that are alike in all else."""
    there = [place for place in places if thing.values[place] is not None]
    if not there:
        return None
    first = min(there, key=lambda place: thing.values[place])  # type: ignore[arg-type,return-value]
    return f"from {written[first]}"


def _is_long(cells: Sequence[str | None]) -> bool:
    return any(len(text) > _LETTERS for text in cells if text)


def _side(thing: Thing) -> Literal["left", "right"]:
    return "right" if thing.is_numeric or thing.key == DURATION else "left"


def whole(found: Comparison, things: Sequence[Thing]) -> pd.DataFrame:
    """The differences as they are: a row for each run with its id, all digits, times in UTC."""
    data: dict[str, list[Any]] = {
        "run_id": [run.run_id for run in found.runs],
        "name": [run.name for run in found.runs],
    }
    for thing in things:
        data[f"{ONE_OF[thing.kind]} {thing.key}"] = list(thing.values)
    return pd.DataFrame(data, dtype="object")
