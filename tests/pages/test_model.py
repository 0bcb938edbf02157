"""The page of one model tells what it is for, whose it is, what is live, what was, and how to use it."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.snapshots import publish_rows
from tests.ui import sample
from tests.ui.reading import Reader, full, links, said
from watchroom.ui.model_versions import telling_first
from watchroom.ui.text import day

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "store", monkeypatch)


def figures(app: AppTest) -> dict[str, tuple[str, str]]:
    """The figures of the head: the value, and the note under it, by name."""
    shown = [element for element in app.main if element.type in ("metric", "caption")]
    return {
        one.label: (one.value, note.value.replace("\\", "")) for one, note in pairwise(shown) if one.type == "metric"
    }


def open_tab(reader: Reader, model: str, tab: str, **address: str):
    return reader.open("model", model=model, tab=tab, **address)


def test_the_head_says_purpose_people_risk_and_what_is_live(reader: Reader):
    full(reader.store)
    app = reader.open("model", model="card-fraud")
    assert app.title[0].value == "Card fraud"
    text = said(app)
    for sentence in ("Stops stolen cards", "Fraud desk", "Wrongly stopped cards cost trust.", "cy@x"):
        assert sentence in text
    shown = figures(app)
    assert shown["Champion"][0] == "Version 3"
    assert shown["Champion"][1].startswith("seen since")
    assert shown["Champion's approval"] == ("Valid", "signed by reviewer")


def test_what_is_unknown_is_said_to_be_unknown(reader: Reader):
    full(reader.store)
    app = reader.open("model", model=sample.LONG)
    text = said(app)
    for sentence in ("Tier: unknown", "task unknown", "Its purpose is unknown", "nobody", "Nobody has assessed it."):
        assert sentence in text
    assert figures(app)["Champion"] == ("None", "no such alias")


def test_a_champion_that_no_refresh_saw_coming_is_not_given_a_date(reader: Reader):
    full(reader.store)
    assert figures(reader.open("model", model="bike-demand"))["Champion"] == ("Version 2", "since when is unknown")


def test_a_champion_that_was_there_at_the_first_refresh_is_older_than_that(reader: Reader):
    full(reader.store, registry_events=[sample.at_first_sight("bike-demand", "alias_set", version=2, name="champion")])
    assert figures(reader.open("model", model="bike-demand"))["Champion"][1].startswith("since before ")
    table = reader.open("models").main.dataframe[0].value.set_index("Model")
    assert (
        table.loc["Bike demand", "Champion since"] == f"before {day(sample.NOW - timedelta(3), LONDON, now=sample.NOW)}"
    )


@pytest.mark.parametrize(
    ("monitored", "first"),
    [("mae", "valid_mae"), ("roc_auc", "best_n"), ("r2", "test_r2"), ("rmse", "train_rmse"), (None, "best_n")],
)
def test_the_metric_shown_first_is_the_one_that_the_model_is_monitored_by(monitored: str | None, first: str):
    of_all = ["best_n", "train_mae", "train_rmse", "valid_bias", "valid_mae", "valid_r2"]
    keys = [(version, key) for version in (1, 2, 3) for key in of_all] + [(3, "test_r2"), (3, "valid_a")]
    values = pd.DataFrame(keys, columns=["version", "key"])
    values = values[~((values["key"] == "valid_r2") & (values["version"] < 3))]
    assert telling_first(values, monitored)[0] == first


def test_the_metric_of_the_models_file_is_drawn_first(reader: Reader):
    models = sample.rows()["models"]
    spec = json.dumps({"monitor": {"performance": {"metric": "roc_auc"}}})
    full(reader.store, models=[model | ({"spec": spec} if model["model"] == "card-fraud" else {}) for model in models])
    assert reader.open("model", model="card-fraud").selectbox(key="metric").value == "roc_auc"


def test_a_version_that_was_turned_down_is_not_approved_by_an_older_sign_off(reader: Reader):
    approvals = sample.rows()["approvals"]
    turned_down = approvals[0] | {"seq": 99, "decision": "rejected", "note": "Too many false alarms."}
    full(reader.store, approvals=[*approvals, turned_down])
    app = reader.open("model", model="card-fraud")
    assert figures(app)["Champion's approval"] == ("Rejected", "it was turned down")
    assert "Champion version 3 was rejected: Too many false alarms." in said(app)


def test_the_figure_says_which_roles_signed(reader: Reader):
    first = sample.rows()["approvals"][0]
    both = [first, first | {"seq": 30, "role": "operations", "actor": "cy@x"}]
    full(reader.store, approvals=both)
    shown = figures(reader.open("model", model="card-fraud"))
    assert shown["Champion's approval"] == ("Valid", "signed by operations and reviewer")


def test_versions_stand_beside_the_metrics_of_their_runs(reader: Reader):
    full(reader.store)
    app = reader.open("model", model="card-fraud")
    table = app.main.dataframe[0].value.set_index("Version")
    assert list(table.index) == [4, 3, 2, 1]
    assert table.loc[3, "Aliases"] == "champion"
    assert table.loc[3, "roc_auc"] == pytest.approx(0.86)
    assert table.loc[3, "Signature"] == "2 inputs"
    assert table.loc[1, "Signature"] == "unknown: Its MLmodel file is not on this machine."
    assert table.loc[3, "Commit"] == "01234567, uncommitted changes"
    (chart,) = app.main.get("plotly_chart")
    assert "version 3 (champion)" in chart.proto.alt


def test_the_version_of_the_scope_narrows_the_table(reader: Reader):
    full(reader.store)
    app = reader.open("model", model="card-fraud", version="2")
    assert list(app.main.dataframe[0].value["Version"]) == [2]
    assert "version 2 only" in said(app)


def test_a_version_whose_run_is_gone_says_so(reader: Reader):
    full(reader.store)
    table = reader.open("model", model=sample.HOSTILE).main.dataframe[0].value
    assert table.iloc[0]["Run"] == "gone-fro, gone"


def test_the_history_says_its_limit(reader: Reader):
    full(reader.store)
    text = said(open_tab(reader, "card-fraud", "History"))
    assert "Watchroom knows when a change was seen by a refresh, not who made it." in text
    assert "champion of card-fraud moved from version 2 to 3" in text
    assert "3 changes" in text


def test_the_runs_behind_the_versions_are_counted_apart_from_those_of_their_experiments(reader: Reader):
    full(reader.store)
    app = open_tab(reader, "card-fraud", "Runs")
    assert "4 runs behind its versions; the last started" in said(app)
    found = {label: query for label, page, query in links(app) if page == "runs"}
    assert found["The 4 runs behind its versions"] == "model=card-fraud"
    assert found["All 80 runs of the experiment card-fraud"] == "experiment=card-fraud&model=All+models"


def test_a_deleted_run_behind_the_versions_is_counted_and_shown_by_the_link(reader: Reader):
    full(reader.store, runs=deleted("run001"))
    app = open_tab(reader, "card-fraud", "Runs")
    assert "4 runs behind its versions, 1 of them deleted in MLflow; the last started" in said(app)
    found = {label: query for label, page, query in links(app) if page == "runs"}
    assert "All 79 runs of the experiment card-fraud" in found
    address = {key: value for key, (value,) in parse_qs(found["The 4 runs behind its versions"]).items()}
    assert len(reader.open("runs", **address).main.dataframe[0].value) == 4


def deleted(*run_ids: str) -> list[dict[str, object]]:
    return [run | ({"lifecycle_stage": "deleted"} if run["run_id"] in run_ids else {}) for run in sample.rows()["runs"]]


def test_a_champion_whose_run_was_deleted_needs_attention(reader: Reader):
    full(reader.store, runs=deleted("run002"))
    app = reader.open("model", model="card-fraud")
    text = "The run of champion version 3 was deleted in MLflow"
    assert text in said(app)
    assert app.main.dataframe[0].value.set_index("Version")["Run"].to_dict()[3] == "search-2, deleted"
    assert text in said(reader.open("home"))
    assert "Its run was deleted in MLflow: restore it there" in said(open_tab(reader, "card-fraud", "Work on it"))


def test_of_a_run_that_is_gone_from_the_snapshot_the_command_that_asks_mlflow_for_it_is_left(reader: Reader):
    full(reader.store, runs=[run for run in sample.rows()["runs"] if run["run_id"] != "run002"])
    text = said(open_tab(reader, "card-fraud", "Work on it"))
    assert "Its run is not in the snapshot" in text
    assert "mlflow artifacts download --run-id run002 --dst-path run" in text


def test_a_deleted_run_of_another_version_is_only_marked(reader: Reader):
    full(reader.store, runs=deleted("run001"))
    app = reader.open("model", model="card-fraud")
    assert "was deleted in MLflow" not in said(app)
    assert app.main.dataframe[0].value.set_index("Version")["Run"].to_dict()[2] == "search-1, deleted"


def test_a_run_of_a_deleted_experiment_is_deleted(reader: Reader):
    gone = [one | {"lifecycle_stage": "deleted"} for one in sample.rows()["experiments"]]
    full(reader.store, experiments=gone)
    assert "The run of champion version 3 was deleted in MLflow" in said(reader.open("model", model="card-fraud"))


@pytest.mark.parametrize(
    ("better", "caption"),
    [("lower", "Lower is better"), ("higher", "Higher is better"), ("zero", "Nearest to zero is better")],
)
def test_the_caption_of_a_metric_says_which_way_is_better(reader: Reader, better: str, caption: str):
    full(reader.store, metrics=[metric | {"better": better} for metric in sample.rows()["metrics"]])
    assert f"{caption}, judged by the metric's name" in said(reader.open("model", model="card-fraud"))


def test_a_challenger_that_is_the_champion_is_no_challenger(reader: Reader):
    moved = [alias | ({"version": 3} if alias["alias"] == "challenger" else {}) for alias in sample.rows()["aliases"]]
    full(reader.store, aliases=moved)
    note = "is the champion itself: move or remove the alias"
    assert figures(reader.open("model", model="card-fraud"))["Challenger"] == ("Version 3", note)


def test_a_metric_that_a_version_lacks_is_a_dash(reader: Reader):
    full(reader.store, metrics=[metric for metric in sample.rows()["metrics"] if metric["run_id"] != "run003"])
    assert reader.open("model", model="card-fraud").main.dataframe[0].proto.placeholder == "–"


def test_how_to_load_it_is_there_to_copy(reader: Reader):
    full(reader.store)
    code = "\n".join(block.value for block in open_tab(reader, "card-fraud", "Work on it").main.code)
    assert "mlflow.pyfunc.load_model('models:/card-fraud/3')" in code
    assert "0123456789abcdef" in code
    assert "watchroom report decision --model card-fraud --id ID --version 3" in code
    assert "set_registered_model_alias('card-fraud', 'champion', 4)" in code


def test_a_model_that_is_gone_gets_a_clear_answer(reader: Reader):
    full(reader.store)
    text = said(reader.open("model", model="card-frod"))
    assert "There is no model named “card-frod” in this snapshot." in text
    assert "The nearest name is “card-fraud”." in text


def test_without_a_model_the_page_asks_which(reader: Reader):
    full(reader.store)
    app = reader.open("model")
    assert "Which model?" in said(app)
    app.main.selectbox[0].select("churn").run()
    assert app.title[0].value == "Customer churn"


def test_in_an_empty_room_there_is_nothing_to_choose(reader: Reader):
    publish_rows(reader.store)
    assert "There are no models yet." in said(reader.open("model"))


@pytest.mark.parametrize("tab", ["Versions", "History", "Approvals", "Runs", "Work on it"])
def test_every_tab_of_a_model_without_anything_says_why_it_is_empty(reader: Reader, tab: str):
    full(reader.store)
    app = open_tab(reader, "ghost", tab)
    assert not app.main.dataframe
    assert any(phrase in said(app) for phrase in ("No ", "Nobody has signed", "There is nothing to load yet."))


def test_a_hostile_name_stays_text(reader: Reader):
    full(reader.store)
    title = reader.open("model", model=sample.HOSTILE).title[0].value
    assert "<img src=x onerror=alert(1)> **bold**" in title.replace("\\", "")
    assert r"\<img" in title
