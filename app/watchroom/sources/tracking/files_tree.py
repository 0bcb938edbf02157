"""The folder of `mlruns` as it lies there: what is in it, and bounded reads that say why something cannot be read.

Nothing is ever created, changed or touched here, and nothing is read through MLflow's client, which does all three.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from watchroom.sources.tracking.artifacts import read_bytes
from watchroom.sources.tracking.rows import clean
from watchroom.sources.tracking.yamltext import load_mapping

META = "meta.yaml"

TEXT_LIMIT = 1_000_000
"""Bytes of a parameter, a tag or a `meta.yaml`. MLflow itself takes at most 8,000 characters for a tag."""

DEPTH_LIMIT = 32
"""Folders below one another that the name of a metric may make; a name has at most 250 characters in MLflow."""

_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep", ".gitignore", ".ipynb_checkpoints"})

# MLflow makes no links inside a run; one can lead anywhere, in a circle too.
_LINK = "It is a symbolic link, which is not followed."


class Unreadable(Exception):
    """A file or folder that cannot be read: `str()` is the reason, without the place, so that equal ones group."""


@dataclass(frozen=True)
class Leaf:
    """A file that holds one metric, parameter or tag; its key is its path below the folder, with `/`."""

    key: str
    path: str


@dataclass(frozen=True)
class Tree:
    """The files of a run (or of another entity) by the folder that they lie in, and a digest of their state.

    `has_meta` says whether there is a `meta.yaml`, readable or not. `digest` covers names, sizes and times of change.
    `is_fresh` says that a file was written so shortly ago that another write within the same tick of the file system's
    clock could not be told from it.
    """

    leaves: Mapping[str, tuple[Leaf, ...]]
    has_meta: bool
    digest: str
    is_fresh: bool
    unreadable: tuple[tuple[str, str], ...] = field(default=())


def list_folder(path: str | Path) -> list[os.DirEntry[str]]:
    """The entries of a folder by name. Raises `Unreadable`."""
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from error


def subfolders(path: str | Path) -> list[os.DirEntry[str]]:
    """The folders in a folder, links to folders included, litter not. Raises `Unreadable`."""
    return [entry for entry in list_folder(path) if is_folder(entry)]


def has_meta(path: str) -> bool:
    """Whether the folder has a `meta.yaml`, readable or not. Raises `Unreadable` when it cannot be listed."""
    return any(entry.name == META for entry in list_folder(path))


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder, or a link to one; what cannot be asked is not."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def is_litter(name: str) -> bool:
    """Whether an operating system, an editor or git left this, and MLflow did not."""
    return name in _LITTER or name.startswith("._")


def read_text(path: str | Path) -> str:
    """The text of a file, of at most `TEXT_LIMIT` bytes; bytes that are not UTF-8 become `�`. Raises `Unreadable`."""
    return read_limited(path, TEXT_LIMIT).decode("utf-8", "replace")


def read_meta(folder: str | Path) -> dict[str, Any]:
    """The folder's `meta.yaml`. Raises `Unreadable` when it is missing, half-written or not what MLflow writes."""
    try:
        return load_mapping(read_text(Path(folder, META)))
    except ValueError as error:
        raise Unreadable(str(error)) from error


def read_limited(path: str | Path, limit: int) -> bytes:
    """The bytes of a file of at most `limit`. Raises `Unreadable`."""
    try:
        return read_bytes(path, limit)
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from error
    except ValueError as error:
        raise Unreadable(str(error)) from error


def scan(folder: str | Path, sections: tuple[str, ...]) -> Tree:
    """The files of an entity, without opening one. Raises `Unreadable` when the folder cannot be listed."""
    walk = _Walk()
    leaves: dict[str, tuple[Leaf, ...]] = {section: () for section in sections}
    found_meta = False
    for entry in list_folder(folder):
        if entry.name == META:
            walk.note(entry, META)
            found_meta = True
        elif entry.name in leaves:
            leaves[entry.name] = tuple(walk.section(entry))
    return Tree(leaves, found_meta, walk.digest.hexdigest(), walk.is_fresh, tuple(walk.unreadable))


class _Walk:
    def __init__(self) -> None:
        self.digest = hashlib.blake2b(digest_size=16)
        self.unreadable: list[tuple[str, str]] = []
        self.is_fresh = False
        self._now = time.time_ns()

    def note(self, entry: os.DirEntry[str], name: str) -> None:
        try:
            state = entry.stat()
        except OSError as error:
            self.digest.update(f"{clean(name)}\0{error.errno}\n".encode())
            return
        self.digest.update(f"{clean(name)}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
        # A file system that keeps whole seconds only (or even ones) shows nothing of two writes in one of them.
        tick = 20_000_000 if state.st_mtime_ns % 1_000_000_000 else 2_000_000_000
        self.is_fresh = self.is_fresh or abs(self._now - state.st_mtime_ns) < tick

    def section(self, entry: os.DirEntry[str]) -> Iterator[Leaf]:
        if entry.is_symlink():
            self.unreadable.append((entry.name, _LINK))
        elif entry.is_dir():
            yield from self.leaves(entry, entry.name, "")

    def leaves(self, folder: os.DirEntry[str], name: str, prefix: str, depth: int = 0) -> Iterator[Leaf]:
        for entry in self._list(folder, name, depth):
            if is_litter(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self.leaves(entry, f"{name}/{entry.name}", f"{prefix}{entry.name}/", depth + 1)
            elif entry.is_symlink():
                self.unreadable.append((f"{name}/{entry.name}", _LINK))
            else:
                self.note(entry, f"{name}/{entry.name}")
                yield Leaf(clean(prefix + entry.name), entry.path)

    def _list(self, folder: os.DirEntry[str], name: str, depth: int) -> list[os.DirEntry[str]]:
        try:
            if depth > DEPTH_LIMIT:
                raise Unreadable(f"It lies more than {DEPTH_LIMIT} folders deep.")
            return list_folder(folder.path)
        except Unreadable as error:
            self.unreadable.append((name, str(error)))
            return []
