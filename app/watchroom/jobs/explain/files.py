"""The files of logged models, kept in the store: what the process that explains is given."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa

from watchroom.errors import SourceError
from watchroom.sources.tracking.contract import TrackingSource
from watchroom.store.manifest import StoreFolder

_PARTIAL, _OLD = ".fetching", ".before"


def folder_name(model: str, version: int, stand: str) -> str:
    """The name of the folder for a version's files: another for each stand, so that no snapshot's own changes."""
    return hashlib.sha256(f"{model}\0{version}\0{stand}".encode()).hexdigest()[:20]


def fetch(store: StoreFolder, tracking: TrackingSource, name: str, location: str, *, again: bool) -> Path:
    """The folder with the model's files, fetched if they are not there yet, or `again`. Raises SourceError."""
    folder = store.models / name
    if folder.is_dir() and not again:
        return folder
    partial = store.models / f"{name}{_PARTIAL}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        tracking.fetch_model(location, partial)
    except SourceError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    aside = store.models / f"{name}{_OLD}"
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        folder.rename(aside)
    partial.rename(folder)
    shutil.rmtree(aside, ignore_errors=True)
    return folder


def background_path(store: StoreFolder, name: str) -> Path:
    """Where the rows lie that a method compares with."""
    return store.models / f"{name}.background.arrow"


def keep_background(store: StoreFolder, name: str, rows: pa.Table) -> None:
    """Keep the rows that a method compares with, for explanations on a page."""
    path = background_path(store, name)
    building = path.with_suffix(_PARTIAL)
    with pa.OSFile(str(building), "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
        writer.write_table(rows)
    building.replace(path)


def remove_unused(store: StoreFolder, used: Collection[str]) -> None:
    """Remove the files of versions that nothing refers to any more: nothing but names that are given here."""
    if not store.models.is_dir():
        return
    for path in store.models.iterdir():
        name = path.name.partition(".")[0]
        if name in used or not re.fullmatch(r"[0-9a-f]{20}", name):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
