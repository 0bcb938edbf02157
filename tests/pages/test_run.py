"""Run says what one run is, whether it could be made again and how; it is found by its id, and lets no name run."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui.reading import Reader, links, said

START = datetime(2026, 11, 1, 9)
ID, CHILD, TWIN, OLD, NIGHT = (letter * 32 for letter in "abcde")
HOSTILE = "<script>alert(1)</script> [click](http://evil) *bold* `x` :red[y] $z$ '; drop table runs; --"


def run(run_id: str, **changed: object) -> dict[str, object]:
    return {
        "run_id": run_id, "experiment_id": "1", "name": f"run-{run_id[0]}", "status": "FINISHED",
        "lifecycle_stage": "active", "user": "ann", "start_time": START, "end_time": datetime(2026, 11, 1, 9, 3, 5),
        "source_type": "LOCAL", "source_name": "train.py", "artifact_uri": f"/m/{run_id}", **changed,
    }  # fmt: skip


def rows() -> dict[str, list[dict[str, object]]]:
    model = {
        "location": f"/m/{ID}/model", "run_id": ID, "flavors": ["sklearn"], "signature_inputs": '[{"name": "a"}]',
        "has_input_example": False, "python_version": "3.11.7", "requirements": "mlflow==3.17.2", "read_at": START,
        "load_status": "loaded",
    }  # fmt: skip
    hostile = run(NIGHT, name=HOSTILE, user=HOSTILE, source_name=HOSTILE, commit=HOSTILE, status="RUNNING",
                  end_time=None, start_time=datetime(2026, 1, 1), parent_run_id=HOSTILE)  # fmt: skip
    return {
        "experiments": [
            {"experiment_id": "1", "name": "claims", "lifecycle_stage": "active"},
            {"experiment_id": "2", "name": "gone", "lifecycle_stage": "deleted"},
        ],
        "runs": [
            run(ID, commit="a1" * 20, dirty=False), run(CHILD, parent_run_id=ID, status="FAILED"),
            run(f"{TWIN[:-1]}0"), run(TWIN), run(OLD, lifecycle_stage="deleted", name=None), hostile,
        ],
        "params": [{"run_id": ID, "key": "seed", "value": "7"}, {"run_id": ID, "key": "depth", "value": "6"},
                   {"run_id": NIGHT, "key": HOSTILE, "value": HOSTILE}],
        "metrics": [
            {"run_id": ID, "key": "rmse", "last": 0.5, "best": 0.25, "better": "lower", "min": 0.25, "max": 2.0,
             "count": 3, "not_finite": 0, "curve": [2.0, 0.25, 0.5]},
            {"run_id": ID, "key": "odd", "last": math.nan, "better": "higher", "count": 1, "not_finite": 1},
        ],
        "tags": [{"run_id": NIGHT, "key": HOSTILE, "value": HOSTILE},
                 {"run_id": NIGHT, "key": "mlflow.note.content", "value": HOSTILE}],
        "run_inputs": [
            {"run_id": ID, "name": "claims", "digest": "d1g3st", "context": "training", "source_type": "local",
             "source": '{"uri": "claims.parquet"}', "profile": '{"num_rows": 1204}'},
        ],
        "model_files": [
            model, {"location": "/m/x", "run_id": NIGHT, "problem": f"It is gone: {HOSTILE}", "read_at": START},
        ],
        "model_versions": [{"name": "claims", "version": 3, "run_id": ID}],
        "aliases": [{"name": "claims", "alias": "champion", "version": 3}],
        "workspace": [
            {"key": "tracking_uri", "value": "http://mlflow.example:5000"},
            {"key": "commit_link", "value": "https://git.example.com/c/{commit}"},
        ],
    }  # fmt: skip


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    publish_rows(tmp_path / "store", rows())
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(tmp_path))
    return Reader(tmp_path / "store", monkeypatch)


def test_the_page_says_first_what_the_run_is_and_whether_it_could_be_made_again(reader: Reader) -> None:
    app = reader.open("run", run=ID)
    text = said(app)
    assert app.main.title[0].value == "run\\-a"
    assert "Started by ann on 1 Nov 09:00 from train.py, took 3 min 05 s." in text
    assert "[`a1a1a1a1`](https://git.example.com/c/" + "a1" * 20 + "), with nothing uncommitted" in text
    assert "To make it again:** 7 of 8 found; missing: input example." in text
    assert ("Registered as claims version 3", "model", "model=claims&version=3") in links(app)
    assert "it loads" in text
    assert "run-b (failed)" in text
    metrics = app.main.dataframe[0].value.set_index("Metric")
    assert list(metrics.loc["rmse", ["Last", "Best", "Min", "Max"]]) == ["0.5", "0.25", "0.25", "2"]
    assert metrics.loc["odd", "Last"] == "NaN"
    assert "1 metric logged NaN or an infinity" in text


def test_what_is_missing_comes_with_why_it_matters_and_code_and_the_recipe_follows(reader: Reader) -> None:
    app = reader.open("run", run=ID, tab="Make it again")
    text = said(app)
    assert "Input example** missing" in text
    assert "Whoever takes the model over can try it at once." in text
    codes = [element.value for element in app.main.code]
    assert "input_example=frame.head(5)" in codes[0]
    assert "git checkout --detach " + "a1" * 20 in codes[1]
    assert "frame = pd.read_parquet('claims.parquet')" in codes[2]
    assert "models:/claims/3" in codes[-1]
    assert "@champion" in codes[-1]


def test_parameters_are_searched_and_datasets_come_with_their_digests(reader: Reader) -> None:
    app = reader.open("run", run=ID, tab="Parameters", param_search="see")
    assert app.main.dataframe[0].value.to_dict("records") == [{"Parameter": "seed", "Value": "7"}]
    (dataset,) = reader.open("run", run=ID, tab="Data").main.dataframe[0].value.to_dict("records")
    assert (dataset["Digest"], dataset["Size"], dataset["Where it came from"]) == (
        "d1g3st",
        "1,204 rows",
        "claims.parquet",
    )


def test_a_run_is_found_by_the_beginning_of_its_id_and_those_beside_it_are_compared(reader: Reader) -> None:
    app = reader.open("run", run="aaaaaa")
    assert app.main.title[0].value == "run\\-a"
    assert any(label.startswith("Compare with 2 others of its experiment") for label, _, _ in links(app))


@pytest.mark.parametrize(
    ("asked", "answer", "near"),
    [
        ("cccc", "More than one run begins with “cccc”.", 2),
        ("a" * 31 + "b", "There is no run", 1),
        ("run-b", "There is no run “run-b” in this snapshot.", 1),
        (HOSTILE, "There is no run", 1),
        ("", "Which run?", 0),
    ],
)
def test_a_run_that_is_not_clear_is_said_with_those_that_may_have_been_meant(
    reader: Reader, asked: str, answer: str, near: int
) -> None:
    app = reader.open("run", **({"run": asked} if asked else {}))
    assert answer in said(app)
    ways = [button for button in app.main.button if str(button.key).startswith("_open_")]
    assert len(ways) == near
    if near == 1:
        ways[0].click().run()
        assert app.query_params["run"] == str(ways[0].key).removeprefix("_open_")
        assert "There is no run" not in said(app)


def test_the_table_of_runs_leads_to_each(reader: Reader) -> None:
    table = reader.open("runs", q="run-a").main.dataframe[0].value
    assert list(table["Run"]) == [f"run?run={ID}"]


def test_a_deleted_run_says_so_and_has_a_name_all_the_same(reader: Reader) -> None:
    app = reader.open("run", run=OLD)
    assert app.main.title[0].value == "Run dddddddd"
    assert "It was deleted in MLflow" in said(app)
    assert "7 of 8" not in said(app)


def test_a_run_that_never_ended_is_stale_and_hostile_names_stay_names(reader: Reader) -> None:
    for tab in ("Results", "Make it again", "Parameters", "Tags"):
        app = reader.open("run", run=NIGHT, tab=tab)
        assert "most likely its process died" in said(app)
        assert "running, stale" in said(app)
        assert not app.exception
        raw = [element.value for element in (*app.main.markdown, *app.main.caption)]
        assert all("<script>" not in value and "[click](" not in value for value in raw)


@pytest.mark.parametrize("parents", [{ID: ID}, {ID: CHILD, CHILD: ID}])
def test_runs_that_are_nested_in_a_circle_have_their_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parents: dict[str, str]
):
    changed = [run(ID, parent_run_id=parents[ID]), run(CHILD, parent_run_id=parents.get(CHILD))]
    publish_rows(tmp_path / "circle", rows() | {"runs": changed})
    assert Reader(tmp_path / "circle", monkeypatch).open("run", run=ID).title[0].value == "run\\-a"
