"""What the files of logged models say, read into `model_files`: of every registered version, and of what runs logged.

Nothing is loaded and nothing runs. A model's files do not change once they are logged, so each is read once; what could
not be read is asked for again. What the job of loading models noted of one stays with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from watchroom.errors import SourceError, SourceUnreachable
from watchroom.jobs.model_history import NOTED, noted
from watchroom.jobs.model_locations import OF_ALL, OF_VERSIONS
from watchroom.sources.tracking.contract import Problem, TrackingSource
from watchroom.sources.tracking.environment import Environment, read_environment
from watchroom.sources.tracking.mlmodel import FILE_NAME, MLmodelFacts, parse_mlmodel
from watchroom.store.draft import Draft
from watchroom.store.schema import TABLES

READ_HERE = 2_000
"""Models of runs whose files are read in one refresh where they lie on this machine: some five seconds."""

READ_THERE = 200
"""Likewise where each file is a request to a server or a bucket: some ten seconds, and nobody else is kept waiting."""

AGAIN_HERE, AGAIN_THERE = 500, 50
"""Models whose files could not be read, asked for again in one refresh: looking for a folder costs next to nothing."""

SILENCES = 3
"""Models of which nothing is heard, after which no more are asked for: each costs the time of all retries.

One may be a server's way to say that a file is missing; three are a server that is away.
"""

AWAY = "The files of some models could not be asked for."
LEFT = "The files of some models that runs have logged are not read yet."
TOLD_ANEW = frozenset({AWAY, LEFT})
"""Problems that each refresh finds by itself, so that none is taken over from the one before."""

_NO_LOCATION = "The registry does not say where its files are."


@dataclass(frozen=True)
class ModelFilesRead:
    """How many models' files were read, or are now known to be unreadable, and what kept the others from it."""

    count: int
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Found:
    """What the files at a location say; `facts` is None when its `MLmodel` cannot be read, `problem` then why."""

    location: str
    facts: MLmodelFacts | None
    environment: Environment
    problem: str | None


def read_model_files(source: TrackingSource, draft: Draft) -> ModelFilesRead:
    """Read the files of the models that have not been read yet, the registered ones first, then the newest.

    Of the models that only a run knows it reads a bounded number; the rest comes at the next refreshes. When the
    artifacts cannot be reached at all the step ends, and what is left stays unread.
    """
    if draft.is_own("mlflow"):  # otherwise MLflow is as it was, and so is the list of its models
        _list(draft)
    found, problems = _read_due(source, draft)
    if found:
        _store(draft, found)
    _fill_versions(draft)
    return ModelFilesRead(len(found), (*problems, *_left(draft)))


def _read_due(source: TrackingSource, draft: Draft) -> tuple[list[_Found], list[Problem]]:
    """What is new of the models whose turn it is; ends when nothing answers any more.

    A model of which nothing was heard counts as unreadable only when another was heard of after it.
    """
    found, unheard = list[_Found](), list[_Found]()
    silences, last = 0, ""
    for location, problem in _due(draft):
        try:
            one = _read(source, location)
        except SourceUnreachable as error:
            last = f"{error.what} {error.why}".strip()
            unheard.append(_Found(location, None, Environment(None), last))
            silences += 1
        else:
            found += unheard
            unheard.clear()
            found += [one] if one.problem is None or one.problem != (problem or "").removesuffix(NOTED) else []
            if one.environment.silent:
                silences, last = silences + 1, one.problem or ""
        if silences == SILENCES:
            break
    return found, [_away(last)] if unheard or silences == SILENCES else []


def _list(draft: Draft) -> None:
    """A row for each location that MLflow knows and none for others; those that were known keep what was read."""
    sql = draft.connection
    sql.execute(f"create or replace temp table located as {OF_ALL}")
    held = "select location, run_id, model_id from mlflow.model_files"
    (differs,) = sql.execute(
        f"select exists((from located except {held}) union all ({held} except from located))"
    ).fetchall()[0]
    if differs:
        draft.writable("mlflow")
        sql.execute("delete from mlflow.model_files where location not in (select location from located)")
        sql.execute(
            "update mlflow.model_files set run_id = l.run_id, model_id = l.model_id from located l "
            "where l.location = model_files.location "
            "and (l.run_id, l.model_id) is distinct from (model_files.run_id, model_files.model_id)"
        )
        sql.execute(
            "insert into mlflow.model_files by name select * from located anti join mlflow.model_files using (location)"
        )
        _take_over(draft)
    sql.execute("drop table located")


def _take_over(draft: Draft) -> None:
    """What the snapshot before knew, when the table was empty: after a full refresh.

    Files do not change, so those of models that only runs know need not be read again, for which many refreshes would
    have to go by; the registered ones are. That a model could be loaded still holds; that it could not is tried again.
    """
    known = "select count(*) from mlflow.model_files where read_at is not null"
    if draft.connection.execute(known).fetchall() != [(0,)]:
        return
    names = TABLES["model_files"].column_names
    rows = [dict(zip(names, row, strict=True)) for row in draft.rows_before("model_files")]
    rows = [row for row in rows if row["read_at"] is not None]
    if not rows:
        return
    draft.connection.register("before_rows", pa.Table.from_pylist([_taken(row) for row in rows], schema=_TAKEN))
    read = ", ".join(f"{name} = b.{name}" for name in _FACTS.names if name != "location")
    loads = ", ".join(f"{name} = b.{name}" for name in _LOADS)
    same = "from before_rows b where b.location = model_files.location"
    draft.connection.execute(f"update mlflow.model_files set {loads} {same}")
    only_runs = f"model_files.location not in (select location from ({OF_VERSIONS}) where location is not null)"
    draft.connection.execute(f"update mlflow.model_files set {read} {same} and b.problem is null and {only_runs}")
    draft.connection.unregister("before_rows")


def _taken(row: dict[str, Any]) -> dict[str, Any]:
    return row if row["load_status"] == "loaded" else row | dict.fromkeys(_LOADS)


_DUE = f"""
    with version as (select location, max(created_at) as created_at from ({OF_VERSIONS}) group by location),
    due as (
        select f.location, f.problem, f.read_at is null as unread, v.location is not null as registered,
            regexp_matches(f.location, '^[A-Za-z][A-Za-z0-9+.-]+:') and not starts_with(lower(f.location), 'file:')
                as there,
            coalesce(v.created_at, r.start_time) as made_at
        from mlflow.model_files f left join version v on v.location = f.location
            left join mlflow.runs r on r.run_id = f.run_id
        where f.read_at is null or f.problem is not null
    )
    select location, problem from due
    qualify (unread and registered) or row_number() over (
            partition by unread, registered, there
            order by case when unread then made_at end desc nulls last, hash(location || $draft))
        <= case when unread and there then $read_there when unread then $read_here
            when there then $again_there else $again_here end
    order by unread desc, registered desc, made_at desc nulls last, location
"""
"""What failed is drawn anew by each refresh, so that each of them gets its turn and no note of it has to be kept."""


def _due(draft: Draft) -> Iterator[tuple[str, str | None]]:
    limits = {
        "draft": draft.id,
        "read_here": READ_HERE,
        "read_there": READ_THERE,
        "again_here": AGAIN_HERE,
        "again_there": AGAIN_THERE,
    }
    yield from draft.connection.execute(_DUE, limits).fetchall()


def _read(source: TrackingSource, location: str) -> _Found:
    try:
        facts = parse_mlmodel(source.read_text(location, FILE_NAME))
    except SourceUnreachable:
        raise
    except SourceError as error:
        return _Found(location, None, Environment(None), f"{error.what} {error.why}".strip())
    environment = read_environment(source, location)
    return _Found(location, facts, environment, environment.problem)


_FACTS = pa.schema(
    [
        ("location", pa.string()),
        ("flavors", pa.list_(pa.string())),
        *((name, pa.string()) for name in ("signature_inputs", "signature_outputs", "mlflow_version")),
        ("has_input_example", pa.bool_()),
        *((name, pa.string()) for name in ("python_version", "requirements", "problem")),
        ("read_at", pa.timestamp("us")),
    ]
)


_LOADS = ("load_status", "load_why", "loaded_at")
_TAKEN = pa.schema([*_FACTS, *zip(_LOADS, (pa.string(), pa.string(), pa.timestamp("us")), strict=True)])


def _store(draft: Draft, found: Sequence[_Found]) -> None:
    draft.writable("mlflow")
    now = draft.made_at.replace(tzinfo=None)
    told = noted(draft, [one.location for one in found if one.facts is None])
    every = [_row(one) | _noted(one, told.get(one.location)) | {"read_at": now} for one in found]
    rows = pa.Table.from_pylist(every, schema=_FACTS)
    taken = ", ".join(f"{name} = found.{name}" for name in _FACTS.names if name != "location")
    draft.connection.register("found", rows)
    draft.connection.execute(
        f"update mlflow.model_files set {taken} from found where found.location = model_files.location"
    )
    draft.connection.unregister("found")


def _row(one: _Found) -> dict[str, Any]:
    row: dict[str, Any] = {"location": one.location, "problem": one.problem}
    if one.facts is not None:
        row |= {
            "flavors": list(one.facts.flavors),
            "signature_inputs": one.facts.signature_inputs,
            "signature_outputs": one.facts.signature_outputs,
            "has_input_example": one.facts.has_input_example,
            "mlflow_version": one.facts.mlflow_version,
            "python_version": one.facts.python_version or one.environment.python_version,
            "requirements": one.environment.requirements,
        }
    kept = row.pop("location")  # as it is, also with a NUL: it is what the row is found by
    clean = {name: value.replace("\0", "\ufffd") if isinstance(value, str) else value for name, value in row.items()}
    return {"location": kept, **clean}


def _noted(one: _Found, told: MLmodelFacts | None) -> dict[str, Any]:
    """What the run noted of a model whose files cannot be read; that there is an example only the files say."""
    if told is None:
        return {}
    row = _row(replace(one, facts=told, problem=f"{one.problem}{NOTED}"))
    return row | {"has_input_example": None}


_VERSIONS = f"""
    select v.name, v.version, f.flavors, f.signature_inputs, f.signature_outputs, f.has_input_example,
        case when v.location is null then '{_NO_LOCATION}' when f.has_input_example is null then f.problem
            end as mlmodel_problem
    from ({OF_VERSIONS}) v left join mlflow.model_files f on f.location = v.location
"""
_FROM_FILES = ("flavors", "signature_inputs", "signature_outputs", "has_input_example", "mlmodel_problem")


def _fill_versions(draft: Draft) -> None:
    """Give the registered versions what the files say, where that is not what they have."""
    sql, names = draft.connection, ", ".join(("name", "version", *_FROM_FILES))
    sql.execute(f"create or replace temp table filed as {_VERSIONS} except select {names} from mlflow.model_versions")
    if sql.execute("select count(*) from filed").fetchall() != [(0,)]:
        draft.writable("mlflow")
        taken = ", ".join(f"{name} = filed.{name}" for name in _FROM_FILES)
        sql.execute(
            f"update mlflow.model_versions set {taken} from filed "
            "where filed.name = model_versions.name and filed.version = model_versions.version"
        )
    sql.execute("drop table filed")


def _away(why: str) -> Problem:
    return Problem(
        "source",
        "warning",
        "artifacts of models",
        AWAY,
        why=why,
        next_step="They are asked for again at the next refresh.",
    )


def _left(draft: Draft) -> list[Problem]:
    query = "select count(*) from mlflow.model_files where read_at is null"
    ((left,),) = draft.connection.execute(query).fetchall()
    if not left:
        return []
    why = (
        f"A refresh reads {READ_HERE:,} of them on this machine, or {READ_THERE:,} through a server, the newest first."
    )
    next_step = "The next refreshes read the rest; until then what these runs hold is unknown."
    return [Problem("source", "note", "models of runs", LEFT, why=why, next_step=next_step, count=left)]
