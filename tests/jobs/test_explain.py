"""The explain step: what people see explained is what the model computed, and only what is new is explained again."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.jobs.explain_room import FEATURES, SPEC, ExplainRoom, ids_of, inputs, trained
from tests.jobs.profile_room import FIRST, LogRoom, cases, changed, labels, reference, same
from watchroom.explain.contract import Limits

pytestmark = pytest.mark.long  # minutes in all

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
STABLE = ["explained_decisions", "explained_values", "shap_global", "explanation_change", "shap_local"]


@pytest.fixture
def room(tmp_path: Path) -> ExplainRoom:
    """Two months of version 1, the last days also scored by version 2; both models are logged."""
    logs = LogRoom(tmp_path / "room", versions=(1, 2))
    logs.spec(SPEC)
    logs.write(reference(400), "reference.parquet")
    march, april = cases(500, first=MARCH, days=20), cases(300, seed=2, first=APRIL, days=5)
    logs.write(march, "decisions/03.parquet")
    logs.write(april, "decisions/04.parquet")
    logs.write(april.assign(model_version=2), "decisions/04-shadow.parquet")
    logs.write(labels(march), "outcomes/03.parquet")
    found = ExplainRoom(logs)
    found.log_model(1)
    found.log_model(2)
    return found


def wide(values: pd.DataFrame, what: str) -> pd.DataFrame:
    return values.pivot(index="row", columns="feature", values=what)


def test_each_version_has_its_months_and_the_reference_explained_in_the_size_asked_for(room: ExplainRoom):
    found = room.refresh()
    assert found.result.problems == ()
    rows = found["explained_decisions"].groupby(["version", "month"], dropna=False).size().to_dict()
    sizes = {(version, None if pd.isna(month) else month.date()): n for (version, month), n in rows.items()}
    assert sizes == {(1, MARCH): 200, (1, APRIL): 200, (1, None): 200, (2, APRIL): 200, (2, None): 200}
    status = found["explanations"].set_index("version")
    assert status["status"].tolist() == ["explained", "explained"]
    assert status.loc[1, ["flavor", "method", "space", "rows", "reference_rows"]].tolist() == [
        "lightgbm", "tree", "log-odds", 400, 200,
    ]  # fmt: skip


def test_values_are_the_boosters_own_for_the_logged_inputs(room: ExplainRoom):
    found = room.refresh()
    log = cases(500, first=MARCH, days=20).set_index("prediction_id")
    decided = found["explained_decisions"]
    decided = decided[(decided["version"] == 1) & (decided["month"] == pd.Timestamp(MARCH))].set_index("row")
    values = found["explained_values"]
    values = values[(values["version"] == 1) & (values["month"] == pd.Timestamp(MARCH))]
    shap = wide(values[values["shap"].notna()], "shap").loc[decided.index, list(FEATURES)]
    given = inputs(log.loc[decided["prediction_id"]])
    expected = trained(1).predict(given, pred_contrib=True, num_threads=1)
    np.testing.assert_allclose(shap.to_numpy(), expected[:, :-1], atol=1e-6)
    np.testing.assert_allclose(decided["base_value"], expected[:, -1], atol=1e-6)
    raw = trained(1).predict(given, raw_score=True, num_threads=1)
    np.testing.assert_allclose(decided["output"], raw, atol=1e-6)
    np.testing.assert_allclose(decided["base_value"] + shap.sum(axis=1), decided["output"], atol=1e-6)
    assert set(decided["class"]) == {"1"}


def test_inputs_are_kept_as_they_were_logged_and_groups_beside_them(room: ExplainRoom):
    found = room.refresh()
    log = cases(500, first=MARCH, days=20).set_index("prediction_id")
    decided = found["explained_decisions"]
    decided = decided[(decided["version"] == 1) & (decided["month"] == pd.Timestamp(MARCH))].set_index("row")
    values = found["explained_values"]
    values = values[(values["version"] == 1) & (values["month"] == pd.Timestamp(MARCH))]
    own = log.loc[decided["prediction_id"]]
    ages = wide(values, "value").loc[decided.index, "age"]
    assert ages.tolist() == own["age"].tolist()
    texts = wide(values, "text").loc[decided.index]
    kinds = own["kind"].astype(object).where(own["kind"].notna(), None)
    assert [None if pd.isna(one) else one for one in texts["kind"]] == kinds.tolist()
    assert texts["region"].tolist() == own["region"].tolist()
    assert values[values["feature"] == "region"]["shap"].isna().all()
    told = labels(cases(500, first=MARCH, days=20)).set_index("prediction_id")["label"]
    expected = [None if one not in told.index else str(told[one]) for one in decided["prediction_id"]]
    assert [None if pd.isna(one) else one for one in decided["outcome"]] == expected


def test_weights_are_means_of_absolute_values_and_add_up_to_one(room: ExplainRoom):
    found = room.refresh()
    values = found["explained_values"].dropna(subset=["shap"])
    own = values[(values["version"] == 1) & (values["month"] == pd.Timestamp(APRIL))]
    size = own.groupby("feature")["shap"].agg(lambda shap: shap.abs().mean())
    weights = found["shap_global"]
    month = weights[(weights["version"] == 1) & (weights["period_start"] == pd.Timestamp(APRIL))]
    month = month[month["grain"] == "month"].set_index("feature")
    np.testing.assert_allclose(month["mean_abs"], size.loc[month.index])
    np.testing.assert_allclose(month["share"], size.loc[month.index] / size.sum())
    assert month.sort_values("rank").index.tolist() == size.sort_values(ascending=False).index.tolist()
    assert set(month["n"]) == {200}
    assert set(weights[weights["version"] == 1]["grain"]) == {"month", "all", "reference"}
    whole = weights[(weights["version"] == 1) & (weights["grain"] == "all")]
    assert set(whole["n"]) == {400}
    assert whole["period_start"].iloc[0] == pd.Timestamp(MARCH)
    assert whole["period_end"].iloc[0] == pd.Timestamp(date(2026, 4, 30))


def test_the_public_view_names_every_value_by_its_decision(room: ExplainRoom):
    found = room.refresh()
    local = found["shap_local"]
    decided = found["explained_decisions"]
    assert len(local) == len(decided) * len(FEATURES)
    one = local[local["prediction_id"] == decided["prediction_id"].dropna().iloc[0]]
    first = one[one["version"] == 1]
    assert first["space"].unique().tolist() == ["log-odds"]
    np.testing.assert_allclose(first["base_value"] + first["shap"].sum(), first["output"], atol=1e-9)


def test_nothing_new_explains_nothing_and_a_new_day_only_what_it_brings(room: ExplainRoom):
    first = room.refresh()
    again = room.refresh()
    assert again.result.rows == 0
    for table in STABLE:
        same(first[table], again[table])
    day = cases(60, seed=9, first=APRIL + timedelta(10))
    room.logs.write(day, "decisions/04-11.parquet")
    after = room.refresh()
    came = ids_of(after["explained_decisions"]) - ids_of(first["explained_decisions"])
    assert 0 < len(came) <= 60
    assert came <= set(day["prediction_id"])
    assert after.result.rows == len(came)
    held = first["explained_decisions"].set_index(["version", "prediction_id"])["row"].dropna()
    now = after["explained_decisions"].set_index(["version", "prediction_id"])["row"].dropna()
    both = held.index.intersection(now.index)
    assert (held.loc[both] == now.loc[both]).all(), "a row keeps its number"


def test_what_is_explained_bit_by_bit_is_what_is_explained_at_once(room: ExplainRoom, tmp_path: Path):
    room.refresh()
    room.logs.write(cases(60, seed=9, first=APRIL + timedelta(10)), "decisions/04-11.parquet")
    room.refresh()
    room.logs.write(labels(cases(300, seed=2, first=APRIL, days=5)), "outcomes/04.parquet")
    bit_by_bit, at_once = room.refresh(), room.afresh(tmp_path / "afresh")
    key = ["version", "month", "prediction_id", "decided_at", "outcome", "score", "output", "base_value"]
    decided = [each["explained_decisions"].dropna(subset=["prediction_id"])[key] for each in (bit_by_bit, at_once)]
    same(*decided)
    local = [each["shap_local"].dropna(subset=["prediction_id"]) for each in (bit_by_bit, at_once)]
    same(*local)
    same(bit_by_bit["shap_global"], at_once["shap_global"])


def test_a_corrected_decision_is_explained_again(room: ExplainRoom):
    before = room.refresh()
    april = cases(300, seed=2, first=APRIL, days=5)
    corrected = april.assign(age=april["age"] + 30)
    room.logs.write(corrected, "decisions/04.parquet")
    after = room.refresh()

    def of(found: object) -> pd.DataFrame:
        values = found["explained_values"]  # type: ignore[index]
        return values[
            (values["version"] == 1) & (values["month"] == pd.Timestamp(APRIL)) & (values["feature"] == "age")
        ]

    assert of(after)["value"].mean() == pytest.approx(of(before)["value"].mean() + 30)
    assert (after["explained_decisions"]["version"] == 2).sum() == (before["explained_decisions"]["version"] == 2).sum()


def test_late_outcomes_are_filled_in_without_explaining_anything(room: ExplainRoom):
    room.refresh()
    room.logs.write(labels(cases(300, seed=2, first=APRIL, days=5), share=1.0), "outcomes/04.parquet")
    after = room.refresh()
    assert after.result.rows == 0
    april = after["explained_decisions"]
    april = april[(april["version"] == 1) & (april["month"] == pd.Timestamp(APRIL))]
    assert april["outcome"].notna().all()


def test_another_size_of_the_sample_explains_everything_anew(room: ExplainRoom):
    room.refresh()
    room.logs.spec(changed(explain={"rows_per_month": 50}))
    after = room.refresh()
    assert after["explanations"].set_index("version")["rows"].to_dict() == {1: 100, 2: 50}


def test_one_version_that_cannot_be_explained_says_why_and_leaves_the_other(room: ExplainRoom):
    model = room.locations[2] / "model.lgb"
    model.write_text("not a model")
    found = room.refresh()
    status = found["explanations"].set_index("version")
    assert status["status"].to_dict() == {1: "explained", 2: "failed"}
    assert status.loc[2, "what"]
    assert "version 2" in found.said()
    assert "version 1" not in found.said()


def test_a_failure_is_told_at_each_refresh_and_tried_again_only_when_something_changes(room: ExplainRoom):
    model = room.locations[2] / "model.lgb"
    kept = model.read_bytes()
    model.unlink()
    first = room.refresh()
    model.write_bytes(kept)
    assert room.refresh().said() == first.said() != ""
    day = cases(60, seed=9, first=APRIL + timedelta(10), version=2)
    room.logs.write(day, "decisions/04-11.parquet")
    mended = room.refresh()
    assert mended.said() == ""
    assert mended["explanations"].set_index("version")["status"].to_dict() == {1: "explained", 2: "explained"}


def test_a_model_that_brings_code_is_refused_until_its_file_trusts_it(room: ExplainRoom):
    mlmodel = room.locations[2] / "MLmodel"
    text = mlmodel.read_text().replace("lightgbm:", "something_else:").replace("mlflow.lightgbm", "evil")
    mlmodel.write_text(text)
    found = room.refresh()
    status = found["explanations"].set_index("version").loc[2]
    assert status["status"] == "refused"
    assert "trust: true" in status["next_step"]


def test_what_could_be_explained_stays_when_what_is_new_cannot(room: ExplainRoom):
    before = room.refresh()
    room.limits = Limits(seconds=0.001, memory_mb=4096)
    room.logs.write(cases(60, seed=9, first=APRIL + timedelta(10)), "decisions/04-11.parquet")
    after = room.refresh()
    status = after["explanations"].set_index("version")
    assert status.loc[1, "status"] == "partial"
    assert status.loc[1, "what"]
    same(before["explained_decisions"], after["explained_decisions"])
    room.limits = Limits(seconds=120, memory_mb=4096)
    room.logs.write(cases(60, seed=10, first=APRIL + timedelta(11)), "decisions/04-12.parquet")
    mended = room.refresh()
    assert mended["explanations"].set_index("version").loc[1, "status"] == "explained"
    assert mended.result.rows > 0


def test_the_change_of_what_drives_it_is_measured_against_the_reference_and_the_version_before(tmp_path: Path):
    champions = ((datetime(2026, 2, 1), 1), (datetime(2026, 3, 20), 2))
    logs = LogRoom(tmp_path / "room", versions=(1, 2), champions=champions)
    logs.spec(SPEC)
    logs.write(reference(400), "reference.parquet")
    logs.write(cases(400, first=MARCH, days=19), "decisions/a.parquet")
    logs.write(cases(400, first=date(2026, 3, 20), days=10, version=2), "decisions/b.parquet")
    room = ExplainRoom(logs)
    room.log_model(1, seed=1)
    room.log_model(2, seed=2)
    change = room.refresh()["explanation_change"]
    pairs = set(zip(change["version"], change["against"], change["against_version"], strict=True))
    assert pairs == {(1, "reference", 1), (2, "reference", 2), (2, "version", 1)}
    own = change[change["against"] == "reference"]
    assert (own["value"] > 0.98).all()
    assert (own["status"] == "stable").all()
    assert set(change["limit"]) == {0.9}


def test_days_that_are_gone_take_their_explanations_with_them(room: ExplainRoom):
    room.refresh()
    (room.folder / "lake/decisions/03.parquet").unlink()
    after = room.refresh()
    assert after["explained_decisions"]["month"].dropna().unique().tolist() == [pd.Timestamp(APRIL)]
    weights = after["shap_global"]
    assert set(weights[weights["grain"] == "month"]["period_start"]) == {pd.Timestamp(APRIL)}


def test_a_model_without_its_file_loses_its_explanations_and_its_copied_files(room: ExplainRoom):
    room.refresh()
    models = room.folder / "store" / "models"
    assert len([path for path in models.iterdir() if path.is_dir()]) == 2
    (room.folder / "models" / "claims.yaml").unlink()
    after = room.refresh()
    assert after["explanations"].empty
    assert after["explained_values"].empty
    assert list(models.iterdir()) == []


def test_a_log_without_an_input_of_the_model_says_which(tmp_path: Path):
    logs = LogRoom(tmp_path / "room", versions=(1,))
    logs.spec(changed(reference=None, decisions={"features": ["amount", "kind"]}))
    logs.write(cases(200, first=FIRST).drop(columns=["age"]), "decisions/a.parquet")
    room = ExplainRoom(logs)
    room.log_model(1)
    status = room.refresh()["explanations"].iloc[0]
    assert status["status"] == "failed"
    assert "`age`" in status["what"]


def test_inputs_that_nobody_watches_are_read_from_the_log_all_the_same(tmp_path: Path):
    logs = LogRoom(tmp_path / "room", versions=(1,))
    logs.spec(changed(reference=None, decisions={"features": ["amount"]}))
    logs.write(cases(200, first=FIRST), "decisions/a.parquet")
    room = ExplainRoom(logs)
    room.log_model(1)
    found = room.refresh()
    assert found.said() == ""
    assert set(found["shap_global"]["feature"]) == set(FEATURES)


def test_a_version_whose_files_nobody_knows_says_so(room: ExplainRoom):
    del room.locations[2]
    status = room.refresh()["explanations"].set_index("version")
    assert status.loc[2, "status"] == "failed"
    assert "registry does not say" in status.loc[2, "what"]


def test_outcomes_that_come_late_to_a_reference_period_explain_no_decision_again(tmp_path: Path):
    logs = LogRoom(tmp_path / "room", versions=(1,))
    logs.spec({**SPEC, "reference": {"start": "2026-03-01", "end": "2026-03-10"}})
    march = cases(400, first=MARCH, days=20)
    logs.write(march, "decisions/03.parquet")
    logs.write(labels(march, share=0.3), "outcomes/03.parquet")
    room = ExplainRoom(logs)
    room.log_model(1)
    before = room.refresh()
    logs.write(labels(march, share=1.0), "outcomes/03.parquet")
    after = room.refresh()
    assert after.touched["claims"].whole, "the counts are made anew, since the reference has other outcomes"
    assert after.result.rows <= 200, "the rows of the reference at most"
    same(before["explained_values"].dropna(subset=["month"]), after["explained_values"].dropna(subset=["month"]))
    assert after["explained_decisions"]["outcome"].notna().all()


def test_a_day_that_goes_takes_its_rows_along_when_others_of_its_month_stay(room: ExplainRoom, tmp_path: Path):
    room.logs.write(cases(60, seed=9, first=APRIL + timedelta(10)), "decisions/04-11.parquet")
    room.refresh()
    (room.folder / "lake/decisions/04-11.parquet").unlink()
    after = room.refresh()
    same(
        after["explained_values"].drop(columns="row"),
        room.afresh(tmp_path / "afresh")["explained_values"].drop(columns="row"),
    )


def test_an_id_that_is_decided_again_on_another_day_is_explained_as_it_was_decided_last(
    room: ExplainRoom, tmp_path: Path
):
    room.refresh()
    again = cases(300, seed=2, first=APRIL, days=5).head(80)
    again = again.assign(timestamp=again["timestamp"] + pd.Timedelta(days=12), age=again["age"] + 30)
    room.logs.write(again, "decisions/04-again.parquet")
    after = room.refresh()
    fresh = room.afresh(tmp_path / "afresh")
    key = ["version", "prediction_id", "feature", "feature_value", "shap"]
    same(
        after["shap_local"].dropna(subset=["prediction_id"])[key],
        fresh["shap_local"].dropna(subset=["prediction_id"])[key],
    )


def test_nothing_that_a_failed_refresh_has_touched_is_forgotten_by_the_next(room: ExplainRoom, tmp_path: Path):
    room.refresh()
    march = cases(500, first=MARCH, days=20)
    room.logs.write(march.assign(age=march["age"] + 30), "decisions/03.parquet")
    room.logs.write(labels(march, share=1.0), "outcomes/03.parquet")
    room.limits = Limits(seconds=0.001, memory_mb=4096)
    assert room.refresh()["explanations"].set_index("version").loc[1, "status"] == "partial"
    room.limits = Limits(seconds=120, memory_mb=4096)
    room.logs.write(cases(60, seed=9, first=APRIL + timedelta(10)), "decisions/04-11.parquet")
    after, fresh = room.refresh(), room.afresh(tmp_path / "afresh")
    key = ["version", "prediction_id", "decided_at", "outcome", "output"]
    same(*(each["explained_decisions"].dropna(subset=["prediction_id"])[key] for each in (after, fresh)))
    same(after["shap_global"], fresh["shap_global"])


def test_a_version_is_compared_again_when_the_one_before_is_explained_otherwise(tmp_path: Path):
    champions = ((datetime(2026, 2, 1), 1), (datetime(2026, 3, 20), 2))
    logs = LogRoom(tmp_path / "room", versions=(1, 2), champions=champions)
    logs.spec(changed(reference=None, explain={"rows_per_month": 300}))
    first = cases(400, first=MARCH, days=19)
    logs.write(first, "decisions/a.parquet")
    logs.write(cases(400, first=date(2026, 3, 20), days=10, version=2), "decisions/b.parquet")
    room = ExplainRoom(logs)
    room.log_model(1, seed=1)
    room.log_model(2, seed=2)
    before = room.refresh()["explanation_change"]
    logs.write(first.assign(amount=first["amount"] * 40), "decisions/a.parquet")
    after = room.refresh()["explanation_change"]
    assert after["value"].tolist() != before["value"].tolist()
    same(after, room.afresh(tmp_path / "afresh")["explanation_change"])


def test_files_that_cannot_be_had_now_are_asked_for_at_the_next_refresh(room: ExplainRoom):
    away = room.locations[2].rename(room.folder / "away")
    assert room.refresh()["explanations"].set_index("version").loc[2, "status"] == "failed"
    away.rename(room.locations[2])
    assert room.refresh()["explanations"].set_index("version").loc[2, "status"] == "explained"


def test_model_files_that_the_store_has_lost_are_fetched_again(room: ExplainRoom):
    room.refresh()
    models = room.folder / "store" / "models"
    for path in models.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    again = room.refresh()
    assert again.result.rows == 0
    assert len([path for path in models.iterdir() if path.is_dir()]) == 2


def test_infinite_inputs_and_odd_groups_are_kept_as_they_are(tmp_path: Path):
    logs = LogRoom(tmp_path / "room", versions=(1,))
    logs.spec(changed(reference=None, decisions={"groups": ["region", "rate", "raw"]}))
    log = cases(120, first=FIRST)
    log["rate"] = np.where(np.arange(120) % 3, 0.5, np.inf)
    log["raw"] = [b"\xff\xfe" if place % 2 else b"a" for place in range(120)]
    logs.write(log, "decisions/a.parquet")
    room = ExplainRoom(logs)
    room.log_model(1)
    found = room.refresh()
    assert found.said() == ""
    values = found["explained_values"]
    amounts = values[values["feature"] == "amount"]["value"]
    assert np.isinf(amounts).sum() == np.isinf(log["amount"]).sum()
    assert set(values[values["feature"] == "rate"]["text"]) == {"0.5", "inf"}


def test_a_signature_that_nobody_can_read_costs_its_own_version_alone(room: ExplainRoom):
    room.signatures = {2: "[" * 100_000}
    assert room.refresh()["explanations"].set_index("version").loc[1, "status"] == "explained"


def test_rows_of_a_file_without_an_input_are_left_out_and_told_whenever_they_come(room: ExplainRoom, tmp_path: Path):
    room.refresh()
    room.logs.write(cases(60, seed=9, first=date(2026, 5, 1)).drop(columns="age"), "decisions/05.parquet")
    after = room.refresh()
    assert "`age`" in after.said()
    assert "60 decisions" in after.said()
    assert after["explanations"].set_index("version").loc[1, "status"] == "explained"
    assert ids_of(after["explained_decisions"], date(2026, 5, 1)) == set()
    again = room.refresh()
    assert again.said() == after.said()
    assert again["explanations"]["explained_at"].tolist() == after["explanations"]["explained_at"].tolist()
    fresh = room.afresh(tmp_path / "afresh")
    assert fresh.said() == after.said()
    assert ids_of(fresh["explained_decisions"]) == ids_of(after["explained_decisions"])


def test_what_took_too_long_is_tried_again_when_it_has_more_time(room: ExplainRoom):
    room.limits = Limits(seconds=0.001, memory_mb=4096)
    assert set(room.refresh()["explanations"]["status"]) == {"failed"}
    assert set(room.refresh()["explanations"]["status"]) == {"failed"}
    room.limits = Limits(seconds=120, memory_mb=4096)
    assert set(room.refresh()["explanations"]["status"]) == {"explained"}
