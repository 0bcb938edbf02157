"""The tables that hold two versions of a model against each other, on the decisions that both have scored.

They are made from a sample of the shared decisions, and can be made anew from the logs at any time.
"""

from __future__ import annotations

from watchroom.store.table import Table, columns

_PAIR = (
    ("model", "VARCHAR", "the registered model"),
    ("version_a", "INTEGER", "the older of the two versions"),
    ("version_b", "INTEGER", "the newer"),
)
_ROW = ("row", "INTEGER", "1, 2, 3, … within the pair, by time and id")

TABLES = (
    Table(
        "version_pairs",
        "compare",
        "Two versions of a model that have scored the same decisions: one in service and one in shadow.",
        ("model", "version_a", "version_b"),
        columns(
            *_PAIR,
            ("first_day", "DATE", "of the decisions that both scored, UTC"),
            ("last_day", "DATE", "the last one, UTC, included"),
            ("shared", "BIGINT", "decisions that both scored"),
            ("labelled", "BIGINT", "of them, those whose outcome is known"),
            (
                "rows",
                "BIGINT",
                "how many of them are in `paired_decisions`: all, or those whose ids come first by a digest",
            ),
            ("labelled_rows", "BIGINT", "of the rows, those whose outcome is known: what is compared rests on these"),
        ),
    ),
    Table(
        "version_comparisons",
        "compare",
        "Whether the difference between two versions is real: a metric on the decisions that both scored.",
        ("model", "version_a", "version_b", "metric"),
        columns(
            *_PAIR,
            (
                "metric",
                "VARCHAR",
                "a metric of `performance`, or `worth`: money per decision by the model's `value`, in the workspace's currency",
            ),
            ("better", "VARCHAR", "`lower` or `higher`"),
            ("value_a", "DOUBLE", "of the older version; NULL when it cannot be told"),
            ("value_b", "DOUBLE", "of the newer; NULL likewise"),
            ("difference", "DOUBLE", "`value_b` less `value_a`; NULL likewise"),
            ("low", "DOUBLE", "lower end of its 95 % interval; NULL likewise"),
            ("high", "DOUBLE", "upper end; NULL likewise"),
            (
                "b_better",
                "DOUBLE",
                "how probable it is that the newer version is better, 0 to 1, as far as these decisions tell; NULL likewise",
            ),
            (
                "method",
                "VARCHAR",
                "`delong` or `bootstrap` (paired, over single decisions), or `bootstrap by day` (paired, over whole days, UTC)",
            ),
            ("n", "BIGINT", "decisions that it was computed from"),
            ("why", "VARCHAR", "why it cannot be told; empty when it can"),
        ),
    ),
    Table(
        "paired_decisions",
        "compare",
        "A decision that two versions have scored: what each said, and what turned out to be true.",
        ("model", "version_a", "version_b", "row"),
        columns(
            *_PAIR,
            _ROW,
            ("prediction_id", "VARCHAR", "the decision's id"),
            ("decided_at", "TIMESTAMP", "UTC, by the older version's row"),
            ("score_a", "DOUBLE", "the older version's score; NULL when it was not logged"),
            ("score_b", "DOUBLE", "the newer version's; NULL likewise"),
            ("prediction_a", "VARCHAR", "the older version's prediction, as text; NULL likewise"),
            ("prediction_b", "VARCHAR", "the newer version's; NULL likewise"),
            ("outcome", "VARCHAR", "what turned out to be true, as text; NULL while unknown"),
        ),
        uncompressed=("prediction_id",),
    ),
    Table(
        "paired_values",
        "compare",
        "What an input or a column of `groups` was in a decision that two versions have scored.",
        ("model", "version_a", "version_b", "feature", "row"),
        columns(
            *_PAIR,
            ("feature", "VARCHAR", "a column of the log's features or groups"),
            _ROW,
            ("value", "DOUBLE", "of a number, and of a boolean as 0 or 1; NULL when missing, and for a category"),
            ("text", "VARCHAR", "of a category; NULL when missing, and for a number"),
        ),
    ),
    Table(
        "compare_notes",
        "compare",
        "What a model's comparisons were made with: they are made anew when it changes.",
        ("model", "key"),
        columns(
            ("model", "VARCHAR", "the registered model"),
            ("key", "VARCHAR", "the note's name"),
            ("value", "VARCHAR", "its text"),
        ),
        private=True,
    ),
)
