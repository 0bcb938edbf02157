"""The engine for a log on a cluster: Spark answers the same questions as DuckDB, and the same counts come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import count
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from watchroom.errors import SourceError
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
from watchroom.sources.decisions.singles import Question, Singles
from watchroom.sources.decisions.spark_counts import feature_counts
from watchroom.sources.decisions.spark_dialect import SparkDialect
from watchroom.sources.decisions.spark_files import SparkFiles, named_in, problem_of
from watchroom.sources.decisions.spark_session import STALL_SECONDS, Session, SparkPlace, condition, first_line

_OURS = ("PARSE", "UNRESOLVED", "DATATYPE_MISMATCH", "MISSING_", "INVALID_", "UNSUPPORTED_", "INTERNAL_ERROR")
"""How errors of a question begin, rather than of a file: to blame the files for them would hide a mistake of ours."""

Row = tuple[Any, ...]


class SparkEngine:
    """Reads logs with a Spark cluster. Raises `SourceUnreachable` when that is not there. Close it after use."""

    name = "spark"

    def __init__(self, place: SparkPlace, *, stall_seconds: float = STALL_SECONDS) -> None:
        self._session = Session(place, stall_seconds=stall_seconds)
        self._files = SparkFiles(self._session)
        self._numbers = count()

    def close(self) -> None:
        """End the session; the cluster stays."""
        self._session.close()

    def __enter__(self) -> SparkEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def files(self, pattern: str, root: str) -> tuple[LogFile, ...]:
        """As the contract has it. A plain path is listed here, an address by Spark, which sees no empty files."""
        return self._files.listed(pattern, root)

    def shape(self, file: LogFile) -> FileShape:
        """As the contract has it."""
        return self._files.shape(file)

    def survey(self, log: DecisionLog, files: Sequence[FileShape]) -> Survey:
        """As the contract has it."""

        def one(some: Sequence[FileShape]) -> list[Row]:
            dialect = self._dialect()
            return self._rows(ask.survey(dialect, log, some), dialect)

        rows, broken = self._all_that_can_be_read(files, one)
        return answers.survey_of(rows, files, broken)

    def survey_outcomes(
        self, log: DecisionLog, outcomes: OutcomeLog, files: Files, days: frozenset[date] | None
    ) -> Survey:
        """As the contract has it."""

        def facts(some: Sequence[FileShape]) -> list[Row]:
            dialect = self._dialect()
            return self._rows(ask.outcome_facts(dialect, outcomes, log.task, some), dialect)

        rows, broken = self._all_that_can_be_read(files.outcomes, facts)
        bad = {one.path for one in broken}
        read = tuple(shape for shape in files.outcomes if shape.file.shown not in bad)
        matched = self._matched(log, outcomes, Files(files.decisions, read), days) if read else []
        return answers.outcome_survey_of(rows, matched, files.outcomes, broken, whole=days is None)

    def _matched(self, log: DecisionLog, outcomes: OutcomeLog, files: Files, days: frozenset[date] | None) -> list[Row]:
        dialect = self._dialect()
        told = ask.outcomes(dialect, outcomes, log.task, files.outcomes)
        decided = (
            ask.decisions(dialect, log, files.decisions, ask.Wanted(), days)
            if files.decisions and days != frozenset()
            else "select cast(null as string) as id, cast(null as date) as day where false"
        )
        with self._culprit_named(files):
            return self._rows(ask.outcome_days(dialect, told, decided), dialect)

    def rows(
        self, log: DecisionLog, outcomes: OutcomeLog | None, files: Files, days: frozenset[date]
    ) -> pa.RecordBatchReader:
        """As the contract has it. All rows come to this process at once: a reference is a part of a log."""
        dialect = self._dialect()
        kept = tuple(column for column in log.used if column not in (log.id, log.timestamp))
        decided = ask.once(ask.decisions(dialect, log, files.decisions, ask.Wanted(raw=kept, place=True), days))
        columns = "".join(f"r{place} as {dialect.name(column)}, " for place, column in enumerate(kept))
        query = (
            f"select {columns}version as `@version`, cast(outcome as string) as `@outcome` "
            f"from ({ask.joined(decided, self._told(dialect, log, outcomes, files))}) as joined"
        )
        with self._culprit_named(files):
            return _reader(self._session.sql(query, dialect.values))

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
        """As the contract has it. All rows come to this process at once: ask for a month of a large log."""
        wanted = joined.asked(log, files, days, columns, repeated)
        if wanted.nothing:
            return joined.nothing(wanted)
        dialect = self._dialect()
        told = self._told(dialect, log, outcomes, files) if wanted.needs_outcome else None
        with self._culprit_named(files):
            return _reader(self._session.sql(wanted.question(dialect, told), dialect.values).cast(wanted.schema))

    def table(self, files: Sequence[FileShape]) -> pa.RecordBatchReader:
        """As the contract has it. All rows come to this process at once."""
        frames = [
            self._session.spark.table(self._files.view_of(group)).drop("__file", "__row") for group in ask.alike(files)
        ]
        whole = frames[0]
        for frame in frames[1:]:
            whole = whole.unionByName(frame, allowMissingColumns=True)
        with self._culprit_named(Files(tuple(files))):
            return _reader(self._session.table(whole))

    def count(self, log: DecisionLog, bins: Binning, files: Files, days: frozenset[date]) -> Counts:
        """As the contract has it. Only days with an id that stands twice are put in order to find its last row."""
        with self._culprit_named(files):
            volume = self._volume(log, files, days)
            twice = frozenset(volume.filter(pc.greater(volume["duplicates"], 0))["day"].to_pylist())
            parts = [
                self._counts(log, bins, files, some, once=once)
                for some, once in ((days - twice, False), (twice, True))
                if some
            ]
        return Counts(pa.concat_tables([FEATURE_COUNTS.empty_table(), *parts]), volume)

    def _volume(self, log: DecisionLog, files: Files, days: frozenset[date]) -> pa.Table:
        dialect = self._dialect()
        relation = ask.decisions(dialect, log, files.decisions, ask.Wanted(), days)
        query = (
            "select version, day, count(distinct xxhash64(id)) as decisions, "
            "count(*) - count(distinct xxhash64(id)) as duplicates, max(decided_at) as last_at "
            f"from ({relation}) as decided group by version, day order by version, day"
        )
        return self._session.sql(query, dialect.values).cast(VOLUME)

    def _counts(self, log: DecisionLog, bins: Binning, files: Files, days: frozenset[date], *, once: bool) -> pa.Table:
        dialect, signals = self._dialect(), ask.signals_of(log)
        if not signals:
            return FEATURE_COUNTS.empty_table()
        relation = ask.decisions(dialect, log, files.decisions, ask.Wanted(signals, place=once), days)
        relation = ask.once(relation) if once else relation
        return self._session.sql(feature_counts(dialect, bins, signals, relation), dialect.values).cast(FEATURE_COUNTS)

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
        dialect = self._dialect()
        signals = tuple(signal for signal in ask.signals_of(log) if signal.name in ("@score", "@prediction"))
        wanted = ask.Wanted(signals, log.groups, place=bool(repeated))
        decided = ask.decisions(dialect, log, files.decisions, wanted, days)
        decided = ask.once(decided) if repeated else decided
        if outcomes is None or not files.outcomes:
            relation = answers.named(decided, signals, log, _no_outcome(log), text=dialect.text)
            with self._culprit_named(files):
                return self._unknown_yet(relation, log, dialect)
        joined = ask.joined(decided, self._told(dialect, log, outcomes, files))
        query = answers.named(joined, signals, log, "outcome", text=dialect.text)
        with self._culprit_named(files), self._kept(query, dialect.values) as view:
            return self._results(log, bins, f"select * from {view}")

    def _unknown_yet(self, relation: str, log: DecisionLog, dialect: SparkDialect) -> Results:
        """The results of decisions of which nothing is known: there is nothing to join and nothing to label."""
        cells = OUTCOME_CELLS.empty_table()
        if log.task in ("binary", "multiclass"):
            question = ask.outcome_cells(dialect, log.groups, relation)
            cells = self._session.sql(question, dialect.values).cast(OUTCOME_CELLS)
        return Results(cells, ERROR_SUMS.empty_table(), LABELLED.empty_table(), FEATURE_COUNTS.empty_table())

    def _results(self, log: DecisionLog, bins: Binning, relation: str) -> Results:
        def table(question: Callable[[SparkDialect], str], schema: pa.Schema) -> pa.Table:
            dialect = self._dialect()
            return self._session.sql(question(dialect), dialect.values).cast(schema)

        cells, errors = OUTCOME_CELLS.empty_table(), ERROR_SUMS.empty_table()
        if log.task == "regression":
            errors = table(lambda dialect: ask.error_sums(dialect, log.groups, relation), ERROR_SUMS)
        elif log.task is not None:
            cells = table(lambda dialect: ask.outcome_cells(dialect, log.groups, relation), OUTCOME_CELLS)
        labelled = table(lambda _: ask.labelled(relation), LABELLED)
        by_bin = table(lambda dialect: ask.outcome_bins(dialect, bins, relation), FEATURE_COUNTS)
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
        with self._culprit_named(files):
            return samples.sample(self, Singles(log, outcomes, files), days, rows, by_month=by_month)

    def sample_table(self, files: Sequence[FileShape], rows: int, version: str | None) -> pa.Table:
        """As the contract has it."""
        with self._culprit_named(Files(tuple(files))):
            return samples.sample_table(self, files, rows, version)

    def ids(self, log: DecisionLog, files: Files, days: frozenset[date]) -> pa.RecordBatchReader:
        """As the contract has it. All come to this process at once."""
        with self._culprit_named(files):
            return samples.day_digests(self, log, files, days)

    def find(
        self, log: DecisionLog, outcomes: OutcomeLog | None, files: Files, days: frozenset[date], ids: Sequence[str]
    ) -> pa.Table:
        """As the contract has it."""
        with self._culprit_named(files):
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
        with self._culprit_named(files):
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
        with self._culprit_named(files):
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
        with self._culprit_named(files):
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
        with self._culprit_named(files):
            return against.against(self, Singles(log, outcomes, files), rule, days, repeated)

    def ask(self, question: Question) -> pa.Table:
        """The answer to a question, with the values bound to it."""
        dialect = self._dialect()
        return self._session.sql(question(dialect), dialect.values)

    @contextmanager
    def kept(self, question: Question) -> Iterator[str]:
        """A view of the answer, kept on the cluster."""
        dialect = self._dialect()
        with self._kept(question(dialect), dialect.values) as name:
            yield name

    @contextmanager
    def _kept(self, query: str, values: Mapping[str, str]) -> Iterator[str]:
        """A view of the answer, kept on the cluster: several questions are put to it."""
        name = f"watchroom_kept_{next(self._numbers)}"
        frame = self._session.ask(lambda: self._session.spark.sql(query, args=dict(values)).persist())
        try:
            self._session.ask(lambda: frame.createOrReplaceTempView(name))
            yield name
        finally:
            self._session.release(frame)

    def _told(self, dialect: SparkDialect, log: DecisionLog, outcomes: OutcomeLog | None, files: Files) -> str:
        if outcomes is None or not files.outcomes:
            return f"select cast(null as string) as id, {_no_outcome(log)} as value where false"
        return ask.newest(ask.outcomes(dialect, outcomes, log.task, files.outcomes))

    def _dialect(self) -> SparkDialect:
        return SparkDialect(self._files.view_of)

    def _rows(self, query: str, dialect: SparkDialect) -> list[Row]:
        table = self._session.sql(query, dialect.values)
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def _all_that_can_be_read(
        self, files: Sequence[FileShape], question: Callable[[Sequence[FileShape]], list[Row]]
    ) -> tuple[list[Row], tuple[FileProblem, ...]]:
        """The answer for all files that can be read: what Spark names as unreadable is left out of the next try."""
        left, broken = list(files), list[FileProblem]()
        while left:
            try:
                return question(left), tuple(broken)
            except Exception as error:
                culprit = _culprit(error, left)
                if culprit is None:
                    raise
                broken.append(problem_of(culprit, error))
                left = [shape for shape in left if shape.file != culprit]
        return [], tuple(broken)

    @contextmanager
    def _culprit_named(self, files: Files) -> Iterator[None]:
        """Say which file an error came from."""
        try:
            yield
        except Exception as error:
            culprit = _culprit(error, (*files.decisions, *files.outcomes))
            if culprit is None:
                raise
            raise problem_of(culprit, error) from error


def _culprit(error: Exception, files: Sequence[FileShape]) -> LogFile | None:
    """The file to blame, if any. Raises `SourceError` for what Spark could not do and no file is to blame for."""
    if isinstance(error, SourceError) or not type(error).__module__.startswith(("pyspark", "py4j")):
        return None
    named = named_in(error, [shape.file for shape in files])
    if named is not None or condition(error).startswith(_OURS):
        return named
    if len(files) == 1:
        return files[0].file
    raise SourceError(
        "Spark could not answer.",
        why=first_line(error),
        next_step="The log of Spark's driver says more. The next refresh asks again.",
    ) from error


def _no_outcome(log: DecisionLog) -> str:
    """An outcome that is not known yet, of the type that outcomes of the task have."""
    return f"cast(null as {'double' if log.task == 'regression' else 'string'})"


def _reader(table: pa.Table) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(table.schema, table.to_batches())
