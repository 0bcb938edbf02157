"""People in front of Streamlit pages, simulated: browser sessions over Streamlit's websocket, in one process.

A session opens pages, sets widgets, and takes the time from a request until the server says that the script has
finished. It draws nothing and keeps no element, so that it costs little beside the server.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import DoubleArray
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

TIMEOUT_SECONDS = 120
_FAILED = (":red[:material/error:] **",)
"""How Watchroom's own error boundary begins; Streamlit's is an element of its own."""

_DONE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class PageError(Exception):
    """A page showed an error instead of itself, or did not end."""


@dataclass
class Session:
    """One browser tab. Use as a context manager; `visit` and `set` give the seconds that the rerun took."""

    uri: str
    pages: dict[str, str] = field(default_factory=dict)
    _page: str = ""
    _query: str = ""
    _widgets: dict[str, str] = field(default_factory=dict)
    _fragments: dict[str, str] = field(default_factory=dict)
    _state: dict[str, WidgetState] = field(default_factory=dict)
    _errors: list[str] = field(default_factory=list)
    _socket: ClientConnection | None = None

    async def __aenter__(self) -> Session:
        address = self.uri.replace("http://", "ws://") + "/_stcore/stream"
        protocol, origin = Subprotocol("streamlit"), Origin(self.uri)
        self._socket = await connect(address, subprotocols=[protocol], origin=origin, max_size=None, compression=None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def visit(self, page: str = "", query: str = "") -> float:
        """Open a page by its name in the address; the widgets of the last one are forgotten, as in the browser."""
        self._page, self._query = self.pages.get(page, ""), query
        self._state.clear()
        self._widgets.clear()
        return await self.rerun()

    async def set(self, key: str, value: str) -> float:
        """Change the text of a widget, named by its key."""
        found = self._widgets[key]
        self._state[key] = WidgetState(id=found, string_value=value)
        return await self.rerun()

    async def slide(self, key: str, value: float) -> float:
        """Move a slider, named by its key; when it stands in a fragment that alone is run, as in the browser."""
        found = self._widgets[key]
        self._state[key] = WidgetState(id=found, double_array_value=DoubleArray(data=[value]))
        return await self.rerun(self._fragments.get(key, ""))

    async def rerun(self, fragment: str = "") -> float:
        """Run the page again as it stands, or a fragment. Raises PageError when it shows an error or takes too long."""
        message = BackMsg()
        client = message.rerun_script
        client.fragment_id = fragment
        client.query_string, client.page_script_hash = self._query, self._page
        client.widget_states.widgets.extend(self._state.values())
        client.context_info.timezone, client.context_info.locale = "Europe/Vienna", "en-GB"
        client.context_info.url, client.context_info.color_scheme = self.uri, "light"
        assert self._socket is not None
        self._errors.clear()
        begin = time.perf_counter()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._socket.send(message.SerializeToString())
                while not self._learn(ForwardMsg.FromString(await self._socket.recv(decode=False))):
                    pass
        except TimeoutError:
            raise PageError(f"not done after {TIMEOUT_SECONDS} s") from None
        taken = time.perf_counter() - begin
        if self._errors:
            raise PageError(self._errors[0])
        return taken

    def _learn(self, message: ForwardMsg) -> bool:
        """Take what a browser would keep from a message; whether it was the last one."""
        match message.WhichOneof("type"):
            case "delta":
                self._learn_element(message.delta)
            case "navigation":
                pages = message.navigation.app_pages
                self.pages = {"" if page.is_default else page.url_pathname: page.page_script_hash for page in pages}
                self._page = message.navigation.page_script_hash
            case "page_not_found":
                self._errors.append("there is no such page")
            case "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    self._errors.append("the script does not compile")
                    return True
                return message.script_finished in _DONE  # else it was stopped early, to begin again
        return False

    def _learn_element(self, delta: Delta) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        kind = delta.new_element.WhichOneof("type")
        if kind is None:
            return
        element = getattr(delta.new_element, kind)
        if kind == "exception":
            self._errors.append(f"{delta.new_element.exception.type}: {delta.new_element.exception.message}"[:200])
        if kind == "markdown" and delta.new_element.markdown.body.startswith(_FAILED):
            self._errors.append(delta.new_element.markdown.body[:200])
        widget = getattr(element, "id", "")
        if isinstance(widget, str) and widget.startswith("$$ID-"):
            key = widget.split("-", 2)[2]
            self._widgets[key] = widget
            self._fragments[key] = delta.fragment_id


async def first_page(uri: str, *, within: float = TIMEOUT_SECONDS) -> None:
    """Until a server that may not listen yet has sent a whole first page."""
    deadline = time.monotonic() + within
    while True:
        try:
            async with Session(uri) as session:
                await session.visit()
                return
        except (OSError, WebSocketException):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.01)
