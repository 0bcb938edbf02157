"""An MLflow tracking store and registry, read without ever writing to it: a server, a SQLite file, a folder of runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from watchroom.domain.addresses import shown_address
from watchroom.errors import SourceError
from watchroom.sources.tracking.contract import TrackingSource


def open_source(
    tracking_uri: str,
    registry_uri: str | None = None,
    *,
    experiments: Sequence[str] = ("*",),
    timeout_seconds: float = 30.0,
    retries: int = 4,
    reconcile_runs: int = 500,
) -> TrackingSource:
    """The source that a tracking URI means: `http(s)://…`, `sqlite:///FILE`, or the path of a folder of `mlruns`.

    A registry of its own is read only over HTTP: files hold both. Raises `SourceError` for any other URI, and for a
    file or a folder that is not there.
    """
    if tracking_uri.startswith(("http://", "https://")):
        from watchroom.sources.tracking.http import HttpSource

        return HttpSource(
            tracking_uri,
            registry_uri,
            experiments=experiments,
            timeout_seconds=timeout_seconds,
            retries=retries,
            reconcile_runs=reconcile_runs,
        )
    if registry_uri not in (None, tracking_uri):
        raise SourceError(
            "`mlflow.registry_uri` cannot differ from the tracking URI here.",
            why="A SQLite store and a folder of runs hold their own registry.",
            next_step="Leave `registry_uri` out, or read both through a tracking server.",
        )
    if tracking_uri.startswith("sqlite:///"):
        from watchroom.sources.tracking.sqlite import SqliteSource

        return SqliteSource(_existing(tracking_uri.removeprefix("sqlite:///"), tracking_uri, folder=False), experiments)
    if "://" in tracking_uri:
        raise SourceError(
            f"Watchroom cannot read a tracking store at {tracking_uri.split('://')[0]}://…",
            why="It reads a tracking server (http, https), a SQLite file (sqlite:///…) and a folder of mlruns.",
            next_step="Start `mlflow server --backend-store-uri …` on that store and give its http address.",
        )
    from watchroom.sources.tracking.files import FileSource

    return FileSource(_existing(tracking_uri, tracking_uri, folder=True), experiments=experiments)


def _existing(path: str, uri: str, *, folder: bool) -> Path:
    found = Path(path)
    shown = Path(path.partition("?")[0]) if "://" in uri else found
    if not (found.is_dir() if folder else found.is_file()):
        raise SourceError(
            f"There is no MLflow store at {shown_address(uri)}.",
            why=f"{shown.absolute()} is not a {'folder' if folder else 'file'}.",
            next_step="Check `mlflow.tracking_uri` in watchroom.yaml; relative paths count from the workspace.",
        )
    return found
