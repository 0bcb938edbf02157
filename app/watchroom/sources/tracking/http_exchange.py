"""One exchange with a server: within one deadline, of bounded size, and with no other server than the one addressed.

Waiting times for single reads are not enough: a server that sends a byte now and then would meet each of them.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from watchroom.domain.addresses import shown_address

MOST_REDIRECTS = 5

_CONNECT_SECONDS = 10.0
_running = threading.local()  # `deadline`: the one of this thread's exchange


class LedElsewhere(Exception):
    """The server sends us to another one; `str()` is the new address without secrets."""


@dataclass(frozen=True)
class Answer:
    """What a server answered: HTTP status, the content unpacked, and whether it says that it is JSON."""

    status: int
    content: bytes
    is_json: bool


def exchange(
    session: requests.Session, method: str, url: str, sent: Mapping[str, Any], *, limit: int, seconds: float
) -> Answer:
    """The answer to a request, in at most `seconds` with all redirects, of at most `limit` bytes.

    `session` is one of `BoundedSession`. Raises `LedElsewhere`, ValueError for a larger answer, and what requests and
    urllib3 raise, `requests.Timeout` among them.
    """
    wait = (min(_CONNECT_SECONDS, seconds), seconds)
    with _Deadline(seconds):
        for _ in range(MOST_REDIRECTS + 1):
            with session.request(method, url, timeout=wait, stream=True, **sent) as response:
                if not response.is_redirect:
                    is_json = "json" in response.headers.get("content-type", "")
                    return Answer(response.status_code, _content(response, limit), is_json)
                url = _followed(url, response.headers["location"])
                if response.status_code in (301, 302, 303):  # as every client does
                    method, sent = "GET", {}
                else:
                    sent = {name: value for name, value in sent.items() if name != "params"}
    raise requests.TooManyRedirects(f"It redirects more than {MOST_REDIRECTS} times.")


def _followed(url: str, location: str) -> str:
    target = urljoin(url, location)
    if _origin(target) != _origin(url):
        raise LedElsewhere(shown_address(target))
    return target


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _content(response: requests.Response, limit: int) -> bytes:
    parts, size = [], 0
    while part := response.raw.read1(1 << 16, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise ValueError(f"The answer is larger than {limit:,} bytes.")
    return b"".join(parts)


class _Deadline:
    """Shuts the connections that this thread uses when the time is up; then leaving it raises `requests.Timeout`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._left: list[socket.socket] = []
        self._is_over = False

    def __enter__(self) -> None:
        _running.deadline = self
        self._timer.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._timer.cancel()
        _running.deadline = None
        for connection in self._left:
            connection.close()
        # A connection that was shut reads like an answer's end, so this counts also when nothing was raised.
        if self._is_over and (error is None or isinstance(error, Exception)):
            raise requests.Timeout(f"The answer was not complete within {self._seconds:g} seconds.") from error

    def watch(self, connection: socket.socket) -> None:
        with self._lock:
            self._sockets.append(connection)
            if self._is_over:
                _shut(connection)

    def close_later(self, connection: socket.socket) -> None:
        self._left.append(connection)

    def _expire(self) -> None:
        with self._lock:
            self._is_over = True
            for connection in self._sockets:
                _shut(connection)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # closed meanwhile
        connection.shutdown(socket.SHUT_RDWR)


class _Watched:
    """A connection whose socket is known to the deadline, from before the TLS handshake on."""

    _twin: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        self._drop_twin()
        # TLS takes the socket itself over; a duplicate of it can be shut all the same.
        self._twin = made.dup()
        _watch(self._twin)
        return made

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self._twin is not None:  # a connection kept from an earlier request
            _watch(self._twin)
        super().request(*args, **kwargs)  # type: ignore[misc]

    def close(self) -> None:
        self._drop_twin()
        super().close()  # type: ignore[misc]

    def _drop_twin(self) -> None:
        if self._twin is not None:
            if (deadline := _deadline()) is not None:  # an answer without a length is read after its connection closed
                deadline.close_later(self._twin)
            else:
                self._twin.close()
            self._twin = None


def _watch(connection: socket.socket) -> None:
    if (deadline := _deadline()) is not None:
        deadline.watch(connection)


def _deadline() -> _Deadline | None:
    found: _Deadline | None = getattr(_running, "deadline", None)
    return found


class _Plain(_Watched, urllib3.connection.HTTPConnection):
    pass


class _Secure(_Watched, urllib3.connection.HTTPSConnection):
    pass


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
        return manager


class BoundedSession(requests.Session):
    """A session whose connections obey the deadline, and that follows no redirect by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.mount("http://", _Adapter())
        self.mount("https://", _Adapter())

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None for every answer: requests would read a redirect's content whole, however large."""
        return
