"""Run: one run as it was logged, whether it could be made again, and how."""

from __future__ import annotations

from watchroom.ui import run

run.draw()
