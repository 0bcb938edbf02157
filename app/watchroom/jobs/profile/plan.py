"""From a model's file to what is asked of its logs: the columns, the features, and what the answer depends on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from watchroom.domain.signature import named_inputs
from watchroom.sources.decisions.contract import OWN_SIGNALS, Champion, DecisionLog, FileShape, Kind, OutcomeLog
from watchroom.store.draft import Draft
from watchroom.workspace.model_file import ModelSpec, ReferenceFile

RESERVED = (*OWN_SIGNALS, "@version")
"""What the score, the prediction, the outcome and the version are called where features have their names."""

PROFILE_VERSION = 2
"""Raised when counts come out otherwise than before: every model is then counted anew."""


@dataclass(frozen=True)
class Plan:
    """What is asked of a model's logs. Features have the kind `category` until the reference says otherwise."""

    model: str
    file: str
    spec: ModelSpec
    log: DecisionLog
    outcomes: OutcomeLog | None

    def with_kinds(self, kinds: Mapping[str, Kind]) -> Plan:
        """The same for the features that have a kind; the others are not watched."""
        features = tuple((name, kinds[name]) for name, _ in self.log.features if name in kinds)
        return replace(self, log=replace(self.log, features=features))

    def told_kinds(self, kinds: Mapping[str, Kind]) -> Plan:
        """The same with all features, of which those without a kind stay categories: how single decisions are read."""
        features = tuple((name, kinds.get(name, kind)) for name, kind in self.log.features)
        return replace(self, log=replace(self.log, features=features))


def plan_of(model: str, file: str, spec: ModelSpec, features: Sequence[str], champions: Sequence[Champion]) -> Plan:
    """The plan of a model whose file names decisions."""
    decisions, outcomes = spec.decisions, spec.outcomes
    assert decisions is not None
    log = DecisionLog(
        id=decisions.id,
        timestamp=decisions.timestamp,
        version=decisions.version,
        task=spec.task,
        score=decisions.score if spec.task in (None, "binary") else None,
        prediction=decisions.prediction,
        features=tuple((name, "category") for name in dict.fromkeys(features)),
        groups=decisions.groups,
        champions=tuple(champions) if decisions.version is None else (),
    )
    told = OutcomeLog(outcomes.id, outcomes.value, outcomes.timestamp) if outcomes else None
    return Plan(model, file, spec, log, told)


def usable_features(features: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The features, each once, and those among them that cannot be: what is counted beside them has their names."""
    once = tuple(dict.fromkeys(features))
    return tuple(name for name in once if name not in RESERVED), tuple(name for name in once if name in RESERVED)


def signature_features(draft: Draft, model: str) -> tuple[str, ...]:
    """The inputs of the champion's signature, else of the newest version that has one; none when it names none."""
    rows = draft.connection.execute(_SIGNATURE, [model, model]).fetchall()
    return named_inputs(rows[0][0]) if rows else ()


_SIGNATURE = """
    select v.signature_inputs from mlflow.model_versions v
    where v.name = ? and v.signature_inputs is not null
    order by v.version = (
        select max(a.version) from mlflow.aliases a where a.name = ? and lower(a.alias) = 'champion') desc nulls last,
        v.version desc
    limit 1
"""


def other_columns(spec: ModelSpec, shapes: Iterable[FileShape]) -> tuple[str, ...]:
    """All columns of the files that nothing else in the model's file names, in their order."""
    decisions = spec.decisions
    assert decisions is not None
    named = {decisions.id, decisions.timestamp, decisions.version, decisions.prediction, decisions.score}
    named |= {*decisions.groups, spec.outcomes.value if spec.outcomes else None}
    found = dict.fromkeys(column for shape in shapes for column, _ in shape.columns)
    return tuple(column for column in found if column not in named)


def log_digest(plan: Plan, engine: str) -> str:
    """What a survey depends on: another one means that every file is read again."""
    log = replace(plan.log, champions=())
    return _digest([PROFILE_VERSION, engine, repr(log), repr(plan.outcomes)])


def reference_digest(plan: Plan, stand: Any) -> str:
    """What the bins depend on: the model's file and where the reference stands."""
    reference = plan.spec.reference
    form = "file" if isinstance(reference, ReferenceFile) else "period"
    return _digest([form, reference.model_dump(mode="json") if reference else None, stand])


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
