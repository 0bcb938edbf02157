"""The kinds of check about how a version was made: its run, its data, its files, its place in the registry."""

from __future__ import annotations

from watchroom.domain.check_params import CheckKind, Param

_METRIC = Param("metric", "text", "the name of a metric that its run logged", needed=True)
_THINGS = ("commit", "clean_tree", "environment", "data", "seed", "signature", "input_example", "model")

BUILD: tuple[CheckKind, ...] = (
    # runs
    CheckKind(
        "reproducible",
        "runs",
        "The version's run holds what it takes to make it again.",
        (
            Param(
                "items",
                "texts",
                "what has to be there",
                ("commit", "clean_tree", "environment", "data", "seed", "model"),
                choices=_THINGS,
            ),
        ),
    ),
    CheckKind(
        "commit_clean",
        "runs",
        "The run's commit is known and its work tree had no uncommitted changes.",
    ),
    CheckKind("data_digest", "runs", "Every dataset that the run used is recorded with its digest."),
    CheckKind("environment_recorded", "runs", "The packages that the model needs are recorded with it."),
    CheckKind("run_finished", "runs", "The version's run is there, finished and not deleted."),
    CheckKind(
        "metric_within",
        "runs",
        "A metric of the version's run is within bounds.",
        (
            _METRIC,
            Param("at_least", "number", "its least value; left out: none"),
            Param("at_most", "number", "its greatest value; left out: none"),
        ),
    ),
    CheckKind(
        "metrics_finite",
        "runs",
        "No metric of the run was ever NaN or infinite.",
    ),
    CheckKind(
        "segments_hold",
        "runs",
        "A metric that the run logged for each segment is good enough in every one.",
        (
            Param("prefix", "text", "how the names of these metrics begin", "segment/"),
            Param("metric", "text", "how they end: only these are looked at; left out: all", None),
            Param("at_least", "number", "the least value in any segment; left out: none"),
            Param("at_most", "number", "the greatest value in any segment; left out: none"),
            Param(
                "spread",
                "number",
                "how far the worst may lie from the best, as a share of the best; left out: any",
                least=0,
            ),
        ),
    ),
    CheckKind(
        "beats_baseline",
        "runs",
        "A simpler baseline was measured and is worse: by a metric of the gain, or by a run that is one.",
        (
            Param(
                "gain",
                "text",
                "a metric of the run that is above zero when it beats the baseline",
                "gain_over_naive_low",
            ),
            Param(
                "metric",
                "text",
                "to compare with a baseline's run; left out: that of `monitor.performance`, else a common one",
            ),
            Param(
                "marks", "texts", "words by which a baseline is known, in its run's name or tags", ("baseline", "naive")
            ),
        ),
    ),
    CheckKind(
        "parameters_searched",
        "runs",
        "Parameters were searched for: runs of the same experiment that differ in them.",
        (Param("runs", "whole", "at least so many different settings", 5, least=2),),
    ),
    CheckKind(
        "seeds_tried",
        "runs",
        "How much is luck is known: the experiment has finished runs with different seeds.",
        (Param("seeds", "whole", "at least so many", 3, least=2),),
    ),
    CheckKind(
        "rival_by_another",
        "runs",
        "Somebody other than the version's authors has finished a run in the same experiment, or another version, on "
        "a dataset with the same digest where the version's run has one.",
    ),
    CheckKind(
        "age_at_most",
        "runs",
        "The version was made not too long ago.",
        (Param("days", "whole", "its greatest age", 365, least=1),),
    ),
    # registry
    CheckKind(
        "signature",
        "registry",
        "The version has a signature of its inputs and outputs, and an example of its input.",
        (Param("example", "yes_no", "whether an example of the input is asked for", True),),
    ),
    CheckKind("loads", "registry", "The model could be loaded from its files alone."),
    CheckKind("no_code_run", "registry", "Loading the model runs no code that is not trusted."),
    CheckKind("champion_set", "registry", "The registered model has a champion."),
    CheckKind(
        "rollback_target",
        "registry",
        "There is another version to go back to, and it loads: where versions have been in service before, "
        "the one that the page Versions judges as last known good. Met by the first version, "
        "which has nothing to go back to.",
        (Param("served", "yes_no", "whether it must have been in service before, if none is known to have", False),),
    ),
    CheckKind(
        "rollback_tried",
        "registry",
        "Going back to an older version was done at least once, as the registry or the log shows. "
        "`unknown` for the first version.",
    ),
    CheckKind(
        "described",
        "registry",
        "The version, or else its registered model, has a description.",
        (Param("letters", "whole", "of at least so many letters", 20, least=1),),
    ),
    CheckKind(
        "promoted_by_decision",
        "registry",
        "The champion last became so after every role that its tier asks for had signed it off for deploy, not before.",
        binds=False,
    ),
    CheckKind(
        "scored_beside",
        "registry",
        "It and another version have scored the same decisions, in the shadow or beside each other, before it served "
        "or when it began to. What it scored beside a version that came after it does not count.",
        (
            Param("decisions", "whole", "at least so many", 100, least=1),
            Param("days", "whole", "begun by so many days after it first served", 14, least=0),
        ),
    ),
    CheckKind(
        "no_worse_than_before",
        "registry",
        "On the decisions that both scored it is not worse than the version before, by the metric that the model "
        "is judged by; what is neither is `unknown`.",
        (
            Param("probability", "number", "how sure it must be that it is worse, to fail", 0.95, least=0.5, most=1),
            Param("no_worse", "number", "how probable it must be that it is better, to pass", 0.5, least=0, most=1),
            Param("decisions", "whole", "with fewer decisions that have an outcome it is unknown", 100, least=1),
        ),
    ),
    CheckKind(
        "inputs_allowed",
        "registry",
        "None of its inputs is one that must not be used.",
        (Param("forbidden", "texts", "their names, or globs such as `*postcode*`; case does not matter", needed=True),),
    ),
)
