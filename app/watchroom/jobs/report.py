"""The printed pages of a model and of the portfolio: made from the command line, and for those that are sent."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchroom.reports import model_facts, model_page, portfolio_page, portfolio_report
from watchroom.reports.one_page import Asked, Kind
from watchroom.reports.pdf import pdf
from watchroom.reports.period import Period, period_of
from watchroom.settings import Settings
from watchroom.store.queries import status
from watchroom.store.snapshot import ReaderLimits, Snapshot, SnapshotStore
from watchroom.workspace.load import load_workspace

PORTFOLIO = None
"""What a report is of when it is not of one model."""


def report(settings: Settings, model: str | None, *, period: str, kind: Kind, asked_by: str) -> bytes:
    """The report of a model, or of the portfolio (None), about a period as people write it.

    Raises StoreError for a model that there is not, SettingError for what is no period.
    """
    store = SnapshotStore(load_workspace(settings.workspace).store, ReaderLimits.of(settings))
    try:
        with store.lease() as snapshot:
            asked = Asked(asked_by, datetime.now(UTC))
            page = page_of(snapshot, model, period_of(period, snapshot.day), asked)
    finally:
        store.close()
    return pdf(page, pages=model_page.PAGES) if kind == "pdf" else page.encode(errors="replace")


def page_of(snapshot: Snapshot, model: str | None, period: Period, asked: Asked) -> str:
    """The report as HTML, in the time zone that the snapshot's workspace is shown in."""
    zone = _zone(status.workspace(snapshot).get("time_zone", ""))
    if model is PORTFOLIO:
        return portfolio_page.html(portfolio_report.facts(snapshot, period=period), asked, zone)
    return model_page.html(model_facts.facts(snapshot, model=model, period=period), asked, zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
