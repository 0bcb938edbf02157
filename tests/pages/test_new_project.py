"""New project turns six answers into a folder, beside the models that are like it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.snapshots import publish_rows
from tests.store.test_similar_queries import rows
from tests.ui.reading import Reader, links, said
from tests.ui.sample import HOSTILE
from watchroom.workspace.policies import shipped

ANSWERS = {
    "new_purpose": "Stops fraud abroad",
    "new_two": "genuine, fraud",
    "new_inputs": "amount\ncity: category: Graz, Linz",
    "new_reason": "Small sums",
    "new_owner_business": "ada@example.com",
    "new_owner_data_science": "bo@example.com",
    "new_owner_operations": "cy@example.com",
}
ADDRESS = {
    "called": "card-fraud-2", "answers": "Yes or no",
    "risk_business": "High", "risk_legal": "Low", "risk_ethical": "Low",
}  # fmt: skip


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    publish_rows(tmp_path / "store", rows())
    return Reader(tmp_path / "store", monkeypatch)


def answer(app: AppTest, **answers: str) -> AppTest:
    for key, text in answers.items():
        (app.text_area if key == "new_inputs" else app.text_input)(key=key).set_value(text)
    app.run()
    assert not app.exception, app.exception
    return app


def test_an_empty_page_asks_and_blames_nobody(reader: Reader):
    app = reader.open("new_project")
    text = said(app)
    assert "No question is answered yet" in text
    assert "not said" not in text
    assert not app.get("download_button")
    assert "They appear as you answer" in text


def test_six_answers_give_the_folder(reader: Reader):
    app = answer(reader.open("new_project", **ADDRESS), **ANSWERS)
    text = said(app)
    assert "All six questions are answered" in text
    assert app.get("download_button")[0].proto.label == "Download card\\-fraud\\-2.zip"
    assert "unzip card-fraud-2.zip" in text
    assert "# card-fraud-2" in text
    shown = app.radio(key="file").set_value("project.py").run()
    assert 'MODEL = "card-fraud-2"' in said(shown)


def test_the_tier_follows_from_the_risk_and_says_what_it_asks_for(reader: Reader):
    app = reader.open("new_project", **ADDRESS)
    text = said(app).replace("]", "").replace("**", "").replace("  ", " ")
    assert f"high asks for {len(shipped().items_for('high'))} things" in text


def test_a_mistake_stands_beside_its_question(reader: Reader):
    app = answer(reader.open("new_project", called="a/b"), new_inputs="amount: numbre", new_owner_reviewer="x")
    text = said(app)
    assert "MLflow takes no" in text
    assert 'Did you mean "number"?' in text
    assert "Nobody is named for business, data science and operations" in text
    assert "risk is not assessed" not in text


def test_similar_models_come_with_the_answers_and_their_inputs_can_be_copied(reader: Reader):
    app = answer(reader.open("new_project", answers="Yes or no"), new_purpose="Stops fraud abroad")
    assert ("**Card fraud**", "model", "model=fraud") in links(app)
    assert "Ask nobody" in said(app)
    copied = app.button(key="_copy_fraud").click().run()
    assert copied.text_area(key="new_inputs").value.splitlines()[0] == "amount: number"
    assert copied.text_area(key="new_inputs").value.splitlines()[2] == "abroad: boolean"
    assert copied.text_input(key="new_datasets").value == "cards"
    assert "Has 4 of your 4 inputs" in said(copied)
    assert "amount (drifted)" in said(copied)


def test_a_link_begins_like_a_model(reader: Reader):
    app = reader.open("new_project", like="fraud")
    assert app.text_area(key="new_inputs").value.startswith("amount: number")
    assert app.segmented_control(key="answers").value == "binary"
    unknown = reader.open("new_project", like="frad")
    assert "Did you mean" in unknown.warning[0].value


def test_hostile_names_stay_text(reader: Reader):
    hostile: dict[str, Any] = rows()
    hostile["models"][0] |= {"title": HOSTILE, "purpose": f"fraud {HOSTILE}"}
    hostile["owners"][0]["person"] = HOSTILE
    publish_rows(reader.store, hostile)
    app = answer(reader.open("new_project", called=HOSTILE[:80], answers="Yes or no"), new_purpose=f"fraud {HOSTILE}")
    shown = [element.value for element in app.main.markdown]
    assert not [text for text in shown if "<script" in text.replace("\\<", "") or "](http" in text]
