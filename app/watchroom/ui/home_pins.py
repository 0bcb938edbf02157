"""What people have pinned, on Home: a link for each, as of the snapshot. Nothing while nothing is pinned."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from watchroom.store.queries import pins as queries
from watchroom.store.queries.pins import Pin
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.rows import quiet
from watchroom.ui.states import section
from watchroom.ui.text import count_of, plain, when
from watchroom.ui.workspace import facts

SHOWN = 8
"""Pins that are drawn; the newest models, then the newest runs."""


def show(model: str | None, made_at: datetime) -> None:
    """The section; with a model its own pin, and those of all runs."""
    found = [pin for pin in ask(queries.pins) if pin.kind == "run" or model in (None, pin.id)]
    if not found:
        return
    section("Pinned")
    with st.container(border=True, gap="xxsmall"):
        for pin in found[:SHOWN]:
            _row(pin, made_at)
        rest = f"{count_of(len(found) - SHOWN, 'more pin')}. " if len(found) > SHOWN else ""
        st.caption(f"{rest}As of the snapshot of {plain(when(made_at, facts().zone))}.")


def _row(pin: Pin, made_at: datetime) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        icon = ":material/model_training:" if pin.kind == "model" else ":material/science:"
        link(pin.kind, plain(pin.title, 60), icon=icon, params={pin.kind: pin.id})
        st.markdown(quiet(f"by {plain(pin.actor, 60)}, {plain(when(pin.at, facts().zone, now=made_at))}"))
