"""A scenario in a real browser: figures changed by hand, kept under a name, and opened again from the list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_frame import settle
from tests.helpers.access import barriers
from tests.ui.served import serving
from tests.ui.value_sample import LOSING, value_room
from watchroom.ledger import Ledger
from watchroom.ledger.notebook import read

pytestmark = pytest.mark.long  # minutes in all

SECONDS = 60
VIEWS = ("Money", "Money&assume=true_positive:60", "Runway")


@dataclass(frozen=True)
class Place:
    """A room that is served, its ledger, and where."""

    ledger: Ledger
    address: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("money") / "room"
    folder.mkdir()
    (folder / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    value_room(folder / "store")
    with (
        Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True) as ledger,
        serving(folder / "store", workspace=folder) as server,
    ):
        yield Place(ledger, server.address)


def opened(page: Page, address: str) -> None:
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page.set_viewport_size({"width": 1440, "height": 2400})
    page.goto(address)


@pytest.mark.browser
def test_a_scenario_is_made_by_hand_kept_by_a_name_and_opened_again(place: Place, page: Page):
    opened(page, f"{place.address}/value?model={LOSING.model}&view=Money")
    page.get_by_text("Try other assumptions").click()
    figure = page.get_by_role("spinbutton", name="Running cost a month, EUR")
    expect(figure).to_have_value("4000")
    figure.fill("1000")
    figure.press("Enter")
    expect(page.get_by_role("heading", name="A scenario, not the figures of the file")).to_be_visible()
    expect(page).to_have_url(re.compile(r"assume=run_cost_per_month(:|%3A)1000"))
    page.get_by_text("Saved scenarios").click()
    page.get_by_label("Save this scenario as").fill("Cheaper to run")
    page.get_by_role("button", name="Save for everybody").click()
    link = page.get_by_role("link", name="Cheaper to run")
    expect(link).to_be_visible()
    kept = read(place.ledger).view("cheaper to run")
    assert kept is not None
    assert kept.page == "value"
    assert dict(kept.query)["assume"] == ("run_cost_per_month:1000",)
    page.get_by_role("button", name="Back to the file's figures").click()
    expect(page.get_by_role("heading", name="A scenario, not the figures of the file")).to_have_count(0)
    opened(page, f"{place.address}/value{str(link.get_attribute('href')).removeprefix('./value')}")
    expect(page.get_by_text("Running cost a month").first).to_be_visible()
    expect(page.get_by_role("heading", name="A scenario, not the figures of the file")).to_be_visible()


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("model", ["card-fraud", "partly", "ticket-routing"])
def test_it_is_open_to_everyone_on_any_screen(place: Place, page: Page, view: str, model: str):
    opened(page, f"{place.address}/value?model={model}&view={view}")
    settle(page)
    assert barriers(page) == {}
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(15, 21, 33)")
    assert barriers(page) == {}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
