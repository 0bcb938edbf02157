"""The step that works out KPIs: the formulas of the models' files over what the logs hold, by day, week and month.

One formula that does not work, or one log that cannot be read, costs the others nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from watchroom.jobs.explain.logs import Logs, Source
from watchroom.jobs.profile import problems as say
from watchroom.jobs.value.failed import model_failed
from watchroom.jobs.value.kpi_model import ModelKpis, Tools
from watchroom.jobs.value.kpi_task import Task
from watchroom.jobs.value.sandbox import Sandbox
from watchroom.sources.decisions.contract import Engine, FileProblem
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.store.kpis import KpiStore
from watchroom.store.value_notes import in_turn
from watchroom.workspace.load import Workspace
from watchroom.workspace.mistakes import quoted
from watchroom.workspace.model_file import ModelSpec

SECONDS = 120.0
"""For all KPIs in one refresh: some hundred months of a million decisions. The others are at the next ones."""

_FAILED = "The KPIs of the model could not be worked out; their values are from before."


@dataclass(frozen=True)
class KpiResult:
    """How many KPIs were worked out anew, how many months are left for the next refresh, and what went wrong."""

    worked: int
    problems: tuple[Problem, ...] = ()
    left: int = 0

    @property
    def detail(self) -> str:
        """What was done, in words."""
        if not self.worked and not self.left:
            return "nothing new"
        left = f", months left for the next refresh: {self.left:,}" if self.left else ""
        return f"KPIs worked out anew: {self.worked:,}{left}"


def work_out_kpis(draft: Draft, workspace: Workspace, engine: Engine, *, seconds: float = SECONDS) -> KpiResult:
    """Bring `kpi_values` and `kpi_runs` up to date. `value_serving` and the part `profile` must be in the draft.

    After `seconds` no other month of a model is begun: what is held of those that are left stands until the next
    refresh, which takes their models first. Never raises for what concerns one model.
    """
    store, until = KpiStore(draft), time.monotonic() + seconds
    for model in sorted(store.models() - workspace.models.keys() - set(workspace.files)):
        with draft.transaction("value"):
            store.forget(model)
    problems, worked, left, first = list[Problem](), 0, 0, store.left()
    with Sandbox(draft.spill) as sandbox:
        for model in in_turn(workspace.models, first):
            spec = workspace.models[model]
            found = ModelKpis(Tools(store, engine, sandbox), spec, Logs(Source(draft, workspace, engine), model, spec))
            try:
                _bring_up_to_date(draft, found, until)
                problems += _said(workspace, store, spec, found.tasks)
                worked += sum(task.ran for task in found.tasks)
                left += sum(task.left for task in found.tasks)
            except FileProblem as problem:
                problems.append(say.file_problem(model, problem))
            except Exception as error:  # noqa: BLE001, whatever one model's log brings about must not stop the others
                problems.append(model_failed(workspace, model, "kpis", _FAILED, error))
    return KpiResult(worked, tuple(problems), left)


def _bring_up_to_date(draft: Draft, found: ModelKpis, until: float) -> None:
    """Work out what is due of a model as far as there is time, and write it all at once."""
    found.plan()
    found.work_out(until)
    writes = found.writes(draft.made_at.replace(tzinfo=None))
    if writes:
        with draft.transaction("value"):
            for write in writes:
                write()


def _said(workspace: Workspace, store: KpiStore, spec: ModelSpec, tasks: Iterable[Task]) -> Iterator[Problem]:
    """What is wrong with a model's formulas, said by every refresh until it is mended."""
    runs = store.runs(spec.model)
    for task in tasks:
        place = f"{workspace.files.get(spec.model, spec.model)} (kpis[{spec.kpis.index(task.kpi)}].sql)"
        run = runs.get(task.kpi.name)
        if run is not None and run.error is not None and spec.decisions is not None:
            what = f"The KPI {quoted(task.kpi.name)} has no new values."
            yield say.log_problem(
                spec.model, place, what, severity="error", why=run.error, next_step=run.next_step or ""
            )
        if task.note.odd:
            yield _odd(spec.model, place, task)
        if task.left:
            yield say.log_problem(
                spec.model,
                place,
                f"{task.left:,} months of the KPI {quoted(task.kpi.name)} are left for the next refresh.",
                severity="note",
                why="There was no time for more in this one.",
                count=task.left,
            )


def _odd(model: str, place: str, task: Task) -> Problem:
    months = task.note.odd
    more = f" and {len(months) - 1:,} more" if len(months) > 1 else ""
    return say.log_problem(
        model,
        place,
        f"The KPI {quoted(task.kpi.name)} gave no number for periods of {months[-1]}{more}.",
        why="It came to infinity or to no number at all (NaN), as a division by zero does.",
        next_step="Divide by `nullif(…, 0)`: the KPI then has no value for such a period.",
        count=len(months),
    )
