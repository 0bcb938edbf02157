"""What the databases' own errors mean to a person: what happened, why, and what to do next.

Only the translation lives here; it is applied in `database`.
"""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa

from watchroom.errors import LedgerError

_UNREACHABLE = (
    "The ledger at {place} does not answer.",
    "Start the database or correct `ledger:` in watchroom.yaml; if this came while writing, look at the history first.",
)
_REFUSED = (
    "The ledger at {place} does not let us in.",
    "Correct the user, the password or the rights in the database.",
)
_READ_ONLY = ("The ledger at {place} cannot be written.", "Make the file and its folder, or the database, writable.")
_FULL = ("The disk of the ledger at {place} is full; nothing was written.", "Make room, then do it again.")
_LOCKED = (
    "The ledger at {place} is busy; nothing was written.",
    "Try again; if it stays so, find the program that holds it.",
)
_DAMAGED = (
    "The ledger at {place} is damaged, or is no database.",
    "Keep the file as it is, and put back the last backup.",
)
_NO_TABLES = ("There is no ledger in {place}.", "`watchroom refresh` makes it.")
_TEXT = ("The ledger at {place} cannot keep this text.", "Make the database with the encoding UTF8.")
_RULE = ("The ledger at {place} refused the entry; nothing was written.", "Run `watchroom ledger verify`.")
_OTHER = ("The ledger at {place} could not do it.", "")

# By the first part of SQLite's error name. https://www.sqlite.org/rescode.html
_SQLITE = {
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_PERM": _READ_ONLY,
    "SQLITE_FULL": _FULL,
    "SQLITE_CANTOPEN": _UNREACHABLE,
    "SQLITE_IOERR": _UNREACHABLE,
    "SQLITE_AUTH": _REFUSED,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_CONSTRAINT": _RULE,
}

# By SQLSTATE or its class. https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL = {
    "08": _UNREACHABLE,
    "57P": _UNREACHABLE,
    "28": _REFUSED,
    "3D000": _UNREACHABLE,
    "42501": _REFUSED,
    "42P01": _NO_TABLES,
    "25006": _READ_ONLY,
    "53100": _FULL,
    "53300": _LOCKED,
    "55P03": _LOCKED,
    "57014": _LOCKED,
    "22P05": _TEXT,
    "22021": _TEXT,
    "23": _RULE,
    "P0001": _RULE,
}


def explained(error: sa.exc.SQLAlchemyError, place: str) -> LedgerError:
    """The same as a `LedgerError`; `place` is the ledger's URL without its password."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error
    what, next_step = _words(cause)
    return LedgerError(what.format(place=place), why=_reason(cause), next_step=next_step)


def _words(cause: BaseException) -> tuple[str, str]:
    if isinstance(cause, sqlite3.Error):
        return _sqlite_words(cause)
    if isinstance(cause, sa.exc.TimeoutError):
        return _LOCKED
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return next((words for code, words in _POSTGRESQL.items() if state.startswith(code)), _OTHER)
    # Before a server has answered there is no SQLSTATE.
    return _UNREACHABLE if type(cause).__name__ in ("OperationalError", "ConnectionTimeout") else _OTHER


def _sqlite_words(cause: sqlite3.Error) -> tuple[str, str]:
    name = getattr(cause, "sqlite_errorname", "") or ""
    if "no such table" in str(cause):
        return _NO_TABLES
    return _SQLITE.get("_".join(name.split("_")[:2]), _OTHER)


def _reason(cause: BaseException) -> str:
    first_line = next(iter(str(cause).strip().splitlines()), "").strip()
    return f"{first_line.rstrip('.')}." if first_line else ""
