"""Value: whether a model meets its targets, and what it is worth."""

from __future__ import annotations

from watchroom.ui import value

value.show()
