"""Acting on an alert: the dialog with what a person may do, and the ledger's answer shown as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

import streamlit as st

from watchroom.store.queries.alerts import Alert, surroundings
from watchroom.ui import acting, book
from watchroom.ui.alerts_words import what
from watchroom.ui.fragments import dialog
from watchroom.ui.identity import current_user
from watchroom.ui.room import ask
from watchroom.ui.text import plain, sentence
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.domain.alerts import Alert as Folded

Name = Literal["acknowledge", "assign", "snooze", "resolve", "comment"]

_LABELS: dict[Name, tuple[str, str]] = {
    "acknowledge": ("Acknowledge", "I have it"),
    "assign": ("Assign", "Give it to"),
    "snooze": ("Snooze", "Put it off"),
    "resolve": ("Resolve", "It is dealt with"),
    "comment": ("Comment", "Add a remark"),
}
_SAID: dict[Name, str] = {
    "acknowledge": "Acknowledged.",
    "assign": "Assigned.",
    "snooze": "Snoozed.",
    "resolve": "Resolved.",
    "comment": "Remark added.",
}
_TEXTS: dict[Name, str] = {
    "resolve": "The reason, for whoever looks next",
    "comment": "The remark",
}
_SNOOZES = {"1 day": 1, "3 days": 3, "7 days": 7}
_UNTIL = "Until a day"


@dataclass(frozen=True)
class _Wanted:
    """What a person chose in the dialog, before the ledger has said anything of it."""

    name: Name
    text: str = ""
    to: str = ""
    until: datetime | None = None


@dialog("Act on an alert", width="medium", icon=":material/bolt:", on_dismiss="rerun")
def act(alert: Alert, seen: int) -> None:
    """The dialog over one alert; `seen` is the last of the ledger's entries on it that the page showed."""
    st.markdown(f"**{plain(alert.title, 80)}**  \n{sentence(what(alert), 400)}")
    names = may()
    if not names:
        st.caption("Your role may do nothing here.")
        return
    picked = st.segmented_control(
        "What do you do?",
        names,
        default=names[0],
        required=True,
        format_func=lambda name: _LABELS[name][0],
        key="act_name",
    )
    wanted = _asked(picked, alert)
    if st.button(_LABELS[wanted.name][0], key="act_do", icon=":material/check:"):
        _do(alert, wanted, seen)


def may() -> tuple[Name, ...]:
    """What the ledger lets whoever looks do with an alert; the ledger asks again when it is done."""
    from watchroom.ledger.alert_acts import may as allowed

    roles = current_user().roles
    return tuple(name for name in _LABELS if allowed(name, roles))


def text_length() -> int:
    """Characters that the ledger takes of a text."""
    from watchroom.ledger.alert_acts import MAX_TEXT

    return MAX_TEXT


def _asked(name: Name, alert: Alert) -> _Wanted:
    st.caption(f"{_LABELS[name][1]}. It is recorded in the ledger, with who you are and when.")
    to, until = "", None
    if name == "assign":
        to = _person(alert)
    if name == "snooze":
        until = _until()
    label = _TEXTS.get(name, "A word to it, if you like")
    text = st.text_area(label, key=f"act_text_{name}", max_chars=text_length(), height=90)
    return _Wanted(name, text or "", to, until)


def _person(alert: Alert) -> str:
    around = ask(surroundings, model=alert.model)
    people = list(around.people) if around else []
    chosen = st.selectbox(
        "Who is to have it?",
        people,
        index=None,
        accept_new_options=True,
        placeholder="One of the model's people, or anybody: type a name or an address",
        key="act_to",
    )
    return chosen or ""


def _until() -> datetime:
    length = st.segmented_control("For how long?", [*_SNOOZES, _UNTIL], default="1 day", required=True, key="act_for")
    now, zone = datetime.now(UTC), facts().zone
    if length != _UNTIL:
        return now + timedelta(days=_SNOOZES[length])
    today = now.astimezone(zone).date()
    chosen = st.date_input(
        "The day on which it is open again", today + timedelta(14), min_value=today + timedelta(1), key="act_until",
        format="YYYY-MM-DD",
    )  # fmt: skip
    return datetime.combine(chosen, time(), tzinfo=zone).astimezone(UTC)


def _do(alert: Alert, wanted: _Wanted, seen: int) -> None:
    acting.act(lambda: _call(wanted)(alert.alert_id, seen), _SAID[wanted.name])


def _call(wanted: _Wanted) -> Callable[[str, int], Folded]:
    """The ledger's act for what was chosen, still to be told the alert and what was seen of it."""
    from watchroom.ledger import alert_acts as acts

    ledger, by, text = book.ledger(), book.person(current_user()), wanted.text
    match wanted.name:
        case "acknowledge":
            return lambda alert, seen: acts.acknowledge(ledger, alert, by, seen=seen, text=text)
        case "assign":
            return lambda alert, seen: acts.assign(ledger, alert, by, seen=seen, to=wanted.to, text=text)
        case "snooze":
            until = wanted.until or datetime.now(UTC)
            return lambda alert, seen: acts.snooze(ledger, alert, by, seen=seen, until=until, text=text)
        case "resolve":
            return lambda alert, seen: acts.resolve(ledger, alert, by, seen=seen, text=text)
        case "comment":
            return lambda alert, _seen: acts.comment(ledger, alert, by, text=text)
