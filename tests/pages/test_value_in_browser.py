"""Agreeing to a KPI and objecting to it in a real browser: a window over the page, and the ledger's answer in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.access import barriers
from tests.ui import kpi_sample as sample
from tests.ui.served import serving
from watchroom.domain.kpi_register import digest_of, terms_of, text_of
from watchroom.ledger import Ledger
from watchroom.ledger.agreements import read

pytestmark = pytest.mark.long

SECONDS = 60
STOPPED = terms_of(sample.STOPPED)


@dataclass(frozen=True)
class Place:
    """A room that is served, its ledger, and where."""

    ledger: Ledger
    address: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("targets") / "room"
    folder.mkdir()
    (folder / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    sample.publish(folder / "store")
    with (
        Ledger.open(f"sqlite:///{folder / 'ledger.db'}", create=True) as ledger,
        serving(folder / "store", workspace=folder) as server,
    ):
        yield Place(ledger, server.address)


def asked(page: Page, address: str) -> Locator:
    """The window in which a role speaks, over the page at this address."""
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page.set_viewport_size({"width": 1440, "height": 1400})
    page.goto(address)
    page.get_by_role("button", name="Agree or object").click()
    window = page.get_by_role("dialog")
    expect(window.get_by_role("button", name="Record it")).to_be_visible()
    return window


@pytest.mark.browser
def test_agreeing_is_recorded_for_the_role_with_the_terms_that_were_shown(place: Place, page: Page):
    window = asked(page, f"{place.address}/value?model=fraud&role=Operations")
    expect(window.get_by_text("Target 1 % of payments, limit 2 %; lower is better.")).to_be_visible()
    expect(window.get_by_text("You speak for operations.")).to_be_visible()
    assert barriers(page) == {}
    expect(window.get_by_role("button", name="Record it")).to_be_disabled()
    window.get_by_role("radio", name="I agree").click()
    window.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("agreed by operations")).to_be_visible()
    found = read(place.ledger).of("fraud", "Good customers stopped")["operations"]
    assert (found.agrees, found.digest, found.text) == (True, digest_of(STOPPED), text_of(STOPPED))


@pytest.mark.browser
def test_an_objection_needs_a_reason_which_everybody_reads(place: Place, page: Page):
    window = asked(page, f"{place.address}/value?model=fraud&role=Business")
    window.get_by_role("radio", name="I object").click()
    expect(window.get_by_label("Why you object")).to_be_visible()
    window.get_by_role("button", name="Record it").click()
    expect(window.get_by_text("The reason is empty.")).to_be_visible()
    window.get_by_label("Why you object").fill("One percent is too dear.")
    window.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("“One percent is too dear.”")).to_be_visible()
    assert not read(place.ledger).of("fraud", "Good customers stopped")["business"].agrees
