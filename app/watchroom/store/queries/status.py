"""Readers of the Status page and of the frame: how fresh the snapshot is, what it holds, what failed."""

from __future__ import annotations

from watchroom.store.snapshot import Snapshot


def workspace(snapshot: Snapshot) -> dict[str, str]:
    """The workspace's facts by their key; empty when the snapshot holds none."""
    return {str(key): str(value) for key, value in snapshot.rows("select key, value from workspace") if value is not None}
