"""`watchroom.yaml` and the model's file of a new project, filled in from the answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from watchroom.domain.vocabulary import Task
from watchroom.reports.new_project.answers import ID, ROLES, TARGET, TIME, Answers
from watchroom.reports.new_project.project_file import class_names
from watchroom.reports.new_project.quoting import yaml_list, yaml_text

LAKE = "lake/sample"

_ROOM = """\
# The settings of this workspace. Check them with: watchroom check

mlflow:
  # This folder's own MLflow, which train.py writes. Your team's server once the model is to be shared: http://…
  tracking_uri: sqlite:///mlflow.db

store: ./store                      # the snapshots that the pages read; not in git
ledger: sqlite:///./ledger.db       # what people decided; for a team postgresql+psycopg://…
# notify: ["${ALERTS_URL}"]         # where alerts are sent, as Apprise addresses
# currency: EUR                     # of every amount of money
# time_zone: Europe/London          # how times are shown; they are stored in UTC
"""

_MODEL = """\
# What the team says about one model. Check it with: watchroom check
model: «model»
title: «title»   # take SAMPLE DATA out once the logs below are those of your own service
purpose: «purpose»
«affects»
task: «task»

owners:
«owners»

# runbook: https://…                # what to do when it fails; whoever is called reads it first

# SAMPLE: «lake» is what serve_sample.py writes. Put the log of your own service here.
decisions:
  path: «lake»/decisions*.parquet   # of the challenger, too: it scores the same cases, under the same ids
  id: «id»
  timestamp: «time»                 # without a zone it is read as UTC
  version: model_version
  prediction: prediction
«score»  features: «features»
  # groups: [age_band]              # columns to judge fairness by; they need not be inputs

outcomes:
  path: «lake»/outcomes*.parquet
  id: «id»
  value: «target»
  timestamp: label_timestamp

reference:                          # what it was trained on and measured on
  path: «lake»/reference.parquet
  outcome: «target»
  performance_where: "split = 'holdout'"

monitor:
  drift: {method: psi, watch: 0.1, drifted: 0.25}
  performance: {metric: «metric», watch: «watch», failing: «failing»}   # ratios to the reference
  volume: {min_per_day: 20}         # fewer a day are worth an alert: say what is usual for you

kpis:                               # figures that the business steers by; agree on target and limit, then fill them in
«kpis»
«value»

risk:
  business: «business»
  legal: «legal»
  ethical: «ethical»
  reason: «reason»

«answer»
explain: {rows_per_month: 2000, background: 200}
"""

_LIMITS: dict[Task, tuple[str, float, float]] = {
    "binary": ("roc_auc", 0.97, 0.92),
    "multiclass": ("macro_f1", 0.97, 0.92),
    "regression": ("rmse", 1.1, 1.25),
}

_KPIS: dict[Task, tuple[tuple[str, str, str, str], ...]] = {
    "binary": (
        (
            "Right when it says yes",
            "100.0 * count(*) filter (where prediction = 1 and outcome = 1) / nullif(count(*) filter (where prediction"
            " = 1), 0)",
            "%",
            "higher",
        ),
        (
            "Found",
            "100.0 * count(*) filter (where prediction = 1 and outcome = 1) / nullif(count(*) filter (where outcome"
            " = 1), 0)",
            "%",
            "higher",
        ),
    ),
    "multiclass": (
        ("Right answers", "100.0 * count(*) filter (where prediction = outcome) / count(*)", "%", "higher"),
    ),
    "regression": (("Mean error", "avg(abs(prediction - outcome))", "", "lower"),),
}

_MONEY: dict[Task, tuple[str, ...]] = {
    "binary": (
        "true_positive: 120              # worth of one that was found",
        "false_positive: -15             # cost of one false alarm",
        "false_negative: 0               # of one missed: 0 when it happens without the model too",
        "true_negative: 0",
    ),
    "multiclass": (),
    "regression": ("per_unit_error: {over: -0.4, under: -1.5}   # cost of each unit too much, and too little",),
}
_BASELINE: dict[Task, str] = {"binary": "all_negative", "multiclass": "majority", "regression": "mean"}


def room() -> str:
    """`watchroom.yaml`: the project is a workspace of its own, over its own MLflow."""
    return _ROOM


def model(answers: Answers) -> str:
    """`models/<name>.yaml`; what cannot be known from the answers stands there as a comment to fill in."""
    task = answers.task
    assert task is not None
    metric, watch, failing = _LIMITS[task]
    values = {
        "model": yaml_text(answers.model),
        "title": yaml_text(f"{answers.model} (SAMPLE DATA)"),
        "purpose": yaml_text(answers.purpose),
        "affects": f"affects: {yaml_list(answers.affects)}" if answers.affects else "# affects: [a process, a team]",
        "task": task,
        "owners": "\n".join(_owners(answers)),
        "lake": LAKE,
        "id": ID,
        "time": TIME,
        "target": TARGET,
        "score": "  score: score                      # the probability of 1\n" if task == "binary" else "",
        "features": yaml_list(one.name for one in answers.inputs),
        "metric": metric,
        "watch": f"{watch}",
        "failing": f"{failing}",
        "kpis": "\n".join(_kpis(answers, task)),
        "value": "\n".join(_value(task)),
        "business": str(answers.business),
        "legal": str(answers.legal),
        "ethical": str(answers.ethical),
        "reason": yaml_text(answers.reason),
        "answer": "".join(f"{line}\n" for line in _answer(answers)),
    }
    return re.sub(r"«(\w+)»", lambda found: values[found.group(1)], _MODEL)


def _owners(answers: Answers) -> Iterator[str]:
    for role in ROLES:
        person = answers.owner(role)
        yield f"  {role}: {yaml_text(person)}" if person else f"  # {role}: nobody yet"


def _kpis(answers: Answers, task: Task) -> Iterator[str]:
    for name, sql, unit, better in _KPIS[task]:
        yield f"  - name: {name}"
        yield f"    sql: {sql}"
        if shown := unit or answers.unit:
            yield f"    unit: {yaml_text(shown)}"
        yield "    # target: 0                     # where it should be"
        yield "    # limit: 0                      # where it becomes a problem"
        yield f"    better: {better}"
        yield f"    owner: {yaml_text(answers.owner('business') or '')}"


def _value(task: Task) -> Iterator[str]:
    yield ""
    yield "# Money, in the workspace's currency; a cost is negative. Fill it in with the business owner:"
    yield "# a rough figure is better than none."
    yield "# value:"
    for line in _MONEY[task]:
        yield f"#   {line}"
    yield "#   run_cost_per_month: 900"
    yield "#   build_cost: 20000"
    yield f"#   baseline: {{naive: {_BASELINE[task]}}}   # what would be done without the model"


def _answer(answers: Answers) -> Iterator[str]:
    """What its answers mean to people."""
    if answers.task == "regression" and answers.unit:
        yield f"answer: {{unit: {yaml_text(answers.unit)}}}"
    if answers.task == "binary":
        yield "answer:                             # its answers in people's words"
        for part in ("predictions", "outcomes"):
            yield f"  {part}:"
            for number, name in enumerate(class_names(answers)):
                yield f"    {number}: {yaml_text(name)}"
        yield "  # favourable: 0                   # the prediction that is good for whom it concerns, for fairness"
