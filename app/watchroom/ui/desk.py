"""The desk of this server process: the log's decisions, and the warm children that explain them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from watchroom.desk.decisions import Decisions
from watchroom.desk.explaining import Desk
from watchroom.ui.room import room


def desk() -> Desk:
    """The one desk of this process over the room's store."""
    found = room()
    return _desk(str(found.store_folder), found.settings.explain_memory_mb)


def decisions() -> Decisions:
    """The decisions in the logs of the room's workspace."""
    settings = room().settings
    return _decisions(str(settings.workspace.resolve()), settings.query_seconds, settings.memory_limit_mb)


@st.cache_resource(show_spinner=False, max_entries=4, on_release=Desk.close)
def _desk(store: str, memory_mb: int) -> Desk:
    return Desk(Path(store), memory_mb=memory_mb)


@st.cache_resource(show_spinner=False, max_entries=4)
def _decisions(workspace: str, seconds: float, memory_mb: int) -> Decisions:
    return Decisions(Path(workspace), seconds=seconds, memory_mb=memory_mb)
