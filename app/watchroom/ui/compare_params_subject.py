"""What the pictures of parameters are made of: runs, a metric of theirs, and their parameters' values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from watchroom.domain.configurations import count
from watchroom.domain.run_groups import Values
from watchroom.store.queries import run_params
from watchroom.store.queries.run_params import Params
from watchroom.ui.compare_choice import Chosen
from watchroom.ui.names import told_apart
from watchroom.ui.room import ask
from watchroom.ui.states import sourced
from watchroom.ui.text import count_of, number, one_line, plain

PARAM = "param"
"""Key, and name in the address, of the parameter that is looked at."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Subject:
    """What is looked at: the runs that have a finite value of the metric, and the parameters that vary among them.

    Runs that are deleted in MLflow are none of them; `deleted` counts them. `places` has the configuration of each run:
    runs that are alike in all but the seed are one. `better` is the metric's direction as in the table `metrics`, None
    when it is not known; `total` counts the runs that are compared.
    """

    run_ids: tuple[str, ...]
    total: int
    metric: str
    statistic: str
    better: str | None
    params: Params
    places: tuple[int, ...]
    deleted: int

    @classmethod
    def of(cls, chosen: Chosen, metric: str, better: str | None) -> Subject:
        """The runs of the choice that can be looked at by this metric."""
        found = ask(run_params.metric_values, run_ids=chosen.run_ids, metric=metric, statistic=chosen.statistic)
        some = tuple(run_id for run_id, value in zip(chosen.run_ids, found, strict=True) if value is not None)
        params = ask(run_params.params, run_ids=some)
        places = ask(run_params.configurations, run_ids=some)
        deleted = len(ask(run_params.deleted, run_ids=chosen.run_ids))
        return cls(some, len(chosen.run_ids), metric, chosen.statistic, better, params, places, deleted)

    @property
    def keys(self) -> tuple[str, ...]:
        """The parameters that vary."""
        return tuple(one.key for one in self.params.varying)

    @property
    def configurations(self) -> int:
        """How many the runs are of."""
        return count(self.places)


def select(label: str, options: list[str], key: str, width: int = 300, at: int = 0) -> str:
    """A choice kept in the address; one that is not there any more is the usual one."""
    shown = told_apart(options, 80)
    asked = st.session_state.get(key) or st.query_params.get(key)
    if asked and asked not in shown and asked not in shown.values():
        st.session_state[key] = options[at]
    picked = st.selectbox(
        label, options, index=at, key=key, bind="query-params", width=width, format_func=lambda one: shown.get(one, one)
    )
    return str(picked)


def asked(subject: Subject) -> dict[str, Any]:
    """What `drawn` is asked with."""
    return {"run_ids": subject.run_ids, "metric": subject.metric, "statistic": subject.statistic}


def read(
    run_ids: tuple[str, ...], metric: str, statistic: str, keys: tuple[str, ...]
) -> tuple[dict[str, Values], Floats]:
    """The parameters' values by name, and the metric of each run, all of which have it."""
    values = ask(run_params.metric_values, run_ids=run_ids, metric=metric, statistic=statistic)
    numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return ask(run_params.values, run_ids=run_ids, keys=keys), numbers


def metric_of(subject: Subject) -> Floats:
    """The metric of each run."""
    return read(**asked(subject), keys=())[1]


def values(subject: Subject, *keys: str) -> list[Values]:
    """What the runs have of these parameters."""
    found = ask(run_params.values, run_ids=subject.run_ids, keys=keys)
    return [found[key] for key in keys]


def lacking(subject: Subject, *values: Values) -> list[str]:
    """How many runs are left out, and why."""
    found = []
    if subject.deleted:
        found.append(f"{count_of(subject.deleted, 'run')} deleted in MLflow left out.")
    if gone := subject.total - subject.deleted - len(subject.run_ids):
        found.append(f"{number(gone)} of {count_of(subject.total, 'run')} without a finite {subject.metric} left out.")
    for one in values:
        missing = sum(text is None for text in one.texts)
        if missing:
            found.append(f"{count_of(missing, 'run')} without {one.key} left out.")
        if one.is_number and (texts := sum(t is not None for t in one.texts) - int(np.isfinite(one.numbers).sum())):
            found.append(f"{count_of(texts, 'run')} whose {one.key} is no number left out.")
    return found


def clicked(state: Any) -> str:
    """What the point stands for that was clicked in a chart; empty when none is."""
    points = state["selection"]["points"] if state else ()
    given = points[0].get("customdata") if points else None
    found = given[0] if isinstance(given, list | tuple) and given else given
    return str(found) if found else ""


def sources(subject: Subject, n: int, notes: list[str]) -> None:
    """What is left out, and where the figures come from."""
    told = " ".join(note for note in notes if note)
    st.caption(
        f"{plain(told, 500)} {sourced(f'{subject.statistic.capitalize()} of {one_line(subject.metric, 80)}', n, 'run')}"
    )
