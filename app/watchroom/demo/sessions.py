"""What the data scientists of a world did over the months: baselines, searches, releases, repeated seeds, mishaps.

Each function logs some runs; the order within a world is that of time. The registry comes after, in `registry`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from watchroom.demo.plan import Plan
from watchroom.demo.tracking import Code, LoggedRun, RunNote, Tracking, dataset
from watchroom.demo.training import Fitted, TrainingData, diverging_curve, fit, training_data
from watchroom.demo.worlds.base import Recipe, Release, World

if TYPE_CHECKING:
    from mlflow.entities import Dataset

SEARCH_ROWS = 4000
"""A search looks at this many rows of the training data; the release is trained on all."""


@dataclass(frozen=True)
class Built:
    """A release as it was trained and logged."""

    release: Release
    fitted: Fitted
    data: TrainingData
    run: LoggedRun


@dataclass(frozen=True)
class Bench:
    """What every session of a world works with."""

    plan: Plan
    world: World
    tracking: Tracking
    lake: Path

    def code(self, release: Release, **changes: Any) -> Code:
        """The code of a release, as MLflow notes it."""
        return replace(Code(self.world.script, self.plan.commit(self.world, release.version)), **changes)

    def datasets(self, release: Release, data: TrainingData) -> dict[str, Dataset]:
        """The release's rows, kept as files and described as MLflow datasets."""
        folder = self.lake / "training"
        folder.mkdir(parents=True, exist_ok=True)
        described = {}
        for context, frame in (("training", data.train), ("validation", data.valid)):
            path = folder / f"v{release.version}-{context}.parquet"
            frame.to_parquet(path, index=False)
            described[context] = dataset(frame, f"{self.world.model}-{context}", path)
        return described

    def session(self, release: Release, days_earlier: float, hour: float = 9.0) -> datetime:
        """A moment some days before the release was registered."""
        return self.plan.moment(release.registered + days_earlier) + timedelta(hours=hour)


def work(plan: Plan, world: World, tracking: Tracking, lake: Path) -> dict[int, Built]:
    """All that was ever tried for this world; the releases by version."""
    bench = Bench(plan, world, tracking, lake)
    for part in ("baselines", "search", "training"):
        tracking.experiment(f"{world.model}/{part}", world.team)
    built: dict[int, Built] = {}
    for release in world.releases:
        data = training_data(plan, world, release)
        rows = bench.datasets(release, data)
        if release.version == 1:
            _baselines(bench, release, data, rows)
        if release.version in (1, world.champion):
            _search(bench, release, data, rows)
        built[release.version] = _release(bench, release, data, rows)
        if release.version == world.champion:
            _repeated_seeds(bench, release, data, rows)
    _failed(bench, world.release(world.champion))
    return built


def _params(world: World, recipe: Recipe, rows: int) -> dict[str, Any]:
    return {
        "algorithm": recipe.algorithm,
        **recipe.params,
        "seed": recipe.seed,
        "features": ",".join(recipe.features),
        "n_features": len(recipe.features),
        "rows": rows,
    }


def _note(bench: Bench, fitted: Fitted, rows: int, **rest: Any) -> RunNote:
    """The note of a run that finished with this model."""
    tags = {"team": bench.world.team, **rest.pop("tags", {})}
    return RunNote(
        params=_params(bench.world, fitted.recipe, rows),
        metrics={f"valid_{name}": value for name, value in fitted.metrics.items()},
        curves=_curves(fitted),
        tags=tags,
        **rest,
    )


def _curves(fitted: Fitted) -> dict[str, list[float]]:
    """Curves and final metrics must not share a name: the last point of a curve is not the final value."""
    return {name: values for name, values in fitted.curves.items() if name.removeprefix("valid_") not in fitted.metrics}


def _baselines(bench: Bench, release: Release, data: TrainingData, rows: Mapping[str, Dataset]) -> None:
    """The simple things that a model has to beat: the mean, and a linear model."""
    linear = Recipe("linear", release.recipe.features, {"alpha": 1.0})
    simple = linear if bench.world.task == "regression" else replace(linear, algorithm="logistic", params={"C": 0.1})
    for number, recipe in enumerate((Recipe("naive", (), {}), simple)):
        start = bench.session(release, 9 - number)
        note = _note(
            bench,
            fit(bench.world, recipe, data),
            len(data.train),
            experiment=f"{bench.world.model}/baselines",
            name=f"baseline-{recipe.algorithm}",
            author=release.author,
            code=bench.code(release, source="notebooks/baseline.ipynb", kind="NOTEBOOK", dirty=True),
            start=start,
            end=start + timedelta(minutes=1 + number),
            tags={"purpose": "baseline"},
            datasets=rows,
        )
        bench.tracking.log(note)


def _search(bench: Bench, release: Release, data: TrainingData, rows: Mapping[str, Dataset]) -> None:
    """A random search: a parent, and a child for each trial."""
    world, rng = bench.world, bench.plan.rng(bench.world.model, "search", release.version)
    start = bench.session(release, 6, 18.0)
    trials, minutes = bench.plan.search_trials, 4
    common: dict[str, Any] = {
        "experiment": f"{world.model}/search",
        "author": release.author,
        "code": bench.code(release, source=f"{world.script.rsplit('.', 1)[0]}_search.py"),
        "datasets": rows,
    }
    parent = RunNote(
        name=f"search-{release.version}",
        start=start,
        end=start + timedelta(minutes=minutes * trials + 1),
        params={"trials": trials, "sampler": "random", "space": str(dict(world.search_space))},
        tags={"team": world.team},
        **common,
    )
    parent_id = bench.tracking.start(parent)
    small = TrainingData(data.train.tail(SEARCH_ROWS), data.valid)
    for number in range(trials):
        fitted = fit(world, _drawn(release.recipe, world.search_space, rng), small, brief=True)
        begun = start + timedelta(minutes=minutes * number)
        note = _note(
            bench,
            fitted,
            len(small.train),
            name=f"trial-{number:02d}",
            start=begun,
            end=begun + timedelta(minutes=minutes * rng.uniform(0.6, 0.95)),
            parent=parent_id,
            **common,
        )
        bench.tracking.log(note)
    bench.tracking.end(parent_id, parent)


def _drawn(recipe: Recipe, space: Mapping[str, tuple[Any, ...]], rng: np.random.Generator) -> Recipe:
    """The recipe with each searched parameter that it has drawn anew."""
    names = [name for name in space if recipe.algorithm != "logistic"] or ["C"]
    grid = {**space, "C": (0.01, 0.1, 0.3, 1.0, 3.0)}
    drawn = {name: grid[name][int(rng.integers(len(grid[name])))] for name in names}
    return replace(recipe, params={**recipe.params, **drawn})


def _release(bench: Bench, release: Release, data: TrainingData, rows: Mapping[str, Dataset]) -> Built:
    """The run whose model is registered later. That of version 1 was logged from a work tree with changes."""
    fitted = fit(bench.world, release.recipe, data)
    start = bench.session(release, 1, 10.5)
    note = _note(
        bench,
        fitted,
        len(data.train),
        experiment=f"{bench.world.model}/training",
        name=f"{bench.world.model}-v{release.version}",
        author=release.author,
        code=bench.code(release, dirty=release.version == 1),
        start=start,
        end=start + timedelta(minutes=23),
        tags={"candidate": "true", "mlflow.note.content": release.description},
        datasets=rows,
    )
    run = bench.tracking.log_with_model(note, bench.world, fitted, data.train)
    return Built(release, fitted, data, run)


def _repeated_seeds(bench: Bench, release: Release, data: TrainingData, rows: Mapping[str, Dataset]) -> None:
    """The champion's recipe with other seeds: how much of a difference is luck?"""
    for number in range(bench.plan.repeated_seeds):
        recipe = replace(release.recipe, seed=101 + number)
        start = bench.session(release, 1, 13.0 + number / 2)
        note = _note(
            bench,
            fit(bench.world, recipe, data, brief=True),
            len(data.train),
            experiment=f"{bench.world.model}/training",
            name=f"{bench.world.model}-v{release.version}-seed{recipe.seed}",
            author=release.author,
            code=bench.code(release),
            start=start,
            end=start + timedelta(minutes=19 + number),
            tags={"seed_group": f"v{release.version}"},
            datasets=rows,
        )
        bench.tracking.log(note)


def _failed(bench: Bench, release: Release) -> None:
    """A run that died on bad input before the champion's."""
    column, start = release.recipe.features[-1], bench.session(release, 3, 16.0)
    note = RunNote(
        experiment=f"{bench.world.model}/training",
        name=f"{bench.world.model}-v{release.version}-first-try",
        author=release.author,
        code=bench.code(release, dirty=True, branch=f"add-{column.replace('_', '-')}"),
        start=start,
        end=start + timedelta(minutes=2),
        status="FAILED",
        params=_params(bench.world, release.recipe, 0),
        tags={"team": bench.world.team, "error": f"KeyError: \"['{column}'] not in index\""},
    )
    bench.tracking.log(note)


def mishaps(plan: Plan, worlds: tuple[World, ...], built: Mapping[str, Mapping[int, Built]], tracking: Tracking) -> None:
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
    tracking.log(_loose(plan, experiment, "wide-search", author, 95.4, status="KILLED", code=code, curves=curve, tags=tags))


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
    note = _loose(plan, experiment, "with-stop-reason", author, 124.6, code=code, metrics=metrics, tags={"leak": "true"})
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
