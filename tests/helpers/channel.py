"""A chat service on loopback: it takes messages, refuses them, or hangs, by the path that it is asked at."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STILL_SECONDS = 30
"""How long `/hang` says nothing, unless the service is closed."""


@dataclass
class ChatService:
    """What came to it, as Apprise's `json://` sends it, in the order of coming; `address` gives one of its channels."""

    port: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def address(self, path: str, login: str = "") -> str:
        return f"json://{login}127.0.0.1:{self.port}/{path}"

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.messages]


@contextmanager
def chat_service() -> Iterator[ChatService]:
    service = ChatService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path.startswith("/ok"):
                service.messages.append(json.loads(body))
                self._answer(200)
            elif self.path.startswith("/hang"):
                service.closing.wait(STILL_SECONDS)
                self.close_connection = True
            else:
                service.refused += 1
                self._answer(500)

        def _answer(self, code: int) -> None:
            self.send_response(code)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
