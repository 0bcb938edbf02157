"""The tables that hold the profiles: the decision log reduced to counts that add up over days.

The raw log stays where it is. Everything that is said of a window comes from these tables; what was derived from them
ahead of time is in `tables_health`.
"""

from __future__ import annotations

from watchroom.store.table import Table, columns

_MODEL = (
    ("model", "VARCHAR", "the registered model"),
    ("version", "INTEGER", "the model version"),
)
_DAY = ("day", "DATE", "the UTC day of the decision")
_DAY_OR_REFERENCE = ("day", "DATE", "the UTC day of the decision; NULL for the reference")
_GROUP = (
    ("group_column", "VARCHAR", "a column of `groups` in the model's file; empty for all decisions together"),
    ("group_value", "VARCHAR", "its value, as text; empty where it is missing, and for all together"),
)

TABLES = (
    Table(
        "profile_references",
        "profile",
        "What a model version is compared with.",
        ("model", "version"),
        columns(
            *_MODEL,
            ("source", "VARCHAR", "`file` or `period`"),
            ("place", "VARCHAR", "the file's globs, or the days"),
            (
                "from_version",
                "INTEGER",
                "the version whose rows these are; NULL when the reference tells no versions apart, or has none of this one and all its rows are taken",
            ),
            ("n", "BIGINT", "its rows"),
            ("n_performance", "BIGINT", "its rows with an outcome that performance is compared with"),
        ),
    ),
    Table(
        "profile_features",
        "profile",
        "What is watched of a model version: a feature, or `@score`, `@prediction`, `@outcome`; with its reference.",
        ("model", "version", "feature"),
        columns(
            *_MODEL,
            ("feature", "VARCHAR", "the column's name, or `@score`, `@prediction`, `@outcome`"),
            ("kind", "VARCHAR", "`number` or `category`"),
            ("n", "BIGINT", "rows of the reference"),
            ("missing", "BIGINT", "of them without a usable value"),
            ("distinct_values", "BIGINT", "how many different values the reference holds"),
            ("mean", "DOUBLE", "of a number, over the rows that have one; NULL for a category or none"),
            ("std", "DOUBLE", "its standard deviation (divisor n); NULL likewise"),
            ("min", "DOUBLE", "its smallest finite value; NULL likewise"),
            ("max", "DOUBLE", "its largest finite value; NULL likewise"),
            (
                "closed",
                "BOOLEAN",
                "whether all categories are bins, so that an unseen one can be told; NULL for a number",
            ),
        ),
    ),
    Table(
        "profile_bins",
        "profile",
        "A bin on which decisions are counted, taken from the reference. Numbers: edges are the reference's percentiles "
        "(and every value, when it has at most 100), left-closed; bin 0 lies below all of the reference and the last bin "
        "above. Categories: one bin for each value, the most frequent first. Below zero: -1 missing, -2 not "
        "convertible, -3 a category that the reference does not have, -4 a category too rare for a bin of its own.",
        ("model", "version", "feature", "bin"),
        columns(
            *_MODEL,
            ("feature", "VARCHAR", "as in `profile_features`"),
            ("bin", "SMALLINT", "0, 1, 2, … and the special ones below zero"),
            ("lower", "DOUBLE", "included; NULL for open and for categories"),
            ("upper", "DOUBLE", "not included; NULL for open and for categories"),
            ("value", "VARCHAR", "the category; NULL for numbers and special bins"),
            (
                "decile",
                "SMALLINT",
                "of a number: which of the bins of PSI it belongs to, 0 to 9; of a category its bin",
            ),
            ("reference", "BIGINT", "rows of the reference in it"),
        ),
    ),
    Table(
        "profile_reference_months",
        "profile",
        "The reference's rows by calendar month, when they have times: what a period is compared with when much of what "
        "moves is the season.",
        ("model", "version", "month", "feature", "bin"),
        columns(
            *_MODEL,
            ("month", "SMALLINT", "1 to 12, of any year; UTC"),
            ("feature", "VARCHAR", "as in `profile_features`"),
            ("bin", "SMALLINT", "as in `profile_bins`"),
            ("n", "BIGINT", "rows of the reference"),
        ),
    ),
    Table(
        "profile_counts",
        "profile",
        "Decisions of a day in a bin. Bins without any have no row. `@outcome` counts the labelled decisions alone.",
        ("model", "version", "day", "feature", "bin"),
        columns(
            *_MODEL,
            _DAY,
            ("feature", "VARCHAR", "as in `profile_features`"),
            ("bin", "SMALLINT", "as in `profile_bins`"),
            ("n", "BIGINT", "decisions"),
        ),
    ),
    Table(
        "profile_outcomes",
        "profile",
        "Decisions of a classifier by score, by what was predicted and by what turned out to be true, for all together "
        "and by group. Adds up to every metric at any threshold.",
        ("model", "version", "day", "group_column", "group_value", "score_bin", "predicted", "outcome"),
        columns(
            *_MODEL,
            _DAY_OR_REFERENCE,
            *_GROUP,
            (
                "score_bin",
                "SMALLINT",
                "the score's place on a fixed grid: steps of 0.00001 below 0.01 and from 0.99, of 0.001 between; NULL without a score",
            ),
            ("predicted", "VARCHAR", "what was predicted: `0` or `1` for binary; NULL when not logged"),
            ("outcome", "VARCHAR", "what turned out to be true, likewise; NULL while unknown"),
            ("n", "BIGINT", "decisions"),
            ("score_sum", "DOUBLE", "sum of their scores"),
            ("score_sq_sum", "DOUBLE", "sum of the squares"),
            (
                "log_loss_sum",
                "DOUBLE",
                "sum of -ln of the probability given to the outcome, kept from 0 by 2.2e-16; NULL without an outcome",
            ),
        ),
    ),
    Table(
        "profile_errors",
        "profile",
        "Labelled decisions of a regression: sums of their errors, for all together and by group. An error is the "
        "prediction less the outcome.",
        ("model", "version", "day", "group_column", "group_value"),
        columns(
            *_MODEL,
            _DAY_OR_REFERENCE,
            *_GROUP,
            ("n", "BIGINT", "decisions with a prediction and an outcome"),
            ("over_sum", "DOUBLE", "sum of the errors above zero"),
            ("under_sum", "DOUBLE", "sum of the errors below zero, as a positive number"),
            ("sq_sum", "DOUBLE", "sum of the squared errors"),
            (
                "abs_sq_sum",
                "DOUBLE",
                "sum of the squares of (absolute error less the mean absolute error of this row's decisions): for the interval of MAE",
            ),
            ("outcome_mean", "DOUBLE", "mean outcome"),
            ("outcome_m2", "DOUBLE", "sum of squared distances of the outcomes from that mean"),
        ),
    ),
    Table(
        "volume",
        "profile",
        "How many decisions a model version made in a day, and how many of them have an outcome by now.",
        ("model", "version", "day"),
        columns(
            *_MODEL,
            _DAY,
            ("decisions", "BIGINT", "each id once"),
            ("labelled", "BIGINT", "of them with an outcome"),
            ("duplicates", "BIGINT", "rows left out because their id stood in the day before for the same version"),
            ("last_at", "TIMESTAMP", "UTC, the last of them"),
        ),
    ),
    Table(
        "log_files",
        "profile",
        "A file of a model's log as it was last read.",
        ("model", "kind", "path"),
        columns(
            ("model", "VARCHAR", "the registered model"),
            ("kind", "VARCHAR", "`decisions`, `outcomes`, `reference`"),
            ("path", "VARCHAR", "relative to the workspace, or an address"),
            ("size", "BIGINT", "bytes"),
            ("modified_ns", "BIGINT", "nanoseconds since 1970"),
            ("rows", "BIGINT", "rows in it; NULL when it could not be read"),
            ("unusable", "BIGINT", "of them left out: without an id, a time or a version"),
            ("unmatched", "BIGINT", "of an outcome file: ids that no decision has"),
            ("problems", "VARCHAR", "what was found, as JSON: said again by every refresh that does not read it"),
        ),
        private=True,
    ),
    Table(
        "log_days",
        "profile",
        "The days whose decisions a file holds, or whose outcomes; with a digest that changes with its rows.",
        ("model", "kind", "path", "day"),
        columns(
            ("model", "VARCHAR", "the registered model"),
            ("kind", "VARCHAR", "`decisions`, `outcomes`"),
            ("path", "VARCHAR", "as in `log_files`"),
            ("day", "DATE", "the UTC day of the decisions"),
            ("rows", "BIGINT", "rows of that day"),
            ("digest", "VARCHAR", "of what is used of them"),
        ),
        private=True,
    ),
    Table(
        "profile_notes",
        "profile",
        "What the counts of a model were made with: they are made anew when it changes.",
        ("model", "key"),
        columns(
            ("model", "VARCHAR", "the registered model"),
            ("key", "VARCHAR", "the note's name"),
            ("value", "VARCHAR", "its text"),
        ),
        private=True,
    ),
)
