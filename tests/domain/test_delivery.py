"""The measures of delivery, against a history worked out by plain pandas; quarters; and the wait for a review."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from watchroom.domain.delivery import Change, Quarter, Signed, delivery, months, quarters, spread, waits
from watchroom.domain.funnel import STAGES, Progress, Reached, steps, stops_because

NOW = datetime(2026, 11, 20, 8)


def history(seed: int = 3, n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    made = pd.DataFrame({"at": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 300, n), "D")})
    made["started"] = made["at"] - pd.to_timedelta(rng.uniform(1, 900, n), "h")
    made["fails_after"] = pd.to_timedelta(np.where(rng.random(n) < 0.3, rng.uniform(0, 50, n), np.nan), "D")
    made["takes"] = pd.to_timedelta(rng.uniform(1, 300, n), "h")
    return made


def test_the_four_measures_are_what_plain_pandas_says():
    made = history()
    failed = made["fails_after"] < pd.Timedelta(days=30)
    over = made["at"] + pd.Timedelta(days=30) <= NOW
    changes = [
        Change(
            row.at.to_pydatetime(), (row.at - row.started).total_seconds() / 3600,
            True if bad else False if done else None,
            row.takes.total_seconds() / 3600 if bad else None, True,
        )
        for row, bad, done in zip(made.itertuples(), failed, over, strict=True)
    ]  # fmt: skip
    found = delivery(changes, 10.0)
    lead = (made["at"] - made["started"]) / pd.Timedelta(days=1)
    assert found.lead.median == pytest.approx(lead.median())
    assert (found.lead.low, found.lead.high) == pytest.approx(tuple(lead.quantile([0.25, 0.75])))
    judged = failed | over
    assert (found.judged, found.failed, found.open_) == (judged.sum(), failed.sum(), (~judged).sum())
    assert found.failure_share == pytest.approx(failed.sum() / judged.sum())
    assert found.restore.median == pytest.approx((made.loc[failed, "takes"] / pd.Timedelta(days=1)).median())
    assert found.per_month == pytest.approx(len(made) / 10)


def test_few_changes_have_no_percentage_and_no_quartiles():
    found = delivery([Change(NOW, 24.0 * n, n == 1, None, False) for n in (1, 2, 3)], 0.5)
    assert (found.failure_share, found.failed, found.judged, found.unrestored) == (None, 1, 3, 1)
    assert (found.lead.n, found.lead.median, found.lead.low, found.lead.high) == (3, 2.0, None, None)
    assert found.per_month is None, "of half a month nobody can tell"
    assert found.unwatched == 3
    assert spread([None]).median is None


@given(some.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_every_day_lies_in_one_quarter_of_three_months(day: date):
    quarter = Quarter.of(day)
    assert quarter.holds(day)
    assert not Quarter.of(quarter.after).holds(day)
    assert months(quarter.first, quarter.last, quarter.first) == 3


def test_quarters_reach_back_to_the_first_day_and_no_further_than_asked():
    assert [one.title for one in quarters(date(2025, 12, 31), date(2026, 4, 1), 8)] == ["Q4 2025", "Q1 2026", "Q2 2026"]
    assert len(quarters(date(1990, 1, 1), date(2026, 4, 1), 8)) == 8


def test_of_a_running_quarter_only_the_months_that_were_seen_count():
    quarter = Quarter(date(2026, 10, 1))
    seen = date(2026, 1, 1)
    assert quarter.last == date(2026, 12, 31)
    assert months(quarter.first, quarter.last, seen) == 3
    assert months(quarter.first, date(2026, 10, 15), seen) == pytest.approx(15 / (365.25 / 12))
    assert months(quarter.first, date(2026, 11, 30), date(2026, 11, 16)) == pytest.approx(15 / (365.25 / 12))


def test_a_whole_month_is_one_and_time_in_which_nothing_could_be_seen_is_none():
    assert months(date(2026, 2, 1), date(2026, 2, 28), date(2026, 1, 1)) == 1
    assert months(date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)) == 0
    assert months(date(2026, 2, 1), date(2026, 2, 28), None) == 0


def test_a_version_waits_until_its_first_sign_off_and_again_after_each_rejection():
    made = datetime(2026, 5, 1)
    signed = [Signed(made + timedelta(days=days), yes) for days, yes in ((-3, True), (2, False), (9, True), (12, True))]
    found = waits("m", 1, made, signed)
    assert [(one.hours(NOW) / 24, one.refused) for one in found] == [(2, False), (7, True)]
    (waiting,) = waits("m", 2, made, [])
    assert (waiting.until, waiting.hours(made + timedelta(days=4))) == (None, 96)


def test_the_funnel_never_widens_and_names_who_skipped_a_stage():
    every = [
        Reached("a", "healthy", frozenset(STAGES)),
        Reached("b", "champion", frozenset({"started", "registered", "champion"})),
        Reached("c", "started", frozenset({"started"})),
    ]
    found = steps(every)
    assert [one.reached for one in found] == [3, 2, 2, 2, 1]
    assert found[2].skipped == ("b",)
    assert [one.reached for one in steps([])] == [0] * 5


LONG_AGO, LATELY = NOW - timedelta(days=90), NOW - timedelta(days=3)


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (Progress("model", champion_at=LONG_AGO, serving=2, light="watch"), None),
        (
            Progress("model", champion_at=LONG_AGO, serving=2, light="drifted", light_reason="drifted: temp"),
            "Version 2 is in service and drifted: temp.",
        ),
        (
            Progress("model", champion_at=LONG_AGO, serving=2),
            "Version 2 is in service, but nobody can tell how it is: it has no decision log.",
        ),
        (Progress("model", champion_at=LONG_AGO, out_since=LATELY), "Out of service since 17 Nov 2026."),
        (
            Progress("model", registered_at=LONG_AGO, approved_at=LATELY, production=3),
            "Approved on 17 Nov 2026, but no version was ever put in service. Version 3 is in MLflow's stage "
            "Production: give it the alias champion to have it counted.",
        ),
        (
            Progress("model", registered_at=LONG_AGO, rejected="ada (reviewer): too slow"),
            "Rejected: ada (reviewer): too slow.",
        ),
        (
            Progress("model", registered_at=LONG_AGO, latest=4, latest_at=LATELY),
            "Version 4 waits for a sign-off since 17 Nov 2026; no version has the alias champion.",
        ),
        (Progress("model"), "It has a file, but neither a run nor a version."),
        (
            Progress("experiment", runs=2, failed=2, last_activity=LONG_AGO),
            "All 2 runs failed. Nothing since 22 Aug 2026.",
        ),
        (
            Progress("experiment", runs=5, failed=1, last_activity=LATELY),
            "5 runs, no version; 1 failed. Still being worked on: last run on 17 Nov 2026.",
        ),
    ],
)  # fmt: skip
def test_it_says_why_a_project_is_no_further(progress: Progress, said: str | None):
    assert stops_because(progress, NOW) == said
