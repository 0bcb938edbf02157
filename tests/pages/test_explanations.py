"""Explanations answers what drives a model and how that has changed: in words first, then closer and closer."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.explained import explained_rows, month_end, served
from tests.helpers.snapshots import publish_rows
from tests.ui.explained_sample import MONTHS, PER_MONTH, explanations, rows
from tests.ui.reading import Reader, figures, links, said
from tests.ui.sample import LONG
from watchroom.domain import attribution

NOW = MONTHS[-1]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "store", monkeypatch)


@pytest.fixture
def sample(reader: Reader) -> Reader:
    explanations(reader.store)
    return reader


def tables(app: AppTest) -> dict[str, pd.DataFrame]:
    return {element.proto.id.split("-", 2)[-1]: element.value for element in app.main.dataframe}


def alts(app: AppTest) -> list[str]:
    return [chart.proto.alt for chart in app.main.get("plotly_chart")]


def answer(app: AppTest) -> str:
    (found,) = [head.value.replace("\\", "") for head in app.subheader]
    return found


class TestAllModels:
    def test_each_model_stands_with_its_drivers_and_whether_they_changed(self, sample: Reader):
        app = sample.open("explanations")
        found = app.main.dataframe[0].value.set_index("Model")
        assert found.loc["Card fraud", "Top three drivers"].startswith("tenure ")
        assert dict(found["Changed?"])["Card fraud"] == "changed"
        assert dict(found["Changed?"])["Claims severity"] == "no"
        assert dict(found["Status"])["Refused"] == "refused: its code is not trusted"
        assert dict(found["Status"])["Not yet"] == "not explained yet"
        shown = figures(app)
        assert (shown["Explained"][0], shown["Changed"][0]) == ("3", "1")
        assert (shown["Failed or refused"][0], shown["Not yet"][0]) == ("1", "2")

    def test_a_row_leads_to_the_model(self, sample: Reader):
        app = sample.open("explanations")
        place = list(app.main.dataframe[0].value["Model"]).index("Card fraud")
        app.session_state["explanations_table"] = {
            "selection": {"rows": [], "columns": [], "cells": [(place, "Model")]}
        }
        app.run()
        assert app.title[0].value == "Explanations of Card fraud"

    def test_an_empty_room_says_what_fills_it(self, reader: Reader):
        publish_rows(reader.store)
        assert "There are no models yet." in said(reader.open("explanations"))

    def test_models_that_nobody_explained_yet_say_how(self, reader: Reader):
        publish_rows(reader.store, {"models": [{"model": "a", "title": "A", "registered": True}]})
        text = said(reader.open("explanations"))
        assert "No model has been explained yet." in text
        assert "watchroom refresh" in text


class TestTheAnswer:
    def test_it_is_said_in_words_with_direction_and_share(self, sample: Reader):
        found = answer(sample.open("explanations", model="card-fraud"))
        expected = (
            r"Card fraud scores a decision higher mainly for a low `tenure`, .*; the three inputs .* 7\d % of the"
        )
        assert re.search(expected, found)

    def test_of_a_regression_it_names_the_category_and_is_honest_of_what_bends(self, sample: Reader):
        app = sample.open("explanations", model="claims-severity", period="All time")
        assert re.search(
            r"puts a decision higher mainly for a high `first_estimate` and `body_part` = head, and goes by "
            r"`driver_age` in no one direction",
            answer(app),
        )
        text = said(app)
        assert "units of claim_cost" in text
        assert "Sampled against 200 rows of the reference" in text
        assert "sampled, against rows of the reference" in text

    def test_the_newest_month_is_compared_with_the_reference_and_the_version_before(self, sample: Reader):
        text = said(sample.open("explanations", model="card-fraud"))
        assert re.search(
            r"What drives it has changed: other inputs.*nDCG 0\.8\d \(.*\), limit 0\.90 · .* against the reference",
            text,
        )
        assert re.search(r"nDCG 0\.\d+ .* against version 1", text)

    def test_rows_period_and_snapshot_stand_under_it(self, sample: Reader):
        text = said(sample.open("explanations", model="card-fraud", period="All time"))
        assert re.search(r"All time · 1,\d+ explained decisions · snapshot of .* · a sample", text)

    def test_a_version_of_the_address_is_shown_and_said_not_to_be_in_service(self, sample: Reader):
        app = sample.open("explanations", model="card-fraud", version="1", period="All time")
        assert "not in service" in said(app)
        assert "mainly for a high `amount`" in answer(app)

    def test_a_period_without_rows_shows_the_newest_month_and_says_so(self, sample: Reader):
        text = said(
            sample.open(
                "explanations", model="card-fraud", period="Custom", **{"from": "2020-01-01", "to": "2020-01-31"}
            )
        )
        assert "No decision of this period is explained (1 Jan 2020 to 31 Jan 2020); these are of" in text
        assert f"{PER_MONTH} explained decisions" in text

    def test_without_any_month_the_reference_is_shown_and_said_to_be_it(self, reader: Reader):
        found = explained_rows("card-fraud", {2: {None: served(1, 150, None)}})
        explanations(reader.store, **found)
        text = said(reader.open("explanations", model="card-fraud"))
        assert "this is the reference." in text
        assert "150 rows of the reference" in text


class TestWithoutExplanations:
    def test_a_refused_model_says_what_why_and_what_to_do(self, sample: Reader):
        text = said(sample.open("explanations", model="refused"))
        assert "The logged model would run code of its own." in text
        assert "Its flavour is pyfunc." in text
        assert "Next step: Set `explain.trust: true`" in text

    def test_what_could_be_explained_is_shown_below_what_could_not(self, sample: Reader):
        app = sample.open("explanations", model=LONG)
        text = said(app)
        assert "The newest month could not be explained.** What is shown below is what could be explained." in text
        assert "Lower `explain.rows_per_month`." in text
        assert alts(app)

    def test_one_that_nobody_explained_yet_says_how(self, sample: Reader):
        text = said(sample.open("explanations", model="not-yet"))
        assert "No version of this model has been explained yet." in text

    def test_one_without_a_log_says_which_lines_to_add(self, sample: Reader):
        assert "Its file does not say where its decisions are logged." in said(
            sample.open("explanations", model="no-log")
        )

    def test_a_version_that_was_not_explained_names_those_that_were(self, sample: Reader):
        text = said(sample.open("explanations", model="card-fraud", version="7"))
        assert "Version 7 has not been explained." in text
        assert "2 versions have: 2, 1." in text

    def test_a_model_that_nobody_knows_says_so(self, sample: Reader):
        assert "There is no model named “card-frod”" in said(sample.open("explanations", model="card-frod"))


class TestDrivers:
    def test_only_the_open_tab_is_there(self, sample: Reader):
        found = alts(sample.open("explanations", model="card-fraud"))
        assert len(found) == 2
        assert found[0].startswith("Share of the weight of 8 inputs, the greatest first: tenure ")
        assert found[1].startswith("How far each of 8 inputs moves the output of single rows, in log-odds: tenure")

    def test_the_table_behind_has_every_input_with_its_weight_as_it_was_worked_out(self, sample: Reader):
        app = sample.open("explanations", model="card-fraud", period="Custom",
                          **{"from": str(NOW), "to": str(month_end(NOW))})  # fmt: skip
        app.session_state["weights_open"] = True
        app.run()
        found = app.main.dataframe[0].value
        of = served(20, PER_MONTH, NOW, tilt=0.9)
        expected = attribution.weights(tuple(of.shap), of.matrix)
        assert list(found["Input"]) == [weight.feature for weight in expected]
        assert list(found["Share"]) == pytest.approx([weight.share for weight in expected])
        assert dict(zip(found["Input"], found["Higher output"], strict=True))["region"] == "most for online"


class TestOneInput:
    def test_it_starts_with_the_one_that_matters_most(self, sample: Reader):
        app = sample.open("explanations", model="card-fraud", view="One input")
        assert app.selectbox(key="input").value == "tenure"
        text = said(app)
        assert "The higher `tenure`, the lower the output." in text
        assert "Missing in " in text

    def test_colours_are_named(self, sample: Reader):
        app = sample.open("explanations", model="card-fraud", view="One input", input="amount", colour="region")
        text = said(app)
        assert "region: :blue[● " in text
        assert ":gray[● others and missing]" in text
        app.selectbox(key="colour").select("tenure").run()
        assert "tenure: :blue[● low] :orange[● high] :gray[● missing]" in said(app)

    def test_a_group_that_is_no_input_can_colour(self, sample: Reader):
        app = sample.open("explanations", model="card-fraud", view="One input")
        assert "age_band" in app.selectbox(key="colour").options
        assert "age_band" not in app.selectbox(key="input").options

    def test_an_input_that_is_none_is_said_to_be(self, sample: Reader):
        app = sample.open("explanations", model="card-fraud", view="One input", input="amuont")
        assert "“amuont” is no input of this version." in said(app)


class TestCohorts:
    def open(self, reader: Reader, **address: str) -> AppTest:
        return reader.open("explanations", model="card-fraud", view="Cohorts", period="All time", **address)

    def test_the_rows_are_compared_with_the_reference_at_first(self, sample: Reader):
        app = self.open(sample)
        text = said(app)
        assert re.search(r"`\w+` differs most: \d+ % of the weight in A, \d+ % in B", text)
        assert "**300 rows**" in text

    def test_a_condition_on_a_number_and_a_category_narrows_a_side(self, sample: Reader):
        app = self.open(sample, a_where1="amount")
        app.number_input(key="a_amount_from").set_value(1.0).run()
        app.selectbox(key="b_where1").select("region").run()
        app.pills(key="b_region").set_value(["online"]).run()
        text = said(app)
        assert "A, All time, amount from 1; " in text
        assert "B, The reference, region online" in text
        assert "Fewer than 100 rows: what drives them may be chance." in text

    def test_missing_values_can_be_a_cohort(self, sample: Reader):
        app = self.open(sample, a_where1="tenure")
        app.selectbox(key="a_tenure_missing").select("Only these").run()
        assert "A, All time, tenure missing" in said(app)

    def test_outcomes_and_groups_can_be_one_too(self, sample: Reader):
        app = self.open(sample, b_rows="The rows above")
        assert "Both cohorts are the same rows." in said(app)
        app.selectbox(key="b_where1").select("@outcome").run()
        app.pills(key="b_@outcome").set_value(["1"]).run()
        app.selectbox(key="b_where2").select("age_band").run()
        assert "B, All time, Outcome 1, age_band known" in said(app)

    def test_a_side_that_nobody_fits_says_so(self, sample: Reader):
        app = self.open(sample, a_where1="amount")
        app.number_input(key="a_amount_from").set_value(1e6).run()
        assert "No explained row fits cohort A." in said(app)

    def test_a_month_can_be_a_side(self, sample: Reader):
        app = self.open(sample, b_rows=f"{MONTHS[0]:%b %Y}")
        assert f"rows, B: {PER_MONTH} rows" in said(app)


class TestRows:
    def test_a_row_leads_to_its_decision(self, sample: Reader):
        identity = f"d-{NOW:%y%m}-00003"
        app = sample.open("explanations", model="card-fraud", view="Rows", row=identity, period="All time")
        if identity not in app.selectbox(key="row").options:
            app.selectbox(key="row").select(app.selectbox(key="row").options[0]).run()
        picked = app.selectbox(key="row").value
        found = [query for _, page, query in links(app) if page == "decision"]
        assert found == [f"model=card-fraud&id={picked}"]

    def test_rows_of_the_table_and_of_the_map_are_the_same_and_the_order_can_be_chosen(self, sample: Reader):
        app = sample.open("explanations", model="card-fraud", view="Rows", order="By output")
        table = app.main.dataframe[0].value
        assert list(table["Output, log-odds"]) == sorted(table["Output, log-odds"])
        assert re.search(r"tenure [+−]", table["Moved most by"].iloc[0])
        assert f"What 8 inputs add to {len(table)} rows" in alts(app)[0]

    def test_rows_of_the_reference_lead_nowhere_and_say_so(self, reader: Reader):
        explanations(reader.store, **explained_rows("card-fraud", {2: {None: served(1, 150, None)}}))
        app = reader.open("explanations", model="card-fraud", view="Rows")
        assert "Rows of the reference are no decisions" in said(app)


class TestChanges:
    def test_months_stand_against_the_reference_and_the_version_before(self, sample: Reader):
        app = sample.open("explanations", model="card-fraud", view="Changes")
        assert "1 of 4 months changed" in alts(app)[0]
        app.segmented_control(key="since").set_value("The version before").run()
        assert "4 months changed" in alts(app)[0]

    def test_the_newest_month_against_the_reference_is_told_in_sentences(self, sample: Reader):
        text = said(sample.open("explanations", model="card-fraud", view="Changes"))
        assert re.search(r"`amount` fell from 1st to \d\w\w: 3\d % → \d\.\d % of the weight", text)
        assert re.search(r"`tenure` rose from 2nd to 1st: 2\d % → 5\d % of the weight", text)

    def test_any_two_can_be_compared_with_ndcg_as_it_is_defined(self, sample: Reader):
        before, now = f"v1 · {MONTHS[1]:%b %Y}", f"v2 · {MONTHS[2]:%b %Y}"
        app = sample.open("explanations", model="card-fraud", view="Changes", before=before, now=now)
        one, two = served(2, PER_MONTH, MONTHS[1]), served(13, PER_MONTH, MONTHS[2], tilt=0.1)
        sides = [
            {weight.feature: weight.mean_abs for weight in attribution.weights(tuple(of.shap), of.matrix)}
            for of in (one, two)
        ]
        assert f"nDCG {attribution.ndcg(*sides):.2f}" in said(app)
        table = app.main.dataframe[0].value
        assert len(table) == 8

    def test_the_same_on_both_sides_says_so(self, sample: Reader):
        same = f"v2 · {NOW:%b %Y}"
        app = sample.open("explanations", model="card-fraud", view="Changes", before=same, now=same)
        assert "Both sides are the same." in said(app)

    def test_with_one_set_of_rows_there_is_nothing_to_compare(self, reader: Reader):
        found = explained_rows("card-fraud", {2: {None: served(1, 150, None)}})
        explanations(reader.store, **found)
        text = said(reader.open("explanations", model="card-fraud", view="Changes"))
        assert "There is nothing yet to compare it with." in text
        assert "There is only one set of explained rows" in text


def test_the_sample_has_the_months_that_the_tests_speak_of():
    assert len(MONTHS) == 4
    assert isinstance(NOW, date)
    assert {row["version"] for row in rows()["explanations"] if row["model"] == "card-fraud"} == {1, 2}
