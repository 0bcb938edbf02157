"""Which files a log has, and what the head of a CSV file says. Local files without any engine; addresses by DuckDB."""

from __future__ import annotations

import csv
import glob
import re
from pathlib import Path

from watchroom.errors import SourceError
from watchroom.sources.decisions.contract import LogFile

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")

_DELIMITERS = ",;\t|"


def is_address(pattern: str) -> bool:
    """Whether it is an address (`s3://…`) and not a path."""
    return _ADDRESS.match(pattern) is not None


def local_files(pattern: str, root: str) -> tuple[LogFile, ...]:
    """The files that an absolute glob matches, in the order of their names; folders are passed over."""
    try:
        found = [_local_file(path, root) for path in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207, Path knows no absolute globs
    except OSError as error:
        raise SourceError(f"{shown_path(pattern, root)} cannot be listed.", why=str(error.strerror or error)) from error
    return tuple(file for file in found if file is not None)


def _local_file(path: str, root: str) -> LogFile | None:
    if not Path(path).is_file():
        return None
    said = Path(path).stat()
    return LogFile(path, shown_path(path, root), said.st_size, said.st_mtime_ns)


def shown_path(path: str, root: str) -> str:
    """The path relative to the root where it lies in it; an address without user, password and parameters."""
    if is_address(path):
        return re.sub(r"[?].*", "", re.sub(r"://[^/]*@", "://", path))
    plain, folder = path.replace(glob.escape(root), root), root.rstrip("/") + "/"
    return plain.removeprefix(folder)


def literal_glob(file: LogFile) -> str:
    """A pattern that matches this file alone."""
    return file.path if is_address(file.path) else glob.escape(file.path)


def format_of(file: LogFile, magic: bytes | None = None) -> str:
    """`parquet` or `csv`, by the name; a name that says neither by how the file begins."""
    name = file.path.lower()
    if name.endswith((".parquet", ".pq", ".parq")):
        return "parquet"
    return "parquet" if magic == b"PAR1" else "csv"


def header_of(line: str) -> tuple[tuple[str, ...], str]:
    """The columns that the first line of a CSV file names, and its delimiter: the one that splits it into most."""
    line = line.lstrip("\ufeff").rstrip("\r\n")
    found = {mark: next(csv.reader([line], delimiter=mark), []) for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: len(found[mark]))
    return tuple(name.strip() for name in found[best]), best
