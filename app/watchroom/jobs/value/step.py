"""The steps of a refresh that say what models are worth: KPIs, money, cut-offs, runway; the portfolio; what to do next.

Each is in a module of its own; here is their order, and what stands between one that fails and the others.
"""

from __future__ import annotations

from collections.abc import Callable

from watchroom.jobs.portfolio.step import fill_portfolio
from watchroom.jobs.steps import Step, status_of
from watchroom.jobs.value.actions import advise
from watchroom.jobs.value.cutoffs import find_cutoffs
from watchroom.jobs.value.failed import failed
from watchroom.jobs.value.kpis import work_out_kpis
from watchroom.jobs.value.money import count_money
from watchroom.jobs.value.runway import find_runway
from watchroom.jobs.value.serving import fill_serving
from watchroom.sources.decisions.contract import Engine
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.workspace.load import Workspace

_FAILED = "This step of the refresh failed; what it said before stands."


def work_out_value(draft: Draft, workspace: Workspace, engine: Engine, step: Step) -> tuple[Problem, ...]:
    """Bring KPIs and money up to date with the logs. The parts `profile`, `health`, `compare`, `room` must be there."""
    with step("Work out KPIs") as said:
        fill_serving(draft)
        kpis = work_out_kpis(draft, workspace, engine)
        said["detail"], said["status"] = kpis.detail, status_of(kpis.problems)
    with step("Work out money") as said:
        money = count_money(draft, workspace, engine)
        said["detail"], said["status"] = money.detail, status_of(money.problems)
    return (*kpis.problems, *money.problems)


def look_ahead(draft: Draft, workspace: Workspace, step: Step) -> tuple[Problem, ...]:
    """Cut-offs, runway and portfolio, from what is in the draft by now, the alerts included."""
    return _worked_out(draft, workspace, step, _AHEAD)


def advise_on(draft: Draft, workspace: Workspace, step: Step) -> tuple[Problem, ...]:
    """Next actions, when all else is there: the sign-offs too."""
    return _worked_out(draft, workspace, step, _ADVICE)


def _worked_out(draft: Draft, workspace: Workspace, step: Step, acts: Acts) -> tuple[Problem, ...]:
    problems: list[Problem] = []
    for name, act in acts:
        with step(name) as said:
            try:
                done = act(draft, workspace)
                said["detail"], of_models = (done, ()) if isinstance(done, str) else done
                if of_models:
                    problems += of_models
                    said["status"] = "partial"
            except Exception as error:  # noqa: BLE001, what is advised must never keep what was measured from being shown
                problems.append(failed(name, _FAILED, error))
                said["detail"], said["status"] = "failed", "partial"
    return tuple(problems)


def _runway(draft: Draft, workspace: Workspace) -> str:
    found = find_runway(draft, workspace)
    return f"models worked out anew: {found:,}" if found else "nothing new"


Done = str | tuple[str, tuple[Problem, ...]]
"""What was done, in words; where single models may fail, with what is to be said of those."""

Acts = tuple[tuple[str, Callable[[Draft, Workspace], Done]], ...]
"""Steps in their order: each by its name, with its function."""

_AHEAD: Acts = (
    ("Find the best cut-offs", find_cutoffs),
    ("See until when models pay", _runway),
    ("Look at the portfolio", fill_portfolio),
)

_ADVICE: Acts = (("Advise on what to do next", advise),)
