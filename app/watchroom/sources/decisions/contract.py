"""What is asked of a log of decisions, and what an engine answers. DuckDB and Spark give the same answers.

An engine never writes beside the log and knows nothing of the store. Files are listed and their headers read first;
then they are surveyed (which days they hold, and a digest of each); then given days are counted. Days and times are
UTC. What concerns a single file is a `FileProblem`, so that the others can go on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from watchroom.domain.vocabulary import Task
from watchroom.errors import SourceError

Family = Literal["integer", "float", "text", "boolean", "naive", "zoned", "date", "other"]
"""What a column's type comes down to: every engine maps its own types to these. Columns of a CSV file are `text`."""

Kind = Literal["number", "category", "boolean"]
"""How a feature is read. A boolean is a category of `true` and `false`, whatever a file writes for them."""

ReadAs = Literal["number", "category", "boolean", "time"]
"""How a column of single decisions is read: as a `Kind`, or as a time in UTC."""

OWN_SIGNALS = ("@score", "@prediction", "@outcome")

Comparison = Literal["=", "!=", "<", "<=", ">", ">=", "in", "missing"]

Order = Literal["newest", "score_high", "score_low", "largest_error"]


class FileProblem(SourceError):
    """One file of a log cannot be read; `path` says which. The others go on without it."""

    def __init__(self, what: str, *, path: str, why: str = "", next_step: str = "") -> None:
        super().__init__(what, why=why, next_step=next_step)
        self.path = path


@dataclass(frozen=True)
class LogFile:
    """A file as it lies there. `path` is for the engine to open, `shown` for people and for the store's key."""

    path: str
    shown: str
    size: int
    modified_ns: int


@dataclass(frozen=True)
class FileShape:
    """A file with what its header says: its format and its columns, in their order.

    Columns that cannot be told by a name are left out of `columns`: those without one, those that bear the name of an
    earlier one (in whatever case), and those that bear a name of ours.
    """

    file: LogFile
    format: Literal["parquet", "csv"]
    columns: tuple[tuple[str, Family], ...]
    delimiter: str = ","
    """Of a CSV file."""
    header: tuple[str, ...] = ()
    """What every column of the file is read as, in their order, those that are left out included."""
    skip: int = 0
    """Of a CSV file: the blank lines before its header."""
    types: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """What the engine calls the types of the columns, where it has several for a family."""

    def type(self, column: str) -> str:
        """What the engine calls the column's type; empty when it does not say."""
        return dict(self.types).get(column, "")

    def family(self, column: str) -> Family | None:
        """The column's family; None when the file does not have it."""
        return dict(self.columns).get(column)


@dataclass(frozen=True)
class Champion:
    """From `since` (UTC, included) on this version was the champion."""

    since: datetime
    version: int


@dataclass(frozen=True)
class DecisionLog:
    """What the columns of a decision log are called. With `version` None the `champions` say who decided.

    `champions` are in the order of time; the first holds for all that came before it too. `features` are the columns
    counted by bin, with the kind that the reference gave them.
    """

    id: str
    timestamp: str
    version: str | None
    task: Task | None
    score: str | None = None
    prediction: str | None = None
    features: tuple[tuple[str, Kind], ...] = ()
    groups: tuple[str, ...] = ()
    champions: tuple[Champion, ...] = ()

    @property
    def used(self) -> tuple[str, ...]:
        """Every column that is read, each once: what the digest of a day is made of."""
        named = (self.id, self.timestamp, self.version, self.score, self.prediction)
        columns = [*(column for column in named if column is not None), *(name for name, _ in self.features)]
        return tuple(dict.fromkeys((*columns, *self.groups)))


@dataclass(frozen=True)
class OutcomeLog:
    """What the columns of an outcome log are called. Of several outcomes for an id the newest `timestamp` wins."""

    id: str
    value: str
    timestamp: str | None


@dataclass(frozen=True)
class FileFacts:
    """What a survey found in a file. `path` is the file's `shown`; each unusable row counts under its first fault."""

    path: str
    rows: int
    without_id: int = 0
    without_time: int = 0
    without_version: int = 0
    without_value: int = 0
    """Of an outcome file: outcomes that are not of the task's type, or empty."""
    naive: int = 0
    zoned: int = 0
    """Of the usable times: how many came without and with a zone."""
    unmatched: int = 0
    """Of an outcome file: usable rows with an id that no decision has."""

    @property
    def unusable(self) -> int:
        """Rows that are left out."""
        return self.without_id + self.without_time + self.without_version + self.without_value


@dataclass(frozen=True)
class FileDay:
    """The usable rows of a file for one day of decisions. The digest changes with any used value, not with order."""

    path: str
    day: date
    rows: int
    digest: str


@dataclass(frozen=True)
class Survey:
    """What some files hold. `versions` are the model versions met in decision files, in order."""

    facts: tuple[FileFacts, ...]
    days: tuple[FileDay, ...]
    versions: tuple[int, ...] = ()
    broken: tuple[FileProblem, ...] = ()


@dataclass(frozen=True)
class FeatureBins:
    """The bins of one feature, from the reference (`domain.bins`): `edges` of a number, `values` of a category.

    A category that is not among `values` is counted as unseen when these are all (`closed`), else as rare.
    """

    feature: str
    kind: Kind
    edges: NDArray[np.float64]
    values: tuple[str, ...] = ()
    closed: bool = True


@dataclass(frozen=True)
class Binning:
    """The bins to count on: a version's own, else `default`. Without any bins (no reference) only volume is counted."""

    default: tuple[FeatureBins, ...] = ()
    own: Mapping[int, tuple[FeatureBins, ...]] | None = None

    def of(self, version: int) -> tuple[FeatureBins, ...]:
        """The bins for decisions of this version."""
        return (self.own or {}).get(version, self.default)


FEATURE_COUNTS = pa.schema(
    [
        ("version", pa.int32()),
        ("day", pa.date32()),
        ("feature", pa.string()),
        ("bin", pa.int16()),
        ("n", pa.int64()),
    ]
)
"""Decisions by bin: for each feature, and for `@score` and `@prediction` where there are bins for them."""

VOLUME = pa.schema(
    [
        ("version", pa.int32()),
        ("day", pa.date32()),
        ("decisions", pa.int64()),
        ("duplicates", pa.int64()),
        ("last_at", pa.timestamp("us")),
    ]
)

OUTCOME_CELLS = pa.schema(
    [
        ("version", pa.int32()),
        ("day", pa.date32()),
        ("group_column", pa.string()),
        ("group_value", pa.string()),
        ("score_bin", pa.int16()),
        ("predicted", pa.string()),
        ("outcome", pa.string()),
        ("n", pa.int64()),
        ("score_sum", pa.float64()),
        ("score_sq_sum", pa.float64()),
        ("log_loss_sum", pa.float64()),
    ]
)
"""As the table `profile_outcomes`; empty for a regression."""

ERROR_SUMS = pa.schema(
    [
        ("version", pa.int32()),
        ("day", pa.date32()),
        ("group_column", pa.string()),
        ("group_value", pa.string()),
        ("n", pa.int64()),
        ("over_sum", pa.float64()),
        ("under_sum", pa.float64()),
        ("sq_sum", pa.float64()),
        ("abs_sq_sum", pa.float64()),
        ("outcome_mean", pa.float64()),
        ("outcome_m2", pa.float64()),
    ]
)
"""As the table `profile_errors`; empty for a classifier."""

LABELLED = pa.schema([("version", pa.int32()), ("day", pa.date32()), ("n", pa.int64())])


@dataclass(frozen=True)
class Counts:
    """The decisions of some days, each id once for each version: by bin, and how many (`VOLUME`)."""

    features: pa.Table
    volume: pa.Table


@dataclass(frozen=True)
class Results:
    """The same decisions joined with their outcomes. `outcome_bins` has the feature `@outcome` alone."""

    cells: pa.Table
    errors: pa.Table
    labelled: pa.Table
    outcome_bins: pa.Table


@dataclass(frozen=True)
class Files:
    """The files that hold what is asked for: decisions, and the outcomes that may belong to them."""

    decisions: tuple[FileShape, ...]
    outcomes: tuple[FileShape, ...] = ()


@dataclass(frozen=True)
class Condition:
    """What a column must be. A missing value fulfils `missing` and nothing else; that needs no values, `in` several.

    Numbers are compared as such, and so is whatever is asked to be less or greater; all else as text.
    """

    column: str
    op: Comparison
    values: tuple[str | float, ...] = ()


@dataclass(frozen=True)
class Search:
    """Which decisions are looked for: those that fulfil everything that is given. An empty tuple asks for nothing."""

    versions: tuple[int, ...] = ()
    score_low: float | None = None
    """Included, as is `score_high`; of the score, of a regression the prediction."""
    score_high: float | None = None
    predictions: tuple[str, ...] = ()
    outcomes: Literal["any", "known", "unknown"] = "any"
    outcome_values: tuple[str, ...] = ()
    wrong: bool = False
    """Only predictions that turned out to be another class; says nothing of a regression."""
    conditions: tuple[Condition, ...] = ()
    disagree: tuple[int, int] | None = None
    """Two versions that predicted otherwise for the same id: both rows come, one after the other.

    All else that is asked is asked of the first one's row. Of a regression the greatest difference comes first.
    """
    order: Order = "newest"


SINGLES = pa.schema(
    [
        ("@id", pa.string()),
        ("@decided_at", pa.timestamp("us")),
        ("@version", pa.int32()),
        ("@score", pa.float64()),
        ("@prediction", pa.string()),
        ("@outcome", pa.string()),
        ("@lacking", pa.string()),
    ]
)
"""The first columns of single decisions: times are UTC; score, prediction and outcome NULL when not told or unusable.

`@lacking` names the log's features and groups that the row's file has no column of, as a JSON list of their names in
the order of the columns (`["amount", "region"]`; `lacking_of` reads it); NULL when it has all. Their values are NULL
as missing ones are, and are not missing: they are not known.

After these comes each column of the log's features and groups, by its own name, as it lies in the files.
"""

DAY_DIGESTS = pa.schema([("digest", pa.uint32()), ("day", pa.date32())])
"""The ids of each day: the first 32 bits of the MD5 of an id's text (`id_digest`), which few ids share."""


@dataclass(frozen=True)
class Overlap:
    """How many ids two versions have both scored, how many of them have an outcome, from which to which UTC day."""

    shared: int
    labelled: int
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Rule:
    """What would be answered without the model: a column of the decisions, else a number by version and day.

    Of binary decisions a column holds 1 or 0, in any of the ways in which outcomes may be written.
    """

    column: str | None = None
    numbers: Mapping[tuple[int, date], float] = field(default_factory=dict)


AGAINST = pa.schema(
    [
        ("version", pa.int32()),
        ("day", pa.date32()),
        ("score_bin", pa.int16()),
        ("answer", pa.string()),
        ("outcome", pa.string()),
        ("n", pa.int64()),
        ("over_sum", pa.float64()),
        ("under_sum", pa.float64()),
    ]
)
"""Decisions by what a rule would have answered. Binary: the model's score, the rule's answer and the outcome (NULL
while unknown), as in `OUTCOME_CELLS`. Regression: those with an outcome, and the sums of the rule's errors, as in
`ERROR_SUMS`.
"""


def lacking_of(text: str | None) -> tuple[str, ...]:
    """The names in a value of `@lacking`; none when it is NULL."""
    return tuple(str(name) for name in json.loads(text)) if text else ()


def id_digest(text: str) -> int:
    """What an id is found by, and sampled by: the same as the engines compute."""
    return int.from_bytes(hashlib.md5(text.encode(errors="replace"), usedforsecurity=False).digest()[:4], "big")


class Engine(Protocol):
    """Something that can read logs: DuckDB in this process, or a Spark cluster."""

    @property
    def name(self) -> str:
        """`duckdb` or `spark`; digests of different engines cannot be compared."""
        ...

    def files(self, pattern: str, root: str) -> tuple[LogFile, ...]:
        """The files of an absolute glob or address in the order of their names; none is no error.

        `shown` is relative to `root` where the file lies in it. Raises `SourceError` when the place cannot be listed.
        """
        ...

    def shape(self, file: LogFile) -> FileShape:
        """What the file's header says. Raises `FileProblem`; a file without a header has no columns."""
        ...

    def survey(self, log: DecisionLog, files: Sequence[FileShape]) -> Survey:
        """Which days the files hold. A file that cannot be read to its end is among `broken` and nowhere else."""
        ...

    def survey_outcomes(
        self, log: DecisionLog, outcomes: OutcomeLog, files: Files, days: frozenset[date] | None
    ) -> Survey:
        """For which days' decisions `files.outcomes` hold outcomes; `unmatched` only when `days` is None (all).

        A row belongs to each day on which a decision has its id, once for each such decision. Files that cannot be
        read to their end are `broken`; with `days` given there are no facts. Raises `FileProblem` for a decision file.
        """
        ...

    def rows(
        self, log: DecisionLog, outcomes: OutcomeLog | None, files: Files, days: frozenset[date]
    ) -> pa.RecordBatchReader:
        """The decisions of these days as a reference, each id once for each version.

        Columns: those of `log.used` but id and time, as they lie in the files; `@version`; `@outcome` as text, NULL
        while unknown. Raises `FileProblem`, also while it is read.
        """
        ...

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
        """All decisions of these days: `@version`, `@day` (of the decision), and the columns asked for, in their order.

        These are columns of the files, and of ours `@id`, `@decided_at`, `@score`, `@prediction` and `@outcome`, which
        have their types whatever is said: text, a time, a number; prediction and outcome of a regression are numbers,
        else text. Nothing else is read: outcomes only when they are asked for. NULL for what is missing, NaN, not of
        the type, or not in the row's file. `repeated` as in `results`. Raises `FileProblem`, also while it is read.
        """
        ...

    def table(self, files: Sequence[FileShape]) -> pa.RecordBatchReader:
        """All rows of some files with all their columns, by name: a reference of its own. Raises `FileProblem`."""
        ...

    def count(self, log: DecisionLog, bins: Binning, files: Files, days: frozenset[date]) -> Counts:
        """The decisions of these days by bin. Raises `FileProblem`."""
        ...

    def results(
        self,
        log: DecisionLog,
        outcomes: OutcomeLog | None,
        bins: Binning,
        files: Files,
        days: frozenset[date],
        repeated: frozenset[date],
    ) -> Results:
        """The decisions of these days by what came of them; `bins` has those of `@outcome`.

        `repeated` are the days on which some id stands twice for a version. Without outcomes every decision is counted
        as unknown yet. Raises `FileProblem`.
        """
        ...

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
        """At most so many decisions of each version and calendar month (or of all the days): `SINGLES`.

        Those whose ids come first by `id_digest`: the same at every run, and a further day displaces as few as can
        be. Of an id that comes several times in a month the last row counts. Raises `FileProblem`.
        """
        ...

    def sample_table(self, files: Sequence[FileShape], rows: int, version: str | None) -> pa.Table:
        """At most so many rows of a reference of its own: its columns, and `@version` (int32).

        With the column `version` given, so many of each version, and none that name no version; else it is NULL.
        The rows that come first by a digest of all their values. Raises `FileProblem`.
        """
        ...

    def ids(self, log: DecisionLog, files: Files, days: frozenset[date]) -> pa.RecordBatchReader:
        """The ids of these days as `DAY_DIGESTS`, each once a day and in no order. Raises `FileProblem`."""
        ...

    def find(
        self, log: DecisionLog, outcomes: OutcomeLog | None, files: Files, days: frozenset[date], ids: Sequence[str]
    ) -> pa.Table:
        """The decisions of these days with these ids, of every version: `SINGLES`. Raises `FileProblem`."""
        ...

    def search(
        self,
        log: DecisionLog,
        outcomes: OutcomeLog | None,
        files: Files,
        days: frozenset[date],
        wanted: Search,
        limit: int,
    ) -> pa.Table:
        """At most `limit` of the decisions that are looked for, in the order asked for: `SINGLES`.

        Two rows of versions that disagree count as one. To learn whether there are more, ask for one more. Raises
        `QueryError` for a column that the files do not have or a value that it cannot have, `FileProblem`.
        """
        ...

    def overlap(
        self,
        log: DecisionLog,
        outcomes: OutcomeLog | None,
        files: Files,
        days: frozenset[date],
        versions: tuple[int, int],
    ) -> Overlap:
        """What both versions, the older first, have scored on these days; an id counts once. Raises `FileProblem`."""
        ...

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
        """At most `rows` decisions with an outcome that both versions have scored, and others beside them: `SINGLES`.

        Both rows of each come one after the other, the older version's first: the last row of the id in each. Those
        whose ids come first by `id_digest`; of those without an outcome as many as keep the proportion, at most `rows`
        too. `counted` is what `overlap` said. Raises `FileProblem`.
        """
        ...

    def against(
        self,
        log: DecisionLog,
        outcomes: OutcomeLog | None,
        files: Files,
        days: frozenset[date],
        rule: Rule,
        repeated: frozenset[date],
    ) -> pa.Table:
        """What the rule would have answered on these days, and what would have come of it: `AGAINST`.

        Only decisions with a prediction of which the rule has an answer are counted; nothing for several classes.
        `repeated` as for `results`. Raises `FileProblem`.
        """
        ...
