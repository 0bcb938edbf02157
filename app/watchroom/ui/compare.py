"""The page that compares runs: the choice, the answer, and then one of several views of the same runs."""

from __future__ import annotations

from watchroom.ui.compare_choice import chosen
from watchroom.ui.states import empty


def draw() -> None:
    """The whole page below its question."""
    if chosen() is None:
        empty("No runs are chosen yet.", "Select runs on the page Runs, and compare them from there.")
