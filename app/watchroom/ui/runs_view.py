"""What somebody looks at on the page of runs, kept in the address: search, filter, experiments, columns, order, page.

Widgets that are always drawn are bound to the address by Streamlit; those in a menu that may be closed are kept there
here. The filter has one state, its text: the builder of conditions only adds to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from watchroom.domain.run_columns import is_column
from watchroom.store.queries.runs import Choice, Order
from watchroom.ui.scope import scope

PAGE_ROWS = 100
"""Rows of a page: a few screens, and quick in any browser."""
DEFAULT_ORDER = Order("start_time", descending=True)

SEARCH, FILTER, EXPERIMENTS = "q", "filter", "experiment"
"""Names in the address, and keys, of the widgets that Streamlit binds."""
COLUMNS, SORT, PINNED, PAGE = "column", "sort", "pin", "p"
"""Names in the address of what is kept here. A sort begins with `-` when it is descending."""


@dataclass(frozen=True)
class View:
    """What to show. `columns` is empty until somebody chooses; `pinned` columns stay in sight on the left."""

    choice: Choice
    columns: tuple[str, ...]
    order: Order
    pinned: int
    page: int

    @property
    def offset(self) -> int:
        """How many runs come before this page."""
        return (self.page - 1) * PAGE_ROWS


def current_view(zone: str) -> View:
    """The view that the address and the widgets say; what they say wrongly is left out."""
    state = st.session_state
    models = scope()
    choice = Choice(
        filter_text=state.get(FILTER) or "",
        search=state.get(SEARCH) or "",
        experiments=tuple(state.get(EXPERIMENTS) or ()),
        model=models.model or "",
        version=models.version,
        zone=zone,
    )
    columns = tuple(dict.fromkeys(name for name in _kept(COLUMNS) if is_column(name)))
    return View(choice, columns, _order(), _pinned(), _page())


def choose_columns(columns: list[str]) -> None:
    """Show these columns; none is back to the usual ones."""
    _keep(COLUMNS, columns)


def sort_by(order: Order) -> None:
    """Sort by this, and go back to the first page."""
    text = ("-" if order.descending else "") + order.column
    _keep(SORT, [] if order == DEFAULT_ORDER else [text])
    first_page()


def pin(count: int) -> None:
    """Keep the first columns in sight."""
    _keep(PINNED, [] if count == 1 else [str(count)])


def first_page() -> None:
    """What was on a later page is elsewhere after a change of the choice."""
    go_to_page(1)


def go_to_page(number: int) -> None:
    """Show that page of the runs."""
    if number > 1:
        st.query_params[PAGE] = str(number)
    elif PAGE in st.query_params:
        del st.query_params[PAGE]


def add_condition(text: str, word: str) -> None:
    """Join a condition to the filter's text with `and` or `or`."""
    old = (st.session_state.get(FILTER) or "").strip()
    st.session_state[FILTER] = f"{_grouped(old, word)} {word} {text}" if old else text
    first_page()


def clear_choice() -> None:
    """All runs again."""
    st.session_state[SEARCH] = st.session_state[FILTER] = ""
    st.session_state[EXPERIMENTS] = []
    first_page()


def _grouped(text: str, word: str) -> str:
    """`a or b`, about to be joined by `and`, needs parentheses; text that is not understood yet stays as it is."""
    from watchroom.domain.filter_parser import parse
    from watchroom.domain.filters import Or
    from watchroom.errors import QueryError

    try:
        either = isinstance(parse(text), Or)
    except QueryError:
        return text
    return f"({text})" if either and word == "and" else text


def _order() -> Order:
    kept = _kept(SORT)
    text = kept[0] if kept else ""
    name = text.removeprefix("-")
    return Order(name, descending=text.startswith("-")) if is_column(name) else DEFAULT_ORDER


def _page() -> int:
    text = st.query_params.get(PAGE, "")
    return max(1, int(text)) if text.isdecimal() and len(text) < 8 else 1


def _pinned() -> int:
    kept = _kept(PINNED)
    return min(int(kept[0]), 10) if kept and kept[0].isdecimal() and len(kept[0]) < 8 else 1


def _kept(name: str) -> list[str]:
    """From the address; where that says nothing, as it was when the page was last left, and back into the address."""
    found = st.query_params.get_all(name)
    if found:
        st.session_state[f"_runs_{name}"] = found
        return found
    kept: list[str] = st.session_state.get(f"_runs_{name}", [])
    if kept:
        st.query_params[name] = kept
    return kept


def _keep(name: str, values: list[str]) -> None:
    st.session_state[f"_runs_{name}"] = values
    if values:
        st.query_params[name] = values
    elif name in st.query_params:
        del st.query_params[name]
