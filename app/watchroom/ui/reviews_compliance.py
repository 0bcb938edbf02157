"""Compliance by team over time: how far each team's models in service were in order, counted at each refresh."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import streamlit as st

from watchroom.charts import compliance as charts
from watchroom.charts.style import Chart
from watchroom.store.queries import reviews as queries
from watchroom.store.queries.models import Model
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.states import empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, one_line, plain

UNKNOWN_TEAM = "team unknown"

MEASURE = "measure"
"""The parameter of the address that names the measure drawn, and its control's key."""

LINES = len(charts.TEAM_COLOURS)
"""Teams drawn, the weakest first; the table has all."""

ROW_HEIGHT = 34


def _approved(row: pd.Series) -> float:
    return row["approved"] / row["models"] if row["models"] else float("nan")


def _met(row: pd.Series) -> float:
    return (row["met"] + row["waived"]) / row["asked"] if row["asked"] else float("nan")


def _findings(row: pd.Series) -> float:
    return float(row["findings"])


def _overdue(row: pd.Series) -> float:
    return float(row["overdue"])


MEASURES: dict[str, tuple[Callable[[pd.Series], float], bool, str]] = {
    "Approved": (_approved, True, "Models in service with a valid approval for deploy"),
    "Items in order": (_met, True, "Items of the checklists that are met or waived"),
    "Findings": (_findings, False, "Findings that are not accepted yet"),
    "Past their date": (_overdue, False, "Items, findings and handovers that are past their date"),
}
"""What may be drawn: the figure of a row, whether it is a share, and what it is in words."""


def show(model: Model | None) -> None:
    """The view Compliance; with a model chosen, of its team."""
    team = ask(queries.teams).get(model.name, "") if model else None
    found = ask(queries.compliance)
    if team is not None:
        found = found[found["team"] == team]
    if found.empty:
        empty(
            "Nothing has been counted yet.",
            "Each refresh counts how far the models in service are in order; the first one with a champion begins it.",
        )
        return
    last = latest(found)
    st.subheader(plain(answer(last), 500), anchor=False)
    if found["day"].nunique() > 1:
        _chart(team)
    else:
        st.caption("Counted on one day so far: the chart begins with the next day on which something changes.")
    _table(last)
    download("Download as CSV", "compliance", lambda: found)


def latest(found: pd.DataFrame) -> pd.DataFrame:
    """The last count of each team, the weakest first: by the share approved, then by the share of items in order."""
    last = found.sort_values("day").groupby("team", as_index=False).last()
    last["approved_share"], last["met_share"] = last.apply(_approved, axis=1), last.apply(_met, axis=1)
    return last.sort_values(["approved_share", "met_share", "team"]).reset_index(drop=True)


def answer(last: pd.DataFrame) -> str:
    """How many models in service are approved, how many items are in order, and the team that is furthest from it."""
    models, approved = int(last["models"].sum()), int(last["approved"].sum())
    asked, met, waived = (int(last[name].sum()) for name in ("asked", "met", "waived"))
    waiving = f", {waived} of them only waived" if waived else ""
    items = f" {met + waived} of {count_of(asked, 'item')} are in order{waiving}." if asked else ""
    late = int(last["overdue"].sum())
    overdue = f" {count_of(late, 'thing')} {'is' if late == 1 else 'are'} past {'its' if late == 1 else 'their'} date."
    verb = "is" if approved == 1 else "are"
    said = f"{approved or 'None'} of {count_of(models, 'model')} in service {verb} approved."
    return f"{said}{items}{overdue if late else ''}{_weakest(last)}"


def _weakest(last: pd.DataFrame) -> str:
    first = last.iloc[0]
    if len(last) < 2 or not first["approved_share"] < 1:
        return ""
    return f" Furthest from it is {_name(first['team'])}: {int(first['approved'])} of {int(first['models'])} approved."


def _name(team: str) -> str:
    return one_line(team, 40) if team else UNKNOWN_TEAM


def _chart(team: str | None) -> None:
    names = list(MEASURES)
    if MEASURE not in st.session_state and MEASURE not in st.query_params:
        st.session_state[MEASURE] = names[0]
    picked = st.segmented_control(
        "What to draw", names, key=MEASURE, bind="query-params", required=True, label_visibility="collapsed"
    )
    name = str(picked) if picked in MEASURES else names[0]
    with reading() as snapshot:
        day = snapshot.day
    chart = drawn(_drawn, measure=name, team=team, day=day)
    last_teams = ask(queries.compliance)["team"].nunique() if team is None else 1
    st.plotly_chart(chart.figure, alt=chart.alt, key="compliance_chart", config={"displayModeBar": False})
    more = last_teams - LINES
    st.caption(f"{MEASURES[name][2]}." + (f" The {LINES} teams furthest from it." if more > 0 else ""))


def _drawn(*, measure: str, team: str | None, day: date) -> Chart:
    figure_of, share, words = MEASURES[measure]
    found = ask(queries.compliance)
    if team is not None:
        found = found[found["team"] == team]
    order = list(latest(found)["team"])[:LINES]
    points = {_name(one): _points(found[found["team"] == one], figure_of) for one in order}
    return charts.over_time(points, day, words, share=share)


def _points(rows: pd.DataFrame, figure_of: Callable[[pd.Series], float]) -> list[tuple[date, float]]:
    values = [(pd.Timestamp(row["day"]).date(), figure_of(row)) for _, row in rows.sort_values("day").iterrows()]
    return [(day, value) for day, value in values if value == value]


def _table(last: pd.DataFrame) -> None:
    shown = pd.DataFrame(
        {
            "Team": [_name(team) for team in last["team"]],
            "Approved": [f"{int(a)} of {int(m)}" for a, m in zip(last["approved"], last["models"], strict=True)],
            "Items in order": (last["met_share"] * 100).round(),
            "Waived": last["waived"],
            "Findings": last["findings"],
            "Past their date": last["overdue"],
            "Counted": [pd.Timestamp(day).date() for day in last["day"]],
        }
    )
    st.dataframe(
        shown,
        key="compliance_table",
        hide_index=True,
        row_height=ROW_HEIGHT,
        column_config={
            "Approved": st.column_config.TextColumn("Approved for deploy", help="Of its models in service"),
            "Items in order": st.column_config.ProgressColumn(
                format="%.0f %%",
                min_value=0,
                max_value=100,
                help="Met or waived, of the items asked of its champions",
            ),
        },
        alt="Each team with its models approved, items in order, findings and what is past its date, weakest first",
    )
    st.caption(sourced("The last count of each team", len(last), "team"))
