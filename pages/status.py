"""Status: how fresh the data is and what failed."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import status

ui.page_header("status")
status.show()
