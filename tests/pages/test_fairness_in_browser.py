"""The Fairness page in a real browser: what is clicked there, and whether everybody can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_frame import barriers, go, settle
from tests.pages.test_health_in_browser import click
from tests.ui.fairness_sample import fairness
from tests.ui.sample import LONG
from tests.ui.served import serving

pytestmark = pytest.mark.long  # minutes in all

ADDRESSES = [
    "fairness",
    "fairness?model=card-fraud&period=All+time",
    f"fairness?model={quote(LONG)}&period=All+time",
    "fairness?model=no-groups",
]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the room with groups in it is served."""
    store = tmp_path_factory.mktemp("fairness") / "store"
    fairness(store)
    with serving(store) as server:
        yield server.address


def test_a_click_on_a_comparison_shows_it_and_stands_in_the_address(page: Page, room: str):
    page.set_viewport_size({"width": 1280, "height": 1400})
    go(page, f"{room}/fairness?model=card-fraud&period=All+time")
    click(page, page.get_by_test_id("stDataFrame").first, 60, 34 * 4 + 17)
    expect(page).to_have_url(re.compile("(column|rate)="))
    chosen = page.locator(".st-key-column input").input_value()
    page.reload()
    settle(page)
    expect(page.locator(".st-key-column input")).to_have_value(chosen)


@pytest.mark.parametrize("path", ADDRESSES)
def test_it_is_open_to_everyone_on_any_screen(page: Page, room: str, path: str):
    go(page, f"{room}/{path}")
    assert barriers(page) == {}
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(15, 21, 33)")
    assert barriers(page) == {}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
