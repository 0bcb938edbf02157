"""Artifacts of a folder of `mlruns`, also after the folder has been moved or copied from another machine.

MLflow records where an artifact was when it was logged; inside the folder it still lies at the same place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from watchroom.sources.tracking.artifacts import fetch_local, local_path, read_local_text

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):")
_LEAST_PARTS = 3  # experiment, run (or `models`), folder: fewer would match by chance


def read_text(root: Path, location: str, name: str) -> str:
    """The text of the file `name` under a recorded artifact location. Raises `SourceError`."""
    for folder in _candidates(root, location):
        if folder.is_dir():
            return read_local_text(str(folder), name)
    return read_local_text(location, name, base=root.parent)


def fetch_model(root: Path, location: str, folder: Path) -> None:
    """Copy the files of a model under a recorded artifact location into `folder`. Raises `SourceError`."""
    found = next((path for path in _candidates(root, location) if path.is_dir()), None)
    fetch_local(str(found) if found else location, folder, base=root.parent)


def _candidates(root: Path, location: str) -> Iterator[Path]:
    scheme = _SCHEME.match(location)
    if scheme and scheme[1] in ("models", "runs"):
        owner, *inner = [part for part in location[len(scheme[0]) :].split("/") if part not in ("", "..")] or [""]
        yield from (root / folder / "artifacts" / Path(*inner) for folder in _owners(root, scheme[1], owner))
    elif scheme is None or scheme[1].lower() == "file":
        if local_path(location, root.parent) is not None:
            return
        parts = [part for part in re.split(r"[\\/]", unquote(location)) if part not in ("", ".", "..")]
        for start in range(1, len(parts) - _LEAST_PARTS + 1):
            yield root.joinpath(*parts[start:])


def _owners(root: Path, kind: str, owner: str) -> Iterator[Path]:
    """The folders of a run or of a logged model, relative to the root."""
    inner = Path("models", owner) if kind == "models" else Path(owner)
    for parent in (root, root / ".trash"):
        if parent.is_dir():
            yield from (each.relative_to(root) / inner for each in parent.iterdir() if (each / inner).is_dir())
