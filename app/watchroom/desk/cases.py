"""From a decision's id to its cases and their explanations: out of the snapshot's sample, else out of the log.

The page and the command line ask here, so both tell the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from watchroom.desk.decisions import Decisions
from watchroom.desk.explaining import Desk
from watchroom.domain.decision import Case, Explanation, Part, Value, explanation
from watchroom.errors import ExplainError, WatchroomError
from watchroom.store.queries import decision as queries
from watchroom.store.queries.decision import Sampled
from watchroom.store.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

    from watchroom.explain.contract import Explained, Input

_TRUE = ("true", "t", "1", "1.0", "yes", "y")
_FALSE = ("false", "f", "0", "0.0", "no", "n")


@dataclass(frozen=True)
class Looked:
    """What a look for an id gave: the decision as each version made it, by version and time; or none, and why.

    `other_models` have a decision of that id when this one has none.
    """

    cases: tuple[Case, ...]
    why: str = ""
    next_step: str = ""
    other_models: tuple[str, ...] = ()

    def case(self, version: int) -> Case | None:
        """The decision as that version made it; the newest, when an id was used again."""
        return next((case for case in reversed(self.cases) if case.version == version), None)

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions that made it."""
        return tuple(sorted({case.version for case in self.cases}))


@dataclass(frozen=True)
class Subject:
    """A decision by the version that is looked at; `sampled` says whether the refresh has explained it."""

    case: Case
    explanation: Explanation | None
    sampled: bool


def look_up(
    sampled: Sequence[Sampled],
    log: Callable[[], Looked],
    version: int | None,
    was_champion: Callable[[Case], bool],
) -> tuple[Subject | None, Looked]:
    """The decision by the version asked for, else by the champion of that time, else by the first; and where it was.

    `log` is asked only when the sample does not answer. None, with the reason in what was looked at, when there is no
    such decision. Raises what `log` raises when there is nothing else to tell.
    """
    known = Looked(tuple(one.case for one in sampled))
    chosen = _chosen(known, version, was_champion)
    if chosen is None or (version is None and not was_champion(chosen)):
        try:
            logged = log()
        except WatchroomError:
            if chosen is None:
                raise
            logged = Looked(())
        known = logged if logged.cases or not known.cases else known
        chosen = _chosen(logged, version, was_champion) or chosen
    if chosen is None:
        return None, known
    own = next((one for one in sampled if one.case.version == chosen.version), None)
    return (Subject(own.case, own.explanation, True) if own else Subject(chosen, None, False)), known


def _chosen(looked: Looked, version: int | None, was_champion: Callable[[Case], bool]) -> Case | None:
    if version is not None:
        return looked.case(version)
    champion = next((case for case in reversed(looked.cases) if was_champion(case)), None)
    return champion or (looked.case(looked.versions[0]) if looked.cases else None)


def in_log(decisions: Decisions, snapshot: Snapshot, *, model: str, prediction_id: str) -> Looked:
    """The decision as the log has it, by every version that made it. Raises SourceError when that cannot be read."""
    found = decisions.find(snapshot, model, prediction_id)
    if not found.rows.num_rows:
        return Looked((), found.why, found.next_step, found.other_models)
    kinds = queries.kinds(snapshot, model=model)
    cases = [case_of(model, row, kinds) for row in found.rows.to_pylist()]
    return Looked(tuple(sorted(cases, key=lambda case: (case.version, case.at))))


def case_of(model: str, row: Mapping[str, Any], kinds: Mapping[str, str]) -> Case:
    """A row of the log as a case; `kinds` say which columns are numbers, categories and booleans."""
    at = row["@decided_at"]
    return Case(
        model=model,
        version=int(row["@version"]),
        id=str(row["@id"]),
        at=at.replace(tzinfo=None) if isinstance(at, datetime) else at,
        score=row["@score"],
        prediction=row["@prediction"],
        outcome=row["@outcome"],
        inputs={
            name: value_of(value, kinds.get(name)) for name, value in row.items() if name[:1] != "@" or name in kinds
        },
    )


def value_of(value: Any, kind: str | None) -> Value:
    """A value of the log as its kind has it; what does not fit the kind stays the text that it is."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    if kind == "boolean":
        text = str(value).strip().lower()
        return True if text in _TRUE else False if text in _FALSE else str(value)
    if kind == "category":
        return str(value).lower() if isinstance(value, bool) else str(value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    if kind is None and (isinstance(value, str | bool)):
        return value
    return None if number != number else number


def fresh(desk: Desk, decisions: Decisions, snapshot: Snapshot, case: Case) -> Explanation:
    """The case explained now. Raises ExplainError, and SourceError when its row cannot be read any more."""
    rows = decisions.find(snapshot, case.model, case.id).of(case.version)
    own = [place for place, at in enumerate(rows["@decided_at"].to_pylist()) if at == case.at]
    if not own:
        raise ExplainError(f"The decision {case.id[:60]!r} is not in the log any more.")
    found = desk.explain(snapshot, case.model, case.version, rows.slice(own[0], 1))
    return _explanation(desk, snapshot, case, found, case.inputs)


def what_if(desk: Desk, snapshot: Snapshot, case: Case, changed: Mapping[str, Value]) -> tuple[Explanation, float]:
    """The case with some inputs changed, and its score (or amount). Nothing of it is kept. Raises ExplainError."""
    loaded = desk.loaded(snapshot, case.model, case.version)
    inputs = {**case.inputs, **changed}
    found = desk.explain(snapshot, case.model, case.version, row_of(inputs, loaded.inputs))
    return _explanation(desk, snapshot, case, found, inputs), float(found.score[0])


def row_of(inputs: Mapping[str, Value], wanted: Sequence[Input]) -> pa.Table:
    """One row with the inputs that a model takes, each of its kind; what is missing is NULL."""
    import pyarrow as pa

    types = {"number": pa.float64(), "boolean": pa.bool_(), "category": pa.string()}
    columns = {one.name: pa.array([_fitting(inputs.get(one.name), one.kind)], types[one.kind]) for one in wanted}
    return pa.table(columns)


def _fitting(value: Value, kind: str) -> Value:
    found = value_of(value, kind)
    if kind == "category" or found is None:
        return found
    if isinstance(found, str):
        return None  # as in the log: what is not of its type is no usable value
    return bool(found) if kind == "boolean" else float(found)


def _explanation(
    desk: Desk, snapshot: Snapshot, case: Case, found: Explained, inputs: Mapping[str, Value]
) -> Explanation:
    loaded = desk.loaded(snapshot, case.model, case.version)
    parts = [
        Part(name, inputs.get(name), float(added)) for name, added in zip(found.features, found.values[0], strict=True)
    ]
    return explanation(
        space=loaded.space,
        method=loaded.method,
        base=found.base[0],
        output=found.output[0],
        klass=found.klass[0],
        parts=parts,
    )
