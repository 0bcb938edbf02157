"""The tables that say how a model is: derived from the profiles, the limits in the model's file and the ledger.

They can be made anew from these at any time.
"""

from __future__ import annotations

from watchroom.store.table import Table, columns

_MODEL = (
    ("model", "VARCHAR", "the registered model"),
    ("version", "INTEGER", "the model version"),
)
_PERIOD = (
    (
        "grain",
        "VARCHAR",
        "`day`, `week` (from Monday), `month`, or `last_7_days`: the seven days that end with `period_end`, from which the lights and alerts are made",
    ),
    ("period_start", "DATE", "its first day, UTC"),
    ("period_end", "DATE", "its last day, UTC, included; also of a period that is not over yet"),
)

TABLES = (
    Table(
        "drift",
        "health",
        "How far a feature, the score, the prediction or the outcome has moved from the reference in a period. "
        "docs/statistics.md defines each method.",
        ("model", "version", "feature", "grain", "period_start", "period_end"),
        columns(
            *_MODEL,
            ("feature", "VARCHAR", "the feature, or `@score`, `@prediction`, `@outcome`"),
            *_PERIOD,
            ("method", "VARCHAR", "`psi`, `js`, `ks`, `wasserstein`, `chi2`"),
            ("value", "DOUBLE", "the distance; NULL when the period has no value of it"),
            ("watch", "DOUBLE", "the limit from which it is on watch"),
            ("drifted", "DOUBLE", "the limit from which it has drifted"),
            (
                "noise",
                "DOUBLE",
                "what chance alone exceeds once in a thousand periods of this size without any drift; a light needs more than this",
            ),
            (
                "status",
                "VARCHAR",
                "`stable`, `watch`, `drifted`; `no data` without values, or when the period is too small to tell",
            ),
            ("n", "BIGINT", "decisions in the period"),
            ("reference_n", "BIGINT", "rows of the reference"),
        ),
    ),
    Table(
        "quality",
        "health",
        "Values of a feature that cannot be what they should be, in a period.",
        ("model", "version", "feature", "grain", "period_start", "period_end"),
        columns(
            *_MODEL,
            ("feature", "VARCHAR", "the feature, or `@score`, `@prediction`"),
            *_PERIOD,
            ("n", "BIGINT", "decisions"),
            ("missing", "BIGINT", "without a value (NULL or NaN)"),
            ("unseen", "BIGINT", "with a category that the reference does not have; NULL where that cannot be told"),
            ("out_of_range", "BIGINT", "below the smallest or above the largest value of the reference"),
            ("invalid", "BIGINT", "not convertible to the feature's type"),
            ("share", "DOUBLE", "missing, unseen and invalid together, as a share of n"),
            ("reference_share", "DOUBLE", "the same in the reference"),
            (
                "status",
                "VARCHAR",
                "`stable`, `watch`, `failing`, `no data`: by how much the share exceeds the reference's",
            ),
        ),
    ),
    Table(
        "performance",
        "health",
        "A metric of a model version in a period: realized from outcomes, or estimated without them.",
        ("model", "version", "metric", "kind", "grain", "period_start", "period_end"),
        columns(
            *_MODEL,
            *_PERIOD,
            ("metric", "VARCHAR", "`roc_auc`, `log_loss`, `rmse`, …, as in docs/statistics.md"),
            ("kind", "VARCHAR", "`realized` or `estimated`"),
            ("value", "DOUBLE", "NULL when it cannot be told, as AUC with one class"),
            ("low", "DOUBLE", "lower end of its 95 % interval; NULL where there is none"),
            ("high", "DOUBLE", "upper end; NULL likewise"),
            ("reference_value", "DOUBLE", "the same metric on the reference; NULL without one"),
            ("watch", "DOUBLE", "the limit in the metric's own unit; NULL for none"),
            ("failing", "DOUBLE", "the limit in the metric's own unit; NULL for none"),
            (
                "status",
                "VARCHAR",
                "`stable`, `watch`, `failing`, `no data`; a metric without limits is `stable` or `no data`",
            ),
            (
                "reason",
                "VARCHAR",
                "why there is no status or it holds back, as `no outcomes yet`; NULL for nothing to say",
            ),
            ("n", "BIGINT", "decisions in the period"),
            ("n_labelled", "BIGINT", "of them with an outcome"),
        ),
    ),
    Table(
        "health",
        "health",
        "How a model is now: one row for the version in service (champion; else the newest with decisions), its light and "
        "the parts of it, over the seven days that end with its last decision. The light is the worst of its parts.",
        ("model",),
        columns(
            *_MODEL,
            ("light", "VARCHAR", "`stable`, `watch`, `drifted`, `failing`, `no data`"),
            ("drift", "VARCHAR", "`stable`, `watch`, `drifted`, `no data`"),
            ("quality", "VARCHAR", "`stable`, `watch`, `failing`, `no data`"),
            ("performance", "VARCHAR", "likewise: from outcomes where enough are there, else estimated"),
            ("volume", "VARCHAR", "likewise"),
            ("reason", "VARCHAR", "in a sentence: what is worst, or why there is no data"),
            ("period_start", "DATE", "the first day looked at, UTC; NULL without decisions"),
            ("period_end", "DATE", "the last day looked at, UTC; NULL likewise"),
            ("n", "BIGINT", "decisions in these days"),
            (
                "performance_as_of",
                "DATE",
                "the last day of the newest period with enough outcomes to judge; NULL for none",
            ),
        ),
    ),
    Table(
        "decay",
        "health",
        "How the metric of a model version changes with its age.",
        ("model", "version"),
        columns(
            *_MODEL,
            ("metric", "VARCHAR", "the metric of `monitor.performance`, else the task's usual one"),
            ("trained_at", "TIMESTAMP", "UTC, when the version was made; NULL when unknown"),
            ("age_days", "DOUBLE", "from then to the refresh; NULL likewise"),
            ("weeks", "INTEGER", "weeks with enough outcomes, through which the line is drawn"),
            ("slope", "DOUBLE", "change of the metric in 30 days; NULL with fewer than four weeks"),
            ("slope_low", "DOUBLE", "lower end of its 95 % interval"),
            ("slope_high", "DOUBLE", "upper end"),
            ("limit_value", "DOUBLE", "the failing limit in the metric's unit; NULL for none"),
            ("crosses_on", "DATE", "when the line crosses the limit; NULL when it does not within two years"),
            ("crosses_early", "DATE", "with the interval's worse end; NULL likewise"),
            ("crosses_late", "DATE", "with its better end; NULL likewise"),
            ("advice", "VARCHAR", "`keep`, `plan retraining`, `retrain now`, `ask for outcomes`"),
            ("reasons", "VARCHAR[]", "why, in sentences"),
        ),
    ),
    Table(
        "alerts",
        "health",
        "Something that is beyond its limit, from when it was first seen until it is over. What people did with it is "
        "in the ledger and joined here as of the refresh.",
        ("alert_id",),
        columns(
            ("alert_id", "VARCHAR", "stays the same for as long as the alert lasts"),
            *_MODEL,
            ("signal", "VARCHAR", "`drift`, `quality`, `performance`, `volume`"),
            ("feature", "VARCHAR", "the feature, the metric of performance, or empty"),
            ("severity", "VARCHAR", "`warning` (watch) or `critical` (drifted, failing)"),
            ("since", "DATE", "the first day of the run of days that are beyond the limit"),
            ("raised_at", "TIMESTAMP", "UTC, the refresh that saw it first"),
            ("ended_at", "TIMESTAMP", "UTC, the refresh that saw it no more; NULL while it lasts"),
            ("value", "DOUBLE", "the last value"),
            ("limit", "DOUBLE", "the limit it crossed"),
            ("method", "VARCHAR", "the drift method or the metric; NULL for others"),
            ("period_start", "DATE", "the days of that value"),
            ("period_end", "DATE", "included"),
            ("n", "BIGINT", "decisions in them"),
            ("state", "VARCHAR", "`open`, `acknowledged`, `snoozed`, `resolved` (by a person), `over` (by itself)"),
            ("owner", "VARCHAR", "who has it: assigned, else on call, else operations; NULL for nobody"),
            ("snoozed_until", "TIMESTAMP", "UTC; NULL unless snoozed"),
            ("reason", "VARCHAR", "what the last person to act on it wrote; NULL for nothing"),
            ("runbook", "VARCHAR", "from the model's file; NULL for none"),
        ),
    ),
    Table(
        "alert_scores",
        "health",
        "How right a drift rule has been: each past alert against the performance that the outcomes later showed.",
        ("model", "version", "feature", "method"),
        columns(
            *_MODEL,
            ("feature", "VARCHAR", "the feature, or `@score`, `@prediction`, `@outcome`"),
            ("method", "VARCHAR", "the drift method"),
            ("watch", "DOUBLE", "the limit in force"),
            ("periods", "INTEGER", "weeks with both a drift value and enough outcomes"),
            ("fell", "INTEGER", "of them with a performance beyond its watch limit"),
            ("alarms", "INTEGER", "of them with drift beyond the watch limit"),
            ("right", "INTEGER", "alarms in weeks in which performance fell"),
            ("precision", "DOUBLE", "right / alarms; NULL without alarms"),
            ("recall", "DOUBLE", "right / fell; NULL when performance never fell"),
            (
                "best_limit",
                "DOUBLE",
                "the limit that would have been right most often (greatest F1); NULL when performance never fell",
            ),
            ("best_precision", "DOUBLE", "precision at that limit"),
            ("best_recall", "DOUBLE", "recall at that limit"),
        ),
    ),
    Table(
        "health_notes",
        "health",
        "What the tables of a model were derived from: they are derived anew when it changes.",
        ("model", "key"),
        columns(
            ("model", "VARCHAR", "the registered model"),
            ("key", "VARCHAR", "the note's name"),
            ("value", "VARCHAR", "its text"),
        ),
        private=True,
    ),
)
