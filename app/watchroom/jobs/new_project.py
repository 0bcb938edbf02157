"""`watchroom new`: a project folder on disk, and the models of a workspace that it could be like."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from watchroom.domain.similar_models import KnownModel, similar
from watchroom.errors import NoSnapshot, WorkspaceError
from watchroom.reports.new_project.answers import Answers
from watchroom.reports.new_project.files import files
from watchroom.reports.new_project.reuse import wanted
from watchroom.settings import Settings
from watchroom.store.queries.similar import known
from watchroom.store.snapshot import ReaderLimits, SnapshotStore
from watchroom.workspace.load import load_workspace
from watchroom.workspace.mistakes import quoted


def known_models(settings: Settings) -> tuple[KnownModel, ...]:
    """The models of the workspace's snapshot. Raises `NoSnapshot` when there is none."""
    store = SnapshotStore(load_workspace(settings.workspace).store, ReaderLimits.of(settings))
    try:
        with store.lease() as snapshot:
            return known(snapshot)
    finally:
        store.close()


def known_if_any(settings: Settings) -> tuple[KnownModel, ...]:
    """As `known_models`; empty where no snapshot has been published: the first project has nobody to be like."""
    try:
        return known_models(settings)
    except NoSnapshot:
        return ()


def write_project(folder: Path, answers: Answers, models: tuple[KnownModel, ...] = ()) -> tuple[Path, ...]:
    """Write the project into the folder; the files written.

    Raises `AnswerError` for an answer that does not do, and `WorkspaceError` when the folder holds something or cannot
    be written. Nothing is written then.
    """
    check_empty(folder)
    contents = files(answers, similar(wanted(answers), models))
    try:
        return tuple(_write(folder, contents))
    except OSError as error:
        why = f"{error.strerror or type(error).__name__}."
        raise WorkspaceError(
            f"{quoted(str(folder))} cannot be written.", why=why, next_step="Name another folder."
        ) from error


def check_empty(folder: Path) -> None:
    """Raises `WorkspaceError` unless the folder is new or empty, but for `.git`: some begin with the repository."""
    if folder.exists() and not folder.is_dir():
        raise WorkspaceError(f"{quoted(str(folder))} is a file.", next_step="Name a folder for the project.")
    held = sorted(entry.name for entry in folder.iterdir() if entry.name != ".git") if folder.is_dir() else []
    if held:
        raise WorkspaceError(
            f"{quoted(str(folder))} is not empty.",
            why=f"It holds {quoted(held[0])}, and a project never overwrites anything.",
            next_step="Name a new or an empty folder.",
        )


def _write(folder: Path, contents: Mapping[str, str]) -> list[Path]:
    written = []
    for name, text in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
        written.append(path)
    return written
