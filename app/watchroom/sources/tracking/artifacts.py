"""Artifacts that lie on this machine: from the location MLflow recorded to the text of one file.

Only local locations are known here; what needs a server or a bucket is the business of the HTTP source.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from watchroom.errors import SourceError, SourceMissing
from watchroom.sources.tracking.model_files import copy_model, download_model

TEXT_LIMIT = 2_000_000
"""Bytes. An `MLmodel` or a `model_config` has a few thousand; whatever is larger is not a text to be read whole."""

_DRIVE = re.compile(r"^/?[A-Za-z]:([\\/]|$)")
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):")


def local_path(location: str, base: Path | None = None) -> Path | None:
    r"""The folder or file that an artifact location means, if it exists on this machine; None if it does not.

    Understands `file:///a%20b`, `file:/a`, `file:C:\a` and plain paths, which are not percent-encoded. A relative
    path counts from `base`, and means nothing without one. Any other scheme (`s3:`, `mlflow-artifacts:`) is None.
    """
    text = _path_text(location)
    if not text or "\0" in text or (_DRIVE.match(text) and os.name != "nt"):
        return None
    path = Path(text.lstrip("/") if _DRIVE.match(text) else text)
    if not path.is_absolute():
        if base is None:
            return None
        path = base / path
    try:
        return path if path.exists() else None
    except OSError:  # a name too long for the file system, or a folder that may not be entered
        return None


def read_local_text(location: str, name: str, limit: int = TEXT_LIMIT, base: Path | None = None) -> str:
    """The text of the file `name` under `location`, of at most `limit` bytes.

    Raises `SourceError` when the location is not on this machine, the file is not there, lies outside the location, is
    larger than `limit` or is not UTF-8 text.
    """
    folder = local_path(location, base)
    if folder is None:
        raise SourceError(
            f"The artifact location {location!r} is not on this machine.",
            why="It was recorded on another machine, or has been moved or deleted since.",
        )
    inner = PurePosixPath(name)
    if inner.is_absolute() or ".." in inner.parts or "\\" in name or "\0" in name:
        raise SourceError(
            f"{name!r} is not the name of an artifact.", why="It would lead out of the artifact's folder."
        )
    if not (folder / inner).resolve().is_relative_to(folder.resolve()):
        raise SourceError(
            f"{name!r} is no file of the artifact.", why="It is a link that leads out of the artifact's folder."
        )
    return read_text_file(folder / inner, limit)


def fetch_local(location: str, folder: Path, base: Path | None = None) -> None:
    """Copy the files of a model into `folder`: from this machine, or from a bucket by MLflow's own client for it.

    Raises `SourceError`.
    """
    source = local_path(location, base)
    if source is not None and source.is_dir():
        copy_model(source, folder)
    elif "://" in location and not location.startswith("file:"):
        download_model(location, folder, tracking_uri=None, registry_uri=None)
    else:
        raise SourceError(
            f"The model's files at {location!r} are not on this machine.",
            why="They were recorded on another machine, or have been moved or deleted since.",
            next_step="Run the refresh where the artifacts are, or keep them where both can reach them.",
        )


def read_text_file(path: Path, limit: int = TEXT_LIMIT) -> str:
    """The UTF-8 text of a regular file of at most `limit` bytes; anything else is a `SourceError`."""
    try:
        return read_bytes(path, limit).decode("utf-8")
    except FileNotFoundError as error:
        raise SourceMissing(f"{path} is not there.") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read.", why=error.strerror or str(error)) from error
    except ValueError as error:
        raise SourceError(f"{path} cannot be read.", why=str(error)) from error


def read_bytes(path: str | Path, limit: int) -> bytes:
    """The content of a regular file of at most `limit` bytes.

    Raises OSError when it cannot be read, ValueError with the reason when it is not a regular file or is too large.
    """
    # Not blocking: opening a pipe that poses as a file would otherwise wait for ever.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise ValueError("It is not a regular file.")
        if state.st_size > limit:
            raise ValueError(f"It is larger than {limit:,} bytes, the most that is read of such a file.")
        return _read_all(handle, state.st_size)
    finally:
        os.close(handle)


def _read_all(handle: int, size: int) -> bytes:
    # A folder of runs is a hundred thousand tiny files: a file object would ask the system twice as often for each.
    content = os.read(handle, size)
    while len(content) < size and (more := os.read(handle, size - len(content))):
        content += more
    return content


def _path_text(location: str) -> str:
    if _DRIVE.match(location):
        return location
    scheme = _SCHEME.match(location)
    if scheme is None:
        return location
    if scheme[1].lower() != "file":
        return ""
    rest = location[len("file:") :]
    if rest.startswith("//"):
        try:
            parts = urlsplit(location)
        except ValueError:
            return ""
        if parts.netloc not in ("", "localhost"):
            return ""
        rest = rest[2 + len(parts.netloc) :]
    return unquote(rest)
