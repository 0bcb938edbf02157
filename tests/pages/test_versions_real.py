"""Champion or challenger: which is better in words and money, on which decisions, and where the two disagree."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.snapshots import publish_rows
from tests.ui.paired_sample import LABELLED, N, pair_rows, rows
from tests.ui.reading import Reader, links, said
from tests.ui.sample import HOSTILE

VIEW = "Champion or challenger"


ASKED = "Should version 2, the challenger, take over from version 1? "


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("versions") / "store"
    publish_rows(
        store,
        rows(
            fraud=pair_rows("fraud", "binary", 1.0),
            alike=pair_rows("alike", "binary", 0.0, money=False),
            demand=pair_rows("demand", "regression", 0.5),
        ),
    )
    return store


@pytest.fixture
def reader(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    shutil.copytree(published, tmp_path / "store")
    return Reader(tmp_path / "store", monkeypatch)


def real(reader: Reader, model: str, **address: str) -> AppTest:
    return reader.open("versions", model=model, view=VIEW, **address)


def answer(app: AppTest) -> str:
    return str(app.subheader[0].value).replace("\\", "")


def table(app: AppTest, place: int) -> pd.DataFrame:
    found: pd.DataFrame = app.main.dataframe[place].value
    return found


def test_the_answer_comes_first_with_its_certainty_and_its_money(reader: Reader):
    app = real(reader, "fraud")
    text = said(app)
    assert answer(app) == f"{ASKED}Yes, as far as these decisions tell. Version 2 is better than version 1."
    assert f"On the {LABELLED} decisions that both scored and whose outcome is known, AUC is " in text
    assert "The probability that version 2 is better by it is over 99 %." in text
    assert "In money version 2 brings about €" in text
    assert "at 3,000 decisions a month" in text
    assert f"{N} decisions scored by both, 67 % with an outcome" in text
    assert "Intervals are of whole days drawn anew" in text


def test_every_metric_stands_in_the_table_and_in_the_chart(reader: Reader):
    app = real(reader, "fraud")
    found = table(app, 0).set_index("Metric")
    assert list(found.index[:2]) == ["AUC", "Average precision"]
    assert found.loc["AUC", "Method"] == "bootstrap of days"
    assert found.loc["Worth per decision, EUR", "Newer better"] == "over 99 %"
    (chart,) = app.main.get("plotly_chart")
    assert chart.proto.alt.startswith("v2 against v1, each metric with the 95 % interval")


def test_it_says_where_they_disagree_and_who_is_right_then(reader: Reader):
    app = real(reader, "fraud", by="amount")
    text = said(app)
    assert f" of {N} decisions (" in text
    assert "of these with an outcome, version 2 was right in" in text
    segments = table(app, 1)
    assert segments["Segment"].str.contains("quarter").all()
    assert len(segments) == 4
    rows_apart = table(app, 2)
    assert set(rows_apart["Right"].dropna()) <= {"version 1", "version 2"}
    assert (rows_apart["Answer v1"] != rows_apart["Answer v2"]).all()


def test_a_decision_is_one_click_away(reader: Reader):
    app = real(reader, "fraud")
    first = table(app, 2)["Decision"].iloc[0]
    app = real(reader, "fraud", row=first)
    assert any(page == "decision" and first in query for _, page, query in links(app))


def test_what_cannot_be_told_apart_is_said_so_and_money_that_is_unknown_too(reader: Reader):
    app = real(reader, "alike")
    assert answer(app) == f"{ASKED}Nothing says so. Version 2 and version 1 cannot be told apart."
    assert "does not say what a decision is worth" in said(app)


def test_a_regression_says_which_version_is_nearer_and_where_the_two_lie_far_apart(reader: Reader):
    text = said(real(reader, "demand"))
    assert "Version 2 is better than version 1." in text
    assert "Version 2 is nearer to the outcome on " in text
    assert "Their predictions differ by more than" in text
    assert "version 2 was nearer in" in text


def test_another_model_begins_with_its_own_two_versions(reader: Reader):
    app = real(reader, "fraud", a="2", b="2")
    assert "Both sides are the same" in said(app)
    next(one for one in app.sidebar.selectbox if one.label == "Model").set_value("demand").run()
    assert answer(app) == f"{ASKED}Yes, as far as these decisions tell. Version 2 is better than version 1."
    assert "Their predictions differ" in said(app)


def test_a_version_that_was_deleted_from_the_registry_is_compared_all_the_same(reader: Reader):
    room = rows(fraud=pair_rows("fraud", "binary", 1.0))
    room["model_versions"] = [one for one in room["model_versions"] if (one["name"], one["version"]) != ("fraud", 1)]
    publish_rows(reader.store, room)
    assert answer(real(reader, "fraud")).endswith("Version 2 is better than version 1.")


def test_text_from_outside_stays_text(reader: Reader):
    app = real(reader, "fraud")
    assert HOSTILE[:20] in "".join(map(str, table(app, 1)["Segment"]))


def test_without_shared_decisions_it_says_how_to_get_them_and_what_the_seeds_tell(reader: Reader):
    text = said(real(reader, "alone"))
    assert "have not scored the same decisions" in text
    assert '"model_version": number' in text
    assert "Over 3 and 3 seeds, 1 of 1 metric differs between version 1 and version 2" in text


@pytest.mark.parametrize(("a", "b", "told"), [("1", "1", "Both sides are the same"), ("2", "1", "Version 2 is better")])
def test_the_two_versions_are_in_the_address(reader: Reader, a: str, b: str, told: str):
    assert told in said(real(reader, "fraud", a=a, b=b))
    assert "Version 2 is better" in said(real(reader, "fraud", a="77", b="2"))
