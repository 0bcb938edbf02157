"""Money of decisions whose outcomes are not there yet: right on average where these are like the others."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from watchroom.domain.value_estimate import LAST_DAYS, MIN_OF_ANSWER, expected, expected_errors

D1 = date(2026, 3, 1)
COUNTS = ["tp", "fp", "fn", "tn"]


def served(seed: int, n: int = 4000, share: float = 0.6, days: int = 60) -> pd.DataFrame:
    """Decisions whose score is not calibrated, at a cut-off of 0.5; `known` are those with an outcome, by chance."""
    rng = np.random.default_rng(seed)
    score = rng.beta(1, 3, n)
    return pd.DataFrame(
        {
            "day": [D1 + timedelta(int(one)) for one in rng.integers(0, days, n)],
            "score_bin": np.floor(score * 1000),
            "answer": np.where(score >= 0.5, "1", "0"),
            "real": np.where(rng.random(n) < score**2, "1", "0"),
            "known": rng.random(n) < share,
        }
    )


def cells_of(rows: pd.DataFrame) -> pd.DataFrame:
    told = rows.assign(outcome=rows["real"].where(rows["known"], None), n=1.0)
    return told.groupby(["day", "score_bin", "answer", "outcome"], dropna=False, as_index=False)["n"].sum().assign(
        outcome=lambda cells: cells["outcome"].where(cells["outcome"].notna(), None)
    )  # fmt: skip


def came_to(rows: pd.DataFrame) -> list[float]:
    kinds = (("1", "1"), ("1", "0"), ("0", "1"), ("0", "0"))
    return [float(((rows["answer"] == said) & (rows["real"] == real)).sum()) for said, real in kinds]


def test_where_outcomes_are_missing_by_chance_the_expected_counts_are_right_on_average() -> None:
    """Over 200 logs: no bias beyond three standard errors, and the counts hold every decision once."""
    off = []
    for seed in range(200):
        rows = served(seed, n=1500)
        found = expected(cells_of(rows))
        truth = came_to(rows[~rows["known"]])
        assert found["n"].sum() == (~rows["known"]).sum()
        assert found[COUNTS].sum().sum() == pytest.approx(found["n"].sum())
        off.append(found[COUNTS].sum().to_numpy() - truth)
    errors = np.array(off)
    assert np.all(np.abs(errors.mean(axis=0)) < 3 * errors.std(axis=0, ddof=1) / np.sqrt(len(off)))


def test_scores_tell_more_than_the_answers_alone() -> None:
    """The open decisions are those with low scores among the alarms; the bands know that, a mean would not."""
    rows = served(1, n=8000).assign(known=lambda one: (one["score_bin"] >= 600) | (one.index % 3 == 0))
    alarms = rows[(rows["answer"] == "1") & ~rows["known"]]
    found = expected(cells_of(rows))["tp"].sum()
    truth = (alarms["real"] == "1").sum()
    plain = len(alarms) * (rows[(rows["answer"] == "1") & rows["known"]]["real"] == "1").mean()
    assert abs(found - truth) < abs(plain - truth) / 2


def test_without_scores_the_share_of_the_answer_holds() -> None:
    rows = served(2).assign(score_bin=np.nan)
    found = expected(cells_of(rows))
    share = (rows[(rows["answer"] == "1") & rows["known"]]["real"] == "1").mean()
    alarms = ((rows["answer"] == "1") & ~rows["known"]).sum()
    assert found["tp"].sum() == pytest.approx(alarms * share)


def test_an_answer_without_enough_outcomes_makes_the_whole_unknown() -> None:
    rows = served(3)
    few = rows[(rows["answer"] == "0") | ~rows["known"] | (rows.index < 0)]
    alarms = rows[(rows["answer"] == "1") & rows["known"]]
    assert expected(cells_of(pd.concat([few, alarms[: MIN_OF_ANSWER - 1]]))).empty
    assert not expected(cells_of(pd.concat([few, alarms[:MIN_OF_ANSWER]]))).empty


def test_what_was_true_long_ago_is_not_taken_to_hold() -> None:
    old = served(4, days=20).assign(real="0", known=True)
    new = served(5, days=20).assign(day=lambda rows: [day + timedelta(LAST_DAYS + 30) for day in rows["day"]])
    alone, both = expected(cells_of(new)), expected(cells_of(pd.concat([old, new])))
    pd.testing.assert_frame_equal(alone, both)


def test_errors_are_taken_to_be_those_of_the_labelled_decisions() -> None:
    days = [D1 + timedelta(one) for one in range(3)]
    realized = pd.DataFrame({"day": days[:2], "n": [40.0, 10.0], "over_sum": [100.0, 0.0], "under_sum": [20.0, 30.0]})
    found = expected_errors(realized, pd.DataFrame({"day": days, "n": [0.0, 5.0, 20.0]}))
    assert found["day"].tolist() == days[1:]
    assert found["over_sum"].tolist() == [10.0, 40.0]
    assert found["under_sum"].tolist() == [5.0, 20.0]
    assert expected_errors(realized[1:], pd.DataFrame({"day": days, "n": [0.0, 5.0, 20.0]})).empty


def test_expected_errors_are_right_on_average() -> None:
    rng, off = np.random.default_rng(8), []
    for _ in range(300):
        error, known = rng.normal(1, 4, 400), rng.random(400) < 0.7
        over, under = np.maximum(error, 0), np.maximum(-error, 0)
        sums = {"over_sum": [over[known].sum()], "under_sum": [under[known].sum()]}
        realized = pd.DataFrame({"day": [D1], "n": [float(known.sum())], **sums})
        found = expected_errors(realized, pd.DataFrame({"day": [D1], "n": [float((~known).sum())]}))
        off.append([found["over_sum"].sum() - over[~known].sum(), found["under_sum"].sum() - under[~known].sum()])
    errors = np.array(off)
    assert np.all(np.abs(errors.mean(axis=0)) < 3 * errors.std(axis=0, ddof=1) / np.sqrt(len(off)))
