"""Search: where something is, by any word of it."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import search

ui.page_header("search")
search.show()
