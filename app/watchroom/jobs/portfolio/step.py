"""Fill the part `portfolio` of a draft. It is made whole each time: that takes seconds for the largest registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchroom.jobs.portfolio.belonging import belonging
from watchroom.jobs.portfolio.projects import project_rows
from watchroom.jobs.portfolio.releases import release_rows, releases_of
from watchroom.jobs.portfolio.work import work_rows
from watchroom.store.draft import Draft
from watchroom.store.whole import put_whole
from watchroom.workspace.load import Workspace

Rows = Sequence[tuple[Any, ...]]


def fill_portfolio(draft: Draft, workspace: Workspace) -> str:
    """Make `releases`, `projects` and `experiment_work` anew; returns what was found, in words.

    The parts `mlflow`, `room`, `profile` and `health` of the draft must be there. A part that comes out as it was is
    left alone, so that a refresh without news copies nothing.
    """
    found = releases_of(draft, workspace)
    owned = belonging(draft)
    tables: dict[str, Rows] = {
        "releases": release_rows(found),
        "projects": project_rows(draft, found, owned),
        "experiment_work": work_rows(draft, owned),
    }
    if not any([put_whole(draft, name, rows) for name, rows in tables.items()]):
        return "nothing new"
    return (
        f"releases: {len(tables['releases']):,}, projects: {len(tables['projects']):,}, "
        f"experiments by month: {len(tables['experiment_work']):,}"
    )
