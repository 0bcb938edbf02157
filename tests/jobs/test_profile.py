"""The counts of the profile step are those that anybody gets who counts the raw files by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.jobs.profile_room import FIRST, MODEL, LogRoom, Profiled, cases, changed, labels, reference
from watchroom.domain import bins
from watchroom.errors import SourceError
from watchroom.jobs.profile import condition as profile_condition
from watchroom.jobs.profile import reference as profile_reference
from watchroom.jobs.profile import work as profile_work

DAYS = 4


@pytest.fixture
def room(tmp_path: Path) -> LogRoom:
    room = LogRoom(tmp_path / "workspace")
    room.spec()
    return room


def log() -> pd.DataFrame:
    """Four days of two versions; the second scores the same ids in shadow on two of them."""
    whole = cases(2000, days=DAYS)
    shadow = whole[whole["timestamp"] >= pd.Timestamp(FIRST + timedelta(days=2))]
    return pd.concat([whole, shadow.assign(model_version=2, score=shadow["score"] / 2)], ignore_index=True)


def in_bins(values: pd.Series, known: pd.DataFrame) -> pd.Series:
    """The bin of each value, from the table of bins alone, one bin after the other."""
    found = pd.Series(pd.NA, index=values.index, dtype="Int64")
    if known["value"].notna().any():
        found[values.isna()] = bins.MISSING
        found[values.notna()] = bins.UNSEEN
        for one in known[known["value"].notna()].itertuples():
            found[values == one.value] = one.bin
        return found
    found[values.isna()] = bins.MISSING
    for one in known[known["bin"] >= 0].itertuples():
        low = -np.inf if pd.isna(one.lower) else one.lower
        high = np.inf if pd.isna(one.upper) else one.upper
        found[(values >= low) & ((values < high) | pd.isna(one.upper))] = one.bin
    return found


def counted(profiled: Profiled, feature: str) -> Mapping[tuple[int, date, int], int]:
    rows = profiled["profile_counts"]
    rows = rows[rows["feature"] == feature]
    return {(int(r.version), r.day.date(), int(r.bin)): int(r.n) for r in rows.itertuples()}


def recounted(
    frame: pd.DataFrame, values: pd.Series, profiled: Profiled, feature: str
) -> dict[tuple[int, date, int], int]:
    table = profiled["profile_bins"]
    found: dict[tuple[int, date, int], int] = {}
    for version, rows in frame.groupby("model_version"):
        known = table[(table["version"] == version) & (table["feature"] == feature)]
        placed = in_bins(values.loc[rows.index], known)
        for (day, place), n in rows.groupby([rows["timestamp"].dt.date, placed]).size().items():
            found[int(version), day, int(place)] = int(n)
    return found


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_the_decisions_of_each_day_are_counted_by_bin_as_by_hand(room: LogRoom, form: str):
    frame = log()
    room.write(frame, f"decisions/march.{form}")
    room.write(reference(), "reference.parquet")
    profiled = room.profile()
    for feature in ("amount", "kind", "age"):
        assert counted(profiled, feature) == recounted(frame, frame[feature], profiled, feature)
    assert counted(profiled, "@score") == recounted(frame, frame["score"], profiled, "@score")
    assert counted(profiled, "@prediction") == recounted(
        frame, frame["prediction"].astype(str), profiled, "@prediction"
    )
    volume = profiled["volume"]
    assert volume["decisions"].sum() == len(frame)
    by_day = frame.groupby(["model_version", frame["timestamp"].dt.date])["timestamp"]
    last = {(int(r.version), r.day.date()): r.last_at for r in volume.itertuples()}
    assert last == by_day.max().to_dict()


def test_every_feature_of_a_day_adds_up_to_its_decisions(room: LogRoom):
    room.write(log(), "decisions/march.parquet")
    room.write(reference(), "reference.parquet")
    profiled = room.profile()
    counts = profiled["profile_counts"]
    sums = counts[counts["feature"] != "@outcome"].groupby(["version", "day", "feature"])["n"].sum()
    volume = profiled["volume"].set_index(["version", "day"])["decisions"].sort_index()
    assert (sums.groupby(["version", "day"]).nunique() == 1).all()
    assert (sums.groupby(["version", "day"]).first() == volume).all()


def test_bins_are_the_percentiles_of_the_reference(room: LogRoom):
    given = reference()
    room.write(log(), "decisions/march.parquet")
    room.write(given, "reference.parquet")
    profiled = room.profile()
    table = profiled["profile_bins"]
    for version, rows in given.groupby("model_version"):
        known = table[(table["version"] == version) & (table["feature"] == "amount") & (table["bin"] > 0)]
        assert known.sort_values("bin")["lower"].tolist() == bins.edges_of(rows["amount"].to_numpy()).tolist()
        in_reference = table[(table["version"] == version) & (table["feature"] == "kind") & table["value"].notna()]
        found = dict(zip(in_reference["value"], in_reference["reference"], strict=True))
        assert found == rows["kind"].value_counts().to_dict()
    facts = profiled["profile_features"].set_index(["version", "feature"])
    amount = given[given["model_version"] == 1]["amount"]
    assert facts.loc[(1, "amount"), "missing"] == amount.isna().sum()
    assert facts.loc[(1, "amount"), "mean"] == pytest.approx(amount[np.isfinite(amount)].mean())
    assert facts.loc[(1, "amount"), "std"] == pytest.approx(amount[np.isfinite(amount)].std(ddof=0))


def test_a_reference_with_times_is_counted_by_calendar_month_as_well(room: LogRoom):
    given = reference()
    times = pd.Timestamp(2024, 11, 15) + pd.to_timedelta(np.arange(len(given)) % 400, unit="D")
    given["timestamp"] = times.astype("datetime64[us]")
    given.loc[given.index[:5], "timestamp"] = pd.NaT
    room.write(log(), "decisions/march.parquet")
    room.write(given, "reference.parquet")
    profiled = room.profile()
    table, months = profiled["profile_bins"], profiled["profile_reference_months"]
    for feature in ("amount", "kind"):
        expected: dict[tuple[int, int, int], int] = {}
        for version, rows in given.groupby("model_version"):
            known = table[(table["version"] == version) & (table["feature"] == feature)]
            placed = in_bins(rows[feature], known)
            for (month, place), n in rows.groupby([rows["timestamp"].dt.month, placed]).size().items():
                expected[int(version), int(month), int(place)] = int(n)
        found = months[months["feature"] == feature]
        assert {(int(r.version), int(r.month), int(r.bin)): int(r.n) for r in found.itertuples()} == expected


def joined(frame: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    return frame.merge(told[["prediction_id", "label"]], on="prediction_id", how="left")


def test_outcomes_are_counted_by_score_prediction_and_group_as_by_hand(room: LogRoom):
    frame = log()
    told = labels(frame.drop_duplicates("prediction_id"))
    room.write(frame, "decisions/march.parquet")
    room.write(told, "outcomes/march.parquet")
    room.write(reference(), "reference.parquet")
    profiled = room.profile()
    cells = profiled["profile_outcomes"]
    cells = cells[cells["day"].notna()]
    rows = joined(frame, told)
    rows["score_bin"] = bins.score_bin(rows["score"].to_numpy())
    rows["loss"] = -np.log(np.where(rows["label"] == 1, rows["score"], 1 - rows["score"]))
    rows["day"] = rows["timestamp"].dt.date
    rows["outcome"] = rows["label"].map({0.0: "0", 1.0: "1"}).fillna("none")
    for group, chosen in {
        ("", ""): rows,
        **{("region", name): rows[rows["region"] == name] for name in ("north", "south")},
    }.items():
        got = cells[(cells["group_column"] == group[0]) & (cells["group_value"] == group[1])]
        want = chosen.groupby(["model_version", "day", "score_bin", chosen["prediction"].astype(str), "outcome"])
        keys = [
            (int(r.version), r.day.date(), int(r.score_bin), r.predicted, "none" if pd.isna(r.outcome) else r.outcome)
            for r in got.itertuples()
        ]
        assert dict(zip(keys, got["n"], strict=True)) == want.size().to_dict()
        assert dict(zip(keys, got["score_sum"], strict=True)) == pytest.approx(want["score"].sum().to_dict())
        told_loss = {k: v for k, v in zip(keys, got["log_loss_sum"], strict=True) if k[4] != "none"}
        assert told_loss == pytest.approx({k: v for k, v in want["loss"].sum().items() if k[4] != "none"})
        assert all(pd.isna(v) for k, v in zip(keys, got["log_loss_sum"], strict=True) if k[4] == "none")
    assert profiled["volume"]["labelled"].sum() == rows["label"].notna().sum()
    by_outcome = profiled["profile_counts"].query("feature == '@outcome'")
    assert by_outcome["n"].sum() == rows["label"].notna().sum()


def test_the_errors_of_a_regression_are_summed_as_by_hand(room: LogRoom):
    room.spec(changed(task="regression", decisions={"score": None, "prediction": "predicted", "groups": ["region"]}))
    frame = log().assign(predicted=lambda rows: rows["age"] * 10.0)
    told = labels(frame.drop_duplicates("prediction_id"))
    told = told.assign(label=np.random.default_rng(3).normal(350, 80, len(told)))
    given = reference().assign(predicted=lambda rows: rows["age"] * 10.0, label=lambda rows: rows["age"] * 11.0)
    room.write(frame, "decisions/march.parquet")
    room.write(told, "outcomes/march.csv")
    room.write(given, "reference.parquet")
    profiled = room.profile()
    errors = profiled["profile_errors"]
    rows = joined(frame, told).dropna(subset=["label"])
    rows["error"] = rows["predicted"] - rows["label"]
    for (version, day), chosen in rows.groupby(["model_version", rows["timestamp"].dt.date]):
        for column, value, part in (("", "", chosen), ("region", "south", chosen[chosen["region"] == "south"])):
            got = errors[
                (errors["version"] == version)
                & (errors["day"] == pd.Timestamp(day))
                & (errors["group_column"] == column)
                & (errors["group_value"] == value)
            ].iloc[0]
            error, absolute = part["error"], part["error"].abs()
            assert got["n"] == len(part)
            assert got["over_sum"] == pytest.approx(error.clip(lower=0).sum())
            assert got["under_sum"] == pytest.approx((-error).clip(lower=0).sum())
            assert got["sq_sum"] == pytest.approx((error**2).sum())
            assert got["abs_sq_sum"] == pytest.approx(((absolute - absolute.mean()) ** 2).sum())
            assert got["outcome_mean"] == pytest.approx(part["label"].mean())
            assert got["outcome_m2"] == pytest.approx(((part["label"] - part["label"].mean()) ** 2).sum())
    of_reference = errors[errors["day"].isna() & (errors["version"] == 1) & (errors["group_column"] == "")].iloc[0]
    own = given[given["model_version"] == 1]
    assert of_reference["n"] == len(own)
    assert of_reference["sq_sum"] == pytest.approx((own["age"] ** 2).sum())
    assert profiled["profile_counts"].query("feature == '@outcome'")["n"].sum() == len(rows)


def test_performance_is_compared_with_the_rows_that_the_condition_names(room: LogRoom):
    room.spec(changed(reference={"performance_where": "split = 'holdout' -- unseen"}))
    given = reference()
    room.write(log(), "decisions/march.parquet")
    room.write(given, "reference.parquet")
    profiled = room.profile()
    cells = profiled["profile_outcomes"]
    whole = cells[cells["day"].isna() & (cells["version"] == 2) & (cells["group_column"] == "")]
    held_out = given[(given["model_version"] == 2) & (given["split"] == "holdout")]
    assert whole["n"].sum() == len(held_out)
    assert whole[whole["outcome"] == "1"]["n"].sum() == held_out["label"].sum()
    references = profiled["profile_references"].set_index("version")
    assert references.loc[2, "n_performance"] == len(held_out)
    assert references.loc[2, "n"] == (given["model_version"] == 2).sum()


@pytest.mark.parametrize(
    "condition",
    [
        "spilt = 'holdout'",
        "1 = 1) union select * from read_csv('/etc/passwd'",
        "getenv('HOME') <> ''",
        "1 = 1) or (1 = 1",
        "1 = 1 order by 1",
        "1 = 1; select 1",
        "'holdout'",
    ],
)
def test_a_condition_that_cannot_be_used_is_told_with_its_field_and_the_rest_is_counted(room: LogRoom, condition: str):
    room.spec(changed(reference={"performance_where": condition}))
    room.write(log(), "decisions/march.parquet")
    room.write(reference(), "reference.parquet")
    profiled = room.profile()
    assert "models/claims.yaml (reference.performance_where)" in profiled.said()
    assert profiled["profile_outcomes"]["day"].notna().all()
    assert profiled["volume"]["decisions"].sum() == len(log())


@pytest.mark.parametrize(
    ("limit", "value", "condition", "why"),
    [
        (
            "SECONDS",
            0.5,
            "(select sum(hash(a.range, b.range) % 7) from range(10000000) a, range(10000000) b) > 0",
            "longer",
        ),
        (
            "SPILL_MB",
            50,
            "(select count(distinct repeat('x', 200) || a.range || b.range) from range(3000) a, range(1000) b) > 0",
            "",
        ),
    ],
)
def test_a_condition_without_end_costs_neither_the_refresh_nor_the_disk(
    room: LogRoom, monkeypatch: pytest.MonkeyPatch, limit: str, value: float, condition: str, why: str
):
    monkeypatch.setattr(profile_condition, limit, value)
    monkeypatch.setattr(profile_reference, "MEMORY_MB", 120)
    room.spec(changed(reference={"performance_where": condition}))
    room.write(log(), "decisions/march.parquet")
    room.write(reference(), "reference.parquet")
    profiled = room.profile()
    assert "The condition of the reference cannot be used" in profiled.said()
    assert why in profiled.said()
    assert set(profiled["profile_bins"]["version"]) == {1, 2}


def test_a_version_without_rows_in_the_reference_is_compared_with_all_of_them(room: LogRoom):
    room.write(log(), "decisions/march.parquet")
    room.write(reference(versions=(1,)), "reference.parquet")
    references = room.profile()["profile_references"].set_index("version")
    assert references.loc[1, "from_version"] == 1
    assert pd.isna(references.loc[2, "from_version"])
    assert references.loc[2, "n"] == len(reference(versions=(1,)))


def test_a_period_of_the_decisions_can_be_the_reference(room: LogRoom):
    period = {"start": FIRST.isoformat(), "end": (FIRST + timedelta(days=1)).isoformat()}
    spec = changed(reference=None) | {"reference": period}
    room.spec(spec)
    frame = log()
    told = labels(frame.drop_duplicates("prediction_id"))
    room.write(frame, "decisions/march.parquet")
    room.write(told, "outcomes/march.parquet")
    profiled = room.profile()
    within = frame[frame["timestamp"] < pd.Timestamp(FIRST + timedelta(days=2))]
    references = profiled["profile_references"].set_index("version")
    assert references.loc[1, ["source", "from_version", "n"]].tolist() == ["period", 1, len(within)]
    assert pd.isna(references.loc[2, "from_version"])  # it began to score after the period
    known = profiled["profile_bins"].query("feature == 'amount' and version == 2 and bin > 0").sort_values("bin")
    assert known["lower"].tolist() == bins.edges_of(within["amount"].to_numpy()).tolist()
    cells = profiled["profile_outcomes"]
    of_reference = cells[cells["day"].isna() & (cells["version"] == 1) & (cells["group_column"] == "")]
    assert of_reference["n"].sum() == len(within)
    assert references.loc[1, "n_performance"] == joined(within, told)["label"].notna().sum()


def test_without_a_reference_decisions_and_outcomes_are_counted_and_nothing_by_bin(room: LogRoom):
    room.spec(changed(reference=None))
    room.write(log(), "decisions/march.parquet")
    profiled = room.profile()
    assert profiled["profile_counts"].empty
    assert profiled["volume"]["decisions"].sum() == len(log())
    assert profiled["profile_outcomes"].query("group_column == ''")["n"].sum() == len(log())
    assert "There is no reference" in profiled.said()


def test_features_are_the_inputs_of_the_signature_when_the_file_names_none(room: LogRoom):
    room.spec(changed(decisions={"features": None}))
    room.signature = '[{"name": "amount", "type": "double"}, {"name": "age", "type": "long"}]'
    room.write(log(), "decisions/march.parquet")
    room.write(reference(), "reference.parquet")
    features = set(room.profile()["profile_features"]["feature"])
    assert features == {"amount", "age", "@score", "@prediction", "@outcome"}


def test_features_are_all_other_columns_when_nothing_names_them(room: LogRoom):
    room.spec(changed(decisions={"features": None}))
    room.write(log(), "decisions/march.parquet")
    room.write(reference(), "reference.parquet")
    features = set(room.profile()["profile_features"]["feature"])
    assert features == {"amount", "kind", "age", "@score", "@prediction", "@outcome"}


def test_a_model_that_leaves_the_workspace_leaves_the_profile(room: LogRoom):
    room.write(log(), "decisions/march.parquet")
    room.profile()
    (room.folder / "models" / "claims.yaml").unlink()
    profiled = room.profile()
    assert all(table.empty for table in profiled.tables.values())
    assert profiled.result.touched[MODEL].whole


def test_a_model_whose_file_has_a_mistake_keeps_its_profile(room: LogRoom):
    room.write(log(), "decisions/march.parquet")
    before = room.profile()
    (room.folder / "models" / "claims.yaml").write_text("model: claims\ntask: binry\n")
    assert room.profile()["volume"].equals(before["volume"])


def test_of_a_group_column_with_many_values_the_most_frequent_of_each_day_are_kept_and_that_is_told(room: LogRoom):
    room.spec(changed(decisions={"groups": ["postcode", "region"]}))
    frame = cases(3000, days=2)
    rng = np.random.default_rng(4)
    frame["postcode"] = (rng.pareto(1.0, len(frame)) * 20).astype(int).clip(0, 400).astype(str)
    room.write(frame, "decisions/march.parquet")
    profiled = room.profile()
    rows = profiled["profile_outcomes"]
    found = rows[(rows["group_column"] == "postcode") & rows["day"].notna()].groupby(["day", "group_value"])["n"].sum()
    counted = frame.groupby([frame["timestamp"].dt.normalize(), "postcode"]).size()
    for day, of_day in counted.groupby(level=0):
        ranked = sorted(of_day.droplevel(0).items(), key=lambda pair: (-pair[1], pair[0]))[:50]
        assert found[day].to_dict() == dict(ranked)
    whole = rows[(rows["group_column"] == "") & rows["day"].notna()]
    assert whole["n"].sum() == 3000
    told = [problem for problem in profiled.problems if "values in a day" in problem.what]
    assert [problem.what.split("`")[1] for problem in told] == ["postcode"]
    assert [problem for problem in room.profile().problems if "values in a day" in problem.what] == told


def test_a_model_without_a_task_is_told_that_its_predictions_are_not_judged(room: LogRoom):
    room.spec(changed(task=None))
    room.write(log(), "decisions/march.parquet")
    profiled = room.profile()
    assert any("Set `task`" in problem.next_step for problem in profiled.problems)
    assert profiled["volume"]["decisions"].sum() == len(log())


OTHER = "prices"


@pytest.mark.parametrize(
    "error",
    [
        OverflowError("cannot convert float infinity to integer"),
        TypeError(),
        ValueError("the array is empty"),
        KeyError("amount"),
        pa.ArrowInvalid("offset overflow"),
        SourceError("The place is not there."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_model_whose_counting_fails_costs_that_model_alone_and_its_profile_stays(
    room: LogRoom, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    room.models = (MODEL, OTHER)
    room.spec(changed(model=OTHER), "prices.yaml")
    room.write(log(), "decisions/march.parquet")
    room.write(reference(), "reference.parquet")
    before = room.profile()
    room.write(reference(n=2500), "reference.parquet")
    read = profile_work.read_reference

    def fails(reader: Any, plan: Any, *rest: Any) -> Any:
        if plan.model == MODEL:
            raise error
        return read(reader, plan, *rest)

    monkeypatch.setattr(profile_work, "read_reference", fails)
    profiled = room.profile()
    assert profiled.result.incomplete == {MODEL}
    assert set(profiled.result.touched) == {OTHER}, profiled.said()
    for name in ("volume", "profile_bins", "profile_counts"):
        rows = [one[name][one[name]["model"] == MODEL].reset_index(drop=True) for one in (before, profiled)]
        pd.testing.assert_frame_equal(*rows)
    told = [problem for problem in profiled.problems if "could not be counted" in problem.what]
    assert [(problem.model, problem.severity) for problem in told] == [(MODEL, "error")]
    assert told[0].why


def test_somebody_who_stops_the_refresh_stops_it(room: LogRoom, monkeypatch: pytest.MonkeyPatch):
    room.write(log(), "decisions/march.parquet")
    room.write(reference(), "reference.parquet")

    def stopped(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(profile_work, "read_reference", stopped)
    with pytest.raises(KeyboardInterrupt):
        room.profile()


def test_a_feature_called_like_a_signal_is_refused_and_the_rest_is_counted(room: LogRoom):
    names = ["@score", "@prediction", "@outcome"]
    room.spec(changed(decisions={"features": ["amount", *names]}))
    room.write(log().assign(**dict.fromkeys(names, 7.5)), "decisions/march.parquet")
    room.write(reference().assign(**dict.fromkeys(names, 7.5)), "reference.parquet")
    profiled = room.profile()
    assert "`@score`, `@prediction`, `@outcome` cannot be watched as a feature" in profiled.said()
    assert set(profiled["profile_features"]["feature"]) == {"amount", *names}
    facts = profiled["profile_features"].set_index(["version", "feature"])
    assert facts.loc[(1, "@score"), "max"] <= 1
    assert profiled["volume"]["decisions"].sum() == len(log())


@pytest.mark.parametrize(("rows", "has"), [(0, "no rows"), (1, "1 row"), (29, "29 rows")])
def test_nothing_is_compared_with_a_reference_of_a_few_rows(room: LogRoom, rows: int, has: str):
    room.write(log(), "decisions/march.parquet")
    room.write(reference(versions=(1,)).head(rows), "reference.parquet")
    for _ in range(2):
        profiled = room.profile()
        told = [problem for problem in profiled.problems if f"The reference has {has}:" in problem.what]
        assert [problem.severity for problem in told] == ["warning"]
        for name in ("profile_bins", "profile_references", "profile_counts"):
            assert profiled[name].empty
        assert profiled["volume"]["decisions"].sum() == len(log())
    assert profiled.result.touched == {}


def test_a_version_with_a_few_rows_in_the_reference_is_compared_with_all_of_them(room: LogRoom):
    room.write(log(), "decisions/march.parquet")
    given = reference(versions=(1,))
    few = reference(versions=(2,)).head(5)
    room.write(pd.concat([given, few]), "reference.parquet")
    profiled = room.profile()
    assert pd.isna(profiled["profile_references"].set_index("version").loc[2, "from_version"])
    assert "fewer than 30 rows of version 2" in profiled.said()
