"""Which decision a page of one decision is about: out of the snapshot's sample, else out of the log."""

from __future__ import annotations

from datetime import date, datetime

from watchroom.desk import cases
from watchroom.desk.cases import Looked, Subject, look_up
from watchroom.domain.decision import Case, Explanation
from watchroom.errors import WatchroomError
from watchroom.reports.decision_alike import alike
from watchroom.reports.decision_besides import Besides
from watchroom.reports.decision_facts import Facts, Surroundings, facts, surroundings
from watchroom.store.queries import decision as queries
from watchroom.store.snapshot import Snapshot
from watchroom.ui.desk import decisions, desk
from watchroom.ui.room import ask, ask_unless, drawn, reading

__all__ = ["Subject", "around", "besides", "explained", "found", "in_log", "told"]


def found(
    model: str, prediction_id: str, version: int | None, day: date | None = None
) -> tuple[Subject | None, Looked]:
    """The decision as `desk.cases.look_up` finds it, each answer remembered."""
    sampled = ask(queries.sampled, model=model, prediction_id=prediction_id)
    return look_up(sampled, lambda: in_log(model, prediction_id), version, _was_champion,
                   days=ask(cases.days_of, model=model, prediction_id=prediction_id), day=day)  # fmt: skip


def _was_champion(case: Case) -> bool:
    reign = ask(queries.reign, model=case.model, version=case.version, at=case.at)
    return reign.champion == case.version


def in_log(model: str, prediction_id: str) -> Looked:
    """The decision by every version, as the log has it; what its files kept from being told is asked anew."""
    return ask_unless(lambda looked: bool(looked.why or looked.note), _in_log, model=model, prediction_id=prediction_id)


def _in_log(snapshot: Snapshot, *, model: str, prediction_id: str) -> Looked:
    return cases.in_log(decisions(), snapshot, model=model, prediction_id=prediction_id)


def explained(subject: Subject) -> Explanation:
    """Its explanation: the sample's, else made now by the child process. Raises ExplainError."""
    case = subject.case
    return subject.explanation or drawn(_fresh, model=case.model, version=case.version, prediction_id=case.id,
                                         day=case.at.date())  # fmt: skip


def _fresh(*, model: str, version: int, prediction_id: str, day: date) -> Explanation:
    case = in_log(model, prediction_id).case(version, day)
    assert case is not None, "only what was found is explained"
    with reading() as snapshot:
        return cases.fresh(desk(), decisions(), snapshot, case)


def around(case: Case) -> Surroundings:
    """What stood round it; made once for everybody, and never to be changed."""
    return drawn(_around, model=case.model, version=case.version, at=case.at)


def _around(*, model: str, version: int, at: datetime) -> Surroundings:
    with reading() as snapshot:
        return surroundings(snapshot, model=model, version=version, at=at)


def besides(subject: Subject, facts: Facts, looked: Looked) -> Besides:
    """What the printed page tells besides: every version's answer as far as it can be read, and similar decisions."""
    try:
        logged = in_log(subject.case.model, subject.case.id)
    except WatchroomError:
        logged = looked
    with reading() as snapshot:
        return Besides(logged.cases or looked.cases, alike(snapshot, facts))


def told(subject: Subject, explanation: Explanation | None, problem: str = "") -> Facts:
    """All that is told of it; `problem` says why it could not be explained."""
    return facts(subject.case, explanation, around(subject.case), problem)
