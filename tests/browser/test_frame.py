"""The frame in a real browser: links and controls set the scope, nothing runs or is fetched that should not be."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.access import barriers
from tests.ui import sample

ADDRESSES = ["", "models", "model?model=card-fraud", "model?model=card-fraud&tab=Use+it", "status", "glossary"]


TO_SERVER = 160
"""Milliseconds: what Streamlit's own tests wait for widgets to send what was done to them."""


def go(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 1000})  # a list closes when the sidebar scrolls under it
    page.goto(address)
    settle(page)


def settle(page: Page) -> None:
    """Wait until nothing runs any more: a click takes a moment to reach the server, so that comes first."""
    page.wait_for_timeout(TO_SERVER)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=30_000)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def choose(page: Page, key: str, option: str) -> None:
    page.locator(f".st-key-{key} input").click()
    page.get_by_role("option", name=option, exact=True).click()


def test_a_link_shows_a_colleague_the_same_thing(page: Page, room_address: str):
    go(page, f"{room_address}/model?model=card-fraud&version=3&period=Last+90+days&role=Reviewer")
    expect(page.get_by_role("heading", level=1)).to_have_text("Card fraud")
    expect(page).to_have_title("Card fraud · Watchroom")
    for key, value in (("model", "card-fraud"), ("version", "3"), ("period", "Last 90 days"), ("role", "Reviewer")):
        expect(page.locator(f".st-key-{key} input")).to_have_value(value)


def test_a_control_changes_the_address_and_keeps_over_pages(page: Page, room_address: str):
    go(page, room_address)
    choose(page, "model", "churn")
    expect(page).to_have_url(re.compile("model=churn"))
    page.get_by_test_id("stSidebarNav").get_by_text("Status", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Status")
    expect(page).to_have_title("Status · Watchroom")
    assert asked(page)["model"] == ["churn"]
    expect(page.locator(".st-key-model input")).to_have_value("churn")


def test_a_name_on_home_opens_that_model_and_back_returns(page: Page, room_address: str):
    go(page, room_address)
    page.get_by_role("link", name="Claims severity").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Claims severity")
    expect(page.locator(".st-key-model input")).to_have_value("claims-severity")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")


def test_a_row_of_the_table_opens_that_model(page: Page, room_address: str):
    go(page, f"{room_address}/models?find=fraud")
    box = page.get_by_test_id("stDataFrame").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 60, box["y"] + 55)
    expect(page.get_by_role("heading", level=1)).to_have_text("Card fraud")
    assert asked(page)["model"] == ["card-fraud"]


def test_a_hostile_name_stays_text(page: Page, room_address: str):
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for path in ("", f"model?model={quote(sample.HOSTILE)}", "status", "models"):
        go(page, f"{room_address}/{path}")
        assert page.locator("img[src='x']").count() == 0
        # A link of ours may carry the name as a parameter.
        expect(page.locator("a[href^='https://example.com'], a[href^='//example.com']")).to_have_count(0)
    assert dialogs == []


@pytest.mark.long
@pytest.mark.parametrize("path", ADDRESSES)
def test_a_page_is_open_to_everyone_on_any_screen_and_asks_nobody_outside(page: Page, room_address: str, path: str):
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    go(page, f"{room_address}/{path}")
    assert barriers(page) == {}
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(15, 21, 33)")
    assert barriers(page) == {}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert [url for url in asked_for if not url.startswith((room_address, "data:", "blob:"))] == []


def test_a_table_can_be_taken_home(page: Page, room_address: str):
    go(page, f"{room_address}/models")
    with page.expect_download() as download:
        page.locator(".st-key-download_models button").click()
    text = download.value.path().read_text("utf-8-sig")
    assert text.startswith("model,title,")
    assert len([line for line in text.splitlines() if "card-fraud" in line]) == 1
