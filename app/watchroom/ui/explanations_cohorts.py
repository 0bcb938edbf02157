"""Two cohorts side by side: what drives the one, and what the other. Each is any choice of explained rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from watchroom.charts import explanations as charts
from watchroom.charts.style import Chart
from watchroom.charts.words import short
from watchroom.domain.attribution import MIN_ROWS, Shift, Weight, shifts
from watchroom.domain.glossary import meaning
from watchroom.domain.periods import span_of
from watchroom.store.queries import explained, explanations
from watchroom.store.queries.explained import OWN_COLUMNS, Choice, Column, Missing, Size, Where
from watchroom.ui.explanations_changes import COLUMNS, ROW_HEIGHT, SHOWN
from watchroom.ui.explanations_subject import Subject
from watchroom.ui.explanations_words import difference
from watchroom.ui.names import told_apart
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain, sentence, some

PERIOD, REFERENCE = "The rows above", "The reference"
MISSING_WORDS: dict[str, Missing] = {"Leave out": "out", "Take too": "too", "Only these": "only"}
OWN_WORDS = {"@score": "Score", "@prediction": "Prediction", "@outcome": "Outcome", "@output": "Output"}
NUMBERS = ("@score", "@output")
SIDES = ("a", "b")
CONDITIONS = 4
"""Conditions on a side: with more hardly a row is left of a sample."""

BUTTONS = 20
"""So many categories stand as buttons, which are read at a glance; more are a list."""

_ROWS_SEEN = 12


@dataclass(frozen=True)
class Cohort:
    """One side: its letter, its rows, how many, and in words which."""

    letter: str
    choice: Choice
    size: Size
    words: str


def show(subject: Subject) -> None:
    """The tab."""
    st.markdown("Choose two groups of explained rows and see what drives each.", help=meaning("cohort"))
    sides = []
    for side, place in zip(SIDES, st.columns(2, gap="medium"), strict=True):
        with place, st.container(border=True, height="stretch"):
            sides.append(_cohort(subject, side))
    a, b = sides
    if a.choice == b.choice:
        empty("Both cohorts are the same rows.", "Choose other rows, or a condition under “Only where”, on one side.")
        return
    if not (a.size.n and b.size.n):
        nobody = " and ".join(one.letter for one in sides if not one.size.n)
        empty(f"No explained row fits cohort {nobody}.", "Take away a condition, or widen its range.")
        return
    _compared(subject, a, b)


def _cohort(subject: Subject, side: str) -> Cohort:
    letter = side.upper()
    st.markdown(f"**Cohort {letter}**")
    whens = _whens(subject)
    usual = list(whens)[1] if side == "b" and REFERENCE in whens else PERIOD
    picked = _select("Rows", f"{side}_rows", list(whens), usual)
    where = _conditions(subject, side)
    first, last = whens[picked]
    choice = Choice(subject.model.name, subject.found.version, first, last, where)
    size = ask(explained.size, choice=choice)
    rows = subject.rows.label if picked == PERIOD else picked
    words = ", ".join([one_line(rows, 60), *(describe(one, subject.called) for one in where)])
    output = f", mean output {short(size.output)}, {subject.unit}" if size.output is not None else ""
    st.caption(f"**{plain(count_of(size.n, 'row'))}**{plain(output, 200)}")
    if 0 < size.n < MIN_ROWS:
        st.caption(f":orange[:material/warning:] Fewer than {MIN_ROWS} rows: what drives them may be chance.")
    return Cohort(letter, choice, size, words)


def _whens(subject: Subject) -> dict[str, tuple[date | None, date | None]]:
    """The rows that a cohort may be taken from, with their days."""
    choice, found = subject.rows.choice, subject.found
    whens: dict[str, tuple[date | None, date | None]] = {PERIOD: (choice.first, choice.last)}
    if found.reference_rows:
        whens[REFERENCE] = (None, None)
    for span in ask(explanations.spans, model=subject.model.name):
        if span.version == found.version and span.grain == "month" and span.start is not None:
            whens[f"{span.start:%b %Y}"] = span_of("month", span.start)
    return whens


def _select(title: str, key: str, options: list[str], usual: str) -> str:
    asked = st.session_state.get(key) or st.query_params.get(key)
    if asked and asked not in options:
        st.session_state[key] = usual
    return str(st.selectbox(title, options, index=options.index(usual), key=key, bind="query-params"))


def _conditions(subject: Subject, side: str) -> tuple[Where, ...]:
    """The conditions on one side: a box for each, and one more until there are as many as may be."""
    left = [*OWN_COLUMNS, *(column.name for column in subject.columns)]
    shown = told_apart(left, 60, _shown_name)
    found: list[Where] = []
    for place in range(1, CONDITIONS + 1):
        name = st.selectbox(
            "Only where" if place == 1 else "and where", left, index=None, key=f"{side}_where{place}",
            bind="query-params", placeholder="Any row", format_func=lambda name: shown.get(name, name),
        )  # fmt: skip
        if name is None:
            break
        left.remove(name)
        found.append(_where(subject, side, name))
    return tuple(found)


def _shown_name(name: str) -> str:
    return OWN_WORDS.get(name) or name


def _own(name: str) -> str:
    """A column's part of its controls' names; no column takes the name of another one's, or of the side's own."""
    mistakable = name == "rows" or name.startswith("where") or name.endswith(("_from", "_to", "_missing", "~"))
    return f"{name}~" if mistakable else name


def _where(subject: Subject, side: str, name: str) -> Where:
    """The condition on one column, by its controls."""
    shown = one_line(_shown_name(name), 40)
    if name in NUMBERS:
        return _range(side, name, shown, None)
    if name in OWN_COLUMNS:
        return _texts(subject, side, name, shown, ask(explained.answers, **_key(subject), column=name), True)
    column = subject.column(name)
    if column.kind == "category":
        return _texts(subject, side, name, shown, column.categories, bool(column.missing))
    return _range(side, name, shown, column)


def _key(subject: Subject) -> dict[str, Any]:
    return dict(subject.key)


def _range(side: str, name: str, shown: str, column: Column | None) -> Where:
    """A number within bounds; what is left empty is open."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        low = _bound(f"{shown} from", f"{side}_{_own(name)}_from", column.low if column else None)
        high = _bound("to", f"{side}_{_own(name)}_to", column.high if column else None)
        missing = _missing(side, name) if column is not None and column.missing else "out"
    return Where(name, low, high, (), missing)


def _bound(title: str, key: str, known: float | None) -> float | None:
    placeholder = "open" if known is None else f"open, {short(known)}"
    found = st.number_input(
        plain(title), value=None, key=key, bind="query-params", placeholder=placeholder, width=180, format="%.6g"
    )
    return None if found is None else float(found)


def _missing(side: str, name: str) -> Missing:
    picked = _select("Missing", f"{side}_{_own(name)}_missing", list(MISSING_WORDS), "Leave out")
    return MISSING_WORDS[picked]


def _texts(subject: Subject, side: str, name: str, shown: str, known: tuple[str, ...], may_miss: bool) -> Where:
    told = told_apart(known, 60, partial(subject.called, name))
    given: Any = {"key": f"{side}_{_own(name)}", "bind": "query-params",
                  "format_func": lambda value: told.get(value) or one_line(value, 60)}  # fmt: skip
    if len(known) <= BUTTONS:
        picked = st.pills(plain(shown), list(known), selection_mode="multi", **given)
    else:
        picked = st.multiselect(plain(shown), list(known), placeholder="Any value", **given)
    missing = _missing(side, name) if may_miss else "out"
    return Where(name, None, None, tuple(picked), missing)


def describe(where: Where, called: Callable[[str, str], str] = lambda _, value: value) -> str:
    """A condition in words: `amount from 3 to 5`, `region north or south`, `tenure missing`."""
    name = (OWN_WORDS.get(where.column) or one_line(where.column, 40)).strip()
    if where.missing == "only":
        return f"{name} missing"
    bounds = [
        f"{word} {short(bound)}" for word, bound in (("from", where.low), ("to", where.high)) if bound is not None
    ]
    values = some([one_line(called(where.column, value), 30) for value in where.values]).replace(" and ", " or ")
    told = " ".join([*bounds, *([values] if values else [])]) or "known"
    return f"{name} {told}{' or missing' if where.missing == 'too' else ''}"


def _compared(subject: Subject, a: Cohort, b: Cohort) -> None:
    found = drawn(_shifts, a=a.choice, b=b.choice)
    st.markdown(f"**{sentence(difference(found, 'A', 'B'), 400)}**")
    chart = drawn(_drawn, a=a.choice, b=b.choice)
    st.markdown(
        f":small[Share of the weight: **bars** A, {plain(a.words, 200)}; **:orange[marks]** B, {plain(b.words, 200)}; "
        "sorted by how far they differ]"
    )
    st.plotly_chart(chart.figure, config={"displayModeBar": False}, alt=chart.alt, key="cohorts")
    told = f"A: {number(a.size.n)} rows, B: {number(b.size.n)} rows"
    st.caption(f"{told} · {sourced(subject.rows.label, subject.rows.size.n, subject.rows.one, subject.rows.many)}")
    _table(subject, a, b, found)


def _shifts(*, a: Choice, b: Choice) -> tuple[Shift, ...]:
    return shifts(ask(explained.weights, choice=b), ask(explained.weights, choice=a))


def _drawn(*, a: Choice, b: Choice) -> Chart:
    return charts.shifts(drawn(_shifts, a=a, b=b), SHOWN, "B", "A")


def _table(subject: Subject, a: Cohort, b: Cohort, found: tuple[Shift, ...]) -> None:
    rows = table(found, ask(explained.weights, choice=a.choice), ask(explained.weights, choice=b.choice))
    st.dataframe(
        rows,
        key="cohorts_table",
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(rows), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        column_config={
            "Input": COLUMNS["Input"],
            **{f"Share {side}": COLUMNS["Share"] | {"label": f"Share {side}"} for side in ("A", "B")},
            **{
                f"Mean SHAP {side}": st.column_config.NumberColumn(format="%+.3g", width=110, help=f"In {subject.unit}")
                for side in ("A", "B")
            },
        },
        placeholder="–",
        alt=f"{count_of(len(rows), 'input')} with share, rank and mean SHAP value in both cohorts",
    )
    download("Download as CSV", "cohorts", lambda: rows)


def table(found: tuple[Shift, ...], a: tuple[Weight, ...], b: tuple[Weight, ...]) -> pd.DataFrame:
    """Share, rank and mean SHAP value of every input in both cohorts, the greatest difference first."""
    mean_a, mean_b = ({weight.feature: weight.mean for weight in side} for side in (a, b))
    return pd.DataFrame(
        {
            "Input": [one.feature for one in found],
            "Share A": [one.share for one in found],
            "Share B": [one.share_before for one in found],
            "Rank A": [one.rank for one in found],
            "Rank B": [one.rank_before for one in found],
            "Mean SHAP A": [mean_a.get(one.feature) for one in found],
            "Mean SHAP B": [mean_b.get(one.feature) for one in found],
        }
    )
