"""A commit as people look at it: a link by the workspace's pattern, else its first letters as text."""

from __future__ import annotations

import re
from urllib.parse import quote

from watchroom.ui.text import UNKNOWN, plain
from watchroom.ui.workspace import facts

SHOWN = 8
"""Letters of a commit that are shown: what git itself shows, and enough to find it."""

_COMMIT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/\-]{3,199}")
"""What a commit, tag or branch is named; anything else is text from outside, and no part of an address."""


def commit_address(commit: str | None) -> str:
    """The page of a commit; empty without a pattern, or for what cannot be one."""
    pattern = facts().commit_link
    return _filled(pattern, commit=commit) if _usable(pattern, commit) else ""


def compare_address(before: str | None, now: str | None) -> str:
    """What changed between two commits; empty without a pattern, for equal ones, or for what cannot be one."""
    pattern = facts().compare_link
    usable = _usable(pattern, before) and _usable(pattern, now) and before != now
    return _filled(pattern, before=before, after=now) if usable else ""


def commit_markdown(commit: str | None, dirty: bool | None = None) -> str:
    """A commit in Markdown, a link where the workspace has a pattern; `unknown` without one."""
    if not commit:
        return UNKNOWN
    shown, address = plain(commit[:SHOWN]), commit_address(commit)
    named = f"[{shown}]({address})" if address else shown
    return f"{named}, with uncommitted changes" if dirty else named


def _usable(pattern: str, commit: str | None) -> bool:
    return pattern.startswith("https://") and commit is not None and _COMMIT.fullmatch(commit) is not None


def _filled(pattern: str, **words: str | None) -> str:
    for word, text in words.items():
        pattern = pattern.replace(f"{{{word}}}", quote(text or "", safe="/"))
    # What would end a link of Markdown or leave its line; the rest of the pattern was checked when it was read.
    return pattern.translate({ord(sign): f"%{ord(sign):02X}" for sign in "()<>[]\\ \"'`"})
