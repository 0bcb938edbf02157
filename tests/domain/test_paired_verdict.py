"""One metric and one rule by which two versions are judged, on every page."""

from __future__ import annotations

import pytest

from watchroom.domain.paired_verdict import main_metric, verdict


@pytest.mark.parametrize(
    ("compared", "watched", "found"),
    [
        (("accuracy", "roc_auc", "worth"), None, "roc_auc"),
        (("accuracy", "roc_auc"), "accuracy", "accuracy"),
        (("accuracy", "roc_auc"), "pinball", "roc_auc"),
        (("accuracy", "f1"), None, "f1"),
        (("accuracy", "macro_f1"), None, "accuracy"),
        (("mae", "rmse"), None, "rmse"),
        (("worth",), None, None),
    ],
)
def test_versions_are_judged_by_the_watched_metric_else_by_the_usual_one(compared, watched, found):
    assert main_metric(compared, watched) == found


@pytest.mark.parametrize(
    ("low", "high", "better", "told"),
    [
        (0.1, 0.2, "higher", "better"),
        (0.1, 0.2, "lower", "worse"),
        (-0.2, -0.1, "lower", "better"),
        (0.0, 0.2, "higher", "alike"),
        (None, None, "higher", "unknown"),
    ],
)
def test_a_version_is_better_only_when_all_of_the_interval_says_so(low, high, better, told):
    assert verdict(low, high, better) == told
