"""Which runs to compare: by their ids as an address has them, by the filter of the page of runs, or found by words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from watchroom.store.queries import runs
from watchroom.store.queries.runs import Choice, Order
from watchroom.store.snapshot import Snapshot

MAX_RUNS = 500
"""Runs side by side: what a browser draws at once, and as many ids as an address can hold."""

LEAST_PREFIX = 8
"""Letters of an id that name a run, as git does with commits: fewer are too easily another's."""

WRITTEN_PREFIX = 10
"""Letters that an address is written with: a later run that begins alike is then one chance in a trillion."""

OFFERED = 40
"""Runs that a search offers: a list to choose from, not to read."""

_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True)
class Picked:
    """The runs to compare, at most MAX_RUNS, in the order asked for; `total` is how many there would be.

    `missing` are the ids that the snapshot does not know, `ambiguous` the beginnings that several runs share.
    """

    run_ids: tuple[str, ...]
    total: int
    missing: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """A run that can be added: its id, its name (empty for none) and its experiment."""

    run_id: str
    name: str
    experiment: str


def by_ids(snapshot: Snapshot, *, asked: tuple[str, ...]) -> Picked:
    """The runs of these ids, whole or by their first LEAST_PREFIX hexadecimal letters or more. Deleted ones too."""
    texts = list(dict.fromkeys(asked))
    sql = """
        select a.text, r.run_id from (select unnest(?) as text) a
        join runs r on left(r.run_id, $n) = left(a.text, $n) and starts_with(r.run_id, a.text)""".replace(
        "$n", str(LEAST_PREFIX)
    )
    begin: dict[str, list[str]] = {}
    for text, run_id in snapshot.rows(sql, (texts,)):
        begin.setdefault(text, []).append(run_id)
    ids: dict[str, None] = {}
    missing: list[str] = []
    ambiguous: list[str] = []
    for text in texts:
        matches = _meant(text, begin.get(text, []))
        if len(matches) == 1:
            ids[matches[0]] = None
        else:
            (ambiguous if matches else missing).append(text)
    return Picked(tuple(ids)[:MAX_RUNS], len(ids), tuple(missing), tuple(ambiguous))


def _meant(text: str, matches: list[str]) -> list[str]:
    if text in matches:
        return [text]
    return matches if len(text) >= LEAST_PREFIX and _HEX.fullmatch(text) else []


def by_filter(snapshot: Snapshot, *, choice: Choice, order: Order, most: int) -> Picked:
    """The first `most` runs of the choice, in that order. Raises QueryError when its filter is not understood."""
    found = runs.page(snapshot, choice=choice, columns=(), order=order, limit=min(most, MAX_RUNS))
    return Picked(tuple(found.frame.index), found.total)


def short_ids(snapshot: Snapshot, *, run_ids: tuple[str, ...]) -> tuple[str, ...]:
    """What an address calls these runs: the first WRITTEN_PREFIX letters where they name one run, else the whole id."""
    sql = f"""
        select left(run_id, {WRITTEN_PREFIX}) as short from runs
        where short in (select unnest(?)) group by short having count(*) = 1"""
    shorts = [run_id[:WRITTEN_PREFIX] for run_id in run_ids]
    alone = {short for (short,) in snapshot.rows(sql, (shorts,)) if _HEX.fullmatch(short)}
    return tuple(short if short in alone else run_id for run_id, short in zip(run_ids, shorts, strict=True))


def offers(snapshot: Snapshot, *, words: str, model: str = "", version: int | None = None) -> tuple[Offer, ...]:
    """The newest runs with these words in them, at most OFFERED; of a model's versions where one is named."""
    choice = Choice(search=words, model=model, version=version)
    found = runs.page(snapshot, choice=choice, columns=(), limit=OFFERED)
    return named(snapshot, run_ids=tuple(found.frame.index))


def named(snapshot: Snapshot, *, run_ids: tuple[str, ...]) -> tuple[Offer, ...]:
    """These runs with their names and experiments, in their order; unknown ones are left out."""
    sql = """
        select r.run_id, coalesce(r.name, ''), coalesce(e.name, '') from runs r
        left join experiments e on e.experiment_id = r.experiment_id where r.run_id in (select unnest(?))"""
    found = {row[0]: Offer(*row) for row in snapshot.rows(sql, (list(run_ids),))}
    return tuple(found[run_id] for run_id in run_ids if run_id in found)
