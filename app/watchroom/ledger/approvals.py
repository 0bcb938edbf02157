"""Sign-offs: who decided what about a model version at a stage, bound to what they saw.

Who may sign is decided here and not on a page, under the lock under which it is written; what is against the rules is
recorded as refused. When a sign-off turns void or ends is in `domain.approval`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, get_args

from watchroom.domain.approval import Barred, Decision, Given, Judged, judged, may_sign, valid_until
from watchroom.domain.policy import STAGES, SignOffRule, Stage
from watchroom.domain.signable import Signable
from watchroom.errors import LedgerError, Refused
from watchroom.ledger.acts import actor_of, keep_refusal, kept, must_fit, since
from watchroom.ledger.alerts import Reader
from watchroom.ledger.book import Ledger, Transaction
from watchroom.ledger.entry import Entry, Head, NewEntry, explaining_payload, time_of, time_text
from watchroom.ledger.kinds import SIGN_OFF
from watchroom.ledger.people import NOT_SIGNED_IN, Person

DECISIONS: tuple[Decision, ...] = get_args(Decision)

MAX_NOTE = 2000
"""Characters of a note: a page of text; more belongs in a file, kept as evidence."""

_SHA256 = re.compile(r"[0-9a-f]{64}")

Key = tuple[str, int, str]
"""A model, one of its versions, and a stage."""


@dataclass(frozen=True)
class Evidence:
    """A file that a sign-off rests on: its path in the workspace, and the SHA-256 (hex) of it as it was seen."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Seen:
    """What a sign-off given here binds: the digest of what was seen, its parts' contents, and the tier it was for.

    `authors_known` says whether MLflow knew who made the version.
    """

    digest: str
    parts: Mapping[str, Any]
    tier: str
    authors_known: bool


@dataclass(frozen=True)
class SignOff:
    """What a person decided about a model version at a stage, in which role, on which evidence. `note` may be empty."""

    model: str
    version: int
    stage: Stage
    decision: Decision
    actor: str
    role: str
    evidence: tuple[Evidence, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Imported:
    """That a sign-off was given elsewhere and carried over: when it was given (UTC), and where it was found."""

    occurred_at: datetime
    source: str


@dataclass(frozen=True)
class Approval:
    """A sign-off as the ledger holds it.

    `at` is when it was given (UTC). The ledger vouches for it only when `imported` is None: then it is `written_at`,
    the entry's own time. Of an imported one it knows no more than that, at `written_at`, somebody said so. `seen` is
    None for an imported one, and for one of before what was seen was kept; `valid_until` (UTC) likewise.
    """

    seq: int
    at: datetime
    written_at: datetime
    sign_off: SignOff
    imported: Imported | None = None
    seen: Seen | None = None
    valid_until: datetime | None = None

    @property
    def key(self) -> Key:
        """What it is about."""
        return (self.sign_off.model, self.sign_off.version, self.sign_off.stage)

    def given(self, changed: tuple[str, ...] = ()) -> Given:
        """It as it is judged; `changed` is what has become of its files, in words."""
        said, seen = self.sign_off, self.seen
        digest, parts = (seen.digest, seen.parts) if seen else (None, None)
        return Given(
            self.seq, self.at, said.actor, said.role, said.decision, self.valid_until, digest, parts, changed, said.note
        )


@dataclass(frozen=True)
class SignOffs:
    """Every sign-off by what it is about, in the order of writing, up to the entry `head`."""

    head: Head = field(default_factory=Head)
    all: Mapping[Key, tuple[Approval, ...]] = field(default_factory=dict)

    def of(self, model: str, version: int, stage: str) -> tuple[Approval, ...]:
        """Those of a version at a stage, the oldest first."""
        return self.all.get((model, version, stage), ())

    def of_model(self, model: str) -> tuple[Approval, ...]:
        """Those of a model, the newest first."""
        found = [one for (name, _, _), every in self.all.items() if name == model for one in every]
        return tuple(sorted(found, key=lambda one: -one.seq))


@dataclass(frozen=True)
class ToSign:
    """What somebody is about to decide, and in which of their roles. Who rejects says why in `note`."""

    model: str
    version: int
    stage: str
    role: str
    decision: Decision
    note: str = ""


@dataclass(frozen=True)
class Current:
    """What is there to be signed right now, by whose rule, and what has become of the files of old sign-offs."""

    signable: Signable
    rule: SignOffRule
    files_changed: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def sign(
    ledger: Ledger,
    given: ToSign,
    by: Person,
    current: Callable[[Reader], Current],
    seen: str,
    *,
    now: datetime | None = None,
) -> Approval:
    """Records a sign-off, bound to what its person saw. Raises `Refused`, and records that, for what may not be.

    `seen` is the digest that travelled with the button. `current` says, from the ledger as it is under the lock, what
    there is to be signed: nothing can change between the question whether it may be and the answer.
    """
    note = must_fit("note", given.note, MAX_NOTE, empty=given.decision != "rejected")
    _check_word("stage", given.stage, STAGES)
    _check_word("decision", given.decision, DECISIONS)
    with ledger.transaction() as transaction:
        there = current(transaction)
        at = now or datetime.now(UTC)
        refused = _refusal(transaction, given, by, there, seen, at)
        if refused is None:
            return _approval(transaction.append_all([_bound(given, note, by, there, at)])[0])
        keep_refusal(transaction, _tried(given), by, refused, given.model)
    raise refused


def _refusal(
    transaction: Transaction, given: ToSign, by: Person, there: Current, seen: str, at: datetime
) -> Refused | None:
    now = there.signable
    if (now.model, now.version, now.stage) != (given.model, given.version, given.stage):
        return Refused("What you saw is not what you sign.", next_step="Reload the page.")
    held = _judged(approvals(transaction, model=kept(given.model)), there, at)
    nameless = actor_of(by) == NOT_SIGNED_IN
    barred = may_sign(actor_of(by), by.roles, given.role, given.decision, now, there.rule, held, at, nameless=nameless)
    if barred is None and seen != now.digest:
        barred = Barred(
            "The evidence has changed since you looked at it.",
            "A sign-off holds for what was seen.",
            "Look at it again, and sign then.",
        )
    return Refused(barred.what, why=barred.why, next_step=barred.next_step) if barred else None


def standing(found: SignOffs, there: Current, at: datetime) -> tuple[Judged, ...]:
    """The sign-offs of what is there to be signed, each with whether it holds at `at` (UTC)."""
    now = there.signable
    return _judged(found.of(now.model, now.version, now.stage), there, at)


def _judged(every: Iterable[Approval], there: Current, at: datetime) -> tuple[Judged, ...]:
    now = there.signable
    key = (kept(now.model), now.version, now.stage)
    given = [one.given(there.files_changed.get(one.seq, ())) for one in every if one.key == key]
    return judged(given, now, there.rule, at)


def _bound(given: ToSign, note: str, by: Person, there: Current, at: datetime) -> NewEntry:
    now = there.signable
    ends = valid_until(at, given.decision, there.rule)
    payload = {
        "stage": given.stage,
        "decision": given.decision,
        "evidence": [],
        "note": note,
        "digest": now.digest,
        "seen": now.content,
        "tier": now.tier,
        "authors_known": bool(now.authors),
        "valid_until": time_text(ends) if ends else None,
    }
    return NewEntry(SIGN_OFF, actor_of(by), payload, given.role, kept(given.model), given.version)


def _tried(given: ToSign) -> str:
    done = "approve" if given.decision == "approved" else "reject"
    return f"{done} version {given.version} for {given.stage}"


def import_sign_offs(ledger: Ledger, given: Iterable[tuple[SignOff, Imported]]) -> list[Entry]:
    """Carries sign-offs over that were given elsewhere, all or none. For jobs; no page offers it.

    The entry's own time is now, as for any other: a ledger that could be told its time could be told anything. When
    it was given stands in the payload. Raises `LedgerError`, also for one that is said to be given in the future.
    """
    return ledger.append_all([_carried_over(one, imported) for one, imported in given])


def approvals(ledger: Reader, *, model: str | None = None) -> list[Approval]:
    """Every sign-off, of one model or of all, rejections too, in the order of writing. Raises `LedgerError`."""
    return [_approval(entry) for entry in ledger.entries(kind=SIGN_OFF, model=model)]


def read(ledger: Reader, known: SignOffs | None = None) -> SignOffs:
    """The sign-offs as the ledger has them now; with those read before, only what came since is read. `LedgerError`."""
    start = known or SignOffs()
    head, leads, found = since(ledger, start.head, (SIGN_OFF,))
    if head == start.head:
        return start
    every = dict(start.all) if leads else {}
    for entry in found:
        one = _approval(entry)
        every[one.key] = (*every.get(one.key, ()), one)
    return replace(start, head=head, all=every)


def _carried_over(given: SignOff, imported: Imported) -> NewEntry:
    _check(given)
    payload: dict[str, Any] = {
        "stage": given.stage,
        "decision": given.decision,
        "evidence": [{"path": one.path, "sha256": one.sha256} for one in given.evidence],
        "note": given.note,
        "occurred_at": _past(imported.occurred_at),
        "imported_from": imported.source,
    }
    return NewEntry(SIGN_OFF, given.actor, payload, role=given.role, model=given.model, version=given.version)


def _check(given: SignOff) -> None:
    _check_word("stage", given.stage, STAGES)
    _check_word("decision", given.decision, DECISIONS)
    if not given.role.strip():
        raise LedgerError("A sign-off needs the role in which it is given.")
    for one in given.evidence:
        if not _SHA256.fullmatch(one.sha256):
            raise LedgerError(
                f"The evidence {one.path} has no SHA-256 digest.",
                why=f"What it has is {one.sha256!r}; 64 hex digits are asked.",
            )


def _check_word(name: str, word: str, words: Iterable[str]) -> None:
    if word not in words:
        raise LedgerError(f"A sign-off has no {name} {word!r}.", why=f"It is one of {', '.join(words)}.")


def _past(occurred_at: datetime) -> str:
    text = time_text(occurred_at)
    if occurred_at > datetime.now(occurred_at.tzinfo):
        raise LedgerError(f"A sign-off cannot have been given at {text}.", why="That is in the future.")
    return text


def _approval(entry: Entry) -> Approval:
    with explaining_payload(entry):
        return _from_payload(entry, entry.payload)


def _from_payload(entry: Entry, payload: dict[str, Any]) -> Approval:
    given = SignOff(
        model=entry.model or "",
        version=entry.version or 0,
        stage=payload["stage"],
        decision=payload["decision"],
        actor=entry.actor,
        role=entry.role or "",
        evidence=tuple(Evidence(one["path"], one["sha256"]) for one in payload["evidence"]),
        note=payload["note"],
    )
    imported, ends = _imported(payload), payload.get("valid_until")
    return Approval(
        entry.seq,
        imported.occurred_at if imported else entry.at,
        entry.at,
        given,
        imported,
        _seen(payload),
        time_of(ends) if ends else None,
    )


def _seen(payload: Mapping[str, Any]) -> Seen | None:
    if "seen" not in payload:
        return None
    parts = {str(name): dict(content) for name, content in payload["seen"].items()}
    return Seen(str(payload["digest"]), parts, str(payload["tier"]), bool(payload["authors_known"]))


def _imported(payload: dict[str, Any]) -> Imported | None:
    if "occurred_at" not in payload:
        return None
    return Imported(time_of(payload["occurred_at"]), payload["imported_from"])
