"""The page of a run when no run is asked for, or one that the snapshot does not know, or several that begin alike."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries.run import LEAST_PREFIX, Near
from watchroom.ui.navigation import go, link
from watchroom.ui.text import one_line, plain, when
from watchroom.ui.workspace import facts

ASKED = "run"
"""The parameter of the address."""

_KEY = "_run_asked"


def link_to(run_id: str, label: str, icon: str | None = None, *, part: str = "") -> None:
    """A way from this page to that of another run; `label` is Markdown. `part` tells two ways to one run apart.

    Not a link: Streamlit leaves the address as it is when a page leads to itself.
    """
    st.button(label, icon=icon, type="tertiary", key=f"_open_{part}{run_id}", on_click=_open, args=(run_id,))


def _open(run_id: str) -> None:
    st.query_params[ASKED] = run_id


def show(asked: str, near: tuple[Near, ...]) -> None:
    """What was asked for and is not clear, what may have been meant, and a field to ask again."""
    with st.container(border=True, gap="xsmall"):
        if asked:
            begins = [one for one in near if len(asked) >= LEAST_PREFIX and one.run_id.startswith(asked.lower())]
            st.markdown(f"**{_what(asked, len(begins))}**")
            if not begins:
                st.text("It may have been removed from MLflow, or lies in an experiment that is not read.")
            for one in near:
                started = when(one.start_time, facts().zone)
                label = f"{plain(one.name or 'no name', 60)} · {plain(one.run_id, 40)} · {plain(started)}"
                link_to(one.run_id, label, icon=":material/arrow_forward:")
        else:
            st.markdown("**Which run?**")
        st.text_input(
            "Id of a run",
            key=_KEY,
            placeholder="Its id, or the first letters of it",
            label_visibility="collapsed",
            max_chars=200,
        )
        if text := str(st.session_state.get(_KEY) or "").strip():
            del st.session_state[_KEY]
            go("run", params={ASKED: text})
        link("runs", "Look among all runs", icon=":material/search:")


def _what(asked: str, begins: int) -> str:
    if begins > 1:
        return f"More than one run begins with “{plain(one_line(asked, 60))}”."
    return f"There is no run “{plain(one_line(asked, 60))}” in this snapshot."
