"""A proposal from the advice to what came of it, in a real browser: its acts are windows over the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.access import barriers
from tests.ui import actions_sample as sample
from tests.ui.served import serving
from watchroom.ledger import Ledger
from watchroom.ledger.proposals import Proposal, read

pytestmark = pytest.mark.long  # minutes in all

SECONDS = 60


@dataclass(frozen=True)
class Place:
    """A room that is served, its ledger, and where."""

    ledger: Ledger
    address: str

    @property
    def proposal(self) -> Proposal:
        """The only one."""
        (found,) = read(self.ledger).all.values()
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("actions") / "room"
    folder.mkdir()
    (folder / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    sample.publish(folder / "store")
    with (
        Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True) as ledger,
        serving(folder / "store", workspace=folder) as server,
    ):
        yield Place(ledger, server.address)


def opened(page: Page, place: Place, role: str) -> None:
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page.set_viewport_size({"width": 1440, "height": 2200})
    page.goto(f"{place.address}/value?model=demand&view=Next+actions&role={role.replace(' ', '+')}")
    expect(page.get_by_role("heading", name="Proposals")).to_be_visible()


def window(page: Page, button: str) -> Locator:
    page.get_by_role("button", name=button, exact=True).first.click()
    found = page.get_by_role("dialog")
    expect(found).to_be_visible()
    return found


def pressed(page: Page, found: Locator, button: str, said: str) -> None:
    found.get_by_role("button", name=button, exact=True).click()
    expect(found).to_be_hidden()
    expect(page.get_by_text(said, exact=True)).to_be_visible()


@pytest.mark.browser
def test_a_proposal_is_opened_spoken_to_decided_and_done(place: Place, page: Page):
    opened(page, place, "Data science")
    found = window(page, "Propose this")
    text = found.get_by_role("textbox", name="Why: what brought it about")
    expect(text).to_have_value(
        "Because of promote the challenger. Worth about €26,900 a month (95 %: €24,900 to €28,900)."
    )
    text.fill("Version 4 is better, and the season begins.")
    text.press("Control+Enter")
    pressed(page, found, "Open the proposal", "Proposed. It waits for voices.")
    expect(page.get_by_text("Version 4 is better, and the season begins.")).to_be_visible()
    assert (place.proposal.proposed.worth_per_month, place.proposal.role) == (26_900.0, "data_science")
    found = window(page, "Speak")
    pressed(page, found, "Say it", "Said.")
    expect(page.get_by_text("is for it")).to_be_visible()

    opened(page, place, "Operations")
    found = window(page, "Speak")
    found.get_by_role("radio", name="Against it").click()
    reason = found.get_by_role("textbox", name="Why? Who is against it says why")
    expect(reason).to_be_visible()
    found.get_by_role("button", name="Say it", exact=True).click()
    expect(found.get_by_text("The reason is empty.")).to_be_visible()
    reason.fill("Not at the end of the month.")
    reason.press("Control+Enter")
    pressed(page, found, "Say it", "Said.")
    expect(page.get_by_text("Not at the end of the month.")).to_be_visible()
    assert {role: one.voice for role, one in place.proposal.voices.items()} == {
        "data_science": "for", "operations": "against",
    }  # fmt: skip

    opened(page, place, "Business")
    found = window(page, "Decide")
    expect(found.get_by_text("Not heard yet: reviewer.")).to_be_visible()
    assert barriers(page) == {}
    reason = found.get_by_role("textbox", name="Why", exact=True)
    reason.fill("After the month end.")
    reason.press("Control+Enter")
    pressed(page, found, "Decide", "Accepted.")
    found = window(page, "It is done")
    found.get_by_role("combobox").click()
    page.get_by_role("option", name="version 3").click()
    result = found.get_by_role("textbox", name="What came of it")
    result.fill("It serves since Monday.")
    result.press("Control+Enter")
    pressed(page, found, "It is done", "Done.")
    expect(page.get_by_text("What happened after")).to_be_visible()
    assert (place.proposal.state, place.proposal.result and place.proposal.result.version) == ("done", 3)
    opened(page, place, "Business")  # without the word that it is done, which goes by itself
    expect(page.get_by_text("It serves since Monday.")).to_be_visible()
    assert barriers(page) == {}
