"""The step that says which versions' decisions count for their model on each day: the table `value_serving`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from watchroom.domain.paired import MOST_DAYS
from watchroom.domain.serving import InService, Pairs, Shared, in_service
from watchroom.domain.witness import Day
from watchroom.jobs.compare.step import MIN_SHARED
from watchroom.store.compare import CompareStore, Versions
from watchroom.store.draft import Draft
from watchroom.store.registry_history import RegistryEvent, champion, events
from watchroom.store.value_notes import keep_notes, notes, stand_of

SERVING_NOTE = "serving"
"""The note that changes with all that tells who was in service."""

_RULES = "1"
"""Raised when what is computed here changes its meaning, so that every model is looked at anew."""


@dataclass
class _Told:
    """What tells of a model: its days in the log, its rows of the registry, its pairs of versions, those compared."""

    days: list[tuple[date, int, int]] = field(default_factory=list)
    events: tuple[RegistryEvent, ...] = ()
    pairs: list[tuple[int, int, date, date]] = field(default_factory=list)
    compared: list[Versions] = field(default_factory=list)

    @property
    def stand(self) -> str:
        """Changes with whatever the table rests on."""
        return stand_of(_RULES, self.days, self.events, self.pairs, self.compared)


def fill_serving(draft: Draft) -> Mapping[str, frozenset[date]]:
    """Bring `value_serving` up to date; the models of which anything changed, each with the days that did.

    The draft's parts `room`, `profile` and `compare` must be there. A model that has no log any more has no rows.
    """
    told, before = _told(draft), notes(draft, SERVING_NOTE)
    stands = {model: one.stand for model, one in told.items()}
    due = sorted(model for model in {*told, *before} if stands.get(model) != before.get(model))
    if not due:
        return {}
    found = {model: _rows(draft, model, told[model]) if model in told else [] for model in due}
    changed = _changed(_there(draft, due), found)
    with draft.transaction("value"):
        draft.connection.execute(
            "delete from value.value_serving where model in (select unnest($models))", {"models": due}
        )
        draft.insert("value_serving", [row for model in due for row in found[model]])
        keep_notes(draft, SERVING_NOTE, {model: stands.get(model) for model in due})
    return changed


def _rows(draft: Draft, model: str, told: _Told) -> list[tuple[Any, ...]]:
    found = in_service([Day(*row) for row in told.days], champion(told.events, draft), _pairs(told))
    return [_row(model, one) for one in found]


def _row(model: str, one: InService) -> tuple[Any, ...]:
    return (model, one.version, one.day, one.decisions, one.by)


def _pairs(told: _Told) -> Pairs:
    """What the step that compares versions found: pairs that share cases, and pairs that it looked at in vain.

    A pair of which one has made fewer than `MIN_SHARED` decisions on their common days may share all of them and not be
    one to that step: nothing is known of it.
    """
    shared = {frozenset((one, other)): (first, last) for one, other, first, last in told.pairs}
    made: dict[int, dict[date, int]] = {}
    for day, version, decisions in told.days:
        made.setdefault(version, {})[day] = decisions
    found: dict[frozenset[int], Shared] = {}
    for names in told.compared:
        versions = [made.get(version, {}) for version in names]
        common = sorted(versions[0].keys() & versions[1].keys())[-MOST_DAYS:]
        pair = frozenset(names)
        few = min((sum(own[day] for day in common) for own in versions), default=0) < MIN_SHARED
        if common and (pair in shared or not few):
            found[pair] = Shared(common[0], *shared.get(pair, ()))
    return found


def _told(draft: Draft) -> dict[str, _Told]:
    """Of each model that has a log."""
    told: dict[str, _Told] = {}
    for model, *row in _asked(
        draft,
        "select model, day, version, decisions from profile.volume where decisions > 0 and day <= ? order by all",
        [draft.made_at.date()],
    ):
        told.setdefault(model, _Told()).days.append((row[0], row[1], row[2]))
    for model, own in events(draft).items():
        if model in told:
            told[model].events = own
    for model, *row in _asked(
        draft,
        "select model, version_a, version_b, first_day, last_day from compare.version_pairs "
        "where first_day is not null order by all",
    ):
        if model in told:
            told[model].pairs.append((row[0], row[1], row[2], row[3]))
    for model, names in CompareStore(draft).looked_at():
        if model in told:
            told[model].compared.append(names)
    return told


def _asked(draft: Draft, query: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    return draft.connection.execute(query, list(values)).fetchall()


def _there(draft: Draft, models: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    rows = draft.connection.execute(
        "select * from value.value_serving where model in (select unnest($models))", {"models": models}
    ).fetchall()
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _changed(
    before: Mapping[str, list[tuple[Any, ...]]], now: Mapping[str, list[tuple[Any, ...]]]
) -> dict[str, frozenset[date]]:
    days = {model: frozenset(row[2] for row in set(before.get(model, ())) ^ set(rows)) for model, rows in now.items()}
    return {model: changed for model, changed in days.items() if changed}
