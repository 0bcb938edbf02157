"""What is asked of the log: the controls of the search, and the search that they come to."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from watchroom.desk.decisions import Condition, Search
from watchroom.domain.vocabulary import Task
from watchroom.store.queries import health as health_queries
from watchroom.store.queries import windows
from watchroom.store.queries.windows import Watched
from watchroom.store.snapshot import Snapshot
from watchroom.ui.decision_controls import label_of
from watchroom.ui.room import ask
from watchroom.ui.text import one_line, plain

ANY, KNOWN, UNKNOWN, WRONG = "Any", "Known", "Not known yet", "Prediction was wrong"

ORDERS: dict[str, Literal["newest", "score_high", "score_low", "largest_error"]] = {
    "Newest first": "newest",
    "Highest score first": "score_high",
    "Lowest score first": "score_low",
    "Largest error first": "largest_error",
}
OF_AMOUNTS = {"score_high": "Largest prediction first", "score_low": "Smallest prediction first"}

MOST_CONDITIONS = 4
"""Conditions on inputs: with more a person has lost track of what is asked."""

_KEPT: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
"""In the address too: whoever reloads it or gets the link sees the same decisions."""

NUMBER_OPS: dict[str, Literal["=", "!=", "<", "<=", ">", ">=", "missing"]] = {
    "at least": ">=", "at most": "<=", "more than": ">", "less than": "<", "is": "=", "is not": "!=",
    "is missing": "missing",
}  # fmt: skip


def filters(model: str, task: Task | None, version: int | None) -> Search:
    """The controls; what they ask for."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        low, high = _scores(task)
        predictions = _predictions(model) if task != "regression" else ()
        outcome = _outcome(task)
        order = _order(task)
        against = _disagree(model, version)
    conditions = _conditions(model)
    first = version or _serving(model)
    return Search(
        versions=(version,) if version is not None and against is None else (),
        score_low=low,
        score_high=high,
        predictions=predictions,
        outcomes={KNOWN: "known", UNKNOWN: "unknown"}.get(outcome, "any"),  # type: ignore[arg-type]
        wrong=outcome == WRONG,
        conditions=conditions,
        disagree=(first, against) if against is not None and first is not None else None,
        order=order,
    )


def _scores(task: Task | None) -> tuple[float | None, float | None]:
    if task == "regression":
        low = st.number_input("Predicted at least", value=None, key="find_least", width=150, **_KEPT)
        high = st.number_input("at most", value=None, key="find_most", width=150, **_KEPT)
        return low, high
    low, high = st.slider("Score", 0.0, 1.0, (0.0, 1.0), 0.01, key="find_score", width=220, **_KEPT)
    return (low if low > 0 else None), (high if high < 1 else None)


def _predictions(model: str) -> tuple[str, ...]:
    known = ask(predicted, model=model)
    if not known:
        return ()
    return tuple(
        st.multiselect("Predicted", known, key="find_predicted", width=180, placeholder="anything",
                       format_func=lambda text: one_line(text, 40), **_KEPT)
    )  # fmt: skip


def predicted(snapshot: Snapshot, *, model: str) -> tuple[str, ...]:
    """What the model's predictions have been, the most frequent first."""
    rows = snapshot.rows(
        """select predicted from profile_outcomes where model = ? and predicted is not null and group_column = ''
        group by predicted order by sum(n) desc, predicted limit 200""",
        [model],
    )
    return tuple(str(text) for (text,) in rows)


def _outcome(task: Task | None) -> str:
    options = [ANY, KNOWN, UNKNOWN] if task == "regression" else [ANY, KNOWN, UNKNOWN, WRONG]
    return str(st.selectbox("Outcome", options, key="find_outcome", width=190, **_KEPT))


def _order(task: Task | None) -> Literal["newest", "score_high", "score_low", "largest_error"]:
    labels = {OF_AMOUNTS.get(order, label) if task == "regression" else label: order for label, order in ORDERS.items()}
    if task == "multiclass":
        labels.pop("Largest error first")
    picked = st.selectbox("Order", list(labels), key="find_order", width=210, **_KEPT)
    return labels[str(picked)]


def _disagree(model: str, version: int | None) -> int | None:
    """The version that is to have predicted otherwise; None for not asked."""
    first = version or _serving(model)
    others = [other for other, _, _ in ask(health_queries.watching, model=model).versions if other != first]
    if not others or first is None:
        return None
    names = ask(aliases, model=model)

    def label(other: int | None) -> str:
        alias = f" ({plain(names[other], 20)})" if other in names else ""
        return "no matter" if other is None else f"version {other}{alias}"

    picked: int | None = st.selectbox(
        f"Version {first} and another disagree",
        [None, *others],
        key="find_disagree",
        width=240,
        format_func=label,
        **_KEPT,
    )
    return picked


def _serving(model: str) -> int | None:
    watching = ask(health_queries.watching, model=model)
    known = [version for version, _, _ in watching.versions]
    return watching.serving if watching.serving in known else (known[0] if known else None)


def aliases(snapshot: Snapshot, *, model: str) -> dict[int, str]:
    """The alias of each version that has one."""
    rows = snapshot.rows("select version, min(alias) from aliases where name = ? group by version", [model])
    return {int(version): str(alias) for version, alias in rows}


def _conditions(model: str) -> tuple[Condition, ...]:
    known = {one.name: one for one in ask(_watched, model=model) if not one.name.startswith("@")}
    picked = st.multiselect(
        "Conditions on inputs", list(known), key="find_inputs", max_selections=MOST_CONDITIONS, width=520,
        placeholder="any input may be anything", format_func=lambda text: one_line(text, 60), **_KEPT,
    )  # fmt: skip
    found = [_condition(known[name]) for name in picked]
    return tuple(one for one in found if one is not None)


def _watched(snapshot: Snapshot, *, model: str) -> tuple[Watched, ...]:
    rows = snapshot.rows("select max(version) from profile_features where model = ?", [model])
    return windows.watched(snapshot, model=model, version=rows[0][0]) if rows[0][0] is not None else ()


def _condition(one: Watched) -> Condition | None:
    """The condition on an input; None until it is said."""
    label = label_of(one.name)
    if one.bins.kind == "category":
        values = [text for text in one.values if text]
        chosen = st.multiselect(
            label, values, key=f"find_in_{one.name}", width=520, placeholder="which values", **_KEPT
        )
        return Condition(one.name, "in", tuple(chosen)) if chosen else None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        op = NUMBER_OPS[str(st.selectbox(label, list(NUMBER_OPS), key=f"find_op_{one.name}", width=240, **_KEPT))]
        value = st.number_input(
            "Value", value=None, key=f"find_value_{one.name}", width=180, disabled=op == "missing", **_KEPT
        )
    if op == "missing":
        return Condition(one.name, op)
    return None if value is None else Condition(one.name, op, (float(value),))
