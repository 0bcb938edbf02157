"""Explanations: what drives a model, and how that has changed."""

from __future__ import annotations

from watchroom.ui import explanations

explanations.show()
