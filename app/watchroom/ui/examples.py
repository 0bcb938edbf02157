"""Lines for a model's file, to copy: the same figures wherever a page shows some."""

from __future__ import annotations

from watchroom.domain.worth import OUTCOMES as KINDS

_FIGURES = {
    "true_positive": "120",
    "false_positive": "-15",
    "false_negative": "-200",
    "true_negative": "0",
    "run_cost_per_month": "900",
    "build_cost": "20000",
    "per_unit_error": "{over: -0.4, under: -1.5}",
}
_COSTS = ("run_cost_per_month", "build_cost")
_BASELINES = {"binary": "all_negative", "regression": "mean"}
_NOTES = {"binary": "nothing is stopped", "regression": "always the mean"}


def line(name: str, note: str = "") -> str:
    """A line below `value`, with a remark where there is something to say."""
    said = f"  {name}: {_FIGURES[name]}"
    return f"{said:<39} # {note}" if note else said


def baseline(task: str, *, noted: bool = False) -> str:
    """The line that says what would be done without the model."""
    said = f"  baseline: {{naive: {_BASELINES.get(task, 'all_negative')}}}"
    return f"{said:<39} # without the model: {_NOTES[task]}" if noted else said


_HEAD = f"{'value:':<39} # money; a cost is negative"

WORTH = "\n".join([_HEAD, *(line(kind.field, kind.name) for kind in KINDS)])
"""What each kind of outcome of a binary model is worth."""

COSTS = "\n".join([f"{'value:':<39} # money", *map(line, _COSTS)])

BINARY = "\n".join([WORTH, *map(line, _COSTS), baseline("binary", noted=True)])

REGRESSION = "\n".join(
    [
        _HEAD,
        line("per_unit_error", "for each unit predicted too much, and too little"),
        *map(line, _COSTS),
        baseline("regression", noted=True),
    ]
)

TASK = "task: binary                            # or multiclass, regression"

SCORE = """decisions:
  score: score                          # the column with the probability of answer 1, from 0 to 1"""

OUTCOMES = """outcomes:
  path: lake/{folder}/outcomes/*.parquet
  id: prediction_id
  value: label                          # what turned out"""

CURRENCY = "currency: EUR"


def template(task: str | None) -> str:
    """The lines of a file that say what decisions of that task are worth; a task that nobody named is binary."""
    return {"regression": REGRESSION, "multiclass": COSTS}.get(task or "binary", BINARY)
