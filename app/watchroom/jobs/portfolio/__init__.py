"""The refresh's step for the portfolio: releases, projects, and the work that went into experiments."""

from __future__ import annotations

from watchroom.jobs.portfolio.step import fill_portfolio

__all__ = ["fill_portfolio"]
