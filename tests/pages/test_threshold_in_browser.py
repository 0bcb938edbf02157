"""The Threshold page in a real browser: what is moved there, and whether everybody can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_frame import barriers, go
from tests.ui.sample import LONG
from tests.ui.served import serving
from tests.ui.threshold_sample import threshold

pytestmark = pytest.mark.long

ADDRESSES = [
    "threshold",
    "threshold?model=card-fraud&assume=false_positive:-80",
    "threshold?model=card-fraud&view=By+group",
    f"threshold?model={quote(LONG)}",
    "threshold?model=half-value",
]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the room of cut-offs is served."""
    store = tmp_path_factory.mktemp("threshold") / "store"
    threshold(store)
    with serving(store) as server:
        yield server.address


def test_what_is_moved_and_changed_stands_in_the_address_and_opens_again(page: Page, room: str):
    go(page, f"{room}/threshold?model=card-fraud&cutoff=0.45")
    handle = page.get_by_role("slider")
    handle.focus()
    handle.press("ArrowRight")
    expect(page.get_by_text("At 0.451,")).to_be_visible()
    expect(page).to_have_url(re.compile("cutoff=0.451"))
    page.get_by_text("What if the figures were others?").click()
    page.get_by_role("button", name="False alarms cost ×2").click()
    expect(page.get_by_text("With your figures:")).to_be_visible()
    expect(page).to_have_url(re.compile("assume=false_positive(:|%3A)-80"))
    page.reload()
    expect(page.get_by_text("With your figures:")).to_be_visible()
    expect(page.get_by_text("At 0.451,")).to_be_visible()
    page.get_by_role("button", name="Back to the file").click()
    expect(page.get_by_text("With your figures:")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("assume="))


@pytest.mark.parametrize("path", ADDRESSES)
def test_it_is_open_to_everyone_on_any_screen(page: Page, room: str, path: str):
    go(page, f"{room}/{path}")
    assert barriers(page) == {}
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(15, 21, 33)")
    assert barriers(page) == {}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
