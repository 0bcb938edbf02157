"""In words: what refreshes saw, raised, sent and counted, and that somebody looked."""

from __future__ import annotations

from typing import Any

from watchroom.ledger.entry import Entry
from watchroom.ledger.told_words import Told, counted, day, figure, name, place, quoted, until, words

REASON_LENGTH = 300
"""Characters of why an approval stands as it does: whose sign-off does not hold, and who is needed."""

_OWN = {"@score": "the score", "@prediction": "the prediction", "@outcome": "the outcome"}
"""What the model's own signals are called."""


def registry_event(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """What changed in the registry, as a refresh saw it."""
    model, what, called = name(said["model"]), said["event"], name(said["name"] or "", 60)
    value, before = name(said["value"] or "none", 120), name(said["previous_value"] or "none", 120)
    version, previous = entry.version, said["previous_version"]
    where = place(entry, said["model"])
    match what:
        case "model_added":
            return Told(f"saw {model} new in the registry")
        case "model_gone":
            return Told(f"saw that {model} is gone from the registry")
        case "version_added":
            return Told(f"saw the new version {version} of {model}")
        case "version_gone":
            return Told(f"saw that version {version if version is not None else previous} of {model} is gone")
        case "alias_set":
            return Told(f"saw {called} of {model} set to version {version}")
        case "alias_moved":
            return Told(f"saw {called} of {model} moved from version {previous} to {version}")
        case "alias_removed":
            return Told(f"saw that {model} has no {called} any more; it was version {previous}")
        case "stage_changed":
            return Told(f"saw the stage of {where} changed from {before} to {value}")
        case "tag_set":
            return Told(f"saw the tag {called} of {where} set to “{value}”")
        case "tag_changed":
            return Told(f"saw the tag {called} of {where} changed from “{before}” to “{value}”")
        case "tag_removed":
            return Told(f"saw the tag {called} of {where} removed; it was “{before}”")
    raise ValueError(what)


def alert_event(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """An alert that was raised, became worse or better, ended or came back."""
    event, of = said["event"], subject(entry, said if said["event"] == "raised" else (first.payload if first else {}))
    if event == "ended":
        return Told(f"saw the alert end: {of}: {name(said['because'], 200)}")
    done = {
        "raised": f"raised a {words(said['severity'])} alert",
        "worse": "found the alert worse",
        "better": "found the alert better",
        "reopened": "found the alert back",
    }[event]
    method = f" ({name(said['method'], 40)})" if said.get("method") else ""
    return Told(f"{done}: {of}, {figure(said['value'])}, limit {figure(said['limit'])}{method}, n {said['n'] or 0:,}")


def subject(entry: Entry, raised: dict[str, Any]) -> str:
    """What an alert is about: `drift of humidity of version 3 of machine-failure`."""
    signal, feature = raised.get("signal"), str(raised.get("feature") or "")
    if not signal:
        return place(entry)
    of = _OWN.get(feature, name(feature))
    about = "KPI" if signal == "kpi" else words(signal)
    return f"{about}{f' of {of}' if of and signal != 'kpi' else f' {of}' if of else ''} of {place(entry)}"


def notification(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """A message about alerts."""
    about = counted(len(said["changes"]), "change")
    return Told(f"{_sent(said)} a message about {about} of alerts to {_channel(said)}", quoted(said.get("why")))


def report(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """A report of a period that has ended."""
    of, model, period = said["report"]
    about = f"of {name(model)}" if of == "model" else "of the portfolio"
    return Told(f"{_sent(said)} the report {about} for {name(period, 40)} to {_channel(said)}", quoted(said.get("why")))


def reminder(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """A message about what is due."""
    about = f"a reminder of {counted(len(said['reminders']), 'thing')} due"
    return Told(f"{_sent(said)} {about} to {_channel(said)}", quoted(said.get("why")))


def approval_event(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """How a version's sign-offs stand together, as a refresh saw it change."""
    of, stage = place(entry), words(said["stage"])
    done = {
        "approved": f"saw {of} approved at {stage}",
        "partly": f"saw {of} approved in part at {stage}",
        "missing": f"saw {of} without an approval at {stage}",
        "rejected": f"saw {of} rejected at {stage}",
        "void": f"saw the approval of {of} at {stage} turn void",
        "expired": f"saw the approval of {of} at {stage} end",
    }[said["status"]]
    why = f" ({name(said['reason'], REASON_LENGTH)})" if said["reason"] else ""
    return Told(done + until(said, "until", ", until") + why)


def compliance(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """How far each team's models were in order on a day."""
    return Told(
        f"counted how far the models of {counted(len(said['teams']), 'team')} were in order on {day(said['day'])}"
    )


def visit(entry: Entry, said: dict[str, Any], first: Entry | None) -> Told:
    """That somebody opened the start page."""
    return Told("opened Home" + (f" as {words(entry.role)}" if entry.role else ""))


def _sent(said: dict[str, Any]) -> str:
    return {"trying": "began to send", "sent": "sent", "failed": "could not send"}[said["outcome"]]


def _channel(said: dict[str, Any]) -> str:
    return name(said["channel"])
