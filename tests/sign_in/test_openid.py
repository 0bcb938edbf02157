"""What `auth` makes of the server: what is refused before anybody is asked to sign in, and the cookies."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom import openid, serve
from watchroom.domain.roles import SignIn
from watchroom.errors import SettingError
from watchroom.workspace.pieces import Hidden
from watchroom.workspace.room_file import Auth, Roles

GOOD = {
    "server_metadata_url": "https://id.example.com/.well-known/openid-configuration",
    "client_id": "room",
    "client_secret": "s3cret-of-the-client",
    "redirect_uri": "https://room.example.com/oauth2callback",
    "cookie_secret": "c" * 40,
}


def auth(**changed: str) -> Auth:
    values = {name: Hidden(value, "…") for name, value in {**GOOD, **changed}.items()}
    return Auth.model_construct(**values, groups_claim="groups", roles=Roles(admin=("admins",)))


def test_a_good_auth_gives_no_warning():
    assert openid.check(auth()) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"redirect_uri": "https://our-room.test/"}, "auth.redirect_uri"),
        ({"redirect_uri": "https://our-room.test/oauth2callback?x=1"}, "auth.redirect_uri"),
        ({"redirect_uri": "our-room.test/oauth2callback"}, "auth.redirect_uri"),
        ({"redirect_uri": "https:///oauth2callback"}, "auth.redirect_uri"),
        ({"server_metadata_url": "id.example.com"}, "auth.server_metadata_url"),
        ({"server_metadata_url": "file:///etc/passwd"}, "auth.server_metadata_url"),
        ({"cookie_secret": "short-enough-to-guess"}, "auth.cookie_secret"),
    ],
)
def test_an_auth_that_cannot_keep_anybody_out_is_refused_without_repeating_it(changed: dict[str, str], named: str):
    with pytest.raises(SettingError) as refused:
        openid.check(auth(**changed))
    assert named in refused.value.what
    assert refused.value.next_step
    assert not [value for value in (*changed.values(), GOOD["client_secret"]) if value in str(refused.value)]


@pytest.mark.parametrize(
    ("changed", "warnings"),
    [
        ({"redirect_uri": "http://room.example.com/oauth2callback"}, 1),
        ({"server_metadata_url": "http://id.example.com/x"}, 1),
        ({"redirect_uri": "http://localhost:8501/oauth2callback", "server_metadata_url": "http://127.0.0.1:1/x"}, 0),
    ],
)
def test_what_goes_over_the_net_in_the_clear_is_warned_of(changed: dict[str, str], warnings: int):
    assert len(openid.check(auth(**changed))) == warnings


def test_what_the_pages_are_told_holds_no_secret():
    told = openid.sign_in(auth())
    assert told == SignIn("groups", told.by_role)
    assert told.by_role["admin"] == ("admins",)
    assert not [value for value in GOOD.values() if value in told.to_text()]


@pytest.mark.parametrize(("details", "told"), [(True, True), (False, False)])
def test_health_names_no_folder_where_everybody_may_ask(tmp_path: Path, details: bool, told: bool):
    response = serve._health_response(tmp_path, details=details)
    assert response.status_code == 503
    assert (str(tmp_path) in bytes(response.body).decode()) is told


def answer(path: str, *, sent: dict[str, str], status: int = 302, uri: str = GOOD["redirect_uri"]) -> dict[str, Any]:
    """What becomes of Streamlit's answer on its way to the browser: the cookies set, and the place to go to."""
    found: list[Any] = []

    async def streamlit(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"location", b"/"), (b"set-cookie", b"_streamlit_user=x; Path=/; HttpOnly; SameSite=lax")]
        await send({"type": "http.response.start", "status": status, "headers": headers})

    async def keep(message: Any) -> None:
        found.append(message)

    headers = [(name.encode(), value.encode()) for name, value in sent.items()]
    scope = {"type": "http", "path": path, "headers": headers}
    asyncio.run(openid.SignInCookies(streamlit, uri)(scope, None, keep))  # type: ignore[arg-type]
    out = found[0]["headers"]
    return {
        "to": [value.decode() for name, value in out if name == b"location"],
        "cookies": [value.decode() for name, value in out if name == b"set-cookie"],
    }


def test_the_page_asked_for_is_remembered_and_come_back_to():
    out = answer("/auth/login", sent={"referer": "https://room.example.com/runs?model=bike%20demand"})
    (kept,) = [cookie for cookie in out["cookies"] if cookie.startswith("_watchroom_return=")]
    assert "HttpOnly" in kept
    assert "SameSite=Lax" in kept
    back = answer("/oauth2callback", sent={"cookie": f"a=b; {kept.split(';')[0]}"})
    assert back["to"] == ["/runs?model=bike%20demand"]
    assert [cookie for cookie in back["cookies"] if cookie.startswith("_watchroom_return=;") and "Max-Age=0" in cookie]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example.com/runs",
        "https://room.example.com.evil.example.com/",
        "https://room.example.com//evil.example.com",
        "https://room.example.com/\\evil.example.com",
        "https://room.example.com@evil.example.com/",
        "http://room.example.com/runs",
        "javascript:alert(1)",
        "//evil.example.com",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(elsewhere: str):
    out = answer("/auth/login", sent={"referer": elsewhere})
    assert not [cookie for cookie in out["cookies"] if cookie.startswith("_watchroom_return=")]
    forged = answer("/oauth2callback", sent={"cookie": f"_watchroom_return={quote(elsewhere, safe='')}"})
    assert forged["to"] == ["/"]


@given(st.text())
def test_whatever_the_cookie_says_the_way_back_stays_in_the_room(text: str):
    out = answer("/oauth2callback", sent={"cookie": f"_watchroom_return={quote(text, safe='')}"})
    (to,) = out["to"]
    assert to.startswith("/")
    assert not to.startswith(("//", "/\\"))
    assert to.isprintable()


def test_cookies_go_by_https_alone_where_people_come_by_https():
    assert all("Secure" in cookie for cookie in answer("/oauth2callback", sent={})["cookies"])
    plain = answer("/oauth2callback", sent={}, uri="http://localhost:8501/oauth2callback")
    assert not [cookie for cookie in plain["cookies"] if "Secure" in cookie]


def test_other_addresses_are_left_alone():
    assert answer("/auth/logout", sent={"cookie": "_watchroom_return=%2Fruns"})["to"] == ["/"]
