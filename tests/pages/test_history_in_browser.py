"""History and Search in a real browser: filtered by typing, an entry opened, and a search by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.access import barriers
from tests.ui.reading import full
from tests.ui.served import serving
from watchroom.ledger import Ledger
from watchroom.ledger.findings import Found, answer, open_finding
from watchroom.ledger.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.long]

SECONDS = 60
BO, INES = Person("bo@x", ("data_science",)), Person("ines@x", ("reviewer",))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("history") / "room"
    folder.mkdir()
    (folder / "watchroom.yaml").write_text("time_zone: UTC\n", encoding="utf-8")
    full(folder / "store")
    with Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True) as ledger:
        found = open_finding(ledger, Found("card-fraud", None, "high", "No holidays"), INES, ())
        answer(ledger, found.seq, "Added.", BO)
    with serving(folder / "store", workspace=folder) as server:
        yield server.address


@pytest.fixture
def page(page: Page) -> Page:
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page.set_viewport_size({"width": 1440, "height": 1200})
    return page


def test_history_is_filtered_by_typing_and_an_entry_opens_with_what_it_is_about(address: str, page: Page):
    page.goto(f"{address}/history")
    expect(page.get_by_text("opened the finding “No holidays”")).to_be_visible()
    page.get_by_label("Words").fill("added")
    expect(page.get_by_text("1 entry fits")).to_be_visible()
    expect(page.get_by_text("opened the finding")).to_have_count(0)
    page.get_by_role("button", name="2", exact=True).click()
    expect(page.get_by_text("Entry 2 of 2")).to_be_visible()
    expect(page.get_by_text("What it is about")).to_be_visible()
    expect(page.get_by_text("It is as it was written, and follows entry 1.")).to_be_visible()
    assert barriers(page) == {}


def test_the_search_opens_on_the_glossary_and_leads_on_by_keyboard_alone(address: str, page: Page):
    page.goto(f"{address}/glossary")
    expect(page.get_by_role("button", name="Search").first).to_be_visible()
    page.keyboard.press("Control+k")
    box = page.get_by_role("dialog").locator("input")
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".st-key-_search_open button")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(box).to_be_focused()
    page.keyboard.type("portfolio")
    page.keyboard.press("Enter")
    first = page.get_by_role("dialog").locator("button[data-testid='stBaseButton-tertiary']").first
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Portfolio").first).to_be_visible()
