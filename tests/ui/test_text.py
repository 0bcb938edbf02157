"""Words and figures as people write them, and text from outside made harmless."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from watchroom.ui.text import ago, count_of, number, one_line, paragraph, plain, sentence, some, span, when, zone_of

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
VIENNA = ZoneInfo("Europe/Vienna")


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=60), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=25), "1 day"),
        (timedelta(days=29), "29 days"),
        (timedelta(days=60), "2 months"),
        (timedelta(days=800), "2 years"),
    ],
)
def test_a_length_of_time_in_its_largest_unit(length: timedelta, words: str):
    assert span(length) == words
    assert ago(NOW - length, NOW) == f"{words} ago"


def test_times_are_shown_in_the_zone_of_the_workspace():
    stored = datetime(2026, 7, 1, 22, 30)
    assert when(stored, VIENNA, now=NOW) == "2 Jul 00:30"
    assert when(stored, VIENNA) == "2 Jul 2026 00:30"
    assert when(datetime(2025, 7, 1, 22, 30), VIENNA, now=NOW) == "2 Jul 2025 00:30"
    assert when(None, VIENNA) == "unknown"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Run `watchroom refresh` again.", "<p>Run <code>watchroom refresh</code> again.</p>"),
        ("`auth` in `watchroom.yaml`", "<p><code>auth</code> in <code>watchroom.yaml</code></p>"),
        ("one ` alone and *no* mark", "<p>one ` alone and *no* mark</p>"),
        ("`a` and ` alone", "<p><code>a</code> and ` alone</p>"),
        ("`<b>` is text", "<p><code>&lt;b&gt;</code> is text</p>"),
        ("`:red[x]` ends nothing", "<p>`:red[x]` ends nothing</p>"),
    ],
)
def test_code_in_a_sentence_is_shown_as_code(said: str, shown: str):
    assert MarkdownIt().render(sentence(said)).strip() == shown


def test_lines_of_a_paragraph_stay_apart():
    assert MarkdownIt().render(paragraph("one\n\n`two`")).strip() == "<p>one<br />\n<code>two</code></p>"


def test_a_zone_that_is_none_is_utc():
    assert zone_of("Europe/Vienna").key == "Europe/Vienna"
    assert zone_of("Middle/Earth").key == "UTC"
    assert zone_of("").key == "UTC"


def test_counts_and_lists():
    assert number(1234567) == "1,234,567"
    assert (count_of(1, "run"), count_of(0, "run"), count_of(2, "alias", "aliases")) == ("1 run", "0 runs", "2 aliases")
    assert some([]) == ""
    assert some(["a"]) == "a"
    assert some(["a", "b", "c"]) == "a, b and c"
    assert some(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_one_line_drops_what_cannot_be_seen_and_cuts_what_is_too_long():
    assert one_line("a\n b\tc\u202edcba\u200b") == "a b c dcba"
    assert one_line("x" * 200, 10) == "x" * 9 + "…"
    assert one_line("👩\u200d🚀") == "👩\u200d🚀"


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "**bold** _it_ `code` ~~gone~~",
        "[a link](https://example.com)",
        "see https://example.com/x or http://a.b",
        "www.example.com",
        "mail bo@example.com",
        ":red[x] :material/home: $x^2$",
        "# head",
        "1. one",
        "- item",
        "a | b",
    ],
)
def test_text_from_outside_is_nothing_but_text(text: str):
    markdown = MarkdownIt("gfm-like", {"linkify": False})
    (paragraph,) = [token for token in markdown.parse(plain(text)) if token.type == "inline"]
    assert {token.type for token in paragraph.children or []} <= {"text", "text_special"}
    assert "".join(token.content for token in paragraph.children or []).replace("\u2060", "") == text
    assert not any(address in plain(text).replace("\\", "") for address in ("https://", "http://", "www.", "bo@"))


@pytest.mark.parametrize("address", ["bo@evil.test", "b+@evil.test", "b.@evil.test", "b-@evil.test", "b_@evil.test"])
def test_an_address_of_mail_becomes_no_link(address: str):
    local, _, host = address.partition("@")
    assert plain(address).replace("\\", "") == f"{local}\u2060@{host}"


_TYPOGRAPHY = {"<->": "↔", "->": "→", "<-": "←", "--": "—", ">=": "≥", "<=": "≤", "~=": "≈"}
"""What Streamlit puts in the place of these, at the ends of a text or between spaces."""


def as_streamlit_shows(markdown: str) -> str:
    (paragraph,) = [token for token in MarkdownIt().parse(markdown) if token.type == "inline"]
    text = "".join(token.content for token in paragraph.children or [])
    for sign, shown in _TYPOGRAPHY.items():
        text = re.sub(rf"(^|\s){re.escape(sign)}(\s|$)", rf"\1{shown}\2", text)
    return text.replace("\u2060", "")


@pytest.mark.parametrize("sign", list(_TYPOGRAPHY))
@pytest.mark.parametrize("name", ["a {} b", "{}", "{} b", "a {}", "{0} {0}", "a{}b"])
def test_a_name_with_a_sign_is_shown_as_it_is(name: str, sign: str):
    text = name.format(sign)
    assert as_streamlit_shows(plain(text)) == text


@given(st.text())
def test_whatever_the_text_is_no_mark_of_markdown_stays_bare(text: str):
    escaped = plain(text, 10_000)
    bare = escaped.replace("\\\\", "")
    for place, letter in enumerate(bare):
        if letter in "*_`[]()<>#:$~|":
            assert bare[place - 1] == "\\"
