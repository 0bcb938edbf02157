"""An item of a checklist as it stands now, and what many of them come to: what is open, whose, and for how long.

Pure: what the refresh found and what people did come in as values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from watchroom.domain.check_kinds import KINDS
from watchroom.domain.policy import STAGES
from watchroom.domain.signing import up_to
from watchroom.domain.standing import HELD, STATUSES, Standing, standing
from watchroom.store.queries.checklist import Approved, Row

if TYPE_CHECKING:
    from watchroom.ledger.checklist_read import Told


@dataclass(frozen=True)
class Line:
    """An item as it stands now, for `person` (None: nobody) to see to; `since` (UTC) is when it came to stand so.

    `told` is what people did about it; None while the ledger cannot be read, and then it stands as the refresh saw it.
    """

    row: Row
    told: Told | None
    standing: Standing
    person: str | None
    due: date | None
    since: datetime | None

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.standing.open

    @property
    def blocks(self) -> bool:
        """Whether it stands in the way of its stage's sign-off."""
        return self.row.blocks and self.open

    @property
    def opened(self) -> datetime | None:
        """Since when it has been open, as far as is known (UTC): None where it is not.

        What the first refresh of the version found has been so since the version was made, or longer than it is asked.
        """
        if self.row.from_first and self.row.made is not None and not self.standing.by_person:
            return _utc(self.row.made)
        return None if self.since is None else _utc(self.since)

    def days(self, now: datetime) -> int | None:
        """For how many whole days it has been open; None where that is not known."""
        return None if self.opened is None else max((now - self.opened).days, 0)

    def overdue(self, today: date) -> bool:
        """Whether it is open past its date."""
        return self.open and self.due is not None and self.due < today


def line_of(row: Row, told: Told | None, owners: Mapping[str, str], files: Mapping[int, str], now: datetime) -> Line:
    """The item with what people did about it. `owners` is by role; `files` the status of evidence by entry."""
    if told is None:
        stored = Standing(next((one for one in STATUSES if one == row.status), "unknown"), "")
        return Line(row, None, stored, row.person, row.due, row.at)
    answer, given = told.answer, told.assignment
    evidence = HELD if answer is None or answer.evidence is None else files.get(answer.evidence, HELD)
    found = standing(row.measured, row.kind, row.item_digest, answer, told.waiver, now, evidence=evidence)
    person = given.person if given is not None else owners.get(row.role)
    since = row.at
    if answer is not None and found.by_person and (since is None or answer.at > _utc(since)):
        since = answer.at
    return Line(row, told, found, person, given.due if given is not None else None, since)


def holds_up(line: Line, stage: str | None) -> bool:
    """Whether the item holds up the sign-off of a stage, as `ledger.signing` judges: those of earlier stages do too.

    What looks at sign-offs and handovers themselves does not. Without a stage that is next nothing is held up.
    """
    kind = KINDS.get(line.row.kind)
    about_sign_offs = kind is not None and kind.area in ("sign-offs", "handover")
    return stage is not None and line.blocks and not about_sign_offs and line.row.stage in up_to(stage)


@dataclass(frozen=True)
class Holder:
    """Somebody with the open items that are theirs; `person` is None for nobody. The longest open first."""

    person: str | None
    lines: tuple[Line, ...]

    @property
    def blocking(self) -> int:
        """How many of them stand in the way of a sign-off."""
        return sum(line.blocks for line in self.lines)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that the items are for, each once."""
        return tuple(dict.fromkeys(line.row.role for line in self.lines))

    def longest(self, now: datetime) -> int | None:
        """For how many days the oldest of them has been open; None where that is not known."""
        return max((days for line in self.lines if (days := line.days(now)) is not None), default=None)

    def overdue(self, today: date) -> int:
        """How many of them are past their date."""
        return sum(line.overdue(today) for line in self.lines)


def holders(lines: Iterable[Line], now: datetime) -> tuple[Holder, ...]:
    """Who holds things up: who has open items, those with most that block first, then with most, then for longest."""
    by_person: dict[str, list[Line]] = {}
    for line in lines:
        if line.open:
            by_person.setdefault((line.person or "").casefold(), []).append(line)
    found = [Holder(of[0].person or None, tuple(sorted(of, key=pressing))) for of in by_person.values()]
    return tuple(
        sorted(found, key=lambda one: (-one.blocking, -len(one.lines), -(one.longest(now) or 0), one.person or ""))
    )


def pressing(line: Line) -> tuple[bool, date, int, int]:
    """Sorts what presses most first: what blocks, what is due soonest, what fails; then in the policy's order."""
    return (not line.blocks, line.due or date.max, STATUSES.index(line.standing.status), line.row.position)


@dataclass(frozen=True)
class Count:
    """How many items are asked, met, waived and open; of the open ones how many block and are past their date."""

    asked: int
    met: int
    waived: int
    open: int
    blocking: int
    overdue: int


def count(lines: Iterable[Line], today: date) -> Count:
    """What the items come to."""
    found = list(lines)
    status = [line.standing.status for line in found]
    return Count(
        asked=len(found),
        met=status.count("pass"),
        waived=status.count("waived"),
        open=sum(line.open for line in found),
        blocking=sum(line.blocks for line in found),
        overdue=sum(line.overdue(today) for line in found),
    )


def next_stage(lines: Iterable[Line], approved: Mapping[str, Approved], *, serves: bool = False) -> str | None:
    """The stage that is next: the one after the last that is approved, since a sign-off is of those before it as well.

    A version that serves is past pilot, approved or not. Without any word of sign-offs it is the first stage with open
    items; None when every stage is done.
    """
    if approved:
        done = [
            place for place, stage in enumerate(STAGES) if stage in approved and approved[stage].status == "approved"
        ]
        first = max([*(place + 1 for place in done), STAGES.index("deploy") if serves else 0])
        return next((stage for stage in STAGES[first:] if stage in approved), None)
    still = {line.row.stage for line in lines if line.open}
    return next((stage for stage in STAGES if stage in still), None)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
