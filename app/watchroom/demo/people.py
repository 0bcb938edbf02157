"""What the demo's people said and did about its models: KPIs agreed to, events marked, a retraining proposed.

All of it is written when the demo is made, under the names in the models' files, and says that it is part of the demo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchroom.demo.plan import Plan
from watchroom.demo.worlds import DRIFT_STARTS
from watchroom.domain.kpi_register import digest_of, terms_of, text_of
from watchroom.workspace.load import Workspace

if TYPE_CHECKING:
    from watchroom.ledger import Ledger

AGREED: Mapping[str, tuple[str, ...]] = {
    "card-fraud": ("business", "data_science", "operations", "reviewer"),
    "claims-severity": ("business", "data_science"),
    "telecom-churn": ("business", "data_science", "operations"),
    "retail-demand": ("business", "operations"),
}
"""The roles that have agreed to a model's KPIs; nobody for a model without owners."""

PART_OF_DEMO = "Part of the demo."


@dataclass(frozen=True)
class Told:
    """An event of the demo's world: it begins when the model's inputs begin to drift, and lasts so many days."""

    model: str
    title: str
    days: int
    text: str


EVENTS = (
    Told("retail-demand", "A competitor closes", 14, "Its customers come to our shops; coupons in the app begin."),
    Told("machine-failure", "Rainy weeks", 14, "The halls are damper than in the months before."),
)

PROPOSED = "retail-demand"
TRIGGER = "The champion was trained before the competitor closed: its inputs have moved since, and its errors grow."
OBJECTION = "Not in the weeks before Christmas: orders are placed four weeks ahead."


def act(ledger_url: str, workspace: Workspace, plan: Plan) -> int:
    """Write into the ledger what it does not hold yet; how many entries were written. Raises `LedgerError`."""
    from watchroom.ledger import Ledger

    with Ledger.open(ledger_url, create=True) as ledger:
        before = ledger.head().seq
        _agree(ledger, workspace)
        _mark(ledger, plan)
        _propose(ledger, workspace)
        return ledger.head().seq - before


def _agree(ledger: Ledger, workspace: Workspace) -> None:
    from watchroom.ledger.agreements import agree, read
    from watchroom.ledger.people import Person

    known = read(ledger)
    for model, roles in AGREED.items():
        spec = workspace.models[model]
        for kpi in spec.kpis:
            terms = terms_of(kpi.model_dump())
            said = known.of(model, kpi.name)
            for role in roles:
                if role not in said:
                    person = Person(getattr(spec.owners, role), (role,))
                    agree(ledger, model, kpi.name, digest_of(terms), text_of(terms), person, role,
                          agrees=True, reason=PART_OF_DEMO)  # fmt: skip


def _mark(ledger: Ledger, plan: Plan) -> None:
    from watchroom.ledger.events import Happened, add, read
    from watchroom.ledger.people import Person

    held = {event.happened.title for event in read(ledger).all.values()}
    for told in EVENTS:
        starts = DRIFT_STARTS[told.model]
        if starts is None or told.title in held:
            continue
        happened = Happened(
            told.title, plan.day(starts), plan.day(starts - told.days + 1), (told.model,),
            f"{told.text} {PART_OF_DEMO}",
        )  # fmt: skip
        add(ledger, happened, Person("kwame.boateng@example.com", ("operations",)))


def _propose(ledger: Ledger, workspace: Workspace) -> None:
    from watchroom.ledger.people import Person
    from watchroom.ledger.proposals import Proposed, open_proposal, read, speak

    if read(ledger).of(PROPOSED):
        return
    owners = workspace.models[PROPOSED].owners
    scientist = Person(owners.data_science or "", ("data_science",))
    opened = open_proposal(ledger, Proposed(PROPOSED, None, "retrain", f"{TRIGGER} {PART_OF_DEMO}"), scientist)
    speak(ledger, opened.seq, "for", "", scientist, "data_science")
    operations = Person(owners.operations or "", ("operations",))
    speak(ledger, opened.seq, "against", OBJECTION, operations, "operations")
