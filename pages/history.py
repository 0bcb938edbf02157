"""History: who decided what, when, on which evidence."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import history

ui.page_header("history")
history.show()
