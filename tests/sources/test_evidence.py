"""Files of evidence: what is kept, what is refused, and what a test report is read as."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.errors import SourceError
from watchroom.sources.evidence import MAX_BYTES, content, keep
from watchroom.sources.junit import MAX_DEPTH, MAX_ELEMENTS, NotJUnit, Report, read_junit

PYTEST = b"""<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1"
failures="1" skipped="1" tests="4" time="0.1" hostname="h"><testcase classname="a" name="ok" time="0.0" />
<testcase classname="a" name="bad"><failure message="assert 0">&lt;b&gt;boom</failure></testcase>
<testcase classname="a" name="torn"><error message="setup">x</error></testcase>
<testcase classname="a" name="later"><skipped message="no" /></testcase></testsuite></testsuites>"""

BOMB = b"""<?xml version="1.0"?><!DOCTYPE testsuites [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><testsuites>&c;</testsuites>"""

FILE_READER = (
    b"""<?xml version="1.0"?><!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite>&x;</testsuite>"""
)


def suite(inside: str, **sums: int) -> bytes:
    attributes = "".join(f' {name}="{value}"' for name, value in sums.items())
    return f"<testsuite{attributes}>{inside}</testsuite>".encode()


CASE, FAILED = '<testcase name="a"/>', '<testcase name="a"><failure/></testcase>'


@pytest.mark.parametrize(
    ("report", "read"),
    [
        (PYTEST, Report(4, 2, 1)),
        (suite(CASE * 3), Report(3, 0, 0)),
        (suite(""), Report(0, 0, 0)),
        (b"<testsuites/>", Report(0, 0, 0)),
        (suite("", tests=7, failures=2, errors=1, skipped=1), Report(0, 0, 0)),
        (suite("", tests=100, failures=0), Report(0, 0, 0)),
        (suite(CASE, tests=1, errors=1), Report(1, 1, 0)),
        (suite(FAILED, tests=1, failures=0), Report(1, 1, 0)),
        (suite(suite(FAILED, failures=1).decode(), failures=1), Report(1, 1, 0)),
        (suite('<testcase name="a"><flakyFailure/></testcase>'), Report(1, 0, 0)),
        (suite('<testcase name="a"><flakyFailure/><rerunFailure/></testcase>'), Report(1, 1, 0)),
        (suite('<testcase name="a" status="Failed"/><testcase name="b" result="error"/>'), Report(2, 2, 0)),
        (suite('<testcase name="a" status="run" result="completed"/><testcase status="notrun"/>'), Report(2, 0, 1)),
        (suite('<testcase name="a"><failure/><failure/><error/></testcase>'), Report(1, 1, 0)),
        (suite(CASE, tests=-3, failures=99999999999), Report(1, 0, 0)),
        (suite("<properties><failure/></properties>" + CASE), Report(1, 0, 0)),
        ("﻿<testsuite><testcase name='ü'/></testsuite>".encode(), Report(1, 0, 0)),
    ],
)
def test_a_test_report_is_read_as_tests_passed_failed_and_skipped_and_never_better_than_it_says(
    report: bytes, read: Report
) -> None:
    assert read_junit(report) == read


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (BOMB, "declares a document type"),
        (FILE_READER, "declares a document type"),
        (b"<html/>", "not a test report"),
        (b"<testsuite><testcase>", "not well-formed"),
        (b"", "not well-formed"),
        (b"\0\1\2", "not well-formed"),
        (b"<testsuite>" * (MAX_DEPTH + 1), f"more than {MAX_DEPTH} deep"),
        (b'<?xml version="1.0" encoding="no-such"?><testsuite/>', "encoding"),
        (b'<testsuite><h:script xmlns:h="http://www.w3.org/1999/xhtml"/></testsuite>', "markup of another kind"),
        (b'<testsuite><script xmlns="http://www.w3.org/2000/svg"/></testsuite>', "markup of another kind"),
        (b'<testsuite><testcase><q:failure xmlns:q="urn:q"/></testcase></testsuite>', "markup of another kind"),
        (b'<?xml-stylesheet href="x.xsl"?><testsuite/>', "instruction to programs"),
        (b"<testsuite>" + b"<a/>" * (MAX_ELEMENTS + 1), "200,000 elements"),
        (b"<testsuite " + b" ".join(b"a%d=''" % n for n in range(101)) + b"/>", "100 attributes"),
        (b"<testsuite " + b" ".join(b"a%d=''" % n for n in range(150_000)) + b"/>", "more than 1,000,000 bytes"),
    ],
)
def test_whatever_is_no_test_report_is_told_of_and_harms_nothing(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(NotJUnit) as raised:
        read_junit(data)
    assert why in raised.value.why
    if data:
        with pytest.raises(SourceError, match="cannot be read as a test report"):
            keep(tmp_path / "evidence", "junit.xml", data)
        assert not list(tmp_path.rglob("*.xml"))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_report_or_none_and_never_an_error_of_another_kind(data: bytes) -> None:
    with suppress(NotJUnit):
        assert read_junit(data).tests >= 0


@pytest.mark.parametrize(
    ("name", "data", "kind", "ending"),
    [
        ("junit.xml", PYTEST, "junit", ".xml"),
        ("Notes.MD", b"# Notes\n", "markdown", ".md"),
        ("notes.md", b"\xff\xfe", "other", ".bin"),
        ("a.json", b'{"a": [1]}', "json", ".json"),
        ("a.json", b"{", "other", ".bin"),
        ("deep.json", b"[" * 100_000, "other", ".bin"),
        ("large.json", b"[" + b"[]," * 400_000 + b"broken", "json", ".json"),
        ("large.json", b"\0" * 1_200_000, "other", ".bin"),
        ("a.pdf", b"%PDF-1.7 x", "pdf", ".pdf"),
        ("a.pdf", b"<script>", "other", ".bin"),
        ("a.txt", b"\x89PNG\r\n\x1a\nrest", "image", ".png"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image", ".jpg"),
        ("a.webp", b"RIFF0000WEBP", "image", ".webp"),
        ("a.svg", b"<svg onload='x()'/>", "other", ".bin"),
        ("a.html", b"<script>alert(1)</script>", "other", ".bin"),
    ],
)
def test_a_file_is_what_its_bytes_are_and_what_could_run_is_only_bytes(
    tmp_path: Path, name: str, data: bytes, kind: str, ending: str
) -> None:
    kept = keep(tmp_path, name, data)
    assert (kept.kind, kept.name, kept.bytes) == (kind, name, len(data))
    assert kept.sha256 == hashlib.sha256(data).hexdigest()
    assert kept.path == f"{kept.sha256[:2]}/{kept.sha256}{ending}"
    assert content(tmp_path, kept.path, kept.sha256) == data


def test_the_same_bytes_are_kept_once_under_whatever_names(tmp_path: Path) -> None:
    first, second = keep(tmp_path, "a.md", b"x"), keep(tmp_path, "b.md", b"x")
    assert first.path == second.path
    assert len([file for file in tmp_path.rglob("*") if file.is_file()]) == 1


def test_a_kept_file_that_was_changed_is_not_given_out_and_is_mended_when_it_is_added_again(tmp_path: Path) -> None:
    kept = keep(tmp_path, "a.md", b"fine")
    file = tmp_path / kept.path
    file.chmod(0o644)
    file.write_bytes(b"forged")
    with pytest.raises(SourceError, match="was changed"):
        content(tmp_path, kept.path, kept.sha256)
    assert keep(tmp_path, "a.md", b"fine") == kept
    assert content(tmp_path, kept.path, kept.sha256) == b"fine"
    file.unlink()
    with pytest.raises(SourceError, match="no file of evidence"):
        content(tmp_path, kept.path, kept.sha256)


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a/../../secret", "link", "\0"])
def test_nothing_outside_the_folder_is_given_out(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_bytes(b"s")
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(SourceError):
        content(tmp_path / "evidence", path, hashlib.sha256(b"s").hexdigest())


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\tmp\\a.bin", "a.bin"),
        ("a\nb\u202e.bin", "a\ufffdb\ufffd.bin"),
        ("..", "unnamed"),
        ("x" * 300 + ".bin", "x" * 196 + ".bin"),
    ],
)
def test_a_name_is_kept_without_folders_and_on_one_line(tmp_path: Path, given_name: str, name: str) -> None:
    assert keep(tmp_path, given_name, b"x").name == name


def test_a_file_that_is_empty_or_too_large_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    for data, said in ((b"", "is empty"), (b"x" * (MAX_BYTES + 1), "too large")):
        with pytest.raises(SourceError, match=said):
            keep(tmp_path / "evidence", "a.bin", data)
    assert not (tmp_path / "evidence").exists()


def test_a_folder_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file")
    with pytest.raises(SourceError, match="could not be kept"):
        keep(tmp_path / "evidence", "a.bin", b"x")
