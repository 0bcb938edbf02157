"""The Handover page says what is missing, who holds it up, and what is waived until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui import handover_sample as sample
from tests.ui.reading import Reader, said
from watchroom.domain.check_kinds import KINDS
from watchroom.domain.handover import Terms
from watchroom.domain.policy import Item, SignOffRule
from watchroom.domain.signing import AskedItem, Basis
from watchroom.ledger import Ledger
from watchroom.ledger.checklist import Asked, answer, assign, comment, waive
from watchroom.ledger.findings import Found, open_finding
from watchroom.ledger.handovers import begin
from watchroom.ledger.people import Person
from watchroom.ui import handover_each
from watchroom.ui.sign_off_seen import unmet
from watchroom.ui.text import plain

BO = Person("bo@example.com", ("data_science",))
AISHA = Person("aisha@example.com", ("reviewer",))
MOVED = {"operations": "cy@example.com"}
TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("handover") / "room"
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


def an_item(status: str, *, question: bool = False, role: str = "data_science") -> tuple[int, Item]:
    """An item of the model that the refresh found so, with its place."""
    tier = sample.TIERS[sample.FRAUD]
    for place, item in enumerate(sample.policy().items_for(tier)):  # type: ignore[arg-type]
        asked = item.kind == "question"
        if (asked, item.role) == (question, role) and sample.status_of(sample.FRAUD, place, item.kind) == status:
            return place, item
    raise LookupError(status)


def asked(item: Item, status: str) -> Asked:
    measured = "unknown" if item.kind == "question" else status
    return Asked(
        sample.FRAUD, 3, item.id, item.role, "high", item.kind, item.digest, measured, item.valid_days, ("bo",)
    )


def labels(app: AppTest) -> str:
    """The items of the list, a line each."""
    return "\n".join(one.label for one in app.main.expander)


def test_without_a_model_a_sentence_says_where_and_with_whom_most_is_open(reader: Reader):
    app = reader.open("handover")
    text = said(app)
    assert "of 4 models something is missing that holds up the next sign-off" in text
    assert "bo@example.com has most" in text
    assert "Nobody sees to" in text
    assert "Of 1 model no version is checked." in text
    table = app.main.dataframe[0].value
    assert set(table["Version"]) == {"v3 · champion"}
    assert list(table["Hold up"].fillna(0)) == sorted(table["Hold up"].fillna(0), reverse=True)
    assert set(table["Most with"].dropna().str.split(",").str[0]) <= {"bo", "sofia", "cy", "aisha", "nobody"}
    people = app.main.dataframe[1].value
    assert "nobody" in set(people["Who"])
    assert {"bo@example.com", "sofia@example.com"} <= set(people["Who"])


def test_an_act_of_somebody_redoes_its_own_model_alone(reader: Reader, ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    made: list[str] = []
    before = handover_each._checked
    monkeypatch.setattr(handover_each, "_checked", lambda found: (made.append(found.subject.model), before(found))[1])
    app = reader.open("handover")
    assert set(made) == set(sample.TIERS)
    made.clear()
    _, item = an_item("fail")
    comment(ledger, sample.FRAUD, 3, item.id, "Waiting for access.", AISHA)
    app.run()
    assert made == [sample.FRAUD]


def test_what_holds_up_a_sign_off_is_what_the_next_one_waits_for(reader: Reader):
    table = reader.open("handover").main.dataframe[0].value.set_index("Model")
    tier, due = sample.TIERS[sample.DEMAND], ("discovery", "pilot", "deploy")
    open_ = [
        item
        for place, item in enumerate(sample.policy().items_for(tier))  # type: ignore[arg-type]
        if item.blocks and item.stage in due and sample.status_of(sample.DEMAND, place, item.kind) != "pass"
        and not (item.kind in KINDS and KINDS[item.kind].area in ("sign-offs", "handover"))
    ]  # fmt: skip
    assert table.loc["Retail demand", "Next"] == "deploy"
    assert table.loc["Retail demand", "Hold up"] == len(open_)


def test_what_the_first_refresh_found_is_open_since_the_version_was_made(reader: Reader):
    table = reader.open("handover").main.dataframe[0].value.set_index("Model")
    assert table.loc["Card fraud", "Longest"] == sample.VERSION_DAYS


def test_a_waiver_stands_in_the_summary_with_its_reason_and_last_day(reader: Reader, ledger: Ledger):
    _, item = an_item("fail")
    waive(ledger, asked(item, "fail"), "The vendor is late.", TODAY + timedelta(20), AISHA)
    app = reader.open("handover")
    text = said(app)
    assert "“The vendor is late.”" in text
    assert "version 3 · aisha" in text.replace("\\", "")
    assert "1 waived" in text
    found = labels(reader.open("handover", model=sample.FRAUD, stage=item.stage))
    assert "The vendor is late" in found


def test_one_model_answers_for_the_next_stage_and_lists_by_who_holds_it_up(reader: Reader):
    app = reader.open("handover", model=sample.FRAUD)
    text = said(app)
    assert "For deploy," in text  # the champion is past pilot
    assert "of version 3 are missing" in text
    assert "Over all stages" in text
    assert "not approved for deploy" in text
    asked_for = {item.text for item in sample.policy().items_for("high", "deploy")}
    assert all(any(plain(text) in line for text in asked_for) for line in labels(app).splitlines()[:3])


def test_the_headline_is_of_the_stage_that_is_open_and_says_what_earlier_ones_hold_up(reader: Reader):
    text = said(reader.open("handover", model=sample.FRAUD, stage="support"))
    assert "For support," in text
    assert "For deploy," not in text
    assert "of earlier stages hold it up." in text


def test_while_a_handover_is_under_way_its_stage_is_open_and_says_who_gives(reader: Reader, ledger: Ledger):
    terms = Terms(sample.FRAUD, 3, "support", "", "Service", "bo@example.com", "cy@example.com", owners=MOVED)
    begin(ledger, terms, BO)
    text = said(reader.open("handover", model=sample.FRAUD))
    assert "For support," in text
    assert "It is being handed over from bo@example.com to Service for support" in text
    assert "no team" not in text


def test_a_finding_that_holds_up_a_sign_off_is_named_with_a_link(reader: Reader, ledger: Ledger):
    found = open_finding(ledger, Found(sample.FRAUD, 3, "high", "No proof", blocks="deploy"), AISHA, ("bo",))
    app = reader.open("handover", model=sample.FRAUD, stage="deploy")
    labels_ = [one.proto.label for one in app.main.get("page_link")]
    assert plain(f"Held up by finding {found.seq}: No proof") in labels_
    assert "no finding open that stands in the way. (" not in said(app)


def test_before_signing_what_is_not_met_is_named_what_blocks_first():
    def item(name: str, *, blocks: bool) -> AskedItem:
        return AskedItem(name, f"It has {name}.", "deploy", "question", "d", "unknown", blocks)

    items = (item("a", blocks=False), item("b", blocks=True), item("c", blocks=True))
    basis = Basis("m", 1, "deploy", "high", False, (), SignOffRule(("reviewer",), 1, 90, False), (), items)
    assert unmet(basis, {"a": "stale", "b": "fail", "c": "pass"}) == [
        "It has b. (not met, of deploy, holds up the sign-off)",
        "It has a. (out of date, of deploy)",
    ]


def test_of_several_items_none_is_given_to_somebody_unless_it_is_chosen(reader: Reader):
    app = reader.open("handover", model=sample.FRAUD, role="Data science")
    next(button for button in app.main.button if button.label == "Give items to somebody").click().run()
    picked = next(one for one in app.multiselect if one.key == "give_items")
    assert picked.value == []
    assert any(option.endswith("(bo@example.com)") for option in picked.options)


def test_an_answer_shows_at_once_and_only_while_the_item_is_as_it_was(reader: Reader, ledger: Ledger):
    _, item = an_item("unknown", question=True)
    before = reader.open("handover", model=sample.FRAUD, item=item.id)
    assert "Nobody has answered it." in said(before)
    answer(ledger, asked(item, "unknown"), True, "Read by two.", None, BO)
    after = said(reader.open("handover", model=sample.FRAUD, item=item.id))
    assert "answered on" in after
    assert "Read by two." in after
    assert "Nobody has answered it." not in after


def test_an_item_says_what_was_found_how_it_was_checked_why_and_whose_it_is(reader: Reader, ledger: Ledger):
    place, item = an_item("fail")
    assign(ledger, sample.FRAUD, 3, [item.id], "dora@example.com", TODAY, BO)
    comment(ledger, sample.FRAUD, 3, item.id, "Waiting for access.", AISHA)
    text = said(reader.open("handover", model=sample.FRAUD, item=item.id))
    assert f"Version 3 of card-fraud has {place} of 9 that it should have." in text
    assert "dora@example.com" in text
    assert "Waiting for access." in text
    assert f"checks itself ({item.kind})" in text
    assert "Why" in text
    assert "digest 0000" in text


@pytest.mark.parametrize(
    ("role", "status", "question", "may", "may_not"),
    [
        ("Data science", "unknown", True, {"Answer", "Give to somebody", "Comment", "Attach a file"}, {"Waive"}),
        ("Data science", "fail", False, {"Give to somebody", "Comment"}, {"Answer", "Waive"}),
        ("Reviewer", "fail", False, {"Waive", "Comment"}, {"Answer"}),
        ("Operations", "unknown", True, {"Comment"}, {"Answer", "Waive"}),
        ("Admin", "unknown", True, {"Comment"}, {"Answer", "Waive"}),
    ],
)
def test_each_role_is_offered_what_the_ledger_lets_it_do(
    reader: Reader, role: str, status: str, question: bool, may: set[str], may_not: set[str]
):
    _, item = an_item(status, question=question)
    app = reader.open("handover", model=sample.FRAUD, item=item.id, role=role)
    offered = {button.label for button in app.main.button}
    assert may <= offered
    assert not may_not & offered


def test_a_link_to_an_item_that_is_met_opens_it(reader: Reader):
    _, item = an_item("pass")
    app = reader.open("handover", model=sample.FRAUD, item=item.id)
    assert "Met. Version 3 of card-fraud" in said(app).replace("**", "")


def test_what_is_met_and_everything_are_other_choices_of_the_list(reader: Reader):
    missing = reader.open("handover", model=sample.FRAUD, stage="all")
    met = reader.open("handover", model=sample.FRAUD, stage="all", show="Met")
    every = reader.open("handover", model=sample.FRAUD, stage="all", show="All")
    counts = [len([line for line in labels(app).splitlines() if ":material/" in line]) for app in (missing, met, every)]
    assert counts[0] + counts[1] == counts[2] == len(sample.policy().items_for("high"))
    mine = reader.open("handover", model=sample.FRAUD, stage="all", whose="sofia@example.com")
    assert 0 < len(labels(mine).splitlines()) < counts[0]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ({"model": sample.BARE}, "This model has no version that is checked yet."),
        ({"model": sample.FRAUD, "version": "1"}, "Version 1 is not checked."),
        ({"model": sample.FRAUD, "version": "4"}, "The items of version 4 have not been checked yet."),
        ({"model": "card-frau"}, "There is no model named “card-frau” in this snapshot."),
        ({"model": sample.FRAUD, "stage": "x", "show": "x", "whose": "x", "item": "<b>"}, "are missing"),
    ],
)
def test_what_is_not_there_is_said(reader: Reader, address: dict[str, str], words: str):
    assert words in said(reader.open("handover", **address))


def test_names_from_outside_stay_names(reader: Reader):
    app = reader.open("handover", model=sample.ODD, stage="all")
    assert "assumed, the risk is not assessed" in said(app)
    assert not any("<img" in one.value for one in app.main.markdown if one.allow_html)


def test_without_a_ledger_it_stands_as_the_refresh_saw_it(reader: Reader, ledger: Ledger, published: Path):
    ledger.close()
    (published / "ledger.db").unlink()
    app = reader.open("handover", model=sample.FRAUD)
    assert "The ledger cannot be read now" in said(app)
    assert "Give items to somebody" not in {button.label for button in app.main.button}
    assert "as the last refresh saw it" in said(reader.open("handover"))


def test_the_test_score_says_its_weakest_section(reader: Reader):
    app = reader.open("handover", model=sample.FRAUD)
    assert {"Total", "Data", "Model", "Infrastructure", "Monitoring"} <= {one.label for one in app.main.metric}
