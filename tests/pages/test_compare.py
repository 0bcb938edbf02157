"""Compare answers what differs between runs, which is best, and whether groups of them really differ."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui.reading import Reader, said
from watchroom.store.queries.compare_runs import MAX_RUNS

START = datetime(2026, 11, 1, 9)
HOSTILE = "<script>alert(1)</script> [click](http://evil) *bold* '; drop table runs; --"
RUNS = 8
"""Depth 6 and 8 by turns, a seed for each pair; the first is a twin of the third in all but its metric's digits."""


def ident(number: int) -> str:
    return f"{number:08x}" + "a" * 24


def tables(runs: int = RUNS, **changed):
    numbers = range(runs)
    found = {
        "experiments": [{"experiment_id": "1", "name": HOSTILE, "lifecycle_stage": "active"}],
        "runs": [
            {
                "run_id": ident(n), "experiment_id": "1", "name": f"trial-{n}" if n else HOSTILE, "status": "FINISHED",
                "lifecycle_stage": "active", "user": "ann", "start_time": START + timedelta(hours=n),
                "end_time": START + timedelta(hours=n, minutes=5),
            }
            for n in numbers
        ],
        "metrics": [
            *(
                {
                    "run_id": ident(n), "key": "rmse", "last": 10.0 - n % 2 + n / 100, "best": 1.0 + n,
                    "min": 1.0 + n, "max": 20.0, "better": "lower",
                }
                for n in numbers
            ),
            *(
                {"run_id": ident(n), "key": "auc", "last": (math.nan, math.inf, 0.5, 0.7)[n % 4], "best": 0.5,
                 "min": 0.5, "max": 0.5, "better": "higher"}
                for n in numbers
            ),
        ],
        "params": [
            *({"run_id": ident(n), "key": "depth", "value": "68"[n % 2], "number": 6.0} for n in numbers),
            *({"run_id": ident(n), "key": "seed", "value": str(n // 2), "number": 1.0} for n in numbers),
            *({"run_id": ident(n), "key": "model", "value": "lgbm"} for n in numbers),
        ],
        "tags": [{"run_id": ident(n), "key": HOSTILE, "value": f"{n % 2} {HOSTILE}"} for n in numbers],
        "run_keys": [{"kind": "metric", "key": "rmse", "runs": runs}, {"kind": "param", "key": "depth", "runs": runs}],
        "workspace": [{"key": "time_zone", "value": "Europe/London"}],
    }  # fmt: skip
    return {**found, **changed}


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    publish_rows(tmp_path / "store", tables())
    return Reader(tmp_path / "store", monkeypatch)


def runs(*numbers: int) -> str:
    return ",".join(ident(number)[:10] for number in numbers)


def table(app):
    return app.main.dataframe[0].value


def every(app) -> str:
    return said(app).replace("*", "")


def test_without_runs_the_page_says_how_to_choose_them(reader):
    app = reader.open("compare")
    assert "No runs are chosen yet." in said(app)
    assert "Select two or more on Runs and press Compare, or search for them" in said(app)

    app.main.selectbox(key="_compare_experiment").select(HOSTILE).run()
    assert "8 runs of <script>" in every(app)


def test_two_runs_stand_beside_each_other_with_only_what_differs(reader):
    app = reader.open("compare", runs=runs(1, 2))

    assert "trial-1 is best by rmse: 9.01, lower by 1.01 (10.1 %) than trial-2 with 10.02." in every(app)
    assert "What it did otherwise than the next: depth 8 instead of 6 and seed 0 instead of 1." in every(app)
    rows = table(app).set_index("Key")
    assert list(rows.loc["depth", ["0", "1"]]) == ["8", "6"]
    assert list(rows.loc["rmse", ["0", "1"]]) == ["9.01 ★", "10.02"]
    assert "model" not in rows.index
    assert not app.exception


def test_what_is_alike_is_counted_and_shown_when_asked_for(reader):
    app = reader.open("compare", runs=runs(1, 2), alike="true")
    alike = app.main.dataframe[1].value.set_index("Key")
    assert alike.loc["model", "Value"] == "lgbm"
    assert f"{len(alike)} alike left out" in said(app)


def test_many_runs_are_rows_sorted_by_the_metric_and_what_is_not_finite_never_wins(reader):
    app = reader.open("compare", runs=runs(*range(RUNS)), metric="auc")

    found = table(app)
    assert list(found["metric:auc"])[:2] == ["★ 0.7000", "★ 0.7000"]
    assert set(found["metric:auc"][4:]) == {"NaN", "∞"}


def test_the_address_holds_the_order_the_kinds_the_search_and_the_side(reader):
    asked = {"runs": runs(*range(RUNS))}
    assert list(table(reader.open("compare", **asked, by="-param:seed"))["param:seed"])[:2] == ["3", "3"]
    assert list(table(reader.open("compare", **asked, kinds="Parameters")).columns) == [
        "Run", "Page", "param:depth", "param:seed",
    ]  # fmt: skip
    assert list(table(reader.open("compare", **asked, key="DEP")).columns) == ["Run", "Page", "param:depth"]
    assert list(table(reader.open("compare", **asked, across="Columns")).columns[:2]) == ["What", "Key"]


@pytest.mark.parametrize(("asked", "shown"), [("groups", "Groups"), ("CURVES", "Curves"), ("Parameters", "Parameters")])
def test_a_view_is_found_whatever_the_case_of_its_letters(reader, asked, shown):
    app = reader.open("compare", runs=runs(*range(RUNS)), view=asked)
    assert app.session_state["view"] == shown
    assert "There is no view" not in said(app)


def test_a_view_that_does_not_exist_is_said(reader):
    app = reader.open("compare", runs=runs(1, 2), view="Chart*s*", statistic="MAX")
    assert "There is no view “Chart\\*s\\*”: Differences is shown." in "".join(one.value for one in app.main.markdown)
    assert app.session_state["statistic"] == "max"


def test_metrics_come_first_and_then_what_differs_most(tmp_path, monkeypatch):
    more = [{"run_id": ident(n), "key": "alpha", "value": str(n // 2)} for n in range(RUNS)]
    publish_rows(tmp_path / "store", tables(params=[*tables()["params"], *more]))
    app = Reader(tmp_path / "store", monkeypatch).open("compare", runs=runs(*range(RUNS)), metric="rmse")
    assert list(table(app).columns)[2:7] == ["metric:rmse", "metric:auc", "param:alpha", "param:depth", "param:seed"]


def test_equal_runs_are_one_row_until_they_are_asked_for_apart(reader):
    app = reader.open("compare", runs=runs(*range(RUNS)), key="depth")
    assert list(table(app)["param:depth"]) == ["8", "6"]
    assert [name[-3:] for name in table(app)["Run"]] == [" ×4", " ×4"]
    assert len(table(reader.open("compare", runs=runs(*range(RUNS)), key="depth", fold="false"))) == RUNS


@pytest.mark.parametrize(
    ("statistic", "answer"),
    [
        ("last", "trial-1 is best by rmse: 9.01"),
        ("best", "trial-1 is best by rmse: 2, lower by 1 (33.3 %) than trial-2 with 3."),
        ("max", "All 2 runs have the same rmse: 20."),
    ],
)
def test_a_metric_counts_by_the_statistic_of_the_address(reader, statistic, answer):
    assert answer in said(reader.open("compare", runs=runs(1, 2), statistic=statistic, metric="rmse"))


def test_ids_that_are_not_in_the_snapshot_are_named(reader):
    app = reader.open("compare", runs=f"{runs(1, 2)},feedbeef00,{HOSTILE.split(',')[0]}")
    assert "Not in this snapshot are: feedbeef00 and <script>" in said(app)
    assert all("<script>" not in element.value for element in app.main.markdown)
    assert "is best by" in said(app)

    alone = reader.open("compare", runs=ident(1))
    assert "One run alone differs from nothing." in said(alone)


def test_a_filter_that_is_not_understood_is_said_where_it_stands(reader):
    app = reader.open("compare", filter="metrics.rmse <", most="10")
    assert "Next step" in said(app)
    assert "No runs are chosen yet." in said(app)


def test_more_runs_than_can_be_compared_are_said(tmp_path, monkeypatch):
    publish_rows(tmp_path / "store", tables(MAX_RUNS + 10))
    app = Reader(tmp_path / "store", monkeypatch).open("compare", most="9999")
    assert f"The first {MAX_RUNS} of {MAX_RUNS + 10} runs are compared; {MAX_RUNS} at once are the limit." in said(app)


def test_groups_over_seeds_have_a_mean_a_spread_and_a_difference_in_words(reader):
    app = reader.open("compare", runs=runs(*range(RUNS)), view="Groups")

    assert "2 groups of 8 runs" in every(app)
    assert "Within a group the runs differ in seed." in said(app)
    found = table(app)
    assert list(found["Group"]) == ["A", "B"]
    assert list(found["parameter depth"]) == ["8", "6"]
    assert list(found["n"]) == [4, 4]
    assert "Group A is better by 0.99 (95 % interval 0.945 to 1.03), over 99.9 % probable. 4 against 4 runs." in said(
        app
    )


@pytest.mark.parametrize("view", ["Differences", "Curves", "Groups"])
def test_repeated_runs_have_one_winner_whatever_the_view(reader, view):
    text = every(reader.open("compare", runs=runs(*range(RUNS)), view=view))
    assert "depth 8 is best by mean rmse: 9.04 (4 runs, standard deviation 0.0258), lower by 0.99 (9.9 %)" in text
    assert "The best single run, trial-1 with 9.01, is one of its 4: expect the mean of another one" in text


def test_the_answer_goes_by_the_groups_that_the_view_shows(reader):
    text = every(reader.open("compare", runs=runs(*range(RUNS)), view="Groups", group="seed · parameter"))
    assert "seed 0 is best by mean rmse" in text


def test_groups_by_what_the_address_says(reader):
    app = reader.open("compare", runs=runs(*range(RUNS)), view="Groups", group="seed · parameter")
    assert "4 groups of 8 runs" in every(app)
    assert app.main.expander[0].label == "Grouped by seed"
    assert "A group has two runs only" in said(app)


def test_hostile_names_are_shown_as_text(reader):
    app = reader.open("compare", runs=runs(0, 3))
    assert not app.exception
    assert all("<script>" not in element.value for element in app.main.markdown)
    assert HOSTILE in list(table(app)["Key"])


def test_no_view_is_cut_off_on_a_narrow_screen(reader):
    (views, *_) = [one for one in reader.open("compare", runs=runs(1, 2)).main.button_group if one.key == "view"]
    assert views.proto.wrap


def test_with_a_model_in_the_scope_all_that_was_tried_for_it_is_one_click_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    models = {
        "models": [{"model": "claims", "title": "Claims", "registered": True, "affects": []}],
        "registered_models": [{"name": "claims"}],
        "model_versions": [{"name": "claims", "version": n + 1, "run_id": ident(n)} for n in range(2)],
    }
    publish_rows(tmp_path / "store", tables() | models)
    app = Reader(tmp_path / "store", monkeypatch).open("compare", model="claims", most="500")
    assert "**2 runs** behind claims" in said(app)
    next(button for button in app.main.button if button.label == "All 8 runs of its 1 experiment").click().run()
    assert "**8 runs** of " in said(app)
    assert app.selectbox(key="model").value == "All models"
