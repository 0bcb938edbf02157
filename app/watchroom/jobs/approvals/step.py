"""The step of a refresh that binds and judges sign-offs: what they bind, which hold, and what follows from that."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from watchroom.domain.signable import Signable
from watchroom.errors import LedgerError
from watchroom.jobs.approvals.basis import bases
from watchroom.jobs.approvals.events import record_events
from watchroom.jobs.approvals.files import files_changed
from watchroom.jobs.approvals.judge import Verdict, approval_rows, naive, verdicts
from watchroom.ledger import Ledger, signing
from watchroom.ledger.approvals import Key, read
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.store.whole import put_whole


@dataclass(frozen=True)
class Bound:
    """What the step found: every verdict, what went wrong, and in words what it did.

    `changed` says whether a table came out otherwise than the last refresh left it: then what rests on sign-offs has to
    be asked again.
    """

    verdicts: Mapping[Key, Verdict]
    problems: tuple[Problem, ...]
    detail: str
    changed: bool = False


def bind_sign_offs(draft: Draft, ledger: Ledger, folder: Path, *, append: bool) -> Bound:
    """Fill `signables`, `approvals` and `approval_states`, and record which approvals began and ended.

    `checks`, `check_subjects`, the policies and the tables of evidence must be there, and those of MLflow, the
    reference and the explanations. Without `append` nothing is written to the ledger. A ledger that fails is a problem,
    and the tables stay as they were.
    """
    try:
        return _bind(draft, ledger, folder, append=append)
    except LedgerError as error:
        problem = Problem("ledger", "error", "ledger, sign-offs", error.what, error.why, error.next_step)
        return Bound({}, (problem,), "the ledger could not be read or written")


def _bind(draft: Draft, ledger: Ledger, folder: Path, *, append: bool) -> Bound:
    signed, done, at = read(ledger), signing.read(ledger), draft.made_at
    changes = files_changed((one for every in signed.all.values() for one in every), folder)
    basis = bases(draft, signed.all, changes)
    now = {key: signing.signable(one, done, at) for key, one in basis.items()}
    asked = {one.model: one.rule for one in basis.values()}
    found = verdicts(signed, now, asked, changes, at)
    changed = put_whole(draft, "signables", _signable_rows(now))
    changed |= put_whole(draft, "approval_states", _state_rows(found))
    changed |= _put_approvals(draft, approval_rows(signed, found))
    recorded = record_events(ledger, found, signed.head) if append else 0
    return Bound(found, (), _detail(found, recorded), changed)


def _put_approvals(draft: Draft, rows: list[tuple[object, ...]]) -> bool:
    """The table of a part that is made anew by each refresh: what was listed first gives way."""
    before = draft.connection.execute("select * from room.approvals order by seq").fetchall()
    if before == rows:
        return False
    draft.connection.execute("delete from room.approvals")
    draft.insert("approvals", rows)
    return True


def _signable_rows(now: Mapping[Key, Signable]) -> list[tuple[object, ...]]:
    return [
        (*key, part.name, part.digest, json.dumps(part.content, ensure_ascii=False, sort_keys=True))
        for key, one in now.items()
        for part in one.parts
    ]


def _state_rows(found: Mapping[Key, Verdict]) -> list[tuple[object, ...]]:
    """Of what is in the registry; a sign-off of a version that is gone approves nothing."""
    states = {key: one.approval for key, one in found.items() if one.signable is not None}
    return [
        (*key, one.status, list(one.missing), one.people, naive(one.until), one.reason or None)
        for key, one in states.items()
    ]


def _detail(found: Mapping[Key, Verdict], recorded: int) -> str:
    counts = Counter(one.approval.status for one in found.values())
    told = [
        f"{name}: {counts[name]:,}" for name in ("approved", "partly", "void", "expired", "rejected") if counts[name]
    ]
    told += [f"begun or ended: {recorded:,}"] if recorded else []
    return ", ".join(told) or "nothing is signed"
