"""The small tables of a folder of `mlruns`, read whole: experiments, logged models, the model registry.

Runs, which are many, are read elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchroom.sources.tracking.files_tree import (
    Leaf,
    Unreadable,
    has_meta,
    is_litter,
    read_meta,
    read_text,
    scan,
    subfolders,
)
from watchroom.sources.tracking.problems import ProblemLog
from watchroom.sources.tracking.rows import clean, whole
from watchroom.sources.tracking.yamltext import scalar_text

TRASH = ".trash"
REGISTRY = "models"
RESERVED = frozenset({"tags", "datasets", "traces", "models"})
"""Folders of an experiment that are not runs."""

_MODEL_STATUS = {0: "UNSPECIFIED", 1: "PENDING", 2: "READY", 3: "FAILED"}
_DELETED_STAGE = "Deleted_Internal"  # what MLflow leaves of a deleted version

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class ExperimentFolder:
    """A folder that holds an experiment; `experiment_id` is its name, `place` how a person finds it."""

    experiment_id: str
    path: str
    place: str
    is_deleted: bool
    meta: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The experiment's name; its id where `meta.yaml` says none."""
        return scalar_text(self.meta.get("name")) or self.experiment_id


def find_experiments(root: Path, problems: ProblemLog) -> list[ExperimentFolder]:
    """The experiments, those in the trash last.

    An experiment whose `meta.yaml` cannot be read is given under its id when it has runs. Raises `Unreadable`.
    """
    folders = [(entry, False) for entry in subfolders(root) if entry.name not in (TRASH, REGISTRY)]
    if (root / TRASH).is_dir():
        folders += [(entry, True) for entry in subfolders(root / TRASH)]
    found: dict[str, ExperimentFolder] = {}
    for entry, is_deleted in folders:
        experiment = _experiment(entry, is_deleted, problems)
        if experiment is None:
            continue
        first = found.setdefault(experiment.experiment_id, experiment)
        if first is not experiment:
            what = "An experiment lies both in place and in the trash; the one in place was read."
            problems.add("experiment", "warning", experiment.place, what)
    return list(found.values())


def _experiment(entry: os.DirEntry[str], is_deleted: bool, problems: ProblemLog) -> ExperimentFolder | None:
    place = f"{TRASH}/{clean(entry.name)}" if is_deleted else clean(entry.name)
    meta: Mapping[str, Any] = {}
    try:
        if has_meta(entry.path):
            meta = read_meta(entry.path)
        elif is_litter(entry.name) or not _has_runs(entry.path):
            what = "A folder among the experiments is not one: it has neither a meta.yaml nor runs."
            problems.add("experiment", "note", place, what)
            return None
        else:
            raise Unreadable("It has no meta.yaml.")
    except Unreadable as error:
        problems.add(
            "experiment",
            "warning",
            place,
            "The meta.yaml of an experiment could not be read; the experiment is shown under its id.",
            why=str(error),
        )
    return ExperimentFolder(clean(entry.name), entry.path, place, is_deleted, meta)


def _has_runs(path: str) -> bool:
    return any(has_meta(entry.path) for entry in subfolders(path) if entry.name not in RESERVED)


def catalog_rows(
    root: Path, experiments: Sequence[ExperimentFolder], problems: ProblemLog
) -> tuple[Rows, frozenset[str] | None]:
    """The rows of the catalog, by table; and the registered models not read whole, as `Catalog.partial` has them."""
    rows: Rows = {}
    for experiment in experiments:
        _append(rows, "experiments", [_experiment_row(experiment)])
        tags = _texts(experiment.path, "tags", "experiment", experiment.place, problems)
        _append(rows, "experiment_tags", _tag_rows({"experiment_id": experiment.experiment_id}, tags))
        _append(rows, "logged_models", list(_logged_models(experiment, problems)))
    partial = _add_registry(rows, root / REGISTRY, problems) if (root / REGISTRY).is_dir() else frozenset()
    return rows, partial


def _experiment_row(experiment: ExperimentFolder) -> dict[str, Any]:
    meta = experiment.meta
    return {
        "experiment_id": experiment.experiment_id,
        "name": experiment.name,
        # MLflow goes by the place: what lies in the trash is deleted, whatever its meta.yaml says.
        "lifecycle_stage": "deleted" if experiment.is_deleted else "active",
        "artifact_location": scalar_text(meta.get("artifact_location")) or None,
        "created_ms": whole(meta.get("creation_time")),
        "updated_ms": whole(meta.get("last_update_time")),
    }


def _logged_models(experiment: ExperimentFolder, problems: ProblemLog) -> Iterator[dict[str, Any]]:
    folder = Path(experiment.path, "models")
    if not folder.is_dir():
        return
    for entry, meta in _metas(folder, "experiment", f"{experiment.place}/models", "A logged model", problems):
        status = meta.get("status")
        number = whole(status)
        yield {
            "model_id": clean(entry.name),
            "experiment_id": experiment.experiment_id,
            "name": scalar_text(meta.get("name")),
            "source_run_id": scalar_text(meta.get("source_run_id")) or None,
            "status": scalar_text(status) if number is None else _MODEL_STATUS.get(number),
            "model_type": scalar_text(meta.get("model_type")) or None,
            "lifecycle_stage": scalar_text(meta.get("lifecycle_stage")) or "active",
            "artifact_location": scalar_text(meta.get("artifact_location")) or None,
            "created_ms": whole(meta.get("creation_timestamp")),
            "updated_ms": whole(meta.get("last_updated_timestamp")),
        }


def _add_registry(rows: Rows, folder: Path, problems: ProblemLog) -> frozenset[str] | None:
    """Append all registered models; which of them were not read whole, None when their folder cannot be listed."""
    whole_ones = set()
    for entry, meta in _metas(folder, "source", REGISTRY, "A registered model", problems):
        before = len(problems)
        _add_registered(rows, entry, meta, problems)
        if len(problems) == before:
            whole_ones.add(clean(entry.name))
    try:
        return frozenset(clean(entry.name) for entry in subfolders(folder)) - whole_ones
    except Unreadable:
        return None


def _add_registered(rows: Rows, entry: os.DirEntry[str], meta: Mapping[str, Any], problems: ProblemLog) -> None:
    name = clean(entry.name)
    place = f"{REGISTRY}/{name}"
    row = {"name": name, "description": scalar_text(meta.get("description")) or None, **_stamps(meta)}
    _append(rows, "registered_models", [row])
    tags = _texts(entry.path, "tags", "source", place, problems)
    _append(rows, "registered_model_tags", _tag_rows({"name": name}, tags))
    for folder, version_meta in _metas(entry.path, "model_version", place, "A model version", problems, "version-"):
        number = whole(folder.name.removeprefix("version-"))
        if number is None:
            problems.add(
                "model_version", "error", f"{place}/{folder.name}", "A model version has no number.", model=name
            )
        elif version_meta.get("current_stage") != _DELETED_STAGE:
            _append(rows, "model_versions", [_version_row(name, number, version_meta)])
            tags = _texts(folder.path, "tags", "model_version", f"{place}/{folder.name}", problems, name)
            _append(rows, "model_version_tags", _tag_rows({"name": name, "version": number}, tags))
    _append(rows, "aliases", _aliases(entry.path, name, place, problems))


def _version_row(name: str, number: int, meta: Mapping[str, Any]) -> dict[str, Any]:
    texts = {key: scalar_text(meta.get(key)) or None for key in ("run_id", "source", "status", "description")}
    return {
        "name": name,
        "version": number,
        **texts,
        "model_id": scalar_text(meta.get("model_id")) or model_id_of(texts["source"]),
        "stage": scalar_text(meta.get("current_stage")) or None,
        "user": scalar_text(meta.get("user_id")) or None,
        **_stamps(meta),
    }


def model_id_of(source: str | None) -> str | None:
    """The logged model that a version's source `models:/m-…` names; None for any other source."""
    prefix = "models:/m-"
    return f"m-{source[len(prefix) :].partition('/')[0]}" if source and source.startswith(prefix) else None


def _aliases(path: str, name: str, place: str, problems: ProblemLog) -> list[dict[str, Any]]:
    rows = []
    for alias, text in _texts(path, "aliases", "model_version", place, problems, name).items():
        version = whole(text.strip())
        if version is None:
            what = "An alias does not name a version and was left out."
            problems.add("model_version", "error", f"{place}/aliases/{alias}", what, model=name)
        else:
            rows.append({"name": name, "alias": alias, "version": version})
    return rows


def _stamps(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "created_ms": whole(meta.get("creation_timestamp")),
        "updated_ms": whole(meta.get("last_updated_timestamp")),
    }


def _metas(
    folder: str | Path, kind: Any, place: str, what: str, problems: ProblemLog, prefix: str = ""
) -> Iterator[tuple[os.DirEntry[str], dict[str, Any]]]:
    """The folders in a folder with what their `meta.yaml` says; one that cannot be read is a problem."""
    try:
        entries = [entry for entry in subfolders(folder) if entry.name.startswith(prefix) and not is_litter(entry.name)]
    except Unreadable as error:
        problems.add(kind, "error", place, "A folder could not be listed.", why=str(error))
        return
    for entry in entries:
        try:
            yield entry, read_meta(entry.path)
        except Unreadable as error:
            problems.add(kind, "error", f"{place}/{clean(entry.name)}", f"{what} could not be read.", why=str(error))


def _texts(
    folder: str, section: str, kind: Any, place: str, problems: ProblemLog, model: str | None = None
) -> dict[str, str]:
    """The small files in a folder's section, by key."""
    texts: dict[str, str] = {}
    what = f"One of the {section} of {_OWNER[kind]} could not be read."
    try:
        tree = scan(folder, (section,))
    except Unreadable as error:
        problems.add(kind, "error", place, what, why=str(error), model=model)
        return texts
    unreadable = [(name, why) for name, why in tree.unreadable]
    for leaf in tree.leaves[section]:
        try:
            texts[leaf.key] = read_text(leaf.path)
        except Unreadable as error:
            unreadable.append((_inside(section, leaf), str(error)))
    for name, why in unreadable:
        problems.add(kind, "error", f"{place}/{name}", what, why=why, model=model)
    return texts


_OWNER = {"experiment": "an experiment", "source": "a registered model", "model_version": "a model version"}


def _inside(section: str, leaf: Leaf) -> str:
    return f"{section}/{leaf.key}"


def _tag_rows(owner: Mapping[str, Any], tags: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{**owner, "key": key, "value": value} for key, value in tags.items()]


def _append(rows: Rows, table: str, new: Sequence[dict[str, Any]]) -> None:
    rows.setdefault(table, []).extend(new)
