"""How what drives a model has changed: month by month, and between any two months, versions or references."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.charts import explanations as charts
from watchroom.charts.style import Chart
from watchroom.domain.attribution import MIN_ROWS, NDCG_LIMIT, Attributions, Change, Shift, change, shifts
from watchroom.domain.glossary import meaning
from watchroom.store.queries import explanations as queries
from watchroom.store.queries.explained import Choice
from watchroom.store.queries.explanations import Span
from watchroom.ui.explanations_subject import SAMPLE, Subject, matrix_of
from watchroom.ui.explanations_words import LEAST_MOVED, changed, ndcg, shift_words, worth_telling
from watchroom.ui.over_time import over_time
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, plain, sentence

AGAINST = "since"
BEFORE, NOW = "before", "now"
SHOWN = 12
ROW_HEIGHT = 34
_ROWS_SEEN = 12
REFERENCE, VERSION = "Its reference", "The version before"
_NAMES = {"reference": REFERENCE, "version": VERSION}


def show(subject: Subject) -> None:
    """The tab."""
    _by_month(subject)
    _any_two(subject)


def _by_month(subject: Subject) -> None:
    rows = ask(queries.changes, model=subject.model.name, version=subject.found.version)
    options = [name for key, name in _NAMES.items() if key in set(rows["against"])]
    st.markdown("**How alike the ranking is, month by month** :small[:gray[· nDCG: 1 is the same, below 0.90 it has "
                "changed]]", help=meaning("nDCG"))  # fmt: skip
    if not options:
        empty("There is nothing yet to compare it with.", "It takes a reference, or a version that was in service "
              "before, and a month with explained decisions.")  # fmt: skip
        return
    picked = st.segmented_control(
        "Compared with", options, key=AGAINST, bind="query-params", default=options[0], required=True
    )
    against = next(key for key, name in _NAMES.items() if name == picked)
    chart = drawn(_months_drawn, model=subject.model.name, version=subject.found.version, against=against)
    over_time(chart, "ndcg", model=subject.model.name)
    own = rows[rows["against"] == against]
    few = int((own["status"] == "no data").sum())
    untold = f" {count_of(few, 'month')} with fewer than {MIN_ROWS} rows on a side cannot be told." if few else ""
    st.caption(f"{plain(untold)} {sourced(f'{len(own)} months', int(own['n'].sum()), 'explained decision')}".strip())
    download("Download as CSV", "explanation-change", lambda: own)


def _months_drawn(*, model: str, version: int, against: str) -> Chart:
    rows = ask(queries.changes, model=model, version=version)
    return charts.ndcg_by_month(rows[rows["against"] == against], NDCG_LIMIT)


def _any_two(subject: Subject) -> None:
    spans = ask(queries.spans, model=subject.model.name)
    names = {label(span): span for span in spans}
    st.markdown("**Any two: months, versions, references**")
    if len(spans) < 2:
        st.caption("There is only one set of explained rows; a second month, version or a reference is needed.")
        return
    first, second = _usual(subject, spans)
    left, right = st.columns(2)
    with left:
        before = _pick("From", BEFORE, list(names), label(first))
    with right:
        now = _pick("To", NOW, list(names), label(second))
    if before == now:
        empty("Both sides are the same.", "Choose another month, version or reference on one side.")
        return
    _compared(subject, names[before], names[now])


def _pick(title: str, key: str, options: list[str], usual: str) -> str:
    asked = st.session_state.get(key) or st.query_params.get(key)
    if asked and asked not in options:
        st.session_state[key] = usual
    return str(st.selectbox(title, options, index=options.index(usual), key=key, bind="query-params"))


def label(span: Span) -> str:
    """A span to a person: `v4 · Nov 2026`."""
    when = {"all": "all months", "reference": "reference"}.get(span.grain) or f"{span.start:%b %Y}"
    return f"v{span.version} · {when}"


def _usual(subject: Subject, spans: Sequence[Span]) -> tuple[Span, Span]:
    """The newest month of the version, against its reference; else against what comes nearest before it."""
    own = [span for span in spans if span.version == subject.found.version]
    months = sorted((span for span in own if span.grain == "month"), key=lambda span: span.start or date.min)
    now = months[-1] if months else (own or list(spans))[0]
    others = [span for span in own if span.grain == "reference" and span != now] + months[:-1][::-1]
    earlier = [span for span in spans if span.version < subject.found.version and span.grain == "all"]
    rest = [span for span in spans if span != now]
    return (others or earlier or rest)[0], now


def choice_of(model: str, span: Span) -> Choice:
    """The rows of a span."""
    return Choice(model, span.version, span.start, span.end)


def _compared(subject: Subject, before: Span, now: Span) -> None:
    model = subject.model.name
    moved = drawn(_shifts, model=model, before=before, now=now)
    told = drawn(_change, model=model, before=before, now=now)
    small = ndcg(told.value, told.low, told.high, NDCG_LIMIT)
    st.markdown(f"**{plain(changed(told.status, told.value, NDCG_LIMIT))}.** :small[:gray[{plain(small)}]]")
    telling = worth_telling(moved)
    lines = [f"- {sentence(shift_words(one), 300)}" for one in telling]
    st.markdown("\n".join(lines) or f"No input's share moved by more than {100 * LEAST_MOVED:.0f} percentage points.")
    if _spaces_differ(subject, before, now):
        st.caption(":material/info: The two versions are explained in different spaces: shares compare, sizes do not.")
    chart = drawn(_shifts_drawn, model=model, before=before, now=now)
    st.markdown(
        f":small[Share of the weight: **bars** {plain(label(now))}; **:orange[marks]** {plain(label(before))}; "
        "sorted by how far they differ]"
    )
    st.plotly_chart(chart.figure, config={"displayModeBar": False}, alt=chart.alt, key="shifts")
    n = f"{number(now.n)} rows against {number(before.n)}"
    sampled = f", nDCG from at most {number(SAMPLE)} of each" if max(now.n, before.n) > SAMPLE else ""
    st.caption(f"{plain(n + sampled)}. {sourced(f'{label(now)} against {label(before)}', now.n, 'row')}")
    _table(moved)


def _spaces_differ(subject: Subject, before: Span, now: Span) -> bool:
    spaces = {found.version: found.space for found in subject.every}
    return spaces.get(before.version) != spaces.get(now.version)


def _shifts(*, model: str, before: Span, now: Span) -> tuple[Shift, ...]:
    sides = [
        ask(queries.weights, model=model, version=span.version, grain=span.grain, start=span.start)
        for span in (before, now)
    ]
    return shifts(*sides)


def _change(*, model: str, before: Span, now: Span) -> Change:
    sides = []
    for span in (before, now):
        weights = ask(queries.weights, model=model, version=span.version, grain=span.grain, start=span.start)
        features = tuple(weight.feature for weight in weights)
        sides.append(Attributions(features, matrix_of(choice_of(model, span), features, SAMPLE)[1]))
    return change(*sides)


def _shifts_drawn(*, model: str, before: Span, now: Span) -> Chart:
    return charts.shifts(drawn(_shifts, model=model, before=before, now=now), SHOWN, label(before), label(now))


def _table(moved: Sequence[Shift]) -> None:
    found = table(moved)
    st.dataframe(
        found,
        key="shifts_table",
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(found), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        column_config=COLUMNS,
        placeholder="–",
        alt=f"{count_of(len(found), 'input')} with rank and share on both sides, the greatest move first",
    )
    download("Download as CSV", "shifts", lambda: found)


COLUMNS: dict[str, ColumnConfig] = {
    "Input": st.column_config.TextColumn(width=200),
    "Rank before": st.column_config.NumberColumn(width=100),
    "Rank": st.column_config.NumberColumn(width=70),
    "Share before": st.column_config.NumberColumn(format="percent", width=110),
    "Share": st.column_config.NumberColumn(format="percent", width=90),
    "Moved": st.column_config.NumberColumn("Moved, points", format="%+.1f", width=110, help="Percentage points"),
}


def table(moved: Sequence[Shift]) -> pd.DataFrame:
    """Ranks and shares of every input on both sides."""
    ranks = {"Rank before": [one.rank_before for one in moved], "Rank": [one.rank for one in moved]}
    return pd.DataFrame(
        {
            "Input": [one.feature for one in moved],
            **{name: pd.array(values, dtype="Int64") for name, values in ranks.items()},
            "Share before": [one.share_before for one in moved],
            "Share": [one.share for one in moved],
            "Moved": [100 * (one.share - one.share_before) for one in moved],
        }
    )
