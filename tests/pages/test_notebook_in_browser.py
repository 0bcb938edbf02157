"""Saving a page under a name, finding it again and sending it, in a real browser: it is a window over the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.access import barriers
from tests.ui.reading import full
from tests.ui.sample import HOSTILE
from tests.ui.served import serving
from watchroom.ledger import Ledger
from watchroom.ledger.notebook import read, save_view
from watchroom.ledger.people import Person

pytestmark = pytest.mark.long

SECONDS = 60
BO = Person("bo@x", ("data_science",))


@dataclass(frozen=True)
class Place:
    """A room that is served, its ledger, and where."""

    ledger: Ledger
    address: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("views") / "room"
    folder.mkdir()
    (folder / "watchroom.yaml").write_text("time_zone: Europe/London\n", encoding="utf-8")
    full(folder / "store")
    with Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True) as ledger:
        save_view(ledger, "A models view", "models", {"tier": ["high"]}, BO)
        save_view(ledger, HOSTILE[:60], "runs", {"q": ["a)](https://evil.example)"]}, BO)
        with serving(folder / "store", workspace=folder) as server:
            yield Place(ledger, server.address)


def opened(page: Page, address: str) -> Locator:
    """The window with the views, over the page at this address."""
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page.set_viewport_size({"width": 1440, "height": 1100})
    page.goto(address)
    page.get_by_role("button", name="Saved views").click()
    window = page.get_by_role("dialog")
    expect(window.get_by_role("button", name="Save for everybody")).to_be_visible()
    return window


@pytest.mark.browser
def test_a_page_is_saved_and_its_link_opens_it_with_all_that_was_chosen(place: Place, page: Page):
    window = opened(page, f"{place.address}/models?tier=low&role=Reviewer")
    window.get_by_label("Save this page as").fill("Low risk")
    window.get_by_role("button", name="Save for everybody").click()
    link = window.get_by_text("?saved=Low%20risk")
    expect(link).to_be_visible()
    found = read(place.ledger).view("low RISK")
    assert found is not None
    assert (found.page, dict(found.query), found.actor) == ("models", {"tier": ("low",)}, "not signed in")
    page.goto(link.inner_text())
    expect(page.get_by_role("heading", name="Models")).to_be_visible()
    assert "tier=low" in page.url
    assert "role=" not in page.url


@pytest.mark.browser
def test_the_views_of_the_page_come_first_and_a_name_makes_no_link_of_its_own(place: Place, page: Page):
    window = opened(page, f"{place.address}/runs")
    links = window.get_by_role("link")
    expect(links.first).to_have_attribute("href", "./runs?q=a%29%5D%28https%3A%2F%2Fevil.example%29")
    expect(window.get_by_role("link", name="A models view")).to_have_attribute("href", "./models?tier=high")
    assert window.locator("img, a[href^='https://e']").count() == 0
    assert barriers(page) == {}


@pytest.mark.browser
def test_a_name_that_is_taken_is_refused_in_the_window(place: Place, page: Page):
    window = opened(page, f"{place.address}/models")
    window.get_by_label("Save this page as").fill("a MODELS view")
    window.get_by_role("button", name="Save for everybody").click()
    expect(window.get_by_text("There is a view called “A models view” already.")).to_be_visible()
