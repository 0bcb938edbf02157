"""One input: what its values add to the output, coloured by another input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from watchroom.charts import dependence as charts
from watchroom.charts.dependence import Coloured
from watchroom.charts.style import Chart
from watchroom.charts.words import share
from watchroom.domain.glossary import meaning
from watchroom.store.queries import explained
from watchroom.store.queries.explained import Choice
from watchroom.ui.explanations_subject import Subject, directions, values_of
from watchroom.ui.explanations_words import way_words
from watchroom.ui.names import told_apart
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import number, one_line, plain, sentence

INPUT = "input"
COLOUR = "colour"
NOTHING = "Nothing"
POINTS = 4_000
"""Points drawn: what a browser moves smoothly with their words; more hide each other."""

_COLOUR_NAMES = dict(zip(charts.GROUP_COLOURS, ("blue", "orange", "green"), strict=True))


def pick(name: str) -> None:
    """Make an input the one that is looked at, and open its tab: for the callback of a click."""
    st.session_state[INPUT] = name
    st.session_state["view"] = "One input"


def show(subject: Subject) -> None:
    """The tab."""
    names = [weight.feature for weight in subject.weights]
    with st.container(horizontal=True, gap="small"):
        chosen = _choose(names)
        by = _colour([column.name for column in subject.columns if column.name != chosen])
    if chosen not in names:
        empty(f"“{one_line(chosen, 80)}” is no input of this version.", "Choose another one above.")
        return
    _told(subject, chosen)
    _chart(subject, chosen, by)


def _choose(names: list[str]) -> str:
    asked = st.session_state.get(INPUT) or st.query_params.get(INPUT)
    shown = told_apart(names, 80)
    unknown = [asked] if asked and asked not in shown and asked not in shown.values() else []
    return str(
        st.selectbox("Input", [*names, *unknown], key=INPUT, bind="query-params", width=360,
                     format_func=lambda name: shown.get(name) or one_line(name, 80))
    )  # fmt: skip


def _colour(others: list[str]) -> str | None:
    asked = st.session_state.get(COLOUR) or st.query_params.get(COLOUR)
    shown = told_apart([NOTHING, *others], 80)
    if asked and asked not in shown and asked not in shown.values():
        st.session_state[COLOUR] = NOTHING
    picked = st.selectbox(
        "Coloured by", [NOTHING, *others], key=COLOUR, bind="query-params", width=360,
        format_func=lambda name: shown.get(name, name),
        help="Where points of one value have different colours from top to bottom, the two inputs work together.",
    )  # fmt: skip
    return None if picked == NOTHING else str(picked)


def _told(subject: Subject, name: str) -> None:
    weight = next(weight for weight in subject.weights if weight.feature == name)
    way = directions(subject.rows.choice, (name,))[name]
    column = subject.column(name)
    missing = f" Missing in {share(column.missing / column.n)} of all explained rows." if column.missing else ""
    place = f"Rank {weight.rank} of {len(subject.weights)}, {share(weight.share)} of the weight."
    st.markdown(f"**{sentence(way_words(way, name), 300)}** {plain(place + missing, 300)}")


def _chart(subject: Subject, name: str, by: str | None) -> None:
    rows = subject.rows
    chart, n = drawn(_drawn, choice=rows.choice, feature=name, by=by, unit=subject.unit)
    legend = f"A point is a row; the red line is their mean.{_legend(subject, by)}"
    st.markdown(f":small[{legend}]", help=meaning("dependence"))
    st.plotly_chart(chart.figure, config={"displayModeBar": False}, alt=chart.alt, key="dependence")
    drawn_of = f"{number(n)} of {number(rows.size.n)} rows drawn" if n < rows.size.n else f"All {number(n)} rows drawn"
    st.caption(f"{plain(drawn_of)}. {sourced(rows.label, rows.size.n, rows.one, rows.many)}")
    download("Download as CSV", "dependence", lambda: table(choice=rows.choice, feature=name, by=by))


def _legend(subject: Subject, by: str | None) -> str:
    """What the colours say, in Markdown."""
    if by is None:
        return ""
    name = plain(by, 60)
    if subject.column(by).kind != "category":
        return f" {name}: :blue[● low] :orange[● high] :gray[● missing]"
    groups = drawn(_groups, choice=subject.rows.choice, feature=by)
    named = " ".join(f":{_COLOUR_NAMES[colour]}[● {plain(text, 40)}]" for text, colour in groups.items())
    return f" {name}: {named} :gray[● others and missing]"


def _groups(*, choice: Choice, feature: str) -> dict[str, str]:
    return charts.colour_groups(_texts(values_of(choice, (feature,), POINTS)))


def _texts(found: pd.DataFrame) -> list[str | None]:
    return [text if isinstance(text, str) else None for text in found["text"]]


def _drawn(*, choice: Choice, feature: str, by: str | None, unit: str) -> tuple[Chart, int]:
    wanted = (feature,) if by is None else (feature, by)
    every = values_of(choice, wanted, POINTS)
    found = every[every["feature"] == feature].reset_index(drop=True)
    return charts.dependence(found, feature, unit, _coloured(every, found, by)), len(found)


def _coloured(every: pd.DataFrame, found: pd.DataFrame, by: str | None) -> Coloured | None:
    if by is None:
        return None
    other = every[every["feature"] == by].set_index("row").reindex(found["row"])
    values = other["value"].to_numpy(np.float64)
    return Coloured(by, values, _texts(other) if other["text"].notna().any() else None)


def table(*, choice: Choice, feature: str, by: str | None) -> pd.DataFrame:
    """Every row of the choice with the input's value, what it added, and the value of the other."""
    wanted = (feature,) if by is None else (feature, by)
    every = values_of(choice, wanted, ask(explained.size, choice=choice).n)
    own = every[every["feature"] == feature]
    found = own.drop(columns="feature").assign(input=feature)[["row", "input", "value", "text", "shap"]]
    if by is None:
        return found
    other = every[every["feature"] == by].set_index("row").reindex(found["row"])
    return found.assign(
        other=by,
        other_value=other["value"].to_numpy(),
        other_text=other["text"].to_numpy(),
        other_shap=other["shap"].to_numpy(),
    )
