"""Portfolio: what gets to production, how fast, how safely, and what it returns."""

from __future__ import annotations

from watchroom.ui import portfolio

portfolio.show()
