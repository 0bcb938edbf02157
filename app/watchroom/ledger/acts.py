"""What acts of people on the ledger have in common: who acts, what is refused and recorded so, what came since.

An act against the rules is recorded as refused; a text that is empty or too long is only refused.
"""

from __future__ import annotations

from collections.abc import Iterable

from watchroom.domain.authors import is_visible
from watchroom.domain.roles import ADMIN, ROLES
from watchroom.errors import Refused
from watchroom.ledger.alerts import Reader
from watchroom.ledger.book import Ledger, Transaction
from watchroom.ledger.entry import Entry, Head, NewEntry
from watchroom.ledger.kinds import REFUSAL
from watchroom.ledger.people import NOT_SIGNED_IN, UNCHECKED, Person


def actor_of(by: Person) -> str:
    """Who is said to have acted: a name that every database keeps, or that nobody was signed in.

    A name without a letter or digit that is seen is none: nobody could tell who it is, nor one such from another.
    """
    name = kept(by.name.strip())
    return name if is_visible(name.replace(UNCHECKED.strip(), "")) else NOT_SIGNED_IN


def role_of(by: Person) -> str | None:
    """The first role that the person holds; None without one."""
    return next((role for role in by.roles if role in ROLES), None)


def kept(text: str) -> str:
    """The text without what no database keeps."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def must_fit(what: str, text: str, most: int, *, empty: bool = False) -> str:
    """The text without blanks around it and what no database keeps; with `empty` there may be none. Else `Refused`.

    One of signs alone that nobody sees, such as a space of no width, is empty.
    """
    said = kept(text.strip())
    if not empty and not any(sign.isprintable() and not sign.isspace() for sign in said):
        raise Refused(f"The {what} is empty.", next_step="Write something.")
    if len(said) > most:
        raise Refused(
            f"The {what} is too long.",
            why=f"It has {len(said):,} characters; at most {most:,} are kept.",
            next_step="Shorten it, or give a link.",
        )
    return said


def must_be_short(what: str, name: str, most: int) -> str:
    """The name as it is, without what no database keeps. Raises `Refused` for one that is longer."""
    if len(name) > most:
        raise Refused(f"The {what} is too long.", why=f"It has {len(name):,} characters; at most {most:,} are kept.")
    return kept(name)


def must_be_somebody(ledger: Ledger, tried: str, by: Person, model: str | None = None) -> None:
    """Raises `Refused`, and records it, for a person without any role."""
    if role_of(by) is None:
        refuse(ledger, tried, by, Refused("This takes a role in this room.", next_step="Ask an admin for one."), model)


def must_hold(ledger: Ledger, tried: str, by: Person, roles: Iterable[str], model: str | None = None) -> None:
    """Raises `Refused`, and records it, for a person who holds none of the roles."""
    wanted = tuple(roles)
    if set(by.roles) & set(wanted):
        return
    held = ", ".join(in_words(role) for role in by.roles if role in ROLES) or "no role"
    refused = Refused(
        f"This takes the role {' or '.join(in_words(role) for role in wanted)}.",
        why=f"You hold {held}.",
        next_step="Ask somebody who has it.",
    )
    refuse(ledger, tried, by, refused, model)


def refuse(ledger: Ledger, tried: str, by: Person, refused: Refused, model: str | None = None) -> None:
    """Records what was tried and why it was refused, and raises it."""
    with ledger.transaction() as transaction:
        keep_refusal(transaction, tried, by, refused, model)
    raise refused


def keep_refusal(
    transaction: Transaction, tried: str, by: Person, refused: Refused | None, model: str | None = None
) -> None:
    """Records a refusal in a transaction that is open already; nothing when there was none."""
    if refused is not None:
        why = " ".join(part for part in (refused.what, refused.why) if part)
        about = None if model is None else kept(model)
        said = {"tried": tried, "why": why}
        transaction.append_all([NewEntry(REFUSAL, actor_of(by), said, role_of(by), about)])


def not_theirs(what: str, actor: str | None, by: Person) -> Refused | None:
    """Why somebody may not take back what `actor` did: only they may, and an admin; None where they may.

    `actor` None: it is not there any more. `what` is its name in a sentence, such as `note`.
    """
    if actor is None:
        return Refused(f"There is no such {what} any more.", next_step="Reload the page.")
    if actor == actor_of(by) or ADMIN in by.roles:
        return None
    return Refused(f"The {what} is not yours.", why=f"It is of {actor}.", next_step="Ask them, or an admin.")


def in_words(role: str) -> str:
    """A role's name in a sentence."""
    return role.replace("_", " ")


def since(ledger: Reader, known: Head, kinds: Iterable[str]) -> tuple[Head, bool, list[Entry]]:
    """The ledger's head, whether it still leads from `known`, and the entries of these kinds that came after it.

    Where it does not (it was put back from a backup), the entries are all there are. In the order of writing.
    """
    head = ledger.head()
    if head == known:
        return head, True, []
    leads = known == Head() or [entry.hash for entry in ledger.entries(after=known.seq - 1, limit=1)] == [known.hash]
    start = known.seq if leads else 0
    found = [entry for kind in kinds for entry in ledger.entries(kind=kind, after=start) if entry.seq <= head.seq]
    return head, leads, sorted(found, key=lambda entry: entry.seq)
