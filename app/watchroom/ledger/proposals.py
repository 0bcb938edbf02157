"""Proposals: something to be done about a model, with a voice for each role, who decided it, and what came of it.

Nothing is changed in place: each act is an entry, and a proposal is what its entries come to. Who may do what is
decided here and not on a page; an act against the rules is recorded as refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from watchroom.domain.roles import ADMIN, BUSINESS, DATA_SCIENCE, OPERATIONS, SPEAKING
from watchroom.errors import Refused
from watchroom.ledger.acts import (
    actor_of,
    in_words,
    keep_refusal,
    kept,
    must_be_somebody,
    must_fit,
    not_theirs,
    role_of,
    since,
)
from watchroom.ledger.alerts import Reader
from watchroom.ledger.book import Ledger
from watchroom.ledger.entry import Entry, Head, NewEntry, explaining_payload
from watchroom.ledger.kinds import PROPOSAL
from watchroom.ledger.people import Person

Said = Literal["for", "against", "abstains"]
VOICES: tuple[Said, ...] = ("for", "against", "abstains")

State = Literal["open", "accepted", "declined", "withdrawn", "done"]

DECIDING: tuple[str, ...] = (BUSINESS, ADMIN)
"""Who accepts or declines: the business owns the model's purpose, and pays for it."""

CLOSING: tuple[str, ...] = (BUSINESS, DATA_SCIENCE, OPERATIONS, ADMIN)
"""Who says that it is done: whoever may have done it."""

MAX_TEXT = 2000
"""Characters of a trigger, reason or result: a page of text; more belongs in a document, with its link here."""

MAX_ACTION = 60
"""Characters of an action's name."""


MOST_VERSIONS = 2**31
"""Below this are the numbers of versions that a registry and the snapshot hold."""

MOST_WORTH = 1e15
"""More than all money there is: no proposal is worth it."""


@dataclass(frozen=True)
class Proposed:
    """What is proposed: an action of the table `actions`, and what brought it about, in words with its numbers."""

    model: str
    version: int | None
    action: str
    trigger: str
    worth_per_month: float | None = None
    due: date | None = None


@dataclass(frozen=True)
class Voice:
    """What a role last said to a proposal. `at` is UTC; `reason` may be empty."""

    seq: int
    at: datetime
    actor: str
    role: str
    voice: Said
    reason: str


@dataclass(frozen=True)
class Verdict:
    """That it was accepted or declined: when (UTC), by whom, why, and which roles had not spoken."""

    at: datetime
    actor: str
    accepted: bool
    reason: str
    without: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What came of it, as the person who closed it wrote; `version` is the one that came of it, None for none."""

    at: datetime
    actor: str
    text: str
    version: int | None


@dataclass(frozen=True)
class Proposal:
    """A proposal as its entries leave it. `seq` is the entry that opened it; voices are by role."""

    seq: int
    at: datetime
    actor: str
    role: str | None
    proposed: Proposed
    voices: Mapping[str, Voice] = field(default_factory=dict)
    verdict: Verdict | None = None
    result: Result | None = None
    withdrawn: bool = False

    @property
    def state(self) -> State:
        """`open` until it is withdrawn, accepted or declined; what was accepted is `done` when it is closed."""
        if self.withdrawn:
            return "withdrawn"
        if self.result is not None:
            return "done"
        if self.verdict is None:
            return "open"
        return "accepted" if self.verdict.accepted else "declined"

    @property
    def silent(self) -> tuple[str, ...]:
        """The roles that have not spoken."""
        return tuple(role for role in SPEAKING if role not in self.voices)


@dataclass(frozen=True)
class Proposals:
    """Every proposal by its number, up to the entry `head`."""

    head: Head = field(default_factory=Head)
    all: Mapping[int, Proposal] = field(default_factory=dict)

    def of(self, model: str | None) -> tuple[Proposal, ...]:
        """The proposals about a model, or about all, the newest first."""
        found = [one for one in self.all.values() if model is None or one.proposed.model == model]
        return tuple(sorted(found, key=lambda one: -one.seq))


def read(ledger: Reader, known: Proposals | None = None) -> Proposals:
    """The proposals as the ledger has them now; with those read before, only what came since is read. `LedgerError`."""
    start = known or Proposals()
    head, leads, found = since(ledger, start.head, (PROPOSAL,))
    if head == start.head:
        return start
    every = dict(start.all) if leads else {}
    for entry in found:
        with explaining_payload(entry):
            one = _applied(every, entry)
        every[one.seq] = one
    return replace(start, head=head, all=every)


def open_proposal(ledger: Ledger, proposed: Proposed, by: Person) -> Proposal:
    """Puts something to everybody. Raises `Refused` without a role, an action or a reason to do it."""
    must_be_somebody(ledger, "open a proposal", by, proposed.model)
    payload = {
        "act": "opened",
        "action": must_fit("action", proposed.action, MAX_ACTION),
        "trigger": must_fit("reason", proposed.trigger, MAX_TEXT),
        "worth_per_month": _worth(proposed.worth_per_month),
        "due": proposed.due.isoformat() if proposed.due else None,
    }
    entry = NewEntry(PROPOSAL, actor_of(by), payload, role_of(by), kept(proposed.model), proposed.version)
    return _applied({}, ledger.append(entry))


def _worth(amount: float | None) -> float | None:
    """The amount, None for one that is no number. Raises `Refused` for what nobody has."""
    if amount is None or amount != amount or abs(amount) == math.inf:  # an int may be too long for a float
        return None
    if abs(amount) > MOST_WORTH:
        raise Refused("The worth is no amount of money.", why="It is more than all there is.")
    return float(amount)


def speak(ledger: Ledger, proposal: int, voice: Said, reason: str, by: Person, role: str) -> Proposal:
    """Says what a role thinks of it; the role's last word counts. Who is against it says why. Raises `Refused`."""
    if voice not in VOICES:
        raise Refused(f"A voice is one of {', '.join(VOICES)}.")
    said = must_fit("reason", reason, MAX_TEXT, empty=voice != "against")
    payload = {"act": "spoke", "voice": voice, "reason": said}

    def rule(found: Proposal) -> Refused | None:
        if role not in SPEAKING or role not in by.roles:
            return Refused(f"You cannot speak for {in_words(role)[:40]}.", next_step="Speak in a role that you hold.")
        return _must_be(found, "open")

    return _do(ledger, proposal, "speak to a proposal", payload, by, rule, role=role)


def decide(ledger: Ledger, proposal: int, accepted: bool, reason: str, by: Person) -> Proposal:
    """Accepts or declines it, with the reason; whose voice was missing is recorded. Raises `Refused`.

    It is recorded in the role that gave the right to it, and that role has spoken by deciding.
    """
    if not isinstance(accepted, bool):
        raise Refused("A proposal is accepted or declined.", next_step="Say which.")
    payload = {"act": "decided", "accepted": accepted, "reason": must_fit("reason", reason, MAX_TEXT)}

    def rule(found: Proposal) -> Refused | None:
        return _must_hold(by, DECIDING) or _must_be(found, "open")

    return _do(ledger, proposal, "decide a proposal", payload, by, rule, role=deciding_role(by))


def deciding_role(by: Person) -> str | None:
    """The role in which the person decides; None for one who may not. By deciding it has spoken."""
    return _held(by, DECIDING)


def close(ledger: Ledger, proposal: int, result: str, version: int | None, by: Person) -> Proposal:
    """Says that what was accepted is done, and what came of it. Raises `Refused`."""
    if version is not None and (type(version) is not int or not 1 <= version < MOST_VERSIONS):
        raise Refused("A version is a whole number from 1 on.", next_step="Give its number, or none.")
    payload = {"act": "closed", "result": must_fit("result", result, MAX_TEXT), "version": version}

    def rule(found: Proposal) -> Refused | None:
        return _must_hold(by, CLOSING) or _must_be(found, "accepted")

    return _do(ledger, proposal, "close a proposal", payload, by, rule, role=_held(by, CLOSING))


def withdraw(ledger: Ledger, proposal: int, by: Person) -> Proposal:
    """Takes it back while it is open; who opened it may, and an admin. Raises `Refused`."""
    must_be_somebody(ledger, "withdraw a proposal", by)

    def rule(found: Proposal) -> Refused | None:
        return not_theirs("proposal", found.actor, by) or _must_be(found, "open")

    return _do(ledger, proposal, "withdraw a proposal", {"act": "withdrawn"}, by, rule)


def _do(
    ledger: Ledger,
    proposal: int,
    tried: str,
    payload: Mapping[str, Any],
    by: Person,
    rule: Callable[[Proposal], Refused | None],
    *,
    role: str | None = None,
) -> Proposal:
    """Appends an act if the rule lets it, under the lock that the rule was looked up under."""
    with ledger.transaction() as transaction:
        found = read(transaction).all.get(proposal)
        gone = Refused("There is no such proposal.", next_step="Reload the page.")
        refused = rule(found) if found else gone
        if found is not None and refused is None:
            unheard = [one for one in found.silent if one != role]
            without = {"without": unheard} if payload["act"] == "decided" else {}
            said = {**payload, **without, "proposal": proposal}
            about = found.proposed
            new = NewEntry(PROPOSAL, actor_of(by), said, role or role_of(by), about.model, about.version)
            return _applied({proposal: found}, transaction.append_all([new])[0])
        keep_refusal(transaction, tried, by, refused, found.proposed.model if found else None)
    raise refused or gone


def _held(by: Person, roles: tuple[str, ...]) -> str | None:
    """The first of the roles that the person holds: the one that gives the right; None without one."""
    return next((role for role in roles if role in by.roles), None)


def _must_hold(by: Person, roles: tuple[str, ...]) -> Refused | None:
    if set(by.roles) & set(roles):
        return None
    wanted = " or ".join(in_words(role) for role in roles)
    return Refused(f"This takes the role {wanted}.", next_step="Ask somebody who has it; your voice is heard anyway.")


def _must_be(found: Proposal, state: State) -> Refused | None:
    if found.state == state:
        return None
    return Refused(f"The proposal is {found.state}.", next_step="Reload the page, or open another one.")


def _applied(every: Mapping[int, Proposal], entry: Entry) -> Proposal:
    """The proposal that an entry is about, as it leaves it."""
    said = entry.payload
    if said["act"] == "opened":
        due = date.fromisoformat(said["due"]) if said["due"] else None
        worth = said["worth_per_month"]
        proposed = Proposed(str(entry.model), entry.version, str(said["action"]), str(said["trigger"]), worth, due)
        return Proposal(entry.seq, entry.at, entry.actor, entry.role, proposed)
    before = every[int(said["proposal"])]
    match said["act"]:
        case "spoke":
            role = str(entry.role)
            voice = Voice(entry.seq, entry.at, entry.actor, role, said["voice"], str(said["reason"]))
            return replace(before, voices={**before.voices, role: voice})
        case "decided":
            without = tuple(str(one) for one in said["without"])
            verdict = Verdict(entry.at, entry.actor, bool(said["accepted"]), str(said["reason"]), without)
            return replace(before, verdict=verdict)
        case "closed":
            return replace(before, result=Result(entry.at, entry.actor, str(said["result"]), said["version"]))
        case "withdrawn":
            return replace(before, withdrawn=True)
    raise KeyError(said["act"])
