"""Drift and quality of every feature of a version in every period, as rows of the tables of those names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.drift import Distances, distances, drift_status, method_for
from watchroom.domain.performance import MATURE_SHARE
from watchroom.domain.periods import Periods
from watchroom.domain.quality import quality, quality_status
from watchroom.jobs.evaluate.read import FeatureProfile, VersionProfile
from watchroom.workspace.model_file import ModelSpec

Columns = dict[str, Any]
"""Columns of some rows of a table, by name; a single value stands for all rows."""


def drift_of(profile: VersionProfile, spec: ModelSpec, periods: Periods) -> Iterator[Columns]:
    """The columns of `drift` for each feature over the periods. Nothing for a feature without a reference."""
    for feature in profile.features:
        if feature.bins.reference.sum() == 0:
            continue
        limits = spec.drift_limits(feature.name)
        method = method_for(limits.method, feature.bins.kind)
        found, reference_n = _compared(feature, method, periods, limits.same_months)
        status = drift_status(found.value, found.noise, limits.watch, limits.drifted)
        if feature.name == "@outcome":  # those that come early, as a chargeback does, are not like those that come late
            status = np.where(_labelled_share(profile, periods) >= MATURE_SHARE, status, "no data")
        yield {
            "feature": feature.name,
            "method": method,
            "value": found.value,
            "watch": limits.watch,
            "drifted": limits.drifted,
            "noise": found.noise,
            "status": status,
            "n": found.n,
            "reference_n": reference_n,
        }


def _compared(
    feature: FeatureProfile, method: str, periods: Periods, same_months: bool
) -> tuple[Distances, NDArray[np.int64]]:
    """Each period's distance and the rows it was compared with: the whole reference, or its rows of the same months."""
    counts = periods.sums(feature.counts)
    if not same_months or feature.months.sum() == 0:
        return distances(method, feature.bins, counts), np.full(len(periods), feature.bins.reference.sum())
    value, noise = np.full((2, len(periods)), np.nan)
    reference_n = np.zeros(len(periods), dtype=np.int64)
    for months, of in _by_months(periods).items():
        bins = replace(feature.bins, reference=feature.months[list(months)].sum(axis=0))
        found = distances(method, bins, counts[of])
        value[of], noise[of], reference_n[of] = found.value, found.noise, bins.reference.sum()
    return Distances(value, noise, counts.sum(axis=1)), reference_n


def _by_months(periods: Periods) -> dict[tuple[int, ...], list[int]]:
    """The positions of the periods by the calendar months, 0 to 11, that they lie in."""
    found: dict[tuple[int, ...], list[int]] = {}
    for i, (first, last) in enumerate(zip(periods.first_days, periods.last_days, strict=True)):
        found.setdefault(tuple(sorted({first.month - 1, last.month - 1})), []).append(i)
    return found


def _labelled_share(profile: VersionProfile, periods: Periods) -> NDArray[np.float64]:
    decisions, labelled = periods.sums(profile.decisions), periods.sums(profile.labelled)
    return labelled / np.maximum(decisions, 1)


def quality_of(profile: VersionProfile, spec: ModelSpec, periods: Periods) -> Iterator[Columns]:
    """The columns of `quality` for each feature over the periods."""
    limits = spec.monitor.quality
    for feature in profile.features:
        if feature.name == "@outcome":  # a missing outcome is a late one
            continue
        found = quality(feature.bins, periods.sums(feature.counts), feature.closed)
        yield {
            "feature": feature.name,
            "n": found.n,
            "missing": found.missing,
            "unseen": found.unseen,
            "out_of_range": found.out_of_range,
            "invalid": found.invalid,
            "share": found.share,
            "reference_share": found.reference_share,
            "status": quality_status(found, limits.watch, limits.failing),
        }


def rows_of(profile: VersionProfile, model: str, periods: Periods, columns: Columns) -> Columns:
    """Those columns, of all periods, with the columns that say which model, version and period a row is of."""
    return {
        "model": model,
        "version": profile.version,
        "grain": np.array(periods.grains, dtype=object),
        "period_start": np.array(periods.first_days, dtype="datetime64[D]"),
        "period_end": np.array(periods.last_days, dtype="datetime64[D]"),
        **columns,
    }
