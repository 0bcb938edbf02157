"""What people are told of alerts, through real channels on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from tests.helpers.channel import ChatService, chat_service
from watchroom.domain.alerts import Condition
from watchroom.jobs.alerts.notify import Sent, public_address, send
from watchroom.jobs.alerts.record import About, AlertsResult
from watchroom.jobs.alerts.text import MOST_LINES, one_line
from watchroom.ledger import Ledger
from watchroom.ledger import alert_acts as acts
from watchroom.ledger.alerts import alerts, record
from watchroom.ledger.people import Person
from watchroom.workspace.room_file import RoomSettings

DAY = date(2026, 11, 20)
AGE = Condition(
    "claims", 3, "drift", "age", "warning", DAY - timedelta(2), 0.12, 0.1, "psi", DAY - timedelta(6), DAY, 1204
)
WORSE = replace(AGE, severity="critical", value=0.3104, limit=0.25)
BO = Person("bo@x", ("operations",))
CLAIMS = About("Claims severity", "bo@x", "ops@x", "https://wiki/claims")


@dataclass
class Room:
    """A ledger, a workspace's channels, and a refresh that measures what it is given and tells of it."""

    ledger: Ledger
    settings: RoomSettings
    about: dict[str, About]

    def notify(self, *addresses: str, **more: Any) -> Room:
        return replace(self, settings=settings_of(notify=list(addresses), **more))

    def refresh(self, *conditions: Condition, **how: Any) -> Sent:
        record(self.ledger, conditions, {"claims": 3})
        return self.tell(**how)

    def tell(self, **how: Any) -> Sent:
        known = AlertsResult(alerts=tuple(alerts(self.ledger)), about=self.about, appended=True)
        return send(self.ledger, known, self.settings, **{"seconds": 5.0, **how})


def settings_of(environ: dict[str, str] | None = None, **content: Any) -> RoomSettings:
    return RoomSettings.model_validate(content, context={"environ": environ or {}})


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatService]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with chat_service() as service:
        yield service


@pytest.fixture
def room(tmp_path: Path, chat: ChatService) -> Iterator[Room]:
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", create=True) as ledger:
        yield Room(ledger, settings_of(notify=[chat.address("ok")]), {"claims": CLAIMS})


def days(number: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=number)


def test_an_alert_about_a_kpi_names_it_and_its_owner(room: Room, chat: ChatService):
    about = {"claims": replace(CLAIMS, kpi_owners={"Fraud caught": "eve@x"})}
    kpi = replace(WORSE, signal="kpi", feature="Fraud caught", method=None, value=38.2, limit=40.0)
    replace(room, about=about).refresh(kpi)
    (message,) = chat.messages
    assert message["title"] == "Critical: Claims severity, the KPI Fraud caught"
    lines = message["message"].splitlines()
    assert lines[1] == "38.2 (limit 40) from 2026-11-14 to 2026-11-20, 1,204 decisions."
    assert lines[3] == "Owner: eve@x"


def test_a_new_alert_is_told_in_full(room: Room, chat: ChatService):
    auth = dict.fromkeys(("server_metadata_url", "client_id", "client_secret", "cookie_secret"), "x")
    room = room.notify(chat.address("ok"), auth=auth | {"redirect_uri": "https://room.example.com/oauth2callback"})
    sent = room.refresh(WORSE)
    (message,) = chat.messages
    assert message["title"] == "Critical: Claims severity, drift of age"
    assert message["message"].splitlines() == [
        "Claims severity (claims, version 3): drift of age.",
        "PSI 0.3104 (limit 0.25) from 2026-11-14 to 2026-11-20, 1,204 decisions.",
        "Beyond its limit since 2026-11-18 (UTC days).",
        "Owner: bo@x",
        "Runbook: https://wiki/claims",
        "https://room.example.com/alerts?model=claims",
    ]
    assert message["type"] == "failure"
    assert (sent.messages, sent.detail, sent.problems) == (1, "messages sent: 1", ())


def test_each_change_is_told_once_and_what_gets_better_is_not(room: Room, chat: ChatService):
    for measured in ([AGE], [AGE], [WORSE], [WORSE], [AGE], [], []):
        room.refresh(*measured)
        room.tell()
    room.refresh(AGE)
    assert [title.split(":")[0] for title in chat.titles] == [
        "Warning",
        "Worse, now critical",
        "Over",
        "Back, warning",
    ]
    assert [message["type"] for message in chat.messages] == ["warning", "failure", "success", "warning"]
    assert "no longer beyond its limit" in chat.messages[2]["message"]


@pytest.mark.parametrize(("count", "messages"), [(5, 5), (6, 1)])
def test_many_changes_of_one_refresh_come_in_one_message(room: Room, chat: ChatService, count: int, messages: int):
    conditions = [replace(AGE, feature=f"f{number}") for number in range(count - 1)] + [WORSE]
    room.refresh(*conditions)
    assert len(chat.messages) == messages
    text = "\n".join(chat.titles + [message["message"] for message in chat.messages])
    assert all(f"drift of {one.feature}" in text for one in conditions)
    if messages == 1:
        assert chat.titles == ["6 alerts changed, 1 critical"]
        lines = chat.messages[0]["message"].splitlines()
        assert lines[:2] == [
            "Claims severity (claims, version 3)",
            "- Critical: drift of age: PSI 0.3104 (limit 0.25), 1,204 decisions, since 2026-11-18, owner bo@x",
        ]
        assert lines[-1] == "  Runbook: https://wiki/claims"


def test_a_message_of_very_many_says_how_many_it_leaves_out(room: Room, chat: ChatService):
    room.refresh(*[replace(AGE, feature=f"f{number}") for number in range(MOST_LINES + 12)])
    lines = chat.messages[0]["message"].splitlines()
    assert lines[-1] == "… and 12 more."
    assert sum(line.startswith("- ") for line in lines) == MOST_LINES


@pytest.mark.parametrize("rest", ["snooze", "resolve"])
def test_nothing_is_told_of_an_alert_that_rests_and_its_worsening_is(room: Room, chat: ChatService, rest: str):
    record(room.ledger, [AGE], {"claims": 3})
    if rest == "snooze":
        acts.snooze(room.ledger, "a1", BO, seen=1, until=days(1))
    else:
        acts.resolve(room.ledger, "a1", BO, seen=1, text="Season.")
    room.refresh(AGE)
    assert chat.messages == []
    room.refresh(WORSE)
    assert chat.titles == ["Worse, now critical: Claims severity, drift of age"]


@pytest.mark.parametrize("rest", ["snooze", "resolve"])
def test_the_end_of_what_rests_is_not_told(room: Room, chat: ChatService, rest: str):
    room.refresh(AGE)
    if rest == "snooze":
        acts.snooze(room.ledger, "a1", BO, seen=1, until=days(1))
    else:
        acts.resolve(room.ledger, "a1", BO, seen=1, text="Season.")
    room.refresh()
    assert len(chat.messages) == 1


def test_an_alert_that_wakes_after_its_snooze_is_told_once(room: Room, chat: ChatService):
    room.refresh(AGE)
    acts.snooze(room.ledger, "a1", BO, seen=1, until=days(7))
    room.refresh(AGE, now=days(6.9))
    assert len(chat.messages) == 1
    room.refresh(AGE, now=days(7.01))
    room.refresh(AGE, now=days(7.02))
    assert chat.titles[1:] == ["Snooze over, still warning: Claims severity, drift of age"]


def test_an_alert_goes_to_whom_it_is_assigned(room: Room, chat: ChatService):
    room.refresh(AGE)
    acts.assign(room.ledger, "a1", BO, seen=1, to="cy@x")
    room.refresh(WORSE)
    assert "Owner: cy@x" in chat.messages[1]["message"]


def test_without_channels_nothing_is_sent_or_written(room: Room, chat: ChatService):
    sent = room.notify().refresh(AGE)
    assert (sent, chat.messages) == (Sent(), [])
    assert room.ledger.entries(kind="notification") == []


def test_a_channel_that_is_new_is_not_told_what_is_old(room: Room, chat: ChatService):
    room.notify().refresh(AGE)
    room.tell(now=days(1.2))
    assert chat.messages == []
    room.tell(now=days(1))
    assert len(chat.messages) == 1


def refused_address() -> str:
    # Port 1 is nobody's: the connection is refused at once.
    return "json://127.0.0.1:1/t0ken-in-the-path"


def test_a_channel_that_fails_is_a_problem_of_its_own_and_the_others_are_told(room: Room, chat: ChatService):
    broken = chat.address("t0ken-in-the-path", login="user:s3cr3t@")
    room = room.notify(broken, refused_address(), chat.address("hang"), chat.address("ok"))
    began = time.perf_counter()
    sent = room.refresh(AGE, WORSE, seconds=0.7)
    assert time.perf_counter() - began < 4
    assert len(chat.messages) == sent.messages == 1
    assert sent.detail == "messages sent: 1, not taken: 3"
    assert [problem.place for problem in sent.problems] == [
        "watchroom.yaml (notify): json://***",
        "watchroom.yaml (notify): json://*** (2)",
        "watchroom.yaml (notify): json://*** (3)",
    ]
    assert {(problem.kind, problem.severity, problem.count) for problem in sent.problems} == {("notify", "warning", 1)}
    reasons = [problem.why for problem in sent.problems]
    assert "500" in reasons[0]
    assert "onnection" in reasons[1]
    assert reasons[2] == "It did not answer within 0.7 s."
    kept = str(sent) + "".join(entry.payload_json for entry in room.ledger.entries())
    assert [secret for secret in ("t0ken", "s3cr3t", "127.0.0.1") if secret in kept] == []


def test_a_channel_that_failed_is_tried_again_for_a_day_and_the_others_are_not(room: Room, chat: ChatService):
    room = room.notify(chat.address("broken"), chat.address("ok"))
    room.refresh(AGE)
    assert room.tell(now=days(0.5)).problems
    assert room.tell(now=days(1)).problems
    assert (chat.refused, len(chat.messages)) == (3, 1)
    assert room.tell(now=days(1.2)) == Sent()
    assert chat.refused == 3


def test_a_channel_that_is_well_again_is_told_the_last_of_each_alert(room: Room, chat: ChatService):
    room.notify(chat.address("broken")).refresh(AGE)
    room.notify(chat.address("broken")).refresh(WORSE)
    room.refresh(WORSE)
    assert chat.titles == ["Worse, now critical: Claims severity, drift of age"]


def test_of_two_refreshes_at_once_one_tells(room: Room, chat: ChatService):
    record(room.ledger, [AGE], {"claims": 3})
    together = Barrier(4)

    def tell(_: int) -> int:
        together.wait()
        return room.tell().messages

    room.tell(now=days(2))
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(tell, range(4))) == [0, 0, 0, 1]
    assert len(chat.messages) == 1


def test_a_message_that_was_begun_by_a_refresh_that_died_is_told_after_a_while(room: Room, chat: ChatService):
    record(room.ledger, [AGE], {"claims": 3})
    from watchroom.ledger.notifications import begin, news

    begin(room.ledger, news(alerts(room.ledger), days(0)), ["json://***"], 5)
    assert room.tell().messages == 0
    assert room.tell(now=days(0) + timedelta(minutes=6)).messages == 1


def test_a_missing_variable_and_an_unknown_address_are_problems_even_when_there_is_nothing_to_tell(
    room: Room, chat: ChatService
):
    channels = ["slack://${CHAT_TOKEN}", "carrier-pigeon://s3cr3t", chat.address("ok")]
    room = replace(room, settings=settings_of(notify=channels))
    sent = room.tell()
    assert [problem.what for problem in sent.problems] == [
        "The environment variable CHAT_TOKEN is not set.",
        "This is no address that Apprise understands.",
    ]
    assert "s3cr3t" not in str(sent)
    assert room.refresh(AGE).messages == 1


def test_a_ledger_that_cannot_keep_what_is_sent_sends_nothing(room: Room, chat: ChatService, tmp_path: Path):
    record(room.ledger, [AGE], {"claims": 3})
    known = AlertsResult(alerts=tuple(alerts(room.ledger)), about={}, appended=True)
    (tmp_path / "ledger.db").rename(tmp_path / "away.db")
    sent = send(room.ledger, known, room.settings)
    assert [problem.kind for problem in sent.problems] == ["ledger"]
    assert chat.messages == []


def test_a_ledger_that_is_not_to_be_written_sends_nothing(room: Room, chat: ChatService):
    record(room.ledger, [AGE], {"claims": 3})
    known = AlertsResult(alerts=tuple(alerts(room.ledger)), about={}, appended=False)
    assert send(room.ledger, known, room.settings) == Sent()
    assert chat.messages == []


HOSTILE = "<b>x</b>\n\u202e[a](http://evil) :smile: @everyone \\n & *y*"


def test_names_from_outside_stay_text(room: Room, chat: ChatService):
    room = replace(room, about={"claims": replace(CLAIMS, title=HOSTILE, runbook=HOSTILE, on_call=HOSTILE)})
    room.refresh(replace(AGE, feature=HOSTILE))
    (message,) = chat.messages
    said = one_line(HOSTILE, 80)
    assert said == "<b>x</b> [a]\u2060(http://evil) :smile: @\u2060everyone \\n & *y*"
    assert one_line("<@U123> <!channel> <#C1> <@&42> <b> [x][y]") == (
        "<\u2060@U123> <\u2060!channel> <\u2060#C1> <\u2060@&42> <b> [x]\u2060[y]"
    )
    assert f"drift of {said}" in message["message"]
    assert len(message["message"].splitlines()) == 5
    assert len(message["title"].splitlines()) == 1


@pytest.mark.parametrize(("asked", "given"), [("html", "&lt;b&gt;x&lt;/b&gt;"), ("markdown", "\\[a\\]")])
def test_a_channel_that_draws_what_it_gets_gets_it_escaped(room: Room, chat: ChatService, asked: str, given: str):
    room.notify(chat.address(f"ok?format={asked}")).refresh(replace(AGE, feature=HOSTILE))
    assert given in chat.messages[0]["message"]


@pytest.mark.parametrize(
    ("returns_to", "address"),
    [
        ("https://room.example.com/oauth2callback", "https://room.example.com"),
        ("https://example.com/room/oauth2callback", "https://example.com/room"),
        ("https://room.example.com/other", ""),
        ("${ADDRESS}", ""),
    ],
)
def test_the_link_leads_to_where_sign_in_returns(returns_to: str, address: str):
    auth = dict.fromkeys(("server_metadata_url", "client_id", "client_secret", "cookie_secret"), "x")
    settings = settings_of({"ADDRESS": "javascript:alert(1)"}, auth=auth | {"redirect_uri": returns_to})
    assert public_address(settings) == address
    assert public_address(settings_of()) == ""


HANG = """
import sys
from watchroom.jobs.alerts.channels import deliver, open_channel
from watchroom.jobs.alerts.text import Text
channel = open_channel("x", sys.argv[1])
print(deliver([channel], {"x": [(1, Text("t", "b", "info"))]}, seconds=0.3))
"""


def test_a_channel_that_hangs_does_not_keep_the_process_from_ending(chat: ChatService):
    address = chat.address("hang?rto=60&cto=60")
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", HANG, address], capture_output=True, text=True, check=True, timeout=25)
    assert done.stdout == "[(1, 'It did not answer within 0.3 s.')]\n"
    assert time.perf_counter() - began < 20


def test_what_was_sent_is_in_the_ledger(room: Room):
    room.refresh(AGE)
    said = [json.loads(entry.payload_json) for entry in room.ledger.entries(kind="notification")]
    assert said == [
        {"outcome": outcome, "channel": "json://***", "changes": [["a1", 1]]} for outcome in ("trying", "sent")
    ]
