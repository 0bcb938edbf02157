"""Processes that are let go at the same moment."""

from __future__ import annotations

import subprocess
import sys


def run_at_once(commands: list[list[str]]) -> list[str]:
    """Starts each, lets them go when all have said that they are ready, and gives what each printed after that."""
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for command in commands
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    printed = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return printed


APPEND = """
import sys
from watchroom.ledger import Ledger, NewEntry
url, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
with Ledger.open(url, create=True) as ledger:
    for number in range(count):
        ledger.append(NewEntry("sign_off", name, {"number": number}))
"""


def append_at_once(url: str, names: list[str], count: int) -> None:
    """Lets a process for each name open the ledger at `url` and append `count` entries under its name."""
    run_at_once([[sys.executable, "-c", APPEND, url, name, str(count)] for name in names])
