"""The findings of the second line in the snapshot, so that pages of all models and SQL have them without the ledger."""

from __future__ import annotations

from typing import Any

from watchroom.ledger import Ledger
from watchroom.ledger.findings_read import Finding, read
from watchroom.store.draft import Draft


def fill_findings(draft: Draft, ledger: Ledger) -> None:
    """Fill `findings` with every finding as its entries leave it."""
    found = read(ledger).all.values()
    draft.insert("findings", [_row(one) for one in found])


def _row(one: Finding) -> tuple[Any, ...]:
    what, last = one.found, one.last
    told = (what.model, what.version, what.severity, what.title, what.text or None, what.owner or None)
    ended = one.ended_at.replace(tzinfo=None) if one.ended_at else None
    standing = (what.due, what.blocks, one.state, one.rounds, last.at.replace(tzinfo=None), last.actor, ended)
    return (one.seq, one.at.replace(tzinfo=None), one.actor, *told, *standing)
