"""The tables that say how models get to production and stay there: releases, projects, and the work that went in.

They are derived from the registry as seen, the runs, the alerts and the logs, and can be made anew at any time.
"""

from __future__ import annotations

from watchroom.store.table import Table, columns

_MODEL = ("model", "VARCHAR", "the registered model")

TABLES = (
    Table(
        "releases",
        "portfolio",
        "A time that a version went into service: what deployment frequency, lead time, change failure rate and time to "
        "restore are computed from. docs/portfolio.md defines them.",
        ("model", "position"),
        columns(
            _MODEL,
            ("position", "INTEGER", "1, 2, 3, … by time"),
            ("version", "INTEGER", "the version that went into service"),
            ("previous_version", "INTEGER", "the one before it; NULL for the first"),
            (
                "at",
                "TIMESTAMP",
                "UTC, when it was first seen there: at or before this; by the log the day of its first decision",
            ),
            (
                "not_before",
                "TIMESTAMP",
                "UTC, the look that did not see it there yet, by the log the last day of the one before; NULL when that is "
                "not known",
            ),
            (
                "dated",
                "BOOLEAN",
                "whether it is known when it went there; FALSE for what was in service already when the first look at the "
                "registry, or the log, began: it counts for no figure",
            ),
            (
                "until",
                "TIMESTAMP",
                "UTC, when it was seen to be replaced or taken out, or its log fell silent; NULL while in service",
            ),
            ("by", "VARCHAR", "who says so: `registry`, `log` (inferred from who decided), `both`"),
            ("created_at", "TIMESTAMP", "UTC, when the version was registered; NULL when unknown"),
            ("started_at", "TIMESTAMP", "UTC, when its run started; NULL when unknown"),
            ("lead_hours", "DOUBLE", "from the start of its run to service; NULL when unknown, and for a rollback"),
            (
                "is_rollback",
                "BOOLEAN",
                "whether it went back to an older version that had been in service before: that is no change",
            ),
            (
                "watched",
                "BOOLEAN",
                "whether the version's health was judged in the first 30 days: else nothing but a rollback would show",
            ),
            (
                "failed",
                "BOOLEAN",
                "whether the change failed: rolled back, or a critical alert was raised of it, within 30 days; NULL while "
                "these are not over and neither has happened, for a rollback, and when it is not dated",
            ),
            ("failed_because", "VARCHAR", "`rolled back` or `critical alert`; NULL otherwise"),
            ("failed_at", "TIMESTAMP", "UTC, when that began, of a rollback the release itself; NULL otherwise"),
            (
                "restored_at",
                "TIMESTAMP",
                "UTC, when it was over: rolled back, replaced, or the alert ended; NULL while not",
            ),
            ("restore_hours", "DOUBLE", "from `failed_at` to `restored_at`; NULL otherwise"),
        ),
    ),
    Table(
        "projects",
        "portfolio",
        "Something that was begun to become a model: a registered model or a file of one, or an experiment that "
        "belongs to none. With how far it got.",
        ("kind", "project"),
        columns(
            ("kind", "VARCHAR", "`model` or `experiment`"),
            ("project", "VARCHAR", "the registered model's name, or the experiment's"),
            ("experiment_id", "VARCHAR", "of an experiment; NULL for a model"),
            ("team", "VARCHAR", "whose it is; NULL when unknown"),
            ("trade", "VARCHAR", "the line of business; NULL when unknown"),
            ("tier", "VARCHAR", "`critical`, `high`, `medium`, `low`; NULL when not assessed"),
            ("started_at", "TIMESTAMP", "UTC, its first run, else its first version; NULL when neither is known"),
            ("registered_at", "TIMESTAMP", "UTC, its first version; NULL while there is none"),
            ("approved_at", "TIMESTAMP", "UTC, the first approval of a version; NULL while there is none"),
            ("champion_at", "TIMESTAMP", "UTC, when a version was first in service; NULL while none was"),
            (
                "healthy",
                "BOOLEAN",
                "whether it is in service and its light is `stable` or `watch`; NULL when not in service",
            ),
            (
                "stage",
                "VARCHAR",
                "the furthest it has come: `started`, `registered`, `approved`, `champion`, `healthy`",
            ),
            ("stops_because", "VARCHAR", "why it is no further, in a sentence; NULL when healthy"),
            ("last_activity", "TIMESTAMP", "UTC, its newest run, version or decision; NULL for none"),
        ),
    ),
    Table(
        "experiment_work",
        "portfolio",
        "The runs of an experiment in a month, and what they took.",
        ("experiment_id", "month"),
        columns(
            ("experiment_id", "VARCHAR", "as in `experiments`"),
            ("experiment", "VARCHAR", "its name"),
            ("model", "VARCHAR", "the registered model that it belongs to, as docs/portfolio.md has it; NULL for none"),
            ("month", "DATE", "the first day of the month in which the runs started, UTC"),
            ("runs", "BIGINT", "runs that are not deleted"),
            ("failed", "BIGINT", "of them, failed or killed"),
            ("registered", "BIGINT", "of them, those that a model version came from"),
            ("hours", "DOUBLE", "from start to end of all that ended"),
            ("failed_hours", "DOUBLE", "of those that failed or were killed"),
            ("fruitless_hours", "DOUBLE", "of those in experiments that belong to no model"),
        ),
    ),
)
