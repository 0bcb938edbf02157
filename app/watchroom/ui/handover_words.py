"""The words and signs of a checklist: what is missing and who holds it up, in sentences. All are plain text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from watchroom.domain.policy import QUESTION
from watchroom.domain.standing import Status
from watchroom.store.queries.checklist import Approved
from watchroom.ui.handover_lines import Count, Holder, Line, count, holders, holds_up
from watchroom.ui.text import count_of, one_line, some

STATUS_WORDS: dict[Status, str] = {
    "fail": "not met",
    "stale": "out of date",
    "unknown": "not known",
    "waived": "waived",
    "pass": "met",
}

ICONS: dict[Status, str] = {
    "fail": ":red[:material/cancel:]",
    "stale": ":orange[:material/history:]",
    "unknown": ":gray[:material/help:]",
    "waived": ":violet[:material/event_busy:]",
    "pass": ":green[:material/check_circle:]",
}
"""An icon of its own for each, so that colour is not all that tells them apart."""

_SQUARES: dict[Status, tuple[str, str]] = {
    "pass": ("green", "■"),
    "waived": ("violet", "▨"),
    "fail": ("red", "□"),
    "stale": ("orange", "□"),
    "unknown": ("gray", "□"),
}

_SILENT = "not answered"
"""Of a question that nobody has answered."""

NOBODY = "nobody"
ROLE_WORDS = {"data_science": "data science"}

SIGN_OFFS = {
    "approved": "signed off",
    "partly": "partly signed off",
    "void": "sign-off void",
    "expired": "sign-off ended",
    "rejected": "rejected",
    "missing": "not signed off",
}


def role(name: str) -> str:
    """A role's name in a sentence."""
    return ROLE_WORDS.get(name, one_line(name, 40))


def status(line: Line) -> str:
    """How an item stands, in a word or two."""
    found = line.standing.status
    return _SILENT if found == "unknown" and line.row.kind == QUESTION else STATUS_WORDS[found]


def squares(lines: Sequence[Line]) -> str:
    """A square for each item, in Markdown: met ones full, waived ones hatched, what is open hollow."""
    found = [line.standing.status for line in lines]
    return "".join(
        f":small[:{colour}[{sign * found.count(status)}]]"
        for status, (colour, sign) in _SQUARES.items() if status in found
    )  # fmt: skip


def answer(
    lines: Sequence[Line], stage: str | None, version: int, now: datetime, today: date, *, signed: bool = False
) -> str:
    """What is missing for a stage, who holds it up, and how it is over all stages; `signed`: the stage is approved."""
    every = count(lines, today)
    if not every.open:
        return f"Nothing is missing of version {version}: all {every.asked} items are {_met(every)}."
    of_stage = [line for line in lines if line.row.stage == stage]
    own = count(of_stage, today)
    over = f"Over all stages {every.open} of {count_of(every.asked, 'item')} {_are(every.open)} open."
    if stage is None:
        return f"{over} {_held(lines, now, today)}".strip()
    if not own.open:
        done = f"For {stage} nothing is missing of version {version}{'' if signed else ' but its sign-off'}."
        return " ".join(part for part in (done, _earlier(lines, stage), over, _held(lines, now, today)) if part)
    of = f"{own.open} of {count_of(own.asked, 'item')} of version {version} {_are(own.open)} missing"
    rest = over if every.open > own.open else ""
    said = (f"For {stage}, {of}{_blocking(own)}.", _earlier(lines, stage), _held(of_stage, now, today), rest)
    return " ".join(part for part in said if part)


def _earlier(lines: Sequence[Line], stage: str) -> str:
    """What of the stages before holds up its sign-off besides."""
    found = sum(holds_up(line, stage) and line.row.stage != stage for line in lines)
    return f"{count_of(found, 'item')} of earlier stages {'holds' if found == 1 else 'hold'} it up." if found else ""


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _met(found: Count) -> str:
    return f"met or waived ({found.waived} waived)" if found.waived else "met"


def _blocking(found: Count) -> str:
    if not found.blocking:
        none = "which does not stand" if found.open == 1 else "none of which stands"
        return f", {none} in the way of its sign-off"
    if found.blocking == found.open:
        return ", and it stands in the way of its sign-off" if found.open == 1 else ", and all hold up its sign-off"
    return f", and {found.blocking} of them {'holds' if found.blocking == 1 else 'hold'} up its sign-off"


def _held(lines: Sequence[Line], now: datetime, today: date) -> str:
    """Who holds it up most, and what nobody sees to."""
    found = holders(lines, now)
    named = [one for one in found if one.person is not None]
    nobody = next((len(one.lines) for one in found if one.person is None), 0)
    parts = [_most(named[0], now, today, alone=len(found) == 1)] if named else []
    if nobody:
        parts.append(f"Nobody sees to {count_of(nobody, 'item')}.")
    return " ".join(parts)


def _most(one: Holder, now: datetime, today: date, *, alone: bool) -> str:
    longest = one.longest(now)
    since = f", {'the longest ' if len(one.lines) > 1 else ''}for {count_of(longest, 'day')}" if longest else ""
    late = f"; {one.overdue(today)} past the date" if one.overdue(today) else ""
    what = "them all" if alone and len(one.lines) > 1 else f"{len(one.lines)} of them" if not alone else "it"
    return f"{one_line(one.person, 60)} has {what}{since}{late}."


def holder(one: Holder, now: datetime, today: date) -> str:
    """`data science · 4 open, 2 hold up the sign-off · the longest for 12 days · 1 past its date`."""
    longest = one.longest(now)
    parts = [
        some([role(name) for name in one.roles]),
        f"{len(one.lines)} open"
        + (f", {one.blocking} {'holds' if one.blocking == 1 else 'hold'} up the sign-off" if one.blocking else ""),
        f"{'the longest ' if len(one.lines) > 1 else ''}for {count_of(longest, 'day')}" if longest else "",
        f"{one.overdue(today)} past {'its' if one.overdue(today) == 1 else 'their'} date" if one.overdue(today) else "",
    ]
    return " · ".join(part for part in parts if part)


def stage_state(lines: Sequence[Line], today: date) -> str:
    """`8 of 11 met, 1 waived, 2 open`."""
    found = count(lines, today)
    if not found.asked:
        return "nothing is asked"
    waived = f", {found.waived} waived" if found.waived else ""
    still = f", {found.open} open" if found.open else ""
    return f"{found.met} of {found.asked} met{waived}{still}"


def sign_off(approved: Approved | None) -> str:
    """`not signed off`; empty where nothing is known of sign-offs."""
    return SIGN_OFFS.get(approved.status, one_line(approved.status, 30)) if approved is not None else ""


def day(moment: date) -> str:
    """`3 Dec 2026`."""
    return f"{moment.day} {moment:%b %Y}"
