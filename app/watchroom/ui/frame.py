"""What stands round every page: the browser's title, the navigation, the sidebar with the scope and the data's age."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from watchroom.ui import search, sign_in, views
from watchroom.ui.identity import State, current_user, role_switch, visitor
from watchroom.ui.navigation import PAGES, file_of, link, menu, parts_of_scope
from watchroom.ui.room import old_after, reading, room
from watchroom.ui.scope import scope_controls
from watchroom.ui.text import ago, when
from watchroom.ui.workspace import facts

_ASSETS = Path(__file__).parent / "assets"
_LOGO = _ASSETS / "logo.svg"
_ICON = _ASSETS / "icon.svg"

_MENU = "_menu_is_up"


def configure() -> None:
    """The page's settings. The icon is an emoji: a Material icon would be fetched from outside."""
    st.set_page_config(page_title="Watchroom", page_icon="🔭", layout="wide")


def admitted() -> bool:
    """Whether whoever looks may see the room; else they have been shown the page for their case, and nothing of it."""
    found = visitor()
    if found.state is State.ADMITTED:
        return True
    _take_down_the_menu()
    sign_in.page(found, _LOGO)
    return False


def _take_down_the_menu() -> None:
    """The menu of a reader who was here a moment ago stays up until another takes its place."""
    if st.session_state.pop(_MENU, False):
        nothing = [
            st.Page(lambda: None, title="Watchroom", url_path=info.file, default=info.file == "home") for info in PAGES
        ]
        st.navigation(nothing, position="hidden")


def navigation(root: Path) -> tuple[st.Page, DeltaGenerator]:
    """The page asked for, with the menu in the order of the role; and the place in the sidebar for the scope."""
    st.logo(str(_LOGO), size="large", icon_image=str(_ICON))
    with st.sidebar:
        place = st.container()
        role_switch()
    st.session_state[_MENU] = True
    page = st.navigation(menu(current_user().role, root), position="sidebar", expanded=True)
    st.set_page_config(page_title=f"{page.title} · Watchroom")
    return page, place


def named_view() -> None:
    """Leave for the saved view that the address asks for by its name, before anything is drawn of this page."""
    views.open_by_name()


def sidebar(place: DeltaGenerator, page: st.Page) -> None:
    """The search, the scope as far as the page uses it, the saved views, and the age of the data."""
    with place:
        search.opener()
        scope_controls(parts_of_scope(page))
        views.menu(file_of(page))
        freshness()


def run(page: st.Page) -> None:
    """The page itself."""
    page.run()


def freshness() -> None:
    """When the snapshot was made, and whether the last refresh failed."""
    with reading() as snapshot:
        made_at = snapshot.made_at
    now = datetime.now(UTC)
    st.caption(f"Snapshot of {when(made_at, facts().zone, now=now)} ({ago(made_at, now)})")
    if room().store.folder.last_failure.is_file():
        link("status", ":red[The last refresh failed]", icon=":material/error:")
    elif now - made_at > old_after():
        link("status", ":orange[The data is old]", icon=":material/schedule:")
