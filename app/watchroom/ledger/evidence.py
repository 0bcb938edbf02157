"""Evidence: that a file was kept for a model version, with its digest, and that it was withdrawn.

The file itself lies in the folder of evidence; the ledger holds what it was. Nothing is changed in place: a withdrawn
file stays in the ledger, and so does who withdrew it and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from watchroom.errors import Refused
from watchroom.ledger.acts import (
    actor_of,
    keep_refusal,
    kept,
    must_be_short,
    must_be_somebody,
    must_fit,
    not_theirs,
    role_of,
    since,
)
from watchroom.ledger.alerts import Reader
from watchroom.ledger.book import Ledger
from watchroom.ledger.entry import Entry, Head, NewEntry, explaining_payload
from watchroom.ledger.kinds import EVIDENCE, REGISTRY_EVENT
from watchroom.ledger.people import Person

MAX_NOTE = 2000
"""Characters of a note or a reason: a page of text."""

MAX_ITEM = 60
"""Characters of an item's id."""

MOST_VERSIONS = 2**31
"""Below this are the numbers of versions that a registry and the snapshot hold."""


@dataclass(frozen=True)
class File:
    """A file as it was kept: `path` relative to the folder of evidence; the counts of a test report, else None."""

    name: str
    path: str
    kind: str
    sha256: str
    bytes: int
    tests: int | None = None
    failed: int | None = None
    skipped: int | None = None


@dataclass(frozen=True)
class About:
    """What a file is evidence for; `item` None for nothing in particular, `note` may be empty."""

    model: str
    version: int
    item: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Withdrawn:
    """That a file is evidence no longer: when (UTC), by whom, why."""

    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True)
class Evidence:
    """A file of evidence as its entries leave it. `seq` is the entry that added it; `at` is UTC."""

    seq: int
    at: datetime
    actor: str
    role: str | None
    about: About
    file: File
    withdrawn: Withdrawn | None = None


@dataclass(frozen=True)
class Held:
    """All evidence by the number of its entry, withdrawn or not, up to the entry `head`."""

    head: Head = field(default_factory=Head)
    all: Mapping[int, Evidence] = field(default_factory=dict)

    def of(self, model: str, version: int | None = None, item: str | None = None) -> tuple[Evidence, ...]:
        """What stands for a model, a version or an item of it, the newest first; what was withdrawn is left out."""
        found = [
            one
            for one in self.all.values()
            if one.withdrawn is None
            and one.about.model == model
            and version in (None, one.about.version)
            and item in (None, one.about.item)
        ]
        return tuple(sorted(found, key=lambda one: -one.seq))


def read(ledger: Reader, known: Held | None = None) -> Held:
    """The evidence as the ledger has it now; with what was read before, only what came since is read. `LedgerError`."""
    start = known or Held()
    head, leads, found = since(ledger, start.head, (EVIDENCE,))
    if head == start.head:
        return start
    every = dict(start.all) if leads else {}
    for entry in found:
        with explaining_payload(entry):
            one = _applied(every, entry)
        every[one.seq] = one
    return replace(start, head=head, all=every)


def add(ledger: Ledger, about: About, file: File, by: Person) -> Evidence:
    """Records that a file was kept. Raises `Refused` for somebody without a role, and records that.

    Also for a version that the ledger does not know of a model whose registry it has seen.
    """
    if type(about.version) is not int or not 1 <= about.version < MOST_VERSIONS:
        raise Refused("A version is a whole number from 1 on.", next_step="Give its number.")
    must_be_somebody(ledger, "add evidence", by, about.model)
    _must_be_seen(ledger, about)
    payload = {
        "act": "added",
        "item": must_be_short("item", about.item, MAX_ITEM) if about.item else None,
        "note": must_fit("note", about.note, MAX_NOTE, empty=True),
        "name": kept(file.name),
        "path": file.path,
        "file_kind": file.kind,
        "sha256": file.sha256,
        "bytes": file.bytes,
        "tests": file.tests,
        "failed": file.failed,
        "skipped": file.skipped,
    }
    entry = NewEntry(EVIDENCE, actor_of(by), payload, role_of(by), kept(about.model), about.version)
    return _applied({}, ledger.append(entry))


def _must_be_seen(ledger: Ledger, about: About) -> None:
    """Raises `Refused` for a version that no refresh has seen, of a model of which one has."""
    seen = {
        entry.version
        for entry in ledger.entries(kind=REGISTRY_EVENT, model=kept(about.model))
        if entry.version is not None
    }
    if seen and about.version not in seen:
        raise Refused(
            f"{kept(about.model)} has no version {about.version}.",
            why=f"The newest that a refresh has seen is {max(seen)}.",
            next_step="Give one that is there; or refresh first, if it was made since.",
        )


def withdraw(ledger: Ledger, evidence: int, reason: str, by: Person) -> Evidence:
    """Says that a file is evidence no longer, and why; who added it may, and an admin. Raises `Refused`."""
    must_be_somebody(ledger, "withdraw evidence", by)
    said = must_fit("reason", reason, MAX_NOTE)
    with ledger.transaction() as transaction:
        found = read(transaction).all.get(evidence)
        refused = _stands(found) or not_theirs("evidence", found.actor if found else None, by)
        if found is not None and refused is None:
            payload = {"act": "withdrawn", "evidence": evidence, "reason": said}
            about = found.about
            new = NewEntry(EVIDENCE, actor_of(by), payload, role_of(by), about.model, about.version)
            return _applied({evidence: found}, transaction.append_all([new])[0])
        keep_refusal(transaction, "withdraw evidence", by, refused, found.about.model if found else None)
    raise refused or Refused("There is no such evidence.")


def _stands(found: Evidence | None) -> Refused | None:
    if found is not None and found.withdrawn is not None:
        return Refused("It was withdrawn already.", why=f"By {found.withdrawn.actor}.", next_step="Reload the page.")
    return None


def _applied(every: Mapping[int, Evidence], entry: Entry) -> Evidence:
    """The evidence that an entry is about, as it leaves it."""
    said = entry.payload
    if said["act"] == "added":
        names = ("name", "path", "sha256", "bytes", "tests", "failed", "skipped")
        file = File(kind=str(said["file_kind"]), **{name: said[name] for name in names})
        about = About(str(entry.model), int(entry.version or 0), said["item"], str(said["note"]))
        return Evidence(entry.seq, entry.at, entry.actor, entry.role, about, file)
    if said["act"] == "withdrawn":
        gone = Withdrawn(entry.at, entry.actor, str(said["reason"]))
        return replace(every[int(said["evidence"])], withdrawn=gone)
    raise KeyError(said["act"])
