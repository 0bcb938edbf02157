"""The search: one box, reached from every page by a key, and a page of its own with more of each kind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from watchroom.store.queries import models as model_queries
from watchroom.ui.fragments import dialog
from watchroom.ui.navigation import go
from watchroom.ui.room import ask
from watchroom.ui.rows import quiet
from watchroom.ui.search_found import LONGEST, NAMES, Group, Result, found
from watchroom.ui.states import empty
from watchroom.ui.text import count_of, number, one_line, plain

SHORTCUT = "Ctrl+K"
"""The key that opens the box; Streamlit shows it with the sign of the platform, and takes ⌘ on a Mac."""

IN_BOX, ON_PAGE = 3, 20
"""Results of each kind: what fits the box without scrolling far, and what a page holds."""

FIRST = 9
"""Results that a key opens: Alt with a digit."""

_KEYS = Path(__file__).parent / "assets" / "search_keys.js"

_PLACEHOLDER = "A model, run, feature, person, decision's id, rule, word …"
_BOX, PARAMETER = "_search_box", "q"


def opener() -> None:
    """The button in the sidebar that opens the box; its key works on every page."""
    if st.button("Search", icon=":material/search:", shortcut=SHORTCUT, width="stretch", key="_search_open"):
        _box()


@dialog("Search", width="medium")
def _box() -> None:
    with st.container(key="search_part", gap="small"):
        said = _asked(_BOX)
        if not said:
            st.caption(
                "Every word has to fit. The arrows go through the results, Enter opens one, Alt and a digit too."
            )
        else:
            _in_box(said)
    _keys()


def _asked(key: str, **given: Any) -> str:
    text = st.text_input(
        "Search", key=key, type="search", live="200ms", max_chars=LONGEST, placeholder=_PLACEHOLDER,
        label_visibility="collapsed", **given,
    )  # fmt: skip
    return (text or "").strip()


@cache
def _script() -> str:
    return f"<script>{_KEYS.read_text('utf-8')}</script>"


def _keys() -> None:
    """What Streamlit has no way to: the cursor in the box when it opens, and arrows through the results.

    The script is a constant of ours; nothing from outside comes into it.
    """
    st.html(_script(), unsafe_allow_javascript=True)


def _in_box(said: str) -> None:
    groups = found(said, IN_BOX)
    _results(groups, said, keys=True)
    more = any(group.total > len(group.results) for group in groups)
    if more and st.button("All results", icon=":material/arrow_forward:", type="tertiary", key="_search_all"):
        _open(Result("page", "", "", "search", {PARAMETER: said}))


def show() -> None:
    """The page below its question."""
    with st.container(key="search_part", gap="small"):
        said = _asked(PARAMETER, bind="query-params")
        _on_page(said)
    _keys()


def _on_page(said: str) -> None:
    if not said:
        kinds = ", ".join(name.lower() if name != "KPI" else name for name, _ in NAMES.values())
        st.markdown(f"What can be found: {kinds}. For example:")
        st.markdown("\n".join(f"- **{plain(what)}**: {found}" for what, found in _examples()))
        st.caption(f"From any page, {SHORTCUT.replace('Ctrl', 'Ctrl or ⌘')} opens the search.")
        return
    _results(found(said, ON_PAGE), said, keys=False)


def _examples() -> list[tuple[str, str]]:
    """What somebody may type, with what comes of it; with a model of this room where there is one."""
    model = next((one.name for one in ask(model_queries.overview)), "")
    of_room = [(f"{one_line(model, 40)} v1", "that version, its runs and what was done with it")] if model else []
    return [
        *of_room,
        ("drift", "alerts, what the word means, what was done"),
        ("rollback", "items of checklists"),
        ("a colleague's name", "what they hold, and all that they did"),
        ("a decision's id", "why it decided that"),
    ]


def _results(groups: Sequence[Group], said: str, *, keys: bool) -> None:
    if not groups:
        empty(f"Nothing fits “{said}”.", "Every word has to fit. Try fewer, or the beginning of one.")
        return
    total = sum(group.total for group in groups)
    st.caption(f"{count_of(total, 'result')}, the nearest first")
    place = 0
    for group in groups:
        _head(group)
        with st.container(gap=None):
            for result in group.results:
                place += 1
                _row(result, place, f"Alt+{place}" if keys and place <= FIRST else None)


def _head(group: Group) -> None:
    more = (
        f" {quiet(f'{number(len(group.results))} of {number(group.total)}')}"
        if group.total > len(group.results)
        else ""
    )
    st.markdown(f":small[**{NAMES[group.kind][0]}**]{more}")


def _row(result: Result, place: int, shortcut: str | None) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        opened = st.button(
            plain(result.name, 90),
            key=f"_search_{place}",
            icon=NAMES[result.kind][1],
            type="tertiary",
            shortcut=shortcut,
        )
        if result.about:
            st.caption(plain(result.about, 110), width="content")
    if opened:
        _open(result)


def _open(result: Result) -> None:
    """Leave for it. What a control of the page held under the parameter's name gives way to the address."""
    for key in result.params:
        st.session_state.pop(key, None)
    go(result.page, result.params, model=result.model)
