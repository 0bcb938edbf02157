"""Whether the registered versions can be loaded: of those that were explained it is known, the others are tried.

A version is loaded as for an explanation: in a process with limits, and never by running code that is not trusted.
Files of a logged model do not change, so one that could be loaded is not tried again. One that was refused is tried
again when it is trusted; one that failed a day later, since that may have been for want of time, memory or a library.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from watchroom.errors import ExplainError, ModelRefused, SourceError, SourceUnreachable, WatchroomError
from watchroom.explain.contract import Limits
from watchroom.explain.process import Explainer
from watchroom.jobs.model_locations import OF_VERSIONS
from watchroom.sources.tracking.contract import TrackingSource
from watchroom.store.draft import Draft
from watchroom.workspace.load import Workspace

SECONDS = 60.0
"""For all that is tried in one refresh: some thirty models of a usual size. The others are tried at the next ones."""

EACH_SECONDS = 30.0
"""For one: a page would not wait longer for it either."""

AGAIN = 5
"""Versions that failed, tried again in one refresh."""

AGAIN_AFTER = timedelta(days=1)

LOADED, REFUSED, FAILED = "loaded", "refused", "failed"

_EXPLAINED = f"""
    create or replace temp table explained_models as
    select v.location, max(e.explained_at) as explained_at from ({OF_VERSIONS}) v
        join mlflow.model_files f on f.location = v.location
        join explain.explanations e on e.model = v.name and e.version = v.version
    where e.status in ('explained', 'partial') and e.explained_at is not null
        and f.load_status is distinct from '{LOADED}'
    group by v.location
"""

_DUE = f"""
    select v.name, v.location, f.load_status
    from ({OF_VERSIONS}) v join mlflow.model_files f on f.location = v.location
        left join mlflow.aliases a on a.name = v.name and a.version = v.version
    where f.has_input_example is not null and (f.load_status is null or f.load_status = '{REFUSED}'
        or f.load_status = '{FAILED}' and f.loaded_at < $before)
    group by v.name, v.location, f.load_status
    order by f.load_status = '{FAILED}', bool_or(a.alias = 'champion') desc, bool_or(a.alias is not null) desc,
        max(v.created_at) desc, v.location
"""
"""Champions first, then whatever else has an alias, then the newest: one of them is what somebody goes back to."""


@dataclass(frozen=True)
class LoadsTried:
    """How many versions were tried, how many of them could be loaded, and how many are left for the next refresh."""

    tried: int
    loaded: int
    left: int

    def __str__(self) -> str:
        if not self.tried and not self.left:
            return "nothing new"
        left = f", left for the next refresh: {self.left:,}" if self.left else ""
        return f"models tried: {self.tried:,}, loaded: {self.loaded:,}{left}"


@dataclass(frozen=True)
class _Due:
    location: str
    trust: bool


def try_to_load(
    draft: Draft, workspace: Workspace, tracking: TrackingSource, limits: Limits, *, seconds: float = SECONDS
) -> LoadsTried:
    """Fill `load_status` of `model_files` for registered versions. Never raises for what concerns one model.

    The parts `mlflow` and `explain` must be there. A store that cannot be reached leaves the rest for the next refresh.
    """
    _take_explained(draft)
    due, until = _due(draft, workspace), time.monotonic() + seconds
    tried = loaded = 0
    for one in due:
        if time.monotonic() >= until:
            break
        try:
            status, why = _tried(one, tracking, limits)
        except SourceUnreachable:
            break
        _keep(draft, one.location, status, why)
        tried, loaded = tried + 1, loaded + (status == LOADED)
    return LoadsTried(tried, loaded, len(due) - tried)


def _take_explained(draft: Draft) -> None:
    draft.connection.execute(_EXPLAINED)
    ((new,),) = draft.connection.execute("select count(*) from explained_models").fetchall()
    if new:  # an update that changes nothing would still copy the part
        draft.writable("mlflow")
        draft.connection.execute(
            "update mlflow.model_files set load_status = ?, load_why = null, loaded_at = e.explained_at "
            "from explained_models e where e.location = model_files.location",
            [LOADED],
        )
    draft.connection.execute("drop table explained_models")


def _due(draft: Draft, workspace: Workspace) -> list[_Due]:
    """Each location once, as the first of its models has it."""
    found, again = dict[str, _Due](), set[str]()
    before = (draft.made_at - AGAIN_AFTER).replace(tzinfo=None)
    for model, location, status in draft.connection.execute(_DUE, {"before": before}).fetchall():
        spec = workspace.models.get(model)
        trust = spec.explain.trust if spec else False
        if location in found or (status == REFUSED and not trust):
            continue
        if status == FAILED:
            if len(again) == AGAIN:
                break
            again.add(location)
        found[location] = _Due(location, trust)
    return list(found.values())


def _tried(one: _Due, tracking: TrackingSource, limits: Limits) -> tuple[str, str | None]:
    within = Limits(min(EACH_SECONDS, limits.seconds), limits.memory_mb)
    try:
        with tempfile.TemporaryDirectory(prefix="watchroom-load-") as folder:
            tracking.fetch_model(one.location, Path(folder))
            Explainer.try_to_load(Path(folder), trust=one.trust, limits=within)
    except SourceUnreachable:
        raise
    except ModelRefused as error:
        return REFUSED, _words(error)
    except (ExplainError, SourceError) as error:
        return FAILED, _words(error)
    return LOADED, None


def _words(error: WatchroomError) -> str:
    return " ".join(part for part in (error.what, error.why) if part)


def _keep(draft: Draft, location: str, status: str, why: str | None) -> None:
    draft.writable("mlflow")
    draft.connection.execute(
        "update mlflow.model_files set load_status = ?, load_why = ?, loaded_at = ? where location = ?",
        [status, why, datetime.now(UTC).replace(tzinfo=None), location],
    )
