"""In words: sign-offs, evidence, checklists, handovers, drills and findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchroom.ledger.entry import Entry
from watchroom.ledger.told_words import Told, counted, day, item, listed, name, place, quoted, until, words

Titles = Mapping[str, str]
"""What the items of checklists ask, by their id."""


def sign_off(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """A person's decision about a version at a stage."""
    done = {"approved": "approved", "rejected": "rejected"}.get(said["decision"], words(said["decision"]))
    role = f", as {words(entry.role)}" if entry.role else ""
    files = said.get("evidence") or []
    on = f", on {counted(len(files), 'file')} of evidence" if files else ""
    elsewhere = ""
    if said.get("imported_from"):
        elsewhere = (
            f"; given {day(said.get('occurred_at'))} elsewhere and carried over from {name(said['imported_from'])}"
        )
    return Told(f"{done} {place(entry)} at {words(said['stage'])}{role}{on}{elsewhere}", quoted(said["note"]))


def evidence(entry: Entry, said: dict[str, Any], first: Entry | None, titles: Titles) -> Told:
    """A file kept as evidence, or withdrawn."""
    if said["act"] == "withdrawn":
        file = name(first.payload["name"]) if first else f"of entry {said['evidence']}"
        return Told(f"withdrew the evidence {file} for {place(entry)}", quoted(said["reason"]))
    of = f", for {item(said['item'], titles)}" if said["item"] else ""
    tests = ""
    if said["tests"] is not None:
        tests = f" ({counted(int(said['tests']), 'test')}, {int(said['failed'] or 0):,} failed)"
    return Told(f"kept {name(said['name'])}{tests} as evidence for {place(entry)}{of}", quoted(said["note"]))


def checklist(entry: Entry, said: dict[str, Any], first: Entry | None, titles: Titles) -> Told:
    """An act on an item of a checklist."""
    what = f"{item(said['item'], titles)} of {place(entry)}"
    match said["act"]:
        case "answered":
            done = f"answered that {what} is {'met' if said['met'] else 'not met'}"
            return Told(done + until(said, "valid_until", ", until"), quoted(said["text"]))
        case "waived":
            return Told(f"waived {what} until {day(said['until'])}", quoted(said["reason"]))
        case "lifted":
            return Told(f"lifted the waiver of {what}")
        case "assigned":
            if said["person"] is None:
                return Told(f"took back whose {what} is")
            return Told(f"gave {what} to {name(said['person'])}{until(said)}")
        case "commented":
            return Told(f"wrote about {what}", quoted(said["text"]))
    raise ValueError(said["act"])


def handover(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """An act on a handover."""
    terms = said if "from_team" in said else first.payload if first else {}
    what = f"the handover of {place(entry)}" + _stage(terms)
    match said["act"]:
        case "begun":
            return Told(f"began {what}{_between(terms)}{until(said)}", quoted(said.get("note")))
        case "changed":
            return Told(f"changed {what}{_between(terms)}{until(said)}", quoted(said.get("note")))
        case "given":
            return Told(f"signed {what} as the giver", quoted(said.get("note")))
        case "taken_back":
            return Told(f"took back the signature under {what}", quoted(said.get("reason")))
        case "accepted":
            moved = [
                counted(len(said[key]), one)
                for key, one in (("alerts", "alert"), ("findings", "finding"))
                if said.get(key)
            ]
            roles = listed([words(role) for role in said.get("was") or ()])
            came = [*([f"the roles {roles}"] if roles else []), *moved]
            return Told(
                f"accepted {what}" + (f"; with it came {listed(came)}" if came else ""), quoted(said.get("reason"))
            )
        case "declined" | "withdrawn":
            done = "declined" if said["act"] == "declined" else "withdrew"
            return Told(f"{done} {what}", quoted(said.get("reason")))
        case "commented":
            return Told(f"wrote about {what}", quoted(said["text"]))
        case "in_file":
            return Told(
                f"saw that the file of {place(entry)} names its {listed([words(one) for one in said['roles']])} itself"
            )
    raise ValueError(said["act"])


def drill(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """A drill that somebody took."""
    questions = said["questions"]
    right = sum(one["right"] == one["given"] for one in questions)
    return Told(f"took a drill about {place(entry)}: {right} of {len(questions)} right")


def finding(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """A finding of a reviewer, and each act on it."""
    title = said.get("title") or (first.payload.get("title") if first else "")
    what = f"the finding “{name(title)}” about {place(entry)}" if title else f"a finding about {place(entry)}"
    match said["act"]:
        case "opened":
            blocks = f", which blocks {words(said['blocks'])}" if said["blocks"] else ""
            whose = f", for {name(said['owner'])}" if said["owner"] else ""
            severity = words(said["severity"])
            return Told(f"opened {what} ({severity}){whose}{until(said)}{blocks}", quoted(said["text"]))
        case "reassigned":
            return Told(f"gave {what} to {name(said['owner'])}", quoted(said["text"]))
        case "changed":
            now = [words(said["severity"]), *([f"due {day(said['due'])}"] if said["due"] else [])]
            now += [f"blocks {words(said['blocks'])}"] if said["blocks"] else ["blocks nothing"]
            return Told(f"changed {what}: now {', '.join(now)}", quoted(said["text"]))
    done = {
        "answered": "answered", "sent_back": "sent back the answer to", "accepted": "accepted the answer to",
        "withdrawn": "withdrew", "commented": "wrote about",
    }[said["act"]]  # fmt: skip
    return Told(f"{done} {what}", quoted(said.get("text")))


def _stage(terms: dict[str, Any]) -> str:
    return f" at {words(terms['stage'])}" if terms.get("stage") else ""


def _between(terms: dict[str, Any]) -> str:
    ends = [
        f"{word} {name(terms[who])}" + (f" ({name(terms[team])})" if terms.get(team) else "")
        for word, who, team in (("from", "giver", "from_team"), ("to", "receiver", "to_team"))
        if terms.get(who)
    ]
    return "".join(f" {end}" for end in ends)
