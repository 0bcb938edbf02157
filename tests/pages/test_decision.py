"""Decision answers why a model decided one thing as it did: from the sample at once, else when it is asked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.decided import MODEL, TITLE, Decided, decided
from tests.ui.reading import Reader, said
from watchroom.domain.usual import Usual
from watchroom.store.queries.decision import Spread
from watchroom.ui.decision_controls import range_of


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Decided:
    return decided(tmp_path_factory.mktemp("decision") / "room")


@pytest.fixture
def reader(room: Decided, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(room.folder))
    return Reader(room.store, monkeypatch)


def one(reader: Reader, prediction_id: str, **address: str) -> AppTest:
    return reader.open("decision", model=MODEL, id=prediction_id, **address)


def answer(app: AppTest) -> str:
    return app.subheader[0].value.replace("\\", "")


def charts(app: AppTest) -> list[Any]:
    return [json.loads(chart.proto.spec) for chart in app.main.get("plotly_chart")]


def labelled(app: AppTest) -> pd.DataFrame:
    """The first table, its columns called as people see them."""
    shown = json.loads(app.dataframe[0].proto.columns)
    labels = {key: config["label"] for key, config in shown.items() if config.get("label")}
    table: pd.DataFrame = app.dataframe[0].value
    return table.rename(columns=labels)


def alts(app: AppTest) -> list[str]:
    return [chart.proto.alt for chart in app.main.get("plotly_chart")]


class TestFinding:
    def test_without_a_model_one_is_chosen_first(self, reader: Reader):
        assert "Choose the model that decided it." in said(reader.open("decision"))

    def test_the_log_is_there_to_pick_from(self, reader: Reader, room: Decided):
        app = reader.open("decision", model=MODEL, period="All time")
        table = labelled(app)
        assert len(table) == 200
        assert {"Decision", "Version", "Predicted", "Score", "Outcome", "amount"} <= set(table.columns)
        assert table["Decision"].iloc[0] == room.log["prediction_id"].max()
        assert "First 200 of more" in said(app)

    def test_what_is_asked_of_the_log_narrows_it(self, reader: Reader):
        app = reader.open("decision", model=MODEL, period="All time", version="1")
        app.slider(key="find_score").set_value((0.8, 1.0))
        app.multiselect(key="find_inputs").set_value(["merchant"]).run()
        app.multiselect(key="find_in_merchant").set_value(["games"]).run()
        table = labelled(app)
        assert len(table)
        assert set(table["merchant"]) == {"games"}
        assert table["Score"].min() >= 0.8

    def test_where_two_versions_disagree_both_come(self, reader: Reader):
        app = reader.open("decision", model=MODEL, period="All time")
        app.selectbox(key="find_disagree").set_value(2).run()
        table = app.dataframe[0].value
        answers = table.groupby("Decision")["Predicted"].nunique()
        assert len(answers)
        assert (answers == 2).all()

    def test_what_is_asked_of_the_log_stands_in_the_address(self, reader: Reader):
        app = reader.open("decision", model=MODEL, period="All time", find_outcome="Known")
        assert app.selectbox(key="find_outcome").value == "Known"

    def test_a_search_that_nothing_fits_says_so(self, reader: Reader):
        app = reader.open("decision", model=MODEL, period="All time")
        app.slider(key="find_score").set_value((0.99, 1.0)).run()
        assert "No decision fits" in said(app)

    def test_a_pasted_id_opens_its_decision(self, reader: Reader, room: Decided):
        app = reader.open("decision", model=MODEL)
        app.text_input(key="_decision_pasted").set_value(f"  {room.an_id(sampled=True)} ").run()
        assert not app.exception
        assert "Predicted" in answer(app)

    def test_an_id_that_does_not_exist_gets_a_clear_answer(self, reader: Reader):
        text = said(one(reader, "no-such-id"))
        assert "There is no decision “no-such-id”." in text
        assert "1,120 were read" in text or "560 were read" in text

    def test_a_hostile_id_stays_text(self, reader: Reader):
        app = one(reader, "<img src=x onerror=alert(1)> [a](https://example.com) `b`")
        (shown,) = [found.value for found in app.main.markdown if "There is no decision" in found.value]
        assert "\\<img" in shown
        assert "\\[a\\]" in shown

    def test_an_id_that_was_used_again_opens_its_newest_decision_and_leads_to_the_others(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        room = decided(tmp_path / "room")
        monkeypatch.setenv("WATCHROOM_WORKSPACE", str(room.folder))
        prediction_id = room.an_id(sampled=False)
        files = sorted((room.folder / "lake" / "decisions").glob("*.parquet"))
        frame = pd.read_parquet(files[0])
        frame.loc[0, ["prediction_id", "model_version"]] = [prediction_id, 1]
        frame.to_parquet(files[0], index=False)
        first, last = files[0].stem, str(room.row(prediction_id)["timestamp"].date())
        app = one(Reader(room.store, monkeypatch), prediction_id)
        assert f"This id was used on 2 days (UTC). Shown is the decision of {last}." in said(app)
        assert "what is shown of the log is newer than the rest" in said(app).replace("\\", "")
        app.button(key=f"of_{first}").click().run()
        assert f"Shown is the decision of {first}." in said(app)
        assert app.query_params["day"] == first

    def test_a_version_that_did_not_make_it_says_which_did(self, reader: Reader, room: Decided):
        text = said(one(reader, room.an_id(sampled=True), version="9"))
        assert "Version 9 did not make the decision" in text
        assert "It was made by version 1, 2." in text


class TestTheAnswer:
    def test_it_comes_first_with_score_cut_off_and_reasons(self, reader: Reader, room: Decided):
        prediction_id = room.an_id(sampled=True, predicted=1)
        app = one(reader, prediction_id)
        row = room.row(prediction_id)
        assert app.title[0].value == f"Decision of {TITLE}"
        assert answer(app).startswith(
            f"Predicted 1: scored {row['score']:.3f}, above the cut-off of 0.40 that its decisions imply, "
            "mainly because of `"
        )
        assert "explained by the refresh" in said(app)

    def test_one_that_is_not_in_the_sample_is_explained_now(self, reader: Reader, room: Decided):
        app = one(reader, room.an_id(sampled=False))
        assert "mainly because of" in answer(app)
        assert "explained now" in said(app)

    def test_without_a_version_it_is_the_champions_of_that_time(self, reader: Reader, room: Decided):
        assert "version 1" in said(one(reader, room.an_id(sampled=True)))
        text = said(one(reader, room.an_id(sampled=True), version="2"))
        assert "version 2" in text
        assert "not champion" in text

    def test_the_waterfall_ends_at_the_models_score(self, reader: Reader, room: Decided):
        prediction_id = room.an_id(sampled=True)
        app = one(reader, prediction_id)
        app.segmented_control(key="_decision_as").set_value("probability").run()
        assert f"to {room.row(prediction_id)['score']:.3g} probability" in alts(app)[0]

    def test_every_input_stands_beside_what_is_usual(self, reader: Reader, room: Decided):
        table = one(reader, room.an_id(sampled=True)).dataframe[0].value
        assert set(table["Input"]) == {"amount", "account_months", "tenure", "merchant", "night", "region"}
        own = table.set_index("Input")
        assert " to " in own.loc["amount", "Usual"]
        assert own["Added"].drop("region").notna().all()
        assert own["Added"].isna()["region"]

    def test_a_model_that_cannot_be_explained_says_why_and_shows_the_rest(
        self, room: Decided, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        folder = tmp_path / "room"
        shutil.copytree(room.folder, folder)
        (folder / "store" / "models" / f"{MODEL}-1" / "model.lgb").write_text("not a model")
        monkeypatch.setenv("WATCHROOM_WORKSPACE", str(folder))
        app = one(Reader(folder / "store", monkeypatch), room.an_id(sampled=False))
        assert answer(app).endswith("that its decisions imply.")
        assert ":red[:material/error:]" in said(app)
        assert len(app.dataframe[0].value) == 6

    def test_without_the_models_files_the_next_step_is_told(
        self, room: Decided, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        folder = tmp_path / "room"
        shutil.copytree(room.folder, folder)
        shutil.rmtree(folder / "store" / "models")
        monkeypatch.setenv("WATCHROOM_WORKSPACE", str(folder))
        text = said(one(Reader(folder / "store", monkeypatch), room.an_id(sampled=False)))
        assert "The files of version 1 are gone from the store." in text
        assert "watchroom refresh" in text


class TestTheParts:
    def test_what_was_live(self, reader: Reader, room: Decided):
        app = one(reader, room.disagreed(), part="What was live")
        text = said(app)
        for part in ("grid-7", "0123abcd", "cards-2026-08 `d1g3st` (training)", "20 by this version that day",
                     "approved for deploy by rae@example.com", "They disagree about this one."):  # fmt: skip
            assert part in text, part
        assert list(app.dataframe[0].value["Version"]) == [1, 2]

    def test_another_cut_off_says_what_flips(self, reader: Reader, room: Decided):
        prediction_id = room.an_id(sampled=True, predicted=1)
        app = one(reader, prediction_id, part="Another cut-off")
        assert "would still be 1" in said(app)
        app.slider(key="_decision_cutoff_1").set_value(1.0).run()
        assert "This one would be 0 instead of 1: it flips at" in said(app)

    def test_similar_decisions_come_with_their_outcomes(self, reader: Reader, room: Decided):
        prediction_id = room.an_id(sampled=True)
        app = one(reader, prediction_id, part="Similar decisions")
        table = app.dataframe[0].value
        assert len(table) == 10
        assert prediction_id not in set(table["Decision"])
        assert "Of the 10 most similar decisions" in said(app)

    def test_a_what_if_moves_the_score_as_the_model_does(self, reader: Reader, room: Decided):
        prediction_id = room.an_id(sampled=True)
        app = one(reader, prediction_id, part="What if")
        assert "Nothing is changed yet" in said(app)
        merchant = next(box for box in app.main.selectbox if box.label == "merchant")
        was = room.row(prediction_id)["merchant"]
        other = next(value for value in merchant.options if value not in (was, "missing"))
        merchant.set_value(other).run()
        text = said(app)
        assert f"`merchant` {other} instead of {was}" in text
        assert "It would have scored 0." in text
        assert "never logged or stored" in text

    def test_a_what_if_stands_in_the_address(self, reader: Reader, room: Decided):
        app = one(reader, room.an_id(sampled=True), part="What if", change="amount:20")
        text = said(app)
        assert "`amount` 20 instead of" in text
        app.button(key="_what_if_tries_reset").click().run()
        assert "Nothing is changed yet" in said(app)
        assert "change" not in app.query_params

    def test_reset_takes_every_change_back(self, reader: Reader, room: Decided):
        app = one(reader, room.an_id(sampled=True), part="What if")
        next(box for box in app.main.toggle if box.label == "night").set_value(True).run()
        next(box for box in app.main.toggle if box.label == "night").set_value(False).run()
        app.button(key="_what_if_tries_reset").click().run()
        assert "Nothing is changed yet" in said(app)


@pytest.mark.parametrize(
    ("value", "usual", "spread", "low", "high", "step", "typed"),
    [
        (50.0, Usual("number", 9, 0, 10, 90, 0, 100), Spread(80, True), 0, 100, 1, False),
        (0.5, Usual("number", 9, 0, 0.1, 0.9, 0, 1), Spread(900, False), 0, 1, 0.005, False),
        (412.0, Usual("number", 9, 0, 10, 200, 1, 9000), Spread(900, False), 1, 9000, 1.0, True),
        (200.0, Usual("number", 9, 0, 10, 90, 0, 100), Spread(80, True), 0, 200, 1, False),
        (3.0, Usual("number", 9, 0, 3, 3, 3, 3), Spread(1, True), 3, 3, 1, True),
        (None, None, None, 0, 1, 0.01, False),
    ],
)
def test_a_number_is_moved_within_the_references_range(
    value: float | None, usual: Usual | None, spread: Spread | None, low: float, high: float, step: float, typed: bool
):
    found = range_of(value, usual, spread)
    assert (found.low, found.high, found.typed) == (low, high, typed)
    assert found.step == pytest.approx(step)
