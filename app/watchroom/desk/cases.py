"""From a decision's id to its cases and their explanations: out of the snapshot's sample, else out of the log.

The page and the command line ask here, so both tell the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from watchroom.desk.decisions import Decisions
from watchroom.desk.explaining import Desk
from watchroom.domain.category import category_text
from watchroom.domain.decision import Case, Explanation, Part, Value, explanation
from watchroom.domain.yes_no import yes_or_no
from watchroom.errors import ExplainError, WatchroomError
from watchroom.sources.decisions.contract import SINGLES, id_digest, lacking_of
from watchroom.store.queries import decision as queries
from watchroom.store.queries import logs
from watchroom.store.queries.decision import Sampled
from watchroom.store.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

    from watchroom.explain.contract import Explained, Input, Loaded

_NAMED = 5
"""Inputs that are named when some are lacking."""


@dataclass(frozen=True)
class Looked:
    """What a look for an id gave: the decision as each version made it, by version and time; or none, and why.

    `other_models` have a decision of that id when this one has none. `note` says what cannot be told of one that is
    there, or that its log has changed since the refresh; empty when there is nothing to say.
    """

    cases: tuple[Case, ...]
    why: str = ""
    next_step: str = ""
    other_models: tuple[str, ...] = ()
    note: str = ""

    def case(self, version: int, day: date | None = None) -> Case | None:
        """The decision as that version made it; the newest, when an id was used again, or that of a UTC day."""
        own = (case for case in self.cases if case.version == version and day in (None, case.at.date()))
        return max(own, key=lambda case: case.at, default=None)

    @property
    def days(self) -> tuple[date, ...]:
        """The UTC days on which there is a decision of this id, in order: several when an id was used again."""
        return tuple(sorted({case.at.date() for case in self.cases}))

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
    *,
    days: Collection[date],
    day: date | None = None,
) -> tuple[Subject | None, Looked]:
    """The decision by the version asked for, else by the champion of that time, else by the first; and where it was.

    Of an id that was used again the newest, or that of the UTC day asked for; `Looked.days` has all. `days` are those
    that the index has for the id (`days_of`). `log` is asked only when the sample does not answer, or has not all of
    them. None, with the reason in what was looked at, when there is no such decision. Raises what `log` raises when
    there is nothing else to tell.
    """
    known = Looked(tuple(one.case for one in sampled))
    chosen = _chosen(known, version, was_champion, day)
    unseen = set(days).difference(known.days)
    if chosen is None or unseen or (version is None and not was_champion(chosen)):
        known = _with_log(known, log, unseen, needed=chosen is None)
        chosen = _chosen(known, version, was_champion, day) or chosen
    if chosen is None:
        return None, known
    same = (one for one in sampled if (one.case.version, one.case.at) == (chosen.version, chosen.at))
    own = next(same, None)
    return (Subject(own.case, own.explanation, True) if own else Subject(chosen, None, False)), known


def _with_log(known: Looked, log: Callable[[], Looked], unseen: Collection[date], *, needed: bool) -> Looked:
    """What the log has; what the sample has, with a word on it, where the log cannot be read."""
    try:
        logged = log()
    except WatchroomError as problem:
        if needed:
            raise
        logged = Looked((), str(problem))
    if logged.cases or not known.cases:
        return logged
    return replace(known, note=f"{_elsewhen(unseen)} {logged.why}" if unseen else "")


def _elsewhen(unseen: Collection[date]) -> str:
    listed = ", ".join(day.isoformat() for day in sorted(unseen))
    return f"The log had a decision of this id on {listed} too, which cannot be read."


def _chosen(looked: Looked, version: int | None, was_champion: Callable[[Case], bool], day: date | None) -> Case | None:
    if version is not None:
        return looked.case(version, day)
    there = [case for case in looked.cases if day in (None, case.at.date())]
    champions = (case for case in there if was_champion(case))
    first = min((case.version for case in there), default=0)
    return max(champions, key=lambda case: case.at, default=None) or looked.case(first, day)


def days_of(snapshot: Snapshot, *, model: str, prediction_id: str) -> frozenset[date]:
    """The UTC days on which the index has the id; one in four billion other ids is taken for it."""
    return models_with(snapshot, prediction_id=prediction_id).get(model, frozenset())


def models_with(snapshot: Snapshot, *, prediction_id: str) -> dict[str, frozenset[date]]:
    """By model, the UTC days on which the index has the id; likewise."""
    return logs.days_of_digests(snapshot, digests=[id_digest(prediction_id)])


def in_log(decisions: Decisions, snapshot: Snapshot, *, model: str, prediction_id: str) -> Looked:
    """The decision as the log has it, by every version that made it. Raises SourceError when that cannot be read."""
    found = decisions.find(snapshot, model, prediction_id)
    if not found.rows.num_rows:
        return Looked((), found.why, found.next_step, found.other_models)
    kinds = queries.kinds(snapshot, model=model)
    rows = found.rows.drop_columns([name for name in found.rows.column_names if name in found.own])
    cases = [case_of(model, row, kinds) for row in rows.to_pylist()]
    return Looked(tuple(sorted(cases, key=lambda case: (case.version, case.at))), note=found.note)


def case_of(model: str, row: Mapping[str, Any], kinds: Mapping[str, str]) -> Case:
    """A row of the log as a case; `kinds` say which columns are numbers, categories and booleans.

    A column that its file does not have is not among the inputs: the value is not missing, it is not known.
    """
    at = row["@decided_at"]
    left_out = {*SINGLES.names, *lacking_of(row.get("@lacking"))}
    return Case(
        model=model,
        version=int(row["@version"]),
        id=str(row["@id"]),
        at=at.replace(tzinfo=None) if isinstance(at, datetime) else at,
        score=row["@score"],
        prediction=row["@prediction"],
        outcome=row["@outcome"],
        inputs={name: value_of(value, kinds.get(name)) for name, value in row.items() if name not in left_out},
    )


def value_of(value: Any, kind: str | None) -> Value:
    """A value of the log as its kind has it; what does not fit the kind stays the text that it is."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    if kind == "boolean":
        found = yes_or_no(str(value))
        return str(value) if found is None else found
    if kind == "category":
        return category_text(value)
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
    row = rows.slice(own[0], 1)
    lacking = lacking_of(row["@lacking"][0].as_py())

    def whole(loaded: Loaded) -> pa.Table:
        _all_there([name for name in row.column_names if name not in lacking], loaded.inputs)
        return row

    return _explanation(*desk.explain(snapshot, case.model, case.version, whole), case.inputs)


def what_if(desk: Desk, snapshot: Snapshot, case: Case, changed: Mapping[str, Value]) -> tuple[Explanation, float]:
    """The case with some inputs changed, and its score (or amount). Nothing of it is kept. Raises ExplainError."""
    inputs = {**case.inputs, **changed}
    loaded, found = desk.explain(snapshot, case.model, case.version, lambda loaded: row_of(inputs, loaded.inputs))
    return _explanation(loaded, found, inputs), float(found.score[0])


def row_of(inputs: Mapping[str, Value], wanted: Sequence[Input]) -> pa.Table:
    """One row with the inputs that a model takes, each of its kind; what is missing is NULL.

    Raises ExplainError for an input that is not there at all: nobody knows what it was.
    """
    import pyarrow as pa

    _all_there(inputs, wanted)
    types = {"number": pa.float64(), "boolean": pa.bool_(), "category": pa.string()}
    columns = {one.name: pa.array([fitting(inputs.get(one.name), one.kind)], types[one.kind]) for one in wanted}
    return pa.table(columns)


def _all_there(there: Collection[str], wanted: Sequence[Input]) -> None:
    """Raises ExplainError when an input of the model is not among the columns that are there."""
    absent = [one.name for one in wanted if one.name not in there]
    if not absent:
        return
    listed = ", ".join(repr(name[:60]) for name in absent[:_NAMED]) + (" …" if len(absent) > _NAMED else "")
    raise ExplainError(
        f"The log lacks {listed}, which the model takes.",
        why="The file that holds this decision has no such column, so what the model was given is not known.",
        next_step="Log every input of the model with each decision.",
    )


def fitting(value: Value, kind: str) -> Value:
    """A value as a model takes an input of that kind: the text `3` of a number is 3; None for what is none."""
    found = value_of(value, kind)
    if kind == "category" or found is None:
        return found
    if isinstance(found, str):
        return None  # as in the log: what is not of its type is no usable value
    return bool(found) if kind == "boolean" else float(found)


def _explanation(loaded: Loaded, found: Explained, inputs: Mapping[str, Value]) -> Explanation:
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
