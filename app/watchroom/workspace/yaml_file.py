"""Reads one YAML file, whatever stands under its name: a loop of links, a device, another encoding, a log of gigabytes.

What its text says is for `yaml_text`.
"""

from __future__ import annotations

import errno
import stat
from pathlib import Path

from watchroom.errors import WorkspaceError
from watchroom.workspace.yaml_text import YamlFile, parse_yaml

MAX_BYTES = 256 * 1024
"""The largest file that is read: a spec with thousands of features is smaller, and a log named by mistake larger."""


def read_yaml(path: Path, shown: str) -> YamlFile:
    """The mapping that the file holds. Raises `WorkspaceError`, with `shown` as the file's name, when there is none."""
    try:
        return parse_yaml(_text(_bytes(path)))
    except WorkspaceError as error:
        raise _in_file(error, shown) from None


def read_text(path: Path, shown: str) -> str:
    """The text of a file that is no YAML, such as a model's card. Raises `WorkspaceError` as `read_yaml` does."""
    try:
        return _text(_bytes(path))
    except WorkspaceError as error:
        raise _in_file(error, shown) from None


def _in_file(error: WorkspaceError, shown: str) -> WorkspaceError:
    return WorkspaceError(error.what, why=error.why, next_step=error.next_step, file=shown, line=error.line)


def _bytes(path: Path) -> bytes:
    try:
        # Before opening: a named pipe would wait for ever, a device never end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise WorkspaceError("This is not a file.", next_step="Put a text file in its place.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise WorkspaceError("The file cannot be read.", why=_reason(error)) from None
    if len(data) > MAX_BYTES:
        raise WorkspaceError(
            f"The file is larger than {MAX_BYTES // 1024} KiB, the limit.", next_step="Move data out of it."
        )
    return data


def _reason(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "It is a symbolic link that leads back to itself."
    if error.errno == errno.ENOENT:
        return "It does not exist, or is a symbolic link to nothing."
    return f"{error.strerror or type(error).__name__}."


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WorkspaceError(
            "The file is not UTF-8 text.",
            why=f"The byte 0x{data[error.start]:02x} cannot stand there.",
            next_step="Save it as UTF-8.",
            line=line,
        ) from None
