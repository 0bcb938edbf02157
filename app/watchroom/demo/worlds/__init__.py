"""The five trades of the demo, and when each of them drifts."""

from __future__ import annotations

from watchroom.demo.worlds import churn, claims, fraud, machine, retail
from watchroom.demo.worlds.base import World

WORLDS: tuple[World, ...] = (claims.WORLD, fraud.WORLD, churn.WORLD, machine.WORLD, retail.WORLD)
"""The worlds in the order in which they are built."""

DRIFT_STARTS: dict[str, int | None] = {world.model: world.drift_start for world in WORLDS}
"""Whole days before the demo's end on which a model's inputs begin to drift; None for those that never do."""
