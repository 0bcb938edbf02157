"""Alerts: what is beyond its limits, who has it, what was done, and who watches what."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import alerts

ui.page_header("alerts")
alerts.show()
