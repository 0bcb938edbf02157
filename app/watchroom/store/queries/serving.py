"""Who is in service now: on the newest day on which any version of a model decided for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Newest:
    """A version in service on its model's newest day (UTC), with its decisions of that day."""

    model: str
    version: int
    day: date
    decisions: int


def newest(snapshot: Snapshot) -> tuple[Newest, ...]:
    """By model; where several versions shared the day each is there, the one with most decisions first."""
    rows = snapshot.rows(
        """select model, version, day, decisions from value_serving
        qualify day = max(day) over (partition by model) order by model, decisions desc, version desc"""
    )
    return tuple(Newest(*row) for row in rows)


def leading(snapshot: Snapshot) -> dict[str, Newest]:
    """The version with most decisions on its model's newest day, by model; a model without any is not there."""
    return {one.model: one for one in reversed(newest(snapshot))}
