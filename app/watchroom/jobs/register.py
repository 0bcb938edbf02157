"""The register of KPIs and what people said about models: agreements, proposals with their voices, and events.

All of it stands in the models' files and in the ledger; here it becomes tables, for pages, reports and SQL.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from watchroom.domain import kpi_register
from watchroom.domain.kpi_register import Terms
from watchroom.domain.roles import SPEAKING
from watchroom.ledger import Ledger, agreements, events, proposals
from watchroom.ledger.agreements import Agreements
from watchroom.ledger.proposals import Proposal
from watchroom.store.draft import Draft

Row = tuple[Any, ...]


def fill_register(draft: Draft, ledger: Ledger) -> None:
    """Fill `kpis`, `kpi_agreements`, `proposals`, `proposal_voices` and `events`. The table `models` must be there.

    The KPIs are those of the model's file, or what it last said while it has a mistake. Raises `LedgerError`; then
    nothing was filled.
    """
    agreed, proposed, happened = agreements.read(ledger), proposals.read(ledger), events.read(ledger)
    digests = fill_kpis(draft, agreed)
    draft.insert("kpi_agreements", [_agreement_row(one, digests) for one in agreed.all.values()])
    draft.insert("proposals", [_proposal_row(one) for one in proposed.all.values()])
    draft.insert("proposal_voices", [row for one in proposed.all.values() for row in _voice_rows(one)])
    draft.insert("events", [_event_row(one) for one in happened.all.values()])


def fill_kpis(draft: Draft, agreed: Agreements) -> dict[tuple[str, str], str]:
    """Fill `kpis`, and give the digest of each by model and name. Without agreements nobody has agreed to any."""
    known = _kpis(draft)
    draft.insert("kpis", [_kpi_row(model, place, kpi, agreed) for (model, place), kpi in known.items()])
    return {
        (model, kpi["name"]): kpi_register.digest_of(kpi_register.terms_of(kpi)) for (model, _), kpi in known.items()
    }


def _kpis(draft: Draft) -> dict[tuple[str, int], dict[str, Any]]:
    """Every KPI by its model and its place in the file, as a mapping of its fields."""
    rows = draft.connection.execute("select model, spec from room.models where spec is not null").fetchall()
    return {
        (model, place): kpi
        for model, spec in rows
        for place, kpi in enumerate(json.loads(spec).get("kpis", ()), start=1)
    }


def _kpi_row(model: str, place: int, kpi: dict[str, Any], agreed: Agreements) -> Row:
    terms: Terms = kpi_register.terms_of(kpi)
    digest = kpi_register.digest_of(terms)
    standing = agreed.standing(model, kpi["name"], digest)
    missing = [role for role in SPEAKING if role not in standing]
    said = (terms.sql, terms.unit, terms.target, terms.limit, terms.better)
    return (model, kpi["name"], place, *said, kpi.get("owner"), digest, list(standing), missing)


def _agreement_row(one: agreements.Agreement, digests: dict[tuple[str, str], str]) -> Row:
    holds = digests.get((one.model, one.kpi)) == one.digest
    said = (one.seq, _utc(one.at), one.actor, one.agrees, one.reason or None, one.digest, holds)
    return (one.model, one.kpi, one.role, *said)


def _proposal_row(one: Proposal) -> Row:
    given, verdict, result = one.proposed, one.verdict, one.result
    return (
        one.seq,
        _utc(one.at),
        one.actor,
        one.role,
        given.model,
        given.version,
        given.action,
        given.trigger,
        given.worth_per_month,
        given.due,
        one.state,
        _utc(verdict.at) if verdict else None,
        verdict.actor if verdict else None,
        verdict.reason if verdict else None,
        _utc(result.at) if result else None,
        result.text if result else None,
        result.version if result else None,
    )


def _voice_rows(one: Proposal) -> list[Row]:
    return [
        (one.seq, role, voice.seq, _utc(voice.at), voice.actor, voice.voice, voice.reason or None)
        for role, voice in one.voices.items()
    ]


def _event_row(one: events.Event) -> Row:
    what = one.happened
    said = (what.title, what.first_day, what.last_day, list(what.models), what.text or None)
    return (one.seq, _utc(one.at), one.actor, *said)


def _utc(at: datetime) -> datetime:
    """As the snapshot's tables hold it: UTC without a zone."""
    return at.replace(tzinfo=None)
