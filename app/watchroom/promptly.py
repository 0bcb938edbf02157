"""Messages that leave at once: what the server tells the kernel about the connections of its pages.

What is sent is not decided here.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class PromptMessages:
    """Sends each message of a websocket at once.

    A page is a burst of small messages. Unless told not to, the kernel holds the second one back until the browser has
    confirmed the first, which it does after up to 40 ms. Python's event loop tells it so by itself only for sockets
    that were made with the protocol's number, and Streamlit's are not.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on; HTTP is left alone."""
        if scope["type"] == "websocket":
            _send_at_once(receive)
        await self.app(scope, receive, send)


def _send_at_once(receive: Receive) -> None:
    # An app is not given its connection. In uvicorn `receive` is a method of what holds it; elsewhere nothing happens.
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    connection = transport.get_extra_info("socket") if transport is not None else None
    if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
