"""What the demo's people did about its checklists, once a refresh has looked: answers, findings, a handover, sign-offs.

All of it goes through the ledger's rules under the names in the models' files, and says that it is part of the demo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from watchroom.demo.evidence import REPORT, TESTS, evidence_path
from watchroom.demo.people import PART_OF_DEMO
from watchroom.errors import Refused
from watchroom.workspace.load import Workspace, load_workspace

if TYPE_CHECKING:
    from watchroom.domain.risk import Tier
    from watchroom.ledger import Ledger
    from watchroom.ledger.checklist import Asked
    from watchroom.ledger.findings_read import Severity
    from watchroom.ledger.people import Person
    from watchroom.store.queries.checklist import Row, Subject
    from watchroom.store.snapshot import Snapshot

ANSWERS: Mapping[str, str] = {
    "data-rights": "The data protection officer agreed; her mail is in the project's wiki.",
    "privacy": "Card and account numbers are hashed before they are logged; rows are kept for 24 months.",
    "label-meaning": "The label is set by the back office; half of them within two weeks.",
    "people-check": "Talked through with the customer council in spring.",
    "metric-and-worth": "Versions are compared in money as well; the order was the same.",
    "feature-cost": "All inputs come from the warehouse; none is bought.",
    "requirements": "Gone through with the reviewer, one by one.",
    "new-input": "The last one took an afternoon, from the query to the comparison.",
    "reviewed-code": "Read by a colleague with the merge request.",
    "latency": "40 ms at the busiest hour, at twice the traffic 70 ms.",
    "fallback": "The rule of before the model answers; it was switched over once on purpose.",
    "human-hand": "The switch is in the runbook; used in the drill.",
    "sources-watched": "We are on the mailing list of both sources.",
    "kpi-watched": "On the agenda of the monthly meeting.",
    "alerts-sent": "A test message reached whoever is on call.",
    "readme": "A new colleague did it in a day.",
    "retrain": "Each quarter, or when the business asks; data science trains, the business decides.",
    "told": "A mail went to everybody who relies on it.",
}
"""What was answered, by item; what is not here was left open."""

LEFT_OPEN: Mapping[str, frozenset[str]] = {
    "card-fraud": frozenset({"sources-watched", "people-check"}),
    "claims-severity": frozenset({"latency", "fallback", "sources-watched", "told", "readme"}),
    "telecom-churn": frozenset({"alerts-sent"}),
    "retail-demand": frozenset({"privacy", "feature-cost", "alerts-sent", "retrain", "told"}),
}
"""The models whose people filled in the checklist of their champion, with the items that they left open."""

WAIVED = (
    ("card-fraud", "pipeline-test", "The pipeline is rebuilt this quarter; it is tested by hand until then.", 25),
    ("retail-demand", "bias", "Shops differ in size: errors are compared by unit sold from next quarter on.", 50),
)
"""A model, an item, the reason, and for how many days."""

SHOWN = (
    ("retail-demand", "segments", "The report has the errors of each kind of shop; none is far from the others."),
    ("telecom-churn", "segments", "The report has the figures by tariff; none is far from the others."),
)
"""A model, an item that no run tells anything of, and what its report shows instead."""

ASSIGNED = ("telecom-churn", 6, 5)
"""A model of which that many open items are assigned, due in so many days."""

SIGNED = ("retail-demand", ("reviewer", "business"))
"""The model whose sign-offs had ended and are given again, and by which roles."""

HANDED_OVER = "telecom-churn"
RECEIVER = "noor.haddad@example.com"
RECEIVING_TEAM = "Service operations"


@dataclass(frozen=True)
class _Room:
    """What the demo's people had before them when they acted."""

    workspace: Workspace
    ledger: Ledger
    snapshot: Snapshot

    def person(self, model: str, role: str) -> Person:
        """Who holds the role by the model's file, acting in it."""
        from watchroom.ledger.people import Person

        return Person(getattr(self.workspace.models[model].owners, role) or "", (role,))

    def champion(self, model: str) -> Subject | None:
        """The version in service, as the refresh looked at it."""
        from watchroom.store.queries.checklist import subjects

        return next((one for one in subjects(self.snapshot, model=model) if one.is_champion), None)

    def rows(self, found: Subject) -> tuple[Row, ...]:
        """Its checklist."""
        from watchroom.store.queries.checklist import rows

        return rows(self.snapshot, model=found.model, version=found.version)


def govern(folder: Path) -> int:
    """Write into the ledger what it does not hold yet; how many entries were written. A snapshot must be there.

    Raises `LedgerError`, `StoreError`.
    """
    with _room(folder) as room:
        before = room.ledger.head().seq
        if not room.ledger.entries(kind="checklist", limit=1):
            for model, left_open in LEFT_OPEN.items():
                _answer(room, model, left_open)
                _keep_files(room, model)
            for waived in WAIVED:
                _waive(room, *waived)
            for shown in SHOWN:
                _show(room, *shown)
            _assign(room)
        if not room.ledger.entries(kind="finding", limit=1):
            _find(room)
        if not room.ledger.entries(kind="handover", limit=1):
            _drill(room)
            for role in SIGNED[1]:
                _sign(room, SIGNED[0], role)
            _hand(room)
        return room.ledger.head().seq - before


@contextmanager
def _room(folder: Path) -> Iterator[_Room]:
    from watchroom.ledger import Ledger
    from watchroom.store.snapshot import SnapshotStore

    workspace = load_workspace(folder)
    store = SnapshotStore(workspace.store)
    try:
        with Ledger.open(workspace.ledger, create=True) as ledger, store.lease() as snapshot:
            yield _Room(workspace, ledger, snapshot)
    finally:
        store.close()


def _answer(room: _Room, model: str, left_open: frozenset[str]) -> None:
    from watchroom.domain.policy import QUESTION
    from watchroom.ledger.checklist import answer

    found = room.champion(model)
    for row in room.rows(found) if found else ():
        if row.kind == QUESTION and row.item in ANSWERS and row.item not in left_open:
            said = f"{ANSWERS[row.item]} {PART_OF_DEMO}"
            answer(room.ledger, _asked(found, row), True, said, None, room.person(model, row.role))


def _asked(found: Subject | None, row: Row) -> Asked:
    from watchroom.ledger.checklist import Asked

    assert found is not None, "rows are of a version that was found"
    tier: Tier = found.tier  # type: ignore[assignment]
    return Asked(
        row.model, row.version, row.item, row.role, tier, row.kind, row.item_digest, row.measured, row.valid_days,
        found.authors,
    )  # fmt: skip


def _keep_files(room: _Room, model: str) -> None:
    """The validation report and the test report of the champion, kept as evidence by who built it."""
    from watchroom.desk.evidence import attach

    found = room.champion(model)
    if found is None:
        return
    for name in (TESTS, REPORT):
        file = room.workspace.folder / evidence_path(model, found.version, name)
        by = room.person(model, "data_science")
        attach(room.ledger, room.workspace.folder, name, file.read_bytes(), by=by, model=model, version=found.version)


def _show(room: _Room, model: str, item: str, text: str) -> None:
    """An answer that rests on a file, for an item that would check itself if a run told of it."""
    from watchroom.desk.evidence import attach
    from watchroom.ledger.checklist import answer

    found = room.champion(model)
    row = next((one for one in room.rows(found) if one.item == item), None) if found else None
    if found is None or row is None:
        return
    by = room.person(model, row.role)
    data = (room.workspace.folder / evidence_path(model, found.version, REPORT)).read_bytes()
    seq = attach(
        room.ledger, room.workspace.folder, f"{item}.md", data, by=by, model=model, version=found.version, item=item
    )
    answer(room.ledger, _asked(found, row), True, f"{text} {PART_OF_DEMO}", seq, by)


def _waive(room: _Room, model: str, item: str, reason: str, days: int) -> None:
    from watchroom.ledger.checklist import waive

    found = room.champion(model)
    row = next((one for one in room.rows(found) if one.item == item), None) if found else None
    if row is not None:
        until = datetime.now(UTC).date() + timedelta(days)
        waive(room.ledger, _asked(found, row), f"{reason} {PART_OF_DEMO}", until, room.person(model, "reviewer"))


def _assign(room: _Room) -> None:
    from watchroom.ledger.checklist import assign

    model, most, days = ASSIGNED
    found = room.champion(model)
    rows = room.rows(found) if found else ()
    answered = ANSWERS.keys() - LEFT_OPEN[model]
    still = [row for row in rows if row.status in ("fail", "stale", "unknown") and row.item not in answered]
    items = [row.item for row in still if row.role == "data_science"]
    if found is not None and items:
        owner = room.person(model, "data_science")
        due = datetime.now(UTC).date() + timedelta(days)
        by = room.person(model, "business")
        assign(room.ledger, model, found.version, items[:most], owner.name, due, by)


def _find(room: _Room) -> None:
    from watchroom.ledger.findings import accept, answer, open_finding
    from watchroom.ledger.findings_read import Found

    today = datetime.now(UTC).date()
    for model, severity, title, text, blocks, answered in _FINDINGS:
        found = room.champion(model)
        if found is None:
            continue
        owner = room.person(model, "data_science")
        what = Found(
            model, found.version, severity, title, f"{text} {PART_OF_DEMO}", owner.name, today + timedelta(14), blocks
        )
        one = open_finding(room.ledger, what, room.person(model, "reviewer"), found.authors)
        if answered:
            answer(room.ledger, one.seq, f"{answered} {PART_OF_DEMO}", owner)
        if model in ACCEPTED:
            accept(room.ledger, one.seq, PART_OF_DEMO, room.person(model, "reviewer"), found.authors)


_FINDINGS: tuple[tuple[str, Severity, str, str, str | None, str], ...] = (
    (
        "claims-severity",
        "high",
        "The report was made again after it was signed",
        "Glass claims were left out of the second one; which of the two figures holds is not said.",
        "deploy",
        "",
    ),
    (
        "card-fraud",
        "medium",
        "Customers over seventy are stopped more often",
        "The gap between age bands is wider than at the last review.",
        None,
        "The cut-off by channel was looked at; a comparison without the hour as an input is under way.",
    ),
    (
        "retail-demand",
        "medium",
        "Nobody has looked at promotions apart",
        "Errors in weeks with a promotion are not reported.",
        None,
        "They are a segment of the report now: 4 % worse than the other weeks.",
    ),
)
"""Model, severity, title, text, the stage that it blocks, and what was answered; empty for nothing yet."""

ACCEPTED = frozenset({"retail-demand"})
"""The models of which the reviewer accepted the answer."""


def _drill(room: _Room) -> None:
    from watchroom.domain.drill import questions
    from watchroom.ledger.drills import take
    from watchroom.store.queries.handovers import drill_facts

    model = "card-fraud"
    found = room.champion(model)
    facts = drill_facts(room.snapshot, model=model, version=found.version) if found else None
    if found is None or facts is None:
        return
    asked = questions(facts, room.snapshot.day)
    right = {one.name: one.right for one in asked}
    take(room.ledger, model, found.version, asked, right, room.person(model, "operations"))


def _sign(room: _Room, model: str, role: str) -> None:
    """Sign the champion off for service, on what is there now; where the rules refuse it, it stays unsigned."""
    from watchroom.ledger.approvals import ToSign, sign
    from watchroom.ledger.signing import current_now, current_of, read
    from watchroom.store.queries.approvals import basis

    found = room.champion(model)
    asked = basis(room.snapshot, model=model, version=found.version, stage="deploy") if found else None
    if found is None or asked is None:
        return
    seen = current_now(asked, read(room.ledger), datetime.now(UTC)).signable.digest
    given = ToSign(model, found.version, "deploy", role, "approved", PART_OF_DEMO)
    try:
        sign(room.ledger, given, room.person(model, role), current_of(asked, None), seen)
    except Refused:
        return


def _hand(room: _Room) -> None:
    from watchroom.domain.handover import Terms
    from watchroom.ledger.handovers import begin

    found = room.champion(HANDED_OVER)
    if found is None:
        return
    giver = room.person(HANDED_OVER, "operations")
    team = room.workspace.models[HANDED_OVER].team or ""
    terms = Terms(
        model=HANDED_OVER, version=found.version, stage="support", from_team=team, to_team=RECEIVING_TEAM,
        giver=giver.name, receiver=RECEIVER, due=datetime.now(UTC).date() + timedelta(10), note=PART_OF_DEMO,
        owners={"operations": RECEIVER, "on_call": RECEIVER},
    )  # fmt: skip
    begin(room.ledger, terms, giver)
