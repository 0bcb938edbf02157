"""The cut-offs that a refresh finds, against plain pandas on the raw decisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui.threshold_sample import DAYS, FIRST, PER_DAY, cells, decided, raw, rows, threshold, workspace
from watchroom.jobs.value import cutoffs as cutoffs_job
from watchroom.jobs.value.cutoffs import DAYS as WINDOW
from watchroom.jobs.value.cutoffs import find_cutoffs
from watchroom.settings import Settings
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.queries.threshold import BLOCKS, Decided
from watchroom.store.queries.threshold import decided as of_period
from watchroom.store.snapshot import ReaderLimits, SnapshotStore


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pd.DataFrame]:
    folder = tmp_path_factory.mktemp("cutoffs") / "store"
    threshold(folder)
    with SnapshotStore(folder, ReaderLimits.of(Settings.load({}))).lease() as snapshot:
        yield snapshot.query("select * from cutoffs").set_index("model")


def money(frame: pd.DataFrame, cutoff: float) -> float:
    """What a cut-off earns on the raw decisions that have an outcome."""
    known = frame.dropna(subset=["outcome"])
    yes, real = known["score"] >= cutoff, known["outcome"] == "1"
    return float(110 * (yes & real).sum() - 40 * (yes & ~real).sum())


def test_the_best_one_earns_most_on_the_raw_decisions(found: pd.DataFrame):
    frame, row = decided()["card-fraud"], found.loc["card-fraud"]
    most = max(money(frame, cutoff) for cutoff in np.arange(0, 1.005, 0.01))
    assert money(frame, row["best"]) == most
    per_month = 30 / DAYS * len(frame) / frame["outcome"].notna().sum()
    assert row["gain_per_month"] == pytest.approx((most - money(frame, 0.6)) * per_month)
    assert row["gain_low"] < row["gain_per_month"] < row["gain_high"]
    assert row["best_low"] < row["best"] < row["best_high"]


def test_the_row_tells_the_cutoff_in_use_its_alerts_and_ratios(found: pd.DataFrame):
    frame, row = decided()["card-fraud"], found.loc["card-fraud"]
    assert row["in_use"] == 0.6
    assert row["alerts_per_day"] == (frame["score"] >= 0.6).sum() / DAYS
    assert row["best_alerts_per_day"] == (frame["score"] >= row["best"]).sum() / DAYS
    assert row["cost_ratio"] == 2.75
    assert row["implied_ratio"] == pytest.approx(0.4 / 0.6, rel=0.5)
    assert row["n"] == frame["outcome"].notna().sum()
    assert pd.Timestamp(row["period_start"]).date() == FIRST


@pytest.mark.parametrize(
    ("model", "unknown", "known"),
    [
        ("half-value", ["best", "gain_per_month", "cost_ratio"], ["in_use", "implied_ratio", "alerts_per_day"]),
        ("no-value", ["best", "gain_per_month", "cost_ratio"], ["in_use", "implied_ratio", "alerts_per_day"]),
        ("few", ["best", "gain_per_month"], ["in_use", "cost_ratio"]),
        ("no-predictions", ["in_use", "implied_ratio", "gain_per_month", "alerts_per_day"], ["best", "best_low"]),
        ("all-stopped", ["in_use", "implied_ratio"], ["best", "gain_per_month", "alerts_per_day"]),
    ],
)
def test_what_nothing_tells_is_null(found: pd.DataFrame, model: str, unknown: list[str], known: list[str]):
    assert found.loc[model, unknown].isna().all()
    assert found.loc[model, known].notna().all()


def test_models_without_outcomes_or_scores_have_no_row(found: pd.DataFrame):
    assert not {"unlabelled", "no-score", "claims", "no-decisions"} & set(found.index)


def test_only_the_last_ninety_days_of_service_count_and_a_second_run_changes_nothing(tmp_path: Path):
    old = raw(5, days=10).assign(day=FIRST - timedelta(WINDOW))
    shadow = raw(6, days=DAYS).assign(predicted="1")
    made = rows()
    made["profile_outcomes"] = [*cells("card-fraud", decided()["card-fraud"]), *cells("card-fraud", old),
                                *cells("card-fraud", shadow, version=2)]  # fmt: skip
    made["value_serving"].append(
        {"model": "card-fraud", "version": 1, "day": FIRST - timedelta(WINDOW), "decisions": 9}
    )
    publish_rows(tmp_path / "store", made)
    with refresh_lock(StoreFolder(tmp_path / "store"), 5), Draft(StoreFolder(tmp_path / "store")) as draft:
        told = [find_cutoffs(draft, workspace(made, tmp_path)) for _ in range(2)]
        every = draft.connection.execute("select * from value.cutoffs").df()
    assert told == [("models with scores and outcomes: 1, with a best cut-off: 1", ()), ("nothing new", ())]
    assert list(every["version"]) == [1]
    assert list(every["n"]) == [decided()["card-fraud"]["outcome"].notna().sum()]


def test_a_model_that_rests_at_weekends_earns_no_more_a_month_than_a_calendar_holds(tmp_path: Path):
    frame = raw(8, days=28)
    frame = frame[[day.weekday() < 5 for day in frame["day"]]]
    publish_rows(tmp_path / "store", {"profile_outcomes": cells("m", frame)})
    with SnapshotStore(tmp_path / "store", ReaderLimits.of(Settings.load({}))).lease() as snapshot:
        got = of_period(snapshot, model="m", version=1, first=FIRST, last=FIRST + timedelta(40))
    assert got is not None
    assert got.scored.days == (max(frame["day"]) - min(frame["day"])).days + 1 > frame["day"].nunique()
    assert got.scored.to_month == pytest.approx(30 / got.scored.days * len(frame) / frame["outcome"].notna().sum())


def test_one_model_that_fails_is_named_keeps_its_row_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store = tmp_path / "store"
    threshold(store)
    with refresh_lock(StoreFolder(store), 5), Draft(StoreFolder(store)) as draft:
        before = draft.connection.execute("select * from value.cutoffs order by model").fetchall()

        def fails_once(found: Decided, cutoff: float) -> float:
            if found.scored.decisions == DAYS * PER_DAY and found.in_use is not None and found.in_use.cutoff == 0.6:
                raise ZeroDivisionError("no days")
            return real(found, cutoff)

        real = cutoffs_job._alerts
        monkeypatch.setattr(cutoffs_job, "_alerts", fails_once)
        _, problems = find_cutoffs(draft, workspace(rows(), tmp_path))
        after = draft.connection.execute("select * from value.cutoffs order by model").fetchall()
    assert after == before
    assert [(problem.model, problem.why) for problem in problems] == [("card-fraud", "no days")]
    assert "card-fraud" in problems[0].place


def test_a_long_period_is_put_into_blocks_and_loses_nothing(tmp_path: Path):
    days = 300
    frame = raw(8, days=days).assign(score=lambda frame: frame["score"].round(1))
    made = {"profile_outcomes": cells("m", frame)}
    publish_rows(tmp_path / "store", made)
    with SnapshotStore(tmp_path / "store", ReaderLimits.of(Settings.load({}))).lease() as snapshot:
        got = of_period(snapshot, model="m", version=1, first=FIRST, last=FIRST + timedelta(days))
    assert got is not None
    assert len(got.scored.positive) <= BLOCKS
    assert (got.scored.decisions, got.scored.days, got.served) == (days * PER_DAY, days, False)
    assert got.scored.labelled == frame["outcome"].notna().sum()
    assert (got.known_yes, got.known_no) == pytest.approx((0.8, 0.8), abs=0.02)
