"""The page on statistics defines everything that a model file can name."""

from __future__ import annotations

from pathlib import Path

import pytest

from watchroom.domain.drift import METHODS
from watchroom.domain.estimated import ESTIMATED
from watchroom.domain.paired import REPLICATES
from watchroom.domain.periods import MONTH_DAYS
from watchroom.domain.vocabulary import DRIFT_LIMITS, METRICS
from watchroom.jobs.compare.step import MIN_SHARED, ROWS

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


def test_how_two_versions_are_compared_is_said_with_the_limits_that_hold():
    part = PAGE.partition("\n## Two versions on the same decisions\n")[2].partition("\n## ")[0]
    for limit in (f"{MIN_SHARED} shared ids", f"{ROWS:,}", f"{REPLICATES:,} draws", f"last {MONTH_DAYS} days"):
        assert limit in part.replace("\n", " ")
