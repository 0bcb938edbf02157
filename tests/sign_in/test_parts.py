"""What runs without the frame (a fragment, a callback, a download) asks at the door itself.

The sign-in is ended from another tab, so that the first one does not know yet.
"""

from __future__ import annotations

import re
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.oidc_provider import Provider
from tests.sign_in.served import PATIENCE, Room, come_in, press, sees, serving


@pytest.fixture(scope="module")
def parts(_provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    script = str(Path(__file__).with_name("serve_parts.py"))
    with serving(tmp_path_factory.mktemp("parts"), _provider, sys.executable, script) as found:
        yield found


@pytest.fixture
def left(page: Page, parts: Room, provider: Provider) -> Page:
    """A tab that shows the room, after its reader has signed out in another."""
    come_in(page, parts, "ada")
    sees(page, "Parts")
    other = page.context.new_page()
    other.goto(parts.url)
    sees(other, "Parts")
    press(other, "Sign out")
    sees(other, "Sign in")
    expect(page.get_by_text("guarded content")).to_be_visible()
    return page


@pytest.mark.parametrize("part", ["guarded", "bare"])
def test_a_part_that_reruns_by_itself_leads_to_the_door(left: Page, part: str):
    press(left, f"Rerun the {part} part")
    sees(left, "Your sign-in has ended")
    expect(left.get_by_text(re.compile("(guarded|bare) content"))).to_have_count(0)


def test_a_callback_does_nothing_any_more(left: Page, parts: Room):
    press(left, "Act")
    sees(left, "Your sign-in has ended")
    assert not (parts.folder / "acted.txt").exists()


def test_a_download_gives_nothing_any_more(left: Page):
    left.on("download", lambda download: pytest.fail(f"It gave {download.suggested_filename}."))
    press(left, "Download runs")
    expect(left.get_by_text("Failed to generate file")).to_be_visible(timeout=PATIENCE)


def test_while_signed_in_all_of_them_work(page: Page, parts: Room, provider: Provider):
    come_in(page, parts, "ada")
    sees(page, "Parts")
    press(page, "Rerun the bare part")
    expect(page.get_by_text("bare content True True")).to_be_visible(timeout=PATIENCE)
    with page.expect_download(timeout=PATIENCE) as given:
        press(page, "Download runs")
    assert given.value.path().read_text("utf-8-sig").split() == ["one", "1"]
    press(page, "Act")
    expect(page.get_by_text("guarded content")).to_be_visible()
    page.wait_for_timeout(500)
    assert (parts.folder / "acted.txt").read_text() == "Ada Lovelace\n"
    (parts.folder / "acted.txt").unlink()


def test_whoever_has_the_address_of_a_file_gets_it_without_signing_in(page: Page, parts: Room, provider: Provider):
    """As docs/sign-in.md says: Streamlit's own way with files. The address cannot be guessed."""
    come_in(page, parts, "ada")
    sees(page, "Parts")
    with page.expect_download(timeout=PATIENCE) as given:
        press(page, "Download runs")
    assert "/media/" in given.value.url
    with urllib.request.urlopen(given.value.url, timeout=30) as answer:
        assert answer.status == 200
