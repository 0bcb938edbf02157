"""The files of a log as Spark sees them: listed, their headers read, and given to it as views.

A plain path is listed on this machine, as for DuckDB, and must lie at the same place for every worker. An address
(`s3a://…`, `hdfs://…`) is listed by Spark itself, with what the cluster knows of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pyarrow as pa

from watchroom.errors import SourceError
from watchroom.sources.decisions import files as listing
from watchroom.sources.decisions.contract import Family, FileProblem, FileShape, LogFile
from watchroom.sources.decisions.spark_dialect import quoted
from watchroom.sources.decisions.spark_session import Session, condition, first_line

_FAMILIES: dict[str, Family] = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "integer"),
    **dict.fromkeys(("float", "double", "decimal"), "float"),
    **dict.fromkeys(("string", "varchar", "char"), "text"),
    "boolean": "boolean",
    "timestamp_ntz": "naive",
    "timestamp": "zoned",
    "date": "date",
}

_NANOSECONDS = "spark.sql.legacy.parquet.nanosAsLong"

FILE_TROUBLE = ("FAILED_READ_FILE", "PATH_NOT_FOUND", "CANNOT_READ_FILE", "UNABLE_TO_INFER_SCHEMA", "MALFORMED")
"""How the names of Spark's errors about a file begin."""


class SparkFiles:
    """Lists files and keeps what Spark calls the types of their columns, for as long as its session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._types: dict[str, tuple[tuple[str, str], ...]] = {}
        self._views: dict[tuple[str, ...], str] = {}

    def listed(self, pattern: str, root: str) -> tuple[LogFile, ...]:
        """The files of an absolute glob or an address, in the order of their names; none is no error."""
        if not listing.is_address(pattern):
            found = listing.local_files(pattern, root)
            return tuple(LogFile(f"file:{one.path}", one.shown, one.size, one.modified_ns) for one in found)
        rows = self._rows_of(pattern, root)
        wanted = _regex_of(pattern)
        told = [(str(row["path"]), int(row["length"]), row["modificationTime"]) for row in rows]
        return tuple(
            LogFile(path, listing.shown_path(path, root), size, _nanoseconds(at))
            for path, size, at in sorted(told)
            if wanted.fullmatch(_plain(path))
        )

    def _rows_of(self, pattern: str, root: str) -> list[dict[str, Any]]:
        """Spark knows no `**`: below such a place it lists everything."""
        base, deep, _ = pattern.partition("**")
        reader = self._session.spark.read.format("binaryFile")
        place = base.rstrip("/") if deep else pattern
        reader = reader.option("recursiveFileLookup", "true") if deep else reader
        try:
            frame = reader.load(place).select("path", "length", "modificationTime")
            rows: list[dict[str, Any]] = self._session.table(frame).to_pylist()
        except SourceError:
            raise
        except Exception as error:
            if condition(error).startswith("PATH_NOT_FOUND"):
                return []
            raise SourceError(
                f"{listing.shown_path(pattern, root)} cannot be listed by Spark.",
                why=first_line(error),
                next_step="The cluster must know how to reach it, with the rights to list it.",
            ) from error
        return rows

    def shape(self, file: LogFile) -> FileShape:
        """What the file's header says. Raises `FileProblem`."""
        if file.size == 0:
            return FileShape(file, "csv", ())
        if re.search(r"/[._][^/]*$", file.path):
            raise FileProblem(
                "The file is left out.",
                path=file.shown,
                why="Spark passes over files whose names begin with a dot or an underscore.",
                next_step="Give it another name.",
            )
        try:
            return self._shape(file)
        except SourceError:
            raise
        except Exception as error:
            raise problem_of(file, error) from error

    def _shape(self, file: LogFile) -> FileShape:
        if listing.format_of(file) == "parquet":
            types = self._parquet_types(file)
            columns = tuple((name, _family(kind)) for name, kind in types)
            return FileShape(file, "parquet", columns, header=tuple(name for name, _ in types), types=types)
        lines = self._session.spark.read.option("lineSep", "\n").text(_escaped(file.path)).limit(listing.HEAD_LINES)
        return listing.csv_shape(file, self._session.table(lines)["value"].to_pylist())

    def _parquet_types(self, file: LogFile) -> tuple[tuple[str, str], ...]:
        if file.path not in self._types:
            try:
                self._types[file.path] = self._plain_types(file)
            except SourceError:
                raise
            except Exception as error:
                if "TIMESTAMP(NANOS" not in str(error):
                    raise
                zoned = "TIMESTAMP(NANOS,true)" in str(error)
                self._types[file.path] = self._types_with_nanoseconds(file, zoned=zoned)
        return self._types[file.path]

    def _plain_types(self, file: LogFile) -> tuple[tuple[str, str], ...]:
        schema = self._session.ask(lambda: self._session.spark.read.parquet(_escaped(file.path)).schema)
        found = [(field.name, field.dataType.simpleString()) for field in schema.fields]
        return tuple(found[place] for place in listing.named_apart([name for name, _ in found]))

    def _types_with_nanoseconds(self, file: LogFile, *, zoned: bool) -> tuple[tuple[str, str], ...]:
        """Spark reads times in nanoseconds as integers. A true integer can be read as a decimal too, these cannot."""
        conf = self._session.spark.conf
        self._session.ask(lambda: conf.set(_NANOSECONDS, "true"))
        try:
            types = self._plain_types(file)
        finally:
            self._session.ask(lambda: conf.set(_NANOSECONDS, "false"))
        kind = "nanoseconds zoned" if zoned else "nanoseconds"
        return tuple(
            (name, kind if said == "bigint" and not self._is_integer(file, name) else said) for name, said in types
        )

    def _is_integer(self, file: LogFile, column: str) -> bool:
        frame = self._session.spark.read.schema(f"{quoted(column)} decimal(20, 0)").parquet(_escaped(file.path))
        try:
            self._session.table(frame.limit(1))
        except SourceError:
            raise
        except Exception as error:
            if "MISMATCH" in condition(error) or "MISMATCH" in str(error):
                return False
            raise
        return True

    def view_of(self, shapes: tuple[FileShape, ...]) -> str:
        """The name of a view of files of one shape: their columns, `__file` and `__row`."""
        key = tuple(shape.file.path for shape in shapes)
        if key not in self._views:
            name = f"watchroom_{uuid4().hex}"
            self._session.ask(lambda: self._frame(shapes).createOrReplaceTempView(name))
            self._views[key] = name
        return self._views[key]

    def _frame(self, shapes: tuple[FileShape, ...]) -> Any:
        """Files whose columns are of one family and yet of several types (int and bigint) are put together by Spark."""
        if shapes[0].format == "csv":
            return self._csv(shapes)

        def types(shape: FileShape) -> tuple[tuple[str, str], ...]:
            return self._parquet_types(shape.file)

        frames = [self._parquet(tuple(group), kinds) for kinds, group in groupby(sorted(shapes, key=types), key=types)]
        whole = frames[0]
        for frame in frames[1:]:
            whole = whole.unionAll(frame)
        return whole

    def _parquet(self, shapes: Sequence[FileShape], types: tuple[tuple[str, str], ...]) -> Any:
        schema = ", ".join(f"{quoted(name)} {_read_as(kind)}" for name, kind in types)
        frame = self._session.spark.read.schema(schema).parquet(*(_escaped(shape.file.path) for shape in shapes))
        columns = [_column(name, kind) for name, kind in types]
        return frame.selectExpr(*columns, f"{_FILE} as __file", "_metadata.row_index as __row")

    def _csv(self, shapes: Sequence[FileShape]) -> Any:
        """One task for each file: a line break inside quotes can only be told from the file's beginning."""
        schema = ", ".join(f"{quoted(name)} string" for name in shapes[0].header)
        options = {"header": "true", "sep": shapes[0].delimiter, "quote": '"', "escape": '"', "multiLine": "true"}
        reader = self._session.spark.read.schema(schema).options(**options)
        frame = reader.csv([_escaped(shape.file.path) for shape in shapes])
        columns = [quoted(name) for name, _ in shapes[0].columns]
        return frame.selectExpr(*columns, f"{_FILE} as __file", "monotonically_increasing_id() as __row")

    def drop_views(self) -> None:
        """Let the session forget the files."""
        for name in self._views.values():
            self._session.ask(lambda name=name: self._session.spark.catalog.dropTempView(name))  # type: ignore[misc]
        self._views.clear()


# `_metadata` has the path as a URI, and with one slash or three after `file:`; ours are plain.
_FILE = "regexp_replace(url_decode(replace(_metadata.file_path, '+', '%2B')), '^file:/+', 'file:/')"


def problem_of(file: LogFile, error: Exception) -> FileProblem:
    """What to say of a file that Spark cannot read."""
    absent = condition(error).startswith(("PATH_NOT_FOUND", "FAILED_READ_FILE.FILE_NOT_EXIST"))
    step = (
        "A path must lie at the same place for Spark's driver and every worker: use a shared folder, or an address."
        if absent
        else "It may be half written or damaged. It is read again at the next refresh."
    )
    return FileProblem(
        "The file cannot be read; its rows are left out.", path=file.shown, why=first_line(error), next_step=step
    )


def named_in(error: Exception, files: Sequence[LogFile]) -> LogFile | None:
    """The file that an error of Spark names, if it names one of these."""
    found = re.search(r"reading file (\S.*?)\. |Path does not exist: (.*?)\. SQLSTATE", str(error).replace("\n", " "))
    if found is None:
        return None
    said = found.group(1) or found.group(2)
    names = {re.sub(r"^file:/+", "file:/", name) for name in (said, unquote(said))}
    return next((file for file in files if file.path in names), None)


def _column(name: str, kind: str) -> str:
    if kind.startswith("nanoseconds"):
        micros = f"timestamp_micros({quoted(name)} div 1000)"
        return f"cast({micros} as {'timestamp_ltz' if kind.endswith('zoned') else 'timestamp'}) as {quoted(name)}"
    return quoted(name)


def _read_as(kind: str) -> str:
    if kind.startswith("nanoseconds"):
        return "bigint"
    return "timestamp_ltz" if kind == "timestamp" else kind


def _family(kind: str) -> Family:
    if kind.startswith("nanoseconds"):
        return "zoned" if kind.endswith("zoned") else "naive"
    return _FAMILIES.get(kind.partition("(")[0], "other")


def _escaped(path: str) -> str:
    """A path that Hadoop does not take for a glob."""
    return re.sub(r"([\\{}\[\]*?])", r"\\\1", path)


def _plain(path: str) -> str:
    return re.sub(r"^file:/+", "file:///", path)


def _regex_of(pattern: str) -> re.Pattern[str]:
    """A glob as a pattern of whole addresses: `*` and `?` stay within a folder, `**` does not."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]]*\]|\{[^}]*\})", pattern)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(_piece(part, known) for part in parts))


def _piece(part: str, known: dict[str, str]) -> str:
    if part in known:
        return known[part]
    if part.startswith("[") and part.endswith("]"):
        return part.replace("[!", "[^")
    if part.startswith("{") and part.endswith("}"):
        return "(?:" + "|".join(re.escape(one) for one in part[1:-1].split(",")) + ")"
    return re.escape(part)


def _nanoseconds(at: datetime | pa.TimestampScalar) -> int:
    whole = at if isinstance(at, datetime) else at.as_py()
    since = (whole if whole.tzinfo else whole.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000
