"""Acting on alerts in a real browser: the dialog, what it lets each role do, and what shows afterwards."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.access import barriers
from tests.ui.alerts_room import CY, AlertsRoom, alerts_room
from tests.ui.served import serving
from watchroom.ledger import alert_acts as acts
from watchroom.ledger.kinds import REFUSAL

pytestmark = pytest.mark.long

SECONDS = 60


@dataclass(frozen=True)
class Place:
    """A room that is served, and where."""

    room: AlertsRoom
    address: str


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    room = alerts_room(tmp_path_factory.mktemp("alerts") / "room")
    with serving(room.store, workspace=room.folder) as server:
        yield Place(room, server.address)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A room that its readers only look at."""
    room = alerts_room(tmp_path_factory.mktemp("looked-at") / "room")
    with serving(room.store, workspace=room.folder) as server:
        yield Place(room, server.address)


LINK_OUT = "a[href^='https://example.com'], a[href^='http://example.com'], a[href^='//example.com']"
"""A link that a name from outside would have made; one of ours may carry the name as a parameter."""


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def opened(page: Page, address: str) -> Page:
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page.set_viewport_size({"width": 1440, "height": 1100})
    page.goto(address)
    expect(page.get_by_role("heading", name="Alerts", exact=True)).to_be_visible()
    settled(page)
    return page


def row(place: Place, page: Page, name: str) -> Locator:
    """The way to act on one alert of the list."""
    return page.locator(f".st-key-act_{place.room.ids[name]}").get_by_role("button")


def dialog(place: Place, page: Page, name: str, act: str) -> Locator:
    row(place, page, name).click()
    found = page.get_by_role("dialog")
    expect(found).to_be_visible()
    found.get_by_role("radio", name=act, exact=True).click()
    # Its own button stands there once the choice has been drawn: what is typed before that would be lost.
    expect(found.locator(".st-key-act_do").get_by_role("button", name=act)).to_be_visible()
    settled(page)
    return found


def done(found: Locator, act: str) -> None:
    found.locator(".st-key-act_do").get_by_role("button", name=act).click()


def test_what_a_person_does_is_in_the_ledger_and_on_the_page_at_once(page: Page, place: Place):
    opened(page, f"{place.address}/alerts?role=Operations")
    found = dialog(place, page, "a-drift", "Acknowledge")
    done(found, "Acknowledge")
    expect(found).to_be_hidden()
    expect(page.get_by_text("Acknowledged.")).to_be_visible()
    expect(page.get_by_text("1 alert touched since")).to_be_visible()
    assert place.room.alert("a-drift").handling == "acknowledged"

    found = dialog(place, page, "a-bikes", "Assign")
    box = found.get_by_role("combobox")
    box.fill("eve@x")
    box.press("Enter")
    settled(page)
    done(found, "Assign")
    expect(found).to_be_hidden()
    expect(page.get_by_text("eve@x")).to_be_visible()
    assert place.room.alert("a-bikes").assigned == "eve@x"

    found = dialog(place, page, "a-quality", "Snooze")
    found.get_by_text("3 days", exact=True).click()
    settled(page)
    done(found, "Snooze")
    expect(found).to_be_hidden()
    until = place.room.alert("a-quality").snoozed_until
    assert until is not None
    assert abs(until - datetime.now(UTC) - timedelta(days=3)) < timedelta(minutes=5)


def test_the_ledgers_refusal_is_shown_as_it_is(page: Page, place: Place):
    opened(page, f"{place.address}/alerts?role=Operations")
    found = dialog(place, page, "a-drift", "Resolve")
    done(found, "Resolve")
    expect(found.get_by_text("To resolve an alert takes a reason.")).to_be_visible()
    assert place.room.alert("a-drift").handling == "open"
    (refusal,) = place.room.ledger.entries(kind=REFUSAL)
    assert refusal.payload["tried"] == "resolve an alert"

    seen = place.room.alert("a-drift")
    acts.acknowledge(place.room.ledger, seen.alert_id, CY, seen=seen.last_seq, text="Mine.")
    found.get_by_role("textbox").fill("The supplier mended it.")
    done(found, "Resolve")
    expect(found.get_by_text("The alert has changed since you looked at it.")).to_be_visible()
    expect(found.get_by_text(re.compile(r"cy.?@x acknowledged it at .* \(Mine\.\)"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(found).to_be_hidden()

    found = dialog(place, page, "a-drift", "Resolve")
    found.get_by_role("textbox").fill("The supplier mended it.")
    done(found, "Resolve")
    expect(found).to_be_hidden()
    assert place.room.alert("a-drift").handling == "resolved"
    page.get_by_role("tab", name="Past").click()
    expect(page.get_by_text("“The supplier mended it.”")).to_be_visible()


def test_who_may_only_comment_is_offered_no_more(page: Page, place: Place):
    opened(page, f"{place.address}/alerts?role=Business")
    row(place, page, "a-drift").click()
    found = page.get_by_role("dialog")
    expect(found.get_by_text("Add a remark.")).to_be_visible()
    offered = found.get_by_test_id("stButtonGroup")
    expect(offered).to_contain_text("Comment")
    expect(offered).not_to_contain_text("Acknowledge")
    found.get_by_role("textbox").fill("How long will it take?")
    done(found, "Comment")
    expect(found).to_be_hidden()
    assert place.room.alert("a-drift").history[-1].text == "How long will it take?"


@pytest.mark.parametrize(
    "path",
    ["alerts", "alerts?part=Watch+roster", "alerts?part=How+right+are+the+alarms", "alerts?alert=a4", "features"],
)
def test_a_page_is_open_to_everyone_on_any_screen(page: Page, shared: Place, path: str):
    page.goto(f"{shared.address}/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=SECONDS * 1000)
    settled(page)
    assert barriers(page) == {}
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", "rgb(15, 21, 33)")
    assert barriers(page) == {}
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_dialog_is_open_to_everyone(page: Page, shared: Place, scheme: Literal["light", "dark"]):
    page.emulate_media(color_scheme=scheme)
    opened(page, f"{shared.address}/alerts?role=Operations")
    for act in ("Assign", "Snooze"):
        dialog(shared, page, "a-drift", act)
        assert barriers(page) == {}
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        settled(page)


def test_a_hostile_name_stays_text(page: Page, shared: Place):
    for path in ("alerts", f"alerts?alert={shared.room.ids['a-hostile']}", "alerts?part=Watch+roster"):
        opened(page, f"{shared.address}/{path}")
        assert page.locator("img[src='x']").count() == 0
        expect(page.locator(LINK_OUT)).to_have_count(0)


def test_an_alert_is_opened_sent_on_and_taken_home(page: Page, place: Place):
    opened(page, f"{place.address}/alerts?severity=critical")
    alert_id = place.room.ids["a-drift"]
    page.locator(f".st-key-open_{alert_id}").get_by_role("button").click()
    expect(page).to_have_url(re.compile(f"alert={alert_id}"))
    expect(page.get_by_role("heading", name="Its value against the limit")).to_be_visible()
    expect(page.get_by_text(f"Details: {place.address}/alerts?alert={alert_id}")).to_be_visible()
    with page.expect_download() as found:
        page.get_by_role("button", name="Download the capsule").click()
    assert found.value.suggested_filename == f"incident-{alert_id}.zip"
    with zipfile.ZipFile(io.BytesIO(found.value.path().read_bytes())) as archive:
        assert f"incident-{alert_id}/README.md" in archive.namelist()
    page.get_by_role("button", name="All alerts").click()
    expect(page.get_by_text("3 of 7 open")).to_be_visible()
    expect(page).to_have_url(re.compile("severity=critical"))


def test_a_click_on_a_feature_opens_what_breaks_with_it(page: Page, place: Place):
    page.set_viewport_size({"width": 1440, "height": 1100})
    page.goto(f"{place.address}/features")
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    settled(page)
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 60, box["y"] + 36 + 18)
    expect(page.get_by_role("heading", name="If amount breaks")).to_be_visible()
    expect(page).to_have_url(re.compile("feature=amount"))
