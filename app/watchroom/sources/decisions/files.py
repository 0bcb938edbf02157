"""Which files a log has, and what the head of a CSV file says. Local files without any engine; addresses by DuckDB."""

from __future__ import annotations

import csv
import errno
import fnmatch
import glob
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchroom.errors import SourceError
from watchroom.sources.decisions.contract import Family, FileShape, LogFile

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")

_DELIMITERS = ",;\t|"

_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
"""How it is said that there is no such file or folder."""

HEAD_LINES = 32
"""Lines that are read for a header: it may follow blank lines, and its names may have line breaks in quotes."""

_OURS = re.compile(r"__(file|row|found|at|column[0-9]+)", re.IGNORECASE)
"""Names that questions give to columns of their own."""


def is_address(pattern: str) -> bool:
    """Whether it is an address (`s3://…`) and not a path."""
    return _ADDRESS.match(pattern) is not None


def local_files(pattern: str, root: str) -> tuple[LogFile, ...]:
    """The files that an absolute glob matches, in the order of their names; folders are passed over."""
    try:
        found = [_local_file(path, root) for path in sorted(set(matching(pattern)))]
    except OSError as error:
        raise SourceError(
            f"{shown_path(pattern, root)} cannot be listed.",
            why=str(error.strerror or error),
            next_step="It is listed again at the next refresh.",
        ) from error
    return tuple(file for file in found if file is not None)


def _local_file(path: str, root: str) -> LogFile | None:
    """The file; None for a folder, and for what has gone since it was listed."""
    try:
        said = Path(path).stat()
    except OSError as error:
        if error.errno in _GONE:
            return None
        raise
    if not stat.S_ISREG(said.st_mode):
        return None
    return LogFile(path, shown_path(path, root), said.st_size, said.st_mtime_ns)


def matching(pattern: str) -> Iterator[str]:
    """What an absolute glob matches, by the rules of `glob`; a path may come twice.

    Unlike there, a folder that cannot be listed raises OSError: it would look as if its files had been taken away.
    """
    return _below("/", [part for part in pattern.split("/") if part])


def _below(folder: str, parts: list[str]) -> Iterator[str]:
    if not parts:
        yield folder
        return
    first, rest = parts[0], parts[1:]
    plain = re.sub(r"\[([*?\[])\]", r"\1", first)
    if not glob.has_magic(first) or glob.escape(plain) == first:
        yield from _below(f"{folder.rstrip('/')}/{plain}", rest)
        return
    if first == "**" and rest:
        yield from _below(folder, rest)
    for entry in _entries(folder):
        hidden = entry.name.startswith(".")
        if first == "**":
            if not hidden and not rest:
                yield entry.path
            if not hidden and _is_folder(entry):
                yield from _below(entry.path, parts)
        elif fnmatch.fnmatchcase(entry.name, first) and (not hidden or first.startswith(".")):
            yield from _below(entry.path, rest)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError as error:
        if error.errno in _GONE:
            return False
        raise


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError as error:
        if error.errno in _GONE:
            return []
        raise


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


@dataclass(frozen=True)
class Header:
    """The head of a CSV file: the names in it, the delimiter, and how many blank lines come before."""

    names: tuple[str, ...] = ()
    delimiter: str = ","
    skip: int = 0


def header_of(lines: Sequence[str | None]) -> Header:
    """What the first lines of a CSV file say; its delimiter is the one that splits the header into most names."""
    plain = [(line or "").removeprefix("\ufeff").rstrip("\r\n") for line in lines]
    skip = next((place for place, line in enumerate(plain) if line.strip()), None)
    if skip is None:
        return Header()
    text = [f"{line}\n" for line in plain[skip:]]
    found = {mark: next(csv.reader(text, delimiter=mark), []) for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: len(found[mark]))
    return Header(tuple(name.strip() for name in found[best]), best, skip)


def csv_shape(file: LogFile, lines: Sequence[str | None]) -> FileShape:
    """The shape of a CSV file that begins with these lines."""
    head = header_of(lines)
    kept = named_apart(head.names)
    read_as = tuple(name if place in kept else f"__column{place}" for place, name in enumerate(head.names))
    columns: tuple[tuple[str, Family], ...] = tuple((head.names[place], "text") for place in kept)
    return FileShape(file, "csv", columns, head.delimiter, read_as, head.skip)


def named_apart(names: Sequence[str]) -> tuple[int, ...]:
    """The places of columns that can be told by their names: SQL has none without a name, and no case in names."""
    kept: dict[str, int] = {}
    for place, name in enumerate(names):
        if name and not _OURS.fullmatch(name):
            kept.setdefault(name.casefold(), place)
    return tuple(kept.values())
