"""Fresh explanations for pages: child processes that hold a loaded model, kept warm for whoever asks next.

A child is started for the files of a model, not for a snapshot, so a refresh that leaves these as they are keeps it.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from watchroom.domain.vocabulary import TASKS, Task
from watchroom.errors import ExplainError
from watchroom.store.manifest import StoreFolder
from watchroom.store.queries.decision import ModelFiles, how, model_files
from watchroom.store.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

    from watchroom.explain.contract import Explained, Loaded

WARM = 2
"""Children kept at once: each holds a model and its libraries, some 200 MB, beside a server of less than 400."""

IDLE_SECONDS = 600.0
"""How long one is kept for the next question: a person looks at a decision for minutes, not for hours."""

WAIT_SECONDS = 20.0
"""How long somebody waits for a child that another uses or that is still starting: a start takes three seconds."""

ANSWER_SECONDS = 30.0
"""How long one explanation may take before the child is ended: a page's reader has given up by then."""

_LOOK_SECONDS = 15.0
"""How often it is looked whether a child has been idle for too long."""


class Child(Protocol):
    """What the desk needs of `explain.process.Explainer`."""

    loaded: Loaded

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        ...

    def explain(self, rows: pa.Table, *, seconds: float | None = None) -> Explained:
        """The rows explained."""
        ...

    def close(self) -> None:
        """End it."""
        ...


@dataclass(frozen=True)
class Wanted:
    """What a child is started with: it can answer as long as the files and what is compared with are these."""

    folder: Path
    task: Task | None
    trust: bool
    stand: str = ""
    """What the files were fetched from: others may come to lie under the same name."""
    background: str = ""
    """A digest of the rows that the method compares with; empty when it needs none."""


Start = Callable[[Wanted], Child]


@dataclass
class _Seat:
    """A place for one child. `child` is None until it has started; whoever is `busy` holds it alone."""

    child: Child | None = None
    busy: bool = True
    used: float = field(default_factory=time.monotonic)


class Desk:
    """The warm children of one server process. Any number of threads may ask; each child answers one at a time."""

    def __init__(
        self,
        store: Path,
        *,
        memory_mb: int,
        answer_seconds: float = ANSWER_SECONDS,
        wait_seconds: float = WAIT_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
        start: Start | None = None,
    ) -> None:
        self._models = StoreFolder(store).models
        self._answer_seconds = answer_seconds
        self._wait_seconds = wait_seconds
        self._idle_seconds = idle_seconds
        self._start = start or _starter(memory_mb, answer_seconds)
        self._seats: dict[Wanted, _Seat] = {}
        self._free = threading.Condition()
        self._closed = threading.Event()
        self._keeper: threading.Thread | None = None
        atexit.register(self.close)

    def explain(
        self, snapshot: Snapshot, model: str, version: int, rows_for: Callable[[Loaded], pa.Table]
    ) -> tuple[Loaded, Explained]:
        """Rows explained by the version, and what it says of itself, both of the very same child.

        `rows_for` gives the rows: they hold its inputs by name, as the log has them. Raises what that raises,
        ModelRefused when its code is not trusted, and ExplainError when there are no files, the model fails, or others
        use the desk for longer than the wait.
        """
        with self._held(self._wanted(snapshot, model, version)) as child:
            return child.loaded, child.explain(rows_for(child.loaded), seconds=self._answer_seconds)

    def loaded(self, snapshot: Snapshot, model: str, version: int) -> Loaded:
        """What the loaded model says of itself: its inputs, its space. Raises as `explain`."""
        with self._held(self._wanted(snapshot, model, version)) as child:
            return child.loaded

    def warm(self, snapshot: Snapshot, model: str, version: int) -> None:
        """Begin to start the child in the background, so that the first question waits for less of it.

        It never fails and never ends another child that is in use; what fails here is told to whoever asks.
        """
        try:
            wanted = self._wanted(snapshot, model, version)
        except ExplainError:
            return
        with self._free:
            if wanted in self._seats or self._closed.is_set():
                return
        threading.Thread(target=self._warm, args=(wanted,), name="watchroom-desk-warm", daemon=True).start()

    def close(self) -> None:
        """End every child, those in use too. The desk starts none any more."""
        self._closed.set()
        atexit.unregister(self.close)
        with self._free:
            children = [seat.child for seat in self._seats.values() if seat.child is not None]
            self._seats.clear()
            self._free.notify_all()
        for child in children:
            child.close()

    @property
    def running(self) -> int:
        """How many children it has."""
        with self._free:
            return sum(seat.child is not None and seat.child.alive for seat in self._seats.values())

    def _wanted(self, snapshot: Snapshot, model: str, version: int) -> Wanted:
        files = model_files(snapshot, model=model, version=version)
        if files is None or not (self._models / files.folder).is_dir():
            raise _no_files(snapshot, model, version, files)
        task = next((task for task in TASKS if task == files.task), None)
        return Wanted(self._models / files.folder, task, files.trust, files.stand, files.background)

    @contextmanager
    def _held(self, wanted: Wanted, wait: float | None = None) -> Iterator[Child]:
        """The child, for one thread alone; started, or started anew when it has died."""
        seat = self._take(wanted, time.monotonic() + (self._wait_seconds if wait is None else wait))
        try:
            if seat.child is None or not seat.child.alive:
                self._replace(seat, wanted)
            assert seat.child is not None, "a start gives a child, or raises"
            yield seat.child
        finally:
            self._leave(wanted, seat)

    def _replace(self, seat: _Seat, wanted: Wanted) -> None:
        dead, seat.child = seat.child, None
        if dead is not None:
            dead.close()
        seat.child = self._start(wanted)

    def _take(self, wanted: Wanted, deadline: float) -> _Seat:
        """The seat of these files, now busy with the caller; somebody who is idle may have to leave for it."""
        gone: Child | None = None
        with self._free:
            while not self._closed.is_set():
                seat = self._seats.get(wanted)
                if seat is not None and not seat.busy:
                    seat.busy = True
                    return seat
                if seat is None:
                    room, gone = self._room()
                    if room:
                        self._seats[wanted] = seat = _Seat()
                        break
                if not self._free.wait(deadline - time.monotonic()):
                    raise _busy()
            else:
                raise ExplainError("The server is shutting down.", next_step="Try again in a minute.")
        if gone is not None:
            gone.close()
        self._keep()
        return seat

    def _room(self) -> tuple[bool, Child | None]:
        """Whether there is a seat for another, and the child that left for it: the one not used for longest."""
        if len(self._seats) < WARM:
            return True, None
        idle = [(seat.used, wanted) for wanted, seat in self._seats.items() if not seat.busy]
        if not idle:
            return False, None
        _, longest = min(idle, key=lambda pair: pair[0])
        return True, self._seats.pop(longest).child

    def _leave(self, wanted: Wanted, seat: _Seat) -> None:
        with self._free:
            seat.busy, seat.used = False, time.monotonic()
            alive = seat.child is not None and seat.child.alive
            dead = None if alive and not self._closed.is_set() else seat.child
            if not alive and self._seats.get(wanted) is seat:
                del self._seats[wanted]
            self._free.notify_all()
        if dead is not None:
            dead.close()

    def _warm(self, wanted: Wanted) -> None:
        # What fails is told to whoever asks; a seat that others need is not waited for.
        with suppress(ExplainError), self._held(wanted, wait=0):
            pass

    def _keep(self) -> None:
        """Have a thread that ends idle children, for as long as there are any."""
        with self._free:
            if self._keeper is None or not self._keeper.is_alive():
                self._keeper = threading.Thread(target=self._end_idle, name="watchroom-desk", daemon=True)
                self._keeper.start()

    def _end_idle(self) -> None:
        while not self._closed.wait(min(_LOOK_SECONDS, self._idle_seconds / 2)):
            past = time.monotonic() - self._idle_seconds
            with self._free:
                idle = [wanted for wanted, seat in self._seats.items() if not seat.busy and seat.used <= past]
                children = [self._seats.pop(wanted).child for wanted in idle]
                self._free.notify_all()
                done = not self._seats
                if done:
                    self._keeper = None
            for child in children:
                if child is not None:
                    child.close()
            if done:
                return


def _starter(memory_mb: int, seconds: float) -> Start:
    def start(wanted: Wanted) -> Child:
        from watchroom.explain.contract import Limits
        from watchroom.explain.process import Explainer

        return Explainer.start(
            wanted.folder,
            task=wanted.task,
            trust=wanted.trust,
            background=_background(wanted.folder),
            limits=Limits(seconds=seconds, memory_mb=memory_mb),
        )

    return start


def _background(folder: Path) -> pa.Table | None:
    """The rows of the reference that the method compares with; None when it needs none."""
    import pyarrow as pa

    path = folder.with_name(f"{folder.name}.background.arrow")
    if not path.is_file():
        return None
    with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as file:
        return file.read_all()


def _busy() -> ExplainError:
    return ExplainError(
        "Another explanation is running.",
        why=f"This server explains for at most {WARM} models at a time, one decision after another.",
        next_step="Try again in a few seconds.",
    )


def _no_files(snapshot: Snapshot, model: str, version: int, files: ModelFiles | None) -> ExplainError:
    """Why there is nothing to explain with: the refresh's own reason where it has one."""
    found = how(snapshot, model=model, version=version)
    if found is not None and found.what:
        return ExplainError(found.what, why=found.why, next_step=found.next_step)
    if files is not None:
        return ExplainError(
            f"The files of version {version} are gone from the store.",
            why=f"The snapshot says that they are in {files.folder[:80]!r}.",
            next_step="Run `watchroom refresh` to fetch them again.",
        )
    return ExplainError(
        f"Version {version} has no files to explain it with.",
        why="The refresh has not explained it: it may have made no decisions yet, or its files cannot be read.",
        next_step="Run `watchroom refresh`, then look at Status.",
    )
