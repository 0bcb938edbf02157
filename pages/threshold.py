"""Threshold: what another cut-off would earn."""

from __future__ import annotations

from watchroom.ui import threshold

threshold.show()
