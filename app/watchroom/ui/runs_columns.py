"""The choice of columns of the table of runs: which, in which order, and how many stay in sight."""

from __future__ import annotations

import streamlit as st

from watchroom.domain import filters as f
from watchroom.domain.run_columns import column, is_column
from watchroom.store.queries import run_choices
from watchroom.store.queries.runs import MAX_COLUMNS
from watchroom.ui import runs_view as view_of
from watchroom.ui.room import ask
from watchroom.ui.text import one_line

_MOVED = "_runs_columns_moved"


def column_chooser(view: view_of.View, shown: tuple[str, ...]) -> None:
    """The columns in their order; another form of a metric (best, curve) can be typed as a filter writes it."""
    options = list(dict.fromkeys((*shown, *ask(run_choices.column_names))))
    chosen, pinned = f"_runs_chosen:{hash(shown)}", f"_runs_pinned:{view.pinned}"
    st.multiselect(
        "Columns, in their order",
        options,
        list(shown),
        key=chosen,
        format_func=_option,
        max_selections=MAX_COLUMNS,
        accept_new_options=True,
        on_change=_choose,
        args=(chosen,),
    )
    st.caption("Type for more: best(metrics.…), min, max, count, or curve(metrics.…) for a sparkline.")
    _order_control(shown)
    st.number_input(
        "Columns that stay in sight",
        0,
        10,
        view.pinned,
        key=pinned,
        on_change=lambda: view_of.pin(st.session_state[pinned]),
    )
    st.button("Back to the usual columns", disabled=not view.columns, on_click=view_of.choose_columns, args=([],))


def _order_control(shown: tuple[str, ...]) -> None:
    """Move one column; dragging a heading in the table does the same until the page is left."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        moved = st.selectbox("Move a column", shown, key=_MOVED, format_func=_option)
        for label, icon, by in (("Earlier", ":material/arrow_back:", -1), ("Later", ":material/arrow_forward:", 1)):
            at = shown.index(moved)
            st.button(
                label,
                icon=icon,
                key=f"_runs_move_{by}",
                disabled=not 0 <= at + by < len(shown),
                on_click=_move,
                args=(shown, at, by),
            )


def _move(shown: tuple[str, ...], at: int, by: int) -> None:
    columns = list(shown)
    columns.insert(at + by, columns.pop(at))
    view_of.choose_columns(columns)


def _choose(key: str) -> None:
    view_of.choose_columns([column(name).id for name in st.session_state[key] if is_column(name)])


def _option(name: str) -> str:
    """`rmse · metric`: what it is called, and of which kind."""
    item = column(name)
    kinds = {f.Metric: "metric", f.Param: "parameter", f.Tag: "tag", f.Attribute: "run"}
    return f"{one_line(item.label, 80)} · {kinds[type(item.subject)]}"
