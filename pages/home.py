"""Home: what changed, what waits for the role in use, what needs attention."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import home

ui.header("Home", "What changed since I last looked, what waits for me, what needs attention?")
home.show()
