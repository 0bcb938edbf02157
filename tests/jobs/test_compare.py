"""Versions that have scored the same decisions are held against each other, and only anew when something changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, mean_absolute_error, roc_auc_score

from tests.jobs.profile_room import FIRST, MODEL, SPEC, LogRoom, cases, changed, labels
from watchroom.domain.worth import OutcomeWorth
from watchroom.errors import SourceError
from watchroom.jobs.compare import candidates, step
from watchroom.jobs.compare.measure import measure
from watchroom.jobs.compare.step import CompareResult, compare_versions
from watchroom.jobs.profile.step import profile_models
from watchroom.sources.decisions.contract import Files
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import tables_of
from watchroom.workspace.load import load_workspace

VALUE = {"true_positive": 110, "false_positive": -40, "false_negative": 0, "true_negative": 0}
PLAIN = changed(value=VALUE, reference=None)


class Failing(DuckDBEngine):
    """Cannot read the files for which `fails` holds."""

    fails: Callable[[Files], bool] | None = None

    def overlap(self, log, outcomes, files, days, versions):  # type: ignore[no-untyped-def]
        if self.fails and self.fails(files):
            raise SourceError("The place cannot be read.", why="It is away.")
        return super().overlap(log, outcomes, files, days, versions)


@dataclass
class Refreshed:
    result: CompareResult
    tables: dict[str, pd.DataFrame]
    changed: bool

    def metric(self, name: str) -> Any:
        found = self.tables["version_comparisons"]
        (one,) = list(found[found["metric"] == name].itertuples())
        return one


def refresh(
    room: LogRoom,
    fails: Callable[[Files], bool] | None = None,
    *,
    seconds: float = step.SECONDS,
    challenger: int | None = None,
) -> Refreshed:
    """Profile and compare, as a refresh does, and publish."""
    store, workspace = StoreFolder(room.folder / "store"), load_workspace(room.folder)
    with refresh_lock(store, 1.0), Draft(store) as draft, Failing(draft.spill, memory_mb=512) as engine:
        room._registry(draft)
        profile_models(draft, workspace, engine)
        engine.fails = fails
        if challenger:
            draft.writable("mlflow")
            for alias, version in (("champion", 1), ("challenger", challenger)):
                draft.insert("aliases", [(MODEL, alias, version)])
        result = compare_versions(draft, workspace, engine, seconds=seconds)
        tables = {one.name: draft.connection.sql(f"from compare.{one.name}").df() for one in tables_of("compare")}
        own = draft.is_own("compare")
        draft.publish()
    return Refreshed(result, tables, own)


def shadow(frame: pd.DataFrame, *, seed: int = 5, version: int = 2) -> pd.DataFrame:
    """The same decisions scored by another version, a little later, from another view of them."""
    rng = np.random.default_rng(seed)
    score = np.clip(frame["score"] + rng.normal(0, 0.1, len(frame)), 0, 1)
    later = frame["timestamp"] + pd.Timedelta(seconds=1)
    return frame.assign(
        model_version=version, score=score, prediction=(score > 0.3).astype(int), timestamp=later, region="elsewhere"
    )


@pytest.fixture
def room(tmp_path: Path) -> LogRoom:
    return LogRoom(tmp_path / "room")


@pytest.fixture
def served(room: LogRoom) -> pd.DataFrame:
    """Five days of version 1 with version 2 in shadow on the last four; some outcomes."""
    room.spec(PLAIN)
    frame = cases(1500, days=5)
    room.write(frame, "decisions/served.parquet")
    room.write(shadow(frame[frame["timestamp"] >= "2026-03-02"]), "decisions/shadow.parquet")
    room.write(labels(frame), "outcomes/first.parquet")
    return frame


def both(room: LogRoom) -> pd.DataFrame:
    """What both have scored and the outcome, the plain way."""
    first, second = (pd.read_parquet(room.folder / f"lake/decisions/{name}.parquet") for name in ("served", "shadow"))
    told = pd.concat(pd.read_parquet(file) for file in sorted((room.folder / "lake/outcomes").glob("*")))
    pairs = first.merge(second, on="prediction_id", suffixes=("_a", "_b"))
    return pairs.merge(told.drop_duplicates("prediction_id", keep="last"), on="prediction_id", how="left")


def test_a_champion_and_its_shadow_are_compared_on_what_both_have_scored(room: LogRoom, served: pd.DataFrame):
    found, expected = refresh(room), both(room)
    known = expected.dropna(subset=["label"])
    (pair,) = found.tables["version_pairs"].to_dict("records")
    assert (pair["version_a"], pair["version_b"]) == (1, 2)
    assert (pair["shared"], pair["labelled"]) == (pair["rows"], pair["labelled_rows"]) == (len(expected), len(known))
    assert (pair["first_day"].date(), pair["last_day"].date()) == (FIRST + timedelta(1), FIRST + timedelta(4))
    for name, score in (("roc_auc", roc_auc_score), ("brier", brier_score_loss)):
        one = found.metric(name)
        assert (one.value_a, one.value_b) == pytest.approx([score(known["label"], known[f"score_{v}"]) for v in "ab"])
        assert one.low <= one.difference <= one.high
        assert one.n == len(known)
    accuracy = found.metric("accuracy")
    assert accuracy.value_b == pytest.approx(accuracy_score(known["label"], known["prediction_b"]))
    money = {(1, 1): 110, (1, 0): -40, (0, 1): 0, (0, 0): 0}
    worth = [money[said, real] for said, real in zip(known["prediction_b"], known["label"].astype(int), strict=True)]
    assert found.metric("worth").value_b == pytest.approx(np.mean(worth))
    assert found.metric("roc_auc").method == "delong"
    assert (found.result.compared, found.result.problems) == (1, ())


def test_the_rows_hold_what_either_said_and_the_inputs_as_the_older_version_logged_them(
    room: LogRoom, served: pd.DataFrame
):
    found, expected = refresh(room), both(room).set_index("prediction_id")
    rows = found.tables["paired_decisions"].set_index("prediction_id").loc[expected.index]
    np.testing.assert_array_equal(rows["score_b"], expected["score_b"])
    np.testing.assert_array_equal(rows["prediction_a"].astype(int), expected["prediction_a"])
    assert rows["row"].sort_values().tolist() == list(range(1, len(rows) + 1))
    assert rows.sort_values("row")["decided_at"].is_monotonic_increasing
    values = found.tables["paired_values"]
    assert set(values["feature"]) == {"amount", "kind", "age", "region"}
    region = values[values["feature"] == "region"].set_index("row")["text"]
    assert region[rows["row"]].tolist() == expected["region_a"].tolist()
    age = values[values["feature"] == "age"].set_index("row")["value"]
    assert age[rows["row"]].tolist() == expected["age_a"].tolist()


def test_what_has_not_changed_is_not_compared_again(room: LogRoom, served: pd.DataFrame):
    first, second = refresh(room), refresh(room)
    assert (second.result.compared, second.changed) == (0, False)
    pd.testing.assert_frame_equal(first.tables["version_comparisons"], second.tables["version_comparisons"])


def test_late_outcomes_and_another_worth_are_compared_anew(room: LogRoom, served: pd.DataFrame):
    before = refresh(room)
    room.write(labels(served, seed=2, share=1.0, days_later=9), "outcomes/later.parquet")
    after = refresh(room)
    assert after.result.compared == 1
    assert after.metric("roc_auc").n > before.metric("roc_auc").n
    room.spec(changed(value={**VALUE, "false_positive": -400}, reference=None))
    assert refresh(room).metric("worth").value_a < after.metric("worth").value_a


def test_a_day_of_a_version_that_shares_nothing_changes_nothing(room: LogRoom, served: pd.DataFrame):
    refresh(room)
    room.write(cases(100, seed=8, first=date(2026, 4, 1), version=3), "decisions/next.parquet")
    assert refresh(room).result.compared == 0


@pytest.mark.parametrize(("shared", "pairs"), [(29, 0), (30, 1)])
def test_retries_on_a_switch_over_day_make_no_pair(room: LogRoom, shared: int, pairs: int):
    room.spec(PLAIN)
    frame = cases(400)
    room.write(frame, "decisions/served.parquet")
    room.write(pd.concat([cases(300, seed=3, version=2), shadow(frame[:shared])]), "decisions/next.parquet")
    found = refresh(room)
    assert len(found.tables["version_pairs"]) == pairs
    assert refresh(room).changed is False


def test_what_cannot_be_told_says_why(room: LogRoom):
    room.spec(changed(value={"true_positive": 110, "false_positive": -40}, reference=None))
    frame = cases(400)
    room.write(frame, "decisions/served.parquet")
    room.write(shadow(frame), "decisions/shadow.parquet")
    assert refresh(room).metric("roc_auc").why == "no outcomes yet"
    told = labels(frame[:20], share=1.0)
    room.write(told, "outcomes/a.parquet")
    assert refresh(room).metric("f1").why == "only 20 outcomes"
    room.write(labels(frame, share=1.0).assign(label=0), "outcomes/a.parquet")
    found = refresh(room)
    assert found.metric("roc_auc").why == "outcomes of one class only"
    assert found.metric("worth").why == "the model's `value` leaves out false_negative and true_negative"
    assert np.isnan(found.metric("worth").value_a)
    assert found.metric("brier").why == ""


def test_regressions_are_compared_by_their_errors_and_several_classes_by_their_answers(room: LogRoom):
    frame = cases(300).assign(prediction=lambda rows: rows["age"] * 1.5).drop(columns="score")
    second = frame.assign(model_version=2, prediction=frame["prediction"] + 3)
    told = labels(frame.assign(score=0.5), share=1.0).assign(label=frame["age"] * 1.5 + 1.0)
    for name, some in (("served", frame), ("shadow", second)):
        room.write(some, f"decisions/{name}.parquet")
    room.write(told, "outcomes/a.parquet")
    sections = {"task": "regression", "decisions": {"score": None}, "reference": None}
    room.spec(changed(**sections, value={"per_unit_error": {"over": -1, "under": -2}}))
    found = refresh(room)
    assert (found.metric("mae").value_a, found.metric("mae").value_b) == pytest.approx((1, 2))
    assert mean_absolute_error(told["label"], second["prediction"]) == pytest.approx(2)
    assert (found.metric("worth").value_a, found.metric("worth").value_b) == pytest.approx((-2, -2))
    assert (found.metric("mae").b_better, found.metric("mae").better) == (0, "lower")
    room.spec(changed(task="multiclass", decisions={"score": None}, reference=None))
    for name, some in (("served", frame), ("shadow", second)):
        room.write(some.assign(prediction=some["kind"]), f"decisions/{name}.parquet")
    room.write(told.assign(label=frame["kind"].fillna("chip")), "outcomes/a.parquet")
    found = refresh(room)
    assert set(found.tables["version_comparisons"]["metric"]) == {"accuracy", "macro_f1"}
    assert found.metric("accuracy").value_a == 1


def test_several_classes_with_money_of_two_are_compared_without_it():
    n = 60
    classes = np.array(["bus", "tram", "rail"])[np.arange(n) % 3].tolist()
    table = asked_table(n, prediction_a=classes, prediction_b=["bus"] * n, outcome=classes)
    for terms in (OutcomeWorth(1, 2, 3, 4), OutcomeWorth(true_positive=1)):
        found = {one.metric: one for one in measure("multiclass", terms, table, scored=False, predicted=True)}
        assert found["accuracy"].value_a == 1
        assert found["worth"].why == "the model's `value` tells the worth of two classes only"


def test_the_rarer_class_is_counted_among_the_decisions_that_both_have_scored():
    n, real = 100, np.arange(100) % 5 == 0
    scores = np.random.default_rng(1).random(n)
    half = [None if yes and place > 20 else score for place, (yes, score) in enumerate(zip(real, scores, strict=True))]
    table = asked_table(n, score_a=scores, score_b=half, outcome=np.where(real, "1", "0").tolist())
    found = {one.metric: one for one in measure("binary", None, table, scored=True, predicted=False)}
    assert found["roc_auc"].why == "only 5 outcomes of the rarer class"
    assert found["brier"].why == ""


def asked_table(n: int, **columns: Any) -> pa.Table:
    """Rows of `paired_decisions` of one day."""
    names = {f"{what}_{v}": [None] * n for what in ("score", "prediction") for v in "ab"}
    kinds = {name: pa.float64() if name.startswith("score") else pa.string() for name in (*names, "outcome")}
    made = {name: pa.array(some, kinds[name]) for name, some in {**names, **columns}.items()}
    return pa.table({"decided_at": pa.array([datetime(2026, 3, 1)] * n, pa.timestamp("us")), **made})


def test_a_log_that_does_not_say_which_version_decided_has_no_pairs(room: LogRoom, served: pd.DataFrame):
    refresh(room)
    room.spec(changed(decisions={"version": None}, reference=None))
    assert refresh(room).tables["version_pairs"].empty


def test_a_model_that_cannot_be_read_keeps_what_was_said_and_costs_the_others_nothing(tmp_path: Path):
    room = LogRoom(tmp_path / "room", models=(MODEL, "other"))
    room.spec(PLAIN)
    other = {**PLAIN, "model": "other", "decisions": {**PLAIN["decisions"], "path": "lake/others/*"}}
    room.spec(other, "other.yaml")
    frame = cases(200)
    for folder in ("decisions", "others"):
        room.write(frame, f"{folder}/served.parquet")
        room.write(shadow(frame), f"{folder}/shadow.parquet")
    refresh(room)
    room.write(labels(frame), "outcomes/a.parquet")
    found = refresh(room, lambda files: any("others" in one.file.shown for one in files.decisions))
    (problem,) = found.result.problems
    assert (problem.model, problem.severity) == ("other", "error")
    labelled = found.tables["version_pairs"].set_index("model")["labelled"]
    assert (labelled["other"], labelled[MODEL]) == (0, len(labels(frame)))
    assert refresh(room).tables["version_pairs"].set_index("model")["labelled"]["other"] == labelled[MODEL]


def test_what_is_gone_from_the_log_or_the_workspace_is_gone_here(room: LogRoom, served: pd.DataFrame):
    refresh(room)
    (room.folder / "lake/decisions/shadow.parquet").unlink()
    assert all(frame.empty for name, frame in refresh(room).tables.items() if name != "compare_notes")
    room.write(shadow(served), "decisions/shadow.parquet")
    assert refresh(room).result.compared == 1
    (room.folder / "models/claims.yaml").unlink()
    assert all(frame.empty for frame in refresh(room).tables.values())


def test_a_large_log_is_compared_by_a_sample_of_its_labelled_decisions(
    room: LogRoom, served: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(step, "ROWS", 200)
    found = refresh(room)
    (pair,) = found.tables["version_pairs"].to_dict("records")
    assert pair["labelled_rows"] == 200 < pair["labelled"]
    assert found.metric("brier").n == 200
    share = pair["labelled"] / pair["shared"]
    assert pair["labelled_rows"] / pair["rows"] == pytest.approx(share, abs=0.01)


def test_of_very_many_pairs_the_newest_are_compared_and_that_is_said(
    room: LogRoom, served: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(step, "MOST_PAIRS", 1)
    assert candidates.MOST_PAIRS == 20
    room.write(shadow(served[-200:], version=3), "decisions/third.parquet")
    found = refresh(room)
    pairs = found.tables["version_pairs"][["version_a", "version_b"]].to_numpy().tolist()
    assert pairs == [[2, 3]]
    assert found.result.problems[0].severity == "note"
    assert SPEC["model"] == found.result.problems[0].model


def pairs_of(found: Refreshed) -> list[list[int]]:
    return found.tables["version_pairs"][["version_a", "version_b"]].to_numpy().tolist()


def test_champion_and_challenger_come_before_newer_pairs_and_pairs_that_share_nothing_take_no_place(
    room: LogRoom, served: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(step, "MOST_PAIRS", 1)
    room.write(shadow(served[-200:], version=3), "decisions/third.parquet")
    assert pairs_of(refresh(room, challenger=2)) == [[1, 2]]
    (room.folder / "lake/decisions/third.parquet").unlink()
    room.write(cases(300, seed=9, days=5, version=4), "decisions/fourth.parquet")  # its own cases, on the same days
    found = refresh(room)
    assert pairs_of(found) == [[1, 2]]
    assert found.result.problems == ()


def test_what_there_is_no_time_for_is_left_for_the_next_refresh_and_said(room: LogRoom, served: pd.DataFrame):
    found = refresh(room, seconds=0)
    assert str(found.result) == "pairs of versions compared anew: 0, left for the next refresh: 1"
    assert pairs_of(refresh(room)) == [[1, 2]]
    room.write(labels(served, seed=2, share=1.0, days_later=9), "outcomes/later.parquet")
    late = refresh(room, seconds=0)
    assert (late.result.left, pairs_of(late)) == (1, [[1, 2]])  # what was said of it stands
    assert refresh(room).result.compared == 1


def test_a_long_log_is_compared_by_its_last_common_days(
    room: LogRoom, served: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(candidates, "MOST_DAYS", 2)
    (pair,) = refresh(room).tables["version_pairs"].to_dict("records")
    assert (pair["first_day"].date(), pair["last_day"].date()) == (FIRST + timedelta(3), FIRST + timedelta(4))


def test_two_versions_that_share_nothing_are_not_asked_again_until_their_days_change(
    room: LogRoom, served: pd.DataFrame
):
    asked = list[Files]()
    room.write(cases(300, seed=9, days=5, version=4), "decisions/fourth.parquet")
    refresh(room)
    refresh(room, lambda files: asked.append(files) is not None)
    assert asked == []
