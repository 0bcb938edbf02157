"""What of handover and governance waits for whoever looks: handovers, findings, items that are due, sign-offs.

For somebody whose name is known it is theirs; for nobody in particular, what waits for anybody in the role.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from watchroom.domain.authors import same_person
from watchroom.domain.roles import REVIEWER
from watchroom.errors import LedgerError
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import news as queries
from watchroom.ui import book
from watchroom.ui.identity import current_user
from watchroom.ui.live import live
from watchroom.ui.proposals_known import today
from watchroom.ui.room import ask, noted
from watchroom.ui.text import count_of, one_line

if TYPE_CHECKING:
    from watchroom.ledger.findings import Finding, Findings
    from watchroom.ledger.handovers import Handovers

SOON = timedelta(days=7)
"""An item that is due this soon is told; what is due later is on the page Handover."""


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
    """All of it, what is due first first; nothing while the ledger cannot be read."""
    me = book.person(current_user()).name
    try:
        book.must_be_there()
        found = [*_handovers(model, me), *_findings(model, role, me)]
    except LedgerError:
        found = []
    every = [*found, *_items(model, me), *_sign_offs(model, role)]
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
        params = {"model": terms.model, "version": str(terms.version), "view": "Handovers"}
        found.append(Waiting(":material/swap_horiz:", text, terms.due, "handover", "See the handover", params))
    return found


def _findings(model: str | None, role: str, me: str) -> list[Waiting]:
    from watchroom.ledger.findings import read

    known: Findings = noted("findings", lambda: live("findings", read))
    return [_finding(one) for one in known.of(model) if _is_mine(one, role, me)]


def _is_mine(one: Finding, role: str, me: str) -> bool:
    if one.state == "answered":
        return role == REVIEWER and not any(same_person(me, by) for by in one.answered_by)
    if one.state != "open":
        return False
    return same_person(me, one.found.owner) if me else role != REVIEWER


def _finding(one: Finding) -> Waiting:
    what = "was answered and waits for the reviewer" if one.state == "answered" else "waits for an answer"
    text = f"Finding of {_title(one.found.model)}, “{one_line(one.found.title, 80)}”, {what}."
    params = {"model": one.found.model, "view": "Findings"}
    return Waiting(":material/report:", text, one.found.due, "reviews", "See the finding", params)


def _items(model: str | None, me: str) -> list[Waiting]:
    found = []
    for one in ask(queries.due_items, until=today() + SOON, model=model):
        if me and not same_person(me, one.person or ""):
            continue
        late = "overdue" if one.due < today() else "due soon"
        items = count_of(one.items, "item", "items")
        text = f"{one_line(one.title, 60)} version {one.version}: {items} of its checklist {late}."
        params = {"model": one.model, "version": str(one.version)}
        found.append(Waiting(":material/checklist:", text, one.due, "handover", "See the checklist", params))
    return found


def _sign_offs(model: str | None, role: str) -> list[Waiting]:
    return [
        Waiting(
            ":material/approval:",
            f"{one_line(one.title, 60)} version {one.version} is in service and waits for a sign-off of your role.",
            None,
            "handover",
            "See and sign",
            {"model": one.model, "version": str(one.version)},
        )
        for one in ask(queries.unsigned, role=role, model=model)
    ]


def _title(model: str) -> str:
    found = next((one.title for one in ask(model_queries.overview) if one.name == model), model)
    return one_line(found, 60)
