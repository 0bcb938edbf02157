"""Money on the page of value: what a model earned, by which assumptions; a scenario is never taken for the file's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.snapshots import publish_rows
from tests.ui.reading import Reader, figures, said
from tests.ui.sample import HOSTILE, LONG
from tests.ui.value_sample import DEMAND, FRAUD, FRAUD_VALUE, TODAY, Rows, money, rows, value_room
from watchroom.domain.money_text import money as text_of

NOT_THE_FILES = "A scenario, not the figures of the file"


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    value_room(tmp_path / "store")
    return Reader(tmp_path / "store", monkeypatch)


def opened(reader: Reader, model: str, *assumed: str, view: str = "Money", **address: str) -> AppTest:
    """A view of the page, with the assumptions of a scenario in its address."""
    more: dict[str, Any] = {"assume": list(assumed)} if assumed else {}
    return reader.open("value", model=model, view=view, **address, **more)


def alts(app: AppTest) -> list[str]:
    return [chart.proto.alt for chart in app.main.get("plotly_chart")]


def last_month(value: dict[str, Any] | None = None) -> Any:
    months = money(FRAUD, value)
    months = months[(months["grain"] == "month")]
    return months[[end < TODAY for end in months["period_end"]]].iloc[-1]


class TestOfTheFile:
    def test_the_month_is_told_with_its_parts_and_the_pay_back_date(self, reader: Reader):
        app = opened(reader, FRAUD.model)
        row, shown = last_month(), figures(app)
        assert shown[f"Net, {row['period_start']:%B %Y}"][0] == text_of(row["net"], "EUR")
        assert shown["From outcomes"][0] == text_of(row["benefit"], "EUR")
        assert shown["Running cost"][0] == "€900"
        days = money(FRAUD)
        days = days[days["grain"] == "day"]
        day = days[days["net"].cumsum() >= 20000]["period_start"].iloc[0]
        assert f"It has paid back its building cost of €20,000 on {day.day} {day:%B %Y}." in said(app)

    def test_the_assumptions_stand_beside_it_with_where_they_come_from(self, reader: Reader):
        text = said(opened(reader, FRAUD.model))
        assert "| :small[Fraud, stopped] | :small[€110] |" in text
        assert "| :small[Genuine, stopped] | :small[−€40] |" in text
        assert "Without the model: every case let through" in text
        assert "From `value` in models/card-fraud.yaml" in text
        assert NOT_THE_FILES not in text

    def test_how_it_came_about_adds_up(self, reader: Reader):
        row = last_month()
        (steps,) = [alt for alt in alts(opened(reader, FRAUD.model)) if alt.startswith("How it adds up")]
        assert steps.endswith(f"Net {text_of(row['net'], 'EUR')}.")
        assert "Fraud, stopped €" in steps
        assert "Fraud, let through" not in steps  # it is worth nothing, so it moves nothing

    @pytest.mark.parametrize(("by", "grain"), [("Day", "day"), ("Week", "week"), ("Month", "month")])
    def test_by_day_week_and_month(self, reader: Reader, by: str, grain: str):
        app = opened(reader, FRAUD.model, by=by)
        newest = money(FRAUD)
        newest = newest[newest["grain"] == grain].iloc[-1]
        (alt,) = [alt for alt in alts(app) if alt.startswith("Net by period")]
        assert alt.endswith(f"{text_of(newest['net'], 'EUR')}.")

    def test_a_regression_is_told_in_too_much_and_too_little(self, reader: Reader):
        text = said(opened(reader, DEMAND.model))
        assert "Predicted too much, each unit" in text
        assert "−€0.40" in text
        assert "Without the model: the last known value repeated" in text
        assert "of its building cost of €500,000 is paid back so far" in text

    def test_what_the_file_leaves_out_is_unknown_with_the_lines_to_copy(self, reader: Reader):
        app = opened(reader, "partly")
        text = said(app)
        assert figures(app)["From outcomes"][0] == "unknown"
        assert "What its decisions brought cannot be worked out." in text
        assert "missed and rightly left alone" in text
        code = "\n".join(block.value for block in app.main.get("code"))
        assert "false_negative: -200" in code
        assert "baseline: {naive: all_negative}" in code

    def test_a_model_of_many_classes_shows_its_costs_and_says_why_no_more(self, reader: Reader):
        text = said(opened(reader, "ticket-routing"))
        assert "What its decisions bring cannot be told." in text
        assert "What it has brought is not known, so neither is whether it has paid back" in text

    @pytest.mark.parametrize(
        ("model", "told"),
        [("silent", "its file does not say what its decisions are worth"), ("no-file", "it has no file")],
    )
    @pytest.mark.parametrize("view", ["Money", "Runway"])
    def test_without_any_of_it_the_page_has_lines_to_copy(self, reader: Reader, model: str, told: str, view: str):
        app = opened(reader, model, view=view)
        assert told in said(app)
        assert any("true_positive: 120" in block.value for block in app.main.get("code"))

    def test_without_outcomes_counted_it_says_what_fills_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        found = {**rows((FRAUD,)), "value": [], "value_counts": [], "value_serving": []}
        publish_rows(tmp_path / "store", found)
        text = said(opened(Reader(tmp_path / "store", monkeypatch), FRAUD.model))
        assert "No money has been worked out for it yet." in text
        assert "watchroom refresh" in text

    def test_without_a_currency_amounts_are_bare_and_the_page_says_where_to_set_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        value_room(tmp_path / "store", currency=None)
        app = opened(Reader(tmp_path / "store", monkeypatch), FRAUD.model)
        assert figures(app)["Running cost"][0] == "900"
        assert "currency: EUR" in said(app)

    def test_a_yen_has_no_cents(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        value_room(tmp_path / "store", currency="JPY")
        text = said(opened(Reader(tmp_path / "store", monkeypatch), FRAUD.model))
        assert "¥20,000" in text
        assert not re.search(r"¥[\d,]+\.\d", text)

    def test_names_from_outside_stay_text(self, reader: Reader):
        app = opened(reader, LONG)
        (shown,) = [
            one
            for one in app.main.markdown
            if "Assumptions" not in one.value and "img src" in one.value and "|" in one.value
        ]
        assert "<img" not in shown.value.replace(r"\<img", "")
        assert HOSTILE not in shown.value


class TestScenario:
    def test_everything_is_worked_out_anew_and_says_that_it_is_a_scenario(self, reader: Reader):
        app = opened(reader, FRAUD.model, "true_positive:60")
        row, text = last_month({**FRAUD_VALUE, "true_positive": 60}), said(app)
        assert NOT_THE_FILES in text
        assert ":orange[In this scenario:]" in text
        assert figures(app)[f"Net, {row['period_start']:%B %Y}"][0] == text_of(row["net"], "EUR")
        own = [
            alt for alt in alts(app) if not alt.startswith("By the assumptions of a scenario, not those of the file.")
        ]
        assert own == []

    def test_it_says_how_it_differs_from_the_file(self, reader: Reader):
        text = said(opened(reader, FRAUD.model, "true_positive:60", "run_cost_per_month:1200"))
        row, other = last_month(), last_month({**FRAUD_VALUE, "true_positive": 60, "run_cost_per_month": 1200})
        assert "| Fraud, stopped | €110 | :orange[**€60**] |" in text
        assert "| Running cost a month | €900 | :orange[**€1,200**] |" in text
        now, then = (text_of(one["net"], "EUR") for one in (other, row))
        assert f"| Net in {row['period_start']:%B %Y} | {then} | :orange[**{now}**] |" in text

    def test_what_the_file_says_is_no_scenario(self, reader: Reader):
        assert NOT_THE_FILES not in said(opened(reader, FRAUD.model, "true_positive:110", "baseline:file"))

    @pytest.mark.parametrize("wrong", ["bogus:1", "true_positive:much", "true_positive:inf", "build_cost:-1", "over:2"])
    def test_what_an_address_says_wrongly_is_left_out_and_said_to_be(self, reader: Reader, wrong: str):
        text = said(opened(reader, FRAUD.model, "true_positive:60", wrong))
        assert "1 assumption of the address cannot be read and is left out." in text
        assert "1 assumption otherwise" in text

    def test_a_figure_changed_on_the_page_goes_into_the_address(self, reader: Reader):
        app = opened(reader, FRAUD.model, "true_positive:60")
        own = next(one for one in app.number_input if one.label == "Genuine, stopped, EUR")
        assert own.value == -40
        own.set_value(-80.0).run()
        assert app.query_params["assume"] == ["true_positive:60", "false_positive:-80"]
        assert "2 assumptions otherwise" in said(app)

    def test_taken_back_figure_by_figure_it_is_the_file_again(self, reader: Reader):
        app = opened(reader, FRAUD.model, "true_positive:60")
        next(one for one in app.number_input if one.label.startswith("Fraud, stopped")).set_value(110.0).run()
        assert "assume" not in app.query_params
        assert NOT_THE_FILES not in said(app)

    def test_reset_goes_back_to_the_file(self, reader: Reader):
        app = opened(reader, FRAUD.model, "true_positive:60")
        next(one for one in app.button if one.label == "Back to the file's figures").click().run()
        assert "assume" not in app.query_params
        assert NOT_THE_FILES not in said(app)

    def test_another_baseline_follows_from_the_outcomes(self, reader: Reader):
        row = last_month()
        app = opened(reader, FRAUD.model, "baseline:none", "false_negative:-1")
        found = figures(app)["From outcomes"][0]
        missed = last_month({**FRAUD_VALUE, "false_negative": -1, "baseline": {"naive": "all_negative"}})["worth"]
        assert found == text_of(missed, "EUR")
        assert found != text_of(row["benefit"], "EUR")

    def test_a_scenario_of_one_model_is_not_taken_to_another(self, reader: Reader):
        app = opened(reader, FRAUD.model, "true_positive:60")
        app.selectbox(key="model").set_value("losing").run()
        assert "Value of Losing" in said(app)
        assert "assume" not in app.query_params
        assert NOT_THE_FILES not in said(app)

    def test_a_missing_assumption_can_be_tried(self, reader: Reader):
        app = opened(reader, "partly", "false_negative:0", "true_negative:0")
        assert figures(app)["From outcomes"][0].startswith("€")


class TestRunway:
    def test_until_when_it_pays_is_the_first_thing(self, reader: Reader):
        text = said(opened(reader, FRAUD.model, view="Runway"))
        assert re.search(
            r"It pays until about \d+ \w+ \d{4} if its trend goes on \(as early as .*, or as late as", text
        )
        assert "it earns €23,500 a month after its costs, €1,560 less every month." in text

    def test_how_far_the_metric_is_from_its_break_even(self, reader: Reader):
        app = opened(reader, FRAUD.model, view="Runway")
        assert "AUC is 0.84 now. From 0.71 (95 %: 0.67 to 0.74) on downwards it costs more than it brings." in said(app)
        assert any("Break-even at 0.71, 95 % between 0.67 and 0.74" in alt for alt in alts(app))

    def test_the_weeks_are_drawn_as_thirty_days(self, reader: Reader):
        (alt,) = [alt for alt in alts(opened(reader, FRAUD.model, view="Runway")) if alt.startswith("Net of thirty")]
        assert "The line changes by −€1,560 in thirty days." in alt

    def test_what_cannot_be_told_is_said_with_its_reason(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        def too_few(found: Rows) -> None:
            why = "2 weeks with enough outcomes are too few for a trend: it takes 4."
            found["runway"] = [{"model": FRAUD.model, "version": 2, "weeks": 2, "reason": why}]

        value_room(tmp_path / "store", too_few)
        text = said(opened(Reader(tmp_path / "store", monkeypatch), FRAUD.model, view="Runway"))
        assert "Until when it pays cannot be told yet." in text
        assert "2 weeks with enough outcomes are too few for a trend: it takes 4." in text

    def test_without_a_runway_it_says_so(self, reader: Reader):
        assert "Until when it pays is not known." in said(opened(reader, "losing", view="Runway"))

    def test_it_does_not_follow_a_scenario_and_says_so(self, reader: Reader):
        text = said(opened(reader, FRAUD.model, "true_positive:60", view="Runway"))
        assert "a scenario has no runway of its own" in text
