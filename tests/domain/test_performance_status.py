"""When performance is beyond its limits, and when a window is too small to say so."""

from __future__ import annotations

import pytest

from watchroom.domain.performance import Limits, Measured, limits_of, performance_status

NAN = float("nan")


@pytest.mark.parametrize(
    ("metric", "reference", "given", "absolute", "expected"),
    [
        ("rmse", 40.0, (1.1, 1.25), False, (44, 50)),
        ("roc_auc", 0.8, (0.97, 0.92), False, (0.776, 0.736)),
        ("roc_auc", 0.8, (0.97, None), False, (0.776, None)),
        ("roc_auc", None, (0.97, 0.92), False, (None, None)),
        ("roc_auc", NAN, (0.97, 0.92), False, (None, None)),
        ("r2", -0.2, (0.97, 0.92), False, (None, None)),  # a share of less than nothing is better, not worse
        ("log_loss", 0.0, (1.1, 1.25), False, (None, None)),
        ("bias", 1.5, (1.1, 1.25), False, (None, None)),
        ("roc_auc", None, (0.75, 0.7), True, (0.75, 0.7)),
        ("bias", None, (-2.0, 5.0), True, (2, 5)),
        ("rmse", 40.0, (None, None), False, (None, None)),
    ],
)
def test_limits_are_ratios_to_the_reference_or_absolute(metric, reference, given, absolute, expected):
    found = limits_of(metric, reference, *given, absolute=absolute)
    assert [found.watch, found.failing] == pytest.approx(list(expected))


AUC = Limits(0.776, 0.736)
RMSE = Limits(44.0, 50.0)
BIAS = Limits(2.0, 5.0)


@pytest.mark.parametrize(
    ("metric", "measured", "limits", "status"),
    [
        ("roc_auc", Measured(0.80, 0.78, 0.82, 900, 100), AUC, "stable"),
        ("roc_auc", Measured(0.76, 0.75, 0.77, 900, 100), AUC, "watch"),
        ("roc_auc", Measured(0.70, 0.69, 0.73, 900, 100), AUC, "failing"),
        ("roc_auc", Measured(0.70, 0.63, 0.77, 900, 100), AUC, "watch"),  # failing is not sure, watch is
        ("roc_auc", Measured(0.70, 0.60, 0.80, 900, 100), AUC, "no data"),  # neither is
        ("rmse", Measured(43.0, 41.0, 45.0, 900), RMSE, "stable"),
        ("rmse", Measured(47.0, 45.0, 49.0, 900), RMSE, "watch"),
        ("rmse", Measured(55.0, 51.0, 59.0, 900), RMSE, "failing"),
        ("rmse", Measured(51.0, NAN, NAN, 900), RMSE, "failing"),
        ("bias", Measured(-6.0, -6.5, -5.5, 900), BIAS, "failing"),
        ("bias", Measured(3.0, 2.5, 3.5, 900), BIAS, "watch"),
        ("bias", Measured(3.0, -3.0, 9.0, 900), BIAS, "no data"),
        ("bias", Measured(0.5, 0.2, 0.8, 900), BIAS, "stable"),
        ("rmse", Measured(1e9, 1e9, 1e9, 900), Limits(None, None), "stable"),
    ],
)
def test_a_limit_is_crossed_when_the_better_end_of_the_interval_is_beyond_it(metric, measured, limits, status):
    assert performance_status(metric, measured, limits, decisions=900, labelled=900)[0] == status


def test_a_period_that_holds_back_says_why():
    wide = Measured(0.70, 0.60, 0.80, 40, 15)
    status, reason = performance_status("roc_auc", wide, AUC, decisions=40, labelled=40)
    assert (status, reason) == ("no data", "beyond the limit, but 40 outcomes are too few to rule out chance")


@pytest.mark.parametrize(
    ("decisions", "labelled", "measured", "reason"),
    [
        (0, 0, Measured(NAN, NAN, NAN), "no decisions"),
        (5000, 0, Measured(NAN, NAN, NAN), "no outcomes yet"),
        (5000, 12, Measured(0.1, 0.0, 0.2, 12, 6), "only 12 outcomes"),
        (5000, 1, Measured(0.1, 0.0, 0.2, 1, 0), "only 1 outcome"),
        (5000, 4000, Measured(0.1, 0.0, 0.2, 4000, 3), "only 3 outcomes of the rarer class"),
        (5000, 4000, Measured(NAN, NAN, NAN, 4000, 0), "outcomes of one class only"),
        (5000, 4000, Measured(NAN, NAN, NAN, 4000), "it cannot be computed from these outcomes"),
    ],
)
def test_too_little_to_judge_is_no_data_with_the_reason(decisions, labelled, measured, reason):
    assert performance_status("roc_auc", measured, AUC, decisions=decisions, labelled=labelled) == ("no data", reason)


def test_a_half_labelled_period_is_judged_and_says_so():
    bad, good = Measured(0.70, 0.69, 0.71, 900, 100), Measured(0.80, 0.79, 0.81, 900, 100)
    for measured, status in ((bad, "failing"), (good, "stable")):
        found = performance_status("roc_auc", measured, AUC, decisions=2000, labelled=900)
        assert found == (status, "outcomes for 45% of the decisions so far")
    assert performance_status("roc_auc", good, AUC, decisions=1000, labelled=900) == ("stable", None)
