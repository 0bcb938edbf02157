"""Whether a version is approved: by roles, persons, time and evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from watchroom.domain.approval import Given, Status, approval, judged, may_sign
from watchroom.domain.policy import SignOffRule
from watchroom.domain.signable import Signable, part

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
LOW = SignOffRule((), 1, 365, True)
MEDIUM = SignOffRule(("reviewer",), 1, 180, False)
HIGH = SignOffRule(("reviewer", "business"), 2, 90, False)
CRITICAL = SignOffRule(("reviewer", "business", "operations"), 2, 30, False)
TWO_REVIEWERS = SignOffRule(("reviewer",), 2, 90, False)

NOW = Signable("claims", 3, "deploy", "high", ("ana",), (part("metrics", {"auc": 0.9}),))
OTHER = replace(NOW, parts=(part("metrics", {"auc": 0.8}),))


def given(
    actor: str, role: str, seq: int = 1, *, days: int = 1, decision: str = "approved", on: Signable = NOW
) -> Given:
    at = AT - timedelta(days=days)
    return Given(
        seq, at, actor, role, "rejected" if decision == "rejected" else "approved", None, on.digest, on.content
    )


def noted(actor: str, role: str, seq: int = 1) -> Given:
    return replace(given(actor, role, seq), note="The table was read wrongly.")


def status(rule: SignOffRule, *signed: Given, now: Signable | None = NOW) -> Status:
    return approval(judged(signed, now, rule, AT), rule).status


@pytest.mark.parametrize(
    ("rule", "signed", "expected"),
    [
        (LOW, [], "missing"),
        (LOW, [given("cy", "operations")], "approved"),
        (LOW, [given("cy", "admin")], "missing"),
        (MEDIUM, [given("cy", "operations")], "missing"),
        (MEDIUM, [given("rui", "reviewer")], "approved"),
        (HIGH, [given("rui", "reviewer")], "partly"),
        (HIGH, [given("rui", "reviewer"), given("sofia", "business", 2)], "approved"),
        (HIGH, [given("rui", "reviewer"), given("rui", "business", 2)], "partly"),
        (HIGH, [given("rui@x.org", "reviewer"), given("Rui", "business", 2)], "partly"),
        (CRITICAL, [given("rui", "reviewer"), given("rui", "business", 2), given("cy", "operations", 3)], "approved"),
        (CRITICAL, [given("rui", role, seq) for seq, role in enumerate(CRITICAL.roles, 1)], "partly"),
        (TWO_REVIEWERS, [given("rui", "reviewer"), given("rui", "reviewer", 2)], "partly"),
        (TWO_REVIEWERS, [given("rui", "reviewer"), given("ines", "reviewer", 2)], "approved"),
        (HIGH, [given("rui", "reviewer", days=91), given("sofia", "business", 2)], "expired"),
        (HIGH, [given("rui", "reviewer", on=OTHER), given("sofia", "business", 2)], "void"),
        (MEDIUM, [given("rui", "reviewer"), given("ines", "reviewer", 2, decision="rejected")], "rejected"),
        (MEDIUM, [given("rui", "reviewer", decision="rejected"), given("ines", "reviewer", 2)], "rejected"),
        (MEDIUM, [given("rui", "reviewer", decision="rejected"), given("rui", "reviewer", 2)], "approved"),
        (MEDIUM, [given("rui", "reviewer", decision="rejected", on=OTHER), given("ines", "reviewer", 2)], "rejected"),
        (MEDIUM, [given("dana", "reviewer", decision="rejected"), noted("ines", "reviewer", 2)], "approved"),
        (MEDIUM, [given("dana", "reviewer", decision="rejected"), noted("Dana@x.org", "reviewer", 2)], "rejected"),
        (MEDIUM, [given("dana", "reviewer", decision="rejected"), noted("ana@x.org", "reviewer", 2)], "rejected"),
        (HIGH, [given("dana", "reviewer", decision="rejected"), noted("sofia", "business", 2)], "rejected"),
        (MEDIUM, [noted("ines", "reviewer"), given("dana", "reviewer", 2, decision="rejected")], "rejected"),
        (
            MEDIUM,
            [
                given("Dana (not checked)", "reviewer", decision="rejected"),
                given("dana@elsewhere.org", "reviewer", 2),
            ],
            "rejected",
        ),
        (LOW, [given("ana", "reviewer", decision="rejected"), noted("Ana", "reviewer", 2)], "approved"),
        (MEDIUM, [given("ana@x.org", "reviewer")], "void"),
        (MEDIUM, [given("not signed in", "reviewer")], "void"),
        (MEDIUM, [given("\u2060", "reviewer")], "void"),
        (LOW, [given("ana@x.org", "reviewer")], "approved"),
        (MEDIUM, [given("rui", "reviewer"), given("rui", "reviewer", 2, decision="rejected")], "rejected"),
        (MEDIUM, [given("rui", "reviewer", decision="rejected", days=900)], "rejected"),
    ],
)
def test_what_the_sign_offs_come_to(rule: SignOffRule, signed: list[Given], expected: str):
    assert status(rule, *signed) == expected


def test_it_says_who_is_missing_and_how_many_more():
    found = approval(judged([given("rui", "reviewer")], NOW, HIGH, AT), HIGH)
    assert (found.missing, found.people, found.reason) == (("business",), 0, "Still to sign: business.")
    found = approval(judged([given("rui", "reviewer")], NOW, TWO_REVIEWERS, AT), TWO_REVIEWERS)
    assert (found.missing, found.people, found.reason) == ((), 1, "Still to sign: 1 person.")


def test_it_says_why_an_author_s_or_a_nameless_sign_off_does_not_count():
    found = approval(judged([given("Ana@x", "reviewer")], NOW, MEDIUM, AT), MEDIUM)
    assert "Ana@x made this version, and at the tier high no author signs" in found.reason
    found = approval(judged([given("not signed in", "reviewer")], NOW, MEDIUM, AT), MEDIUM)
    assert "bears no name" in found.reason


def test_a_finding_that_blocks_holds_up_what_was_approved():
    found = approval(judged([given("rui", "reviewer")], NOW, MEDIUM, AT), MEDIUM, ("finding 3: It leaks (open)",))
    assert (found.status, found.until, found.reason) == ("void", None, "Held up by finding 3: It leaks (open).")


def test_a_rejection_says_what_changed_since_and_who_can_lift_it():
    against = given("rui", "reviewer", decision="rejected", on=OTHER)
    reason = approval(judged([against], NOW, MEDIUM, AT), MEDIUM).reason
    assert "Since then evidence changed: the metric auc" in reason
    assert "approves it as reviewer with a note" in reason
    assert barred("rui", "reviewer", against, decision="rejected") == ""


def test_of_sign_offs_that_do_not_count_it_does_not_say_that_nobody_signed():
    assert approval(judged([given("cy", "admin")], NOW, LOW, AT), LOW).reason.startswith("The sign-off of cy as admin")


def test_what_changed_is_named_in_the_reason():
    found = approval(judged([given("rui", "reviewer", on=OTHER)], NOW, MEDIUM, AT), MEDIUM)
    assert "evidence changed: the metric auc went from 0.8 to 0.9" in found.reason


def test_a_file_that_changed_voids_a_sign_off_that_was_carried_over():
    old = Given(1, AT - timedelta(days=3), "rui", "reviewer", "approved", changed=("report.md is gone",))
    assert status(MEDIUM, old) == "void"
    assert status(MEDIUM, replace(old, changed=())) == "approved"


def test_it_ends_when_the_first_that_is_needed_ends():
    signed = [given("rui", "reviewer", days=80), given("sofia", "business", 2, days=10), given("ines", "reviewer", 3)]
    found = approval(judged(signed, NOW, HIGH, AT), HIGH)
    assert found.until == AT - timedelta(days=10) + timedelta(days=90)


def test_it_ends_no_later_than_the_rule_lets_it_though_it_was_promised_longer():
    long = replace(given("rui", "reviewer", days=40), valid_until=AT + timedelta(days=400))
    assert status(CRITICAL, long) == "expired"
    short = replace(given("rui", "reviewer", days=2), valid_until=AT - timedelta(days=1))
    assert status(MEDIUM, short) == "expired"


def test_in_the_very_moment_in_which_it_ends_it_has_ended():
    assert status(MEDIUM, given("rui", "reviewer", days=180)) == "expired"
    assert status(MEDIUM, given("rui", "reviewer", days=179)) == "approved"


def test_a_sign_off_that_was_given_again_is_superseded_and_not_counted():
    first, second = judged([given("rui", "reviewer"), given("Rui", "reviewer", 2)], NOW, MEDIUM, AT)
    assert (first.status, second.status) == ("superseded", "valid")


def barred(actor: str, role: str, *signed: Given, rule: SignOffRule = HIGH, now: Signable = NOW, **how) -> str:
    roles = how.get("roles", (role,))
    decision = how.get("decision", "approved")
    found = may_sign(
        actor, roles, role, decision, now, rule, judged(signed, now, rule, AT), AT, nameless=how.get("nameless", False)
    )
    return found.what if found else ""


def test_who_may_sign_and_who_may_not():
    assert barred("rui", "reviewer") == ""
    assert "do not hold the role reviewer" in barred("rui", "reviewer", roles=("business",))
    assert "not asked for" in barred("cy", "operations")
    assert "not asked for" in barred("ada", "admin", roles=("admin",), rule=LOW)
    assert "You made this version" in barred("Ana@example.com", "reviewer")
    assert barred("ana", "reviewer", rule=LOW) == ""
    assert "needs a name" in barred("not signed in", "reviewer", nameless=True)
    assert barred("not signed in", "business", nameless=True, rule=LOW, now=replace(NOW, tier="low")) == ""
    assert "cannot be approved" in barred("rui", "reviewer", now=replace(NOW, blockers=("a finding",)))
    assert barred("rui", "reviewer", now=replace(NOW, blockers=("a finding",)), decision="rejected") == ""


def test_nobody_signs_twice_where_two_are_asked():
    mine = given("rui", "reviewer")
    assert "already" in barred("rui", "reviewer", mine)
    assert "different persons" in barred("Rui@x.org", "business", mine)
    assert barred("sofia", "business", mine) == ""
    assert "different persons" in barred("rui", "business", mine, rule=SignOffRule((), 2, 90, False))
    twice = (mine, given("rui", "business", 2))
    assert barred("rui", "business", mine, rule=CRITICAL) == ""
    assert "different persons" in barred("rui", "operations", *twice, rule=CRITICAL)


def test_a_sign_off_is_renewed_in_the_last_third_of_its_time_and_whenever_it_does_not_hold():
    assert "already" in barred("rui", "reviewer", given("rui", "reviewer", days=59))
    assert barred("rui", "reviewer", given("rui", "reviewer", days=61)) == ""
    assert barred("rui", "reviewer", given("rui", "reviewer", on=OTHER)) == ""
    assert barred("rui", "reviewer", given("rui", "reviewer"), decision="rejected") == ""


def test_the_author_may_not_sign_in_another_spelling_nor_reject_instead():
    for name in ("ANA", "ana@corp.example", "Ana (not checked)", "ana+x@corp.example"):
        assert "You made" in barred(name, "reviewer")
        assert "You made" in barred(name, "reviewer", decision="rejected")
