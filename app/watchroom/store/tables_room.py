"""The tables that hold the room: what the workspace's files and the ledger say, and what the refresh could not read."""

from __future__ import annotations

from watchroom.store.table import Table, columns

TABLES = (
    Table(
        "workspace",
        "room",
        "A fact of the workspace's settings that pages show.",
        ("key",),
        columns(
            (
                "key",
                "VARCHAR",
                "`title`, `folder`, `tracking_uri` (without credentials), `time_zone`, `currency`, `commit_link` and `compare_link` (patterns of `links`)",
            ),
            ("value", "VARCHAR", "its text; NULL when it is not set"),
        ),
    ),
    Table(
        "models",
        "room",
        "A model of the workspace: its file under `models/`, joined with the registry. A registered model without a file "
        "has a row too, and so has a file whose model is not in the registry.",
        ("model",),
        columns(
            ("model", "VARCHAR", "the registered model's name"),
            ("file", "VARCHAR", "its file, relative to the workspace; NULL when it has none"),
            ("registered", "BOOLEAN", "whether MLflow's registry has it"),
            ("title", "VARCHAR", "the name people use; the model's own where none is given"),
            ("purpose", "VARCHAR", "what it is for; NULL when unknown"),
            ("task", "VARCHAR", "`binary`, `multiclass`, `regression`; NULL when unknown"),
            ("affects", "VARCHAR[]", "processes and people that rely on it"),
            ("tier", "VARCHAR", "`critical`, `high`, `medium`, `low`; NULL when its risk has not been assessed"),
            ("risk_business", "VARCHAR", "the business axis; NULL when not assessed"),
            ("risk_legal", "VARCHAR", "the legal axis; NULL when not assessed"),
            ("risk_ethical", "VARCHAR", "the ethical axis; NULL when not assessed"),
            ("risk_reason", "VARCHAR", "the reason given; NULL for none"),
            ("runbook", "VARCHAR", "a link; NULL for none"),
            ("spec", "VARCHAR", "the whole file as JSON, defaults filled in; NULL when it has none"),
            (
                "read_at",
                "TIMESTAMP",
                "UTC, when the file was last read without a mistake: what stands here is as of then; NULL for never",
            ),
        ),
    ),
    Table(
        "owners",
        "room",
        "A person who holds a role for a model. A role without a row has nobody.",
        ("model", "role"),
        columns(
            ("model", "VARCHAR", "the registered model"),
            ("role", "VARCHAR", "`business`, `data_science`, `operations`, `reviewer`, `on_call`, `deputy`"),
            ("person", "VARCHAR", "as written in the model's file"),
        ),
    ),
    Table(
        "registry_events",
        "room",
        "A change of the registry as the refreshes saw it, from the ledger. MLflow does not keep these.",
        ("seq",),
        columns(
            ("seq", "BIGINT", "the ledger's entry"),
            (
                "seen_at",
                "TIMESTAMP",
                "UTC, when a refresh saw it: the change itself is at or before this, after the refresh before",
            ),
            ("not_before", "TIMESTAMP", "UTC, the refresh before, which did not see it yet; NULL for the first"),
            (
                "event",
                "VARCHAR",
                "`model_added`, `model_gone`, `version_added`, `version_gone`, `alias_set`, `alias_moved`, `alias_removed`, `tag_set`, `tag_changed`, `tag_removed`, `stage_changed`",
            ),
            ("model", "VARCHAR", "the registered model"),
            ("version", "INTEGER", "the version now meant; NULL where none is"),
            ("previous_version", "INTEGER", "the version an alias pointed to before; NULL where none"),
            ("name", "VARCHAR", "the alias or the tag; NULL for other events"),
            ("value", "VARCHAR", "a tag's or stage's new text; NULL for other events"),
            ("previous_value", "VARCHAR", "a tag's or stage's text before; NULL for other events"),
        ),
    ),
    Table(
        "approvals",
        "room",
        "A sign-off for a model version, from the ledger, with whether its evidence is still what was signed.",
        ("seq",),
        columns(
            ("seq", "BIGINT", "the ledger's entry"),
            ("at", "TIMESTAMP", "UTC, when it was given"),
            ("model", "VARCHAR", "the registered model"),
            ("version", "INTEGER", "the version"),
            ("stage", "VARCHAR", "discovery, pilot, deploy, monitor, support"),
            ("actor", "VARCHAR", "who signed"),
            ("role", "VARCHAR", "in which role"),
            ("decision", "VARCHAR", "`approved` or `rejected`"),
            ("note", "VARCHAR", "what the signer wrote; NULL for nothing"),
            (
                "imported_from",
                "VARCHAR",
                "where it was given, for one carried over into the ledger later; NULL for one given here",
            ),
            ("status", "VARCHAR", "`valid`, or `void`: its evidence was changed or is gone"),
            ("reason", "VARCHAR", "what changed, in words; NULL while valid"),
        ),
    ),
    Table(
        "pins",
        "room",
        "A run or a model that somebody pinned for everybody, from the ledger, as of the refresh.",
        ("kind", "id"),
        columns(
            ("kind", "VARCHAR", "`run` or `model`"),
            ("id", "VARCHAR", "the run's id, or the registered model's name"),
            ("at", "TIMESTAMP", "UTC, when it was pinned"),
            ("actor", "VARCHAR", "who pinned it"),
        ),
    ),
    Table(
        "notes",
        "room",
        "A note that somebody left about a run or a model, from the ledger, as of the refresh. Those taken back are not "
        "here.",
        ("seq",),
        columns(
            ("seq", "BIGINT", "the ledger's entry"),
            ("at", "TIMESTAMP", "UTC, when it was left"),
            ("actor", "VARCHAR", "who left it"),
            ("role", "VARCHAR", "in which role; NULL for none"),
            ("kind", "VARCHAR", "`run` or `model`"),
            ("id", "VARCHAR", "the run's id, or the registered model's name"),
            ("text", "VARCHAR", "the note; text from a person, never Markdown or HTML"),
        ),
    ),
    Table(
        "problems",
        "room",
        "Something the refresh could not read or had to leave out, with its reason. Nothing disappears without a row here.",
        ("kind", "place", "what"),
        columns(
            (
                "kind",
                "VARCHAR",
                "`source`, `experiment`, `run`, `model_version`, `workspace`, `ledger`, `notify`, `log`",
            ),
            (
                "severity",
                "VARCHAR",
                "`error`: something is missing from the snapshot; `warning`: it is there, with a gap; `note`: worth knowing",
            ),
            ("place", "VARCHAR", "the file and line, the run, the version"),
            ("what", "VARCHAR", "what went wrong"),
            ("why", "VARCHAR", "the reason, where known; else empty"),
            ("next_step", "VARCHAR", "what to do; else empty"),
            ("model", "VARCHAR", "the model concerned; NULL for none"),
            ("count", "BIGINT", "how many things this row stands for"),
        ),
    ),
    Table(
        "refresh_steps",
        "room",
        "A step of the refresh that made this snapshot.",
        ("position",),
        columns(
            ("position", "INTEGER", "1, 2, 3, …"),
            ("step", "VARCHAR", "its name"),
            ("status", "VARCHAR", "`done`, `unchanged`, `partial`"),
            ("started_at", "TIMESTAMP", "UTC"),
            ("seconds", "DOUBLE", "how long it took"),
            ("detail", "VARCHAR", "what it did, in words"),
        ),
    ),
)
