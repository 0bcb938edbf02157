"""What every view of a model's versions knows: what the refreshes saw, what the log says, and all versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from watchroom.domain.last_good import Served, served
from watchroom.domain.tenure import History
from watchroom.domain.witness import Day, Span, Stretch, lead, spans, stretches
from watchroom.store.queries import versions as queries
from watchroom.store.queries.models import Model
from watchroom.store.queries.versions import CHALLENGER, Registry, Version
from watchroom.store.registry_history import CHAMPION
from watchroom.ui.health_subject import spec_of
from watchroom.ui.room import ask, drawn
from watchroom.ui.scope import Scope
from watchroom.ui.text import as_utc
from watchroom.ui.workspace import facts


@dataclass(frozen=True)
class Story:
    """What is known of who was live when, made once for everybody.

    `names` says whether the log itself names versions: else it was counted for the champion, and is no witness. Then
    `leading` and `stretches` are empty.
    """

    registry: Registry
    log: tuple[Day, ...]
    names: bool
    spans: tuple[Span, ...]
    leading: tuple[Span, ...]
    stretches: tuple[Stretch, ...]
    served: tuple[Served, ...]

    @property
    def champion(self) -> History:
        """Who was champion."""
        return self.registry.of(CHAMPION)

    @property
    def challenger(self) -> History:
        """Who was challenger."""
        return self.registry.of(CHALLENGER)


@dataclass(frozen=True)
class Subject:
    """A model with versions. `made_at` is when the snapshot was made."""

    model: Model
    versions: tuple[Version, ...]
    story: Story
    scope: Scope
    made_at: datetime

    def version(self, number: int) -> Version | None:
        """That version; None for one that the registry does not have."""
        return next((one for one in self.versions if one.version == number), None)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The versions, the newest first."""
        return tuple(one.version for one in self.versions)


def zone() -> ZoneInfo:
    """The workspace's zone."""
    return facts().zone


def local(moment: datetime) -> datetime:
    """A time of the snapshot in the workspace's zone, without it: as charts and tables take it."""
    return as_utc(moment).astimezone(facts().zone).replace(tzinfo=None)


def utc_of(moment: datetime) -> datetime:
    """A time in the workspace's zone, without it, as the snapshot holds times."""
    return moment.replace(tzinfo=facts().zone).astimezone(UTC).replace(tzinfo=None)


def story_of(model: str) -> Story:
    """Who was live when. Shared, never to be changed."""
    return drawn(_story, model=model)


def _story(*, model: str) -> Story:
    registry, log = ask(queries.registry, model=model), ask(queries.log, model=model)
    spec = spec_of(model)
    names = spec is None or spec.names_versions
    champion = registry.of(CHAMPION)
    leading = lead(log) if names else ()
    told = stretches(log, champion) if names else ()
    return Story(registry, log, names, spans(log), leading, told, served(champion, leading))
