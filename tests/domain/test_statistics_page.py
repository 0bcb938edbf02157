"""The page on statistics defines everything that a model file can name."""

from __future__ import annotations

from pathlib import Path

import pytest

from watchroom.domain.drift import METHODS
from watchroom.domain.estimated import ESTIMATED
from watchroom.domain.vocabulary import DRIFT_LIMITS, METRICS

PAGE = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text("utf-8")


@pytest.mark.parametrize("method", METHODS)
def test_every_drift_method_has_its_part_with_its_usual_limits(method):
    watch, drifted = DRIFT_LIMITS[method]
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{method}` | numbers"))
    assert f"\n### {method}\n" in PAGE
    assert row.endswith(f"| {watch:g}, {drifted:g} |")


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_defined(metric):
    assert f"\n| `{metric}` | " in PAGE


def test_the_estimated_metrics_are_named():
    assert ", ".join(f"`{metric}`" for metric in ESTIMATED) in PAGE
