"""What is told of a model's logs: each thing that is left out, once, with its count and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

import duckdb

from watchroom.errors import WatchroomError
from watchroom.jobs.profile.groups import MAX_GROUPS
from watchroom.sources.decisions.contract import FileFacts, FileProblem, FileShape
from watchroom.sources.tracking.contract import Problem
from watchroom.workspace.model_file import ReferencePeriod

Severity = Literal["error", "warning", "note"]

COLUMNS_SHOWN = 12
"""Names of columns in a message: enough to see which file it is."""


def log_problem(
    model: str,
    place: str,
    what: str,
    *,
    severity: Severity = "warning",
    why: str = "",
    next_step: str = "",
    count: int = 1,
) -> Problem:
    """A problem of a model's log."""
    return Problem("log", severity, place, what, why, next_step, model, count)


def no_files(model: str, file: str, field: str, pattern: str) -> Problem:
    """A glob that matches nothing."""
    return log_problem(
        model,
        f"{file} ({field})",
        f"No file matches {pattern}.",
        why="Globs are relative to the workspace's folder; hidden files and folders are not read.",
        next_step="Correct the path, or put the files there: they are read at the next refresh.",
    )


def not_listed(model: str, pattern: str, error: WatchroomError) -> Problem:
    """A place whose files cannot be listed: nothing of the model is counted."""
    return log_problem(
        model,
        pattern,
        f"{error.what} What is shown of this model is from before.",
        severity="error",
        why=error.why,
        next_step=error.next_step or "It is tried again at the next refresh.",
    )


def all_gone(model: str, file: str, files: int) -> Problem:
    """No decision file is there any more: more likely a share that is not mounted than a log that was given up."""
    were = "1 decision file was" if files == 1 else f"{files:,} decision files were"
    return log_problem(
        model,
        f"{file} (decisions.path)",
        "The decision files of this model are all gone; what is shown is from before.",
        severity="error",
        why=f"{were} there at an earlier refresh, and no file matches now.",
        next_step="Bring the place back, such as a share that is not mounted. If the log is to be empty, remove "
        "`decisions` from the model's file, or run `watchroom refresh --full`.",
    )


def anew_without(model: str, file: str, paths: Sequence[str]) -> Problem:
    """Everything would have to be counted anew, and some files cannot be read now."""
    return log_problem(
        model,
        file,
        "The logs of this model are to be counted anew and cannot be; what is shown is from before.",
        severity="error",
        why=f"What is compared with, or the model's file, has changed, and {_listed(paths)} cannot be read.",
        next_step="Mend or remove these files: it is tried again at the next refresh.",
        count=len(paths),
    )


def file_problem(model: str, error: FileProblem) -> Problem:
    """A file that cannot be read."""
    return log_problem(model, error.path, error.what, severity="error", why=error.why, next_step=error.next_step)


def engine_failed(error: WatchroomError) -> Problem:
    """No log could be counted, since what counts them is not there: everything that was known stays."""
    return Problem(
        "log",
        "error",
        "watchroom.yaml (engine)",
        f"{error.what} What is shown of decisions is from before.",
        why=error.why,
        next_step=error.next_step,
    )


def failed(model: str, file: str, error: Exception) -> Problem:
    """A model whose logs could not be counted: what was known of it stays."""
    return log_problem(
        model,
        file,
        "The logs of this model could not be counted; what is shown is from before.",
        severity="error",
        why=_reason(error),
        next_step="The other models went on. It is tried again at the next refresh.",
    )


def _reason(error: Exception) -> str:
    """The first line of an error; its type where the text alone says little, as of a `KeyError`."""
    if isinstance(error, WatchroomError):
        return " ".join((error.what, error.why)).strip()
    first = (str(error).strip().splitlines() or [""])[0]
    return first if isinstance(error, OSError | duckdb.Error) else f"{type(error).__name__}: {first}".removesuffix(": ")


def missing_columns(model: str, shape: FileShape, columns: Sequence[str], field: str) -> Problem:
    """A file without a column that it cannot be read without."""
    listed = ", ".join(name for name, _ in shape.columns[:COLUMNS_SHOWN])
    more = " …" if len(shape.columns) > COLUMNS_SHOWN else ""
    return log_problem(
        model,
        shape.file.shown,
        f"The file has no column {_listed(columns)}; its rows are left out.",
        severity="error",
        why=f"Its columns are: {listed}{more}." if listed else "It has no columns.",
        next_step=f"Name the column under `{field}` in the model's file, or write the file with it.",
    )


def missing_values(model: str, shape: FileShape, columns: Sequence[str]) -> Problem:
    """A file without some features: its rows count as missing them."""
    what = f"The file has no column {_listed(columns)}; its rows count as missing there."
    return log_problem(model, shape.file.shown, what, count=len(columns))


def empty_file(model: str, shape: FileShape) -> Problem:
    """A file without rows."""
    return log_problem(model, shape.file.shown, "The file is empty.", severity="note")


def emptied(model: str, shape: FileShape) -> Problem:
    """A file that held decisions or outcomes and has not even a header now."""
    return log_problem(
        model,
        shape.file.shown,
        "The file is empty and was not before; what it held still counts.",
        severity="error",
        why="A file that is just being written looks like this.",
        next_step="Write it whole, or remove it.",
    )


def told_by(model: str, facts: FileFacts, *, outcomes: bool) -> list[Problem]:
    """What a survey found in a file."""
    faults = [
        (facts.without_id, "have no id", ""),
        (facts.without_time, "have a time that is missing or none that can be read", _TIMES),
        (facts.without_version, "have no model version that is a whole number from 1 on", ""),
        (facts.without_value, "have an outcome that is missing or does not fit the task", _OUTCOMES),
    ]
    found = [
        log_problem(model, facts.path, f"{n:,} of {facts.rows:,} rows {what}; they are left out.", why=why, count=n)
        for n, what, why in faults
        if n
    ]
    if outcomes and facts.unmatched:
        found.append(
            log_problem(
                model,
                facts.path,
                f"{facts.unmatched:,} outcomes have an id that no decision has.",
                why="They count as soon as their decisions are there.",
                severity="note",
                count=facts.unmatched,
            )
        )
    return found


_TIMES = (
    "Expected a time from 1900 to 2199: a timestamp, or text such as 2026-01-31 12:00:00 or 2026-01-31T12:00:00+01:00."
)

_OUTCOMES = "Expected 0 or 1 (true, false, yes, no) for binary, a number for regression."


def mixed_zones(model: str, place: str, naive: int, zoned: int) -> Problem:
    """Times with and without a zone in one log."""
    return log_problem(
        model,
        place,
        "The log has times with a zone and times without.",
        why=f"{zoned:,} have one, {naive:,} do not; those are read as UTC.",
        next_step="Write all times in UTC or with their zone, if those without are not UTC.",
        severity="note",
        count=naive,
    )


def duplicates(model: str, file: str, count: int) -> Problem:
    """Rows whose id stood in the same day before."""
    return log_problem(
        model,
        file,
        f"{count:,} decisions stand in the log twice; the last of each is counted.",
        why="The same id and version on the same UTC day.",
        count=count,
    )


def unknown_version(model: str, version: int, decisions: int) -> Problem:
    """Decisions of a version that the registry does not have."""
    return log_problem(
        model,
        f"{model} version {version}",
        f"{decisions:,} decisions are of a version that MLflow does not know.",
        why="They are counted all the same.",
        next_step="Register the version, or correct the column of the log.",
        count=decisions,
    )


def groups_cut(model: str, file: str, column: str) -> Problem:
    """A group column with more values than are compared."""
    return log_problem(
        model,
        f"{file} (decisions.groups)",
        f"`{column}` has more than {MAX_GROUPS} values in a day: the less frequent are not judged as groups.",
        severity="note",
        next_step="Name a column with fewer values, such as a region in place of a postcode.",
    )


def reserved_features(model: str, file: str, names: Sequence[str]) -> Problem:
    """Columns whose names stand for something else."""
    return log_problem(
        model,
        f"{file} (decisions.features)",
        f"{_listed(names)} cannot be watched as a feature; the others are.",
        why="The score, the prediction, the outcome and the version are counted under names like these.",
        next_step="Give the column another name in the log.",
        count=len(names),
    )


def period_gone(model: str, file: str, period: ReferencePeriod) -> Problem:
    """A reference whose days the log had and has no more."""
    return log_problem(
        model,
        f"{file} (reference)",
        f"The log has no decisions from {period.start} to {period.end} any more; what is compared with is from before.",
        why="The reference is this period, and files of the log have been removed.",
        next_step="Bring the files back, or name another period or a file under `reference`.",
    )


def task_unknown(model: str, file: str) -> Problem:
    """Predictions or outcomes of a model that does not say what they are."""
    return log_problem(
        model,
        f"{file} (task)",
        "Predictions and outcomes are not judged: the file does not say what kind of answer the model gives.",
        severity="note",
        next_step="Set `task` to binary, multiclass or regression.",
    )


def champion_assumed(model: str, file: str, seen_from: datetime | None) -> Problem:
    """A log without a version column, whose older decisions are given to a version by its dates."""
    why = (
        f"A refresh saw a champion first at {seen_from:%Y-%m-%d %H:%M} UTC: decisions before that are given to that "
        "version from its registration on, and to the newest version of their time before it."
        if seen_from
        else "No refresh has seen a champion: each decision is given to the newest version of its time."
    )
    return log_problem(
        model,
        file,
        "The log does not say which version decided; it is taken to be the champion of that moment.",
        why=why,
        next_step="Name the column under `decisions.version` when the log has one.",
        severity="note",
    )


def as_json(problems: Iterable[Problem]) -> str:
    """The problems of a file as they are kept until it is read again."""
    return json.dumps([asdict(problem) for problem in problems])


def from_json(text: str) -> list[Problem]:
    """Problems that were kept."""
    return [Problem(**_fields(one)) for one in json.loads(text)]


def said_of(kept: str) -> list[Problem]:
    """What was said of a file, from its row."""
    told = json.loads(kept)
    return from_json(told["said"]) if isinstance(told, dict) else []


def _fields(kept: dict[str, Any]) -> dict[str, Any]:
    return {name: kept[name] for name in Problem.__dataclass_fields__ if name in kept}


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:COLUMNS_SHOWN])
    return shown + (" …" if len(names) > COLUMNS_SHOWN else "")
