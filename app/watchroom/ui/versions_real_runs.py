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
    every = ask(queries.repeated_runs, model=model, versions=versions)
    if every.empty:
        if alone:
            st.caption("The runs that these versions came from are gone, or have logged no metrics.")
        return
    same, repeated = bool(every["same"].any()), seeds_repeated(every, versions)
    if not (repeated or alone or same):
        return
    st.subheader("From the training runs", anchor=False)
    if same:
        st.markdown(sentence(_same(versions), 500))
        return
    runs = every[every["seed"].notna()] if repeated else every
    counts = runs.groupby("version")["run_id"].nunique()
    older, newer = (int(counts.get(one, 0)) for one in versions)
    table = metric_table(runs, versions)
    words = _told(table, versions, older, newer) if repeated else _warning(every, versions)
    st.markdown(sentence(words, 600))
    _table(table, versions)
    _rests_on(versions, older, newer, "seed" if repeated else "run")
    download("Download as CSV", "versions-runs", lambda: runs)


def seeds_repeated(runs: pd.DataFrame, versions: tuple[int, int]) -> bool:
    """Whether either version's run was repeated with another seed: without two seeds nothing tells their spread."""
    seeds = runs.groupby("version")["seed"].nunique()
    return all(int(seeds.get(one, 0)) > 1 for one in versions)


def _table(table: pd.DataFrame, versions: tuple[int, int]) -> None:
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


def _rests_on(versions: tuple[int, int], older: int, newer: int, what: str) -> None:
    told = f"{count_of(older, what)} of version {versions[0]} and {count_of(newer, what)} of version {versions[1]}: "
    alike = "runs of the same experiment with the same parameters but the seed, the same data and, where it is known, "
    st.caption(plain(f"{told}{alike}the same commit. Last values. The interval is Welch's.", 400))


def _same(versions: tuple[int, int]) -> str:
    return (
        f"Versions {versions[0]} and {versions[1]} were trained with the same settings: their runs are one group, "
        "which compared with itself would tell nothing. Whatever differs between the two, the logged parameters, data "
        "and commit do not say."
    )


def _told(table: pd.DataFrame, versions: tuple[int, int], older: int, newer: int) -> str:
    known = table.dropna(subset=["Newer better"])
    sure = int(((known["from"] > 0) | (known["to"] < 0)).sum())
    verb = "differs" if sure == 1 else "differ"
    return (
        f"Over {older} and {newer} seeds, {sure} of {count_of(len(known), 'metric')} {verb} between version "
        f"{versions[0]} and version {versions[1]} by more than the seeds alone make them. That is how training varies, "
        "on the data that the runs were judged by; it says nothing of how decisions vary."
    )


def _warning(runs: pd.DataFrame, versions: tuple[int, int]) -> str:
    """Why nothing tells how much a seed makes: one run, or several of which no two are known to differ in the seed."""
    by_version = runs.groupby("version")
    seeds, counts = by_version["seed"].nunique(), by_version["run_id"].nunique()
    few = [one for one in versions if int(seeds.get(one, 0)) < 2]
    told = " and ".join(f"version {one} ({count_of(int(counts.get(one, 0)), 'run')})" for one in few)
    return (
        f"Of {told} no two runs of the same settings are known to differ in the seed, so nothing tells how much of a "
        "difference another seed would have made. Repeat the runs with other seeds, five or more, log the seed as a "
        "parameter, and judge both by the same data, before you trust a small difference."
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
