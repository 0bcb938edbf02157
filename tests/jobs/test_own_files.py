"""`watchroom check` names the checks of a workspace's own that can never run, and runs none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from watchroom.jobs.checks.own_files import own_mistakes
from watchroom.workspace.check import check_workspace

GOOD = "select model, version, true as passes from check_subjects"


def told(folder: Path, check: str, **files: str) -> list[str]:
    (folder / "policies").mkdir()
    (folder / "watchroom.yaml").write_text("time_zone: UTC\n", "utf-8")
    item = "{stage: pilot, tier: low, role: reviewer, text: Mine., check: " + check + "}"
    (folder / "policies" / "bank.yaml").write_text(f"title: Bank\nitems:\n  mine: {item}\n", "utf-8")
    for name, text in files.items():
        (folder / "policies" / f"{name}.py").write_text(text, "utf-8")
    return [f"{one.file} {one.field} {one}" for one in check_workspace(folder, {}, besides=own_mistakes).problems]


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("{sql: \"select * from read_text('/etc/passwd')\"}", "cannot be used"),
        ('{sql: "select model from secrets"}', "no public table 'secrets'"),
        ('{sql: "selekt 1"}', "not one SELECT"),
        ('{python: "gone.py:check"}', "policies/gone.py"),
        ('{python: "mine.py:chekk"}', "no function chekk in mine.py"),
        ('{python: "broken.py:check"}', "broken.py, line 1"),
        ('{python: "mine.py:check", tables: [secrets]}', "no public table 'secrets'"),
    ],
)
def test_a_check_that_can_never_run_is_a_mistake_of_its_item(tmp_path: Path, check: str, said: str) -> None:
    (one,) = told(tmp_path, check, mine="def check(version, tables):\n    return True\n", broken="def check(:\n")
    assert one.startswith("policies/bank.yaml items.mine.check")
    assert said in one


@pytest.mark.parametrize("check", [f'{{sql: "{GOOD}"}}', '{python: "mine.py:check"}', '{python: "operator:is_"}'])
def test_a_check_that_can_run_is_none_and_nothing_of_it_runs(tmp_path: Path, check: str) -> None:
    assert told(tmp_path, check, mine="raise SystemExit\ndef check(version, tables):\n    return True\n") == []
