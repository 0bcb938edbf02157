"""`links:` of the settings: patterns of addresses for commits; only https, only the words that are filled in."""

from __future__ import annotations

import pytest

from watchroom.workspace.load import load_workspace


@pytest.mark.parametrize(
    ("field", "pattern", "part"),
    [
        ("commit", "http://git.example.com/c/{commit}", "begin with https://"),
        ("commit", "javascript:alert(1)//{commit}", "begin with https://"),
        ("commit", "https://user@git.example.com/{commit}", "begin with https://"),
        ("commit", "https://{commit}.example.com/x", "begin with https://"),
        ("commit", "https://git.example.com/a b/{commit}", "begin with https://"),
        ("commit", "https://git.example.com/)](javascript:alert(1)){commit}", "begin with https://"),
        ("commit", "https://[::1/{commit}", "begin with https://"),
        ("commit", "https://h;evil/{commit}", "begin with https://"),
        ("commit", "https://git.example.com/commit/", "where what it leads to stands"),
        ("commit", "https://git.example.com/{sha}", "where what it leads to stands"),
        ("commit", "https://git.example.com/{commit}/{repo}", "where what it leads to stands"),
        ("compare", "https://git.example.com/{before}", "where what it leads to stands"),
        ("compare", "https://git.example.com/{before}..{after}{", "where what it leads to stands"),
    ],
)
def test_a_pattern_that_leads_nowhere_is_a_mistake_of_its_line(tmp_path, field, pattern, part):
    (tmp_path / "watchroom.yaml").write_text(f"links:\n  {field}: '{pattern}'\n")
    (problem,) = load_workspace(tmp_path, {}).problems
    assert (problem.file, problem.line, problem.field) == ("watchroom.yaml", 2, f"links.{field}")
    assert part in f"{problem}"
    assert "Expected https://" in f"{problem}"


def test_patterns_are_kept_as_written_and_may_be_left_out(tmp_path):
    commit, compare = "https://git.example.com/r/commit/{commit}", "https://git.example.com/r/{before}...{after}"
    (tmp_path / "watchroom.yaml").write_text(f"links:\n  commit: {commit}\n  compare: '{compare}'\n")
    settings = load_workspace(tmp_path, {}).settings
    assert settings is not None
    assert (settings.links.commit, settings.links.compare) == (commit, compare)
    (tmp_path / "watchroom.yaml").write_text("time_zone: UTC\n")
    settings = load_workspace(tmp_path, {}).settings
    assert settings is not None
    assert (settings.links.commit, settings.links.compare) == (None, None)
