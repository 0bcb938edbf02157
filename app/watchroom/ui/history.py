"""The History page: what the ledger holds in words, the newest first; `?entry=12` opens one with all it says."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.errors import LedgerError
from watchroom.ui import book, history_choice, history_feed, history_one, history_take
from watchroom.ui.live import live
from watchroom.ui.scope import scope
from watchroom.ui.states import empty, error
from watchroom.ui.text import ago, count_of, number, one_line, plain

if TYPE_CHECKING:
    from watchroom.ledger.search import Facets, Found, Wanted

PAGE = 40
"""Entries on a page: two screens of them, drawn in a few dozen milliseconds."""

MOST_PAGES = 100_000
"""An address may ask for any page; no ledger has so many."""


def show() -> None:
    """The whole page below its question."""
    try:
        book.must_be_there()
        ledger = book.ledger()
        from watchroom.ledger.search import facets

        known = live("history", facets)
        if not known.head.seq:
            empty("Nothing is recorded yet.", "The first refresh records what the registry looks like.")
            return
        if st.query_params.get(history_feed.PARAMETER):
            history_one.show(ledger, known)
            return
        _feed(known)
    except LedgerError as problem:
        error(problem)


def _feed(known: Facets) -> None:
    from watchroom.ledger.search import find

    answer = st.container()
    wanted = history_choice.controls(known, scope().model)
    page = _page()
    found = find(book.ledger(), wanted, page=page, size=PAGE)
    if found.total and not found.entries:  # the address asks for a page that is not there
        page = -(-found.total // PAGE)
        found = find(book.ledger(), wanted, page=page, size=PAGE)
    answer.subheader(_answer(found, wanted, known), anchor=False)
    if not found.entries:
        empty("No entry fits.", "Take a word away, or choose another person, time or kind.")
        return
    history_feed.show(book.ledger(), found.entries)
    _pages(page, found.total)
    history_take.show(wanted, found.total, known.head.seq)


def _answer(found: Found, wanted: Wanted, known: Facets) -> str:
    """`13 entries fit, the last 3 hours ago by ana@x.`, fit for Markdown."""
    of = f" about {plain(one_line(wanted.model, 60))}" if wanted.model else ""
    if not found.total:
        return f"Nothing that is recorded{of} fits."
    first = found.entries[0]
    narrowed = bool(wanted.kinds or wanted.actor or wanted.since or wanted.until or wanted.text.strip())
    fits = f"{count_of(found.total, 'entry', 'entries')}{of} {'fits' if found.total == 1 else 'fit'}"
    stands = f"{count_of(found.total, 'entry', 'entries')}{of}"
    newest = _page() == 1
    last = (
        f", the last {plain(ago(first.at, datetime.now(UTC)))} by {plain(one_line(first.actor, 60))}" if newest else ""
    )
    hidden = sum(known.kinds.get(kind, 0) for kind in wanted.without) if not (narrowed or wanted.model) else 0
    visits = f" {count_of(hidden, 'visit')} not counted." if hidden else ""
    return f"{fits if narrowed else stands}{last}.{visits}"


def _page() -> int:
    asked = st.query_params.get("page", "1")
    return max(min(int(asked), MOST_PAGES), 1) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1


def _pages(page: int, total: int) -> None:
    pages = -(-total // PAGE)
    if pages < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="right"):
        first = (page - 1) * PAGE
        shown = f"{number(first + 1)}–{number(min(first + PAGE, total))} of {number(total)}"
        st.caption(shown, width="content")
        key = f"_history_page:{page}:{pages}"
        st.pagination(
            pages, default=page, key=key, width=min(330, 90 + 45 * pages), on_change=partial(_to_page, key),
        )  # fmt: skip


def _to_page(key: str) -> None:
    history_choice.put("page", str(st.session_state[key]), usual="1")
