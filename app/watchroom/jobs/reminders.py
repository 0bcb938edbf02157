"""Sending word of what is due, by the channels of the alerts: each thing once for each stage of its urgency.

What was sent is in `ledger.reminders`, the sending in `alerts.channels`. Nothing is raised, and the refresh goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from watchroom.domain.reminders import Reminder, reminders
from watchroom.errors import LedgerError
from watchroom.jobs.alerts.channels import CHANNEL_SECONDS, deliver
from watchroom.jobs.alerts.notify import Sent, open_channels, public_address
from watchroom.jobs.alerts.text import Text, one_line
from watchroom.ledger import Ledger
from watchroom.ledger.reminders import ReminderMessage, begin, finish
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.store.preview import Preview
from watchroom.store.queries.due import due
from watchroom.workspace.room_file import RoomSettings

MOST_LINES = 30
"""Things in one message, as for alerts: who has more to do than that needs the page."""

_ENDS = ("approval", "waiver")


def send_reminders(
    draft: Draft, ledger: Ledger, room: RoomSettings, *, now: datetime | None = None, seconds: float = CHANNEL_SECONDS
) -> Sent:
    """Tell every channel of `notify` what is due soon, due or overdue, and what ends, and that it was not told of yet.

    It reads `checks`, `policy_items`, `findings`, `handovers`, `waivers`, `approval_states`, `check_subjects` and
    `owners` of the draft. Days are those of the workspace's time zone.
    """
    if not room.notify:
        return Sent()
    now = now or datetime.now(UTC)
    home = public_address(room)
    channels, _ = open_channels(room.notify, home)  # what is wrong with them the alerts say
    urgent = reminders(due(Preview(draft)), now.astimezone(ZoneInfo(room.time_zone)).date())
    try:
        messages = begin(ledger, urgent, [one.name for one in channels], now=now)
        outcomes = deliver(
            channels, {one.channel: [(one, text_of(one.reminders, home))] for one in messages}, seconds=seconds
        )
        finish(ledger, outcomes)
    except LedgerError as error:
        unsure = Problem("ledger", "error", "ledger, reminders", error.what, error.why, error.next_step)
        return Sent(problems=(unsure,))
    taken = sum(not why for _, why in outcomes)
    return Sent(taken, len(outcomes) - taken, tuple(_failures(outcomes)))


def text_of(found: Sequence[Reminder], home: str) -> Text:
    """The message that reminds of these, at least one, the most urgent first; by whose they are."""
    shown = found[:MOST_LINES]
    people = dict.fromkeys(one.due.person for one in shown)
    lines: list[str] = []
    for person in people:
        lines.append(f"{one_line(person, 100) if person else 'Nobody yet'}:")
        lines += [f"- {_line(one)}" for one in shown if one.due.person == person]
    lines += [f"… and {len(found) - len(shown):,} more."] if len(found) > len(shown) else []
    lines += [f"{home}/handover"] if home else []
    late = sum(one.urgency in ("overdue", "long overdue") for one in found)
    counted = f"{len(found):,} thing{'s are' if len(found) != 1 else ' is'} due"
    title = counted + (f", {late:,} overdue" if late and late < len(found) else " and past the date" if late else "")
    return Text(title, "\n".join(lines), "warning" if late else "info")


def _line(one: Reminder) -> str:
    ends = one.due.kind in _ENDS
    day = one.due.day
    said = {
        "soon": f"{'On' if ends else 'By'} {day}",
        "due": f"{'On' if ends else 'Due'} {day}",
        "overdue": f"{'Ended' if ends else 'Overdue since'} {day}",
        "long overdue": f"{'Ended' if ends else 'Long overdue, since'} {day}",
    }[one.urgency]
    return f"{said}: {one_line(one.due.title, 80)}, {one_line(one.due.what, 200)}"


def _failures(outcomes: Iterable[tuple[ReminderMessage, str]]) -> Iterable[Problem]:
    """A problem for each channel that did not take its message."""
    for message, why in outcomes:
        if why:
            yield Problem(
                "notify",
                "warning",
                f"watchroom.yaml (notify): {message.channel}",
                "This channel did not take a message about what is due.",
                why=why,
                next_step="Each refresh tries again for a day. Check the address and the service.",
                count=len(message.reminders),
            )
