"""Serves a room that asks for sign-in, as `watchroom serve` does, and signs people in as they would."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.helpers.mlflow_server import free_port
from tests.helpers.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.helpers.snapshots import publish_rows
from tests.ui import sample

COOKIE_SECRET = "a-cookie-secret-that-nobody-may-see-0123456789"
START_SECONDS = 120
PATIENCE = 60_000
"""Milliseconds: the machine may be busy, and the first page imports pandas."""

PEOPLE = {
    "ada": {"name": "Ada Lovelace", "email": "ada@example.com", "groups": ["ds-team", "second line"]},
    "bo": {"name": "Bo", "groups": "ops-team,canteen"},
    "eve": {"name": "Eve <b>Stranger</b>", "email": "eve@example.com", "groups": ["tennis club"]},
    "nil": {"name": "Nil"},
    "root": {"name": "Root", "groups": ["room-admins"]},
}
"""Ada builds models and reviews, Bo runs them, Eve's groups hold no role, Nil has none, Root is an admin."""

ROLES = """
  roles:
    data_science: [ds-team]
    operations: [ops-team]
    reviewer: [second line]
    admin: [room-admins]
"""


@dataclass(frozen=True)
class Room:
    """A server that answers, and where it writes what it says."""

    url: str
    folder: Path
    log: Path
    pid: int


def write_workspace(folder: Path, port: int, metadata_url: str, roles: str = ROLES) -> None:
    """A workspace with the sample's models and `auth`."""
    publish_rows(folder / "store", sample.rows())
    (folder / "models").mkdir()
    (folder / "watchroom.yaml").write_text(
        f"auth:\n  server_metadata_url: {metadata_url}\n  client_id: {CLIENT_ID}\n  client_secret: {CLIENT_SECRET}\n"
        f"  redirect_uri: http://127.0.0.1:{port}/oauth2callback\n  cookie_secret: {COOKIE_SECRET}{roles}"
    )


@contextmanager
def serving(folder: Path, provider: Provider, *command: str) -> Iterator[Room]:
    """The room in a process of its own, which ends with the block; `command` in place of `watchroom serve`."""
    port = free_port()
    write_workspace(folder, port, provider.metadata_url)
    start = command or (sys.executable, "-m", "watchroom", "serve")
    log = folder / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*start, "--workspace", str(folder), "--port", str(port)],
            **{"stdout": output, "stderr": output, "cwd": folder, "env": _environment()},
        )
    try:
        _wait(f"http://127.0.0.1:{port}", process, log)
        yield Room(f"http://127.0.0.1:{port}", folder, log, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("WATCHROOM_", "STREAMLIT_"))}


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(f"The room did not open:\n{log.read_text(errors='replace')[-4000:]}")


def heading(page: Page, text: str) -> Locator:
    """A page's title."""
    return page.get_by_role("heading", name=text, exact=True)


def sees(page: Page, title: str) -> None:
    """Wait until a page with that title stands there, whole."""
    expect(heading(page, title)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)


def press(page: Page, label: str) -> None:
    """Press a button by its name."""
    page.get_by_role("button", name=re.compile(rf"{label}$")).click(timeout=PATIENCE)


def come_in(page: Page, room: Room, person: str, address: str = "/", button: str = "Sign in") -> None:
    """Go there, sign in as that person, and come back."""
    if button == "Sign in":
        page.goto(room.url + address)
    press(page, button)
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name=person, exact=True).click()


def sidebar(page: Page) -> Locator:
    """The sidebar."""
    return page.get_by_test_id("stSidebar")


def menu(page: Page) -> Locator:
    """The links of the menu."""
    return page.get_by_test_id("stSidebarNavLink")


def offers_roles(page: Page, *names: str) -> None:
    """The switch offers these roles and no other."""
    switch, options = sidebar(page).get_by_role("combobox", name="Role"), page.get_by_role("option")
    switch.click(timeout=PATIENCE)
    with suppress(AssertionError):  # a rerun just then closes the list, and whoever wants it opens it again
        expect(options.first).to_be_visible()
    if not options.count():
        switch.click(timeout=PATIENCE)
    expect(options).to_have_text(list(names), timeout=PATIENCE)
    page.keyboard.press("Escape")
