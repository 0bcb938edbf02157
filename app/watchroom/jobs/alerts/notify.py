"""Sending word of alerts: once for each change and channel, whatever becomes of the channel.

What is to be told is in `ledger.notifications`, the words in `text`, the sending in `channels`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from watchroom.errors import LedgerError, WorkspaceError
from watchroom.jobs.alerts.channels import CHANNEL_SECONDS, Channel, deliver, open_channel
from watchroom.jobs.alerts.record import About, AlertsResult
from watchroom.jobs.alerts.text import Text, text_of
from watchroom.ledger import Ledger
from watchroom.ledger.notifications import TRIED_FOR, Message, begin, finish, news
from watchroom.sources.tracking.contract import Problem
from watchroom.workspace.pieces import Hidden
from watchroom.workspace.room_file import RoomSettings

TOGETHER_FROM = 5
"""More changes than this in one refresh come as one message: each by itself would bury the channel."""

_CALLBACK = "/oauth2callback"


@dataclass(frozen=True)
class Sent:
    """What was sent: messages that were taken, those that were not, and what went wrong."""

    messages: int = 0
    failed: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def detail(self) -> str:
        """In words, for the table of the refresh's steps."""
        counts = {"messages sent": self.messages, "not taken": self.failed}
        return ", ".join(f"{name}: {count:,}" for name, count in counts.items() if count) or "nothing sent"


def send(
    ledger: Ledger,
    result: AlertsResult,
    settings: RoomSettings,
    *,
    seconds: float = CHANNEL_SECONDS,
    now: datetime | None = None,
) -> Sent:
    """Tell every channel of `notify` what it has not been told of the alerts that `record_alerts` gave.

    It takes at most `seconds` and a moment. A channel that fails is a problem, and is told at the next refresh, for
    `TRIED_FOR` after the change. Nothing is raised, and nothing is sent when the ledger cannot keep what was sent.
    """
    if not settings.notify:
        return Sent()
    home = public_address(settings)
    channels, problems = open_channels(settings.notify, home)
    if not result.appended:
        return Sent(problems=tuple(problems))
    now = now or datetime.now(UTC)
    try:
        messages = begin(ledger, news(result.alerts, now), [one.name for one in channels], TOGETHER_FROM, now=now)
        outcomes = deliver(channels, _letters(messages, result.about, home), seconds=seconds)
        finish(ledger, outcomes)
    except LedgerError as error:
        unsure = Problem("ledger", "error", "ledger, notifications", error.what, error.why, error.next_step)
        return Sent(problems=(*problems, unsure))
    taken = sum(not why for _, why in outcomes)
    return Sent(taken, len(outcomes) - taken, (*problems, *_failures(outcomes)))


def public_address(settings: RoomSettings) -> str:
    """The app's address as people reach it, from where sign-in returns to; empty when the workspace does not say."""
    if settings.auth is None:
        return ""
    returns_to = settings.auth.redirect_uri.reveal()
    known = returns_to.startswith(("https://", "http://")) and returns_to.endswith(_CALLBACK)
    return returns_to.removesuffix(_CALLBACK) if known and returns_to.isprintable() else ""


def open_channels(notify: Sequence[Hidden], home: str) -> tuple[list[Channel], list[Problem]]:
    """The channels at these addresses, and a problem for each that none can be at."""
    found: list[Channel] = []
    problems: list[Problem] = []
    for name, hidden in zip(_names(notify), notify, strict=True):
        try:
            channel = open_channel(name, hidden.reveal(), home)
        except WorkspaceError as error:
            problems.append(_unusable(name, error.what, error.next_step))
            continue
        if channel is None:
            what = "This is no address that Apprise understands."
            problems.append(_unusable(name, what, "Correct it under `notify` in watchroom.yaml."))
        else:
            found.append(channel)
    return found, problems


def _names(notify: Sequence[Hidden]) -> list[str]:
    """What can be shown of each address, counted where several look alike: the ledger knows a channel by it."""
    seen: Counter[str] = Counter()
    names = []
    for hidden in notify:
        seen[hidden.shown] += 1
        count = seen[hidden.shown]
        names.append(hidden.shown if count == 1 else f"{hidden.shown} ({count})")
    return names


def _unusable(name: str, what: str, next_step: str) -> Problem:
    return Problem("notify", "error", f"watchroom.yaml (notify): {name}", what, "Nothing is sent there.", next_step)


def _letters(
    messages: Sequence[Message], about: Mapping[str, About], address: str
) -> dict[str, list[tuple[Message, Text]]]:
    letters: dict[str, list[tuple[Message, Text]]] = {}
    for message in messages:
        letters.setdefault(message.channel, []).append((message, text_of(message.news, about, address)))
    return letters


def _failures(outcomes: Sequence[tuple[Message, str]]) -> list[Problem]:
    """A problem for each channel that did not take everything, with the first reason."""
    failed: dict[str, list[tuple[Message, str]]] = {}
    for message, why in outcomes:
        if why:
            failed.setdefault(message.channel, []).append((message, why))
    return [_failure(channel, found) for channel, found in failed.items()]


def _failure(channel: str, found: Sequence[tuple[Message, str]]) -> Problem:
    changes = [one for message, _ in found for one in message.news]
    until = max(one.at for one in changes) + TRIED_FOR
    return Problem(
        "notify",
        "warning",
        f"watchroom.yaml (notify): {channel}",
        "This channel did not take a message about alerts.",
        why=found[0][1],
        next_step=f"Each refresh tries again until {until:%Y-%m-%d %H:%M} UTC. Check the address and the service.",
        count=len(changes),
    )
