"""The parts of the Status page: the last failed refresh, the snapshot, its steps, what it holds, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from watchroom.store.queries import status as queries
from watchroom.ui.failure import last_failure, show_failure
from watchroom.ui.room import ask, drawn, old_after, reading, room
from watchroom.ui.rows import quiet
from watchroom.ui.states import empty, figure, section, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, plain, sentence, span, when
from watchroom.ui.workspace import facts

SEVERITIES: Mapping[str, tuple[str, str, str]] = {
    "error": (":red[:material/error:]", "Missing", "Something is missing from the snapshot."),
    "warning": (":orange[:material/warning:]", "With a gap", "It is there, but not whole."),
    "note": (":gray[:material/info:]", "Worth knowing", "Nothing is missing."),
}
"""Each severity with its icon, its heading and what it means."""

KINDS = {
    "source": "source",
    "experiment": "experiment",
    "run": "run",
    "model_version": "model version",
    "workspace": "workspace file",
    "ledger": "ledger",
    "notify": "notification",
    "log": "decision log",
}

PROBLEMS_SHOWN = 200
"""Problems that are drawn one by one; the download has up to the limit of a page's table."""


@dataclass(frozen=True)
class Group:
    """The problems of a severity: how many, over how many things, and as Markdown the `drawn` first."""

    severity: str
    problems: int
    things: int
    drawn: int
    markdown: str


@dataclass(frozen=True)
class Told:
    """What the snapshot tells of itself, in words: problems by severity, the steps of its refresh, what it holds."""

    groups: tuple[Group, ...]
    problems: int
    problems_read: int
    seconds: float
    steps: tuple[str, ...]
    counts: pd.DataFrame


def show() -> None:
    """The whole page below its question."""
    failed = last_failure(room().store.folder.last_failure)
    if failed is not None:
        show_failure(failed, facts().zone, snapshot=True)
    limit = room().settings.page_rows
    told = drawn(_told, limit=limit)
    _snapshot(told)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _problems(told, limit)
    with right:
        _steps(told)
        _counts(told)


def _told(*, limit: int) -> Told:
    total, found = ask(queries.problems, limit=limit)
    numbers = ask(queries.problem_counts)
    steps = ask(queries.steps)
    groups = tuple(
        _group(severity, numbers[severity], found[found["severity"] == severity])
        for severity in SEVERITIES
        if severity in numbers
    )
    counts = ask(queries.counts)[["what", "rows"]].rename(columns={"what": "What", "rows": "How many"})
    return Told(
        groups=groups,
        problems=total,
        problems_read=len(found),
        seconds=float(steps["seconds"].sum()),
        steps=tuple(_step(row) for row in steps.to_dict("records")),
        counts=counts,
    )


def _group(severity: str, counted: queries.ProblemCount, found: pd.DataFrame) -> Group:
    shown = [_problem(row) for row in found.head(PROBLEMS_SHOWN).to_dict("records")]
    return Group(severity, counted.rows, counted.things, len(shown), "\n\n".join(shown))


def _snapshot(told: Told) -> None:
    with reading() as snapshot:
        made_at, identity = snapshot.made_at, snapshot.id
    now = datetime.now(UTC)
    things = {group.severity: group.things for group in told.groups}
    with st.grid(4, min_column_width=180):
        old = ", older than it should be" if now - made_at > old_after() else ""
        age = span(now - made_at) if now - made_at >= timedelta(minutes=1) else "under a minute"
        figure("Age of the data", age.capitalize(), f"of {when(made_at, facts().zone, now=now)}{old}")
        figure("Refresh took", _seconds(told.seconds), count_of(len(told.steps), "step"))
        figure("Missing", number(things.get("error", 0)), "could not be read")
        figure("With a gap", number(things.get("warning", 0)), "read, but not whole")
    source = facts().tracking_uri or "an unknown store"
    parts = [f"Snapshot {identity}", f"times in {facts().time_zone}", f"read from {source}"]
    st.caption(" · ".join(plain(part, 200) for part in parts))


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 120 else f"{value / 60:.0f} min"


def _problems(told: Told, limit: int) -> None:
    section("What could not be read")
    if not told.problems:
        with st.container(border=True):
            st.markdown(":green[:material/check_circle:] Everything was read.")
        return
    for group in told.groups:
        icon, heading, meaning = SEVERITIES[group.severity]
        st.markdown(f"{icon} **{heading}** :gray[· {plain(count_of(group.things, 'thing'))} · {meaning}]")
        if group.drawn:
            with st.container(border=True):
                st.markdown(group.markdown)
        truncated(group.drawn, group.problems, "problems")
    truncated(told.problems_read, told.problems, "problems")
    download("Download as CSV", "problems", lambda: ask(queries.problems, limit=limit)[1])


def _problem(row: Mapping[Any, Any]) -> str:
    """A problem as a paragraph of Markdown: two hundred of them are one element of the page."""
    several = f" :gray[× {number(int(str(row['count'])))}]" if row["count"] != 1 else ""
    place = quiet(f"{KINDS.get(str(row['kind']), plain(row['kind']))} · {plain(row['place'], 240)}")
    lines = [f"{sentence(row['what'])}{several}", place]
    if row["why"]:
        lines.append(sentence(row["why"], 600))
    if row["next_step"]:
        lines.append(f"Next step: {sentence(row['next_step'], 600)}")
    return "  \n".join(lines)


def _steps(told: Told) -> None:
    section("The refresh, step by step")
    if not told.steps:
        empty("This snapshot does not say how it was made.")
        return
    with st.container(border=True):
        st.markdown("\n\n".join(told.steps))
    download("Download as CSV", "refresh-steps", lambda: ask(queries.steps))


def _step(row: Mapping[Any, Any]) -> str:
    did = f"{row['status']}: {row['detail']}" if row["detail"] else str(row["status"])
    took = f":gray[· {_seconds(float(row['seconds']))}]"
    return f"{plain(row['step'], 120)} {took}  \n{quiet(sentence(did, 240))}"


def _counts(told: Told) -> None:
    section("What the snapshot holds")
    st.dataframe(
        told.counts, hide_index=True, height="content", alt="How many of each thing the snapshot holds",
        column_config={"How many": st.column_config.NumberColumn(format="localized")},
    )  # fmt: skip
    download("Download as CSV", "contents", lambda: ask(queries.counts))
