"""What a run holds of what it takes to make it again, and all that a recipe for it is written from."""

from __future__ import annotations

from dataclasses import dataclass

from watchroom.domain.reproducibility import Finding
from watchroom.store.snapshot import Snapshot

MAX_PARAMS, MAX_METRICS, MAX_INPUTS = 500, 200, 50
"""What a recipe holds of each: more than that nobody reads, and a run may have logged a hundred thousand."""


def findings(snapshot: Snapshot, *, run_id: str) -> tuple[Finding, ...]:
    """The eight things looked for, in no order; empty for a run that the snapshot does not know."""
    rows = snapshot.rows("select item, status, coalesce(detail, '') from reproducibility where run_id = ?", (run_id,))
    return tuple(Finding(item, status, detail) for item, status, detail in rows)


@dataclass(frozen=True)
class Dataset:
    """A dataset that a run read, as logged; texts are empty where nothing was recorded."""

    name: str
    digest: str
    context: str
    source_type: str
    source: str


@dataclass(frozen=True)
class RunRecord:
    """What was recorded of a run that a second run of it needs. Texts are empty where nothing was recorded.

    `model_uri` is the address of its newest model (`models:/m-…`, `runs:/…`, or a place), `requirements` and
    `python_version` are what the files of that one say. `params` and `metrics` (last values) are in the order of
    their names; `cut` is how many of them MAX_PARAMS and MAX_METRICS have left out.
    """

    run_id: str
    experiment_id: str
    experiment: str
    commit: str
    dirty: bool | None
    repository: str
    source_type: str
    source_name: str
    entry_point: str
    params: tuple[tuple[str, str], ...]
    metrics: tuple[tuple[str, float], ...]
    inputs: tuple[Dataset, ...]
    seed: str
    python_version: str
    requirements: str
    model_uri: str
    deleted: bool
    cut: int = 0


def record(snapshot: Snapshot, *, run_id: str) -> RunRecord | None:
    """What was recorded of that run; None when the snapshot does not know it."""
    rows = snapshot.rows(_RUN, (run_id,))
    if not rows:
        return None
    model = snapshot.rows(_MODEL, (run_id,))
    params = snapshot.rows(_PARAMS, (run_id, MAX_PARAMS))
    metrics = snapshot.rows(_METRICS, (run_id, MAX_METRICS))
    more = [max(0, found[0][2] - len(found)) for found in (params, metrics) if found]
    names = ("run_id", "experiment_id", "experiment", "commit", "dirty", "repository", "source_type", "source_name")
    return RunRecord(
        **dict(zip((*names, "entry_point", "deleted"), rows[0], strict=True)),
        params=tuple((key, value or "") for key, value, _ in params),
        metrics=tuple((key, last) for key, last, _ in metrics),
        inputs=tuple(Dataset(*row) for row in snapshot.rows(_INPUTS, (run_id, MAX_INPUTS))),
        seed=next((each.detail for each in findings(snapshot, run_id=run_id) if each.item == "seed"), ""),
        python_version=model[0][0] if model else "",
        requirements=model[0][1] if model else "",
        model_uri=model[0][2] if model else "",
        cut=sum(more),
    )


_RUN = """
    select r.run_id, coalesce(r.experiment_id, ''), coalesce(e.name, ''), coalesce(r."commit", ''), r.dirty,
        coalesce((select min(value) from tags t where t.run_id = r.run_id
            and key in ('mlflow.source.git.repoURL', 'mlflow.gitRepoURL')), ''),
        coalesce(r.source_type, ''), coalesce(r.source_name, ''),
        coalesce((select min(value) from tags t where t.run_id = r.run_id and key = 'mlflow.project.entryPoint'), ''),
        r.lifecycle_stage = 'deleted' or coalesce(e.lifecycle_stage = 'deleted', false)
    from runs r left join experiments e using (experiment_id) where r.run_id = ?
"""

_MODEL = """
    select coalesce(f.python_version, ''), coalesce(f.requirements, ''), case
        when f.model_id is not null then 'models:/' || f.model_id
        when starts_with(f.location, r.artifact_uri || '/')
            then 'runs:/' || r.run_id || substr(f.location, length(r.artifact_uri) + 1)
        else f.location end
    from model_files f join runs r using (run_id) left join logged_models m on m.model_id = f.model_id
    where f.run_id = ?
    order by f.requirements is null, f.flavors is null, m.created_at desc nulls last, f.location limit 1
"""

_INPUTS = """
    select coalesce(name, ''), coalesce(digest, ''), coalesce(context, ''), coalesce(source_type, ''),
        coalesce(source, '')
    from run_inputs where run_id = ? order by context is null, context, name, digest limit ?
"""

_PARAMS = "select key, value, count(*) over () from params where run_id = ? order by key limit ?"
_METRICS = "select key, last, count(*) over () from metrics where run_id = ? order by key limit ?"
