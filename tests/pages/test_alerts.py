"""Alerts says what is wrong, who has it and what they do; and who watches what."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui import sample_alerts
from tests.ui.alerts_room import CY, AlertsRoom, alerts_room
from tests.ui.reading import Reader, figures, full, links, said
from watchroom.ledger import Ledger
from watchroom.ledger import alert_acts as acts


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AlertsRoom:
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(tmp_path / "room"))
    return alerts_room(tmp_path / "room")


@pytest.fixture
def reader(room: AlertsRoom, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(room.store, monkeypatch)


def heads(text: str) -> list[str]:
    """The first line of each alert, in the order of the page."""
    return [line for line in text.splitlines() if ":material/error:]" in line or ":material/warning:] **" in line]


def test_critical_comes_first_then_what_nobody_has_taken_up(reader: Reader):
    found = heads(said(reader.open("alerts")))
    assert len(found) == 7
    severities = ["critical" if "-badge[critical]" in head else "warning" for head in found]
    assert severities == ["critical"] * 3 + ["warning"] * 4
    assert "acknowledged" in found[2]
    assert "snoozed until" in found[-1]


@pytest.mark.parametrize(
    "sentence",
    [
        "`amount` has drifted: Wasserstein 0.41, limit 0.30, since ",
        "AUC is failing: 0.78, limit 0.80, since ",
        "`country` is on watch: 6.1 % missing, unseen or invalid",
        "Too few decisions: 40 a day, at least 100 expected",
        "n 8,123",
        "Has it: `cy@x`",
        "Has it: :red[:material/person_off: nobody]",
        "[Runbook](https://wiki.example/card-fraud)",
        ":red[no runbook]",
        "“A holiday.”",
    ],
)
def test_an_alert_is_said_in_words(reader: Reader, sentence: str):
    assert sentence in said(reader.open("alerts"))


def test_the_figures_count_what_is_open_and_whose_it_is(reader: Reader):
    found = figures(reader.open("alerts"))
    assert found["Open, critical"] == ("3", "2 not taken up yet")
    assert found["Open, warnings"] == ("4", "3 not taken up yet")
    assert found["Nobody's"] == ("2", "nobody has them")
    assert found["Taken up in"] == ("<1 min", "n 2, last 30 days")
    assert found["Restored in"] == ("4.5 days", "n 2, last 30 days")


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ({"severity": "critical"}, 3),
        ({"state": "acknowledged"}, 1),
        ({"who": "nobody"}, 2),
        ({"model": "bike-demand"}, 1),
        ({"who": "cy@x", "severity": "warning"}, 2),
        ({"state": "snoozed", "severity": "critical"}, 0),
    ],
)
def test_the_filters_of_the_address_narrow_the_list(reader: Reader, address: dict[str, str], count: int):
    text = said(reader.open("alerts", **address))
    assert len(heads(text)) == count
    assert ("No alert fits this choice." in text) is (count == 0)


def test_what_people_did_shows_before_the_next_refresh(room: AlertsRoom, reader: Reader):
    app = reader.open("alerts")
    drift, bikes = room.alert("a-drift"), room.alert("a-bikes")
    acts.resolve(room.ledger, drift.alert_id, CY, seen=drift.last_seq, text="The feed was mended.")
    acts.assign(room.ledger, bikes.alert_id, CY, seen=bikes.last_seq, to="eve@x")
    app.run()
    text = said(app)
    assert len(heads(text)) == 6
    assert "2 alerts touched since" in text
    assert "Has it: `eve@x`" in text
    assert figures(app)["Nobody's"] == ("1", "nobody has them")
    assert figures(app)["Restored in"] == ("3.0 days", "n 3, last 30 days")
    past = said(reader.open("alerts", part="Past"))
    assert "“The feed was mended.”" in past
    assert ":green-badge[resolved]" in past


def test_the_past_holds_what_was_over_or_resolved_in_the_period(reader: Reader):
    month = said(reader.open("alerts", part="Past"))
    assert len(heads(month)) == 2
    assert "lasted 6 days" in month
    assert len(heads(said(reader.open("alerts", part="Past", period="All time")))) == 3


def test_one_alert_of_the_address_is_shown_whole(room: AlertsRoom, reader: Reader):
    found = room.alert("a-auc")
    acts.comment(room.ledger, found.alert_id, CY, text="Looking at the labels.")
    app = reader.open("alerts", alert=found.alert_id)
    text = said(app)
    assert [head.value for head in app.header] == [
        "Its value against the limit", "Who is affected", "Who did what", "Reproduce it",
    ]  # fmt: skip
    assert ":material/person: `cy@x` acknowledged it" in text
    assert "The refresh raised it: critical" in text
    assert "“Looking at the labels.”" in text
    assert text.index("“Looking at the labels.”") < text.index("The refresh raised it")
    assert "- Fraud desk" in text
    assert "Subject: Card fraud: AUC is failing: 0.78, limit 0.80" in text
    assert ("Health of the model", "health", "model=card-fraud") in links(app)
    (chart,) = app.main.get("plotly_chart")
    assert chart.proto.alt.startswith("AUC from ")
    assert "limits: watch 0.86, failing 0.8" in chart.proto.alt


@pytest.mark.parametrize("name", ["a-drift", "a-quality", "a-auc", "a-volume"])
def test_every_signal_has_its_value_over_time(room: AlertsRoom, reader: Reader, name: str):
    app = reader.open("alerts", alert=room.ids[name])
    (chart,) = app.main.get("plotly_chart")
    assert "no values" not in chart.proto.alt
    assert "The alert has lasted since" in chart.proto.alt


def test_an_alert_that_is_not_there_says_so(reader: Reader):
    app = reader.open("alerts", alert="a999")
    assert "There is no alert a999 in this snapshot." in said(app)
    app.main.button(key="all_alerts").click().run()
    assert len(heads(said(app))) == 7


def test_an_alert_is_opened_and_closed_by_click(room: AlertsRoom, reader: Reader):
    app = reader.open("alerts", severity="critical")
    app.main.button(key=f"open_{room.ids['a-drift']}").click().run()
    assert "`amount` has drifted: Wasserstein 0.41, limit 0.30" in said(app)
    assert app.header[0].value == "Its value against the limit"


@pytest.mark.parametrize(("role", "label"), [("Operations", "Act"), ("Data science", "Act"), ("Business", "Comment")])
def test_the_way_to_act_is_named_after_what_the_role_may(reader: Reader, role: str, label: str):
    offered = {button.label for button in reader.open("alerts", role=role).main.button if button.key.startswith("act_")}
    assert offered == {label}


def test_a_ledger_that_is_not_there_is_said_and_nothing_can_be_done(room: AlertsRoom, reader: Reader):
    room.ledger.close()
    for file in room.folder.glob("ledger.db*"):
        file.unlink()
    app = reader.open("alerts")
    text = said(app)
    assert "Nothing can be done here now." in text
    assert len(heads(text)) == 8  # the notice itself has the same icon
    assert [button for button in app.main.button if button.key.startswith("act_")] == []


def test_without_alerts_it_says_that_all_is_well_and_for_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    publish_rows(tmp_path / "store", sample_alerts.rows() | {"alerts": []})
    text = said(Reader(tmp_path / "store", monkeypatch).open("alerts"))
    assert "Nothing is beyond its limits." in text
    assert "The watch roster says what is, and what is not." in text
    assert "2 models judged" in text


def test_where_nothing_could_be_judged_nobody_is_told_that_all_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    full(tmp_path / "store")
    text = said(Reader(tmp_path / "store", monkeypatch).open("alerts"))
    assert "No alert, and no model that could be judged." in text
    assert "beyond its limits" not in text


def test_a_scope_that_names_no_model_says_so(reader: Reader):
    assert "There is no model named “crad-fraud” in this snapshot." in said(reader.open("alerts", model="crad-fraud"))


def test_the_roster_names_who_watches_and_what_nobody_does(reader: Reader):
    app = reader.open("alerts", part="Watch roster")
    text = said(app)
    assert figures(app)["Signals"] == ("42", "of 7 models")
    assert "Nobody has the signals of 5 models" in text
    assert ":red[Bike demand]" in text
    frame = app.main.dataframe[0].value
    fraud = frame[frame["Model"] == "Card fraud"]
    assert list(fraud["Signal"]) == [
        "Drift",
        "Data quality",
        "Performance",
        "Volume",
        "What drives it",
        "Log and refresh",
    ]
    assert [list(state) for state in fraud["State"]] == [["drifted"], ["watch"], ["failing"], ["watch"], ["–"], ["–"]]
    assert {tuple(person) for person in fraud["Person"]} == {("cy@x",)}
    assert {tuple(person) for person in frame[frame["Model"] == "Bike demand"]["Person"]} == {("nobody",)}


def test_the_roster_of_one_model_has_its_signals_alone(reader: Reader):
    app = reader.open("alerts", part="Watch roster", model="card-fraud")
    assert len(app.main.dataframe[0].value) == 6
    assert "Every signal is watched." in said(app)


def test_a_rule_is_told_how_right_it_was_and_what_to_write(reader: Reader):
    app = reader.open("alerts", part="How right are the alarms")
    text = said(app)
    assert "12 alarms in 26 weeks, 5 of them right (precision 42 %)" in text
    assert "A limit of 0.31 would have been right most often: precision 83 %, recall 83 %, 6 weeks better." in text
    assert "The limit in force is as right as any would have been." in text
    (lines,) = [code.value for code in app.main.code]
    assert "      watch: 0.31\n      drifted: 0.62" in lines


def test_the_ledger_is_opened_once_in_a_process(reader: Reader, monkeypatch: pytest.MonkeyPatch):
    opened: list[str] = []
    usual = Ledger.open

    def counted(url: str, *, create: bool) -> Ledger:
        opened.append(url)
        return usual(url, create=create)

    monkeypatch.setattr(Ledger, "open", counted)
    reader.open("alerts")
    reader.open("alerts", part="Past")
    assert len(opened) == 1
