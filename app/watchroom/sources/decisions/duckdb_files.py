"""The files of a log as DuckDB sees them: listed, their headers read, and what is peculiar to their lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path

import duckdb

from watchroom.errors import SourceError
from watchroom.sources.decisions import files as listing
from watchroom.sources.decisions.contract import FileProblem, FileShape, LogFile
from watchroom.sources.decisions.duckdb_dialect import DuckDialect, family_of


class DuckFiles:
    """Lists files and keeps what their headers say, for as long as its connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._shapes: dict[LogFile, FileShape] = {}
        self._broken_lines = set[LogFile]()
        self.probed = set[LogFile]()
        """The CSV files of which it is known how their lines are read."""

    def dialect(self) -> DuckDialect:
        """The words for a question about these files."""
        return DuckDialect(self._broken_lines)

    def listed(self, pattern: str, root: str) -> tuple[LogFile, ...]:
        """The files of an absolute glob or an address, in the order of their names; none is no error."""
        if not listing.is_address(pattern):
            return listing.local_files(pattern, root)
        query = "select filename, size, epoch_ns(last_modified) from read_blob($pattern) order by 1"
        try:
            rows = self._connection.execute(query, {"pattern": pattern}).fetchall()
        except duckdb.Error as error:
            if "No files found" in str(error):
                return ()
            shown = listing.shown_path(pattern, root)
            raise SourceError(f"{shown} cannot be listed.", why=_reason(error).replace(pattern, shown)) from error
        return tuple(LogFile(path, listing.shown_path(path, root), size, ns) for path, size, ns in rows)

    def shape(self, file: LogFile) -> FileShape:
        """What the file's header says. Raises `FileProblem`."""
        if file not in self._shapes:
            self._shapes[file] = self._shape(file)
        return self._shapes[file]

    def _shape(self, file: LogFile) -> FileShape:
        if file.size == 0:
            return FileShape(file, "csv", ())
        with about(file):
            if listing.format_of(file, self._magic(file)) == "parquet":
                return self._parquet_shape(file)
            return listing.csv_shape(file, self._first_lines(file))

    def _magic(self, file: LogFile) -> bytes | None:
        if listing.is_address(file.path):
            return None
        with Path(file.path).open("rb") as opened:
            return opened.read(4)

    def _parquet_shape(self, file: LogFile) -> FileShape:
        query = "describe select * from read_parquet($path)"
        rows = self._connection.execute(query, {"path": [listing.literal_glob(file)]}).fetchall()
        header = tuple(row[0] for row in rows)
        types = tuple((rows[place][0], rows[place][1]) for place in listing.named_apart(header))
        columns = tuple((name, family_of(kind)) for name, kind in types)
        return FileShape(file, "parquet", columns, header=header, types=types)

    def _first_lines(self, file: LogFile) -> list[str | None]:
        query = (
            "select line from read_csv($path, auto_detect = false, header = false, delim = '\x01', quote = '', "
            f"escape = '', columns = {{'line': 'VARCHAR'}}) limit {listing.HEAD_LINES}"
        )
        return [row[0] for row in self._connection.execute(query, {"path": [listing.literal_glob(file)]}).fetchall()]

    def probe(self, files: Sequence[FileShape]) -> None:
        """Find the CSV files with line breaks inside quotes: they are read otherwise (`DuckDialect.scan`)."""
        for shape in files:
            if shape.format == "parquet" or not shape.columns or shape.file in self.probed:
                continue
            dialect = self.dialect()
            try:
                self._connection.execute(f"select count(*) from {dialect.scan((shape,))}", dialect.values).fetchall()
            except duckdb.Error as error:
                if "quoted new lines" in str(error):
                    self._broken_lines.add(shape.file)
            self.probed.add(shape.file)


@contextmanager
def about(file: LogFile) -> Iterator[None]:
    """Whatever fails inside is a problem of this file."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise FileProblem(
            "The file cannot be read; its rows are left out.",
            path=file.shown,
            why=_reason(error).replace(file.path, file.shown),
            next_step="It may be half written or damaged. It is read again at the next refresh.",
        ) from error


def _reason(error: Exception) -> str:
    """The first line, and of a CSV file what is wrong in it: that comes after the row itself, which is not for here."""
    first, *rest = str(error).strip().splitlines() or [type(error).__name__]
    said = list(takewhile(lambda line: line.strip() and not line.startswith("Possible"), rest))
    if rest and rest[0].startswith("Original Line:") and len(said) > 1:
        return f"{first}. {said[-1].rstrip('.')}."
    return first
