"""The parent's side of a check of one's own: start the child, send it rows, ask it, end it, whatever it does."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import threading
import weakref
from types import TracebackType
from typing import Any

import pyarrow as pa

from watchroom.errors import QueryError, QueryTimeout
from watchroom.explain import private, wire
from watchroom.explain.leash import ENDED_SECONDS, cause_of, clear, environment, kill, last_line, plain_line, watch

NEEDED_LIMITS = ("files", "processes")
"""Without these the system cannot keep a function from reading what is not its own; the second bars the network too."""

MEMORY_MB = 4096
"""Address space of the child: DuckDB takes 512 MB of it and libraries reserve more than they use."""

_SHOWN = 600


class OwnProcess:
    """A child in which checks of one's own run. Use it in a `with`; after an error `alive` may be false."""

    missing: tuple[str, ...] = NEEDED_LIMITS
    """The limits that this system does not have, as the child said last; before it has said anything, all."""

    def __init__(self) -> None:
        self._private = private.made()
        self._full = threading.Event()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        try:
            self._child = self._started()
        except BaseException:
            clear(None, self._errors, self._private)
            raise
        self._end = weakref.finalize(self, clear, self._child, self._errors, self._private)
        threading.Thread(target=watch, args=(self._child, self._private, self._full), daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the child can be asked."""
        return self._end.alive and self._child.poll() is None

    def close(self) -> None:
        """End the child and remove its folder; again is nothing."""
        self._end()

    def __enter__(self) -> OwnProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def hold(self, name: str, rows: pa.Table, seconds: float, *, sql: bool) -> None:
        """Give the child a table; `sql` for statements, else for functions. Raises as `ask`."""
        self.ask({"do": "hold", "table": name, "sql": sql}, seconds, wire.table_bytes(rows))

    def ask(self, asked: dict[str, Any], seconds: float, block: bytes | memoryview = b"") -> dict[str, Any]:
        """The child's answer. Raises QueryError for what it says is wrong, and when it dies; QueryTimeout when late."""
        late = threading.Event()
        timer = threading.Timer(seconds, self._stop, (late,))
        timer.daemon = True
        timer.start()
        try:
            assert self._child.stdin is not None and self._child.stdout is not None  # noqa: PT018 - both are pipes
            wire.send(self._child.stdin, {**asked, "seconds": seconds}, block)  # type: ignore[arg-type]
            said, _ = wire.receive(self._child.stdout, 0)  # type: ignore[arg-type]
        except (wire.Garbled, OSError) as error:
            raise self._ended(error, late.is_set(), seconds) from error
        except BaseException:
            self.close()
            raise
        finally:
            timer.cancel()
        if "error" in said:
            what, why, step = (plain_line(said.get(key), _SHOWN) for key in ("error", "why", "next_step"))
            raise QueryError(what or "The check does not work.", why=why, next_step=step)
        lacking = said.get("missing")
        self.missing = tuple(name for name in NEEDED_LIMITS if not isinstance(lacking, list) or name in lacking)
        return said

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-B", "-m", "watchroom.jobs.checks.own_child"]
        return subprocess.Popen(
            [*command, str(self._private), str(MEMORY_MB)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            cwd=self._private, env=environment(self._private), start_new_session=True,
        )  # fmt: skip

    def _stop(self, late: threading.Event) -> None:
        late.set()
        kill(self._child)

    def _ended(self, error: Exception, late: bool, seconds: float) -> QueryError:
        """What became of the child, which is gone afterwards."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(ENDED_SECONDS if late else 1.0)
        code, said = self._child.poll(), last_line(self._errors)
        self.close()
        if late:
            return QueryTimeout("The check was stopped.", why=f"It took longer than {seconds:g} seconds.")
        if self._full.is_set():
            return QueryError("The check was stopped.", why="It wrote more than it may.")
        if "MemoryError" in said or "bad_alloc" in said:
            return QueryError("The check was stopped.", why="It takes more memory than it may.")
        if code is None:
            return QueryError("The check answered what makes no sense.", why=f"It sent {error}.")
        return QueryError("The check's process died.", why=f"{cause_of(code)} {said}".strip())
