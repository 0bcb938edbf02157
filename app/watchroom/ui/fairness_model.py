"""How the groups of one model fare: the answer, a chart by group, the months, and every figure in a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.charts import fairness as charts
from watchroom.charts.style import Chart
from watchroom.charts.words import days
from watchroom.domain.fairness import LINED, METRICS_OF, RATES, MetricName
from watchroom.domain.vocabulary import Task
from watchroom.store.queries import fairness as queries
from watchroom.ui.fairness_table import DOWNLOADED, in_percent, ordered, overview, shown_groups, verdict_column
from watchroom.ui.fairness_terms import METRIC_NAMES, Terms, assumption, means, metric_name
from watchroom.ui.fairness_window import Window, window
from watchroom.ui.fairness_words import answer, months_around, small_ones
from watchroom.ui.health_empty import no_period
from watchroom.ui.health_words import dated
from watchroom.ui.navigation import link
from watchroom.ui.over_time import over_time
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.scope import Period
from watchroom.ui.states import empty, section, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain, sentence

COLUMN, RATE = "column", "rate"
"""Where the address holds the column and the metric."""

OVERVIEW = "fairness_overview"
LINES = len(charts.GROUP_COLOURS)
"""Groups with a line over the months: what an eye keeps apart."""

GROUPS_DRAWN = 40
"""Groups in the chart, those with most decisions; the table has the rest."""

_QUIET = {"displayModeBar": False}
_ROW = 34
_ROWS_SEEN = 12


@dataclass(frozen=True)
class Subject:
    """A model version whose groups have been compared, the scope's period, and what its answers are called."""

    model: str
    version: int
    task: Task
    period: Period
    terms: Terms

    @property
    def key(self) -> dict[str, Any]:
        """Model and version, as readers take them."""
        return {"model": self.model, "version": self.version}


def show(subject: Subject) -> None:
    """The page below its header."""
    period = subject.period
    found = window(**subject.key, task=subject.task, first=period.first_day, last=period.last_day)
    if found is None:
        _no_period(subject)
        return
    st.markdown(f"**{sentence(answer(found.table, subject.terms), 600)}**")
    months = months_around(found.first, found.last, period.label)
    st.caption(sourced(f"{months}, version {subject.version}", found.decisions, "decision"))
    _direction(subject)
    _without_outcomes(subject.task, found)
    _overview(subject, found)
    column, metric = _choice(subject, found)
    _groups(subject, found, column, metric)
    _over_time(subject, found, column, metric)
    _caution()


def _no_period(subject: Subject) -> None:
    span = ask(queries.span, **subject.key)
    with reading() as snapshot:
        no_period(subject.period.label, dated(span[1], snapshot.day) if span else "an unknown day")


def _direction(subject: Subject) -> None:
    """That nobody has said which answer is the good one, which decides what the four-fifths line means."""
    if subject.task == "binary" and (told := assumption(subject.terms)):
        st.caption(f":material/swap_vert: {sentence(told, 400)}")


def _without_outcomes(task: Task, found: Window) -> None:
    if task == "binary" and found.table[found.table["metric"] == "error_rate"]["value"].isna().all():
        st.caption(
            ":material/hourglass_top: No decision of these months has an outcome yet: only how often an answer is "
            "given can be compared."
        )


def _overview(subject: Subject, found: Window) -> None:
    """Each column by each metric that has a ratio: where to look. A click chooses both."""
    rows = drawn(_overview_made, **subject.key, task=subject.task, first=found.first, last=found.last)
    pairs = tuple(zip(rows["group_column"], rows["metric"], strict=True))
    st.dataframe(
        _overview_shown(rows),
        key=OVERVIEW,
        hide_index=True,
        row_height=_ROW,
        height=min(len(rows), _ROWS_SEEN) * _ROW + _ROW + 3,
        on_select=lambda: _picked(pairs),
        selection_mode="single-cell",
        column_config=_OVERVIEW_COLUMNS,
        placeholder="–",
        alt=f"{count_of(len(rows), 'comparison')} of groups by column and metric, what lies below the line first",
    )
    st.caption(":material/ads_click: Click a row to look closer.")


def _overview_made(*, model: str, version: int, task: Task, first: date, last: date) -> pd.DataFrame:
    found = window(model=model, version=version, task=task, first=first, last=last)
    assert found is not None, "what is drawn has been looked at"
    return overview(found.table)


_OVERVIEW_COLUMNS: dict[str, ColumnConfig] = {
    "Column": st.column_config.TextColumn(width=130),
    "Metric": st.column_config.TextColumn(width=150),
    "Verdict": verdict_column(),
    "Furthest behind": st.column_config.TextColumn(width=150),
    "Ratio": st.column_config.NumberColumn(
        format="%.2f",
        width="small",
        help="Against the best group with enough decisions: 1 is alike, of selection 0.8 the line",
    ),
    "from": st.column_config.NumberColumn(
        format="%.2f", width="small", help="Lower end of the ratio's 95 % interval, for all groups at once"
    ),
    "to": st.column_config.NumberColumn(
        format="%.2f", width="small", help="Upper end of the ratio's 95 % interval, for all groups at once"
    ),
    "n": st.column_config.NumberColumn(format="localized", width="small", help="Decisions of that group"),
    "Best": st.column_config.TextColumn(width=130),
}


def _overview_shown(rows: pd.DataFrame) -> pd.DataFrame:
    columns = ["Column", "Metric", "Verdict", "Group", "Ratio", "Ratio from", "Ratio to", "Best", "n"]
    renamed = {"Group": "Furthest behind", "Ratio from": "from", "Ratio to": "to"}
    return shown_groups(rows)[columns].rename(columns=renamed)


def _picked(pairs: tuple[tuple[str, str], ...]) -> None:
    if cells := st.session_state[OVERVIEW]["selection"]["cells"]:
        st.session_state[COLUMN], st.session_state[RATE] = pairs[cells[0][0]]


def _choice(subject: Subject, found: Window) -> tuple[str, MetricName]:
    """The column and the metric, kept in the address; at first those of the group that is furthest behind."""
    ranked = drawn(_overview_made, **subject.key, task=subject.task, first=found.first, last=found.last)
    columns = list(dict.fromkeys([*ranked["group_column"], *found.table["group_column"]]))
    metrics = METRICS_OF[subject.task]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        column = st.selectbox(
            "Column", columns, key=COLUMN, bind="query-params", format_func=lambda name: one_line(name, 60), width=240
        )
        metric = st.selectbox(
            "Metric", metrics, index=metrics.index(ranked["metric"].iloc[0]) if len(ranked) else 0, key=RATE,
            bind="query-params", format_func=lambda name: METRIC_NAMES[name], width=240,
        )  # fmt: skip
    return str(column), metric


def _groups(subject: Subject, found: Window, column: str, metric: MetricName) -> None:
    rows = found.of(column, metric)
    st.markdown(
        f"**{plain(metric_name(metric, subject.terms))} by {plain(column)}**  \n"
        f":small[:gray[{plain(means(metric, subject.terms), 400)}]]"
    )
    known = rows.dropna(subset=["value"])
    if known.empty:
        empty(
            "No group has an outcome to tell this by yet.",
            "Choose Selection rate, which needs none, or a longer period in the sidebar."
            if metric in RATES
            else "Choose a longer period in the sidebar.",
        )
        return
    shown = known.nlargest(GROUPS_DRAWN, "n")
    chart = charts.groups(shown, metric, _title(subject, metric))
    st.plotly_chart(chart.figure, config=_QUIET, alt=chart.alt, key="fairness_groups")
    if metric in LINED:
        st.caption(
            "Bars are 95 % intervals. :blue[●] alike · :orange[◇] may lie below the line · :red[◆] below it · "
            ":gray[○] too few decisions to judge"
        )
    if small := small_ones(rows):
        st.caption(sentence(small, 600))
    if len(shown) < len(known):
        st.caption(
            f"Drawn are the {number(len(shown))} groups with most decisions, of {number(len(known))}; see the table."
        )
    st.dataframe(
        shown_groups(ordered(rows))[
            ["Group", "Verdict", "Value", "from", "to", "n", "Ratio", "Ratio from", "Ratio to", "Best"]
        ],
        key="fairness_table",
        hide_index=True,
        row_height=_ROW,
        height=min(len(rows), _ROWS_SEEN) * _ROW + _ROW + 3,
        column_config=_table_columns(metric, subject.terms.unit),
        placeholder="–",
        alt=f"{count_of(len(rows), 'group')} of {one_line(column, 60)} with value, interval, decisions and ratio",
    )
    st.caption(sourced(days(found.first, found.last), int(rows["n"].sum()), "decision"))
    download("Download as CSV", "fairness", lambda: found.table[list(DOWNLOADED)])


def _title(subject: Subject, metric: MetricName) -> str:
    """What the values of a metric are, for a chart: in its unit where it is an amount."""
    unit = f", {subject.terms.unit}" if subject.terms.unit and metric in ("mae", "mean_error") else ""
    return f"{metric_name(metric, subject.terms)}{unit}"


def _table_columns(metric: MetricName, unit: str) -> dict[str, ColumnConfig]:
    form = ("%.2f %%" if metric in RATES else "%.2f") if in_percent(metric) else "%.4g"
    number_column = st.column_config.NumberColumn
    return {
        "Group": st.column_config.TextColumn(width=150, pinned=True),
        "Verdict": verdict_column(),
        "Value": number_column(f"Value, {unit}" if unit and metric not in RATES else None, format=form, width="small"),
        "from": number_column(format=form, width="small", help="Lower end of the 95 % interval"),
        "to": number_column(format=form, width="small", help="Upper end of the 95 % interval"),
        "n": number_column(format="localized", width="small", help="Decisions that it was computed from"),
        "Ratio": number_column(format="%.2f", width="small"),
        "Ratio from": number_column(format="%.2f", width="small"),
        "Ratio to": number_column(format="%.2f", width="small"),
        "Best": st.column_config.TextColumn(width=120, help="The group that it is compared with"),
    }


def _over_time(subject: Subject, found: Window, column: str, metric: MetricName) -> None:
    asked: dict[str, Any] = {**subject.key, "first": found.first, "last": found.last}
    made = drawn(_months_drawn, **asked, column=column, metric=metric, title=_title(subject, metric))
    if made is None:
        return
    chart, shown, total, n = made
    section(f"{plain(_title(subject, metric), 100)} by month")
    over_time(chart, "fairness_months", model=subject.model)
    st.caption(
        f"Hollow: too few decisions in that month to judge. {sourced(days(found.first, found.last), n, 'decision')}"
    )
    if shown < total:
        st.caption(f"Drawn are the {number(shown)} groups with most decisions, of {number(total)}; see the download.")
    download(
        "Download as CSV",
        "fairness-by-month",
        lambda: pd.concat([ask(queries.groups, **subject.key), ask(queries.groups, **asked)], ignore_index=True),
    )


def _months_drawn(
    *, model: str, version: int, first: date, last: date, column: str, metric: MetricName, title: str
) -> tuple[Chart, int, int, int] | None:
    key: dict[str, Any] = {"model": model, "version": version}
    rows = pd.concat(
        [part for part in (ask(queries.groups, **key), ask(queries.groups, **key, first=first, last=last)) if len(part)]
    )
    rows = rows[(rows["group_column"] == column) & (rows["metric"] == metric)].dropna(subset=["value"])
    judged = rows[rows["period_start"].notna() & (rows["status"] != "small")]
    counted = judged.groupby("group_value")["n"].sum().sort_values(ascending=False)
    if counted.empty:
        return None
    shown = [str(value) for value in counted.index[:LINES]]
    return charts.months(rows, shown, metric, title), len(shown), len(counted), int(counted.sum())


def _caution() -> None:
    with st.expander("What this can tell, and what it cannot"):
        st.markdown(
            "- **A screening, no verdict.** The four-fifths line says where to look. It is a rule of thumb of a "
            "guideline for hiring in the United States, and neither proves nor rules out discrimination in law.\n"
            "- **Which definition matters is a decision of people.** Where groups differ in how often the outcome is "
            "1, equal selection, equal error rates and equal calibration cannot all hold at once.\n"
            "- **Whether being chosen is good or bad** depends on what follows from it: a loan, or a stopped card. The "
            "line compares how often the answer is given that the model's file calls favourable.\n"
            "- **Outcomes may be unfair themselves.** Rates that need them take what came true as it was recorded.\n"
            "- **Many comparisons find something.** A ratio's interval allows for the number of groups of its column "
            "and for the best being the best partly by luck; not for the number of columns, months and models.\n"
            "- **Only selection has a line.** Ratios of errors are shown; the guideline sets no line for them, and "
            "neither does this page. Small groups are shown and not judged."
        )
        link("glossary", "The words in the glossary", icon=":material/menu_book:", params={"term": "four-fifths rule"})
