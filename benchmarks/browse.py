"""The first hundred of a filter over all runs, sorted by a metric: the reader behind the page of runs.

The floor is the same answer by hand-written SQL on the same snapshot, with nothing of Watchroom round it.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks import workspaces
from benchmarks.measure import Part, Size, in_turn, main, median, say, seconds
from watchroom.settings import Settings
from watchroom.store.manifest import StoreFolder
from watchroom.store.queries import run_choices, runs
from watchroom.store.snapshot import ReaderLimits, SnapshotStore

LIMIT = 100
ROUNDS = 40
WARM_UP = 5

_FLOOR_SQL = """
    with picked as (
        select r.run_id, s.last as wanted, count(*) over () as total
        from runs r
            join params p on p.run_id = r.run_id and p.key = 'model' and p.value = 'lightgbm'
            join metrics m on m.run_id = r.run_id and m.key = 'metric_3' and m.last > ?
            left join metrics s on s.run_id = r.run_id and s.key = 'metric_0'
        order by s.last desc nulls last, r.run_id limit 100),
    shown as (
        select m.run_id, max(last) filter (key = 'metric_0') as m0, max(last) filter (key = 'metric_1') as m1,
            max(last) filter (key = 'metric_2') as m2, max(last) filter (key = 'metric_3') as m3
        from metrics m where m.run_id in (select run_id from picked) group by m.run_id),
    varied as (
        select p.run_id, max(value) filter (key = 'model') as model, max(value) filter (key = 'param_1') as p1,
            max(value) filter (key = 'param_2') as p2, max(value) filter (key = 'param_3') as p3
        from params p where p.run_id in (select run_id from picked) group by p.run_id)
    select picked.run_id, total, r.name, e.name, r.status, r.start_time, r.end_time - r.start_time,
        m0, m1, m2, m3, model, p1, p2, p3
    from picked join runs r using (run_id) join experiments e using (experiment_id)
        left join shown using (run_id) left join varied using (run_id)
    order by wanted desc nulls last, run_id
"""


def measure(size: Size) -> list[Part]:
    store = SnapshotStore(workspaces.published(size) / "store", ReaderLimits.of(Settings.load({})))
    with store.lease() as snapshot:
        part = StoreFolder(store.folder.root).part_path(snapshot.manifest.parts["mlflow"])
        bare, columns = plain(part), run_choices.usual_columns(snapshot)

        def reader(above: float) -> runs.RunsPage:
            return runs.page(
                snapshot,
                choice=runs.Choice(filter_text=f"params.model = 'lightgbm' and metrics.metric_3 > {above}"),
                columns=(*columns, "experiment_id"),
                order=runs.Order("metrics.metric_0"),
                limit=LIMIT,
            )

        def floor(above: float) -> list[tuple[object, ...]]:
            return bare.execute(_FLOOR_SQL, (above,)).fetchall()

        _must_agree(reader(0.5), floor(0.5))
        say("measuring")
        actions = (lambda n: seconds(lambda: reader(_limit(n))), lambda n: seconds(lambda: floor(_limit(n))))
        in_turn(WARM_UP, *actions)
        ours, least = in_turn(size.times(ROUNDS), *actions)
    note = f"{size.runs:,} runs, {len(columns)} columns"
    return [Part("first 100 of a filter", median(ours) * 1e3, "ms", median(least) * 1e3, below=60, note=note)]


def plain(part: Path) -> duckdb.DuckDBPyConnection:
    """The part of a snapshot in a DuckDB of its own, with nothing of Watchroom round it."""
    connection = duckdb.connect(":memory:", config={"threads": Settings.load({}).threads})
    connection.execute(f"attach '{part}' as room (read_only)")
    connection.execute("use room")
    return connection


def _limit(number: int) -> float:
    """Another condition each time, so that no answer can be remembered."""
    return 0.3 + number % 40 / 100


def _must_agree(page: runs.RunsPage, rows: list[tuple[object, ...]]) -> None:
    if list(page.frame.index) != [row[0] for row in rows] or (rows and page.total != rows[0][1]):
        raise RuntimeError("The reader and the plain SQL give different runs: nothing to compare.")


if __name__ == "__main__":
    main("browse", __doc__, measure)
