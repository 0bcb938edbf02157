"""What curves are called, how their runs rank, and what they are coloured and grouped by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from watchroom.charts import compare_curves as charts
from watchroom.charts.compare_curves import COLOURS
from watchroom.charts.style import LINE_COLOUR, OTHER_COLOUR
from watchroom.charts.words import short
from watchroom.domain.run_groups import MISSING, MOST_GROUPS, Groups, Values, groups, place_in
from watchroom.store.queries import curves as queries
from watchroom.store.queries import run_params
from watchroom.ui.names import told_apart
from watchroom.ui.room import ask
from watchroom.ui.text import one_line

FEW = 10
"""Runs that have a colour each, their names at the ends of their lines, and what was logged behind what is smoothed."""

BEST = 3
"""Of many runs, those that stand out when lines have no other colours."""

RUN, EXPERIMENT, PARAM = "run", "experiment", "params."
"""What lines are coloured and grouped by: each by itself, by its experiment, or by a parameter, its name behind."""


@dataclass(frozen=True)
class Ranked:
    """Where the runs stand by the metric: from the best, or from the least when nobody knows which way is better."""

    order: tuple[str, ...]
    values: Mapping[str, float]
    better: str | None


def ranked(run_ids: tuple[str, ...], metric: str, statistic: str, better: str | None) -> Ranked:
    """The runs that have a finite value, the best first; one that is deleted stands nowhere."""
    gone = deleted(run_ids)
    found = ask(run_params.metric_values, run_ids=run_ids, metric=metric, statistic=statistic)
    values = {run_id: value for run_id, value in zip(run_ids, found, strict=True) if value is not None}
    values = {run_id: value for run_id, value in values.items() if run_id not in gone}
    keys = {"higher": lambda run_id: -values[run_id], "zero": lambda run_id: abs(values[run_id])}
    return Ranked(tuple(sorted(values, key=keys.get(better or "", values.__getitem__))), values, better)


def deleted(run_ids: tuple[str, ...]) -> frozenset[str]:
    """Those of the runs that are deleted, or whose experiment is."""
    return frozenset(run_id for run_id, fact in ask(queries.run_facts, run_ids=run_ids).items() if fact.deleted)


def labels(run_ids: tuple[str, ...]) -> dict[str, str]:
    """What each run is called, no two alike."""
    facts = ask(queries.run_facts, run_ids=run_ids)
    names = {run_id: fact.name or run_id[:8] for run_id, fact in facts.items()}
    return told_apart([run_id for run_id in run_ids if run_id in names], 40, lambda run_id: names[run_id])


def colours_of(run_ids: tuple[str, ...], by: str, standing: Ranked) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """A colour for each run that is drawn, and what colours mean where lines are not named."""
    if by == RUN:
        few = len(run_ids) <= FEW
        own = dict(zip(run_ids if few else standing.order[:BEST], COLOURS if few else COLOURS[1:], strict=False))
        return {run_id: own.get(run_id, LINE_COLOUR) for run_id in run_ids}, []
    values = values_by(run_ids, by)
    if values.is_number and len(np.unique(values.numbers[np.isfinite(values.numbers)])) > MOST_GROUPS:
        return _graded(values, run_ids)
    found = groups(values)
    colours = group_colours(found)
    shown = {run_id: colours[place] for run_id, place in zip(run_ids, found.of, strict=True)}
    return shown, list(zip(found.labels, colours, strict=True))


def _graded(values: Values, run_ids: tuple[str, ...]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    places = place_in(values.numbers)
    shown = {
        run_id: OTHER_COLOUR if np.isnan(place) else charts.between(float(place))
        for run_id, place in zip(run_ids, places, strict=True)
    }
    known = values.numbers[~np.isnan(values.numbers)]
    ends = [
        (f"{values.key} {short(float(known.min()))}", charts.between(0.0)),
        (short(float(known.max())), charts.between(1.0)),
    ]
    return shown, ends + [(MISSING, OTHER_COLOUR)] * bool(np.isnan(places).any())


def group_colours(found: Groups) -> list[str]:
    """A colour for each group: from low to high when they are ordered; grey for runs without a value."""
    known = [label for label in found.labels if label != MISSING]
    if found.ordered:
        colours = [charts.between(place / max(len(known) - 1, 1)) for place in range(len(known))]
    else:
        colours = list(COLOURS[: len(known)])
    return colours + [OTHER_COLOUR] * (len(found.labels) - len(known))


def values_by(run_ids: tuple[str, ...], by: str) -> Values:
    """What the runs are coloured and grouped by."""
    if by == EXPERIMENT:
        facts = ask(queries.run_facts, run_ids=run_ids)
        texts = tuple(one_line(facts[run_id].experiment, 60) if run_id in facts else None for run_id in run_ids)
        return Values(EXPERIMENT, texts, np.full(len(run_ids), np.nan), False)
    key = by.removeprefix(PARAM)
    return ask(run_params.values, run_ids=run_ids, keys=(key,))[key]


def groups_of(run_ids: tuple[str, ...], by: str) -> tuple[dict[str, int], Sequence[str], Sequence[str]]:
    """The group of each run by its place in the labels; the labels, and their colours."""
    if by == RUN:
        return dict.fromkeys(run_ids, 0), ("all runs",), (LINE_COLOUR,)
    found = groups(values_by(run_ids, by))
    return dict(zip(run_ids, found.of, strict=True)), found.labels, group_colours(found)
