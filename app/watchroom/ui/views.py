"""Saved views: a page with all that was chosen on it, kept under a name for everybody.

A view opens in a tab of its own, as it would for a colleague: what is chosen in this one cannot mix with it. By name it
opens with `?saved=NAME` on any page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st

from watchroom.errors import LedgerError
from watchroom.ui import book
from watchroom.ui.fragments import dialog
from watchroom.ui.identity import current_user
from watchroom.ui.navigation import PAGES, go, page_info
from watchroom.ui.notebook import by_whom, notebook
from watchroom.ui.rows import quiet
from watchroom.ui.states import code, error
from watchroom.ui.text import plain

if TYPE_CHECKING:
    from watchroom.ledger.notebook import View

PARAMETER = "saved"
"""In the address: the name of the view to open."""

_NOT_KEPT = ("role", "embed", "embed_options")
"""Of an address: whose role somebody tries, and what frames the page, is their own affair."""

_MISSED = "_view_missed"

_DONE = "_view_done"

VIEWS_SHOWN = 30
"""Views in the menu, those of the page first: more is a list to search, and nobody has asked for one."""


def open_by_name() -> None:
    """Leave for the view that the address names; what is not there is said once by `menu`."""
    name = st.query_params.get(PARAMETER)
    if name is None:
        return
    del st.query_params[PARAMETER]
    try:
        found = notebook().view(name)
    except LedgerError:
        found = None
    if found is None or found.page not in {info.file for info in PAGES}:
        st.session_state[_MISSED] = name
        return
    go(found.page, _kept(dict(found.query)))


def menu(page: str) -> None:
    """The way to the views, for the sidebar; `page` is the file of the page that is open."""
    missed = st.session_state.pop(_MISSED, "")
    if missed:
        st.caption(f":orange[:material/warning:] There is no saved view “{plain(missed, 80)}”.")
    if st.button("Saved views", icon=":material/bookmarks:", key="_views", type="tertiary"):
        _window(page)


@dialog("Saved views", icon=":material/bookmarks:")
def _window(page: str) -> None:
    panel(page)


def panel(page: str) -> None:
    """The views there are, those of the page first, and a way to save what is open now."""
    try:
        found = sorted(notebook().views.values(), key=lambda view: (view.page != page, view.name.casefold()))
    except LedgerError as problem:
        st.caption(f":material/info: Saved views cannot be read: {plain(problem.what, 200)}")
        return
    _save(page, bool(found))
    _done()
    for view in found[:VIEWS_SHOWN]:
        _row(view)
    if len(found) > VIEWS_SHOWN:
        st.caption(f"First {VIEWS_SHOWN} of {len(found):,}; the others open by their name: `?{PARAMETER}=NAME`.")
    if not found:
        st.caption("Nobody has saved a view yet.")


def _done() -> None:
    """What was just done, with the link to send."""
    said, name = st.session_state.pop(_DONE, ("", ""))
    if said:
        st.caption(f":material/check_circle: {said}")
    if name:
        code(_link(name), wrap=True)


def _row(view: View) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = page_info(view.page).title if view.page in {info.file for info in PAGES} else view.page
        by = f" ·{who}" if (who := by_whom(view.actor)) else ""
        st.markdown(
            f"[{plain(view.name, 80)}]({address(view.page, dict(view.query))})  \n{quiet(plain(title, 40) + by)}"
        )
        st.space("stretch")
        user = current_user()
        theirs = book.is_theirs(view.actor, user) or "admin" in user.roles
        if theirs and st.button(
            "Remove",
            key=f"_view_remove_{view.seq}",
            type="tertiary",
            icon=":material/bookmark_remove:",
            help="Gives the name up, for everybody",
        ):
            _remove(view)


def address(page: str, query: Mapping[str, tuple[str, ...]]) -> str:
    """The page with its parameters, relative to any page of the app; nothing in it can end a Markdown link."""
    kept = _kept(query).items()
    asked = urlencode([(key, value) for key, values in kept for value in values], quote_via=quote, safe="")
    return f"./{'' if page == 'home' else page}{f'?{asked}' if asked else ''}"


def _kept(query: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """What of an address belongs to a view; one that opened another would never come to an end."""
    return {key: values for key, values in query.items() if key not in (PARAMETER, *_NOT_KEPT)}


def _save(page: str, others: bool) -> None:
    from watchroom.ledger.notebook import MAX_NAME, save_view

    with st.form("_view_form", border=False):
        name = st.text_input("Save this page as", key="_view_name", max_chars=MAX_NAME, placeholder="Weekly check")
        with st.container(horizontal=True, vertical_alignment="center"):
            pressed = st.form_submit_button("Save for everybody", icon=":material/bookmark_add:")
            again = others and st.checkbox("in place of one of that name", key="_view_replace")
    if not pressed:
        return
    query = _kept({key: tuple(st.query_params.get_all(key)) for key in st.query_params})
    try:
        saved = save_view(book.ledger(), name or "", page, query, book.person(current_user()), replacing=again)
    except LedgerError as problem:
        error(problem)
        return
    st.session_state[_DONE] = ("Saved. This link opens it:", saved.name)
    st.rerun(scope="fragment")


def _link(name: str) -> str:
    """The address that opens a view by its name."""
    here = urlsplit(str(st.context.url or ""))
    base = f"{here.scheme}://{here.netloc}/" if here.netloc else "/"
    return f"{base}?{PARAMETER}={quote(name)}"


def _remove(view: View) -> None:
    from watchroom.ledger.notebook import remove_view

    try:
        remove_view(book.ledger(), view.name, book.person(current_user()))
    except LedgerError as problem:
        error(problem)
        return
    st.session_state[_DONE] = ("The name is given up. The ledger keeps what it was.", "")
    st.rerun(scope="fragment")
