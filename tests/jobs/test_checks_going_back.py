"""What a version could go back to is what the page Versions judges, and going back counts that only the log shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.jobs.own_check_room import drafted, put
from watchroom.jobs.checks.found import Found, Version
from watchroom.jobs.checks.going_back import GoingBack
from watchroom.workspace.load import Workspace

ASKED = Found("pass", "9", "Version 9 can be gone back to: it loads.")
NEVER = Found("fail", "0", "The champion was never seen to move to an older version.")


def answers(folder: Path, serving: Sequence[int], kind: str, of: int, loads: str | None = "loaded") -> Found:
    """What is found of a version, where these served for ten days each, one after another."""
    workspace = cast(Workspace, SimpleNamespace(folder=folder, models={}))
    with drafted(folder) as draft:
        first = draft.made_at.date() - timedelta(days=10 * len(serving))
        for place, version in enumerate(serving):
            days: list[date] = [first + timedelta(days=10 * place + day) for day in range(10)]
            put(draft, "volume", *({"model": "churn", "version": version, "day": day, "decisions": 50} for day in days))
        for version in {*serving, of}:
            put(draft, "model_versions", {"name": "churn", "version": version, "source": f"s{version}"})
            put(draft, "model_files", {"location": f"s{version}", "load_status": loads})
        asked: Mapping[Version, Found] = {("churn", of): ASKED if kind == "rollback_target" else NEVER}
        return GoingBack(draft, workspace).refined(kind, asked)[("churn", of)]


@pytest.mark.parametrize(
    ("serving", "of", "loads", "expected"),
    [
        ((1, 2), 2, "loaded", ("pass", "1")),
        ((1, 2), 3, "loaded", ("pass", "2")),  # not in service yet: the one that is would take over again
        ((1, 2, 1, 3), 3, "loaded", ("pass", "1")),  # the second was gone back from
        ((1, 2, 1), 2, "loaded", ("pass", "1")),
        ((1, 2), 2, None, ("unknown", "1")),
        ((1, 2), 2, "failed", ("fail", None)),
        ((2,), 2, "loaded", ("pass", "9")),  # nothing served before: as the files say
    ],
)
def test_the_version_to_go_back_to_is_the_last_known_good(
    tmp_path: Path, serving: Sequence[int], of: int, loads: str | None, expected: tuple[str, str | None]
) -> None:
    one = answers(tmp_path, serving, "rollback_target", of, loads)
    assert (one.measured, one.value) == expected, one


def test_going_back_counts_that_the_log_alone_shows(tmp_path: Path) -> None:
    assert answers(tmp_path, (1, 2, 1), "rollback_tried", 1).measured == "pass"


def test_going_on_to_a_newer_version_is_not_going_back(tmp_path: Path) -> None:
    assert answers(tmp_path, (1, 2), "rollback_tried", 2) == NEVER
