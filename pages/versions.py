"""Versions: what was live when, what changed since, how two versions differ, and which one to go back to."""

from __future__ import annotations

from watchroom.ui import versions

versions.show()
