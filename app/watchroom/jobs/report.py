"""The printed pages of a model and of the portfolio: made from the command line, and for those that are sent."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from watchroom.jobs.zones import zone_of
from watchroom.reports import model_facts, model_page, portfolio_page, portfolio_report
from watchroom.reports.one_page import Asked
from watchroom.reports.period import Period, period_of
from watchroom.settings import Settings
from watchroom.store.queries import status
from watchroom.store.snapshot import ReaderLimits, Snapshot, SnapshotStore
from watchroom.workspace.load import load_workspace

Facts = model_facts.Facts | portfolio_report.Facts


def report(settings: Settings, model: str | None, *, period: str, asked_by: str) -> str:
    """The report of a model, or of the portfolio (None), about a period as people write it, as HTML.

    Raises StoreError for a model that there is not, SettingError for what is no period.
    """
    store = SnapshotStore(load_workspace(settings.workspace).store, ReaderLimits.of(settings))
    try:
        with store.lease() as snapshot:
            return page_of(snapshot, model, period_of(period, snapshot.day), Asked(asked_by, datetime.now(UTC)))
    finally:
        store.close()


def page_of(snapshot: Snapshot, model: str | None, period: Period, asked: Asked) -> str:
    """The report as HTML, in the time zone that the snapshot's workspace is shown in."""
    return html_of(facts_of(snapshot, model, period), asked, zone_of(status.workspace(snapshot).get("time_zone", "")))


def facts_of(snapshot: Snapshot, model: str | None, period: Period) -> Facts:
    """What the report tells. Raises StoreError for a model that there is not."""
    if model is None:
        return portfolio_report.facts(snapshot, period=period)
    return model_facts.facts(snapshot, model=model, period=period)


def html_of(facts: Facts, asked: Asked, zone: ZoneInfo) -> str:
    """The report as HTML."""
    if isinstance(facts, model_facts.Facts):
        return model_page.html(facts, asked, zone)
    return portfolio_page.html(facts, asked, zone)
