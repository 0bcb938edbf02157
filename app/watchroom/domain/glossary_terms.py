"""The words of Watchroom, as one table: each with its group, its meaning, its other names and its relations.

How they are found and searched is in `glossary`; the exact definition of a statistic is in the docs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A word and what it means. `group` is its heading; `see` names related terms; `also` other words for it."""

    name: str
    group: str
    meaning: str
    also: tuple[str, ...] = ()
    see: tuple[str, ...] = ()


ROOM = "Watchroom"
REGISTRY = "MLflow"
DECISIONS = "Decisions"
STATISTICS = "Statistics"
PEOPLE = "People and governance"

GROUPS = (ROOM, REGISTRY, DECISIONS, STATISTICS, PEOPLE)
"""The headings, in the order of the page."""

TERMS: tuple[Term, ...] = (
    Term(
        "workspace",
        ROOM,
        "A folder of text files kept in git: the settings (watchroom.yaml), a file for each model, and the policies.",
    ),
    Term(
        "snapshot",
        ROOM,
        "One immutable set of tables: everything the pages read. A refresh makes the next one and switches to it in "
        "one step, so a page is always from one moment.",
        see=("refresh",),
    ),
    Term(
        "refresh",
        ROOM,
        "The job that reads MLflow, the decision logs and the workspace, and publishes the next snapshot. A refresh "
        "that fails leaves the current snapshot as it was.",
        see=("snapshot",),
    ),
    Term(
        "ledger",
        ROOM,
        "The append-only record of what people decided and what the registry was seen to be. Each entry carries the "
        "hash of the one before, so a changed or missing entry shows.",
        see=("registry event", "approval"),
    ),
    Term(
        "scope",
        ROOM,
        "The model, the version and the period chosen in the sidebar. It stands in the address, so a link shows a "
        "colleague the same thing.",
    ),
    Term(
        "problem",
        ROOM,
        "Something the refresh could not read, or read with a gap. Each has its reason on the Status page; nothing "
        "disappears without a word.",
    ),
    Term(
        "alert",
        ROOM,
        "Something of a model that is beyond its limit: drift, data quality, performance or volume. It is raised once, "
        "lasts until it is back within its limit, and has somebody: whoever it was assigned to, else who is on call, "
        "else operations.",
        also=("alarm",),
        see=("drift", "watch roster", "incident capsule"),
    ),
    Term(
        "watch roster",
        ROOM,
        "Every signal of every model with the person who has it and the runbook; a signal with nobody, or one that is "
        "not watched, stands out.",
        see=("alert", "owner"),
    ),
    Term(
        "incident capsule",
        ROOM,
        "One file to take along from an alert: what was seen, the version with its run and data, the registry at that "
        "moment, the counts of the window, and the commands that bring it all back.",
        see=("alert",),
    ),
    Term(
        "n",
        ROOM,
        "How many things a figure was made from: runs, decisions, versions. It stands beside every figure.",
    ),
    Term(
        "run",
        REGISTRY,
        "One execution of training code, with its params, metrics, tags and datasets, as MLflow records it.",
    ),
    Term("experiment", REGISTRY, "A named group of runs."),
    Term(
        "param",
        REGISTRY,
        "An input of a run, such as a learning rate. Always text; Watchroom also reads it as a number where it is one.",
        also=("parameter",),
    ),
    Term(
        "metric",
        REGISTRY,
        "A number that a run logged, once or many times. The last value is the one at the highest step.",
        see=("best value", "last value"),
    ),
    Term(
        "last value",
        REGISTRY,
        "A metric's value at its highest step; at equal steps the latest, then the largest: MLflow's own rule.",
        see=("best value",),
    ),
    Term(
        "best value",
        REGISTRY,
        "The least or the greatest finite value of a metric, whichever is better by its name. NaN and infinities "
        "never win.",
        see=("last value",),
    ),
    Term(
        "nested run",
        REGISTRY,
        "A run inside another, such as one try of a search.",
        also=("child run", "parent run"),
    ),
    Term("stale run", REGISTRY, "A run that has said RUNNING for days: its process most likely died without a word."),
    Term(
        "dataset digest",
        REGISTRY,
        "A short fingerprint of the data that a run used. The same digest means the same data.",
    ),
    Term("registered model", REGISTRY, "A name in MLflow's registry under which versions of a model are kept."),
    Term(
        "model version",
        REGISTRY,
        "One numbered entry of a registered model, usually made by one run.",
        also=("version",),
    ),
    Term(
        "alias",
        REGISTRY,
        "A name that points to one version of a registered model and can be moved, such as champion.",
        see=("champion", "challenger"),
    ),
    Term(
        "champion",
        REGISTRY,
        "The version that is live: the one the alias champion points to.",
        see=("challenger", "seen since"),
    ),
    Term(
        "challenger",
        REGISTRY,
        "The version that might replace the champion: the one the alias challenger points to.",
        see=("champion",),
    ),
    Term("tag", REGISTRY, "A key with a text, put on a run, a model or a version by a person or a program."),
    Term("signature", REGISTRY, "The columns that a model takes and gives, with their types.", see=("input example",)),
    Term("input example", REGISTRY, "A few rows logged with a model that show what it takes."),
    Term(
        "flavour",
        REGISTRY,
        "A way in which a logged model can be loaded: sklearn, lightgbm, python_function, ….",
        also=("flavor",),
    ),
    Term(
        "registry event",
        REGISTRY,
        "A change of the registry as the refreshes saw it: an alias moved, a version added, a tag changed. MLflow "
        "does not keep these.",
        see=("seen since", "ledger"),
    ),
    Term(
        "seen since",
        REGISTRY,
        "When a refresh first saw something. The change itself is at or before that time, and after the refresh "
        "before. Watchroom does not know who made it, unless it was made in Watchroom.",
        see=("registry event",),
    ),
    Term(
        "decision",
        DECISIONS,
        "One prediction that was served: an id, a time, features, a score or a prediction, and a model version.",
        see=("outcome",),
    ),
    Term(
        "outcome",
        DECISIONS,
        "What turned out to be true for a decision; often late, sometimes never.",
        also=("label",),
        see=("decision",),
    ),
    Term("score", DECISIONS, "The probability of the positive class that a binary model gives."),
    Term("threshold", DECISIONS, "The score from which on a binary model's answer is taken as yes.", also=("cut-off",)),
    Term(
        "implied cut-off",
        DECISIONS,
        "The threshold that logged predictions let one see: between the greatest score that was predicted 0 and the "
        "least that was predicted 1.",
        see=("threshold",),
    ),
    Term(
        "what-if",
        DECISIONS,
        "What a model version would have answered had some inputs of one decision been others. It says how the model "
        "reacts, not what would have happened; it is never logged or stored.",
        see=("SHAP value", "waterfall"),
    ),
    Term(
        "similar decisions",
        DECISIONS,
        "The decisions of the explained sample whose inputs are nearest to one decision's, by Gower's distance: the "
        "mean over the inputs of the difference as a part of the usual range, or of same and not the same.",
        also=("Gower's distance",),
    ),
    Term(
        "reference",
        DECISIONS,
        "The period, or the data, that a model is compared with; usually what it was trained or accepted on.",
        see=("current",),
    ),
    Term(
        "current",
        DECISIONS,
        "The period being looked at; elsewhere it is called the analysis period.",
        also=("analysis period",),
        see=("reference",),
    ),
    Term("realized", DECISIONS, "Performance computed from outcomes.", see=("estimated",)),
    Term(
        "cohort",
        DECISIONS,
        "A group of decisions chosen by their features, score, prediction, outcome or time, to compare with another.",
        see=("decision",),
    ),
    Term(
        "estimated",
        DECISIONS,
        "Performance estimated before the outcomes are there; always marked as such.",
        see=("realized",),
    ),
    Term(
        "status light",
        DECISIONS,
        "stable, watch, drifted (failing for performance and quality) or no data. The whole is the worst of its parts.",
        also=("health light",),
    ),
    Term(
        "drift",
        STATISTICS,
        "A feature, the score or the outcome is distributed differently than in the reference. Drift alone does not "
        "mean that the model is worse.",
        see=("PSI", "reference"),
    ),
    Term(
        "PSI",
        STATISTICS,
        "Population stability index: how much the shares over the reference's deciles have moved. 0 is no change; 0.1"
        " and 0.25 are the usual limits.",
        also=("population stability index",),
        see=("drift",),
    ),
    Term(
        "Jensen-Shannon distance",
        STATISTICS,
        "How far apart two distributions are, from 0 (the same) to 1 (nothing in common), with logarithms to base 2.",
        also=("JS",),
        see=("drift",),
    ),
    Term(
        "KS",
        STATISTICS,
        "Kolmogorov-Smirnov: the largest gap between two cumulative distributions, from 0 to 1.",
        also=("Kolmogorov-Smirnov",),
        see=("drift",),
    ),
    Term(
        "Wasserstein distance",
        STATISTICS,
        "How far values have to be moved, on average, to turn one distribution into the other; normed by the "
        "reference's spread.",
        also=("earth mover's distance",),
        see=("drift",),
    ),
    Term(
        "chi-square",
        STATISTICS,
        "How far the counts are from what they would be if nothing had changed, made independent of how many there "
        "are (Cohen's w): 0.1 is a small effect, 0.3 a medium one.",
        also=("chi2",),
        see=("drift",),
    ),
    Term(
        "AUC",
        STATISTICS,
        "The chance that a positive case gets a higher score than a negative one. 0.5 is guessing, 1 is perfect.",
        also=("roc_auc", "ROC AUC"),
    ),
    Term(
        "log loss",
        STATISTICS,
        "How surprised the scores were by what came true. Lower is better; confident mistakes cost most.",
        also=("cross-entropy", "log_loss"),
    ),
    Term(
        "Brier score",
        STATISTICS,
        "The mean squared difference between the score and what came true, 0 or 1. Lower is better.",
        also=("brier",),
    ),
    Term("calibration", STATISTICS, "Whether of the cases scored 0.7 some 70 % come true."),
    Term(
        "precision",
        STATISTICS,
        "Of the cases the model said yes to, the share that really were.",
        see=("recall", "F1"),
    ),
    Term(
        "recall",
        STATISTICS,
        "Of the cases that really were, the share the model said yes to.",
        also=("sensitivity",),
        see=("precision", "F1"),
    ),
    Term("F1", STATISTICS, "One number for precision and recall: their harmonic mean.", see=("precision", "recall")),
    Term(
        "MAE",
        STATISTICS,
        "Mean absolute error: how far off a prediction is on average, in the target's own units.",
        also=("mean absolute error",),
        see=("RMSE",),
    ),
    Term(
        "RMSE",
        STATISTICS,
        "Root mean squared error: like the mean absolute error, but large errors weigh more. In the target's own "
        "units.",
        also=("root mean squared error",),
        see=("MAE",),
    ),
    Term(
        "R²",
        STATISTICS,
        "The share of the target's spread that the model explains. 1 is all, 0 is no better than the mean; it can be "
        "negative.",
        also=("r2", "coefficient of determination"),
    ),
    Term(
        "waterfall",
        STATISTICS,
        "The explanation of one decision as bars: from the model's average output each input's SHAP value leads on, "
        "the largest first, to the output for this decision.",
        see=("SHAP value",),
    ),
    Term(
        "SHAP value",
        STATISTICS,
        "How much one feature moved one decision away from the base value, in the model's own units. All of them and "
        "the base value add up to the model's output for that decision.",
        also=("SHAP",),
        see=("base value", "log-odds", "importance"),
    ),
    Term(
        "base value",
        STATISTICS,
        "The output that SHAP values start from: what the model says on average, before anything is known of a "
        "decision.",
        also=("expected value",),
        see=("SHAP value",),
    ),
    Term(
        "log-odds",
        STATISTICS,
        "The logarithm of the odds, in which the effects of features add up. Each +0.7 about doubles the odds: 1 to 9 "
        "(a probability of 10 %) becomes 2 to 9 (18 %). 0 is even odds, 50 %.",
        also=("logit",),
        see=("SHAP value",),
    ),
    Term(
        "importance",
        STATISTICS,
        "How much a feature matters to a model: the mean of its absolute SHAP values over many decisions. Its share of "
        "all features' is its weight.",
        also=("weight", "feature importance"),
        see=("SHAP value", "nDCG"),
    ),
    Term(
        "dependence",
        STATISTICS,
        "What the values of a feature add to the output: each decision's SHAP value of the feature over its value. It "
        "tells what the model does, not what causes what.",
        see=("SHAP value",),
    ),
    Term(
        "nDCG",
        STATISTICS,
        "Normalised discounted cumulative gain: how alike two rankings of the features are, 1 for the same. What "
        "mattered most counts most. Below 0.90 what drives the model has changed.",
        see=("importance",),
    ),
    Term(
        "fairness",
        STATISTICS,
        "Whether groups of people are treated alike by a model. There are several definitions; where groups differ in "
        "how often the outcome is 1, they cannot all hold at once, and which one matters is a decision of people.",
        see=("selection rate", "true positive rate parity", "calibration within groups", "four-fifths rule"),
    ),
    Term(
        "group",
        STATISTICS,
        "The decisions that share a value of a column named under groups in the model's file, such as an age band. "
        "The model need not know the column.",
        see=("fairness",),
    ),
    Term(
        "selection rate",
        STATISTICS,
        "How often the model says 1, of all decisions of a group that have a prediction. It needs no outcomes. The "
        "same in every group: demographic parity.",
        also=("demographic parity", "statistical parity"),
        see=("four-fifths rule", "fairness"),
    ),
    Term(
        "true positive rate parity",
        STATISTICS,
        "Of the cases that turned out to be 1, the model says 1 to as many in every group.",
        also=("equal opportunity",),
        see=("false positive rate parity", "fairness"),
    ),
    Term(
        "false positive rate parity",
        STATISTICS,
        "Of the cases that turned out to be 0, the model says 1 to as many in every group. Together with true positive "
        "rate parity: equalized odds.",
        also=("equalized odds",),
        see=("true positive rate parity", "fairness"),
    ),
    Term(
        "calibration within groups",
        STATISTICS,
        "A score means the same in every group: of the decisions scored 0.7, seven in ten come true. The calibration "
        "gap of a group is its mean score less how often the outcome was 1.",
        also=("calibration gap",),
        see=("fairness",),
    ),
    Term(
        "four-fifths rule",
        STATISTICS,
        "A group whose selection rate is below four fifths (0.8) of the best group's deserves a look. A rule "
        "of thumb of the United States' guidelines for hiring of 1978: a screening, no verdict of law.",
        also=("80 % rule", "disparate impact ratio", "four-fifths line"),
        see=("selection rate", "fairness"),
    ),
    Term(
        "paired comparison",
        STATISTICS,
        "Two versions on the very same decisions, so that what is hard about a decision is hard for both. It tells "
        "small differences apart that two periods, or two test sets, never could; with its interval, and how probably "
        "the newer version is better.",
        also=("DeLong", "paired bootstrap"),
        see=("champion", "challenger"),
    ),
    Term(
        "owner",
        PEOPLE,
        "A person who holds a role for a model: business, data science, operations, review, on call, deputy. A role "
        "with nobody is a gap.",
        see=("role",),
    ),
    Term(
        "role",
        PEOPLE,
        "What a person is here for: business, data science, operations, reviewer, admin. It decides what is shown "
        "first, and what the ledger accepts from them.",
    ),
    Term(
        "tier",
        PEOPLE,
        "How risky a model is: critical, high, medium or low, from the business, legal and ethical axes. It decides "
        "the checklist.",
        also=("risk tier",),
    ),
    Term("stage", PEOPLE, "Where a model is in its life: discovery, pilot, deploy, monitor, support."),
    Term("evidence", PEOPLE, "What a check or a sign-off rests on, kept with a digest, so that a later change shows."),
    Term(
        "approval",
        PEOPLE,
        "A person's sign-off for a version, bound to the evidence that was seen. It is void when that evidence "
        "changes.",
        also=("sign-off",),
        see=("evidence", "champion"),
    ),
    Term(
        "policy",
        PEOPLE,
        "What is asked of a model before it goes on to the next stage, by tier: items with their role, reason and "
        "check. A file of the workspace, or the one that ships.",
        also=("checklist policy",),
        see=("tier", "stage", "checklist item"),
    ),
    Term(
        "checklist item",
        PEOPLE,
        "One thing that a policy asks for: a check that runs by itself, or a question that a person of its role "
        "answers.",
        also=("item",),
        see=("policy", "standing", "waiver"),
    ),
    Term(
        "standing",
        PEOPLE,
        "How an item stands: met, not met, stale (it was met, and that is too old or of something that has changed), "
        "waived, or unknown.",
        see=("checklist item", "waiver"),
    ),
    Term(
        "waiver",
        PEOPLE,
        "Setting an item aside until a day, with a reason. It stands in every summary until it ends; then the item "
        "counts again.",
        also=("waived",),
        see=("standing",),
    ),
    Term(
        "ML Test Score",
        PEOPLE,
        "Points for the checklist by section (data, model, infrastructure, monitoring): half a point for an item that "
        "a person answers, a whole one for an item that checks itself. The total is the least of the sections. After "
        "Breck et al. (2017).",
        see=("checklist item",),
    ),
    Term(
        "void",
        PEOPLE,
        "What an approval is when the evidence it was given on has changed since: metrics, checks, data, card, "
        "explanation or files. What changed is named.",
        also=("evidence changed",),
        see=("approval", "evidence"),
    ),
    Term(
        "author",
        PEOPLE,
        "Who made a version, as far as MLflow knows: who registered it, and who ran its run. From tier medium on an "
        "author does not approve it.",
        see=("approval", "tier"),
    ),
    Term(
        "handover",
        PEOPLE,
        "A model version at a stage, given by one team to another: the giver signs what was seen, the receiver "
        "accepts it, and the roles named, open alerts and findings go with it.",
        see=("drill", "approval"),
    ),
    Term(
        "drill",
        PEOPLE,
        "A few questions for who takes a model over, with answers from the store: which version to go back to, who is "
        "on call, what happens when a feature is missing.",
        see=("handover",),
    ),
    Term(
        "finding",
        PEOPLE,
        "Something that a reviewer found, with severity, owner and date. It is answered and sent back until it is "
        "accepted, and may block a stage.",
        also=("review finding",),
        see=("stage",),
    ),
    Term(
        "second line",
        PEOPLE,
        "Those who review models without owning them: the role reviewer. The first line builds and runs them.",
        also=("second line of defence",),
        see=("finding", "role"),
    ),
    Term(
        "model card",
        PEOPLE,
        "What a model is, for whom and with what limits: filled from the store, with text of its owners in which "
        "figures are bound and checked.",
        also=("card",),
        see=("handover pack",),
    ),
    Term(
        "handover pack",
        PEOPLE,
        "One file or folder that a team without Watchroom can read: card, checklists with evidence, sign-offs, "
        "history, and how to reproduce, run and roll back.",
        also=("pack",),
        see=("model card", "handover"),
    ),
    Term(
        "regulation map",
        PEOPLE,
        "Which heading of a rule, such as Annex IV of the EU AI Act, is answered where in the room, and what is "
        "missing. It is no legal advice.",
        also=("compliance map",),
        see=("evidence",),
    ),
    Term(
        "orphan",
        PEOPLE,
        "A model that somebody should own and nobody does: without an owner for a role that it needs, or with one who "
        "is not active any more.",
        also=("orphaned model",),
        see=("owner",),
    ),
    Term(
        "head",
        PEOPLE,
        "The number and hash of the ledger's last entry. Kept where nobody of the room can write, it shows later "
        "whether anything before it was changed.",
        also=("ledger head",),
        see=("ledger",),
    ),
    Term(
        "lead time",
        PEOPLE,
        "How long a change takes to reach its users: from the start of a version's training run to the day on which "
        "that version is in service. The median is given, because one late version would pull the mean away.",
        also=("lead time for changes", "time to production"),
        see=("release", "change failure rate"),
    ),
    Term(
        "release",
        PEOPLE,
        "A time that another version went into service: as the refreshes saw the registry, and before that as the "
        "decision log tells. Releases a month are the deployment frequency of DORA.",
        also=("deployment", "deployment frequency"),
        see=("lead time", "rollback"),
    ),
    Term(
        "change failure rate",
        PEOPLE,
        "The share of releases followed within 30 days by a rollback, or by a critical alert on that version. "
        "Releases whose 30 days are not over, and that have not failed, are not counted yet.",
        see=("release", "rollback", "time to restore"),
    ),
    Term(
        "rollback",
        PEOPLE,
        "Going back to an older version that had been in service before. It is the failure of the release before it, "
        "and no release of something new.",
        see=("release", "change failure rate"),
    ),
    Term(
        "time to restore",
        PEOPLE,
        "How long a release that failed was failing: until the alert ended, or the version was replaced.",
        also=("mean time to restore", "failed deployment recovery time"),
        see=("change failure rate",),
    ),
)
"""Every word, grouped in the order in which they build on each other."""
