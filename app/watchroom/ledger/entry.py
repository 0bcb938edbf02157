"""What an entry of the ledger is, and the bytes that its hash is taken of; `docs/ledger.md` says the same in words.

Nothing here knows of the database. The canonical form is public and fixed: a change would break every chain there is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from watchroom.errors import LedgerBroken, LedgerError
from watchroom.ledger.kinds import check_kind

GENESIS_HASH = "0" * 64
"""What the first entry carries as the hash of the one before it."""

MAX_VERSION = 2**63 - 1
"""The largest integer that both databases keep."""

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True)
class Head:
    """The last entry's number and hash: kept elsewhere, they tell later whether the chain still leads there.

    An empty ledger has `Head(0, GENESIS_HASH)`.
    """

    seq: int = 0
    hash: str = GENESIS_HASH


@dataclass(frozen=True)
class NewEntry:
    """What somebody, or a refresh, wants to have recorded; the ledger adds the number, the time and the hashes.

    `payload` is a JSON object: text keys, no NaN or infinity. `role`, `model`, `version` are None where there is none.
    """

    kind: str
    actor: str
    payload: Mapping[str, Any]
    role: str | None = None
    model: str | None = None
    version: int | None = None


@dataclass(frozen=True)
class Entry:
    """An entry as it stands in the ledger. `at` is UTC: when it was written, by the clock of the machine that wrote it.

    The order of entries is that of `seq` (1, 2, 3, … without gaps); clocks of two machines may disagree with it.
    """

    seq: int
    at: datetime
    kind: str
    actor: str
    role: str | None
    model: str | None
    version: int | None
    payload_json: str
    prev_hash: str
    hash: str

    @property
    def payload(self) -> dict[str, Any]:
        """The payload, as a dictionary of its own for each call."""
        payload: dict[str, Any] = json.loads(self.payload_json)
        return payload

    @property
    def head(self) -> Head:
        """The head of a ledger that ends with this entry."""
        return Head(self.seq, self.hash)


class StoredRow(NamedTuple):
    """An entry as the database holds it, its columns in their order; nothing in it is trusted before it is verified."""

    seq: int
    at: str
    kind: str
    actor: str
    role: str | None
    model: str | None
    version: int | None
    payload: str
    prev_hash: str
    hash: str

    def computed_hash(self) -> str:
        """The hash that its content has; empty when it is nothing that could have been written."""
        try:
            # The text must be the canonical one: other spaces or a key twice would mean the same and still be a change.
            if canonical(json.loads(self.payload)) != self.payload:
                return ""
            return hashlib.sha256(self.canonical_text().encode()).hexdigest()
        except (TypeError, ValueError, RecursionError):
            return ""

    def canonical_text(self) -> str:
        """What the hash is taken of: canonical JSON of all but the hash, with the payload's text put in as it is."""
        return (
            f'{{"actor":{_encode(self.actor)},"at":{_encode(self.at)},"kind":{_encode(self.kind)},'
            f'"model":{_encode(self.model)},"payload":{self.payload},"prev_hash":{_encode(self.prev_hash)},'
            f'"role":{_encode(self.role)},"seq":{_encode(self.seq)},"version":{_encode(self.version)}}}'
        )


def time_text(at: datetime) -> str:
    """`2026-11-20T08:15:00.000000Z`: UTC with microseconds. Raises `LedgerError` for a time without a zone."""
    if at.tzinfo is None:
        raise LedgerError(
            f"The time {at.isoformat()} has no zone.", next_step="Give the ledger times that know their zone, as UTC."
        )
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def time_of(text: str) -> datetime:
    """The time that `time_text` wrote, aware and in UTC. Raises `ValueError` for what is no time with a zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no zone")
    return at.astimezone(UTC)


def canonical(value: Any) -> str:
    """`value` as canonical JSON: keys sorted, no spaces, text as it is. Raises `ValueError` or `TypeError`."""
    return _encode(value)


@contextmanager
def explaining_payload(entry: Entry) -> Iterator[None]:
    """Whatever goes wrong in reading an entry's payload comes out as `LedgerBroken`, naming the entry."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise LedgerBroken(
            f"Entry {entry.seq} of the ledger does not hold what its kind, {entry.kind}, holds.",
            why=f"{type(error).__name__}: {error}.",
            next_step="Run `watchroom ledger verify` to see what was changed.",
        ) from error


def entry_of(row: StoredRow) -> Entry:
    """The row as an entry; its hash is not looked at. Raises `LedgerBroken` when it cannot be one."""
    try:
        at = time_of(row.at)
    except (TypeError, ValueError) as error:
        raise LedgerBroken(
            f"Entry {row.seq} of the ledger was changed.",
            why=f"Its time is {row.at!r}.",
            next_step="Run `watchroom ledger verify` to see what else was.",
        ) from error
    return Entry(
        seq=row.seq,
        at=at,
        kind=row.kind,
        actor=row.actor,
        role=row.role,
        model=row.model,
        version=row.version,
        payload_json=row.payload,
        prev_hash=row.prev_hash,
        hash=row.hash,
    )


def readable_text(entry: Entry) -> str:
    """The entry's canonical text. Raises `LedgerBroken` when it holds what no entry can, such as bytes for a text."""
    try:
        text = row_of(entry).canonical_text()
        for part in (text, entry.payload_json, entry.hash):  # bytes have none, and half a character cannot be written
            part.encode()
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        raise LedgerBroken(
            f"Entry {entry.seq} of the ledger was changed.",
            why=f"It cannot be written as JSON: {error}.",
            next_step="Run `watchroom ledger verify` to see what else was.",
        ) from error
    return text


def row_of(entry: Entry) -> StoredRow:
    """The entry as the database holds it."""
    return StoredRow(
        seq=entry.seq,
        at=time_text(entry.at),
        kind=entry.kind,
        actor=entry.actor,
        role=entry.role,
        model=entry.model,
        version=entry.version,
        payload=entry.payload_json,
        prev_hash=entry.prev_hash,
        hash=entry.hash,
    )


def sealed(new: NewEntry, head: Head, at: datetime) -> StoredRow:
    """`new` as the row after `head`. Raises `LedgerError` when it is not something the ledger can keep."""
    check_kind(new.kind)
    _check_fields(new)
    row = StoredRow(
        seq=head.seq + 1,
        at=time_text(at),
        kind=new.kind,
        actor=new.actor,
        role=new.role,
        model=new.model,
        version=new.version,
        payload=_payload_text(new.payload),
        prev_hash=head.hash,
        hash="",
    )
    digest = row.computed_hash()
    if not digest:
        raise LedgerError("An entry's payload does not read back from JSON as it was written.")
    return row._replace(hash=digest)


def _check_fields(new: NewEntry) -> None:
    _check_text("actor", new.actor)
    if not new.actor.strip():
        raise LedgerError("An entry of the ledger needs an actor.", why="It must be possible to say who did it.")
    for name, text in (("role", new.role), ("model", new.model)):
        if text is not None:
            _check_text(name, text)
    _check_version(new.version)


def _check_text(name: str, text: object) -> None:
    if not isinstance(text, str):
        raise LedgerError(f"An entry's {name} must be text, not {type(text).__name__}.")
    # PostgreSQL keeps no NUL in a text column; what one database refuses the other must refuse too.
    if "\0" in text or not _is_unicode(text):
        raise LedgerError(f"An entry's {name} holds a character that no database can keep.", why=f"It is {text!r}.")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_version(version: int | None) -> None:
    if version is None:
        return
    whole: object = version
    if not isinstance(whole, int) or isinstance(whole, bool) or not 0 <= whole <= MAX_VERSION:
        raise LedgerError(f"An entry's version must be a whole number, not {version!r}.")


def _payload_text(payload: Mapping[str, Any]) -> str:
    try:
        _check_keys(payload, "payload")
        text = canonical(dict(payload))
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise LedgerError(
            "An entry's payload must be a JSON object.",
            why=f"{error}.",
            next_step="Give it text, whole and finite numbers, true, false, null, lists and objects only.",
        ) from error
    return text


def _check_keys(value: object, place: str) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            # JSON has text keys only; Python would quietly turn 1 and True into text.
            if not isinstance(key, str):
                raise LedgerError(f"A key of an entry's {place} must be text, not {key!r}.")
            _check_keys(inner, f"{place}.{key}")
    elif isinstance(value, list | tuple):
        for inner in value:
            _check_keys(inner, place)
