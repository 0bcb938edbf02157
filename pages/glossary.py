"""Glossary."""

from __future__ import annotations

from watchroom import ui

ui.header("Glossary", "What does this word mean?")
