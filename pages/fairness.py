"""Fairness: whether groups of people are treated alike, and where not."""

from __future__ import annotations

from watchroom.ui import fairness

fairness.show()
