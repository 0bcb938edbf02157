"""Signing: what must never work is refused and recorded, and two people at once lose nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from tests.ledger.processes import run_at_once
from watchroom.domain.approval import approval
from watchroom.domain.policy import SignOffRule
from watchroom.domain.signable import part
from watchroom.domain.signing import AskedItem, Basis, Kept
from watchroom.errors import LedgerError, Refused
from watchroom.ledger import Ledger
from watchroom.ledger.approvals import ToSign, approvals, read, sign, standing
from watchroom.ledger.checklist import Asked, answer, waive
from watchroom.ledger.entry import Head
from watchroom.ledger.evidence import About, File, add, withdraw
from watchroom.ledger.findings import open_finding
from watchroom.ledger.findings_read import Found
from watchroom.ledger.people import Person
from watchroom.ledger.signing import Done, current_of, signable
from watchroom.ledger.signing import read as read_done

RUI = Person("rui@x.org", ("reviewer",))
SOFIA = Person("sofia@x.org", ("business",))
BOTH = Person("bea@x.org", ("reviewer", "business"))
ANA = Person("Ana@x.org", ("reviewer", "business"))
NOBODY = Person("", ("reviewer",))
RULE = SignOffRule(("reviewer", "business"), 2, 90, False)
TESTED = AskedItem("tests_passed", "The tests pass.", "pilot", "tests_passed", "d1", "pass", False)
OWNED = AskedItem("owned", "Somebody owns it.", "deploy", "question", "d2", "unknown", True)
SIGNED = AskedItem("signed", "A reviewer signed.", "deploy", "signed_off", "d3", "fail", True)
BASIS = Basis(
    "churn",
    3,
    "deploy",
    "high",
    False,
    ("ana",),
    RULE,
    (part("metrics", {"auc": 0.9}),),
    (TESTED, SIGNED),
    {7: Kept("report.xml", "ab" * 32)},
)
APPROVE = ToSign("churn", 3, "deploy", "reviewer", "approved")
AS_BUSINESS = replace(APPROVE, role="business")


def seen(ledger: Ledger, basis: Basis = BASIS) -> str:
    """The digest that a page would show now."""
    return signable(basis, read_done(ledger), datetime.now(UTC)).digest


def kinds(ledger: Ledger) -> list[str]:
    return [entry.kind for entry in ledger.entries()]


def status(ledger: Ledger, basis: Basis = BASIS) -> str:
    now = datetime.now(UTC)
    there = current_of(basis, None, now)(ledger)
    return approval(standing(read(ledger), there, now), basis.rule).status


def test_a_sign_off_keeps_what_was_seen_and_when_it_ends(ledger: Ledger):
    digest = seen(ledger)
    signed = sign(ledger, replace(APPROVE, note="Fine."), RUI, current_of(BASIS, None), digest)
    assert signed.seen is not None
    assert (signed.seen.digest, signed.seen.tier, signed.seen.authors_known) == (digest, "high", True)
    assert signed.seen.parts["metrics"] == {"auc": 0.9}
    assert signed.seen.parts["checks"] == {"tests_passed": "pass"}
    assert signed.seen.parts["evidence"] == {"report.xml (entry 7)": "ab" * 32}
    assert signed.valid_until is not None
    assert abs(signed.valid_until - signed.at - timedelta(days=90)) < timedelta(seconds=5)
    assert approvals(ledger) == [signed]
    assert ledger.verify().ok


def test_two_different_people_approve_it(ledger: Ledger):
    sign(ledger, APPROVE, RUI, current_of(BASIS, None), seen(ledger))
    assert status(ledger) == "partly"
    sign(ledger, AS_BUSINESS, SOFIA, current_of(BASIS, None), seen(ledger))
    assert status(ledger) == "approved"


@pytest.mark.parametrize(
    ("given", "by", "basis", "why"),
    [
        (APPROVE, SOFIA, BASIS, "do not hold the role reviewer"),
        (APPROVE, Person("eve", ()), BASIS, "do not hold the role"),
        (APPROVE, Person("ada", ("admin",)), BASIS, "do not hold the role"),
        (replace(APPROVE, role="admin"), Person("ada", ("admin",)), BASIS, "not asked for"),
        (replace(APPROVE, role="operations"), Person("cy", ("operations",)), BASIS, "not asked for"),
        (APPROVE, ANA, BASIS, "You made this version"),
        (APPROVE, Person("ana (not checked)", ("reviewer",)), BASIS, "You made this version"),
        (APPROVE, Person("ana (not checked) (not checked)", ("reviewer",)), BASIS, "You made this version"),
        (APPROVE, Person("EXAMPLE\\ana", ("reviewer",)), BASIS, "You made this version"),
        (APPROVE, NOBODY, BASIS, "needs a name"),
        (APPROVE, Person("\u200b", ("reviewer",)), BASIS, "needs a name"),
        (APPROVE, Person("\u2060 (not checked)", ("reviewer",)), BASIS, "needs a name"),
        (APPROVE, NOBODY, replace(BASIS, tier="medium"), "needs a name"),
        (replace(APPROVE, version=4), RUI, BASIS, "not what you sign"),
        (replace(APPROVE, stage="pilot"), RUI, BASIS, "not what you sign"),
        (replace(APPROVE, model="fraud"), RUI, BASIS, "not what you sign"),
        (APPROVE, RUI, replace(BASIS, items=(TESTED, OWNED)), "cannot be approved for deploy yet"),
        (APPROVE, RUI, replace(BASIS, items=(replace(OWNED, stage="pilot"),)), r"\(unknown, of pilot\)"),
    ],
)
def test_what_must_never_work_is_refused_and_recorded(
    ledger: Ledger, given: ToSign, by: Person, basis: Basis, why: str
):
    with pytest.raises(Refused, match=why):
        sign(ledger, given, by, current_of(basis, None), seen(ledger, basis))
    assert kinds(ledger) == ["refusal"]
    assert status(ledger, basis) == "missing"


def test_an_item_of_a_later_stage_does_not_hold_up_an_earlier_one(ledger: Ledger):
    pilot = replace(BASIS, stage="pilot", items=(TESTED, OWNED))
    assert signable(pilot, Done(), datetime.now(UTC)).blockers == ()


def test_at_tier_low_nobody_needs_a_name(ledger: Ledger):
    low = replace(BASIS, tier="low", rule=SignOffRule((), 1, 365, True))
    sign(ledger, APPROVE, NOBODY, current_of(low, None), seen(ledger, low))
    assert status(ledger, low) == "approved"


def test_authors_that_mlflow_does_not_know_are_recorded_as_unknown(ledger: Ledger):
    unknown = replace(BASIS, authors=())
    signed = sign(ledger, APPROVE, RUI, current_of(unknown, None), seen(ledger, unknown))
    assert signed.seen is not None
    assert not signed.seen.authors_known


@pytest.mark.parametrize(
    "then",
    [
        replace(BASIS, parts=(part("metrics", {"auc": 0.8}),)),
        replace(BASIS, evidence={}),
        replace(BASIS, evidence={7: Kept("report.xml", "ab" * 32, "changed")}),
        replace(BASIS, items=(replace(TESTED, measured="fail"), SIGNED)),
    ],
)
def test_without_having_seen_the_current_evidence_nobody_signs(ledger: Ledger, then: Basis):
    digest = seen(ledger)
    with pytest.raises(Refused, match="evidence has changed since you looked"):
        sign(ledger, APPROVE, RUI, current_of(then, None), digest)
    assert kinds(ledger) == ["refusal"]


def test_a_file_that_was_withdrawn_or_added_since_the_page_was_drawn_has_to_be_seen(ledger: Ledger):
    added = add(ledger, About("churn", 3), File("tests.xml", "aa/bb", "junit", "cd" * 32, 10), RUI)
    digest, known = seen(ledger), read_done(ledger)
    withdraw(ledger, added.seq, "The wrong one.", RUI)
    with pytest.raises(Refused, match="evidence has changed"):
        sign(ledger, APPROVE, RUI, current_of(BASIS, known), digest)
    signed = sign(ledger, APPROVE, RUI, current_of(BASIS, known), seen(ledger))
    assert signed.seen is not None
    assert list(signed.seen.parts["evidence"]) == ["report.xml (entry 7)"]


@pytest.mark.parametrize("digest", ["", "0" * 64, "abc"])
def test_a_digest_that_somebody_made_up_signs_nothing(ledger: Ledger, digest: str):
    with pytest.raises(Refused, match="evidence has changed"):
        sign(ledger, APPROVE, RUI, current_of(BASIS, None), digest)


def test_the_same_person_twice_is_refused_where_two_are_asked(ledger: Ledger):
    sign(ledger, APPROVE, BOTH, current_of(BASIS, None), seen(ledger))
    for given, by in ((AS_BUSINESS, BOTH), (AS_BUSINESS, Person("Bea", ("business",))), (APPROVE, BOTH)):
        with pytest.raises(Refused, match="already"):
            sign(ledger, given, by, current_of(BASIS, None), seen(ledger))
    assert status(ledger) == "partly"
    assert kinds(ledger) == ["sign_off", "refusal", "refusal", "refusal"]


@pytest.mark.parametrize("name", ["+bea@x.org", "bea+a@x.org"])
def test_one_address_does_not_sign_twice_with_a_plus(ledger: Ledger, name: str):
    sign(ledger, APPROVE, Person(name, BOTH.roles), current_of(BASIS, None), seen(ledger))
    with pytest.raises(Refused, match="already"):
        sign(ledger, AS_BUSINESS, Person(name, BOTH.roles), current_of(BASIS, None), seen(ledger))


def test_who_rejects_says_why_and_holds_it_up_until_they_say_otherwise(ledger: Ledger):
    reject = replace(APPROVE, decision="rejected")
    with pytest.raises(Refused, match="note is empty"):
        sign(ledger, reject, RUI, current_of(BASIS, None), seen(ledger))
    sign(ledger, replace(reject, note="Not fair to the young."), RUI, current_of(BASIS, None), seen(ledger))
    sign(ledger, AS_BUSINESS, SOFIA, current_of(BASIS, None), seen(ledger))
    sign(ledger, APPROVE, BOTH, current_of(BASIS, None), seen(ledger))
    assert status(ledger) == "rejected"
    sign(ledger, APPROVE, RUI, current_of(BASIS, None), seen(ledger))
    assert status(ledger) == "approved"


def test_a_finding_that_blocks_the_stage_is_seen_at_the_click_though_the_page_did_not(ledger: Ledger):
    digest, known = seen(ledger), read_done(ledger)
    found = Found("churn", None, "high", "It leaks the label.", blocks="deploy")
    open_finding(ledger, found, RUI, ("ana",))
    with pytest.raises(Refused, match="cannot be approved"):
        sign(ledger, APPROVE, RUI, current_of(BASIS, known), digest)


def test_an_answer_that_was_given_since_the_page_was_drawn_has_to_be_seen(ledger: Ledger):
    basis = replace(BASIS, items=(TESTED, replace(OWNED, blocks=False)))
    digest, known = seen(ledger, basis), read_done(ledger)
    asked = Asked("churn", 3, "owned", "business", "high", "question", "d2", "unknown")
    answer(ledger, asked, True, "Sofia does.", None, SOFIA)
    with pytest.raises(Refused, match="evidence has changed"):
        sign(ledger, APPROVE, RUI, current_of(basis, known), digest)
    sign(ledger, APPROVE, RUI, current_of(basis, known), seen(ledger, basis))


def test_a_waiver_counts_as_met_until_it_ends_and_then_voids_the_sign_off(ledger: Ledger):
    basis = replace(BASIS, rule=replace(RULE, roles=("reviewer",), people=1), items=(replace(TESTED, measured="fail"),))
    asked = Asked("churn", 3, "tests_passed", "data_science", "high", "tests_passed", "d1", "fail")
    waive(ledger, asked, "The runner is down.", datetime.now(UTC).date() + timedelta(days=5), RUI)
    sign(ledger, APPROVE, RUI, current_of(basis, None), seen(ledger, basis))
    assert status(ledger, basis) == "approved"
    later = datetime.now(UTC) + timedelta(days=7)
    there = current_of(basis, None, later)(ledger)
    found = approval(standing(read(ledger), there, later), basis.rule)
    assert found.status == "void"
    assert "tests_passed was waived and is not met now" in found.reason


def test_the_checks_of_sign_offs_and_alerts_are_no_part_of_what_is_signed(ledger: Ledger):
    now = signable(BASIS, Done(), datetime.now(UTC))
    assert now.content["checks"] == {"tests_passed": "pass"}
    assert now.blockers == ()


@pytest.mark.parametrize(
    ("acts", "signed"),
    [
        ([(RUI, APPROVE), (RUI, APPROVE), (SOFIA, AS_BUSINESS), (SOFIA, AS_BUSINESS)], 2),
        ([(BOTH, APPROVE), (BOTH, AS_BUSINESS)], 1),
    ],
)
def test_of_several_who_press_at_once_each_counts_once(ledger: Ledger, acts: list[tuple[Person, ToSign]], signed: int):
    digest, all_of_them = seen(ledger), Barrier(len(acts))

    def one(by: Person, given: ToSign) -> str:
        all_of_them.wait()
        try:
            return sign(ledger, given, by, current_of(BASIS, None), digest).sign_off.actor
        except LedgerError:
            return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        said = [name for name in pool.map(lambda act: one(*act), acts) if name]
    assert len(said) == len(set(said)) == len(approvals(ledger)) == signed
    assert kinds(ledger).count("refusal") == len(acts) - signed
    assert ledger.verify().ok


REPLICA = """
import json, sys
from datetime import UTC, datetime, timedelta
from watchroom.domain.policy import SignOffRule
from watchroom.domain.signable import part
from watchroom.domain.signing import Basis
from watchroom.errors import LedgerError
from watchroom.ledger import Ledger
from watchroom.ledger.approvals import ToSign, sign
from watchroom.ledger.checklist import Asked, assign, comment, waive
from watchroom.ledger.people import Person
from watchroom.ledger.signing import current_of, read, signable
url, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
by = Person(name, ("reviewer", "business"))
with Ledger.open(url, create=False) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    done, soon = [], datetime.now(UTC).date() + timedelta(days=9)
    for number in range(count):
        version = 100 + number
        rule = SignOffRule(("reviewer", "business"), 2, 90, False)
        basis = Basis("churn", version, "deploy", "high", False, (), rule, (part("metrics", {"auc": 0.9}),))
        about = Asked("churn", version, f"i_{name}", "business", "high", "tests_passed", "d1", "fail")
        given = ToSign("churn", version, "deploy", "reviewer" if name < "m" else "business", "approved")
        digest = signable(basis, read(ledger), datetime.now(UTC)).digest
        acts = {
            "sign": lambda: sign(ledger, given, by, current_of(basis, None), digest),
            "assign": lambda: assign(ledger, about.model, about.version, ["x"], name, soon, by),
            "comment": lambda: comment(ledger, about.model, about.version, "x", f"{name} {number}", by),
            "waive": lambda: waive(ledger, about, "Later.", soon, by),
        }
        for act, do in acts.items():
            try:
                do()
                done.append(act)
            except LedgerError as error:
                done.append(f"{act} refused: {error.what}")
    print(json.dumps(done))
"""


def test_two_replicas_that_sign_assign_and_waive_at_once_lose_nothing(new_url: Callable[[], str]):
    url, rounds = new_url(), 5
    with Ledger.open(url, create=True):
        pass
    people = ["bea@x.org", "zoe@x.org"]
    told = [
        json.loads(text)
        for text in run_at_once([[sys.executable, "-c", REPLICA, url, name, str(rounds)] for name in people])
    ]
    with Ledger.open(url, create=False) as ledger:
        found = ledger.entries()
        assert ledger.verify().ok
        assert [entry.seq for entry in found] == list(range(1, len(found) + 1))
        acts = [act for one in told for act in one]
        assert not [act for act in acts if "refused" in act]
        assert len(found) == len(acts) == len(people) * rounds * 4
        signed = [(one.sign_off.version, one.sign_off.actor) for one in approvals(ledger)]
        assert sorted(signed) == sorted((100 + number, name) for number in range(rounds) for name in people)
        assert ledger.head() != Head()
