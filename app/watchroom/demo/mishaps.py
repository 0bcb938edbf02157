"""What goes wrong in any team: runs that were killed, never ended, diverged, were deleted, or left no commit.

Runs that failed on bad input belong to the ordinary work, in `sessions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from watchroom.demo.plan import Plan
from watchroom.demo.sessions import Built
from watchroom.demo.tracking import Code, RunNote, Tracking
from watchroom.demo.training import diverging_curve
from watchroom.demo.worlds.base import World


def mishaps(
    plan: Plan, worlds: tuple[World, ...], built: Mapping[str, Mapping[int, Built]], tracking: Tracking
) -> None:
    """One run each that was killed, never ended, diverged, was deleted, or came from a notebook without a commit."""
    claims, fraud, churn, machine, retail = (world.model for world in worlds)
    _killed(plan, tracking, f"{churn}/search", "pedro.alves@example.com")
    _never_ended(plan, tracking, f"{fraud}/training", built[fraud][1])
    _diverged(plan, tracking, f"{retail}/training", built[retail][1])
    _deleted(plan, tracking, f"{machine}/training", built[machine][2])
    _scratch(plan, tracking, built[claims][1])


def _loose(plan: Plan, experiment: str, name: str, author: str, days: float, **rest: Any) -> RunNote:
    start = plan.moment(days)
    ended = {"end": start + timedelta(minutes=12), **rest}
    return RunNote(experiment=experiment, name=name, author=author, start=start, **ended)


def _killed(plan: Plan, tracking: Tracking, experiment: str, author: str) -> None:
    code = Code("churn/search_wide.py", plan.commit_of("wide"))
    curve = {"valid_log_loss": [0.52 - 0.004 * step for step in range(30)]}
    tags = {"team": "Customer base management", "reason": "Stopped by hand: the cluster was needed"}
    tracking.log(
        _loose(plan, experiment, "wide-search", author, 95.4, status="KILLED", code=code, curves=curve, tags=tags)
    )


def _never_ended(plan: Plan, tracking: Tracking, experiment: str, built: Built) -> None:
    """Its machine went away; MLflow shows it as RUNNING for ever."""
    curves = {name: values[:70] for name, values in built.fitted.curves.items()}
    code = Code("fraud/train.py", plan.commit_of("night"))
    params = {"algorithm": "lightgbm", **built.release.recipe.params, "rounds": 4000}
    author = "aisha.rahman@example.com"
    tracking.log(_loose(plan, experiment, "night-run", author, 6.3, end=None, code=code, curves=curves, params=params))


def _diverged(plan: Plan, tracking: Tracking, experiment: str, built: Built) -> None:
    """Gradient descent with too large a step: real infinities and NaN in the metric's history."""
    errors = diverging_curve(built.data.train["label"].to_numpy())
    code = Code("demand/sgd_try.py", plan.commit_of("sgd"), dirty=True)
    note = _loose(
        plan,
        experiment,
        "sgd-too-fast",
        "chen.wei@example.com",
        171.2,
        code=code,
        params={"algorithm": "gradient descent", "learning_rate": 400.0},
        curves={"valid_rmse": errors},
        tags={"team": "Supply planning"},
    )
    tracking.log(note)


def _deleted(plan: Plan, tracking: Tracking, experiment: str, built: Built) -> None:
    """A run with a result too good to be true (the label was among its inputs), deleted when that was noticed."""
    code = Code("notebooks/leak.ipynb", None, kind="NOTEBOOK")
    metrics = {"valid_roc_auc": 0.9994, "valid_log_loss": 0.0031}
    author = built.release.author
    note = _loose(
        plan, experiment, "with-stop-reason", author, 124.6, code=code, metrics=metrics, tags={"leak": "true"}
    )
    tracking.client.delete_run(tracking.log(note).run_id)


def _scratch(plan: Plan, tracking: Tracking, built: Built) -> None:
    """Somebody's sandbox, and an experiment that was deleted."""
    code = Code("Untitled3.ipynb", None, kind="NOTEBOOK")
    author = built.release.author
    for number, name in enumerate(("проба 1", "試し 🚗", "final_FINAL (2)")):
        metrics = {"rmse": built.fitted.metrics["rmse"] * (1.1 + number / 10)}
        tracking.log(_loose(plan, "sandbox", name, author, 160.5 - number, code=code, metrics=metrics))
    tracking.log(_loose(plan, "tmp-test", "hello", author, 199.5, code=code, params={"a": "1"}))
    tracking.client.delete_experiment(tracking.experiment("tmp-test"))
