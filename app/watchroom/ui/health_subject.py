"""What every part of a model's health knows: the model, its file, the version, and the days that are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from watchroom.domain.periods import CURRENT_DAYS
from watchroom.store.queries import health as queries
from watchroom.store.queries.health import Light, Reference, Watching
from watchroom.store.queries.models import Model
from watchroom.ui.room import ask, drawn
from watchroom.ui.scope import Scope
from watchroom.workspace.model_file import Drift, ModelSpec


@dataclass(frozen=True)
class Window:
    """Days to look at, UTC, both included; `label` says them to a person."""

    label: str
    first: date
    last: date


@dataclass(frozen=True)
class Subject:
    """A model version that has made decisions. `made_at` is when the snapshot was made."""

    model: Model
    spec: ModelSpec
    watching: Watching
    version: int
    scope: Scope
    made_at: datetime

    @property
    def key(self) -> dict[str, str | int]:
        """Model and version, as readers take them."""
        return {"model": self.model.name, "version": self.version}

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day with decisions of the version."""
        found = self.watching.days_of(self.version)
        assert found is not None, "a version without decisions has no health to show"
        return found

    @property
    def today(self) -> date:
        """The UTC day of the snapshot."""
        return self.made_at.astimezone(UTC).date()

    @property
    def current(self) -> Window:
        """The days from which the light is made."""
        last = self.days[1]  # never later than the snapshot, as the light's
        return Window(f"the {CURRENT_DAYS} days of the light", last - timedelta(CURRENT_DAYS - 1), last)

    @property
    def period(self) -> Window:
        """The scope's period, as far as the version made decisions in it; it ends before it begins when it did not."""
        period, (first, last) = self.scope.period, self.days
        return Window(period.label, max(period.first_day, first), min(period.last_day, last))

    @property
    def light(self) -> Light | None:
        """Its light."""
        return ask(queries.light_of, model=self.model.name, version=self.version)

    @property
    def reference(self) -> Reference | None:
        """What it is compared with."""
        return ask(queries.reference, model=self.model.name, version=self.version)

    def drift_limits(self, feature: str) -> Drift:
        """The method and limits of a feature."""
        return self.spec.drift_limits(feature)


def spec_of(model: str) -> ModelSpec | None:
    """A model's file as the last refresh read it; None without one. Shared, never to be changed."""
    return drawn(_spec, model=model)


def _spec(*, model: str) -> ModelSpec | None:
    text = ask(queries.watching, model=model).spec
    return ModelSpec.model_validate_json(text) if text else None
