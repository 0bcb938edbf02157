"""What a refresh records of approvals: that one began, ended or turned void, with the reason; never twice the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchroom.jobs.approvals.judge import Verdict
from watchroom.ledger import Ledger
from watchroom.ledger.acts import kept
from watchroom.ledger.alerts import ACTOR, Reader
from watchroom.ledger.approvals import Key
from watchroom.ledger.entry import Head, NewEntry, explaining_payload, time_text
from watchroom.ledger.kinds import APPROVAL_EVENT, CHECKLIST, EVIDENCE, FINDING, SIGN_OFF

_BEARING = (SIGN_OFF, FINDING, CHECKLIST, EVIDENCE, APPROVAL_EVENT)
"""The kinds of entries that can make a verdict another one, and those of another refresh that has judged since."""


def record_events(ledger: Ledger, found: Mapping[Key, Verdict], judged: Head) -> int:
    """Appends what is otherwise than the ledger last says; how many entries that were. Raises `LedgerError`.

    `judged` is the head up to which the verdicts took the ledger into account. Looking and appending is one
    transaction: of two refreshes at once one records it. Of models of which something came after `judged` nothing is
    recorded: the verdict may be wrong by now, and the next refresh judges it again.
    """
    with ledger.transaction() as transaction:
        late = {one.model for kind in _BEARING for one in transaction.entries(kind=kind, after=judged.seq)}
        before = _last(transaction)
        sure = {key: one for key, one in found.items() if kept(key[0]) not in late}
        new = [entry for key, one in sure.items() if (entry := _change(key, one, before.get(_known(key))))]
        transaction.append_all(new)
    return len(new)


def _last(reader: Reader) -> dict[Key, str]:
    """The status that the ledger last recorded of each."""
    last: dict[Key, str] = {}
    for entry in reader.entries(kind=APPROVAL_EVENT):
        with explaining_payload(entry):
            last[entry.model or "", entry.version or 0, str(entry.payload["stage"])] = str(entry.payload["status"])
    return last


def _change(key: Key, verdict: Verdict, before: str | None) -> NewEntry | None:
    """What there is to record: nothing of what nobody ever signed, nor of what is as it was."""
    found = verdict.approval
    if found.status == before or (before is None and not found.sign_offs):
        return None
    model, version, stage = key
    payload: dict[str, Any] = {
        "stage": stage,
        "status": found.status,
        "before": before,
        "reason": found.reason,
        "until": time_text(found.until) if found.until else None,
        "sign_offs": [one.given.seq for one in found.sign_offs if one.approves],
    }
    return NewEntry(APPROVAL_EVENT, ACTOR, payload, None, kept(model), version)


def _known(key: Key) -> Key:
    return (kept(key[0]), key[1], key[2])
