"""The health steps of a refresh: count the logs, judge what was counted, raise and end alerts, send word of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from watchroom.errors import SourceError
from watchroom.jobs.alerts.notify import send
from watchroom.jobs.alerts.record import record_alerts
from watchroom.jobs.evaluate.conditions import conditions
from watchroom.jobs.evaluate.step import Evaluation, evaluate
from watchroom.jobs.profile.problems import engine_failed
from watchroom.jobs.profile.step import ProfileCounts, ProfileResult, profile_models
from watchroom.ledger import Ledger
from watchroom.sources.decisions.engines import open_engine
from watchroom.sources.decisions.spark_session import SparkPlace
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.workspace.load import Workspace
from watchroom.workspace.room_file import RoomSettings

Step = Callable[[str], AbstractContextManager[dict[str, str]]]


@dataclass(frozen=True)
class Watched:
    """What the steps found wrong, and the ledger's head after them; None when nothing was written to it."""

    problems: tuple[Problem, ...]
    head: tuple[int, str] | None


def watch_models(
    draft: Draft, ledger: Ledger, workspace: Workspace, room: RoomSettings, step: Step, *, record: bool
) -> Watched:
    """Fill the parts `profile` and `health`. The draft's `mlflow` and `room` tables must be there.

    Without `record` the ledger is not to be written: alerts are those it holds, and nobody is told.
    """
    profiled = _count(draft, workspace, room, step)
    judged = _judge(draft, workspace, profiled, step)
    with step("Raise and end alerts") as said:
        found = conditions(draft, workspace.models, draft.made_at.date())
        known = {model: version for model, version in judged.complete.items() if model not in profiled.incomplete}
        result = record_alerts(draft, ledger, found, known, append=record)
        said["detail"] = result.detail
        said["status"] = "partial" if result.problems else "done"
    problems = (*profiled.problems, *judged.problems, *result.problems)
    if room.notify:
        with step("Send word of alerts") as said:
            sent = send(ledger, result, room)
            said["detail"] = sent.detail
            said["status"] = "partial" if sent.problems else "done"
        problems = (*problems, *sent.problems)
    return Watched(problems, result.head if record else None)


def _count(draft: Draft, workspace: Workspace, room: RoomSettings, step: Step) -> ProfileResult:
    with step("Count the decision logs") as said:
        try:
            with open_engine(_spark(room), draft.spill) as engine:
                profiled = profile_models(draft, workspace, engine)
        except SourceError as error:
            unknown = frozenset(model for model, spec in workspace.models.items() if spec.decisions)
            profiled = ProfileResult((engine_failed(error),), {}, ProfileCounts(), unknown)
        said["detail"] = str(profiled.counts)
        said["status"] = "partial" if any(problem.severity == "error" for problem in profiled.problems) else "done"
    return profiled


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
