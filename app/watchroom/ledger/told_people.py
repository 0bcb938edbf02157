"""In words: what people did with alerts, notes, pins, views, KPIs, proposals and events, and what was refused them."""

from __future__ import annotations

from typing import Any

from watchroom.ledger.entry import Entry
from watchroom.ledger.told_program import subject
from watchroom.ledger.told_words import Told, day, listed, name, place, quoted, until, words


def refusal(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """An act that the rules did not allow."""
    of = f", about {place(entry)}" if entry.model else ""
    return Told(f"was not let {words(said['tried'])}{of}: {name(said['why'], 600)}", quoted(said.get("text")))


def alert_act(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """What was done with an alert."""
    of = subject(entry, first.payload if first else {})
    done = {
        "acknowledge": f"took up the alert: {of}",
        "assign": f"gave the alert to {name(said.get('to', ''))}: {of}",
        "snooze": f"put the alert off until {day(said.get('until'))}: {of}",
        "resolve": f"resolved the alert: {of}",
        "comment": f"wrote about the alert: {of}",
    }[said["act"]]
    return Told(done, quoted(said["text"]))


def note(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """A note about a run or a model."""
    if said["act"] == "taken_back":
        return Told(f"took back the note {said['note']}", quoted(first.payload.get("text")) if first else "")
    return Told(f"wrote a note about {_thing(said['about'])}", quoted(said["text"]))


def pin(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """A run or a model pinned for everybody."""
    about = _thing(said["about"])
    return Told(f"pinned {about}" if said["act"] == "pinned" else f"took the pin off {about}")


def saved_view(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """A page kept under a name."""
    called = f"the view “{name(said['name'])}”"
    return Told(
        f"removed {called}" if said["act"] == "removed" else f"saved {called} of the page {words(said['page'])}"
    )


def kpi_agreement(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """That a role agreed or objected to a KPI."""
    done = "agreed to" if said["agrees"] else "objected to"
    role = f" for {words(entry.role)}" if entry.role else ""
    return Told(f"{done} the KPI {name(said['kpi'])} of {place(entry)}{role}", quoted(said["reason"]))


def proposal(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """A proposal, and each act on it."""
    opening = said if said["act"] == "opened" else first.payload if first else {}
    what = f"“{words(opening.get('action', 'proposal'))}” for {place(entry)}"
    match said["act"]:
        case "opened":
            return Told(f"proposed {what}{until(said)}", quoted(said["trigger"]))
        case "spoke":
            voice = {"for": "was for", "against": "was against"}.get(said["voice"], "abstained on")
            return Told(f"{voice} {what}", quoted(said["reason"]))
        case "decided":
            without = listed([words(role) for role in said.get("without", [])])
            done = "accepted" if said["accepted"] else "declined"
            return Told(f"{done} {what}" + (f", without {without}" if without else ""), quoted(said["reason"]))
        case "closed":
            came = f"; version {said['version']} came of it" if said.get("version") is not None else ""
            return Told(f"closed {what} as done{came}", quoted(said["result"]))
        case "withdrawn":
            return Told(f"withdrew {what}")
    raise ValueError(said["act"])


def event(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """Something that happened in the world."""
    if said["act"] == "taken_back":
        title = f"“{name(first.payload.get('title', ''))}”" if first else f"{said['event']}"
        return Told(f"took back the event {title}")
    days = day(said["first_day"])
    days += f" to {day(said['last_day'])}" if said["last_day"] != said["first_day"] else ""
    of = listed(said["models"]) or "all models"
    return Told(f"marked the event “{name(said['title'])}” on {days}, for {of}", quoted(said["text"]))


def _thing(about: dict[str, Any]) -> str:
    return f"the {words(about['kind'])} {name(about['id'])}"
