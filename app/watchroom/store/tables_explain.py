"""The tables that say why: what each explained decision owes to each input, what drives a model, how groups fare.

A sample of each month's decisions and of the reference is explained; the numbers are SHAP values in the space that
`explanations` names. They can be made anew from the logs and the logged models at any time.
"""

from __future__ import annotations

from watchroom.store.table import Table, columns

_MODEL = (
    ("model", "VARCHAR", "the registered model"),
    ("version", "INTEGER", "the model version"),
)
_MONTH = ("month", "DATE", "first day of the UTC month of the decision; NULL for a row of the reference")
_ROW = ("row", "INTEGER", "the row's number within the model version, stable over refreshes")

TABLES = (
    Table(
        "explanations",
        "explain",
        "How a model version was explained, or why it could not be.",
        ("model", "version"),
        columns(
            *_MODEL,
            (
                "status",
                "VARCHAR",
                "`explained`; `partial` when the last refresh could not explain what is new; `failed`; `refused` when the logged model would run code that is not trusted",
            ),
            ("flavor", "VARCHAR", "`lightgbm`, `xgboost`, `sklearn`, `pyfunc`; NULL while unknown"),
            (
                "method",
                "VARCHAR",
                "`tree` (exact TreeSHAP, path-dependent), `linear` (exact, against the background's means) or `permutation` (sampled, against the background); NULL while unknown",
            ),
            ("space", "VARCHAR", "what the values add up to: `log-odds`, `probability` or `units` of the target"),
            ("rows", "BIGINT", "decisions explained"),
            ("reference_rows", "BIGINT", "rows of the reference explained"),
            ("what", "VARCHAR", "what went wrong; empty when nothing did"),
            ("why", "VARCHAR", "its reason; may be empty"),
            ("next_step", "VARCHAR", "what to do about it; may be empty"),
            ("note", "VARCHAR", "what a reader should know of the method, such as fewer rows; may be empty"),
            ("explained_at", "TIMESTAMP", "UTC, when rows were last explained; NULL for never"),
        ),
    ),
    Table(
        "explained_decisions",
        "explain",
        "A decision of the sample, or a row of the reference, that was explained.",
        ("model", "version", "month", "row"),
        columns(
            *_MODEL,
            _MONTH,
            _ROW,
            ("prediction_id", "VARCHAR", "the decision's id; NULL for a row of the reference"),
            ("decided_at", "TIMESTAMP", "UTC; NULL for a row of the reference"),
            ("score", "DOUBLE", "as logged; NULL when it is not"),
            ("prediction", "VARCHAR", "as logged, as text; NULL when it is not"),
            ("outcome", "VARCHAR", "what turned out to be true, as text; NULL while unknown"),
            (
                "class",
                "VARCHAR",
                "the class whose output is explained: `1` for binary, the model's choice for multiclass; NULL for a regression",
            ),
            ("base_value", "DOUBLE", "the output that the values start from"),
            ("output", "DOUBLE", "the model's output in `space`: base value and SHAP values add up to it"),
        ),
        uncompressed=("prediction_id",),
    ),
    Table(
        "explained_values",
        "explain",
        "A value of an explained row: what an input was, and what it added to the output.",
        ("model", "version", "month", "feature", "row"),
        columns(
            *_MODEL,
            _MONTH,
            ("feature", "VARCHAR", "an input of the model, or a column of `groups` that is none"),
            _ROW,
            ("value", "DOUBLE", "of a number, and of a boolean as 0 or 1; NULL when missing, and for a category"),
            ("text", "VARCHAR", "of a category; NULL when missing, and for a number"),
            ("shap", "DOUBLE", "what it added to the output; NULL for a column of `groups`"),
        ),
    ),
    Table(
        "shap_local",
        "explain",
        "What each input added to the output of an explained decision.",
        ("model", "version", "prediction_id", "feature"),
        columns(
            *_MODEL,
            ("prediction_id", "VARCHAR", "the decision's id; NULL for a row of the reference"),
            ("feature", "VARCHAR", "an input of the model"),
            ("feature_value", "VARCHAR", "what it was, as text; NULL when missing"),
            ("shap", "DOUBLE", "what it added to the output"),
            ("base_value", "DOUBLE", "the output that the values start from"),
            ("output", "DOUBLE", "the model's output: base value and all values of `shap` together"),
            ("space", "VARCHAR", "`log-odds`, `probability` or `units` of the target"),
            ("decided_at", "TIMESTAMP", "UTC; NULL for a row of the reference"),
        ),
        view="""
            select v.model, v.version, d.prediction_id, v.feature, coalesce(v.text, cast(v.value as varchar)), v.shap,
                d.base_value, d.output, e.space, d.decided_at
            from explained_values v
            join explained_decisions d on d.model = v.model and d.version = v.version and d.row = v.row
                and d.month is not distinct from v.month
            join explanations e on e.model = v.model and e.version = v.version
            where v.shap is not null""",
    ),
    Table(
        "shap_global",
        "explain",
        "How much each input matters to a model version in a period: over the explained decisions, or the reference.",
        ("model", "version", "grain", "period_start", "feature"),
        columns(
            *_MODEL,
            ("grain", "VARCHAR", "`month`; `all` for every explained decision; `reference`"),
            ("period_start", "DATE", "its first day, UTC; NULL for the reference"),
            ("period_end", "DATE", "its last day, UTC, included; NULL for the reference"),
            ("feature", "VARCHAR", "an input of the model"),
            ("mean_abs", "DOUBLE", "mean absolute SHAP value, in `explanations.space`"),
            ("mean", "DOUBLE", "mean SHAP value"),
            ("share", "DOUBLE", "its part of the mean absolute values of all inputs, 0 to 1; NULL when all are 0"),
            ("rank", "INTEGER", "1 for the input that matters most"),
            ("n", "BIGINT", "rows explained"),
        ),
    ),
    Table(
        "explanation_change",
        "explain",
        "How far what drives a model version has changed: nDCG of the inputs' ranking in a month against another.",
        ("model", "version", "period_start", "against"),
        columns(
            *_MODEL,
            ("period_start", "DATE", "the month's first day, UTC"),
            ("period_end", "DATE", "its last day, UTC, included"),
            (
                "against",
                "VARCHAR",
                "`reference` (the same version's), or `version`: the version that was in service before",
            ),
            ("against_version", "INTEGER", "the version compared with"),
            ("value", "DOUBLE", "nDCG, 1 for the same ranking; NULL when it cannot be told"),
            ("low", "DOUBLE", "lower end of its 95 % interval (bootstrap over the rows); NULL likewise"),
            ("high", "DOUBLE", "upper end; NULL likewise"),
            ("limit", "DOUBLE", "the limit below which it has changed, 0.90"),
            (
                "status",
                "VARCHAR",
                "`stable`; `drifted` when the whole interval lies below the limit; `no data` with too few rows",
            ),
            ("feature", "VARCHAR", "the input whose share moved most; NULL when none did"),
            ("share_before", "DOUBLE", "its share in what is compared with"),
            ("share", "DOUBLE", "its share in the month"),
            ("n", "BIGINT", "rows explained in the month"),
            ("against_n", "BIGINT", "rows explained in what it is compared with"),
        ),
    ),
    Table(
        "fairness",
        "explain",
        "How a group of decisions fares in a period, by a column of `groups` in the model's file.",
        ("model", "version", "grain", "period_start", "group_column", "group_value", "metric"),
        columns(
            *_MODEL,
            ("grain", "VARCHAR", "`month`; `all` for all decisions; `reference`"),
            ("period_start", "DATE", "its first day, UTC; NULL for the reference"),
            ("period_end", "DATE", "its last day, UTC, included; NULL for the reference"),
            ("group_column", "VARCHAR", "the column"),
            ("group_value", "VARCHAR", "its value, as text; empty where it is missing"),
            (
                "metric",
                "VARCHAR",
                "`selection_rate` (share given the favourable answer; 1 where the model's file does not say), `true_positive_rate`, `false_positive_rate`, `error_rate`, `calibration_gap` (mean score less observed rate); `mean_error`, `mae` of a regression",
            ),
            ("value", "DOUBLE", "NULL when no decision of the group tells it"),
            ("low", "DOUBLE", "lower end of its 95 % interval; NULL likewise"),
            ("high", "DOUBLE", "upper end; NULL likewise"),
            ("n", "BIGINT", "decisions that it was computed from"),
            (
                "ratio",
                "DOUBLE",
                "against the best group of the column with enough decisions, 0 to 1 and 1 for that group; NULL where a ratio says nothing",
            ),
            (
                "ratio_low",
                "DOUBLE",
                "lower end of the ratio's 95 % interval, which holds for all judged groups of the column at once; NULL likewise",
            ),
            ("ratio_high", "DOUBLE", "upper end; NULL likewise"),
            ("best", "VARCHAR", "the group that it is compared with; NULL likewise"),
            (
                "status",
                "VARCHAR",
                "`above` and `below` the four-fifths line; `unclear` when the interval crosses it; `small` with too few decisions; `none` for a metric without a line: all but `selection_rate`",
            ),
        ),
    ),
    Table(
        "explain_notes",
        "explain",
        "What a model's explanations were made with: they are made anew when it changes.",
        ("model", "version", "key"),
        columns(
            *_MODEL,
            ("key", "VARCHAR", "the note's name"),
            ("value", "VARCHAR", "its text"),
        ),
        private=True,
    ),
    Table(
        "decision_days",
        "ids",
        "The day of each decision by a digest of its id, so that a decision is found without reading the whole log.",
        ("model", "digest", "day"),
        columns(
            ("model", "VARCHAR", "the registered model"),
            ("digest", "UINTEGER", "the first 32 bits of the MD5 of the id; several ids may share one"),
            ("day", "DATE", "the UTC day"),
        ),
        private=True,
    ),
)
