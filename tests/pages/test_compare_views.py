"""Curves and parameters of compared runs: an answer in words, a picture, and what the picture does not show."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.snapshots import publish_rows
from tests.ui.reading import Reader, said

START = datetime(2026, 11, 1, 9)
RUNS = 40
HOSTILE = "<b>x</b> [y](http://z)"
GONE = "d" * 32
"""A run that was deleted, better than all others."""
X = np.random.default_rng(2).uniform(0, 1, RUNS)


def ident(number: int) -> str:
    return f"{number:08x}" + "b" * 24


def curve(number: int) -> list[float]:
    found = [2.0 + number / 10 - step / 10 for step in range(12)]
    if number == 0:
        found[3], found[4] = math.nan, math.inf
    return found


def tables() -> dict[str, Any]:
    ids = [ident(n) for n in range(RUNS)]
    params = {
        "depth": [str(3 + n % 3) for n in range(RUNS)],
        "lr": [repr(10 ** (-4 * float(X[n]))) for n in range(RUNS)],
        HOSTILE: [("a", "b")[n % 2] for n in range(RUNS)],
        "same": ["1"] * RUNS,
    }
    return {
        "experiments": [{"experiment_id": "1", "name": "team"}],
        "runs": [
            {"run_id": id_, "experiment_id": "1", "name": f"trial-{n}", "lifecycle_stage": "active",
             "status": "FINISHED", "start_time": START}
            for n, id_ in enumerate(ids)
        ] + [{"run_id": GONE, "experiment_id": "1", "name": "gone", "lifecycle_stage": "deleted"}],
        "metrics": [
            {"run_id": GONE, "key": "loss", "last": 0.01, "best": 0.01, "better": "lower", "count": 2, "not_finite": 0},
            *({"run_id": id_, "key": "loss", "last": curve(n)[-1], "best": 1.0, "better": "lower", "min": 0.5,
               "max": 9.0, "count": 12, "not_finite": 2 * (n == 0)} for n, id_ in enumerate(ids)),
            *({"run_id": id_, "key": "auc", "last": 0.5 + 0.4 * float(X[n]), "best": 1.0, "better": "higher",
               "count": 1, "not_finite": 0} for n, id_ in enumerate(ids[:36])),
        ],
        "metric_history": [
            {"run_id": id_, "key": "loss", "step": step, "time": START + timedelta(minutes=step), "value": value}
            for n, id_ in enumerate(ids) for step, value in enumerate(curve(n))
        ] + [{"run_id": GONE, "key": "loss", "step": step, "time": START, "value": 0.01} for step in range(2)],
        "params": [
            {"run_id": ids[n], "key": key, "value": value, "number": number(value)}
            for key, values in params.items() for n, value in enumerate(values)
        ],
        "run_keys": [],
    }  # fmt: skip


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("compared") / "store"
    publish_rows(folder, tables())
    return folder


@pytest.fixture
def reader(store: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(store, monkeypatch)


def runs(first: int, last: int) -> str:
    return ",".join(ident(n)[:12] for n in range(first, last))


def charts(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.main.get("plotly_chart")]


class TestCurves:
    def test_few_runs_have_a_line_each_named_at_its_end(self, reader: Reader):
        app = reader.open("compare", runs=runs(1, 4), view="Curves", metric="loss")
        (chart,) = charts(app)
        assert [trace["name"] for trace in chart["data"]] == ["trial-1", "trial-2", "trial-3"]
        assert [note["text"] for note in chart["layout"]["annotations"]] == ["trial-1", "trial-2", "trial-3"]
        assert "loss: lowest 1 by trial-1, the median of 3 runs 1.1 (last of each)." in said(app)

    def test_what_was_logged_lies_faintly_behind_what_is_smoothed(self, reader: Reader):
        app = reader.open("compare", runs=runs(1, 4), view="Curves", metric="loss", smooth="0.6")
        (chart,) = charts(app)
        assert len(chart["data"]) == 6
        assert "Smoothed by 0.6, faint as logged." in said(app)

    def test_points_that_are_not_finite_are_said_and_marked(self, reader: Reader):
        app = reader.open("compare", runs=runs(0, 3), view="Curves", metric="loss")
        (chart,) = charts(app)
        assert {"NaN", "infinite"} <= {trace["name"] for trace in chart["data"]}
        assert "2 points are NaN or infinite: marked at the edge" in said(app)

    def test_what_a_logarithmic_axis_cannot_show_is_said(self, reader: Reader):
        text = said(reader.open("compare", runs=runs(1, 4), view="Curves", metric="loss", log_x="true"))
        assert "3 points at zero or below have no place on a logarithmic axis." in text

    def test_many_runs_are_a_mean_of_each_group_with_its_band(self, reader: Reader):
        app = reader.open(
            "compare", runs=runs(1, 31), view="Curves", metric="loss", draw="Mean and band", colour_by="depth"
        )
        (chart,) = charts(app)
        means = [trace["name"] for trace in chart["data"] if trace.get("fill") is None]
        assert means == ["3 (n=10)", "4 (n=10)", "5 (n=10)"]

    def test_each_metric_has_a_picture_and_one_that_is_no_curve_says_so(self, reader: Reader):
        app = reader.open("compare", runs=runs(1, 4), view="Curves", metric="loss")
        app.multiselect(key="curve").set_value(["loss", "auc"]).run()
        assert len(charts(app)) == 2
        assert "Each run logged it once: a point, not a curve." in said(app)

    def test_a_run_that_is_deleted_never_is_the_best_nor_in_a_mean(self, reader: Reader):
        app = reader.open("compare", runs=f"{runs(1, 4)},{GONE}", view="Curves", metric="loss")
        assert "loss: lowest 1 by trial-1, the median of 3 runs 1.1 (last of each)." in said(app)
        assert "1 run is deleted, and never first." in said(app)
        app = reader.open("compare", runs=f"{runs(1, 4)},{GONE}", view="Curves", metric="loss", draw="Mean and band")
        assert [trace["name"] for trace in charts(app)[0]["data"] if trace.get("fill") is None] == ["all runs (n=3)"]
        assert "1 deleted run left out of the mean." in said(app)

    def test_a_metric_without_a_curve_says_why_another_one_is_shown(self, reader: Reader):
        app = reader.open("compare", runs=runs(1, 4), view="Curves", metric="auc")
        assert app.multiselect(key="curve").value == ["loss"]
        assert "auc was logged once by each run and has no curve; shown here: loss." in said(app)

    def test_the_curve_goes_with_the_metric_of_the_answer(self, reader: Reader):
        app = reader.open("compare", runs=runs(1, 4), view="Curves", metric="loss")
        assert "shown here" not in said(app)
        app.multiselect(key="curve").set_value(["auc"]).run()
        assert "The answer above is by loss; shown here: auc." in said(app)

    def test_an_address_of_another_store_falls_back(self, reader: Reader):
        app = reader.open("compare", runs=runs(1, 4), view="Curves", curve="gone", colour_by="gone")
        assert len(charts(app)) == 1


class TestParameters:
    def open(self, reader: Reader, plot: str, **address: str) -> AppTest:
        every = {"runs": runs(0, RUNS), "view": "Parameters", "metric": "auc", "plot": plot}
        return reader.open("compare", **{**every, **address})

    def test_what_matters_is_found_and_said_to_be_indicative(self, reader: Reader):
        app = self.open(reader, "Which matter")
        text = said(app)
        assert "lr matters most:" in text
        assert "Indicative: a random forest on 36 runs explains" in text
        assert "1 parameter that is the same for all these runs left out." in text
        notes = [note["text"] for note in charts(app)[0]["layout"]["annotations"]]
        assert notes[0].endswith("higher values go with a lower auc: worse")

    def test_too_few_runs_say_why_nothing_is_said(self, reader: Reader):
        text = said(self.open(reader, "Which matter", runs=runs(0, 20)))
        assert "Which parameters matter for auc cannot be told." in text
        assert "20 runs have a finite auc; with fewer than 30, what a model finds is chance." in text

    def test_a_number_over_decades_has_a_logarithmic_axis_and_a_rank_correlation(self, reader: Reader):
        app = self.open(reader, "Scatter", param="lr")
        (chart,) = charts(app)
        assert chart["layout"]["xaxis"]["type"] == "log"
        assert "Higher lr goes closely with lower auc: rank correlation −1 over 36 runs." in said(app)
        assert "4 of 40 runs without a finite auc left out." in said(app)

    def test_a_text_has_a_place_for_each_value_and_is_no_markup(self, reader: Reader):
        app = self.open(reader, "Scatter", param=HOSTILE)
        (chart,) = charts(app)
        assert chart["layout"]["xaxis"]["ticktext"] == ["a", "b"]
        assert "<b>" not in chart["layout"]["xaxis"]["title"]["text"]

    def test_parallel_lines_leave_out_what_is_the_same(self, reader: Reader):
        (chart,) = charts(self.open(reader, "Parallel"))
        labels = [one["label"] for one in chart["data"][0]["dimensions"]]
        assert len(labels) == 4
        assert labels[-1] == "auc"
        assert "same" not in labels
        assert not any("<b>" in label for label in labels)

    def test_parameters_stand_by_what_goes_with_the_metric_and_lines_lead_to_runs(self, reader: Reader):
        app = self.open(reader, "Parallel", metric="loss", runs=runs(0, 20))
        assert "Parameters stand by their rank correlation with the metric" in said(app)
        labels = [link.proto.label for link in app.main.get("page_link")]
        assert sum("trial" in label for label in labels) == 5

    def test_a_ranking_that_was_found_says_what_is_offered_first(self, reader: Reader):
        self.open(reader, "Which matter")
        app = self.open(reader, "Scatter")
        assert "Parameters stand in the order of “Which matter”." in said(app)
        assert app.selectbox(key="param").value == "lr"

    def test_a_deleted_run_takes_no_part_and_is_said(self, reader: Reader):
        app = self.open(reader, "Parallel", metric="loss", runs=f"{runs(0, 9)},{GONE}")
        assert "Each of 9 runs is a line" in said(app)
        assert "1 run deleted in MLflow left out." in said(app)

    def test_a_map_names_its_best_cell_and_how_many_are_filled(self, reader: Reader):
        text = said(self.open(reader, "Map of two", param="depth", second="lr"))
        assert "Best mean auc:" in text
        assert "of 24 cells have runs." in text

    def test_runs_that_differ_in_no_parameter_say_so(self, reader: Reader):
        text = said(self.open(reader, "Scatter", runs=runs(35, 37)))
        assert "No parameter differs: 1 run has a finite auc." in text
        assert "4 parameters are the same for all of them." in text
