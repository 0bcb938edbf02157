"""The kinds of check about people and paper: owners, file and card, evidence, alerts, handover, findings, sign-offs."""

from __future__ import annotations

from watchroom.domain.check_params import CheckKind, Param
from watchroom.domain.policy import STAGES

_ROLES = ("business", "data_science", "operations", "reviewer", "on_call", "deputy")
_SEVERITIES = ("low", "medium", "high")
_STAGE = Param("stage", "text", "the stage", "deploy", choices=STAGES)

PEOPLE: tuple[CheckKind, ...] = (
    # ownership
    CheckKind(
        "owners",
        "ownership",
        "Each role has a person.",
        (Param("roles", "texts", "these roles", ("business", "data_science", "operations"), choices=_ROLES),),
    ),
    CheckKind(
        "reviewer_independent",
        "ownership",
        "There is a reviewer who neither owns the model in another role nor made the version.",
    ),
    CheckKind("deputy_is_another", "ownership", "There is a deputy, and it is none of the owners."),
    CheckKind("team_known", "ownership", "It is known which team the model belongs to."),
    CheckKind(
        "runbook",
        "ownership",
        "What to do when it fails stands in a runbook.",
        (Param("link", "yes_no", "whether it must be a link", False),),
    ),
    # card and file
    CheckKind("purpose_stated", "card and file", "What the model is for is in its file."),
    CheckKind("affected_named", "card and file", "Who relies on it, and whom it concerns, is in its file."),
    CheckKind(
        "risk_assessed",
        "card and file",
        "Its risk is judged on the three axes.",
        (Param("reason", "yes_no", "whether a reason is asked for", True),),
    ),
    CheckKind(
        "file_says",
        "card and file",
        "The model's file says something, in whatever fields are named.",
        (
            Param(
                "fields",
                "texts",
                "fields by their path, as `value.baseline` or `monitor.volume.min_per_day`",
                needed=True,
            ),
        ),
    ),
    CheckKind(
        "card_written",
        "card and file",
        "The model's card has text under these headings.",
        (
            Param("headings", "texts", "they", ("Intended use", "Out of scope", "Limits")),
            Param("letters", "whole", "at least so many letters under each", 30, least=1),
        ),
    ),
    # evidence
    CheckKind(
        "tests_passed",
        "evidence",
        "A test report was kept for the version, and none of its tests failed: the newest one counts. One that names "
        "an item counts for that item alone; one without a single test only claims it, and is `unknown`.",
        (
            Param(
                "name",
                "text",
                "of reports that name no item: a word of the report's name (`unit`, or `*unit*`, is not in "
                "`junit.xml`), or a glob for all of it",
                "*",
            ),
            Param("item", "text", "the item that reports may name; left out: the one that asks"),
            Param("tests", "whole", "with at least so many tests", 1, least=1),
            Param("days", "whole", "added at most so many days before the refresh; left out: any", None, least=1),
        ),
    ),
    CheckKind(
        "evidence_kept",
        "evidence",
        "A file was kept as evidence for the version.",
        (
            Param("name", "text", "a glob that its name or item fits", "*"),
            Param(
                "type",
                "text",
                "of this kind; left out: any",
                None,
                choices=("junit", "markdown", "pdf", "image", "json", "other"),
            ),
            Param("days", "whole", "added at most so many days before the refresh; left out: any", None, least=1),
        ),
    ),
    CheckKind("evidence_unchanged", "evidence", "No file that was kept for the version is gone or another one by now."),
    # alerts
    CheckKind(
        "alerts_owned",
        "alerts",
        "Every open alert of the model has an owner and a runbook.",
        binds=False,
    ),
    CheckKind("somebody_watches", "alerts", "Somebody gets the model's alerts: on call, or else operations."),
    CheckKind(
        "alerts_handled",
        "alerts",
        "No alert of the model waits untouched for long.",
        (
            Param("days", "whole", "at most so many days", 3, least=0),
            Param("critical", "yes_no", "whether only critical ones are looked at", True),
        ),
        binds=False,
    ),
    CheckKind("no_critical_alert", "alerts", "No critical alert of the version is under way.", binds=False),
    CheckKind(
        "alerts_right",
        "alerts",
        "The drift rules of the version have been right often enough: performance fell in the weeks in which any of "
        "them raised an alarm. Drift of the outcome itself is left out, since it is not known before.",
        (
            Param("precision", "number", "in at least this share of such weeks", 0.3, least=0, most=1),
            Param("weeks", "whole", "with fewer of them it is unknown", 5, least=1),
            Param("days", "whole", "the last of them is at most so many days old", 365, least=1),
        ),
        binds=False,
    ),
    # handover
    CheckKind(
        "handed_over",
        "handover",
        "The version was handed over, and whoever receives it has accepted. The newest handover that was not withdrawn "
        "decides.",
        (Param("stage", "text", "at this stage; left out: at any", None, choices=STAGES),),
        binds=False,
    ),
    CheckKind(
        "drill_passed",
        "handover",
        "Somebody has passed the drill on the version.",
        (
            Param("days", "whole", "at most so many days before the refresh", 180, least=1),
            Param("people", "whole", "by at least so many people", 1, least=1),
        ),
        binds=False,
    ),
    # findings
    CheckKind(
        "no_open_finding",
        "findings",
        "No finding of a reviewer on the version, or on the whole model, is open.",
        (Param("severity", "text", "of this severity or a higher one", "medium", choices=_SEVERITIES),),
        binds=False,
    ),
    CheckKind("findings_in_time", "findings", "No finding that is open is past its date.", binds=False),
    # sign-offs
    CheckKind(
        "signed_off",
        "sign-offs",
        "The version has valid sign-offs.",
        (
            _STAGE,
            Param("roles", "texts", "of each of these roles", ("reviewer",), choices=_ROLES[:4]),
            Param("people", "whole", "by at least so many different people", 1, least=1, most=4),
        ),
        binds=False,
    ),
    CheckKind("approved", "sign-offs", "The version is approved by the rule of its tier.", (_STAGE,), binds=False),
)
