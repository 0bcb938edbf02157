"""The registry step: the registry as this refresh sees it, compared with what the ledger last saw."""

from __future__ import annotations

from datetime import UTC, datetime

from watchroom.domain.registry import ModelState, RegistryState, VersionState
from watchroom.ledger import Head, Ledger
from watchroom.ledger.registry_events import Look, last_seen, record, seen_events
from watchroom.store.draft import Draft


def registry_state(draft: Draft) -> RegistryState:
    """The registry as the draft holds it."""

    def rows(query: str) -> list[tuple[str, ...]]:
        return draft.connection.execute(query).fetchall()

    return RegistryState.from_rows(
        models=[name for (name,) in rows("select name from mlflow.registered_models")],
        model_tags=rows("select name, key, value from mlflow.registered_model_tags"),  # type: ignore[arg-type]
        versions=rows("select name, version, stage from mlflow.model_versions"),  # type: ignore[arg-type]
        version_tags=rows("select name, version, key, value from mlflow.model_version_tags"),  # type: ignore[arg-type]
        aliases=rows("select name, alias, version from mlflow.aliases"),  # type: ignore[arg-type]
    )


def record_registry(draft: Draft, ledger: Ledger, partial: frozenset[str] | None = frozenset()) -> int:
    """Append what changed since the ledger last looked; returns how many changes that were.

    Of the `partial` models, as in `Catalog`, what was last seen and was not read now still counts as there.
    """
    now, state = datetime.now(UTC), registry_state(draft)
    if partial is None or partial:
        state = _completed(state, last_seen(ledger).state, partial)
    return len(record(ledger, state, now, previous=_previous_look(draft)))


def _completed(read: RegistryState, last: RegistryState, partial: frozenset[str] | None) -> RegistryState:
    """The state with what was last seen of models that could not be read whole; None stands for all of them."""
    names = last.models.keys() if partial is None else last.models.keys() & partial
    kept = {name: _both(last.models[name], read.models.get(name, ModelState())) for name in names}
    return RegistryState({**read.models, **kept})


def _both(last: ModelState, read: ModelState) -> ModelState:
    versions = {
        **last.versions,
        **{number: _both_versions(last.versions.get(number), now) for number, now in read.versions.items()},
    }
    return ModelState({**last.tags, **read.tags}, {**last.aliases, **read.aliases}, versions)


def _both_versions(last: VersionState | None, read: VersionState) -> VersionState:
    return VersionState(read.stage, {**last.tags, **read.tags}) if last else read


def list_registry_events(draft: Draft, ledger: Ledger) -> None:
    """Every change of the registry that the ledger knows of, as a table."""
    draft.insert(
        "registry_events",
        [
            (
                seen.seq,
                _naive(seen.seen_at),
                _naive(seen.not_before) if seen.not_before else None,
                seen.event.event,
                seen.event.model,
                seen.event.version,
                seen.event.previous_version,
                seen.event.name,
                seen.event.value,
                seen.event.previous_value,
            )
            for seen in seen_events(ledger)
        ],
    )


def _previous_look(draft: Draft) -> Look | None:
    """The refresh before, by its beginning: whatever it did not see had not happened then."""
    if draft.previous is None or draft.previous.ledger_head is None:
        return None
    return Look(draft.previous.made_at, Head(*draft.previous.ledger_head))


def _naive(at: datetime) -> datetime:
    """UTC without its zone, as the snapshot's tables keep it."""
    return at.replace(tzinfo=None)
