"""Status: how fresh the data is and what failed."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import status

ui.header("Status", "How fresh is the data, what failed?")
status.show()
