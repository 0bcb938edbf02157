"""Which direction of a metric is better, from its name."""

from __future__ import annotations

import pytest

from watchroom.domain.metrics import better


@pytest.mark.parametrize(
    "name",
    [
        *(
            "loss",
            "val_loss",
            "valLoss",
            "train/loss",
            "binary_logloss",
            "multi_error",
            "RMSE",
            "test rmse",
            "mean_absolute_error",
        ),
        *(
            "cross_entropy",
            "brier",
            "perplexity",
            "p95 latency",
            "WER",
            "val-cer",
            "FID",
            "ece",
            "l2",
            "validation.log_loss",
        ),
    ],
)
def test_errors_losses_and_times_are_better_when_lower(name):
    assert better(name) == "lower"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "accuracy",
            "roc_auc",
            "f1",
            "r2",
            "reward",
            "neg_log_loss",
            "neg_mean_squared_error",
            "precision",
            "glossary",
        ),
        *("power", "entropy", "terminal", "", "损失", "mean_average_precision"),
    ],
)
def test_everything_else_is_better_when_higher(name):
    assert better(name) == "higher"
