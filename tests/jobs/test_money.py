"""Money is worked out from the log as it stands, anew where something changed, beside what would be done without."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.jobs.profile_room import FIRST, MODEL, LogRoom, cases, changed, labels
from watchroom.errors import SourceError
from watchroom.jobs.compare.step import compare_versions
from watchroom.jobs.profile.step import profile_models
from watchroom.jobs.value import money
from watchroom.jobs.value.failed import failed
from watchroom.jobs.value.money import MoneyResult, count_money
from watchroom.jobs.value.serving import fill_serving
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.load import load_workspace

FIGURES = {"true_positive": 110, "false_positive": -40, "false_negative": -5, "true_negative": 1}
VALUE = {**FIGURES, "run_cost_per_month": 310, "baseline": {"naive": "all_negative"}}
ERRORS = {"per_unit_error": {"over": -0.4, "under": -1.5}}


class Watching(DuckDBEngine):
    """Notes the days of which it is asked what would have been done, and fails when it is told to."""

    fails = False

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.asked: list[frozenset[date]] = []

    def against(self, log, outcomes, files, days, rule, repeated):  # type: ignore[no-untyped-def]
        self.asked.append(days)
        if self.fails:
            raise SourceError("The place cannot be read.", why="It is away.")
        return super().against(log, outcomes, files, days, rule, repeated)


@dataclass
class Refreshed:
    result: MoneyResult
    counts: pd.DataFrame
    value: pd.DataFrame
    changed: bool
    asked: list[frozenset[date]] = field(default_factory=list)

    def of(self, version: int | None = None, grain: str = "month") -> pd.DataFrame:
        own = self.value["version"].isna() if version is None else self.value["version"] == version
        return self.value[own & (self.value["grain"] == grain)].sort_values("period_start", ignore_index=True)

    def one(self, version: int | None = None) -> Any:
        (row,) = list(self.of(version).itertuples())
        return row


def refresh(room: LogRoom, *, fails: bool = False, seconds: float = money.SECONDS) -> Refreshed:
    """The steps up to money, as a refresh does them, and publish."""
    store, workspace = StoreFolder(room.folder / "store"), load_workspace(room.folder)
    with refresh_lock(store, 1.0), Draft(store) as draft, Watching(draft.spill, memory_mb=512) as engine:
        room._registry(draft)
        profile_models(draft, workspace, engine)
        compare_versions(draft, workspace, engine)
        fill_serving(draft)
        engine.fails = fails
        result = count_money(draft, workspace, engine, seconds=seconds)
        counts, value = (draft.connection.execute(f"from value.{name}").df() for name in ("value_counts", "value"))
        own = draft.is_own("value")
        draft.publish()
    return Refreshed(result, counts, value, own, engine.asked)


@pytest.fixture
def room(tmp_path: Path) -> LogRoom:
    return LogRoom(tmp_path / "room")


def worth(rows: pd.DataFrame, answer: Any) -> float:
    said, real = np.broadcast_to(answer, len(rows)), rows["label"].to_numpy()
    kinds = [(1, 1), (1, 0), (0, 1), (0, 0)]
    return sum(float(((said == one) & (real == other)).sum()) * figure
               for (one, other), figure in zip(kinds, FIGURES.values(), strict=True))  # fmt: skip


def errors_worth(rows: pd.DataFrame, answer: Any) -> float:
    error = np.broadcast_to(answer, len(rows)) - rows["label"].to_numpy()
    return float(np.where(error > 0, -0.4 * error, 1.5 * error).sum())


@pytest.fixture
def classified(room: LogRoom) -> pd.DataFrame:
    """Ten days of version 1; version 2 in shadow on the last five; outcomes of seven in ten."""
    room.spec(changed(value=VALUE, reference=None))
    frame = cases(1200, days=10)
    rng = np.random.default_rng(2)
    frame["by_hand"] = rng.integers(0, 2, len(frame))
    room.write(frame, "decisions/served.parquet")
    shadow = frame[frame["timestamp"] >= "2026-03-06"].assign(model_version=2, prediction=1)
    room.write(shadow, "decisions/shadow.parquet")
    told = labels(frame)
    room.write(told, "outcomes/first.parquet")
    return frame.merge(told[["prediction_id", "label"]], on="prediction_id", how="left")


def test_a_model_earns_what_its_versions_in_service_do_and_a_challenger_nothing(
    room: LogRoom, classified: pd.DataFrame
) -> None:
    found, known = refresh(room), classified.dropna(subset="label")
    for version in (None, 1):
        one = found.one(version)
        assert one.worth == pytest.approx(worth(known, known["prediction"]))
        assert one.baseline_worth == pytest.approx(worth(known, 0))
        assert one.benefit == pytest.approx(one.worth - one.baseline_worth)
        assert (one.decisions, one.labelled) == (len(classified), len(known))
        assert one.run_cost == pytest.approx(310 * 10 / 31)
        assert one.net == pytest.approx(one.benefit + one.estimated_benefit - one.run_cost)
    shadow = known[known["timestamp"] >= "2026-03-06"]
    assert found.one(2).worth == pytest.approx(worth(shadow, 1))
    assert np.isnan(found.one(2).run_cost)


def test_decisions_without_an_outcome_are_estimated_apart_and_counted_once(
    room: LogRoom, classified: pd.DataFrame
) -> None:
    counts = refresh(room).counts
    own = counts[(counts["version"] == 1) & (counts["who"] == "model")]
    by_kind = own.groupby("kind")[["n", "tp", "fp", "fn", "tn"]].sum()
    assert by_kind.loc["realized", "n"] + by_kind.loc["estimated", "n"] == len(classified)
    assert by_kind[["tp", "fp", "fn", "tn"]].sum(axis=1).tolist() == pytest.approx(by_kind["n"].tolist())


@pytest.mark.parametrize(
    ("baseline", "answer"),
    [({"naive": "all_positive"}, 1), ({"naive": "majority"}, 0), ({"column": "by_hand"}, "by_hand")],
    ids=str,
)
def test_what_would_be_done_without_a_binary_model_is_worked_out_for_the_same_decisions(
    room: LogRoom, classified: pd.DataFrame, baseline: dict[str, str], answer: Any
) -> None:
    room.spec(changed(value={**VALUE, "baseline": baseline}, reference=None))
    found, known = refresh(room), classified.dropna(subset="label")
    assert found.one().baseline_worth == pytest.approx(
        worth(known, known["by_hand"] if answer == "by_hand" else answer)
    )
    if "naive" in baseline and baseline["naive"] == "majority":
        (said,) = found.result.problems
        assert said.severity == "note"
        assert "first 30 days" in said.what
        assert refresh(room).result.problems == (said,)


@pytest.fixture
def predicted(room: LogRoom) -> pd.DataFrame:
    """Forty days of a regression; outcomes of the first 35; what was done before is in a column with gaps."""
    rng = np.random.default_rng(4)
    frame = cases(2000, days=40).drop(columns=["score", "prediction"])
    real = rng.gamma(3, 8, len(frame)).round(1) + np.arange(len(frame)) % 7
    frame["prediction"] = (real + rng.normal(1, 5, len(frame))).round(2)
    frame["last_week"] = np.where(rng.random(len(frame)) < 0.1, np.nan, (real + rng.normal(0, 12, len(frame))).round())
    room.write(frame, "decisions/a.parquet")
    told = frame[["prediction_id"]].assign(label=real, known_at=pd.Timestamp("2026-06-01").as_unit("us"))
    told = told[frame["timestamp"] < "2026-04-05"]
    room.write(told, "outcomes/a.parquet")
    whole = frame.merge(told[["prediction_id", "label"]], on="prediction_id", how="left")
    return whole.assign(day=whole["timestamp"].dt.date)


def regression(baseline: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    value = {**ERRORS, **({"baseline": baseline} if baseline else {})}
    decisions = {"score": None, "features": ["amount", "age"], "groups": []}
    return changed(task="regression", value=value, decisions=decisions, reference=None, **more)


def last(rows: pd.DataFrame) -> pd.Series[Any]:
    means = rows.groupby("day")["label"].mean().shift(1)
    return rows["day"].map(means)


ANSWERS: dict[str, tuple[dict[str, Any], Callable[[pd.DataFrame], Any]]] = {
    "constant": ({"constant": 20}, lambda rows: pd.Series(20.0, rows.index)),
    "mean": ({"naive": "mean"}, lambda rows: pd.Series(first_days(rows).mean(), rows.index)),
    "median": ({"naive": "median"}, lambda rows: pd.Series(first_days(rows).median(), rows.index)),
    "last": ({"naive": "last"}, last),
    "column": ({"column": "last_week"}, lambda rows: rows["last_week"]),
}


def first_days(rows: pd.DataFrame) -> pd.Series[Any]:
    return rows.loc[rows["timestamp"] < "2026-03-31", "label"]


@pytest.mark.parametrize("name", ANSWERS)
def test_what_would_be_done_without_a_regression_is_worked_out_for_the_same_decisions(
    room: LogRoom, predicted: pd.DataFrame, name: str
) -> None:
    baseline, answer = ANSWERS[name]
    room.spec(regression(baseline))
    found, known = refresh(room).of(), predicted.dropna(subset="label")
    said = answer(known)
    for place, month in enumerate(("2026-03", "2026-04")):
        of_month = known["timestamp"].dt.strftime("%Y-%m") == month
        told = of_month & said.notna()
        expected = errors_worth(known[told], said[told]) * of_month.sum() / told.sum()
        assert found["baseline_worth"][place] == pytest.approx(expected)
        assert found["worth"][place] == pytest.approx(errors_worth(known[of_month], known.loc[of_month, "prediction"]))
    open_ = predicted["label"].isna().sum()
    per_decision = errors_worth(known, known["prediction"]) / len(known)
    without = errors_worth(known[said.notna()], said.dropna()) / said.notna().sum()
    assert found["estimated_benefit"].sum() == pytest.approx(open_ * (per_decision - without))


def test_without_a_baseline_the_benefit_is_the_worth(room: LogRoom, predicted: pd.DataFrame) -> None:
    room.spec(regression(None))
    found = refresh(room)
    assert found.of()["benefit"].tolist() == found.of()["worth"].tolist()
    assert found.of()["baseline_worth"].isna().all()
    assert found.asked == []


def test_nothing_is_worked_out_anew_when_nothing_has_changed(room: LogRoom, predicted: pd.DataFrame) -> None:
    room.spec(regression({"column": "last_week"}))
    first, again = refresh(room), refresh(room)
    assert first.asked
    assert not again.asked
    assert not again.changed
    pd.testing.assert_frame_equal(first.value, again.value)


def test_outcomes_of_a_month_change_that_month_alone_and_come_to_the_same_as_afresh(
    room: LogRoom, predicted: pd.DataFrame, tmp_path: Path
) -> None:
    room.spec(regression({"column": "last_week"}))
    refresh(room)
    rest = predicted[predicted["label"].isna()][["prediction_id"]].assign(label=12.5, known_at=datetime(2026, 6, 2))
    room.write(rest.astype({"known_at": "datetime64[us]"}), "outcomes/b.parquet")
    found = refresh(room)
    assert {day.month for days in found.asked for day in days} == {4}
    room.folder.joinpath("store").rename(tmp_path / "old")
    same(found.value, refresh(room).value)


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    keys = ["model", "version", "grain", "period_start"]
    ordered = [frame.sort_values(keys, ignore_index=True) for frame in (left, right)]
    pd.testing.assert_frame_equal(*ordered)


def test_other_figures_are_applied_without_asking_the_log(room: LogRoom, predicted: pd.DataFrame) -> None:
    room.spec(regression({"column": "last_week"}))
    before = refresh(room)
    spec = regression({"column": "last_week"})
    spec["value"] = {**spec["value"], "per_unit_error": {"over": -0.8, "under": -3.0}}
    room.spec(spec)
    after = refresh(room)
    assert [day for days in after.asked for day in days] == []
    assert after.of()["benefit"].tolist() == pytest.approx((2 * before.of()["benefit"]).tolist())


def test_another_baseline_is_asked_for_all_days(room: LogRoom, predicted: pd.DataFrame) -> None:
    room.spec(regression({"column": "last_week"}))
    refresh(room)
    room.spec(regression({"constant": 20}))
    assert len(frozenset().union(*refresh(room).asked)) == 40


def test_a_log_that_cannot_be_read_costs_no_money_that_was_worked_out(room: LogRoom, predicted: pd.DataFrame) -> None:
    room.spec(regression({"column": "last_week"}))
    before = refresh(room)
    room.spec(regression({"constant": 20}))
    failed = refresh(room, fails=True)
    (problem,) = failed.result.problems
    assert (problem.severity, problem.why) == ("error", "It is away.") or "cannot be read" in problem.why
    same(before.value, failed.value)
    assert refresh(room).asked


def test_what_there_is_no_time_for_is_left_for_the_next_refresh(room: LogRoom, predicted: pd.DataFrame) -> None:
    room.spec(regression({"column": "last_week"}))
    left = refresh(room, seconds=0)
    assert left.value.empty
    assert "left for the next refresh: 1" in left.result.detail
    assert not refresh(room).value.empty


def test_with_time_for_one_model_in_a_refresh_every_model_has_its_turn(
    room: LogRoom, predicted: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them have money from before, and all change before every refresh."""
    room.models = (MODEL, f"{MODEL}-b", f"{MODEL}-c")
    ticks = itertools.count()
    monkeypatch.setattr(money, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    anew: list[str] = []
    before: pd.Series[Any] = pd.Series(dtype=float)
    for turn, seconds in enumerate((100, 1.5, 1.5, 1.5)):
        for model in room.models:
            spec = regression({"constant": turn})
            room.spec({**spec, "model": model}, f"{model}.yaml")
        found = refresh(room, seconds=seconds)
        without = found.of().groupby("model")["baseline_worth"].first()
        anew += [str(model) for model in without.index if turn and without[model] != before[model]]
        before = without
    assert anew == list(room.models)


def test_what_failed_is_in_the_log_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("no such luck\nin two lines")
    except ValueError as error:
        told = failed("Find the best cut-offs", "This step of the refresh failed.", error)
    assert told.why == "no such luck"
    assert "Traceback" in caplog.text


def test_a_model_whose_file_says_nothing_of_worth_has_no_money(room: LogRoom, predicted: pd.DataFrame) -> None:
    room.spec(regression(None))
    assert not refresh(room).value.empty
    spec = regression(None)
    spec.pop("value")
    room.spec(spec)
    gone = refresh(room)
    assert gone.value.empty
    assert gone.counts.empty


def test_of_several_classes_it_is_said_that_no_money_is_worked_out(room: LogRoom) -> None:
    frame = cases(300).drop(columns="score").assign(prediction="cat")
    room.write(frame, "decisions/a.parquet")
    room.spec(changed(task="multiclass", value={"run_cost_per_month": 10}, decisions={"score": None}, reference=None))
    found = refresh(room)
    assert found.value.empty
    (said,) = found.result.problems
    assert (said.model, said.severity) == (MODEL, "note")
    assert "several classes" in said.what


def test_figures_that_are_left_out_are_unknown_and_the_rest_is_counted(room: LogRoom, classified: pd.DataFrame) -> None:
    room.spec(changed(value={"true_positive": 110, "run_cost_per_month": 310}, reference=None))
    one = refresh(room).one()
    assert np.isnan(one.worth)
    assert np.isnan(one.net)
    assert one.run_cost == pytest.approx(100)
    assert one.period_start.date() == FIRST


def test_predictions_that_cannot_be_make_the_money_of_their_month_unknown_and_are_told(
    room: LogRoom, predicted: pd.DataFrame
) -> None:
    room.spec(regression({"constant": 20}))
    frame = predicted.drop(columns=["label", "day"])
    early = frame.index[frame["timestamp"] < "2026-03-20"][:2]
    frame.loc[early, "prediction"] = 1.7e308
    room.write(frame, "decisions/a.parquet")
    found = refresh(room)
    march, april = found.of().to_dict("records")
    assert [pd.isna(march[name]) for name in ("worth", "benefit", "net")] == [True] * 3
    assert np.isfinite([april["worth"], april["net"]]).all()
    amounts = found.value[["worth", "baseline_worth", "benefit", "estimated_benefit", "run_cost", "net"]]
    assert not np.isinf(amounts.to_numpy(np.float64)).any()
    (said,) = (one for one in found.result.problems if one.severity == "error")
    assert MODEL in said.what
    assert "2026-03" in said.what
    assert said in refresh(room).result.problems
