"""The one thing that is ever written to MLflow: a tag of a model version, where the workspace asks for it.

Over HTTP by MLflow's own interface. A SQLite store is written with one statement of plain SQL, because MLflow's client
would bring an older file to its own schema; in a folder of runs a tag is a file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from watchroom.errors import SourceError
from watchroom.sources.tracking.http_api import ApiError, MlflowApi

_LOCK_SECONDS = 10.0
"""How long to wait for somebody who writes to the file."""

WriteTag = Callable[[str, int, str, str | None], None]
"""Sets a tag of a model's version, by model, version, key and value; None takes it away. Raises `SourceError`."""


def tag_writer(
    tracking_uri: str, registry_uri: str | None = None, *, timeout_seconds: float = 30.0, retries: int = 4
) -> WriteTag:
    """What writes tags of model versions to the registry at that address, as `open_source` understands it."""
    if tracking_uri.startswith(("http://", "https://")):
        api = MlflowApi(registry_uri or tracking_uri, timeout_seconds=timeout_seconds, retries=retries)
        return lambda *tag: _over_http(api, *tag)
    if tracking_uri.startswith("sqlite:///"):
        file = Path(tracking_uri.removeprefix("sqlite:///").partition("?")[0])
        return lambda *tag: _to_sqlite(file, *tag)
    root = Path(tracking_uri)
    return lambda *tag: _to_folder(root, *tag)


def _over_http(api: MlflowApi, model: str, version: int, key: str, value: str | None) -> None:
    about = {"name": model, "version": str(version), "key": key}
    try:
        if value is None:
            api.delete("model-versions/delete-tag", about)
        else:
            api.post("model-versions/set-tag", {**about, "value": value})
    except ApiError as error:
        if value is None and error.code == "RESOURCE_DOES_NOT_EXIST":  # somebody else took it away
            return
        raise _failed(model, version, key, error.message) from error


def _to_sqlite(file: Path, model: str, version: int, key: str, value: str | None) -> None:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=_LOCK_SECONDS)) as opened:
            opened.isolation_level = None
            opened.execute("begin immediate")
            _write_row(opened, model, version, key, value)
            opened.execute("commit")
    except sqlite3.Error as error:
        raise _failed(model, version, key, str(error)) from error


def _write_row(opened: sqlite3.Connection, model: str, version: int, key: str, value: str | None) -> None:
    # Newer stores know workspaces; where they do, a tag's is that of its version.
    columns = {row[1] for row in opened.execute("pragma table_info(model_version_tags)")}
    own = ("workspace",) if "workspace" in columns else ()
    named = "".join(f", {name}" for name in own)
    of = (model, version, key)
    if not opened.execute("select 1 from model_versions where name = ? and version = ?", of[:2]).fetchone():
        raise sqlite3.DatabaseError("there is no such version")
    opened.execute("delete from model_version_tags where name = ? and version = ? and key = ?", of)
    if value is not None:
        opened.execute(
            f"insert into model_version_tags (name, version, key, value{named}) "
            f"select name, version, ?, ?{named} from model_versions where name = ? and version = ?",
            (key, value, model, version),
        )


def _to_folder(root: Path, model: str, version: int, key: str, value: str | None) -> None:
    folder = root / "models" / model / f"version-{version}"
    if Path(model).name != model or model in (".", "..") or not folder.is_dir():
        raise _failed(model, version, key, "there is no such version")
    place = folder / "tags" / key
    try:
        if value is None:
            place.unlink(missing_ok=True)
            return
        place.parent.mkdir(exist_ok=True)
        draft = place.with_name(f".{key}.{os.getpid()}")
        draft.write_text(value, "utf-8")
        draft.replace(place)
    except OSError as error:
        raise _failed(model, version, key, str(error)) from error


def _failed(model: str, version: int, key: str, why: str) -> SourceError:
    return SourceError(
        f"The tag {key} of {model}, version {version} could not be written to MLflow.",
        why=why,
        next_step="Check that the refresh may write to it, or set `mlflow.write_approval_tag` to false.",
    )
