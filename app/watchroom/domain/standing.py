"""How an item of a checklist stands: what was measured, what a person answered, and whether it is waived.

An item that checks itself is what was measured: an answer cannot tick it, only a waiver can set it aside. Where there
is nothing to measure it by (`unknown`), and for a question, what a person answered holds, as long as it is not too old
and the item has not changed. The refresh and the pages judge by this one function.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
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
    """That an item is not asked for until the end of the day `until` (UTC). A newer waiver takes an older one back."""

    seq: int
    at: datetime
    actor: str
    role: str
    reason: str
    until: date
    lifted_at: datetime | None = None
    lifted_by: str | None = None

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
    return Standing("waived", f"Waived by {waiver.actor} until {_day(waiver.until)}: {waiver.reason}")


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
