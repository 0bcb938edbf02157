"""What the data scientists of a world did over the months: baselines, searches, releases, repeated seeds.

Each function logs some runs; the order within a world is that of time. What went wrong is in `mishaps`, the registry in
`registry`.
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
from watchroom.demo.training import Fitted, TrainingData, fit, training_data
from watchroom.demo.worlds.base import Recipe, Release, World

if TYPE_CHECKING:
    from mlflow.entities import Dataset

SEARCH_ROWS = 4000
"""A search trains on this many rows and validates on half as many; the release is trained on all."""


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
    small = TrainingData(data.train.tail(SEARCH_ROWS), data.valid.tail(SEARCH_ROWS // 2))
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
    """The champion's recipe with other seeds, to tell a difference from luck."""
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
