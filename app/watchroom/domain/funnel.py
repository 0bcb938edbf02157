"""How far projects get: begun, registered, approved, in service, healthy; and why one is no further. Pure values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Stage = Literal["started", "registered", "approved", "champion", "healthy"]
STAGES: tuple[Stage, ...] = ("started", "registered", "approved", "champion", "healthy")

UNDER_WAY = timedelta(days=30)
"""A project that was worked on within this is not said to have stopped."""

GOOD_LIGHTS = ("stable", "watch")


@dataclass(frozen=True)
class Progress:
    """What is known of a project; None for what has not happened, or is not known.

    `runs` and `failed` count its runs. `serving` is the version in service, `since` its newest version's
    registration, `latest` that version. `rejected` says who refused it and why, and `void` what became of the
    evidence of its approval. `light` and `light_reason` are those of the version in service; `out_since` says when the
    last one went out of service; `production` is a version that MLflow's old stage Production holds.
    """

    kind: Literal["model", "experiment"]
    started_at: datetime | None = None
    registered_at: datetime | None = None
    approved_at: datetime | None = None
    champion_at: datetime | None = None
    last_activity: datetime | None = None
    runs: int = 0
    failed: int = 0
    latest: int | None = None
    latest_at: datetime | None = None
    rejected: str | None = None
    void: str | None = None
    serving: int | None = None
    out_since: datetime | None = None
    light: str | None = None
    light_reason: str | None = None
    production: int | None = None

    @property
    def healthy(self) -> bool | None:
        """Whether it is in service and its light is stable or watch; None when it is not in service."""
        return None if self.serving is None else self.light in GOOD_LIGHTS

    @property
    def stage(self) -> Stage:
        """The furthest it has come."""
        if self.healthy:
            return "healthy"
        if self.champion_at is not None:
            return "champion"
        if self.approved_at is not None:
            return "approved"
        return "started" if self.registered_at is None and self.latest is None else "registered"


def stops_because(one: Progress, now: datetime) -> str | None:
    """Why a project is no further, in a sentence; None when it is healthy. It may hold text from outside."""
    match one.stage:
        case "healthy":
            return None
        case "champion":
            return _not_healthy(one)
        case "approved":
            void = f", and its approval is void: {one.void}" if one.void else ""
            return f"Approved on {_day(one.approved_at)}, but no version was ever put in service{void}.{_staged(one)}"
        case "registered":
            return _not_approved(one)
    return _not_registered(one, now)


def _not_healthy(one: Progress) -> str:
    if one.serving is None:
        return f"Out of service since {_day(one.out_since)}."
    why = (one.light_reason or "").removeprefix(f"{one.light}: ").rstrip(".")
    if one.light in (None, "no data"):
        return f"Version {one.serving} is in service, but nobody can tell how it is: {why or 'it has no decision log'}."
    return f"Version {one.serving} is in service and {one.light}{f': {why}' if why else ''}."


def _not_approved(one: Progress) -> str:
    if one.rejected:
        return f"Rejected: {one.rejected}.{_staged(one)}"
    waits = f"Version {one.latest} waits for a sign-off since {_day(one.latest_at)}"
    return f"{waits}; no version has the alias champion.{_staged(one)}"


def _not_registered(one: Progress, now: datetime) -> str:
    if one.kind == "model" and not one.runs:
        return "It has a file, but neither a run nor a version."
    runs = f"{one.runs:,} {'run' if one.runs == 1 else 'runs'}"
    if one.runs and one.failed == one.runs:
        did = f"{'Its only run' if one.runs == 1 else f'All {runs}'} failed"
    else:
        did = f"{runs}, no version" + (f"; {one.failed:,} failed" if one.failed else "")
    if one.last_activity is None:
        return f"{did}."
    if now - one.last_activity <= UNDER_WAY:
        return f"{did}. Still being worked on: last run on {_day(one.last_activity)}."
    return f"{did}. Nothing since {_day(one.last_activity)}."


def _staged(one: Progress) -> str:
    """What MLflow's old stages say, which do not count: nobody could tell since when."""
    if one.production is None:
        return ""
    return f" Version {one.production} is in MLflow's stage Production: give it the alias champion to have it counted."


def _day(moment: datetime | None) -> str:
    return "an unknown day" if moment is None else f"{moment.day} {moment:%b %Y}"


@dataclass(frozen=True)
class Step:
    """How many projects came at least as far as a stage; `skipped` did without having passed it, by name."""

    stage: Stage
    reached: int
    skipped: tuple[str, ...]


@dataclass(frozen=True)
class Reached:
    """A project by name, with the furthest stage and those that it passed."""

    name: str
    stage: Stage
    passed: frozenset[Stage]


def steps(projects: Sequence[Reached]) -> tuple[Step, ...]:
    """The funnel: each stage with how many came at least as far, so that it never widens."""
    return tuple(Step(stage, *_of_stage(stage, projects)) for stage in STAGES)


def _of_stage(stage: Stage, projects: Iterable[Reached]) -> tuple[int, tuple[str, ...]]:
    there = [one for one in projects if STAGES.index(one.stage) >= STAGES.index(stage)]
    return len(there), tuple(one.name for one in there if stage not in one.passed)
