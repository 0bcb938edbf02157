"""The server: its address, its health, what every answer carries, whom it lets in, and how it ends."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui.reading import full
from tests.ui.served import Served, serving
from watchroom.errors import SettingError
from watchroom.serve import (
    HEADERS,
    address,
    check_host,
    find_root,
    free_port,
    health,
    is_loopback,
    read_config,
    serve,
)
from watchroom.settings import STORE_VARIABLE, Settings


def get(url: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, dict(answer.headers.items()), answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, dict(answer.headers.items()), answer.read()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    store = tmp_path_factory.mktemp("served") / "store"
    full(store)
    with serving(store) as server:
        yield server


def test_it_prints_where_it_is(served: Served):
    assert f"Watchroom is at {served.address}" in served.log.read_text()


def test_the_health_route_says_which_snapshot_is_shown_and_how_old_it_is(served: Served):
    status, headers, body = get(f"{served.address}/api/health")
    found: dict[str, Any] = json.loads(body)
    assert status == 200
    assert found["status"] == "ok"
    assert found["age_seconds"] >= 0
    assert datetime.fromisoformat(found["made_at"]).tzinfo is not None
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/models", "/api/health", "/_stcore/health", "/no/such/thing"])
def test_every_answer_carries_the_headers(served: Served, path: str):
    _, headers, _ = get(served.address + path)
    lowered = {name.lower(): value for name, value in headers.items()}
    assert {name: lowered.get(name) for name in HEADERS} == dict(HEADERS)


def test_it_stays_small_and_loads_no_machine_learning(served: Served):
    get(served.address)
    status = Path(f"/proc/{served.process.pid}/status")
    if not status.exists():
        pytest.skip("Only Linux says how large a process is in a file.")
    (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
    assert int(line.split()[1]) < 400 * 1024
    loaded = Path(f"/proc/{served.process.pid}/maps").read_text()
    assert not any(name in loaded for name in ("/sklearn/", "/shap/", "/lightgbm/", "/scipy/"))


def test_the_pages_get_the_settings_that_the_server_was_started_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class App:
        def run(self, config: dict[str, Any]) -> None:
            self.config = config

    environ: dict[str, str] = {}
    monkeypatch.setattr("watchroom.serve.os.environ", environ)
    monkeypatch.setattr("watchroom.serve.application", lambda *_: App())
    given = Settings.load(
        {}, workspace=str(tmp_path), page_rows="50", query_seconds="1", memory_limit_mb="99", port="0"
    )
    serve(given, store=tmp_path / "store")
    assert Settings.load(environ) == given
    assert environ[STORE_VARIABLE] == str(tmp_path / "store")


def test_it_ends_when_it_is_told_to(tmp_path: Path):
    with serving(tmp_path / "store") as server:
        status, _, body = get(f"{server.address}/api/health")
        assert (status, json.loads(body)["status"]) == (503, "no snapshot")
        assert server.stop() in (0, -15)


def test_a_port_that_is_taken_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) > port


def test_an_address_that_is_not_ours_is_refused():
    with pytest.raises(SettingError, match=r"not an address of this machine|No port"):
        free_port("no.such.host.invalid", 8501)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("[::1]", True), ("localhost", True),
     ("0.0.0.0", False), ("192.168.1.2", False), ("::", False), ("example.com", False)],
)  # fmt: skip
def test_without_sign_in_only_this_machine_is_served(host: str, loopback: bool):
    assert is_loopback(host) is loopback
    if loopback:
        check_host(host, auth=False)
    else:
        with pytest.raises(SettingError) as refused:
            check_host(host, auth=False)
        assert "auth" in refused.value.why
        check_host(host, auth=True)


def test_the_address_is_one_for_a_browser():
    assert address("127.0.0.1", 8501) == "http://127.0.0.1:8501"
    assert address("::1", 8501) == "http://[::1]:8501"


def test_health_tells_a_good_store_from_a_bad_one(tmp_path: Path):
    now = datetime.now(UTC)
    assert (health(tmp_path, now).status, health(tmp_path, now).ready) == ("no snapshot", False)
    publish_rows(tmp_path)
    found = health(tmp_path, datetime.now(UTC) + timedelta(hours=1))
    assert (found.status, found.ready) == ("ok", True)
    assert found.age_seconds is not None
    assert 3590 < found.age_seconds < 3700
    (tmp_path / "last_failure.json").write_text("{}")
    assert (health(tmp_path, now).status, health(tmp_path, now).ready) == ("last refresh failed", True)
    (tmp_path / "current.json").write_text("{")
    assert (health(tmp_path, now).status, health(tmp_path, now).ready) == ("unreadable", False)


def test_the_configuration_holds_what_others_rest_on():
    entry, file = find_root()
    options = read_config(file)
    assert entry.name == "streamlit_app.py"
    assert options["runner.postScriptGC"] is False
    assert options["browser.gatherUsageStats"] is False
    assert options["client.showErrorDetails"] == "none"
    for theme in ("light", "dark"):
        assert len(set(options[f"theme.{theme}.chartCategoricalColors"])) == 10
    assert not [value for name, value in options.items() if "http" in str(value) and name.startswith("theme")]


def test_a_configuration_that_is_missing_is_left_to_streamlit(tmp_path: Path):
    assert read_config(tmp_path / "none.toml") == {}
