"""An entry of the ledger in words, for people and for whoever reads an export or a pack.

Each kind has its teller. One that finds another payload than it knows (an older or newer Watchroom wrote it) gives way
to what can be said of any entry, so that nothing in the history is left out or stops the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from watchroom.ledger import kinds, told_governance, told_people, told_program
from watchroom.ledger.entry import Entry
from watchroom.ledger.told_words import Told, name, place, quoted, words

__all__ = ["GROUPS", "Told", "about", "group_of", "refers_to", "tell"]

Teller = Callable[[Entry, dict[str, Any], Entry | None], Told]

GROUPS: dict[str, tuple[str, ...]] = {
    "Decisions": (kinds.SIGN_OFF, kinds.HANDOVER, kinds.PROPOSAL, kinds.KPI_AGREEMENT, kinds.APPROVAL_EVENT),
    "Checks and reviews": (kinds.CHECKLIST, kinds.FINDING, kinds.EVIDENCE, kinds.DRILL, kinds.COMPLIANCE),
    "Registry": (kinds.REGISTRY_EVENT,),
    "Alerts": (kinds.ALERT_EVENT, kinds.ALERT_ACT),
    "Notes and events": (kinds.NOTE, kinds.PIN, kinds.SAVED_VIEW, kinds.EVENT),
    "Refused": (kinds.REFUSAL,),
    "Messages": (kinds.NOTIFICATION, kinds.REPORT, kinds.REMINDER),
    "Visits": (kinds.VISIT,),
}
"""The kinds as people look for them. A kind that is in none of these stands for itself."""

_TELLERS: dict[str, Teller] = {
    kinds.REGISTRY_EVENT: told_program.registry_event,
    kinds.ALERT_EVENT: told_program.alert_event,
    kinds.NOTIFICATION: told_program.notification,
    kinds.REPORT: told_program.report,
    kinds.REMINDER: told_program.reminder,
    kinds.APPROVAL_EVENT: told_program.approval_event,
    kinds.COMPLIANCE: told_program.compliance,
    kinds.VISIT: told_program.visit,
    kinds.REFUSAL: told_people.refusal,
    kinds.ALERT_ACT: told_people.alert_act,
    kinds.NOTE: told_people.note,
    kinds.PIN: told_people.pin,
    kinds.SAVED_VIEW: told_people.saved_view,
    kinds.KPI_AGREEMENT: told_people.kpi_agreement,
    kinds.PROPOSAL: told_people.proposal,
    kinds.EVENT: told_people.event,
    kinds.SIGN_OFF: told_governance.sign_off,
    kinds.HANDOVER: told_governance.handover,
    kinds.DRILL: told_governance.drill,
    kinds.FINDING: told_governance.finding,
}

_OF_ITEMS: dict[str, Callable[[Entry, dict[str, Any], Entry | None, Mapping[str, str]], Told]] = {
    kinds.EVIDENCE: told_governance.evidence,
    kinds.CHECKLIST: told_governance.checklist,
}
"""Those that name items of checklists."""

_REFERENCES = ("proposal", "finding", "handover", "note", "event", "evidence", "drill", "sign_off")
"""What payloads call the entry that they are about, by its number. An alert goes by `a` and the number."""


def tell(entry: Entry, others: Mapping[int, Entry] | None = None, titles: Mapping[str, str] | None = None) -> Told:
    """The entry in words; `others` are the entries that it may be about, by number (`refers_to` says which).

    `titles` are what the items of checklists ask, by their id; without one an item goes by its id.
    """
    teller = _TELLERS.get(entry.kind)
    try:
        payload = entry.payload
        first = next((found for seq in refers_to(entry) if (found := (others or {}).get(seq)) is not None), None)
        if of_items := _OF_ITEMS.get(entry.kind):
            return of_items(entry, payload, first, titles or {})
        return teller(entry, payload, first) if teller else _any(entry, payload)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError):
        return _any(entry, {})


def refers_to(entry: Entry) -> tuple[int, ...]:
    """The numbers of the entries that this one is about, those before it alone; empty for none."""
    try:
        payload = entry.payload
        found = [payload.get(key) for key in _REFERENCES]
        alert = payload.get("alert")
    except (ValueError, AttributeError, RecursionError):
        return ()
    if isinstance(alert, str) and alert[:1] == "a" and alert[1:].isascii() and alert[1:].isdigit() and len(alert) < 18:
        found.append(int(alert[1:]))
    return tuple(one for one in found if type(one) is int and 0 < one < entry.seq)


def about(entries: Iterable[Entry]) -> tuple[int, ...]:
    """All numbers that a page of entries is about, each once."""
    return tuple(dict.fromkeys(seq for entry in entries for seq in refers_to(entry)))


def group_of(kind: str) -> str:
    """The group that a kind is looked for under; the kind itself in words for one of none."""
    return next((group for group, members in GROUPS.items() if kind in members), words(kind).capitalize())


def _any(entry: Entry, payload: Mapping[str, Any]) -> Told:
    """What can be said of any entry."""
    recorded = kinds.KINDS.get(entry.kind, f"an entry of the kind {words(entry.kind)}")
    act = f" ({words(payload['act'])})" if isinstance(payload.get("act"), str) else ""
    of = f", about {place(entry)}" if entry.model else ""
    said = next((payload[key] for key in ("text", "reason", "note", "why") if isinstance(payload.get(key), str)), "")
    return Told(f"recorded {name(recorded, 200)}{act}{of}", quoted(said))
