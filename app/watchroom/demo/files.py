"""The demo's folder: its text files, the place it is built in, the marker that says it is complete.

A build happens in a folder of its own inside the workspace and is moved into place at the end; the marker is written
last. What a person put there is never overwritten.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import watchroom
from watchroom.errors import WorkspaceError

MARKER = ".demo"
WORKPLACE = ".demo-building"
DERIVED = ("mlflow", "lake", "evidence")
_TEXTS = ("watchroom.yaml", "models/*.yaml", "models/*.md", "policies/*.yaml")


def text_folder() -> Path:
    """Where the demo's own text files are: in the installed package, or in the repository's `data`."""
    package = Path(watchroom.__file__).parent
    for folder in (package / "_root" / "data", package.parents[1] / "data"):
        if (folder / "watchroom.yaml").is_file():
            return folder
    raise WorkspaceError(
        "The demo's text files are not there.",
        why="This installation of Watchroom is not complete.",
        next_step="Install Watchroom again.",
    )


def is_built(folder: Path) -> bool:
    """Whether a complete demo lies in the folder."""
    return (folder / MARKER).is_file()


def read_marker(folder: Path) -> dict[str, Any]:
    """The facts of the demo in the folder. Raises `WorkspaceError` when there is none, or its marker is damaged."""
    try:
        facts: dict[str, Any] = json.loads((folder / MARKER).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"There is no complete demo in {folder}.", next_step=f"Run `watchroom demo {folder}`."
        ) from error
    return facts


def write_marker(folder: Path, facts: dict[str, Any]) -> None:
    """Say that the demo is complete."""
    (folder / MARKER).write_text(json.dumps(facts, indent=2) + "\n", "utf-8")


def prepare(folder: Path) -> None:
    """Make the folder a workspace with the demo's text files. Raises `WorkspaceError` if something else is there."""
    source = text_folder()
    ours = is_built(folder) or (folder / WORKPLACE).is_dir()
    is_source = folder.is_dir() and folder.samefile(source)
    if folder.exists() and not ours:
        _refuse_foreign(folder, is_source)
    (folder / WORKPLACE).mkdir(parents=True, exist_ok=True)
    (folder / WORKPLACE / ".gitignore").write_text("*\n", "utf-8")
    if not is_source:
        _copy_texts(source, folder)


def _refuse_foreign(folder: Path, is_source: bool) -> None:
    """In the demo's own text folder only derived folders can be foreign; anywhere else, anything is."""
    if not folder.is_dir():
        raise WorkspaceError(f"{folder} is a file.", next_step="Name a folder for the demo.")
    found = [name for name in DERIVED if _has_content(folder / name)] if is_source else sorted(_names(folder))
    if found:
        raise WorkspaceError(
            f"{folder} already holds something that is not the demo: {', '.join(found[:3])}.",
            why="The demo would have to overwrite it.",
            next_step="Name a new or an empty folder.",
        )


def _names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


def _has_content(place: Path) -> bool:
    return place.exists() and (place.is_file() or any(place.iterdir()))


def _copy_texts(source: Path, folder: Path) -> None:
    """Copy what is not there yet: a file that a person has edited since stays."""
    for pattern in _TEXTS:
        for file in sorted(source.glob(pattern)):
            target = folder / file.relative_to(source)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)


@contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """A new folder to build in. It has a name of its own each time: MLflow keeps a store open by its name."""
    place = folder / WORKPLACE / uuid.uuid4().hex
    place.mkdir(parents=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def move_into_place(place: Path, folder: Path) -> None:
    """Replace the derived folders by those that were built; the demo counts as incomplete from here to its marker."""
    (folder / MARKER).unlink(missing_ok=True)
    for name in DERIVED:
        shutil.rmtree(folder / name, ignore_errors=True)
        (place / name).rename(folder / name)


def clear_workplaces(folder: Path) -> None:
    """Remove what this build, and any that was killed before it, left."""
    shutil.rmtree(folder / WORKPLACE, ignore_errors=True)
