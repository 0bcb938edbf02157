"""What a sign-off binds: everything that was to be seen of a model version at a stage, with a digest of each part.

Each part's content is flat: what is told of, by its name. That is enough to say later, in words, what has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

PARTS: tuple[str, ...] = ("metrics", "checks", "data", "card", "explanation", "evidence")
"""The parts, in the order in which they are shown."""

MET: frozenset[str] = frozenset({"pass", "waived"})
"""The statuses of an item that do not stand in the way."""

MOST_CHANGES = 20
"""Changes named at most: more are told as how many there are besides."""

_LONG = 200
"""Characters of a text that a part keeps: of a longer one it keeps the beginning and a digest."""


@dataclass(frozen=True)
class Part:
    """One part of what is signed: its name, the SHA-256 (hex) of its content, and the content itself."""

    name: str
    digest: str
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Signable:
    """All that a sign-off of a version at a stage binds. `tier` is the one asked for; no `authors` are unknown ones.

    `blockers` are the reasons, each in words, why it cannot be approved now. They are not part of the digest: they are
    looked at again when somebody signs. `held_up` are those of them that are findings: while there is one, not even
    what was approved before counts.
    """

    model: str
    version: int
    stage: str
    tier: str
    authors: tuple[str, ...]
    parts: tuple[Part, ...]
    blockers: tuple[str, ...] = ()
    held_up: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """The SHA-256 (hex) of what it is about and of the parts' digests: what travels with the button."""
        about = [self.model, self.version, self.stage]
        return _sha256([about, sorted((part.name, part.digest) for part in self.parts)])

    @property
    def content(self) -> dict[str, Mapping[str, Any]]:
        """Each part's content by its name: what a sign-off keeps, to be compared later."""
        return {part.name: part.content for part in self.parts}

    def part(self, name: str) -> Part | None:
        """The part of that name; None where there is none."""
        return next((one for one in self.parts if one.name == name), None)


def part(name: str, content: Mapping[str, Any]) -> Part:
    """A part with its digest. The content is anything JSON can hold; a number that is none is a text."""
    return Part(name, _sha256(content), content)


def number(value: float | None) -> float | str | None:
    """A number as a part keeps it: NaN and infinities as text, since JSON has none."""
    return value if value is None or abs(value) < float("inf") else str(value)


def text(value: str | None) -> str | None:
    """A text as a part keeps it: a long one by its beginning and its digest."""
    if value is None or len(value) <= _LONG:
        return value
    return f"{value[: _LONG // 2]}… (SHA-256 {hashlib.sha256(value.encode('utf-8', 'replace')).hexdigest()[:16]})"


def differences(before: Mapping[str, Any], now: Signable) -> tuple[str, ...]:
    """What has changed since somebody signed, each in words; empty while the sign-off holds.

    `before` is the `content` of what was signed. What came to be met, and evidence that was added, changes nothing; a
    part that there is not now is not compared.
    """
    found: list[str] = []
    for one in now.parts:
        if one.name in before:
            found += _WORDS[one.name](dict(before[one.name]), dict(one.content))
    rest = len(found) - MOST_CHANGES
    return (*found[:MOST_CHANGES], f"and {rest:,} more changes") if rest > 0 else tuple(found)


def _metrics(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[str]:
    return _any_change("the metric {}", before, now)


def _data(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[str]:
    for name in _names(before, now):
        if name not in now:
            yield f"{name} is no longer recorded"
        elif name not in before:
            yield f"{name} is new"
        elif before[name] != now[name]:
            yield f"{name} is another one ({_short(before[name])} → {_short(now[name])})"


def _card(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[str]:
    return _any_change("the card's {}", before, now, told=False)


def _explanation(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[str]:
    return _any_change("the share of {} in the explanation", before, now)


def _evidence(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[str]:
    for name, digest in before.items():
        if name not in now:
            yield f"the evidence {name} was withdrawn"
        elif now[name] != digest:
            lost = str(now[name]) in ("changed", "gone")
            yield f"the evidence {name} is {now[name]}" if lost else f"the evidence {name} is another file"


def _checks(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[str]:
    for item, status in now.items():
        if status in MET:
            continue
        if item not in before:
            yield f"the item {item} is asked now, and not met ({status})"
        elif before[item] in MET:
            yield f"the item {item} was {_status(before[item])} and is {_status(status)} now"


_WORDS = {
    "metrics": _metrics,
    "checks": _checks,
    "data": _data,
    "card": _card,
    "explanation": _explanation,
    "evidence": _evidence,
}


def _any_change(what: str, before: Mapping[str, Any], now: Mapping[str, Any], *, told: bool = True) -> Iterable[str]:
    for name in _names(before, now):
        subject = what.format(name)
        if name not in now:
            yield f"{subject} is gone"
        elif name not in before:
            yield f"{subject} is new"
        elif before[name] != now[name]:
            yield f"{subject} went from {_value(before[name])} to {_value(now[name])}" if told else f"{subject} changed"


def _names(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return sorted({*before, *now})


def _value(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "unknown" if value is None else str(value)


def _short(digest: Any) -> str:
    return str(digest)[:12] if digest is not None else "no digest"


def _status(status: Any) -> str:
    return {"pass": "met", "fail": "not met"}.get(str(status), str(status))


def _sha256(value: Any) -> str:
    said = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(said.encode()).hexdigest()
