"""What differs between two versions, gathered once for everybody; and the sentences that say whether it matters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from watchroom.charts.words import share
from watchroom.domain import version_difference as domain
from watchroom.domain.attribution import Shift, shifts
from watchroom.domain.figures import figure_text
from watchroom.domain.version_difference import (
    ColumnsDifference,
    DataDifference,
    MetricDifference,
    PackagesDifference,
    TextDifference,
)
from watchroom.store.queries import explanations as explanation_queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import pairs as pair_queries
from watchroom.store.queries import versions as queries
from watchroom.store.queries.explanations import Span
from watchroom.store.queries.pairs import Comparison
from watchroom.store.queries.versions import RunFacts, Version
from watchroom.ui.model_versions import telling_first
from watchroom.ui.room import ask
from watchroom.ui.text import count_of, one_line, some
from watchroom.ui.versions_real_words import main_of, verdict

NAMED = 4
"""Names in a sentence; the tables below it have all."""

LARGE_SHIFT = 0.05
"""Of the weight: an input whose share moved by less drives the model as before, as far as a sentence goes."""


@dataclass(frozen=True)
class Difference:
    """Two versions side by side. None where a side is not known; `spans` are the explained rows that are compared."""

    before: Version
    now: Version
    metrics: tuple[MetricDifference, ...]
    params: tuple[TextDifference, ...]
    params_known: bool
    inputs: ColumnsDifference | None
    outputs: ColumnsDifference | None
    packages: PackagesDifference | None
    data: tuple[DataDifference, ...]
    moved: tuple[Shift, ...]
    spans: tuple[Span, Span] | None
    compared: tuple[Comparison, ...]
    monitored: str | None


def difference(*, model: str, before: int, now: int) -> Difference:
    """All that differs between two versions of a model; both must be in the registry."""
    by_number = {one.version: one for one in ask(queries.versions, model=model)}
    old, new = by_number[before], by_number[now]
    runs = (_run(old), _run(new))
    sheet = ask(model_queries.sheet, model=model)
    monitored = sheet.monitored if sheet else None
    spans = _spans(model, before, now)
    return Difference(
        old, new, _metrics(runs, monitored), domain.text_differences(*(dict(run.params) for run in runs)),
        old.run_known and new.run_known,
        _columns(old.signature_inputs, new.signature_inputs), _columns(old.signature_outputs, new.signature_outputs),
        domain.packages_difference(*(domain.requirements(one.requirements) for one in (old, new))),
        domain.data_differences(*(run.datasets for run in runs)), _moved(model, spans), spans,
        ask(pair_queries.comparisons, model=model, versions=(min(before, now), max(before, now))), monitored,
    )  # fmt: skip


def _run(one: Version) -> RunFacts:
    return ask(queries.run_facts, run_id=one.run_id) if one.run_id and one.run_known else RunFacts()


def _columns(before: str | None, now: str | None) -> ColumnsDifference | None:
    return domain.columns_difference(domain.columns(before), domain.columns(now))


def _metrics(runs: Sequence[RunFacts], monitored: str | None) -> tuple[MetricDifference, ...]:
    """Every metric of either of the two runs, the most telling first."""
    sides = [{key: (last, better) for key, last, better in run.metrics} for run in runs]
    rows = [(key, place) for place, side in enumerate(sides) for key in side]
    if not rows:
        return ()
    order = telling_first(pd.DataFrame(rows, columns=["key", "version"]), monitored)
    found = []
    for key in order:
        (last_before, way), (last, way_now) = (side.get(key, (None, "")) for side in sides)
        found.append(MetricDifference(key, way_now or way, last_before, last))
    return tuple(found)


def _spans(model: str, before: int, now: int) -> tuple[Span, Span] | None:
    """The explained rows that the two are compared on: of the reference where both have it, else all decisions."""
    every = ask(explanation_queries.spans, model=model)
    for grain in ("reference", "all"):
        sides = [next((one for one in every if one.version == of and one.grain == grain), None) for of in (before, now)]
        if sides[0] is not None and sides[1] is not None:
            return sides[0], sides[1]
    return None


def _moved(model: str, spans: tuple[Span, Span] | None) -> tuple[Shift, ...]:
    if spans is None:
        return ()
    weights = [
        ask(explanation_queries.weights, model=model, version=one.version, grain=one.grain, start=one.start)
        for one in spans
    ]
    return shifts(*weights)


@dataclass(frozen=True)
class Answer:
    """What is different and whether it matters: `matters` in bold, then the rest; plain text.

    `level` is `breaks` when callers must change, `matters`, `differs`, `same`, or `unknown`.
    """

    level: str
    matters: str
    rest: tuple[str, ...]


def answer(found: Difference) -> Answer:
    """The answer in sentences: callers first, then how good it is, then what made it."""
    made = _made(found)
    good, weighs = _good(found)
    callers, breaks = _callers(found)
    rest = [line for line in (good, made, _drivers(found)) if line]
    pair = f"Version {found.now.version} against version {found.before.version}"
    if breaks:
        return Answer("breaks", f"{pair}: {callers}", tuple(rest))
    if weighs and good:
        return Answer("matters", f"{pair}: {good}", tuple(line for line in (callers, *rest) if line and line != good))
    if not rest and found.inputs is None:
        return Answer("unknown", f"{pair}: nothing that is known tells them apart, and little is known.", ())
    if not rest:
        return Answer("same", f"{pair}: nothing that was logged differs.", (callers,) if callers else ())
    return Answer("differs", f"{pair}: {callers or rest[0]}", tuple(rest if callers else rest[1:]))


def _callers(found: Difference) -> tuple[str, bool]:
    """What somebody who calls the model notices, and whether they have to change something."""
    if found.inputs is None:
        return "", False
    if lacking := found.inputs.asks_more:
        return f"callers have to change what they send: {_names(lacking)}.", True
    if found.outputs is not None and not found.outputs.same:
        return "its output has another form.", True
    if found.inputs.same:
        return "callers notice nothing, the signature is the same.", False
    return "callers may go on as they do, though the signature differs.", False


def _good(found: Difference) -> tuple[str, bool]:
    """Whether the one now is better, and whether that is more than the runs' own word."""
    told = main_of(found.compared, found.monitored)
    if told is not None and verdict(told) != "unknown":
        return _paired(found, told)
    known = next((one for one in found.metrics if one.verdict in ("better", "worse")), None)
    if known is None or known.before is None or known.now is None:
        return "", False
    values = f"{one_line(known.key, 60)} {figure_text(known.now)} against {figure_text(known.before)}"
    return f"by its run it is {known.verdict} ({values}), which no shared decision has put to the test.", False


def _paired(found: Difference, told: Comparison) -> tuple[str, bool]:
    newer_is_now = found.now.version > found.before.version
    sides = (told.value_a, told.value_b) if newer_is_now else (told.value_b, told.value_a)
    values = f"{told.metric} {_figure(sides[1])} against {_figure(sides[0])}, {told.n:,} decisions"
    of_newer = verdict(told)
    if of_newer != "alike":
        word = "better" if (of_newer == "better") == newer_is_now else "worse"
        return f"it is {word} on the decisions that both scored ({values}).", True
    return f"on the decisions that both scored neither is clearly better ({values}).", False


def _figure(value: float | None) -> str:
    return "unknown" if value is None else figure_text(value)


def _made(found: Difference) -> str:
    """What made it another model: data, parameters, packages, code."""
    parts = [part for part in _parts(found) if part]
    return f"It was made with {some(parts, NAMED + 2)}." if parts else ""


def _parts(found: Difference) -> Iterator[str]:
    if any(one.same is False for one in found.data if one.context in ("training", "")):
        yield "other training data"
    if found.params:
        named = _names([one.key for one in found.params])
        yield f"{count_of(len(found.params), 'other parameter')} ({named})"
    if found.before.commit and found.now.commit and found.before.commit != found.now.commit:
        yield "other code"
    if found.packages is not None and found.packages.major:
        yield f"other main versions of {_names([one.name for one in found.packages.major])}"
    pythons = [domain.minor_of(one.python_version) for one in (found.before, found.now)]
    if all(pythons) and pythons[0] != pythons[1]:
        yield f"Python {pythons[1]} instead of {pythons[0]}"


def _drivers(found: Difference) -> str:
    large = [one for one in found.moved if abs(one.share - one.share_before) >= LARGE_SHIFT][:2]
    if not large:
        return ""
    old, new = f"version {found.before.version}", f"version {found.now.version}"
    told = [
        f"{one_line(one.feature, 60)} ({share(one.share_before)} in {old}, {share(one.share)} in {new})"
        for one in large
    ]
    on = "the reference" if found.spans and found.spans[1].grain == "reference" else "all explained decisions"
    return f"What drives it has moved most at {some(told)}, on {on}."


def _names(found: Sequence[str]) -> str:
    return some([one_line(name, 60) for name in found], NAMED)
