"""The scope: ready periods, chosen ones, and how a link and a control take turns."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.reading import Reader, full, said
from watchroom.ui.scope import CUSTOM, DEFAULT_PERIOD, period_of

MADE = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
VIENNA = ZoneInfo("Europe/Vienna")


def test_a_period_ends_with_the_day_of_the_snapshot_where_the_workspace_is():
    period = period_of("Last 7 days", MADE, VIENNA)
    assert period.end == datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    assert period.start == datetime(2026, 11, 14, 23, 0, tzinfo=UTC)
    assert period.end_utc.tzinfo is None


@pytest.mark.parametrize(
    ("zone", "made_at", "first", "last"),
    [
        ("UTC", MADE, date(2026, 11, 14), date(2026, 11, 20)),
        ("Europe/Vienna", MADE, date(2026, 11, 15), date(2026, 11, 21)),
        ("America/New_York", MADE, date(2026, 11, 14), date(2026, 11, 20)),
        ("America/New_York", datetime(2026, 11, 21, 3, tzinfo=UTC), date(2026, 11, 14), date(2026, 11, 21)),
    ],
)
def test_the_days_of_a_period_hold_the_day_of_the_snapshot_there_and_in_utc(
    zone: str, made_at: datetime, first: date, last: date
):
    period = period_of("Last 7 days", made_at, ZoneInfo(zone))
    assert (period.first_day, period.last_day) == (first, last)


def test_the_days_of_a_chosen_period_are_those_chosen():
    period = period_of(CUSTOM, MADE, VIENNA, (date(2026, 10, 2), date(2026, 10, 5)))
    assert (period.first_day, period.last_day) == (date(2026, 10, 2), date(2026, 10, 5))


def test_a_day_of_the_clock_change_is_as_long_as_it_is():
    period = period_of(CUSTOM, MADE, VIENNA, (date(2026, 10, 25), date(2026, 10, 25)))
    assert (period.end - period.start).total_seconds() == 25 * 3600


def test_a_chosen_period_holds_its_first_and_its_last_day_in_either_order():
    first, last = date(2026, 1, 1), date(2026, 1, 31)
    period = period_of(CUSTOM, MADE, ZoneInfo("UTC"), (last, first))
    assert (period.start.date(), period.end.date()) == (first, date(2026, 2, 1))
    assert period.label == "1 Jan 2026 to 31 Jan 2026"


@pytest.mark.parametrize("label", ["nonsense", CUSTOM, ""])
def test_what_is_no_period_is_the_usual_one(label: str):
    assert period_of(label, MADE, VIENNA).label == DEFAULT_PERIOD


def test_all_time_has_no_beginning():
    assert period_of("All time", MADE, VIENNA).start.year == 1970


def test_a_link_inside_the_app_sets_the_scope_and_a_control_changes_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    full(tmp_path / "store")
    app = Reader(tmp_path / "store", monkeypatch).open("models")
    app.query_params["model"] = "churn"
    app.switch_page("../pages/model.py").run()
    assert app.title[0].value == "Customer churn"
    app.sidebar.selectbox(key="model").select("card-fraud").run()
    assert app.title[0].value == "Card fraud"


def opened(page: str, store: Path, monkeypatch: pytest.MonkeyPatch, **address: str) -> AppTest:
    full(store)
    return Reader(store, monkeypatch).open(page, **address)


def test_runs_of_a_version_that_is_none_say_so_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    app = opened("runs", tmp_path / "store", monkeypatch, model="card-fraud", version="99")
    assert "Choose another version in the sidebar." in said(app)
    assert "No run fits." not in said(app)


@pytest.mark.parametrize("page", ["runs", "model"])
def test_a_version_that_is_none_is_said_to_be_none(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    app = opened(page, tmp_path / "store", monkeypatch, model="card-fraud", version="99")
    missing = "There is no version 99 of card-fraud in this snapshot. The newest is 4."
    assert missing in said(app)
    app.sidebar.selectbox(key="version").select("3").run()
    assert not app.exception
    assert missing not in said(app)


def test_a_version_goes_with_its_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    app = opened("runs", tmp_path / "store", monkeypatch, model="card-fraud", version="4")
    app.sidebar.selectbox(key="model").select("churn").run()
    assert app.sidebar.selectbox(key="version").value == "All versions"
    assert "There is no version" not in said(app)


@pytest.mark.parametrize("version", ["9" * 5000, "-1", "1.5", "champion"])
def test_what_is_no_version_is_left_out(version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    app = opened("runs", tmp_path / "store", monkeypatch, model="card-fraud", version=version)
    assert app.sidebar.selectbox(key="version").value == "All versions"
