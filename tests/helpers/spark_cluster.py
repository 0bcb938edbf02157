"""A real Spark on this machine, for tests: a standalone master, two workers and a Spark Connect server.

Everything listens on loopback alone, writes below one folder, and is ended by its own process ids. It is made of
the full `pyspark` distribution, which cannot share an environment with the thin `pyspark-client` that Watchroom
uses (both install a package `pyspark`): `.ci/spark` puts it beside, or `WATCHROOM_TEST_SPARK_HOME` says where it is.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

START_SECONDS = 120
"""Until each part must have come up; on two busy cores a JVM takes some ten seconds."""

_QUIET = """rootLogger.level = warn
rootLogger.appenderRef.stdout.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
"""


@dataclass(frozen=True)
class Cluster:
    """`remote` is where Spark Connect answers, `master` the standalone master; `connect` is the server's process."""

    home: Path
    remote: str
    master: str
    connect: subprocess.Popen[bytes]
    workers: tuple[subprocess.Popen[bytes], ...]


def spark_home() -> Path | None:
    """The folder of a full Spark with its jars; None when there is none."""
    given = os.environ.get("WATCHROOM_TEST_SPARK_HOME")
    found = [Path(given)] if given else sorted((ROOT / ".venv").glob("spark-*/pyspark"))
    return next((home for home in found if (home / "bin" / "spark-class").exists()), None)


def what_is_missing() -> str | None:
    """Why no cluster can be started here; None when one can."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        return "Java is not installed"
    return None if spark_home() else "no full Spark: .ci/spark fetches one"


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """Two workers of one core and one GB, and what leads them; all gone afterwards."""
    home = spark_home()
    assert home is not None, what_is_missing()
    master, connect = free_port(), free_port()
    address = f"spark://127.0.0.1:{master}"
    with ExitStack() as stack:

        def start(name: str, *command: str, port: int | None = None) -> subprocess.Popen[bytes]:
            return stack.enter_context(_running(home, folder / name, command, port))

        start("master", *_MASTER, "--host", "127.0.0.1", "--port", str(master), "--webui-port", "0", port=master)
        workers = tuple(
            start(f"worker{number}", *_WORKER, address, "--work-dir", str(folder / f"worker{number}"), *_WORKER_SIZE)
            for number in (1, 2)
        )
        server = start("connect", *_connect_command(home, address, connect), port=connect)
        yield Cluster(home, f"sc://127.0.0.1:{connect}", address, server, workers)


_MASTER = ("spark-class", "org.apache.spark.deploy.master.Master")
_WORKER = ("spark-class", "org.apache.spark.deploy.worker.Worker")
_WORKER_SIZE = ("--cores", "1", "--memory", "1g", "--host", "127.0.0.1", "--webui-port", "0")


def _connect_command(home: Path, master: str, port: int) -> list[str]:
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.executor.memory": "800m",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
    }
    jar = next((home / "jars").glob("spark-connect_*.jar"))
    options = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    server = "org.apache.spark.sql.connect.service.SparkConnectServer"
    return ["spark-submit", "--master", master, *options, "--class", server, str(jar)]


@contextmanager
def _running(home: Path, folder: Path, command: Sequence[str], port: int | None) -> Iterator[subprocess.Popen[bytes]]:
    folder.mkdir(parents=True)
    (folder / "log4j2.properties").write_text(_QUIET)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("SPARK_", "PYSPARK_"))}
    environment |= {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_CONF_DIR": str(folder),
        "SPARK_DAEMON_MEMORY": "768m" if command[0] == "spark-submit" else "192m",
        "SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    }
    with (folder / "log").open("wb") as log:
        program = str(home / "bin" / command[0])
        process = subprocess.Popen(
            [program, *command[1:]],
            env=environment,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
    try:
        if port is not None:
            _wait_for(port, process, folder / "log")
        yield process
    finally:
        _end(process)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text("utf-8", "replace")[-4000:]
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(log.read_text("utf-8", "replace")[-4000:])


def _end_with_parent() -> None:
    """On Linux a test run that is itself killed takes its cluster with it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


_PR_SET_PDEATHSIG = 1


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole group of a process that was started as the leader of one: a worker's executors are in it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
