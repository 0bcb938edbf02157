"""Handing a model version over: beginning it, the giver's signature, the receiver's acceptance, and who may do what.

The giver signs what they saw, by its digest, and the receiver accepts the same: where something has become worse in
between, the giver signs again. With the acceptance the roles named in it move, and so do the giver's open alerts and
findings of that model, all in one transaction. What is refused is recorded as refused.

Nobody gives away what is not theirs: the giver holds one of the roles that move, and a role goes to the receiver, who
accepts it, or to somebody who has one of that model already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from watchroom.domain.alerts import Alert
from watchroom.domain.authors import acts_as, same_name, same_person
from watchroom.domain.handover import OWNING, Handover, Terms, moved
from watchroom.domain.policy import STAGES
from watchroom.domain.roles import ADMIN
from watchroom.domain.signable import Signable, differences
from watchroom.errors import Refused
from watchroom.ledger import alerts, findings, findings_read
from watchroom.ledger.acts import actor_of, keep_refusal, kept, must_be_somebody, must_fit, role_of
from watchroom.ledger.alert_acts import handed_over
from watchroom.ledger.alerts import Reader
from watchroom.ledger.book import Ledger, Transaction
from watchroom.ledger.entry import NewEntry
from watchroom.ledger.handovers_read import Handovers, applied, read
from watchroom.ledger.kinds import HANDOVER
from watchroom.ledger.people import NOT_SIGNED_IN, Person

__all__ = [
    "Handovers",
    "accept",
    "begin",
    "change",
    "comment",
    "decline",
    "give",
    "may",
    "not_theirs_to_move",
    "read",
    "settle",
    "take_back",
    "withdraw",
]

MAX_TEXT = 2000
"""Characters of a note, reason or comment: a page of text; more belongs in a document, with its link here."""

MAX_PERSON = 200
"""Characters of a person's name or address, as for alerts."""

MAX_TEAM = 100
"""Characters of a team's name."""

REFRESH = "watchroom refresh"
"""Who is said to have seen that a model's file names its owners itself."""

Payload = Mapping[str, Any]
Rule = Callable[[Handover], Refused | None]
Seeing = Callable[[Reader], Signable]
"""Says, from the ledger as it is, what there is to be signed of the version at the stage."""
Held = Mapping[str, str | None]
"""Who holds which role of a model."""


def begin(ledger: Ledger, terms: Terms, by: Person) -> Handover:
    """Begins a handover; it waits for the giver then. Anybody with a role may. Raises `Refused`.

    Of a version at a stage one handover at most is under way.
    """
    must_be_somebody(ledger, "begin a handover", by, terms.model)
    payload = {"act": "begun", **_checked(terms)}
    with ledger.transaction() as transaction:
        refused = _wrong_people(terms) or _wrong_day(terms) or _twice(terms, read(transaction))
        if refused is None:
            new = NewEntry(HANDOVER, actor_of(by), payload, role_of(by), kept(terms.model), terms.version)
            return applied({}, transaction.append_all([new])[0])
        keep_refusal(transaction, "begin a handover", by, refused, terms.model)
    raise refused


def change(ledger: Ledger, handover: int, terms: Terms, by: Person, *, seen: int) -> Handover:
    """Gives it other terms; a giver who had signed signs again. The giver, who began it and an admin may.

    Model, version and stage stay as they are. `seen` is the `last_seq` that the person had seen. Raises `Refused`.
    """
    payload = {"act": "changed", **_checked(terms)}

    def rule(found: Handover) -> Refused | None:
        theirs = _must_be_of(by, (found.actor, found.terms.giver), "change it")
        return (
            theirs or _over(found) or _same_thing(found, terms) or _wrong_people(terms) or _changed_since(found, seen)
        )

    return _do(ledger, handover, "change a handover", payload, by, rule)


def comment(ledger: Ledger, handover: int, text: str, by: Person) -> Handover:
    """Adds a remark; it undoes nobody's act. Anybody with a role may, also when it is over. Raises `Refused`."""
    payload = {"act": "commented", "text": must_fit("comment", text, MAX_TEXT)}
    return _do(ledger, handover, "comment on a handover", payload, by, lambda found: None)


def give(
    ledger: Ledger, handover: int, by: Person, current: Seeing, digest: str, was: Held, note: str = "", *, seen: int
) -> Handover:
    """The giver signs the terms and the evidence that they saw. Raises `Refused`.

    `seen` is the `last_seq` of the handover and `digest` that of the evidence as the person saw them; both travel with
    the button. `current` says, from the ledger as it is under the lock, what there is to be signed, and `was` who holds
    the model's roles as far as is known. Nobody signs for the giver, nobody while something blocks the stage, and
    nobody for roles that are not theirs (`not_theirs_to_move`).
    """
    said = must_fit("note", note, MAX_TEXT, empty=True)

    def make(transaction: Transaction, found: Handover) -> Payload | Refused:
        if refused := _must_be_them(found.terms.giver, "giver", by) or _must_wait_for_giver(found):
            return refused
        if refused := _changed_since(found, seen) or not_theirs_to_move(found, read(transaction), was, by):
            return refused
        now = current(transaction)
        signed = {"act": "given", "digest": now.digest, "parts": now.content, "note": said}
        return _current(found, now, digest) or signed

    return _attempt(ledger, handover, "sign a handover", by, make)


def take_back(ledger: Ledger, handover: int, reason: str, by: Person) -> Handover:
    """The giver takes their signature back, before it is accepted; it waits for them again. Raises `Refused`."""
    payload = {"act": "taken_back", "reason": must_fit("reason", reason, MAX_TEXT)}

    def rule(found: Handover) -> Refused | None:
        return _must_be_them(found.terms.giver, "giver", by) or _must_be_given(found)

    return _do(ledger, handover, "take a signature back", payload, by, rule)


def accept(
    ledger: Ledger,
    handover: int,
    by: Person,
    current: Seeing,
    digest: str,
    was: Held,
    note: str = "",
    *,
    seen: int,
) -> Handover:
    """The receiver accepts what the giver signed, and holds the roles named from then on. Raises `Refused`.

    `current`, `digest`, `seen` and `was` are as for `give`; `was` is kept, so that it can be told later whether the
    model's file has been written since. Where the giver holds none of the roles any more, or evidence got worse since
    they signed, it is refused. The giver's open alerts and findings of the model go to the receiver with it.
    """
    said = must_fit("note", note, MAX_TEXT, empty=True)

    def make(transaction: Transaction, found: Handover) -> Payload | Refused:
        if refused := _must_be_them(found.terms.receiver, "receiver", by) or _must_be_given(found):
            return refused
        if refused := _changed_since(found, seen) or not_theirs_to_move(found, read(transaction), was):
            return refused
        now = current(transaction)
        taken = {"act": "accepted", "digest": now.digest, "reason": said}
        before = {"was": {role: was.get(role) for role in found.terms.owners}}
        return _current(found, now, digest) or _worse(found, now) or {**taken, **before, **_left(transaction, found)}

    return _attempt(ledger, handover, "accept a handover", by, make, then=_bring)


def decline(ledger: Ledger, handover: int, reason: str, by: Person) -> Handover:
    """The receiver does not take it, and says why; it is over then. Raises `Refused`."""
    payload = {"act": "declined", "reason": must_fit("reason", reason, MAX_TEXT)}

    def rule(found: Handover) -> Refused | None:
        return _must_be_them(found.terms.receiver, "receiver", by) or _over(found)

    return _do(ledger, handover, "decline a handover", payload, by, rule)


def withdraw(ledger: Ledger, handover: int, reason: str, by: Person) -> Handover:
    """Takes it back while it is under way, with the reason; the giver, who began it and an admin may. `Refused`."""
    payload = {"act": "withdrawn", "reason": must_fit("reason", reason, MAX_TEXT)}

    def rule(found: Handover) -> Refused | None:
        return _must_be_of(by, (found.actor, found.terms.giver), "withdraw it") or _over(found)

    return _do(ledger, handover, "withdraw a handover", payload, by, rule)


def settle(ledger: Ledger, settled: Mapping[int, Iterable[str]]) -> int:
    """Notes for which roles the models' files decide again, by handover; what a refresh saw. Returns how many it noted.

    Two refreshes at once note it once. Raises `LedgerError`.
    """
    if not settled:
        return 0
    with ledger.transaction() as transaction:
        every = read(transaction).all
        new = [_settled(every[seq], roles) for seq, roles in settled.items() if seq in every]
        return len(transaction.append_all(one for one in new if one is not None))


def may(found: Handover, by: Person) -> tuple[str, ...]:
    """What a person may do with it as it stands, by the names of the functions here. The act asks again.

    For the page to know which buttons to offer; whether evidence is current is asked when it is done.
    """
    if role_of(by) is None:
        return ()
    acts = ["comment"]
    if found.under_way:
        gives = _must_be_them(found.terms.giver, "giver", by) is None
        receives = _must_be_them(found.terms.receiver, "receiver", by) is None
        acts += ["give"] if gives and found.given is None else []
        acts += ["take_back"] if gives and found.given else []
        acts += ["accept"] if receives and found.given else []
        acts += ["decline"] if receives else []
        acts += ["change", "withdraw"] if _must_be_of(by, (found.actor, found.terms.giver), "") is None else []
    return tuple(acts)


def not_theirs_to_move(found: Handover, every: Handovers, was: Held, by: Person | None = None) -> Refused | None:
    """Why the roles of a handover may not move as it says; None where they may.

    The giver has to hold one of them; where nobody holds any of them an admin gives, which is asked of `by`, None for
    a giver who has signed. A role goes to the receiver, or to who has one of the model already. `was` is who holds the
    model's roles as the page knows; what was accepted since counts too. Names are compared strictly.
    """
    terms = found.terms
    held = _held_now(terms.model, every, was)
    people = list(dict.fromkeys(person for role in terms.owners if (person := held.get(role))))
    if terms.owners and not people:
        if by is not None and ADMIN not in by.roles:
            return _nobodys()
    elif terms.owners and not any(acts_as(terms.giver, one) for one in people):
        return _not_the_givers(terms, people)
    known = [terms.receiver, *(person for person in held.values() if person)]
    strange = [to for to in terms.owners.values() if not any(same_name(to, one) for one in known)]
    return _stranger(strange[0]) if strange else None


def _held_now(model: str, every: Handovers, was: Held) -> Held:
    """Who holds the roles of a model: as was seen, and as it was handed over since."""
    named = {role: person for role, person in was.items() if person}
    since = moved(every.of(model), {model: named}).held
    return {**named, **{one.role: one.person for one in since}}


def _nobodys() -> Refused:
    return Refused(
        "Nobody holds these roles.",
        why="What is nobody's only an admin gives.",
        next_step="Name an admin as the giver, or let a role that the giver holds move with it.",
    )


def _not_the_givers(terms: Terms, people: list[str]) -> Refused:
    return Refused(
        "The giver holds none of the roles that move.",
        why=f"They are of {', '.join(people[:3])}; the giver is {terms.giver}.",
        next_step="Name as the giver who holds one of them, by that very name or address.",
    )


def _stranger(to: str) -> Refused:
    return Refused(
        f"{to[:MAX_PERSON]} has not agreed to it.",
        why="A role goes to the receiver, who accepts it, or to somebody who has one of this model already.",
        next_step="Hand it over to the receiver; they can hand it on.",
    )


def _do(ledger: Ledger, handover: int, tried: str, payload: Payload, by: Person, rule: Rule) -> Handover:
    """Appends an act if the rule lets it."""
    return _attempt(ledger, handover, tried, by, lambda _, found: rule(found) or payload)


def _attempt(
    ledger: Ledger,
    handover: int,
    tried: str,
    by: Person,
    make: Callable[[Transaction, Handover], Payload | Refused],
    *,
    then: Callable[[Transaction, Handover, Person], None] | None = None,
) -> Handover:
    """Appends what `make` gives, or records why it may not be; `then` follows it, all under one lock."""
    must_be_somebody(ledger, tried, by)
    with ledger.transaction() as transaction:
        found = read(transaction).all.get(handover)
        made = make(transaction, found) if found else _gone()
        if found is not None and not isinstance(made, Refused):
            new = NewEntry(
                HANDOVER, actor_of(by), {**made, "handover": handover}, role_of(by), found.terms.model,
                found.terms.version,
            )  # fmt: skip
            after = applied({handover: found}, transaction.append_all([new])[0])
            if then is not None:
                then(transaction, after, by)
            return after
        refused = made if isinstance(made, Refused) else _gone()
        keep_refusal(transaction, tried, by, refused, found.terms.model if found else None)
    raise refused


def _left(transaction: Transaction, found: Handover) -> Payload:
    """The giver's open alerts and findings of the model, by their ids."""
    return {
        "alerts": [one.alert_id for one in _alerts_of(transaction, found.terms)],
        "findings": [one.seq for one in findings_read.read(transaction).owned_by(found.terms.giver, found.terms.model)],
    }


def _alerts_of(transaction: Transaction, terms: Terms) -> list[Alert]:
    return [
        one for one in alerts.alerts(transaction, model=terms.model)
        if not one.is_over and one.assigned and same_person(one.assigned, terms.giver)
    ]  # fmt: skip


def _bring(transaction: Transaction, found: Handover, by: Person) -> None:
    """Gives the receiver what the giver had to see to."""
    terms = found.terms
    told = f"Came with handover {found.seq}, from {terms.giver}."
    transaction.append_all(handed_over(one, terms.receiver, told, by) for one in _alerts_of(transaction, terms))
    theirs = findings_read.read(transaction).owned_by(terms.giver, terms.model)
    findings.reassign_in(transaction, theirs, terms.receiver, by, told)


def _settled(found: Handover, roles: Iterable[str]) -> NewEntry | None:
    if not (new := sorted(set(roles) - found.settled)):
        return None
    said = {"act": "in_file", "handover": found.seq, "roles": new}
    return NewEntry(HANDOVER, REFRESH, said, None, found.terms.model, found.terms.version)


def _checked(terms: Terms) -> dict[str, Any]:
    """What stands in the entry. Raises `Refused` for what cannot be kept."""
    if terms.stage not in STAGES:
        raise Refused(f"A stage is one of {', '.join(STAGES)}.")
    if type(terms.version) is not int or terms.version < 1:
        raise Refused("A version is a whole number from 1 on.", next_step="Choose the version that is handed over.")
    if unknown := [role for role in terms.owners if role not in OWNING]:
        raise Refused(f"There is no role {unknown[0][:40]!r} to be held.", why=f"They are {', '.join(OWNING)}.")
    return {
        "stage": terms.stage,
        "from_team": must_fit("team that gives", terms.from_team, MAX_TEAM, empty=True),
        "to_team": must_fit("team that receives", terms.to_team, MAX_TEAM, empty=True),
        "giver": must_fit("giver", terms.giver, MAX_PERSON),
        "receiver": must_fit("receiver", terms.receiver, MAX_PERSON),
        "due": terms.due.isoformat() if terms.due else None,
        "note": must_fit("note", terms.note, MAX_TEXT, empty=True),
        "owners": {role: must_fit("new owner", person, MAX_PERSON) for role, person in terms.owners.items()},
    }


def _gone() -> Refused:
    return Refused("There is no such handover.", next_step="Reload the page.")


def _wrong_people(terms: Terms) -> Refused | None:
    if same_person(terms.receiver, terms.giver):
        return Refused(
            "Giver and receiver are the same person.", why="A handover takes two.", next_step="Name another."
        )
    return None


def _wrong_day(terms: Terms) -> Refused | None:
    # The person's own day may be one behind or ahead of UTC's.
    if terms.due is not None and (datetime.now(UTC).date() - terms.due).days > 1:
        return Refused("The date is past.", next_step="Choose a later one, or none.")
    return None


def _twice(terms: Terms, every: Handovers) -> Refused | None:
    same = [one for one in every.of(terms.model, terms.version) if one.under_way and one.terms.stage == terms.stage]
    if not same:
        return None
    one = same[0]
    return Refused(
        f"Version {terms.version} is being handed over at this stage already.",
        why=f"{one.actor} began it on {one.at:%Y-%m-%d}; it waits for {one.waits_for}.",
        next_step="Go on with that one, or withdraw it first.",
    )


def _over(found: Handover) -> Refused | None:
    if found.under_way:
        return None
    return Refused(f"The handover was {found.state} already.", next_step="Begin another one.")


def _same_thing(found: Handover, terms: Terms) -> Refused | None:
    before = found.terms
    if (before.model, before.version, before.stage) == (terms.model, terms.version, terms.stage):
        return None
    return Refused(
        "A handover stays one of the same version at the same stage.", next_step="Withdraw it, and begin another."
    )


def _changed_since(found: Handover, seen: int) -> Refused | None:
    if found.last_seq == seen:
        return None
    return Refused("The handover has changed since you looked at it.", next_step="Look at it again, then decide.")


def _must_wait_for_giver(found: Handover) -> Refused | None:
    if found.given is not None and found.under_way:
        return Refused("You have signed it already.", why=f"It waits for {found.terms.receiver}.")
    return _over(found)


def _must_be_given(found: Handover) -> Refused | None:
    if found.under_way and found.given is None:
        return Refused("The giver has not signed yet.", why=f"It waits for {found.terms.giver}.")
    return _over(found)


def _must_be_them(named: str, what: str, by: Person) -> Refused | None:
    actor = actor_of(by)
    if actor != NOT_SIGNED_IN and acts_as(actor, named):
        return None
    nameless = actor == NOT_SIGNED_IN
    return Refused(
        f"Only the {what} may do this.",
        why=f"That is {named}; " + ("you have given no name." if nameless else f"you are {actor}."),
        next_step="Sign in, or give your name in the sidebar." if nameless else f"Ask {named}, or name another {what}.",
    )


def _must_be_of(by: Person, named: Iterable[str], what: str) -> Refused | None:
    actor = actor_of(by)
    if ADMIN in by.roles or (actor != NOT_SIGNED_IN and any(acts_as(actor, one) for one in named)):
        return None
    people = " and ".join(dict.fromkeys(named))
    return Refused(
        f"You may not {what}.", why=f"{people} may, and an admin.", next_step="Ask them, or leave a comment."
    )


def _current(found: Handover, now: Signable, digest: str) -> Refused | None:
    """Whether the person saw the evidence as it is, of this very version and stage, and nothing blocks it."""
    terms = found.terms
    if (now.model, now.version, now.stage) != (terms.model, terms.version, terms.stage):
        return Refused("The evidence is of another version or stage.", next_step="Reload the page.")
    if digest != now.digest:
        return Refused("The evidence has changed since you looked at it.", next_step="Look at it again, then decide.")
    if now.blockers:
        more = f" and {len(now.blockers) - 1} more" if len(now.blockers) > 1 else ""
        return Refused(
            f"Something is in the way at the stage {terms.stage}.",
            why=f"{str(now.blockers[0])[:300]}{more}",
            next_step="Settle it, or have it waived by a reviewer.",
        )
    return None


def _worse(found: Handover, now: Signable) -> Refused | None:
    given = found.given
    changed = differences(given.parts, now) if given else ()
    if not changed:
        return None
    return Refused(
        "Evidence has changed since the giver signed.",
        why=f"{'; '.join(changed[:5])}.",
        next_step=f"Ask {found.terms.giver} to look at it and sign again.",
    )
