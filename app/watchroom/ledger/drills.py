"""Drills that people took: each question with what was right and what they answered, so that the result is evidence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from watchroom.domain.authors import same_person
from watchroom.domain.drill import Question
from watchroom.errors import Refused
from watchroom.ledger.acts import actor_of, keep_refusal, kept, must_be_somebody, refuse, role_of, since
from watchroom.ledger.alerts import Reader
from watchroom.ledger.book import Ledger
from watchroom.ledger.entry import Entry, Head, NewEntry, explaining_payload
from watchroom.ledger.kinds import DRILL
from watchroom.ledger.people import NOT_SIGNED_IN, Person


@dataclass(frozen=True)
class Answered:
    """A question of a drill: its name and text, the right answer and the one given."""

    name: str
    text: str
    right: str
    given: str

    @property
    def is_right(self) -> bool:
        """Whether it was answered rightly."""
        return self.right == self.given


@dataclass(frozen=True)
class Drill:
    """A drill that somebody took about a model version. `at` is UTC; `seq` the ledger's entry."""

    seq: int
    at: datetime
    actor: str
    role: str | None
    model: str
    version: int
    answers: tuple[Answered, ...]

    @property
    def right(self) -> int:
        """How many were answered rightly."""
        return sum(one.is_right for one in self.answers)

    @property
    def passed(self) -> bool:
        """Whether all were."""
        return self.right == len(self.answers)


@dataclass(frozen=True)
class Drills:
    """Every drill in the order of writing, up to the entry `head`."""

    head: Head = field(default_factory=Head)
    all: tuple[Drill, ...] = ()

    def of(self, model: str | None, version: int | None = None) -> tuple[Drill, ...]:
        """The drills about a model (None: all) and version (None: all), the newest first."""
        found = [
            one for one in self.all if model in (None, one.model) and version in (None, one.version)
        ]  # fmt: skip
        return tuple(reversed(found))

    def tries(self, model: str, version: int, actor: str) -> tuple[Drill, ...]:
        """The drills of somebody about a version, the newest first; another spelling of a name is no other person."""
        return tuple(one for one in self.of(model, version) if same_person(one.actor, actor))


def take(
    ledger: Ledger,
    model: str,
    version: int,
    asked: Sequence[Question],
    given: Mapping[str, str],
    by: Person,
    *,
    known: Collection[int] | None = None,
) -> Drill:
    """Records what somebody answered, right or wrong, each question by its name. Anybody with a role and a name may.

    Who got something wrong has been told what is right, and takes it again on another day (UTC) only. `known` are the
    versions that there are, None where that is not known. Raises `Refused`, also while a question has no answer, or one
    that was not among its options.
    """
    must_be_somebody(ledger, "take a drill", by, model)
    if actor_of(by) == NOT_SIGNED_IN:
        why = "A result is evidence for a person, and you have given no name."
        no_name = Refused("A drill takes a name.", why=why, next_step="Sign in, or give your name in the sidebar.")
        refuse(ledger, "take a drill", by, no_name, model)
    if not asked:
        raise Refused("There is nothing to ask about this version.", next_step="Fill in its file, and refresh.")
    for one in asked:
        if given.get(one.name) not in one.options:
            raise Refused("Not every question is answered.", why=f"“{one.text}” is not.", next_step="Answer it.")
    said = [
        {"name": one.name, "text": one.text, "options": list(one.options), "right": one.right, "given": given[one.name]}
        for one in asked
    ]
    entry = NewEntry(DRILL, actor_of(by), {"questions": said}, role_of(by), kept(model), version)
    with ledger.transaction() as transaction:
        before = read(transaction).tries(kept(model), version, actor_of(by))
        refused = _no_version(version, known) or must_wait(before, datetime.now(UTC))
        if refused is None:
            return _drill(transaction.append_all([entry])[0])
        keep_refusal(transaction, "take a drill", by, refused, model)
    raise refused


def must_wait(tries: Sequence[Drill], now: datetime) -> Refused | None:
    """Why somebody may not take a drill again yet, by their tries, the newest first; None where they may."""
    if not tries or tries[0].passed or tries[0].at.astimezone(UTC).date() < now.astimezone(UTC).date():
        return None
    return Refused(
        "You have taken it today.",
        why="You have been told since what is right.",
        next_step="Look up what was wrong, and take it again tomorrow (UTC).",
    )


def _no_version(version: int, known: Collection[int] | None) -> Refused | None:
    if known is None or version in known:
        return None
    return Refused(f"There is no version {version} of this model.", next_step="Choose one that there is.")


def read(ledger: Reader, known: Drills | None = None) -> Drills:
    """The drills as the ledger has them now; with those read before, only what came since is read. `LedgerError`."""
    start = known or Drills()
    head, leads, found = since(ledger, start.head, (DRILL,))
    if head == start.head:
        return start
    before = start.all if leads else ()
    return Drills(head, (*before, *(_drill(entry) for entry in found)))


def _drill(entry: Entry) -> Drill:
    with explaining_payload(entry):
        answers = tuple(
            Answered(str(one["name"]), str(one["text"]), str(one["right"]), str(one["given"]))
            for one in entry.payload["questions"]
        )
        return Drill(entry.seq, entry.at, entry.actor, entry.role, str(entry.model), int(entry.version or 0), answers)
