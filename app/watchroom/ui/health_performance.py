"""How well a model does: its metric over time from outcomes and estimated, every metric of the period, calibration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from watchroom.charts import distribution
from watchroom.charts import health as charts
from watchroom.charts.health import Line
from watchroom.charts.style import Chart
from watchroom.charts.words import days, share
from watchroom.domain.performance import (
    Cells,
    Measured,
    binary,
    calibration_curve,
    limits_of,
    multiclass,
    performance_status,
    regression,
)
from watchroom.domain.vocabulary import METRICS
from watchroom.store.queries import health as queries
from watchroom.store.queries import windows
from watchroom.ui.health_drift import choose_grain
from watchroom.ui.health_empty import no_limits, no_outcomes, no_period
from watchroom.ui.health_subject import Subject, Window, spec_of
from watchroom.ui.health_words import capital, dated, metric_name
from watchroom.ui.lights import light_column
from watchroom.ui.over_time import over_time
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, plain

QUIET = {"displayModeBar": False}
BETTER = {"higher": "Higher is better", "lower": "Lower is better", "near zero": "Nearest to zero is best"}


def show(subject: Subject) -> None:
    """The tab."""
    window = subject.period
    if window.last < window.first:
        no_period(window.label, dated(subject.days[1], subject.today))
        return
    known = ask(queries.metrics, **subject.key)  # type: ignore[arg-type]
    if subject.spec.outcomes is None:
        no_outcomes(subject.model)
    if not known:
        if subject.spec.outcomes is not None:
            empty(
                "Performance is not known yet.",
                "No outcome has been joined to a decision of this version, and there is nothing to estimate from.",
            )
        return
    _over_time(subject, window, known)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _all_metrics(subject, window)
    with right:
        if (subject.spec.task or subject.model.task) == "binary":
            _calibration(subject, window)


def _in_order(known: tuple[tuple[str, bool], ...], wanted: str | None) -> list[str]:
    """The metric of the model's file first, then those with limits, then the rest as the vocabulary has them."""
    places = {name: place for place, name in enumerate(METRICS)}
    ranked = sorted(known, key=lambda one: (one[0] != wanted, not one[1], places.get(one[0], len(places))))
    return [metric for metric, _ in ranked]


def _over_time(subject: Subject, window: Window, known: tuple[tuple[str, bool], ...]) -> None:
    given = subject.spec.monitor.performance
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        metric = st.selectbox(
            "Metric", _in_order(known, given.metric if given else None), key="measure", bind="query-params",
            format_func=lambda name: capital(metric_name(name)), width=240,
        )  # fmt: skip
        grain = choose_grain()
    asked: dict[str, Any] = {
        **subject.key,
        "grain": grain,
        "first": window.first,
        "last": window.last,
        "metric": metric,
    }
    rows = ask(queries.performance, **asked)
    if rows.empty:
        empty("This metric has no values in the period.", "Choose another metric, or a longer period in the sidebar.")
        return
    chart = drawn(_drawn, **asked)
    over_time(chart, "performance", model=subject.model.name)
    realized = rows[rows["kind"] == "realized"]
    n, labelled = int(realized["n"].sum()), int(realized["n_labelled"].sum())
    better = BETTER[METRICS[metric].better] if metric in METRICS else ""
    st.caption(
        f"{plain(better)} · {sourced(window.label, labelled, 'outcome')} · {plain(count_of(n, 'decision'))}, "
        f"{plain(share(labelled / n if n else 0.0))} of them with an outcome"
    )
    _said(realized, grain)
    if not rows["watch"].notna().any() and not rows["failing"].notna().any():
        no_limits(str(metric))
    download("Download as CSV", "performance", lambda: rows)


def _said(realized: pd.DataFrame, grain: str) -> None:
    """What is to be known of the newest periods before anybody reads the line."""
    for row in realized.sort_values("period_start", ascending=False).head(2)[::-1].itertuples():
        if isinstance(row.reason, str) and row.reason:
            period = days(row.period_start, row.period_end)
            st.caption(f":material/hourglass_top: {plain(f'{period}: {row.reason}.', 200)}")


def _drawn(*, metric: str, **asked: Any) -> Chart:
    rows = ask(queries.performance, **asked, metric=metric)
    lines = [
        Line(label, float(values.iloc[-1]), kind)
        for label, column, kind in (("reference", "reference_value", "reference"), ("watch", "watch", "watch"),
                                    ("failing", "failing", "bad"))
        if len(values := rows[column].dropna())
    ]  # fmt: skip
    return charts.performance(rows, capital(metric_name(metric)), lines)


def _all_metrics(subject: Subject, window: Window) -> None:
    asked: dict[str, Any] = {**subject.key, "first": window.first, "last": window.last}
    table = drawn(metrics_table, **asked)
    n, labelled = ask(windows.decisions, **asked)
    st.markdown(f"**Every metric, {plain(days(window.first, window.last))}**")
    if not labelled:
        empty("No outcomes yet in this period.", "Choose a longer period in the sidebar.")
        return
    st.dataframe(
        _shown(table),
        hide_index=True,
        row_height=34,
        placeholder="–",
        column_config={
            "Light": light_column("Light"),
            "Metric": st.column_config.TextColumn(width=140),
            "Value": st.column_config.NumberColumn(format="%.4g", width="small"),
            "95 % from": st.column_config.NumberColumn(format="%.4g", width="small"),
            "to": st.column_config.NumberColumn(format="%.4g", width="small"),
            "Reference": st.column_config.NumberColumn(format="%.4g", width="small"),
        },
        alt=f"{len(table)} metrics of the period with intervals and the reference's values",
    )
    st.caption(f"{sourced(window.label, labelled, 'outcome')} of {plain(count_of(n, 'decision'))}")
    download("Download as CSV", "metrics-of-period", lambda: table)


def metrics_table(*, model: str, version: int, first: date, last: date) -> pd.DataFrame:
    """Every metric of the task in the window, from outcomes: metric, value, low, high, reference, status, reason."""
    spec = spec_of(model)
    task = (spec.task if spec else None) or ask(queries.watching, model=model).task
    now = _measured(task, model, version, first, last)
    before = _measured(task, model, version, None, None)
    given = spec.monitor.performance if spec else None
    n, labelled = ask(windows.decisions, model=model, version=version, first=first, last=last)
    rows = []
    for metric, measured in now.items():
        reference = before[metric].value if metric in before else float("nan")
        status, reason = "no data", None
        if given is not None and given.metric == metric:
            held = given.absolute
            watch, failing = (held.watch, held.failing) if held else (given.watch, given.failing)
            limits = limits_of(
                metric, None if np.isnan(reference) else reference, watch, failing, absolute=held is not None
            )
            status, reason = performance_status(metric, measured, limits, decisions=n, labelled=labelled)
        rows.append((metric, measured.value, measured.low, measured.high, reference, status, reason))
    return pd.DataFrame(rows, columns=["metric", "value", "low", "high", "reference", "status", "reason"])


def _measured(
    task: str | None, model: str, version: int, first: date | None, last: date | None
) -> Mapping[str, Measured]:
    if task == "regression":
        return regression(ask(windows.errors, model=model, version=version, first=first, last=last))
    cells = ask(windows.cells, model=model, version=version, first=first, last=last)
    return binary(cells) if task == "binary" else multiclass(cells)


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Metric": [capital(metric_name(metric)) for metric in table["metric"]],
            "Value": table["value"],
            "95 % from": table["low"],
            "to": table["high"],
            "Reference": table["reference"],
            "Light": [[status] if status != "no data" else [] for status in table["status"]],
        }
    )


def _calibration(subject: Subject, window: Window) -> None:
    found = drawn(_curve, **subject.key, first=window.first, last=window.last)  # type: ignore[arg-type]
    st.markdown(
        "**Do the scores keep their word?**  \n:small[:blue[**Blue**] the period, grey the reference; on the broken "
        "line what was scored 70 % came true in 70 %]"
    )
    if found is None:
        st.caption("No score with an outcome in this period.")
        return
    chart, n = found
    st.plotly_chart(chart.figure, config=QUIET, alt=chart.alt, key="calibration")
    st.caption(sourced(window.label, n, "outcome"))


def _curve(*, model: str, version: int, first: date, last: date) -> tuple[Chart, int] | None:
    now = _calibrated(ask(windows.cells, model=model, version=version, first=first, last=last))
    before = _calibrated(ask(windows.cells, model=model, version=version))
    return (distribution.calibration(now, before), int(now["n"].sum())) if len(now) else None


def _calibrated(cells: Cells) -> pd.DataFrame:
    found = calibration_curve(cells)
    return pd.DataFrame(
        {"score": found.score, "observed": found.rate, "low": found.low, "high": found.high, "n": found.n}
    )
