"""All regulations that models of a workspace are mapped to: those that ship, as its files change them, and its own.

The files' form is in `regulation_file`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path

from watchroom.domain.regulation import Heading, Need, Regulation, Source, Way, WayKind
from watchroom.domain.regulation_facts import FACTS
from watchroom.errors import WorkspaceError
from watchroom.workspace.mistakes import Mistake, listed, nearest, printable, quoted
from watchroom.workspace.reading import read
from watchroom.workspace.regulation_file import HeadingFile, RegulationFile, SourceFile, WayFile

FOLDER = "regulations"

_ENDINGS = {".yaml", ".yml"}


@dataclass(frozen=True)
class Regulations:
    """Every regulation that models are mapped to, and what is wrong in the workspace's files, `files` of them read."""

    regulations: tuple[Regulation, ...]
    problems: tuple[WorkspaceError, ...]
    files: int = 0


def read_regulations(folder: Path, environ: Mapping[str, str] = os.environ) -> Regulations:
    """Those that ship, in their order, as the files in `regulations/` of the workspace change them; then its own.

    A file with a mistake changes nothing: what it extends stays as it ships.
    """
    found = {one.id: one for one in shipped()}
    hidden: set[str] = set()
    problems: list[WorkspaceError] = []
    paths = _files(folder / FOLDER, problems)
    for path in paths:
        shown = f"{FOLDER}/{printable(path.name)}"
        reading = read(path, shown, "regulation", RegulationFile, environ, _rules, within=folder)
        problems += reading.problems
        if reading.value is None:
            continue
        name = reading.value.extends or path.stem
        if name in found and reading.value.extends is None:
            problems.append(_taken(name, shown))
            continue
        found[name] = replace(merged(found.get(name), name, reading.value), file=shown)
        hidden |= {name} if reading.value.hidden else set()
    return Regulations(tuple(one for one in found.values() if one.id not in hidden), tuple(problems), len(paths))


@cache
def shipped() -> tuple[Regulation, ...]:
    """The regulations that ship, in the order of their files' names."""
    folder = Path(str(package_files("watchroom.workspace"))) / FOLDER
    found = []
    for path in sorted(folder.glob("*.yaml")):
        reading = read(path, path.name, "regulation", RegulationFile, {}, _rules, within=None)
        assert reading.value is not None, reading.problems
        found.append(merged(None, path.stem.partition("_")[2], reading.value))
    return tuple(found)


def merged(base: Regulation | None, name: str, file: RegulationFile) -> Regulation:
    """The regulation as the file has it, upon the one that it extends."""
    start = base or Regulation(name, name, "", "", Source(""), ())
    held = {heading.id: heading for heading in start.headings if heading.id not in file.drop}
    for heading, change in file.headings.items():
        held[heading] = _heading(held.get(heading), heading, change)
    return replace(
        start,
        title=file.title or start.title,
        about=file.about or start.about,
        applies=file.applies or start.applies,
        source=_source(file.source, start.source),
        unverified=file.unverified or start.unverified,
        models=file.models or start.models,
        headings=tuple(held.values()),
    )


def _source(given: SourceFile | None, before: Source) -> Source:
    return before if given is None else Source(given.text, given.url or "", given.issued, given.read_on)


def _heading(base: Heading | None, name: str, change: HeadingFile) -> Heading:
    start = base or Heading(name, name, "", ())
    needs = {need.id: need for need in start.needs if need.id not in change.drop}
    for need, said in change.needs.items():
        before = needs.get(need)
        ways = tuple(map(_way, said.ways)) if said.ways is not None else before.ways if before else ()
        needs[need] = Need(need, said.says or (before.says if before else need), ways)
    told = (change.title or start.title, change.asks or start.asks)
    return Heading(name, *told, tuple(needs.values()), change.group or start.group)


def _way(given: WayFile) -> Way:
    kinds: tuple[WayKind, ...] = ("fact", "item", "card", "evidence", "elsewhere")
    kind = next(one for one in kinds if getattr(given, one) is not None)
    return Way(kind, str(getattr(given, kind)))


def _rules(file: RegulationFile) -> Iterable[Mistake]:
    """What only several fields together can get wrong."""
    base = next((one for one in _to_extend(file) if one.id == file.extends), None)
    if file.extends is not None and base is None:
        names = [one.id for one in shipped()]
        hint = nearest(file.extends, names)
        yield Mistake(f"{quoted(file.extends)} does not ship.", ("extends",), f"Expected one of {listed(names)}.", hint)
    known = {heading.id: {need.id for need in heading.needs} for heading in base.headings} if base else {}
    for name, heading in file.headings.items():
        yield from _heading_rules(name, heading, known.get(name))


def _to_extend(file: RegulationFile) -> tuple[Regulation, ...]:
    """Those that ship, for a file that extends one; none else, as while they are read themselves."""
    return shipped() if file.extends is not None else ()


def _heading_rules(name: str, heading: HeadingFile, known: set[str] | None) -> Iterable[Mistake]:
    place = ("headings", name)
    if known is None:
        for field in ("title", "asks"):
            if getattr(heading, field) is None:
                yield Mistake(f"{quoted(field)} is missing.", place, "A new heading cannot do without it.")
    for need, said in heading.needs.items():
        here = (*place, "needs", need)
        if need not in (known or ()) and (said.says is None or not said.ways):
            yield Mistake("What it says, or how it may be held, is missing.", here, "A new need has `says` and `ways`.")
        for place_of, way in enumerate(said.ways or ()):
            yield from _way_rules(way, (*here, "ways", place_of))


def _way_rules(way: WayFile, place: tuple[str | int, ...]) -> Iterable[Mistake]:
    given = [name for name in type(way).model_fields if getattr(way, name) is not None]
    if len(given) != 1:
        yield Mistake("A way is just one thing.", place, f"Expected one of {listed(list(type(way).model_fields))}.")
    if way.fact is not None and way.fact not in FACTS:
        hint = nearest(way.fact, FACTS)
        yield Mistake(f"There is no fact {quoted(way.fact)}.", (*place, "fact"), f"Expected {listed(FACTS, 50)}.", hint)


def _taken(name: str, shown: str) -> WorkspaceError:
    return WorkspaceError(
        f"{quoted(name)} ships already.",
        why="A file of the same name does not replace it.",
        next_step=f"Write `extends: {name}` to change it, or give the file another name.",
        file=shown,
    )


def _files(folder: Path, problems: list[WorkspaceError]) -> list[Path]:
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        why = f"{error.strerror or type(error).__name__}."
        problems.append(WorkspaceError("The folder cannot be read.", why=why, file=folder.name))
        return []
    return [path for path in paths if path.suffix.lower() in _ENDINGS and not path.name.startswith(".")]
