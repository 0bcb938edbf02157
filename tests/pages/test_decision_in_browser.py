"""The Decision page in a real browser, over trained models and a real log: from a row to a what-if."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_frame import barriers, go, settle
from tests.helpers.decided import MODEL, Decided, decided
from tests.ui.served import serving

pytestmark = pytest.mark.long  # minutes in all

WAIT = 30_000
"""Milliseconds: the first explanation starts a process that loads the model."""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Decided:
    return decided(tmp_path_factory.mktemp("decision") / "room")


@pytest.fixture(scope="module")
def address(room: Decided) -> Iterator[str]:
    """Where it is served."""
    with serving(room.store, workspace=room.folder) as server:
        yield f"{server.address}/decision"


def test_from_a_search_to_a_what_if(page: Page, address: str, room: Decided):
    page.set_viewport_size({"width": 1280, "height": 1800})
    go(page, f"{address}?model={MODEL}&period=All+time&version=1")
    count = page.get_by_text("Select a row to see why")
    all_of_them = count.inner_text(timeout=WAIT)
    page.locator(".st-key-find_outcome").get_by_role("combobox").click()
    page.get_by_role("option", name="Prediction was wrong").click()
    expect(count).not_to_have_text(all_of_them, timeout=WAIT)  # until then the table holds all decisions
    settle(page)
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    table.click(position={"x": 18, "y": 36 * 2 + 18})
    expect(page).to_have_url(re.compile(r"[?&]id=d-\d{5}"), timeout=WAIT)
    settle(page)
    expect(
        page.get_by_text("The prediction was wrong").or_(page.get_by_text("the prediction was wrong")).first
    ).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("What moved it")).to_be_visible(timeout=WAIT)
    page.get_by_role("tab", name="What if").click()
    expect(page.get_by_text("Nothing is changed yet")).to_be_visible(timeout=WAIT)
    page.locator("label", has_text=re.compile("^night$")).click()
    expect(page.get_by_text("It would have scored")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text(re.compile(r"night (true|false) instead of (true|false)"))).to_be_visible()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_text("Nothing is changed yet")).to_be_visible(timeout=WAIT)
    page.get_by_role("button", name="Another decision").click()
    expect(page.get_by_label("Decision id")).to_be_visible(timeout=WAIT)
    expect(page).not_to_have_url(re.compile("id="))


def test_an_id_is_pasted_and_its_link_shows_a_colleague_the_same(page: Page, address: str, room: Decided):
    prediction_id = room.an_id(sampled=True)
    go(page, f"{address}?model={MODEL}")
    page.get_by_label("Decision id").fill(prediction_id)
    page.get_by_label("Decision id").press("Enter")
    expect(page).to_have_url(re.compile(f"id={prediction_id}"), timeout=WAIT)
    link = page.url
    page.goto("about:blank")
    go(page, link)
    expect(page.get_by_text(re.compile("^Predicted [01]: scored"))).to_be_visible(timeout=WAIT)


def test_the_other_versions_answer_is_one_click_away(page: Page, address: str, room: Decided):
    go(page, f"{address}?model={MODEL}&id={room.disagreed()}&part=What+was+live")
    page.get_by_role("button", name="As version 2 decided").click()
    expect(page).to_have_url(re.compile("version=2"), timeout=WAIT)
    expect(page.get_by_text("not champion", exact=True)).to_be_visible(timeout=WAIT)


@pytest.mark.parametrize(("name", "begins"), [("One page, PDF", b"%PDF-"), ("One page, HTML", b"<!DOCTYPE html>")])
def test_it_is_taken_home_as_one_page(page: Page, address: str, room: Decided, name: str, begins: bytes):
    go(page, f"{address}?model={MODEL}&id={room.an_id(sampled=True)}")
    with page.expect_download(timeout=WAIT) as download:
        page.get_by_role("button", name=name).click()
    assert download.value.path().read_bytes().startswith(begins)
    assert download.value.suggested_filename.startswith(f"decision-{MODEL}-d-")


@pytest.mark.parametrize(
    "part", ["", "What if", "Similar decisions", "Another cut-off", "What was live", "find", "nobody"]
)
def test_it_is_open_to_everyone_on_any_screen(page: Page, address: str, room: Decided, part: str):
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    shown = "no-such-id" if part == "nobody" else "" if part == "find" else room.an_id(sampled=True)
    go(page, f"{address}?model={MODEL}&period=All+time&id={shown}&part={part.replace(' ', '+')}")
    expect(page.get_by_text("Reading the log").or_(page.get_by_text("Loading the model"))).to_have_count(
        0, timeout=WAIT
    )
    assert barriers(page) == {}
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(15, 21, 33)")
    assert barriers(page) == {}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    own = address.rpartition("/")[0]
    assert [url for url in asked_for if not url.startswith((own, "data:", "blob:"))] == []
