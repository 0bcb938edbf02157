"""Which version was the champion when: for logs that do not say which version decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from watchroom.sources.decisions.contract import Champion
from watchroom.store.draft import Draft

_ALIAS = "champion"


@dataclass(frozen=True)
class Reign:
    """The champions in the order of time; `seen_from` is when a refresh first saw one (UTC), None for never."""

    champions: tuple[Champion, ...]
    seen_from: datetime | None


def champions_of(draft: Draft, model: str) -> Reign:
    """Who was the champion when, as far as the refreshes saw it. Empty for a model without versions.

    Before the first sighting it is the champion first seen, from when its version was made; before that, and when
    none was ever seen, the newest version that was there. A champion whose alias was removed stays until the next.
    """
    created = _created(draft, model)
    seen = _seen(draft, model)
    if not seen:
        return Reign(_merged([Champion(at, version) for at, version in created]), None)
    first = seen[0]
    since = {version: at for at, version in created}.get(first.version)
    before = [Champion(at, version) for at, version in created if since is None or at < since]
    earliest = [Champion(since, first.version)] if since is not None and since < first.since else []
    if since is None:
        before = [one for one in before if one.since < first.since]
    return Reign(_merged([*before, *earliest, *seen]), first.since)


def _created(draft: Draft, model: str) -> list[tuple[datetime, int]]:
    query = (
        "select created_at, version from mlflow.model_versions where name = ? and created_at is not null order by 1, 2"
    )
    return draft.connection.execute(query, [model]).fetchall()


def _seen(draft: Draft, model: str) -> list[Champion]:
    query = (
        "select seen_at, version from room.registry_events where model = ? and lower(name) = ? "
        "and event in ('alias_set', 'alias_moved') and version is not null order by seq"
    )
    return [Champion(at, version) for at, version in draft.connection.execute(query, [model, _ALIAS]).fetchall()]


def _merged(champions: Sequence[Champion]) -> tuple[Champion, ...]:
    """Without those that take over from themselves."""
    found: list[Champion] = []
    for one in sorted(champions, key=lambda champion: champion.since):
        if not found or found[-1].version != one.version:
            found.append(one)
    return tuple(found)


def as_note(champions: Sequence[Champion]) -> list[tuple[str, int]]:
    """The champions as JSON can hold them."""
    return [(one.since.isoformat(), one.version) for one in champions]


def from_note(rows: Sequence[tuple[str, int]]) -> tuple[Champion, ...]:
    """The champions from a note."""
    return tuple(Champion(datetime.fromisoformat(since), version) for since, version in rows)


def days_changed(before: Sequence[Champion], now: Sequence[Champion], days: frozenset[date]) -> frozenset[date]:
    """The days on which not the same versions were champions at the same times."""
    return frozenset(day for day in days if _within(before, day) != _within(now, day))


def _within(champions: Sequence[Champion], day: date) -> list[tuple[datetime | None, int]]:
    """The champion at the day's beginning, and the changes within it."""
    begin = datetime.combine(day, datetime.min.time())
    end = begin + timedelta(days=1)
    earlier = [one.version for one in champions if one.since <= begin] or [one.version for one in champions[:1]]
    changes = [(one.since, one.version) for one in champions[1:] if begin < one.since < end]
    return [*((None, version) for version in earlier[-1:]), *changes]
