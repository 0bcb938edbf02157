"""A refresh: after a hundred changes to a SQLite store, of the whole store, and behind an MLflow server.

Each is the whole of `watchroom refresh`: workspace, sync, ledger, publishing. Floors are what nobody can go below:
reading the same tables with plain `sqlite3`, asking the same server with MLflow's own client.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from benchmarks import tracking_store, workspaces
from benchmarks.measure import Part, Size, in_turn, main, median, say, seconds
from benchmarks.servers import mlflow_server

CHANGED = 100
ROUNDS = 5
FULL_ROUNDS = 3
FETCH = 1_000
_NEVER = 8760
"""Hours between full reconciles: the kept snapshot may be older than a day, and the usual refresh is what we time."""

_COMPARED = ("runs", "tags")
"""Tables whose rows change in place, so that any refresh has to read them whole."""

_CATALOG = (
    *("experiments", "experiment_tags", "logged_models", "registered_models", "registered_model_tags"),
    *("model_versions", "model_version_tags", "registered_model_aliases"),
)
_RUN_TABLES = ("runs", "tags", "params", "metrics", "inputs", "datasets", "input_tags")


def measure(size: Size) -> list[Part]:
    store = workspaces.store(size)
    return [*_changed(size, store), *_full(size, store), *_behind_a_server(size, store)]


def _changed(size: Size, store: Path) -> list[Part]:
    say("SQLite, a hundred runs changed")
    published = workspaces.published(size)
    copy = workspaces.copy_of(store, "changing")
    folder = _fresh_copy(published, size.folder / "changing" / "workspace", f"sqlite:///{copy}")
    workspaces.refresh(folder)

    def ours(number: int) -> float:
        _change(copy, size, number)
        return seconds(lambda: say(workspaces.refresh(folder)))

    samples, floor = in_turn(size.times(ROUNDS), ours, lambda _: seconds(lambda: _read(copy, _COMPARED)))
    note = f"{size.runs:,} runs; the floor reads runs and tags, in which rows change in place"
    return [Part("SQLite, 100 runs changed", median(samples), "s", median(floor), below=3, note=note)]


def _full(size: Size, store: Path) -> list[Part]:
    say("SQLite, everything")
    folder = size.folder / "full" / "workspace"

    def ours(_: int) -> float:
        shutil.rmtree(folder, ignore_errors=True)
        workspaces.write(folder, f"sqlite:///{store}")
        return seconds(lambda: say(workspaces.refresh(folder)))

    whole, most = (*_CATALOG, *_RUN_TABLES, "latest_metrics"), (*_CATALOG, *_RUN_TABLES)
    samples, floor, less = in_turn(
        size.times(FULL_ROUNDS),
        ours,
        lambda _: seconds(lambda: _read(store, whole)),
        lambda _: seconds(lambda: _read(store, most)),
    )
    shutil.rmtree(folder.parent, ignore_errors=True)
    note = f"{size.runs:,} runs; {median(samples) / median(less):.2f} × of a floor without the table latest_metrics"
    return [Part("SQLite, full sync", median(samples), "s", median(floor), times_floor=4, note=note)]


def _behind_a_server(size: Size, store: Path) -> list[Part]:
    """The first sync is kept, with the store as it was then; what is changed is a copy of both."""
    kept = size.folder / "first-http"
    served = workspaces.copy_of(store, "served")
    with closing(sqlite3.connect(served)) as connection:
        connection.execute("analyze")  # as a server's database is that somebody looks after; else a search takes 25 s
    with mlflow_server(served.parent) as uri:
        first = _first_sync(size, kept, uri)
        folder = _fresh_copy(kept / "workspace", served.parent / "workspace", uri)
        workspaces.refresh(folder, full_reconcile_hours=_NEVER)
        say("MLflow server, a hundred runs changed")
        found: list[str] = []

        def ours(number: int) -> float:
            _change(served, size, number)
            begin = time.perf_counter()
            found.append(workspaces.refresh(folder, full_reconcile_hours=_NEVER))
            taken = time.perf_counter() - begin
            say(f"{taken:.2f} s: {found[-1]}")
            return taken

        samples, floor = in_turn(size.times(ROUNDS), ours, lambda _: seconds(lambda: _ask_plainly(uri)))
    name = "MLflow server, 100 runs changed"
    return [Part(name, median(samples), "s", median(floor), below=3, note=f"the last one: {found[-1]}"), first]


def _first_sync(size: Size, kept: Path, uri: str) -> Part:
    said = kept / "first.json"
    if not said.exists():
        say("MLflow server, everything; this is kept for the next time")
        shutil.rmtree(kept, ignore_errors=True)
        folder = workspaces.write(kept / "workspace", uri)
        taken = seconds(lambda: workspaces.refresh(folder))
        said.write_text(json.dumps({"seconds": taken, "at": time.strftime("%Y-%m-%d %H:%M")}))
    first = json.loads(said.read_text())
    note = f"{first['seconds']:.1f} s for {size.runs:,} runs, measured {first['at']}"
    return Part("MLflow server, full sync", size.runs / first["seconds"], "runs/s", note=note)


def _fresh_copy(workspace: Path, target: Path, uri: str) -> Path:
    """A copy of a workspace with its snapshot and ledger, reading another place with the same content."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(workspace, target)
    return workspaces.write(target, uri)


def _change(file: Path, size: Size, number: int) -> None:
    tracking_store.change_runs(file, CHANGED, first=size.runs + number * CHANGED)


def _read(file: Path, tables: tuple[str, ...]) -> None:
    """Every row of the tables into Python, and forgotten again a thousand at a time, which is quickest."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        for table in tables:
            cursor = connection.execute(f'select * from "{table}"')
            while cursor.fetchmany(FETCH):
                pass


def _ask_plainly(uri: str) -> None:
    """What any client has to ask at the least: the catalog, and the runs that started last."""
    from mlflow import MlflowClient

    client = MlflowClient(uri, uri)
    experiments = [experiment.experiment_id for experiment in client.search_experiments(max_results=1000)]
    client.search_registered_models(max_results=1000)
    client.search_model_versions(max_results=1000)
    since = int(time.time() * 1000) - 15 * 60_000
    client.search_runs(experiments, f"attributes.start_time >= {since}", max_results=1000)


if __name__ == "__main__":
    main("refresh", __doc__, measure)
