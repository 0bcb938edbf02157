"""Which runs are compared, and by which statistic of their metrics: kept in the address, and for the session.

The address names runs (`runs=`), or says which by the filter of the page of runs (`q`, `filter`, `experiment`, `model`,
`version`, in the order `sort`, the first `most`). Where it says nothing, what was compared last comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

import streamlit as st

from watchroom.domain.run_columns import is_column
from watchroom.store.queries import compare_runs as queries
from watchroom.store.queries.compare_runs import MAX_RUNS, Picked
from watchroom.store.queries.runs import Choice, Order
from watchroom.ui.room import ask
from watchroom.ui.runs_view import DEFAULT_ORDER, EXPERIMENTS, FILTER, SEARCH, SORT
from watchroom.ui.scope import scope
from watchroom.ui.workspace import facts

PAGE = "compare"
RUNS, MOST = "runs", "most"
STATISTIC, METRIC, VIEW = "statistic", "metric", "view"

Statistic = Literal["last", "best", "min", "max"]
STATISTICS: tuple[Statistic, ...] = get_args(Statistic)

_KEPT = "_compare_asked"
_BY_FILTER = (SEARCH, FILTER, EXPERIMENTS, MOST)

Address = dict[str, str | list[str]]


@dataclass(frozen=True)
class Chosen:
    """The runs that are compared, 1 to MAX_RUNS, in the order of the choice, none of them unknown to the snapshot.

    `total` is how many the choice takes in all; `statistic` what counts of a metric's history.
    """

    run_ids: tuple[str, ...]
    total: int
    statistic: Statistic


@dataclass(frozen=True)
class Asked:
    """What the address asks for: runs by id, or those of a filter."""

    ids: tuple[str, ...] = ()
    choice: Choice | None = None
    order: Order = DEFAULT_ORDER
    most: int = MAX_RUNS


def chosen() -> Chosen | None:
    """The runs to compare; None while nobody has chosen any. Raises QueryError for a filter that is not understood."""
    found = picked()
    return Chosen(found.run_ids, found.total, statistic()) if found is not None and found.run_ids else None


def picked() -> Picked | None:
    """The same with the ids that are unknown; None while nobody has chosen."""
    wanted = asked()
    if wanted is None:
        return None
    if wanted.choice is not None:
        return ask(queries.by_filter, choice=wanted.choice, order=wanted.order, most=wanted.most)
    return ask(queries.by_ids, asked=wanted.ids)


def asked() -> Asked | None:
    """What the address says; where it says nothing what was compared last; else the runs of the model in the scope."""
    address = st.query_params
    if not any(name in address for name in (RUNS, *_BY_FILTER)):
        kept: Mapping[str, list[str]] = st.session_state.get(_KEPT, {})
        if not kept and scope().model is None:
            return None
        for name, value in kept.items():
            address[name] = value
    found = {name: address.get_all(name) for name in (RUNS, SORT, *_BY_FILTER) if name in address}
    st.session_state[_KEPT] = found
    ids = [part.strip() for text in found.get(RUNS, ()) for part in text.split(",")]
    if RUNS in found:
        return Asked(ids=tuple(part for part in ids if part)) if any(ids) else None
    return Asked(choice=_choice(found), order=_order(found), most=_most(found))


def _choice(found: Mapping[str, list[str]]) -> Choice:
    models = scope()
    return Choice(
        filter_text=_first(found, FILTER),
        search=_first(found, SEARCH),
        experiments=tuple(found.get(EXPERIMENTS, ())),
        model=models.model or "",
        version=models.version,
        zone=facts().time_zone,
    )


def _order(found: Mapping[str, list[str]]) -> Order:
    text = _first(found, SORT)
    name = text.removeprefix("-")
    return Order(name, descending=text.startswith("-")) if is_column(name) else DEFAULT_ORDER


def _most(found: Mapping[str, list[str]]) -> int:
    text = _first(found, MOST)
    return min(max(int(text), 1), MAX_RUNS) if text.isdecimal() and len(text) < 8 else MAX_RUNS


def _first(found: Mapping[str, list[str]], name: str) -> str:
    return found.get(name, [""])[0]


def statistic() -> Statistic:
    """What counts of a metric's history: the last value, or as chosen."""
    text = st.session_state.get(STATISTIC) or st.query_params.get(STATISTIC)
    return cast("Statistic", text) if text in STATISTICS else "last"


def address_of(run_ids: tuple[str, ...]) -> dict[str, str]:
    """The address that compares these runs."""
    return {RUNS: ",".join(ask(queries.short_ids, run_ids=run_ids))}


def address_of_filter(choice: Choice, order: Order) -> Address:
    """The address that compares the runs of a filter of the page of runs, the first MAX_RUNS in its order."""
    found: Address = {MOST: str(MAX_RUNS), SORT: ("-" if order.descending else "") + order.column}
    if choice.search:
        found[SEARCH] = choice.search
    if choice.filter_text:
        found[FILTER] = choice.filter_text
    if choice.experiments:
        found[EXPERIMENTS] = list(choice.experiments)
    return found


def ask_for(address: Mapping[str, str | list[str]]) -> None:
    """Let the page compare these the next time that it is opened without an address of its own."""
    st.session_state[_KEPT] = {name: [value] if isinstance(value, str) else value for name, value in address.items()}


def begin(address: Mapping[str, str | list[str]]) -> None:
    """Compare these from now on, in place of what the page's address says."""
    for name in (RUNS, SORT, *_BY_FILTER):
        if name in st.query_params:
            del st.query_params[name]
    ask_for(address)


def compare(run_ids: tuple[str, ...]) -> None:
    """Compare exactly these from now on; none is to begin anew."""
    begin(address_of(run_ids) if run_ids else {})


def add(run_ids: tuple[str, ...]) -> None:
    """Compare these too."""
    found = picked()
    compare(tuple(dict.fromkeys((*(found.run_ids if found else ()), *run_ids))))


def remove(run_ids: tuple[str, ...]) -> None:
    """Compare these no more."""
    found = picked()
    compare(tuple(run_id for run_id in (found.run_ids if found else ()) if run_id not in run_ids))


def unknown(key: str, options: tuple[str, ...]) -> str | None:
    """What the address asks for of a control that does not have it, None where it has; letters of any case will do.

    To be asked before the control is drawn, which begins with the option that was meant.
    """
    text = st.query_params.get(key)
    if text is None or text in options or key in st.session_state:
        return None
    meant = next((option for option in options if option.casefold() == text.strip().casefold()), None)
    if meant is None:
        return text
    st.session_state[key] = meant
    return None
