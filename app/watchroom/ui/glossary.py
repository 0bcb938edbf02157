"""The Glossary page, over the one table of words; `?term=PSI` opens at a word."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from watchroom.domain.glossary import GROUPS, TERMS, Term, find, search
from watchroom.ui.states import empty
from watchroom.ui.tables import download
from watchroom.ui.text import plain


def show() -> None:
    """The whole page below its question."""
    text = st.text_input(
        "Search",
        key="term",
        bind="query-params",
        placeholder="A word, such as champion or PSI",
        type="search",
        width=420,
    )
    found = _found(text or "")
    if not found:
        empty(f"No word fits “{text}”.", "Try a shorter word, or clear the search to see them all.")
    for group in GROUPS:
        _group(group, [term for term in found if term.group == group])
    st.caption(f"{len(found)} of {len(TERMS)} words")
    download("Download as CSV", "glossary", table)


def _found(text: str) -> tuple[Term, ...]:
    """The word itself with those it points to, when the text is one; else all that fit."""
    exact = find(text) if text else None
    if exact is None:
        return search(text)
    related = (find(name) for name in exact.see)
    return (exact, *(term for term in related if term is not None and term is not exact))


def _group(name: str, terms: list[Term]) -> None:
    if not terms:
        return
    st.header(name, anchor=False)
    with st.grid(3, min_column_width=280, border=True):
        for term in terms:
            with st.container(gap="xsmall"):
                _term(term)


def _term(term: Term) -> None:
    also = f" :gray[also {plain(', '.join(term.also))}]" if term.also else ""
    st.markdown(f"**{plain(term.name)}**{also}")
    st.markdown(plain(term.meaning, 1000))
    if term.see:
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.caption("See", width="content")
            for name in term.see:
                st.button(name, key=f"see_{term.name}_{name}", type="tertiary", on_click=_open, args=(name,))


def _open(name: str) -> None:
    st.session_state["term"] = name


def table() -> pd.DataFrame:
    """The words as a table."""
    columns = ("name", "group", "meaning", "also", "see")
    return pd.DataFrame([[getattr(term, column) for column in columns] for term in TERMS], columns=list(columns))
