"""Model."""

from __future__ import annotations

from watchroom import ui

ui.header("Model", "What is this model, and what is its state?")
