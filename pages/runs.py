"""Runs: every run of every experiment, for a filter, a search and an order, with the columns that matter."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import runs_page

ui.page_header("runs")
runs_page.draw()
