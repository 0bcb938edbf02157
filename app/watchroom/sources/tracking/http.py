"""A tracking server as a tracking source: what has changed since the last refresh, over MLflow's REST interface.

How requests are made, runs listed and rows built lies beside this; here is the order in which it happens.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from watchroom.errors import SourceError
from watchroom.sources.tracking import http_artifacts, http_plan
from watchroom.sources.tracking.artifacts import fetch_local, local_path
from watchroom.sources.tracking.contract import EVERY_RUN, Change, CheckedRuns, GoneRuns, Seen, State
from watchroom.sources.tracking.http_api import ApiError, MlflowApi
from watchroom.sources.tracking.http_catalog import catalog_rows, matching_experiments
from watchroom.sources.tracking.http_listing import FIRST_PAGE, IDS, Listing, Window, run_id
from watchroom.sources.tracking.http_plan import Held, Notes
from watchroom.sources.tracking.http_runs import (
    Histories,
    HistoryReader,
    add_run,
    by_points,
    history_digest,
    metric_keys,
    search_digest,
)
from watchroom.sources.tracking.http_shapes import MISSHAPEN, Json, not_mlflow, reason
from watchroom.sources.tracking.model_files import download_model
from watchroom.sources.tracking.problems import ProblemLog
from watchroom.sources.tracking.rows import BATCH_RUNS, RunRows, catalog_of

THREADS = 4
"""Requests under way at once. A server with one worker gains from two; more would take it away from its other users."""

PAGES_AHEAD = 2
"""Pages of runs whose histories are being read while the next ones are listed: they are what is held in memory."""

POINTS_AHEAD = 1_000_000
"""Metric points expected of one page; runs with long curves make pages of their own. A point takes 24 bytes."""

_AGAIN = "!"  # behind a fingerprint: part of the run could not be read, so that it is read again at the next refresh

Pages = Iterator[list[Json]]


class HttpSource:
    """The MLflow server at `tracking_uri`, with the experiments whose names match one of the globs.

    `timeout_seconds` is for each request as a whole; a request is repeated `retries` times. `reconcile_runs` is how
    many runs are asked for again at each refresh, in turn, although nothing says that they have changed; `EVERY_RUN`
    asks for all of them, with their histories.
    """

    def __init__(
        self,
        tracking_uri: str,
        registry_uri: str | None = None,
        *,
        experiments: Sequence[str] = ("*",),
        timeout_seconds: float = 30.0,
        retries: int = 4,
        reconcile_runs: int = 500,
    ) -> None:
        self._uris = (tracking_uri, registry_uri or tracking_uri)
        self._api = MlflowApi(tracking_uri, timeout_seconds=timeout_seconds, retries=retries)
        self._registry = (
            self._api
            if registry_uri in (None, tracking_uri)
            else MlflowApi(str(registry_uri), timeout_seconds=timeout_seconds, retries=retries)
        )
        self._globs = tuple(experiments)
        self._reconcile_runs = max(1, reconcile_runs)

    def changes(self, seen: Seen) -> Iterator[Change]:
        """The catalog, changed runs in batches, checked and gone runs, and the problems; see `TrackingSource`."""
        started_ms = int(time.time() * 1000)
        try:
            experiments = matching_experiments(self._api, self._globs)
            threads = ThreadPoolExecutor(THREADS, thread_name_prefix="mlflow")
            try:
                refresh = _Refresh(self._api, threads, Held.of(seen.runs()), experiments, Notes.read(seen.notes))
                refresh.begin(self._globs, started_ms, self._reconcile_runs)
                # While the server looks for runs, which takes it longest, the catalog is read and written.
                yield catalog_of(catalog_rows(self._api, self._registry, experiments))
                yield from refresh.changes()
            finally:
                threads.shutdown(cancel_futures=True)
        except ApiError as error:
            raise self._refused(error) from error
        except MISSHAPEN as error:  # what no earlier check knows of
            raise not_mlflow(self._api.shown, "one of its answers", reason(error)) from error

    def read_text(self, location: str, name: str) -> str:
        """The text of an artifact, through the server where it keeps the artifacts; see `TrackingSource`."""
        return http_artifacts.read_text(self._api, self._registry, location, name)

    def fetch_model(self, location: str, folder: Path) -> None:
        """The files of a logged model, through the server where it keeps the artifacts; see `TrackingSource`."""
        if local_path(location) is None:
            download_model(location, folder, tracking_uri=self._uris[0], registry_uri=self._uris[1])
        else:
            fetch_local(location, folder)

    def _refused(self, error: ApiError) -> SourceError:
        if error.is_missing_endpoint:
            return SourceError(
                f"What answers at {self._api.shown} is not an MLflow server that can be read.",
                why="It has no MLflow API at this address, or is older than MLflow 2.",
                next_step="Check `mlflow.tracking_uri` in watchroom.yaml, with its path if there is one.",
            )
        why = f"{error.code or f'HTTP {error.status}'}: {error.message}"
        return SourceError(f"The MLflow server at {self._api.shown} refused a request.", why=why)


@dataclass
class _Page:
    """Runs whose histories are being read; those in `compared` may turn out not to have changed."""

    runs: list[Json]
    digests: dict[str, str]
    compared: set[str]
    histories: list[Future[Histories]]


@dataclass
class _Refresh:
    """One pass over the runs of a server: `begin`, then `changes`."""

    api: MlflowApi
    threads: Executor
    held: Held
    experiments: Sequence[Json]
    notes: Notes | None
    windows: list[Window] = field(default_factory=list)
    compared: Pages = field(default_factory=lambda: iter(()))
    listed: list[Pages] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    checked: list[str] = field(default_factory=list)
    damaged: dict[str, str] = field(default_factory=dict)
    pages: deque[_Page] = field(default_factory=deque)
    batch: RunRows = field(default_factory=RunRows)
    problems: ProblemLog = field(default_factory=ProblemLog)

    def __post_init__(self) -> None:
        self.stages = {str(each["experiment_id"]): str(each.get("lifecycle_stage")) for each in self.experiments}
        page = self.notes.page if self.notes else FIRST_PAGE
        self.listing = Listing(self.api, list(self.stages), page, damaged=self.damaged)
        self.reader = HistoryReader(self.api)

    def begin(self, globs: tuple[str, ...], started_ms: int, reconcile_runs: int) -> None:
        """Decide what to ask for, and ask for the first page of each listing."""
        self.following = Notes(started_ms, globs, self.stages, (), None, None)
        if self.notes is None or self.notes.globs != globs or not self.held.fingerprints:
            self.windows = [Window()]
            self.listed = [self._ahead(self.listing.window(Window()))]
            return
        if reconcile_runs >= EVERY_RUN:
            self.windows = [Window()]
            self.compared, self.listed = self._ahead(self.listing.window(Window())), [iter(())]
            return
        starts = self.held.starts()
        turn = http_plan.take_turn(starts, self.notes.cursor, reconcile_runs)
        deep = http_plan.take_turn(starts, self.notes.deep_cursor, http_plan.DEEP_RUNS)
        self.following = replace(self.following, cursor=turn.cursor, deep_cursor=deep.cursor)
        self.windows = [deep.window, turn.window]
        self.compared = self._ahead(self.listing.window(deep.window))
        if turn.window != Window():
            self.listed = self._probably_changed(self.notes, http_plan.since_newest(starts, self.notes.refreshed_ms))
        # Last, as the longest: the histories of new runs are read while the server is still at it.
        self.listed.append(self._ahead(self.listing.window(turn.window)))

    def _probably_changed(self, notes: Notes, since: Window) -> list[Pages]:
        """Listings of the runs that are new, have ended, were deleted, or whose experiment was deleted or restored."""
        before = Window(None, since.first - 1 if since.first is not None else None)
        ended = f"attributes.end_time >= {notes.refreshed_ms - http_plan.OVERLAP_MS}"
        other = [each for each, stage in self.stages.items() if notes.experiments.get(each) != stage]
        return [
            self._ahead(self.listing.window(since)),
            self._ahead(self.listing.window(before, ended)),
            self._ahead(self.listing.newest_deleted(http_plan.DELETED_RUNS)),
            self._ahead(Listing(self.api, other, damaged=self.damaged).window(Window())),
        ]

    def changes(self) -> Iterator[Change]:
        """What has changed, after `begin`."""
        *others, longest = self.listed
        yield from self._read(self.compared, compare=True)
        for pages in others:
            yield from self._read(pages)
        yield from self._hand_over()  # it is written while the server is at the longest listing
        yield from self._read(longest)
        yield from self._ask_by_id(self._doubtful())
        yield from self._hand_over()
        yield from self._rest()
        # Held within a bound: of more deleted runs, the others are found in their turn when they are restored.
        kept = tuple(sorted(self.deleted))[: 2 * http_plan.DELETED_RUNS]
        page = self.listing.fitting or self.listing.first_page
        yield State(replace(self.following, deleted=kept, page=page).kept())

    def _ahead(self, pages: Pages) -> Pages:
        """The same pages, of which the next is always already being asked for, the first from now on."""
        first = self.threads.submit(next, pages, None)

        def each() -> Pages:
            asked = first
            while (page := asked.result()) is not None:
                asked = self.threads.submit(next, pages, None)
                yield page

        return each()

    def _read(self, pages: Pages, *, compare: bool = False) -> Iterator[Change]:
        for page in pages:
            yield from self._take([run for run in page if run_id(run) not in self.met], compare=compare)

    def _take(self, runs: Sequence[Json], *, compare: bool = False) -> Iterator[Change]:
        """Sort the runs of a page into changed and unchanged, and begin to read the histories of the changed."""
        runs = list({run_id(run): run for run in runs}.values())
        digests = {run_id(run): search_digest(run) for run in runs}
        self.met |= digests.keys()
        self.deleted |= {run_id(run) for run in runs if run["info"].get("lifecycle_stage") == "deleted"}
        same = {each for each, digest in digests.items() if self._is_same(each, digest)}
        wanted = [run for run in runs if compare or run_id(run) not in same]
        if not compare:
            self.checked.extend(same)
        for some in by_points(wanted, POINTS_AHEAD):
            self.pages.append(_Page(some, digests, same, self.reader.ask(some, self.threads)))
            yield from self._finish(PAGES_AHEAD)

    def _is_same(self, run: str, digest: str) -> bool:
        held = self.held.fingerprints.get(run, "")
        return held.partition(":")[0] == digest and held[-1:] != _AGAIN

    def _finish(self, but: int) -> Iterator[Change]:
        """Hand over the pages whose histories were asked for first, all but a few."""
        while len(self.pages) > but:
            page = self.pages.popleft()
            histories: Histories = {}
            for future in page.histories:
                histories |= future.result()
            for run in page.runs:
                self._add(run, page, histories)
                if self.batch.is_full:
                    yield self.batch.changed()
                    self.batch = RunRows()

    def _add(self, run: Json, page: _Page, histories: Histories) -> None:
        each = run_id(run)
        fingerprint = f"{page.digests[each]}:{history_digest(run, histories)}"
        if each in page.compared and self.held.fingerprints[each] == fingerprint:
            self.checked.append(each)
            return
        refused = [key for key in metric_keys(run) if (each, key) in self.reader.refused]
        for key in refused:
            self.problems.add(
                "run",
                "warning",
                f"run {each}, metric {key}",
                "MLflow did not give the history of a metric.",
                why=self.reader.refused[each, key],
                next_step="It is asked for again at the next refresh.",
            )
        add_run(run, histories, fingerprint + (_AGAIN if refused else ""), self.batch)

    def _doubtful(self) -> list[str]:
        """Known runs to ask for by id: unfinished ones, and those that should have come in a listing and did not."""
        missed = [run for window in self.windows for run in self.held.within(window)]
        restored = [run for run in (self.notes.deleted if self.notes else ()) if run in self.held.fingerprints]
        asked = dict.fromkeys([*missed, *restored, *self.held.unfinished()])
        return [run for run in asked if run not in self.met]

    def _ask_by_id(self, runs: Sequence[str]) -> Iterator[Change]:
        """Ask for runs by id; those that are not there are gone."""
        chunks = [runs[start : start + IDS] for start in range(0, len(runs), IDS)]
        for answer in self.threads.map(self.listing.by_id, chunks):
            yield from self._take([run for run in answer if run_id(run) not in self.met])
        # A damaged run without an id may be any of those that did not come.
        gone = tuple(run for run in runs if run not in self.met and run not in self.damaged)
        if gone and "" not in self.damaged:
            yield GoneRuns(gone)

    def _hand_over(self) -> Iterator[Change]:
        yield from self._finish(0)
        if len(self.batch):
            yield self.batch.changed()
            self.batch = RunRows()

    def _rest(self) -> Iterator[Change]:
        for start in range(0, len(self.checked), BATCH_RUNS):
            yield CheckedRuns(tuple(self.checked[start : start + BATCH_RUNS]))
        for run, why in self.damaged.items():
            self._note_damaged(run, why)
        yield from self.problems.grouped()

    def _note_damaged(self, run: str, why: str) -> None:
        place, is_known = f"run {run}" if run else "a run without an id", run in self.held.fingerprints
        if is_known:
            what = "A run could not be read again; it is shown as it was read last."
        else:
            what = "A run could not be read and was left out."
        self.problems.add("run", "warning" if is_known else "error", place, what, why=why)
