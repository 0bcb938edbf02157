"""The wheel alone, in an environment of its own and away from the checkout, makes the demo and serves it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parent.parent.parent

# pip may have the whole lock to fetch, on a slow line.
INSTALL_SECONDS = 1800
DEMO_SECONDS = 600
START_SECONDS = 120

pytestmark = pytest.mark.packaging


def run(*command: str | Path, cwd: Path, seconds: int) -> None:
    done = subprocess.run(command, cwd=cwd, timeout=seconds, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, cwd=ROOT, seconds=300)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `watchroom` command of a new environment that holds the locked dependencies and the wheel."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(folder, with_pip=True)
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet"]
    run(*pip, "--require-hashes", "--requirement", ROOT / "requirements.lock", cwd=folder, seconds=INSTALL_SECONDS)
    run(*pip, "--no-deps", wheel, cwd=folder, seconds=300)
    return folder / "bin" / "watchroom"


@pytest.fixture(scope="module")
def address(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the demo is served, from a folder that has nothing of ours in it."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    run(installed, "demo", "room", "--scale", "0.05", cwd=elsewhere, seconds=DEMO_SECONDS)
    port = free_port()
    with (elsewhere / "serve.log").open("w") as log:
        server = subprocess.Popen(
            [installed, "serve", "--workspace", "room", "--port", str(port)],
            cwd=elsewhere,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_healthy(server, f"http://127.0.0.1:{port}", elsewhere / "serve.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                assert answer.read() == b"ok"
                return
        except urllib.error.URLError:
            time.sleep(0.2)
    pytest.fail(f"It does not serve (exit code {server.poll()}):\n{log.read_text()}")


def test_the_wheel_holds_the_app_its_pages_and_the_workspace_but_nothing_derived(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    held = {name.removeprefix("watchroom/_root/") for name in names if name.startswith("watchroom/_root/")}
    workspace = [
        ROOT / "data" / "watchroom.yaml",
        *(ROOT / "data").glob("models/*"),
        *(ROOT / "data").glob("policies/*"),
    ]
    beside = [ROOT / "app" / "streamlit_app.py", ROOT / ".streamlit" / "config.toml", *(ROOT / "pages").glob("*.py")]
    assert held - {"pages/.gitkeep"} == {str(file.relative_to(ROOT)) for file in [*workspace, *beside]}
    assert not [name for name in names if name.endswith(".pyc")]


@pytest.mark.browser
def test_the_demo_is_served_and_the_first_page_is_drawn(address: str, page: Page):
    page.goto(address)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)
    expect(page.get_by_test_id("stHeading").first).to_be_visible()
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0
