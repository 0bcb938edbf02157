"""The Model card page in a real browser: no barriers, its links lead to its sections, the pack can be taken away."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.access import barriers
from tests.helpers.carded import BUSY, STRANGE, rows
from tests.helpers.snapshots import publish_rows
from tests.ui.served import serving

pytestmark = pytest.mark.long

SECONDS = 60


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("cards") / "room"
    folder.mkdir()
    (folder / "watchroom.yaml").write_text("currency: EUR\n", encoding="utf-8")
    publish_rows(folder / "store", rows())
    with serving(folder / "store", workspace=folder) as server:
        yield server.address


def opened(page: Page, address: str) -> None:
    page.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page.set_viewport_size({"width": 1440, "height": 1400})
    page.goto(address)


@pytest.mark.browser
def test_the_card_has_no_barriers_and_a_link_to_each_of_its_sections(address: str, page: Page):
    opened(page, f"{address}/model_card?model={BUSY}")
    expect(page.get_by_text("Not so any more, or not understood")).to_be_visible()
    expect(page.get_by_role("heading", name="Limits")).to_have_attribute("id", "limits")
    page.get_by_role("link", name="Limits", exact=True).click()
    expect(page.get_by_role("heading", name="Limits")).to_be_in_viewport()
    assert barriers(page) == {}


@pytest.mark.browser
def test_the_pack_comes_as_a_zip_that_begins_with_an_index(address: str, page: Page):
    opened(page, f"{address}/model_card?model={BUSY}")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Handover pack").click()
    assert coming.value.suggested_filename == f"{BUSY}-2-handover.zip"
    archive = zipfile.ZipFile(io.BytesIO(Path(coming.value.path()).read_bytes()))
    assert f"{BUSY}-2-handover/index.html" in archive.namelist()


@pytest.mark.browser
def test_odd_names_become_neither_links_nor_pictures(address: str, page: Page):
    opened(page, f"{address}/model_card?model={STRANGE}")
    expect(page.get_by_role("heading", name="Purpose and use")).to_be_visible()
    body = page.get_by_test_id("stMain")
    assert body.locator("img, script, iframe").count() == 0
    places = body.locator("a").evaluate_all("every => every.map(one => one.href)")  # as the browser would follow them
    assert [one for one in places if one and not one.startswith(f"{address}/")] == []
