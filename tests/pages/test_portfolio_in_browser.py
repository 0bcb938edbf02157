"""The Portfolio page in a real browser: what is chosen and clicked there, and whether everybody can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_frame import barriers, go
from tests.ui import portfolio_sample
from tests.ui.served import serving

pytestmark = pytest.mark.long  # minutes in all

ADDRESSES = [
    "portfolio",
    *(f"portfolio?view={view}" for view in ("Delivery", "Value", "Experiments", "Reuse", "By+quarter")),
]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the room with a portfolio in it is served."""
    store = tmp_path_factory.mktemp("portfolio") / "store"
    portfolio_sample.publish(store)
    with serving(store) as server:
        yield server.address


def test_what_is_chosen_stands_in_the_address_and_says_the_same_when_opened_anew(page: Page, room: str):
    go(page, f"{room}/portfolio?tier=unknown")
    answer = page.get_by_role("heading", name=re.compile("None of 2 projects begun reached production"))
    expect(answer).to_be_visible()
    page.get_by_role("radio", name="Delivery").or_(
        page.get_by_role("button", name="Delivery", exact=True)
    ).first.click()
    expect(page.get_by_role("heading", name="Waiting for a review")).to_be_visible()
    expect(page).to_have_url(re.compile("view=Delivery"))
    page.reload()
    expect(page.get_by_role("heading", name="Waiting for a review")).to_be_visible()
    expect(answer).to_be_visible()


def test_where_a_project_stops_leads_to_where_it_can_be_looked_into(page: Page, room: str):
    go(page, f"{room}/portfolio")
    page.get_by_role("link", name="Went back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Health of Went back")


@pytest.mark.parametrize("path", ADDRESSES)
def test_it_is_open_to_everyone_on_any_screen(page: Page, room: str, path: str):
    go(page, f"{room}/{path}")
    assert barriers(page) == {}
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(15, 21, 33)")
    assert barriers(page) == {}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
