"""Reports that are sent when a period has ended, through real channels on loopback."""

from __future__ import annotations

import base64
import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.channel import ChatService, chat_service
from tests.helpers.reported import BUSY, STRANGE, last_month, rows
from tests.helpers.snapshots import publish_rows
from watchroom.errors import WatchroomError
from watchroom.jobs import reports_due
from watchroom.jobs.alerts.notify import Sent
from watchroom.jobs.reports_due import send_reports
from watchroom.ledger import Ledger
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.room_file import RoomSettings

PDF = b"%PDF-1.7 of a test"


@dataclass
class Room:
    """A ledger and a store in which a draft is being built, and the settings that say what is sent where."""

    ledger: Ledger
    draft: Draft

    def send(self, *channels: str, reports: list[dict[str, str]], **how: Any) -> Sent:
        given = {"notify": list(channels), "reports": reports, "time_zone": how.pop("zone", "UTC")}
        settings = RoomSettings.model_validate(given, context={"environ": {}})
        return send_reports(self.draft, self.ledger, settings, **{"seconds": 5.0, **how})

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(one.payload["outcome"], one.payload["report"][2]) for one in self.ledger.entries(kind="report")]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "store"
    publish_rows(folder, rows())
    return folder


@pytest.fixture
def room(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    # The file itself is the affair of tests/reports; here it is how it travels that counts.
    monkeypatch.setattr(reports_due, "pdf", lambda html, *, pages: PDF + html.encode())
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


ALL: dict[str, str] = {"of": "portfolio"}
ONE: dict[str, str] = {"of": BUSY}


def test_the_report_of_the_month_that_has_ended_is_sent_once_with_the_pdf_and_the_answers(
    room: Room, chat: ChatService
):
    sent = room.send(chat.address("ok"), reports=[ALL, ONE])
    assert (sent.detail, sent.problems) == ("messages sent: 2", ())
    every, one = chat.messages
    month = f"{last_month():%B %Y}"
    assert (every["title"], one["title"]) == (f"All models: {month}", f"Card fraud: {month}")
    assert [line.split("?")[0] for line in one["message"].splitlines()] == [
        "On target", "What did it earn", "What should we do",
    ]  # fmt: skip
    assert "it meets 1 of its 4 targets" in one["message"]
    (file,) = one["attachments"]
    assert (file["filename"], file["mimetype"]) == (f"watchroom-card-fraud-{last_month():%Y-%m}.pdf", "application/pdf")
    content = base64.b64decode(file["base64"])
    assert content.startswith(PDF)
    assert room.draft.id.encode() in content
    assert room.send(chat.address("ok"), reports=[ALL, ONE]) == Sent()
    assert len(chat.messages) == 2


def test_the_next_month_brings_the_next_report(room: Room, chat: ChatService):
    for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)):
        room.send(chat.address("ok"), reports=[ALL], now=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    assert [title.partition(": ")[2] for title in chat.titles] == ["September 2026", "October 2026", "November 2026"]


@pytest.mark.parametrize(
    ("zone", "now", "period"),
    [
        ("UTC", "2026-11-01T00:30", "2026-10"),
        (
            "Europe/Vienna",
            "2026-10-31T23:30",
            "2026-09",
        ),  # November has begun in Vienna, and October is not over in UTC
        ("America/New_York", "2026-11-01T03:30", "2026-09"),
        ("America/New_York", "2026-11-01T04:30", "2026-10"),
    ],
)
def test_a_month_has_ended_when_it_has_in_utc_and_in_the_workspaces_zone(
    room: Room, chat: ChatService, zone: str, now: str, period: str
):
    room.send(chat.address("ok"), reports=[ALL], zone=zone, now=datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert room.outcomes == [("trying", period), ("sent", period)]


def test_a_report_of_the_week_comes_every_week(room: Room, chat: ChatService):
    for day in (16, 18, 22, 23):
        room.send(chat.address("ok"), reports=[{**ONE, "every": "week"}], now=datetime(2026, 11, day, tzinfo=UTC))
    assert chat.titles == ["Card fraud: the week of 9 to 15 Nov 2026", "Card fraud: the week of 16 to 22 Nov 2026"]


def test_a_channel_that_fails_is_a_problem_and_tried_again_for_a_day_and_the_others_get_theirs(
    room: Room, chat: ChatService
):
    now = datetime.now(UTC)
    broken, well = chat.address("t0ken"), chat.address("ok")
    first = room.send(broken, well, reports=[ALL], now=now)
    assert (first.messages, first.failed, len(chat.messages)) == (1, 1, 1)
    (problem,) = first.problems
    assert (problem.kind, problem.severity, problem.what) == (
        "notify", "warning", "This channel did not take a report.",
    )  # fmt: skip
    assert "500" in problem.why
    assert "t0ken" not in str(first) + "".join(one.payload_json for one in room.ledger.entries())
    assert room.send(broken, well, reports=[ALL], now=now + timedelta(hours=20)).failed == 1
    assert room.send(broken, well, reports=[ALL], now=now + timedelta(hours=60)) == Sent()
    assert (chat.refused, len(chat.messages)) == (2, 1)


def test_a_model_that_is_gone_is_a_problem_and_the_other_reports_are_sent(room: Room, chat: ChatService):
    sent = room.send(chat.address("ok"), reports=[{"of": "gone"}, ALL])
    assert [problem.what for problem in sent.problems] == ["There is no model 'gone' in this snapshot."]
    assert (sent.messages, sent.failed) == (1, 1)


def test_without_its_pdf_the_answers_are_sent_and_the_problem_told(
    room: Room, chat: ChatService, monkeypatch: pytest.MonkeyPatch
):
    def broken(html: str, *, pages: int) -> bytes:
        raise WatchroomError("No PDF can be made on this machine.")

    monkeypatch.setattr(reports_due, "pdf", broken)
    sent = room.send(chat.address("ok"), reports=[ALL])
    assert [problem.what for problem in sent.problems] == ["No PDF can be made on this machine."]
    assert chat.messages[0]["attachments"] == []
    assert "What did they earn?" in chat.messages[0]["message"]


def test_names_from_outside_stay_text_on_their_lines(room: Room, chat: ChatService):
    room.send(chat.address("ok"), reports=[{"of": STRANGE}])
    (message,) = chat.messages
    assert len(message["title"].splitlines()) == 1
    assert len(message["message"].splitlines()) == 3


def test_of_nothing_asked_for_nothing_is_sent(room: Room, chat: ChatService):
    assert room.send(chat.address("ok"), reports=[]) == Sent()
    assert room.send(reports=[ALL]) == Sent()
    assert room.outcomes == []


def test_the_draft_is_as_it_was_for_the_steps_that_follow(room: Room, chat: ChatService):
    views = "select database_name, view_name from duckdb_views() where not internal order by all"
    before = room.draft.connection.execute(views).fetchall()
    room.send(chat.address("ok"), reports=[ALL])
    assert room.draft.connection.execute(views).fetchall() == before
    assert room.draft.publish().id == room.draft.id


@dataclass
class Mail:
    """A mail server on loopback that takes one letter at a time and keeps it."""

    port: int = 0
    letters: list[bytes] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[Mail]:
    mail = Mail()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                if not self._answer(line.strip().upper()):
                    return

        def _answer(self, command: bytes) -> bool:
            if command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                mail.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 good\r\n")
            return command != b"QUIT"

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        mail.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield mail
        finally:
            server.shutdown()
            thread.join()


def test_by_mail_the_pdf_is_attached(room: Room):
    with mail_server() as mail:
        address = f"mailto://127.0.0.1:{mail.port}/?from=room@example.com&to=ada@example.com&mode=insecure"
        sent = room.send(address, reports=[ONE])
        assert sent.problems == ()
        letter = email.message_from_bytes(mail.letters[0], policy=email.policy.default)
    (file,) = letter.iter_attachments()
    assert file.get_filename() == f"watchroom-card-fraud-{last_month():%Y-%m}.pdf"
    assert file.get_content().startswith(PDF)
