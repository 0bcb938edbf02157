"""Small text artifacts of a tracking server, fetched through the server or from where it says that they are.

Files are read as text and nothing else: no model is downloaded whole, loaded or run.
"""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit

from watchroom.errors import SourceError, SourceMissing
from watchroom.sources.tracking.artifacts import TEXT_LIMIT, read_local_text, read_text_file
from watchroom.sources.tracking.http_api import ApiError, MlflowApi

_PROXY = "/api/2.0/mlflow-artifacts/artifacts/"


def read_text(api: MlflowApi, registry: MlflowApi, location: str, name: str) -> str:
    """The text of the file `name` under an artifact location, of at most `TEXT_LIMIT` bytes.

    The server is asked for `mlflow-artifacts:`, `models:` and `runs:`; a bucket is read by MLflow's own client for it,
    if its library is installed; anything else has to be on this machine. Raises `SourceError`.
    """
    inner = PurePosixPath(name)
    if inner.is_absolute() or ".." in inner.parts:
        raise SourceError(
            f"{name!r} is not the name of an artifact.", why="It would lead out of the artifact's folder."
        )
    scheme, _, rest = location.partition(":")
    if scheme not in _READERS:
        if "://" in location and scheme != "file":
            return _from_bucket(location, name)
        return read_local_text(location, name)
    try:
        if rest.startswith("//"):  # a host is named: ours is meant, whatever its name inside the network
            rest = rest[2:].partition("/")[2]
        content = _READERS[scheme](registry if scheme == "models" else api, rest.strip("/"), name)
        return content.decode("utf-8")
    except ApiError as error:
        why = error.message or f"HTTP {error.status}"
        if error.status == 404:
            raise SourceMissing(f"{location}/{name} is not there.", why=why) from error
        raise SourceError(f"{location}/{name} cannot be read.", why=why) from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{location}/{name} is not UTF-8 text.", why=str(error)) from error


def _proxied(api: MlflowApi, rest: str, name: str) -> bytes:
    return api.download(_PROXY + quote(f"{rest}/{name}"), None, TEXT_LIMIT)


def _of_model(api: MlflowApi, rest: str, name: str) -> bytes:
    first, _, second = rest.partition("/")
    if first.startswith("m-"):
        path = f"/ajax-api/2.0/mlflow/logged-models/{quote(first, safe='')}/artifacts/files"
        inner = f"{second}/{name}" if second else name
        return api.download(path, {"artifact_file_path": inner}, TEXT_LIMIT)
    params = {"name": first, "version": second, "path": name}
    return api.download("/model-versions/get-artifact", params, TEXT_LIMIT)


def _of_run(api: MlflowApi, rest: str, name: str) -> bytes:
    run, _, inner = rest.partition("/")
    return api.download("/get-artifact", {"run_id": run, "path": f"{inner}/{name}" if inner else name}, TEXT_LIMIT)


_READERS = {"mlflow-artifacts": _proxied, "models": _of_model, "runs": _of_run}


def _from_bucket(location: str, name: str) -> str:
    from mlflow.exceptions import MlflowException
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    shown = f"{urlsplit(location).scheme}://…/{name}"
    try:
        repository = get_artifact_repository(location)
        sizes = {
            each.path: each.file_size for each in repository.list_artifacts(str(PurePosixPath(name).parent).strip("."))
        }
        if (sizes.get(name) or 0) > TEXT_LIMIT:
            raise SourceError(f"{shown} is larger than {TEXT_LIMIT:,} bytes.")
        with tempfile.TemporaryDirectory() as folder:
            path: str = repository.download_artifacts(name, folder)  # type: ignore[no-untyped-call]
            return read_text_file(Path(path), TEXT_LIMIT)
    except SourceError:
        raise
    except ImportError as error:
        raise SourceError(
            f"{shown} cannot be read.",
            why=f"The library for this kind of storage is not installed: {error}",
            next_step="Install what MLflow needs for it, or start the server with `--serve-artifacts`.",
        ) from error
    except MlflowException as error:
        raise SourceError(f"{shown} cannot be read.", why=str(error)) from error
    # Each kind of storage has errors of its own (botocore, google.api_core, azure); none may end the refresh.
    except Exception as error:
        raise SourceError(f"{shown} cannot be read.", why=f"{type(error).__name__}: {error}") from error
