"""The tables of what checks itself: the versions looked at, each item's result, scores, sign-offs' standing.

They are worked out at each refresh and can be made anew at any time.
"""

from __future__ import annotations

from watchroom.store.table import Table, columns

_MODEL = ("model", "VARCHAR", "the registered model")
_VERSION = ("version", "INTEGER", "the model version")
_STAGE = ("stage", "VARCHAR", "`discovery`, `pilot`, `deploy`, `monitor`, `support`")

TABLES = (
    Table(
        "check_subjects",
        "checks",
        "A model version that is checked: the champion, the challenger, the newest one, and those of handovers under way.",
        ("model", "version"),
        columns(
            _MODEL,
            _VERSION,
            ("policy", "VARCHAR", "as in `policies`"),
            ("tier", "VARCHAR", "as in `model_policies`"),
            ("is_champion", "BOOLEAN", "whether the alias `champion` points to it"),
            ("is_challenger", "BOOLEAN", "whether the alias `challenger` does"),
            ("is_newest", "BOOLEAN", "whether it has the highest number"),
            (
                "authors",
                "VARCHAR[]",
                "who made it, as far as MLflow knows: the version's user, its run's user, `mlflow.user`; each once",
            ),
        ),
    ),
    Table(
        "checks",
        "checks",
        "An item of the checklist of a model version, with what was found. docs/checks.md has the kinds.",
        ("model", "version", "item"),
        columns(
            _MODEL,
            _VERSION,
            _STAGE,
            ("item", "VARCHAR", "as in `policy_items`"),
            (
                "status",
                "VARCHAR",
                "`pass`, `fail`, `stale` (it was met, and that is too old or of something that has changed), `waived`, "
                "`unknown` (not answered, or there is nothing to tell it from)",
            ),
            (
                "measured",
                "VARCHAR",
                "what the check found by itself, before answers and waivers: `pass`, `fail`, `stale`, `unknown`",
            ),
            ("kind", "VARCHAR", "as in `policy_items`"),
            ("role", "VARCHAR", "whose it is"),
            ("value", "VARCHAR", "what was measured, as text; NULL for nothing"),
            ("evidence", "VARCHAR", "in a sentence: what it rests on, or what is missing"),
            ("query", "VARCHAR", "as `check_queries.query`; NULL for a question"),
            ("digest", "VARCHAR", "SHA-256 (hex) of item, status and value: it changes when the result does"),
            ("at", "TIMESTAMP", "UTC, the refresh that first found it as it is"),
            ("person", "VARCHAR", "who is to see to it: assigned, else the owner of its role; NULL for nobody"),
            ("due", "DATE", "until when; NULL for no date"),
        ),
    ),
    Table(
        "check_queries",
        "checks",
        "What a kind of check asks, in SQL over the public tables: it can be asked again with `watchroom sql`.",
        ("query",),
        columns(
            ("query", "VARCHAR", "its name: the kind with its parameters, or policy and item of an own one"),
            ("about", "VARCHAR", "what it looks at, in a sentence"),
            (
                "sql",
                "VARCHAR",
                "a statement with the columns model, version, passes, value and evidence for every row of "
                "`check_subjects`; for a check in Python its function's name",
            ),
        ),
    ),
    Table(
        "check_scores",
        "checks",
        "The ML Test Score of a model version by section: half a point for an item met by an answer, a whole one for an item "
        "that checks itself. The total is the least of the sections.",
        ("model", "version", "section"),
        columns(
            _MODEL,
            _VERSION,
            ("section", "VARCHAR", "`data`, `model`, `infrastructure`, `monitoring`, or `total`"),
            (
                "score",
                "DOUBLE",
                "points; Breck et al. (2017) read a total of 0 as a research project and above 5 as exceptional",
            ),
            ("most", "INTEGER", "what it could be"),
        ),
    ),
    Table(
        "signables",
        "checks",
        "What a sign-off of a model version at a stage binds: the digest of each part, as of the refresh.",
        ("model", "version", "stage", "part"),
        columns(
            _MODEL,
            _VERSION,
            _STAGE,
            ("part", "VARCHAR", "`metrics`, `checks`, `data`, `card`, `explanation`, `evidence`"),
            ("digest", "VARCHAR", "SHA-256 (hex) of the part"),
            ("content", "VARCHAR", "what it is the digest of, as JSON: a difference can be named from it"),
        ),
    ),
    Table(
        "approval_states",
        "checks",
        "Whether a model version is approved at a stage, by the rule of its policy and tier.",
        ("model", "version", "stage"),
        columns(
            _MODEL,
            _VERSION,
            _STAGE,
            (
                "status",
                "VARCHAR",
                "`approved`, `partly` (some sign-offs are missing), `void` (evidence changed, a signer may not sign, or a "
                "finding that blocks holds it up), `expired`, `rejected`, "
                "`missing`",
            ),
            ("missing", "VARCHAR[]", "the roles whose sign-off is missing"),
            ("people", "INTEGER", "how many more people have to sign, besides; mostly 0"),
            ("until", "TIMESTAMP", "UTC, when the approval ends; NULL unless approved"),
            ("reason", "VARCHAR", "why it is not approved, in a sentence; NULL when it is"),
        ),
    ),
    Table(
        "compliance",
        "checks",
        "How far a team's models in service were in order on a day, from the ledger; a day without a change has no row.",
        ("day", "team"),
        columns(
            ("day", "DATE", "UTC"),
            ("team", "VARCHAR", "as `models.team`; empty for models whose team is unknown"),
            ("models", "INTEGER", "its models in service"),
            ("approved", "INTEGER", "of them, with a valid approval for `deploy`"),
            ("asked", "INTEGER", "items asked of their champions"),
            ("met", "INTEGER", "of them, met"),
            ("waived", "INTEGER", "of them, waived"),
            ("findings", "INTEGER", "findings open on them"),
            ("overdue", "INTEGER", "items, findings and handovers that are past their date"),
        ),
    ),
)
