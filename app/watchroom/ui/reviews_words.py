"""The words and signs of reviews: what waits and since when, and findings as they stand. Sentences are plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from watchroom.store.queries.reviews import Waiting
from watchroom.ui.handover_words import role
from watchroom.ui.text import count_of, one_line, some

if TYPE_CHECKING:
    from watchroom.ledger.findings_read import Act, Finding

SEVERITY_ICONS = {
    "high": ":red[:material/error:]",
    "medium": ":orange[:material/warning:]",
    "low": ":gray[:material/info:]",
}
"""An icon of its own for each, so that colour is not all that tells them apart."""

STATE_COLOURS = {"open": "blue", "answered": "violet", "accepted": "green", "withdrawn": "gray"}

ACT_WORDS = {
    "opened": "opened it",
    "answered": "answered",
    "sent_back": "sent it back",
    "accepted": "accepted the answer",
    "reassigned": "gave it on",
    "changed": "changed it",
    "commented": "remarked",
    "withdrawn": "withdrew it",
}

ACT_ICONS = {
    "opened": ":material/flag:",
    "answered": ":material/reply:",
    "sent_back": ":material/undo:",
    "accepted": ":green[:material/check_circle:]",
    "reassigned": ":material/person_add:",
    "changed": ":material/edit:",
    "commented": ":material/chat_bubble:",
    "withdrawn": ":material/block:",
}

_SIGNED = {
    "partly": "is partly signed off",
    "void": "has a sign-off that is void",
    "expired": "has a sign-off that has ended",
    "missing": "is not signed off",
    "approved": "is signed off, and not for long",
    "rejected": "is rejected",
}


_SHORTER = {" does not hold: it ended": " ended", " does not hold: evidence changed: ": " is void: "}
"""What is said in few words where each has a line."""


def version_of(one: Waiting) -> str:
    """`Version 3, champion`."""
    marks = [name for name, holds in (("champion", one.is_champion), ("being handed over", one.handed_over)) if holds]
    return ", ".join((f"Version {one.version}", *marks))


def stands(one: Waiting, now: datetime) -> str:
    """What is up with a stage of a version, in a sentence."""
    if one.status == "approved" and one.until is not None:
        days = max((one.until - now).days, 0)
        return f"{one.stage} is signed off until {_day(one.until.date())}, {count_of(days, 'more day')}."
    reason = one.reason.partition(" Needed: ")[0].rstrip(".")  # whose sign-off is missing is said apart
    if reason and one.status in ("void", "expired", "rejected"):
        for long, brief in _SHORTER.items():
            reason = reason.replace(long, brief)
        return f"{one.stage}: {one_line(reason, 240)}."
    return f"{one.stage} {_SIGNED.get(one.status, one.status)}."


def whose(one: Waiting, owners: Mapping[str, str]) -> str:
    """Whose sign-off is missing: `reviewer (rita@x) and business (nobody is named)`; empty where nobody's is."""
    roles = some([f"{role(name)} ({owners.get(name) or 'nobody is named'})" for name in one.missing], 4)
    more = f"{count_of(one.people, 'person', 'people')} {'more' if roles else 'of any role'}" if one.people else ""
    return ", ".join(part for part in (roles, more) if part)


def severity(one: Finding) -> str:
    """The severity's icon and the title's place before it, in Markdown."""
    return SEVERITY_ICONS.get(one.found.severity, SEVERITY_ICONS["low"])


def about(one: Finding) -> str:
    """`version 3` or `every version`, and what it blocks."""
    version = f"version {one.found.version}" if one.found.version is not None else "every version"
    return f"{version}, blocks {one.found.blocks} and what comes after" if one.found.blocks else version


def due(one: Finding, today: date) -> str:
    """`due 4 Dec 2026`, `6 days past its date`; empty without a date, or when nothing is left to do."""
    if one.found.due is None or one.is_over:
        return ""
    late = (today - one.found.due).days
    return f"{count_of(late, 'day')} past its date" if late > 0 else f"due {_day(one.found.due)}"


def is_late(one: Finding, today: date) -> bool:
    """Whether its date has gone by and its owner has not answered."""
    return one.state == "open" and one.found.due is not None and one.found.due < today


def rounds(one: Finding) -> str:
    """`answered twice`, for whom it matters how long it has gone to and fro; empty before the first answer."""
    times = {0: "", 1: "answered once", 2: "answered twice"}
    return times.get(one.rounds, f"answered {one.rounds} times")


def did(act: Act) -> str:
    """What somebody did, plain text: `sent it back`, `gave it on: from a to b`."""
    change = f": {one_line(act.change, 300)}" if act.change else ""
    return f"{ACT_WORDS.get(act.name, act.name)}{change}"


def answer_of(found: Sequence[Finding], today: date) -> str:
    """How many findings are open, answered and late, and which of them hold something up."""
    live = [one for one in found if not one.is_over]
    if not live:
        over = f" {count_of(len(found), 'finding')} {'is' if len(found) == 1 else 'are'} over." if found else ""
        return f"No finding is open.{over}"
    answered = sum(one.state == "answered" for one in live)
    late = sum(is_late(one, today) for one in live)
    blocking = sum(one.found.blocks is not None for one in live)
    parts = [
        f"{count_of(len(live), 'finding')} {'is' if len(live) == 1 else 'are'} not accepted yet",
        f"{answered} answered and waiting for a reviewer" if answered else "",
        f"{late} past {'its' if late == 1 else 'their'} date" if late else "",
        f"{blocking} {'holds' if blocking == 1 else 'hold'} a stage up" if blocking else "",
    ]
    return "; ".join(part for part in parts if part) + "."


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
