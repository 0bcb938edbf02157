"""The runs that somebody has selected, side by side: only what differs."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from watchroom.domain.figures import duration_text
from watchroom.store.queries import compare as queries
from watchroom.ui.room import ask
from watchroom.ui.states import empty, section, truncated
from watchroom.ui.text import count_of, one_line, plain, when
from watchroom.ui.workspace import facts

_KINDS = {"run": "Run", "param": "Parameter", "metric": "Metric", "tag": "Tag"}


def differences(run_ids: tuple[str, ...]) -> None:
    """What differs between the runs: a row for each thing, a column for each run."""
    found = ask(queries.compare, run_ids=run_ids)
    section(
        f"What differs between {count_of(len(found.names), 'run')}",
        f"{count_of(len(found.frame), 'thing')} differ, {count_of(found.same, 'is', 'are')} alike and left out. "
        "Metrics with their last value.",
    )
    truncated(len(found.names), len(run_ids), "runs")
    if found.missing:
        st.caption(f"{count_of(len(found.missing), 'run')} of the selection is not in this snapshot.")
    if found.frame.empty:
        empty("They are alike.", "Everything that was logged is the same for all of them.")
        return
    truncated(len(found.frame), len(found.frame) + found.left_out, "differences")
    _table(found)


def _table(found: queries.Comparison) -> None:
    shown = pd.DataFrame(
        {"What": found.frame["kind"].map(_KINDS), "Key": [one_line(key) for key in found.frame["key"]]}
    )
    config: dict[str, Any] = {
        "What": st.column_config.TextColumn(pinned=True, width=90),
        "Key": st.column_config.TextColumn(pinned=True, width=180),
    }
    for run_id, name in found.names.items():
        keys = zip(found.frame["key"], found.frame[run_id], strict=True)
        shown[run_id] = [_text(key, value) for key, value in keys]
        config[run_id] = st.column_config.TextColumn(
            one_line(name, 40) or run_id[:8], help=f"Run {plain(run_id)}", width=150
        )
    st.dataframe(
        shown,
        hide_index=True,
        column_config=config,
        placeholder="–",
        height=min(35 * len(shown) + 38, 560),
        alt="What differs between the selected runs",
    )


def _text(key: object, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return when(value, facts().zone)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if key == "Duration":
            return duration_text(value)
        return f"{value:.6g}" if math.isfinite(value) else str(value)
    return one_line(value, 200)
