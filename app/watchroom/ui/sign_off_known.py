"""What there is to be signed, and the sign-offs, with what people did since the refresh: read live from the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from watchroom.domain.approval import Approval, Judged, approval
from watchroom.domain.signable import Signable
from watchroom.domain.signing import Basis
from watchroom.errors import LedgerError
from watchroom.store.queries import approvals as queries
from watchroom.ui import book
from watchroom.ui.live import live
from watchroom.ui.room import ask, noted

if TYPE_CHECKING:
    from watchroom.ledger.alerts import Reader
    from watchroom.ledger.approvals import Current, SignOffs
    from watchroom.ledger.findings_read import Finding
    from watchroom.ledger.signing import Done


@dataclass(frozen=True)
class Known:
    """What is known of a version at a stage: what there is to be signed, by whose rule, and what was signed."""

    basis: Basis
    signable: Signable
    approval: Approval

    @property
    def held(self) -> tuple[Judged, ...]:
        """Every sign-off there is, judged, the oldest first."""
        return self.approval.sign_offs


def known(model: str, version: int, stage: str) -> Known | None:
    """Of a version at a stage as of this rerun; None for one that is not checked. Raises `LedgerError`."""
    basis = ask(queries.basis, model=model, version=version, stage=stage)
    if basis is None:
        return None
    from watchroom.ledger.approvals import standing
    from watchroom.ledger.signing import current_now

    now = datetime.now(UTC)
    there = current_now(basis, _done(), now)
    found = standing(sign_offs(), there, now)
    return Known(basis, there.signable, approval(found, basis.rule, there.signable.held_up))


def sign_offs() -> SignOffs:
    """Every sign-off, as of this rerun. Raises `LedgerError`."""

    def read() -> SignOffs:
        book.must_be_there()
        from watchroom.ledger.approvals import read as read_sign_offs

        return live("sign_offs", read_sign_offs)

    return noted("sign_offs", read)


def _done() -> Done:
    def read() -> Done:
        book.must_be_there()
        from watchroom.ledger.signing import read as read_done

        return live("signing", read_done)

    return noted("signing", read)


def findings_against(model: str, version: int, stage: str) -> tuple[Finding, ...]:
    """The findings that keep a version from being approved at a stage, the oldest first. Raises `LedgerError`."""
    return _done().findings.blocking(model, version, stage)


def at_the_click(model: str, version: int, stage: str) -> Callable[[Reader], Current]:
    """What says under the ledger's lock what there is to be signed, by the snapshot that is current then.

    Raises `LedgerError` for a version that is not checked.
    """
    basis = ask(queries.basis, model=model, version=version, stage=stage)
    if basis is None:
        raise LedgerError(
            "This version is not checked, and cannot be signed.",
            why="The champion, the challenger, the newest one and those of handovers are.",
        )
    from watchroom.ledger.signing import current_of

    return current_of(basis, _done())
