"""A small app behind the real door: parts that rerun by themselves, a callback, a download. `test_parts` serves it."""

from __future__ import annotations

import streamlit as st

from watchroom import ui
from watchroom.ui import frame
from watchroom.ui.fragments import fragment
from watchroom.ui.identity import sign_out_button
from watchroom.ui.tables import download


@fragment()
def guarded() -> None:
    """Reads nothing: what it shows was there already."""
    st.button("Rerun the guarded part")
    st.text("guarded content")


@st.fragment
def bare() -> None:
    """Streamlit's own, which reads the snapshot."""
    pressed = st.button("Rerun the bare part")
    with ui.reading() as snapshot:
        st.text(f"bare content {snapshot.rows('select count(*) from runs')[0][0] >= 0} {pressed}")


def act() -> None:
    """What a callback that writes would do first."""
    name = ui.current_user().name
    with open("acted.txt", "a") as file:  # noqa: PTH123
        file.write(name + "\n")


if frame.admitted():
    st.title("Parts")
    guarded()
    bare()
    st.button("Act", on_click=act)
    with ui.reading() as found:
        download("Download runs", "runs", lambda: found.query("select 1 as one"))
    sign_out_button()
