"""Any window of days comes from the counts: it is the sum of its days, whatever days those are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.snapshots import publish_rows
from watchroom.domain.bins import MISSING, UNSEEN
from watchroom.domain.performance import binary, regression
from watchroom.store.queries import windows
from watchroom.store.snapshot import Snapshot, SnapshotStore

FIRST = date(2026, 3, 1)
MODEL = {"model": "m", "version": 2}


def days(*numbers: int) -> list[date]:
    return [FIRST + timedelta(number) for number in numbers]


def bins(version: int, values: tuple[str, ...] = ("a", "b")) -> list[dict[str, Any]]:
    special = [(MISSING, None, 1), (UNSEEN, None, 0)]
    own = [(code, value, 10 - code) for code, value in enumerate(values)]
    return [
        {"model": "m", "version": version, "feature": "f", "bin": code, "value": value, "reference": n, "decile": code}
        for code, value, n in [*special, *own]
    ]


def counts(version: int, *rows: tuple[date, int, int]) -> list[dict[str, Any]]:
    key = {"model": "m", "version": version, "feature": "f"}
    return [{**key, "day": day, "bin": code, "n": n} for day, code, n in rows]


def volume(version: int, of: list[date], decisions: int = 5) -> list[dict[str, Any]]:
    key = {"model": "m", "version": version, "decisions": decisions, "labelled": 2, "duplicates": 0}
    return [{**key, "day": day} for day in of]


def outcome(day: date | None, score: float, truth: str | None, n: int = 1) -> dict[str, Any]:
    return {
        "model": "m", "version": 2, "day": day, "group_column": "", "group_value": "",
        "score_bin": 990 + int(score * 1000), "predicted": "1" if score >= 0.5 else "0", "outcome": truth, "n": n,
        "score_sum": n * score, "score_sq_sum": n * score**2,
        "log_loss_sum": None if truth is None else -n * float(np.log(score if truth == "1" else 1 - score)),
    }  # fmt: skip


ROWS = {
    "profile_features": [{"model": "m", "version": 2, "feature": "f", "kind": "category", "closed": True}],
    "profile_bins": [*bins(1), *bins(2), *bins(3, ("a", "c"))],
    "profile_counts": [
        *counts(2, *((day, 0, 3) for day in days(0, 1, 2)), *((day, 1, 2) for day in days(1, 2))),
        *counts(2, *((day, MISSING, 1) for day in days(2))),
        *counts(1, *((day, 0, 7) for day in days(-365))),
    ],
    "profile_reference_months": [
        {"model": "m", "version": 2, "month": month, "feature": "f", "bin": 0, "n": month} for month in (2, 3, 4)
    ],
    "profile_outcomes": [
        outcome(None, 0.3, "0", 40), outcome(None, 0.7, "1", 40),
        outcome(days(0)[0], 0.2, "0", 10), outcome(days(0)[0], 0.8, "1", 10), outcome(days(1)[0], 0.6, None, 5),
        outcome(days(2)[0], 0.8, "0", 10),
        {**outcome(days(0)[0], 0.2, "1", 99), "group_column": "age", "group_value": "old"},
    ],
    "profile_errors": [
        {"model": "m", "version": 2, "day": day, "group_column": "", "group_value": "", "n": 10, "over_sum": over,
         "under_sum": 0.0, "sq_sum": over**2 / 10, "abs_sq_sum": 0.0, "outcome_mean": 5.0, "outcome_m2": 90.0}
        for day, over in zip([None, *days(0, 1)], (10.0, 20.0, 40.0), strict=True)
    ],
    "volume": [*volume(2, days(0, 1, 2)), *volume(1, days(-365, -364), 9), *volume(3, days(-365), 99)],
}  # fmt: skip


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    publish_rows(tmp_path / "store", ROWS)
    store = SnapshotStore(tmp_path / "store")
    with store.lease() as found:
        yield found
    store.close()


@pytest.mark.parametrize(("first", "last"), [(0, 0), (0, 1), (1, 2), (0, 2), (-9, 9), (5, 9)])
def test_a_window_is_the_sum_of_its_days(snapshot: Snapshot, first: int, last: int):
    window = dict(zip(("first", "last"), days(first, last), strict=True))
    expected = Counter({(row["feature"], row["bin"]): 0 for row in ROWS["profile_counts"] if row["version"] == 2})
    for row in ROWS["profile_counts"]:
        if row["version"] == 2 and window["first"] <= row["day"] <= window["last"]:
            expected[row["feature"], row["bin"]] += row["n"]
    found = windows.counts(snapshot, **MODEL, **window)  # type: ignore[arg-type]
    flat = {(feature, code): n for feature, of in found.items() for code, n in of.items()}
    assert flat == {key: n for key, n in expected.items() if n}


def test_counts_stand_in_the_order_of_the_bins_with_zeros_where_there_are_none(snapshot: Snapshot):
    (feature,) = windows.watched(snapshot, **MODEL)  # type: ignore[arg-type]
    found = windows.counts(snapshot, **MODEL, first=days(2)[0], last=days(2)[0])  # type: ignore[arg-type]
    assert list(feature.bins.bin) == [UNSEEN, MISSING, 0, 1]
    assert feature.values == ("", "", "a", "b")
    assert feature.table(found).tolist() == [[0, 1, 3, 2]]
    assert feature.table({}).tolist() == [[0, 0, 0, 0]]


def test_other_counts_can_stand_in_the_place_of_the_reference(snapshot: Snapshot):
    (feature,) = windows.watched(snapshot, **MODEL)  # type: ignore[arg-type]
    assert feature.against({"f": {0: 7}}).bins.reference.tolist() == [0, 0, 7, 0]
    assert feature.bins.reference.tolist() == [0, 1, 10, 9]


def test_a_version_without_a_profile_has_nothing_watched(snapshot: Snapshot):
    assert windows.watched(snapshot, model="m", version=9) == ()
    assert windows.counts(snapshot, model="m", version=9, first=FIRST, last=FIRST) == {}


def test_the_months_of_the_reference_are_added_up(snapshot: Snapshot):
    assert windows.months(snapshot, **MODEL, of=(2, 3)) == {"f": {0: 5}}  # type: ignore[arg-type]
    assert windows.months(snapshot, **MODEL, of=(7,)) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("version", "first", "expected"),
    [
        (2, 0, 2),  # it was there itself
        (2, -365, 1),  # version 3 made more decisions, on other bins
        (3, -365, 3),
        (2, -30, None),
    ],
)
def test_a_year_before_is_compared_on_the_same_bins(snapshot: Snapshot, version: int, first: int, expected: int | None):
    (day,) = days(first)
    assert windows.version_then(snapshot, model="m", version=version, first=day, last=day) == expected


def test_decisions_and_labelled_ones_are_counted(snapshot: Snapshot):
    first, last = days(1, 9)
    assert windows.decisions(snapshot, **MODEL, first=first, last=last) == (10, 4)  # type: ignore[arg-type]


def test_the_cells_of_a_window_give_the_metrics_of_its_decisions(snapshot: Snapshot):
    first, last = days(0, 2)
    cells = windows.cells(snapshot, **MODEL, first=first, last=last)  # type: ignore[arg-type]
    assert (cells.decisions, cells.labelled) == (35, 30)
    found = binary(cells)
    # ten positives at 0.8; of the negatives ten are beaten and ten are at 0.8 too, which counts half
    assert found["roc_auc"].value == pytest.approx(0.75)
    assert found["brier"].value == pytest.approx((10 * 0.04 + 10 * 0.04 + 10 * 0.64) / 30)
    assert binary(windows.cells(snapshot, **MODEL))["roc_auc"].value == 1  # type: ignore[arg-type]


def test_the_errors_of_a_window_give_the_metrics_of_its_decisions(snapshot: Snapshot):
    first, last = days(0, 1)
    found = regression(windows.errors(snapshot, **MODEL, first=first, last=last))  # type: ignore[arg-type]
    assert found["mae"].value == pytest.approx(3)
    assert regression(windows.errors(snapshot, **MODEL))["mae"].value == pytest.approx(1)  # type: ignore[arg-type]


def test_a_window_without_decisions_has_no_cells(snapshot: Snapshot):
    first, last = days(50, 60)
    assert windows.cells(snapshot, **MODEL, first=first, last=last).decisions == 0  # type: ignore[arg-type]
    assert len(windows.errors(snapshot, **MODEL, first=first, last=last).n) == 0  # type: ignore[arg-type]
