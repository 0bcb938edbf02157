"""Health: whether a model is working, and if not, why."""

from __future__ import annotations

from watchroom.ui import health

health.show()
