"""`watchroom init`: a commented workspace over somebody's own MLflow, with a file for each registered model."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from watchroom.domain.addresses import shown_address, without_login
from watchroom.errors import SourceError, WorkspaceError
from watchroom.jobs.model_files import read_model_files
from watchroom.settings import Settings
from watchroom.sources.tracking import open_source
from watchroom.sources.tracking.contract import Catalog, TrackingSource
from watchroom.store.draft import Draft
from watchroom.store.manifest import StoreFolder
from watchroom.store.tracking import TrackingWriter
from watchroom.workspace.init import InitReport, RegisteredModel, init_workspace
from watchroom.workspace.load import SETTINGS_FILE, load_workspace
from watchroom.workspace.places import resolved_address


@dataclass(frozen=True)
class Started:
    """What `init` wrote and kept, and how many registered models it found."""

    files: InitReport
    models: int


def init_from_mlflow(folder: Path, tracking_uri: str, settings: Settings) -> Started:
    """Write the workspace; existing files stay.

    With nothing written it raises SourceError when MLflow cannot be read, and WorkspaceError when the folder has a
    `watchroom.yaml` that reads another MLflow.
    """
    address = resolved_address(tracking_uri, Path.cwd())
    _check_same_mlflow(folder, without_login(address))
    source = open_source(
        address,
        timeout_seconds=settings.http_timeout_seconds,
        retries=settings.http_retries,
    )
    with tempfile.TemporaryDirectory() as scratch, Draft(StoreFolder(Path(scratch))) as draft:
        _read_catalog(source, draft)
        read_model_files(source, draft)
        models = _registered(draft)
    return Started(init_workspace(folder, without_login(tracking_uri), models), len(models))


def _check_same_mlflow(folder: Path, address: str) -> None:
    held = load_workspace(folder).tracking_uri if (folder / SETTINGS_FILE).is_file() else None
    if held is not None and without_login(held) != address:
        raise WorkspaceError(
            "This workspace reads another MLflow than the one named.",
            why=f"It reads {shown_address(held)}.",
            next_step="Change `mlflow.tracking_uri` in it, or name another folder.",
            file=SETTINGS_FILE,
            field="mlflow.tracking_uri",
        )


def _read_catalog(source: TrackingSource, draft: Draft) -> None:
    """The registry and the logged models alone: a source gives them first, and a large store answers at once."""
    writer = TrackingWriter(draft)
    for change in source.changes(writer):
        if isinstance(change, Catalog):
            writer.catalog(change.rows)
            return


def _registered(draft: Draft) -> list[RegisteredModel]:
    """Each registered model with the input columns of its newest version whose signature is known."""
    rows = draft.connection.execute(
        """
        select r.name, r.description, arg_max(v.signature_inputs, v.version)
        from mlflow.registered_models r left join mlflow.model_versions v using (name)
        group by all order by r.name
        """
    ).fetchall()
    return [RegisteredModel(name, description or "", _column_names(inputs), None) for name, description, inputs in rows]


def _column_names(signature: str | None) -> tuple[str, ...]:
    """The names in MLflow's JSON of the inputs; a tensor has none."""
    if signature is None:
        return ()
    try:
        columns = json.loads(signature)
    except ValueError as error:
        raise SourceError("A model's signature is not JSON.", why=str(error)) from error
    return tuple(column["name"] for column in columns if isinstance(column, dict) and "name" in column)
