"""The Versions page in a real browser: links of the page itself, and whether everybody can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_frame import barriers, go, settle
from tests.helpers.snapshots import publish_rows
from tests.ui import versions_sample
from tests.ui.served import serving

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the two models with a past are served."""
    store = tmp_path_factory.mktemp("versions") / "store"
    publish_rows(store, versions_sample.rows())
    with serving(store) as server:
        yield server.address


def test_the_way_from_going_back_to_all_that_differs_keeps_both_versions_in_the_address(page: Page, room: str):
    go(page, f"{room}/versions?model=moved&view=Go+back")
    page.get_by_role("link", name="All that differs between the two").click()
    expect(page.get_by_text("Version 2 against version 4")).to_be_visible()
    settle(page)
    assert re.search("before=4&now=2", page.url)
    page.reload()
    expect(page.get_by_text("Version 2 against version 4")).to_be_visible()


@pytest.mark.parametrize("view", ["&view=Then+and+now", "&view=Two+versions"])
def test_it_is_open_to_everyone_on_any_screen(page: Page, room: str, view: str):
    go(page, f"{room}/versions?model=moved{view}")
    assert barriers(page) == {}
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(15, 21, 33)")
    assert barriers(page) == {}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
