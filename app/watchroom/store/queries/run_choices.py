"""What there is to choose from on the page of runs: experiments, keys, and the columns worth showing first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watchroom.domain import filters as f
from watchroom.domain.filter_hints import KnownKeys
from watchroom.domain.run_columns import RunColumn
from watchroom.store.queries.run_filter_sql import ATTRIBUTE_SQL, EXPERIMENT_NOT_DELETED, NOT_DELETED
from watchroom.store.snapshot import Snapshot

USUAL_METRICS = 4
USUAL_PARAMS = 4
"""With the attributes a table as wide as a screen."""

SUGGESTED_VALUES = 50
"""Values offered for a condition; any other can be typed."""

_VALUE_TABLES = {"param": "params", "tag": "tags"}
_FIRST = ("name", "experiment", "status", "start_time", "duration")


@dataclass(frozen=True)
class Key:
    """A key of a parameter, metric or tag, and how many runs have it, deleted ones included."""

    kind: str
    key: str
    runs: int

    @property
    def subject(self) -> f.Metric | f.Param | f.Tag:
        """What a filter or a column calls it."""
        kinds = {"metric": f.Metric, "param": f.Param, "tag": f.Tag}
        return kinds[self.kind](self.key)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Experiment:
    """An experiment that is not deleted, and how many of its runs are not."""

    name: str
    runs: int


def keys(snapshot: Snapshot) -> tuple[Key, ...]:
    """Every key of the snapshot, the commonest of each kind first; MLflow's own tags come last."""
    sql = """
        select kind, key, runs from run_keys
        order by kind, starts_with(key, 'mlflow.'), runs desc, lower(key), key"""
    return tuple(Key(*row) for row in snapshot.rows(sql))


def known_keys(snapshot: Snapshot) -> KnownKeys:
    """The keys, for hints."""
    found: dict[str, set[str]] = {"metric": set(), "param": set(), "tag": set()}
    for kind, key in snapshot.rows("select kind, key from run_keys"):
        found[kind].add(key)
    return KnownKeys(frozenset(found["metric"]), frozenset(found["param"]), frozenset(found["tag"]))


def experiments(snapshot: Snapshot) -> tuple[Experiment, ...]:
    """The experiments by name, those without runs included."""
    sql = f"""
        select e.name, count(r.run_id) from experiments e
        left join runs r on r.experiment_id = e.experiment_id and {NOT_DELETED}
        where {EXPERIMENT_NOT_DELETED} and e.name is not null
        group by e.name order by lower(e.name), e.name"""
    return tuple(Experiment(*row) for row in snapshot.rows(sql))


def usual_columns(snapshot: Snapshot, *, experiments: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The columns to show until somebody chooses: what identifies a run, its commonest metrics, what was varied.

    Of the experiments named, or of all.
    """
    metrics = _commonest(snapshot, "metrics", experiments, "true", USUAL_METRICS)
    params = _commonest(snapshot, "params", experiments, "min(value) <> max(value)", USUAL_PARAMS)
    curves = _commonest(snapshot, "metrics", experiments, "count(curve) > 0", 1)
    first = [name for name in _FIRST if name != "experiment" or len(experiments) != 1]
    return (
        *first,
        *(RunColumn(f.Metric(key)).id for key in metrics),
        *(RunColumn(f.Metric(key), curve=True).id for key in curves),
        *(RunColumn(f.Param(key)).id for key in params),
        "user",
    )


def _commonest(snapshot: Snapshot, table: str, experiments: tuple[str, ...], having: str, limit: int) -> Iterator[str]:
    among = (
        f"""run_id in (select r.run_id from runs r join experiments e on e.experiment_id = r.experiment_id
                       where {NOT_DELETED} and e.name in ({", ".join("?" * len(experiments))}))"""
        if experiments
        else "true"
    )
    sql = f"""
        select key from {table} where {among} group by key having {having}
        order by count(*) desc, lower(key), key limit {limit}"""
    return (key for (key,) in snapshot.rows(sql, experiments))


def values(snapshot: Snapshot, *, kind: str, key: str) -> tuple[str, ...]:
    """The commonest values of a parameter, a tag or an attribute of text, at most SUGGESTED_VALUES; NULL left out.

    `kind` is `param`, `tag` or `attribute`.
    """
    if kind == "attribute":
        value, source = ATTRIBUTE_SQL[key], "runs r left join experiments e on e.experiment_id = r.experiment_id"
    else:
        value, source = "value", f"{_VALUE_TABLES[kind]} where key = ?"
    sql = f"""
        select text from (select {value} as text from {source}) where text is not null
        group by text order by count(*) desc, text limit {SUGGESTED_VALUES}"""
    return tuple(str(text) for (text,) in snapshot.rows(sql, () if kind == "attribute" else (key,)))


def column_names(snapshot: Snapshot) -> tuple[str, ...]:
    """The columns to choose from: the attributes; then metrics (last, best, curve), parameters and tags by key."""
    names: list[str] = list(f.ATTRIBUTES)
    for item in keys(snapshot):
        names.append(RunColumn(item.subject).id)
        if item.kind == "metric":
            names.append(RunColumn(f.Metric(item.key, "best")).id)
            names.append(RunColumn(item.subject, curve=True).id)
    return tuple(names)
