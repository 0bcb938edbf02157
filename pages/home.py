"""Home: what needs attention, what waits for the role in use, what changed."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import home

ui.page_header("home")
home.show()
