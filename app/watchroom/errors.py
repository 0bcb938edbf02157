"""Every error that Watchroom raises on purpose, in one tree.

    WatchroomError
    ├── WorkspaceError      a file of the workspace is wrong: it names the file, the line and the field
    ├── SourceError         something outside could not be read: MLflow, a decision log, an evidence file
    │   ├── SourceMissing       it is not there
    │   └── SourceUnreachable   it did not answer, after bounded retries
    ├── StoreError          the snapshot store
    │   ├── NoSnapshot          nothing has been published yet
    │   ├── SnapshotUnreadable  a published file is damaged or from another version
    │   └── StoreBusy           another refresh holds the store
    ├── ExplainError        a model could not be loaded or explained
    │   └── ModelRefused        loading it would run code that is not trusted
    ├── QueryError          a filter or an SQL statement that is not understood, or not allowed
    │   └── QueryTimeout        it ran into its time limit and was stopped
    ├── LedgerError         the ledger
    │   ├── LedgerBroken        an entry was changed, removed or reordered
    │   └── Refused             the ledger's rules do not allow this act to this person
    ├── NotAdmitted         nobody is signed in, or whoever is holds no role
    ├── AnswerError         an answer about a new project is missing or cannot be built on: it names the question
    └── SettingError        a setting has a value that it cannot have

The error boundary of the app and the command line catch the base class and nothing else:

    try:
        ...
    except WatchroomError as error:
        show(error.what, error.why, error.next_step)
"""

from __future__ import annotations


class WatchroomError(Exception):
    """What went wrong, why, and what to do next; each a plain sentence for a person.

    `why` and `next_step` may be empty when there is nothing true and useful to say.
    """

    def __init__(self, what: str, *, why: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.next_step = next_step

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.next_step) if part)


class WorkspaceError(WatchroomError):
    """A file of the workspace is wrong; `file`, `line` (from 1) and `field` say where, as far as known."""

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        next_step: str = "",
        file: str = "",
        line: int | None = None,
        field: str = "",
    ) -> None:
        super().__init__(what, why=why, next_step=next_step)
        self.file = file
        self.line = line
        self.field = field

    @property
    def place(self) -> str:
        """`models/churn.yaml:12 (monitor.drift.method)`, or as much of it as is known."""
        where = self.file + (f":{self.line}" if self.line is not None else "")
        return f"{where} ({self.field})" if self.field else where

    def __str__(self) -> str:
        return f"{self.place}: {super().__str__()}" if self.place else super().__str__()


class SourceError(WatchroomError):
    """Something outside Watchroom could not be read."""


class SourceMissing(SourceError):
    """What was asked for is not there; whatever else there is could be read."""


class SourceUnreachable(SourceError):
    """It did not answer, after bounded retries."""


class StoreError(WatchroomError):
    """The snapshot store cannot do what was asked."""


class NoSnapshot(StoreError):
    """Nothing has been published yet: run `watchroom refresh`."""


class SnapshotUnreadable(StoreError):
    """A published file is damaged, gone, or written by another version of the schema."""


class StoreBusy(StoreError):
    """Another refresh holds the store."""


class ExplainError(WatchroomError):
    """A logged model could not be loaded or explained: its own failure, and nobody else's."""


class ModelRefused(ExplainError):
    """To load the model would run code that comes with it, and its file does not say `explain.trust: true`."""


class QueryError(WatchroomError):
    """A filter or an SQL statement that is not understood, or not allowed."""


class QueryTimeout(QueryError):
    """It ran into its time limit and was stopped."""


class LedgerError(WatchroomError):
    """The ledger cannot do what was asked."""


class LedgerBroken(LedgerError):
    """The chain does not hold: an entry was changed, removed or reordered."""


class Refused(LedgerError):
    """The ledger's rules do not allow this act to this person; the refusal itself is recorded."""


class NotAdmitted(WatchroomError):
    """Nobody is signed in, or whoever is holds no role: nothing of the room is shown or done."""


class SettingError(WatchroomError):
    """A setting has a value that it cannot have."""


class AnswerError(WatchroomError):
    """An answer about a new project is missing, or cannot be built on; `question` is the key of the question."""

    def __init__(self, what: str, *, why: str = "", next_step: str = "", question: str) -> None:
        super().__init__(what, why=why, next_step=next_step)
        self.question = question
