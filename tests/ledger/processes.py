"""Processes that are let go at the same moment."""

from __future__ import annotations

import subprocess


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
