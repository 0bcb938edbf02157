"""A finding from its opening to its acceptance, in a real browser: its acts are windows over the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.access import barriers
from tests.helpers.snapshots import publish_rows
from tests.pages.test_reviews import rows
from tests.ui.served import serving
from watchroom.ledger import Ledger
from watchroom.ledger.findings_read import Finding, read

pytestmark = pytest.mark.long  # minutes in all

SECONDS = 60


@dataclass(frozen=True)
class Place:
    """A room that is served, its ledger, and where."""

    ledger: Ledger
    address: str

    @property
    def finding(self) -> Finding:
        """The only one."""
        (found,) = read(self.ledger).all.values()
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("reviews") / "room"
    folder.mkdir()
    (folder / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    publish_rows(folder / "store", rows())
    with (
        Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True) as ledger,
        serving(folder / "store", workspace=folder) as server,
    ):
        yield Place(ledger, server.address)


def opened(page: Page, place: Place, role: str, name: str, query: str = "view=Findings") -> None:
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page.set_viewport_size({"width": 1440, "height": 2200})
    page.goto(f"{place.address}/reviews?{query}&role={role.replace(' ', '+')}")
    expect(page.get_by_role("heading", name="Reviews", level=1)).to_be_visible()
    box = page.get_by_role("textbox", name="Your name")
    box.fill(name)
    box.press("Enter")


def window(page: Page, button: str) -> Locator:
    page.get_by_role("button", name=button, exact=True).first.click()
    found = page.get_by_role("dialog")
    expect(found).to_be_visible()
    return found


def written(found: Locator, label: str, text: str) -> None:
    box = found.get_by_role("textbox", name=label)
    box.fill(text)
    box.press("Control+Enter")


def pressed(page: Page, found: Locator, button: str, said: str) -> None:
    found.get_by_role("button", name=button, exact=True).click()
    expect(found).to_be_hidden()
    expect(page.get_by_text(said, exact=True)).to_be_visible()


@pytest.mark.browser
def test_a_finding_is_opened_answered_and_accepted_by_another_than_who_answered(place: Place, page: Page):
    opened(page, place, "Reviewer", "Rita", "view=Findings&model=fraud")
    found = window(page, "Open a finding")
    written(found, "What it is, in a few words", "A proxy for age")
    pressed(page, found, "Open it", "The finding is open.")
    expect(page.get_by_text("1 finding is not accepted yet.")).to_be_visible()
    assert (place.finding.found.model, place.finding.actor) == ("fraud", "Rita (not checked)")

    opened(page, place, "Data science", "Bo")
    found = window(page, "Answer")
    written(found, "What was done about it", "Taken out in version 3.")
    pressed(page, found, "Answer", "Answered.")
    assert place.finding.state == "answered"

    opened(page, place, "Reviewer", "Rita", f"finding={place.finding.seq}")
    expect(page.get_by_text("Taken out in version 3.")).to_be_visible()
    found = window(page, "Accept")
    expect(found.get_by_text("Taken out in version 3.")).to_be_visible()
    pressed(page, found, "Accept it", "Accepted.")
    expect(page.get_by_text("It is accepted; nothing is left to do.")).to_be_visible()
    assert (place.finding.state, place.finding.rounds) == ("accepted", 1)


@pytest.mark.browser
def test_every_view_is_open_to_everybody(place: Place, page: Page):
    for view in ("Queue", "Findings", "Compliance", "Regulation"):
        opened(page, place, "Reviewer", "Rita", f"view={view}")
        expect(page.get_by_role("radio", name=view)).to_be_checked()
        assert barriers(page) == {}
