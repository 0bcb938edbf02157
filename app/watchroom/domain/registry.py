"""What a model registry holds at one moment, and what differs between two: the events that MLflow itself does not keep.

Pure values. Where the state is read from is the sources' affair, where the events are kept is the ledger's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar, get_args

EventName = Literal[
    "model_added",
    "model_gone",
    "version_added",
    "version_gone",
    "alias_set",
    "alias_moved",
    "alias_removed",
    "tag_set",
    "tag_changed",
    "tag_removed",
    "stage_changed",
]
EVENT_NAMES: tuple[EventName, ...] = get_args(EventName)

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class VersionState:
    """A model version: MLflow's old stage (None for none) and its tags."""

    stage: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelState:
    """A registered model: its own tags, where each alias points (maybe to a version that is gone), its versions."""

    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[int, VersionState] = field(default_factory=dict)


@dataclass(frozen=True)
class RegistryState:
    """The registry at one moment: every registered model by its name."""

    models: Mapping[str, ModelState] = field(default_factory=dict)

    @classmethod
    def from_rows(
        cls,
        *,
        models: Iterable[str],
        model_tags: Iterable[tuple[str, str, str | None]] = (),
        versions: Iterable[tuple[str, int, str | None]] = (),
        version_tags: Iterable[tuple[str, int, str, str | None]] = (),
        aliases: Iterable[tuple[str, str, int]] = (),
    ) -> RegistryState:
        """The state from rows as the snapshot's tables have them, in any order.

        `model_tags`: name, key, value. `versions`: name, version, stage. `version_tags`: name, version, key, value.
        `aliases`: name, alias, version. A row of a model or a version that is not listed is left out; a stage `None`
        in words is none; a tag without a value has the empty text.
        """
        draft = _Draft({name: _ModelDraft() for name in models})
        for name, version, stage in versions:
            if name in draft.models:
                draft.models[name].versions[version] = _VersionDraft(_stage(stage))
        for name, key, value in model_tags:
            if name in draft.models:
                draft.models[name].tags[key] = value or ""
        for name, version, key, value in version_tags:
            if name in draft.models and version in draft.models[name].versions:
                draft.models[name].versions[version].tags[key] = value or ""
        for name, alias, version in aliases:
            if name in draft.models:
                draft.models[name].aliases[alias] = version
        return draft.frozen()


@dataclass(frozen=True)
class RegistryEvent:
    """One difference between two states of the registry; the fields are those of the table `registry_events`.

    `version` is the version now meant (None for an event of the model itself, and where an alias was removed),
    `previous_version` the one an alias pointed to before, `name` the alias or the tag, `value` and `previous_value` a
    tag's or a stage's text after and before; None where there is none.
    """

    event: EventName
    model: str
    version: int | None = None
    previous_version: int | None = None
    name: str | None = None
    value: str | None = None
    previous_value: str | None = None


def difference(before: RegistryState, after: RegistryState) -> tuple[RegistryEvent, ...]:
    """What happened between the two, in an order that depends on nothing else; `applied` leads from one to the other.

    A model that is gone takes its tags along without an event for each; its aliases and versions are said, because
    "what was live when" is asked of them. A model or version that was removed and made again in between shows as its
    differences only: a state does not tell the two apart.
    """
    events: list[RegistryEvent] = []
    for name in sorted({*before.models, *after.models}):
        events += _model_events(name, before.models.get(name), after.models.get(name))
    return tuple(events)


def applied(state: RegistryState, events: Iterable[RegistryEvent]) -> RegistryState:
    """The state after the events, in their order. An event of something that is not there makes it first."""
    draft = _Draft.of(state)
    for event in events:
        draft.apply(event)
    return draft.frozen()


def state_from(events: Iterable[RegistryEvent]) -> RegistryState:
    """The state that all events since the beginning lead to."""
    return applied(RegistryState(), events)


def _model_events(name: str, before: ModelState | None, after: ModelState | None) -> Iterator[RegistryEvent]:
    old, new = before or ModelState(), after or ModelState()
    if before is None:
        yield RegistryEvent("model_added", name)
    # An alias leaves before its version does, and comes after it: at no point does it lead nowhere.
    for alias in sorted(old.aliases.keys() - new.aliases.keys()):
        yield RegistryEvent("alias_removed", name, name=alias, previous_version=old.aliases[alias])
    for version in sorted(old.versions.keys() | new.versions.keys()):
        yield from _version_events(name, version, old.versions.get(version), new.versions.get(version))
    for alias in sorted(new.aliases):
        yield from _alias_events(name, alias, old.aliases.get(alias), new.aliases[alias])
    if after is None:
        yield RegistryEvent("model_gone", name)
    else:
        yield from _tag_events(name, None, old.tags, new.tags)


def _version_events(
    name: str, version: int, before: VersionState | None, after: VersionState | None
) -> Iterator[RegistryEvent]:
    if after is None:
        yield RegistryEvent("version_gone", name, version)
        return
    if before is None:
        yield RegistryEvent("version_added", name, version)
    old = before or VersionState()
    if old.stage != after.stage:
        yield RegistryEvent("stage_changed", name, version, value=after.stage, previous_value=old.stage)
    yield from _tag_events(name, version, old.tags, after.tags)


def _alias_events(name: str, alias: str, before: int | None, after: int) -> Iterator[RegistryEvent]:
    if before is None:
        yield RegistryEvent("alias_set", name, after, name=alias)
    elif before != after:
        yield RegistryEvent("alias_moved", name, after, before, name=alias)


def _tag_events(
    name: str, version: int | None, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[RegistryEvent]:
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        event: EventName = "tag_set" if old is None else "tag_removed" if new is None else "tag_changed"
        yield RegistryEvent(event, name, version, name=key, value=new, previous_value=old)


def _stage(text: str | None) -> str | None:
    # MLflow writes the word `None` where a version has never had a stage.
    return None if text in (None, "", "None") else text


@dataclass
class _VersionDraft:
    stage: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class _ModelDraft:
    tags: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)
    versions: dict[int, _VersionDraft] = field(default_factory=dict)


@dataclass
class _Draft:
    """A state while events are applied to it: a frozen one would be copied for each."""

    models: dict[str, _ModelDraft] = field(default_factory=dict)

    @classmethod
    def of(cls, state: RegistryState) -> _Draft:
        return cls({name: _model_draft(model) for name, model in state.models.items()})

    def frozen(self) -> RegistryState:
        return RegistryState({name: _model_state(model) for name, model in self.models.items()})

    def apply(self, event: RegistryEvent) -> None:
        if event.event == "model_gone":
            self.models.pop(event.model, None)
            return
        model = self.models.setdefault(event.model, _ModelDraft())
        if event.event.startswith("alias_"):
            _put(model.aliases, event.name or "", event.version)
        elif event.event == "version_gone":
            model.versions.pop(event.version or 0, None)
        elif event.version is not None:
            _apply_to_version(model.versions.setdefault(event.version, _VersionDraft()), event)
        elif event.event.startswith("tag_"):
            _put(model.tags, event.name or "", event.value)


def _apply_to_version(version: _VersionDraft, event: RegistryEvent) -> None:
    if event.event == "stage_changed":
        version.stage = event.value
    elif event.event.startswith("tag_"):
        _put(version.tags, event.name or "", event.value)


def _put(into: dict[str, _Value], key: str, value: _Value | None) -> None:
    if value is None:
        into.pop(key, None)
    else:
        into[key] = value


def _model_draft(model: ModelState) -> _ModelDraft:
    versions = {number: _VersionDraft(one.stage, dict(one.tags)) for number, one in model.versions.items()}
    return _ModelDraft(dict(model.tags), dict(model.aliases), versions)


def _model_state(model: _ModelDraft) -> ModelState:
    versions = {number: VersionState(one.stage, one.tags) for number, one in model.versions.items()}
    return ModelState(model.tags, model.aliases, versions)
