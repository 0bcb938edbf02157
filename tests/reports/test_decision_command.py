"""`watchroom report decision` writes the page that the Decision page gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.helpers.decided import MODEL, Decided, decided
from watchroom.cli import cli
from watchroom.errors import SettingError, StoreError


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Decided:
    return decided(tmp_path_factory.mktemp("report") / "room")


def write(room: Decided, output: Path, prediction_id: str, *more: str, model: str = MODEL) -> None:
    command = ["report", "decision", "--workspace", str(room.folder), "--model", model, "--id", prediction_id]
    done = CliRunner().invoke(cli, [*command, "--output", str(output), *more])
    if done.exception is not None:
        raise done.exception


@pytest.mark.parametrize("sampled", [True, False])
def test_it_says_why_whether_or_not_the_refresh_has_explained_it(room: Decided, tmp_path: Path, sampled: bool):
    prediction_id = room.an_id(sampled=sampled)
    write(room, tmp_path / "one.html", prediction_id)
    page = (tmp_path / "one.html").read_text("utf-8")
    for part in (
        prediction_id,
        "card-fraud, version 1",
        "mainly because of",
        "0123abcd",
        "d1g3st",
        "on the command line",
    ):
        assert part in page, part


def test_the_version_can_be_another_and_the_file_a_pdf(room: Decided, tmp_path: Path):
    write(room, tmp_path / "one.pdf", room.an_id(sampled=True), "--version", "2")
    assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("model", "prediction_id", "more", "said"),
    [
        (MODEL, "nobody", (), "There is no decision 'nobody'"),
        (MODEL, "d-00004", ("--version", "9"), "It was made by version 1, 2."),
        ("nothing", "d-00004", (), "There is no model 'nothing'"),
    ],
)
def test_what_is_not_there_is_told_and_nothing_is_written(
    room: Decided, tmp_path: Path, model: str, prediction_id: str, more: tuple[str, ...], said: str
):
    with pytest.raises(StoreError) as failed:
        write(room, tmp_path / "one.html", prediction_id, *more, model=model)
    assert said in str(failed.value)
    assert list(tmp_path.glob("one.html")) == []


def test_a_file_that_is_neither_is_refused(room: Decided, tmp_path: Path):
    with pytest.raises(SettingError, match="neither HTML nor PDF"):
        write(room, tmp_path / "one.docx", "d-00004")


def test_a_place_that_is_not_there_is_said_before_the_page_is_made(room: Decided, tmp_path: Path):
    with pytest.raises(SettingError, match="There is no folder"):
        write(room, tmp_path / "nowhere" / "one.html", "d-00004")
