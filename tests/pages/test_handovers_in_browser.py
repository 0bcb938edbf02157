"""Handing a version over in a real browser: begun, signed by the giver, accepted by the receiver."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.access import barriers
from tests.ui import handover_sample as sample
from tests.ui.served import serving
from watchroom.ledger import Ledger
from watchroom.ledger.handovers import read

pytestmark = [pytest.mark.browser, pytest.mark.long]

SECONDS = 60


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ledger, str]]:
    folder: Path = tmp_path_factory.mktemp("handovers") / "room"
    folder.mkdir()
    (folder / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    sample.publish(folder / "store")
    with (
        Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True) as ledger,
        serving(folder / "store", workspace=folder) as server,
    ):
        yield ledger, server.address


def say_name(page: Page, name: str) -> None:
    box = page.get_by_role("textbox", name="Your name")
    box.fill(name)
    box.press("Enter")


def test_a_handover_is_begun_signed_and_accepted_by_two_people(place: tuple[Ledger, str], page: Page):
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page.set_viewport_size({"width": 1440, "height": 1800})
    ledger, address = place
    page.goto(f"{address}/handover?view=Handovers&model={sample.DONE}&role=Operations")
    say_name(page, "cy@example.com")  # as the owner of the roles is written
    page.get_by_role("button", name="Begin a handover").click()
    window = page.get_by_role("dialog")
    receiver = window.get_by_role("combobox", name="Who receives")
    receiver.click()
    receiver.fill("Zoe Night")
    page.keyboard.press("Enter")
    expect(window.get_by_role("button", name="Begin it")).to_be_enabled()
    assert barriers(page) == {}
    window.get_by_role("button", name="Begin it").click()
    page.get_by_role("button", name="Sign and give").click()
    window.get_by_role("button", name="Sign and give it").click()
    expect(page.get_by_text("waits for Zoe Night to accept it")).to_be_visible()
    say_name(page, "Zoe Night")
    page.get_by_role("button", name="Accept", exact=True).click()
    window.get_by_role("button", name="Accept it").click()
    expect(page.get_by_text("Nothing is being handed over now.")).to_be_visible()
    (found,) = read(ledger).of(sample.DONE)
    assert found.state == "accepted"
    assert found.terms.owners == {"operations": "Zoe Night", "on_call": "Zoe Night"}
