"""Files that are no workspace file at all, and how the values of those that are get read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.errors import WorkspaceError
from watchroom.workspace.yaml_file import MAX_BYTES, read_text, read_yaml
from watchroom.workspace.yaml_text import MAX_DEPTH, MAX_VALUES, parse_yaml

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", None, "empty"),
        ("# only a comment\n", None, "empty"),
        ("null\n", None, "empty"),
        ("- a\n- b\n", 1, "not a mapping"),
        ("just text\n", 1, "not a mapping"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "not valid YAML"),
        ("a: 'one\n", 1, "not valid YAML"),
        ("a: 1\nb: c: d\n", 2, "not valid YAML"),
        ("a:\n\tb: 1\n", 2, "indented with a tab"),
        ("a: 1\n---\nb: 1\n", 2, "more than one document"),
        ("a: 1\nb: *nothing\n", 2, "no `&nothing`"),
        ("a: &self [*self]\n", 1, "inside the value"),
        ("? {a: 1}\n: 2\n", 1, "key here is not text"),
        ("a: 1\nb: \x07\n", 2, "U+0007"),
        (f"a: {'[' * 40}{']' * 40}\n", 1, f"more than {MAX_DEPTH} deep"),
        ("[" * 100_000, 1, f"more than {MAX_DEPTH} deep"),
        (LAUGHS, 5, f"more than {MAX_VALUES:,} values"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_a_text_that_is_no_mapping_is_refused_with_its_line(text, line, words):
    with pytest.raises(WorkspaceError) as caught:
        parse_yaml(text)
    assert words in caught.value.what
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("model: Größe\n".encode("latin-1"), 1, "not UTF-8"),
        (b"a: 1\nb: \xff\n", 2, "not UTF-8"),
        ("model: x\n".encode("utf-16"), 1, "not UTF-8"),
        (b"#" * (MAX_BYTES + 1), None, "256 KiB, the limit"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, content, line, words):
    file = tmp_path / "f.yaml"
    file.write_bytes(content)
    with pytest.raises(WorkspaceError) as caught:
        read_yaml(file, "models/f.yaml", tmp_path)
    assert words in caught.value.what
    assert (caught.value.file, caught.value.line) == ("models/f.yaml", line)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    file = tmp_path / "f.yaml"
    file.write_bytes(b"\xef\xbb\xbfmodel: x\r\ntitle: y\r\n")
    assert read_yaml(file, "f", tmp_path).root.plain() == {"model": "x", "title": "y"}


def make_loop(path: Path) -> None:
    path.symlink_to(path)


def make_dangling(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Path.mkdir, "not a file"),
        (os.mkfifo, "not a file"),
        (lambda path: path.symlink_to("/dev/zero"), "not a file"),
        (make_loop, "leads back to itself"),
        (make_dangling, "symbolic link to nothing"),
    ],
)
def test_what_cannot_be_read_is_refused_without_waiting_for_it(tmp_path, make, words):
    make(tmp_path / "f.yaml")
    with pytest.raises(WorkspaceError, match=words):
        read_yaml(tmp_path / "f.yaml", "f", tmp_path)


def test_a_link_is_followed_inside_the_workspace_alone(tmp_path):
    room = tmp_path / "room"
    (room / "models" / "..2026").mkdir(parents=True)
    (room / "models" / "..2026" / "f.yaml").write_text("model: x\n")
    (room / "models" / "..data").symlink_to("..2026")
    (room / "models" / "f.yaml").symlink_to("..data/f.yaml")
    assert read_yaml(room / "models" / "f.yaml", "f", room).root.plain() == {"model": "x"}
    (tmp_path / "secret").write_text("password: y\n")
    (room / "s.yaml").symlink_to(tmp_path / "secret")
    (room / "e.yaml").symlink_to("/proc/self/status")
    for name, within in (("s.yaml", room), ("e.yaml", room), ("e.yaml", Path("/"))):
        with pytest.raises(WorkspaceError, match="out of the workspace"):
            read_text(room / name, name, within)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("'true'", "true"),
        ("", None),
        ("~", None),
        ("'~'", "~"),
        ("1e-3", 0.001),
        ("-.5", -0.5),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("007", 7),
        (".inf", float("inf")),
        ("2026-01-31", "2026-01-31"),
        ("!!str 5", "5"),
        ("slack://a/b#c", "slack://a/b#c"),
    ],
)
def test_scalars_are_read_as_yaml_1_2_does(written, value):
    root = parse_yaml(f"a: {written}\n").root
    assert root.plain() == {"a": value}
    assert type(root.plain()["a"]) is type(value)


def test_keys_are_text_as_written():
    assert parse_yaml("1: a\nyes: b\n~: c\n'': d\n").root.plain() == {"1": "a", "yes": "b", "~": "c", "": "d"}


def test_an_alias_stands_for_the_value_and_its_lines():
    root = parse_yaml("a: &a\n  x: 1\nb: *a\n").root
    assert root.plain() == {"a": {"x": 1}, "b": {"x": 1}}
    assert root.line_of(("b", "x")) == 2


def test_a_key_given_twice_is_a_mistake_that_names_both_lines():
    file = parse_yaml("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert [(mistake.path, mistake.line) for mistake in file.mistakes] == [(("b", "c"), 4), (("a",), 5)]
    assert "line 1" in file.mistakes[1].why
    assert file.root.plain() == {"a": 1, "b": {"c": 1}}


def test_no_tag_makes_a_python_value():
    file = parse_yaml("a: !!python/object/apply:os.system [echo]\n")
    assert file.root.plain() == {"a": ("echo",)}


def test_the_line_of_a_place_is_that_of_its_last_step_in_the_file():
    root = parse_yaml("a:\n  - b: 1\n    c:\n      2\n  - d\n").root
    lines = {(): 1, ("a",): 1, ("a", 0, "c"): 3, ("a", 1): 5, ("a", 7): 1, ("a", 0, "x", "y"): 2, ("z",): 1}
    assert {path: root.line_of(path) for path in lines} == lines


@given(st.text(max_size=200))
def test_any_text_is_a_mapping_or_an_error_with_words(text):
    try:
        read = parse_yaml(text).root.value
    except WorkspaceError as error:
        read = error.what
    assert isinstance(read, dict | str)
    assert read != ""
