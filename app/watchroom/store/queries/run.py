"""One run, whole: found by its id, what it says of itself, its relatives, and what was made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from watchroom.store.snapshot import Snapshot

LEAST_PREFIX = 4
"""Letters of an id that are looked up: fewer would fit a large part of all runs."""

NEAR = 5
_END = 10
"""Last letters of an id by which one with a slip in its beginning is found; one with a slip in its end begins right."""

RELATIVES = 20
"""Children that are listed, and siblings that are compared: more columns than that nobody compares by eye."""

ROWS = 1_000
"""Metrics, parameters or tags that are listed: a run may hold a hundred thousand. The downloads have all of them."""


@dataclass(frozen=True)
class Near:
    """A run that may have been meant; `name` is empty where it has none."""

    run_id: str
    name: str
    experiment: str
    start_time: datetime | None


@dataclass(frozen=True)
class Found:
    """The run that was asked for; `run_id` is None when it is unknown or not clear which, and `near` then not empty."""

    run_id: str | None
    near: tuple[Near, ...] = ()


def find(snapshot: Snapshot, *, text: str) -> Found:
    """The run of that id, or of the only id that begins so; else those that begin so, are called so, or look alike."""
    if snapshot.rows("select 1 from runs where run_id = ?", (text,)):
        return Found(text)
    if len(text) >= LEAST_PREFIX:
        begins = snapshot.rows("select run_id from runs where starts_with(run_id, lower(?)) limit 2", (text,))
        if len(begins) == 1:
            return Found(begins[0][0])
    rows = snapshot.rows(_NEAR, {"text": text[:200], "least": LEAST_PREFIX, "most": NEAR, "end": _END})
    return Found(None, tuple(Near(*row) for row in rows))


_NEAR = """
    select run_id, coalesce(r.name, ''), coalesce(e.name, ''), start_time
    from runs r left join experiments e using (experiment_id)
    where starts_with(run_id, left(lower($text), $least)) and length($text) >= $least or lower(r.name) = lower($text)
        or (length($text) between 2 * $end and 64 and ends_with(run_id, right(lower($text), $end)))
    order by starts_with(run_id, lower($text)) desc, lower(r.name) = lower($text) desc nulls last,
        damerau_levenshtein(left(run_id, 64), left(lower($text), 64)), start_time desc nulls last limit $most
"""


@dataclass(frozen=True)
class Run:
    """A run, as in `runs`, with the names of its experiment and its parent. Texts are empty where nothing is recorded.

    `deleted` is `run` or `experiment`, by what was deleted in MLflow, or empty. `parent_known` says that the parent is
    in the snapshot. `note` is MLflow's own note on it. Times are UTC without a zone.
    """

    run_id: str
    name: str
    experiment_id: str
    experiment: str
    status: str
    deleted: str
    user: str
    start_time: datetime | None
    end_time: datetime | None
    source_type: str
    source_name: str
    commit: str
    dirty: bool | None
    parent_id: str
    parent: str
    parent_known: bool
    note: str


def about(snapshot: Snapshot, *, run_id: str) -> Run:
    """What that run says of itself; it is in the snapshot."""
    ((*values,),) = snapshot.rows(_ABOUT, (run_id,))
    return Run(*values)


_ABOUT = """
    select r.run_id, coalesce(r.name, ''), coalesce(r.experiment_id, ''), coalesce(e.name, ''), coalesce(r.status, ''),
        case when r.lifecycle_stage = 'deleted' then 'run' when e.lifecycle_stage = 'deleted' then 'experiment'
            else '' end,
        coalesce(r."user", ''), r.start_time, r.end_time, coalesce(r.source_type, ''), coalesce(r.source_name, ''),
        coalesce(r."commit", ''), r.dirty, coalesce(r.parent_run_id, ''), coalesce(p.name, ''), p.run_id is not null,
        coalesce((select value from tags t where t.run_id = r.run_id and t.key = 'mlflow.note.content'), '')
    from runs r left join experiments e using (experiment_id) left join runs p on p.run_id = r.parent_run_id
    where r.run_id = ?
"""


@dataclass(frozen=True)
class Relatives:
    """The newest runs nested in a run with how many there are, and the runs beside it, which are compared with it.

    Beside it are the runs of the same parent, or else those of its experiment without a parent, nearest in time; the
    run itself is the first of them.
    """

    children: tuple[tuple[str, str, str], ...]
    of: int
    siblings: tuple[str, ...]


def relatives(snapshot: Snapshot, *, run_id: str) -> Relatives:
    """The runs around that run; deleted ones are left out."""
    rows = snapshot.rows(
        "select run_id, coalesce(name, ''), coalesce(status, ''), count(*) over () from runs "
        "where parent_run_id = ? and lifecycle_stage = 'active' order by start_time desc nulls last, run_id limit ?",
        (run_id, RELATIVES),
    )
    siblings = snapshot.rows(_SIBLINGS, (run_id, RELATIVES))
    return Relatives(tuple(row[:3] for row in rows), rows[0][3] if rows else 0, tuple(row[0] for row in siblings))


_SIBLINGS = """
    with this as (from runs where run_id = ?)
    select r.run_id from runs r, this where r.run_id = this.run_id or (r.lifecycle_stage = 'active'
        and r.experiment_id = this.experiment_id and r.parent_run_id is not distinct from this.parent_run_id)
    order by r.run_id <> this.run_id,
        abs(epoch(r.start_time) - epoch(this.start_time)) nulls last, r.run_id limit ?
"""


@dataclass(frozen=True)
class Made:
    """A model that a run logged. Texts are empty where nothing is known.

    `uri` is the address that MLflow loads it by; `load_status` is as in `model_files`, `problem` why its files could
    not be read.
    """

    uri: str
    name: str
    flavors: tuple[str, ...]
    signature_inputs: str
    python_version: str
    load_status: str
    load_why: str
    problem: str
    read: bool


@dataclass(frozen=True)
class Registered:
    """A registered version that a run made, with its aliases."""

    model: str
    version: int
    aliases: tuple[str, ...]


def made(snapshot: Snapshot, *, run_id: str) -> tuple[tuple[Made, ...], tuple[Registered, ...]]:
    """The models that a run logged, the newest first, and the versions registered from it."""
    models = snapshot.rows(_MADE, (run_id,))
    versions = snapshot.rows(_REGISTERED, (run_id,))
    return (
        tuple(Made(uri, name, tuple(flavors), *rest) for uri, name, flavors, *rest in models),
        tuple(Registered(name, version, tuple(aliases)) for name, version, aliases in versions),
    )


_MADE = """
    select case when f.model_id is not null then 'models:/' || f.model_id
            when starts_with(f.location, r.artifact_uri || '/')
                then 'runs:/' || r.run_id || substr(f.location, length(r.artifact_uri) + 1)
            else f.location end,
        coalesce(m.name, regexp_extract(f.location, '([^/]*)/?$', 1)), coalesce(f.flavors, []),
        coalesce(f.signature_inputs, ''), coalesce(f.python_version, ''), coalesce(f.load_status, ''),
        coalesce(f.load_why, ''), coalesce(f.problem, ''), f.read_at is not null
    from model_files f join runs r using (run_id) left join logged_models m on m.model_id = f.model_id
    where f.run_id = ? order by m.created_at desc nulls last, f.location limit 100
"""

_REGISTERED = """
    select v.name, v.version, coalesce(list(a.alias order by a.alias) filter (a.alias is not null), [])
    from model_versions v left join aliases a using (name, version) where v.run_id = ?
    group by v.name, v.version order by v.name, v.version desc limit 100
"""


def metrics(snapshot: Snapshot, *, run_id: str, limit: int = ROWS) -> tuple[pd.DataFrame, int]:
    """The run's metrics by name, as in `metrics`, and how many there are."""
    return _listed(snapshot, "metrics", run_id, limit)


def params(snapshot: Snapshot, *, run_id: str, search: str = "", limit: int = ROWS) -> tuple[pd.DataFrame, int]:
    """The run's parameters whose name or value holds the words, by name, and how many those are."""
    return _listed(snapshot, "params", run_id, limit, search)


def tags(snapshot: Snapshot, *, run_id: str, search: str = "", limit: int = ROWS) -> tuple[pd.DataFrame, int]:
    """The run's tags, as `params`; MLflow's own come last."""
    return _listed(snapshot, "tags", run_id, limit, search)


def inputs(snapshot: Snapshot, *, run_id: str) -> pd.DataFrame:
    """The datasets that the run read, as in `run_inputs`."""
    sql = "select * exclude (run_id) from run_inputs where run_id = ? order by context is null, context, name limit ?"
    return snapshot.query(sql, (run_id, ROWS))


def _listed(snapshot: Snapshot, table: str, run_id: str, limit: int, search: str = "") -> tuple[pd.DataFrame, int]:
    words = "" if not search else "and (contains(lower(key), lower($search)) or contains(lower(value), lower($search)))"
    given = {"run": run_id, "limit": limit} | ({"search": search} if search else {})
    frame = snapshot.query(
        f"""select * exclude (run_id), count(*) over () as of from {table} where run_id = $run {words}
        order by starts_with(key, 'mlflow.'), lower(key), key limit $limit""",
        given,
    )
    return frame.drop(columns="of"), int(frame["of"].iloc[0]) if len(frame) else 0
