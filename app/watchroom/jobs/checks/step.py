"""The step of a refresh that checks what can be checked: every item of every version, and the ML Test Score."""

from __future__ import annotations

from dataclasses import dataclass

from watchroom.jobs.checks.subjects import fill_subjects
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.workspace.load import Workspace

__all__ = ["CheckResult", "again_after_sign_offs", "fill_subjects", "run_checks"]


@dataclass(frozen=True)
class CheckResult:
    """What went wrong, one problem for each check that could not be asked; and what was done, in words."""

    problems: tuple[Problem, ...]
    detail: str


def run_checks(draft: Draft, workspace: Workspace) -> CheckResult:
    """Ask every check for every version, and fill `checks`, `check_queries` and `check_scores`.

    `check_subjects` and the tables of policies, answers, waivers, evidence must be there.
    """
    raise NotImplementedError


def again_after_sign_offs(draft: Draft) -> CheckResult:
    """Ask those checks again that rest on sign-offs, once `approvals` and `approval_states` are judged."""
    raise NotImplementedError
