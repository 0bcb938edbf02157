"""`watchroom check`: everything that is wrong in a workspace's files, as lines of text.

Nothing outside the files is asked: neither MLflow nor the logs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from watchroom.errors import WorkspaceError
from watchroom.workspace.card_file import read_cards
from watchroom.workspace.load import Workspace, load_workspace
from watchroom.workspace.mistakes import printable


@dataclass(frozen=True)
class CheckReport:
    """What a check found: how many files it read, how many models are in order, and each mistake."""

    folder: Path
    files: int
    models: int
    problems: tuple[WorkspaceError, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no mistake at all."""
        return not self.problems

    def lines(self) -> tuple[str, ...]:
        """A line for each mistake, then one that counts them."""
        return (*(problem_line(problem) for problem in self.problems), self.summary)

    @property
    def summary(self) -> str:
        """The counts in a sentence: `5 files, 4 models in order, 2 mistakes.`."""
        found = _count(len(self.problems), "mistake") if self.problems else "no mistake"
        return f"{_count(self.files, 'file')}, {_count(self.models, 'model')} in order, {found}."


def check_workspace(
    folder: Path,
    environ: Mapping[str, str] = os.environ,
    *,
    besides: Callable[[Workspace], Iterable[WorkspaceError]] = lambda _: (),
) -> CheckReport:
    """Reads every file of the workspace and says what is wrong; whether that is a failure is the caller's to say.

    `besides` finds what this room cannot: whether a check of one's own can run.
    """
    workspace = load_workspace(folder, environ)
    cards = read_cards(workspace)
    problems = (*workspace.problems, *cards.problems, *besides(workspace))
    return CheckReport(workspace.folder, workspace.checked + len(cards.cards), len(workspace.models), problems)


def problem_line(problem: WorkspaceError) -> str:
    """A mistake on one line: `models/churn.yaml:12 monitor.drift.method: …`."""
    place = problem.file + (f":{problem.line}" if problem.line is not None else "")
    where = " ".join(part for part in (place, problem.field) if part)
    said = " ".join(part for part in (problem.what, problem.why, problem.next_step) if part)
    return printable(f"{where}: {said}" if where else said)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
