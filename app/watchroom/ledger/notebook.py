"""Notes, pins and saved views: what people leave for each other about runs, models and pages.

All of it is for everybody in the room. Nothing is changed in place: a note that is taken back stays in the ledger, and
of a view that is saved again under its name the newer one counts. An act against the rules is recorded as refused; a
text that is empty or too long is only refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, get_args

from watchroom.errors import Refused
from watchroom.ledger.acts import actor_of, keep_refusal, kept, must_be_somebody, must_fit, not_theirs, role_of, since
from watchroom.ledger.alerts import Reader
from watchroom.ledger.book import Ledger
from watchroom.ledger.entry import Entry, Head, NewEntry, explaining_payload
from watchroom.ledger.kinds import NOTE, PIN, SAVED_VIEW
from watchroom.ledger.people import Person

Kind = Literal["run", "model"]

MAX_TEXT = 4000
"""Characters of a note: two pages; more belongs in a document, with its link here."""

MAX_NAME = 80
"""Characters of a saved view's name: it has to fit in a menu."""

MAX_ADDRESS = 8000
"""Characters of what a view keeps of an address: Compare names five hundred runs in half of that."""


@dataclass(frozen=True)
class Subject:
    """What a note or pin is about: a run by its id, or a registered model by its name."""

    kind: Kind
    id: str


@dataclass(frozen=True)
class Note:
    """A note that stands. `seq` is its entry, `at` is UTC, `role` the one it was written in."""

    seq: int
    at: datetime
    actor: str
    role: str | None
    about: Subject
    text: str


@dataclass(frozen=True)
class View:
    """A page with what was chosen on it, under a name: `query` are the address's parameters, each with its values."""

    seq: int
    at: datetime
    actor: str
    name: str
    page: str
    query: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Notebook:
    """All that stands, up to the entry `head`. Pins come with when and by whom they were set, the newest last."""

    head: Head = field(default_factory=Head)
    notes: Mapping[int, Note] = field(default_factory=dict)
    pins: Mapping[Subject, tuple[datetime, str]] = field(default_factory=dict)
    views: Mapping[str, View] = field(default_factory=dict)
    """By `name.casefold()`."""

    def about(self, subject: Subject) -> tuple[Note, ...]:
        """The notes about something, the newest first."""
        found = [note for note in self.notes.values() if note.about == subject]
        return tuple(sorted(found, key=lambda note: -note.seq))

    def view(self, name: str) -> View | None:
        """The view of that name, in whatever case; None without one."""
        return self.views.get(name.strip().casefold())


def read(ledger: Reader, known: Notebook | None = None) -> Notebook:
    """The notebook as the ledger has it now; with one that was read before, only what came since is read.

    Raises `LedgerError`.
    """
    start = known or Notebook()
    head, leads, found = since(ledger, start.head, (NOTE, PIN, SAVED_VIEW))
    if head == start.head:
        return start
    return replace(_folded(start if leads else Notebook(), found), head=head)


def _folded(start: Notebook, entries: Iterable[Entry]) -> Notebook:
    notes, pins, views = dict(start.notes), dict(start.pins), dict(start.views)
    for entry in entries:
        with explaining_payload(entry):
            said = entry.payload
            if entry.kind == NOTE:
                _take_note(notes, entry, said)
            elif entry.kind == PIN:
                _take_pin(pins, entry, said)
            else:
                _take_view(views, entry, said)
    return Notebook(start.head, notes, pins, views)


def _take_note(notes: dict[int, Note], entry: Entry, said: Mapping[str, Any]) -> None:
    if said["act"] == "taken_back":
        notes.pop(said["note"], None)
        return
    notes[entry.seq] = Note(entry.seq, entry.at, entry.actor, entry.role, _subject(said), str(said["text"]))


def _take_pin(pins: dict[Subject, tuple[datetime, str]], entry: Entry, said: Mapping[str, Any]) -> None:
    pins.pop(_subject(said), None)
    if said["act"] == "pinned":
        pins[_subject(said)] = (entry.at, entry.actor)


def _take_view(views: dict[str, View], entry: Entry, said: Mapping[str, Any]) -> None:
    name = str(said["name"])
    views.pop(name.casefold(), None)
    if said["act"] == "saved":
        views[name.casefold()] = _view(entry)


def _view(entry: Entry) -> View:
    said = entry.payload
    query = tuple((str(key), tuple(map(str, values))) for key, values in said["query"])
    return View(entry.seq, entry.at, entry.actor, str(said["name"]), str(said["page"]), query)


def _subject(said: Mapping[str, Any]) -> Subject:
    about = said["about"]
    if about["kind"] not in get_args(Kind):
        raise ValueError(f"{about['kind']!r} is nothing that a note is about")
    return Subject(about["kind"], str(about["id"]))


def write_note(ledger: Ledger, about: Subject, by: Person, *, text: str) -> Note:
    """Leaves a note for everybody. Raises `Refused` without a role or a text, or when the text is too long."""
    must_be_somebody(ledger, f"note a {about.kind}", by)
    said = must_fit("note", text, MAX_TEXT)
    entry = ledger.append(_entry(NOTE, {"act": "written", "about": _about(about), "text": said}, by, about))
    return Note(entry.seq, entry.at, entry.actor, entry.role, about, said)


def take_back(ledger: Ledger, note: int, by: Person) -> None:
    """Takes a note away; who wrote it may, and an admin. It stays readable in the ledger. Raises `Refused`."""
    must_be_somebody(ledger, "take back a note", by)
    with ledger.transaction() as transaction:
        found = read(transaction).notes.get(note)
        refused = not_theirs("note", found.actor if found else None, by)
        if refused is None and found is not None:
            transaction.append_all([_entry(NOTE, {"act": "taken_back", "note": note}, by, found.about)])
            return
        keep_refusal(transaction, "take back a note", by, refused)
    if refused is not None:
        raise refused


def set_pin(ledger: Ledger, about: Subject, by: Person, *, pinned: bool) -> None:
    """Marks something for everybody, or takes the mark away; nothing is written when it is so already. `Refused`."""
    must_be_somebody(ledger, f"pin a {about.kind}", by)
    with ledger.transaction() as transaction:
        if (about in read(transaction).pins) != pinned:
            act = "pinned" if pinned else "unpinned"
            transaction.append_all([_entry(PIN, {"act": act, "about": _about(about)}, by, about)])


def save_view(
    ledger: Ledger, name: str, page: str, query: Mapping[str, Iterable[str]], by: Person, *, replacing: bool = False
) -> View:
    """Keeps a page under a name. With `replacing` a view of that name gives way, if it is one's own or one is admin.

    Raises `Refused` without a role or a name, when the name is taken, and when there is too much to keep.
    """
    must_be_somebody(ledger, "save a view", by)
    said = must_fit("name", "".join(sign for sign in name if sign.isprintable()), MAX_NAME)
    kept = [[key, list(values)] for key, values in sorted(query.items())]
    must_fit("address", "".join(map(str, kept)) or "-", MAX_ADDRESS)
    with ledger.transaction() as transaction:
        taken = read(transaction).view(said)
        refused = _name_taken(taken, by, replacing)
        if refused is None:
            payload = {"act": "saved", "name": said, "page": page, "query": kept}
            return _view(transaction.append_all([_entry(SAVED_VIEW, payload, by, None)])[0])
        keep_refusal(transaction, "save a view", by, refused)
    raise refused


def remove_view(ledger: Ledger, name: str, by: Person) -> None:
    """Gives a name up; who saved it may, and an admin. Raises `Refused`."""
    must_be_somebody(ledger, "remove a view", by)
    with ledger.transaction() as transaction:
        found = read(transaction).view(name)
        refused = not_theirs("view", found.actor if found else None, by)
        if refused is None and found is not None:
            transaction.append_all([_entry(SAVED_VIEW, {"act": "removed", "name": found.name}, by, None)])
            return
        keep_refusal(transaction, "remove a view", by, refused)
    if refused is not None:
        raise refused


def _name_taken(taken: View | None, by: Person, replacing: bool) -> Refused | None:
    if taken is None or (replacing and not_theirs("view", taken.actor, by) is None):
        return None
    return Refused(
        f"There is a view called “{taken.name}” already.",
        why=f"{taken.actor} saved it.",
        next_step="Replace it." if not_theirs("view", taken.actor, by) is None else "Choose another name.",
    )


def _entry(kind: str, payload: Mapping[str, Any], by: Person, about: Subject | None) -> NewEntry:
    model = kept(about.id) if about is not None and about.kind == "model" else None
    return NewEntry(kind, actor_of(by), payload, role_of(by), model)


def _about(about: Subject) -> dict[str, str]:
    return {"kind": about.kind, "id": about.id}
