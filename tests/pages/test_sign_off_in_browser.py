"""Signing off in a real browser: what is seen goes with the button, and what must not work says why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.access import barriers
from tests.ui import handover_sample as sample
from tests.ui.served import serving
from watchroom.ledger import Ledger
from watchroom.ledger.approvals import approvals
from watchroom.ledger.evidence import About, File, add
from watchroom.ledger.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.long]

SECONDS = 60


@dataclass(frozen=True)
class Place:
    """A room that is served, its ledger, and where."""

    ledger: Ledger
    address: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("signing") / "room"
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
    page.set_viewport_size({"width": 1440, "height": 2000})
    return page


def named(page: Page, name: str) -> None:
    """Say who one is, in a room without sign-in."""
    field = page.get_by_role("textbox", name="Your name")
    field.fill(name)
    field.press("Enter")
    expect(field).to_have_value(name)


def opened(page: Page, place: Place, model: str, role: str, name: str) -> None:
    page.goto(f"{place.address}/handover?model={model}&stage=deploy&role={role}")
    expect(page.get_by_text("for deploy").first).to_be_visible()
    if name:
        named(page, name)


def test_what_is_seen_is_signed_and_stands_on_the_page_at_once(place: Place, page: Page):
    opened(page, place, sample.DONE, "Reviewer", "Rui Costa")
    page.get_by_role("button", name="Sign off", exact=True).click()
    window = page.get_by_role("dialog")
    expect(window.get_by_text("items met")).to_be_visible()
    assert barriers(page) == {}
    window.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Version 3 is approved for deploy until")).to_be_visible()
    signed = approvals(place.ledger, model=sample.DONE)[-1]
    assert (signed.sign_off.actor, signed.sign_off.role) == ("Rui Costa (not checked)", "reviewer")
    assert signed.seen is not None
    assert set(signed.seen.parts) >= {"checks", "evidence"}


def test_what_changed_while_the_window_was_open_has_to_be_seen_first(place: Place, page: Page):
    opened(page, place, sample.DONE, "Business", "Sofia Marino")
    before = len(approvals(place.ledger, model=sample.DONE))
    page.get_by_role("button", name="Sign off", exact=True).click()
    window = page.get_by_role("dialog")
    expect(window.get_by_role("button", name="Sign", exact=True)).to_be_visible()
    file = File(f"late-{datetime.now(UTC):%f}.pdf", "aa/bb", "pdf", "cd" * 32, 10)
    add(place.ledger, About(sample.DONE, 3), file, Person("bo@x", ("data_science",)))
    window.get_by_role("button", name="Sign", exact=True).click()
    expect(window.get_by_text("The evidence has changed since you looked at it.")).to_be_visible()
    assert len(approvals(place.ledger, model=sample.DONE)) == before
    assert place.ledger.entries(kind="refusal")[-1].payload["tried"] == "approve version 3 for deploy"


def test_who_may_not_sign_is_told_why(place: Place, page: Page):
    opened(page, place, sample.FRAUD, "Reviewer", "")
    expect(page.get_by_text("A sign-off needs a name.")).to_be_visible()
    named(page, "Bo")
    expect(page.get_by_text("You made this version.")).to_be_visible()
    opened(page, place, sample.FRAUD, "Operations", "")
    expect(page.get_by_text("To sign takes the role reviewer, business.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign off", exact=True)).to_have_count(0)


def test_while_something_blocks_it_a_rejection_alone_is_offered_and_what_is_not_met_is_named(place: Place, page: Page):
    opened(page, place, sample.FRAUD, "Reviewer", "Rui Costa")
    expect(page.get_by_text("It cannot be approved for deploy while this is open")).to_be_visible()
    expect(page.get_by_role("button", name="Sign off", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Reject…", exact=True).click()
    window = page.get_by_role("dialog")
    expect(window.get_by_text("holds up the sign-off").first).to_be_visible()
    expect(window.get_by_text("Approve it")).to_have_count(0)
    window.get_by_label("Why? Who rejects says why").fill("It cannot be loaded.")
    window.get_by_role("button", name="Reject", exact=True).click()
    expect(page.get_by_text("Version 3 was rejected for deploy.")).to_be_visible()
