"""A real PostgreSQL server for the tests, on loopback and a free port, made anew and stopped by its own process."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

NO_SERVER = "PostgreSQL's server programs (initdb, postgres) are not installed"
USER = "watchroom"
START_SECONDS = 60


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`, the newest there is; Debian keeps it off the path."""
    found = [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path).resolve().parent if on_path else None


@contextmanager
def server(bin_folder: Path) -> Iterator[str]:
    """The URL of a fresh server, without a database's name. The server runs while the block does."""
    folder = Path(tempfile.mkdtemp(prefix="watchroom-postgres-"))
    owner = _owner(folder)
    process: subprocess.Popen[bytes] | None = None
    try:
        data = folder / "data"
        initdb = [bin_folder / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **owner)
        port = _free_port()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                _start(bin_folder, data, port), stdout=log, stderr=log, cwd=folder, start_new_session=True, **owner
            )
        url = f"postgresql+psycopg://{USER}@127.0.0.1:{port}"
        _wait(url, process, folder / "log")
        yield url
    finally:
        if process is not None:
            _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def execute(url: str, statement: str) -> None:
    """Runs one statement by itself, outside any transaction."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement.encode())


def _owner(folder: Path) -> dict[str, object]:
    # The server refuses to run as root.
    if os.geteuid() != 0:
        return {}
    shutil.chown(folder, "postgres", "postgres")
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


def _start(bin_folder: Path, data: Path, port: int) -> list[str | Path]:
    settings = ["unix_socket_directories=", "fsync=off", "listen_addresses=127.0.0.1"]
    return [bin_folder / "postgres", "-D", data, "-p", str(port), *(word for one in settings for word in ("-c", one))]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            execute(f"{url}/postgres", "select 1")
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text('utf-8', 'replace')}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    # An immediate shutdown: it ends its own processes and writes nothing more, for nothing in it is wanted any more.
    process.send_signal(signal.SIGQUIT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
