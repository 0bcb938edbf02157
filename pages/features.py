"""Features: which feature feeds which model, how each is, and what breaks with it."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import features

ui.page_header("features")
features.show()
