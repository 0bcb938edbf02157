"""The commented files that `watchroom init` writes, as text. Whatever comes from outside is quoted as YAML.

In comments too: a name with a line end in it must not begin a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import yaml

_PURPOSE_LENGTH = 1000  # of a description: the rest stays in MLflow
_FEATURES_LENGTH = 50_000  # of the list in a comment; far from the largest file that is read

_ROOM = """\
# yaml-language-server: $schema=.schema/watchroom.json
# The settings of this workspace; docs/workspace.md explains every field. Check them with: watchroom check

mlflow:
  # A tracking server (http://…), a SQLite store (sqlite:///…) or a folder of mlruns; relative to this folder.
  # Keep passwords out of the file: ${NAME} is filled in from the environment, here and below.
  tracking_uri: «tracking_uri»
  # experiments: ["*"]          # globs of the experiments to read
  # write_approval_tag: false   # true: a sign-off also sets the tag `approval` in MLflow

# store: ./store                    # where the snapshots go; keep it out of git
# ledger: sqlite:///./ledger.db     # what people decided; postgresql+psycopg://… for a team
# evidence: ./evidence              # where files of evidence are kept; back it up with the ledger

# notify:                           # where alerts are sent, as Apprise addresses
#   - ${ALERTS_URL}

# reports:                          # pages sent to `notify` when a week or a month has ended
#   - {of: portfolio, every: month}

# currency: EUR                     # of every amount of money
# compute_cost_per_hour: 1.2        # of a run: for the cost of failed experiments
# time_zone: Europe/London          # how times are shown; they are stored in UTC

# links:                            # where the code is looked at; https only
#   commit: https://git.example.com/team/models/commit/{commit}
#   compare: https://git.example.com/team/models/compare/{before}...{after}
"""

_MODEL = """\
# yaml-language-server: $schema=../.schema/model.json
# All that the team says about one model; docs/workspace.md explains every field. What is left out shows as unknown.

model: «model»
# title: the name people use
«purpose»
# affects: [a process, a team]      # who and what relies on it
«task»

# owners:
#   business: someone@example.com
#   data_science: someone@example.com
#   operations: someone@example.com
#   reviewer: someone@example.com   # the second line; never the author
#   on_call: someone@example.com
#   deputy: someone@example.com
# runbook: https://wiki.example.com/runbook

# The log of what was served: Parquet or CSV, relative to the workspace.
# decisions:
#   path: lake/predictions*.parquet
#   id: prediction_id
#   timestamp: timestamp            # without a zone it is read as UTC
#   version: model_version          # left out: the version that was champion at that time
#   prediction: prediction
«score»«features»
#   groups: []                      # columns to judge fairness by

# outcomes:
#   path: lake/labels*.parquet
#   id: prediction_id
#   value: label
#   timestamp: label_timestamp

# What it is compared with: a file, or a period of the decisions (start: 2026-01-01, end: 2026-03-31).
# reference:
#   path: lake/reference.parquet
#   outcome: label

# monitor:
#   drift: {method: psi, watch: 0.1, drifted: 0.25}
#   performance: {metric: «metric», watch: «watch», failing: «failing»}   # ratios to the reference
#   volume: {min_per_day: 10}

# kpis:
#   - name: what the business steers by
#     sql: avg(abs(prediction - outcome))   # over the decisions joined with outcomes
#     unit: pieces
#     target: 35
#     limit: 60
#     better: lower

«value»

# risk: {business: low, legal: low, ethical: low, reason: why}     # low, medium or high

«answer»

# explain:
#   rows_per_month: 2000
#   trust: false                    # true: the logged model may run code of its own when it is loaded
"""

_OUTCOME_VALUE = """\
# value:                            # money for each kind of outcome; a cost is negative
#   true_positive: 120
#   false_positive: -15
#   false_negative: -200
#   true_negative: 0
#   run_cost_per_month: 900"""

_ERROR_VALUE = """\
# value:                            # money for each unit of error; a cost is negative
#   per_unit_error: {over: -0.4, under: -1.5}
#   run_cost_per_month: 900"""

_COSTS = """\
# value:                            # money
#   run_cost_per_month: 900"""

_VALUES = {"regression": _ERROR_VALUE, "multiclass": _COSTS}

_NAMES = """\
# answer:                           # what its answers mean to people, in their words
#   predictions: {1: stopped, 0: let through}
#   outcomes: {1: fraud, 0: genuine}
#   favourable: 0                   # the prediction that is good for whom it concerns"""

_UNIT = """\
# answer:                           # what its answers mean to people
#   unit: EUR                       # of the predicted amount"""

_LIMITS = {
    "binary": ("roc_auc", 0.97, 0.92),
    "multiclass": ("macro_f1", 0.97, 0.92),
    "regression": ("rmse", 1.1, 1.25),
}
_SCORE = "#   score: score                    # the probability of the positive class, for binary\n"
_ASKED_TASK = "# task: binary | multiclass | regression"


def room_text(tracking_uri: str) -> str:
    """`watchroom.yaml` for a workspace that reads this tracking store."""
    return _filled(_ROOM, tracking_uri=_quoted(tracking_uri))


def model_text(name: str, description: str, inputs: Iterable[str], task: str | None) -> str:
    """`models/<name>.yaml` for a registered model, filled in with what the registry knows."""
    metric, watch, failing = _LIMITS[task or "regression"]
    return _filled(
        _MODEL,
        model=_quoted(name),
        purpose=_purpose(description),
        task=f"task: {task}    # a guess: make sure that it is right" if task else _ASKED_TASK,
        score=_SCORE if task in (None, "binary") else "",
        features=_features(tuple(inputs)),
        metric=metric,
        watch=f"{watch}",
        failing=f"{failing}",
        value=_VALUES.get(task or "", _OUTCOME_VALUE),
        answer=_UNIT if task == "regression" else _NAMES,
    )


def _filled(template: str, **values: str) -> str:
    """The template with each «name» filled in; in one pass, so that what is filled in is not looked at again."""
    return re.sub(r"«(\w+)»", lambda found: values[found.group(1)], template)


def _quoted(text: str) -> str:
    """The text as a double-quoted YAML scalar on one line."""
    return yaml.dump(text, Dumper=yaml.SafeDumper, default_style='"', allow_unicode=True, width=2**31).strip()


def _purpose(description: str) -> str:
    text = description.strip().encode("utf-8", "replace").decode().replace("\0", "")
    if not text:
        return "# purpose: what it is for, in a sentence"
    short = text if len(text) <= _PURPOSE_LENGTH else text[: _PURPOSE_LENGTH - 1] + "…"
    return f"purpose: {_quoted(short)}"


def _features(inputs: tuple[str, ...]) -> str:
    names = ", ".join(_quoted(name.encode("utf-8", "replace").decode()) for name in inputs)
    if not names or len(names) > _FEATURES_LENGTH:
        return "#   features: [a, b]                # left out: the inputs of the model's signature"
    return f"#   features: [{names}]"
