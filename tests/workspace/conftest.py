"""A workspace in a temporary folder, written file by file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from watchroom.errors import WorkspaceError
from watchroom.workspace.load import Workspace, load_workspace


@dataclass(frozen=True)
class Room:
    """A workspace's folder; `write` takes a path in it and a text or bytes."""

    folder: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def load(self, environ: Mapping[str, str] | None = None) -> Workspace:
        return load_workspace(self.folder, environ or {})


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A workspace with empty settings and no model."""
    made = Room(tmp_path / "room")
    made.write("watchroom.yaml", "time_zone: UTC\n")
    return made


@pytest.fixture
def problems_in(room: Room) -> Callable[[str | bytes], list[WorkspaceError]]:
    """What is wrong with a model's file of this content."""

    def problems(content: str | bytes) -> list[WorkspaceError]:
        room.write("models/m.yaml", content)
        return list(room.load().problems)

    return problems
