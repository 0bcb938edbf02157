"""The Portfolio page: what gets to production, how fast, how safely, and what it returns."""

from __future__ import annotations

from watchroom.ui.states import page_header

PAGE = "portfolio"


def show() -> None:
    """The whole page."""
    page_header(PAGE)
