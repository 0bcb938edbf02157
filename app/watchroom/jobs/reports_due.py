"""Sending the reports of `reports:` in watchroom.yaml: each once, to every channel, when its period has ended.

What was sent is in `ledger.report_messages`, the pages in `reports`, the sending in `alerts.channels`. A report that
fails is a problem; nothing is raised, and the refresh goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from watchroom.errors import LedgerError, WatchroomError
from watchroom.jobs.alerts.channels import deliver
from watchroom.jobs.alerts.notify import Sent, open_channels, public_address
from watchroom.jobs.alerts.text import File, Text, one_line
from watchroom.jobs.report import facts_of, html_of
from watchroom.ledger import Ledger
from watchroom.ledger.report_messages import Due, ReportMessage, begin, finish
from watchroom.reports.letter import file_name, letter
from watchroom.reports.one_page import Asked
from watchroom.reports.pdf import TWO_SHEETS, pdf
from watchroom.reports.period import Period, last_whole
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.store.preview import Preview
from watchroom.store.snapshot import Snapshot
from watchroom.workspace.room_file import Report, RoomSettings

PORTFOLIO = "portfolio"
"""What `of` says of a report that is not of one model."""

SECONDS = 30.0
"""How long a channel may take for all of its reports: three times what it has for alerts, since files go with them."""


@dataclass(frozen=True)
class _Made:
    """A report that is made; without the PDF where that failed, and why."""

    text: Text
    problem: Problem | None = None


def send_reports(
    draft: Draft, ledger: Ledger, settings: RoomSettings, *, now: datetime | None = None, seconds: float = SECONDS
) -> Sent:
    """Send every channel of `notify` the reports of periods that have ended and that it has not got yet.

    They report on the draft, of which all parts but `problems` and `refresh_steps` must be there. A period has ended
    when the next one has begun in UTC and in the workspace's time zone. Nothing is raised.
    """
    if not settings.reports or not settings.notify:
        return Sent()
    now = now or datetime.now(UTC)
    periods = {_due(one, period): period for one in settings.reports for period in [_ended(one, settings, now)]}
    channels, _ = open_channels(settings.notify, public_address(settings))  # what is wrong with them the alerts say
    try:
        messages = begin(ledger, periods, [one.name for one in channels], now=now)
        made = _make(draft, {one.due: periods[one.due] for one in messages}, ZoneInfo(settings.time_zone), now)
        letters = _letters(messages, made, public_address(settings))
        outcomes = [*deliver(channels, letters, seconds=seconds), *_not_made(messages, made)]
        finish(ledger, outcomes)
    except LedgerError as error:
        unsure = Problem("ledger", "error", "ledger, reports", error.what, error.why, error.next_step)
        return Sent(problems=(unsure,))
    taken = sum(not why for _, why in outcomes)
    return Sent(taken, len(outcomes) - taken, (*_unmade(made), *_failures(outcomes, made)))


def _due(one: Report, period: Period) -> Due:
    return Due(None if one.of == PORTFOLIO else one.of, period.key)


def _ended(one: Report, settings: RoomSettings, now: datetime) -> Period:
    """The last period of the report's length that is over everywhere that counts."""
    day = min(now.astimezone(UTC).date(), now.astimezone(ZoneInfo(settings.time_zone)).date())
    return last_whole(one.every, day)


def _make(draft: Draft, due: Mapping[Due, Period], zone: ZoneInfo, now: datetime) -> dict[Due, _Made | Problem]:
    """Every report, or what was in its way."""
    if not due:
        return {}
    snapshot = Preview(draft)
    return {one: _one(snapshot, one, period, zone, now) for one, period in due.items()}


def _one(snapshot: Snapshot, due: Due, period: Period, zone: ZoneInfo, now: datetime) -> _Made | Problem:
    try:
        facts = facts_of(snapshot, due.of, period)
    except WatchroomError as error:
        return _problem(due, error)
    title, body = letter(facts)
    text = Text(one_line(title, 120), "\n".join(one_line(line, 900) for line in body.splitlines()), "info")
    try:
        content = pdf(html_of(facts, Asked("", now), zone), pages=TWO_SHEETS)
    except WatchroomError as error:
        return _Made(text, _problem(due, error))
    file = File(file_name(due.of, period, "pdf"), "application/pdf", content)
    return _Made(Text(text.title, text.body, text.mood, (file,)))


def _problem(due: Due, error: WatchroomError) -> Problem:
    return Problem("notify", "error", _place(due), error.what, error.why, error.next_step, model=due.of)


def _place(due: Due) -> str:
    return f"watchroom.yaml (reports): {due.of or PORTFOLIO}, {due.period}"


def _letters(
    messages: Iterable[ReportMessage], made: Mapping[Due, _Made | Problem], home: str
) -> dict[str, list[tuple[ReportMessage, Text]]]:
    letters: dict[str, list[tuple[ReportMessage, Text]]] = {}
    for message in messages:
        found = made[message.due]
        if isinstance(found, _Made):
            letters.setdefault(message.channel, []).append((message, _with_address(found.text, message.due, home)))
    return letters


def _with_address(text: Text, due: Due, home: str) -> Text:
    if not home:
        return text
    page = "portfolio" if due.of is None else f"value?model={quote(due.of, safe='')}"
    return Text(text.title, f"{text.body}\n{home}/{page}", text.mood, text.files)


def _not_made(
    messages: Iterable[ReportMessage], made: Mapping[Due, _Made | Problem]
) -> list[tuple[ReportMessage, str]]:
    """Those that could not be made: tried again, as if the channel had not taken them."""
    return [(one, found.what) for one in messages if isinstance(found := made[one.due], Problem)]


def _unmade(made: Mapping[Due, _Made | Problem]) -> list[Problem]:
    """What was in the way of reports and of their files."""
    found = [one if isinstance(one, Problem) else one.problem for one in made.values()]
    return [one for one in found if one is not None]


def _failures(outcomes: Sequence[tuple[ReportMessage, str]], made: Mapping[Due, _Made | Problem]) -> list[Problem]:
    """A problem for each channel that did not take a report that was made, with the first reason."""
    failed: dict[str, list[str]] = {}
    for message, why in outcomes:
        if why and isinstance(made[message.due], _Made):
            failed.setdefault(message.channel, []).append(why)
    return [
        Problem(
            "notify", "warning", f"watchroom.yaml (reports): {channel}", "This channel did not take a report.",
            why=reasons[0], next_step="Each refresh tries again for a day. Check the address and the service.",
            count=len(reasons),
        )
        for channel, reasons in failed.items()
    ]  # fmt: skip
