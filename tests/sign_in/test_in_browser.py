"""Signing in, in a real browser against a real provider: what people see, and what they do not."""

from __future__ import annotations

import json
import re
import time
import urllib.request

import pytest
from joserfc.jwk import RSAKey
from playwright.sync_api import Page, expect

from tests.helpers.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.sign_in.served import COOKIE_SECRET, PATIENCE, Room, come_in, menu, offers_roles, press, sees, sidebar
from watchroom.ui.navigation import PAGES

pytestmark = pytest.mark.long

OF_THE_ROOM = (b"bike-demand", b"card-fraud", b"Snapshot", b"glossary", b"All models")
"""Texts of the sample's room, of its menu and of its sidebar."""


@pytest.mark.parametrize("address", ["/", "/runs?model=bike-demand", "/model?model=card-fraud", "/status", "/nowhere"])
def test_without_signing_in_nothing_of_the_room_reaches_the_browser(page: Page, room: Room, address: str):
    received: list[bytes] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: received.append(_bytes(data))))
    page.goto(room.url + address)
    sees(page, "Sign in")
    assert menu(page).count() == 0
    assert sidebar(page).count() == 0
    everything = b"".join(received)
    assert everything
    assert [text for text in OF_THE_ROOM if text in everything] == []


def test_who_signs_in_sees_the_room_with_their_name_and_roles(page: Page, room: Room, provider: Provider):
    come_in(page, room, "ada")
    sees(page, "Home")
    expect(sidebar(page)).to_contain_text("Ada Lovelace")
    expect(menu(page)).to_have_count(len([info for info in PAGES if not info.hidden]), timeout=PATIENCE)
    offers_roles(page, "Data science", "Reviewer")


def test_a_link_is_still_good_after_signing_in(page: Page, room: Room, provider: Provider):
    come_in(page, room, "ada", "/runs?model=bike-demand")
    sees(page, "Runs")
    assert page.url == f"{room.url}/runs?model=bike-demand"
    expect(sidebar(page).get_by_role("combobox", name="Model")).to_have_value("bike-demand")


def test_with_one_role_there_is_nothing_to_switch(page: Page, room: Room, provider: Provider):
    come_in(page, room, "bo")
    sees(page, "Home")
    expect(sidebar(page)).to_contain_text("Operations")
    assert sidebar(page).get_by_role("combobox", name="Role").count() == 0


def test_an_admin_sees_the_room_as_every_role_does(page: Page, room: Room, provider: Provider):
    come_in(page, room, "root")
    sees(page, "Home")
    offers_roles(page, "Business", "Data science", "Operations", "Reviewer", "Admin")


@pytest.mark.parametrize("person", ["ada", "bo"])
def test_a_role_in_the_address_that_is_not_held_is_not_given(page: Page, room: Room, provider: Provider, person: str):
    come_in(page, room, person)
    sees(page, "Home")
    page.goto(f"{room.url}/?role=Admin")
    sees(page, "Home")
    own = "Data science" if person == "ada" else "Operations"
    expect(page.get_by_text(re.compile(f"waits? for {own.lower()}", re.I)).first).to_be_visible()
    expect(sidebar(page)).not_to_contain_text("Admin")


@pytest.mark.parametrize(("person", "says"), [("eve", "Your groups are: tennis club."), ("nil", "names no groups.")])
def test_someone_without_a_role_is_told_whom_to_ask_and_sees_nothing(
    page: Page, room: Room, provider: Provider, person: str, says: str
):
    come_in(page, room, person)
    sees(page, "You have no role here yet")
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("Ask one of room-admins")
    expect(main).to_contain_text(says)
    assert menu(page).count() == 0
    assert main.locator("b").count() == 0
    press(page, "Sign out")
    sees(page, "Sign in")


def test_a_sign_in_that_has_run_out_is_asked_for_again(page: Page, room: Room, provider: Provider):
    provider.seconds = -5  # within what a provider's clock may differ, so that the sign-in itself goes through
    come_in(page, room, "ada", "/runs")
    sees(page, "Your sign-in has ended")
    assert menu(page).count() == 0
    provider.seconds = 3600
    come_in(page, room, "ada", button="Sign in again")
    sees(page, "Runs")


@pytest.mark.slow
def test_a_sign_in_runs_out_while_the_room_is_open(page: Page, room: Room, provider: Provider):
    provider.seconds = 15
    come_in(page, room, "ada", "/glossary")
    ends = time.time() + 15
    ended = page.get_by_role("heading", name="Your sign-in has ended")
    expect(menu(page).or_(ended).first).to_be_visible(timeout=PATIENCE)
    while time.time() < ends:
        page.wait_for_timeout(500)
    if menu(page).count():
        menu(page).last.click()
    sees(page, "Your sign-in has ended")
    expect(menu(page)).to_have_count(0)
    expect(page.get_by_test_id("stMain")).not_to_contain_text("bike-demand")


def test_who_signs_out_is_out_in_every_tab_and_at_the_provider(page: Page, room: Room, provider: Provider):
    come_in(page, room, "ada")
    sees(page, "Home")
    other = page.context.new_page()
    other.goto(f"{room.url}/glossary")
    sees(other, "Glossary")
    before = provider.signed_out
    press(page, "Sign out")
    sees(page, "Sign in")
    assert provider.signed_out == before + 1
    menu(other).first.click()
    sees(other, "Your sign-in has ended")
    expect(menu(other)).to_have_count(0)
    assert not [cookie for cookie in page.context.cookies() if cookie["name"].startswith("_streamlit_user")]


def test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out(page: Page, room: Room, provider: Provider):
    come_in(page, room, "ada")
    sees(page, "Home")
    kept = page.context.cookies()
    press(page, "Sign out")
    sees(page, "Sign in")
    page.context.add_cookies(kept)
    page.goto(room.url)
    sees(page, "Your sign-in has ended")


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"aud": "another-app"}, id="for another app"),
        pytest.param({"iss": "http://127.0.0.1:1"}, id="from somebody else"),
        pytest.param({"nonce": "another"}, id="of another sign-in"),
        pytest.param({"exp": 1_000_000_000}, id="of long ago"),
        pytest.param({"exp": None}, id="without an end"),
    ],
)
def test_a_token_that_is_not_right_opens_nothing(page: Page, room: Room, provider: Provider, wrong: dict[str, object]):
    provider.wrong = wrong
    come_in(page, room, "root")
    sees(page, "Sign in")
    assert menu(page).count() == 0


def test_a_token_that_somebody_else_signed_opens_nothing(page: Page, room: Room, provider: Provider):
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "one"})
    come_in(page, room, "root")
    sees(page, "Sign in")
    assert menu(page).count() == 0


def test_a_cookie_that_we_did_not_sign_opens_nothing(page: Page, room: Room):
    claims = {"is_logged_in": True, "origin": room.url, "exp": 4_000_000_000, "groups": ["room-admins"]}
    page.context.add_cookies([{"name": "_streamlit_user", "value": json.dumps(claims).encode().hex(), "url": room.url}])
    page.goto(room.url)
    sees(page, "Sign in")


def test_health_answers_without_signing_in_and_names_nobody(room: Room):
    with urllib.request.urlopen(f"{room.url}/api/health", timeout=30) as answer:
        assert set(json.load(answer)) == {"status", "snapshot", "made_at", "age_seconds", "detail"}


def test_no_secret_is_written_anywhere(page: Page, room: Room, provider: Provider):
    come_in(page, room, "ada")
    sees(page, "Home")
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "one"})  # a failed sign-in writes to the log
    page.context.clear_cookies()
    come_in(page, room, "ada")
    sees(page, "Sign in")
    files = [file for file in room.folder.rglob("*") if file.is_file() and file.name != "watchroom.yaml"]
    assert room.log in files
    for file in files:
        content = file.read_bytes()
        assert [name for name in (CLIENT_SECRET, COOKIE_SECRET) if name.encode() in content] == [], file
    assert CLIENT_ID


def test_the_secrets_are_not_in_the_environment(room: Room):
    with open(f"/proc/{room.pid}/environ", "rb") as file:  # noqa: PTH123
        assert CLIENT_SECRET.encode() not in file.read()


def _bytes(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode()
