"""The steps of a refresh that watch the models: count, judge, explain, value, raise alerts, advise, send word."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace

from watchroom.errors import SourceError
from watchroom.explain.contract import Limits
from watchroom.jobs.alerts.notify import send
from watchroom.jobs.alerts.record import record_alerts
from watchroom.jobs.approvals.alert import raise_approval_alerts
from watchroom.jobs.approvals.tag import write_tags
from watchroom.jobs.compare.step import compare_versions
from watchroom.jobs.decision_ids import index_ids
from watchroom.jobs.evaluate.conditions import conditions
from watchroom.jobs.evaluate.step import Evaluation, evaluate
from watchroom.jobs.explain.step import ExplainResult, explain_models
from watchroom.jobs.fairness.step import judge_fairness
from watchroom.jobs.governance import Governed, govern
from watchroom.jobs.loads import try_to_load
from watchroom.jobs.profile.problems import engine_failed
from watchroom.jobs.profile.step import ProfileCounts, ProfileResult, profile_models
from watchroom.jobs.reminders import send_reminders
from watchroom.jobs.reports_due import send_reports
from watchroom.jobs.steps import Step, status_of
from watchroom.jobs.value.step import advise_on, look_ahead, work_out_value
from watchroom.ledger import Ledger
from watchroom.settings import Settings
from watchroom.sources.decisions.contract import Engine
from watchroom.sources.decisions.engines import open_engine
from watchroom.sources.decisions.spark_session import SparkPlace
from watchroom.sources.tracking.contract import Problem, TrackingSource
from watchroom.sources.tracking.version_tags import tag_writer
from watchroom.store.draft import Draft
from watchroom.workspace.load import Workspace
from watchroom.workspace.room_file import RoomSettings


@dataclass(frozen=True)
class Watched:
    """What the steps found wrong, and the ledger's head after them; None when nothing was written to it."""

    problems: tuple[Problem, ...]
    head: tuple[int, str] | None
    model_files: frozenset[str] | None
    """The folders of model files that the snapshot needs; None when that is not known."""


@dataclass(frozen=True)
class Around:
    """What the steps work with besides the draft: the workspace, its settings, the program's, and MLflow."""

    workspace: Workspace
    room: RoomSettings
    program: Settings
    tracking: TrackingSource


def watch_models(draft: Draft, ledger: Ledger, around: Around, step: Step, *, record: bool) -> Watched:
    """Fill the parts from `profile` to `portfolio`. The draft's `mlflow` and `room` must be there.

    Without `record` the ledger is not to be written: alerts are those it holds, and nobody is told.
    """
    workspace = around.workspace
    with ExitStack() as stack:
        engine = _engine(stack, around.room, draft)
        profiled = _count(draft, workspace, engine, step)
        judged = _judge(draft, workspace, profiled, step)
        compared = _compare(draft, workspace, profiled, step)
        explained = None if isinstance(engine, SourceError) else _explain(draft, around, engine, profiled, step)
        paired = () if isinstance(engine, SourceError) else _compare_versions(draft, workspace, engine, step)
        valued = () if isinstance(engine, SourceError) else work_out_value(draft, workspace, engine, step)
    _load(draft, around, step)
    with step("Raise and end alerts") as said:
        found = conditions(draft, workspace.models, draft.made_at.date())
        known = {model: version for model, version in judged.complete.items() if model not in profiled.incomplete}
        result = record_alerts(draft, ledger, found, known, append=record)
        said["detail"] = result.detail
        said["status"] = "partial" if result.problems else "done"
    ahead = look_ahead(draft, workspace, step)  # checks look at cut-offs, runway and releases
    governed = govern(Governed(draft, ledger, workspace, record), step)
    with step("Watch approvals") as said:
        measured, result = result, raise_approval_alerts(draft, ledger, result)
        said["detail"] = result.detail if result is not measured else "nothing new"
        said["status"] = "partial" if len(result.problems) > len(measured.problems) else "done"
    tagged = _tag(draft, around, step) if record and around.room.mlflow.write_approval_tag else ()
    advised = advise_on(draft, workspace, step)
    problems = (
        *profiled.problems,
        *judged.problems,
        *compared,
        *(explained.problems if explained else ()),
        *paired,
        *valued,
        *result.problems,
        *ahead,
        *governed,
        *tagged,
        *advised,
    )
    if around.room.notify:
        with step("Send word of alerts") as said:
            sent = send(ledger, result, around.room)
            said["detail"] = sent.detail
            said["status"] = "partial" if sent.problems else "done"
        problems = (*problems, *sent.problems)
        with step("Remind of what is due") as said:
            sent = send_reminders(draft, ledger, around.room)
            said["detail"], said["status"] = sent.detail, "partial" if sent.problems else "done"
        problems = (*problems, *sent.problems)
    if around.room.notify and around.room.reports and record:
        with step("Send reports") as said:
            sent = send_reports(draft, ledger, around.room)
            said["detail"], said["status"] = sent.detail, "partial" if sent.problems else "done"
        problems = (*problems, *sent.problems)
    return Watched(problems, result.head if record else None, explained.files if explained else None)


def _tag(draft: Draft, around: Around, step: Step) -> tuple[Problem, ...]:
    """The one thing that is written to MLflow, where the workspace asks for it."""
    with step("Let MLflow's tag follow approvals") as said:
        uri, registry = around.workspace.tracking_uri or "", around.workspace.registry_uri
        seconds, retries = around.program.http_timeout_seconds, around.program.http_retries
        write = tag_writer(uri, registry, timeout_seconds=seconds, retries=retries)
        written, problems = write_tags(draft, write)
        said["detail"] = f"written: {written:,}" if written else "nothing new"
        said["status"] = "partial" if problems else "done"
    return problems


def _engine(stack: ExitStack, room: RoomSettings, draft: Draft) -> Engine | SourceError:
    """What reads the logs; the error when it cannot be had, which concerns all models alike."""
    try:
        return stack.enter_context(open_engine(_spark(room), draft.spill))
    except SourceError as error:
        return error


def _count(draft: Draft, workspace: Workspace, engine: Engine | SourceError, step: Step) -> ProfileResult:
    with step("Count the decision logs") as said:
        if isinstance(engine, SourceError):
            unknown = frozenset(model for model, spec in workspace.models.items() if spec.decisions)
            profiled = ProfileResult((engine_failed(engine),), {}, ProfileCounts(), unknown)
        else:
            profiled = profile_models(draft, workspace, engine)
        said["detail"] = str(profiled.counts)
        said["status"] = status_of(profiled.problems)
    return profiled


def _compare(draft: Draft, workspace: Workspace, profiled: ProfileResult, step: Step) -> tuple[Problem, ...]:
    with step("Compare groups") as said:
        compared = judge_fairness(draft, workspace, profiled.touched)
        said["detail"] = f"models compared anew: {compared.judged:,}" if compared.judged else "nothing new"
        said["status"] = "partial" if compared.problems else "done"
    return compared.problems


def _explain(draft: Draft, around: Around, engine: Engine, profiled: ProfileResult, step: Step) -> ExplainResult:
    """Note the days of decisions, and explain what is new."""
    problems: list[Problem] = []
    with step("Note the days of decisions") as said:
        noted = index_ids(draft, around.workspace, engine, profiled.touched)
        problems += noted.problems
        said["detail"], said["status"] = str(noted), "partial" if noted.problems else "done"
    with step("Explain decisions") as said:
        limits = Limits(around.program.explain_seconds, around.program.explain_memory_mb)
        explained = explain_models(draft, around.workspace, (engine, around.tracking), profiled.touched, limits)
        said["detail"], said["status"] = str(explained), "partial" if explained.problems else "done"
    return replace(explained, problems=(*problems, *explained.problems))


def _load(draft: Draft, around: Around, step: Step) -> None:
    with step("Try to load models") as said:
        limits = Limits(around.program.explain_seconds, around.program.explain_memory_mb)
        said["detail"] = str(try_to_load(draft, around.workspace, around.tracking, limits))


def _compare_versions(draft: Draft, workspace: Workspace, engine: Engine, step: Step) -> tuple[Problem, ...]:
    with step("Compare versions") as said:
        compared = compare_versions(draft, workspace, engine)
        said["detail"], said["status"] = str(compared), "partial" if compared.problems else "done"
    return compared.problems


def _spark(room: RoomSettings) -> SparkPlace | None:
    if room.engine == "duckdb":
        return None
    spark = room.engine.spark
    return SparkPlace(spark.remote.reveal() if spark.remote else None, spark.master)


def _judge(draft: Draft, workspace: Workspace, profiled: ProfileResult, step: Step) -> Evaluation:
    with step("Judge drift, quality and performance") as said:
        judged = evaluate(draft, workspace, profiled.touched, draft.made_at.date())
        said["detail"] = f"models judged anew: {judged.evaluated:,}" if judged.evaluated else "nothing new"
    return judged
