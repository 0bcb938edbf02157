"""The printed page of one decision, made from the command line: the same that the Decision page gives."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from watchroom.desk import cases
from watchroom.desk.cases import Looked, Subject
from watchroom.desk.decisions import Decisions
from watchroom.desk.explaining import Desk
from watchroom.domain.decision import Case, Explanation
from watchroom.errors import ExplainError, StoreError, WatchroomError
from watchroom.reports.decision import html
from watchroom.reports.decision_alike import alike
from watchroom.reports.decision_besides import Besides
from watchroom.reports.decision_facts import facts, surroundings
from watchroom.reports.one_page import Asked, Kind
from watchroom.reports.pdf import pdf
from watchroom.settings import Settings
from watchroom.store.queries import decision as queries
from watchroom.store.queries import models
from watchroom.store.snapshot import ReaderLimits, Snapshot, SnapshotStore
from watchroom.workspace.load import load_workspace


def decision_report(
    settings: Settings, model: str, prediction_id: str, *, version: int | None, kind: Kind, asked_by: str
) -> bytes:
    """The report of the decision by that version, else by the champion of that time.

    Raises StoreError when there is no such model or decision. One that cannot be explained is reported without why.
    """
    workspace = load_workspace(settings.workspace)
    store = SnapshotStore(workspace.store, ReaderLimits.of(settings))
    desk = Desk(workspace.store, memory_mb=settings.explain_memory_mb)
    decisions = Decisions(settings.workspace, seconds=settings.query_seconds, memory_mb=settings.memory_limit_mb)
    try:
        with store.lease() as snapshot:
            zone = ZoneInfo(workspace.settings.time_zone) if workspace.settings else ZoneInfo("UTC")
            page = _page(snapshot, desk, decisions, model, prediction_id, version,
                         Asked(asked_by, datetime.now(UTC)), zone)  # fmt: skip
    finally:
        desk.close()
        store.close()
    return pdf(page) if kind == "pdf" else page.encode(errors="replace")


def _page(
    snapshot: Snapshot, desk: Desk, decisions: Decisions, model: str, prediction_id: str, version: int | None,
    asked: Asked, zone: ZoneInfo,
) -> str:  # fmt: skip
    known = models.names(snapshot)
    if model not in known:
        raise StoreError(f"There is no model {model[:80]!r} in this snapshot.", next_step=f"It has {', '.join(known)}.")
    subject, looked = cases.look_up(
        queries.sampled(snapshot, model=model, prediction_id=prediction_id),
        lambda: cases.in_log(decisions, snapshot, model=model, prediction_id=prediction_id),
        version,
        lambda case: _was_champion(snapshot, case),
        days=cases.days_of(snapshot, model=model, prediction_id=prediction_id),
    )
    if subject is None:
        by = f" by version {version}" if looked.cases else ""
        made = ", ".join(map(str, looked.versions))
        why = f"It was made by version {made}." if made else looked.why
        raise StoreError(f"There is no decision {prediction_id[:80]!r}{by}.", why=why, next_step=looked.next_step)
    case = subject.case
    around = surroundings(snapshot, model=model, version=case.version, at=case.at)
    explanation, problem = _explained(snapshot, desk, decisions, subject)
    told = facts(case, explanation, around, problem)
    return html(told, asked, zone, Besides(_every(snapshot, decisions, subject, looked), alike(snapshot, told)))


def _every(snapshot: Snapshot, decisions: Decisions, subject: Subject, looked: Looked) -> tuple[Case, ...]:
    """The decision by every version: of the log where it can be read, else as far as the sample has it."""
    try:
        logged = cases.in_log(decisions, snapshot, model=subject.case.model, prediction_id=subject.case.id)
    except WatchroomError:
        return looked.cases
    return logged.cases or looked.cases


def _was_champion(snapshot: Snapshot, case: Case) -> bool:
    return queries.reign(snapshot, model=case.model, version=case.version, at=case.at).champion == case.version


def _explained(
    snapshot: Snapshot, desk: Desk, decisions: Decisions, subject: Subject
) -> tuple[Explanation | None, str]:
    """Why, if it can be told, else what is in the way: a report of what was live is worth something without it."""
    if subject.explanation is not None:
        return subject.explanation, ""
    try:
        return cases.fresh(desk, decisions, snapshot, subject.case), ""
    except ExplainError as problem:
        return None, str(problem)
