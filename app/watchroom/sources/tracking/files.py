"""A folder of `mlruns` as a tracking source: which runs have changed since the last refresh, and their rows.

The files are read as they lie there and never through MLflow's client, which refuses runs that went through git,
and creates a trash folder in whatever it opens.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from watchroom.errors import SourceError
from watchroom.sources.tracking import files_artifacts
from watchroom.sources.tracking.contract import Change, CheckedRuns, GoneRuns, Seen, State
from watchroom.sources.tracking.files_catalog import (
    REGISTRY,
    RESERVED,
    TRASH,
    ExperimentFolder,
    catalog_rows,
    find_experiments,
)
from watchroom.sources.tracking.files_runs import SECTIONS, Datasets, RunFolder, read_run
from watchroom.sources.tracking.files_tree import Unreadable, is_litter, read_meta, scan, subfolders
from watchroom.sources.tracking.problems import ProblemLog
from watchroom.sources.tracking.rows import BATCH_RUNS, RunRows, catalog_of, clean

_RUN_ID_LENGTH = 32

# A mark behind a fingerprint, by which the run is read again at the next refresh although its files are the same.
_AGAIN_FRESH = "~"  # it was being written: another write at the same moment would not show
_AGAIN_PROBLEM = "!"  # something of it could not be read: that is said at every refresh, until it can


@dataclass
class _Pass:
    """What one pass over the runs gathers."""

    held: Mapping[str, str]
    problems: ProblemLog
    batch: RunRows = field(default_factory=RunRows)
    checked: list[str] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    is_whole: bool = True


class FileSource:
    """The MLflow file store in `folder`, with the experiments whose names match one of the globs."""

    def __init__(self, folder: Path, experiments: Sequence[str] = ("*",)) -> None:
        self._root = Path(folder)
        self._globs = tuple(experiments)

    def changes(self, seen: Seen) -> Iterator[Change]:
        """The catalog, changed runs in batches, checked and gone runs, and the problems; see `TrackingSource`.

        Every run is looked at: a change is seen by names, sizes and times of the run's files.
        """
        problems = ProblemLog()
        experiments = self._experiments(problems)
        yield catalog_of(*catalog_rows(self._root, experiments, problems))
        table = seen.runs()
        held = dict(zip(table["run_id"].to_pylist(), table["fingerprint"].to_pylist(), strict=True))
        state = _Pass(held, problems)
        for experiment in experiments:
            for run in self._runs(experiment, state):
                _read(run, state)
                if state.batch.is_full:
                    yield state.batch.changed()
                    state.batch = RunRows()
        if len(state.batch):
            yield state.batch.changed()
        yield from _checked_and_gone(state)
        yield from problems.grouped()
        yield State({"kind": "files"})

    def read_text(self, location: str, name: str) -> str:
        """The text of an artifact in the folder or elsewhere on this machine; see `TrackingSource`."""
        return files_artifacts.read_text(self._root, location, name)

    def fetch_model(self, location: str, folder: Path) -> None:
        """The files of a logged model in the folder or elsewhere; see `TrackingSource`."""
        files_artifacts.fetch_model(self._root, location, folder)

    def _experiments(self, problems: ProblemLog) -> list[ExperimentFolder]:
        if not self._root.is_dir():
            raise SourceError(
                f"There is no folder {self._root}.",
                next_step="Check `mlflow.tracking_uri` in watchroom.yaml; a network folder may not be mounted.",
            )
        try:
            every = find_experiments(self._root, problems)
        except Unreadable as error:
            raise SourceError(f"The folder {self._root} cannot be listed.", why=str(error)) from error
        if not every and not (self._root / TRASH).is_dir() and not (self._root / REGISTRY).is_dir():
            raise SourceError(
                f"{self._root} is not a folder of MLflow runs.",
                why="No folder in it has a meta.yaml.",
                next_step="Give the folder that MLflow calls `mlruns`.",
            )
        return [experiment for experiment in every if any(fnmatchcase(experiment.name, glob) for glob in self._globs)]

    def _runs(self, experiment: ExperimentFolder, state: _Pass) -> Iterator[RunFolder]:
        """The run folders of an experiment; what is none, or cannot be listed, is noted."""
        try:
            entries = [entry for entry in subfolders(experiment.path) if entry.name not in RESERVED]
        except Unreadable as error:
            state.is_whole = False
            what = "The runs of an experiment could not be listed; what was known of them is kept."
            state.problems.add("experiment", "error", experiment.place, what, why=str(error))
            return
        datasets = Datasets(experiment.path)
        for entry in entries:
            run_id, place = clean(entry.name), f"{experiment.place}/{clean(entry.name)}"
            try:
                tree = scan(entry.path, SECTIONS)
            except Unreadable as error:
                _note_unreadable(run_id, place, str(error), state)
                continue
            if not tree.has_meta:
                _note_no_run(run_id, place, state)
            elif run_id in state.met:
                what = "A run lies in two experiments; the second was left out."
                state.problems.add("run", "error", place, what, why="An experiment was copied by hand.")
            else:
                state.met.add(run_id)
                yield RunFolder(run_id, experiment.experiment_id, entry.path, place, tree, datasets)


def _note_no_run(run_id: str, place: str, state: _Pass) -> None:
    if is_litter(run_id) or len(run_id) != _RUN_ID_LENGTH:
        what = "A folder among the runs is not one: it has no meta.yaml."
        state.problems.add("run", "note", place, what)
    else:
        _note_unreadable(run_id, place, "It has no meta.yaml.", state)


def _note_unreadable(run_id: str, place: str, why: str, state: _Pass) -> None:
    if run_id in state.held:
        state.met.add(run_id)
        what = "A run could not be read again; it is shown as it was read last."
        state.problems.add("run", "warning", place, what, why=why)
    else:
        what = "A run could not be read and was left out."
        state.problems.add("run", "error", place, what, why=why)


def _read(run: RunFolder, state: _Pass) -> None:
    digest, held = run.tree.digest, state.held.get(run.run_id)
    if held == digest and not run.tree.unreadable:
        state.checked.append(run.run_id)
        return
    try:
        meta = read_meta(run.path)
    except Unreadable as error:
        _note_unreadable(run.run_id, run.place, str(error), state)
        return
    before = len(state.problems)
    rows = read_run(run, meta, state.problems)
    mark = _AGAIN_PROBLEM if len(state.problems) > before else ""
    if held == digest + _AGAIN_PROBLEM == digest + mark:
        state.checked.append(run.run_id)
        return
    fresh = f"{_AGAIN_FRESH}{time.time_ns()}" if run.tree.is_fresh else mark
    state.batch.extend(rows, fingerprint=digest + fresh)


def _checked_and_gone(state: _Pass) -> Iterator[Change]:
    for start in range(0, len(state.checked), BATCH_RUNS):
        yield CheckedRuns(tuple(state.checked[start : start + BATCH_RUNS]))
    gone = tuple(sorted(state.held.keys() - state.met))
    if gone and state.is_whole:
        yield GoneRuns(gone)
