"""Drift and quality of every feature in any window of days, from the profiles, against one of three things.

Those are the reference, the reference's rows of the same calendar months, and the same days a year before: much of what
moves from month to month is the season.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from watchroom.charts.words import days
from watchroom.domain.drift import METHODS, distances, drift_status, method_for, moved_share
from watchroom.domain.performance import MATURE_SHARE
from watchroom.domain.quality import quality, quality_status
from watchroom.store.queries import windows
from watchroom.store.queries.windows import Counts, Watched
from watchroom.ui.health_subject import Subject, Window, spec_of
from watchroom.ui.health_words import worst_first
from watchroom.ui.room import ask, drawn
from watchroom.workspace.model_file import ModelSpec

REFERENCE = "The reference"
MONTHS = "The reference's same months"
YEAR = "The same days a year before"


@dataclass(frozen=True)
class Feature:
    """A feature in the window: its bins, whose `reference` is what it is compared with, and its counts in one row."""

    watched: Watched
    counts: Counts

    @property
    def name(self) -> str:
        """The feature's name."""
        return self.watched.name


@dataclass(frozen=True)
class Compared:
    """A window compared with something: its features, and a row of figures for each, the worst first.

    `table` has feature, kind, method, value, noise, watch, drifted, status, n, before (decisions or rows of what it is
    compared with), moved, missing, unseen, out_of_range, invalid, share, reference_share, quality. `against` says what
    it is compared with. `n` are the decisions.
    """

    features: Mapping[str, Feature]
    table: pd.DataFrame
    against: str
    n: int


def choices(subject: Subject, window: Window) -> list[str]:
    """What the window can be compared with."""
    found = [REFERENCE] if subject.reference is not None else []
    if ask(windows.months, **subject.key, of=_months(window.first, window.last)):  # type: ignore[arg-type]
        found.append(MONTHS)
    first, last = year_before(window.first), year_before(window.last)
    if ask(windows.version_then, **subject.key, first=first, last=last) is not None:  # type: ignore[arg-type]
        found.append(YEAR)
    return found


def compared(*, model: str, version: int, first: date, last: date, against: str) -> Compared:
    """The window's drift and quality; made once for everybody."""
    return drawn(_compared, model=model, version=version, first=first, last=last, against=against)


def year_before(day: date) -> date:
    """The same day of the year before; the 28th for the 29th of February."""
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _months(first: date, last: date) -> tuple[int, ...]:
    """The calendar months that have a day in the window."""
    spanned = (last.year - first.year) * 12 + last.month - first.month + 1
    return tuple(sorted({(first.month - 1 + n) % 12 + 1 for n in range(min(spanned, 12))}))


def _compared(*, model: str, version: int, first: date, last: date, against: str) -> Compared:
    spec = spec_of(model)
    assert spec is not None, "a model without a file has no limits to compare with"
    watched = ask(windows.watched, model=model, version=version)
    words, before = _before(model, version, first, last, against)
    counted = ask(windows.counts, model=model, version=version, first=first, last=last)
    features = {}
    for one in watched:
        based = one if before is None else one.against(before)
        features[one.name] = Feature(based, one.table(counted))
    n, labelled = ask(windows.decisions, model=model, version=version, first=first, last=last)
    rows = [figures(feature, spec) for feature in features.values()]
    return Compared(features, _table(rows, labelled / max(n, 1)), words, n)


def _before(
    model: str, version: int, first: date, last: date, against: str
) -> tuple[str, Mapping[str, Mapping[int, int]] | None]:
    """What the window is compared with in words, and its counts; None for the reference, which the bins hold."""
    if against == MONTHS:
        found = ask(windows.months, model=model, version=version, of=_months(first, last))
        return "the reference's rows of the same months", found
    if against == YEAR:
        begun, ended = year_before(first), year_before(last)
        then = ask(windows.version_then, model=model, version=version, first=begun, last=ended)
        if then is not None:
            found = ask(windows.counts, model=model, version=then, first=begun, last=ended)
            return f"{days(begun, ended)}{'' if then == version else f', version {then}'}", found
    return "the reference", None


def figures(feature: Feature, spec: ModelSpec) -> dict[str, object]:
    """The row of a feature."""
    bins, counts, limits = feature.watched.bins, feature.counts, spec.drift_limits(feature.name)
    method = method_for(limits.method, bins.kind)
    found = distances(method, bins, counts)
    wrong = quality(bins, counts, feature.watched.closed)
    judged = quality_status(wrong, spec.monitor.quality.watch, spec.monitor.quality.failing)
    return {
        "feature": feature.name,
        "kind": bins.kind,
        "method": method,
        "value": float(found.value[0]),
        "noise": float(found.noise[0]),
        "watch": limits.watch,
        "drifted": limits.drifted,
        "status": str(drift_status(found.value, found.noise, limits.watch, limits.drifted)[0]),
        "n": int(found.n[0]),
        "before": int(bins.reference.sum()),
        "moved": float(moved_share(bins, counts)[0]),
        "missing": int(wrong.missing[0]),
        "unseen": np.nan if wrong.unseen is None else int(wrong.unseen[0]),
        "out_of_range": int(wrong.out_of_range[0]),
        "invalid": int(wrong.invalid[0]),
        "share": float(wrong.share[0]),
        "reference_share": float(wrong.reference_share),
        "quality": "no data" if feature.name == "@outcome" else str(judged[0]),
    }


def _table(rows: list[dict[str, object]], labelled: float) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    if table.empty:
        return table
    # With fewer of its outcomes there a window always seems to have other outcomes.
    if labelled < MATURE_SHARE:
        table.loc[table["feature"] == "@outcome", "status"] = "no data"
    return worst_first(table).reset_index(drop=True)


def every_method(feature: Feature) -> pd.DataFrame:
    """All methods that fit the feature, with their values in the window: method, title, value, noise, definition."""
    rows = []
    for method in METHODS.values():
        if feature.watched.bins.kind in method.kinds:
            found = distances(method.name, feature.watched.bins, feature.counts)
            rows.append((method.name, method.title, float(found.value[0]), float(found.noise[0]), method.definition,
                         method.source))  # fmt: skip
    return pd.DataFrame(rows, columns=["method", "title", "value", "noise", "definition", "source"])
