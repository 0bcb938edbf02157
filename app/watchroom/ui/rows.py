"""Rows of a model with its issues, as Home and the Models page show them."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries.models import Model
from watchroom.ui import wording
from watchroom.ui.navigation import link
from watchroom.ui.text import plain

ICONS = {3: ":red[:material/error:]", 2: ":orange[:material/warning:]", 1: ":gray[:material/info:]"}
"""An icon of its own for each severity, so that colour is not all that tells them apart."""

_LINK_PADDING = 8
"""Pixels by which Streamlit sets a link's text in; what stands under a link is set in as far."""

TIER_COLOURS = {"critical": "red", "high": "orange", "medium": "blue", "low": "gray"}


def tier_badge(tier: str | None) -> None:
    """The risk tier, or that it has not been assessed."""
    if tier is None:
        st.badge("risk unknown", color="gray")
    else:
        st.badge(f"{plain(tier, 20)} risk", color=TIER_COLOURS.get(tier, "gray"))  # type: ignore[arg-type]


def issue_rows(model: Model) -> None:
    """A line for each issue."""
    st.markdown("  \n".join(f"{ICONS[issue.severity]} {plain(wording.issue(issue), 240)}" for issue in model.issues))


def model_row(model: Model) -> None:
    """A model's name as a link, its risk, and its issues."""
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            link("model", f":blue[**{plain(model.title, 44)}**]", params={"model": model.name})
            tier_badge(model.tier)
        with st.container(horizontal=True, gap=None):
            st.space(_LINK_PADDING)
            with st.container(width="stretch"):
                issue_rows(model)
