"""A tracking server that is large, old, slow, broken or no MLflow at all."""

from __future__ import annotations

import itertools
import socket
import sqlite3
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.helpers.mlflow_server import MlflowServer, free_port
from tests.helpers.played_server import BEGIN, EXPERIMENT, Played, json_answer, old_mlflow, playing
from tests.helpers.tracked import Tracked
from watchroom.errors import SourceError, SourceUnreachable
from watchroom.sources.tracking import http_api, http_listing, http_plan, http_runs
from watchroom.sources.tracking.contract import EVERY_RUN
from watchroom.sources.tracking.http import HttpSource
from watchroom.sources.tracking.http_api import MlflowApi
from watchroom.sources.tracking.http_listing import Listing, Window, run_id
from watchroom.sources.tracking.http_plan import take_turn
from watchroom.sources.tracking.http_runs import number


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_api, "_FIRST_WAIT", 0.01)
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    for name in ("USERNAME", "PASSWORD", "TOKEN"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)


@dataclass
class Work:
    """An experiment of the test's own on the real server; rows go straight into the database, where they are many."""

    server: MlflowServer
    name: str
    experiment: str
    client: Any

    def source(self, **options: Any) -> HttpSource:
        return HttpSource(self.server.uri, experiments=[self.name], timeout_seconds=60, **options)

    def listing(self, page: int) -> Listing:
        return Listing(MlflowApi(self.server.uri, timeout_seconds=60, retries=0), [self.experiment], page)

    def runs(self, starts: Sequence[int]) -> list[str]:
        """Finished runs that started at these times."""
        ids = [uuid.uuid4().hex for _ in starts]
        rows = [
            (run, f"run {index}", int(self.experiment), start, start + 1)
            for index, (run, start) in enumerate(zip(ids, starts, strict=True))
        ]
        self.execute(
            "insert into runs (run_uuid, name, experiment_id, start_time, end_time, status, lifecycle_stage, user_id, "
            "source_type, artifact_uri) values (?, ?, ?, ?, ?, 'FINISHED', 'active', 'u', 'LOCAL', 'x')",
            rows,
        )
        return ids

    def points(self, run: str, key: str, values: Sequence[float]) -> None:
        """A metric with these values at steps 0, 1, 2, …"""
        rows = [(key, value, BEGIN + step, run, step) for step, value in enumerate(values)]
        insert = "insert into {} (key, value, timestamp, run_uuid, step, is_nan) values (?, ?, ?, ?, ?, 0)"
        self.execute(insert.format("metrics"), rows)
        self.execute(insert.format("latest_metrics"), rows[-1:])

    def execute(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with closing(sqlite3.connect(self.server.database, timeout=30)) as connection:
            connection.executemany(sql, rows)
            connection.commit()


@pytest.fixture
def work(mlflow_server: MlflowServer) -> Work:
    from mlflow import MlflowClient

    client = MlflowClient(mlflow_server.uri, mlflow_server.uri)
    name = f"work-{uuid.uuid4().hex}"
    return Work(mlflow_server, name, client.create_experiment(name), client)


STARTS = {
    "apart": [BEGIN + index for index in range(70)],
    "all at once": [BEGIN] * 70,
    "in clusters": [BEGIN + index // 30 for index in range(70)],
    "exactly two pages": [BEGIN + index for index in range(40)],
    "at the epoch": [0] * 30 + [1] * 10,
}


@pytest.mark.parametrize("starts", STARTS.values(), ids=STARTS.keys())
def test_a_listing_in_pages_has_every_run_once(work: Work, monkeypatch: pytest.MonkeyPatch, starts: list[int]) -> None:
    monkeypatch.setattr(http_listing, "PAGE", 20)
    runs = work.runs(starts)
    listed = [run_id(run) for page in work.listing(20).window(Window()) for run in page]
    assert sorted(listed) == sorted(runs)
    within = [run_id(run) for page in work.listing(20).window(Window(starts[5], starts[-6])) for run in page]
    wanted = [run for run, start in zip(runs, starts, strict=True) if starts[5] <= start <= starts[-6]]
    assert sorted(within) == sorted(wanted)


def test_a_listing_misses_no_run_when_others_come_and_go_meanwhile(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_listing, "PAGE", 20)
    runs = work.runs(STARTS["apart"])
    listed = []
    for number_of_page, page in enumerate(work.listing(20).window(Window())):
        listed += [run_id(run) for run in page]
        if number_of_page == 0:
            work.client.delete_run(runs[0])
            work.execute("delete from runs where run_uuid = ?", [(runs[1],)])
            work.runs([BEGIN - 5, BEGIN + 5, BEGIN + 100])
    assert set(runs) <= set(listed)
    assert len(listed) == len(set(listed)) == 71


def test_histories_too_long_for_one_answer_are_read_whole(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_runs, "BULK_POINTS", 50)
    monkeypatch.setattr(http_runs, "PAGE_POINTS", 50)
    runs = work.runs([BEGIN + index for index in range(4)])
    lengths = dict(zip(runs, (130, 40, 45, 1), strict=True))
    for run, length in lengths.items():
        work.points(run, "loss", [float(step) for step in range(length)])
        # The last step says little of how many points there are.
        work.execute("update latest_metrics set step = 0 where run_uuid = ?", [(run,)])
    tracked = Tracked()
    tracked.pull(work.source())
    assert {run: tracked.run(run)["points"]["loss"] for run in runs} == {
        run: [(step, repr(float(step))) for step in range(length)] for run, length in lengths.items()
    }


def _tag(work: Work, run: str) -> None:
    work.client.set_tag(run, "reviewed", "yes")


def _delete(work: Work, run: str) -> None:
    work.client.delete_run(run)


def _remove(work: Work, run: str) -> None:
    work.execute("delete from runs where run_uuid = ?", [(run,)])


@pytest.mark.parametrize("act", [_tag, _delete, _remove])
@pytest.mark.parametrize("which", [0, 17, -1])
def test_a_large_store_is_asked_about_in_parts_until_every_change_is_seen(
    work: Work, monkeypatch: pytest.MonkeyPatch, act: Callable[[Work, str], None], which: int
) -> None:
    monkeypatch.setattr(http_plan, "DEEP_RUNS", 1)
    monkeypatch.setattr(http_plan, "DELETED_RUNS", 0)
    runs = work.runs([BEGIN + 3_600_000 * (index // 2) for index in range(30)])
    tracked = Tracked()
    tracked.pull(work.source(reconcile_runs=5))
    act(work, runs[which])
    pulls = [tracked.pull(work.source(reconcile_runs=5)) for _ in range(6)]
    assert all(len(pull.checked) <= 10 for pull in pulls)
    assert [run for pull in pulls for run in pull.changed | pull.gone] == [runs[which]]


@pytest.mark.parametrize(("params", "fitting"), [(0, 1_000), (400, 99)])
def test_a_refresh_asks_at_once_for_as_many_runs_as_the_last_one_found_to_fit(
    work: Work, monkeypatch: pytest.MonkeyPatch, params: int, fitting: int
) -> None:
    pages: list[int] = []
    post = MlflowApi.post

    def noted(api: MlflowApi, endpoint: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if endpoint == "runs/search":
            pages.append(body["max_results"])
        return post(api, endpoint, body)

    monkeypatch.setattr(MlflowApi, "post", noted)
    runs = work.runs([BEGIN, BEGIN + 1, BEGIN + 2])
    rows = [(run, f"p{number}", "1") for run in runs for number in range(params)]
    work.execute("insert into params (run_uuid, key, value) values (?, ?, ?)", rows)
    tracked = Tracked()
    tracked.pull(work.source())
    assert pages == [200]
    pages.clear()
    assert tracked.pull(work.source()).checked == set(runs)
    assert set(pages) == {fitting}


@pytest.mark.parametrize(("reconcile_runs", "is_found"), [(500, False), (EVERY_RUN, True)])
def test_a_full_reconcile_compares_the_whole_history_of_every_run(
    work: Work, monkeypatch: pytest.MonkeyPatch, reconcile_runs: int, is_found: bool
) -> None:
    monkeypatch.setattr(http_plan, "DEEP_RUNS", 1)
    runs = work.runs([BEGIN + 3_600_000 * index for index in range(4)])
    for run in runs:
        work.points(run, "loss", [1.0, 0.5])
    tracked = Tracked()
    tracked.pull(work.source())
    late = [("loss", 0.7, BEGIN - 9, runs[-1], 0)]
    work.execute("insert into metrics (key, value, timestamp, run_uuid, step, is_nan) values (?, ?, ?, ?, ?, 0)", late)
    pull = tracked.pull(work.source(reconcile_runs=reconcile_runs))
    assert pull.changed == ({runs[-1]} if is_found else set())
    assert pull.changed | pull.checked == set(runs)


def test_a_run_logged_with_an_old_start_time_is_found_in_its_turn(work: Work) -> None:
    work.runs([BEGIN + 3_600_000 * index for index in range(30)])
    tracked = Tracked()
    tracked.pull(work.source(reconcile_runs=10))
    imported = set(work.runs([BEGIN - 1, BEGIN + 3_600_000 * 15 + 7]))
    for _ in range(3):
        tracked.pull(work.source(reconcile_runs=10))
    assert imported <= set(tracked.runs_held)


def test_a_new_run_is_seen_at_once_in_a_large_store(work: Work) -> None:
    runs = work.runs([BEGIN + 3_600_000 * index for index in range(30)])
    tracked = Tracked()
    tracked.pull(work.source(reconcile_runs=5))
    [new] = work.runs([BEGIN + 3_600_000 * 40])
    running = work.client.create_run(work.experiment).info.run_id
    assert tracked.pull(work.source(reconcile_runs=5)).changed == {new, running}
    work.client.set_terminated(running)
    assert tracked.pull(work.source(reconcile_runs=5)).changed == {running}
    assert set(tracked.runs_held) == {*runs, new, running}


def test_other_globs_are_read_anew(work: Work) -> None:
    runs = work.runs([BEGIN, BEGIN + 1])
    tracked = Tracked()
    tracked.pull(work.source())
    pull = tracked.pull(HttpSource(work.server.uri, experiments=["no such experiment"], timeout_seconds=60))
    assert pull.gone == set(runs)


@pytest.mark.parametrize("count", [1, 3, 7, 100])
@pytest.mark.parametrize("starts", [[], [5], [1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 2, 2, 9], [4] * 6])
def test_turns_cover_all_of_time(starts: list[int], count: int) -> None:
    windows, cursor = [], None
    for _ in range(20):
        turn = take_turn(starts, cursor, count)
        windows.append(turn.window)
        cursor = turn.cursor
        if cursor is None:
            break
    assert windows[0].first is None
    assert windows[-1].last is None
    assert all(before.last + 1 == after.first for before, after in itertools.pairwise(windows))


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (1.5, 1.5),
        (0, 0.0),
        ("NaN", float("nan")),
        (float("nan"), float("nan")),
        ("Infinity", float("inf")),
        ("-Infinity", float("-inf")),
        (1.7976931348623157e308, float("inf")),
        (-1.7976931348623157e308, float("-inf")),
        (None, float("nan")),
    ],
)
def test_a_value_is_what_was_logged(told: object, meant: float) -> None:
    assert repr(number(told)) == repr(meant)


# What is no MLflow server, or a bad one, is played by a small one.


def _pull(uri: str, **options: Any) -> Tracked:
    tracked = Tracked()
    tracked.pull(HttpSource(uri, **{"timeout_seconds": 5, "retries": 2, **options}))
    return tracked


def test_an_older_server_is_read_by_the_ways_it_has() -> None:
    with playing(old_mlflow) as played:
        tracked = _pull(played.uri)
    assert set(tracked.runs_held) == {"r1", "r2"}
    assert tracked.run("r1")["points"] == {"loss": [(0, "nan"), (1, "0.5")]}
    assert tracked.run("r2")["name"] == "bad � name"
    assert tracked.catalog["logged_models"] == []


def test_an_experiment_listed_among_the_deleted_is_deleted_whatever_it_says() -> None:
    def answer(played: Played, path: str) -> tuple[int, str, str]:  # as a server over a folder of runs does
        return json_answer({"experiments": [EXPERIMENT]}) if "experiments" in path else old_mlflow(played, path)

    with playing(answer) as played:
        assert _pull(played.uri).rows("experiments", "name", "lifecycle_stage") == [("x", "deleted")]


def test_a_history_that_is_refused_is_a_problem_until_it_comes() -> None:
    refusing = True

    def answer(played: Played, path: str) -> tuple[int, str, str]:
        if refusing and "get-history" in path:
            return json_answer({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Run 'r1' not found"}, 404)
        return old_mlflow(played, path)

    with playing(answer) as played:
        source = HttpSource(played.uri, timeout_seconds=5, retries=0)
        tracked = Tracked()
        for _ in range(2):
            [problem] = tracked.pull(source).problems
            assert (problem.kind, problem.severity, problem.count) == ("run", "warning", 2)
            assert problem.why == "Run 'r1' not found"
        refusing = False
        assert tracked.pull(source).problems == []
        assert tracked.run("r1")["points"] == {"loss": [(0, "nan"), (1, "0.5")]}
        assert tracked.pull(source).changed == set()


def test_a_server_that_recovers_is_read() -> None:
    def answer(played: Played, path: str) -> tuple[int, str, str]:
        broken = played.asked.count(path) <= 2
        return (503, "text/plain", "busy") if broken else old_mlflow(played, path)

    with playing(answer) as played:
        assert set(_pull(played.uri).runs_held) == {"r1", "r2"}


def test_a_server_that_stays_broken_is_given_up() -> None:
    with (
        playing(lambda *_: json_answer({"error_code": "INTERNAL_ERROR", "message": "disk full"}, 500)) as played,
        pytest.raises(SourceUnreachable, match="disk full") as raised,
    ):
        _pull(played.uri)
    assert len(played.asked) == 3
    assert "HTTP 500" in raised.value.why
    assert raised.value.next_step


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_that_is_missing_is_named(status: int) -> None:
    with (
        playing(lambda *_: (status, "text/plain", "You are not authenticated.")) as played,
        pytest.raises(SourceError, match="MLFLOW_TRACKING_TOKEN") as raised,
    ):
        _pull(played.uri.replace("//", "//ada:s3cret@"))
    assert not isinstance(raised.value, SourceUnreachable)
    assert "s3cret" not in str(raised.value)
    assert len(played.asked) == 1


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"MLFLOW_TRACKING_USERNAME": "ada", "MLFLOW_TRACKING_PASSWORD": "x"}, "Basic YWRhOng="),
        ({"MLFLOW_TRACKING_TOKEN": "t0ken"}, "Bearer t0ken"),
        ({}, None),
    ],
)
def test_mlflows_own_variables_log_in(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str | None
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with playing(old_mlflow) as played:
        _pull(played.uri)
    assert {headers.get("Authorization") for headers in played.headers} == {expected}


@pytest.mark.parametrize(
    "reply",
    [
        (200, "text/html", "<html><form>Please log in</form></html>"),
        (200, "application/json", "[1, 2]"),
        (200, "application/json", '{"experiments": '),
        (404, "text/html", "<h1>Not Found</h1>"),
        (400, "application/json", '{"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}'),
    ],
    ids=["a page", "a list", "half an answer", "not found", "refused"],
)
def test_what_is_no_mlflow_server_is_said(reply: tuple[int, str, str]) -> None:
    with playing(lambda *_: reply) as played, pytest.raises(SourceError, match=played.uri):
        _pull(played.uri)


def test_nobody_at_the_address() -> None:
    with pytest.raises(SourceUnreachable, match="Connection refused"):
        _pull(f"http://127.0.0.1:{free_port()}")


@pytest.mark.parametrize("uri", ["http://", "http://[bad", "http://x y", "https://127.0.0.1:1:2"])
def test_an_address_that_is_none(uri: str) -> None:
    with pytest.raises(SourceError):
        _pull(uri, retries=0)


def _silent(_: socket.socket) -> None:
    pass


def _dripping(client: socket.socket) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n")
    while client.send(b"{"):
        threading.Event().wait(0.05)


def _hanging_up(client: socket.socket) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
    client.close()


@pytest.mark.parametrize("behave", [_silent, _dripping, _hanging_up])
def test_a_server_that_never_finishes_is_given_up(behave: Callable[[socket.socket], None]) -> None:
    clients: list[socket.socket] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                clients.append(client)
                try:
                    behave(client)
                except OSError:  # the other side has given up, as it should
                    continue

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        with pytest.raises(SourceUnreachable):
            _pull(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout_seconds=0.3, retries=1)
        listener.shutdown(socket.SHUT_RDWR)
    for client in clients:
        client.close()
    thread.join(5)


def test_artifacts_elsewhere_are_refused_with_a_reason() -> None:
    def answer(played: Played, path: str) -> tuple[int, str, str]:
        return 200, "text/plain", "x" * 2_000_001

    with playing(answer) as played:
        source = HttpSource(played.uri, timeout_seconds=5, retries=0)
        for location in (
            "mlflow-artifacts:/1/too large",
            "file:C:\\Users\\x",
            "/no/such/folder",
            "weird://bucket/1",
        ):
            with pytest.raises(SourceError) as raised:
                source.read_text(location, "MLmodel")
            assert raised.value.what
        with pytest.raises(SourceError, match="not the name"):
            source.read_text("mlflow-artifacts:/1", "../../secret")
    assert played.asked == ["/api/2.0/mlflow-artifacts/artifacts/1/too%20large/MLmodel"]
