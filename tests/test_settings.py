"""The program's own settings: one table, from which the checks, the options and the docs come."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from watchroom.errors import SettingError
from watchroom.settings import Settings, cli_options, setting_names, settings_markdown

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_anything_said_the_server_is_on_loopback_only(elsewhere):
    assert Settings.load({}).host == "127.0.0.1"


@pytest.mark.parametrize(
    ("made", "expected"),
    [((), "."), (("data/",), "data"), (("watchroom.yaml",), "."), (("data/", "watchroom.yaml"), ".")],
)
def test_the_workspace_is_this_folder_or_its_data(elsewhere, made, expected):
    for name in made:
        (elsewhere / name).mkdir() if name.endswith("/") else (elsewhere / name).touch()
    assert Settings.load({}).workspace == Path(expected)


def test_an_option_wins_over_the_environment_and_that_over_the_default():
    environ = {"WATCHROOM_PORT": "9000", "WATCHROOM_PAGE_ROWS": "100"}
    settings = Settings.load(environ, port="9001", http_retries=None)
    assert (settings.port, settings.page_rows, settings.http_retries) == (9001, 100, 4)


def test_a_variable_that_is_empty_counts_as_not_set():
    assert Settings.load({"WATCHROOM_PORT": "", "WATCHROOM_HOST": " "}).port == 8501


def test_values_have_the_types_of_the_table():
    settings = Settings.load({"WATCHROOM_WORKSPACE": "ws", "WATCHROOM_QUERY_SECONDS": "2"}, port=80)
    assert (settings.workspace, settings.query_seconds, settings.port) == (Path("ws"), 2.0, 80)


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Settings.load({}).port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("port", "80x", "a whole number from 0 to 65535"),
        ("port", "70000", "a whole number from 0 to 65535"),
        ("port", "80.5", "a whole number"),
        ("port", "-1", "from 0"),
        ("port", "9" * 5000, "a whole number"),
        ("query_seconds", "nan", "a number from 0.1 to 3600"),
        ("query_seconds", "inf", "a number"),
        ("query_seconds", "0", "a number from 0.1"),
        ("host", "a b", "text without spaces"),
        ("host", "a\nb", "text without spaces"),
        ("workspace", "a\0b", "a folder"),
        ("threads", "0", "a whole number from 1 to 256"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_setting_and_what_is_expected(name, value, expected):
    variable = f"WATCHROOM_{name.upper()}"
    with pytest.raises(SettingError) as caught:
        Settings.load({variable: value})
    assert name in caught.value.what
    assert repr(value)[:20] in caught.value.what
    assert variable in caught.value.why
    assert expected in caught.value.why


def test_an_option_is_named_when_it_is_the_one_that_is_wrong():
    with pytest.raises(SettingError, match="--page-rows"):
        Settings.load({"WATCHROOM_PAGE_ROWS": "100"}, page_rows="many")


@pytest.mark.parametrize("value", [True, [1], object()])
def test_what_is_no_number_is_refused_as_a_setting_and_not_as_a_crash(value):
    with pytest.raises(SettingError):
        Settings.load({}, port=value)


def test_a_setting_that_does_not_exist_is_answered_with_the_nearest():
    with pytest.raises(SettingError, match="Did you mean 'threads'"):
        Settings.load({}, thread=1)


def test_the_commands_options_give_what_load_takes():
    @click.command()
    @cli_options("port", "page_rows")
    def command(**options: str | None) -> None:
        settings = Settings.load({}, **options)
        click.echo(f"{settings.port} {settings.page_rows}")

    assert CliRunner().invoke(command, ["--port", "81"]).output == "81 5000\n"
    text = CliRunner().invoke(command, ["--help"]).output
    assert text.index("--port") < text.index("--page-rows")
    assert "WATCHROOM_PAGE_ROWS" in text


def test_an_option_for_a_setting_that_does_not_exist_is_refused_when_the_command_is_made():
    with pytest.raises(SettingError):
        cli_options("prot")


def test_every_setting_has_a_heading_in_the_docs():
    text = DOCS.read_text("utf-8")
    assert [name for name in setting_names() if f"\n## {name}\n" not in text] == []


def test_the_docs_say_what_the_table_says():
    assert DOCS.read_text("utf-8") == settings_markdown()
