"""Runs answers which runs there are: found, filtered, sorted, chosen and compared, with the address to show for it."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui.reading import Reader, said
from watchroom.ui.tables import csv

START = datetime(2026, 11, 1, 9)
HOSTILE = "<script>alert(1)</script> [click](http://evil) *bold* '; drop table runs; --"


def rows(**changed):
    runs = [
        {
            "run_id": f"run{number:03}",
            "experiment_id": str(number % 2),
            "name": f"trial-{number:03}",
            "status": "FINISHED",
            "lifecycle_stage": "active",
            "user": "ann",
            "start_time": START + timedelta(hours=number),
            "end_time": START + timedelta(hours=number, minutes=5),
        }
        for number in range(120)
    ]
    runs.append(
        {
            **runs[0],
            "run_id": "night",
            "name": HOSTILE,
            "status": "RUNNING",
            "end_time": None,
            "start_time": datetime(2026, 1, 1),
        }
    )
    runs.append({**runs[0], "run_id": "gone", "name": "deleted", "lifecycle_stage": "deleted"})
    ids = [run["run_id"] for run in runs]
    metrics = [
        {
            "run_id": run_id,
            "key": "rmse",
            "last": math.nan if run_id == "night" else float(number),
            "curve": [3.0, 2.0, 1.0],
        }
        for number, run_id in enumerate(ids)
    ]
    params = [
        {"run_id": run_id, "key": "depth", "value": str(number % 7), "number": number % 7}
        for number, run_id in enumerate(ids)
    ]
    tables = {
        "experiments": [
            {"experiment_id": "0", "name": "even", "lifecycle_stage": "active"},
            {"experiment_id": "1", "name": HOSTILE, "lifecycle_stage": "active"},
        ],
        "runs": runs,
        "metrics": metrics,
        "params": params,
        "tags": [{"run_id": "run003", "key": HOSTILE, "value": HOSTILE}],
        "run_keys": [
            {"kind": "metric", "key": "rmse", "runs": 122},
            {"kind": "param", "key": "depth", "runs": 122},
            {"kind": "tag", "key": HOSTILE, "runs": 1},
        ],
        "workspace": [
            {"key": "tracking_uri", "value": "http://mlflow.example:5000"},
            {"key": "time_zone", "value": "Europe/London"},
        ],
    }
    return {**tables, **changed}


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    publish_rows(tmp_path / "store", rows())
    return Reader(tmp_path / "store", monkeypatch)


def table(app):
    return app.main.dataframe[0].value


def test_the_latest_runs_come_first_with_what_identifies_and_distinguishes_them(reader):
    app = reader.open("runs")

    assert "121 runs" in said(app).replace("*", "")
    assert list(table(app).columns[:3]) == ["name", "experiment", "status"]
    assert {"metrics.rmse", "curve(metrics.rmse)", "params.depth"} <= set(table(app).columns)
    assert table(app)["name"].iloc[0] == "trial-119"
    assert len(table(app)) == 100
    assert "1–100 of 121" in said(app)


def test_the_address_holds_search_filter_order_columns_and_page(reader):
    app = reader.open(
        "runs", filter="metrics.rmse < 50 and params.depth in ('1', '2')", sort="metrics.rmse", column="name"
    )

    assert list(table(app)["name"])[:3] == ["trial-001", "trial-002", "trial-008"]
    assert list(table(app).columns) == ["name", "Run", "MLflow"]
    assert len(table(reader.open("runs", p="2"))) == 21
    assert list(table(reader.open("runs", q="TRIAL-007"))["name"]) == ["trial-007"]


def test_a_run_left_running_is_stale_and_its_nan_is_no_best(reader):
    app = reader.open("runs", q="script", sort="-metrics.rmse", experiment="even")

    assert list(table(app)["status"]) == ["RUNNING, stale"]
    assert reader.open("runs", sort="metrics.rmse").main.dataframe[0].value["name"].iloc[0] == "trial-000"


def test_each_run_leads_to_its_page_in_mlflow(reader):
    assert (
        table(reader.open("runs", q="trial-007"))["MLflow"].iloc[0]
        == "http://mlflow.example:5000/#/experiments/1/runs/run007"
    )


def test_without_a_server_there_is_no_link(tmp_path, monkeypatch):
    publish_rows(tmp_path / "store", rows(workspace=[{"key": "tracking_uri", "value": "sqlite:///mlflow.db"}]))

    assert "MLflow" not in table(Reader(tmp_path / "store", monkeypatch).open("runs")).columns


def test_a_filter_that_is_not_understood_shows_the_place_and_a_hint(reader):
    app = reader.open("runs", filter="metrics.rmse < 5 and status = FINISHED")

    assert "at character 31" in said(app)
    assert app.main.code[0].value.splitlines()[1].index("^") == 30
    assert "Text goes in quotes: 'FINISHED'." in said(app)
    assert not app.main.dataframe


def test_a_key_that_no_run_has_is_pointed_out_beside_the_empty_answer(reader):
    app = reader.open("runs", filter="metrics.RMSE < 5")

    assert "No run has a metric “RMSE”. Did you mean “rmse”?" in said(app)
    assert "No run fits." in said(app)


def test_from_nothing_found_one_step_leads_back_to_all_runs(reader):
    app = reader.open("runs", filter="metrics.rmse < -5", q="nothing")
    next(button for button in app.main.button if button.label == "Show all runs").click().run()

    assert len(table(app)) == 100
    assert app.text_input(key="filter").value == ""


def test_a_page_past_the_end_falls_back_to_the_first(reader):
    app = reader.open("runs", p="99")

    assert "1–100 of 121" in said(app)


@pytest.mark.parametrize(
    "address",
    [
        {"sort": "nonsense("},
        {"column": "'; drop"},
        {"p": "minus"},
        {"p": "9" * 5000},
        {"pin": "x"},
        {"pin": "9" * 5000},
        {"experiment": "nobody's"},
    ],
)
def test_what_an_address_says_wrongly_is_left_out(reader, address):
    assert len(table(reader.open("runs", **address))) == 100


def test_selected_runs_are_remembered_over_pages_and_lead_on_to_their_comparison(reader):
    app = reader.open("runs", sort="name", column="name")
    app.session_state["_runs_selected"] = ("run001", "run110")
    app.run()

    assert "2 runs selected" in said(app).replace("*", "")
    app.main.button(key="_runs_compare").click().run()

    assert app.title[0].value == "Compare"
    assert "2 runs" in said(app)
    assert "trial-001 is best by rmse: 1, lower by 109" in said(app)


def test_all_runs_of_a_filter_are_compared_in_its_order(reader):
    app = reader.open("runs", filter="metrics.rmse < 20", sort="metrics.rmse")
    app.main.button(key="_runs_compare_all").click().run()

    assert app.title[0].value == "Compare"
    assert "20 runs where metrics.rmse < 20" in said(app).replace("*", "")


def test_hostile_names_are_shown_as_text(reader):
    app = reader.open("runs", q="evil")

    assert HOSTILE in list(table(app)["name"])
    assert not app.exception
    assert all("<script>" not in element.value for element in app.main.markdown)


def test_a_store_without_runs_says_how_to_fill_it(tmp_path, monkeypatch):
    publish_rows(tmp_path / "store", {})
    app = Reader(tmp_path / "store", monkeypatch).open("runs")

    assert "There are no runs yet." in said(app)
    assert "watchroom refresh" in said(app)


def test_before_the_first_refresh_the_page_says_how_to_make_one(tmp_path, monkeypatch):
    assert "Nothing to show yet" in said(Reader(tmp_path / "store", monkeypatch).open("runs"))


def test_two_thousand_columns_stay_choosable_and_only_those_shown_are_sent(tmp_path, monkeypatch):
    keys = [{"kind": "metric", "key": f"m{number}", "runs": 1} for number in range(2000)]
    publish_rows(tmp_path / "store", rows(run_keys=keys))
    app = Reader(tmp_path / "store", monkeypatch).open("runs")

    assert len(table(app).columns) < 20
    assert not app.main.multiselect(key="experiment").disabled
    assert sum(len(widget.options) for widget in app.main.multiselect) < 100


def test_a_spreadsheet_runs_nothing_of_a_download_and_numbers_stay_numbers():
    frame = pd.DataFrame({"text": ["=cmd()", "-1", "+x", "a", None], "number": [-1.0, 2.0, 3.0, 4.0, 5.0]})
    found = csv(frame.astype({"text": "string[pyarrow]"})).decode("utf-8-sig").splitlines()

    assert found == ["text,number", "'=cmd(),-1.0", "-1,2.0", "'+x,3.0", "a,4.0", ",5.0"]
