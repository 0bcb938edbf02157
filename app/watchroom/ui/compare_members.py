"""Which runs are compared, on the page itself: what was chosen, what is unknown, adding runs, taking them out."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries import compare_runs as queries
from watchroom.store.queries import run_choices
from watchroom.store.queries.compare_runs import MAX_RUNS, OFFERED, Offer, Picked
from watchroom.store.queries.runs import Choice
from watchroom.store.queries.training import training
from watchroom.ui import compare_choice
from watchroom.ui.compare_choice import asked
from watchroom.ui.names import told_apart
from watchroom.ui.navigation import link
from watchroom.ui.notebook import pinned
from watchroom.ui.room import ask
from watchroom.ui.runs_table import selected_ids
from watchroom.ui.runs_view import DEFAULT_ORDER
from watchroom.ui.scope import ALL_MODELS, scope
from watchroom.ui.states import empty
from watchroom.ui.text import count_of, number, one_line, plain, some

_FIND, _ADDED, _TAKEN = "_compare_find", "_compare_added", "_compare_taken"
_EXPERIMENT = "_compare_experiment"
_NAMED = 5
"""Unknown ids that are named; the others are counted."""


def members_menu(found: Picked | None) -> None:
    """The line over the answer: how many runs, from where, and the menu that changes which."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if found is not None and found.run_ids:
            st.markdown(f"**{count_of(len(found.run_ids), 'run')}**{_whence()}", width="content")
        with st.popover("Choose runs", icon=":material/checklist:", key="_compare_menu", on_change="rerun") as menu:
            if menu.open:
                _menu(found)
        link("runs", "Find runs", icon=":material/science:")
        _all_of_its_experiments()
        st.space("stretch")
        if found is not None and found.run_ids:
            st.button("Begin anew", type="tertiary", on_click=compare_choice.compare, args=((),))


def _all_of_its_experiments() -> None:
    """The way to all that was tried for the model of the scope: a choice by it holds the runs of its versions alone."""
    wanted, model = asked(), scope().model
    if wanted is None or wanted.choice is None or not wanted.choice.model or model is None:
        return
    tried = ask(training, model=model).experiments
    if tried:
        st.button(
            f"All {count_of(sum(n for _, n in tried), 'run')} of its {count_of(len(tried), 'experiment')}",
            icon=":material/select_all:", type="tertiary", on_click=_compare_experiments,
            args=(tuple(name for name, _ in tried),),
        )  # fmt: skip


def _compare_experiments(names: tuple[str, ...]) -> None:
    st.session_state["model"] = ALL_MODELS
    compare_choice.begin(compare_choice.address_of_filter(Choice(experiments=names), DEFAULT_ORDER))


def _whence() -> str:
    """The filter that they come from, fit for Markdown; empty for runs chosen one by one."""
    wanted = asked()
    choice = wanted.choice if wanted else None
    if choice is None:
        return ""
    parts = [
        f"of {plain(some([one_line(name, 40) for name in choice.experiments]), 120)}" if choice.experiments else "",
        f"with “{plain(choice.search, 60)}”" if choice.search else "",
        f"where {plain(choice.filter_text, 120)}" if choice.filter_text else "",
        f"behind {plain(choice.model, 60)}" if choice.model else "",
        f"version {choice.version}" if choice.version is not None else "",
    ]
    return "".join(f" {part}" for part in parts if part)


def told_members(found: Picked) -> None:
    """What of the choice is not compared: ids that are unknown or say too little, and runs beyond the limit."""
    if found.missing:
        names = some([one_line(text, 40) for text in found.missing], _NAMED)
        are = "is" if len(found.missing) == 1 else "are"
        st.markdown(f":orange[:material/warning:] Not in this snapshot {are}: {plain(names, 400)}.")
    if found.ambiguous:
        names = some([one_line(text, 40) for text in found.ambiguous], _NAMED)
        st.markdown(f":orange[:material/warning:] Several runs begin with {plain(names, 400)}: write more of the id.")
    if found.total > len(found.run_ids):
        limit = (
            f"{number(MAX_RUNS)} at once are the limit. Narrow the filter on Runs for the rest."
            if len(found.run_ids) == MAX_RUNS
            else "as the address asks."
        )
        first = f"The first {number(len(found.run_ids))} of {number(found.total)} runs are compared"
        st.markdown(f":orange[:material/filter_list:] {first}{';' if limit[0].isdigit() else ','} {limit}")


def none_chosen(found: Picked | None = None) -> None:
    """Nothing to compare: how to choose, and what is at hand."""
    if found is not None:
        told_members(found)
    if found is not None and not (found.missing or found.ambiguous):
        empty("No run fits.", "Take something out of the filter on Runs, or choose runs here.")
    else:
        empty(
            "No runs are chosen yet.",
            "Select two or more on Runs and press Compare, or search for them with “Choose runs”.",
        )
    ids = selected_ids()
    if len(ids) > 1:
        st.button(
            f"Compare the {count_of(len(ids), 'run')} selected on Runs", icon=":material/compare_arrows:",
            type="primary", on_click=compare_choice.compare, args=(ids[:MAX_RUNS],),
        )  # fmt: skip
    every = [one.name for one in ask(run_choices.experiments) if one.runs > 1]
    shown = told_apart(every, 60)
    st.selectbox(
        "Or all runs of an experiment", every, index=None, key=_EXPERIMENT, placeholder="Choose an experiment",
        format_func=lambda name: shown.get(name, name), on_change=_whole_experiment, width=360,
    )  # fmt: skip


def _menu(found: Picked | None) -> None:
    there = found.run_ids if found is not None else ()
    models = scope()
    words = st.text_input(
        "Search", key=_FIND, icon=":material/search:", placeholder="Words in names, ids, experiments, parameters, tags"
    )
    offers = ask(queries.offers, words=words or "", model=models.model or "", version=models.version)
    fresh = {offer.run_id: offer for offer in offers if offer.run_id not in there}
    shown = told_apart(fresh, 80, lambda run_id: _called(fresh[run_id]))
    st.selectbox(
        "Add a run", list(fresh), index=None, key=_ADDED, format_func=lambda run_id: shown.get(run_id, run_id[:8]),
        placeholder="Choose a run" if fresh else "No other run has these words", on_change=_add,
    )  # fmt: skip
    limit = f"The newest {OFFERED} are offered. " if len(offers) == OFFERED else ""
    behind = f"Only runs behind {plain(models.model, 60)}, as the sidebar says." if models.model else ""
    if limit or behind:
        st.caption(f"{limit}{behind}")
    with st.container(horizontal=True):
        if words and len(fresh) > 1:
            st.button(f"Add all {number(len(fresh))}", on_click=compare_choice.add, args=(tuple(fresh),))
        pins = tuple(run_id for run_id in pinned("run") if run_id not in there)
        if pins:
            st.button(f"Add {count_of(len(pins), 'pinned run')}", on_click=compare_choice.add, args=(pins,))
    if there:
        _take_out(there)


def _take_out(there: tuple[str, ...]) -> None:
    names = {run.run_id: run for run in ask(queries.named, run_ids=there)}
    shown = told_apart(there, 80, lambda run_id: _called(names[run_id]))
    st.selectbox(
        "Take out a run", list(there), index=None, key=_TAKEN, placeholder="Choose a run", on_change=_take,
        format_func=lambda run_id: shown.get(run_id, run_id[:8]),
    )  # fmt: skip


def _whole_experiment() -> None:
    name = st.session_state.get(_EXPERIMENT)
    if name:
        compare_choice.begin(compare_choice.address_of_filter(Choice(experiments=(name,)), DEFAULT_ORDER))


def _add() -> None:
    if run_id := st.session_state.get(_ADDED):
        compare_choice.add((run_id,))
        st.session_state[_ADDED] = None


def _take() -> None:
    if run_id := st.session_state.get(_TAKEN):
        compare_choice.remove((run_id,))
        st.session_state[_TAKEN] = None


def _called(run: Offer) -> str:
    return f"{run.name.strip() or run.run_id[:8]} · {run.experiment}" if run.experiment else run.name or run.run_id[:8]
