"""The steps of handover and governance: what files and people say, what checks itself, what is signed, what is held.

What people did is read before anything is judged, since it moves owners; the rest comes after the alerts, which are a
part of what is checked. One step that fails leaves the others to go on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from watchroom.errors import LedgerError
from watchroom.jobs.approvals.compliance import record_compliance
from watchroom.jobs.approvals.step import bind_sign_offs
from watchroom.jobs.cards import check_claims, fill_cards
from watchroom.jobs.checklist_acts import fill_checklist_acts
from watchroom.jobs.checks.step import again_after_sign_offs, fill_subjects, run_checks
from watchroom.jobs.evidence import fill_evidence
from watchroom.jobs.findings import fill_findings
from watchroom.jobs.handovers import fill_handovers, move_owners
from watchroom.jobs.policies import fill_policies
from watchroom.jobs.regulation import map_regulations
from watchroom.jobs.steps import Step, status_of
from watchroom.jobs.value.failed import failed
from watchroom.ledger import Ledger
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.workspace.load import Workspace

_FAILED = "This step of the refresh failed; what it said before stands."

_SAID_BY_PEOPLE = ("handovers", "drills", "answers", "waivers", "assignments", "evidence", "findings")
"""Tables that are read from the ledger; of one that is broken they would say what somebody put there."""

Problems = tuple[Problem, ...]


@dataclass(frozen=True)
class Governed:
    """What the steps work with; without `record` the ledger is not to be written, nor is what it says to be judged."""

    draft: Draft
    ledger: Ledger
    workspace: Workspace
    record: bool


def read_governance(about: Governed, step: Step) -> Problems:
    """Fill the tables of policies, cards, and of what people did in handovers and reviews; `models` must be there."""
    draft, ledger, workspace = about.draft, about.ledger, about.workspace
    acts: tuple[tuple[str, Callable[[], Problems | None]], ...] = (
        ("policies", lambda: fill_policies(draft, workspace)),
        ("model cards", lambda: fill_cards(draft, workspace)),
    )
    said_by_people: tuple[tuple[str, Callable[[], Problems | None]], ...] = (
        ("handovers", lambda: fill_handovers(draft, ledger)),
        ("answers and waivers", lambda: fill_checklist_acts(draft, ledger)),
        ("evidence", lambda: fill_evidence(draft, ledger, workspace.evidence)),
        ("findings", lambda: fill_findings(draft, ledger)),
    )
    acts += said_by_people if about.record else (("what people did", lambda: keep_what_people_said(draft)),)
    with step("Read policies and what people did") as said:
        problems = tuple(problem for name, act in acts for problem in _done(name, act))
        said["status"] = status_of(problems)
    return problems


def keep_what_people_said(draft: Draft) -> None:
    """What the last snapshot had of handovers, answers, evidence and findings, and the owners as they had moved."""
    for table in _SAID_BY_PEOPLE:
        draft.insert(table, draft.rows_before(table))
    move_owners(draft, draft.rows_before("owners"))


def govern(about: Governed, step: Step) -> Problems:
    """Fill the part `checks`: items, scores, sign-offs, regulations. All other parts must be there."""
    acts: tuple[tuple[str, Callable[[Governed], tuple[str, Problems]]], ...] = (
        ("Check what can be checked", _check),
        ("Judge sign-offs", _bind),
        ("Hold model cards against the store", _hold_cards),
        ("Map regulations", _map),
    )
    problems: list[Problem] = []
    for name, act in acts:
        with step(name) as said:
            try:
                said["detail"], found = act(about)
            except Exception as error:  # noqa: BLE001, no item may keep what was measured from being shown
                said["detail"], found = "failed", (failed(name, _FAILED, error),)
            problems += found
            said["status"] = status_of(found)
    return tuple(problems)


def _check(about: Governed) -> tuple[str, Problems]:
    fill_subjects(about.draft)
    result = run_checks(about.draft, about.workspace)
    return result.detail, result.problems


def _bind(about: Governed) -> tuple[str, Problems]:
    if not about.record:
        return "not judged anew, because the ledger does not hold", ()
    bound = bind_sign_offs(about.draft, about.ledger, about.workspace.folder, append=True)
    problems = bound.problems
    if bound.changed:  # some items rest on sign-offs
        problems += again_after_sign_offs(about.draft).problems
    if not bound.problems:
        record_compliance(about.draft, about.ledger)
    return bound.detail, problems


def _hold_cards(about: Governed) -> tuple[str, Problems]:
    problems = check_claims(about.draft)
    return f"figures not so any more: {len(problems):,}" if problems else "", problems


def _map(about: Governed) -> tuple[str, Problems]:
    return map_regulations(about.draft, about.workspace), ()


def _done(name: str, act: Callable[[], Problems | None]) -> Problems:
    """What came of filling a table; one that fails leaves it empty, and says so."""
    try:
        return act() or ()
    except LedgerError as error:
        return (Problem("ledger", "error", f"ledger, {name}", error.what, error.why, error.next_step),)
    except Exception as error:  # noqa: BLE001, one table must not take the refresh down
        return (failed(name, "It could not be read; nothing of it is in this snapshot.", error),)
