"""Addresses of servers, stores and databases as they may be shown: without what may be secret in them.

Pure text; nothing is looked up or opened.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_UNKNOWN = "an address"


def shown_address(uri: str) -> str:
    """The address without name and password, query and fragment; `an address` when it cannot be told apart.

    A password with `/` or `@` in it is taken out too. A path, which has no `://`, is given as it is.
    """
    if "://" not in uri:
        return uri
    scheme, body, tail = _parts(uri)
    try:
        port_or_none = urlsplit(f"{scheme}://{body}").port
    except ValueError:
        return _UNKNOWN
    # An `@` behind a `?` or `#` may end a password that has one of them.
    is_unclear = "@" in tail and port_or_none is not None
    if is_unclear or not _SCHEME.fullmatch(scheme) or not body.isprintable():
        return _UNKNOWN
    return f"{scheme}://{body}"


def without_login(uri: str) -> str:
    """The address without name and password, otherwise as it is; it may hold secrets still, in its query."""
    if "://" not in uri:
        return uri
    scheme, body, tail = _parts(uri)
    return f"{scheme}://{body}{tail}"


def _parts(uri: str) -> tuple[str, str, str]:
    """Scheme; host with path; query with fragment. The login is left out."""
    scheme, _, rest = uri.partition("://")
    begin = re.search(r"[?#]", rest)
    body, tail = (rest[: begin.start()], rest[begin.start() :]) if begin else (rest, "")
    authority = body.partition("/")[0]
    # Behind a name and a colon an `@` after the first `/` still ends a password; elsewhere it is of the path.
    if "@" in authority or ":" in authority:
        body = body.rpartition("@")[2]
    return scheme, body, tail
