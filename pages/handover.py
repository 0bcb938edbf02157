"""Handover: what is missing before the next team takes a model over, and who is holding it up."""

from __future__ import annotations

from watchroom.ui import handover

handover.show()
