"""Where the decisions of a model lie: what is asked of its logs, which file holds which day, and the days of an id."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from watchroom.domain.signature import named_inputs
from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class HeldFile:
    """A file of a log as the refresh read it. `path` is relative to the workspace, or an address."""

    kind: str
    path: str
    size: int
    modified_ns: int


def asked(snapshot: Snapshot, *, model: str) -> str | None:
    """What is asked of the model's logs, as JSON; None for a model whose decisions were never counted."""
    rows = snapshot.rows("select value from profile_notes where model = ? and key = 'asked'", [model])
    return str(rows[0][0]) if rows else None


def signature_inputs(snapshot: Snapshot, *, model: str) -> dict[int, tuple[str, ...]]:
    """By version that has decided anything, the inputs that its signature names; empty when it names none."""
    rows = snapshot.rows(
        """select distinct d.version, v.signature_inputs from volume d
        left join model_versions v on v.name = d.model and v.version = d.version
        where d.model = ? and d.decisions > 0 order by d.version""",
        [model],
    )
    return {int(version): named_inputs(text) for version, text in rows}


def decided(snapshot: Snapshot, *, model: str, days: Collection[date]) -> int:
    """How many decisions of the model were counted on these days."""
    query = "select coalesce(sum(decisions), 0) from volume where model = ? and day in (select unnest(?::date[]))"
    return int(snapshot.rows(query, [model, sorted(days)])[0][0])


INDEXED_NOTE = "ids of "
"""How the refresh's notes begin that say which days of a model are indexed; the model's name follows."""


def indexed_days(snapshot: Snapshot, *, model: str) -> frozenset[date]:
    """The days whose ids can be looked up, as they are now: of a day that changed since, what is indexed is old."""
    if not snapshot.rows("select 1 from decision_days where model = ? limit 1", [model]):
        return frozenset()
    noted = snapshot.rows("select value from sync_state where key = ?", [f"{INDEXED_NOTE}{model}"])
    with suppress(ValueError, TypeError, IndexError):
        return frozenset(date.fromisoformat(day) for day in json.loads(noted[0][0]))
    return frozenset()


def days_of_digests(snapshot: Snapshot, *, digests: Sequence[int]) -> dict[str, frozenset[date]]:
    """By model, the days on which an id with one of these digests was decided."""
    rows = snapshot.rows(_DAYS, [list(digests)])
    return {model: frozenset(days) for model, days in rows}


_DAYS = """
    select model, list(distinct day) from decision_days where digest in (select unnest(?::uinteger[])) group by model
    order by model
"""


def days_held(
    snapshot: Snapshot, *, model: str, first: date | None = None, last: date | None = None
) -> tuple[date, ...]:
    """The days from `first` to `last`, both included, of which some file has decisions, in order."""
    rows = snapshot.rows(
        """select distinct day from log_days where model = $model and kind = 'decisions' and rows > 0
        and day >= coalesce($first, day) and day <= coalesce($last, day) order by day""",
        {"model": model, "first": first, "last": last},
    )
    return tuple(row[0] for row in rows)


def files_of_days(snapshot: Snapshot, *, model: str, days: Sequence[date]) -> tuple[HeldFile, ...]:
    """The files that hold decisions of these days, or outcomes for them."""
    rows = snapshot.rows(
        """select distinct kind, path, size, modified_ns from log_days join log_files using (model, kind, path)
        where model = $model and day in (select unnest($days::date[])) order by kind, path""",
        {"model": model, "days": list(days)},
    )
    return tuple(HeldFile(*row) for row in rows)
