"""The Model card page: what is this model, for whom, with what limits?"""

from __future__ import annotations

from watchroom.ui.states import page_header

PAGE = "model_card"


def show() -> None:
    """The whole page."""
    page_header(PAGE)
