"""The step that works out money: counts of what decisions came to, with the model and without it, and their worth.

A model is worked out anew when its log, its assumptions or its days in service have changed. One that cannot be keeps
what was said of it, and costs the others nothing.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from watchroom.domain.periods import WHOLE
from watchroom.domain.value import MOST_MONEY, Assumptions, Service, assumptions_of, last_days, money, service
from watchroom.domain.value_estimate import expected, expected_errors
from watchroom.jobs.explain.logs import Logs, Source
from watchroom.jobs.profile import problems as say
from watchroom.jobs.value import baseline
from watchroom.jobs.value.baseline import Asking, Made
from watchroom.jobs.value.failed import model_failed
from watchroom.jobs.value.serving import SERVING_NOTE
from watchroom.sources.decisions.contract import Engine, FileProblem
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.store.money import COUNT_COLUMNS, MoneyStore
from watchroom.store.value_notes import in_turn, keep_left, keep_notes, left, notes
from watchroom.workspace.load import Workspace
from watchroom.workspace.mistakes import quoted
from watchroom.workspace.model_file import ModelSpec

SECONDS = 120.0
"""For all models of one refresh: only a baseline that asks the log takes more than an instant."""

_RULES = "2"
"""Raised when what is computed here changes its meaning, so that every model is worked out anew."""

MONEY_NOTE = "money"
"""The note that changes with all that the money of a model rests on."""

_FAILED = "The model's money could not be worked out; what was said of it before stands."


@dataclass(frozen=True)
class MoneyResult:
    """What went wrong, or must be said; and what was done, in words."""

    problems: tuple[Problem, ...]
    detail: str


@dataclass(frozen=True)
class _Kept:
    """Noted of a model: what its money rests on, what its baseline's answers rest on, and what is to be said.

    `beyond` are the months of which the money is no number that can be believed, the oldest first.
    """

    stand: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    beyond: Sequence[str] = ()

    @staticmethod
    def read(text: str | None) -> _Kept:
        return _Kept(**json.loads(text)) if text else _Kept()

    def written(self) -> str:
        kept = {"stand": self.stand, "marks": dict(self.marks), "said": self.said, "beyond": list(self.beyond)}
        return json.dumps(kept, sort_keys=True)


@dataclass(frozen=True)
class _Worked:
    """What came of a model."""

    counts: pd.DataFrame
    money: list[Mapping[str, Any]]
    made: Made | None
    beyond: Sequence[str]


def count_money(draft: Draft, workspace: Workspace, engine: Engine, *, seconds: float = SECONDS) -> MoneyResult:
    """Bring `value_counts` and `value` up to date. The parts `profile` and `mlflow` and `value_serving` must be there.

    After `seconds` no other model is begun; those that are left keep their money until the next refresh, which takes
    them first. Never raises for what concerns one model.
    """
    store, before, stands = MoneyStore(draft), notes(draft, MONEY_NOTE), _stands(draft, workspace)
    _forget(draft, store, sorted(before.keys() - stands.keys()))
    problems, done, until = list[Problem](), 0, time.monotonic() + seconds
    first, over = left(draft, "money"), set[str]()
    for model in in_turn(stands, first):
        kept = _Kept.read(before.get(model))
        if kept.stand != stands[model]:
            if time.monotonic() >= until:
                over.add(model)
                continue
            try:
                kept = _bring_up_to_date(draft, store, Source(draft, workspace, engine), model, kept, stands[model])
                done += 1
            except FileProblem as problem:
                problems.append(say.file_problem(model, problem))
            except Exception as error:  # noqa: BLE001, whatever one model's log brings about must not stop the others
                problems.append(model_failed(workspace, model, "value", _FAILED, error))
        problems += _said(workspace, model, kept)
    problems += _of_several_classes(workspace)
    _keep_left(draft, first, over)
    return MoneyResult(tuple(problems), _detail(done, len(over)))


def _keep_left(draft: Draft, before: Mapping[str, int], now: set[str]) -> None:
    """Note which models the next refresh takes first."""
    if before or now:
        with draft.transaction("value"):
            keep_left(draft, "money", {model: model in now for model in before.keys() | now})


def _detail(done: int, left: int) -> str:
    if not done and not left:
        return "nothing new"
    return f"models worked out anew: {done:,}" + (f", left for the next refresh: {left:,}" if left else "")


def _stands(draft: Draft, workspace: Workspace) -> dict[str, str]:
    """Of each model that has assumptions and a log what its money rests on; one whose file is broken now keeps its own.

    A file with a mistake is not read as a model: what was said by it before stands.
    """
    logs, serving = MoneyStore(draft).stands(), notes(draft, SERVING_NOTE)
    found = {}
    for model, spec in workspace.models.items():
        if model in logs and _assumed(spec) is not None and spec.task in ("binary", "regression"):
            told = (
                _RULES,
                spec.value.model_dump_json() if spec.value else "",
                spec.task,
                logs[model],
                serving.get(model),
            )
            found[model] = hashlib.sha256(repr(told).encode()).hexdigest()
    broken = set(workspace.files) - workspace.models.keys()
    for model, text in notes(draft, MONEY_NOTE).items():
        if model in broken:
            found[model] = _Kept.read(text).stand
    return found


def _assumed(spec: ModelSpec) -> Assumptions | None:
    return assumptions_of(spec.value.model_dump() if spec.value else None)


def _forget(draft: Draft, store: MoneyStore, models: list[str]) -> None:
    if models:
        with draft.transaction("value"):
            for model in models:
                store.forget(model)
            keep_notes(draft, MONEY_NOTE, dict.fromkeys(models))


def _bring_up_to_date(draft: Draft, store: MoneyStore, source: Source, model: str, kept: _Kept, stand: str) -> _Kept:
    spec = source.workspace.models[model]
    asking = Asking(store, Logs(source, model, spec), source.engine, model, _own_marks(spec, kept))
    worked = _worked(asking, spec)
    marks = {**worked.made.marks, "rule": _rule(spec)} if worked.made else {}
    now = _Kept(stand, marks, worked.made.note if worked.made else "", worked.beyond)
    with draft.transaction("value"):
        store.write(model, worked.counts, worked.money)
        keep_notes(draft, MONEY_NOTE, {model: now.written()})
    return now


def _own_marks(spec: ModelSpec, kept: _Kept) -> Mapping[str, str]:
    """The marks of the last time; none when they are of another baseline, whose counts say nothing of this one."""
    return kept.marks if kept.marks.get("rule") == _rule(spec) else {}


def _rule(spec: ModelSpec) -> str:
    rule = spec.value.baseline.model_dump_json() if spec.value and spec.value.baseline else ""
    return f"{_RULES} {spec.task} {rule}"


def _worked(asking: Asking, spec: ModelSpec) -> _Worked:
    assumed = _assumed(spec)
    assert assumed is not None
    days = asking.store.days(asking.model)
    of_task = _of_binary if spec.task == "binary" else _of_regression
    counts, made = of_task(asking, assumed, days)
    counts = counts[counts["n"] > 0]
    blocks = list(_blocks(assumed, counts, days))
    return _Worked(counts, [_columns(block) for block in blocks], made, _beyond(blocks))


def _columns(block: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: column for name, column in block.items() if name != "beyond"}


def _beyond(blocks: Iterable[Mapping[str, Any]]) -> list[str]:
    """The months of some version or the model whose money is beyond what can be, as `2026-10`."""
    months = [block["period_start"][block["beyond"]] for block in blocks if block["grain"] == "month"]
    return sorted({f"{start.astype('datetime64[M]')}" for own in months for start in own})


def _of_binary(asking: Asking, assumed: Assumptions, days: pd.DataFrame) -> tuple[pd.DataFrame, Made | None]:
    outcomes, cells = asking.store.outcomes(asking.model), asking.store.cells(asking.model)
    parts = [_named(outcomes, "model", "realized"), _named(_open(cells), "model", "estimated")]
    made = baseline.binary(asking, assumed.baseline, outcomes, cells) if assumed.baseline else None
    if made is not None and made.cells is not None:
        parts += [
            _named(made.realized, "baseline", "realized"), _named(_open(made.cells), "baseline", "estimated")
        ]  # fmt: skip
    return _together(parts), made


def _open(cells: pd.DataFrame) -> pd.DataFrame:
    """What the decisions without an outcome are expected to come to, by version and day."""
    parts = [expected(own).assign(version=version) for version, own in cells.groupby("version")]
    return pd.concat(parts, ignore_index=True) if parts else cells.iloc[:0][["version", "day", "n"]]


def _of_regression(asking: Asking, assumed: Assumptions, days: pd.DataFrame) -> tuple[pd.DataFrame, Made | None]:
    errors = asking.store.errors(asking.model)
    open_ = days.assign(n=(days["decisions"] - days["labelled"]).astype(float))[["version", "day", "n"]]
    made = baseline.regression(asking, assumed.baseline, errors, days) if assumed.baseline else None
    parts = []
    for who, realized in (("model", errors), *((("baseline", made.realized),) if made else ())):
        parts.append(_named(realized.drop(columns="outcome_mean", errors="ignore"), who, "realized"))
        parts += [
            _named(expected_errors(realized[realized["version"] == version], own), who, "estimated")
            for version, own in open_.groupby("version")
        ]
    return _together(parts), made


def _named(counts: pd.DataFrame, who: str, kind: str) -> pd.DataFrame:
    return counts.assign(who=who, kind=kind)


def _together(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All counts in one frame; without any an empty one."""
    found = [part for part in parts if len(part)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(COUNT_COLUMNS))


def _blocks(assumed: Assumptions, counts: pd.DataFrame, days: pd.DataFrame) -> Iterable[Mapping[str, Any]]:
    """The rows of `value`: of each version, and of the model, which is what was in service on each day."""
    served = days[days["share"] > 0]
    if len(served):
        of_model = counts.merge(served[["version", "day"]], on=["version", "day"])
        yield from _by_grain(assumed, service(of_model, served))
    for version, own in days.groupby("version"):
        for block in _by_grain(assumed, service(counts[counts["version"] == version], own)):
            yield {"version": np.int32(str(version)).item(), **block}


def _by_grain(assumed: Assumptions, of: Service) -> Iterable[Mapping[str, Any]]:
    for grain in WHOLE:
        periods = of.by(grain)
        found = money(assumed, periods)
        yield {
            "grain": grain,
            "period_start": periods.first,
            "period_end": last_days(periods.first, grain),
            "decisions": periods.decisions.astype(np.int64),
            "labelled": periods.labelled.astype(np.int64),
            "worth": found.worth,
            "baseline_worth": found.baseline_worth,
            "benefit": found.benefit,
            "estimated_benefit": found.estimated_benefit,
            "run_cost": found.run_cost,
            "net": found.net,
            "beyond": found.beyond,
        }


def _said(workspace: Workspace, model: str, kept: _Kept) -> Iterable[Problem]:
    if kept.said:
        yield say.log_problem(model, f"{workspace.files.get(model, model)} (value)", kept.said, severity="note")
    if kept.beyond:
        more = f" and {len(kept.beyond) - 1:,} more" if len(kept.beyond) > 1 else ""
        yield say.log_problem(
            model,
            f"{workspace.files.get(model, model)} (decisions)",
            f"What {quoted(model)} was worth in {kept.beyond[-1]}{more} is unknown: it comes to no amount of money.",
            severity="error",
            why=f"It came to more than {MOST_MONEY:,.0f}, or to infinity, as a prediction of 1e308 makes it.",
            next_step="Look in the log of that month for predictions or outcomes that cannot be.",
            count=len(kept.beyond),
        )


def _of_several_classes(workspace: Workspace) -> Iterable[Problem]:
    for model, spec in workspace.models.items():
        if spec.task == "multiclass" and spec.value is not None:
            place = f"{workspace.files.get(model, model)} (value)"
            what = "No money is worked out for a model of several classes: `value` tells the worth of two."
            yield say.log_problem(model, place, what, severity="note")
