"""What to do next, and what people make of it: on Value, Portfolio, Model and Home."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui import actions_sample as sample
from tests.ui.reading import Reader, links, said
from tests.ui.sample import HOSTILE
from watchroom.domain.actions_types import ActionName
from watchroom.ledger import Ledger
from watchroom.ledger.people import Person
from watchroom.ledger.proposals import Proposed, close, decide, open_proposal, speak, withdraw

SOFIA = Person("sofia@x", ("business",))
AISHA = Person("aisha@x", ("data_science",))
KWAME = Person("kwame@x", ("operations",))

RETRAIN = Proposed("demand", 2, "retrain", "RMSE 13.5, beyond its limit of 12.", 900.0, date(2020, 1, 1))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("actions") / "room"
    folder.mkdir()
    (folder / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    sample.publish(folder / "store")
    return folder


@pytest.fixture
def ledger(published: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A ledger with nothing in it, each time."""
    import streamlit as st

    st.cache_resource.clear()  # the page keeps a ledger open; each test has another file
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(published))
    file = published / "ledger.db"
    file.unlink(missing_ok=True)
    with Ledger.open(f"sqlite:///{file}", create=True) as found:
        yield found


@pytest.fixture
def reader(published: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(published / "store", monkeypatch)


def actions(text: str) -> list[str]:
    """The headings of what is advised, in their order."""
    names = ("Let version 3 take over", "Retrain: replace version 2", "Move the cut-off to 0.877", "Ask for outcomes",
             "Agree on its targets", "Keep version 2")  # fmt: skip
    return sorted((name for name in names if name in text), key=text.index)


def markup(app: AppTest) -> list[str]:
    """Markdown in which a picture of the hostile text is not escaped."""
    return [block.value for block in app.markdown if re.search(r"(?<!\\)<img", block.value)]


def test_over_all_models_urgency_comes_first_then_money_then_the_rest(reader: Reader):
    text = said(reader.open("value"))
    assert "5 things to do: 2 now, 2 soon, 1 when convenient." in text
    assert "The best known for each model would bring about €31,200 a month." in text
    assert actions(text[text.index("5 things to do") :]) == [
        "Let version 3 take over", "Retrain: replace version 2", "Move the cut-off to 0.877", "Ask for outcomes",
        "Agree on its targets",
    ]  # fmt: skip


def test_an_action_says_its_worth_who_decides_and_does_it_and_where_to_see_why(reader: Reader):
    app = reader.open("value", model="demand", view="Next actions")
    text = said(app)
    assert "Worth about €26,900 a month (95 %: €24,900 to €28,900)" in text
    assert "Decides: `ann@demand`, business" in text
    assert "Does it: `data_science@x`, data science" in text
    assert ("See why", "versions", "model=demand&view=Go+back") in links(app)
    assert "Card fraud" not in text


def test_a_name_and_a_reason_from_outside_stay_text(reader: Reader):
    app = reader.open("value", model="hostile", view="Next actions")
    assert any("onerror" in block.value for block in app.markdown)
    assert not markup(app)
    assert "nobody holds business for it" in said(app)
    assert HOSTILE[:3] in said(app)


def test_a_kept_model_is_not_proposed(reader: Reader):
    app = reader.open("value", model="churn", view="Next actions")
    assert actions(said(app)) == ["Keep version 2"]
    assert "Propose this" not in said(app)


def test_the_page_of_a_model_has_them_under_their_own_tab(reader: Reader):
    assert "Let version 3 take over" in said(reader.open("model", model="demand", tab="Next actions"))


def test_what_is_proposed_already_is_linked_instead_of_proposed_again(ledger: Ledger, reader: Reader):
    open_proposal(ledger, Proposed("fraud", 2, "retrain", "It aged."), AISHA)
    app = reader.open("value", model="fraud", view="Next actions")
    assert [label for label, _, _ in links(app) if label.startswith("Proposed")] == ["Proposed less than a minute ago"]
    assert len([button for button in app.button if button.label == "Propose this"]) == 1


def test_each_role_stands_with_its_voice_or_its_silence(ledger: Ledger, reader: Reader):
    opened = open_proposal(ledger, RETRAIN, AISHA)
    speak(ledger, opened.seq, "against", HOSTILE, KWAME, "operations")
    app = reader.open("value", model="demand", view="Next actions")
    text = said(app)
    assert "RMSE 13.5, beyond its limit of 12." in text
    assert "was to be decided by 1 Jan 2020" in text
    assert "Said then to bring about €900 a month." in text
    assert "**Operations** is against it" in text
    assert "**Data science** :small[:gray[has not spoken: `data_science@x`" in text
    assert not markup(app)


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        ("Business", {"Speak", "Decide"}),
        ("Data science", {"Speak"}),
        ("Reviewer", {"Speak"}),
        ("Admin", {"Decide", "Withdraw"}),
    ],
)
def test_a_role_is_offered_what_the_ledger_lets_it_do(ledger: Ledger, reader: Reader, role: str, labels: set[str]):
    open_proposal(ledger, RETRAIN, AISHA)
    app = reader.open("value", model="demand", view="Next actions", role=role)
    acts = {"Speak", "Decide", "It is done", "Withdraw"}
    assert {button.label for button in app.button if button.label in acts} == labels


def test_an_accepted_one_can_be_closed_and_a_closed_one_tells_what_happened_after(ledger: Ledger, reader: Reader):
    opened = open_proposal(ledger, RETRAIN, AISHA)
    decide(ledger, opened.seq, True, "It pays.", SOFIA)
    app = reader.open("value", model="demand", view="Next actions", role="Operations")
    assert "It is done" in {button.label for button in app.button}
    assert "Decided without data science, operations and reviewer." in said(app)
    close(ledger, opened.seq, "Trained on this year.", 3, AISHA)
    app = reader.open("value", model="demand", view="Next actions")
    table = app.main.dataframe[0].value.set_index("Figure, mean a day")
    assert {name: row.tolist() for name, row in table.iterrows()} == {
        "Benefit a decision, EUR": ["rose: better", "€0.20", "€0.40", "+€0.20 (95 %: +€0.20 to +€0.20)", "28, 20"],
        "Mean error, units": ["fell", "30", "20", "−10 (95 %: −10 to −10)", "28, 20"],
        "RMSE, from outcomes": ["fell", "4", "3", "−1 (95 %: −1 to −1)", "28, 20"],
        "Decisions a day": ["rose", "100", "200", "+100 (95 %: +100 to +100)", "28, 20"],
    }
    assert "So far 20 of 28 days after are over." in said(app)
    assert "It took over before this was decided here." in said(app)


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (None, "No version came of it, so before and after are not compared."),
        (9, "Version 9 has not taken over yet, as far as the snapshot knows"),
    ],
)
def test_without_a_version_in_service_nothing_is_compared(
    ledger: Ledger, reader: Reader, version: int | None, told: str
):
    opened = open_proposal(ledger, RETRAIN, AISHA)
    decide(ledger, opened.seq, True, "It pays.", SOFIA)
    close(ledger, opened.seq, "Done.", version, AISHA)
    assert told in said(reader.open("value", model="demand", view="Next actions"))


def test_home_shows_what_waits_for_the_role_and_proposals_that_lack_its_voice(ledger: Ledger, reader: Reader):
    opened = open_proposal(ledger, RETRAIN, AISHA)
    speak(ledger, opened.seq, "for", "", AISHA, "data_science")
    home = said(reader.open("home", role="Business"))
    assert "your voice is missing" in home
    assert "Let version 3 take over" in home
    science = said(reader.open("home", role="Data science"))
    assert "your voice is missing" not in science
    assert "Let version 3 take over" in science
    operations = said(reader.open("home", role="Operations"))
    assert "Agree on its targets" in operations
    assert "Let version 3 take over" not in operations
    reviewer = said(reader.open("home", role="Reviewer"))
    assert "Let version 3 take over" in reviewer
    promoted = open_proposal(ledger, Proposed("demand", 2, "promote the challenger", "Better."), AISHA)
    assert "Let version 3 take over" not in said(reader.open("home", role="Business"))  # its proposal stands there
    for one in (opened, promoted):
        withdraw(ledger, one.seq, AISHA)
    assert "your voice is missing" not in said(reader.open("home", role="Business"))


def test_without_a_ledger_the_advice_stands_and_nothing_can_be_proposed(
    published: Path, ledger: Ledger, reader: Reader
):
    ledger.close()
    (published / "ledger.db").unlink()
    text = said(reader.open("value", model="demand", view="Next actions"))
    assert "Let version 3 take over" in text
    assert "Propose this" not in text
    assert "The ledger cannot be read now" in text


def test_a_snapshot_without_advice_says_so(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    sample.publish(tmp_path / "store", actions=[])
    app = Reader(tmp_path / "store", monkeypatch).open("value", model="demand", view="Next actions")
    assert "Nothing is advised." in said(app)


def test_every_kind_of_action_has_a_heading_of_its_own():
    from watchroom.domain.actions_words import title

    names = list(ActionName.__args__)  # type: ignore[attr-defined]
    assert len({title(name, 2, 3, 0.5) for name in names}) == len(names)
