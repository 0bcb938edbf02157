"""Evidence on the command line: as in a pipeline that adds its test report after training."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from watchroom.desk.evidence import attach
from watchroom.domain.roles import ADMIN, SPEAKING
from watchroom.errors import NoSnapshot, SourceError
from watchroom.jobs.evidence import states
from watchroom.ledger import Ledger
from watchroom.ledger.evidence import About, Evidence, read, withdraw
from watchroom.ledger.people import Person
from watchroom.settings import Settings
from watchroom.sources.evidence import MAX_BYTES
from watchroom.store.snapshot import ReaderLimits, Snapshot, SnapshotStore
from watchroom.workspace.load import Workspace, load_workspace
from watchroom.workspace.mistakes import nearest, quoted

if TYPE_CHECKING:
    import pandas as pd


def add_evidence(settings: Settings, file: Path, about: About, role: str) -> str:
    """Keeps a file for a version that the current snapshot knows; gives what was done, in a sentence.

    Raises `SourceError` for a model, a version or an item that is not there, so that a slip of the pen in a pipeline
    shows; without any snapshot it is taken as it is.
    """
    workspace = load_workspace(settings.workspace)
    _must_be_known(settings, workspace, about)
    data = _bytes(file)
    with Ledger.open(workspace.ledger, create=True) as ledger:
        by = _somebody(role)
        given = {"model": about.model, "version": about.version, "item": about.item, "note": about.note}
        seq = attach(ledger, settings.workspace, file.name, data, by=by, **given)  # type: ignore[arg-type]
        found = read(ledger).all[seq]
    return f"Kept as entry {seq} of the ledger: {_words(found)}."


def _somebody(*roles: str) -> Person:
    """Whoever calls the command: they can write the ledger's own file, so no role is asked for."""
    return Person(f"{getpass.getuser()} on the command line", roles)


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        why = f"{error.strerror or type(error).__name__}."
        raise SourceError(f"The file {quoted(str(file))} cannot be read.", why=why) from None


def _words(found: Evidence) -> str:
    file, tests = found.file, ""
    if file.tests is not None:
        passed = file.tests - (file.failed or 0) - (file.skipped or 0)
        tests = f", {file.tests:,} tests: {passed:,} passed, {file.failed:,} failed, {file.skipped:,} skipped"
    item = f" for {found.about.item}" if found.about.item else ""
    return f"{file.name} ({file.kind}{tests}){item}, sha256 {file.sha256}"


def _must_be_known(settings: Settings, workspace: Workspace, about: About) -> None:
    store = SnapshotStore(workspace.store, ReaderLimits.of(settings))
    try:
        with store.lease() as snapshot:
            _must_be_there(snapshot, about)
    except NoSnapshot:
        return
    finally:
        store.close()


def _must_be_there(snapshot: Snapshot, about: About) -> None:
    rows = snapshot.rows("select name, version from model_versions order by name, version")
    versions = [int(version) for name, version in rows if name == about.model]
    if not versions:
        hint = nearest(about.model, {str(name) for name, _ in rows}) or "See `watchroom sql 'from models'`."
        raise SourceError(f"There is no registered model {quoted(about.model)}.", next_step=hint)
    if about.version not in versions:
        why = f"The newest is {versions[-1]}."
        step = "Refresh first, if it was made since the last refresh."
        raise SourceError(f"{about.model} has no version {about.version}.", why=why, next_step=step)
    sql = "select item from policy_items join model_policies using (policy) where model = ?"
    items = [str(item) for (item,) in snapshot.rows(sql, [about.model])]
    if about.item is not None and items and about.item not in items:
        raise SourceError(
            f"Nothing asks {about.model} for an item {quoted(about.item)}.",
            next_step=nearest(about.item, items) or "`watchroom policy show` prints every item.",
        )


def list_evidence(settings: Settings, model: str | None) -> pd.DataFrame:
    """What was kept, the newest first, as the ledger and the folder are now; without a ledger no row."""
    import pandas as pd

    workspace = load_workspace(settings.workspace)
    with Ledger.open(workspace.ledger, create=True) as ledger:
        every = [one for one in read(ledger).all.values() if model in (None, one.about.model)]
    status = states(every, workspace.evidence)
    rows = [_line(one, status[one.seq]) for one in sorted(every, key=lambda one: -one.seq)]
    return pd.DataFrame(rows, columns=list(_line_names()))


def _line(one: Evidence, status: str) -> dict[str, object]:
    file, about = asdict(one.file), asdict(one.about)
    known = {"entry": one.seq, "at": one.at.replace(tzinfo=None), "by": one.actor, "status": status}
    return {name: {**file, **about, **known}[name] for name in _line_names()}


def _line_names() -> tuple[str, ...]:
    own = ("entry", "at", "by", "model", "version", "item", "name", "kind")
    return (*own, "tests", "failed", "skipped", "status", "sha256", "note")


def withdraw_evidence(settings: Settings, entry: int, reason: str) -> str:
    """Withdraws the file of an entry; gives what was done. Raises `Refused` for one that is not there."""
    with Ledger.open(load_workspace(settings.workspace).ledger, create=True) as ledger:
        found = withdraw(ledger, entry, reason, _somebody(*SPEAKING, ADMIN))
    return f"Withdrawn: {found.file.name} of {found.about.model}, version {found.about.version}."
