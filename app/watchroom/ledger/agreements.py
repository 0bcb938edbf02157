"""Who agreed to a KPI: an entry for each role that speaks, with the terms that it spoke of.

The last word of each role counts. It holds for the terms it was given for, by their digest (`domain.kpi_register`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from watchroom.domain.kpi_register import digest_of_text, from_text
from watchroom.domain.roles import SPEAKING
from watchroom.errors import Refused
from watchroom.ledger.acts import actor_of, in_words, must_be_short, must_fit, must_hold, refuse, since
from watchroom.ledger.alerts import Reader
from watchroom.ledger.book import Ledger
from watchroom.ledger.entry import Entry, Head, NewEntry, explaining_payload
from watchroom.ledger.kinds import KPI_AGREEMENT
from watchroom.ledger.people import Person

MAX_REASON = 2000
"""Characters of a reason: a page of text; more belongs in a document, with its link here."""

MAX_NAME = 500
"""Characters of the name of a KPI, and of a model."""

MAX_TERMS = 20_000
"""Characters of terms: five times the longest formula that is run."""

Key = tuple[str, str, str]
"""Model, KPI, role."""


@dataclass(frozen=True)
class Agreement:
    """What a role last said to a KPI. `at` is UTC; `text` are the terms as JSON, `digest` theirs."""

    seq: int
    at: datetime
    actor: str
    role: str
    model: str
    kpi: str
    digest: str
    text: str
    agrees: bool
    reason: str


@dataclass(frozen=True)
class Agreements:
    """The last word of each role on each KPI, up to the entry `head`."""

    head: Head = field(default_factory=Head)
    all: Mapping[Key, Agreement] = field(default_factory=dict)

    def of(self, model: str, kpi: str) -> Mapping[str, Agreement]:
        """What was said to a KPI, by role."""
        return {role: one for (its, name, role), one in self.all.items() if (its, name) == (model, kpi)}

    def standing(self, model: str, kpi: str, digest: str) -> tuple[str, ...]:
        """The roles that agree to a KPI with just these terms."""
        found = self.of(model, kpi)
        return tuple(role for role in SPEAKING if role in found and found[role].agrees and found[role].digest == digest)


def read(ledger: Reader, known: Agreements | None = None) -> Agreements:
    """The agreements as the ledger has them; with those read before, only what came since is read. `LedgerError`."""
    start = known or Agreements()
    head, leads, found = since(ledger, start.head, (KPI_AGREEMENT,))
    if head == start.head:
        return start
    every = dict(start.all) if leads else {}
    for entry in found:
        with explaining_payload(entry):
            one = _agreement(entry)
        every[one.model, one.kpi, one.role] = one
    return replace(start, head=head, all=every)


def agree(
    ledger: Ledger,
    model: str,
    kpi: str,
    digest: str,
    text: str,
    by: Person,
    role: str,
    *,
    agrees: bool,
    reason: str = "",
) -> Agreement:
    """Records that a role agrees or objects to a KPI with these terms (`kpi_register.text_of`), which it was shown.

    An objection needs a reason. Raises `Refused` for a role that is not asked or not held, and when the digest is not
    that of the terms; `LedgerError`.
    """
    tried = f"{'agree' if agrees else 'object'} to a KPI"
    if role not in SPEAKING:
        refused = Refused(f"The role {in_words(role)[:40]} is not asked about KPIs.", next_step="Act in another role.")
        refuse(ledger, tried, by, refused, model)
    must_hold(ledger, tried, by, (role,), model)
    if digest_of_text(text) != digest:
        refused = Refused("What was agreed to is not what was shown.", next_step="Reload the page and look again.")
        refuse(ledger, tried, by, refused, model)
    said = must_fit("reason", reason, MAX_REASON, empty=agrees)
    about = must_be_short("name of the model", model, MAX_NAME)
    named = must_be_short("name of the KPI", kpi, MAX_NAME)
    _must_be_terms(text)
    payload = {"kpi": named, "digest": digest, "terms": text, "agrees": agrees, "reason": said}
    return _agreement(ledger.append(NewEntry(KPI_AGREEMENT, actor_of(by), payload, role, about)))


def _must_be_terms(text: str) -> None:
    """Raises `Refused` for terms that nobody could read again."""
    if len(text) > MAX_TERMS:
        raise Refused("The terms are too long.", why=f"At most {MAX_TERMS:,} characters are kept.")
    try:
        from_text(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise Refused("These are no terms of a KPI.", next_step="Reload the page and look again.") from error


def _agreement(entry: Entry) -> Agreement:
    said = entry.payload
    return Agreement(
        entry.seq,
        entry.at,
        entry.actor,
        str(entry.role),
        str(entry.model),
        str(said["kpi"]),
        str(said["digest"]),
        str(said["terms"]),
        bool(said["agrees"]),
        str(said["reason"]),
    )
