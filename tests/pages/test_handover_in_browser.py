"""Working through a checklist in a real browser: what is done in a window stands on the page at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.access import barriers
from tests.pages.test_handover import an_item
from tests.ui import handover_sample as sample
from tests.ui.served import serving
from watchroom.ledger import Ledger
from watchroom.ledger.checklist import read

pytestmark = [pytest.mark.browser, pytest.mark.long]

SECONDS = 60


@dataclass(frozen=True)
class Place:
    """A room that is served, its ledger, and where."""

    ledger: Ledger
    address: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("handover") / "room"
    folder.mkdir()
    (folder / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    sample.publish(folder / "store")
    with (
        Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True) as ledger,
        serving(folder / "store", workspace=folder) as server,
    ):
        yield Place(ledger, server.address)


@pytest.fixture
def page(page: Page) -> Page:
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page.set_viewport_size({"width": 1440, "height": 1800})
    return page


def test_an_answer_with_a_file_is_recorded_and_stands_on_the_page_at_once(place: Place, page: Page):
    _, item = an_item("unknown")
    page.goto(f"{place.address}/handover?model={sample.FRAUD}&role=Data+science&item={item.id}")
    page.get_by_role("button", name="Answer", exact=True).click()
    window = page.get_by_role("dialog")
    expect(window.get_by_text("it needs a file that shows it")).to_be_visible()
    window.get_by_label("How you know").fill("Measured by hand.")
    window.get_by_role("button", name="Record the answer").click()
    expect(window.get_by_text("This answer needs evidence.")).to_be_visible()
    window.locator("input[type=file]").set_input_files(
        {"name": "report.md", "mimeType": "text/markdown", "buffer": b"# It was measured"}
    )
    expect(window.get_by_text("report.md")).to_be_visible()
    assert barriers(page) == {}
    window.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_text("Answered: it is met.")).to_be_visible()
    found = read(place.ledger).of(sample.FRAUD, 3, item.id).answer
    assert found is not None
    assert (found.met, found.text, found.evidence is not None) == (True, "Measured by hand.", True)


def test_a_reviewer_waives_an_item_which_then_stands_under_waived_with_the_reason(place: Place, page: Page):
    _, item = an_item("fail")
    page.goto(f"{place.address}/handover?model={sample.FRAUD}&role=Reviewer&item={item.id}")
    name = page.get_by_role("textbox", name="Your name")
    name.fill("Aisha")
    name.press("Enter")
    expect(page.get_by_role("button", name="Waive", exact=True)).to_be_visible()
    assert barriers(page) == {}
    page.get_by_role("button", name="Waive", exact=True).click()
    window = page.get_by_role("dialog")
    window.get_by_label("Why it can wait").fill("The vendor is late.")
    window.get_by_role("button", name="Waive it").click()
    expect(page.get_by_text("The vendor is late.").first).to_be_visible()
    expect(page.get_by_role("button", name="Take the waiver back")).to_be_visible()
    waiver = read(place.ledger).of(sample.FRAUD, 3, item.id).waiver
    assert waiver is not None
    assert (waiver.actor, waiver.role) == ("Aisha (not checked)", "reviewer")


def test_several_items_are_given_to_somebody_at_once(place: Place, page: Page):
    page.goto(f"{place.address}/handover?model={sample.DEMAND}&role=Operations&stage=monitor")
    page.get_by_role("button", name="Give items to somebody").click()
    window = page.get_by_role("dialog")
    expect(window.get_by_role("button", name="Give 0 items")).to_be_disabled()
    window.get_by_role("combobox", name="Which of the").click()
    for _ in range(2):
        page.get_by_role("option").nth(1).click()  # the first is all of them
    page.keyboard.press("Escape")
    window.get_by_role("combobox", name="Who is to see to it?").fill("dora@example.com")
    window.get_by_role("combobox", name="Who is to see to it?").press("Enter")
    window.get_by_role("button", name="Give ").click()
    expect(page.get_by_text("dora@example.com").first).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    given = [told for (model, _, _), told in read(place.ledger).all.items() if model == sample.DEMAND]
    assert len(given) == 2
    assert {told.assignment.person for told in given if told.assignment is not None} == {"dora@example.com"}


def test_a_stage_is_opened_by_its_button_and_stands_in_the_address(place: Place, page: Page):
    page.goto(f"{place.address}/handover?model={sample.FRAUD}")
    page.get_by_role("button", name="Monitor").click()
    expect(page.get_by_text("Is it watched, and by whom?")).to_be_visible()
    expect(page).to_have_url(re.compile("stage=monitor"))
    page.get_by_role("button", name="All stages").click()
    expect(page).to_have_url(re.compile("stage=all"))
