"""The Glossary page, over the one table of words; `?term=PSI` opens at a word."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache

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
    shown = {term.name for term in found}
    for group in GROUPS:
        _group(group, [term for term in found if term.group == group], shown)
    st.caption(f"{len(found)} of {len(TERMS)} words")
    download("Download as CSV", "glossary", table)


def _found(text: str) -> tuple[Term, ...]:
    """The word itself with those it points to, when the text is one; else all that fit."""
    exact = find(text) if text else None
    if exact is None:
        return search(text)
    related = (find(name) for name in exact.see)
    return (exact, *(term for term in related if term is not None and term is not exact))


def _group(name: str, terms: list[Term], shown: Container[str]) -> None:
    if not terms:
        return
    st.header(name, anchor=False)
    with st.grid(3, min_column_width=280, border=True):
        for term in terms:
            st.markdown(_card(term, tuple(name for name in term.see if name in shown)))


@cache
def _card(term: Term, links: tuple[str, ...]) -> str:
    """A word with its meaning as Markdown: a card is one element of the page, and a related word a link within it."""
    also = f" :gray[also {plain(', '.join(term.also))}]" if term.also else ""
    lines = [f"### {plain(term.name)}", plain(term.meaning, 1000) + also]
    if term.see:
        see = ", ".join(f"[{plain(name)}](#{place(name)})" if name in links else plain(name) for name in term.see)
        lines.append(f":small[:gray[See]] {see}")
    return "\n\n".join(lines)


def place(name: str) -> str:
    """The anchor that a heading of that name gets from Streamlit."""
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))


def table() -> pd.DataFrame:
    """The words as a table."""
    columns = ("name", "group", "meaning", "also", "see")
    return pd.DataFrame([[getattr(term, column) for column in columns] for term in TERMS], columns=list(columns))
