"""What people do with an alert: acknowledge, assign, snooze, resolve, comment; and who may.

Each act names the last entry of the alert that its person had seen (`Alert.last_seq`): when something came after it the
act is refused with what that was, so that two people at once do not undo each other without a word. What is refused is
recorded as refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from watchroom.domain.alerts import Alert, Mark
from watchroom.domain.roles import ADMIN, BUSINESS, DATA_SCIENCE, OPERATIONS, REVIEWER
from watchroom.errors import Refused
from watchroom.ledger.alerts import alert as read_alert
from watchroom.ledger.alerts import applied
from watchroom.ledger.book import Ledger
from watchroom.ledger.entry import NewEntry, time_text
from watchroom.ledger.kinds import ALERT_ACT, REFUSAL
from watchroom.ledger.people import NOT_SIGNED_IN, Person

Name = Literal["acknowledge", "assign", "snooze", "resolve", "comment"]

MAY_ACT = (OPERATIONS, DATA_SCIENCE, ADMIN)
"""Who keeps a model running, and who can change it."""

MAY_COMMENT = (*MAY_ACT, BUSINESS, REVIEWER)
"""Anybody in the room."""

MAX_TEXT = 2000
"""Characters of a reason or comment: a page of text; more belongs in a ticket, with its link here."""

MAX_PERSON = 200
"""Characters of a person's name or address; RFC 5321 lets an address have 254, and nobody has."""

LONGEST_SNOOZE = timedelta(days=90)
"""A quarter: what nobody wants to see for longer has a wrong limit in the model's file."""

_NEEDS_TEXT = ("resolve", "comment")

_IN_WORDS = {
    "raised": "raised it",
    "worse": "found it worse",
    "better": "found it better",
    "reopened": "found it back",
    "ended": "saw it end",
    "acknowledged": "acknowledged it",
    "assigned": "assigned it",
    "snoozed": "snoozed it",
    "resolved": "resolved it",
    "commented": "commented on it",
}


@dataclass(frozen=True)
class _Act:
    name: Name
    text: str = ""
    to: str = ""
    until: datetime | None = None


def acknowledge(ledger: Ledger, alert_id: str, by: Person, *, seen: int, text: str = "") -> Alert:
    """Says that somebody has it; one that was resolved or snoozed is taken up again. Raises `Refused`."""
    return _do(ledger, alert_id, _Act("acknowledge", text), by, seen)


def assign(ledger: Ledger, alert_id: str, by: Person, *, seen: int, to: str, text: str = "") -> Alert:
    """Gives it to a person, by name or address. Raises `Refused`, `LedgerError`."""
    return _do(ledger, alert_id, _Act("assign", text, to=to.strip()), by, seen)


def snooze(ledger: Ledger, alert_id: str, by: Person, *, seen: int, until: datetime, text: str = "") -> Alert:
    """Puts it off until a time, at most `LONGEST_SNOOZE` away; before that it wakes only when it gets worse.

    Raises `Refused`, and `LedgerError` for a time without a zone.
    """
    time_text(until)
    return _do(ledger, alert_id, _Act("snooze", text, until=until), by, seen)


def resolve(ledger: Ledger, alert_id: str, by: Person, *, seen: int, text: str) -> Alert:
    """Says that it is dealt with, and how; it rests until it gets worse or comes back. Raises `Refused`."""
    return _do(ledger, alert_id, _Act("resolve", text), by, seen)


def comment(ledger: Ledger, alert_id: str, by: Person, *, text: str) -> Alert:
    """Adds a remark. It undoes nobody's act, so it needs no look at the alert before. Raises `Refused`."""
    return _do(ledger, alert_id, _Act("comment", text), by, None)


def handed_over(alert: Alert, to: str, text: str, by: Person) -> NewEntry:
    """The entry that gives an open alert to the receiver of a handover, whose acceptance it follows from.

    It is appended in the transaction of the acceptance; the receiver's role may be any.
    """
    entry = _act_entry(alert, _Act("assign", text, to=to), by)
    return replace(entry, role=entry.role or (by.roles[0] if by.roles else None))


def may(name: Name, roles: Sequence[str]) -> bool:
    """Whether somebody with these roles may do that: for a page to know which buttons to offer. The act asks again."""
    return _role(name, roles) is not None


def _role(name: Name, roles: Sequence[str]) -> str | None:
    """The role in which the act is done: the first one held that may."""
    allowed = MAY_COMMENT if name == "comment" else MAY_ACT
    return next((role for role in roles if role in allowed), None)


def _do(ledger: Ledger, alert_id: str, act: _Act, by: Person, seen: int | None) -> Alert:
    with ledger.transaction() as transaction:
        alert = read_alert(transaction, alert_id)
        refused = _refusal(alert, alert_id, act, by, seen)
        if refused is None and alert is not None:
            (entry,) = transaction.append_all([_act_entry(alert, act, by)])
            return applied(alert, entry)
        assert refused is not None
        transaction.append_all([_refusal_entry(alert, alert_id, act, by, refused)])
    # Only now: an error inside would take the entry back.
    raise refused


def _refusal(alert: Alert | None, alert_id: str, act: _Act, by: Person, seen: int | None) -> Refused | None:
    return (
        _wrong_role(act, by)
        or _not_there(alert, alert_id)
        or _wrong_text(act)
        or _wrong_time(act)
        or (None if alert is None or seen is None else _changed_since(alert, seen))
    )


def _wrong_role(act: _Act, by: Person) -> Refused | None:
    if may(act.name, by.roles):
        return None
    allowed = MAY_COMMENT if act.name == "comment" else MAY_ACT
    return Refused(
        f"Your role may not {act.name} an alert.",
        why=f"It takes one of {', '.join(allowed)}; you hold {', '.join(by.roles) or 'none'}.",
        next_step="Leave a comment, or ask whoever has the alert." if may("comment", by.roles) else "",
    )


def _not_there(alert: Alert | None, alert_id: str) -> Refused | None:
    if alert is None:
        return Refused(f"There is no alert {alert_id[:40]!r}.", next_step="Reload the page.")
    if alert.ended_at is not None:
        ended = f"{alert.ended_at:%Y-%m-%d %H:%M} UTC: {alert.ended_because}"
        return Refused("The alert is over.", why=f"It ended at {ended}.", next_step="Nothing is left to do.")
    return None


def _wrong_text(act: _Act) -> Refused | None:
    if act.name in _NEEDS_TEXT and not act.text.strip():
        asked = "A comment needs a text." if act.name == "comment" else "To resolve an alert takes a reason."
        return Refused(asked, next_step="Write a sentence: whoever looks next has only that.")
    if act.name == "assign" and not act.to:
        return Refused("To assign an alert takes a person.", next_step="Give a name or an address.")
    for what, text, most in (("text", act.text, MAX_TEXT), ("person", act.to, MAX_PERSON)):
        if len(text) > most:
            return Refused(
                f"The {what} is too long.",
                why=f"It has {len(text):,} characters; at most {most:,} are kept.",
                next_step="Shorten it, or give a link.",
            )
    return None


def _wrong_time(act: _Act) -> Refused | None:
    if act.until is None:
        return None
    now = datetime.now(UTC)
    if act.until <= now:
        return Refused("An alert cannot be snoozed until a time that is past.", next_step="Choose a later time.")
    if act.until > now + LONGEST_SNOOZE:
        return Refused(
            f"An alert cannot be snoozed for more than {LONGEST_SNOOZE.days} days.",
            why="What nobody wants to see for longer has a wrong limit.",
            next_step="Choose an earlier time, or change the limit in the model's file.",
        )
    return None


def _changed_since(alert: Alert, seen: int) -> Refused | None:
    if seen == alert.last_seq:
        return None
    later = [mark for mark in alert.history if mark.seq > seen]
    return Refused(
        "The alert has changed since you looked at it.",
        why=f"{'; '.join(map(_told, later))}." if later else "The page did not show this alert as it is.",
        next_step="Look at it again, then decide.",
    )


def _told(mark: Mark) -> str:
    what = _IN_WORDS[mark.what] + (f" to {mark.detail}" if mark.what == "assigned" else "")
    return f"{mark.actor} {what} at {mark.at:%Y-%m-%d %H:%M} UTC" + (f" ({mark.text[:200]})" if mark.text else "")


def _act_entry(alert: Alert, act: _Act, by: Person) -> NewEntry:
    payload: dict[str, Any] = {"act": act.name, "alert": alert.alert_id, "text": act.text.strip()}
    payload |= {"to": act.to} if act.to else {}
    payload |= {"until": time_text(act.until)} if act.until else {}
    role = _role(act.name, by.roles)
    return NewEntry(ALERT_ACT, _actor(by), payload, role, _column(alert), alert.condition.version)


def _refusal_entry(alert: Alert | None, alert_id: str, act: _Act, by: Person, refused: Refused) -> NewEntry:
    payload = {
        "tried": f"{act.name} an alert",
        "alert": alert_id[:40],
        "text": act.text.strip()[:MAX_TEXT],
        "why": " ".join(part for part in (refused.what, refused.why) if part),
    }
    version = alert.condition.version if alert else None
    role = by.roles[0] if by.roles else None
    return NewEntry(REFUSAL, _actor(by), payload, role, _column(alert) if alert else None, version)


def _actor(by: Person) -> str:
    return by.name.strip().replace("\0", "\ufffd") or NOT_SIGNED_IN


def _column(alert: Alert) -> str:
    return alert.condition.model.replace("\0", "\ufffd")
