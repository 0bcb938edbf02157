"""A real server over a store, as `watchroom serve` starts it, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 20

_PROGRAM = """
import os, sys
from pathlib import Path
from watchroom.serve import serve
from watchroom.settings import Settings
serve(Settings.load(os.environ, host=sys.argv[2], port=sys.argv[3]), store=Path(sys.argv[1]))
"""


@dataclass(frozen=True)
class Served:
    """A running server: its process, the address that it printed, and what else it said so far."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    def stop(self) -> int:
        """Ask it to end, as a system does; the exit code, 0 for a clean end."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


@contextmanager
def serving(store: Path, *, host: str = "127.0.0.1", port: int = 0, workspace: Path | None = None) -> Iterator[Served]:
    """The server, ended with the block whatever happens in it. With a `workspace` it finds the ledger there."""
    with tempfile.NamedTemporaryFile(prefix="watchroom-serve-", suffix=".log") as log:
        process = start(store, Path(log.name), host=host, port=port, workspace=workspace)
        try:
            yield Served(process, _address(process, Path(log.name)), Path(log.name))
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(STOP_SECONDS)


def start(store: Path, log: Path, *, host: str, port: int, workspace: Path | None = None) -> subprocess.Popen[bytes]:
    """The process, its output in `log`, with none of this machine's settings for Watchroom."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WATCHROOM_")}
    environment |= {"WATCHROOM_WORKSPACE": str(workspace)} if workspace else {}
    command = [sys.executable, "-c", _PROGRAM, str(store), host, str(port)]
    with log.open("wb") as output:
        return subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=tempfile.gettempdir()
        )


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for word in log.read_text().split():
            if word.startswith("http://") and _answers(word):
                return word
        time.sleep(0.05)
    raise AssertionError(f"The server did not start:\n{log.read_text()}")


def _answers(address: str) -> bool:
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
