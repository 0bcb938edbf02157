"""Reads one file of a workspace, whatever stands under its name: a link that leads out of it, a device, a huge log.

What its text says is for `yaml_text`.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from watchroom.errors import WorkspaceError
from watchroom.workspace.yaml_text import YamlFile, parse_yaml

MAX_BYTES = 256 * 1024
"""The largest file that is read: a spec with thousands of features is smaller, and a log named by mistake larger."""


_KERNEL = ("/proc", "/sys", "/dev")
"""Where files are none: a process' secrets, settings and devices show there as if they were text."""


def read_yaml(path: Path, shown: str, within: Path | None) -> YamlFile:
    """The mapping that the file holds. Raises `WorkspaceError`, with `shown` as the file's name, when there is none.

    Links are followed inside the folder `within`, as those of a volume of Kubernetes, and not out of it; None, for what
    ships, is no limit.
    """
    try:
        return parse_yaml(_text(_bytes(path, within)))
    except WorkspaceError as error:
        raise _in_file(error, shown) from None


def read_text(path: Path, shown: str, within: Path | None) -> str:
    """The text of a file that is no YAML, such as a model's card. Raises `WorkspaceError` as `read_yaml` does."""
    try:
        return _text(_bytes(path, within))
    except WorkspaceError as error:
        raise _in_file(error, shown) from None


def _in_file(error: WorkspaceError, shown: str) -> WorkspaceError:
    return WorkspaceError(error.what, why=error.why, next_step=error.next_step, file=shown, line=error.line)


def _bytes(path: Path, within: Path | None) -> bytes:
    try:
        # Not blocking: to open a named pipe would wait for somebody to write to it.
        with os.fdopen(os.open(_led_to(path, within), os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise WorkspaceError("This is not a file.", next_step="Put a text file in its place.")
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise WorkspaceError("The file cannot be read.", why=_reason(error)) from None
    if len(data) > MAX_BYTES:
        raise WorkspaceError(
            f"The file is larger than {MAX_BYTES // 1024} KiB, the limit.", next_step="Move data out of it."
        )
    return data


def _led_to(path: Path, within: Path | None) -> Path:
    """The file itself, its links followed. Raises OSError, and `WorkspaceError` for one that lies elsewhere."""
    try:
        file = path.resolve(strict=True)
    except RuntimeError:  # how Python 3.11 tells of a loop
        raise OSError(errno.ELOOP, "") from None
    if not stat.S_ISREG(file.stat().st_mode):  # to open some devices does something
        raise WorkspaceError("This is not a file.", next_step="Put a text file in its place.")
    if within is not None and (
        not file.is_relative_to(within.resolve()) or any(file.is_relative_to(place) for place in _KERNEL)
    ):
        raise WorkspaceError(
            "The file is not read.",
            why="It is a symbolic link that leads elsewhere: out of the workspace, or of the folder of such files.",
            next_step="Put the file itself in its place.",
        )
    return file


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
