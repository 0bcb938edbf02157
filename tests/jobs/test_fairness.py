"""How groups fare, from counts: what plain pandas and Fairlearn's own metrics say of the raw decisions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
from sklearn.metrics import accuracy_score, mean_absolute_error

from tests.helpers.snapshots import publish_rows
from watchroom.domain.bins import score_bin
from watchroom.domain.laws import wilson
from watchroom.jobs.fairness import step
from watchroom.jobs.fairness.step import judge_fairness
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.load import Workspace, load_workspace

FIRST = date(2026, 1, 20)
RATES = {"selection_rate", "true_positive_rate", "false_positive_rate", "error_rate"}


def binary(seed: int = 1, n: int = 6000, days: int = 30) -> pd.DataFrame:
    """Raw decisions of two months in which the young are picked more often; a tenth without outcome, some unscored."""
    rng = np.random.default_rng(seed)
    band = rng.choice(["18-25", "26-60", "61+"], n, p=[0.2, 0.6, 0.2])
    score = np.clip(rng.beta(2, 5, n) + 0.1 * (band == "18-25"), 0, 1)
    frame = pd.DataFrame(
        {
            "day": [FIRST + timedelta(int(day)) for day in rng.integers(0, days, n)],
            "band": band,
            "region": rng.choice(["north", "south", ""], n),
            "score": score,
            "predicted": np.where(score >= 0.35, "1", "0"),
            "outcome": np.where(rng.random(n) < score, "1", "0"),
        }
    )
    frame["outcome"] = frame["outcome"].where(rng.random(n) < 0.9, None)
    return frame


def outcome_rows(raw: pd.DataFrame, groups: tuple[str, ...] = ("band", "region"), **key: Any) -> list[dict[str, Any]]:
    """Raw decisions of a classifier as `profile_outcomes` holds them: counted by day, group and cell."""
    cells = raw.assign(
        score_bin=score_bin(raw["score"].fillna(0).to_numpy()),
        n=1,
        score_sum=raw["score"],
        score_sq_sum=raw["score"] ** 2,
    )
    cells["score_bin"] = cells["score_bin"].where(raw["score"].notna(), -1)
    cells["outcome"] = cells["outcome"].fillna("?")
    cells["predicted"] = cells["predicted"].fillna("?")
    rows = []
    for column in groups:
        keys = ["day", column, "score_bin", "predicted", "outcome"]
        summed = cells.groupby(keys, dropna=False)[["n", "score_sum", "score_sq_sum"]].sum().reset_index()
        for row in summed.rename(columns={column: "group_value"}).to_dict("records"):
            row = {name: None if value in ("?", -1) or value is pd.NaT else value for name, value in row.items()}
            rows.append({"model": "m", "version": 1, **key, "group_column": column, **row})
    return rows


def error_rows(raw: pd.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for (day, value), part in raw.groupby(["day", "band"]):
        error = (part["predicted"] - part["outcome"]).to_numpy()
        rows.append(
            {
                "model": "m",
                "version": 1,
                "day": day,
                "group_column": "band",
                "group_value": value,
                "n": len(part),
                "over_sum": error[error > 0].sum(),
                "under_sum": -error[error < 0].sum(),
                "sq_sum": (error**2).sum(),
            }
        )
    return rows


def workspace(folder: Path, *names: str, task: str | None = "binary", more: str = "") -> Workspace:
    (folder / "models").mkdir(parents=True, exist_ok=True)
    for path in (folder / "models").iterdir():
        path.unlink()
    for name in names or ("m",):
        asked = f"task: {task}\n" if task else ""
        (folder / "models" / f"{name}.yaml").write_text(
            f"model: {name}\n{asked}decisions: {{path: x.parquet, prediction: p, groups: [band, region]}}\n{more}"
        )
    (folder / "watchroom.yaml").write_text("mlflow: {tracking_uri: sqlite:///none.db}\n")
    return load_workspace(folder)


@contextmanager
def drafted(folder: Path) -> Iterator[Draft]:
    store = StoreFolder(folder)
    with refresh_lock(store, wait_seconds=5), Draft(store) as draft:
        yield draft


def judged(tmp_path: Path, table: str, rows: list[dict[str, Any]], task: str | None = "binary") -> pd.DataFrame:
    publish_rows(tmp_path / "store", {table: rows})
    with drafted(tmp_path / "store") as draft:
        result = judge_fairness(draft, workspace(tmp_path / "room", task=task), None)
        assert (result.judged, result.problems) == (1, ())
        return fairness(draft)


def fairness(draft: Draft) -> pd.DataFrame:
    return draft.connection.execute(
        "select * from explain.fairness order by model, version, grain, period_start, group_column, metric, group_value"
    ).df()


def only(found: pd.DataFrame, **where: Any) -> pd.DataFrame:
    for name, value in where.items():
        found = found[found[name] == value]
    return found.set_index("group_value")


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame]:
    raw = binary()
    raw.loc[raw.index[:200], "score"] = np.nan
    raw.loc[raw.index[:200], "predicted"] = None
    return raw, judged(tmp_path_factory.mktemp("months"), "profile_outcomes", outcome_rows(raw))


@pytest.mark.parametrize("column", ["band", "region"])
@pytest.mark.parametrize("month", [date(2026, 1, 1), date(2026, 2, 1), None])
def test_counts_give_what_fairlearn_gives_on_the_raw_decisions(months, column, month):
    raw, found = months
    grain = {"grain": "month", "period_start": pd.Timestamp(month)} if month else {"grain": "all"}
    part = raw if month is None else raw[[day.month == month.month for day in raw["day"]]]
    picked = part[part["predicted"].notna()]
    plain = picked.assign(yes=picked["predicted"] == "1").groupby(column)["yes"].agg(["mean", "size"])
    rate = only(found, group_column=column, metric="selection_rate", **grain)
    pd.testing.assert_series_equal(rate["value"], plain["mean"], check_names=False, check_dtype=False)
    assert list(rate["n"]) == list(plain["size"])
    known = picked[picked["outcome"].notna()]
    frame = MetricFrame(
        metrics={
            "true_positive_rate": true_positive_rate,
            "false_positive_rate": false_positive_rate,
            "error_rate": lambda y, p: 1 - accuracy_score(y, p),
        },
        y_true=known["outcome"].astype(int),
        y_pred=known["predicted"].astype(int),
        sensitive_features=known[column],
    )
    for metric in frame.by_group:
        rows = only(found, group_column=column, metric=metric, **grain)
        assert rows["value"].to_numpy() == pytest.approx(frame.by_group[metric].to_numpy())


def test_the_smallest_ratio_is_fairlearns_own(months):
    raw, found = months
    known = raw[raw["predicted"].notna()]
    frame = MetricFrame(
        metrics=selection_rate,
        y_true=known["score"],
        y_pred=known["predicted"].astype(int),
        sensitive_features=known["band"],
    )
    rows = only(found, group_column="band", metric="selection_rate", grain="all")
    assert rows["ratio"].min() == pytest.approx(frame.ratio())
    assert set(rows["best"]) == {"18-25"}
    assert dict(rows["status"]) == {"18-25": "above", "26-60": "below", "61+": "below"}


def test_calibration_is_the_mean_score_less_the_observed_rate_with_the_interval_of_that_mean(months):
    raw, found = months
    known = raw[raw["outcome"].notna() & raw["score"].notna()]
    gap = known["score"] - (known["outcome"] == "1")
    plain = gap.groupby(known["region"]).agg(["mean", "std", "size"])
    rows = only(found, group_column="region", metric="calibration_gap", grain="all")
    assert list(rows.index) == ["", "north", "south"]  # a missing value is a group of its own
    assert rows["value"].to_numpy() == pytest.approx(plain["mean"].to_numpy())
    half = 1.959964 * plain["std"] / np.sqrt(plain["size"])
    assert (rows["high"] - rows["value"]).to_numpy() == pytest.approx(half.to_numpy(), rel=1e-6)
    assert set(rows["status"]) == {"none"}


def test_rates_have_wilsons_interval_and_periods_their_days(months):
    raw, found = months
    rows = found[found["metric"].isin(RATES)]
    low, high = wilson(rows["value"], rows["n"])
    assert rows["low"].to_numpy() == pytest.approx(low)
    assert rows["high"].to_numpy() == pytest.approx(high)
    spans = found.groupby("grain")[["period_start", "period_end"]].agg(["min", "max"])
    days = [pd.Timestamp(day) for day in (raw["day"].min(), raw["day"].max())]
    assert list(spans.loc["all", [("period_start", "min"), ("period_end", "max")]]) == days
    assert set(found[found["grain"] == "month"]["period_end"]) == {
        pd.Timestamp("2026-01-31"),
        pd.Timestamp("2026-02-28"),
    }


def test_the_reference_is_a_period_of_its_own(tmp_path):
    raw = binary().assign(day=pd.NaT)
    found = judged(tmp_path, "profile_outcomes", outcome_rows(raw))
    assert set(found["grain"]) == {"reference"}
    assert found["period_start"].isna().all()
    plain = (raw["predicted"] == "1").groupby(raw["band"]).mean()
    assert only(found, group_column="band", metric="selection_rate")["value"].to_numpy() == pytest.approx(plain)


def test_without_outcomes_only_selection_is_known(tmp_path):
    raw = binary().assign(outcome=None)
    found = judged(tmp_path, "profile_outcomes", outcome_rows(raw))
    known = found[found["value"].notna()]
    assert set(known["metric"]) == {"selection_rate"}
    unknown = found[found["value"].isna()]
    assert set(unknown["n"]) == {0}
    assert unknown[["low", "high", "ratio", "best"]].isna().all(axis=None)


def test_a_group_that_is_missing_in_a_month_has_no_row_there(tmp_path):
    raw = binary()
    raw = raw[(raw["band"] != "61+") | np.array([day.month == 1 for day in raw["day"]])]
    rows = judged(tmp_path, "profile_outcomes", outcome_rows(raw))
    groups = rows[rows["group_column"] == "band"].groupby(["grain", "period_start"])["group_value"].unique()
    assert [sorted(values) for values in groups] == [
        ["18-25", "26-60", "61+"],
        ["18-25", "26-60", "61+"],
        ["18-25", "26-60"],
    ]


@pytest.mark.parametrize(
    ("change", "metric", "status"),
    [
        ({"band": "all"}, "selection_rate", {"none"}),
        ({"predicted": "0"}, "selection_rate", {"none"}),
        ({"predicted": "1"}, "selection_rate", {"above"}),
        ({"outcome": "0"}, "true_positive_rate", {"small"}),
        ({"outcome": "1"}, "false_positive_rate", {"small"}),
        ({"predicted": "1", "outcome": "1"}, "error_rate", {"none"}),
    ],
)
def test_one_group_or_one_class_alone_is_no_alarm(tmp_path, change, metric, status):
    found = judged(tmp_path, "profile_outcomes", outcome_rows(binary().assign(**change), ("band",)))
    assert set(only(found, grain="all", metric=metric)["status"]) == status


def test_several_classes_are_compared_by_their_errors(tmp_path):
    rng = np.random.default_rng(5)
    raw = binary().assign(
        score=np.nan, predicted=rng.choice(["a", "b", "c"], 6000), outcome=rng.choice(["a", "b"], 6000)
    )
    found = judged(tmp_path, "profile_outcomes", outcome_rows(raw), task="multiclass")
    assert set(found["metric"]) == {"error_rate"}
    plain = (raw["predicted"] != raw["outcome"]).groupby(raw["band"]).mean()
    assert only(found, grain="all", group_column="band")["value"].to_numpy() == pytest.approx(plain)


def test_amounts_are_compared_by_the_size_of_their_errors(tmp_path):
    rng = np.random.default_rng(6)
    raw = binary()[["day", "band"]].assign(outcome=rng.normal(100, 20, 6000))
    raw["predicted"] = raw["outcome"] + rng.normal(3, 10, 6000) * np.where(raw["band"] == "61+", 2, 1)
    found = judged(tmp_path, "profile_errors", error_rows(raw), task="regression")
    error, by = raw["predicted"] - raw["outcome"], raw["band"]
    frame = MetricFrame(
        metrics=mean_absolute_error, y_true=raw["outcome"], y_pred=raw["predicted"], sensitive_features=by
    )
    mae, bias = (only(found, grain="all", metric=metric) for metric in ("mae", "mean_error"))
    assert mae["value"].to_numpy() == pytest.approx(frame.by_group.to_numpy())
    assert bias["value"].to_numpy() == pytest.approx(error.groupby(by).mean().to_numpy())
    for rows, of in ((mae, error.abs()), (bias, error)):
        half = 1.959964 * of.groupby(by).std() / np.sqrt(of.groupby(by).size())
        assert (rows["high"] - rows["value"]).to_numpy() == pytest.approx(half.to_numpy(), rel=1e-6)
    assert mae["ratio_high"]["61+"] < 0.8
    assert set(mae["status"]) | set(bias["status"]) == {"none"}


def test_nothing_is_said_while_the_task_is_unknown(tmp_path):
    assert judged(tmp_path, "profile_outcomes", outcome_rows(binary()), task=None).empty


def test_only_what_changed_is_judged_again_and_what_is_gone_goes(tmp_path):
    rows = [
        *outcome_rows(binary(), model="a"),
        *outcome_rows(binary(2), model="b"),
        *outcome_rows(binary(3), model="c"),
    ]
    publish_rows(tmp_path / "store", {"profile_outcomes": rows})
    with drafted(tmp_path / "store") as draft:
        assert judge_fairness(draft, workspace(tmp_path / "room", "a", "b", "c"), None).judged == 3
        draft.publish()
    with drafted(tmp_path / "store") as draft:
        assert judge_fairness(draft, workspace(tmp_path / "room", "a", "b", "c"), []).judged == 0
        assert not draft.is_own("explain")
        draft.writable("profile")
        draft.connection.execute("delete from profile.profile_outcomes where model = 'a'")
        assert judge_fairness(draft, workspace(tmp_path / "room", "a", "b"), ["a"]).judged == 1
        assert set(fairness(draft)["model"]) == {"b"}


def test_a_version_that_is_gone_goes_and_another_task_is_judged_anew(tmp_path):
    publish_rows(
        tmp_path / "store", {"profile_outcomes": [*outcome_rows(binary()), *outcome_rows(binary(2), version=2)]}
    )
    with drafted(tmp_path / "store") as draft:
        room = workspace(tmp_path / "room")
        judge_fairness(draft, room, None)
        assert set(fairness(draft)["version"]) == {1, 2}
        draft.writable("profile")
        draft.connection.execute("delete from profile.profile_outcomes where version = 1")
        judge_fairness(draft, room, ["m"])
        assert set(fairness(draft)["version"]) == {2}
        judge_fairness(draft, workspace(tmp_path / "room", task="multiclass"), [])
        assert set(fairness(draft)["metric"]) == {"error_rate"}


def test_the_four_fifths_line_is_drawn_for_the_answer_that_is_good_for_people(tmp_path):
    raw = binary()
    publish_rows(tmp_path / "store", {"profile_outcomes": outcome_rows(raw)})
    with drafted(tmp_path / "store") as draft:
        judge_fairness(draft, workspace(tmp_path / "room"), None)
        assumed = fairness(draft)
        good = {answer: workspace(tmp_path / "room", more=f"answer: {{favourable: {answer}}}\n") for answer in (0, 1)}
        assert judge_fairness(draft, good[1], []).judged == 0  # it is what was assumed
        assert judge_fairness(draft, good[0], []).judged == 1
        found = fairness(draft)
    spared = (raw["predicted"] == "0").groupby(raw["band"]).mean()
    rows = only(found, group_column="band", metric="selection_rate", grain="all")
    assert rows["value"].to_numpy() == pytest.approx(spared.to_numpy())
    assert rows["ratio"].to_numpy() == pytest.approx((spared / spared.max()).to_numpy())
    others = [frame[frame["metric"] != "selection_rate"].reset_index(drop=True) for frame in (assumed, found)]
    pd.testing.assert_frame_equal(*others)


def test_a_model_that_cannot_be_judged_keeps_what_was_said_and_costs_the_others_nothing(tmp_path, monkeypatch):
    rows = [*outcome_rows(binary(), model="a"), *outcome_rows(binary(2), model="b")]
    publish_rows(tmp_path / "store", {"profile_outcomes": rows})
    measure = step.measure

    def fails_once(*_):
        monkeypatch.setattr(step, "measure", measure)
        raise ValueError("numbers from elsewhere\nwith a second line")

    with drafted(tmp_path / "store") as draft:
        room = workspace(tmp_path / "room", "a", "b")
        judge_fairness(draft, room, None)
        before = fairness(draft)
        monkeypatch.setattr(step, "measure", fails_once)
        result = judge_fairness(draft, room, None)
        assert result.judged == 1
        assert [(problem.model, problem.why) for problem in result.problems] == [("a", "numbers from elsewhere")]
        pd.testing.assert_frame_equal(fairness(draft), before)
        assert judge_fairness(draft, room, []).judged == 1  # what failed is tried again by itself


def test_a_model_whose_file_has_a_mistake_keeps_what_was_said(tmp_path):
    publish_rows(tmp_path / "store", {"profile_outcomes": outcome_rows(binary())})
    with drafted(tmp_path / "store") as draft:
        judge_fairness(draft, workspace(tmp_path / "room"), None)
        (tmp_path / "room" / "models" / "m.yaml").write_text("model: m\ntask: nonsense\n")
        judge_fairness(draft, load_workspace(tmp_path / "room"), None)
        assert not fairness(draft).empty
