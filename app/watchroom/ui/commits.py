"""A commit as people look at it: its first letters, and the way to its page by the workspace's pattern."""

from __future__ import annotations

import re
from urllib.parse import quote

import streamlit as st

from watchroom.ui.text import UNKNOWN, plain
from watchroom.ui.workspace import facts

SHOWN = 8
"""Letters of a commit that are shown: what git itself shows, and enough to find it."""

_COMMIT = re.compile(r"[0-9A-Fa-f]{7,64}")
"""What git names a commit; a tag holds what anybody wrote, and a slash in it could lead anywhere on the host."""


def is_commit(text: str | None) -> bool:
    """Whether a recorded commit is one: people log other things under that name."""
    return text is not None and _COMMIT.fullmatch(text) is not None


def commit_address(commit: str | None) -> str:
    """The page of a commit; empty without a pattern, or for what cannot be one."""
    pattern = facts().commit_link
    return _filled(pattern, commit=commit) if _usable(pattern, commit) else ""


def compare_address(before: str | None, now: str | None) -> str:
    """What changed between two commits; empty without a pattern, for equal ones, or for what cannot be one."""
    pattern = facts().compare_link
    usable = _usable(pattern, before) and _usable(pattern, now) and before != now
    return _filled(pattern, before=before, after=now) if usable else ""


def commit_text(commit: str | None, dirty: bool | None = None) -> str:
    """A commit's first letters, in Markdown; `unknown` without one."""
    if not commit:
        return UNKNOWN
    return f"{plain(commit[:SHOWN])}, with uncommitted changes" if dirty else plain(commit[:SHOWN])


def commit_links(*commits: str | None) -> None:
    """A button for each of the commits, once, that has a page; and for what changed between two. Nothing without."""
    found = [(f"Commit {commit[:SHOWN]}", address)
             for commit in dict.fromkeys(commits) if commit and (address := commit_address(commit))]  # fmt: skip
    if len(commits) == 2 and (between := compare_address(*commits)):
        found.append(("What changed between them", between))
    if found:
        with st.container(horizontal=True, gap="small"):
            for label, address in found:
                st.link_button(plain(label), address, icon=":material/open_in_new:", type="tertiary")


def _usable(pattern: str, commit: str | None) -> bool:
    return pattern.startswith("https://") and is_commit(commit)


def _filled(pattern: str, **words: str | None) -> str:
    for word, text in words.items():
        pattern = pattern.replace(f"{{{word}}}", quote(text or "", safe=""))
    return pattern
