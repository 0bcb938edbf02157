"""Acts on a checklist: answering an item, waiving it for a while, giving it to somebody, writing about it.

Who may do what is decided here and not on a page; an act against the rules is recorded as refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from watchroom.domain.authors import is_author
from watchroom.domain.policy import QUESTION
from watchroom.domain.risk import Tier
from watchroom.domain.roles import ADMIN, REVIEWER
from watchroom.domain.standing import WAIVER_DAYS, Waiver
from watchroom.errors import Refused
from watchroom.ledger.acts import (
    actor_of,
    in_words,
    keep_refusal,
    kept,
    must_be_short,
    must_be_somebody,
    must_fit,
    role_of,
)
from watchroom.ledger.book import Ledger, Transaction
from watchroom.ledger.checklist_read import Checklists, Comment, Key, Told, applied, read
from watchroom.ledger.entry import NewEntry, time_text
from watchroom.ledger.evidence import About
from watchroom.ledger.evidence import read as evidence_of
from watchroom.ledger.kinds import CHECKLIST
from watchroom.ledger.people import NOT_SIGNED_IN, Person

__all__ = ["Asked", "Checklists", "Comment", "Key", "Told", "answer", "assign", "comment", "lift", "read", "waive"]

MAX_TEXT = 2000
"""Characters of an answer, a reason or a comment: a page of text; more belongs in a file, kept as evidence."""

MAX_PERSON = 200
"""Characters of a name or an address."""

MAX_DUE_DAYS = 3660
"""Ten years: a later date is a slip of the year."""

MOST_ITEMS = 500
"""Items that are given to somebody at once; no checklist is as long."""


@dataclass(frozen=True)
class Asked:
    """An item as it is asked of a model version, from the snapshot: what the rules are looked up by.

    `tier` is the one it is asked for, assumed or not; `authors` of the version, none where they are unknown.
    """

    model: str
    version: int
    item: str
    role: str
    tier: Tier
    kind: str
    digest: str
    measured: str
    valid_days: int | None = None
    authors: tuple[str, ...] = ()


def answer(ledger: Ledger, asked: Asked, met: bool, text: str, evidence: int | None, by: Person) -> Told:
    """Says whether the item is met, in the item's role; the last answer holds. Raises `Refused`.

    `evidence` is the ledger's entry of a file of this model version, None for none. An item that checks itself is
    answered only where there was nothing to check it by, and only with evidence. Who says that it is not met says why.
    """
    if not isinstance(met, bool):
        raise Refused("An item is met or not met.", next_step="Say which.")
    ends = datetime.now(UTC) + timedelta(asked.valid_days) if asked.valid_days else None
    payload = {
        "act": "answered",
        "met": met,
        "text": must_fit("answer", text, MAX_TEXT, empty=met),
        "evidence": evidence,
        "digest": asked.digest,
        "valid_until": time_text(ends) if ends else None,
    }

    def rule(transaction: Transaction) -> Refused | None:
        return _may_answer(asked, evidence, by) or _is_evidence(transaction, asked, evidence)

    return _do(ledger, asked, "answer an item", payload, by, rule, role=asked.role)


def waive(ledger: Ledger, asked: Asked, reason: str, until: date, by: Person) -> Told:
    """Sets the item aside until the end of that day (UTC), in place of an earlier waiver. Raises `Refused`.

    It is of the item as it is now: once that changes, it is asked for again. The entry says whether MLflow knows who
    made the version. A reviewer may, and of a low tier the item's role; from medium on nobody who made the version.
    """
    payload = {
        "act": "waived",
        "reason": must_fit("reason", reason, MAX_TEXT),
        "until": _whole_day(until).isoformat(),
        "digest": asked.digest,
        "author_known": bool(asked.authors),
    }

    def rule(_: Transaction) -> Refused | None:
        return _may_waive(asked, by) or _until(asked.tier, until)

    return _do(ledger, asked, "waive an item", payload, by, rule, role=waiving_role(asked, by))


def lift(ledger: Ledger, asked: Asked, by: Person) -> Told:
    """Takes the waiver in force back: who gave it may, a reviewer, and an admin. Raises `Refused`."""

    def rule(transaction: Transaction) -> Refused | None:
        return may_lift(read(transaction).of(asked.model, asked.version, asked.item).waiver, by)

    return _do(ledger, asked, "lift a waiver", {"act": "lifted"}, by, rule)


def assign(
    ledger: Ledger, model: str, version: int, items: Sequence[str], person: str | None, due: date | None, by: Person
) -> None:
    """Gives items to somebody, all or none; `person` None takes them back. Any role may. Raises `Refused`."""
    must_be_somebody(ledger, "assign an item", by, model)
    if not items or len(items) > MOST_ITEMS:
        raise Refused("Name the items.", why=f"Between 1 and {MOST_ITEMS} are given to somebody at once.")
    said = {
        "act": "assigned",
        "person": None if person is None else must_fit("name", " ".join(person.split()), MAX_PERSON),
        "due": _due(due).isoformat() if due is not None and person is not None else None,
    }
    ledger.append_all([_entry(model, version, item, said, by, role_of(by)) for item in dict.fromkeys(items)])


def comment(ledger: Ledger, model: str, version: int, item: str, text: str, by: Person) -> None:
    """Writes something about an item, for everybody. Any role may. Raises `Refused`."""
    must_be_somebody(ledger, "comment on an item", by, model)
    said = {"act": "commented", "text": must_fit("comment", text, MAX_TEXT)}
    ledger.append(_entry(model, version, item, said, by, role_of(by)))


def waiving_role(asked: Asked, by: Person) -> str | None:
    """The role in which the person may waive the item, whoever made the version; None for one who may not."""
    allowed = (REVIEWER, asked.role) if asked.tier == "low" else (REVIEWER,)
    return next((role for role in allowed if role in by.roles), None)


def may_lift(waiver: Waiver | None, by: Person) -> Refused | None:
    """Why the person may not take the waiver back; None where they may."""
    if waiver is None or not waiver.in_force(datetime.now(UTC)):
        return Refused("The item is not waived.", next_step="Reload the page.")
    if by.roles and (waiver.actor == actor_of(by) or {REVIEWER, ADMIN} & set(by.roles)):
        return None
    return Refused("The waiver is not yours.", why=f"It is of {waiver.actor}.", next_step="Ask them, or a reviewer.")


def _do(
    ledger: Ledger,
    asked: Asked,
    tried: str,
    payload: Mapping[str, Any],
    by: Person,
    rule: Callable[[Transaction], Refused | None],
    *,
    role: str | None = None,
) -> Told:
    """Appends an act if the rule lets it, under the lock that the rule was looked up under."""
    with ledger.transaction() as transaction:
        refused = rule(transaction)
        if refused is None:
            before = read(transaction).of(asked.model, asked.version, asked.item)
            new = _entry(asked.model, asked.version, asked.item, payload, by, role or role_of(by))
            return applied(before, transaction.append_all([new])[0])
        keep_refusal(transaction, tried, by, refused, asked.model)
    raise refused


def _entry(model: str, version: int, item: str, said: Mapping[str, Any], by: Person, role: str | None) -> NewEntry:
    named = must_be_short("item's name", item, MAX_PERSON)
    return NewEntry(CHECKLIST, actor_of(by), {**said, "item": named}, role, kept(model), version)


def _may_answer(asked: Asked, evidence: int | None, by: Person) -> Refused | None:
    if asked.role not in by.roles:
        return Refused(f"This item is for {in_words(asked.role)[:40]} to answer.", next_step="Give it to them.")
    if asked.kind == QUESTION:
        return None
    if asked.measured != "unknown":
        return Refused(
            "This item checks itself.",
            why="It is met when what it looks at is, not when somebody says so.",
            next_step="Mend what it found, or have it waived.",
        )
    if evidence is None:
        return Refused(
            "This answer needs evidence.",
            why="The item checks itself, and found nothing to tell it from.",
            next_step="Attach the file that shows it.",
        )
    return None


def _is_evidence(transaction: Transaction, asked: Asked, evidence: int | None) -> Refused | None:
    if evidence is None:
        return None
    found = evidence_of(transaction).all.get(evidence)
    if found is not None and found.withdrawn is None and _is_about(found.about, asked):
        return None
    return Refused("There is no such evidence for this version.", next_step="Attach the file to this version.")


def _is_about(about: About, asked: Asked) -> bool:
    return (about.model, about.version) == (asked.model, asked.version)


def _may_waive(asked: Asked, by: Person) -> Refused | None:
    if waiving_role(asked, by) is None:
        also = f" or {in_words(asked.role)}" if asked.tier == "low" else ""
        return Refused(f"This takes the role reviewer{also}.", next_step="Ask somebody who has it.")
    if asked.tier == "low":
        return None
    if actor_of(by) == NOT_SIGNED_IN:
        return Refused(
            "Nobody can tell you from who made this version.",
            why=f"Of tier {asked.tier}, who made a version waives nothing of it.",
            next_step="Say who you are.",
        )
    if is_author(actor_of(by), asked.authors):
        return Refused(
            "You made this version.",
            why=f"Of tier {asked.tier}, who made a version waives nothing of it.",
            next_step="Ask another reviewer.",
        )
    return None


def _until(tier: Tier, until: date) -> Refused | None:
    most = WAIVER_DAYS[tier]
    ahead = (until - datetime.now(UTC).date()).days
    if ahead < 0:
        return Refused("The waiver would have ended already.", next_step="Give a day to come.")
    if ahead > most:
        return Refused(
            "The waiver is too long.",
            why=f"Of tier {tier} an item is waived for at most {most} days at a time.",
            next_step="Give an earlier day; it can be waived again then.",
        )
    return None


def _due(due: date) -> date:
    """The day as it is. Raises `Refused` for one that is over, or that nobody will see."""
    ahead = (_whole_day(due) - datetime.now(UTC).date()).days
    if not -1 <= ahead <= MAX_DUE_DAYS:  # it may still be yesterday where somebody is
        raise Refused("That day is no date to do it by.", next_step="Give a day to come.")
    return due


def _whole_day(day: date) -> date:
    if type(day) is not date:
        raise Refused("A whole day is asked for.", why="A time of day was given.", next_step="Give a date.")
    return day
