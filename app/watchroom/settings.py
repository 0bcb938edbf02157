"""The program's own settings, in one table: the class `Settings`, a line for each with its default and its reason.

The command's options, the environment variables, the checks and `docs/settings.md` all come from it. What belongs to
the models and the team is in the workspace's files, not here.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from watchroom.errors import SettingError

PREFIX = "WATCHROOM_"

STORE_VARIABLE = "WATCHROOM_STORE"
"""How the pages, which run in the server's process, learn where the snapshots are."""
_SHOWN_LENGTH = 60  # of a bad value in a message: enough to recognise it

Command = TypeVar("Command", bound=Callable[..., Any])


def _setting(default: Any, text: str, *, least: float | None = None, most: float | None = None, shown: str = "") -> Any:
    """A line of the table; a callable default is asked when the settings are loaded, and `shown` says it in words."""
    about = {"help": text, "least": least, "most": most, "shown": shown or str(default)}
    if callable(default):
        return field(default_factory=default, metadata=about)
    return field(default=default, metadata=about)


def _default_workspace() -> Path:
    """The current folder when it is a workspace itself, else its `data`, as in a checkout."""
    return Path("data") if Path("data").is_dir() and not Path("watchroom.yaml").exists() else Path()


def default_threads() -> int:
    """A thread for each core, at most four."""
    return min(4, os.cpu_count() or 1)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, checked. Get it with `Settings.load`; the order here is the order in the help and the docs."""

    workspace: Path = _setting(  # noqa: RUF009 - it gives a `field`, as the other lines do
        _default_workspace,
        "The folder with `watchroom.yaml` and `models/`.",
        shown="`data` when there is one here, else this folder",
    )
    host: str = _setting(
        "127.0.0.1",
        "The address to serve on. Loopback, so that nobody else can reach it until sign-in is set up.",
    )
    port: int = _setting(8501, "The port to serve on; Streamlit's own. 0 takes any free one.", least=0, most=65535)
    query_seconds: float = _setting(
        10.0,
        "How long one query of a page may take before it is stopped and the page says so: "
        "a reader has given up by then, and it holds a thread that others wait for.",
        least=0.1,
        most=3600,
    )
    sql_seconds: float = _setting(
        60.0,
        "How long `watchroom sql` may take: longer than a page, since somebody asked for just that.",
        least=0.1,
        most=86400,
    )
    sql_rows: int = _setting(
        10_000,
        "The most rows `watchroom sql` prints, so that a forgotten WHERE fills no disk; it says when it bites.",
        least=1,
        most=100_000_000,
    )
    http_timeout_seconds: float = _setting(
        30.0,
        "How long to wait for each answer of a tracking server: a search over many runs takes it several seconds.",
        least=0.1,
        most=3600,
    )
    http_retries: int = _setting(
        4,
        "How often a request to a tracking server is tried again, with growing pauses, before the refresh gives up "
        "and the old snapshot stays.",
        least=0,
        most=20,
    )
    reconcile_runs: int = _setting(
        500,
        "How many runs a refresh over HTTP asks about again, in turn by their start time. A late metric or tag on a "
        "finished run moves none of MLflow's timestamps, so only asking finds it. Whole histories are compared for 50 "
        "runs at a time: a point below a metric's last step shows nowhere else.",
        least=1,
        most=1_000_000,
    )
    full_reconcile_hours: float = _setting(
        24.0,
        "How old the last complete comparison with MLflow may be before a refresh makes another. Over HTTP it asks "
        "about every run and reads every metric's history again, which takes as long as the first refresh; it finds "
        "what `mlflow gc` removed and every other change without a timestamp. 0 makes one each time.",
        least=0,
        most=8760,
    )
    lock_wait_seconds: float = _setting(
        60.0,
        "How long a second refresh waits for the first before it ends and says who holds the store.",
        least=0,
        most=86400,
    )
    keep_snapshots: int = _setting(
        3,
        "How many snapshots stay on disk, the current one included. One that is being read is never removed.",
        least=1,
        most=1000,
    )
    explain_seconds: float = _setting(
        900.0,
        "How long explaining the new decisions of one model version may take before it is stopped and the next one's "
        "turn comes; an explanation on a page has at most 30 seconds of it.",
        least=1,
        most=86400,
    )
    explain_memory_mb: int = _setting(
        4096,
        "The memory that the process which loads a logged model may take, in MiB of address space. "
        "A large forest needs more.",
        least=512,
        most=1_000_000,
    )
    stale_running_days: float = _setting(
        2.0,
        "A run that has been RUNNING for longer than this is shown as stale: its process most likely died "
        "without a word.",
        least=0.01,
        most=3650,
    )
    old_after_hours: float = _setting(
        26.0,
        "A snapshot older than this is said to be old, in the sidebar, on Home and on Status: a daily refresh with two "
        "hours to spare.",
        least=0.01,
        most=87600,
    )
    memory_limit_mb: int = _setting(
        1024,
        "The most memory DuckDB may use in the server, in megabytes; a query that needs more is refused, and says so: "
        "the server writes nothing to disk.",
        least=64,
        most=1_048_576,
    )
    threads: int = _setting(
        default_threads,
        "How many threads DuckDB may use in the server: few, since many sessions share them.",
        least=1,
        most=256,
        shown="the number of cores, at most 4",
    )
    page_rows: int = _setting(
        5000,
        "The most rows a page's table takes from the store; the page says how many there are in all. "
        "More makes a browser slow, and nobody reads them.",
        least=10,
        most=1_000_000,
    )

    @classmethod
    def load(cls, environ: Mapping[str, str], **overrides: object) -> Settings:
        """The settings: the overrides (`None` is none), else `WATCHROOM_<NAME>`, else the default.

        An environment variable that is set but empty counts as not set. Raises `SettingError` naming the setting, the
        value and what is expected.
        """
        known = _table()
        for name in overrides:
            if name not in known:
                raise _unknown(name, known)
        given = {name: _given(name, environ, overrides) for name in known}
        values = {name: _checked(known[name], *found) for name, found in given.items() if found is not None}
        return cls(**values)


_TYPES = get_type_hints(Settings)
_EXPECTED = {int: "a whole number", float: "a number", Path: "a folder", str: "text without spaces"}


def _table() -> dict[str, Field[Any]]:
    return {line.name: line for line in fields(Settings)}


def _unknown(name: str, known: Mapping[str, object]) -> SettingError:
    near = get_close_matches(name, known, n=1)
    return SettingError(
        f"There is no setting {name!r}.",
        next_step=f"Did you mean {near[0]!r}?" if near else f"The settings are {', '.join(known)}.",
    )


def _given(name: str, environ: Mapping[str, str], overrides: Mapping[str, object]) -> tuple[object, str] | None:
    """The value and where it comes from, in words; `None` when only the default is left."""
    if overrides.get(name) is not None:
        return overrides[name], f"--{name.replace('_', '-')}"
    variable = PREFIX + name.upper()
    return (environ[variable], variable) if environ.get(variable, "").strip() else None


def _checked(line: Field[Any], value: object, source: str) -> Any:
    about = line.metadata
    parsed = _parsed(_TYPES[line.name], value)
    low, high = about["least"], about["most"]
    if parsed is not None and (low is None or low <= parsed <= high):
        return parsed
    shown = repr(value if not isinstance(value, Path) else str(value))[:_SHOWN_LENGTH]
    raise SettingError(
        f"The setting {line.name} cannot be {shown}.",
        why=f"It comes from {source}; expected {expected(line)}.",
        next_step=f"Leave it out for the default: {about['shown']}.",
    )


def _parsed(kind: type, value: object) -> Any:
    """The value as its type, or `None` when it cannot be one; NaN and infinities are no numbers here."""
    if kind in (int, float):
        return _number(kind, value)
    text = str(value)
    if kind is Path:
        return Path(text) if text.strip() and "\0" not in text else None
    return text if text and text.isprintable() and " " not in text else None


def _number(kind: type, value: object) -> Any:
    if isinstance(value, bool):
        return None
    try:
        number = kind(value if kind is float else str(value))
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def expected(line: Field[Any]) -> str:
    """What the setting takes, in words: `a whole number from 1 to 65535`."""
    words = _EXPECTED[_TYPES[line.name]]
    low, high = line.metadata["least"], line.metadata["most"]
    return words if low is None else f"{words} from {low:g} to {high:.0f}"


def in_environment(settings: Settings) -> dict[str, str]:
    """The settings as the environment variables that say the same, from which a server's pages load them."""
    return {PREFIX + line.name.upper(): str(getattr(settings, line.name)) for line in fields(Settings)}


def setting_names() -> tuple[str, ...]:
    """The name of every setting, in the table's order."""
    return tuple(_table())


def cli_options(*names: str) -> Callable[[Command], Command]:
    """A decorator that gives a click command an option for each named setting, in this order.

    The command gets each as text or `None`, under the setting's name: hand them to `Settings.load(environ, **options)`,
    which says what is wrong in the same words wherever the value came from.
    """
    known = _table()
    for name in names:
        if name not in known:
            raise _unknown(name, known)

    def decorate(command: Command) -> Command:
        for name in reversed(names):
            command = _option(known[name])(command)
        return command

    return decorate


def _option(line: Field[Any]) -> Callable[[Command], Command]:
    import click

    metavars = {int: "NUMBER", float: "NUMBER", Path: "FOLDER", str: "TEXT"}
    text = f"{line.metadata['help']} [default: {line.metadata['shown']}; env: {PREFIX}{line.name.upper()}]"
    return click.option(
        f"--{line.name.replace('_', '-')}",
        line.name,
        default=None,
        metavar=metavars[_TYPES[line.name]],
        help=text.replace("`", ""),
    )


_INTRODUCTION = """\
# Settings

The settings of the program itself, as against [the workspace's files](workspace.md), which describe the models and
the team. Each can be given as an option of the commands that use it, or as an environment variable; the option wins.
A variable that is set but empty counts as not set. A value that cannot be is refused with what was expected.

This page is made from the table in `watchroom/settings.py`; a test keeps the two the same.
"""


def settings_markdown() -> str:
    """The text of `docs/settings.md`, whole."""
    return "\n".join([_INTRODUCTION, *(_section(line) for line in fields(Settings))])


def _section(line: Field[Any]) -> str:
    about = line.metadata
    default = f"`{about['shown']}`" if line.default is not MISSING else about["shown"]
    return (
        f"## {line.name}\n\n{about['help']}\n\n"
        f"`--{line.name.replace('_', '-')}`, `{PREFIX}{line.name.upper()}`; {expected(line)}; default: {default}\n"
    )
