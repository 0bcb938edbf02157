"""Reads the policies: the one that ships, and those of a workspace on top of what each extends.

A policy with a mistake is left out, and so is every policy that builds on it; both say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from watchroom.domain.policy import DEFAULT, Policy
from watchroom.errors import WorkspaceError
from watchroom.workspace.mistakes import listed, nearest, printable, quoted
from watchroom.workspace.policy_file import PolicyFile
from watchroom.workspace.policy_merge import merged
from watchroom.workspace.policy_semantics import policy_mistakes
from watchroom.workspace.reading import Reading, problems_of, read

POLICIES_FOLDER = "policies"

NOTHING = "nothing"
"""What a policy extends that begins from nothing."""

SHIPPED_FILE = Path(__file__).parent / "policies" / "default.yaml"


@dataclass(frozen=True)
class Policies:
    """The policies by name, a `default` always among them: the workspace's own if it is in order, else what ships.

    `broken` gives the file of each that is left out, by name; `files` counts all.
    """

    sound: Mapping[str, Policy]
    broken: Mapping[str, str]
    problems: tuple[WorkspaceError, ...]
    files: int


@cache
def shipped() -> Policy:
    """The policy that ships. Raises `WorkspaceError` for a copy of the program that is damaged."""
    reading = read(SHIPPED_FILE, SHIPPED_FILE.name, "policy", PolicyFile, {}, within=None)
    wrong = (*reading.problems, *_rules_broken(reading, None, SHIPPED_FILE.name))
    if reading.value is None or wrong:
        raise wrong[0]
    return merged(None, reading.value, DEFAULT, None)


def read_policies(paths: Sequence[Path]) -> Policies:
    """The policies in these files, in their order. Never raises for what is in them."""
    return _Reader([_read(path) for path in paths]).all()


def _read(path: Path) -> _Read:
    shown = f"{POLICIES_FOLDER}/{printable(path.name)}"
    return _Read(path.stem, shown, read(path, shown, "policy", PolicyFile, {}, within=path.parent.parent))


def _rules_broken(reading: Reading[PolicyFile], base: Policy | None, shown: str) -> tuple[WorkspaceError, ...]:
    if reading.value is None or reading.root is None:
        return ()
    return problems_of(policy_mistakes(reading.value, base), reading.root, shown)


@dataclass(frozen=True)
class _Read:
    name: str
    shown: str
    reading: Reading[PolicyFile]


class _Reader:
    """Puts each file on top of what it extends, whatever the order in which they stand."""

    def __init__(self, files: Sequence[_Read]) -> None:
        self._files: dict[str, _Read] = {}
        self._problems: list[WorkspaceError] = []
        self._done: dict[str, Policy | None] = {}
        self._count = len(files)
        for file in files:
            if file.name in self._files:
                first = self._files[file.name].shown
                self._say(
                    file, (), f"A second file is called {quoted(file.name)}; it is left out.", f"The first is {first}."
                )
            else:
                self._files[file.name] = file

    def all(self) -> Policies:
        for name in self._files:
            self._policy(name, ())
        own = {name: policy for name, policy in self._done.items() if policy is not None}
        sound = {DEFAULT: shipped(), **own}
        broken = {name: self._files[name].shown for name, policy in self._done.items() if policy is None}
        return Policies(MappingProxyType(sound), MappingProxyType(broken), tuple(self._problems), self._count)

    def _policy(self, name: str, above: tuple[str, ...]) -> Policy | None:
        if name not in self._done:
            file = self._files[name]
            self._problems += file.reading.problems
            self._done[name] = None  # while it is being made: what extends itself finds nothing
            self._done[name] = self._made(file, (*above, name))
        return self._done[name]

    def _made(self, file: _Read, above: tuple[str, ...]) -> Policy | None:
        value = file.reading.value
        if value is None:
            return None
        if value.extends == NOTHING:
            return self._on(file, value, None)
        if value.extends == DEFAULT and (file.name == DEFAULT or DEFAULT not in self._files):
            return self._on(file, value, shipped())
        base = self._base(file, value.extends, above)
        return self._on(file, value, base) if base else None

    def _base(self, file: _Read, name: str, above: tuple[str, ...]) -> Policy | None:
        if name not in self._files:
            known = (DEFAULT, NOTHING, *self._files)
            hint = nearest(name, known)
            self._say(
                file, ("extends",), f"There is no policy {quoted(name)}.", f"Expected one of {listed(known)}.", hint
            )
            return None
        if name in above:
            way = " → ".join([*above[above.index(name) :], name])
            self._say(file, ("extends",), "The policy extends itself.", printable(f"{way}."))
            return None
        base = self._policy(name, above)
        if base is None:
            what = f"The policy that it extends, {quoted(name)}, cannot be read."
            self._say(file, ("extends",), what, next_step=f"Mend {self._files[name].shown} first.")
        return base

    def _on(self, file: _Read, value: PolicyFile, base: Policy | None) -> Policy | None:
        wrong = _rules_broken(file.reading, base, file.shown)
        self._problems += wrong
        return None if wrong else merged(base, value, file.name, file.shown)

    def _say(self, file: _Read, path: tuple[str, ...], what: str, why: str = "", next_step: str = "") -> None:
        root = file.reading.root
        self._problems.append(
            WorkspaceError(
                what,
                why=why,
                next_step=next_step,
                file=file.shown,
                line=root.line_of(path) if root and path else None,
                field=".".join(path),
            )
        )
