"""A model version that one team hands over to another: the terms, who has signed, and what came of it.

Pure: which entries of the ledger say so is in `ledger.handovers_read`, who may do what in `ledger.handovers`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

State = Literal["open", "given", "accepted", "declined", "withdrawn"]

OWNING: tuple[str, ...] = ("business", "data_science", "operations", "reviewer", "on_call", "deputy")
"""The roles that a person holds for a model, as in a model's file; a handover may move any of them."""


@dataclass(frozen=True)
class Terms:
    """What is handed over: a model version at a stage, between which teams and people, and until when.

    `giver` and `receiver` are people by name or address. `owners` says who holds which role (one of `OWNING`) from the
    acceptance on; roles that it does not name stay with whoever has them. `note` may be empty, a team too.
    """

    model: str
    version: int
    stage: str
    from_team: str
    to_team: str
    giver: str
    receiver: str
    due: date | None = None
    note: str = ""
    owners: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Remark:
    """What somebody wrote about a handover. `at` is UTC."""

    seq: int
    at: datetime
    actor: str
    role: str | None
    text: str


@dataclass(frozen=True)
class Given:
    """That the giver has signed: when (UTC), the digest of what they saw, and its parts, to name what changed since."""

    seq: int
    at: datetime
    actor: str
    digest: str
    parts: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True)
class Ended:
    """How it ended: when (UTC), by whom, and what they wrote (empty for nothing).

    For an accepted one `was` is who held the roles that moved, as far as was known (None: nobody), `alerts` the ids of
    the alerts and `findings` the numbers of the findings that went to the receiver with it.
    """

    seq: int
    at: datetime
    actor: str
    how: Literal["accepted", "declined", "withdrawn"]
    reason: str = ""
    was: Mapping[str, str | None] = field(default_factory=dict)
    alerts: tuple[str, ...] = ()
    findings: tuple[int, ...] = ()


@dataclass(frozen=True)
class Handover:
    """A handover as its entries leave it. `seq` is the entry that began it, `last_seq` the last act on its terms.

    `settled` are the roles for which the model's file has said something itself since: there the file decides.
    """

    seq: int
    at: datetime
    actor: str
    role: str | None
    terms: Terms
    last_seq: int
    given: Given | None = None
    ended: Ended | None = None
    remarks: tuple[Remark, ...] = ()
    settled: frozenset[str] = frozenset()

    @property
    def state(self) -> State:
        """`open` until the giver signs, then `given`, until the receiver accepts or it ends otherwise."""
        if self.ended is not None:
            return self.ended.how
        return "given" if self.given else "open"

    @property
    def under_way(self) -> bool:
        """Whether somebody still has to do something."""
        return self.ended is None

    @property
    def waits_for(self) -> str | None:
        """Who has to act next: the giver until they have signed, then the receiver; None when it is over."""
        if self.ended is not None:
            return None
        return self.terms.receiver if self.given else self.terms.giver

    def overdue(self, today: date) -> bool:
        """Whether its date is past and it is still under way."""
        return self.under_way and self.terms.due is not None and self.terms.due < today


@dataclass(frozen=True)
class Held:
    """Who holds a role of a model by an accepted handover, while its file does not say so. `file` is who it names."""

    model: str
    role: str
    person: str
    handover: int
    file: str | None


@dataclass(frozen=True)
class Moved:
    """What accepted handovers come to beside the files: who holds what by them, and what the files have settled.

    `settled` is the roles of each handover, by its number, for which the file decides from now on.
    """

    held: tuple[Held, ...] = ()
    settled: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def moved(
    handovers: Iterable[Handover],
    files: Mapping[str, Mapping[str, str]],
    unread: Collection[tuple[str, str]] = (),
) -> Moved:
    """Who holds which role by an accepted handover, given who the models' files name (model to role to person).

    The last accepted handover of a role decides while the file still names whoever had it before. As soon as the file
    names its new owner, or somebody else altogether, the file decides. Of `unread` ones (model and role) nobody knows
    what the file says: there the handover goes on to hold.
    """
    held: list[Held] = []
    settled: dict[int, tuple[str, ...]] = {}
    for (model, role), chain in _chains(handovers).items():
        last, named = chain[-1], files.get(model, {}).get(role)
        if role in last.settled:
            continue
        person = last.terms.owners[role]
        if (model, role) in unread or (named != person and named in _known_before(role, chain)):
            held.append(Held(model, role, person, last.seq, named))
        else:
            settled[last.seq] = (*settled.get(last.seq, ()), role)
    return Moved(tuple(held), settled)


def _chains(handovers: Iterable[Handover]) -> dict[tuple[str, str], list[Handover]]:
    """The accepted handovers of each model and role, in the order of their acceptance."""
    found: dict[tuple[str, str], list[Handover]] = {}
    for one in sorted(handovers, key=lambda one: one.ended.seq if one.ended else 0):
        if one.state == "accepted":
            for role in one.terms.owners:
                found.setdefault((one.terms.model, role), []).append(one)
    return found


def _known_before(role: str, chain: list[Handover]) -> set[str | None]:
    """Who a file that has not been written since may name: those whom the handovers not settled yet took it from."""
    found: set[str | None] = set()
    for one in reversed(chain):
        if role in one.settled:
            break
        found.add(one.ended.was.get(role) if one.ended else None)
        if one is not chain[-1]:
            found.add(one.terms.owners[role])
    return found
