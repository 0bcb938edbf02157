"""`watchroom refresh`: sync → registry → room → profile → judge → explain → alerts → publish, as one job.

It publishes a whole snapshot or changes nothing. What each step does is in its own module; what a failed refresh died
of is kept beside the snapshot that stays up.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from watchroom.errors import StoreError, WatchroomError, WorkspaceError
from watchroom.jobs.explain.files import remove_unused
from watchroom.jobs.governance import Governed, read_governance
from watchroom.jobs.health import Around, watch_models
from watchroom.jobs.ledger import read_ledger
from watchroom.jobs.model_files import read_model_files
from watchroom.jobs.room import fill_problems, fill_workspace
from watchroom.jobs.sync import SyncResult, describe, sync
from watchroom.ledger import Ledger
from watchroom.settings import Settings
from watchroom.sources.tracking import open_source
from watchroom.sources.tracking.contract import EVERY_RUN, TrackingSource
from watchroom.store.draft import Draft, prune, refresh_lock
from watchroom.store.manifest import StoreFolder, write_atomically
from watchroom.workspace.load import Workspace, load_workspace
from watchroom.workspace.room_file import RoomSettings

PACKED = ("mlflow", "profile", "health", "explain", "ids", "compare", "value", "portfolio", "checks")
"""Parts that refreshes change in place."""

COMPACT_AFTER = 100
"""Refreshes that changed a part, after which it is written anew: deletes leave holes in a DuckDB file."""


@dataclass(frozen=True)
class RefreshReport:
    """What a refresh published. `seconds` is its whole time; `steps` are the step names with what each did."""

    snapshot_id: str
    seconds: float
    steps: tuple[tuple[str, str], ...]
    problems: int


@dataclass(frozen=True)
class _Plan:
    """How this refresh is to be done: the workspace's settings, the program's, and what the person asked for."""

    room: RoomSettings
    program: Settings
    full: bool
    accept_ledger: bool


@dataclass
class _Steps:
    """The steps so far, as rows of `refresh_steps`."""

    progress: Callable[[str], None]
    rows: list[tuple[int, str, str, datetime, float, str]] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, str]]:
        """Time a step; it fills `detail`, and `status` where that is not `done`."""
        self.progress(name)
        started, clock, said = (
            datetime.now(UTC).replace(tzinfo=None),
            time.perf_counter(),
            {"status": "done", "detail": ""},
        )
        yield said
        self.rows.append(
            (len(self.rows) + 1, name, said["status"], started, time.perf_counter() - clock, said["detail"])
        )


def refresh(
    workspace_folder: Path,
    settings: Settings,
    *,
    full: bool = False,
    accept_ledger: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> RefreshReport:
    """Publish the next snapshot of a workspace. `full` reads everything anew instead of what has changed.

    `accept_ledger` takes a ledger that no longer leads to what the last snapshot remembers as it is.

    Raises `WatchroomError`; then the current snapshot is what it was, and `last_failure.json` in the store says why.
    """
    started = time.perf_counter()
    workspace = load_workspace(workspace_folder)
    store = StoreFolder(workspace.store)
    steps = _Steps(progress)
    with refresh_lock(store, settings.lock_wait_seconds):
        with _failures_kept(store):
            room = usable_settings(workspace)
            with Draft(store) as draft, Ledger.open(workspace.ledger, create=True) as ledger:
                built = _build(draft, ledger, workspace, _Plan(room, settings, full, accept_ledger), steps)
                manifest = draft.publish(built.ledger_head)
        prune(store, settings.keep_snapshots)
        if built.model_files is not None:
            remove_unused(store, built.model_files)
    summary = tuple((row[1], row[5]) for row in steps.rows)
    return RefreshReport(manifest.id, time.perf_counter() - started, summary, built.problems)


def usable_settings(workspace: Workspace) -> RoomSettings:
    """The workspace's settings; raises the first mistake in `watchroom.yaml`, without which nothing can be read."""
    if workspace.settings is None:
        raise workspace.problems[0]
    return workspace.settings


@dataclass(frozen=True)
class _Built:
    """How many problems were found, the ledger's head for the snapshot to remember, and the model files it needs."""

    problems: int
    ledger_head: tuple[int, str]
    model_files: frozenset[str] | None


def _build(draft: Draft, ledger: Ledger, workspace: Workspace, plan: _Plan, steps: _Steps) -> _Built:
    """Run the steps on the draft."""
    for part in (*PACKED, "sync") if plan.full else ():
        draft.fresh(part)
    draft.fresh("room")
    due = plan.full or _full_reconcile_due(draft, plan.program)
    source = _source(workspace, plan, full=due)
    with steps.step("Read MLflow") as said:
        result = sync(source, draft)
        models = read_model_files(source, draft)
        begun = f"everything was read anew, because {draft.begun_anew}; " if draft.begun_anew else ""
        said["detail"] = begun + describe(result.counts, models.count)
        said["status"] = _status(result)
    if due and not result.unchanged:
        draft.keep_note("full_reconcile", draft.made_at.isoformat())
    with steps.step("Read the workspace and its evidence") as said:
        fill_workspace(draft, workspace, plan.room)
        said["detail"] = f"model files read: {len(workspace.models):,}"
    with steps.step("Compare the registry with what was last seen") as said:
        kept = read_ledger(draft, ledger, workspace.folder, accepted=plan.accept_ledger, partial=result.partial)
        said["detail"] = f"changes recorded in the ledger: {kept.recorded:,}" if kept.recorded else "nothing new"
        said["status"] = "partial" if kept.problems else "done"
    told = read_governance(Governed(draft, ledger, workspace, record=not kept.problems), steps.step)
    around = Around(workspace, plan.room, plan.program, source)
    watched = watch_models(draft, ledger, around, steps.step, record=not kept.problems)
    found = (*result.problems, *models.problems, *kept.problems, *told, *watched.problems)
    problems = fill_problems(draft, found, workspace, source_unchanged=result.unchanged)
    _pack_when_due(draft, steps)
    draft.insert("refresh_steps", steps.rows)
    return _Built(problems, watched.head or kept.head, watched.model_files)


def _pack_when_due(draft: Draft, steps: _Steps) -> None:
    for part in PACKED:
        if not draft.is_own(part):
            continue
        note = f"{part}_changes_since_packed"
        changes = int(draft.note(note) or 0) + 1
        if changes >= COMPACT_AFTER:
            with steps.step("Pack the store") as said:
                draft.compact(part)
                said["detail"] = part
            changes = 0
        draft.keep_note(note, str(changes))


def _status(result: SyncResult) -> str:
    if result.unchanged:
        return "unchanged"
    return "partial" if any(problem.severity == "error" for problem in result.problems) else "done"


def _source(workspace: Workspace, plan: _Plan, *, full: bool) -> TrackingSource:
    if workspace.tracking_uri is None:
        raise WorkspaceError(
            "The workspace does not say where MLflow is.",
            next_step="Set `mlflow.tracking_uri` to http(s)://…, sqlite:///FILE, or a folder of mlruns.",
            file="watchroom.yaml",
            field="mlflow.tracking_uri",
        )
    return open_source(
        workspace.tracking_uri,
        workspace.registry_uri,
        experiments=plan.room.mlflow.experiments,
        timeout_seconds=plan.program.http_timeout_seconds,
        retries=plan.program.http_retries,
        reconcile_runs=EVERY_RUN if full else plan.program.reconcile_runs,
    )


def _full_reconcile_due(draft: Draft, settings: Settings) -> bool:
    last = draft.note("full_reconcile")
    if last is None or datetime.fromisoformat(last) > draft.made_at:  # a clock that was ahead once would stop them all
        return True
    return draft.made_at - datetime.fromisoformat(last) >= timedelta(hours=settings.full_reconcile_hours)


@contextmanager
def _failures_kept(store: StoreFolder) -> Iterator[None]:
    """Keep what a refresh died of for the Status page; a success clears it. A full disk becomes a StoreError."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        explained = StoreError(
            "The snapshot could not be written.",
            why=str(error),
            next_step=f"Check the space and the permissions of {store.root}; the current snapshot is untouched. "
            "If its files are damaged, `watchroom refresh --full` builds them anew.",
        )
        _keep_failure(store, explained)
        raise explained from error
    except WatchroomError as error:
        _keep_failure(store, error)
        raise
    except Exception as error:
        # Not foreseen, so it goes on as it is; but Status must say that the refresh died, and of what.
        _keep_failure(store, WatchroomError("The refresh ended in an error of its own.", why=repr(error)))
        raise
    store.last_failure.unlink(missing_ok=True)


def _keep_failure(store: StoreFolder, error: WatchroomError) -> None:
    place = error.place if isinstance(error, WorkspaceError) else ""
    what = f"{place}: {error.what}" if place else error.what
    said = {"at": datetime.now(UTC).isoformat(), "what": what, "why": error.why, "next_step": error.next_step}
    try:
        write_atomically(store.last_failure, json.dumps(said))
    except OSError:
        return  # a full disk must not hide what it caused: the error itself is raised by the caller
