"""Word of what is due, through real channels on loopback: once for each stage of its urgency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.helpers.channel import ChatService, chat_service
from tests.helpers.snapshots import publish_rows
from watchroom.jobs.alerts.notify import Sent
from watchroom.jobs.reminders import send_reminders
from watchroom.ledger import Ledger
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.room_file import RoomSettings

NOW = datetime.now(UTC)
DAY = NOW.date()
ITEM = {"model": "fraud", "version": 3, "stage": "deploy", "item": "runbook", "status": "fail", "person": "bo@x"}
HANDED = {"seq": 4, "model": "fraud", "version": 3, "stage": "deploy", "to_team": "Payments", "giver": "a@x"}
FOUND = {"seq": 7, "model": "fraud", "severity": "high", "title": "No holdout", "actor": "ines@x", "owner": "a@x"}
APPROVED = {
    "model": "fraud", "version": 3, "stage": "deploy", "status": "approved", "until": datetime.combine(DAY, time(9)),
}  # fmt: skip
WAIVED = {"seq": 1, "model": "fraud", "version": 3, "item": "waived", "actor": "ines@x", "until": DAY}
ROWS = {
    "models": [{"model": "fraud", "title": "Card fraud @everyone"}],
    "owners": [{"model": "fraud", "role": "reviewer", "person": "ines@x"}],
    "check_subjects": [{"model": "fraud", "version": 3, "is_champion": True, "is_challenger": False}],
    "checks": [
        ITEM | {"due": DAY},
        ITEM | {"item": "met", "status": "pass", "due": DAY},
        ITEM | {"item": "waived", "status": "waived", "due": DAY},
        ITEM | {"item": "undated"},
    ],
    "findings": [FOUND | {"state": "answered", "due": DAY}, FOUND | {"seq": 8, "state": "accepted", "due": DAY}],
    "handovers": [
        HANDED | {"state": "given", "receiver": "kwame@x", "due": DAY},
        HANDED | {"seq": 5, "state": "declined", "due": DAY},
    ],
    "approval_states": [APPROVED, APPROVED | {"version": 2}],
    "waivers": [WAIVED, WAIVED | {"seq": 2, "item": "lifted", "lifted_at": NOW.replace(tzinfo=None)}],
}  # fmt: skip


@dataclass
class Room:
    ledger: Ledger
    draft: Draft

    def send(self, channel: str, day: date, hour: int = 12, zone: str = "UTC") -> Sent:
        given = {"notify": [channel], "time_zone": zone}
        settings = RoomSettings.model_validate(given, context={"environ": {}})
        now = datetime.combine(day, time(hour), tzinfo=UTC)
        return send_reminders(self.draft, self.ledger, settings, now=now, seconds=5.0)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reminders") / "store"
    publish_rows(folder, ROWS)
    return folder


@pytest.fixture
def room(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = StoreFolder(store)
    with (
        Ledger.open(f"sqlite:///{tmp_path}/ledger.db", create=True) as ledger,
        refresh_lock(folder, wait_seconds=5),
        Draft(folder) as draft,
    ):
        yield Room(ledger, draft)


@pytest.fixture
def chat() -> Iterator[ChatService]:
    with chat_service() as service:
        yield service


def test_everybody_is_told_once_for_each_stage_of_urgency(room: Room, chat: ChatService):
    channel = chat.address("ok/team")
    assert room.send(channel, DAY - timedelta(8)) == Sent()
    for day in (-7, -3, -1, 0, 1, 5, 8, 20):  # soon, soon, due, due, overdue, overdue, long overdue, long overdue
        room.send(channel, DAY + timedelta(day))
    assert chat.titles == [
        "5 things are due",
        "5 things are due",
        "5 things are due and past the date",
        "5 things are due and past the date",
    ]


def test_the_message_says_what_whose_and_by_when_and_calls_nobody_by_name(room: Room, chat: ChatService):
    room.send(chat.address("ok/team"), DAY + timedelta(1))
    (message,) = chat.messages
    assert message["message"].splitlines() == [
        "ines@x:",
        f"- Ended {DAY}: Card fraud @\u2060everyone, version 3: approval for deploy ends",
        f"- Overdue since {DAY}: Card fraud @\u2060everyone, high finding: No holdout (waits for the reviewer)",
        f"- Ended {DAY}: Card fraud @\u2060everyone, version 3: waiver of waived ends",
        "kwame@x:",
        f"- Overdue since {DAY}: Card fraud @\u2060everyone, version 3: handover to Payments, to be accepted",
        "bo@x:",
        f"- Overdue since {DAY}: Card fraud @\u2060everyone, version 3, deploy: runbook",
    ]


def test_a_day_is_the_workspaces(room: Room, chat: ChatService):
    channel = chat.address("ok/team")
    room.send(channel, DAY, 23, "UTC")
    room.send(channel, DAY, 23, "Asia/Tokyo")  # the day after there
    assert chat.titles == ["5 things are due", "5 things are due and past the date"]


def test_a_channel_that_fails_is_a_problem_and_is_told_at_the_next_refresh(room: Room, chat: ChatService):
    sent = room.send(chat.address("refuse"), DAY)
    assert (sent.messages, sent.failed) == (0, 1)
    (problem,) = sent.problems
    assert problem.count == 5
    assert [one.payload["outcome"] for one in room.ledger.entries(kind="reminder")] == ["trying", "failed"]
    assert room.send(chat.address("refuse"), DAY).failed == 1
