"""What differs between two versions of a model: signature, environment, data, parameters, metrics.

Pure values in, pure values out. None on a side says that it is not known there; nothing is then said to differ.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

T = TypeVar("T")


@dataclass(frozen=True)
class Changed(Generic[T]):
    """Something that is on both sides and not the same."""

    name: str
    before: T
    now: T


@dataclass(frozen=True)
class Column:
    """A column of a signature. `name` is empty for a column without one, and for a tensor."""

    name: str
    type: str
    required: bool


def columns(text: str | None) -> tuple[Column, ...] | None:
    """The columns of one side of a signature, from MLflow's JSON; None when there is none or it cannot be read."""
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        return None
    return tuple(_column(one) for one in found)


def _column(one: Mapping[str, Any]) -> Column:
    return Column(str(one.get("name") or ""), _type(one), one.get("required") is not False)


def _type(one: Mapping[str, Any]) -> str:
    """The type as a person writes it: `double`, `array of string`, `tensor float64 (-1, 28)`."""
    kind = str(one.get("type") or "unknown")
    tensor, items = one.get("tensor-spec"), one.get("items")
    if kind == "tensor" and isinstance(tensor, dict):
        shape = ", ".join(str(size) for size in tensor.get("shape") or ())
        return f"tensor {tensor.get('dtype', 'unknown')} ({shape})"
    if kind == "array" and isinstance(items, dict):
        return f"array of {_type(items)}"
    return kind


@dataclass(frozen=True)
class ColumnsDifference:
    """How the columns of one side of two signatures differ. Names of columns without one are their places, `#1`."""

    added: tuple[Column, ...]
    removed: tuple[Column, ...]
    retyped: tuple[Changed[str], ...]
    now_optional: tuple[str, ...]
    now_required: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs; the order of named columns does not count, as MLflow puts them in order itself."""
        return not (self.added or self.removed or self.retyped or self.now_optional or self.now_required)

    @property
    def asks_more(self) -> tuple[str, ...]:
        """What somebody who calls the model with the inputs of before lacks, or sends in another type."""
        new = [one.name for one in self.added if one.required]
        return (*new, *self.now_required, *(one.name for one in self.retyped if not _widens(one)))


_WIDER = {
    "integer": ("long", "float", "double"),
    "long": ("double",),
    "float": ("double",),
    "boolean": (),
}
"""The conversions of numbers that MLflow makes by itself when it holds an input against the signature."""


def _widens(one: Changed[str]) -> bool:
    return one.now in _WIDER.get(one.before, ())


def columns_difference(before: Sequence[Column] | None, now: Sequence[Column] | None) -> ColumnsDifference | None:
    """How two sides differ; None when either is not known. The order is that of the signatures."""
    if before is None or now is None:
        return None
    old, new = _named(before), _named(now)
    both = [name for name in new if name in old]
    return ColumnsDifference(
        tuple(one for name, one in new.items() if name not in old),
        tuple(one for name, one in old.items() if name not in new),
        tuple(Changed(name, old[name].type, new[name].type) for name in both if old[name].type != new[name].type),
        tuple(name for name in both if old[name].required and not new[name].required),
        tuple(name for name in both if new[name].required and not old[name].required),
    )


def _named(found: Sequence[Column]) -> dict[str, Column]:
    named = (Column(one.name or f"#{place}", one.type, one.required) for place, one in enumerate(found, start=1))
    return {one.name: one for one in named}


_OPTION = re.compile(r"^(-|#|$)")
_LINE_END = re.compile(r"\\\r?\n")
_HASH = re.compile(r"\s--hash[=\s]\S+")
_COMMENT = re.compile(r"(^|\s)#.*$")


def requirements(text: str | None) -> dict[str, str] | None:
    """Each package with its versions as written (`==2.1`, empty for any), from a `requirements.txt`; None without one.

    Options (`--index-url`), comments and hashes are left out. A line that pip alone understands, as a path or an
    address, is kept whole under itself, without what may be a secret in it.
    """
    if text is None:
        return None
    found: dict[str, str] = {}
    for raw in _LINE_END.sub(" ", text).splitlines():
        line = _COMMENT.sub("", _HASH.sub("", raw)).strip()
        if _OPTION.match(line):
            continue
        name, wanted = _requirement(line)
        found[name] = f"{found[name]}, {wanted}" if name in found and wanted != found[name] else wanted
    return dict(sorted(found.items()))


def _requirement(line: str) -> tuple[str, str]:
    try:
        one = Requirement(line)
    except (InvalidRequirement, RecursionError):  # of parentheses within parentheses without end
        return _without_login(line), ""
    extras = f"[{','.join(sorted(one.extras))}]" if one.extras else ""
    wanted = f"@ {_without_login(one.url)}" if one.url else str(one.specifier)
    marker = f" ; {one.marker}" if one.marker else ""
    return canonicalize_name(one.name) + extras, wanted + marker


def _without_login(address: str) -> str:
    return re.sub(r"(?<=://)[^/@\s]*@", "", address).partition("?")[0].strip()


Step = Literal["up", "down", "other"]


@dataclass(frozen=True)
class PackagesDifference:
    """How the packages of two environments differ; `added` and `removed` with their versions."""

    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]
    changed: tuple[Changed[str], ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.removed or self.changed)

    @property
    def major(self) -> tuple[Changed[str], ...]:
        """The packages whose first number of the version changed: those that may do something else now."""
        return tuple(one for one in self.changed if _major(one.before) != _major(one.now))


def packages_difference(before: Mapping[str, str] | None, now: Mapping[str, str] | None) -> PackagesDifference | None:
    """How two environments differ, by name; None when either is not known."""
    if before is None or now is None:
        return None
    return PackagesDifference(
        tuple((name, wanted) for name, wanted in sorted(now.items()) if name not in before),
        tuple((name, wanted) for name, wanted in sorted(before.items()) if name not in now),
        tuple(
            Changed(name, before[name], now[name])
            for name in sorted(now)
            if name in before and before[name] != now[name]
        ),
    )


def _pinned(wanted: str) -> Version | None:
    found = re.fullmatch(r"={2,3}\s*([^,;\s]+)", wanted.partition(" ;")[0].strip())
    try:
        return Version(found[1]) if found else None
    except InvalidVersion:
        return None


def _major(wanted: str) -> object:
    version = _pinned(wanted)
    # Before version 1 the second number says what breaks.
    return wanted if version is None else (version.epoch, version.major, version.minor if version.major == 0 else 0)


def step(one: Changed[str]) -> Step:
    """Whether a pinned package went up or down; `other` where that cannot be told."""
    before, now = _pinned(one.before), _pinned(one.now)
    if before is None or now is None or before == now:
        return "other"
    return "up" if now > before else "down"


def minor_of(python: str | None) -> str:
    """`3.11` of `3.11.7`; the text itself when it is not a version, empty for none."""
    found = re.match(r"\d+\.\d+", python or "")
    return found[0] if found else python or ""


@dataclass(frozen=True)
class Dataset:
    """A dataset that a run used; `context` is `training` or another, empty for none given."""

    context: str
    name: str
    digest: str | None


@dataclass(frozen=True)
class DataDifference:
    """The datasets of one context on both sides, and whether they are the same.

    `same` goes by the digests; None when a side has none, or a digest was not logged.
    """

    context: str
    before: tuple[Dataset, ...]
    now: tuple[Dataset, ...]
    same: bool | None


def data_differences(before: Iterable[Dataset], now: Iterable[Dataset]) -> tuple[DataDifference, ...]:
    """The contexts of either side, training first, then by name."""
    sides = [list(before), list(now)]
    contexts = sorted({one.context for side in sides for one in side}, key=lambda name: (name != "training", name))
    return tuple(
        _data(context, *([one for one in side if one.context == context] for side in sides)) for context in contexts
    )


def _data(context: str, before: list[Dataset], now: list[Dataset]) -> DataDifference:
    digests = [{one.digest for one in side} for side in (before, now)]
    known = before and now and not any(None in side for side in digests)
    same = digests[0] == digests[1] if known else None
    return DataDifference(context, _sorted(before), _sorted(now), same)


def _sorted(side: list[Dataset]) -> tuple[Dataset, ...]:
    return tuple(sorted(side, key=lambda one: (one.name, one.digest or "")))


@dataclass(frozen=True)
class MetricDifference:
    """A metric of two runs; None on the side that does not have it. `better` is the direction that is.

    `verdict` is of the one now: `better`, `worse`, `same`, or `unknown` when a value is missing or not finite.
    """

    key: str
    better: str
    before: float | None
    now: float | None

    @property
    def difference(self) -> float | None:
        """The value now less the one before; None when that cannot be told."""
        if self.before is None or self.now is None or not (math.isfinite(self.before) and math.isfinite(self.now)):
            return None
        return self.now - self.before

    @property
    def verdict(self) -> Literal["better", "worse", "same", "unknown"]:
        """Which way it went, by the metric's direction."""
        difference = self.difference
        if difference is None or self.before is None or self.now is None:
            return "unknown"
        gain = {"lower": -difference, "higher": difference}.get(self.better, abs(self.before) - abs(self.now))
        return "same" if gain == 0 else "better" if gain > 0 else "worse"


@dataclass(frozen=True)
class TextDifference:
    """A parameter or another text; None on the side that does not have it."""

    key: str
    before: str | None
    now: str | None


def text_differences(before: Mapping[str, str | None], now: Mapping[str, str | None]) -> tuple[TextDifference, ...]:
    """Those that differ, by name; numbers that are the same written in two ways (`1`, `1.0`) do not."""
    keys = sorted(before.keys() | now.keys())
    found = (TextDifference(key, before.get(key), now.get(key)) for key in keys)
    return tuple(one for one in found if not _same_text(one.before, one.now))


def _same_text(before: str | None, now: str | None) -> bool:
    if before is None or now is None or before == now:
        return before == now
    try:
        return float(before) == float(now)
    except ValueError:
        return False
