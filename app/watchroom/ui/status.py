"""The parts of the Status page: the last failed refresh, the snapshot, its steps, what it holds, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from watchroom.store.queries import status as queries
from watchroom.ui.failure import last_failure, show_failure
from watchroom.ui.frame import STALE_AFTER
from watchroom.ui.room import ask, reading, room
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
}

PROBLEMS_SHOWN = 200
"""Problems that are drawn one by one; the download has up to the limit of a page's table."""


def show() -> None:
    """The whole page below its question."""
    failed = last_failure(room().store.folder.last_failure)
    if failed is not None:
        show_failure(failed, facts().zone, snapshot=True)
    _snapshot()
    total, found = ask(queries.problems, limit=room().settings.page_rows)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _problems(total, found)
    with right:
        _steps()
        _counts()


def _snapshot() -> None:
    with reading() as snapshot:
        made_at, identity = snapshot.made_at, snapshot.id
    now = datetime.now(UTC)
    steps = ask(queries.steps)
    total, found = ask(queries.problems, limit=room().settings.page_rows)
    counts = found.groupby("severity")["count"].sum() if total else pd.Series(dtype=int)
    with st.grid(4, min_column_width=180):
        old = ", older than it should be" if now - made_at > STALE_AFTER else ""
        age = span(now - made_at) if now - made_at >= timedelta(minutes=1) else "under a minute"
        figure("Age of the data", age.capitalize(), f"of {when(made_at, facts().zone, now=now)}{old}")
        figure("Refresh took", _seconds(float(steps["seconds"].sum())), count_of(len(steps), "step"))
        figure("Missing", number(int(counts.get("error", 0))), "could not be read")
        figure("With a gap", number(int(counts.get("warning", 0))), "read, but not whole")
    source = facts().tracking_uri or "an unknown store"
    parts = [f"Snapshot {identity}", f"times in {facts().time_zone}", f"read from {source}"]
    st.caption(" · ".join(plain(part, 200) for part in parts))


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 120 else f"{value / 60:.0f} min"


def _problems(total: int, found: pd.DataFrame) -> None:
    section("What could not be read")
    if not total:
        with st.container(border=True):
            st.markdown(":green[:material/check_circle:] Everything was read.")
        return
    for severity, (icon, heading, meaning) in SEVERITIES.items():
        group = found[found["severity"] == severity]
        if group.empty:
            continue
        st.markdown(f"{icon} **{heading}** :gray[· {plain(count_of(int(group['count'].sum()), 'thing'))} · {meaning}]")
        with st.container(border=True):
            st.markdown("\n\n".join(_problem(row) for row in group.head(PROBLEMS_SHOWN).to_dict("records")))
        truncated(min(len(group), PROBLEMS_SHOWN), len(group), "problems")
    truncated(len(found), total, "problems")
    download("Download as CSV", "problems", lambda: found)


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


def _steps() -> None:
    section("The refresh, step by step")
    found = ask(queries.steps)
    if found.empty:
        empty("This snapshot does not say how it was made.")
        return
    steps = (
        f"{plain(row['step'], 120)} :gray[· {_seconds(float(row['seconds']))}]  \n"
        + quiet(sentence(_did(row["status"], row["detail"]), 240))
        for row in found.to_dict("records")
    )
    with st.container(border=True):
        st.markdown("\n\n".join(steps))
    download("Download as CSV", "refresh-steps", lambda: found)


def _did(status: str, detail: str | None) -> str:
    return f"{status}: {detail}" if detail else status


def _counts() -> None:
    section("What the snapshot holds")
    found = ask(queries.counts)
    shown = found[["what", "rows"]].rename(columns={"what": "What", "rows": "How many"})
    st.dataframe(
        shown, hide_index=True, height="content", alt="How many of each thing the snapshot holds",
        column_config={"How many": st.column_config.NumberColumn(format="localized")},
    )  # fmt: skip
    download("Download as CSV", "contents", lambda: found)
