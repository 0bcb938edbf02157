"""What of handover and governance waits for whoever looks: handovers, findings, items that are due, sign-offs.

What was answered, given to somebody or signed since the refresh stands here as it is now.

For somebody whose name is known it is theirs; for nobody in particular, what waits for anybody in the role.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from watchroom.domain.authors import is_author, same_person
from watchroom.domain.roles import REVIEWER
from watchroom.errors import LedgerError
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import news as queries
from watchroom.store.queries.checklist import Subject
from watchroom.store.queries.news import DueItems, Unsigned
from watchroom.ui import book, handover_known, sign_off_known
from watchroom.ui.identity import current_user
from watchroom.ui.live import live
from watchroom.ui.proposals_known import today
from watchroom.ui.reviews_known import may
from watchroom.ui.room import ask, noted, reading
from watchroom.ui.text import count_of, one_line

if TYPE_CHECKING:
    from watchroom.ledger.checklist_read import Told
    from watchroom.ledger.findings_read import Finding, Findings
    from watchroom.ledger.handovers import Handovers

SOON = timedelta(days=7)
"""An item that is due this soon is told; what is due later is on the page Handover."""

DEPLOY = "deploy"
"""The stage whose sign-offs a champion needs."""


@dataclass(frozen=True)
class Waiting:
    """Something that waits: plain text, when it is due (None: no date), and the page that it leads to."""

    icon: str
    text: str
    due: date | None
    page: str
    label: str
    params: dict[str, str]


def waits(model: str | None, role: str) -> list[Waiting]:
    """All of it, what is due first first; while the ledger cannot be read that is said, with what the refresh saw."""
    user = current_user()
    me = user.email or user.name
    found: list[Waiting] = []
    try:
        book.must_be_there()
        found = [*_handovers(model, me), *_findings(model, role, me)]
    except LedgerError as problem:
        text = f"Handovers and findings cannot be told: the ledger cannot be read. {problem.what}"
        found = [Waiting(":material/warning:", text, None, "history", "See History", {})]
    every = [*found, *_items(model, me), *_sign_offs(model, role, me)]
    return sorted(every, key=lambda one: (one.due or date.max, one.text))


def _handovers(model: str | None, me: str) -> list[Waiting]:
    from watchroom.ledger.handovers import read

    known: Handovers = noted("handovers", lambda: live("handovers", read))
    found = []
    for one in known.of(model):
        waits_for = one.waits_for
        if waits_for is None or (me and not same_person(me, waits_for)):
            continue
        what = "to be accepted" if one.given else "to be signed by the giver"
        whom = "you" if me else one_line(waits_for, 60)
        terms = one.terms
        text = f"{_title(terms.model)} version {terms.version} is handed over, {what}: it waits for {whom}."
        params = {"model": terms.model, "version": str(terms.version), "view": "Handovers", "stage": terms.stage}
        found.append(Waiting(":material/swap_horiz:", text, terms.due, "handover", "See the handover", params))
    return found


def _findings(model: str | None, role: str, me: str) -> list[Waiting]:
    from watchroom.ledger.findings_read import read

    known: Findings = noted("findings", lambda: live("findings", read))
    return [_finding(one) for one in known.of(model) if _is_mine(one, role, me)]


def _is_mine(one: Finding, role: str, me: str) -> bool:
    if one.state == "answered":
        # Who made the version or answered may not accept, and is not asked to.
        return role == REVIEWER and (not me or "accept" in may(one))
    if one.state != "open":
        return False
    return same_person(me, one.found.owner) if me else role != REVIEWER


def _finding(one: Finding) -> Waiting:
    what = "was answered and waits for the reviewer" if one.state == "answered" else "waits for an answer"
    text = f"Finding of {_title(one.found.model)}, “{one_line(one.found.title, 80)}”, {what}."
    params = {"model": one.found.model, "view": "Findings"}
    return Waiting(":material/report:", text, one.found.due, "reviews", "See the finding", params)


def _items(model: str | None, me: str) -> list[Waiting]:
    return [_due(one) for one in _due_items(model) if not me or same_person(me, one.person or "")]


def _due_items(model: str | None) -> list[DueItems]:
    """As the refresh saw them; of versions on whose checklist somebody acted since, as they stand now."""
    until, acted = today() + SOON, _acted_since()
    found = [one for one in ask(queries.due_items, until=until, model=model) if (one.model, one.version) not in acted]
    for name, version in sorted(acted):
        if model in (None, name) and (subject := handover_known.subject_of(name, version)) is not None:
            found += _due_now(subject, until)
    return found


def _acted_since() -> set[tuple[str, int]]:
    """The versions on whose checklists somebody acted since the refresh; none while the ledger cannot be read."""
    every = handover_known.known()
    if every is None:
        return set()
    with reading() as snapshot:
        made_at = snapshot.made_at
    return {(model, version) for (model, version, _), told in every.all.items() if _last(told) > made_at}


def _last(told: Told) -> datetime:
    """When somebody last answered, waived, lifted a waiver or gave it to somebody; long ago for never."""
    at = [one.at for one in told.answers[-1:]] + [one.at for one in told.assignments[-1:]]
    at += [one.lifted_at or one.at for one in told.waivers[-1:]]
    return max(at, default=datetime.min.replace(tzinfo=UTC))


def _due_now(subject: Subject, until: date) -> list[DueItems]:
    by_person: dict[str | None, list[date]] = {}
    for line in handover_known.lines(subject):
        if line.open and line.due is not None and line.due <= until:
            by_person.setdefault(line.person, []).append(line.due)
    return [
        DueItems(subject.model, subject.title, subject.version, person, len(days), min(days))
        for person, days in by_person.items()
    ]


def _due(one: DueItems) -> Waiting:
    late = "overdue" if one.due < today() else "due soon"
    items = count_of(one.items, "item", "items")
    text = f"{one_line(one.title, 60)} version {one.version}: {items} of its checklist {late}."
    params = {"model": one.model, "version": str(one.version), "stage": "all"}
    return Waiting(":material/checklist:", text, one.due, "handover", "See the checklist", params)


def _sign_offs(model: str | None, role: str, me: str) -> list[Waiting]:
    """Champions that wait for the role, as signed by now; none that whoever looks made or has signed."""
    return [
        Waiting(
            ":material/approval:",
            f"{one_line(one.title, 60)} version {one.version} is in service and waits for a sign-off of your role.",
            None,
            "handover",
            "See and sign",
            {"model": one.model, "version": str(one.version), "stage": DEPLOY},
        )
        for one in ask(queries.unsigned, role=role, model=model)
        if not (me and is_author(me, one.barred)) and _still_waits(one, role, me)
    ]


def _still_waits(one: Unsigned, role: str, me: str) -> bool:
    """Whether it waits for the role by what was signed since the refresh, and not only for others than `me`."""
    try:
        signed = sign_off_known.sign_offs().of(one.model, one.version, DEPLOY)
        with reading() as snapshot:
            made_at = snapshot.made_at
        if not any(given.written_at > made_at for given in signed):
            return True
        now = sign_off_known.known(one.model, one.version, DEPLOY)
    except LedgerError:
        return True
    if now is None:
        return True
    found = now.approval
    mine = me and any(by.status == "valid" and same_person(me, by.given.actor) for by in now.held)
    if found.status in ("approved", "rejected") or mine:
        return False
    return replace(one, missing=found.missing, people=found.people).waits_for(role)


def _title(model: str) -> str:
    found = next((one.title for one in ask(model_queries.overview) if one.name == model), model)
    return one_line(found, 60)
