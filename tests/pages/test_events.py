"""Events: marked on charts over time, and what a model's figures were before and after."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.reading import Reader, said
from tests.ui.sample import HOSTILE
from tests.ui.value_sample import FRAUD, TODAY, value_room
from watchroom.ledger import Ledger
from watchroom.ledger.alert_acts import Person
from watchroom.ledger.events import Event, Happened, add, take_back

BO = Person("bo@x", ("data_science",))
LONG_AGO = TODAY - timedelta(100)


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    folder = tmp_path / "room"
    folder.mkdir()
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(folder))
    (folder / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    value_room(folder / "store")
    return Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True)


@pytest.fixture
def reader(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "room" / "store", monkeypatch)


def happened(ledger: Ledger, title: str = "Prices rose", days: int = 1, **more) -> Event:
    return add(ledger, Happened(title, LONG_AGO, LONG_AGO + timedelta(days - 1), **more), BO)


def opened(reader: Reader, view: str = "Events", **more: str) -> AppTest:
    return reader.open("value", model=FRAUD.model, view=view, **more)


def alts(app: AppTest) -> list[str]:
    return [chart.proto.alt for chart in app.main.get("plotly_chart")]


def test_without_events_it_is_said_what_they_are_for(reader: Reader):
    text = said(opened(reader))
    assert "Nothing has been marked on the charts of this model yet." in text
    assert "A price change, a storm, a campaign" in text


def test_before_and_after_are_compared_in_a_sentence_and_a_table(ledger: Ledger, reader: Reader):
    happened(ledger)
    app = opened(reader)
    assert "In the 28 days after “Prices rose”" in app.subheader[1].value
    table = app.main.dataframe[0].value
    assert table["Figure, mean a day"].iloc[0] == "Benefit a decision, EUR"
    assert table["Days before, after"].iloc[0] == "28, 28"
    assert "What came after it, not what it did" in said(app)


def test_an_event_of_several_days_has_figures_of_its_own(ledger: Ledger, reader: Reader):
    happened(ledger, days=3)
    assert "During" in opened(reader, days="7").main.dataframe[0].value.columns


def test_days_whose_outcomes_are_mostly_still_to_come_tell_nothing(ledger: Ledger, reader: Reader):
    yesterday = TODAY - timedelta(1)
    add(ledger, Happened("Just now", yesterday, yesterday), BO)
    app = opened(reader)
    assert "It is too early to tell what changed after “Just now”" in app.subheader[1].value


def test_an_event_stands_on_the_chart_of_money_and_one_of_another_model_does_not(ledger: Ledger, reader: Reader):
    happened(ledger)
    happened(ledger, "Elsewhere", models=("retail-demand",))
    (alt, *_) = alts(opened(reader, "Money", by="Month"))
    assert "Prices rose" in alt
    assert "Elsewhere" not in alt


def test_an_event_that_is_taken_back_is_off_the_charts_at_once(ledger: Ledger, reader: Reader):
    event = happened(ledger)
    take_back(ledger, event.seq, BO)
    assert not any("Prices rose" in alt for alt in alts(opened(reader, "Money")))


def test_a_hostile_title_stays_text(ledger: Ledger, reader: Reader):
    happened(ledger, HOSTILE[:60], text=HOSTILE[:200])
    app = opened(reader)
    assert not any("<img" in element.value.replace("\\<img", "") for element in app.main.markdown)


def test_without_a_ledger_the_charts_stand_without_marks(ledger: Ledger, reader: Reader, tmp_path: Path):
    ledger.close()
    (tmp_path / "room" / "ledger.db").unlink()
    app = opened(reader, "Money")
    assert alts(app)
    assert not app.exception
