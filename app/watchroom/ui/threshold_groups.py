"""The best cut-off of each group of decisions, and what a cut-off of its own would bring; with a warning."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.charts import threshold as charts
from watchroom.charts.fairness import group
from watchroom.charts.words import days
from watchroom.domain.money_text import money
from watchroom.domain.profit import FEWEST, scored_by_block, stakes
from watchroom.domain.profit_best import best
from watchroom.domain.worth import OutcomeWorth
from watchroom.store.queries import threshold as queries
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, sentence
from watchroom.ui.threshold_subject import Found, Subject
from watchroom.ui.threshold_words import cut

COLUMN = "column"
MOST = 40
"""Groups that are worked out, those with most decisions."""

_QUIET = {"displayModeBar": False}
_ROW = 34


def show(subject: Subject, found: Found, worth: OutcomeWorth) -> None:
    """The view by group."""
    st.markdown(
        ":orange[:material/gavel:] **A cut-off of its own for a group of people may be unlawful discrimination.** "
        "Ask those who judge fairness before anything here is used."
    )
    if stakes(worth) is None:
        empty("What a cut-off earns cannot be told by group either.", "Give all four figures above.")
        return
    rows = drawn(
        _groups, model=subject.model, version=subject.version, first=found.first, last=found.last,
        served=found.served, worth=worth, now=found.now, scale=(found.days, found.to_month),
    )  # fmt: skip
    if rows.empty:
        empty("No decision of this period tells groups apart.", "Choose a longer period in the sidebar.")
        return
    columns = list(dict.fromkeys(rows["group_column"]))
    column = st.selectbox(
        "Column", columns, key=COLUMN, bind="query-params", format_func=lambda name: one_line(name, 60), width=240
    )
    _of_column(subject, found, rows[rows["group_column"] == column], str(column))


def _of_column(subject: Subject, found: Found, rows: pd.DataFrame, column: str) -> None:
    known = rows.dropna(subset=["best"]).nlargest(MOST, "n")
    st.markdown(f"**{sentence(_answer(subject, found, known, column), 500)}**")
    if len(known):
        chart = charts.group_cutoffs(known.assign(label=known["group_value"].map(group)), found.now)
        st.plotly_chart(chart.figure, config=_QUIET, alt=chart.alt, key="threshold_groups")
        st.caption("Bars are 95 % intervals. Where they reach over the one in use, the group needs no other.")
    st.dataframe(
        _shown(rows),
        key="threshold_groups_table",
        hide_index=True,
        row_height=_ROW,
        height=min(len(rows), 12) * _ROW + _ROW + 3,
        placeholder="–",
        column_config=_columns(subject.currency),
        alt=f"{count_of(len(rows), 'group')} of {one_line(column, 60)} with the best cut-off and its gain",
    )
    if len(known) < len(rows):
        st.caption(
            f"{count_of(len(rows) - len(known), 'group has', 'groups have')} fewer than {FEWEST} decisions of the "
            "rarer outcome: none is best there yet."
        )
    st.caption(
        sourced(
            days(found.first, found.last), int(rows["n"].sum()), "decision with an outcome", "decisions with an outcome"
        )
    )
    download("Download as CSV", "cut-offs-by-group", lambda: rows)


def _answer(subject: Subject, found: Found, known: pd.DataFrame, column: str) -> str:
    if known.empty:
        return f"No group of {one_line(column, 40)} has enough outcomes to tell a cut-off of its own."
    surely = known[known["low_gain"] > 0]
    if found.now is None:
        return f"{count_of(len(known), 'group')} of {one_line(column, 40)} with a best cut-off of its own."
    if surely.empty:
        return (
            f"In no group of {one_line(column, 40)} another cut-off is better than the one in use by more than chance."
        )
    first = surely.sort_values("gain", ascending=False).iloc[0]
    name, gain = group(first["group_value"]), money(float(first["gain"]), subject.currency)
    return (
        f"In {number(len(surely))} of {count_of(len(known), 'group')} of {one_line(column, 40)} another cut-off would "
        f"have earned more: most for “{one_line(name, 40)}”, {gain} a month at {cut(float(first['best']))} "
        f"({_by_chance(found, len(known))})."
    )


def _by_chance(found: Found, compared: int) -> str:
    """What keeps the groups from being sure, since each has an interval of its own."""
    told = found.best
    alone = f"each by its own 95 % interval, so of {count_of(compared, 'group')} some may be chance"
    whole = told is not None and told.cutoff != found.now and told.gain_low <= 0
    return f"{alone}; for all decisions together it may be chance" if whole else alone


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Group": [one_line(group(value), 60) for value in rows["group_value"]],
            "Best": rows["best"].clip(upper=1.0).to_numpy(),
            "from": rows["low"].to_numpy(),
            "to": rows["high"].clip(upper=1.0).to_numpy(),
            "Gain": rows["gain"].round().to_numpy(),
            "Gain from": rows["low_gain"].round().to_numpy(),
            "Gain to": rows["high_gain"].round().to_numpy(),
            "n": rows["n"].to_numpy(),
            "Came true": rows["rate"].to_numpy() * 100,
        }
    )


def _columns(currency: str) -> dict[str, ColumnConfig]:
    number_column = st.column_config.NumberColumn
    unit = f"{currency} a month" if currency else "a month"
    return {
        "Group": st.column_config.TextColumn(width=150, pinned=True),
        "Best": number_column(format="%.3f", width="small", help="The cut-off that would have earned most"),
        "from": number_column(format="%.3f", width="small", help="Lower end of its 95 % interval"),
        "to": number_column(format="%.3f", width="small", help="Upper end of its 95 % interval"),
        "Gain": number_column(f"Gain, {unit}", format="localized", help="Against the cut-off in use"),
        "Gain from": number_column(format="localized", width="small", help="Lower end of its 95 % interval"),
        "Gain to": number_column(format="localized", width="small", help="Upper end of its 95 % interval"),
        "n": number_column(format="localized", width="small", help="Decisions with an outcome"),
        "Came true": number_column(format="%.1f %%", width="small", help="How often the outcome was 1"),
    }


def _groups(
    *, model: str, version: int, first: date, last: date, served: bool, worth: OutcomeWorth, now: float | None,
    scale: tuple[int, float],
) -> pd.DataFrame:  # fmt: skip
    """Each group: group_column, group_value, n, rate, best, low, high, gain, low_gain, high_gain (money a month)."""
    cells = ask(queries.groups, model=model, version=version, first=first, last=last, served=served)
    at_stake = stakes(worth)
    assert at_stake is not None, "without worths there are no groups to draw"
    rows = []
    for (column, value), part in cells.groupby(["group_column", "group_value"], sort=False, dropna=False):
        scored = scored_by_block(
            queries.cells_of(part.assign(predicted=None)), part["block"].to_numpy(np.int64), scale[0]
        )
        told = best(scored, at_stake, now) if scored.labelled else None
        month = scored.to_month
        positives = int(scored.totals[0].sum())
        rows.append(
            {
                "group_column": column, "group_value": value, "n": scored.labelled,
                "rate": positives / scored.labelled if scored.labelled else np.nan,
                "best": told.cutoff if told else np.nan, "low": told.low if told else np.nan,
                "high": told.high if told else np.nan, "gain": told.gain * month if told else np.nan,
                "low_gain": told.gain_low * month if told else np.nan,
                "high_gain": told.gain_high * month if told else np.nan,
            }
        )  # fmt: skip
    return pd.DataFrame(rows).sort_values("n", ascending=False) if rows else pd.DataFrame()
