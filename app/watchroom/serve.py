"""The app as a server: the entry script under an ASGI app with a health route and response headers.

`serve` blocks until it is told to stop. What the pages show is not decided here.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import threading
import tomllib
from collections.abc import AsyncIterator, Iterator, Mapping, MutableMapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchroom.domain.roles import AUTH_VARIABLE
from watchroom.errors import NoSnapshot, SettingError, StoreError, WatchroomError
from watchroom.settings import STORE_VARIABLE, Settings, in_environment
from watchroom.store.manifest import StoreFolder

if TYPE_CHECKING:
    import streamlit as st
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from watchroom.workspace.room_file import Auth

PORTS_TRIED = 20
"""How many ports after the one asked for are tried when it is taken."""

_PACKAGE = Path(__file__).resolve().parent

_CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Streamlit's first script is inline; Plotly's WebGL charts compile their shaders' wrappers.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",  # Streamlit writes its styles into the page
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",  # the page's own websocket among it; no other
        "worker-src 'self' blob:",
        "frame-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)

HEADERS: Mapping[str, str] = {
    "content-security-policy": _CONTENT_POLICY,
    "x-frame-options": "SAMEORIGIN",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # addresses carry models' names: not for other sites
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}
"""What every answer carries, so that a hostile text that slips through still loads and sends nothing elsewhere."""


def serve(settings: Settings, *, store: Path, auth: Auth | None = None) -> None:
    """Serve the snapshots of `store` until SIGINT or SIGTERM; prints the address.

    Raises SettingError for an address that others can reach when there is no `auth`, for an `auth` that cannot work,
    and when no port is free; with `auth` it takes none but the one asked for, which people are sent back to.
    """
    check_host(settings.host, auth=auth is not None)
    signing_in = _ask_to_sign_in(auth)
    entry, config_file = find_root()
    port = free_port(settings.host, settings.port, tried=1 if auth else PORTS_TRIED)
    os.environ[STORE_VARIABLE] = str(store.resolve())
    os.environ.update(in_environment(replace(settings, workspace=settings.workspace.resolve())))
    _say(f"Watchroom is at {address(settings.host, port)}  (Ctrl+C stops it)")
    options = {**read_config(config_file), "server.address": settings.host, "server.port": port}
    application(entry, store, auth).run(config={**options, **signing_in, "logger.hideWelcomeMessage": True})


def _ask_to_sign_in(auth: Auth | None) -> dict[str, Any]:
    """Tell the pages of this process whether to ask for sign-in; gives the Streamlit options that it rests on."""
    os.environ.pop(AUTH_VARIABLE, None)
    if auth is None:
        return {}
    from watchroom import openid

    for warning in openid.check(auth):
        _say(f"Warning: {warning}")
    os.environ[AUTH_VARIABLE] = openid.sign_in(auth).to_text()
    return openid.options(auth)


def application(entry: Path, store: Path, auth: Auth | None = None) -> st.App:
    """The ASGI app over the entry script; with `auth` it can sign people in."""
    import streamlit as st
    from starlette.middleware import Middleware
    from starlette.routing import Route

    from watchroom.promptly import PromptMessages

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        threading.Thread(target=_warm, daemon=True).start()
        yield

    async def answer(_request: Request) -> JSONResponse:
        return _health_response(store, details=auth is None)

    middleware, secrets = [Middleware(SecurityHeaders), Middleware(PromptMessages)], None
    if auth is not None:
        from watchroom import openid

        middleware.append(Middleware(openid.SignInCookies, redirect_uri=auth.redirect_uri.reveal()))
        secrets = openid.secrets(auth)
    routes = [Route("/api/health", answer)]
    return st.App(entry, lifespan=lifespan, routes=routes, middleware=middleware, secrets=secrets)


def check_host(host: str, *, auth: bool) -> None:
    """Refuse an address that others can reach for as long as anyone may choose a role."""
    if auth or is_loopback(host):
        return
    raise SettingError(
        f"Watchroom does not serve on {host} without sign-in.",
        why="Whoever reaches it could act in any role: `watchroom.yaml` has no `auth`.",
        next_step="Set up `auth` in `watchroom.yaml`, or leave out `--host` to serve this machine only.",
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def free_port(host: str, wanted: int, *, tried: int = PORTS_TRIED) -> int:
    """The port asked for, or the next free one after it; 0 gives any. Raises SettingError when none is free."""
    for port in range(wanted, min(wanted + tried, 65536)) if wanted else [0]:
        found = _bind(host, port)
        if found is not None:
            if found != port and port:
                continue
            if wanted and port != wanted:
                _say(f"Port {wanted} is taken.")
            return found
    raise SettingError(
        f"No port from {wanted} to {wanted + tried - 1} is free on {host}."
        if tried > 1
        else f"Port {wanted} is taken on {host}.",
        next_step="Choose another with `--port`; 0 takes any free one.",
    )


def _bind(host: str, port: int) -> int | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except socket.gaierror as error:
            raise SettingError(
                f"{host} is not an address of this machine.", why=str(error), next_step="Check `--host`."
            ) from error
        except OSError:
            return None
        return int(probe.getsockname()[1])


def address(host: str, port: int) -> str:
    """The address for a browser."""
    return f"http://[{host.strip('[]')}]:{port}" if ":" in host else f"http://{host}:{port}"


def find_root() -> tuple[Path, Path]:
    """The entry script and the configuration: of the checkout, or of the installed package."""
    for root in (_PACKAGE.parent.parent, _PACKAGE / "_root"):
        entry = root / "app" / "streamlit_app.py"
        if entry.is_file() and (root / "pages").is_dir():
            return entry, root / ".streamlit" / "config.toml"
    raise SettingError(
        "The app's pages are missing.",
        why=f"Neither a checkout nor an installed package was found round {_PACKAGE}.",
        next_step="Install Watchroom again.",
    )


def read_config(file: Path) -> dict[str, Any]:
    """Streamlit's options from a configuration file, by dotted name; what is missing is left to Streamlit."""
    with suppress(FileNotFoundError):
        return dict(_flat(tomllib.loads(file.read_text("utf-8"))))
    return {}


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


@dataclass(frozen=True)
class Health:
    """What a monitor asks for. `snapshot` is empty and `age_seconds` None when there is none to read."""

    status: str
    snapshot: str
    made_at: str
    age_seconds: int | None
    detail: str

    @property
    def ready(self) -> bool:
        """Whether pages can be shown: an old snapshot, or one whose refresh failed, can."""
        return bool(self.snapshot)


def health(store: Path, now: datetime) -> Health:
    """`ok`, `last refresh failed`, `no snapshot` or `unreadable`, with the snapshot's id and age."""
    folder = StoreFolder(store)
    try:
        snapshot = folder.current_id()
        made_at = folder.read_manifest(snapshot).made_at
    except NoSnapshot as problem:
        return Health("no snapshot", "", "", None, str(problem))
    except StoreError as problem:
        return Health("unreadable", "", "", None, str(problem))
    failed = folder.last_failure.is_file()
    age = round((now - made_at).total_seconds())
    return Health("last refresh failed" if failed else "ok", snapshot, made_at.isoformat(), age, "")


def _health_response(store: Path, *, details: bool) -> JSONResponse:
    """The health for a monitor; `details` name folders of this machine, which are not for everybody."""
    from starlette.responses import JSONResponse

    found = health(store, datetime.now(UTC))
    if not details:
        found = replace(found, detail="")
    return JSONResponse(asdict(found), status_code=200 if found.ready else 503, headers={"cache-control": "no-store"})


class SecurityHeaders:
    """Adds `HEADERS` to every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on; websockets are left alone."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _merged(message)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def _merged(message: MutableMapping[str, Any]) -> list[tuple[bytes, bytes]]:
    ours = {name.encode(): value.encode() for name, value in HEADERS.items()}
    theirs = [(name, value) for name, value in message.get("headers", []) if name.lower() not in ours]
    return [*theirs, *ours.items()]


def _warm() -> None:
    """Load what every page needs while the browser still fetches its scripts."""
    from watchroom.ui import reading

    with suppress(WatchroomError), reading():
        pass


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
