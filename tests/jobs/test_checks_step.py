"""The step of checks: each item judged once, dated by when it was first found so, and one bad check stops no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.jobs.own_check_room import drafted, put
from watchroom.domain.test_score import Counted, SectionScore, ml_test_score
from watchroom.jobs.checks.literals import kept_sql
from watchroom.jobs.checks.step import again_after_sign_offs, run_checks
from watchroom.store.draft import Draft
from watchroom.workspace.load import Workspace

ITEMS: list[tuple[str, str, dict[str, Any], str]] = [
    ("team", "team_known", {}, "low"),
    ("asked", "question", {}, "low"),
    ("critical-alone", "runbook", {}, "critical"),
    ("wrong", "metric_within", {}, "low"),
    ("unheard-of", "no_such_kind", {}, "low"),
    ("own", "sql", {"sql": "select model, version, getenv('HOME') is null as passes from check_subjects"}, "low"),
    ("tested", "tests_passed", {}, "low"),
    ("own-well", "sql", {"sql": "select model, version, version = 1 as passes from check_subjects"}, "low"),
]


def test_one_bad_check_is_unknown_with_its_reason_and_the_others_are_asked(tmp_path: Path) -> None:
    workspace = cast(Workspace, SimpleNamespace(folder=tmp_path))
    with drafted(tmp_path) as draft:
        for position, (item, kind, params, tier) in enumerate(ITEMS, 1):
            told = {"stage": "pilot", "role": "business", "digest": item, "section": "data", "tier": tier}
            text = {"kind": kind, "params": json.dumps(params), "position": position}
            put(draft, "policy_items", {"policy": "own", "item": item, **told, **text})
        put(draft, "owners", {"model": "churn", "role": "business", "person": "bea"})
        answer = {"seq": 1, "at": datetime(2026, 1, 1), "actor": "bea", "role": "business", "met": True}
        put(draft, "answers", {"model": "churn", "version": 1, "item": "asked", "digest": "asked", **answer})
        for seq, (version, actor) in enumerate(((1, "bea"), (2, "ci on the command line")), 1):
            told = {
                "at": datetime(2026, 1, 1),
                "item": "tested",
                "kind": "junit",
                "tests": 3,
                "failed": 0,
                "status": "held",
            }
            put(
                draft,
                "evidence",
                {"seq": seq, "model": "churn", "version": version, "name": "a", "actor": actor, **told},
            )
        result = run_checks(draft, workspace)
        rows = draft.connection.execute("select model, version, item, status, person, evidence from checks.checks")
        found = {row[:3]: row[3:] for row in rows.fetchall()}
        first = draft.made_at
        draft.made_at = first + timedelta(days=1)
        assert run_checks(draft, workspace).detail == result.detail
        dated = draft.connection.execute('select distinct "at" from checks.checks').fetchall()
        scores = draft.connection.execute(
            "select section, score, most from checks.check_scores where model = 'churn' and version = 1"
        ).fetchall()
    assert found[("churn", 1, "asked")][:2] == ("pass", "bea")
    assert found[("stock", 1, "asked")][:2] == ("unknown", None)
    assert found[("churn", 1, "team")][0] == "fail"
    assert found[("churn", 1, "own-well")][0] == "pass"
    assert found[("churn", 2, "own-well")][0] == "fail"
    assert ("churn", 1, "critical-alone") not in found
    for item in ("wrong", "unheard-of", "own"):
        assert found[("churn", 1, item)][0] == "unknown"
        assert found[("churn", 1, item)][2].startswith("It could not be checked.")
    assert len(result.problems) == 3
    assert dated == [(first.astimezone(UTC).replace(tzinfo=None),)]
    assert (
        "data",
        3.0,
        8,
    ) in scores  # the runbook counts, though its tier is not asked for it; a report by hand is half


def one_item(draft: Draft, item: str, kind: str, params: dict[str, Any], position: int = 1) -> None:
    told = {"stage": "pilot", "role": "business", "digest": item, "section": "data", "tier": "low"}
    put(
        draft,
        "policy_items",
        {"policy": "own", "item": item, **told, "kind": kind, "params": json.dumps(params), "position": position},
    )


def test_when_the_time_for_own_checks_is_used_up_the_rest_is_unknown_with_one_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watchroom.jobs.checks.own.ALL_SECONDS", 1e-6)
    with drafted(tmp_path) as draft:
        for position in range(1, 7):
            sql = f"select model, version, {position} > 0 as passes from check_subjects"
            one_item(draft, f"own-{position}", "sql", {"sql": sql}, position)
        result = run_checks(draft, cast(Workspace, SimpleNamespace(folder=tmp_path)))
        rows = draft.connection.execute(
            "select measured, evidence, count(distinct item) from checks.checks group by all order by 3"
        ).fetchall()
    assert [row[0] for row in rows] == ["pass", "unknown"]
    assert rows[1][1:] == ("The time for own checks was used up.", 5)
    (problem,) = result.problems
    assert "and 2 more" in problem.why


def test_a_parameter_that_holds_the_name_of_the_time_is_text_like_any_other(tmp_path: Path) -> None:
    with drafted(tmp_path) as draft:
        one_item(draft, "base", "beats_baseline", {"marks": ["it's $now"]})
        result = run_checks(draft, cast(Workspace, SimpleNamespace(folder=tmp_path)))
        kept = draft.connection.execute("select sql from checks.check_queries").fetchall()
    assert result.problems == ()
    assert "it''s $now" in kept[0][0]
    assert kept_sql("select $now, '$now', \"$now\" -- $now") == "select localtimestamp, '$now', \"$now\" -- $now"


def test_after_sign_offs_only_what_rests_on_them_is_written_anew(tmp_path: Path) -> None:
    with drafted(tmp_path) as draft:
        one_item(draft, "team", "team_known", {})
        one_item(draft, "signed", "approved", {}, 2)
        run_checks(draft, cast(Workspace, SimpleNamespace(folder=tmp_path)))
        draft.connection.execute("update checks.checks set value = 'left alone' where item = 'team'")
        draft.connection.execute("update checks.checks set value = 'old', status = 'pass' where item = 'signed'")
        again_after_sign_offs(draft)
        rows = draft.connection.execute("select item, value from checks.checks order by item").fetchall()
    assert len(rows) == 6
    assert [row for row in rows if row[0] == "team"] == [("team", "left alone")] * 3
    assert "old" not in {row[1] for row in rows}


def test_the_total_is_the_least_of_the_sections_and_a_person_counts_half() -> None:
    items = [Counted("data", True, True), Counted("data", True, False), Counted("model", True, True)]
    assert ml_test_score([*items, Counted("model", False, False)]) == (
        SectionScore("data", 1.5, 2),
        SectionScore("model", 0.5, 2),
        SectionScore("infrastructure", 0, 7),
        SectionScore("monitoring", 0, 7),
        SectionScore("total", 0, 2),
    )
    assert ml_test_score([]) == ()
