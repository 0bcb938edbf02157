"""The tab Versions of the page of one model: a metric over the versions, and the table of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from watchroom.charts.style import Chart
from watchroom.charts.versions import metric_by_version
from watchroom.store.queries import models as queries
from watchroom.store.queries.models import Model
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.states import empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import UNKNOWN, count_of, one_line, when
from watchroom.ui.workspace import facts

METRICS_IN_TABLE = 6
"""Metric columns beside a version; the download has all of them."""

_BETTER = {"lower": "Lower is better", "higher": "Higher is better", "zero": "Nearest to zero is better"}
UNKNOWN_WAY = "Which way is better is unknown"

_HELD_OUT = ("test", "holdout", "held_out", "valid", "val_", "eval")
"""Parts of a metric's name that say that it was measured on data kept from the training."""


@dataclass(frozen=True)
class Versions:
    """The versions as the table shows them, and the metrics to choose from, the most telling first.

    `measured` is how many versions have a value of any.
    """

    table: pd.DataFrame
    metrics: tuple[str, ...]
    measured: int


@dataclass(frozen=True)
class Metric:
    """A metric over the versions, which way is better, and over how many versions it is known."""

    chart: Chart
    better: str
    versions: int


def show(model: Model, version: int | None) -> None:
    """The tab, for all versions or for one."""
    if not model.versions:
        register = "Register one with mlflow.register_model, then refresh."
        empty("No version is registered yet.", register, command="watchroom refresh")
        return
    found = drawn(_versions, model=model.name, version=version)
    if found.table.empty:
        empty(f"There is no version {version}.", "Choose another version in the sidebar.")
        return
    _metric_chart(model, found)
    st.dataframe(
        found.table,
        hide_index=True,
        placeholder="–",
        column_config={"Version": st.column_config.NumberColumn(width="small", format="%d")},
        alt=f"{count_of(len(found.table), 'version')} of the model with aliases, run, metrics, signature and approval",
    )
    narrowed = f"version {version} only" if version is not None else "all versions"
    st.caption(sourced(narrowed, len(found.table), "version"))
    download("Download as CSV", "versions", lambda: file(model.name, version))


def _metric_chart(model: Model, versions: Versions) -> None:
    if not versions.metrics:
        st.caption("The runs of these versions hold no metrics, or are not in the snapshot.")
        return
    if versions.measured < 2:
        return
    label = "Metric of each version's run, its last value"
    chosen = st.selectbox(label, versions.metrics, key="metric", bind="query-params", width=340)
    found = drawn(_metric, model=model.name, metric=str(chosen), aliases=_aliases(model))
    st.plotly_chart(found.chart.figure, config={"displayModeBar": False}, alt=found.chart.alt, key="metric_by_version")
    source = sourced("all versions", found.versions, "version")
    st.caption(f"{_BETTER.get(found.better, UNKNOWN_WAY)}, judged by the metric's name · {source}")


def _metric(*, model: str, metric: str, aliases: tuple[tuple[int, str], ...]) -> Metric:
    values = ask(queries.version_metrics, model=model).dropna(subset=["last"])
    of_metric = values[values["key"] == metric]
    chart = metric_by_version(of_metric, metric, dict(aliases))
    return Metric(chart, str(of_metric["better"].iloc[0]), len(of_metric))


def _aliases(model: Model) -> tuple[tuple[int, str], ...]:
    named = {}
    if model.challenger is not None:
        named[model.challenger] = "challenger"
    if model.champion is not None:
        named[model.champion] = "champion"
    return tuple(named.items())


def telling_first(values: pd.DataFrame, monitored: str | None) -> list[str]:
    """The metrics of `values` (version, key), the most telling first.

    That is what the model is `monitored` by, on data kept from the training before others; then what most versions
    have. What was measured on training data says least and comes last.
    """
    versions = values.groupby("key")["version"].nunique()

    def rank(key: str) -> tuple[object, ...]:
        name = key.lower()
        is_monitored = monitored is not None and monitored.lower() in name
        held_out = any(part in name for part in _HELD_OUT)
        return (not is_monitored, "train" in name, is_monitored and not held_out, -versions[key], "bias" in name, key)

    return sorted((str(key) for key in versions.index), key=rank)


def _versions(*, model: str, version: int | None) -> Versions:
    found, values = _asked(model, version)
    sheet = ask(queries.sheet, model=model)
    metrics = telling_first(values, sheet.monitored if sheet else None)
    table = _table(found, values, metrics)
    finite = values.dropna(subset=["last"])
    known = set(finite["key"])
    return Versions(table, tuple(metric for metric in metrics if metric in known), finite["version"].nunique())


def _asked(model: str, version: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    found = ask(queries.versions, model=model)
    if version is not None:
        found = found[found["version"] == version]
    return found, ask(queries.version_metrics, model=model)


def _table(found: pd.DataFrame, values: pd.DataFrame, metrics: list[str]) -> pd.DataFrame:
    zone = facts().zone
    with reading() as snapshot:
        now = snapshot.made_at
    rows = [
        {
            "Version": int(row["version"]),
            "Aliases": ", ".join(one_line(alias, 40) for alias in _list(row["aliases"])) or "–",
            "Approval": row["approval"],
            "Created": when(or_none(row["created_at"]), zone, now=now),
            "Run": _run(row),
            "Commit": _commit(row),
            "Flavours": ", ".join(_list(row["flavors"])) or UNKNOWN,
            "Signature": signature(or_none(row["signature_inputs"]), or_none(row["mlmodel_problem"])),
            "Input example": {True: "yes", False: "no"}.get(or_none(row["has_input_example"]), UNKNOWN),
            "Registered by": or_none(row["user"]) or UNKNOWN,
        }
        for row in found.to_dict("records")
    ]
    if not rows:
        return pd.DataFrame()
    table = pd.DataFrame(rows)
    wide = _wide(values, found["version"], metrics)
    for place, metric in enumerate(list(wide)[:METRICS_IN_TABLE]):
        table.insert(3 + place, one_line(metric, 40), wide[metric].to_numpy(), allow_duplicates=True)
    return table.loc[:, ~table.columns.duplicated()]


def file(model: str, version: int | None) -> pd.DataFrame:
    """The versions with all that is known of them, and each metric in a column of its own."""
    found, values = _asked(model, version)
    wide = _wide(values, found["version"], telling_first(values, None)).add_prefix("metric:").reset_index(drop=True)
    return pd.concat([found.reset_index(drop=True), wide], axis=1)


def _wide(values: pd.DataFrame, versions: pd.Series, metrics: list[str]) -> pd.DataFrame:
    wide = values.pivot_table(index="version", columns="key", values="last", aggfunc="first")
    return wide.reindex(index=[int(version) for version in versions], columns=metrics)


def _run(row: Mapping[Any, Any]) -> str:
    run_id = or_none(row["run_id"])
    if run_id is None:
        return "none recorded"
    name = or_none(row["run_name"])
    if not row["run_known"]:
        return f"{one_line(str(run_id)[:8])}, gone"
    return f"{one_line(name or run_id, 60)}{', deleted' if row['run_deleted'] else ''}"


def _commit(row: Mapping[Any, Any]) -> str:
    commit = or_none(row["commit"])
    if commit is None:
        return UNKNOWN
    return f"{str(commit)[:8]}{', uncommitted changes' if row['dirty'] is True else ''}"


def signature(inputs: str | None, problem: str | None) -> str:
    """`14 inputs`, or why it is not known."""
    if inputs is None:
        return f"{UNKNOWN}: {one_line(problem, 60)}" if problem else "none"
    try:
        columns = json.loads(inputs)
    except ValueError:
        return UNKNOWN
    return count_of(len(columns), "input") if isinstance(columns, list) else "1 input"


def _list(value: object) -> list[str]:
    return [str(item) for item in value] if hasattr(value, "__iter__") and not isinstance(value, str) else []


def or_none(value: Any) -> Any:
    """The value, None for each of the ways in which pandas says that there is none."""
    return None if value is None or value is pd.NaT or value is pd.NA or value != value else value
