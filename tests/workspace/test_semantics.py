"""What several fields of a model's file can only get wrong together."""

from __future__ import annotations

import pytest

from watchroom.workspace.model_file import ModelSpec

BINARY = "model: m\ntask: binary\n"
NUMBERS = "model: m\ntask: regression\n"
LOG = "decisions: {path: a.csv, prediction: p, features: [temp, hr]}\n"


@pytest.mark.parametrize(
    ("content", "field", "words"),
    [
        (NUMBERS + LOG + "monitor: {overrides: {tmp: {watch: 0.2}}}", "monitor.overrides.tmp", 'Did you mean "temp"'),
        (NUMBERS + "monitor: {overrides: {'@scor': {watch: 0.2}}}", "monitor.overrides.@scor", '"@score"'),
        (NUMBERS + "monitor: {drift: {watch: 0.3}}", "monitor.drift", "watch < drifted"),
        (NUMBERS + "monitor: {drift: {watch: 0.2, drifted: 0.2}}", "monitor.drift", "watch < drifted"),
        (NUMBERS + "monitor: {overrides: {a: {watch: 0.3}}}", "monitor.overrides.a", "watch < drifted"),
        (NUMBERS + "monitor: {quality: {watch: 0.2}}", "monitor.quality", "watch < failing"),
        (NUMBERS + "monitor: {performance: {metric: roc_auc}}", "monitor.performance.metric", "rmse, mae, r2 and bias"),
        (BINARY + LOG + "monitor: {performance: {metric: roc_auc}}", "monitor.performance.metric", "decisions.score"),
        (
            NUMBERS + "monitor: {performance: {metric: rmse, watch: 1.2, failing: 1.1}}",
            "monitor.performance",
            "watch < failing, since for rmse lower is better",
        ),
        (
            BINARY + "monitor: {performance: {metric: roc_auc, watch: 0.9, failing: 0.95}}",
            "monitor.performance",
            "watch > failing, since for roc_auc higher is better",
        ),
        (
            BINARY + "monitor: {performance: {metric: roc_auc, watch: 1.1}}",
            "monitor.performance.watch",
            "expected a number below 1",
        ),
        (
            NUMBERS + "monitor: {performance: {metric: rmse, failing: 0.8}}",
            "monitor.performance.failing",
            "expected a number above 1",
        ),
        (
            NUMBERS + "monitor: {performance: {metric: r2, absolute: {watch: 0.5, failing: 0.6}}}",
            "monitor.performance.absolute",
            "watch > failing",
        ),
        (
            NUMBERS + "monitor: {performance: {metric: mae, watch: 1.1, absolute: {watch: 3}}}",
            "monitor.performance",
            "both as ratios and as `absolute`",
        ),
        (NUMBERS + "monitor: {performance: {metric: bias, watch: 1.1}}", "monitor.performance", "under `absolute`"),
        (NUMBERS + "decisions: {path: a, score: s}", "decisions.score", "does not fit the task regression"),
        (NUMBERS + "value: {true_positive: 1}", "value", "Expected `per_unit_error`"),
        (BINARY + "value: {per_unit_error: {over: 1}}", "value.per_unit_error", "Expected `true_positive`"),
        (BINARY + "value: {baseline: {naive: mean}}", "value.baseline.naive", "majority, all_positive and all_neg"),
        (BINARY + "value: {baseline: {constant: 1}}", "value.baseline.constant", "does not fit"),
        (NUMBERS + "kpis: [{name: a}, {name: b}, {name: a}]", "kpis[2].name", 'two KPIs "a"'),
        (NUMBERS + "kpis: [{name: a, target: 5, limit: 3, better: lower}]", "kpis[0].target", "target <= limit"),
        (NUMBERS + "kpis: [{name: a, target: 3, limit: 5, better: higher}]", "kpis[0].target", "target >= limit"),
        (NUMBERS + "decisions: {path: a, features: [x, y, x]}", "decisions.features[2]", "listed twice"),
        (NUMBERS + "decisions: {path: a, groups: [x, x]}", "decisions.groups[1]", "listed twice"),
    ],
)
def test_fields_that_do_not_go_together_are_a_mistake(problems_in, content, field, words):
    (problem,) = problems_in(content + "\n")
    assert problem.field == field
    assert words in str(problem)
    assert problem.line is not None


@pytest.mark.parametrize(
    "content",
    [
        "model: m",
        "model: m\nmonitor: {performance: {metric: roc_auc, watch: 0.97, failing: 0.9}}\nvalue: {true_positive: 1}",
        "model: m\ndecisions: {path: a, score: s}\nmonitor: {overrides: {any: {watch: 0.2}, '@score': {watch: 0.2}}}",
        BINARY + "monitor: {overrides: {a: {method: ks, watch: 0.05}}}",
        NUMBERS + "monitor: {performance: {metric: bias, absolute: {watch: 1, failing: 2}}}",
        NUMBERS + "owners: {business: a@x, operations: a@x, on_call: a@x}",
        NUMBERS + "value: {run_cost_per_month: 3, baseline: {column: old_price}}",
        "model: m\ntask: multiclass\nvalue: {run_cost_per_month: 3, baseline: {naive: majority}}",
        "model: m\nowners:\nmonitor:\nkpis:\nrisk: {business: low}\nrunbook: ask Ada",
    ],
)
def test_what_is_left_out_is_never_a_mistake(problems_in, content):
    assert problems_in(content + "\n") == []


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("value: {true_positive: 1.0e+308}", "value.true_positive"),
        ("value: {per_unit_error: {over: -1.0e+16, under: -1}}", "value.per_unit_error.over"),
        ("value: {run_cost_per_month: 1.0e+16}", "value.run_cost_per_month"),
        ("kpis: [{name: A, sql: count(*), target: -1.0e+300}]", "kpis[0].target"),
    ],
)
def test_a_figure_that_nobody_can_mean_is_a_mistake(problems_in, content, field):
    (problem,) = problems_in(f"model: m\n{content}\n")
    assert (problem.field, "no figure that can be meant" in problem.what) == (field, True)


@pytest.mark.parametrize(
    ("decisions", "names"),
    [(None, True), ({"path": "log/*.parquet", "version": "v"}, True), ({"path": "log/*.parquet"}, False)],
)
def test_a_log_without_a_column_of_versions_is_no_witness_of_who_decided(decisions: dict[str, str] | None, names: bool):
    assert ModelSpec.model_validate({"model": "m", "decisions": decisions}).names_versions is names
