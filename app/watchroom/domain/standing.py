"""How an item of a checklist stands: what was measured, what a person answered, and whether it is waived.

An item that checks itself is what was measured: an answer cannot tick it, only a waiver can set it aside. Where there
is nothing to measure it by (`unknown`), and for a question, what a person answered holds, as long as it is not too old
and the item has not changed. The refresh and the pages judge by this one function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from watchroom.domain.policy import QUESTION
from watchroom.domain.risk import Tier

Status = Literal["pass", "fail", "stale", "waived", "unknown"]
STATUSES: tuple[Status, ...] = ("fail", "stale", "unknown", "waived", "pass")
"""In the order in which they ask for attention."""

HELD = "held"
"""`evidence.status` of a file that is still what was kept."""

WAIVER_DAYS: dict[Tier, int] = {"critical": 30, "high": 60, "medium": 90, "low": 180}
"""The longest that an item may be waived: the more a model can harm, the sooner somebody looks again."""


@dataclass(frozen=True)
class Answer:
    """What a person answered to an item. `at` is UTC; `text` may be empty.

    `evidence` is the ledger's entry of a file, None for none; `digest` the item's as they saw it; `valid_until` is UTC,
    None for no end.
    """

    seq: int
    at: datetime
    actor: str
    role: str
    met: bool
    text: str
    evidence: int | None
    digest: str
    valid_until: datetime | None


@dataclass(frozen=True)
class Waiver:
    """That an item is not asked for until the end of the day `until` (UTC). A newer waiver takes an older one back.

    `digest` is the item's as it was when it was waived: one that has changed since is another item, and is asked for.
    It is empty where that was not kept; then the waiver holds whatever became of the item.
    """

    seq: int
    at: datetime
    actor: str
    role: str
    reason: str
    until: date
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    digest: str = ""

    def of_another(self, item_digest: str) -> bool:
        """Whether it was given for the item as it was before it changed."""
        return bool(self.digest) and self.digest != item_digest

    def in_force(self, now: datetime) -> bool:
        """Whether it holds at `now`; one without a zone is UTC."""
        return self.lifted_at is None and _utc(now).date() <= self.until


@dataclass(frozen=True)
class Assignment:
    """Who is to see to an item, and until when; `person` is None when that was taken back."""

    seq: int
    at: datetime
    actor: str
    person: str | None
    due: date | None


@dataclass(frozen=True)
class Standing:
    """An item's status, and in a sentence why; `because` is empty where what was measured says it all.

    `by_person` is whether an answer decided it: it counts half in the ML Test Score.
    """

    status: Status
    because: str
    by_person: bool = False

    @property
    def open(self) -> bool:
        """Whether something is still to be done: it is neither met nor waived."""
        return self.status in ("fail", "stale", "unknown")


def standing(
    measured: str,
    kind: str,
    item_digest: str,
    answer: Answer | None,
    waiver: Waiver | None,
    now: datetime,
    *,
    evidence: str = HELD,
) -> Standing:
    """How an item stands at `now` (UTC). `measured` is `checks.measured`; of a question it is not looked at.

    `evidence` is `evidence.status` of the file that the answer rests on; it is not looked at where there is none.
    """
    found = _unwaived(measured, kind, item_digest, answer, now, evidence)
    if waiver is None or not found.open or not waiver.in_force(now):
        return found
    if waiver.of_another(item_digest):
        told = f"The waiver of {waiver.actor} does not count: the item has changed since."
        return replace(found, because=f"{found.because} {told}".strip())
    return Standing("waived", f"Waived by {waiver.actor} until {_day(waiver.until)}: {waiver.reason}")


def renewed(waivers: Sequence[Waiver]) -> tuple[datetime | None, int]:
    """Since when (UTC) an item has been waived without a gap up to its last waiver, and for how many times.

    `waivers` are all of an item in the order of writing. A newer one that was given while the one before held, or on
    the day after its last, goes on with it. Without any: None and 0.
    """
    since, times, before = None, 0, None
    for one in waivers:
        goes_on = before is not None and _goes_on(before, one)
        since, times, before = (since, times + 1, one) if goes_on else (one.at, 1, one)
    return since, times


def _goes_on(before: Waiver, one: Waiver) -> bool:
    taken_back = before.lifted_at is not None and _utc(before.lifted_at) < _utc(one.at)
    return not taken_back and _utc(one.at).date() <= before.until + timedelta(1)


def _unwaived(
    measured: str, kind: str, item_digest: str, answer: Answer | None, now: datetime, evidence: str
) -> Standing:
    if kind != QUESTION and measured in ("pass", "fail", "stale"):
        return Standing(_measured(measured), "")
    if answer is None:
        return Standing("unknown", "Nobody has answered it." if kind == QUESTION else "")
    return _answered(item_digest, answer, now, evidence)


def _measured(status: str) -> Status:
    return next(one for one in STATUSES if one == status)


def _answered(item_digest: str, answer: Answer, now: datetime, evidence: str) -> Standing:
    said = f"{answer.actor} answered on {_day(answer.at)}"
    told = f": {answer.text}" if answer.text else "."
    if not answer.met:
        return Standing("fail", f"{said} that it is not met{told}", by_person=True)
    if answer.digest != item_digest:
        return Standing("stale", f"{said}; the item has changed since.", by_person=True)
    if answer.evidence is not None and evidence != HELD:
        return Standing("stale", f"{said}; the file that it rests on is {evidence}.", by_person=True)
    if answer.valid_until is not None and _utc(answer.valid_until) < _utc(now):
        return Standing("stale", f"{said}; that held until {_day(answer.valid_until)}.", by_person=True)
    return Standing("pass", f"{said} that it is met{told}", by_person=True)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _day(moment: date) -> str:
    return f"{moment.day} {moment:%b %Y}"
