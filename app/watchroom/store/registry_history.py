"""The history of a name in the registry, from the rows of `registry_events`: for pages and for jobs alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from watchroom.domain.tenure import Edge, History, Seen, history

if TYPE_CHECKING:
    from watchroom.store.draft import Draft

CHAMPION = "champion"
"""The alias of the version in service."""

EVENT_COLUMNS = "seen_at, not_before, event, version, previous_version, name, value, previous_value"

OF_NAMES = "event not in ('tag_set', 'tag_changed', 'tag_removed', 'version_added')"
"""The events that aliases and stages follow from."""

NO_STAGE = ("None", "Archived")
"""Of MLflow's old stages those that say that a version is not in use."""


@dataclass(frozen=True)
class RegistryEvent:
    """A row of `registry_events`: what a look saw, and between which looks it happened."""

    edge: Edge
    event: str
    version: int | None
    previous_version: int | None
    name: str | None
    value: str | None
    previous_value: str | None


def event_of(row: Sequence[Any]) -> RegistryEvent:
    """An event from the values of `EVENT_COLUMNS`."""
    seen_at, not_before, *rest = row
    return RegistryEvent(Edge(not_before, seen_at), *rest)


def events(draft: Draft) -> Mapping[str, tuple[RegistryEvent, ...]]:
    """By model the events of a draft that aliases and stages follow from, in the order of the ledger."""
    found: dict[str, list[RegistryEvent]] = {}
    for model, *row in draft.connection.execute(
        f"select model, {EVENT_COLUMNS} from room.registry_events where {OF_NAMES} order by seq"
    ).fetchall():
        found.setdefault(model, []).append(event_of(row))
    return {model: tuple(own) for model, own in found.items()}


def champion(events: Sequence[RegistryEvent], draft: Draft) -> History:
    """Which version of a model was the champion when, up to the making of the draft."""
    return history(seen_of_alias(events, CHAMPION), draft.made_at.replace(tzinfo=None))


def in_use(stage: str | None) -> bool:
    """Whether a version in this one of MLflow's old stages is in use."""
    return stage is not None and stage not in NO_STAGE


_OF_MODEL: dict[str, Literal["appeared", "gone"]] = {"model_added": "appeared", "model_gone": "gone"}


def seen_of_alias(events: Sequence[RegistryEvent], alias: str) -> Iterable[Seen]:
    """What the looks saw of an alias, for `domain.tenure.history`; the events in the order of the ledger."""
    for one in events:
        if one.event in _OF_MODEL:
            yield Seen(one.edge, _OF_MODEL[one.event])
        elif one.event == "version_gone":
            yield Seen(one.edge, "left", one.version)
        elif one.event == "alias_removed" and one.name == alias:
            yield Seen(one.edge, "gone")
        elif one.name == alias and one.version is not None:
            yield Seen(one.edge, "held", one.version)


def seen_of_stage(events: Sequence[RegistryEvent], stage: str | None, version: int | None) -> Iterable[Seen]:
    """What the looks saw of one version in a stage, likewise."""
    for one in events:
        if one.event in _OF_MODEL:
            yield Seen(one.edge, _OF_MODEL[one.event])
        elif one.version != version:
            continue
        elif one.event == "version_gone":
            yield Seen(one.edge, "left", version)
        elif one.event == "stage_changed":
            yield Seen(one.edge, "held" if one.value == stage else "left", version)
