"""Health answers whether a model is working, and if not, why: for somebody on call first."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.health_rows import Frames
from tests.helpers.snapshots import publish_rows
from tests.ui.health_sample import PLANS, health
from tests.ui.reading import Reader, figures, links, said
from tests.ui.sample import HOSTILE, LONG

YEAR, MONTHS = "The same days a year before", "The reference's same months"


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "store", monkeypatch)


def table(app: AppTest, place: int = 0) -> pd.DataFrame:
    found: pd.DataFrame = app.main.dataframe[place].value
    return found


def lights(app: AppTest) -> dict[str, str]:
    rows = table(app)
    return dict(zip(rows["Model"], [light for (light,) in rows["Light"]], strict=True))


def alts(app: AppTest) -> list[str]:
    return [chart.proto.alt for chart in app.main.get("plotly_chart")]


class TestAllModels:
    def test_every_model_has_a_light_and_the_worst_come_first(self, reader: Reader):
        health(reader.store)
        found = lights(reader.open("health"))
        assert len(found) == len(PLANS) + 3
        assert found["Card fraud"] in ("drifted", "failing")
        assert found["Ticket routing"] == "stable"
        assert found["No file"] == "no data"
        order = ["failing", "drifted", "watch", "stable", "no data"]
        assert list(found.values()) == sorted(found.values(), key=order.index)

    def test_what_is_beyond_a_limit_says_why_since_when_and_who_is_called(self, reader: Reader):
        health(reader.store)
        app = reader.open("health")
        assert (":red[:material/dangerous:] :blue[**Card fraud**]", "health", "model=card-fraud") in links(app)
        text = said(app)
        assert re.search(r"AUC is 0\.\d+, from [\d,]+ outcomes .*; drifted: (amount|device_trust) and \d more", text)
        assert re.search(r"since \d+ \w+ \(\d+ days\) · version 2 · on call: `cy@example.com`", text)

    def test_the_lights_are_counted(self, reader: Reader):
        health(reader.store)
        app = reader.open("health")
        found = lights(app)
        shown = figures(app)
        assert shown["Stable"][0] == str(sum(light == "stable" for light in found.values()))
        assert shown["No data"][0] == str(sum(light == "no data" for light in found.values()))

    def test_a_row_leads_to_the_health_of_that_model(self, reader: Reader):
        health(reader.store)
        app = reader.open("health")
        place = list(table(app)["Model"]).index("Ticket routing")
        app.session_state["health_table"] = {"selection": {"rows": [], "columns": [], "cells": [(place, "Model")]}}
        app.run()
        assert app.title[0].value == "Health of Ticket routing"

    def test_models_without_anything_are_there_too(self, reader: Reader):
        publish_rows(reader.store, {"models": [{"model": "a", "title": "A", "registered": True}]})
        app = reader.open("health")
        assert lights(app) == {"A": "no data"}
        assert "No model is beyond its limits." in said(app)

    def test_an_empty_room_says_what_fills_it(self, reader: Reader):
        publish_rows(reader.store)
        assert "There are no models yet." in said(reader.open("health"))


class TestTheAnswer:
    def test_the_first_thing_is_the_light_with_its_reason_in_a_sentence(self, reader: Reader):
        health(reader.store)
        (answer,) = [head.value for head in reader.open("health", model="card-fraud").subheader]
        assert re.search(
            r"Failing since \d+ \w+ \(\d+ days\): AUC 0.\d+ is below its limit 0.\d+, from [\d,]+ outcomes of [\w ]+; "
            r"`(amount|device_trust)` and 1 more of 5 features have moved\.",
            answer.replace("\\", ""),
        )

    def test_a_stable_model_says_so_and_what_cannot_be_judged(self, reader: Reader):
        health(reader.store)
        text = said(reader.open("health", model="ticket-routing"))
        assert "Stable: nothing that could be judged is beyond its limit" in text

    def test_the_four_parts_have_value_limit_n_and_period(self, reader: Reader):
        health(reader.store)
        app = reader.open("health", model="card-fraud")
        assert [metric.label for metric in app.metric][:4] == [
            "AUC", "Beyond drift limits", "Beyond quality limits", "Decisions a day",
        ]  # fmt: skip
        text = said(app)
        assert "at least 200 expected" in text
        assert "watch 0.1, drifted 0.25" in text
        assert " outcomes of " in text
        assert "reference " in text

    def test_a_version_that_is_not_in_service_is_said_not_to_be(self, reader: Reader):
        def two_versions(rows: Frames) -> None:
            for name in ("profile_counts", "profile_bins", "profile_features", "volume", "profile_references"):
                own = rows[name][rows[name]["model"] == "card-fraud"]
                rows[name] = pd.concat([rows[name], own.assign(version=1)], ignore_index=True)

        health(reader.store, two_versions)
        app = reader.open("health", model="card-fraud", version="1")
        text = said(app)
        assert "not in service" in text
        assert "have moved" in text

    def test_a_model_that_fell_silent_is_said_to_be(self, reader: Reader):
        def long_ago(rows: Frames) -> None:
            for name in ("profile_counts", "profile_outcomes", "volume"):
                own = rows[name]["model"] == "ticket-routing"
                rows[name]["day"] = pd.to_datetime(rows[name]["day"])
                rows[name].loc[own, "day"] -= pd.Timedelta(days=400)

        health(reader.store, long_ago)
        app = reader.open("health", model="ticket-routing", part="Volume and age")
        text = said(app)
        assert "It has made no decision since" in text
        assert "No decisions in this period: Last 30 days." in text


class TestWhy:
    def test_features_are_ranked_and_what_is_unknown_is_said(self, reader: Reader):
        health(reader.store)
        app = reader.open("health", model="card-fraud")
        ranked = table(app)
        assert set(ranked["Feature"][:2]) == {"amount", "device_trust"}
        assert (ranked["Money"][:2] > 0).all()
        assert ranked["Weight"].isna().all()
        text = said(app)
        assert "a screening, not a proof" in text
        assert "The weight in the model of the features is not known, so it is left out of the ranking." in text

    def test_features_are_weighed_by_what_drives_the_model_once_it_is_explained(self, reader: Reader):
        shares = {"amount": 0.7, "device_trust": 0.005, "number_02": 0.295}

        def explained(rows: Frames) -> None:
            key = {"model": "card-fraud", "version": 2, "n": 500}
            weights = [{**key, "feature": name, "share": share} for name, share in shares.items()]
            old = [{**row, "grain": "reference", "share": 1 / 3} for row in weights]
            new = [{**row, "grain": "month", "period_start": date.today().replace(day=1)} for row in weights]
            rows["shap_global"] = pd.DataFrame([*old, *new])

        health(reader.store, explained)
        app = reader.open("health", model="card-fraud")
        ranked = table(app).set_index("Feature")
        assert dict(ranked["Weight"]) == pytest.approx({**shares, "category_0": 0.0, "category_1": 0.0})
        assert ranked.index[0] == "amount"
        assert ranked.loc["device_trust", "Reading"] == "does not matter to the model"
        assert ranked.loc["category_0", "Reading"] == "does not matter to the model"
        assert "The weight in the model" not in said(app)

    def test_why_leads_to_what_drives_the_model(self, reader: Reader):
        health(reader.store)
        found = [query for _, page, query in links(reader.open("health", model="card-fraud")) if page == "explanations"]
        assert found == ["model=card-fraud&version=2"]

    def test_money_that_is_unknown_is_said_with_what_to_do(self, reader: Reader):
        health(reader.store)
        app = reader.open("health", model="unlabelled")
        assert table(app)["Money"].isna().all()
        assert "Say in the model's file under `value` what its decisions are worth." in said(app)

    def test_a_feature_is_looked_at_closely(self, reader: Reader):
        health(reader.store)
        app = reader.open("health", model="card-fraud", feature="device_trust")
        assert app.selectbox(key="feature").value == "device_trust"
        first, second, *_ = alts(app)
        assert first.startswith("Share of decisions by bin, ")
        assert second.startswith("PSI of device_trust over time: ")
        shown = [metric.label for metric in app.metric]
        assert shown[4:] == ["PSI", "Jensen-Shannon", "KS", "Wasserstein", "chi-square"]

    def test_a_category_is_compared_by_the_methods_that_fit_it(self, reader: Reader):
        health(reader.store)
        app = reader.open("health", model="card-fraud", feature="category_0")
        assert [metric.label for metric in app.metric][4:] == ["PSI", "Jensen-Shannon", "chi-square"]

    def test_a_click_on_a_row_looks_closer_at_its_feature(self, reader: Reader):
        health(reader.store)
        app = reader.open("health", model="card-fraud")
        place = list(table(app)["Feature"]).index("category_1")
        app.session_state["why_table"] = {"selection": {"rows": [], "columns": [], "cells": [(place, "Feature")]}}
        app.selectbox(key="feature").select("category_1").run()
        assert "**`category_1`**" in said(app)

    def test_a_feature_that_is_gone_is_said_to_be(self, reader: Reader):
        health(reader.store)
        assert "There is no feature “nothing” in this version." in said(
            reader.open("health", model="card-fraud", feature="nothing")
        )

    def test_the_days_of_the_light_or_the_period(self, reader: Reader):
        health(reader.store)
        week = table(reader.open("health", model="bike-demand"))
        month = table(reader.open("health", model="bike-demand", days="The whole period", period="Last 90 days"))
        assert not week["Drift"].equals(month["Drift"])

    def test_a_window_that_is_too_small_to_tell_says_so(self, reader: Reader):
        health(reader.store)
        text = said(reader.open("health", model="tiny"))
        assert "are too few to tell: chance alone may give" in text
        assert "have moved" not in text


class TestPerformance:
    def test_it_is_drawn_with_reference_limits_and_labelled_share(self, reader: Reader):
        health(reader.store)
        app = reader.open("health", model="card-fraud", part="Performance", period="Last 90 days")
        chart, *_ = app.main.get("plotly_chart")
        assert chart.proto.alt.startswith("AUC over time: from outcomes from ")
        assert "estimated from" in chart.proto.alt
        assert "Failing 0." in chart.proto.alt
        assert "of them with an outcome" in said(app)

    @pytest.mark.parametrize(
        ("model", "measure"),
        [("bike-demand", "MAE"), ("ticket-routing", "Macro F1"), ("card-fraud", "Brier score")],
    )
    def test_the_metric_is_chosen_among_those_of_the_task(self, reader: Reader, model: str, measure: str):
        health(reader.store)
        app = reader.open("health", model=model, part="Performance", measure=measure)
        assert alts(app)[0].startswith(f"{measure} over time")

    def test_the_metric_of_the_file_comes_first(self, reader: Reader):
        health(reader.store)
        for model, metric in (("card-fraud", "roc_auc"), ("bike-demand", "rmse"), ("ticket-routing", "accuracy")):
            app = reader.open("health", model=model, part="Performance")
            assert app.selectbox(key="measure").value == metric

    @pytest.mark.parametrize(("grain", "least"), [("Day", 20), ("Week", 4), ("Month", 1)])
    def test_the_grain_stands_in_the_address(self, reader: Reader, grain: str, least: int):
        health(reader.store)
        app = reader.open("health", model="bike-demand", part="Performance", grain=grain)
        (chart, *_) = app.main.get("plotly_chart")
        realized = next(one for one in json.loads(chart.proto.spec)["data"] if one.get("name") == "from outcomes")
        assert len(realized["text"]) >= least

    def test_outcomes_that_are_still_to_come_are_said(self, reader: Reader):
        health(reader.store)
        text = said(reader.open("health", model="card-fraud", part="Performance", grain="Day"))
        assert "no outcomes yet." in text

    def test_calibration_is_shown_for_binary_models_alone(self, reader: Reader):
        health(reader.store)
        binary = said(reader.open("health", model="card-fraud", part="Performance"))
        assert "Do the scores keep their word?" in binary
        assert "Do the scores keep their word?" not in said(
            reader.open("health", model="bike-demand", part="Performance")
        )

    def test_a_file_without_outcomes_gets_the_lines_to_add_and_what_is_estimated(self, reader: Reader):
        health(reader.store)
        app = reader.open("health", model="unlabelled", part="Performance")
        text = said(app)
        assert "Its file does not say where outcomes are" in text
        assert "outcomes:\n  path: lake/unlabelled/outcomes/*.parquet" in text
        assert "estimated from" in alts(app)[0]


class TestDrift:
    def test_the_map_has_the_worst_first(self, reader: Reader):
        health(reader.store)
        app = reader.open("health", model="card-fraud", part="Drift", period="Last 90 days")
        assert alts(app)[0].startswith("Drift of 8 features over ")
        assert "the worst first: " in alts(app)[0]

    def test_a_year_before_shows_what_is_only_the_season(self, reader: Reader):
        health(reader.store)
        season = {"model": "bike-demand", "part": "Drift", "period": "Last 30 days", "feature": "category_0"}
        against_reference, against_year = (
            table(reader.open("health", **season, **chosen)).set_index("Feature") for chosen in ({}, {"against": YEAR})
        )
        assert against_year.loc["category_0", "Drift"] < against_reference.loc["category_0", "Drift"]

    def test_the_same_months_of_the_reference_are_a_choice_where_it_has_times(self, reader: Reader):
        health(reader.store)
        app = reader.open("health", model="timed", part="Drift", against=MONTHS)
        assert "against the reference's rows of the same months" in said(app)
        assert (table(app)["Compared with"] < 2000).all()

    def test_without_another_time_to_compare_with_it_says_why(self, reader: Reader):
        health(reader.store)
        text = said(reader.open("health", model="card-fraud", part="Drift"))
        assert "The log does not hold the same days of a year before" in text
        assert "Compared with" not in [control.label for control in reader.open("health").main.get("button_group")]


class TestVolumeAndAge:
    def test_decisions_are_drawn_with_the_minimum(self, reader: Reader):
        health(reader.store)
        app = reader.open("health", model="card-fraud", part="Volume and age")
        assert "days below the minimum of 200." in alts(app)[0]

    def test_without_a_minimum_the_lines_to_add_are_there(self, reader: Reader):
        health(reader.store)
        text = said(reader.open("health", model="unlabelled", part="Volume and age"))
        assert "min_per_day: 100" in text

    def test_age_comes_with_advice_and_reasons(self, reader: Reader):
        health(reader.store)
        app = reader.open("health", model="bike-demand", part="Volume and age")
        shown = {metric.label: metric.value for metric in app.metric}
        assert shown["Age"] == "420 days"
        assert "RMSE, change in 30 days" in shown
        assert "The version is 420 days old." in said(app)


@pytest.mark.parametrize(
    ("model", "sentences"),
    [
        ("no-file", ["its file in the workspace does not exist", "model: no-file\ndecisions:"]),
        ("no-log", ["Its file does not say where its decisions are logged.", "path: lake/no-log/decisions/*.parquet"]),
        ("no-decisions", ["No decision of this model has been read yet.", "lake/none/*.parquet"]),
        ("card-frod", ["There is no model named “card-frod” in this snapshot.", "“card-fraud”"]),
    ],
)
def test_what_is_lacking_is_said_with_what_to_do(reader: Reader, model: str, sentences: list[str]):
    health(reader.store)
    text = said(reader.open("health", model=model))
    for sentence in sentences:
        assert sentence in text


def test_a_version_without_decisions_is_told_which_have_some(reader: Reader):
    health(reader.store)
    text = said(reader.open("health", model="card-fraud", version="9"))
    assert "Version 9 has made no decisions." in text
    assert "1 version has: 2." in text


@pytest.mark.parametrize("part", ["Why", "Drift"])
def test_without_a_reference_the_lines_to_add_are_there(reader: Reader, part: str):
    def drop(rows: Frames) -> None:
        for name in ("profile_references", "profile_bins", "profile_features"):
            rows[name] = rows[name][rows[name]["model"] != "timed"]

    health(reader.store, drop)
    text = said(reader.open("health", model="timed", part=part))
    assert "There is nothing to compare its decisions with." in text
    assert "reference:\n  path: lake/timed/reference.parquet" in text


@pytest.mark.parametrize("part", ["Why", "Performance", "Drift", "Volume and age"])
def test_names_from_outside_stay_text(reader: Reader, part: str):
    health(reader.store)
    app = reader.open("health", model=LONG, part=part, feature=HOSTILE)
    marked = "\n".join(element.value for element in app.main.markdown)
    assert "<img" not in marked.replace(r"\<img", "")
    charts = "".join(chart.proto.spec for chart in app.main.get("plotly_chart"))
    assert "<img" not in charts.replace('"customdata"', "") or part == "Drift"


def test_a_period_of_long_ago_can_be_chosen(reader: Reader):
    health(reader.store)
    asked = {"period": "Custom", "from": "2012-05-01", "to": "2012-05-31"}
    app = reader.open("health", model="card-fraud", part="Performance", **asked)
    assert "No decisions in this period: 1 May 2012 to 31 May 2012." in said(app)


class TestLightsElsewhere:
    def test_home_names_models_whose_light_is_drifted_or_failing(self, reader: Reader):
        health(reader.store)
        app = reader.open("home", role="Operations")
        assert re.search(
            r"AUC is 0\.\d+, from [\d,]+ outcomes .*; drifted: (amount|device_trust) and \d more", said(app)
        )
        assert "Ticket routing" not in [label for label, page, _ in links(app) if page == "model"]
        glance = table(app).set_index("Model")
        assert glance.loc["Card fraud", "Health"] == ["failing"]

    def test_models_has_a_column_with_the_light(self, reader: Reader):
        health(reader.store)
        found = table(reader.open("models")).set_index("Model")
        assert found.loc["Card fraud", "Health"] == ["failing"]
        assert found.loc["Ticket routing", "Health"] == ["stable"]
        assert found.loc["No file", "Health"] == ["no data"]

    def test_the_page_of_a_model_says_its_light_and_leads_to_its_health(self, reader: Reader):
        health(reader.store)
        app = reader.open("model", model="card-fraud")
        assert ":red[:material/dangerous:] **Failing**" in said(app)
        assert re.search(r"drifted: (amount|device_trust) and", said(app))
        assert ("See its health", "health", "model=card-fraud") in links(app)
