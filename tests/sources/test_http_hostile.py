"""A server that is no MLflow, or a damaged or malicious one: an error in sentences, in bounded time."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from tests.helpers.played_server import EXPERIMENT, RUN, Played, json_answer, old_mlflow, playing
from tests.helpers.tracked import Tracked
from watchroom.errors import SourceError, SourceUnreachable
from watchroom.sources.tracking import http_api, open_source
from watchroom.sources.tracking.http import HttpSource

API = "/api/2.0/mlflow/"


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_api, "_FIRST_WAIT", 0.01)
    for name in ("USERNAME", "PASSWORD", "TOKEN"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)


def _pull(uri: str, registry_uri: str | None = None, **options: object) -> Tracked:
    tracked = Tracked()
    given = {"timeout_seconds": 5.0, "retries": 0, **options}
    tracked.pull(HttpSource(uri, registry_uri, **given))  # type: ignore[arg-type]
    return tracked


def _empty(*_: object) -> tuple[int, str, str]:
    return json_answer({})


def test_a_server_that_answers_nothing_to_everything_is_not_an_empty_mlflow() -> None:
    with playing(_empty) as played, pytest.raises(SourceError, match="no experiment at all") as raised:
        _pull(played.uri)
    assert "mlflow.tracking_uri" in raised.value.next_step


def test_a_registry_that_answers_nothing_to_everything_is_not_an_empty_one() -> None:
    with playing(old_mlflow) as played, playing(_empty) as other, pytest.raises(SourceError, match=other.uri) as raised:
        _pull(played.uri, other.uri)
    assert "mlflow.registry_uri" in raised.value.next_step


def test_experiments_that_the_globs_leave_out_are_no_mistake() -> None:
    with playing(old_mlflow) as played, playing(old_mlflow) as registry:
        assert _pull(played.uri, registry.uri, experiments=["other"]).rows("experiments", "name") == []


RUN_INFO = RUN["info"]
BAD: dict[str, tuple[str, object]] = {
    "experiments a number": ("experiments/search", {"experiments": 5}),
    "experiments no objects": ("experiments/search", {"experiments": ["a", None]}),
    "an id an object": ("experiments/search", {"experiments": [{"experiment_id": {"a": 1}, "name": ["x"]}]}),
    "an id a number": ("experiments/search", {"experiments": [{"experiment_id": 1, "name": "x"}]}),
    "no id": ("experiments/search", {"experiments": [{}]}),
    "a name a list": ("experiments/search", {"experiments": [{"experiment_id": "1", "name": ["x"]}]}),
    "a token an object": ("experiments/search", {"experiments": [EXPERIMENT], "next_page_token": {"a": 1}}),
    "runs a number": ("runs/search", {"runs": 5}),
    "models a word": ("registered-models/search", {"registered_models": "x"}),
    "a model without a name": ("registered-models/search", {"registered_models": [{"name": None}]}),
    "aliases a word": ("registered-models/search", {"registered_models": [{"name": "a", "aliases": "q"}]}),
    "tags a number": ("registered-models/search", {"registered_models": [{"name": "a", "tags": 5}]}),
    "a description a number": ("registered-models/search", {"registered_models": [{"name": "a", "description": 5}]}),
    "a version a word": ("model-versions/search", {"model_versions": [{"name": "a", "version": "x"}]}),
    "versions no objects": ("model-versions/search", {"model_versions": [7]}),
    "a logged model without info": ("logged-models/search", {"models": [{"info": 5}]}),
}


def _answering(endpoint: str, content: object) -> Callable[[Played, str], tuple[int, str, str]]:
    return lambda played, path: json_answer(content) if path == API + endpoint else old_mlflow(played, path)


@pytest.mark.parametrize(("endpoint", "content"), BAD.values(), ids=BAD.keys())
def test_an_answer_of_another_shape_is_said_with_its_endpoint(endpoint: str, content: object) -> None:
    with playing(_answering(endpoint, content)) as played, pytest.raises(SourceError) as raised:
        _pull(played.uri)
    assert played.uri in raised.value.what
    assert raised.value.why.startswith(f"{endpoint}: ")


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("text", ["[" * 200_000, '{"experiments":' * 100_000])
def test_an_answer_nested_without_end_is_said(text: str, status: int) -> None:
    with playing(lambda *_: (status, "application/json", text)) as played, pytest.raises(SourceError):
        _pull(played.uri)


BAD_RUNS: dict[str, object] = {
    "null": None,
    "no info": {"info": None},
    "no id": {"info": {}},
    "an id a number": {**RUN, "info": {**RUN_INFO, "run_uuid": 9}},
    "params a word": {**RUN, "data": {"params": "x"}},
    "a metric without a key": {**RUN, "data": {"metrics": [{"nokey": 1}]}},
    "tags an object": {**RUN, "data": {"tags": {"a": 1}}},
    "a name a list": {**RUN, "info": {**RUN_INFO, "run_name": ["x"]}},
    "a param's value an object": {**RUN, "data": {"params": [{"key": "a", "value": {}}]}},
    "a dataset a word": {**RUN, "inputs": {"dataset_inputs": [{"dataset": "x"}]}},
}


@pytest.mark.parametrize("bad", BAD_RUNS.values(), ids=BAD_RUNS.keys())
def test_a_damaged_run_is_a_problem_and_the_others_come(bad: object) -> None:
    other = {"info": {**RUN_INFO, "run_uuid": "r2"}}
    with playing(_answering("runs/search", {"runs": [bad, other]})) as played:
        tracked = Tracked()
        pull = tracked.pull(HttpSource(played.uri, timeout_seconds=5, retries=0))
    assert set(tracked.runs_held) == {"r2"}
    [problem] = pull.problems
    assert (problem.kind, problem.severity) == ("run", "error")
    assert problem.why


@pytest.mark.parametrize("bad", [None, {"info": {"run_uuid": "r1", "status": 7}}])
def test_a_known_run_that_comes_damaged_is_kept_and_not_gone(bad: object) -> None:
    tracked = Tracked()
    with playing(old_mlflow) as played:
        tracked.pull(HttpSource(played.uri, timeout_seconds=5, retries=0))
        other = {"info": {**RUN_INFO, "run_uuid": "r2"}}
        played.answer = _answering("runs/search", {"runs": [bad, other]})
        pull = tracked.pull(HttpSource(played.uri, timeout_seconds=5, retries=0))
    assert pull.gone == set()
    assert set(tracked.runs_held) == {"r1", "r2"}
    assert pull.problems


@pytest.mark.parametrize(
    "metrics",
    [5, [7], [{"key": "loss", "value": "abc", "timestamp": "x", "step": None}], [{"value": 10**400}]],
    ids=["a number", "no objects", "a word for a value", "a value beyond all"],
)
def test_a_damaged_history_is_a_problem_of_its_run(metrics: object) -> None:
    with playing(_answering("metrics/get-history", {"metrics": metrics})) as played:
        tracked = Tracked()
        pull = tracked.pull(HttpSource(played.uri, timeout_seconds=5, retries=0))
    assert set(tracked.runs_held) == {"r1", "r2"}
    assert {problem.what for problem in pull.problems} == {"MLflow did not give the history of a metric."}


def _endless(endpoint: str, content: dict[str, object], token: Callable[[int], str]) -> Callable[..., Any]:
    def answer(played: Played, path: str) -> tuple[int, str, str]:
        if path == API + endpoint:
            return json_answer({**content, "next_page_token": token(len(played.asked))})
        return old_mlflow(played, path)

    return answer


@pytest.mark.parametrize("token", [lambda count: "ab"[count % 2], str], ids=["in a circle", "ever new"])
@pytest.mark.parametrize(
    ("endpoint", "content"),
    [
        ("experiments/search", {"experiments": [EXPERIMENT]}),
        ("experiments/search", {}),
        ("registered-models/search", {"registered_models": [{"name": "a"}]}),
        ("runs/search", {"runs": [RUN]}),
    ],
)
def test_pages_that_never_end_are_given_up(
    endpoint: str, content: dict[str, object], token: Callable[[int], str]
) -> None:
    with playing(_endless(endpoint, content, token)) as played, pytest.raises(SourceError, match="pages") as raised:
        _pull(played.uri)
    assert raised.value.why.startswith(endpoint)
    assert len(played.asked) < 100


def test_runs_that_were_not_asked_for_do_not_keep_a_refresh_busy() -> None:
    """A server that keeps to no filter gives the same page for each part of the listing."""

    def answer(played: Played, path: str) -> tuple[int, str, str]:
        if path != API + "runs/search":
            return old_mlflow(played, path)
        token = {} if "page_token" in played.bodies[-1] else {"next_page_token": "a"}
        return json_answer({"runs": [RUN], **token})

    with playing(answer) as played, pytest.raises(SourceError, match="not asked for"):
        _pull(played.uri)


JSON_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def _dripping(begin: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    def behave(client: socket.socket) -> None:
        client.sendall(begin)
        while client.send(drop):
            threading.Event().wait(0.05)

    return behave


def _redirecting_slowly(client: socket.socket) -> None:
    while client.recv(65536):
        threading.Event().wait(0.2)
        client.sendall(b"HTTP/1.1 307 Temporary Redirect\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n")


@contextmanager
def _behaving(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port whose connections are each treated in this way, until the other side gives up."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                behave(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


ENDLESS = {
    "headers": ("http", _dripping(b"HTTP/1.1 200 OK\r\nx: ", b"a")),
    "a status line": ("http", _dripping(b"HTTP/1.1 200 ", b"a")),
    "chunk sizes": ("http", _dripping(JSON_HEAD + b"transfer-encoding: chunked\r\n\r\n", b"0")),
    "a body": ("http", _dripping(JSON_HEAD + b"content-length: 1000\r\n\r\n", b" ")),
    "a body without a length": ("http", _dripping(JSON_HEAD + b"connection: close\r\n\r\n{}", b" ")),
    "redirects": ("http", _redirecting_slowly),
    "a handshake": ("https", _dripping(b"\x16\x03\x03\x40\x00", b"\x02")),
}


@pytest.mark.parametrize(("scheme", "behave"), ENDLESS.values(), ids=ENDLESS.keys())
def test_a_server_that_sends_a_little_for_ever_is_given_up(
    scheme: str, behave: Callable[[socket.socket], None]
) -> None:
    failures: list[BaseException] = []

    def pull(port: int) -> None:
        try:
            _pull(f"{scheme}://127.0.0.1:{port}", timeout_seconds=0.4)
        except SourceError as error:
            failures.append(error)

    with _behaving(behave) as port:
        thread = threading.Thread(target=pull, args=[port], daemon=True)
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
    [failure] = failures
    assert isinstance(failure, SourceUnreachable)
    assert "0.4 seconds" in failure.why


def _redirect(location: Callable[[Played], str], status: int = 307) -> Callable[..., Any]:
    return lambda played, path: (status, f"text/plain\r\nlocation: {location(played)}", "")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("change", ["host", "port", "scheme", "file"])
def test_a_redirect_to_another_server_is_named_and_not_followed(change: str, status: int) -> None:
    with playing(old_mlflow) as other:
        port = other.uri.rpartition(":")[2]
        elsewhere = {
            "host": lambda played: played.uri.replace("127.0.0.1", "localhost"),
            "port": lambda _: f"http://eve:hush@127.0.0.1:{port}/login?next=hush",
            "scheme": lambda played: played.uri.replace("http", "https"),
            "file": lambda _: "file:///etc/passwd",
        }[change]
        with playing(_redirect(elsewhere, status)) as played, pytest.raises(SourceError) as raised:
            _pull(played.uri.replace("//", "//bob:secret@"))
        assert elsewhere(played).partition("?")[0].replace("eve:hush@", "") in raised.value.why
        assert "hush" not in str(raised.value)
        assert "secret@" not in str(raised.value)
        assert len(played.asked) == 1
        assert other.asked == []


def test_a_redirect_within_the_server_is_followed() -> None:
    def answer(played: Played, path: str) -> tuple[int, str, str]:
        if path.startswith("/moved"):
            return old_mlflow(played, path.removeprefix("/moved"))
        return 307, f"text/plain\r\nlocation: /moved{path}", ""

    with playing(answer) as played:
        assert set(_pull(played.uri.replace("//", "//bob:secret@")).runs_held) == {"r1", "r2"}
    assert all("Authorization" in headers for headers in played.headers)


def test_a_redirect_to_itself_ends() -> None:
    with playing(_redirect(lambda _: "/again")) as played, pytest.raises(SourceError, match="redirects"):
        _pull(played.uri)
    assert len(played.asked) < 10


@pytest.mark.parametrize(
    "address",
    ["http://bob:hush/hush@127.0.0.1:9", "http://bob:12/hush@127.0.0.1:9", "http://bob:hush@127.0.0.1:9",
     "http://bob:hush", "http://bob:hush@[x", "http://bob:hush@127.0.0.1:9/?token=hush", "http://hush@x y/",
     "http://bob:h@u/hush@127.0.0.1:9", "sqlite:///no/such.db?token=hush", "databricks://bob:hush@x",
     "postgresql://bob:hush@x/db"],
)  # fmt: skip
def test_no_message_has_a_secret_of_the_address(address: str) -> None:
    with pytest.raises(SourceError) as raised:
        list(open_source(address, timeout_seconds=1, retries=0).changes(Tracked()))
    assert "hush" not in str(raised.value)
