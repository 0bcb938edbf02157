"""Glossary: what a word means."""

from __future__ import annotations

from watchroom import ui
from watchroom.ui import glossary

ui.page_header("glossary")
glossary.show()
