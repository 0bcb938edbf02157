"""Links to the page that is open: Streamlit reads a bound parameter only when its control is first drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

Reads = Mapping[str, Callable[[str], Any]]
"""By parameter: the value of its control from what the address says. Raises ValueError for what is none."""


def follow(reads: Reads) -> None:
    """Before the controls are drawn: where the address has changed and the control has not, the address wins.

    A control that was not drawn at the last rerun is left alone: Streamlit reads its parameter itself.
    """
    for key, read in reads.items():
        asked, before = st.query_params.get(key), st.session_state.get(_note(key))
        if asked is None or before is None or before[0] is None:
            continue
        if asked == before[1] or st.session_state.get(key) != before[0]:
            continue
        try:
            st.session_state[key] = read(asked)
        except ValueError:
            continue


def remember(reads: Reads) -> None:
    """After they are drawn: what each shows, and what the address says, for the next rerun."""
    for key in reads:
        st.session_state[_note(key)] = (st.session_state.get(key), st.query_params.get(key))


def pick_view(views: Sequence[str], key: str) -> str:
    """The view that is open, by its name in the address, which a link of the page may set; else the first."""

    def read(asked: str) -> str:
        if asked not in views:
            raise ValueError(asked)
        return asked

    follow({key: read})
    if key not in st.session_state and key not in st.query_params:
        st.session_state[key] = views[0]  # a default of its own may not stand beside a value that is set
    picked = st.segmented_control(
        "Look at", views, key=key, bind="query-params", required=True, label_visibility="collapsed"
    )
    remember({key: read})
    return str(picked) if picked in views else views[0]


def _note(key: str) -> str:
    return f"_followed_{key}"
