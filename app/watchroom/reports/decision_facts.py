"""All that is told of one decision, on the page and in the report: gathered once, from one snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from watchroom.domain.cutoff import Cutoff, implied
from watchroom.domain.decision import Case, Explanation, Part, Value
from watchroom.domain.outcomes import Cells
from watchroom.domain.periods import span_of
from watchroom.domain.usual import Standing, Usual, standing, usual
from watchroom.domain.vocabulary import Task
from watchroom.store.queries import decision as queries
from watchroom.store.queries.decision import How, Live, Reign, SignedOff, ThatDay
from watchroom.store.queries.windows import Watched, cells, watched
from watchroom.store.snapshot import Snapshot
from watchroom.workspace.answer import Answer
from watchroom.workspace.model_file import ModelSpec


@dataclass(frozen=True)
class Surroundings:
    """What stood round every decision that a version made at a moment; nothing of the decision itself.

    `month` are the UTC days over which decisions are counted: of its month, up to the last one with decisions. `cells`
    are their scores and outcomes (without rows for a regression). `cutoff` is the one that the month's predictions
    imply, else all of the version's; None for none. `answer` is what predictions and outcomes are called.
    """

    title: str
    task: Task | None
    month: tuple[date, date]
    watched: Mapping[str, Watched]
    cells: Cells
    cutoff: Cutoff | None
    how: How | None
    live: Live | None
    reign: Reign
    signed: tuple[SignedOff, ...]
    day: ThatDay
    snapshot: str
    made_at: datetime
    answer: Answer = field(default_factory=Answer)


def surroundings(snapshot: Snapshot, *, model: str, version: int, at: datetime) -> Surroundings:
    """What stood round a decision of the version at that moment (UTC without a zone)."""
    rows = snapshot.rows("select coalesce(title, model), task, spec from models where model = ?", [model])
    title, task, spec = rows[0] if rows else (model, None, None)
    month = _so_far(snapshot, model, version, at.date())
    counted = cells(snapshot, model=model, version=version, first=month[0], last=month[1])
    return Surroundings(
        title=title,
        task=task,
        month=month,
        watched={one.name: one for one in watched(snapshot, model=model, version=version)},
        cells=counted,
        cutoff=_cutoff(snapshot, model, version, counted) if task == "binary" else None,
        how=queries.how(snapshot, model=model, version=version),
        live=queries.live(snapshot, model=model, version=version),
        reign=queries.reign(snapshot, model=model, version=version, at=at),
        signed=queries.signed_off(snapshot, model=model, version=version),
        day=queries.that_day(snapshot, model=model, version=version, day=at.date()),
        snapshot=snapshot.id,
        made_at=snapshot.made_at,
        answer=ModelSpec.model_validate_json(spec).answer if spec else Answer(),
    )


def _so_far(snapshot: Snapshot, model: str, version: int, day: date) -> tuple[date, date]:
    """The days of the month up to the last one with decisions of the version, and never beyond the snapshot's."""
    first, last = span_of("month", day)
    ((decided,),) = snapshot.rows(
        "select max(day) from volume where model = ? and version = ? and decisions > 0 and day between ? and ?",
        [model, version, first, last],
    )
    return first, max(day, min(decided or last, snapshot.made_at.astimezone(UTC).date()))


def _cutoff(snapshot: Snapshot, model: str, version: int, month: Cells) -> Cutoff | None:
    found = implied(month)
    if found is not None:
        return found
    return implied(cells(snapshot, model=model, version=version, first=date.min, last=date.max))


@dataclass(frozen=True)
class Input:
    """A column of the decision: what it was, what it added (None for a column that is no input), what is usual."""

    feature: str
    value: Value
    part: Part | None
    usual: Usual | None
    standing: Standing

    @property
    def added(self) -> float | None:
        """What it added to the output; None when that is not known, or it is no input."""
        return None if self.part is None else self.part.added


@dataclass(frozen=True)
class Facts:
    """A decision with all that is known round it.

    `explanation` is None while nobody has explained it; `problem` then says why, as far as that is known.
    """

    case: Case
    explanation: Explanation | None
    around: Surroundings
    inputs: tuple[Input, ...]
    problem: str = ""

    def input(self, feature: str) -> Input | None:
        """The column of that name."""
        return next((one for one in self.inputs if one.feature == feature), None)

    @property
    def wrong(self) -> bool | None:
        """Whether the outcome is another than what was predicted; None while that is not known, or not that simple."""
        case = self.case
        if self.around.task == "regression" or case.outcome is None or case.prediction is None:
            return None
        return case.outcome != case.prediction


def facts(case: Case, explanation: Explanation | None, around: Surroundings, problem: str = "") -> Facts:
    """The columns in the order in which they mattered, those that are no inputs last."""
    ranked = [part.feature for part in explanation.parts] if explanation else []
    others = sorted(name for name in case.inputs if name not in ranked)
    inputs = tuple(_input(name, case, explanation, around) for name in [*ranked, *others])
    return Facts(case, explanation, around, inputs, problem)


def _input(name: str, case: Case, explanation: Explanation | None, around: Surroundings) -> Input:
    value = case.inputs.get(name)
    part = explanation.part(name) if explanation else None
    known = around.watched.get(name)
    if known is None:
        return Input(name, value, part, None, Standing())
    return Input(name, value, part, usual(known.bins, known.values), standing(known.bins, known.values, value))
