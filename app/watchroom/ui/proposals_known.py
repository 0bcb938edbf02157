"""The proposals of the room, read live from the ledger, and what whoever looks may do with one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal

from watchroom.domain.roles import SPEAKING
from watchroom.errors import LedgerError
from watchroom.ui import book
from watchroom.ui.identity import current_user
from watchroom.ui.live import live
from watchroom.ui.room import noted
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.proposals import Proposal, Proposals

Act = Literal["speak", "decide", "close", "withdraw"]


def known() -> Proposals | None:
    """Every proposal as of this rerun; None while the ledger cannot be read."""
    return noted("proposals", _read)


def _read() -> Proposals | None:
    try:
        book.must_be_there()
        from watchroom.ledger.proposals import read

        return live("proposals", read)
    except LedgerError:
        return None


def under_way(every: Proposals, model: str, action: str) -> Proposal | None:
    """The newest proposal of that action that is open, or accepted and not done; None without one."""
    own = (one for one in every.of(model) if one.proposed.action == action)
    return next((one for one in own if one.state in ("open", "accepted")), None)


def may(found: Proposal) -> tuple[Act, ...]:
    """What whoever looks may do with it as it stands. The ledger asks again when it is done."""
    from watchroom.domain.roles import ADMIN
    from watchroom.ledger.acts import actor_of
    from watchroom.ledger.proposals import CLOSING, DECIDING

    by = book.person(current_user())
    held = set(by.roles)
    acts: list[Act] = []
    if found.state == "open":
        acts += ["speak"] if held & set(SPEAKING) else []
        acts += ["decide"] if held & set(DECIDING) else []
        acts += ["withdraw"] if held and (found.actor == actor_of(by) or ADMIN in held) else []
    elif found.state == "accepted" and held & set(CLOSING):
        acts.append("close")
    return tuple(acts)


def waiting(every: Proposals, role: str) -> tuple[Proposal, ...]:
    """The open proposals to which the role has not spoken, and for who decides all open ones; the soonest due first."""
    from watchroom.ledger.proposals import DECIDING

    found = [
        one for one in every.all.values()
        if one.state == "open" and ((role in SPEAKING and role in one.silent) or role in DECIDING)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.proposed.due or date.max, one.seq)))


def today() -> date:
    """The day in the workspace's zone."""
    return datetime.now(UTC).astimezone(facts().zone).date()
