"""The next snapshot while it is being built: the parts that change are copied first, the others are taken over.

Nothing that a reader can see is touched until `publish`. What a killed build leaves behind is removed by the next one.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from watchroom.errors import NoSnapshot, SnapshotUnreadable, StoreBusy, StoreError
from watchroom.store.locks import FileLock, lock_exclusive
from watchroom.store.manifest import Manifest, StoreFolder, sync_folder
from watchroom.store.schema import PARTS, SCHEMA_VERSION, TABLES, tables_of

_BUILDING = ".building"

_MADE_TOGETHER = (frozenset({"mlflow", "sync"}),)
"""Parts of which one is the other's note of what it holds."""

_BY_MODEL = frozenset({"profile", "health", "explain", "ids", "compare", "value", "portfolio", "checks"})
"""Parts of which a page asks for one model, the first of the key; of the others it asks for one name, the last."""


@contextmanager
def refresh_lock(folder: StoreFolder, wait_seconds: float) -> Iterator[None]:
    """Hold the store for one refresh. Raises StoreBusy, naming the holder, when it is not free in time."""
    try:
        folder.make()
        lock = lock_exclusive(folder.lock, wait_seconds=wait_seconds)
    except OSError as error:
        raise StoreError(
            f"The store {folder.root} cannot be written.",
            why=str(error),
            next_step="Make the folder writable, or set `store:` in watchroom.yaml to another place.",
        ) from error
    if lock is None:
        raise StoreBusy(
            "Another refresh holds the store.",
            why=f"{folder.lock} is held by {folder.lock.read_text() or 'a process that did not sign it'}.",
            next_step="Wait for it to end, or raise `--lock-wait-seconds`. The lock goes away with its process.",
        )
    try:
        with suppress(OSError):  # a full disk: who holds the lock is a courtesy
            lock.write(
                f"process {os.getpid()} on {socket.gethostname()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
            )
        yield
    finally:
        lock.write("")
        lock.release()


class Draft:
    """The next snapshot. Use inside `refresh_lock`, as a context manager; without `publish` it leaves nothing.

    Reading goes to the tables as `part.table`. `writable(part)` gives the part's own private copy;
    `fresh(part)` an empty one.
    """

    def __init__(self, folder: StoreFolder, *, memory_mb: int = 2048, threads: int = 2) -> None:
        self.folder = folder
        self.made_at = datetime.now(UTC)
        self.id = f"{self.made_at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
        self.begun_anew = ""
        """Why something was begun anew instead of from the snapshot before; empty when nothing was."""
        folder.make()
        self.previous = self._readable_previous()
        self.connection = duckdb.connect(
            ":memory:", config={"threads": threads, "memory_limit": f"{memory_mb}MB", "temp_directory": self._temp}
        )
        self._own: set[str] = set()
        self._attached: set[str] = set()
        self._remove_leftovers()
        self._open_previous()

    def __enter__(self) -> Draft:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()
        self._remove_leftovers()

    @property
    def spill(self) -> Path:
        """Where a step may put what does not fit into memory; it goes away with the draft."""
        return Path(self._temp)

    @property
    def _temp(self) -> str:
        return str(self.folder.root / f"spill{_BUILDING}")

    def writable(self, part: str) -> None:
        """Make the part this draft's own: a copy of the previous one, to be changed in place."""
        if part in self._own:
            return
        assert self.previous is not None
        self.connection.execute(f'detach "{part}"')
        shutil.copyfile(self.folder.part_path(self.previous.parts[part]), self._path(part))
        self._attach(part, self._path(part))
        self._own.add(part)

    @contextmanager
    def transaction(self, part: str) -> Iterator[None]:
        """All that is written to the part inside, or nothing of it."""
        self.writable(part)
        self.connection.execute("begin")
        try:
            yield
            self.connection.execute("commit")
        except BaseException:
            with suppress(duckdb.TransactionException):  # a commit that failed has ended it already
                self.connection.execute("rollback")
            raise

    def fresh(self, part: str) -> None:
        """Make the part this draft's own, with its tables empty."""
        if part in self._attached:
            self.connection.execute(f'detach "{part}"')
        self._path(part).unlink(missing_ok=True)
        self._attach(part, self._path(part))
        self.connection.execute(f'use "{part}"')
        for table in tables_of(part):
            self.connection.execute(table.create_sql)
        self.connection.execute("use memory")
        self._own.add(part)

    def compact(self, part: str) -> None:
        """Write the part anew in the order of its keys: deletes leave holes, and order makes filters skip."""
        self.writable(part)
        packed = self._path(part).with_suffix(f".packed{_BUILDING}")
        self.connection.execute(f"attach '{_quoted(packed)}' as packed")
        self.connection.execute("use packed")
        for table in tables_of(part):
            key = table.key if part in _BY_MODEL else tuple(reversed(table.key))
            order = ", ".join(f'"{column}"' for column in key)
            self.connection.execute(table.create_sql)
            if table.view:
                continue
            self.connection.execute(
                f'insert into "{table.name}" select * from "{part}"."{table.name}" order by {order}'
            )
        self.connection.execute("use memory")
        self.connection.execute("detach packed")
        self.connection.execute(f'detach "{part}"')
        packed.replace(self._path(part))
        self._attach(part, self._path(part))

    def is_own(self, part: str) -> bool:
        """Whether the part differs from the previous snapshot's."""
        return part in self._own

    def insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Append some rows, in the order of the schema's columns; for small tables."""
        if rows:
            # As one Arrow table: DuckDB takes half a millisecond for each row that it is given by itself.
            columns = [pa.array(values) for values in zip(*rows, strict=True)]
            self.connection.register("rows_given", pa.table(columns, names=TABLES[table].column_names))
            self.connection.execute(f'insert into "{TABLES[table].part}"."{table}" select * from rows_given')
            self.connection.unregister("rows_given")

    def insert_columns(self, table: str, blocks: Sequence[Mapping[str, Any]]) -> None:
        """Append blocks of rows given as columns, by name; a single value stands for all rows of its block.

        What is left out, and NaN, is NULL. At least one column of a block is an array.
        """
        if not blocks:
            return
        self.connection.register("blocks", pa.concat_tables(map(_block, blocks), promote_options="permissive"))
        self.connection.execute(f'insert into "{TABLES[table].part}"."{table}" by name select * from blocks')
        self.connection.unregister("blocks")

    def note(self, key: str) -> str | None:
        """A note that an earlier refresh kept for this one; None when there is none."""
        rows = self.connection.execute("select value from sync.sync_state where key = ?", (key,)).fetchall()
        return str(rows[0][0]) if rows else None

    def keep_note(self, key: str, value: str) -> None:
        """Keep a note for the next refresh, in place of the one of that name."""
        self.writable("sync")
        self.connection.execute("delete from sync.sync_state where key = ?", (key,))
        self.insert("sync_state", [(key, value)])

    def rows_before(self, table: str) -> list[tuple[Any, ...]]:
        """What a table of a part that is built anew held in the previous snapshot; empty when there was none."""
        if self.previous is None:
            return []
        part = TABLES[table].part
        path = self.folder.part_path(self.previous.parts[part])
        try:
            self.connection.execute(f"attach '{_quoted(path)}' as before (read_only)")
            return self.connection.execute(f'select * from before."{table}"').fetchall()
        except duckdb.Error:  # damaged: there is nothing to take over, and the part is built anew anyway
            return []
        finally:
            self.connection.execute("detach database if exists before")

    def publish(self, ledger_head: tuple[int, str] | None = None) -> Manifest:
        """Make this the current snapshot, in one atomic step; returns its manifest."""
        missing = [part for part in PARTS if part not in self._own and self.previous is None]
        if missing:
            raise StoreError(f"The snapshot lacks its part {', '.join(missing)}.", why="A step did not build it.")
        for part in self._own:
            self.connection.execute(f'checkpoint "{part}"')
            self.connection.execute(f'detach "{part}"')
        parts = {part: self._final_name(part) for part in PARTS}
        for part in self._own:
            _sync(self._path(part))
            self._path(part).replace(self.folder.part_path(parts[part]))
        sync_folder(self.folder.root / "parts")
        manifest = Manifest(self.id, self.made_at, parts, SCHEMA_VERSION, ledger_head)
        self.folder.publish(manifest)
        return manifest

    def _final_name(self, part: str) -> str:
        if part in self._own or self.previous is None:
            return f"{part}-{self.id}.duckdb"
        return self.previous.parts[part]

    def _path(self, part: str) -> Path:
        return self.folder.part_path(f"{part}-{self.id}.duckdb{_BUILDING}")

    def _attach(self, part: str, path: Path, *, read_only: bool = False) -> None:
        self.connection.execute(f"attach '{_quoted(path)}' as \"{part}\"" + (" (read_only)" if read_only else ""))
        self._attached.add(part)

    def _open_previous(self) -> None:
        """Attach the parts of the snapshot before. If one is damaged, those that were made with it are begun anew too.

        A `sync` part without its `mlflow` part would say of runs that are lost that they had been read.
        """
        damaged = {part for part in PARTS if not self._attach_previous(part)}
        for together in _MADE_TOGETHER:
            if damaged & together:
                damaged |= together
        for part in PARTS:
            if part in damaged:
                self.fresh(part)

    def _attach_previous(self, part: str) -> bool:
        if self.previous is None:
            return False
        try:
            self._attach(part, self.folder.part_path(self.previous.parts[part]), read_only=True)
        except (duckdb.Error, KeyError) as error:
            self.begun_anew = f"the store's part {part} was damaged ({str(error).splitlines()[0]})"
            return False
        return True

    def _readable_previous(self) -> Manifest | None:
        try:
            manifest = self.folder.read_manifest(self.folder.current_id())
        except NoSnapshot:
            return None
        except SnapshotUnreadable as error:
            self.begun_anew = f"the last snapshot's manifest was damaged ({error.why})"
            return None
        if manifest.schema_version != SCHEMA_VERSION:
            self.begun_anew = f"the store's schema went from {manifest.schema_version} to {SCHEMA_VERSION}"
            return None
        return manifest

    def _remove_leftovers(self) -> None:
        """Remove what this draft, or one that was killed, left: nothing but names that a draft gives."""
        shutil.rmtree(self._temp, ignore_errors=True)
        for place in (self.folder.pointer, self.folder.last_failure):
            place.with_name(place.name + _BUILDING).unlink(missing_ok=True)
        for path in (self.folder.root / "snapshots").glob(f"*.json{_BUILDING}"):
            path.unlink(missing_ok=True)
        for path in (self.folder.root / "parts").iterdir():
            if _is_part(path.name) and _BUILDING in path.name:
                path.unlink(missing_ok=True)


def _block(columns: Mapping[str, Any]) -> pa.Table:
    length = max(len(values) for values in columns.values() if isinstance(values, np.ndarray))
    return pa.table(
        {
            name: pa.array(values, from_pandas=True)
            if isinstance(values, np.ndarray)
            else pa.repeat(pa.scalar(values), length)
            for name, values in columns.items()
        }
    )


def prune(folder: StoreFolder, keep: int) -> list[str]:
    """Remove all but the `keep` newest snapshots, except those that somebody reads; returns the ids removed.

    Call inside `refresh_lock`. Part files that no remaining manifest names go too.
    """
    current = folder.current_id()
    removed = [
        name for name in folder.manifests()[: -max(keep, 1)] if name != current and _remove_manifest(folder, name)
    ]
    named = {file for name in folder.manifests() for file in _parts_named(folder, name)}
    for path in (folder.root / "parts").iterdir():
        if path.name not in named and _is_part(path.name):
            path.unlink()
    return removed


def _is_part(name: str) -> bool:
    """Whether a file is a part, finished or being built: only those are ours to remove."""
    return re.match(rf"({'|'.join(PARTS)})-\d{{8}}T\d+-[0-9a-f]{{6}}\.duckdb", name) is not None


def _remove_manifest(folder: StoreFolder, snapshot_id: str) -> bool:
    path = folder.manifest_path(snapshot_id)
    lock: FileLock | None = lock_exclusive(path, create=False)
    if lock is None:
        return False
    path.unlink()
    lock.release()
    return True


def _parts_named(folder: StoreFolder, snapshot_id: str) -> list[str]:
    try:
        return list(folder.read_manifest(snapshot_id).parts.values())
    except SnapshotUnreadable:
        return []


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
