"""What the runs of two versions tell by themselves: the spread over repeated seeds, or else two single figures."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from watchroom.domain import spread
from watchroom.store.queries import pairs as queries
from watchroom.ui.room import ask
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, one_line, plain, sentence
from watchroom.ui.versions_real_words import probability

ROW, SEEN = 34, 10


def show(model: str, versions: tuple[int, int], *, alone: bool) -> None:
    """A part of the page when the runs tell anything; `alone` when there are no shared decisions to tell more."""
    runs = ask(queries.repeated_runs, model=model, versions=versions)
    if runs.empty:
        if alone:
            st.caption("The runs that these versions came from are gone, or have logged no metrics.")
        return
    counts = runs.groupby("version")["run_id"].nunique()
    older, newer = (int(counts.get(one, 0)) for one in versions)
    repeated = min(older, newer) > 1
    if not repeated and not alone:
        return
    st.subheader("From the training runs", anchor=False)
    table = metric_table(runs, versions)
    if repeated:
        st.markdown(sentence(_told(table, versions, older, newer), 500))
    else:
        st.markdown(sentence(_warning(versions, older, newer), 600))
    st.dataframe(
        table,
        key="versions_runs",
        hide_index=True,
        row_height=ROW,
        height=min(len(table), SEEN) * ROW + ROW + 3,
        column_config={"Metric": st.column_config.TextColumn(width=200)},
        placeholder="–",
        alt=f"{count_of(len(table), 'metric')} of the runs of versions {versions[0]} and {versions[1]}",
    )
    st.caption(
        plain(
            f"{count_of(older, 'run')} of version {versions[0]} and {count_of(newer, 'run')} of version {versions[1]}: "
            "of the same experiment and with the same parameters but the seed. Last values. The interval is Welch's.",
            400,
        )
    )
    download("Download as CSV", "versions-runs", lambda: runs)


def _told(table: pd.DataFrame, versions: tuple[int, int], older: int, newer: int) -> str:
    known = table.dropna(subset=["Newer better"])
    sure = int(((known["from"] > 0) | (known["to"] < 0)).sum())
    verb = "differs" if sure == 1 else "differ"
    return (
        f"Over {older} and {newer} seeds, {sure} of {count_of(len(known), 'metric')} {verb} between version "
        f"{versions[0]} and version {versions[1]} by more than the seeds alone make them. That is how training varies, "
        "on the data that the runs were judged by; it says nothing of how decisions vary."
    )


def _warning(versions: tuple[int, int], older: int, newer: int) -> str:
    few = [f"version {one}" for one, count in zip(versions, (older, newer), strict=True) if count < 2]
    return (
        f"Of {' and '.join(few)} there is one run, so nothing tells how much of a difference another seed would have "
        "made. Repeat the runs with other seeds, five or more, before you trust a small difference; and judge both by "
        "the same data."
    )


def metric_table(runs: pd.DataFrame, versions: tuple[int, int]) -> pd.DataFrame:
    """Each metric that both have logged: means, the difference, Welch's interval, how probably the newer is better."""
    rows = []
    for metric, found in runs.groupby("metric", sort=True):
        older, newer = (found[found["version"] == one] for one in versions)
        if older.empty or newer.empty:
            continue
        one = spread.between(older["value"], newer["value"], found["better"].iloc[0])
        a, b = spread.of(older["value"]), spread.of(newer["value"])
        rows.append((metric, a.mean, a.sd, b.mean, b.sd, one.difference, one.low, one.high, one.b_better))
    names = (
        "Metric",
        *(f"{what} {version}" for version in (f"v{versions[0]}", f"v{versions[1]}") for what in ("Mean", "Spread")),
        *("Difference", "from", "to", "Newer better"),
    )
    table = pd.DataFrame(rows, columns=list(names))
    table["Metric"] = [one_line(name, 60) for name in table["Metric"]]
    table["Newer better"] = [None if math.isnan(one) else probability(one) for one in table["Newer better"]]
    return table
