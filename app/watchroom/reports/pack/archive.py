"""A pack as one zip, or as a folder on disk. The same pack gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from watchroom.errors import SettingError
from watchroom.reports.pack.shape import SUMS, Pack

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the zip: when a pack was made stands in it, and would make each one another."""


def zipped(pack: Pack) -> bytes:
    """The pack as a zip with one folder in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in _files(pack):
            about = zipfile.ZipInfo(f"{pack.folder}/{path}", _EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            about.create_system = 3  # Unix, whatever this machine is
            archive.writestr(about, data)
    return buffer.getvalue()


def write_folder(pack: Pack, folder: Path) -> None:
    """The pack's files in that folder. Raises SettingError for one that holds anything, or that cannot be written."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SettingError(f"{folder} is there already.", next_step="Name a folder that is new or empty.")
        for path, data in _files(pack):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    except OSError as error:
        raise SettingError(
            f"{folder} could not be written.", why=str(error), next_step="Name another place."
        ) from error


def _files(pack: Pack) -> list[tuple[str, bytes]]:
    files = [(one.path, one.data) for one in pack.files]
    return sorted([*files, (SUMS, pack.sums.encode())])
