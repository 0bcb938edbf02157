"""A commit leads to its page by the workspace's pattern, and only when it can be one."""

from __future__ import annotations

import pytest

from watchroom.ui import commits
from watchroom.ui.workspace import Facts

PATTERN = "https://git.example.com/c/{commit}"


def pattern(monkeypatch: pytest.MonkeyPatch, commit: str = "", compare: str = "") -> None:
    monkeypatch.setattr(commits, "facts", lambda: Facts("", "", "", "", "UTC", commit, compare))


@pytest.mark.parametrize(
    ("link", "commit", "address"),
    [
        (PATTERN, "0123456789abcdef", "https://git.example.com/c/0123456789abcdef"),
        (PATTERN, "feature/a-b", ""),
        (PATTERN, "abcd/../../../evil/repo", ""),
        (PATTERN, "abcdef", ""),
        ("", "0123456789abcdef", ""),
        ("http://git.example.com/c/{commit}", "0123456789abcdef", ""),
        ("javascript:alert(1)//{commit}", "0123456789abcdef", ""),
        (PATTERN, "x) [evil](https://evil", ""),
        (PATTERN, "../../admin", ""),
        (PATTERN, None, ""),
    ],
)
def test_a_commit_has_a_page_only_by_a_pattern_and_when_it_can_be_one(monkeypatch, link, commit, address):
    pattern(monkeypatch, commit=link)
    assert commits.commit_address(commit) == address


@pytest.mark.parametrize(
    ("commit", "dirty", "text"),
    [
        ("abcdef012345", True, "abcdef01, with uncommitted changes"),
        ("abcdef012345", None, "abcdef01"),
        (None, None, "unknown"),
        ("[x](y)zzzz", False, "\\[x\\]\\(y\\)zz"),
    ],
)
def test_a_commit_is_shown_by_its_first_letters_as_text(commit, dirty, text):
    assert commits.commit_text(commit, dirty) == text


@pytest.mark.parametrize(
    ("before", "now", "address"),
    [
        ("aaaaaaa", "bbbbbbb", "https://git.example.com/aaaaaaa...bbbbbbb"),
        ("aaaaaaa", "aaaaaaa", ""),
        ("aaaaaaa", None, ""),
        ("aaaaaaa", "b b", ""),
        ("aaaaaaa", "abcd/../../../evil/repo", ""),
    ],
)
def test_two_commits_lead_to_what_changed_between_them(monkeypatch, before, now, address):
    pattern(monkeypatch, compare="https://git.example.com/{before}...{after}")
    assert commits.compare_address(before, now) == address
