"""Compare: what differs between runs, how their metrics went, which parameters matter, and groups of them."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import compare

ui.page_header("compare")
compare.draw()
