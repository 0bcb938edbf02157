"""One feature of a model: its values in the window against what they are compared with, and how it came to that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from watchroom.charts import distribution
from watchroom.charts import health as charts
from watchroom.charts.style import Chart
from watchroom.charts.words import days, share
from watchroom.store.queries import health as queries
from watchroom.ui.alerts_words import feature_name
from watchroom.ui.alerts_words import figure as short
from watchroom.ui.health_bins import groups
from watchroom.ui.health_subject import Subject, Window
from watchroom.ui.health_window import Compared, Feature, compared, every_method
from watchroom.ui.health_words import capital, method_name
from watchroom.ui.lights import light_badge
from watchroom.ui.over_time import over_time
from watchroom.ui.room import ask, drawn
from watchroom.ui.states import empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, plain, sentence

FEATURE = "feature"
"""The key of the feature that is looked at, in the address too."""

QUIET = {"displayModeBar": False}


def choose(names: Sequence[str]) -> str | None:
    """The feature to look at, the first until somebody chooses; None when nothing is watched."""
    if not names:
        return None
    asked = st.session_state.get(FEATURE) or st.query_params.get(FEATURE)
    unknown = [asked] if asked and asked not in names else []
    picked = st.selectbox(
        "Look closer at",
        [*names, *unknown],
        key=FEATURE,
        bind="query-params",
        width=360,
    )
    if picked not in names:
        empty(f"There is no feature “{picked}” in this version.", "Choose another one above.")
        return None
    return str(picked)


def pick(name: str) -> None:
    """Make a feature the one that is looked at: for the callback of a click."""
    st.session_state[FEATURE] = name


def show(subject: Subject, window: Window, against: str, name: str) -> None:
    """The feature, whole."""
    asked: dict[str, Any] = {**subject.key, "first": window.first, "last": window.last, "against": against}
    found = compared(**asked)
    row = dict(found.table[found.table["feature"] == name].iloc[0])
    method = method_name(str(row["method"]))
    limits = f"watch from {short(row['watch'])}, drifted from {short(row['drifted'])}"
    moved = f"{share(row['moved'])} of its decisions lie where {found.against} would not have them"
    told = f"{method} {short(row['value'])}, {limits}; {moved}."
    st.markdown(
        f"**{sentence(capital(feature_name(name)))}** {light_badge(str(row['status']))}  \n{sentence(told, 400)}"
    )
    if row["status"] == "no data":
        st.caption(f":material/info: {plain(_untold(row), 200)}")
    left, right = st.columns([5, 6], gap="medium")
    with left:
        _bins(asked, name, found)
    with right:
        _over_time(subject, name, str(row["method"]))
    _methods(found.features[name], window)


def _untold(row: dict[str, Any]) -> str:
    if not row["n"]:
        return "It has no value in these days."
    if row["feature"] == "@outcome":
        return "Most outcomes of these days are still to come, so how they are spread says nothing yet."
    return f"{count_of(row['n'], 'decision')} are too few to tell: chance alone may give {short(row['noise'])}."


def _bins(asked: dict[str, Any], name: str, found: Compared) -> None:
    chart = drawn(_bins_drawn, **asked, feature=name)
    feature, period = found.features[name], days(asked["first"], asked["last"])
    st.markdown(f":small[Share of decisions: **bars** {plain(period)}; **:orange[marks]** {plain(found.against)}]")
    st.plotly_chart(chart.figure, config=QUIET, alt=chart.alt, key="feature_bins")
    before = count_of(int(feature.watched.bins.reference.sum()), "row")
    st.caption(f"{sourced(period, int(feature.counts.sum()), 'decision')} · compared with {plain(before)}")
    download("As a table", "feature-bins", lambda: bins_table(feature))


def _bins_drawn(*, feature: str, **asked: Any) -> Chart:
    found = compared(**asked)
    shown = groups(found.features[feature])
    before, now = (max(sum(getattr(one, part) for one in shown), 1) for part in ("before", "now"))
    return distribution.bins(
        [one.label for one in shown],
        [one.before / before for one in shown],
        [one.now / now for one in shown],
        found.against,
        days(asked["first"], asked["last"]),
    )


def bins_table(feature: Feature) -> pd.DataFrame:
    """Every bin with its counts in both."""
    bins = feature.watched.bins
    return pd.DataFrame(
        {"bin": bins.bin, "lower": bins.lower, "upper": bins.upper, "value": feature.watched.values,
         "compared_with": bins.reference, "period": feature.counts[0]}
    )  # fmt: skip


def _over_time(subject: Subject, name: str, method: str) -> None:
    """Drift and quality by week in the scope's period, from what the refresh worked out."""
    period = subject.period
    asked: dict[str, Any] = {**subject.key, "first": period.first, "last": period.last, "feature": name}
    found = drawn(_over_time_drawn, **asked)
    st.markdown(f":small[{plain(method_name(method))} by week against the reference]")
    over_time(found.drift, "feature_drift", model=subject.model.name)
    if found.quality is not None:
        st.markdown(":small[Missing, unseen, out of range: share of the decisions of a week]")
        over_time(found.quality, "feature_quality", model=subject.model.name)
    st.caption(sourced(period.label, found.n, "decision"))
    download("As a table", "feature-by-week", lambda: over_time_table(**asked))


@dataclass(frozen=True)
class _OverTime:
    drift: Chart
    quality: Chart | None
    n: int


def _over_time_drawn(*, feature: str, **asked: Any) -> _OverTime:
    rows = ask(queries.drift, **asked, grain="week", feature=feature)
    wrong = ask(queries.quality, **asked, grain="week", feature=feature)
    first = rows.iloc[0] if len(rows) else None
    limits = (None, None) if first is None else (float(first["watch"]), float(first["drifted"]))
    title = "Drift" if first is None else method_name(str(first["method"]))
    quality = charts.quality(wrong) if len(wrong) else None
    return _OverTime(charts.drift(rows, f"{title} of {feature}", *limits), quality, int(rows["n"].sum()))


def over_time_table(*, feature: str, **asked: Any) -> pd.DataFrame:
    """Drift and quality of a feature by week."""
    rows = ask(queries.drift, **asked, grain="week", feature=feature)
    wrong = ask(queries.quality, **asked, grain="week", feature=feature).drop(columns=["feature", "n"])
    return rows.merge(wrong, on=["period_start", "period_end"], how="left", suffixes=("", "_of_quality"))


def _methods(feature: Feature, window: Window) -> None:
    found = every_method(feature)
    st.markdown(f":small[By every method that fits it, {plain(days(window.first, window.last))}]")
    with st.grid(len(found), min_column_width=150):
        for method in found.itertuples():
            told = "by chance up to " + short(float(str(method.noise)))
            with st.container(border=True, height="stretch", gap="xxsmall"):
                about = f"{method.title}: {method.definition}. {method.source}."
                st.metric(method_name(str(method.method)), short(float(str(method.value))), help=plain(about, 600))
                st.caption(plain(told))
