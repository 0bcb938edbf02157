"""Models: all of them, with owners, state and what needs attention."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import models

ui.page_header("models")
models.show()
