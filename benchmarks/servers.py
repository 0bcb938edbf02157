"""Processes to measure, on the loopback interface: Watchroom, the bare Streamlit app, a real MLflow server.

Each ends with its block, with the children it started.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

BARE_APP = Path(__file__).parent / "bare_app.py"
_ROOT = Path(__file__).parents[1]
_START_SECONDS = 180
_POLL_SECONDS = 0.01
_AS_WATCHROOM = (
    *("--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"),
    *("--runner.postScriptGC", "false", "--logger.level", "warning"),
)
"""What Watchroom's own configuration says, so that the floor has the same server."""
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


class Server:
    """A process that listens, or soon will."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    @property
    def uri(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def wait(self, path: str = "/_stcore/health") -> None:
        """Until it answers; raises RuntimeError with its log when it does not."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{self.uri}{path}", timeout=2):
                return
            time.sleep(_POLL_SECONDS)
        raise RuntimeError(f"The server did not start:\n{self.log.read_text(errors='replace')[-4000:]}")

    def memory_mb(self) -> float:
        """What the process holds in memory (resident), in megabytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("The server has ended.")


@contextmanager
def watchroom(workspace: Path) -> Iterator[Server]:
    """`watchroom serve` over a workspace, just started."""
    script = Path(sys.executable).with_name("watchroom")
    port = free_port()
    command = [str(script), "serve", "--workspace", str(workspace), "--port", str(port)]
    with _started(command, port, workspace) as server:
        yield server


@contextmanager
def bare_app(folder: Path) -> Iterator[Server]:
    """A Streamlit app of one chart as its own command serves it, just started."""
    port = free_port()
    options = ("--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true")
    command = [sys.executable, "-m", "streamlit", "run", str(BARE_APP), *options, *_AS_WATCHROOM]
    with _started(command, port, folder) as server:
        yield server


@contextmanager
def mlflow_server(folder: Path) -> Iterator[str]:
    """A real MLflow server over `mlflow.db` in a folder; gives its address."""
    port = free_port()
    store = ("--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--artifacts-destination", "artifacts")
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with _started([*command, *store, "--disable-security-middleware"], port, folder) as server:
        server.wait("/health")
        yield server.uri


@contextmanager
def _started(command: Sequence[str], port: int, folder: Path) -> Iterator[Server]:
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, cwd=folder, env=_environment(), start_new_session=True
        )
    try:
        yield Server(process, port, log)
    finally:
        _stop(process)


def _environment() -> dict[str, str]:
    """This process's, without Watchroom's settings: the measured server has its defaults."""
    return {name: value for name, value in os.environ.items() if not name.startswith("WATCHROOM_")} | _QUIET


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
