"""The Reviews page tells the second line what to look at, and keeps each finding with whoever has to move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui.reading import Reader, links, said
from tests.ui.sample import HOSTILE
from watchroom.domain.policy import SignOffRule, rules_text
from watchroom.domain.risk import TIERS
from watchroom.ledger import Ledger
from watchroom.ledger.approvals import ToSign, sign
from watchroom.ledger.findings import answer, open_finding
from watchroom.ledger.findings_read import Found
from watchroom.ledger.people import Person
from watchroom.ledger.signing import current_of, read, signable
from watchroom.store.queries import approvals as approval_queries
from watchroom.store.queries.reviews import Heading
from watchroom.store.snapshot import SnapshotStore
from watchroom.ui.reviews_regulation import column_name

RITA = Person("rita@x", ("reviewer",))
BO = Person("bo@x", ("data_science",))
RULE = SignOffRule(("reviewer",), 1, 180, author_may=False)
RULES = rules_text(dict.fromkeys(TIERS, RULE))
TODAY = date.today()
NOW = datetime.now().replace(microsecond=0)


def rows() -> dict[str, list[dict[str, Any]]]:
    names = {"fraud": "critical", "churn": "medium", "bike": "low"}
    models = [{"model": n, "title": n.title(), "tier": t, "registered": True, "team": "Risk"} for n, t in names.items()]
    subjects = [
        {"model": n, "version": 2, "policy": "default", "tier": t, "is_champion": True, "authors": ["anna"]}
        for n, t in names.items()
    ]
    states = [
        {"model": "churn", "version": 2, "stage": "deploy", "status": "missing", "missing": ["reviewer"], "people": 0},
        {"model": "fraud", "version": 2, "stage": "deploy", "status": "void", "missing": ["reviewer"], "people": 0,
         "reason": "The sign-off of rui@x as reviewer does not hold: evidence changed: auc. Needed: reviewer."},
        {"model": "bike", "version": 2, "stage": "deploy", "status": "approved", "missing": [], "people": 0,
         "until": NOW + timedelta(5)},
        {"model": "bike", "version": 2, "stage": "monitor", "status": "partly", "missing": ["business"], "people": 1},
    ]  # fmt: skip
    counted = [
        {"day": TODAY - timedelta(9), "team": team, "models": 4, "approved": a, "asked": 40, "met": 20, "waived": 2,
         "findings": 1, "overdue": 0}
        for team, a in (("Risk", 1), (HOSTILE, 4))
    ]  # fmt: skip
    headings = [{"regulation": "rule", "heading": str(n), "position": n, "title": f"Heading {n}", "asks": "Asks.",
                 "needs": 1} for n in (1, 2)]  # fmt: skip
    mapped = [
        {"model": n, "regulation": "rule", "heading": h, "position": int(h), "version": 2, "status": status,
         "held": held, "held_pages": ["model"] * len(held), "missing": lacks, "missing_pages": [""] * len(lacks)}
        for n in names
        for h, status, held, lacks in (
            ("1", "held", ["What it is for: money"], []),
            ("2", "missing", [], [f"Limits: write {HOSTILE}"]),
        )
    ]  # fmt: skip
    return {
        "workspace": [{"key": "time_zone", "value": "UTC"}],
        "models": models,
        "model_versions": [{"name": n, "version": 2, "created_at": NOW - timedelta(40)} for n in names],
        "aliases": [{"name": n, "alias": "champion", "version": 2} for n in names],
        "model_policies": [
            {"model": n, "policy": "default", "tier": t, "assumed": n == "churn"} for n, t in names.items()
        ],
        "owners": [{"model": "churn", "role": "reviewer", "person": "rita@x"}],
        "policies": [{"policy": "default", "rules": RULES}],
        "check_subjects": subjects,
        "approval_states": states,
        "compliance": [*counted, {**counted[0], "day": TODAY - timedelta(2), "approved": 3}],
        "regulations": [
            {"regulation": "rule", "position": 1, "title": "The rule", "unverified": "Its annex."},
            {"regulation": "other", "position": 2, "title": "Other rule"},
        ],
        "regulation_headings": headings,
        "regulation": mapped,
    }


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("reviews") / "room"
    folder.mkdir()
    (folder / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    publish_rows(folder / "store", rows())
    return folder


@pytest.fixture
def ledger(published: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A ledger with nothing in it, each time."""
    monkeypatch.setenv("WATCHROOM_WORKSPACE", str(published))
    file = published / "ledger.db"
    file.unlink(missing_ok=True)
    with Ledger.open(f"sqlite:///{file}", create=True) as found:
        yield found


@pytest.fixture
def reader(published: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Reader:
    import streamlit as st

    st.cache_resource.clear()  # the page keeps a ledger open; each test has another file
    return Reader(published / "store", monkeypatch)


def test_the_queue_has_what_waits_for_a_reviewer_by_tier_then_what_ends_and_what_others_owe(
    reader: Reader, ledger: Ledger
):
    answered = open_finding(ledger, Found("fraud", 2, "low", HOSTILE, owner="bo@x"), RITA, ())
    answer(ledger, answered.seq, "Done.", BO)
    open_finding(ledger, Found("bike", 2, "low", "Late one", due=TODAY - timedelta(3)), RITA, ())
    text = said(reader.open("reviews"))
    assert "2 versions to sign off and 1 finding that was answered wait for a reviewer." in text
    assert "Churn has waited longest, 1 month." in text
    order = (
        "Deploy: The sign-off of rui@x as reviewer is void: auc.",
        "missing: reviewer (nobody is named)",
        "Deploy is not signed off.",
        "missing: reviewer (rita@x)",
        "Deploy is signed off until",
        "Monitor is partly signed off",
    )
    places = [text.find(one) for one in order]
    assert places == sorted(places)
    assert -1 not in places
    assert all(part in text for part in ("Ends soon", "Waits for others", "With their owners"))
    assert "1 finding to be answered, 1 of them past its date." in text
    assert "<script" not in text


def test_of_one_model_only_its_own_waits(reader: Reader):
    text = said(reader.open("reviews", model="churn"))
    assert "1 version to sign off waits for a reviewer." in text
    assert "Fraud" not in text


@pytest.mark.parametrize(
    ("decision", "told"),
    [("approved", "1 version to sign off waits for a reviewer."), ("rejected", "Deploy: rita@x rejected it")],
)
def test_what_was_signed_since_the_refresh_stands_as_it_is_judged_now(
    reader: Reader, published: Path, ledger: Ledger, decision: Any, told: str
):
    with closing(SnapshotStore(published / "store")) as store, store.lease() as snapshot:
        basis = approval_queries.basis(snapshot, model="churn", version=2, stage="deploy")
    assert basis is not None
    seen = signable(basis, read(ledger), datetime.now(UTC)).digest
    given = ToSign("churn", 2, "deploy", "reviewer", decision, note="No.")
    sign(ledger, given, RITA, current_of(basis, None), seen)
    app = reader.open("reviews")
    assert told in said(app)
    assert any("Churn" in label for label, *_ in links(app)) == (decision == "rejected")


def test_whoever_looks_has_first_what_waits_for_them_by_name_and_may_see_that_alone(reader: Reader):
    app = reader.open("reviews", role="Reviewer")
    next(box for box in app.sidebar.text_input if box.label == "Your name").set_value("rita@x").run()
    text = said(app)
    assert text.find("Version 2, champion") < text.find("reviewer (rita@x)") < text.find("reviewer (nobody is named)")
    next(toggle for toggle in app.main.toggle if toggle.label == "Mine").set_value(True).run()
    assert "nobody is named" not in said(app)
    assert "reviewer (rita@x)" in said(app)


def test_what_waits_opens_at_the_stage_that_waits(reader: Reader):
    places = [query for _, page, query in links(reader.open("reviews")) if page == "handover" and "version" in query]
    assert len(places) == 4
    assert sum("stage=deploy" in one for one in places) == 3
    assert sum("stage=monitor" in one for one in places) == 1


@pytest.mark.parametrize(
    ("role", "name", "acts"),
    [
        ("Reviewer", "Rita", {"Accept", "Send back", "Give to", "Change", "Remark", "Withdraw"}),
        ("Reviewer", "", {"Give to", "Remark"}),
        ("Reviewer", "Anna", {"Give to", "Remark"}),
        ("Reviewer", "bo@x", {"Send back", "Give to", "Change", "Remark"}),
        ("Business", "Rita", {"Give to", "Remark"}),
    ],
)
def test_one_finding_offers_what_whoever_looks_may_do(
    reader: Reader, ledger: Ledger, role: str, name: str, acts: set[str]
):
    found = open_finding(ledger, Found("fraud", 2, "high", "A proxy", "See tenure.", "bo@x", blocks="deploy"), RITA, ())
    answer(ledger, found.seq, "Taken out.", BO)
    app = reader.open("reviews", finding=str(found.seq), role=role)
    if name:
        next(box for box in app.sidebar.text_input if box.label == "Your name").set_value(name).run()
    offered = {button.label for button in app.main.button} & {
        "Answer",
        *acts,
        "Accept",
        "Send back",
        "Withdraw",
        "Change",
    }
    assert offered == acts
    assert "Now a reviewer is to accept it or send it back" in said(app)
    assert "Taken out." in said(app)


@pytest.mark.parametrize("asked", ["99999", "x", "9" * 40])
def test_a_finding_that_is_not_there_is_said_to_be_none(reader: Reader, asked: str):
    assert "There is no finding" in said(reader.open("reviews", finding=asked))


def test_findings_count_what_is_open_answered_and_late(reader: Reader, ledger: Ledger):
    open_finding(ledger, Found("bike", None, "low", "Late", due=TODAY - timedelta(3), blocks="pilot"), RITA, ())
    text = said(reader.open("reviews", view="Findings"))
    assert "1 finding is not accepted yet; 1 past its date; 1 holds a stage up." in text
    assert "3 days past its date" in text
    assert "with nobody" in text


def test_without_any_finding_the_page_says_how_one_begins(reader: Reader):
    assert "Nobody has found anything yet." in said(reader.open("reviews", view="Findings"))


def test_compliance_answers_over_all_teams_and_names_the_furthest_from_it(reader: Reader):
    app = reader.open("reviews", view="Compliance")
    assert "7 of 8 models in service are approved. 44 of 80 items are in order, 4 of them only waived." in said(app)
    assert "Furthest from it is Risk: 3 of 4 approved." in said(app)
    assert list(app.main.dataframe[0].value["Approved"]) == ["3 of 4", "4 of 4"]
    assert list(app.main.dataframe[0].value["Items in order"]) == [55, 55]


def test_the_map_of_all_models_counts_and_that_of_one_says_what_is_held_and_where(reader: Reader):
    text = said(reader.open("reviews", view="Regulation"))
    assert "All that is looked for under The rule is held of none of 3 models." in text
    assert "“Heading 2” (3)" in text
    assert "1 Heading 1 · 2 Heading 2" in text
    assert "It is not legal advice" in text
    one = said(reader.open("reviews", view="Regulation", model="fraud"))
    assert "1 of 2 headings is held in full, 1 not at all. 1 of 2 things looked for are held of version 2." in one
    assert "What it is for: money" in one.replace("**", "")
    assert "<script" not in one


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Elements and development", "2 Elements"),
        ("Risk management", "2 Risk"),
        ("Unpronounceablenesses", "2 Unpronounc"),
    ],
)
def test_a_column_of_the_map_bears_its_heading(title: str, told: str):
    assert column_name(Heading("2", "", title, "", 1)).removesuffix("…") == told


def test_the_address_names_the_regulation_that_is_open(reader: Reader):
    assert "No model is mapped to Other rule." in said(reader.open("reviews", view="Regulation", rule="other"))
    assert "under The rule is held" in said(reader.open("reviews", view="Regulation", rule="no-such"))
