"""The parts of the page of runs, from the search box to what is selected, and the way on to compare it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from watchroom.domain.filter_hints import unknown_keys
from watchroom.domain.filter_parser import parse
from watchroom.domain.run_columns import column
from watchroom.errors import QueryError
from watchroom.store.queries import run_choices
from watchroom.store.queries import runs as queries
from watchroom.store.queries.compare_runs import MAX_RUNS
from watchroom.store.queries.models import version_numbers
from watchroom.store.queries.runs import Choice, RunsPage
from watchroom.ui import compare_choice
from watchroom.ui import runs_view as view_of
from watchroom.ui.navigation import go
from watchroom.ui.room import ask, reading, room
from watchroom.ui.runs_builder import condition_builder
from watchroom.ui.runs_columns import column_chooser
from watchroom.ui.runs_download import downloads
from watchroom.ui.runs_table import runs_table, select, selected_ids
from watchroom.ui.runs_view import PAGE_ROWS, View
from watchroom.ui.states import empty
from watchroom.ui.text import count_of, number, one_line, paragraph, plain, sentence, when
from watchroom.ui.workspace import facts


def draw() -> None:
    """The whole page below its question."""
    everything = ask(queries.count, choice=Choice())
    if everything == 0 and not ask(run_choices.keys):
        empty("There are no runs yet.", "Log a run with MLflow, then read it:", command="watchroom refresh")
        return
    _choice_controls()
    view = view_of.current_view(facts().time_zone)
    if not _filter_is_understood(view):
        return
    columns = view.columns or ask(run_choices.usual_columns, experiments=view.choice.experiments)
    found = _page(view, columns)
    if found.total and view.offset >= found.total:
        view_of.first_page()
        st.rerun()
    _toolbar(view, columns, found, everything)
    if found.total == 0:
        _nothing(view)
    else:
        _table(view, columns, found)


def _choice_controls() -> None:
    search, experiments = st.columns([2, 3], vertical_alignment="bottom")
    search.text_input(
        "Search",
        key=view_of.SEARCH,
        bind="query-params",
        persist_state="session",
        icon=":material/search:",
        placeholder="Words in names, ids, experiments, parameters, tags",
        on_change=view_of.first_page,
    )
    experiments.multiselect(
        "Experiments",
        [item.name for item in ask(run_choices.experiments)],
        key=view_of.EXPERIMENTS,
        bind="query-params",
        persist_state="session",
        placeholder="All experiments",
        on_change=view_of.first_page,
    )
    box, builder = st.columns([8, 2], vertical_alignment="bottom")
    box.text_input(
        "Filter",
        key=view_of.FILTER,
        bind="query-params",
        persist_state="session",
        icon=":material/filter_alt:",
        placeholder="metrics.rmse < 0.5 and (params.model = 'lgbm' or tags.team in ('a', 'b'))",
        on_change=view_of.first_page,
        help=_FILTER_HELP,
    )
    with (
        builder,
        st.popover(
            "Add a condition", icon=":material/add:", key="_runs_builder", on_change="rerun", width="stretch"
        ) as popover,
    ):
        if popover.open:
            condition_builder()


_FILTER_HELP = """Conditions on `metrics.…` (the last value; `best(metrics.…)`, `min`, `max`), `params.…`, `tags.…`,
`dataset.name`, `model.name` and attributes such as `status`, `user`, `start_time`, `duration`.
Joined with `and`, `or`, `not` and parentheses. Comparisons: `=  !=  <  <=  >  >=  in  between  like  ilike  contains
is null`. Text goes in single quotes; a key with spaces in backticks. A condition about something that a run
lacks is false. `start_time > ago('7d')` counts back from the snapshot."""


def _filter_is_understood(view: View) -> bool:
    """Whether it is; else the place, the reason and a hint are on the page. A key that no run has is said too."""
    known = ask(run_choices.known_keys) if view.choice.filter_text else None
    try:
        filter_ = parse(view.choice.filter_text, known)
    except QueryError as problem:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f":red[:material/error:] **{sentence(problem.what, 600)}**")
            if problem.why:
                st.code(problem.why, language=None)
            if problem.next_step:
                st.markdown(paragraph(problem.next_step))
        return False
    if filter_ is not None and known is not None:
        for unknown in unknown_keys(filter_, known):
            st.caption(f":orange[:material/warning:] {sentence(unknown, 300)}")
    return True


def _page(view: View, columns: tuple[str, ...]) -> RunsPage:
    return ask(
        queries.page,
        choice=view.choice,
        columns=tuple(dict.fromkeys((*columns, "experiment_id"))),
        order=view.order,
        offset=view.offset,
        limit=PAGE_ROWS,
        stale_days=room().settings.stale_running_days,
    )


def _toolbar(view: View, columns: tuple[str, ...], found: RunsPage, everything: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with reading() as snapshot:
            made = when(snapshot.made_at, facts().zone, now=snapshot.made_at)
        of = "" if found.total == everything else f" of {number(everything)}"
        st.markdown(
            f"**{number(found.total)}**{of} {'run' if found.total == 1 and not of else 'runs'}", width="content"
        )
        st.caption(f"{_scope_text(view)} · snapshot of {made}", width="content")
        st.space("stretch")
        _sort_control(view, columns)
        with st.popover("Columns", icon=":material/view_column:", key="_runs_columns", on_change="rerun") as popover:
            if popover.open:
                column_chooser(view, columns)
        with st.popover("Download", icon=":material/download:", key="_runs_download", on_change="rerun") as popover:
            if popover.open:
                downloads(view, columns, found.total)


def _scope_text(view: View) -> str:
    """The period in the sidebar is about decisions; runs are shown from all time, and the line says so."""
    choice = view.choice
    if not choice.model:
        return "all time"
    version = f" version {choice.version}" if choice.version is not None else ""
    return f"behind {plain(choice.model)}{version} · all time"


def _sort_control(view: View, columns: tuple[str, ...]) -> None:
    """Keys name the order: a click that comes in before the page has caught up then changes nothing else."""
    names = list(
        dict.fromkeys((*(name for name in columns if not column(name).curve), "start_time", view.order.column))
    )
    by, direction = f"_runs_sort:{view.order}", f"_runs_direction:{view.order}"
    st.selectbox(
        "Sort by",
        names,
        names.index(view.order.column),
        key=by,
        format_func=lambda name: f"Sort by {column(name).label}",
        label_visibility="collapsed",
        on_change=lambda: view_of.sort_by(replace(view.order, column=st.session_state[by])),
        width=170,
    )
    st.segmented_control(
        "Direction",
        list(_DIRECTIONS.values()),
        default=_DIRECTIONS[view.order.descending],
        key=direction,
        required=True,
        label_visibility="collapsed",
        format_func=lambda arrow: _ARROWS[arrow],
        on_change=lambda: view_of.sort_by(
            replace(view.order, descending=st.session_state[direction] == _DIRECTIONS[True])
        ),
    )


_DIRECTIONS = {True: "Largest or latest first", False: "Smallest or earliest first"}
_ARROWS = {_DIRECTIONS[True]: ":material/arrow_downward:", _DIRECTIONS[False]: ":material/arrow_upward:"}


def _nothing(view: View) -> None:
    choice = view.choice
    if choice.version is not None and choice.version not in ask(version_numbers, model=choice.model):
        empty(
            f"There is no version {choice.version} of {one_line(choice.model, 60)} in this snapshot.",
            "Choose another version in the sidebar.",
        )
        return
    empty("No run fits.", "Take something out of the filter, the search or the experiments.")
    st.button("Show all runs", icon=":material/filter_alt_off:", on_click=view_of.clear_choice)


def _table(view: View, columns: tuple[str, ...], found: RunsPage) -> None:
    experiment_ids = [str(value) for value in found.frame["experiment_id"]]
    runs_table(
        found.frame[list(columns)],
        experiment_ids,
        order=view.order,
        pinned=view.pinned,
        page_name=str(hash((view.choice, view.order, view.page))),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        _selection(view, found.total)
        st.space("stretch")
        _pages(view, found.total)


def _pages(view: View, total: int) -> None:
    pages = -(-total // PAGE_ROWS)
    if pages < 2:
        return
    key = f"_runs_page:{hash((view.choice, view.order, view.page))}"
    st.caption(
        f"{number(view.offset + 1)}–{number(min(view.offset + PAGE_ROWS, total))} of {number(total)}", width="content"
    )
    st.pagination(
        pages,
        default=view.page,
        key=key,
        width=min(330, 90 + 45 * pages),
        on_change=lambda: view_of.go_to_page(st.session_state[key]),
    )


def _selection(view: View, total: int) -> None:
    """What is selected, and the way to compare it; without a selection, to compare all that the filter takes."""
    chosen = selected_ids()
    if chosen:
        hint = "" if len(chosen) > 1 else " · select another to compare"
        st.markdown(f"**{count_of(len(chosen), 'run')} selected**{hint}", width="content")
        if len(chosen) > 1:
            first = f"the first {MAX_RUNS} of them" if len(chosen) > MAX_RUNS else "them"
            if st.button(f"Compare {first}", key="_runs_compare", icon=_COMPARE, type="primary"):
                compare_choice.ask_for(compare_choice.address_of(chosen[:MAX_RUNS]))
                go("compare")
        st.button("Clear", key="_runs_clear", on_click=select, args=((),), type="tertiary")
        return
    st.caption("Select runs at the left edge of their rows to compare them.", width="content")
    if total > 1:
        which = f"all {number(total)} runs" if total <= MAX_RUNS else f"the first {number(MAX_RUNS)}"
        of = " of this filter" if view.choice.filter_text or view.choice.search or view.choice.experiments else ""
        if st.button(f"Compare {which}{of}", key="_runs_compare_all", icon=_COMPARE, type="tertiary"):
            compare_choice.ask_for(compare_choice.address_of_filter(view.choice, view.order))
            go("compare")


_COMPARE = ":material/compare_arrows:"
