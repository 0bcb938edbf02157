"""Which versions were in service one after another, and which earlier one could be gone back to: the last known good.

Pure values in, a judgement with its reasons out. Nothing is moved here, nor anywhere in Watchroom.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, Protocol

from watchroom.domain.tenure import History
from watchroom.domain.witness import Span

By = Literal["registry", "log", "both"]

JUDGED = 8
"""Earlier versions that are judged, the newest: nobody goes back further, and each costs a question to the store."""

SERVICES = 5
"""Times in service that a version is judged by, the last ones."""


@dataclass(frozen=True)
class Served:
    """A version in service from `first` to `last` (UTC days, included; None while it still is).

    `by` is who says so: the registry as seen, or the decision log by inference (`witness.lead`), or both.
    """

    version: int
    first: date
    last: date | None
    by: By


def served(champion: History, leading: Sequence[Span]) -> tuple[Served, ...]:
    """Who was in service one after another: by the log before the first look at the registry, by that from then on.

    A version that led at the first look and was champion then is one service. Without a champion the log goes on.
    """
    tenures = champion.tenures
    begins = tenures[0].begin.by.date() if tenures else None
    by_log = [
        Served(one.version, one.first, one.last, "log") for one in leading if begins is None or one.first < begins
    ]
    if begins is not None and by_log and by_log[-1].last is not None and by_log[-1].last >= begins:
        by_log[-1] = replace(by_log[-1], last=begins - timedelta(days=1))
    found = list(by_log)
    for tenure in tenures:
        last = None if tenure.end is None else tenure.end.by.date()
        before = found[-1] if found else None
        if before and before.version == tenure.version and before.by == "log":
            found[-1] = Served(tenure.version, before.first, last, "both")
        else:
            found.append(Served(tenure.version, tenure.begin.by.date(), last, "registry"))
    return tuple(found)


@dataclass(frozen=True)
class Facts:
    """What is known of a version that was in service.

    `judged` days of it were judged, `failing` of them failed in `part`; None for approval, loading or rolling back
    where nothing is known. `there` says whether the registry still has it; `rolled_back_to` is the older version that
    took over from it.
    """

    service: Served
    there: bool
    judged: int = 0
    failing: int = 0
    part: str | None = None
    approval: str = "none"
    approval_reason: str | None = None
    loads: bool | None = None
    loads_why: str | None = None
    run_deleted: bool = False
    rolled_back_to: int | None = None


class Known(Protocol):
    """What is asked of a version in the registry, as in `Facts`."""

    @property
    def approval(self) -> str:
        """`valid`, `void`, `rejected` or `none`."""

    @property
    def approval_reason(self) -> str | None:
        """Why it is void or rejected."""

    @property
    def loads(self) -> bool | None:
        """Whether its files could be loaded."""

    @property
    def loads_why(self) -> str | None:
        """Why not, or who says so."""

    @property
    def run_deleted(self) -> bool:
        """Whether its run is deleted."""


class Health(Protocol):
    """How a version was in one of its times in service: days judged, how many of them failed, and in what."""

    @property
    def days(self) -> int:
        """Days judged."""

    @property
    def failing(self) -> int:
        """Of them, those that failed."""

    @property
    def part(self) -> str | None:
        """What failed last."""


def services(found: Sequence[Served], version: int) -> tuple[Served, ...]:
    """Every time that the version was in service, the last ones."""
    return tuple(one for one in found if one.version == version)[-SERVICES:]


def facts(found: Sequence[Served], service: Served, version: Known | None, health: Sequence[Health]) -> Facts:
    """What is known of the version of that service; `health` is of each of its `services`."""
    back_to = rolled_back_to(found, service)
    if version is None:
        return Facts(service, there=False, rolled_back_to=back_to)
    failed = [one for one in health if one.failing]
    return Facts(
        service, True, sum(one.days for one in health), sum(one.failing for one in health),
        failed[-1].part if failed else None, version.approval, version.approval_reason,
        version.loads, version.loads_why, version.run_deleted, back_to,
    )  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """A reason, plain text: `ok` is True for, False against, None for what is not known or weighs little."""

    ok: bool | None
    text: str


@dataclass(frozen=True)
class Judgement:
    """A version that was in service, and whether it could be gone back to."""

    version: int
    service: Served
    reasons: tuple[Reason, ...]

    @property
    def good(self) -> bool:
        """Whether nothing speaks against it."""
        return all(reason.ok is not False for reason in self.reasons)

    @property
    def sure(self) -> bool:
        """Whether all that is asked is known, and speaks for it."""
        return all(reason.ok is True for reason in self.reasons)


def earlier(found: Sequence[Served]) -> tuple[Served, ...]:
    """The services before the present one, the newest first, each version once, and never the one in service now."""
    if not found:
        return ()
    now = found[-1]
    kept: dict[int, Served] = {}
    for one in reversed(found[:-1]):
        if one.version != now.version:
            kept.setdefault(one.version, one)
    return tuple(kept.values())


def rolled_back_to(found: Sequence[Served], service: Served) -> int | None:
    """The older version that took over from this service; None when a newer one did, or none has."""
    place = found.index(service)
    following = found[place + 1].version if place + 1 < len(found) else None
    return following if following is not None and following < service.version else None


def judgements(candidates: Iterable[Facts]) -> tuple[Judgement, ...]:
    """Each of them judged, in their order."""
    return tuple(Judgement(one.service.version, one.service, tuple(_reasons(one))) for one in candidates)


def last_good(found: Sequence[Judgement]) -> Judgement | None:
    """The first against which nothing speaks; None when something speaks against each."""
    return next((one for one in found if one.good), None)


def _reasons(one: Facts) -> Iterable[Reason]:
    if not one.there:
        yield Reason(False, "it is no longer in the registry")
        return
    if one.rolled_back_to is not None:
        yield Reason(False, f"it was gone back from: version {one.rolled_back_to} took over again")
    yield _health(one)
    yield _approval(one)
    yield _loading(one)
    if one.run_deleted:
        yield Reason(None, "its run was deleted in MLflow: its files go when MLflow removes it for good")


def _health(one: Facts) -> Reason:
    if one.judged == 0:
        return Reason(None, "its health was never judged while it served")
    counted = f"{one.judged:,} judged {'day' if one.judged == 1 else 'days'} while it served"
    if one.failing == 0:
        return Reason(True, f"not failing on any of {counted}")
    return Reason(False, f"{one.part or 'it'} was failing on {one.failing:,} of {counted}")


def _approval(one: Facts) -> Reason:
    because = f": {one.approval_reason}" if one.approval_reason else ""
    match one.approval:
        case "valid":
            return Reason(True, "it is approved, and the evidence is as it was signed")
        case "rejected":
            return Reason(False, f"it was rejected{because}")
        case "void":
            return Reason(None, f"its approval is void{because}")
    return Reason(None, "nobody has signed it off")


def _loading(one: Facts) -> Reason:
    because = f": {one.loads_why}" if one.loads_why else ""
    if one.loads is None:
        return Reason(None, f"whether its files can be loaded is not known{because}")
    return (
        Reason(True, f"its files can be loaded{because}")
        if one.loads
        else Reason(False, f"its files cannot be loaded{because}")
    )
