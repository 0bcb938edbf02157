"""The engine for one machine: DuckDB reads the files and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from watchroom.sources.decisions import against, answers, joined, lookup, pairs, samples
from watchroom.sources.decisions import questions as ask
from watchroom.sources.decisions.contract import (
    ERROR_SUMS,
    FEATURE_COUNTS,
    LABELLED,
    OUTCOME_CELLS,
    VOLUME,
    Binning,
    Counts,
    DecisionLog,
    FeatureBins,
    FileProblem,
    Files,
    FileShape,
    LogFile,
    OutcomeLog,
    Overlap,
    ReadAs,
    Results,
    Rule,
    Search,
    Survey,
)
from watchroom.sources.decisions.duckdb_dialect import DuckDialect
from watchroom.sources.decisions.duckdb_files import DuckFiles, about
from watchroom.sources.decisions.duckdb_limits import limited
from watchroom.sources.decisions.histograms import Histograms
from watchroom.sources.decisions.singles import Question, Singles

BATCH_ROWS = 122_880
"""Rows of a batch: as many as a row group of DuckDB's own; fifty columns of it are 50 MB."""

_OURS = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.InternalException)
"""Errors of a question rather than of a file: to blame the files for them would hide a mistake of ours."""


class DuckDBEngine:
    """Reads logs with a DuckDB of its own, within `memory_mb`; close it after use.

    What does not fit goes to `temp`; without one it is refused, and nothing is ever written.
    """

    name = "duckdb"

    def __init__(self, temp: Path | None, *, memory_mb: int = 1024, threads: int = 2) -> None:
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "threads": threads,
                "memory_limit": f"{memory_mb}MB",
                "temp_directory": str(temp) if temp else "",
                "autoinstall_known_extensions": False,
            },
        )
        self._numbers = count()
        self._files = DuckFiles(self._connection)
        self._connection.execute("set TimeZone = 'UTC'")
        # A Parquet file's least and greatest value say nothing of NaN, and DuckDB takes `isnan` for false by them.
        self._connection.execute("set disabled_optimizers = 'statistics_propagation'")
        self._connection.execute("set enable_progress_bar = false")  # it would go to standard output

    def close(self) -> None:
        """Give memory and spilled files back."""
        self._connection.close()

    def __enter__(self) -> DuckDBEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def files(self, pattern: str, root: str) -> tuple[LogFile, ...]:
        """As the contract has it."""
        return self._files.listed(pattern, root)

    def shape(self, file: LogFile) -> FileShape:
        """As the contract has it. The header of a file that has not changed is read once."""
        return self._files.shape(file)

    def survey(self, log: DecisionLog, files: Sequence[FileShape]) -> Survey:
        """As the contract has it."""

        def one(some: Sequence[FileShape]) -> list[tuple[Any, ...]]:
            dialect = self._dialect()
            return self._rows(ask.survey(dialect, log, some), dialect)

        rows, broken = self._each_or_all(files, one)
        return answers.survey_of(rows, files, broken)

    def survey_outcomes(
        self, log: DecisionLog, outcomes: OutcomeLog, files: Files, days: frozenset[date] | None
    ) -> Survey:
        """As the contract has it."""

        def facts(some: Sequence[FileShape]) -> list[tuple[Any, ...]]:
            dialect = self._dialect()
            return self._rows(ask.outcome_facts(dialect, outcomes, log.task, some), dialect)

        rows, broken = self._each_or_all(files.outcomes, facts)
        bad = {one.path for one in broken}
        read = tuple(shape for shape in files.outcomes if shape.file.shown not in bad)
        matched = self._matched(log, outcomes, Files(files.decisions, read), days) if read else []
        return answers.outcome_survey_of(rows, matched, files.outcomes, broken, whole=days is None)

    def _matched(
        self, log: DecisionLog, outcomes: OutcomeLog, files: Files, days: frozenset[date] | None
    ) -> list[tuple[Any, ...]]:
        self._files.probe((*files.decisions, *files.outcomes))
        dialect = self._dialect()
        told = ask.outcomes(dialect, outcomes, log.task, files.outcomes)
        decided = (
            ask.decisions(dialect, log, files.decisions, ask.Wanted(), days)
            if files.decisions and days != frozenset()
            else "select cast(null as varchar) as id, cast(null as date) as day where false"
        )
        with self._culprit_named(files, log):
            return self._rows(ask.outcome_days(dialect, told, decided), dialect)

    def rows(
        self, log: DecisionLog, outcomes: OutcomeLog | None, files: Files, days: frozenset[date]
    ) -> pa.RecordBatchReader:
        """As the contract has it."""
        self._files.probe((*files.decisions, *files.outcomes))
        dialect = self._dialect()
        kept = tuple(column for column in log.used if column not in (log.id, log.timestamp))
        decided = ask.once(ask.decisions(dialect, log, files.decisions, ask.Wanted(raw=kept, place=True), days))
        told = self._told(dialect, log, outcomes, files)
        columns = ", ".join(f"r{place} as {dialect.name(column)}" for place, column in enumerate(kept))
        listed = f"{columns}, " if columns else ""
        query = (
            f'select {listed}version as "@version", cast(outcome as varchar) as "@outcome" '
            f"from ({ask.joined(decided, told)}) as joined"
        )
        return self._reader(query, dialect)

    def joined(
        self,
        log: DecisionLog,
        outcomes: OutcomeLog | None,
        files: Files,
        days: frozenset[date],
        columns: Sequence[tuple[str, ReadAs]],
        *,
        repeated: frozenset[date],
    ) -> pa.RecordBatchReader:
        """As the contract has it."""
        wanted = joined.asked(log, files, days, columns, repeated)
        if wanted.nothing:
            return joined.nothing(wanted)
        with self._culprit_named(files, log):
            dialect = self._dialect()
            told = self._told(dialect, log, outcomes, files) if wanted.needs_outcome else None
            return self._reader(wanted.question(dialect, told), dialect)

    def table(self, files: Sequence[FileShape]) -> pa.RecordBatchReader:
        """As the contract has it."""
        self._files.probe(files)
        dialect = self._dialect()
        parts = [f"select * exclude (__file, __row) from {dialect.scan(group)}" for group in ask.alike(files)]
        return self._reader(" union all by name ".join(parts), dialect)

    def count(self, log: DecisionLog, bins: Binning, files: Files, days: frozenset[date]) -> Counts:
        """As the contract has it."""
        with self._culprit_named(files, log):
            met = self._met(log, files, days)
            repeated = frozenset(day for (_, day), (rows, ids) in met.items() if rows > ids)
            parts = [
                self._count(log, shared, files, some, versions, once=once)
                for versions, shared in _sharing(bins, sorted({version for version, _ in met}))
                for some, once in ((days - repeated, False), (days & repeated, True))
                if some
            ]
            if not parts:
                return Counts(FEATURE_COUNTS.empty_table(), VOLUME.empty_table())
            volume = pa.concat_tables([part.volume for part in parts])
            if repeated:
                volume = _with_duplicates(volume, {key: rows for key, (rows, _) in met.items()})
            return Counts(pa.concat_tables([part.features for part in parts]), volume)

    def _count(
        self,
        log: DecisionLog,
        bins: Sequence[FeatureBins],
        files: Files,
        days: frozenset[date],
        versions: Sequence[int],
        *,
        once: bool,
    ) -> Counts:
        """The decisions of some versions, all of them there are, or with `versions` given these alone."""
        dialect, signals = self._dialect(), ask.signals_of(log)
        relation = ask.decisions(dialect, log, files.decisions, ask.Wanted(signals, place=once), days)
        if versions:
            chosen = ", ".join(str(version) for version in versions)
            relation = f"select * from ({relation}) as every where version in ({chosen})"
        checked = [ask.may_be_invalid(dialect, signal, files.decisions) for signal in signals]
        histograms = Histograms.of(bins, signals, checked)
        answer = self.answer(histograms.question(dialect, ask.once(relation) if once else relation), dialect)
        none = pa.array(np.zeros(answer.num_rows, dtype=np.int64))
        columns = [answer["version"], answer["day"], answer["n"], none, answer["last_at"]]
        volume = pa.table(columns, names=VOLUME.names).cast(VOLUME)
        return Counts(histograms.counts(answer), volume)

    def _met(self, log: DecisionLog, files: Files, days: frozenset[date]) -> dict[tuple[int, date], tuple[int, int]]:
        """By version and day, how many rows there are and how many ids: that each stands once is the usual case."""
        dialect = self._dialect()
        relation = ask.decisions(dialect, log, files.decisions, ask.Wanted(), days)
        counted = "select version, day, count(*) as n, count(distinct hash(id)) as ids"
        rows = self._rows(f"{counted} from ({relation}) as decided group by 1, 2", dialect)
        return {(version, day): (n, ids) for version, day, n, ids in rows}

    def results(
        self,
        log: DecisionLog,
        outcomes: OutcomeLog | None,
        bins: Binning,
        files: Files,
        days: frozenset[date],
        repeated: frozenset[date],
    ) -> Results:
        """As the contract has it."""
        with self._culprit_named(files, log):
            dialect = self._dialect()
            signals = tuple(signal for signal in ask.signals_of(log) if signal.name in ("@score", "@prediction"))
            wanted = ask.Wanted(signals, log.groups, place=bool(repeated))
            decided = ask.decisions(dialect, log, files.decisions, wanted, days)
            decided = ask.once(decided) if repeated else decided
            if outcomes is None or not files.outcomes:
                return self._unknown_yet(
                    answers.named(decided, signals, log, _no_outcome(log), text=dialect.text), log, dialect
                )
            joined = answers.named(
                ask.joined(decided, self._told(dialect, log, outcomes, files)),
                signals,
                log,
                "outcome",
                text=dialect.text,
            )
            with self._kept(joined, dialect) as name:
                return self._results(log, bins, f"select * from {name}")

    def _unknown_yet(self, relation: str, log: DecisionLog, dialect: DuckDialect) -> Results:
        """The results of decisions of which nothing is known: there is nothing to join and nothing to label."""
        cells = OUTCOME_CELLS.empty_table()
        if log.task in ("binary", "multiclass"):
            cells = self.answer(ask.outcome_cells(dialect, log.groups, relation), dialect).cast(OUTCOME_CELLS)
        return Results(cells, ERROR_SUMS.empty_table(), LABELLED.empty_table(), FEATURE_COUNTS.empty_table())

    def _results(self, log: DecisionLog, bins: Binning, relation: str) -> Results:
        dialects = [self._dialect() for _ in range(3)]
        cells, errors = OUTCOME_CELLS.empty_table(), ERROR_SUMS.empty_table()
        if log.task == "regression":
            errors = self.answer(ask.error_sums(dialects[0], log.groups, relation), dialects[0]).cast(ERROR_SUMS)
        elif log.task is not None:
            cells = self.answer(ask.outcome_cells(dialects[0], log.groups, relation), dialects[0]).cast(OUTCOME_CELLS)
        labelled = self.answer(ask.labelled(relation), dialects[1]).cast(LABELLED)
        by_bin = self.answer(ask.outcome_bins(dialects[2], bins, relation), dialects[2]).cast(FEATURE_COUNTS)
        return Results(cells, errors, labelled, by_bin)

    def sample(
        self,
        log: DecisionLog,
        outcomes: OutcomeLog | None,
        files: Files,
        days: frozenset[date],
        rows: int,
        *,
        by_month: bool = True,
    ) -> pa.Table:
        """As the contract has it."""
        with self._culprit_named(files, log):
            return samples.sample(self, Singles(log, outcomes, files), days, rows, by_month=by_month)

    def sample_table(self, files: Sequence[FileShape], rows: int, version: str | None) -> pa.Table:
        """As the contract has it."""
        self._files.probe(files)
        try:
            return samples.sample_table(self, files, rows, version)
        except (duckdb.Error, OSError) as error:
            if not isinstance(error, duckdb.InterruptException):
                self._blame(files, error)
            raise

    def _blame(self, files: Sequence[FileShape], error: Exception) -> None:
        """Raise for the file that cannot be read to its end, if there is one."""
        for shape in files:
            dialect = self._dialect()
            with about(shape.file):
                self._rows(f"select count(columns(*)) from {dialect.scan((shape,))}", dialect)

    def ids(self, log: DecisionLog, files: Files, days: frozenset[date]) -> pa.RecordBatchReader:
        """As the contract has it."""
        with self._culprit_named(files, log):
            return samples.day_digests(self, log, files, days)

    def find(
        self, log: DecisionLog, outcomes: OutcomeLog | None, files: Files, days: frozenset[date], ids: Sequence[str]
    ) -> pa.Table:
        """As the contract has it."""
        with self._culprit_named(files, log):
            return lookup.find(self, Singles(log, outcomes, files), days, ids)

    def search(
        self,
        log: DecisionLog,
        outcomes: OutcomeLog | None,
        files: Files,
        days: frozenset[date],
        wanted: Search,
        limit: int,
    ) -> pa.Table:
        """As the contract has it."""
        with self._culprit_named(files, log):
            return lookup.search(self, log, outcomes, files, days, wanted, limit)

    def overlap(
        self,
        log: DecisionLog,
        outcomes: OutcomeLog | None,
        files: Files,
        days: frozenset[date],
        versions: tuple[int, int],
    ) -> Overlap:
        """As the contract has it."""
        with self._culprit_named(files, log):
            return pairs.overlap(self, pairs.Pair(Singles(log, outcomes, files), days, versions))

    def pairs(
        self,
        log: DecisionLog,
        outcomes: OutcomeLog | None,
        files: Files,
        days: frozenset[date],
        versions: tuple[int, int],
        counted: Overlap,
        rows: int,
    ) -> pa.Table:
        """As the contract has it."""
        with self._culprit_named(files, log):
            return pairs.pairs(self, pairs.Pair(Singles(log, outcomes, files), days, versions), counted, rows)

    def against(
        self,
        log: DecisionLog,
        outcomes: OutcomeLog | None,
        files: Files,
        days: frozenset[date],
        rule: Rule,
        repeated: frozenset[date],
    ) -> pa.Table:
        """As the contract has it."""
        with self._culprit_named(files, log):
            return against.against(self, Singles(log, outcomes, files), rule, days, repeated)

    def ask(self, question: Question) -> pa.Table:
        """The answer to a question, with the values bound to it."""
        dialect = self._dialect()
        return self.answer(question(dialect), dialect)

    @contextmanager
    def kept(self, question: Question) -> Iterator[str]:
        """A temporary table with the answer."""
        dialect = self._dialect()
        with self._kept(question(dialect), dialect) as name:
            yield name

    @contextmanager
    def _kept(self, query: str, dialect: DuckDialect) -> Iterator[str]:
        name = f"kept_{next(self._numbers)}"
        self._connection.execute(f"create temp table {name} as {query}", dialect.values)
        try:
            yield name
        finally:
            self._connection.execute(f"drop table if exists {name}")

    @contextmanager
    def limited(self, seconds: float) -> Iterator[None]:
        """What is asked inside has so much time. Raises QueryTimeout past it, and only errors of ours."""
        with limited(self._connection.interrupt, seconds):
            yield

    def _told(self, dialect: DuckDialect, log: DecisionLog, outcomes: OutcomeLog | None, files: Files) -> str:
        """One outcome for each id. Asking whether any id has two is a tenth of ordering them all."""
        if outcomes is None or not files.outcomes:
            return f"select cast(null as varchar) as id, {_no_outcome(log)} as value where false"
        probe = self._dialect()
        told = ask.outcomes(probe, outcomes, log.task, files.outcomes)
        keys = f"select hash(id) as key from ({told}) as told where fault = 0"
        several = self._rows(f"select count(*) > count(distinct key) from ({keys}) as keys", probe)[0][0]
        told = ask.outcomes(dialect, outcomes, log.task, files.outcomes)
        if several:
            return ask.newest(told)
        return f"select id, value from ({told}) as told where fault = 0"

    def _dialect(self) -> DuckDialect:
        return self._files.dialect()

    def _rows(self, query: str, dialect: DuckDialect) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, dialect.values).fetchall()

    def answer(self, query: str, dialect: DuckDialect) -> pa.Table:
        """The answer to a question, with the values bound to it."""
        return self._connection.sql(query, params=dialect.values).to_arrow_table()

    def _reader(self, query: str, dialect: DuckDialect) -> pa.RecordBatchReader:
        return self._connection.sql(query, params=dialect.values).to_arrow_reader(BATCH_ROWS)

    def _each_or_all(
        self, files: Sequence[FileShape], question: Callable[[Sequence[FileShape]], list[tuple[Any, ...]]]
    ) -> tuple[list[tuple[Any, ...]], tuple[FileProblem, ...]]:
        """The answer for all files at once; if that fails file by file, with those that fail alone.

        A question that is wrong is so for every file.
        """
        if not files:
            return [], ()
        try:
            rows = question(files)
            self._files.probed |= {shape.file for shape in files}
            return rows, ()
        except (duckdb.Error, OSError) as error:
            self._files.probe(files)
            rows, broken = list[tuple[Any, ...]](), list[FileProblem]()
            for shape in files:
                try:
                    with about(shape.file):
                        rows += question((shape,))
                except FileProblem as problem:
                    broken.append(problem)
            if isinstance(error, _OURS) and len(broken) == len(files):
                raise
            return rows, tuple(broken)

    @contextmanager
    def _culprit_named(self, files: Files, log: DecisionLog) -> Iterator[None]:
        """Say which file an error came from: the error itself often does not."""
        try:
            self._files.probe((*files.decisions, *files.outcomes))
            yield
        except duckdb.InterruptException:
            raise  # somebody's time is up: no file is to blame
        except (duckdb.Error, OSError) as error:
            broken = self.survey(log, files.decisions).broken
            if broken:
                raise broken[0] from error
            raise


def _sharing(bins: Binning, versions: Sequence[int]) -> list[tuple[tuple[int, ...], tuple[FeatureBins, ...]]]:
    """The bins that some versions share, with these; with none when all share them, and nothing need be chosen."""
    found: dict[int, tuple[list[int], tuple[FeatureBins, ...]]] = {}
    for version in versions:
        found.setdefault(id(bins.of(version)), ([], bins.of(version)))[0].append(version)
    return [(() if len(found) == 1 else tuple(some), shared) for some, shared in found.values()]


def _with_duplicates(volume: pa.Table, rows: Mapping[tuple[int, date], int]) -> pa.Table:
    kept = volume.to_pylist()
    for one in kept:
        one["duplicates"] = rows[one["version"], one["day"]] - one["decisions"]
    return pa.Table.from_pylist(kept, schema=VOLUME)


def _no_outcome(log: DecisionLog) -> str:
    return f"cast(null as {'double' if log.task == 'regression' else 'varchar'})"
