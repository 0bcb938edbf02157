"""The sign-ins that were ended by hand, until they would have run out by themselves.

Streamlit forgets a sign-in in the tab that signs out and in the browser's cookie; other open tabs, and a copy of the
cookie, go on. This process remembers instead. Another replica does not know.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from typing import Any

from watchroom.domain.roles import ends_at

_NOT_OF_THE_TOKEN = ("is_logged_in", "tokens")

_lock = threading.Lock()
_until: dict[str, float] = {}


def add(claims: Mapping[str, Any]) -> None:
    """Remember that the sign-in with these claims is over."""
    ends = ends_at(claims)
    if ends is None:
        return
    now = time.time()
    with _lock:
        for key in [key for key, until in _until.items() if until <= now]:
            del _until[key]
        _until[_key(claims)] = ends.timestamp()


def holds(claims: Mapping[str, Any]) -> bool:
    """Whether that sign-in was ended by hand in this process."""
    return bool(_until) and _key(claims) in _until


def _key(claims: Mapping[str, Any]) -> str:
    """A digest: the token's nonce and times make it one of a kind, and no name is kept."""
    token = {name: value for name, value in claims.items() if name not in _NOT_OF_THE_TOKEN}
    return hashlib.sha256(json.dumps(token, sort_keys=True, default=str).encode()).hexdigest()
