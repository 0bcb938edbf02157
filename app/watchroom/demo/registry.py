"""The demo's model registry: versions, descriptions, tags, aliases, and the times that MLflow's API cannot set.

MLflow stamps experiments, logged models and versions with the time of the call. The demo tells of months gone by, so
those times, and the folder the finished store will lie in, are written into its tables here. This is done to the demo's
own store only; a user's store is never written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from watchroom.demo.plan import Plan
from watchroom.demo.sessions import Built
from watchroom.demo.tracking import millis
from watchroom.demo.worlds.base import Release, World

if TYPE_CHECKING:
    from mlflow import MlflowClient

_PATHS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
    ("datasets", "dataset_source"),
)
"""The columns of MLflow's tables that hold a path."""


def register(client: MlflowClient, world: World, built: Mapping[int, Built]) -> None:
    """The model, its versions in order, and who is champion and challenger today."""
    client.create_registered_model(world.model, {"team": world.team, "task": world.task}, world.description)
    for release in world.releases:
        run = built[release.version].run
        client.create_model_version(
            world.model,
            f"models:/{run.model_id}",
            run.run_id,
            tags={"validated": "true" if release.version <= world.champion else "pending"},
            description=release.description,
            model_id=run.model_id,
        )
    client.set_registered_model_alias(world.model, "champion", str(world.champion))
    if world.challenger is not None:
        client.set_registered_model_alias(world.model, "challenger", str(world.challenger))


def set_times(database: Path, plan: Plan, worlds: tuple[World, ...]) -> None:
    """Date experiments and logged models by their runs, and versions by the world's calendar."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "update experiments set (creation_time, last_update_time) = (select min(start_time), min(start_time)"
            " from runs where runs.experiment_id = experiments.experiment_id)"
            " where experiment_id in (select experiment_id from runs)"
        )
        connection.execute(
            "update logged_models set (creation_timestamp_ms, last_updated_timestamp_ms) = (select end_time, end_time"
            " from runs where runs.run_uuid = logged_models.source_run_id)"
        )
        for world in worlds:
            _date_versions(connection, plan, world)


def _date_versions(connection: sqlite3.Connection, plan: Plan, world: World) -> None:
    for release in world.releases:
        at = registered_at(plan, release)
        connection.execute(
            "update model_versions set creation_time = ?, last_updated_time = ? where name = ? and version = ?",
            (at, at, world.model, release.version),
        )
    first, last = (registered_at(plan, world.releases[place]) for place in (0, -1))
    connection.execute(
        "update registered_models set creation_time = ?, last_updated_time = ? where name = ?",
        (first, last, world.model),
    )


def registered_at(plan: Plan, release: Release) -> int:
    """When the version was registered: in the afternoon, in MLflow's milliseconds."""
    return millis(plan.moment(release.registered)) + 15 * 3_600_000


def move_paths(database: Path, artifacts: Path, old: Path, new: Path) -> None:
    """Point the store, and the `MLmodel` files among its artifacts, from the folder it was built in to its last one."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for table, column in _PATHS:
            connection.execute(
                f'update "{table}" set "{column}" = replace("{column}", ?, ?)', (old.as_posix(), new.as_posix())
            )
    for file in artifacts.rglob("MLmodel"):
        file.write_text(file.read_text("utf-8").replace(old.as_posix(), new.as_posix()), "utf-8")
