"""A page's messages leave at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from watchroom.promptly import PromptMessages

_SECONDS = 30


async def _says_how_it_sends(page: WebSocket) -> None:
    connection = page._receive.__self__.transport.get_extra_info("socket")  # type: ignore[attr-defined]
    await page.accept()
    await page.send_text(str(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))


@pytest.fixture(params=[True, False], ids=["promptly", "as it comes"])
def address(request: pytest.FixtureRequest) -> Iterator[tuple[str, bool]]:
    """A server whose socket was made as Streamlit makes it, and whether it is told to send at once."""
    middleware = [Middleware(PromptMessages)] if request.param else []
    app = Starlette(routes=[WebSocketRoute("/", _says_how_it_sends)], middleware=middleware)
    server = uvicorn.Server(uvicorn.Config(app, ws="websockets-sansio", log_level="error", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + _SECONDS
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        yield f"ws://127.0.0.1:{listening.getsockname()[1]}", request.param
        server.should_exit = True
        thread.join(_SECONDS)


def test_a_websocket_holds_no_message_back(address: tuple[str, bool]):
    uri, promptly = address
    with connect(uri, open_timeout=_SECONDS) as page:
        assert bool(int(page.recv(_SECONDS))) is promptly
