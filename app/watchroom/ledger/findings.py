"""Findings: what a reviewer found in a model, who is to see to it, and each round until it is accepted or withdrawn.

Nothing is changed in place: each act is an entry, and a finding is what its entries come to (`ledger.findings_read`).
The reviewer is never an author of what is reviewed, and nobody accepts what they answered themselves; what is against
that is recorded as refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any

from watchroom.domain.authors import is_author
from watchroom.domain.policy import STAGES
from watchroom.domain.roles import REVIEWER, ROLES
from watchroom.errors import Refused
from watchroom.ledger.acts import (
    actor_of,
    keep_refusal,
    kept,
    must_be_short,
    must_be_somebody,
    must_fit,
    must_hold,
    role_of,
)
from watchroom.ledger.book import Ledger, Transaction
from watchroom.ledger.entry import NewEntry
from watchroom.ledger.findings_read import SEVERITIES, Finding, Found, Severity, State, applied, read
from watchroom.ledger.kinds import FINDING
from watchroom.ledger.people import NOT_SIGNED_IN, Person

MAX_TITLE = 120
"""Characters of a finding's title: a line on a page; the rest belongs in its text."""

MAX_TEXT = 4000
"""Characters of a finding's text, an answer or a reason: two pages; more belongs in a document, with its link here."""

MAX_PERSON = 200
"""Characters of a person's name or address, as for alerts."""

MOST_VERSIONS = 2**31
"""Below this are the numbers of versions that a registry and the snapshot hold."""


def open_finding(ledger: Ledger, found: Found, by: Person, authors: Collection[str]) -> Finding:
    """Records what was found. `authors` are those of the version, as `check_subjects.authors` has them.

    Raises `Refused` without the role reviewer, and for an author of what is reviewed.
    """
    must_hold(ledger, "open a finding", by, (REVIEWER,), found.model)
    payload = {"act": "opened", **_checked(found)}
    with ledger.transaction() as transaction:
        refused = _reviews_own(by, authors)
        if refused is None:
            new = NewEntry(FINDING, actor_of(by), payload, REVIEWER, kept(found.model), found.version)
            return applied({}, transaction.append_all([new])[0])
        keep_refusal(transaction, "open a finding", by, refused, found.model)
    raise refused


def answer(ledger: Ledger, finding: int, text: str, by: Person, *, seen: int | None = None) -> Finding:
    """Says what was done about it; then it waits for the reviewer. Anybody with a role may. Raises `Refused`."""
    payload = {"act": "answered", "text": must_fit("answer", text, MAX_TEXT)}
    return _do(ledger, finding, "answer a finding", payload, by, _in_state("open"), seen=seen)


def send_back(
    ledger: Ledger, finding: int, reason: str, by: Person, authors: Collection[str], *, seen: int | None = None
) -> Finding:
    """Says what is missing in the answer; the next round begins. Raises `Refused`."""
    payload = {"act": "sent_back", "text": must_fit("reason", reason, MAX_TEXT)}

    def rule(one: Finding) -> Refused | None:
        return _must_review(by, authors) or _in_state("answered")(one)

    return _do(ledger, finding, "send a finding back", payload, by, rule, role=REVIEWER, seen=seen)


def accept(
    ledger: Ledger, finding: int, text: str, by: Person, authors: Collection[str], *, seen: int | None = None
) -> Finding:
    """Accepts the answer: the finding is over. Never by an author, nor by who answered. Raises `Refused`."""
    payload = {"act": "accepted", "text": must_fit("text", text, MAX_TEXT, empty=True)}

    def rule(one: Finding) -> Refused | None:
        return _must_review(by, authors) or _in_state("answered")(one) or _answered_it(one, by)

    return _do(ledger, finding, "accept a finding", payload, by, rule, role=REVIEWER, seen=seen)


def withdraw(
    ledger: Ledger, finding: int, reason: str, by: Person, authors: Collection[str], *, seen: int | None = None
) -> Finding:
    """Says that it was none after all, and why. As `accept`: never by an author, nor by who answered."""
    payload = {"act": "withdrawn", "text": must_fit("reason", reason, MAX_TEXT)}

    def rule(one: Finding) -> Refused | None:
        return _must_review(by, authors) or _in_state("open", "answered")(one) or _answered_it(one, by)

    return _do(ledger, finding, "withdraw a finding", payload, by, rule, role=REVIEWER, seen=seen)


def reassign(ledger: Ledger, finding: int, to: str, by: Person, text: str = "", *, seen: int | None = None) -> Finding:
    """Gives it to a person, by name or address. Anybody with a role may. Raises `Refused`."""
    payload = _reassigned(to, must_fit("text", text, MAX_TEXT, empty=True))
    return _do(ledger, finding, "reassign a finding", payload, by, _in_state("open", "answered"), seen=seen)


def reassign_in(transaction: Transaction, findings: Iterable[Finding], to: str, by: Person, text: str) -> int:
    """Gives findings to a person within a transaction that is open already; those that are over are left as they are.

    For a handover: read the findings with the same transaction. Returns how many moved. Raises `Refused`.
    """
    payload = _reassigned(to, must_fit("text", text, MAX_TEXT, empty=True))
    moved = [one for one in findings if not one.is_over and one.found.owner != payload["owner"]]
    transaction.append_all(_entry(one, payload, by, role_of(by)) for one in moved)
    return len(moved)


def change(
    ledger: Ledger,
    finding: int,
    reason: str,
    by: Person,
    authors: Collection[str],
    *,
    severity: Severity,
    due: date | None,
    blocks: str | None,
    seen: int | None = None,
) -> Finding:
    """Gives it another severity, date or stage that it blocks, with the reason. A reviewer's act. Raises `Refused`."""
    _check_words(severity, blocks)
    payload = {
        "act": "changed",
        "text": must_fit("reason", reason, MAX_TEXT),
        "severity": severity,
        "due": due.isoformat() if due else None,
        "blocks": blocks,
    }

    def rule(one: Finding) -> Refused | None:
        unlocks = one.found.blocks is not None and blocks != one.found.blocks
        barred = _answered_it(one, by) if unlocks else None
        return _must_review(by, authors) or _in_state("open", "answered")(one) or barred

    return _do(ledger, finding, "change a finding", payload, by, rule, role=REVIEWER, seen=seen)


def comment(ledger: Ledger, finding: int, text: str, by: Person) -> Finding:
    """Adds a remark; it undoes nobody's act. Anybody with a role may, also when it is over. Raises `Refused`."""
    payload = {"act": "commented", "text": must_fit("comment", text, MAX_TEXT)}
    return _do(ledger, finding, "comment on a finding", payload, by, lambda one: None)


def barred_from_review(by: Person, authors: Collection[str]) -> Refused | None:
    """Why a person may not review what these authors made; None where they may: a page then offers the buttons."""
    return _must_review(by, authors)


def _do(
    ledger: Ledger,
    finding: int,
    tried: str,
    payload: Mapping[str, Any],
    by: Person,
    rule: Callable[[Finding], Refused | None],
    *,
    role: str | None = None,
    seen: int | None = None,
) -> Finding:
    """Appends an act if the rule lets it, under the lock that the rule was looked up under."""
    must_be_somebody(ledger, tried, by)
    with ledger.transaction() as transaction:
        found = read(transaction).all.get(finding)
        gone = Refused("There is no such finding.", next_step="Reload the page.")
        refused = (rule(found) or _changed_since(found, seen)) if found else gone
        if found is not None and refused is None:
            (entry,) = transaction.append_all([_entry(found, payload, by, role or role_of(by))])
            return applied({finding: found}, entry)
        keep_refusal(transaction, tried, by, refused, found.found.model if found else None)
    raise refused or gone


def _entry(one: Finding, payload: Mapping[str, Any], by: Person, role: str | None) -> NewEntry:
    said = {**payload, "finding": one.seq}
    return NewEntry(FINDING, actor_of(by), said, role, one.found.model, one.found.version)


def _checked(found: Found) -> dict[str, Any]:
    """What stands in the entry that opens a finding. Raises `Refused` for what cannot be kept."""
    _check_words(found.severity, found.blocks)
    if found.version is not None and (type(found.version) is not int or not 1 <= found.version < MOST_VERSIONS):
        raise Refused("A version is a whole number from 1 on.", next_step="Give its number, or none.")
    return {
        "severity": found.severity,
        "title": must_fit("title", found.title, MAX_TITLE),
        "text": must_fit("text", found.text, MAX_TEXT, empty=True),
        "owner": must_be_short("owner", found.owner.strip(), MAX_PERSON),
        "due": found.due.isoformat() if found.due else None,
        "blocks": found.blocks,
    }


def _check_words(severity: str, blocks: str | None) -> None:
    if severity not in SEVERITIES:
        raise Refused(f"A finding's severity is one of {', '.join(SEVERITIES)}.")
    if blocks is not None and blocks not in STAGES:
        raise Refused(f"A finding blocks one of {', '.join(STAGES)}, or none.")


def _reassigned(to: str, text: str) -> dict[str, Any]:
    owner = must_be_short("person", must_fit("person", to, MAX_PERSON), MAX_PERSON)
    return {"act": "reassigned", "owner": owner, "text": text}


def _must_review(by: Person, authors: Collection[str]) -> Refused | None:
    if REVIEWER not in by.roles:
        return Refused(
            "This takes the role reviewer.", next_step="Ask somebody who has it; you can answer and comment."
        )
    return _reviews_own(by, authors) or _nameless(by)


def _reviews_own(by: Person, authors: Collection[str]) -> Refused | None:
    if not is_author(actor_of(by), authors):
        return None
    return Refused(
        "You made what is reviewed.",
        why=f"{actor_of(by)} is an author of the version, and nobody reviews their own work.",
        next_step="Ask another reviewer.",
    )


def _nameless(by: Person) -> Refused | None:
    if actor_of(by) != NOT_SIGNED_IN:
        return None
    return Refused(
        "A reviewer's word needs a name.",
        why="Without one nobody can be told from the author, or from who answered.",
        next_step="Sign in, or give your name in the sidebar.",
    )


def _answered_it(one: Finding, by: Person) -> Refused | None:
    if not is_author(actor_of(by), one.answered_by):
        return None
    return Refused(
        "You answered this finding.", why="Nobody accepts their own answer.", next_step="Ask another reviewer."
    )


def _in_state(*states: State) -> Callable[[Finding], Refused | None]:
    return lambda one: _must_be(one, states)


def _must_be(one: Finding, states: Collection[State]) -> Refused | None:
    if one.state in states:
        return None
    return Refused(f"The finding is {one.state}.", next_step="Reload the page to see what was done.")


def _changed_since(one: Finding, seen: int | None) -> Refused | None:
    """An act on what has changed meanwhile: two people at once do not undo each other without a word."""
    if seen is None or one.last_seq <= seen:
        return None
    last = next(act for act in one.acts if act.seq == one.last_seq)
    return Refused(
        "The finding was changed while you looked at it.",
        why=f"{last.actor}: {last.name.replace('_', ' ')}.",
        next_step="Reload the page, and look again.",
    )


def has_role(by: Person) -> bool:
    """Whether somebody may answer, comment and reassign: for a page to know what to offer. The act asks again."""
    return any(role in ROLES for role in by.roles)
