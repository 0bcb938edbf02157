"""The page of runs in a real browser: what is typed, clicked, selected and downloaded there."""

from __future__ import annotations

import csv
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.snapshots import publish_rows
from tests.pages.test_runs import rows

pytestmark = pytest.mark.long

SECONDS = 60
HEADING = 18
"""Pixels from the table's top edge into its headings."""
ROW = 36


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a workspace with 121 runs is served."""
    room = tmp_path_factory.mktemp("room")
    (room / "watchroom.yaml").write_text("time_zone: Europe/London\n", encoding="utf-8")
    publish_rows(room / "store", rows())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    watchroom = [sys.executable, "-c", "from watchroom.cli import main; main()"]
    command = [*watchroom, "serve", "--workspace", str(room), "--port", port]
    with (room / "serve.log").open("w") as log:
        server = subprocess.Popen(command, cwd=room, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_until_healthy(server, f"http://127.0.0.1:{port}", room / "serve.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def _wait_until_healthy(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return
        except urllib.error.URLError:
            time.sleep(0.2)
    pytest.fail(f"It does not serve (exit code {server.poll()}):\n{log.read_text()}")


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=SECONDS * 1000
    )


def opened(page: Page, url: str, title: str = "Runs") -> Page:
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page.set_viewport_size({"width": 1500, "height": 1100})
    page.goto(url)
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    settled(page)
    return page


def cell(page: Page, column: int, row: int, table: int = 0) -> Locator:
    """A cell of a table, by place; the first column of the page's table holds the boxes that select."""
    return page.get_by_test_id("stDataFrame").nth(table).get_by_test_id(f"glide-cell-{column}-{row}")


def click(page: Page, x: float, y: float) -> None:
    """Click into the table, which is drawn on a canvas."""
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x, box["y"] + y)
    settled(page)


def test_what_is_typed_into_the_filter_is_answered_and_stands_in_the_address(page: Page, address: str):
    opened(page, f"{address}/runs")
    box = page.get_by_label("Filter", exact=True)
    box.fill("metrics.rmse between 10 and 12")
    box.press("Enter")

    expect(page.get_by_text("3 of 121 runs")).to_be_visible()
    expect(page).to_have_url(re.compile("filter=metrics.rmse"))
    page.reload()
    expect(page.get_by_text("3 of 121 runs")).to_be_visible()


def test_a_condition_is_built_from_choices(page: Page, address: str):
    opened(page, f"{address}/runs?filter=metrics.rmse%20%3C%201%20or%20metrics.rmse%20%3E%20100")
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_placeholder("A number").fill("110")
    page.get_by_placeholder("A number").press("Enter")
    page.get_by_role("button", name="And", exact=True).click()

    expect(page.get_by_label("Filter", exact=True)).to_have_value(
        "(metrics.rmse < 1 or metrics.rmse > 100) and metrics.rmse < 110"
    )
    expect(page.get_by_text("10 of 121 runs")).to_be_visible()


def test_a_click_on_a_heading_sorts_all_runs_and_a_second_turns_them_round(page: Page, address: str):
    opened(page, f"{address}/runs?column=name&column=metrics.rmse")
    expect(cell(page, 1, 0)).to_have_text("trial-119")
    for first in ("trial-000", "trial-119"):
        click(page, 400, HEADING)
        expect(cell(page, 1, 0)).to_have_text(first)

    expect(page).to_have_url(re.compile(r"sort=-metrics\.rmse"))


def test_runs_selected_on_two_pages_are_compared_and_the_address_holds_them(page: Page, address: str):
    opened(page, f"{address}/runs?column=name&column=metrics.rmse&sort=name")
    click(page, 16, HEADING + ROW)
    expect(page.get_by_text("1 run selected")).to_be_visible()
    page.get_by_test_id("stPagination").get_by_role("button", name="2").click()
    expect(page.get_by_text("101–121 of 121")).to_be_visible()
    click(page, 16, HEADING + ROW)

    expect(page.get_by_text("2 runs selected")).to_be_visible()
    page.get_by_role("button", name="Compare them").click()
    expect(page.get_by_role("heading", name="Compare", exact=True)).to_be_visible()
    expect(page.get_by_text("Only 1 run of 2 has a finite rmse.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"compare\?runs=night(,|%2C)run\d+"))
    page.reload()
    expect(page.get_by_text("Only 1 run of 2 has a finite rmse.")).to_be_visible()


def test_runs_are_added_sorted_and_taken_out_where_they_are_compared(page: Page, address: str):
    opened(page, f"{address}/compare?filter=metrics.rmse%20%3C%206&most=500", "Compare")
    expect(page.get_by_text("trial-000 is best by rmse: 0")).to_be_visible()
    expect(cell(page, 1, 0)).to_have_text("trial-000")
    click(page, 330, HEADING)
    expect(cell(page, 1, 0)).to_have_text("trial-005")
    expect(page).to_have_url(re.compile(r"by=-metric(:|%3A)rmse"))

    click(page, 16, HEADING + 34)
    page.get_by_role("button", name="Take out").click()
    expect(page.get_by_text("5 runs", exact=True)).to_be_visible()
    page.get_by_role("button", name="Choose runs").click()
    page.get_by_placeholder("Words in names").fill("trial-077")
    page.get_by_placeholder("Words in names").press("Enter")
    page.get_by_label("Add a run").click()
    page.get_by_role("option", name="trial-077").click()
    expect(page.get_by_text("6 runs", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("run077"))


def test_a_download_holds_all_runs_of_the_filter(page: Page, address: str, tmp_path: Path):
    opened(page, f"{address}/runs?filter=metrics.rmse%20%3C%20110&column=name&column=metrics.rmse")
    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV", exact=True).click()
    started.value.save_as(tmp_path / "runs.csv")
    with (tmp_path / "runs.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))

    assert len(found) == 110
    assert set(found[0]) == {"run_id", "name", "metrics.rmse"}


def test_hostile_names_run_nothing_and_break_nothing(page: Page, address: str):
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    opened(page, f"{address}/runs?q=evil")
    expect(cell(page, 1, 0)).to_contain_text("trial")
    page.get_by_role("button", name="Columns", exact=True).click()
    page.get_by_label("Columns, in their order").click()
    settled(page)

    assert not alerts
    assert page.get_by_test_id("stException").count() == 0
    assert page.locator("script", has_text="alert(1)").count() == 0
