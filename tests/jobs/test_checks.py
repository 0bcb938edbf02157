"""What each kind of check says of a few rows: met, not met, too old, or nothing to tell it from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from watchroom.domain.check_kinds import KINDS, OWN, mistakes
from watchroom.jobs.checks.builtin import TEMPLATES, ask, sql_of
from watchroom.jobs.checks.document import checks_markdown
from watchroom.jobs.checks.found import Found, Question
from watchroom.jobs.checks.literals import kept_sql, literal
from watchroom.store.schema import TABLES

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
THEN = NOW.replace(tzinfo=None)
Tables = Mapping[str, Sequence[Mapping[str, Any]]]
MV = {"model": "m", "version": 2}
SUBJECT = {**MV, "policy": "p", "tier": "high", "is_champion": True, "is_challenger": False, "is_newest": True}
RUN = {"run_id": "r2", "experiment_id": "e", "status": "FINISHED", "lifecycle_stage": "active", "user": "ann"}
VERSION = {"name": "m", "version": 2, "run_id": "r2", "source": "s2", "created_at": THEN - timedelta(days=30)}
OLDER = {"name": "m", "version": 1, "run_id": "r1", "source": "s1"}
LOADED = {"location": "s1", "load_status": "loaded"}
SPEC = (
    '{"value": {"baseline": {"naive": "mean"}}, "decisions": {"groups": ["sex"]}, '
    '"outcomes": {"path": "x"}, "kpis": []}'
)
LONG = "word " * 20


def ago(days: int) -> datetime:
    return THEN - timedelta(days=days)


def metric(run: str, key: str, value: float, better: str = "higher") -> dict[str, Any]:
    return {"run_id": run, "key": key, "last": value, "better": better, "not_finite": 0}


def segments(**values: tuple[float, ...]) -> Tables:
    """What the run logged for each segment, by metric; which way `n` is better nobody knows."""
    return {
        "metrics": [
            metric("r2", f"segment/{place}/{name}", value, "higher" if name == "auc" else "unknown")
            for name, told in values.items()
            for place, value in enumerate(told)
        ]
    }


def owner(role: str, person: str) -> dict[str, Any]:
    return {"model": "m", "role": role, "person": person}


def report(at: datetime, failed: int, status: str = "held") -> dict[str, Any]:
    seq = int(at.timestamp())
    told = {"name": "tests.xml", "kind": "junit", "tests": 9, "failed": failed, "skipped": 1}
    return {**MV, "seq": seq, "at": at, "status": status, **told}


def named(name: str, at: datetime, failed: int = 0, **more: Any) -> dict[str, Any]:
    return {**report(at, failed), "name": name, **more}


def explained(at: datetime) -> dict[str, Any]:
    return {**MV, "status": "explained", "rows": 500, "reference_rows": 9, "explained_at": at}


def cutoff(low: float) -> dict[str, Any]:
    return {**MV, "in_use": 0.5, "best": 0.3, "gain_low": low, "gain_per_month": 9.0, "gain_high": 12.0}


def handed(state: str, stage: str) -> dict[str, Any]:
    return {**MV, "seq": 1, "state": state, "stage": stage, "to_team": "t", "ended_by": "ola", "ended_at": ago(1)}


def light(**parts: Any) -> Tables:
    return {"health": [{**MV, "n": 10, "performance_as_of": date(2026, 6, 20), **parts}]}


def fairness(ratio: float | None, low: float = 0.1) -> dict[str, Any]:
    told = {"group_column": "sex", "group_value": "f", "metric": "selection_rate", "best": "m", "status": "unclear"}
    return {**MV, "grain": "all", "ratio": ratio, "ratio_low": low, **told}


def unequal(metric: str, ratio: float, high: float | None = None) -> dict[str, Any]:
    return {**fairness(ratio), "metric": metric, "ratio_high": high}


REGRESSION = {"model": "m", "task": "regression"}


def paired(b_better: float, n: int = 500) -> dict[str, Any]:
    return {"model": "m", "version_a": 1, "version_b": 2, "metric": "worth", "b_better": b_better, "n": n}


def rival(digest: str) -> Tables:
    """Another person's run, on a dataset of this digest; the version's own is 1."""
    data = [{"run_id": "r2", "name": "d", "digest": "1"}, {"run_id": "b", "name": "d", "digest": digest}]
    return {"runs": [RUN, {**RUN, "run_id": "b", "user": "bob"}], "run_inputs": data}


def shares(*values: float) -> list[dict[str, Any]]:
    return [{**MV, "grain": "reference", "feature": f"x{n}", "share": share} for n, share in enumerate(values)]


def sign_off(role: str, actor: str, status: str = "valid") -> dict[str, Any]:
    said = {"stage": "deploy", "decision": "approved", "at": ago(9), "actor": actor, "role": role, "status": status}
    return {**MV, "seq": len(actor), **said}


def promoted(signed: list[dict[str, Any]], not_before: datetime | None = THEN) -> Tables:
    """Champion since five days, again since four; the rule asks for the reviewer."""
    told = {"model": "m", "version": 2, "event": "alias_moved", "name": "champion"}
    rules = '{"high": {"roles": ["reviewer"], "people": 1}}'
    return {
        "registry_events": [
            {**told, "seq": 1, "seen_at": ago(20), "not_before": ago(21)},
            {**told, "seq": 2, "seen_at": ago(5), "not_before": not_before and ago(6)},
        ],
        "policies": [{"policy": "p", "rules": rules}],
        "approvals": signed,
    }


def beside(days: int) -> Tables:
    """Decisions that were shared so many days after it went into service."""
    began = date(2026, 3, 1)
    return {
        "releases": [{"model": "m", "position": 1, "version": 2, "at": datetime(2026, 3, 1), "dated": True}],
        "version_pairs": [
            {"model": "m", "version_a": 2, "version_b": 3, "shared": 500, "first_day": began + timedelta(days=days)}
        ],
    }


def month(number: int) -> dict[str, Any]:
    return {"grain": "month", "period_start": date(2026, number, 1), "period_end": date(2026, number, 28)}


def watched(day: date) -> Tables:
    """A month that is not over was judged by what is known up to a day of it."""
    judged = {**MV, **month(6), "metric": "rmse", "kind": "realized", "status": "stable", "failing": 1.0}
    return {"performance": [judged], "health": [{**MV, "performance_as_of": day}]}


def steady(day: date) -> dict[str, Any]:
    told = {"against": "reference", "status": "stable", "value": 0.9, "limit": 0.8}
    return {**MV, "period_start": day.replace(day=1), "period_end": day, **told}


def of_month(kpi: str, number: int) -> dict[str, Any]:
    return {"model": "m", "kpi": kpi, "status": "on target", "value": 1.0, **month(number)}


def wrong(group: str, value: float, number: int) -> dict[str, Any]:
    told = {"group_column": "sex", "group_value": group, "metric": "error_rate", "status": "none"}
    return {**MV, **month(number), "grain": "all", "value": value, **told}


def clean(feature: str, number: int) -> dict[str, Any]:
    return {**MV, "feature": feature, "status": "stable", **month(number)}


def aged(low: float, high: float) -> Tables:
    line = {"metric": "rmse", "weeks": 9, "slope": 0.0, "slope_low": low, "slope_high": high, "limit_value": 1.1}
    week = {**MV, "metric": "rmse", "kind": "realized", "grain": "week", "value": 1.0, "n_labelled": 9}
    return {"decay": [{**MV, **line}], "performance": [{**week, "period_end": date(2026, 6, 28)}]}


def alarms(weeks: int, fell: int, feature: str = "x") -> Tables:
    """Weeks in each of which two rules raised an alarm, and in the first of which performance fell."""
    starts = [date(2026, 4, 6) + timedelta(days=7 * place) for place in range(weeks)]
    told = {**MV, "grain": "week"}
    judged = {**told, "metric": "rmse", "kind": "realized", "watch": 1.0}
    rules = ("@outcome",) if feature == "@outcome" else (feature, "other")
    return {
        "drift": [{**told, "period_start": day, "feature": one, "status": "watch"} for day in starts for one in rules],
        "performance": [
            {**judged, "period_start": day, "period_end": day + timedelta(days=6),
             "status": "failing" if place < fell else "stable"}
            for place, day in enumerate(starts)
        ],
    }  # fmt: skip


def finding(severity: str, state: str = "open", version: int | None = None, due: date | None = None) -> dict[str, Any]:
    return {"model": "m", "version": version, "seq": 1, "severity": severity, "state": state, "due": due}


def alert(**more: Any) -> dict[str, Any]:
    told = {"alert_id": "a", "severity": "critical", "signal": "drift", "state": "open", "raised_at": ago(5)}
    return {**MV, **told, "owner": "ann", "runbook": "x", **more}


SIGNED = '[{"name": "age", "type": "long"}, {"name": "home_postcode", "type": "string"}]'
INPUTS = {"model_versions": [{**VERSION, "signature_inputs": SIGNED, "has_input_example": True}]}

CASES: list[tuple[str, dict[str, Any], Tables, str]] = [
    ("commit_clean", {}, {"runs": [{**RUN, "commit": "abc", "dirty": False}]}, "pass"),
    ("commit_clean", {}, {"runs": [{**RUN, "commit": "abc", "dirty": True}]}, "fail"),
    ("commit_clean", {}, {"runs": [{**RUN, "commit": "abc"}]}, "unknown"),
    ("commit_clean", {}, {"runs": [RUN]}, "fail"),
    ("reproducible", {"items": ["commit"]}, {"runs": [{**RUN, "commit": "abc"}]}, "pass"),
    ("reproducible", {"items": ["commit", "seed"]}, {"runs": [{**RUN, "commit": "abc"}]}, "fail"),
    ("reproducible", {}, {"runs": []}, "fail"),
    ("data_digest", {}, {"run_inputs": [{"run_id": "r2", "name": "d", "digest": "1"}]}, "pass"),
    ("data_digest", {}, {"run_inputs": [{"run_id": "r2", "name": "d", "digest": ""}]}, "fail"),
    ("environment_recorded", {}, {"model_files": [{"location": "s2", "requirements": "x"}]}, "pass"),
    ("environment_recorded", {}, {"model_files": [{"location": "s2", "problem": "gone"}]}, "unknown"),
    ("run_finished", {}, {}, "pass"),
    ("run_finished", {}, {"runs": [{**RUN, "lifecycle_stage": "deleted"}]}, "fail"),
    ("metric_within", {"metric": "auc", "at_least": 0.8}, {"metrics": [metric("r2", "auc", 0.9)]}, "pass"),
    ("metric_within", {"metric": "auc", "at_least": 0.8}, {"metrics": [metric("r2", "auc", 0.7)]}, "fail"),
    ("metric_within", {"metric": "auc", "at_most": 0.8}, {"metrics": [metric("r2", "auc", float("nan"))]}, "unknown"),
    ("metric_within", {"metric": "it's; drop table models --"}, {}, "unknown"),
    ("metrics_finite", {}, {"metrics": [{**metric("r2", "auc", 1), "not_finite": 2}]}, "fail"),
    ("segments_hold", {"at_least": 0.5}, segments(auc=(0.6, 0.7)), "pass"),
    ("segments_hold", {"at_least": 0.5}, segments(auc=(0.6,)), "unknown"),
    ("segments_hold", {"spread": 0.1}, segments(auc=(1, 2)), "fail"),
    ("segments_hold", {"spread": 0.1}, segments(auc=(0.7, 0.71), n=(10, 900)), "pass"),
    ("segments_hold", {"spread": 0.1}, segments(auc=(0.7, float("nan"))), "fail"),
    ("segments_hold", {"spread": 0.1}, segments(n=(10, 900)), "unknown"),
    ("segments_hold", {}, {}, "unknown"),
    ("beats_baseline", {}, {"metrics": [metric("r2", "gain_over_naive_low", 0.1)]}, "pass"),
    ("beats_baseline", {}, {"metrics": [metric("r2", "gain_over_naive_low", -0.1)]}, "fail"),
    (
        "beats_baseline",
        {},
        {
            "runs": [RUN, {**RUN, "run_id": "b", "name": "baseline-linear"}],
            "metrics": [metric("r2", "auc", 0.9), metric("b", "auc", 0.8), metric("b", "bias", 0.0, "zero")],
        },
        "pass",
    ),
    ("beats_baseline", {}, {}, "unknown"),
    ("parameters_searched", {"runs": 2}, {"params": [{"run_id": "r2", "key": "depth", "value": "3"}]}, "fail"),
    (
        "seeds_tried",
        {"seeds": 2},
        {
            "runs": [RUN, {**RUN, "run_id": "b"}],
            "params": [{"run_id": run, "key": "seed", "value": run} for run in ("r2", "b")],
        },
        "pass",
    ),
    ("rival_by_another", {}, {"runs": [RUN, {**RUN, "run_id": "b", "user": "bob"}]}, "pass"),
    ("rival_by_another", {}, {"runs": [RUN, {**RUN, "run_id": "b", "user": "Ann"}]}, "fail"),
    ("age_at_most", {"days": 31}, {}, "pass"),
    ("age_at_most", {"days": 29}, {}, "stale"),
    ("signature", {}, INPUTS, "pass"),
    ("signature", {}, {"model_versions": [{**VERSION, "signature_inputs": "[]", "has_input_example": False}]}, "fail"),
    ("signature", {}, {"model_versions": [{**VERSION, "mlmodel_problem": "gone"}]}, "unknown"),
    ("loads", {}, {"model_files": [{**LOADED, "location": "s2"}]}, "pass"),
    ("loads", {}, {"model_files": [{"location": "s2", "load_status": "failed"}]}, "fail"),
    ("loads", {}, {"model_files": [LOADED]}, "unknown"),
    ("no_code_run", {}, {"model_files": [{"location": "s2", "load_status": "refused"}]}, "fail"),
    ("champion_set", {}, {"aliases": [{"name": "m", "alias": "champion", "version": 2}]}, "pass"),
    ("champion_set", {}, {}, "fail"),
    ("rollback_target", {}, {"model_versions": [VERSION, OLDER], "model_files": [LOADED]}, "pass"),
    ("rollback_target", {"served": True}, {"model_versions": [VERSION, OLDER], "model_files": [LOADED]}, "fail"),
    ("rollback_target", {}, {"model_versions": [VERSION, OLDER]}, "unknown"),
    ("rollback_target", {}, {}, "pass"),  # the first has nothing to go back to
    ("rollback_tried", {}, {}, "unknown"),
    ("rollback_tried", {}, {"model_versions": [VERSION, OLDER]}, "fail"),
    ("promoted_by_decision", {}, promoted([sign_off("reviewer", "rob")]), "pass"),
    ("promoted_by_decision", {}, promoted([sign_off("reviewer", "rob")], not_before=None), "unknown"),
    ("promoted_by_decision", {}, promoted([sign_off("business", "bea")]), "fail"),
    ("promoted_by_decision", {}, promoted([{**sign_off("reviewer", "rob"), "at": ago(2)}]), "fail"),
    ("promoted_by_decision", {}, promoted([{**sign_off("reviewer", "rob"), "valid_until": ago(6)}]), "fail"),
    ("scored_beside", {}, beside(2), "pass"),
    ("scored_beside", {}, beside(60), "fail"),
    ("outcomes_arrive", {}, {"volume": [{**MV, "day": date(2026, 1, 1), "decisions": 9, "labelled": 9}]}, "stale"),
    ("performance_watched", {}, watched(date(2026, 6, 20)), "pass"),
    ("performance_watched", {}, watched(date(2026, 1, 20)), "stale"),
    ("explanation_steady", {}, {"explanation_change": [steady(date(2026, 6, 30))]}, "pass"),
    ("explanation_steady", {}, {"explanation_change": [steady(date(2026, 1, 31))]}, "stale"),
    ("kpis_within", {}, {"kpi_values": [of_month("a", 5), of_month("b", 5)]}, "pass"),
    ("kpis_within", {}, {"kpi_values": [of_month("a", 5), of_month("b", 1)]}, "stale"),
    ("pays", {}, {"value": [{"model": "m", "net": 5.0, **month(5)}]}, "pass"),
    ("pays", {}, {"value": [{"model": "m", "net": 5.0, **month(1)}]}, "stale"),
    ("groups_quality", {}, {"fairness": [wrong("f", 0.1, 6), wrong("m", 0.1, 6)]}, "pass"),
    ("groups_quality", {}, {"fairness": [wrong("f", 0.1, 1), wrong("m", 0.1, 1)]}, "stale"),
    ("quality_watched", {}, {**INPUTS, "quality": [clean("age", 6), clean("home_postcode", 6)]}, "pass"),
    ("quality_watched", {}, {**INPUTS, "quality": [clean("age", 6)]}, "fail"),
    ("quality_watched", {}, {**INPUTS, "quality": [clean("age", 6), clean("home_postcode", 1)]}, "stale"),
    ("staleness_known", {}, aged(-0.01, 0.01), "pass"),
    ("staleness_known", {}, aged(-0.2, 0.2), "fail"),  # the limit is 0.1 away
    ("alerts_right", {}, alarms(5, fell=3), "pass"),
    ("alerts_right", {}, alarms(5, fell=1), "fail"),
    ("alerts_right", {}, alarms(4, fell=4), "unknown"),
    ("alerts_right", {}, alarms(5, fell=5, feature="@outcome"), "unknown"),
    ("handed_over", {}, {"handovers": [handed("accepted", "deploy"), {**handed("open", "pilot"), "seq": 2}]}, "fail"),
    ("handed_over", {}, {"handovers": [handed("accepted", "pilot"), {**handed("withdrawn", ""), "seq": 2}]}, "pass"),
    ("described", {}, {"registered_models": [{"name": "m", "description": LONG}]}, "pass"),
    ("scored_beside", {}, {"version_pairs": [{"model": "m", "version_a": 1, "version_b": 2, "shared": 500}]}, "pass"),
    ("no_worse_than_before", {}, {"version_comparisons": [paired(0.9)]}, "pass"),
    ("no_worse_than_before", {}, {"version_comparisons": [paired(0.01)]}, "fail"),
    ("no_worse_than_before", {}, {}, "unknown"),
    ("inputs_allowed", {"forbidden": ["*POSTCODE*"]}, INPUTS, "fail"),
    ("inputs_allowed", {"forbidden": ["sex"]}, INPUTS, "pass"),
    ("inputs_logged", {}, {**INPUTS, "profile_features": [{**MV, "feature": "age"}]}, "fail"),
    ("decisions_logged", {}, {"volume": [{**MV, "day": date(2026, 6, 29), "decisions": 5}]}, "pass"),
    ("decisions_logged", {}, {"volume": [{**MV, "day": date(2026, 6, 1), "decisions": 5}]}, "stale"),
    ("decisions_logged", {}, {}, "fail"),
    ("ids_unique", {}, {"volume": [{**MV, "day": date(2026, 6, 1), "decisions": 5, "duplicates": 5}]}, "fail"),
    ("outcomes_arrive", {}, {"volume": [{**MV, "day": date(2026, 6, 1), "decisions": 9, "labelled": 4}]}, "fail"),
    ("outcomes_described", {}, {"models": [{"model": "m", "spec": SPEC}]}, "fail"),
    ("reference_present", {}, {"profile_references": [{**MV, "n": 500, "n_performance": 0}]}, "pass"),
    ("reference_present", {"outcomes": True}, {"profile_references": [{**MV, "n": 500, "n_performance": 0}]}, "fail"),
    ("drift_within", {}, light(drift="watch"), "pass"),
    ("drift_within", {"watch": True}, light(drift="watch"), "fail"),
    ("drift_within", {}, light(drift="no data"), "unknown"),
    ("quality_within", {}, light(quality="failing"), "fail"),
    ("performance_within", {}, light(performance="stable"), "pass"),
    ("performance_within", {"days": 5}, light(performance="stable"), "stale"),
    ("performance_within", {}, {}, "unknown"),
    ("explained", {}, {"explanations": [explained(ago(1))]}, "pass"),
    ("explained", {}, {"explanations": [explained(ago(99))]}, "stale"),
    ("explained", {}, {"explanations": [{**MV, "status": "failed", "what": "x", "why": "y"}]}, "fail"),
    ("inputs_worth", {}, {"shap_global": shares(0.9, 0.1, 0.0)}, "fail"),
    ("no_single_input", {}, {"shap_global": shares(0.9, 0.1)}, "fail"),
    ("no_single_input", {}, {"shap_global": shares(0.6, 0.4)}, "pass"),
    ("groups_named", {}, {"models": [{"model": "m", "spec": SPEC}]}, "pass"),
    ("fairness_ratio", {}, {"fairness": [fairness(0.85)]}, "pass"),
    ("fairness_ratio", {"sure": True}, {"fairness": [fairness(0.85)]}, "fail"),
    ("fairness_ratio", {"at_least": 0.9}, {"fairness": [fairness(0.85)]}, "fail"),
    ("fairness_ratio", {"columns": ["age"]}, {"fairness": [fairness(0.2)]}, "unknown"),
    ("fairness_ratio", {}, {"fairness": [fairness(0.99), unequal("false_positive_rate", 0.4, 0.6)]}, "fail"),
    ("fairness_ratio", {}, {"fairness": [fairness(0.99), unequal("false_positive_rate", 0.4, 0.9)]}, "pass"),
    ("fairness_ratio", {}, {"models": [REGRESSION], "fairness": [unequal("mae", 0.5)]}, "fail"),
    ("fairness_ratio", {}, {"models": [REGRESSION], "fairness": [unequal("mae", 0.9)]}, "pass"),
    ("no_worse_than_before", {}, {"version_comparisons": [paired(0.9, n=9)]}, "unknown"),
    ("no_worse_than_before", {}, {"version_comparisons": [paired(0.2)]}, "unknown"),
    (
        "no_worse_than_before",
        {},
        {
            "models": [{"model": "m", "spec": '{"monitor": {"performance": {"metric": "rmse"}}}'}],
            "version_comparisons": [paired(0.9), {**paired(0.01), "metric": "rmse"}],
        },
        "fail",
    ),
    ("rival_by_another", {}, rival("1"), "pass"),
    ("rival_by_another", {}, rival("2"), "fail"),
    ("rival_by_another", {}, {"runs": [RUN, {**RUN, "run_id": "b", "user": "ann@x.org"}]}, "fail"),
    ("kpis_agreed", {}, {"kpis": [{"model": "m", "kpi": "k", "missing": []}]}, "pass"),
    ("kpis_agreed", {}, {"kpis": [{"model": "m", "kpi": "k", "missing": ["business"]}]}, "fail"),
    ("kpis_agreed", {}, {}, "fail"),
    ("baseline_stated", {}, {"models": [{"model": "m", "spec": SPEC}]}, "pass"),
    ("worth_stated", {}, {"models": [{"model": "m", "spec": SPEC}]}, "fail"),
    ("cutoff_near_best", {}, {"cutoffs": [cutoff(5.0)]}, "fail"),
    ("cutoff_near_best", {}, {"cutoffs": [cutoff(-5.0)]}, "pass"),
    ("owners", {"roles": ["business"]}, {"owners": [owner("business", "bea")]}, "pass"),
    ("owners", {}, {"owners": [owner("business", "bea")]}, "fail"),
    ("reviewer_independent", {}, {"owners": [owner("reviewer", "rob@x.org")]}, "pass"),
    ("reviewer_independent", {}, {"owners": [owner("reviewer", "Ann@x.org")]}, "fail"),
    ("reviewer_independent", {}, {"owners": [owner("reviewer", "rob"), owner("business", "rob")]}, "fail"),
    ("deputy_is_another", {}, {"owners": [owner("deputy", "bea"), owner("business", "bea")]}, "fail"),
    ("deputy_is_another", {}, {"owners": [owner("deputy", "bea+work@x"), owner("business", "Bea@x")]}, "fail"),
    ("runbook", {"link": True}, {"models": [{"model": "m", "runbook": "ask Bea"}]}, "fail"),
    ("runbook", {}, {"models": [{"model": "m", "runbook": "ask Bea"}]}, "pass"),
    ("risk_assessed", {}, {"models": [{"model": "m", "tier": "high"}]}, "fail"),
    ("file_says", {"fields": ["value.baseline"]}, {"models": [{"model": "m", "spec": SPEC}]}, "pass"),
    ("file_says", {"fields": ["value.baseline", "kpis"]}, {"models": [{"model": "m", "spec": SPEC}]}, "fail"),
    (
        "card_written",
        {"headings": ["Limits", "intended use"]},
        {"cards": [{"model": "m", "text": f"# Card\n\n## Intended use\n{LONG}\r\n## Limits ##\n\n{LONG}"}]},
        "pass",
    ),
    ("card_written", {"headings": ["Limits"]}, {"cards": [{"model": "m", "text": "# Limits\n\n# More\nx"}]}, "fail"),
    ("tests_passed", {}, {"evidence": [report(ago(9), 1), report(ago(2), 0)]}, "pass"),
    ("tests_passed", {}, {"evidence": [report(ago(9), 0), report(ago(2), 1)]}, "fail"),
    ("tests_passed", {"days": 1}, {"evidence": [report(ago(2), 0)]}, "stale"),
    ("tests_passed", {"tests": 9}, {"evidence": [report(ago(2), 0)]}, "fail"),
    ("tests_passed", {}, {"evidence": [report(ago(2), 0, "changed")]}, "fail"),
    ("tests_passed", {"name": "*unit*"}, {"evidence": [named("junit.xml", ago(2))]}, "fail"),
    ("tests_passed", {"name": "train"}, {"evidence": [named("constraint.xml", ago(2))]}, "fail"),
    ("tests_passed", {"name": "data"}, {"evidence": [named("test_data.xml", ago(2))]}, "pass"),
    ("tests_passed", {"name": "data", "item": "a"}, {"evidence": [named("x.xml", ago(2), item="a")]}, "pass"),
    ("tests_passed", {"name": "data", "item": "a"}, {"evidence": [named("data.xml", ago(2), item="b")]}, "fail"),
    (
        "tests_passed",
        {"name": "data", "item": "a"},
        {"evidence": [named("data.xml", ago(9)), named("data.xml", ago(2), 3, item="b"), named("a.xml", ago(1), 1)]},
        "pass",
    ),
    ("tests_passed", {}, {"evidence": [named("tests.xml", ago(2), tests=0)]}, "unknown"),
    ("evidence_kept", {"name": "*.XML"}, {"evidence": [report(ago(2), 0)]}, "pass"),
    ("evidence_kept", {"type": "pdf"}, {"evidence": [report(ago(2), 0)]}, "fail"),
    ("evidence_unchanged", {}, {"evidence": [report(ago(2), 0, "gone")]}, "fail"),
    ("evidence_unchanged", {}, {}, "unknown"),
    ("alerts_owned", {}, {"alerts": [alert(owner=None)]}, "fail"),
    ("alerts_owned", {}, {"alerts": [alert(owner=None, ended_at=THEN)]}, "pass"),
    ("alerts_handled", {}, {"alerts": [alert()]}, "fail"),
    ("alerts_handled", {}, {"alerts": [alert(state="acknowledged")]}, "pass"),
    ("no_critical_alert", {}, {"alerts": [alert(severity="warning")]}, "pass"),
    ("somebody_watches", {}, {"owners": [owner("operations", "ola")]}, "pass"),
    ("handed_over", {}, {"handovers": [handed("accepted", "deploy")]}, "pass"),
    ("handed_over", {"stage": "support"}, {"handovers": [handed("accepted", "pilot")]}, "fail"),
    ("handed_over", {}, {"handovers": [handed("given", "deploy")]}, "fail"),
    ("drill_passed", {}, {"drills": [{**MV, "actor": "ola", "at": ago(3), "passed": True}]}, "pass"),
    ("drill_passed", {"days": 2}, {"drills": [{**MV, "actor": "ola", "at": ago(3), "passed": True}]}, "stale"),
    ("drill_passed", {"people": 2}, {"drills": [{**MV, "actor": "ola", "at": ago(3), "passed": True}]}, "fail"),
    ("no_open_finding", {}, {"findings": [finding("low")]}, "pass"),
    ("no_open_finding", {}, {"findings": [finding("high")]}, "fail"),
    ("no_open_finding", {}, {"findings": [finding("high", version=1)]}, "pass"),
    ("no_open_finding", {}, {"findings": [finding("high", "accepted")]}, "pass"),
    ("findings_in_time", {}, {"findings": [finding("low", due=date(2026, 6, 29))]}, "fail"),
    ("signed_off", {}, {"approvals": [sign_off("reviewer", "rob")]}, "pass"),
    ("signed_off", {}, {"approvals": [sign_off("reviewer", "rob", "void")]}, "fail"),
    ("signed_off", {"people": 2}, {"approvals": [sign_off("reviewer", "rob"), sign_off("business", "Rob")]}, "fail"),
    (
        "signed_off",
        {"people": 2},
        {"approvals": [sign_off("reviewer", "rob+x@y"), sign_off("business", "Rob (not checked)")]},
        "fail",
    ),
    ("signed_off", {"people": 2}, {"approvals": [sign_off("reviewer", "a@x"), sign_off("business", "a@y")]}, "pass"),
    ("approved", {}, {"approval_states": [{**MV, "stage": "deploy", "status": "approved"}]}, "pass"),
]  # fmt: skip


@pytest.fixture(scope="module")
def store() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for table in TABLES.values():
            connection.execute(table.create_sql)
        yield connection


def found(store: duckdb.DuckDBPyConnection, kind: str, params: Mapping[str, Any], tables: Tables) -> dict[Any, Found]:
    """What the kind finds over these rows, with a version that has a finished run."""
    usual: Tables = {"check_subjects": [{**SUBJECT, "authors": ["ann"]}], "model_versions": [VERSION], "runs": [RUN]}
    store.execute("begin")
    try:
        for name, rows in {**usual, **tables}.items():
            names = TABLES[name].column_names
            assert all(key in names for row in rows for key in row), name
            given = pa.table({key: pa.array([row.get(key) for row in rows]) for key in names}) if rows else None
            if given is not None:
                store.register("given", given)
                store.execute(f'insert into "{name}" select * from given')
        return ask(store, sql_of(Question(kind, kind, params)), NOW)
    finally:
        store.execute("rollback")


@pytest.mark.parametrize(("kind", "params", "tables", "expected"), CASES)
def test_a_kind_finds_what_the_rows_say(
    store: duckdb.DuckDBPyConnection, kind: str, params: dict[str, Any], tables: Tables, expected: str
) -> None:
    assert mistakes(kind, params) == ()
    one = found(store, kind, params, tables)[("m", 2)]
    assert one.measured == expected, one
    assert one.evidence.endswith("."), one


NEEDED = {"metric": "auc", "forbidden": ["sex"], "fields": ["value"]}


@pytest.mark.parametrize("kind", TEMPLATES)
def test_every_kind_answers_for_every_version_with_a_sentence_were_there_nothing_else(
    store: duckdb.DuckDBPyConnection, kind: str
) -> None:
    params = {param.name: NEEDED[param.name] for param in KINDS[kind].params if param.needed}
    others = [{**SUBJECT, "model": name, "authors": []} for name in ("a", "b'; drop table models --")]
    versions = [{**VERSION, "name": row["model"], "run_id": None} for row in others]
    answer = found(store, kind, params, {"check_subjects": others, "model_versions": versions, "runs": []})
    assert set(answer) == {(row["model"], 2) for row in others}
    assert all(one.evidence.endswith(".") for one in answer.values()), answer
    assert all(one.measured in ("pass", "fail", "unknown") for one in answer.values())


def test_each_kind_that_is_named_has_its_statement() -> None:
    assert set(TEMPLATES) == set(KINDS) - {kind.name for kind in OWN}
    assert len(TEMPLATES) >= 35


@pytest.mark.parametrize(
    ("kind", "params", "name"),
    [
        ("fairness_ratio", {"at_least": 1.5}, "at_least"),
        ("fairness_ratio", {"at_least": True}, "at_least"),
        ("fairness_ratio", {"metric": "other"}, "metric"),
        ("fairness_ratio", {"lest": 1}, "lest"),
        ("metric_within", {}, "metric"),
        ("owners", {"roles": []}, "roles"),
        ("owners", {"roles": ["boss"]}, "roles"),
        ("evidence_kept", {"name": "a\0b"}, "name"),
        ("fairness_ration", {}, ""),
    ],
)
def test_parameters_that_cannot_be_used_are_named(kind: str, params: dict[str, Any], name: str) -> None:
    assert [mistake.name for mistake in mistakes(kind, params)] == [name]


@pytest.mark.parametrize(
    "value", ["it's", "a''b", "\\'; drop table x --", "{{metric}}", "ü\n", ["a'", "b"], 3, 0.1, True]
)
def test_a_parameter_comes_back_from_its_literal(store: duckdb.DuckDBPyConnection, value: Any) -> None:
    held = store.execute(f"select {literal(value)}").fetchall()[0][0]
    assert (float(held) if isinstance(value, float) else held) == value


def test_what_is_kept_can_be_asked_again_without_the_refresh(store: duckdb.DuckDBPyConnection) -> None:
    sql = kept_sql(sql_of(Question("age_at_most", "age_at_most", {"days": 9})))
    assert "$now" not in sql
    assert [column[0] for column in store.execute(sql).description] == [
        "model",
        "version",
        "passes",
        "stale",
        "value",
        "evidence",
    ]


def test_the_page_of_the_docs_has_every_kind() -> None:
    assert (Path(__file__).parents[2] / "docs" / "checks.md").read_text() == checks_markdown(), "make docs"
