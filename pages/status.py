"""Status."""

from __future__ import annotations

from watchroom import ui

ui.header("Status", "How fresh is the data, what failed?")
