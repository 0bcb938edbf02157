"""Models: all of them, with owners, state and what needs attention."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import models

ui.header("Models", "What models do we have, who owns them, how are they?")
models.show()
