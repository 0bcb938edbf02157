"""Models."""

from __future__ import annotations

from watchroom import ui

ui.header("Models", "What models do we have, who owns them, how are they?")
