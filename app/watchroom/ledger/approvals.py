"""Sign-offs: who decided what about a model version at a stage, and the evidence it rests on.

For now it records and reads back; who may sign, and when a sign-off ends, is not decided here yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from watchroom.errors import LedgerError
from watchroom.ledger.book import Ledger
from watchroom.ledger.entry import Entry, NewEntry, explaining_payload, time_of, time_text
from watchroom.ledger.kinds import SIGN_OFF

Stage = Literal["discovery", "pilot", "deploy", "monitor", "support"]
STAGES: tuple[Stage, ...] = get_args(Stage)

Decision = Literal["approved", "rejected"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Evidence:
    """A file that a sign-off rests on: its path in the workspace, and the SHA-256 (hex) of it as it was seen."""

    path: str
    sha256: str


@dataclass(frozen=True)
class SignOff:
    """What a person decides about a model version at a stage, in which role, on which evidence. `note` may be empty."""

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
    the entry's own time. Of an imported one it knows no more than that, at `written_at`, somebody said so.
    """

    seq: int
    at: datetime
    written_at: datetime
    sign_off: SignOff
    imported: Imported | None = None


def sign_off(ledger: Ledger, given: SignOff) -> Entry:
    """Records the sign-off, given now. Raises `LedgerError` for one that is not complete; then nothing was written."""
    return ledger.append(_new_entry(given, None))


def import_sign_offs(ledger: Ledger, given: Iterable[tuple[SignOff, Imported]]) -> list[Entry]:
    """Carries sign-offs over that were given elsewhere, all or none. For jobs; no page offers it.

    The entry's own time is now, as for any other: a ledger that could be told its time could be told anything. When
    it was given stands in the payload. Raises `LedgerError`, also for one that is said to be given in the future.
    """
    return ledger.append_all([_new_entry(one, imported) for one, imported in given])


def approvals(ledger: Ledger, *, model: str | None = None) -> list[Approval]:
    """Every sign-off, of one model or of all, rejections too, in the order of writing. Raises `LedgerError`."""
    return [_approval(entry) for entry in ledger.entries(kind=SIGN_OFF, model=model)]


def _new_entry(given: SignOff, imported: Imported | None) -> NewEntry:
    _check(given)
    payload: dict[str, Any] = {
        "stage": given.stage,
        "decision": given.decision,
        "evidence": [{"path": one.path, "sha256": one.sha256} for one in given.evidence],
        "note": given.note,
    }
    if imported is not None:
        payload["occurred_at"] = _past(imported.occurred_at)
        payload["imported_from"] = imported.source
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
    imported = _imported(payload)
    return Approval(entry.seq, imported.occurred_at if imported else entry.at, entry.at, given, imported)


def _imported(payload: dict[str, Any]) -> Imported | None:
    if "occurred_at" not in payload:
        return None
    return Imported(time_of(payload["occurred_at"]), payload["imported_from"])
