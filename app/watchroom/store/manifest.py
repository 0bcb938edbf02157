"""The store's folder on disk: which files make up a snapshot, and which snapshot is the current one.

store/current.json            the id of the current snapshot; replaced in one atomic step
store/snapshots/<id>.json     a manifest: the parts, when it was made, the ledger's head at that moment
store/parts/<part>-<id>.duckdb    an immutable file; several manifests may name the same one
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from watchroom.errors import NoSnapshot, SnapshotUnreadable
from watchroom.store.schema import SCHEMA_VERSION

_REFRESH = "Run `watchroom refresh` to make a new one."


@dataclass(frozen=True)
class Manifest:
    """One published snapshot. `made_at` is UTC; `parts` maps each part to the name of its file."""

    id: str
    made_at: datetime
    parts: Mapping[str, str]
    schema_version: int = SCHEMA_VERSION
    ledger_head: tuple[int, str] | None = None

    def to_json(self) -> str:
        """The manifest as it stands on disk."""
        return json.dumps(asdict(self) | {"made_at": self.made_at.isoformat(), "parts": dict(self.parts)}, indent=1)

    @staticmethod
    def from_json(text: str) -> Manifest:
        """Raises ValueError, KeyError or TypeError for anything that is not a manifest."""
        value: Any = json.loads(text)
        if not isinstance(value, dict) or not isinstance(value["parts"], dict):
            raise ValueError("It is not a manifest.")
        head = value.get("ledger_head")
        return Manifest(
            id=value["id"],
            made_at=datetime.fromisoformat(value["made_at"]).astimezone(UTC),
            parts={str(part): str(file) for part, file in value["parts"].items()},
            schema_version=int(value["schema_version"]),
            ledger_head=(int(head[0]), str(head[1])) if head else None,
        )


@dataclass(frozen=True)
class StoreFolder:
    """The paths of a store, and the few steps that must be atomic."""

    root: Path

    @property
    def pointer(self) -> Path:
        """The file that names the current snapshot."""
        return self.root / "current.json"

    @property
    def lock(self) -> Path:
        """The file whose lock a refresh holds; its text says who."""
        return self.root / "refresh.lock"

    @property
    def last_failure(self) -> Path:
        """What the last refresh died of, kept beside the snapshot that stays up; gone after the next success."""
        return self.root / "last_failure.json"

    @property
    def models(self) -> Path:
        """Where the files of logged models are kept that explanations are made with, a folder for each version."""
        return self.root / "models"

    def manifest_path(self, snapshot_id: str) -> Path:
        """Where a snapshot's manifest is."""
        return self.root / "snapshots" / f"{snapshot_id}.json"

    def part_path(self, file: str) -> Path:
        """Where a part's file is."""
        return self.root / "parts" / file

    def make(self) -> None:
        """Make the folders, where they are not there yet."""
        for folder in (self.root, self.root / "snapshots", self.root / "parts"):
            folder.mkdir(parents=True, exist_ok=True)

    def current_id(self) -> str:
        """The id of the current snapshot; raises NoSnapshot when nothing has been published."""
        try:
            return str(json.loads(self.pointer.read_text())["snapshot"])
        except FileNotFoundError:
            raise NoSnapshot(
                "There is no snapshot yet.", why=f"Nothing has been published in {self.root}.", next_step=_REFRESH
            ) from None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise SnapshotUnreadable(f"{self.pointer} is damaged.", why=str(error), next_step=_REFRESH) from error

    def read_manifest(self, snapshot_id: str) -> Manifest:
        """The manifest of a snapshot; raises SnapshotUnreadable when it is gone or damaged."""
        path = self.manifest_path(snapshot_id)
        try:
            return Manifest.from_json(path.read_text())
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise SnapshotUnreadable(
                f"The manifest {path} cannot be read.", why=str(error), next_step=_REFRESH
            ) from error

    def publish(self, manifest: Manifest) -> None:
        """Make a manifest the current one. Before this returns readers see the old one, after it the new one."""
        write_atomically(self.manifest_path(manifest.id), manifest.to_json())
        write_atomically(self.pointer, json.dumps({"snapshot": manifest.id}))

    def manifests(self) -> list[str]:
        """The ids of all manifests, the oldest first: ids sort by the time they were made."""
        return sorted(path.stem for path in (self.root / "snapshots").glob("*.json"))


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that a reader, or a crash, finds either the old content or the new."""
    draft = path.with_name(path.name + ".building")
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have a folder's names on the disk, so that a power cut loses none of them."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
