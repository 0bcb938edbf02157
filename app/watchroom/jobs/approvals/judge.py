"""Judges every sign-off against what it was bound to, and what those of a version at a stage come to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from watchroom.domain.approval import Approval, Judged, approval, judged
from watchroom.domain.policy import SignOffRule
from watchroom.domain.signable import Part, Signable
from watchroom.jobs.approvals.basis import Asked, authors, rules
from watchroom.jobs.approvals.files import Changes, files_changed
from watchroom.ledger import Ledger
from watchroom.ledger.approvals import Approval as SignedOff
from watchroom.ledger.approvals import Key, SignOffs, read
from watchroom.store.draft import Draft

_NO_RULE = SignOffRule((), 1, 36_500, True)
"""For models whose policy is not known: what was signed holds, until its own end."""


@dataclass(frozen=True)
class Verdict:
    """What the sign-offs of a version at a stage come to, beside what they bind; None where nothing is known of it."""

    approval: Approval
    signable: Signable | None


def list_sign_offs(draft: Draft, ledger: Ledger, folder: Path) -> None:
    """Fill `approvals` with every sign-off, judged by its files, its time, and what the last refresh found.

    It is judged again when this refresh knows what there is; until then steps that ask for approvals have the last word
    there was. Raises `LedgerError`.
    """
    found = read(ledger)
    by_model = rules(draft)
    before = _bound_before(draft, found.all, by_model)
    asked = {model: one.rule for model, one in by_model.items()}
    changes = files_changed(_each(found), folder)
    verdicts = {
        key: _judged(found.of(*key), before.get(key), asked.get(key[0]), changes, draft.made_at) for key in found.all
    }
    draft.insert("approvals", approval_rows(found, verdicts))


def verdicts(
    found: SignOffs, now: Mapping[Key, Signable], asked: Mapping[str, SignOffRule], changes: Changes, at: datetime
) -> dict[Key, Verdict]:
    """What the sign-offs come to at `at` (UTC), of everything there is to be signed and everything that was."""
    keys = [*now, *(key for key in found.all if key not in now)]
    return {key: _judged(found.of(*key), now.get(key), asked.get(key[0]), changes, at) for key in keys}


def _judged(
    every: Iterable[SignedOff], now: Signable | None, rule: SignOffRule | None, changes: Changes, at: datetime
) -> Verdict:
    by = rule or _NO_RULE
    given = (one.given(changes.get(one.seq, ())) for one in every)
    return Verdict(approval(judged(given, now, by, at), by, now.held_up if now else ()), now)


def approval_rows(found: SignOffs, judgement: Mapping[Key, Verdict]) -> list[tuple[object, ...]]:
    """The rows of the table `approvals`, in the order of the ledger."""
    by_seq = {one.given.seq: one for verdict in judgement.values() for one in verdict.approval.sign_offs}
    return [_row(one, by_seq[one.seq]) for one in sorted(_each(found), key=lambda one: one.seq)]


def _row(signed: SignedOff, one: Judged) -> tuple[object, ...]:
    given = signed.sign_off
    return (
        signed.seq,
        naive(signed.at),
        given.model,
        given.version,
        given.stage,
        given.actor,
        given.role,
        given.decision,
        given.note or None,
        signed.imported.source if signed.imported else None,
        naive(one.until),
        one.status,
        one.reason or None,
    )


def naive(at: datetime | None) -> datetime | None:
    """UTC without its zone, as the snapshot's tables keep it."""
    return at.astimezone(UTC).replace(tzinfo=None) if at is not None else None


def _each(found: SignOffs) -> list[SignedOff]:
    return [one for every in found.all.values() for one in every]


def _bound_before(draft: Draft, keys: Iterable[Key], asked: Mapping[str, Asked]) -> dict[Key, Signable]:
    """What the last refresh left to be signed, of these, with who made it."""
    wanted = set(keys)
    parts: dict[Key, list[Part]] = {}
    models = sorted({model for model, _, _ in wanted})
    rows = draft.connection.execute(
        """select model, version, stage, part, digest, content from checks.signables
        where model in (select unnest($models::varchar[]))""",
        {"models": models},
    ).fetchall()
    for model, version, stage, name, digest, content in rows:
        if (model, version, stage) in wanted:
            parts.setdefault((model, version, stage), []).append(Part(name, digest, json.loads(content)))
    made = authors(draft)
    tiers = {model: one.tier for model, one in asked.items()}
    return {
        key: Signable(*key, tiers.get(key[0], ""), made.get(key[:2], ()), tuple(found)) for key, found in parts.items()
    }
