"""The Explanations page in a real browser: what is clicked there, and whether everybody can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_frame import barriers, go, settle
from tests.ui.explained_sample import PER_MONTH, explanations
from tests.ui.sample import LONG
from tests.ui.served import serving

pytestmark = pytest.mark.long  # minutes in all

ADDRESSES = [
    "explanations",
    "explanations?model=card-fraud",
    "explanations?model=card-fraud&view=One+input&input=amount&colour=region",
    "explanations?model=card-fraud&view=Cohorts&a_where1=amount&a_where2=region&a_region=north&b_where1=Outcome&b_%40outcome=1",
    "explanations?model=card-fraud&view=Rows",
    "explanations?model=card-fraud&view=Changes",
    f"explanations?model={LONG}",
    "explanations?model=refused",
]


ROWS = 2 * PER_MONTH
"""Of the first version of `card-fraud`: two whole months."""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the room with explanations in it is served."""
    store = tmp_path_factory.mktemp("explanations") / "store"
    explanations(store)
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


def test_a_click_on_a_bar_looks_closer_at_its_input(page: Page, room: str):
    page.set_viewport_size({"width": 1280, "height": 1400})
    go(page, f"{room}/explanations?model=card-fraud")
    bar = page.locator(".st-key-importance .bars .point path").nth(2)
    expect(bar).to_be_visible()
    click(page, bar, 6, 6)
    expect(page).to_have_url(re.compile("view=One(\\+|%20)input"))
    expect(page.locator(".st-key-input input")).not_to_have_value("tenure")


def test_a_click_on_a_row_leads_to_its_decision(page: Page, room: str):
    page.set_viewport_size({"width": 1280, "height": 1600})
    go(page, f"{room}/explanations?model=card-fraud&view=Rows")
    click(page, page.get_by_test_id("stDataFrame").first, 60, 34 * 2 + 17)
    expect(page).to_have_url(re.compile(r"row=d-\d+-\d+"))
    expect(page.get_by_text("Output ").first).to_be_visible()


def test_a_cohort_stands_in_the_address(page: Page, room: str):
    go(
        page,
        f"{room}/explanations?model=card-fraud&view=Cohorts&a_where1=amount&a_amount_from=0.5&a_rows=The+reference",
    )
    expect(page.locator(".st-key-a_amount_from input")).to_have_value("0.5")
    expect(page.get_by_text("The reference, amount from 0.5")).to_be_visible()
    page.locator(".st-key-a_amount_to input").fill("2")
    page.keyboard.press("Enter")
    settle(page)
    expect(page).to_have_url(re.compile("a_amount_to=2"))
    page.reload()
    settle(page)
    expect(page.get_by_text("amount from 0.5 to 2")).to_be_visible()


@pytest.mark.parametrize(
    ("view", "button", "lines"),
    [
        ("Drivers", "Download every row", 8 * ROWS),
        ("One+input", "Download as CSV", ROWS),
        ("Rows", "Download as CSV", ROWS),
    ],
)
def test_a_download_has_every_row_not_only_those_drawn(page: Page, room: str, view: str, button: str, lines: int):
    go(page, f"{room}/explanations?model=card-fraud&version=1&period=Last+12+months&view={view}")
    with page.expect_download() as found:
        page.get_by_test_id("stDownloadButton").filter(has_text=button).get_by_role("button").click()
    assert len(found.value.path().read_text().splitlines()) == lines + 1


@pytest.mark.parametrize("path", ADDRESSES)
def test_it_is_open_to_everyone_on_any_screen(page: Page, room: str, path: str):
    go(page, f"{room}/{path}")
    assert barriers(page) == {}
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(15, 21, 33)")
    assert barriers(page) == {}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
