"""A decision by its id in a log of ten million: from a cold start, and when the process has answered before.

The log has random ids, twenty features and thirty days: as a Parquet file for each day, and all in one file. The floor
is plain DuckDB reading the same row when the file and the id are known.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import Part, Size, in_turn, main, median, say

DECISIONS_OF_A_RUN = 100
"""The usual hundred thousand runs stand for ten million decisions."""

DAYS, FIRST = 30, date(2026, 3, 1)
NUMBERS, CATEGORIES = 16, 4
FEATURES = (*(f"n{place:02d}" for place in range(NUMBERS)), *(f"c{place}" for place in range(CATEGORIES)))

ROUNDS = 5
LOOKED_UP = 20
"""Ids that are looked up in a process that is warm."""

SAMPLE = 2000
"""Rows a month and version, as `explain.rows_per_month` has it."""

MODEL = "tenmillion"

_SPEC = """\
model: {model}
task: binary
decisions:
  path: lake/{kind}/*.parquet
  version: model_version
  score: score
  prediction: prediction
  features: [{features}]
"""


def measure(size: Size) -> list[Part]:
    rows = size.runs * DECISIONS_OF_A_RUN
    days, one = (workspace(size.folder / "decision", rows, kind) for kind in ("days", "one"))
    made = {folder: _acted("store", folder) for folder in (days, one)}
    say(f"{rows:,} decisions, {made[days]['mb']:.0f} MB of index")
    parts = [*_lookups(size, days, rows, f"{DAYS} files of a day"), *_lookups(size, one, rows, "one file")]
    scans = _acted("scans", days)
    return [
        *parts,
        Part("index the ids", made[days]["cpu"], "CPU s", note=f"{rows:,} ids"),
        Part("the index on disk", made[days]["mb"], "MB", note=f"{rows:,} ids"),
        Part(
            "search of a week", 1000 * scans["search"], "ms", below=10_000, note="the highest scores under a condition"
        ),
        Part("a month's sample", scans["sample"], "CPU s", note=f"{SAMPLE:,} rows of each of two versions"),
    ]


def _lookups(size: Size, folder: Path, rows: int, note: str) -> list[Part]:
    cold = [_acted("cold", folder)["ms"] for _ in range(size.times(ROUNDS))]
    warm = _acted("warm", folder)
    say(f"{note}: cold {median(cold):.0f} ms, warm {warm['ms']:.0f} ms, floor {warm['floor']:.0f} ms")
    told = f"{rows:,} decisions, {len(FEATURES)} features, {note}"
    return [
        Part(f"by id, cold ({note})", median(cold), "ms", warm["floor"], below=1000, note=told),
        Part(f"by id, warm ({note})", warm["ms"], "ms", warm["floor"], below=200, note=told),
    ]


def workspace(folder: Path, rows: int, kind: str) -> Path:
    """A workspace over a log of so many decisions, in files of a day or one file; made once, and kept."""
    room = folder / kind
    if (room / "watchroom.yaml").exists():
        return room
    shutil.rmtree(room, ignore_errors=True)
    (room / "lake" / kind).mkdir(parents=True)
    (room / "models").mkdir()
    spec = _SPEC.format(model=MODEL, kind=kind, features=", ".join(FEATURES))
    (room / "models" / f"{MODEL}.yaml").write_text(spec)
    say(f"writing {rows:,} decisions ({kind})")
    if kind == "days":
        for day in range(DAYS):
            _copy(_rows(rows // DAYS, day), room / "lake" / kind / f"{day:02d}.parquet")
    else:
        source = folder / "days" / "lake" / "days" / "*.parquet"
        _copy(f"select * from read_parquet('{source}') order by timestamp", room / "lake" / kind / "all.parquet")
    (room / "watchroom.yaml").write_text("mlflow: {tracking_uri: 'sqlite:///mlflow.db'}\n")
    return room


def _copy(query: str, file: Path) -> None:
    import duckdb

    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"copy ({query}) to '{file}' (format parquet, compression zstd)")


def _rows(rows: int, day: int) -> str:
    """The decisions of a day in the order of their times; ids look random, as a UUID does."""
    numbers = ", ".join(
        f"round((hash(i, {day}, {place}) % 1000000)::double / {7 + place}, 3) as n{place:02d}"
        for place in range(NUMBERS)
    )
    categories = ", ".join(
        f"'category ' || (hash(i, {day}, {50 + place}) % {5 + 8 * place}) as c{place}" for place in range(CATEGORIES)
    )
    score = f"(hash(i, {day}, 77) % 100000) / 100000.0::double"
    second = f"timestamp '{FIRST + timedelta(days=day)}' + to_milliseconds(i * 86400000 // {rows})"
    columns = (
        f"md5('{day}-' || i) as prediction_id",
        f"{second} as timestamp",
        "1 + (hash(i, 9) % 2)::int as model_version",
        f"{score} as score",
        f"({score} > 0.7)::int as prediction",
        numbers,
        categories,
    )
    return f"select {', '.join(columns)} from range({rows}) t(i)"


def id_of(rows: int, number: int) -> str:
    """The id of some decision: spread over the days and the places within them."""
    import hashlib

    day, place = number * 7 % DAYS, number * 104_729 % (rows // DAYS)
    return hashlib.md5(f"{day}-{place}".encode(), usedforsecurity=False).hexdigest()


def _acted(what: str, folder: Path) -> dict[str, float]:
    """What an action measured in a process of its own."""
    call = f"from benchmarks import decision; decision.act({what!r}, {str(folder)!r})"
    ended = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(ended.stdout)
    return found


def act(what: str, folder: str) -> None:
    """Do one thing and print what it took. The libraries that any process of ours has loaded are not counted."""
    import duckdb  # noqa: F401
    import pandas  # noqa: F401, pyarrow loads it at its first array

    actions: dict[str, Callable[[Path], dict[str, float]]] = {
        "store": _store,
        "cold": _cold,
        "warm": _warm,
        "scans": _scans,
    }
    print(json.dumps(actions[what](Path(folder))))


def _store(folder: Path) -> dict[str, float]:
    """Count the log, if that was not done, and index its ids anew."""
    from watchroom.jobs.decision_ids import index_ids
    from watchroom.jobs.profile.step import profile_models
    from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
    from watchroom.store.draft import Draft, prune, refresh_lock
    from watchroom.store.manifest import StoreFolder
    from watchroom.workspace.load import load_workspace

    store, room = StoreFolder(folder / "store"), load_workspace(folder)
    with refresh_lock(store, 1.0):
        with Draft(store) as draft, DuckDBEngine(draft.spill) as engine:
            touched = profile_models(draft, room, engine).touched
            draft.fresh("ids")
            begin = time.process_time()
            result = index_ids(draft, room, engine, touched)
            cpu = time.process_time() - begin
            assert result.ids, result.problems
            manifest = draft.publish()
        prune(store, 1)
    return {"cpu": cpu, "mb": store.part_path(manifest.parts["ids"]).stat().st_size / 1e6}


def _decided(snapshot: Any) -> int:
    return int(snapshot.rows("select sum(decisions) from volume")[0][0])


def _cold(folder: Path) -> dict[str, float]:
    """From nothing to the decision: load our code, open the snapshot, ask."""
    begin = time.perf_counter()
    from watchroom.desk.decisions import Decisions
    from watchroom.store.snapshot import SnapshotStore

    with SnapshotStore(folder / "store").lease() as snapshot:
        found = Decisions(folder).find(snapshot, MODEL, id_of(_decided(snapshot), 3))
    took = time.perf_counter() - begin
    assert found.rows.num_rows == 1, found.why
    return {"ms": 1000 * took}


def _warm(folder: Path) -> dict[str, float]:
    """The median over ids that were not asked for before, and of plain DuckDB on the same ones in turn."""
    from watchroom.desk.decisions import Decisions
    from watchroom.store.snapshot import SnapshotStore

    with SnapshotStore(folder / "store").lease() as snapshot:
        decisions, rows = Decisions(folder), _decided(snapshot)
        decisions.find(snapshot, MODEL, id_of(rows, 0))

        def ours(number: int) -> float:
            begin = time.perf_counter()
            found = decisions.find(snapshot, MODEL, id_of(rows, number + 1))
            took = time.perf_counter() - begin
            assert found.rows.num_rows == 1, found.why
            return 1000 * took

        found, floor = in_turn(LOOKED_UP, ours, lambda number: _plain(folder, number + 1, id_of(rows, number + 1)))
    return {"ms": median(found), "floor": median(floor)}


def _plain(folder: Path, number: int, wanted: str) -> float:
    """Milliseconds of DuckDB alone, which is told the file and the id."""
    import duckdb

    file = folder / "lake" / "one" / "all.parquet"
    if not file.exists():
        file = folder / "lake" / "days" / f"{number * 7 % DAYS:02d}.parquet"
    begin = time.perf_counter()
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("set enable_progress_bar = false")  # it would go to standard output
        answer = connection.execute("select * from read_parquet($file) where prediction_id = $id",
                                    {"file": str(file), "id": wanted}).fetchall()  # fmt: skip
    took = time.perf_counter() - begin
    assert len(answer) == 1
    return 1000 * took


def _scans(folder: Path) -> dict[str, float]:
    """A search over the last week, and a month's sample of the whole log."""
    from watchroom.desk.decisions import Condition, Decisions, Search
    from watchroom.sources.decisions.contract import Files
    from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
    from watchroom.sources.decisions.written import from_json
    from watchroom.store.queries import logs
    from watchroom.store.snapshot import SnapshotStore

    wanted = Search(order="score_high", conditions=(Condition("n03", ">", (50,)),))
    with SnapshotStore(folder / "store").lease() as snapshot:
        begin = time.perf_counter()
        page = Decisions(folder).search(snapshot, MODEL, wanted)
        search = time.perf_counter() - begin
        assert page.rows.num_rows
        log, _ = from_json(logs.asked(snapshot, model=MODEL) or "")
        days = frozenset(logs.days_held(snapshot, model=MODEL))
    with DuckDBEngine(folder / "spill") as engine:
        files = Files(tuple(map(engine.shape, engine.files(f"{folder}/lake/days/*.parquet", str(folder)))))
        begin = time.process_time()
        engine.sample(log, None, files, days, SAMPLE)
        return {"search": search, "sample": time.process_time() - begin}


if __name__ == "__main__":
    main("decision", __doc__, measure)
