"""Streamlit helpers, the only caches, identity and roles.

Named here is what the entry script and the pages use; a module of this package is imported by its own name.
"""

from __future__ import annotations

from watchroom.ui.identity import current_user
from watchroom.ui.room import leased, reading
from watchroom.ui.states import error, page_header

__all__ = ["current_user", "error", "leased", "page_header", "reading"]
