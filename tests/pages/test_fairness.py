"""Fairness answers whether groups of people are treated alike, and where not: for a reviewer first."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.snapshots import publish_rows
from tests.ui.fairness_sample import FIRST, fairness
from tests.ui.reading import Reader, figures, full, links, said
from tests.ui.sample import LONG

ALL = {"period": "All time"}


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    found = Reader(tmp_path / "store", monkeypatch)
    fairness(found.store)
    return found


def table(app: AppTest, place: int = 0) -> pd.DataFrame:
    found: pd.DataFrame = app.main.dataframe[place].value
    return found


def alts(app: AppTest) -> list[str]:
    return [chart.proto.alt for chart in app.main.get("plotly_chart")]


class TestAllModels:
    def test_the_first_line_says_how_many_models_have_a_group_below_the_line(self, reader: Reader):
        text = said(reader.open("fairness"))
        assert "of 5 models have a group below the four-fifths line" in text

    def test_the_verdicts_are_counted_and_the_worst_come_first(self, reader: Reader):
        app = reader.open("fairness")
        verdicts = [verdict for found in table(app)["Verdict"] for verdict in found]
        shown = figures(app)
        assert verdicts == sorted(verdicts, key=["below the line", "unclear", "alike", "no line"].index)
        assert shown["Below the line"][0] == str(verdicts.count("below the line"))
        assert shown["Alike"][0] == str(verdicts.count("alike"))
        assert int(shown["Not judged"][0]) == len(table(app)) - len(verdicts) + verdicts.count("no line")

    def test_a_model_without_a_verdict_says_why(self, reader: Reader):
        found = table(reader.open("fairness")).set_index("Model")["Columns"]
        assert found["no-log"] == found["No file"] == "no log"
        assert found["no-groups"] == "no groups"
        assert found["no-decisions"] == "no decisions"

    def test_the_version_in_service_is_judged_not_the_newest(self, reader: Reader):
        found = table(reader.open("fairness")).set_index("Model").loc["Card fraud"]
        assert (found["Version"], found["Furthest behind"]) == ("v1", "age_band: 26-60")

    def test_the_overview_says_of_a_period_what_the_models_page_says_of_it(self, reader: Reader):
        period = {"period": "Custom", "from": f"{FIRST}", "to": f"{FIRST}"}
        row = table(reader.open("fairness", **period)).set_index("Model").loc["Card fraud"]
        first = table(reader.open("fairness", model="card-fraud", **period)).iloc[0]
        own = (first["Verdict"], f"{first['Column']}: {first['Furthest behind']}", first["Ratio"], first["from"])
        assert own == (row["Verdict"], row["Furthest behind"], row["Ratio"], row["from"])
        months = table(reader.open("fairness", **ALL)).set_index("Model").loc["Card fraud"]
        assert months["from"] > row["from"]  # three months are surer than one

    def test_a_period_without_decisions_has_no_verdicts(self, reader: Reader):
        app = reader.open("fairness", period="Custom", **{"from": "2020-01-01", "to": "2020-02-01"})
        found = table(app).set_index("Model")["Columns"]
        assert found["Card fraud"] == "none in period"
        assert figures(app)["Below the line"][0] == "0"

    def test_a_click_on_a_row_opens_that_model(self, reader: Reader):
        app = reader.open("fairness")
        place = list(table(app)["Model"]).index("Loans")
        app.session_state["fairness_models"] = {"selection": {"rows": [], "columns": [], "cells": [(place, "Model")]}}
        app.run()
        assert app.title[0].value == "Fairness of Loans"

    def test_a_room_in_which_nothing_was_compared_says_what_to_do(self, reader: Reader):
        full(reader.store)
        assert "name columns under groups in a model's file" in said(reader.open("fairness")).replace("`", "")

    def test_a_room_without_models(self, reader: Reader):
        publish_rows(reader.store, {})
        assert "No models" in said(reader.open("fairness")) or "no model" in said(reader.open("fairness")).lower()


class TestOneModel:
    def test_the_answer_names_the_groups_the_rate_and_the_columns(self, reader: Reader):
        text = said(reader.open("fairness", model="card-fraud", **ALL))
        assert re.search(
            r"Not alike by `age_band`: .* “26-60” .*below the four-fifths line, with the whole interval; 1 of 2",
            text,
        )
        assert "version 1" in text

    def test_alike_is_said_to_be(self, reader: Reader):
        text = said(reader.open("fairness", model="loans", **ALL))
        assert "Alike: in 1 column no group lies below the four-fifths line." in text

    def test_what_cannot_be_told_yet_is_no_verdict(self, reader: Reader):
        text = said(reader.open("fairness", model="pilot", **ALL))
        assert "No group lies below the four-fifths line with the whole interval." in text
        assert "Only more decisions would tell" in text

    def test_the_chart_and_the_table_hold_every_group_with_n(self, reader: Reader):
        app = reader.open("fairness", model="card-fraud", column="age_band", rate="Selection rate", **ALL)
        assert alts(app)[0].startswith("Selection rate by group, with the 95 % interval: 18-25 40 %")
        found = table(app, 1).set_index("Group")
        assert list(found.index) == ["18-25", "61+", "26-60", "(missing)"]
        assert found["Value"]["26-60"] == pytest.approx(20.0)
        assert dict(found["Verdict"]) == {
            "18-25": ["alike"], "61+": ["alike"], "26-60": ["below the line"], "(missing)": ["too few"]
        }  # fmt: skip

    def test_small_groups_are_named_as_not_judged(self, reader: Reader):
        text = said(reader.open("fairness", model="card-fraud", column="age_band", rate="Selection rate", **ALL))
        assert re.search(r"with fewer than 30 decisions, and not judged: \(missing\) \(\d+\)", text)

    def test_column_and_metric_come_from_the_address(self, reader: Reader):
        app = reader.open("fairness", model="card-fraud", column="card_type", rate="Calibration gap", **ALL)
        assert "Calibration gap by card_type" in said(app)
        assert alts(app)[0].startswith("Calibration gap by group")

    def test_at_first_the_clearest_gap_is_shown(self, reader: Reader):
        app = reader.open("fairness", model="card-fraud", **ALL)
        first = table(app).iloc[0]
        assert (first["Column"], first["Verdict"]) == ("age_band", ["below the line"])
        assert f"{first['Metric']} by age_band" in said(app)

    def test_the_months_have_a_line_for_each_group(self, reader: Reader):
        app = reader.open("fairness", model="card-fraud", column="card_type", rate="Selection rate", **ALL)
        assert alts(app)[1].startswith(f"Selection rate by month: credit from 25 % ({FIRST:%b %Y})")

    def test_a_regression_is_compared_by_its_errors(self, reader: Reader):
        app = reader.open("fairness", model="claims", **ALL)
        assert "errors for “south” are 2.0 times as large as for “north” (20 against 10)" in said(app)

    def test_the_version_of_the_scope_is_shown(self, reader: Reader):
        assert "Alike" in said(reader.open("fairness", model="card-fraud", version="2", **ALL))

    def test_names_from_outside_stay_text(self, reader: Reader):
        app = reader.open("fairness", model=LONG, rate="Selection rate", **ALL)
        assert not any(re.search(r"(?<!\\)<img", str(markdown.value)) for markdown in app.markdown)
        assert "Drawn are the 40 groups with most decisions, of 47; see the table." in said(app)

    def test_the_caution_stands_on_the_page(self, reader: Reader):
        text = said(reader.open("fairness", model="loans", **ALL))
        assert "A screening, no verdict." in text
        assert "Which definition matters is a decision of people." in text


def test_the_direction_of_the_rate_is_said_to_be_assumed(reader: Reader):
    text = said(reader.open("fairness", model="card-fraud", **ALL))
    assert "It is assumed that 1 is the answer that is good for whom it concerns" in text
    assert "It is assumed" not in said(reader.open("fairness", model="claims", **ALL))


class TestWhenThereIsNothing:
    @pytest.mark.parametrize(
        ("model", "what"),
        [
            ("no-groups", "No groups are compared: its file names no column to tell them apart."),
            ("no-log", "Its file does not say where its decisions are logged."),
            ("no-file", "its file in the workspace does not exist"),
            ("no-decisions", "No decision of this model has been read yet."),
            ("no-task", "Its file does not say what the model predicts"),
            ("not-compared", "No group of its decisions has been compared yet."),
            ("tiny", "It cannot be told yet: no group has 30 decisions in this period."),
            ("nobody", "There is no model named “nobody” in this snapshot."),
        ],
    )
    def test_it_says_what_is_missing(self, reader: Reader, model: str, what: str):
        assert what in said(reader.open("fairness", model=model, **ALL))

    def test_how_to_add_groups_stands_there_to_copy(self, reader: Reader):
        app = reader.open("fairness", model="no-groups")
        assert "groups: [age_band, region]" in app.code[0].value

    def test_without_outcomes_selection_is_compared_and_the_rest_waits(self, reader: Reader):
        text = said(reader.open("fairness", model="unlabelled", **ALL))
        assert "No decision of these months has an outcome yet" in text
        assert "the model says 1 to “18-25” 2.0 times as often as to “26-60”" in text
        text = said(reader.open("fairness", model="unlabelled", rate="Error rate", **ALL))
        assert "No group has an outcome to tell this by yet." in text

    def test_a_version_without_decisions(self, reader: Reader):
        text = said(reader.open("fairness", model="card-fraud", version="7", **ALL))
        assert "Version 7 has no decisions that tell groups apart." in text

    def test_a_period_without_decisions(self, reader: Reader):
        address = {"period": "Custom", "from": "2020-01-01", "to": "2020-02-01"}
        text = said(reader.open("fairness", model="card-fraud", **address))
        assert "No decisions in this period" in text


def test_a_part_of_a_month_shows_that_whole_month_and_says_so(reader: Reader):
    day = f"{FIRST:%Y-%m}-15"
    text = said(reader.open("fairness", model="card-fraud", period="Custom", **{"from": day, "to": day}))
    assert f"{FIRST:%B %Y} (whole months around 15 {FIRST:%b %Y} to 15 {FIRST:%b %Y})" in text


def test_all_months_together_are_what_the_refresh_says_of_all_decisions(reader: Reader):
    """The page adds months up; the refresh has compared all decisions at once."""
    from watchroom.store.snapshot import SnapshotStore
    from watchroom.ui import fairness_window

    store = SnapshotStore(reader.store)
    with store.lease() as snapshot:
        ready = snapshot.query(
            "select group_column, group_value, metric, value, low, high, n, ratio, ratio_low, ratio_high, best, status "
            "from fairness where model = 'card-fraud' and version = 1 and grain = 'all'"
        )
        months = snapshot.query(
            "select * from fairness where model = 'card-fraud' and version = 1 and grain = 'month' "
            "order by group_column, metric, group_value, period_start"
        )
    parts = [fairness_window._of_metric(metric, part) for metric, part in months.groupby("metric")]
    key = ["group_column", "metric", "group_value"]
    made, told = (
        frame.fillna({"best": ""}).sort_values(key).reset_index(drop=True) for frame in (pd.concat(parts), ready)
    )
    enough = told["n"] >= 30  # of five decisions a month the variance is anybody's guess
    pd.testing.assert_frame_equal(made[told.columns][enough], told[enough], check_dtype=False, rtol=1e-3)


def test_the_links_lead_back_to_all_models(reader: Reader):
    app = reader.open("fairness", model="loans")
    assert ("All models", "fairness", "model=All+models") in links(app)


def test_home_leads_a_reviewer_to_the_groups_that_are_behind(reader: Reader):
    app = reader.open("home", **ALL)
    assert "below the four-fifths line" not in said(app)
    app = reader.open("home", role="Reviewer", **ALL)
    assert re.search(r"ha(s|ve) a group below the four-fifths line\.", said(app))
    assert ("See Fairness", "fairness", "model=All+models") in links(app)
