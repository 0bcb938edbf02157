"""One run of a folder of `mlruns`, read into rows: its `meta.yaml`, parameters, tags, metrics and dataset inputs.

Which runs there are, and which of them have changed, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from watchroom.sources.tracking.files_tree import (
    META,
    Leaf,
    Tree,
    Unreadable,
    read_limited,
    read_meta,
    read_text,
)
from watchroom.sources.tracking.problems import ProblemLog
from watchroom.sources.tracking.rows import RunRows, Series, clean, whole
from watchroom.sources.tracking.yamltext import scalar_text

SECTIONS = ("params", "tags", "metrics", "inputs")

METRIC_LIMIT = 256_000_000
"""Bytes of a metric's file, about seven million points: what a process of ordinary size can hold at once."""

_STATUS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
_SOURCE_TYPE = {1: "NOTEBOOK", 2: "JOB", 3: "PROJECT", 4: "LOCAL", 5: "UNKNOWN"}
_CONTEXT_TAG = "mlflow.data.context"


@dataclass(frozen=True)
class Datasets:
    """The datasets of an experiment, which its runs name by the name of a folder; read when first asked for."""

    experiment: str

    @cached_property
    def _read(self) -> dict[str, dict[str, Any] | Unreadable]:
        return {}

    def get(self, name: str) -> dict[str, Any]:
        """The dataset's `meta.yaml`. Raises `Unreadable`."""
        if name not in self._read:
            try:
                self._read[name] = read_meta(Path(self.experiment, "datasets", Path(name).name))
            except Unreadable as error:
                self._read[name] = error
        found = self._read[name]
        if isinstance(found, Unreadable):
            raise found
        return found


@dataclass(frozen=True)
class RunFolder:
    """A folder that holds a run: `run_id` is its name, `place` how a person finds it."""

    run_id: str
    experiment_id: str
    path: str
    place: str
    tree: Tree
    datasets: Datasets


def read_run(run: RunFolder, meta: Mapping[str, Any], problems: ProblemLog) -> RunRows:
    """Everything about a run but its fingerprint; what cannot be read of it goes to `problems`."""
    into = RunRows()
    for name, why in run.tree.unreadable:
        problems.add("run", "warning", f"{run.place}/{name}", "A part of a run could not be read.", why=why)
    tags = _texts(run, "tags", problems)
    into.add("runs", [_run_row(run, meta, tags)])
    into.add_texts("params", run.run_id, _texts(run, "params", problems))
    into.add_texts("tags", run.run_id, tags)
    into.add("run_inputs", _inputs(run, problems))
    for leaf in run.tree.leaves["metrics"]:
        _add_metric(run, leaf, into, problems)
    _check(run, meta, problems)
    return into


def _run_row(run: RunFolder, meta: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    # Since MLflow 1.0 `meta.yaml` says LOCAL and an empty name for every run; the tags have what was meant.
    source_name = tags.get("mlflow.source.name") or scalar_text(meta.get("source_name")) or None
    source_type = tags.get("mlflow.source.type") or (
        _enum(meta.get("source_type"), _SOURCE_TYPE) if source_name else None
    )
    return {
        "run_id": run.run_id,
        "experiment_id": run.experiment_id,
        "name": scalar_text(meta.get("run_name")) or None,
        "status": _enum(meta.get("status"), _STATUS) or "RUNNING",
        "lifecycle_stage": scalar_text(meta.get("lifecycle_stage")) or "active",
        "user": scalar_text(meta.get("user_id")) or None,
        "source_type": source_type,
        "source_name": source_name,
        "artifact_uri": scalar_text(meta.get("artifact_uri")) or None,
        "start_ms": whole(meta.get("start_time")),
        "end_ms": whole(meta.get("end_time")),
    }


def _enum(value: object, names: Mapping[int, str]) -> str | None:
    """MLflow's number as its word; a word stays as it is."""
    number = whole(value)
    return scalar_text(value) if number is None else names.get(number)


def _check(run: RunFolder, meta: Mapping[str, Any], problems: ProblemLog) -> None:
    recorded = {
        "run": (scalar_text(meta.get("run_id") or meta.get("run_uuid")), run.run_id),
        "experiment": (scalar_text(meta.get("experiment_id")), run.experiment_id),
    }
    for what, (inside, outside) in recorded.items():
        if inside is not None and inside != outside:
            problems.add(
                "run",
                "warning",
                run.place,
                f"The folder of a run has another id than its {META} says of the {what}.",
                why="It was copied or renamed by hand; the name of the folder counts.",
            )


def _texts(run: RunFolder, section: str, problems: ProblemLog) -> dict[str, str]:
    texts = {}
    for leaf in run.tree.leaves[section]:
        try:
            texts[leaf.key] = read_text(leaf.path)
        except Unreadable as error:
            place = f"{run.place}/{section}/{leaf.key}"
            problems.add("run", "error", place, f"One of the {section} of a run could not be read.", why=str(error))
    return texts


def _inputs(run: RunFolder, problems: ProblemLog) -> list[dict[str, Any]]:
    rows = []
    for folder in dict.fromkeys(Path(leaf.path).parent for leaf in run.tree.leaves["inputs"]):
        place = f"{run.place}/inputs/{clean(folder.name)}"
        try:
            meta = read_meta(folder)
            if meta.get("source_type") == "DATASET":
                rows.append(_input_row(run, meta))
        except Unreadable as error:
            problems.add("run", "error", place, "A dataset that a run used could not be read.", why=str(error))
    return rows


def _input_row(run: RunFolder, meta: Mapping[str, Any]) -> dict[str, Any]:
    dataset = run.datasets.get(str(meta.get("source_id")))
    tags = meta.get("tags")
    row = {
        key: scalar_text(dataset.get(key)) for key in ("name", "digest", "source_type", "source", "schema", "profile")
    }
    context = scalar_text(tags.get(_CONTEXT_TAG)) if isinstance(tags, Mapping) else None
    return {"run_id": run.run_id, "context": context, **row}


def _add_metric(run: RunFolder, leaf: Leaf, into: RunRows, problems: ProblemLog) -> None:
    place = f"{run.place}/metrics/{leaf.key}"
    try:
        series, bad_lines = parse_metric(read_limited(leaf.path, METRIC_LIMIT))
    except Unreadable as error:
        problems.add("run", "error", place, "A metric of a run could not be read.", why=str(error))
        return
    into.add_series(run.run_id, leaf.key, series)
    for line in bad_lines:
        problems.add(
            "run",
            "warning",
            f"{place}:{line}",
            "A line of a metric could not be understood and was left out.",
            why="MLflow writes `timestamp value step`; the line may have been cut while it was written.",
        )
    if not len(series) and not bad_lines:
        problems.add("run", "note", place, "A metric of a run has no points.", why="Its file is empty.")


def parse_metric(content: bytes) -> tuple[Series, list[int]]:
    """The points in a metric's file, and the numbers of the lines that are none.

    A line is `timestamp value [step [dataset digest]]`; in the first versions of MLflow there was no step, which
    counts as 0. A line that is there twice is one point, as in MLflow's SQL stores.
    """
    series, bad_lines, seen = Series(), [], set()
    for number, line in enumerate(content.split(b"\n"), start=1):
        parts = line.split()[:3]
        point = b" ".join(parts)
        if not parts or point in seen:
            continue
        seen.add(point)
        try:
            series.add(int(parts[2]) if len(parts) > 2 else 0, int(parts[0]), float(parts[1]))
        except (ValueError, IndexError, OverflowError):
            bad_lines.append(number)
    return series, bad_lines
