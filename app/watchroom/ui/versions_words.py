"""Sentences about versions: who was champion, how well that is known, and what differs. Plain text, never Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from watchroom.charts.words import days
from watchroom.domain.last_good import Judgement, Served
from watchroom.domain.tenure import Edge, Standing, Tenure
from watchroom.domain.witness import Day, Stretch
from watchroom.ui.text import count_of, number, some, when


def version(found: int | None) -> str:
    """`version 3`, or `no version`."""
    return "no version" if found is None else f"version {found}"


def versions(found: Sequence[int]) -> str:
    """`version 3`, `versions 3 and 4`."""
    return f"version{'' if len(found) == 1 else 's'} {some([str(one) for one in found], 6)}" if found else "no version"


def edge(found: Edge, zone: ZoneInfo, now: datetime) -> str:
    """When a change was, as well as that is known."""
    after, by = _ends(found, zone, now)
    return f"between {after} and {by}" if after else f"at or before {by}"


def _ends(found: Edge, zone: ZoneInfo, now: datetime) -> tuple[str, str]:
    """Both ends of what is known of a change, to the second where the minute is the same; no text for no end."""
    by = when(found.by, zone, now=now)
    if found.after is None:
        return "", by
    after = when(found.after, zone, now=now)
    return (f"{after}:{found.after:%S}", f"{by}:{found.by:%S}") if after == by else (after, by)


def standing(found: Standing, alias: str, zone: ZoneInfo, now: datetime) -> str:
    """Who held the alias at a moment, and how well that is known."""
    match found.certainty:
        case "known":
            who = f"Version {found.version}" if found.version is not None else "No version"
            return f"{who} was {alias}. This is known: the refreshes before and after saw the same."
        case "between":
            assert found.edge is not None
            to = f"{version(found.next_version)} was {alias} already"
            return (
                f"{version(found.version).capitalize()} was {alias}, or {to}: the change lies "
                f"{edge(found.edge, zone, now)}."
            )
        case "before":
            assert found.edge is not None
            found_it = f"it found {version(found.next_version)} as {alias}"
            first = when(found.edge.by, zone, now=now)
            return f"Which version was {alias} is not known: the first refresh looked on {first}, and {found_it}."
        case "absent":
            return f"There was no {alias}: the registry did not have the model yet."
        case "later":
            return f"That is after the last refresh, which saw {version(found.version)} as {alias}."
    return f"Which version was {alias} is not known: no refresh has seen the model in the registry."


def standing_by_log(found: Standing, led: int, on: date, alias: str, zone: ZoneInfo, now: datetime) -> str:
    """Who was in service by the log, at a moment of which the registry tells nothing, and why it does not."""
    told = f"Version {led} was in service on {days(on, on)}, by the log;"
    if found.edge is None:
        return f"{told} no refresh has seen the model in the registry."
    first = when(found.edge.by, zone, now=now)
    return f"{told} the registry was not watched before {first}, and had {version(found.next_version)} as {alias} then."


def took_over(before: Served, after: Served) -> str:
    """A change of the version in service that the log alone tells of."""
    back = "was gone back to from" if after.version < before.version else "took over from"
    return f"Version {after.version} {back} version {before.version} on {days(after.first, after.first)}, by the log"


def log_says(found: Sequence[Day], on: date) -> str:
    """What the log says of a day."""
    day = days(on, on)
    if not found:
        return f"The log holds no decision of {day} (UTC)."
    if len(found) == 1:
        return (
            f"By the log {version(found[0].version)} alone decided on {day} (UTC): {number(found[0].decisions)} times."
        )
    parts = some([f"version {one.version} ({number(one.decisions)})" for one in found], 6)
    return f"By the log {parts} decided on {day} (UTC); which one's answers were used it does not say."


def stretch(found: Stretch) -> str:
    """Where the log and the registry differ, in a sentence; for those that agree what they agree on."""
    on, made = days(found.first, found.last), f"{number(found.decisions)} decisions"
    deciding, champions = versions(found.versions), versions(found.champions)
    match found.kind:
        case "other":
            return f"{on}: {deciding} decided ({made}) while the registry said {champions}."
        case "beside":
            others = versions([one for one in found.versions if one not in found.champions])
            return f"{on}: {others} decided beside the champion, {champions}: in shadow, or for a part of the cases."
        case "nobody":
            return f"{on}: {deciding} decided ({made}) while no version was champion."
        case "log only":
            return f"{on}: {deciding} decided ({made}); the registry was not looked at yet."
    return f"{on}: {champions} was champion and decided ({made})."


def tenure(found: Tenure, zone: ZoneInfo, now: datetime) -> str:
    """From when to when a version held a name."""
    not_yet, by = _ends(found.begin, zone, now)
    begun = f"seen since {by}"
    after = f"not yet {not_yet}" if not_yet else "for longer than is known"
    if found.end is None:
        return f"{begun} ({after}), still at the last refresh"
    return f"{begun} ({after}), until {edge(found.end, zone, now).removeprefix('between ')}"


def served(found: Served) -> str:
    """From when to when a version was in service, and who says so."""
    by = {"registry": "by the registry", "log": "by the log", "both": "by the log and the registry"}[found.by]
    until = days(found.first, found.last) if found.last is not None else f"since {days(found.first, found.first)}"
    return f"{until}, {by}"


def back(found: Judgement | None, now: int | None, judged: int) -> str:
    """The answer of Go back, in a sentence."""
    if not judged:
        return "There is no earlier version to go back to: none is known to have been in service before."
    if found is None:
        return f"None of the {count_of(judged, 'earlier version')} that were in service can be called good."
    known = "" if found.sure else ", as far as is known"
    instead = f" instead of version {now}" if now is not None else ""
    return f"Version {found.version} is the last known good{known}: it could be gone back to{instead}."
