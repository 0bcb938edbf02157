"""A commit is a link by the workspace's pattern, and only when it can be one."""

from __future__ import annotations

import pytest

from watchroom.ui import commits
from watchroom.ui.workspace import Facts

PATTERN = "https://git.example.com/c/{commit}"


def pattern(monkeypatch: pytest.MonkeyPatch, commit: str = "", compare: str = "") -> None:
    monkeypatch.setattr(commits, "facts", lambda: Facts("", "", "", "", "UTC", commit, compare))


@pytest.mark.parametrize(
    ("link", "commit", "shown"),
    [
        (PATTERN, "0123456789abcdef", "[01234567](https://git.example.com/c/0123456789abcdef)"),
        ("", "0123456789abcdef", "01234567"),
        ("http://git.example.com/c/{commit}", "0123456789abcdef", "01234567"),
        ("javascript:alert(1)//{commit}", "0123456789abcdef", "01234567"),
        (PATTERN, "x) [evil](https://evil", "x\\) \\[evil"),
        (PATTERN, "../../admin", "\\.\\.\\/\\.\\.\\/ad"),
        (PATTERN, None, "unknown"),
        ("https://git.example.com/(a)/{commit}", "feature/a-b", "[feature\\/](https://git.example.com/%28a%29/feature/a-b)"),
    ],
)  # fmt: skip
def test_a_commit_is_shown_as_a_link_or_as_text(monkeypatch, link, commit, shown):
    pattern(monkeypatch, commit=link)
    assert commits.commit_markdown(commit) == shown


def test_uncommitted_changes_are_said_beside_it(monkeypatch):
    pattern(monkeypatch)
    assert commits.commit_markdown("abcdef012345", True) == "abcdef01, with uncommitted changes"


@pytest.mark.parametrize(
    ("before", "now", "address"),
    [
        ("aaaaaaa", "bbbbbbb", "https://git.example.com/aaaaaaa...bbbbbbb"),
        ("aaaaaaa", "aaaaaaa", ""),
        ("aaaaaaa", None, ""),
        ("aaaaaaa", "b b", ""),
    ],
)
def test_two_commits_lead_to_what_changed_between_them(monkeypatch, before, now, address):
    pattern(monkeypatch, compare="https://git.example.com/{before}...{after}")
    assert commits.compare_address(before, now) == address
