"""Where two versions disagree: how often, who is right then, in which cases, and the decisions themselves."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.charts.words import records, short
from watchroom.domain.worth import Terms
from watchroom.store.queries import pairs as queries
from watchroom.store.queries.models import Model
from watchroom.store.queries.pairs import Pair
from watchroom.ui.health_subject import spec_of
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.states import truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, one_line, plain, sentence
from watchroom.ui.versions_real_words import Apart, apart_words, segment_name
from watchroom.ui.workspace import facts

BY, ROW = "by", "row"
"""Where the address holds the input that is looked at, and the decision that was picked."""

EVERY = "All inputs and groups"
FEW = 30
"""Segments with fewer decisions are not called the ones with most disagreement."""

SHOWN = 200
"""Decisions in the table, those that lie furthest apart; the download has all."""

TABLE = "versions_apart"
_ROW, _SEEN = 34, 10


def show(model: Model, versions: tuple[int, int], pair: Pair, terms: Terms | None) -> None:
    """The section."""
    st.subheader("Where they disagree", anchor=False)
    regression = model.task == "regression"
    far = ask(queries.spread_apart, model=model.name, versions=versions) if regression else None
    key: dict[str, Any] = {
        "model": model.name, "versions": versions, "task": model.task, "terms": terms, "apart": far
    }  # fmt: skip
    whole = ask(queries.disagreement, **key).iloc[0]
    told = Apart(**{name: int(whole[column]) for name, column in _COUNTS.items()}, far=far)
    st.markdown(f"**{sentence(apart_words(told, versions), 600)}**")
    if pair.rows < pair.shared:
        st.caption(f"Counted on a sample of {pair.rows:,} of the {pair.shared:,} decisions, chosen by their ids.")
    if not told.apart:
        return
    _segments(key, versions)
    _rows(key, versions, told.apart)


_SAME = ("n", "apart", "a_right", "b_right", "a_ahead", "b_ahead")
_COUNTS = {**{name: name for name in _SAME}, "labelled": "apart_labelled", "known": "labelled"}
"""From which column of the answer each count is."""


def _segments(key: dict[str, Any], versions: tuple[int, int]) -> None:
    every = ask(queries.segments, **key)
    if every.empty:
        st.caption("The log names no features or groups, so nothing is said of where that is.")
        return
    names = [EVERY, *dict.fromkeys(every["feature"])]
    asked = st.session_state.get(BY) or st.query_params.get(BY)
    if asked and asked not in names:
        st.session_state[BY] = EVERY
    picked = st.selectbox(
        "By", names, key=BY, bind="query-params", width=320, format_func=lambda one: one_line(one, 60)
    )
    shown = segment_table(every, versions, facts().currency)
    if picked != EVERY:
        shown = shown[every["feature"] == picked]
    else:
        shown = shown[every["n"] >= FEW].sort_values("Disagree", ascending=False, kind="stable")
        if len(shown):
            first = shown.iloc[0]
            st.markdown(
                f"Most often in **{plain(first['Input or group'], 60)}: {plain(first['Segment'], 60)}**, on "
                f"{first['Disagree']:.1f} % of {count_of(int(first['n']), 'decision')}."
            )
    st.dataframe(
        shown,
        key="versions_segments",
        hide_index=True,
        row_height=_ROW,
        height=min(len(shown), _SEEN) * _ROW + _ROW + 3,
        column_config=_SEGMENT_COLUMNS | {name: _MONEY for name in shown.columns if "brings more" in name},
        placeholder="–",
        alt=f"{count_of(len(shown), 'segment')} with how often the two versions disagree and who is right more often",
    )
    download("Download as CSV", "versions-segments", lambda: every)


_SEGMENT_COLUMNS: dict[str, ColumnConfig] = {
    "Input or group": st.column_config.TextColumn(width=150),
    "Segment": st.column_config.TextColumn(width=200),
    "n": st.column_config.NumberColumn(format="localized", width=80, help="Decisions that both answered"),
    "Disagree": st.column_config.ProgressColumn(
        "Disagree, %", format="%.1f", min_value=0, max_value=100, width=110, help="Of these decisions, in percent"
    ),
    "More often right": st.column_config.TextColumn(
        width=170, help="Where they disagree and the outcome is known: who alone was right, or nearer"
    ),
}


_MONEY = st.column_config.NumberColumn(format="localized", help="On the decisions of the sample with an outcome")


def segment_table(every: pd.DataFrame, versions: tuple[int, int], currency: str) -> pd.DataFrame:
    """Each segment with its share of disagreement, who is right more often, and the money of the newer version."""
    money = f"Version {versions[1]} brings more, {currency}" if currency else f"Version {versions[1]} brings more"
    share = 100 * every["apart"] / every["n"].where(every["n"] > 0)
    table = pd.DataFrame(
        {
            "Input or group": [one_line(name, 60) for name in every["feature"]],
            "Segment": [one_line(segment_name(one.kind, one.segment, one.low, one.high), 60) for one in records(every)],
            "n": every["n"],
            "Disagree": share,
            "More often right": [_who(one.a_right, one.b_right, versions) for one in records(every)],
        },
        index=every.index,
    )
    return table.assign(**{money: every["gain"].round(0)}) if every["gain"].notna().any() else table


def _who(a_right: int, b_right: int, versions: tuple[int, int]) -> str | None:
    """`version 3: 51 to 22`; None where neither was alone right."""
    if not a_right and not b_right:
        return None
    if a_right == b_right:
        return f"both alike: {a_right} each"
    first = b_right > a_right
    return f"version {versions[1 if first else 0]}: {max(a_right, b_right)} to {min(a_right, b_right)}"


def _rows(key: dict[str, Any], versions: tuple[int, int], apart: int) -> None:
    found = ask(queries.rows_apart, **key, limit=SHOWN)
    _picked(str(key["model"]), list(found["prediction_id"]))
    shown = row_table(str(key["model"]), found, versions)
    st.dataframe(
        shown,
        key=TABLE,
        hide_index=True,
        row_height=_ROW,
        height=min(len(shown), _SEEN) * _ROW + _ROW + 3,
        on_select=lambda: _row_picked(found),
        selection_mode="single-cell",
        column_config=_ROW_COLUMNS,
        placeholder="–",
        alt=f"{count_of(len(shown), 'decision')} on which the two versions disagree, the furthest apart first",
    )
    truncated(len(found), apart, "decisions, those furthest apart first")
    download("Download all as CSV", "versions-disagree", lambda: ask(queries.rows_apart, **key))


def _row_picked(found: pd.DataFrame) -> None:
    if cells := st.session_state[TABLE]["selection"]["cells"]:
        st.session_state[ROW] = found["prediction_id"].iloc[cells[0][0]]


def _picked(model: str, ids: list[str]) -> None:
    """The decision that was picked, with the way to its page."""
    asked = st.session_state.get(ROW) or st.query_params.get(ROW)
    unknown = [asked] if asked and asked not in ids else []
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        picked = st.selectbox(
            "Decision", [*ids, *unknown], index=None, key=ROW, bind="query-params", width=360,
            placeholder="Click a row below", format_func=lambda one: one_line(one, 60),
        )  # fmt: skip
        if picked:
            params = {"model": model, "id": str(picked)}
            link("decision", "Why it was decided so", icon=":material/arrow_forward:", params=params)


_ROW_COLUMNS: dict[str, ColumnConfig] = {
    "Decision": st.column_config.TextColumn(width=150),
    "Decided": st.column_config.DatetimeColumn(format="D MMM YYYY HH:mm", width=140, help="UTC"),
}


def row_table(model: str, found: pd.DataFrame, versions: tuple[int, int]) -> pd.DataFrame:
    """The decisions with what either version said and what turned out to be true."""
    older, newer = (f"v{one}" for one in versions)
    table = pd.DataFrame(
        {
            "Decision": [one_line(one, 60) for one in found["prediction_id"]],
            "Decided": found["decided_at"],
            f"Score {older}": found["score_a"],
            f"Score {newer}": found["score_b"],
            f"Answer {older}": [_called(model, "prediction", one) for one in found["prediction_a"]],
            f"Answer {newer}": [_called(model, "prediction", one) for one in found["prediction_b"]],
            "Outcome": [_called(model, "outcome", one) for one in found["outcome"]],
            "Right": [_right(one, versions) for one in records(found)],
        }
    )
    scores = [name for name in table.columns if name.startswith("Score ")]
    return table.drop(columns=[name for name in scores if table[name].isna().all()]).round(dict.fromkeys(scores, 3))


def _right(row: Any, versions: tuple[int, int]) -> str | None:
    if pd.isna(row.outcome):
        return None
    if row.a_right == row.b_right:
        return "both" if row.a_right else "neither"
    return f"version {versions[1] if row.b_right else versions[0]}"


def _called(model: str, what: str, text: object) -> str | None:
    """A prediction or outcome by the name that the model's file gives it; a number with few digits."""
    if not isinstance(text, str):
        return None
    spec = spec_of(model)
    called = (getattr(spec.answer, what)(text) if spec else None) or text
    try:
        return short(float(called))
    except ValueError:
        return one_line(called, 60)
