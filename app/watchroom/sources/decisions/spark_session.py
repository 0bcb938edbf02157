"""A session on a Spark cluster: reached within a bounded time, set up so that its answers are DuckDB's, and watched.

The thin client (`pyspark-client`) is enough for Spark Connect; a `master` needs the whole of `pyspark` and Java.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pyarrow as pa

from watchroom.errors import SourceError, SourceUnreachable

CONNECT_SECONDS = 10.0
"""Until a socket must be open: a cluster's door is near or not there."""

STALL_SECONDS = 180.0
"""How long nothing may run on the cluster before a question is given up: a busy one needs a minute for executors."""

RETRIES = 5
"""How often the client asks again when the connection breaks: some 20 seconds in all, as the waits grow."""

SETTINGS: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",  # `timestamp` means what it means in DuckDB: without a zone
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.files.ignoreCorruptFiles": "false",  # a damaged file is said, never passed over
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.caseSensitive": "true",
}
"""What both engines must agree on. A session of its own holds them: nobody else's is changed."""

_T = TypeVar("_T")

_GONE = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "SESSION_CLOSED", "SESSION_NOT_FOUND", "SESSION_CHANGED")
_GONE_WORDS = re.compile(
    r"UNAVAILABLE|RETRIES_EXCEEDED|failed to connect|Connection (refused|reset)|SESSION_(CLOSED|NOT_FOUND|CHANGED)"
    r"|SparkContext (was|has been) (shut|stopped)|All masters are unresponsive|Answer from Java side is empty",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class SparkPlace:
    """Where Spark is: one of `remote` (`sc://host:15002`) and `master` (`spark://host:7077`, `local[*]`)."""

    remote: str | None = None
    master: str | None = None

    @property
    def shown(self) -> str:
        """The address without user, token and parameters."""
        text = self.remote or self.master or ""
        return re.sub(r"[;?].*", "", re.sub(r"://[^/@]*@", "://", text))


class Session:
    """Asks questions of a Spark and gives tables; a cluster that is gone becomes `SourceUnreachable`. Close it."""

    def __init__(self, place: SparkPlace, *, stall_seconds: float = STALL_SECONDS) -> None:
        self.place = place
        self._stall_seconds = stall_seconds
        self._alive = time.monotonic()
        self._lost: SourceUnreachable | None = None
        self._knock()
        with self._reached():
            self.spark = self._bounded(lambda: _opened(place))
            self._watch()
            self._bounded(lambda: self.spark.range(1).selectExpr("count(*)").collect())

    def close(self) -> None:
        """End the session; the cluster stays. A classic session shares its process with others, and is left to them."""
        if not self.place.remote:
            return
        done: Future[Any] = Future()
        with _quiet(), suppress(Exception):
            _ask_again(self.spark, 0)  # a server that is gone would be asked for minutes, when Python exits once more
            threading.Thread(target=_run, args=(self._leave, done), daemon=True).start()
            done.result(timeout=CONNECT_SECONDS)

    def _leave(self) -> None:
        if not self._lost:
            self.spark.stop()
        self.spark.client.close()

    def sql(self, query: str, values: Mapping[str, str]) -> pa.Table:
        """The answer to a question; `values` are bound to its `:names`."""
        return self.ask(lambda: self.spark.sql(query, args=dict(values)).toArrow())

    def table(self, frame: Any) -> pa.Table:
        """All rows of a frame."""
        table: pa.Table = self.ask(frame.toArrow)
        return table

    def ask(self, question: Callable[[], _T]) -> _T:
        """What the question answers. Raises `SourceUnreachable` when the cluster is gone or takes up no work.

        Whoever asks again then is told so at once: one wait is enough for a refresh.
        """
        if self._lost:
            raise self._lost
        try:
            with self._reached():
                return self._bounded(question)
        except SourceUnreachable as error:
            self._lost = error
            raise

    def release(self, frame: Any) -> None:
        """Let the cluster forget what it keeps of a frame. Not asked of one that is gone: it would hide why."""
        if not self._lost:
            self.ask(frame.unpersist)

    def _bounded(self, question: Callable[[], _T]) -> _T:
        """Wait as long as the cluster works on it, and `stall_seconds` more."""
        done: Future[_T] = Future()
        self._alive = time.monotonic()
        threading.Thread(target=_run, args=(question, done), daemon=True).start()
        while True:
            try:
                return done.result(timeout=1.0)
            except NotYet:
                if done.done():
                    raise
                if self._is_working():
                    self._alive = time.monotonic()
                elif time.monotonic() - self._alive > self._stall_seconds:
                    raise self._stalled() from None

    def _stalled(self) -> SourceUnreachable:
        if spark := getattr(self, "spark", None):
            threading.Thread(target=_run, args=(spark.interruptAll, Future[Any]()), daemon=True).start()
        return SourceUnreachable(
            f"Spark at {self.place.shown} does not get on with the question.",
            why=f"None of its workers ran anything for {self._stall_seconds:.0f} seconds.",
            next_step="Look whether workers are up and have a core free. The next refresh asks again.",
        )

    def _watch(self) -> None:
        """Spark Connect tells how far it is; a question of a classic session is asked for in `_is_working`."""
        if self.place.remote:
            self.spark.registerProgressHandler(self._note_progress)

    def _note_progress(self, *, inflight_tasks: int, **_: object) -> None:
        if inflight_tasks:
            self._alive = time.monotonic()

    def _is_working(self) -> bool:
        spark = getattr(self, "spark", None)
        if spark is None or self.place.remote:
            return False
        tracker = spark.sparkContext.statusTracker()
        stages = (tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds())
        return any(stage is not None and stage.numActiveTasks for stage in stages)

    def _knock(self) -> None:
        """A socket tells in seconds what the client would try for minutes."""
        parts = urlsplit(self.place.remote or self.place.master or "")
        if parts.scheme not in ("sc", "spark"):
            return
        try:
            port = parts.port or (15002 if parts.scheme == "sc" else 7077)
            socket.create_connection((parts.hostname or "", port), timeout=CONNECT_SECONDS).close()
        except (OSError, ValueError) as error:
            raise self._unreachable(str(error)) from error

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            with _quiet():
                yield
        except SourceError:
            raise
        except Exception as error:
            if is_gone(error):
                raise self._unreachable(first_line(error)) from error
            raise

    def _unreachable(self, why: str) -> SourceUnreachable:
        return SourceUnreachable(
            f"Spark at {self.place.shown} cannot be reached.",
            why=why,
            next_step="Look whether it is up and lets this machine in. The next refresh asks again.",
        )


def _run(question: Callable[[], _T], done: Future[_T]) -> None:
    try:
        done.set_result(question())
    except BaseException as error:  # noqa: BLE001, it is raised again where it is waited for
        done.set_exception(error)


def _opened(place: SparkPlace) -> Any:
    try:
        from pyspark.sql import SparkSession

        spark = _connected(SparkSession, place.remote) if place.remote else _classic(SparkSession, place.master)
    except ImportError as error:
        raise _not_installed(place, error) from error
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # it prints what is raised as well
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    return spark


def _connected(builder: Any, remote: str) -> Any:
    spark = builder.builder.remote(remote).create()
    _ask_again(spark, RETRIES)
    return spark


def _ask_again(spark: Any, times: int) -> None:
    """How often the client of Spark Connect repeats what the connection broke."""
    from pyspark.sql.connect.client.retries import DefaultPolicy

    spark.client.set_retry_policies([DefaultPolicy(max_retries=times)])


def _classic(builder: Any, master: str | None) -> Any:
    from pyspark.core import context  # noqa: F401, the thin client does not have it

    return builder.builder.master(master).appName("Watchroom").getOrCreate().newSession()


def _not_installed(place: SparkPlace, error: ImportError) -> SourceError:
    step = "Install Watchroom with its extra: pip install 'watchroom[spark]'."
    if place.master:
        step = "A `master` needs Java and the whole of Spark: pip install pyspark. `remote: sc://…` needs neither."
    return SourceError("Spark cannot be used here.", why=f"Its Python package is missing: {error}.", next_step=step)


def condition(error: Exception) -> str:
    """Spark's own name of an error, such as `PATH_NOT_FOUND`; empty for any other error."""
    named = getattr(error, "getCondition", None) or getattr(error, "getErrorClass", None)
    return str(named() or "") if named else ""


def first_line(error: Exception) -> str:
    """What an error says, without the stack of the Java side."""
    text = str(error).split("JVM stacktrace")[0].strip()
    if details := re.search(r'details = "([^"]+)"', text):  # of gRPC
        text = details.group(1)
    return text.splitlines()[0] if text else type(error).__name__


def is_gone(error: Exception) -> bool:
    """Whether it says that the cluster is not there, rather than that it could not do what was asked."""
    if condition(error).startswith(_GONE):
        return True
    kind = type(error)
    outside = kind.__module__.startswith(("pyspark", "grpc", "py4j")) or isinstance(error, OSError)
    return outside and _GONE_WORDS.search(str(error).split("JVM stacktrace")[0]) is not None


@contextmanager
def _quiet() -> Iterator[None]:
    """Spark warns of every pandas since 3.0, which nothing here hands it, and of what it raises as well."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
        warnings.filterwarnings("ignore", message=r"\[RETRIES_EXCEEDED\]")
        yield
