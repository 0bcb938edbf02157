"""The Portfolio page says what gets to production, how fast, how safely, what it returns, and what it cannot know."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.snapshots import publish_rows
from tests.ui import portfolio_sample as sample
from tests.ui.portfolio_sample import HOSTILE, WELL, ago
from tests.ui.reading import Reader, figures, links, said
from watchroom.domain.delivery import Quarter
from watchroom.ui.text import one_line


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("portfolio") / "store"
    sample.publish(folder)
    return folder


@pytest.fixture
def reader(published: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(published, monkeypatch)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """One with a store of its own, still empty."""
    return Reader(tmp_path / "store", monkeypatch)


def answer(app: AppTest) -> str:
    return str(app.main.subheader[0].value).replace("\\", "").replace("\u2060", "")


def test_the_answer_comes_first_in_sentences(reader: Reader):
    month = sample.last_month()[0]
    assert answer(reader.open("portfolio")) == (
        "2 of 4 projects begun reached production. From training to production a version took a median of 8.5 days "
        f"(2 versions). 1 of 2 changes failed. 2 models together earned €800 in {month:%B %Y} (€20 of what was brought "
        "is estimated); 1 of them lost money."
    )


def test_the_four_measures_say_of_how_many_they_are_and_what_they_mean(reader: Reader):
    app = reader.open("portfolio")
    found = figures(app)
    assert found["Changes that failed"] == ("1 of 2", "all 30 days over"), "two changes have no percentage"
    assert found["Time to restore"] == ("10 days", "1 failure")
    assert found["Releases a month"] == ("0.4", "2 releases in 5 months")
    assert all("30 days" in metric.help for metric in app.metric if metric.label == "Changes that failed")


def test_the_funnel_says_where_and_why_each_project_stops_and_leads_there(reader: Reader):
    app = reader.open("portfolio")
    text = said(app)
    assert "1 of them went on without an approval: Went back." in text
    assert "Version 1 is in service and failing: rmse is 9." in text
    assert "Rejected: ines (reviewer): **no** data sheet." in text
    assert "2 runs, no version. Nothing since" in text
    there = {(page, query) for _, page, query in links(app)}
    assert ("health", "model=back") in there
    assert any(page == "runs" and query.startswith("experiment=") for page, query in there)
    assert not any(page == "model" and query == f"model={WELL}" for page, query in there), (
        "what is healthy has not stopped"
    )


def test_delivery_says_what_it_leaves_out_and_who_waits_for_a_review(reader: Reader):
    text = said(reader.open("portfolio", view="Delivery"))
    assert "2 releases are left out: in service already when the log" in text
    assert "1 rollback is no change: within 30 days of one, it is that change's failure." in text
    assert "Of 2 changes no health was judged in the first 30 days" in text
    assert "A sign-off came after a median of **7 days** (2 waits). **3 versions** wait now." in text
    order = [text.index(name) for name in ("65 days", "30 days, again since it was rejected")]
    assert order == sorted(order), "the longest first"


def test_value_says_who_earns_who_loses_and_what_is_paid_back(reader: Reader):
    text = said(reader.open("portfolio", view="Value"))
    assert "2 models brought €900 (€20 of it estimated) less €100 to run them: €800 net. Of 1 other model" in text
    assert "1 model lost money" in text
    assert "Building 2 of 2 models cost €2,000" in text


def test_experiments_cost_hours_and_money_where_an_hour_has_a_price(reader: Reader):
    text = said(reader.open("portfolio", view="Experiments"))
    assert "30 % of the 20 hours that runs took came to nothing (6.0 hours, €15.00); 1 of 10 runs failed." in text


def test_without_a_price_it_says_how_to_set_one(own: Reader):
    facts = [row for row in sample.rows()["workspace"] if row["key"] != "compute_cost_per_hour"]
    sample.publish(own.store, workspace=facts)
    text = said(own.open("portfolio", view="Experiments"))
    assert "came to nothing (6.0 hours); 1 of 10 runs failed." in text
    assert "compute_cost_per_hour: 1.20" in text


def test_reuse_names_what_breaks_for_whom(reader: Reader):
    text = said(reader.open("portfolio", view="Reuse"))
    assert "1 of 1 feature and 1 of 1 dataset are shared by several of 3 models." in text
    assert "Most rests on the feature age: Goes well and Went back." in text
    assert "The dataset customers trained Goes well and Went back." in text


def test_a_quarter_is_a_cohort_and_team_and_tier_narrow_it(reader: Reader):
    quarter = Quarter.of(ago(191).date())
    begun = pd.Series([ago(201), ago(191), ago(41), ago(120)]).map(lambda at: Quarter.of(at.date()) == quarter).sum()
    app = reader.open("portfolio", quarter=quarter.title)
    assert f"{begun} projects begun in {quarter.title}" in answer(app) or begun == 1
    assert answer(reader.open("portfolio", team="Payments")).startswith("1 of 1 project begun reached production.")
    assert answer(reader.open("portfolio", tier="unknown")).startswith("None of 2 projects begun reached production.")
    assert answer(reader.open("portfolio", model="back")).startswith("1 of 1 project begun reached production.")


def test_quarters_side_by_side_do_not_guess(reader: Reader):
    charts = reader.open("portfolio", view="By quarter").main.get("plotly_chart")
    told = [chart.proto.alt for chart in charts] if hasattr(charts[0].proto, "alt") else []
    assert len(charts) == 6
    assert not told or any("unknown" in one for one in told)


def test_what_was_in_production_before_anybody_looked_is_said_to_be_so_at_most(reader: Reader):
    charts = reader.open("portfolio", view="By quarter").main.get("plotly_chart")
    assert any("up to 2" in str(chart.proto) for chart in charts)


def test_names_from_outside_stay_text(reader: Reader):
    app = reader.open("portfolio")
    shown = "".join(str(one.value) for one in app.main.markdown)
    assert "<b>x</b>" not in shown
    label = next(label for label, page, _ in links(app) if page == "runs")
    assert one_line(HOSTILE, 60) in label.replace("\u2060", "")


def test_without_a_project_it_says_how_one_comes(own: Reader):
    publish_rows(own.store, {})
    assert "There is no project yet." in said(own.open("portfolio"))


def test_with_nothing_but_an_experiment_nothing_is_claimed(own: Reader):
    rows = sample.rows()
    kept = ("workspace", "experiments", "runs")
    publish_rows(own.store, {name: rows[name] for name in kept})
    sample.fill(own.store)
    assert answer(own.open("portfolio")) == (
        "None of 3 projects begun reached production. How long a version takes to get there is not known yet. "
        "Of no change is it known yet whether it went well. What the models earn is not known."
    )
    for view in ("Delivery", "Value", "Experiments", "Reuse", "By quarter"):
        assert "Portfolio" in said(own.open("portfolio", view=view))


def test_a_model_that_nobody_knows_is_said_to_be_unknown(reader: Reader):
    assert "There is no model named “wel”" in said(reader.open("portfolio", model="wel"))
