"""How a figure is taken and told: samples in turn, medians, and one JSON line on standard output.

What is measured is in the modules that have a `main`; progress goes to standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUNS = 100_000
"""The size that the targets are about."""

DATA = Path(__file__).parent / ".data"


@dataclass(frozen=True)
class Size:
    """How much to measure: the runs of the store, where data is kept, and how often each thing is timed.

    `repeat` and `seconds` are None for the benchmark's own choice.
    """

    runs: int
    folder: Path
    repeat: int | None = None
    seconds: float | None = None

    def times(self, usual: int) -> int:
        """How often to time something."""
        return usual if self.repeat is None else self.repeat

    def lasting(self, usual: float) -> float:
        """How many seconds a load lasts."""
        return usual if self.seconds is None else self.seconds


@dataclass(frozen=True)
class Part:
    """A figure with its floor, in the same unit. Without a target (`below`, `times_floor`) it is told, not judged."""

    name: str
    figure: float
    unit: str
    floor: float | None = None
    below: float | None = None
    times_floor: float | None = None
    note: str = ""

    @property
    def target(self) -> str | None:
        """The target in words; None where there is none."""
        if self.times_floor is not None:
            return f"< {self.times_floor:g} × floor"
        return None if self.below is None else f"< {self.below:g} {self.unit}"

    @property
    def ratio(self) -> float | None:
        """The figure as a multiple of its floor; None without a floor."""
        return self.figure / self.floor if self.floor else None

    @property
    def ok(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.times_floor is not None:
            return self.ratio is not None and self.ratio < self.times_floor
        return None if self.below is None else self.figure < self.below

    def told(self) -> dict[str, Any]:
        """The part as it stands in the benchmark's line."""
        found: dict[str, Any] = {"name": self.name, "figure": _short(self.figure), "unit": self.unit}
        found |= {"floor": _short(self.floor), "ratio": _short(self.ratio), "target": self.target, "ok": self.ok}
        return found | ({"note": self.note} if self.note else {})


def told(name: str, parts: list[Part]) -> dict[str, Any]:
    """The line of a benchmark: its first part stands for it, and it is in order when none of its parts misses.

    `machine` says how busy it was: with more at work than it has cores, no time is what it would be.
    """
    line = {**parts[0].told(), "name": name, "ok": all(part.ok is not False for part in parts)}
    line["machine"] = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    if len(parts) > 1:
        line.pop("note", None)
        line["parts"] = [part.told() for part in parts]
    return line


def main(name: str, description: str, measure: Callable[[Size], list[Part]]) -> None:
    """Read the options, measure, print the line. A benchmark that cannot be measured raises."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description)
    parser.add_argument("--runs", type=int, default=RUNS, help="runs in the store [default: %(default)s]")
    parser.add_argument("--fresh", action="store_true", help="make the data anew")
    parser.add_argument("--data", type=Path, default=DATA, help="where data is kept [default: benchmarks/.data]")
    parser.add_argument("--repeat", type=int, help="how often each thing is timed")
    parser.add_argument("--seconds", type=float, help="how long the load of many sessions lasts")
    options = parser.parse_args()
    folder = options.data.absolute() / str(options.runs)
    if options.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    print(json.dumps(told(name, measure(Size(options.runs, folder, options.repeat, options.seconds)))), flush=True)


def say(text: str) -> None:
    """Progress, for whoever waits."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def seconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def in_turn(times: int, *actions: Callable[[int], float]) -> list[list[float]]:
    """Samples of each action, taken in turn so that a busy moment hits them all; an action gets the round's number."""
    samples: list[list[float]] = [[] for _ in actions]
    for number in range(times):
        for found, action in zip(samples, actions, strict=True):
            found.append(action(number))
    return samples


def median(samples: list[float]) -> float:
    return statistics.median(samples)


def percentile(samples: list[float], share: float) -> float:
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _short(value: float | None) -> float | None:
    """Four digits: more would only be noise."""
    return None if value is None else float(f"{value:.4g}")
