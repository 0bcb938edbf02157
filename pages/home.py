"""Home."""

from __future__ import annotations

from watchroom import ui

ui.header("Home", "What changed since I last looked, what waits for me, what needs attention?")
