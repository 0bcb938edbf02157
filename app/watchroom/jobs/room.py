"""The room step: what the workspace and the ledger say, as tables beside MLflow's; and every problem found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from watchroom.domain.addresses import shown_address
from watchroom.domain.risk import tier
from watchroom.errors import WorkspaceError
from watchroom.jobs.model_files import TOLD_ANEW
from watchroom.ledger import Ledger, notebook
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft
from watchroom.store.schema import TABLES
from watchroom.workspace.load import Workspace
from watchroom.workspace.room_file import RoomSettings

_ROLES = ("business", "data_science", "operations", "reviewer", "on_call", "deputy")

Owner = tuple[str, str, int | None]
"""A role, who holds it, and the handover that it came with; None when the file says so."""

_FILE = TABLES["models"].column_names.index("file")

_SOURCE_KINDS = ("source", "experiment", "run", "model_version")


def fill_workspace(draft: Draft, workspace: Workspace, settings: RoomSettings) -> None:
    """The settings that pages show, and a row for every model that the workspace or the registry knows."""
    hour = settings.compute_cost_per_hour
    draft.insert(
        "workspace",
        [
            ("title", workspace.folder.resolve().name),
            ("folder", str(workspace.folder)),
            ("tracking_uri", shown_address(workspace.tracking_uri or "")),
            ("time_zone", settings.time_zone),
            ("currency", settings.currency),
            ("compute_cost_per_hour", None if hour is None else str(hour)),
            ("remember_visits", "yes" if settings.remember_visits else None),
            ("commit_link", settings.links.commit),
            ("compare_link", settings.links.compare),
        ],
    )
    registered = {row[0] for row in draft.connection.execute("select name from mlflow.registered_models").fetchall()}
    tags = _tags(draft)
    before = _Before.read(draft)
    files = {**before.broken(workspace), **workspace.files}
    names = sorted({*files, *registered})
    rows = [_model_row(name, files.get(name), workspace, before, registered) for name in names]
    draft.insert("models", [_with_tags(row, tags) for row in rows])
    draft.insert("owners", [(name, *one) for name in names for one in _owners(name, files, workspace, before)])


@dataclass(frozen=True)
class _Before:
    """What the files said at the last refresh: it still holds for those that cannot be read now."""

    models: Mapping[str, tuple[object, ...]]
    owners: Mapping[str, list[Owner]]

    @staticmethod
    def read(draft: Draft) -> _Before:
        owners: dict[str, list[Owner]] = {}
        for model, role, person, handover in draft.rows_before("owners"):
            owners.setdefault(model, []).append((role, person, handover))
        return _Before({row[0]: row for row in draft.rows_before("models")}, owners)

    def broken(self, workspace: Workspace) -> dict[str, str]:
        """The files that no longer say which model they are of, by the model they were of; else by their own name."""
        wrong = {error.file for error in workspace.problems} - set(workspace.files.values())
        known = {str(row[_FILE]): model for model, row in self.models.items() if row[_FILE] is not None}
        return {known.get(file, PurePosixPath(file).stem): file for file in wrong if file.startswith("models/")}


def _owners(name: str, files: Mapping[str, str], workspace: Workspace, before: _Before) -> Iterable[Owner]:
    spec = workspace.models.get(name)
    if spec is not None:
        return [(role, person, None) for role in _ROLES if (person := getattr(spec.owners, role)) is not None]
    return before.owners.get(name, []) if name in files else []


def _model_row(
    name: str, file: str | None, workspace: Workspace, before: _Before, registered: set[str]
) -> tuple[object, ...]:
    """A model without a file has its name and nothing else; one whose file has a mistake, what it said before."""
    spec, last = workspace.models.get(name), before.models.get(name)
    if spec is None and file is not None and last is not None:
        return (name, file, name in registered, *last[_FILE + 2 :])
    if spec is None:
        nothing = dict.fromkeys(TABLES["models"].column_names)
        said = {"model": name, "file": file, "registered": name in registered, "title": name}
        return tuple({**nothing, **said, "affects": []}.values())
    risk = spec.risk
    axes = (risk.business, risk.legal, risk.ethical) if risk else (None, None, None)
    return (
        name,
        file,
        name in registered,
        spec.title or name,
        spec.purpose,
        spec.task,
        spec.team,
        spec.trade,
        list(spec.affects),
        tier(*axes),
        *axes,
        risk.reason if risk else None,
        spec.runbook,
        spec.model_dump_json(),
        datetime.now(UTC).replace(tzinfo=None),
    )


def _tags(draft: Draft) -> Mapping[str, Mapping[str, str]]:
    """What the registered models' tags say of whose they are, by model."""
    rows = draft.connection.execute(
        "select name, key, value from mlflow.registered_model_tags where key in ('team', 'trade')"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for name, key, value in rows:
        found.setdefault(name, {})[key] = value
    return found


def _with_tags(row: tuple[object, ...], tags: Mapping[str, Mapping[str, str]]) -> tuple[object, ...]:
    """The row with team and trade from the registered model's tags where its file says nothing."""
    names = TABLES["models"].column_names
    given = tags.get(str(row[0]), {})
    return tuple(
        given.get(name) if value is None and name in ("team", "trade") else value
        for name, value in zip(names, row, strict=True)
    )


def fill_notebook(draft: Draft, ledger: Ledger) -> None:
    """The pins and the notes that stand, so that pages and SQL have them without the ledger."""
    found = notebook.read(ledger)
    draft.insert(
        "pins", [(about.kind, about.id, at.replace(tzinfo=None), actor) for about, (at, actor) in found.pins.items()]
    )
    draft.insert(
        "notes",
        [
            (note.seq, note.at.replace(tzinfo=None), note.actor, note.role, note.about.kind, note.about.id, note.text)
            for note in found.notes.values()
        ],
    )


def fill_problems(draft: Draft, found: Iterable[Problem], workspace: Workspace, *, source_unchanged: bool) -> int:
    """Every problem, also those of a source that was not read again because it had not changed; returns how many."""
    rows: list[tuple[object, ...]] = [
        (p.kind, p.severity, p.place, p.what, p.why, p.next_step, p.model, p.count)
        for p in (*found, *_mlmodel_problems(draft), *_unknown_models(draft))
    ]
    models = dict(draft.connection.execute("select file, model from room.models where file is not null").fetchall())
    rows += [_workspace_row(error, models.get(error.file)) for error in workspace.problems]
    if source_unchanged:
        rows += [row for row in draft.rows_before("problems") if row[0] in _SOURCE_KINDS and row[3] not in TOLD_ANEW]
    unique = list(dict.fromkeys(rows))
    draft.insert("problems", unique)
    return len(unique)


def _workspace_row(error: WorkspaceError, model: str | None) -> tuple[object, ...]:
    return ("workspace", "error", error.place, error.what, error.why, error.next_step, model, 1)


def _mlmodel_problems(draft: Draft) -> list[Problem]:
    rows = draft.connection.execute(
        "select name, mlmodel_problem, list(version order by version), count(*) from mlflow.model_versions "
        "where mlmodel_problem is not null group by all order by all"
    ).fetchall()
    return [
        Problem(
            "model_version",
            "warning",
            f"{name} {', '.join(f'version {version}' for version in versions[:5])}{' …' if count > 5 else ''}",
            "Its `MLmodel` file could not be read: signature and flavours are unknown.",
            why=problem,
            model=name,
            count=count,
        )
        for name, problem, versions, count in rows
    ]


def _unknown_models(draft: Draft) -> list[Problem]:
    query = "select model, file from room.models where file is null or not registered order by model"
    rows = draft.connection.execute(query).fetchall()
    return [
        Problem(
            "workspace",
            "note",
            str(name),
            "This registered model has no file in the workspace.",
            why="Its owners, purpose, risk and limits are unknown.",
            next_step="`watchroom init . --mlflow URI` writes one for each model that has none.",
            model=name,
        )
        if file is None
        else Problem(
            "workspace",
            "warning",
            str(file),
            "The model of this file is not in the registry.",
            why=f"MLflow has no registered model called {name!r}.",
            next_step="Check the name under `model:`, or `mlflow.registry_uri`.",
            model=name,
        )
        for name, file in rows
    ]
