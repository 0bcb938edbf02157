"""The parent's side: start the child, ask it, and end it, whatever the model in it does."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import tempfile
import threading
import weakref
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from watchroom.domain.vocabulary import Task
from watchroom.errors import ExplainError, ModelRefused
from watchroom.explain import private, wire
from watchroom.explain.contract import Explained, Limits, Loaded
from watchroom.explain.leash import ENDED_SECONDS, cause_of, clear, environment, kill, last_line, plain_line, watch

_LOG = logging.getLogger(__name__)
_SHOWN_REASON = 600


class Explainer:
    """A child process with one loaded model. Close it, or use it in a `with`; it also ends with this process.

    Requests from several threads are answered one after another. After a timeout or a death the child is gone, and
    `alive` is false: start another.
    """

    loaded: Loaded
    missing: tuple[str, ...]
    """The limits that this system does not have: of `memory`, `network`, `files`, `processes`."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._private = private.made()
        self._full = threading.Event()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        try:
            self._child = self._started(folder)
        except BaseException:
            clear(None, self._errors, self._private)
            raise
        self._end = weakref.finalize(self, clear, self._child, self._errors, self._private)
        threading.Thread(target=watch, args=(self._child, self._private, self._full), daemon=True).start()

    @staticmethod
    def start(
        folder: Path, *, task: Task | None, trust: bool, background: pa.Table | None, limits: Limits
    ) -> Explainer:
        """A child that has loaded the model in `folder`.

        Raises `ModelRefused` when that would run code and `trust` is false, `ExplainError` when it fails otherwise.
        """
        explainer = Explainer(folder.absolute(), limits)
        try:
            block = wire.table_bytes(background) if background is not None else b""
            said, _ = explainer._ask({"do": "load", "task": task, "trust": trust}, block, limits.seconds, 0)
            explainer.loaded, explainer.missing = explainer._understood(said)
        except BaseException:
            explainer.close()
            raise
        if explainer.missing:
            _LOG.warning(
                "A model is explained without limits that this system lacks: %s.", ", ".join(explainer.missing)
            )
        return explainer

    @staticmethod
    def try_to_load(folder: Path, *, trust: bool, limits: Limits) -> None:
        """Load the model in `folder` in a child and end that: it need not be one that can be explained.

        Raises as `start`.
        """
        with Explainer(folder.absolute(), limits) as explainer:
            explainer._ask({"do": "open", "trust": trust}, b"", limits.seconds, 0)

    def explain(self, rows: pa.Table, *, seconds: float | None = None) -> Explained:
        """Explain each row; they hold at least `loaded.inputs` by name, as the log has them.

        Raises `ExplainError`; the child stays unless it was too slow, died or answered nonsense.
        """
        count = rows.num_rows
        names = {each.name for each in self.loaded.inputs}
        chosen = rows.select([place for place, name in enumerate(rows.column_names) if name in names])
        most = wire.block_length(count, len(self.loaded.inputs))
        block = wire.table_bytes(chosen)
        said, numbers = self._ask({"do": "explain"}, block, seconds or self._limits.seconds, most)
        try:
            return wire.explained_of(said, numbers, self.loaded, count)
        except wire.Garbled as error:
            raise self._nonsense(error) from error

    @property
    def alive(self) -> bool:
        """Whether the child can be asked."""
        return self._end.alive and self._child.poll() is None

    def close(self) -> None:
        """End the child and remove its folder; again is nothing."""
        self._end()

    def __enter__(self) -> Explainer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _started(self, folder: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-B", "-m", "watchroom.explain.child"]
        return subprocess.Popen(
            [*command, str(folder), str(self._private), str(self._limits.memory_mb)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            cwd=self._private, env=environment(self._private), start_new_session=True,
        )  # fmt: skip

    def _ask(
        self, asked: dict[str, Any], block: bytes | memoryview, seconds: float, most: int
    ) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            if not self.alive:
                raise _gone()
            late = threading.Event()
            timer = threading.Timer(seconds, self._stop, (late,))
            timer.daemon = True
            timer.start()
            try:
                said, numbers = self._exchanged({**asked, "seconds": seconds}, block, most)
            except (wire.Garbled, OSError) as error:
                raise self._ended(error, late.is_set(), seconds) from error
            except BaseException:  # interrupted in the middle of an answer: what follows would be read as another
                self.close()
                raise
            finally:
                timer.cancel()
        if "error" in said:
            raise self._failed(said)
        return said, numbers

    def _exchanged(self, asked: dict[str, Any], block: bytes | memoryview, most: int) -> tuple[dict[str, Any], bytes]:
        assert self._child.stdin is not None and self._child.stdout is not None  # noqa: PT018 - both are pipes
        wire.send(self._child.stdin, asked, block)  # type: ignore[arg-type]
        return wire.receive(self._child.stdout, most)  # type: ignore[arg-type]

    def _stop(self, late: threading.Event) -> None:
        late.set()
        kill(self._child)

    def _understood(self, said: dict[str, Any]) -> tuple[Loaded, tuple[str, ...]]:
        try:
            loaded, missing = wire.loaded_of(said.get("loaded") or {}), said.get("missing")
        except wire.Garbled as error:
            raise self._nonsense(error) from error
        known = ("memory", "network", "files", "processes")
        return loaded, tuple(name for name in known if isinstance(missing, list) and name in missing)

    def _failed(self, said: dict[str, Any]) -> ExplainError:
        if said["error"] == "memory":
            self.close()
            return self._out_of_memory()
        kind = ModelRefused if said["error"] == "refused" else ExplainError
        what, why, step = (plain_line(said.get(key), _SHOWN_REASON) for key in ("what", "why", "next_step"))
        return kind(what or "The model could not be explained.", why=why, next_step=step)

    def _out_of_memory(self) -> ExplainError:
        return ExplainError(
            "The model needs more memory than it may take.",
            why=f"It may take {self._limits.memory_mb:,} MiB of address space.",
            next_step="Set `explain_memory_mb` higher, or log a smaller model.",
        )

    def _nonsense(self, error: Exception) -> ExplainError:
        self.close()
        return ExplainError("The process with the model answered what makes no sense.", why=f"It sent {error}.")

    def _ended(self, error: Exception, late: bool, seconds: float) -> ExplainError:
        """What became of the child, which is gone afterwards."""
        if not self._end.alive:  # somebody closed it in the middle
            return _gone()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(0.0 if not late else ENDED_SECONDS)
        if late:
            self.close()
            return ExplainError(
                "The model took too long and was stopped.",
                why=f"It had {seconds:g} s.",
                next_step="Give it fewer rows (`explain.rows_per_month`), or set `explain_seconds` higher.",
            )
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(1.0)
        if self._full.is_set():
            self.close()
            return _too_full()
        tail, code = last_line(self._errors), self._child.poll()
        self.close()
        if code is None:
            return ExplainError("The process with the model answered what makes no sense.", why=f"It sent {error}.")
        said = f" The last that it said: {tail}" if tail else ""
        if "MemoryError" in tail or "bad_alloc" in tail:
            return self._out_of_memory()
        return ExplainError("The process with the model died.", why=f"{cause_of(code)}{said}")


def _gone() -> ExplainError:
    return ExplainError("The process with the model has ended.", next_step="Ask again.")


def _too_full() -> ExplainError:
    most = private.MOST_BYTES // 1024**2
    return ExplainError(
        "The model wrote more than it may, and was stopped.",
        why=f"It may write {most:,} MiB in {private.MOST_ENTRIES:,} files, for temporary use.",
        next_step="Log a model that writes nothing while it is loaded and predicts.",
    )
