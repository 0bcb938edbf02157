"""The Health page in a real browser: what is clicked there, and whether everybody can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_frame import barriers, go, settle
from tests.ui.health_sample import health
from tests.ui.served import serving

pytestmark = pytest.mark.long

ADDRESSES = [
    "health",
    "health?model=card-fraud",
    "health?model=card-fraud&part=Performance&period=Last+90+days",
    "health?model=bike-demand&part=Drift&period=Last+90+days",
    "health?model=bike-demand&part=Volume+and+age",
    "health?model=no-log",
]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the room with health in it is served."""
    store = tmp_path_factory.mktemp("health") / "store"
    health(store)
    with serving(store) as server:
        yield server.address


def click(page: Page, of: Locator, x: float, y: float) -> None:
    """Click into something that is drawn, at that place of it."""
    of.scroll_into_view_if_needed()
    box = of.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.wait_for_timeout(200)
    page.mouse.click(box["x"] + x, box["y"] + y)
    settle(page)


def test_a_click_on_a_cell_of_the_map_looks_closer_at_its_feature(page: Page, room: str):
    page.set_viewport_size({"width": 1280, "height": 1400})
    go(page, f"{room}/health?model=card-fraud&part=Drift&period=Last+90+days")
    cell = page.locator(".st-key-drift_map .bars .point path").last
    expect(cell).to_be_visible()
    click(page, cell, 6, 6)
    expect(page).to_have_url(re.compile("feature=number_02"))
    expect(page.locator(".st-key-feature input")).to_have_value("number_02")


def test_a_click_on_a_row_looks_closer_at_its_feature(page: Page, room: str):
    page.set_viewport_size({"width": 1280, "height": 1400})
    go(page, f"{room}/health?model=card-fraud")
    click(page, page.get_by_test_id("stDataFrame").first, 150, 34 * 3 + 17)
    expect(page).to_have_url(re.compile(r"feature=(category|number)_\d"))


def test_a_row_of_all_models_opens_that_model_and_a_link_leads_back(page: Page, room: str):
    go(page, f"{room}/health")
    page.get_by_role("link", name="Card fraud").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Health of Card fraud")
    expect(page.locator(".st-key-model input")).to_have_value("card-fraud")
    page.get_by_role("link", name="All models").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Health")


def test_what_is_chosen_stands_in_the_address(page: Page, room: str):
    go(page, f"{room}/health?model=bike-demand&part=Performance")
    page.get_by_role("radio", name="Month").or_(page.get_by_role("button", name="Month", exact=True)).first.click()
    expect(page).to_have_url(re.compile("grain=Month"))
    page.reload()
    settle(page)
    expect(page).to_have_url(re.compile("grain=Month"))


@pytest.mark.parametrize("path", ADDRESSES)
def test_it_is_open_to_everyone_on_any_screen(page: Page, room: str, path: str):
    go(page, f"{room}/{path}")
    assert barriers(page) == {}
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(15, 21, 33)")
    assert barriers(page) == {}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
