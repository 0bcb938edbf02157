"""What `auth` of the workspace makes of Streamlit: its secrets, its options, and what stands in the cookies.

Secrets go to Streamlit in memory alone: not to a file, not into the environment, not into a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from watchroom.domain.roles import ROLES, SignIn
from watchroom.errors import SettingError
from watchroom.workspace.room_file import Auth

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CALLBACK = "/oauth2callback"
"""Where the provider sends people back to; Streamlit listens there."""

LEAST_COOKIE_SECRET = 32
"""Characters. Whoever guesses it can sign in as anybody, so it is as long as the digest that it keys."""

_LOGIN = "/auth/login"
_RETURN_COOKIE = "_watchroom_return"
_RETURN_SECONDS = 600  # to find one's password, and a second factor
_LONGEST_RETURN = 1500  # characters; a cookie holds some 4,000 bytes
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def sign_in(auth: Auth) -> SignIn:
    """What the pages may know of it."""
    return SignIn(auth.groups_claim, {role: tuple(getattr(auth.roles, role)) for role in ROLES})


def secrets(auth: Auth) -> dict[str, Any]:
    """Streamlit's own secrets for `st.login`."""
    names = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
    asked = {"client_kwargs": {"scope": auth.scope}}
    return {"auth": {name: getattr(auth, name).reveal() for name in names} | asked}


def options(auth: Auth) -> dict[str, Any]:
    """Streamlit's options that sign-in rests on, set here so that no other configuration can loosen them."""
    host = urlsplit(auth.redirect_uri.reveal()).hostname
    return {
        "server.enableXsrfProtection": True,
        "server.trustedUserHeaders": {},  # else a header could name the user
        "server.unsafeMetricsUserAttributes": [],  # else the open metrics could name people
        "browser.serverAddress": host,  # behind a proxy: the origin that browsers come from
    }


def check(auth: Auth) -> list[str]:
    """What to warn of. Raises SettingError for what could not work, or would not keep anybody out."""
    back = urlsplit(auth.redirect_uri.reveal())
    if back.scheme not in ("http", "https") or not back.hostname or back.path != CALLBACK or back.query:
        raise SettingError(
            "`auth.redirect_uri` in `watchroom.yaml` is not an address to come back to.",
            why=f"Expected this app's own address, then {CALLBACK} and nothing more.",
            next_step=f"Set it to https://room.example.com{CALLBACK}, say, and tell the provider the same.",
        )
    provider = urlsplit(auth.server_metadata_url.reveal())
    if provider.scheme not in ("http", "https") or not provider.hostname:
        raise SettingError(
            "`auth.server_metadata_url` in `watchroom.yaml` is not a web address.",
            next_step="Set it to the provider's https://…/.well-known/openid-configuration.",
        )
    if len(auth.cookie_secret.reveal()) < LEAST_COOKIE_SECRET:
        raise SettingError(
            f"`auth.cookie_secret` in `watchroom.yaml` has fewer than {LEAST_COOKIE_SECRET} characters.",
            why="Whoever guesses it can sign in as anybody.",
            next_step="Make one: python -c 'import secrets; print(secrets.token_hex(32))'",
        )
    return [*_in_the_clear("redirect_uri", back), *_in_the_clear("server_metadata_url", provider), *_nobody(auth)]


def _in_the_clear(name: str, address: Any) -> list[str]:
    if address.scheme == "https" or address.hostname in _LOOPBACK:
        return []
    return [f"`auth.{name}` is not https: on the way, others can read along and sign in as somebody else."]


def _nobody(auth: Auth) -> list[str]:
    if any(sign_in(auth).by_role.values()):
        return []
    return ["`auth.roles` names no group: everyone who signs in will be told that they have no role."]


class SignInCookies:
    """Brings people back to the page that they asked for, and marks every cookie as fit for https alone.

    Streamlit itself forgets the page at sign-in, and leaves the mark out because of one browser's trouble with plain
    http on one's own machine; it is set here where people come by https.
    """

    def __init__(self, app: ASGIApp, redirect_uri: str) -> None:
        self.app = app
        address = urlsplit(redirect_uri)
        self.origin = f"{address.scheme}://{address.netloc}"
        self.mark = "; Secure" if address.scheme == "https" else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on; what comes back gets its cookies and its way back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._change(scope, message)
            await send(message)

        await self.app(scope, receive, changed)

    def _change(self, scope: Scope, message: MutableMapping[str, Any]) -> None:
        headers: list[tuple[bytes, bytes]] = list(message.get("headers", []))
        if scope["path"] == _LOGIN:
            headers += self._remembered(scope)
        elif scope["path"] == CALLBACK and message["status"] == 302:
            headers = self._returned(scope, headers)
        message["headers"] = [self._marked(name, value) for name, value in headers]

    def _remembered(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        page = _local(_header(scope, b"referer").removeprefix(self.origin))
        return [_cookie(quote(page, safe=""), _RETURN_SECONDS)] if page else []

    def _returned(self, scope: Scope, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        page = _local(unquote(_cookies(scope).get(_RETURN_COOKIE, "")))
        if not page or (b"location", b"/") not in headers:
            return headers
        kept = [header for header in headers if header[0] != b"location"]
        return [*kept, (b"location", page.encode("ascii")), _cookie("", 0)]

    def _marked(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        if name == b"set-cookie" and b"secure" not in value.lower():
            return name, value + self.mark.encode()
        return name, value


def _local(address: str) -> str:
    """A page of this app, as path and query; empty for anything that could lead elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    odd = "\\" in address or not address.isascii() or not address.isprintable() or len(address) > _LONGEST_RETURN
    if odd or parts.scheme or parts.netloc or not address.startswith("/") or address.startswith("//"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _cookies(scope: Scope) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in _header(scope, b"cookie").split(";"))
    return {name: value for name, _, value in pairs}


def _cookie(value: str, seconds: int) -> tuple[bytes, bytes]:
    text = f"{_RETURN_COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}"
    return b"set-cookie", text.encode("ascii")
