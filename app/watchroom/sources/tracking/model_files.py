"""The files of a logged model, copied to a place of ours: nothing is loaded, nothing runs.

A model is explained in a process that can reach neither MLflow nor the workspace; what it needs is put before it first.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watchroom.errors import SourceError

if TYPE_CHECKING:
    from mlflow.store.artifact.artifact_repo import ArtifactRepository

SIZE_LIMIT = 4_000_000_000
"""Bytes of all files of a model together: a forest may have gigabytes, and a wrong folder must not fill the disk."""

FILES_LIMIT = 2_000
"""Files of a model. Most have five."""


def copy_model(source: Path, folder: Path) -> None:
    """Copy the files of a model on this machine into `folder`. Raises `SourceError`.

    What a link leads to outside the model is left out: a model brings its own files and no others.
    """
    total, root = 0, source.resolve()
    try:
        for count, path in enumerate(_files(root), start=1):
            total += path.stat().st_size
            _within_limits(str(source), count, total)
            target = folder / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    except OSError as error:
        raise SourceError(
            f"The model's files in {source} cannot be copied.", why=error.strerror or str(error)
        ) from error


def _files(root: Path) -> list[Path]:
    """The regular files under the root, links within it included, in order."""
    found = [Path(folder, name) for folder, _, names in os.walk(root) for name in names]
    return sorted(path for path in found if path.is_file() and path.resolve().is_relative_to(root))


def download_model(location: str, folder: Path, *, tracking_uri: str | None, registry_uri: str | None) -> None:
    """Download the files of a model under an artifact location (`mlflow-artifacts:`, `models:`, `s3:`) into `folder`.

    MLflow's own client does it, with the credentials that it finds. Raises `SourceError`.
    """
    from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
    from mlflow.exceptions import MlflowException
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    shown = f"{urlsplit(location).scheme}:…/{location.rstrip('/').rpartition('/')[2]}"
    bars = MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.get_raw()  # type: ignore[no-untyped-call]
    try:
        MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set("false")  # type: ignore[no-untyped-call]
        repository = get_artifact_repository(location, tracking_uri=tracking_uri, registry_uri=registry_uri)
        _measure(repository, shown)
        repository.download_artifacts("", str(folder))  # type: ignore[no-untyped-call]
    except SourceError:
        raise
    except ImportError as error:
        raise SourceError(
            f"The model's files at {shown} cannot be downloaded.",
            why=f"The library for this kind of storage is not installed: {error}",
            next_step="Install what MLflow needs for it, or start the server with `--serve-artifacts`.",
        ) from error
    except MlflowException as error:
        raise SourceError(f"The model's files at {shown} cannot be downloaded.", why=_first_line(error)) from error
    # Each kind of storage has errors of its own (botocore, google.api_core, azure); none may end the refresh.
    except Exception as error:
        why = f"{type(error).__name__}: {_first_line(error)}"
        raise SourceError(f"The model's files at {shown} cannot be downloaded.", why=why) from error
    finally:
        if bars is None:
            MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.unset()  # type: ignore[no-untyped-call]
        else:
            MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(bars)  # type: ignore[no-untyped-call]


def _measure(repository: ArtifactRepository, shown: str) -> None:
    """Look at what there is before any of it is downloaded."""
    count, total, folders = 0, 0, [""]
    while folders:
        for one in repository.list_artifacts(folders.pop() or None):
            count += 1
            if one.is_dir:
                folders.append(one.path)
            total += one.file_size or 0
            _within_limits(shown, count, total)
    if not count:
        raise SourceError(f"There are no files at {shown}.", why="The model's artifacts were moved or deleted.")


def _within_limits(shown: str, count: int, total: int) -> None:
    if count > FILES_LIMIT:
        raise SourceError(f"{shown} has more than {FILES_LIMIT:,} files.", why="No logged model has so many.")
    if total > SIZE_LIMIT:
        raise SourceError(f"The model at {shown} is larger than {SIZE_LIMIT // 10**9} GB.")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:400]
