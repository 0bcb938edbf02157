"""The kinds of entry that the ledger takes, each with what it records.

What stands in an entry's payload is said where entries of the kind are made, not here.
"""

from __future__ import annotations

from difflib import get_close_matches

from watchroom.errors import LedgerError

REGISTRY_EVENT = "registry_event"
SIGN_OFF = "sign_off"
REFUSAL = "refusal"
ALERT_EVENT = "alert_event"
ALERT_ACT = "alert_act"
NOTIFICATION = "notification"
REPORT = "report"
NOTE = "note"
PIN = "pin"
SAVED_VIEW = "saved_view"
KPI_AGREEMENT = "kpi_agreement"
PROPOSAL = "proposal"
EVENT = "event"
EVIDENCE = "evidence"
CHECKLIST = "checklist"
HANDOVER = "handover"
DRILL = "drill"
FINDING = "finding"
APPROVAL_EVENT = "approval_event"
COMPLIANCE = "compliance"
REMINDER = "reminder"
VISIT = "visit"

KINDS: dict[str, str] = {
    REGISTRY_EVENT: "a change of the model registry, as a refresh saw it",
    SIGN_OFF: "a person's decision about a model version at a stage, with the evidence it rests on",
    REFUSAL: "an act that the ledger's rules did not allow, and why",
    ALERT_EVENT: "an alert that was raised, became worse or better, ended or came back, as a refresh measured it",
    ALERT_ACT: "what a person did with an alert",
    NOTIFICATION: "a message about alerts that is being sent to a channel, and whether it was taken",
    REPORT: "a report of a period that has ended, being sent to a channel, and whether it was taken",
    NOTE: "what a person wrote about a run or a model, or that it was taken back",
    PIN: "a run or a model that a person marked for everybody, or that the mark was taken away",
    SAVED_VIEW: "a page with what was chosen on it, kept under a name, or that the name was given up",
    KPI_AGREEMENT: "that a role agreed, or objected, to a KPI as the model's file has it",
    PROPOSAL: "a proposal about a model that was opened, spoken to, decided, withdrawn or closed",
    EVENT: "something that happened in the world, marked on the charts over time, or that the mark was taken back",
    EVIDENCE: "a file that was kept as evidence for a model version, or that it was withdrawn",
    CHECKLIST: "an answer, a waiver, an assignment or a comment about an item of a model version's checklist",
    HANDOVER: "a handover that was begun, signed by the giver, accepted, declined, changed or withdrawn",
    DRILL: "the questions of a drill, what somebody answered, and whether that was right",
    FINDING: "what a reviewer found, and each act on it until it is accepted",
    APPROVAL_EVENT: "that a version's approval began, ended, or turned void, as a refresh saw it, and why",
    COMPLIANCE: "how far each team's models were in order on a day, as a refresh counted it",
    REMINDER: "a message about what is due that is being sent to a channel, and whether it was taken",
    VISIT: "that a person opened the start page: from there on something is new to them",
}
"""Every kind by its name. A kind is added, never renamed or taken away: old entries keep theirs."""


def check_kind(kind: str) -> None:
    """Raises `LedgerError` for a kind that is not in `KINDS`, with the nearest one that is."""
    if kind in KINDS:
        return
    near = get_close_matches(kind, KINDS, n=1)
    raise LedgerError(
        f"The ledger has no kind of entry called {kind!r}.",
        why=f"The kinds are {', '.join(KINDS)}.",
        next_step=f"Did you mean {near[0]!r}?" if near else "",
    )
