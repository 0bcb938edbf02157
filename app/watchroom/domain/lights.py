"""The status lights: which there are, which is worse, and how several become one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Light = Literal["stable", "watch", "drifted", "failing", "no data"]

LIGHTS: tuple[Light, ...] = ("no data", "stable", "watch", "drifted", "failing")
"""From the best known to the worst: what is not known never hides what is."""

BEYOND: tuple[Light, ...] = ("watch", "drifted", "failing")
"""The lights that say that a limit was crossed."""

Severity = Literal["warning", "critical"]


def worst(lights: Iterable[str]) -> Light:
    """The worst of some lights; `no data` for none."""
    found = set(lights)
    return next((light for light in reversed(LIGHTS) if light in found), "no data")


def severity(light: str) -> Severity:
    """How severe an alert of that light is."""
    return "warning" if light == "watch" else "critical"
