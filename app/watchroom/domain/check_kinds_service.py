"""The kinds of check about a version in service: its decisions, outcomes, health, explanations, fairness and worth."""

from __future__ import annotations

from watchroom.domain.check_params import CheckKind, Param


def _days(usual: int, about: str) -> Param:
    return Param("days", "whole", about, usual, least=1, most=3650)


def _share(name: str, usual: float, about: str) -> Param:
    return Param(name, "number", about, usual, least=0, most=1)


SERVICE: tuple[CheckKind, ...] = (
    # decisions
    CheckKind(
        "decisions_logged",
        "decisions",
        "The version's decisions are logged, and the log goes on.",
        (_days(7, "the last decision is at most so many days old"),),
        binds=False,
    ),
    CheckKind(
        "ids_unique",
        "decisions",
        "Each decision has an id of its own in the log.",
        (_share("share", 0.001, "at most this share of the rows repeats one"),),
    ),
    CheckKind("inputs_logged", "decisions", "Every input of the model's signature is in the log, and is watched."),
    CheckKind(
        "same_inputs",
        "decisions",
        "Inputs in service looked as in training in its first weeks: neither drifted nor full of bad values.",
        (
            Param("weeks", "whole", "the first so many whole weeks of its service", 4, least=1, most=52),
            Param("features", "whole", "at most so many inputs may differ", 0, least=0),
        ),
    ),
    # outcomes
    CheckKind(
        "outcomes_arrive",
        "outcomes",
        "Outcomes come back for its decisions.",
        (
            _days(90, "of the decisions so many days back"),
            _share("share", 0.5, "at least this share has an outcome"),
            Param("old", "whole", "the last decision is at most so many days old", 30, least=1, most=3650),
        ),
    ),
    CheckKind(
        "outcomes_described", "outcomes", "The model's file says where outcomes come from, and when they are known."
    ),
    # health
    CheckKind(
        "reference_present",
        "health",
        "There is a reference that drift is measured against.",
        (
            Param("rows", "whole", "of at least so many rows", 100, least=1),
            Param("outcomes", "yes_no", "whether its rows must have outcomes too", False),
        ),
    ),
    CheckKind(
        "drift_watched",
        "health",
        "Drift of its inputs and scores was measured lately.",
        (_days(14, "at most so many days before the refresh"),),
    ),
    CheckKind(
        "drift_within",
        "health",
        "Nothing that is watched has drifted now.",
        (Param("watch", "yes_no", "whether `watch` fails too", False),),
        binds=False,
    ),
    CheckKind(
        "performance_watched",
        "health",
        "Performance is watched with limits, against outcomes, and was judged lately.",
        (_days(120, "judged at most so many days before the refresh"),),
    ),
    CheckKind(
        "performance_within",
        "health",
        "Performance is not failing now, and was judged by outcomes lately.",
        (
            Param("watch", "yes_no", "whether `watch` fails too", False),
            _days(120, "judged at most so many days before the refresh"),
        ),
        binds=False,
    ),
    CheckKind("volume_watched", "health", "A least number of decisions a day is set."),
    CheckKind(
        "quality_within",
        "health",
        "No input is full of missing, unseen or invalid values now.",
        (Param("watch", "yes_no", "whether `watch` fails too", False),),
        binds=False,
    ),
    CheckKind(
        "quality_watched",
        "health",
        "Missing, unseen and invalid values are counted for every input of its signature, and were lately.",
        (_days(62, "of a period that ended at most so many days before the refresh"),),
    ),
    CheckKind(
        "staleness_known",
        "health",
        "How fast it gets worse with its age is known: a line through its weeks, whose interval for 30 days is "
        "narrower than the way to the limit.",
        (Param("weeks", "whole", "through at least so many weeks", 4, least=4),),
    ),
    CheckKind(
        "not_due_for_retraining",
        "health",
        "The advice on its age is not to train it again now.",
        binds=False,
    ),
    # explanations
    CheckKind(
        "explained",
        "explanations",
        "Its decisions are explained, and that is not old.",
        (
            _days(45, "at most so many days before the refresh"),
            Param("rows", "whole", "at least so many decisions or rows of the reference", 100, least=1),
        ),
    ),
    CheckKind(
        "explanation_steady",
        "explanations",
        "What drives it has not changed against its reference.",
        (_days(62, "of a month that ended at most so many days before the refresh, or still runs"),),
        binds=False,
    ),
    CheckKind(
        "inputs_worth",
        "explanations",
        "Each input moves the answers: none is there for nothing.",
        (
            _share("share", 0.001, "an input with less than this share of all effects is idle"),
            Param("idle", "whole", "at most so many are idle", 0, least=0),
        ),
    ),
    CheckKind(
        "no_single_input",
        "explanations",
        "No single input decides alone, as one that leaks the answer would.",
        (_share("share", 0.8, "at most this share of all effects"),),
    ),
    # fairness
    CheckKind("groups_named", "fairness", "The model's file names the groups by which fairness is judged."),
    CheckKind(
        "fairness_ratio",
        "fairness",
        "Every group fares nearly as well as the best one.",
        (
            _share("at_least", 0.8, "the least ratio to the best group"),
            Param(
                "metric",
                "text",
                "what is compared; left out: the error of a regression, else the share given the favourable answer, "
                "and true and false positives as far as they differ beyond chance",
                None,
                choices=("selection_rate", "true_positive_rate", "false_positive_rate", "error_rate", "mae"),
            ),
            Param("columns", "texts", "the columns of groups; left out: all", None),
            Param("sure", "yes_no", "whether the whole interval must lie above", False),
            _days(
                120, "of decisions the last of which are at most so many days old; those of the reference do not age"
            ),
        ),
    ),
    CheckKind(
        "fairness_watched",
        "fairness",
        "Fairness was measured on its real decisions lately.",
        (_days(62, "of a month that ended at most so many days before the refresh, or still runs"),),
    ),
    CheckKind(
        "groups_quality",
        "fairness",
        "No group gets answers that are much more often wrong than those of the best.",
        (
            Param("times", "number", "the worst group's error is at most so many times the best one's", 1.5, least=1),
            _days(
                120, "of decisions the last of which are at most so many days old; those of the reference do not age"
            ),
        ),
    ),
    # money and KPIs
    CheckKind(
        "kpis_defined",
        "money and KPIs",
        "It has KPIs with a formula, a target and a limit.",
        (Param("kpis", "whole", "at least so many", 1, least=1),),
    ),
    CheckKind("kpis_agreed", "money and KPIs", "Every role has agreed to every KPI as it stands."),
    CheckKind(
        "kpis_within",
        "money and KPIs",
        "No KPI was beyond its limit in the last month that is over and tells it.",
        (_days(120, "that month ended at most so many days before the refresh, for each KPI"),),
        binds=False,
    ),
    CheckKind("worth_stated", "money and KPIs", "What a right and a wrong answer are worth is in the model's file."),
    CheckKind("baseline_stated", "money and KPIs", "What would be done without the model is in the model's file."),
    CheckKind(
        "pays",
        "money and KPIs",
        "It has earned more than it costs, over the last months that are over.",
        (
            Param("months", "whole", "so many months", 3, least=1, most=36),
            _days(120, "the last of them ended at most so many days before the refresh"),
        ),
        binds=False,
    ),
    CheckKind(
        "cutoff_near_best",
        "money and KPIs",
        "Its cut-off is not one that costs money for sure: the gain of moving it is not above zero beyond chance.",
        binds=False,
    ),
)
