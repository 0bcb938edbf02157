"""Threshold answers what another cut-off would earn: for somebody who pays for the model first."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.snapshots import publish_rows
from tests.jobs.test_cutoffs import money
from tests.ui.reading import Reader, figures, full, links, said
from tests.ui.sample import LONG
from tests.ui.threshold_sample import DAYS, PER_DAY, decided, threshold
from watchroom.domain.money_text import money as amount
from watchroom.ui import threshold_subject

LABEL = "Benefit a month, before running costs"
NOT_THE_FILES = "A scenario, not the figures of the file"
USUAL = {"model": "card-fraud", "period": "Last 30 days"}


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    found = Reader(tmp_path / "store", monkeypatch)
    threshold(found.store)
    return found


def alts(app: AppTest) -> list[str]:
    return [chart.proto.alt for chart in app.main.get("plotly_chart")]


def slider(app: AppTest) -> float:
    return float(app.main.slider[0].value)


class TestOneModel:
    def test_the_first_sentence_says_what_it_would_have_earned_and_the_work_it_makes(self, reader: Reader):
        text = said(reader.open("threshold", **USUAL))
        assert "instead of 0.60 would have earned €" in text
        assert "more a month (95 %: €" in text
        assert "more decisions a day would have been “stopped”" in text
        assert "1,200 of 1,500 decisions with a score have an outcome; the 300 others are taken to be like them" in text

    def test_the_slider_stands_at_the_best_one_and_the_figures_are_of_where_it_stands(self, reader: Reader):
        app = reader.open("threshold", **USUAL)
        frame, best = decided()["card-fraud"], slider(app)
        assert f"A cut-off of {best:g}" in said(app)
        app.main.slider[0].set_value(0.45).run()
        shown, known = figures(app), frame.dropna(subset=["outcome"])
        assert shown["“stopped”"][0] == f"{(frame['score'] >= 0.45).sum() / DAYS:.3g}"
        right = (known[known["score"] >= 0.45]["outcome"] == "1").mean()
        assert shown["Precision"][0] == f"{right:.0%}".replace("%", " %")
        assert f"Cut-off 0.45: €{money(frame, 0.45):,.0f} in these days"[:16] in said(app)

    def test_a_stretch_of_cutoffs_that_are_about_as_good_is_told_in_words(self, reader: Reader):
        text = said(reader.open("threshold", **USUAL))
        assert re.search(r"Anything from 0\.\d+ to 0\.\d+ earns within €[\d,]+ a month of the best\.", text)

    def test_at_the_best_one_the_slider_says_the_interval_of_the_answer(self, reader: Reader):
        text = said(reader.open("threshold", **USUAL))
        first, second = re.findall(r"95 %: \+?€([\d,]+) to \+?€([\d,]+)", text)[:2]
        assert first == second

    def test_a_link_keeps_the_cutoff_and_the_changed_figures(self, reader: Reader):
        app = reader.open("threshold", **USUAL, cutoff="0.45", assume=["false_positive:-80"])
        assert slider(app) == 0.45
        text = said(app)
        assert "With your figures:" in text
        assert "Genuine, stopped −€80 (the file: −€40)" in text
        assert "your figures say 1.38" in text

    def test_false_alarms_that_cost_twice_as_much_move_the_best_one_up_and_the_file_comes_back(self, reader: Reader):
        app = reader.open("threshold", **USUAL)
        before = said(app)
        app.button(key="threshold_alarms").click().run()
        assert [field.value for field in app.main.number_input] == [110, -80, 0, 0]
        assert NOT_THE_FILES in said(app)
        app.button(key="threshold_misses").click().run()
        assert [field.value for field in app.main.number_input] == [110, -80, -110, 0]
        assert app.query_params["assume"] == ["false_positive:-80", "false_negative:-110"]
        app.button(key="threshold_reset").click().run()
        assert "assume" not in app.query_params
        assert NOT_THE_FILES not in said(app)
        assert said(app) == before

    def test_a_cutoff_that_nobody_set_follows_the_best_one_and_one_that_was_set_stays(self, reader: Reader):
        app = reader.open("threshold", **USUAL)
        before = slider(app)
        app.button(key="threshold_alarms").click().run()
        text, best = said(app), slider(app)
        assert best > before
        assert re.search(rf"With your figures: [^€]*\b{best:g}0? would have earned €", text)
        assert f"At {best:g}" in text
        assert f"threshold: {best:g}  #" in text
        app.main.slider[0].set_value(0.45).run()
        app.button(key="threshold_reset").click().run()
        assert slider(app) == 0.45

    def test_what_another_period_says_stands_beside_what_the_refresh_advises(self, reader: Reader):
        text = said(reader.open("threshold", model="card-fraud"))
        assert re.search(r"The 25 days to \d+ \w+ that have outcomes: ", text)
        assert "The refresh advises" not in text
        app = reader.open("threshold", model="card-fraud", period="Last 7 days")
        assert re.search(r"The refresh advises 0\.\d+, on the 25 days to .* a month more \(95 %: €", said(app))
        (back,) = [params for label, _, params in links(app) if label == "Look at those days"]
        assert "period=Last+30+days" in back.replace("%20", "+")

    def test_money_is_what_it_earns_more_than_the_baseline_of_the_file(self, reader: Reader):
        worth = figures(app := reader.open("threshold", **USUAL, cutoff="0.3"))
        known = decided()["card-fraud"].dropna(subset=["outcome"])
        yes_to_all = 110 * (known["outcome"] == "1").sum() - 40 * (known["outcome"] == "0").sum()
        per_month = 30 / DAYS * DAYS * PER_DAY / len(known)
        against = reader.open("threshold", **USUAL, cutoff="0.3", assume=["baseline:all_positive"])
        benefit = (money(known, 0.3) - yes_to_all) * per_month
        assert worth["Benefit a month"][0] == amount(money(known, 0.3) * per_month, "EUR")
        assert figures(against)["Benefit a month"][0] == amount(benefit, "EUR")
        assert f"(yes to all: {amount(yes_to_all * per_month, 'EUR')} a month); running costs are not in it" in said(
            against
        )
        assert all("in these days" in said(page) for page in (app, against))
        assert alts(against)[0].startswith(LABEL)

    def test_the_kinds_of_decisions_are_in_the_words_of_the_file(self, reader: Reader):
        table = next(one.value for one in reader.open("threshold", **USUAL).main.markdown if "|:--|" in one.value)
        assert "turned out fraud" in table
        assert "**let through**" in table
        assert "false alarms" in table

    def test_a_line_to_copy_says_that_moving_it_is_done_elsewhere(self, reader: Reader):
        app = reader.open("threshold", **USUAL)
        assert "done in the service that uses the model" in said(app)
        assert f"threshold: {slider(app):g}  # card-fraud version 1, was 0.60; +€" in said(app)

    def test_every_chart_says_in_words_what_it_shows(self, reader: Reader):
        first, *rest = alts(reader.open("threshold", **USUAL))
        assert "the one in use 0.60" in first
        assert "with 95 % confidence" in first
        assert all(text.endswith(".") for text in rest)
        assert len(rest) == 1

    def test_how_it_is_run_is_said_beside_what_the_file_says(self, reader: Reader):
        assert "times a false alarm; the file says 2.75" in said(reader.open("threshold", **USUAL))

    def test_by_group_each_has_a_cutoff_and_there_is_a_warning(self, reader: Reader):
        app = reader.open("threshold", **USUAL, view="By group")
        table: pd.DataFrame = app.main.dataframe[0].value
        assert "may be unlawful discrimination" in said(app)
        assert set(table["Group"]) == {"young", "old", "(missing)"}
        assert table["n"].sum() == 1200
        assert table.nlargest(2, "n")["Best"].notna().all()
        assert not app.main.slider

    def test_groups_are_never_said_to_earn_more_surely(self, reader: Reader):
        text = said(reader.open("threshold", **USUAL, view="By group"))
        assert "more than chance" in text or "so of 2 groups some may be chance" in text
        assert "would surely" not in text

    def test_what_may_be_chance_is_said_so_in_the_line_to_copy(self, reader: Reader):
        text = said(reader.open("threshold", **USUAL, cutoff="0.58"))
        (line,) = re.findall(r"threshold: 0.58  #.*", text)
        assert re.search(r"€[\d,.]+ a month \(95 %: −€[\d,.]+ to \+€[\d,.]+, which may be chance\)", line)

    def test_against_a_column_worth_is_said_to_be_compared_with_nothing(
        self, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(threshold_subject, "_without", lambda *_: None)
        app = reader.open("threshold", **USUAL)
        assert "Worth of the decisions: not compared with doing without the model" in said(app)
        assert "Worth a month" in figures(app)

    def test_a_version_in_shadow_is_said_to_be_one(self, reader: Reader):
        assert "version 2, in shadow" in said(reader.open("threshold", **USUAL, version="2"))

    @pytest.mark.parametrize(
        ("model", "words"),
        [
            ("half-value", "The file leaves out true_negative, so what a cut-off earns is unknown"),
            ("no-value", "What a decision is worth is not in the model's file"),
            ("all-stopped", "instead of saying “stopped” to all would have earned"),
            ("no-predictions", "Which one is in use cannot be told"),
            ("unlabelled", "None of its 480 decisions"),
            ("few", "are of the rarer kind, and it takes 10"),
            ("no-score", "Its log has no score"),
            ("no-outcome-file", "Its file names no outcomes"),
            ("no-decisions", "No decision"),
            ("claims", "It predicts an amount, so there is no cut-off to move"),
            ("sorts", "Money is not worked out for models with several answers."),
            ("no-task", "Its file does not say what the model predicts"),
            ("no-log", "does not say where its decisions are logged"),
            ("no-file", "its file in the workspace does not exist"),
            ("card-frod", "There is no model named “card-frod”"),
            (LONG, "instead of 0.60"),
        ],
    )
    def test_what_cannot_be_told_is_said_with_what_to_do(self, reader: Reader, model: str, words: str):
        assert words in said(reader.open("threshold", model=model)).replace("`", "")

    def test_a_figure_given_on_the_page_stands_in_for_one_the_file_leaves_out(self, reader: Reader):
        app = reader.open("threshold", model="half-value", assume=["true_negative:0"])
        assert "With your figures: A cut-off of" in said(app)
        assert "(the file does not say)" in said(app)

    def test_part_of_a_cent_is_written_with_all_its_digits(self, reader: Reader):
        text = said(reader.open("threshold", **USUAL, assume=["true_negative:-0.005"]))
        assert "Genuine, let through −€0.005 (the file: €0)" in text

    def test_what_the_address_names_wrongly_is_said_to_be_left_out(self, reader: Reader):
        text = said(reader.open("threshold", **USUAL, assume=["false_positive:much"]))
        assert "1 assumption of the address cannot be read and is left out." in text
        assert NOT_THE_FILES not in text

    def test_a_scenario_goes_with_the_link_to_value_and_back(self, reader: Reader):
        app = reader.open("threshold", **USUAL, assume=["false_positive:-80", "build_cost:1000"])
        (to_value,) = [params for label, _, params in links(app) if label == "Its money by these figures"]
        assert "assume=false_positive%3A-80&assume=build_cost%3A1000" in to_value
        app = reader.open("value", model="card-fraud", assume=["false_positive:-80"])
        (back,) = [params for label, _, params in links(app) if label == "Threshold"]
        assert "assume=false_positive%3A-80" in back
        assert "This is by the file's figures, not by the scenario that is open." in said(app)

    def test_a_period_without_decisions_offers_longer_ones(self, reader: Reader):
        app = reader.open("threshold", model="few", period="Last 7 days")
        assert "made no decision in this period" in said(app)
        assert {"Last 90 days", "Last 12 months"} <= {label for label, _, _ in links(app)}

    @pytest.mark.parametrize(
        "address",
        [{"cutoff": "7"}, {"cutoff": "x"}, {"assume": "x"}, {"cutoff": "nan"}, {"assume": "false_positive:inf"}],
    )
    def test_nonsense_in_the_address_takes_nothing_down(self, reader: Reader, address: dict[str, str]):
        assert 0 <= slider(reader.open("threshold", **USUAL, **address)) <= 1

    def test_another_model_begins_with_its_own_cutoff_and_figures(self, reader: Reader):
        app = reader.open("threshold", **USUAL, cutoff="0.45", assume=["false_positive:-80"])
        app.sidebar.selectbox(key="model").set_value("at-best").run()
        assert slider(app) != 0.45
        assert NOT_THE_FILES not in said(app)


class TestAllModels:
    def test_the_first_sentence_sums_what_would_surely_be_earned(self, reader: Reader):
        text = said(reader.open("threshold"))
        assert "more at another cut-off" in text
        assert "a month in all" in text

    def test_each_binary_model_has_a_row_that_says_why_there_is_no_best_one(self, reader: Reader):
        table: pd.DataFrame = reader.open("threshold").main.dataframe[0].value
        why = table.set_index("Model")["Why not"]
        assert why["half-value"] == "value not whole in its file"
        assert why["unlabelled"] == "no outcomes, or not in service"
        assert why["no-score"] == "no score in its file"
        assert why["few"] == "too few outcomes"
        assert why["no-log"] == "no log"
        assert pd.isna(why["Card fraud"])
        assert "claims" not in why.index

    def test_a_click_on_a_row_opens_that_model(self, reader: Reader):
        app = reader.open("threshold")
        place = list(app.main.dataframe[0].value["Model"]).index("at-best")
        app.session_state["threshold_models"] = {"selection": {"rows": [], "columns": [], "cells": [(place, "Model")]}}
        app.run()
        assert app.title[0].value == "Threshold of at\\-best"

    def test_the_ratio_that_is_furthest_from_its_file_is_named(self, reader: Reader):
        assert "is run as if a missed case cost" in said(reader.open("threshold"))

    def test_a_room_without_binary_models_says_so(self, reader: Reader):
        publish_rows(reader.store, {"models": [{"model": "claims", "task": "regression", "registered": True}]})
        assert "No model answers yes or no." in said(reader.open("threshold"))

    def test_before_anything_was_worked_out_it_says_what_it_takes(self, reader: Reader):
        full(reader.store)
        assert "No best cut-off is known yet" in said(reader.open("threshold"))
