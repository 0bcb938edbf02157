"""The tables that say what a model is worth: its KPIs, its money, its cut-off, and what to do next.

They are derived from the decision logs, the profiles and the assumptions in the model's file, and can be made anew from
these at any time. The counts are kept beside the money, so that other assumptions can be tried without reading a log.
"""

from __future__ import annotations

from watchroom.store.table import Table, columns

_MODEL = ("model", "VARCHAR", "the registered model")
_VERSION = ("version", "INTEGER", "the model version")
_VERSION_OR_ALL = (
    "version",
    "INTEGER",
    "the model version; NULL for the model: the decisions of whichever versions were in service (`value_serving`)",
)
_PERIOD = (
    ("grain", "VARCHAR", "`day`, `week` (from Monday), `month`"),
    ("period_start", "DATE", "its first day, UTC"),
    ("period_end", "DATE", "its last day, UTC, included; also of a period that is not over yet"),
)
_MONEY = "in the workspace's currency"

TABLES = (
    Table(
        "value_serving",
        "value",
        "A day on which a version's decisions counted: it was in service, not in shadow. Before the first look at the "
        "registry this is inferred from the log.",
        ("model", "version", "day"),
        columns(
            _MODEL,
            _VERSION,
            ("day", "DATE", "the UTC day of the decisions"),
            ("decisions", "BIGINT", "its decisions on that day"),
            (
                "by",
                "VARCHAR",
                "who says so: `registry` (it was champion), `log` (it led by the log alone), `beside` (it decided others' "
                "cases beside the one in service)",
            ),
        ),
    ),
    Table(
        "kpi_values",
        "value",
        "A KPI in a period: its formula over the decisions joined with their outcomes.",
        ("model", "kpi", "version", "grain", "period_start"),
        columns(
            _MODEL,
            ("kpi", "VARCHAR", "its name in the model's file"),
            _VERSION_OR_ALL,
            *_PERIOD,
            ("value", "DOUBLE", "in the KPI's unit; NULL when the formula gives none, as a mean of nothing"),
            ("target", "DOUBLE", "where it should be; NULL where the file says nothing"),
            ("limit", "DOUBLE", "where it becomes a problem; NULL likewise"),
            ("better", "VARCHAR", "`lower` or `higher`; NULL likewise"),
            (
                "status",
                "VARCHAR",
                "`on target`, `off target` (between target and limit), `beyond limit`, `no data`; `no target` without one",
            ),
            ("n", "BIGINT", "decisions that the formula was run over"),
            (
                "decisions",
                "BIGINT",
                "all decisions of the period: a formula that asks for `outcome` is run over those that have one",
            ),
        ),
    ),
    Table(
        "kpi_runs",
        "value",
        "How the formula of a KPI ran the last time.",
        ("model", "kpi"),
        columns(
            _MODEL,
            ("kpi", "VARCHAR", "its name in the model's file"),
            ("digest", "VARCHAR", "of its formula, unit, target, limit and direction: as in `kpis`"),
            ("error", "VARCHAR", "why there is no value, in words; NULL when it ran"),
            ("next_step", "VARCHAR", "what to do about it; NULL likewise"),
            ("needs_outcome", "BOOLEAN", "whether the formula asks for `outcome`; NULL when it cannot be read"),
            ("ran_at", "TIMESTAMP", "UTC, when it was last run over anything; NULL for never"),
        ),
    ),
    Table(
        "value_counts",
        "value",
        "What a day's decisions came to, in counts that money is worked out from: those of the model, and those of what "
        "would have been done without it. They add up over days.",
        ("model", "version", "day", "who", "kind"),
        columns(
            _MODEL,
            _VERSION,
            ("day", "DATE", "the UTC day of the decisions"),
            ("who", "VARCHAR", "`model`, or `baseline`: the same decisions, made by `value.baseline` of the file"),
            (
                "kind",
                "VARCHAR",
                "`realized`: decisions with an outcome; `estimated`: those without, as docs/value.md has it",
            ),
            ("n", "BIGINT", "decisions that are counted here: with a prediction, and for `realized` an outcome"),
            ("tp", "DOUBLE", "of a binary model: true positives; expected ones when estimated; NULL for a regression"),
            ("fp", "DOUBLE", "false positives, likewise"),
            ("fn", "DOUBLE", "false negatives, likewise"),
            ("tn", "DOUBLE", "true negatives, likewise"),
            ("over_sum", "DOUBLE", "of a regression: sum of the errors above zero; NULL for a binary model"),
            ("under_sum", "DOUBLE", "sum of the errors below zero, as a positive number; NULL likewise"),
        ),
    ),
    Table(
        "value",
        "value",
        "What a model earned in a period, by the `value` of its file: with outcomes, and estimated for decisions without.",
        ("model", "version", "grain", "period_start"),
        columns(
            _MODEL,
            _VERSION_OR_ALL,
            *_PERIOD,
            ("decisions", "BIGINT", "decisions of the period"),
            ("labelled", "BIGINT", "of them with an outcome"),
            (
                "worth",
                "DOUBLE",
                f"of the decisions with an outcome, {_MONEY}; NULL when `value` leaves out what it takes",
            ),
            (
                "baseline_worth",
                "DOUBLE",
                "what the same decisions would have been worth without the model; NULL without a baseline, and when it "
                "tells of less than half of them",
            ),
            (
                "benefit",
                "DOUBLE",
                "`worth` less `baseline_worth`: what the model brought; without a baseline the worth itself",
            ),
            ("estimated_benefit", "DOUBLE", "the same, estimated, of the decisions without an outcome"),
            (
                "run_cost",
                "DOUBLE",
                "of the days of the period on which the model was in service (a silence of at most three days is part of "
                "it), of `run_cost_per_month` by the days of the month; NULL when the file does not give it",
            ),
            (
                "net",
                "DOUBLE",
                "`benefit` and `estimated_benefit` less `run_cost` (what is unknown counts nothing); NULL when outcomes "
                "are there and nobody knows what they are worth",
            ),
        ),
    ),
    Table(
        "cutoffs",
        "value",
        "The cut-off of a binary model in service and the one that would earn most, over its last 90 days with outcomes.",
        ("model", "version"),
        columns(
            _MODEL,
            _VERSION,
            ("period_start", "DATE", "the first of these days, UTC"),
            ("period_end", "DATE", "the last, UTC, included"),
            ("n", "BIGINT", "decisions with a score and an outcome"),
            ("in_use", "DOUBLE", "the cut-off that its logged predictions imply; NULL when nothing tells"),
            ("best", "DOUBLE", "the one with the greatest worth; NULL without `value`"),
            ("best_low", "DOUBLE", "lower end of the 95 % interval of the best one (bootstrap)"),
            ("best_high", "DOUBLE", "upper end"),
            ("gain_per_month", "DOUBLE", f"what moving to the best one would bring in thirty days, {_MONEY}"),
            ("gain_low", "DOUBLE", "lower end of its 95 % interval"),
            ("gain_high", "DOUBLE", "upper end"),
            (
                "cost_ratio",
                "DOUBLE",
                "what a missed case costs for each false alarm, by `value`: (TP − FN) / (TN − FP); NULL when not defined",
            ),
            (
                "implied_ratio",
                "DOUBLE",
                "the ratio at which the cut-off in use would be the best one; NULL when nothing tells",
            ),
            (
                "alerts_per_day",
                "DOUBLE",
                "decisions a calendar day of service at or above the cut-off in use; NULL likewise",
            ),
            ("best_alerts_per_day", "DOUBLE", "at or above the best one"),
        ),
    ),
    Table(
        "runway",
        "value",
        "Until when a model pays: where it breaks even, how far that is, and when the trend of its weeks gets there.",
        ("model",),
        columns(
            _MODEL,
            ("version", "INTEGER", "the version in service"),
            ("weeks", "INTEGER", "weeks with enough outcomes, through which the lines are drawn"),
            ("net_per_month", "DOUBLE", f"what it earns now in thirty days after its costs, by the line, {_MONEY}"),
            ("net_slope", "DOUBLE", "change of that in thirty days; NULL with fewer than four weeks"),
            ("net_slope_low", "DOUBLE", "lower end of its 95 % interval"),
            ("net_slope_high", "DOUBLE", "upper end"),
            ("ends_on", "DATE", "when it stops paying by the line; NULL when it does not within two years"),
            ("ends_early", "DATE", "the earliest day by a line within the interval; NULL likewise"),
            ("ends_late", "DATE", "the latest; NULL when one of them does not"),
            ("metric", "VARCHAR", "the metric of `monitor.performance`, else the task's usual one"),
            ("metric_now", "DOUBLE", "its newest weekly value; NULL without one"),
            (
                "break_even",
                "DOUBLE",
                "the metric's value at which benefit covers the running cost; NULL when the weeks do not tell",
            ),
            ("break_even_low", "DOUBLE", "lower end of its 95 % interval; NULL likewise"),
            ("break_even_high", "DOUBLE", "upper end; NULL likewise"),
            ("reason", "VARCHAR", "what cannot be told and why, in a sentence; NULL for nothing to say"),
        ),
    ),
    Table(
        "actions",
        "value",
        "What should be done about a model next, the most urgent first: advice, with its reason and its worth.",
        ("model", "action", "version"),
        columns(
            _MODEL,
            ("version", "INTEGER", "the version that it concerns; NULL for the model"),
            (
                "action",
                "VARCHAR",
                "`mend what feeds it`, `roll back`, `promote the challenger`, `retire`, `retrain`, `move the threshold`, "
                "`ask for outcomes`, `agree on targets`, `say what it is worth`, `keep`",
            ),
            ("position", "INTEGER", "1, 2, 3, … within the model"),
            ("urgency", "VARCHAR", "`now`, `soon`, `when convenient`, `nothing to do`"),
            ("reason", "VARCHAR", "why, in a sentence with its numbers"),
            ("worth_per_month", "DOUBLE", f"what it would bring in thirty days, {_MONEY}; NULL when it cannot be told"),
            ("worth_low", "DOUBLE", "lower end of its 95 % interval; NULL likewise"),
            ("worth_high", "DOUBLE", "upper end; NULL likewise"),
            ("target_version", "INTEGER", "the version to go to; NULL for other actions"),
            ("cutoff", "DOUBLE", "the cut-off to move to; NULL for other actions"),
            ("decides_role", "VARCHAR", "the role that decides it"),
            ("decides", "VARCHAR", "the person who holds that role for the model; NULL for nobody"),
            ("page", "VARCHAR", "the page that shows why, with its address: `versions?model=…`"),
        ),
    ),
    Table(
        "value_notes",
        "value",
        "What the figures of a model were made with: they are made anew when it changes.",
        ("model", "key"),
        columns(
            _MODEL,
            ("key", "VARCHAR", "the note's name"),
            ("value", "VARCHAR", "its text"),
        ),
        private=True,
    ),
)
