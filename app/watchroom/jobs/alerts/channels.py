"""Handing messages to the channels that Apprise knows, each for a bounded time, all of them at once.

A thread that hangs is left behind: it ends with its connection, or with the process. Apprise is imported where it is
used, since it loads all of its hundred services.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, TypeVar
from urllib.parse import unquote

from watchroom.jobs.alerts.text import File, Text, one_line

CHANNEL_SECONDS = 10.0
"""How long one channel may take for all of its messages. They run at once, so this bounds all channels together."""

_NOT_A_SECRET = 4
"""Shorter pieces of an address are no secret, and to take them out of a message would leave holes in its words."""

T = TypeVar("T")


@dataclass(frozen=True)
class Channel:
    """Somewhere messages can be sent. `name` shows nothing secret; `address` is never to be shown."""

    name: str
    address: str = field(repr=False)
    service: Any = field(repr=False)


def open_channel(name: str, address: str, home: str = "") -> Channel | None:
    """The channel at an Apprise address, without asking anybody anything; None when Apprise does not understand it.

    `home` is the app's own address, for services that name a sender with a link; empty leaves Apprise's.
    """
    from apprise import Apprise, AppriseAsset, OverflowMode

    asset = AppriseAsset(
        app_id="Watchroom",
        app_desc="Watchroom",
        app_url=home or AppriseAsset.app_url,
        # No image from elsewhere, no smileys made of `:x:` in a name, nothing kept on disk.
        image_url_mask="",
        interpret_emojis=False,
        storage_mode="memory",
        pgp_autogen=False,
        pem_autogen=False,
        # With a time limit of Apprise's own, its threads would keep the process from ending.
        async_mode=False,
        service_timeout=0,
    )
    service = Apprise(asset=asset)
    if not service.add(address) or not len(service):
        return None
    if "overflow=" not in address:
        for one in service:
            # A text that is too long for the channel comes in parts; by default the channel refuses it.
            one.overflow_mode = OverflowMode.SPLIT
    return Channel(name, address, service)


def deliver(
    channels: Sequence[Channel],
    letters: Mapping[str, Sequence[tuple[T, Text]]],
    *,
    seconds: float = CHANNEL_SECONDS,
) -> list[tuple[T, str]]:
    """Send each channel, by its name, its letters, and give for each why it was not taken; empty when it was.

    It never raises for a channel's sake, and returns within `seconds` and a moment.
    """
    enough = Event()
    posts = [_Post(channel, [text for _, text in letters.get(channel.name, ())], enough) for channel in channels]
    for post in posts:
        post.thread.start()
    deadline = time.monotonic() + seconds
    for post in posts:
        post.thread.join(max(0.0, deadline - time.monotonic()))
    enough.set()
    late = f"It did not answer within {seconds:g} s."
    return [
        (letter, post.said[number] if number < len(post.said) else late)
        for post in posts
        for number, (letter, _) in enumerate(letters.get(post.channel.name, ()))
    ]


class _Post:
    """One channel's messages, on their way in a thread of their own; `said` grows by one for each that is done."""

    def __init__(self, channel: Channel, texts: Sequence[Text], enough: Event) -> None:
        self.channel = channel
        self.said: list[str] = []
        self._texts = texts
        self._enough = enough
        # A daemon: a channel that hangs must not keep the refresh from ending.
        self.thread = Thread(target=self._run, daemon=True, name="watchroom-notify")

    def _run(self) -> None:
        for text in self._texts:
            if self._enough.is_set():
                return
            self.said.append(_send(self.channel, text))


def _send(channel: Channel, text: Text) -> str:
    from apprise import NotifyFormat

    try:
        result = channel.service.notify(
            body=text.body,
            title=text.title,
            notify_type=text.mood,
            body_format=NotifyFormat.TEXT,
            attach=_attached(text.files),
        )
    except Exception as error:  # noqa: BLE001 - a service's own code, of which there are a hundred
        return _harmless(f"{type(error).__name__}: {error}", channel.address)
    if result:
        return ""
    logs = [entry.message for entry in result.logs()]
    return _harmless(logs[0], channel.address) if logs else "It did not take the message."


def _attached(files: Sequence[File]) -> Any:
    """The files as Apprise takes them, from memory; None for none. A service that takes no files sends the text."""
    from apprise import AppriseAttachment
    from apprise.attachment.memory import AttachMemory

    in_memory: Any = AttachMemory
    held = [in_memory(content=file.content, name=file.name, mimetype=file.kind) for file in files]
    return AppriseAttachment(held) if held else None


def _harmless(message: str, address: str) -> str:
    """What a service said, on one line, without any piece of the channel's address behind its scheme."""
    _, _, rest = address.partition("://")
    pieces = {piece for text in (rest, unquote(rest)) for piece in [text, *re.split(r"[/:@?&=,;#\s]+", text)]}
    for piece in sorted(pieces, key=len, reverse=True):
        if len(piece) >= _NOT_A_SECRET:
            message = re.sub(re.escape(piece), "***", message, flags=re.IGNORECASE)
    return one_line(message, 300)
