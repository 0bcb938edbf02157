"""The `MLmodel` file of a logged model, read as data: nothing that it names is imported or opened here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchroom.domain import foreign_yaml
from watchroom.errors import ExplainError

FILE = "MLmodel"
_MOST_BYTES = 4_000_000  # MLflow writes a few thousand; a signature of ten thousand columns is about 1 MB
_MOST_SHOWN = 5  # repeated names that a message lists
_LOG_AGAIN = "Log the model again with MLflow."


@dataclass(frozen=True)
class Column:
    """A column of the signature with MLflow's type: `double`, `long`, `string`, …; empty when it is not a plain one."""

    name: str
    type: str


@dataclass(frozen=True)
class Card:
    """What the file says. `columns` are empty without a signature of named columns."""

    folder: Path
    flavors: Mapping[str, Mapping[str, Any]]
    columns: tuple[Column, ...]

    @property
    def loader(self) -> str:
        """The module that MLflow would load the model with; empty when the file does not say."""
        found = self.flavors.get("python_function", {}).get("loader_module")
        return found[:200] if isinstance(found, str) else ""

    def file(self, name: object) -> Path:
        """A file of the model's own folder. Raises `ExplainError` for one that is elsewhere, or is not there."""
        if not isinstance(name, str) or not name:
            raise ExplainError("The model's MLmodel file does not say where the model is.", next_step=_LOG_AGAIN)
        found = (self.folder / name).resolve()
        if not found.is_relative_to(self.folder.resolve()):
            raise ExplainError(
                "The model's MLmodel file points outside of the model's folder.",
                why=f"It names {name[:200]!r}.",
                next_step=_LOG_AGAIN,
            )
        if not found.is_file():
            raise ExplainError(
                f"The logged model has no file {name[:200]!r}, which its MLmodel file names.", next_step=_LOG_AGAIN
            )
        return found


def read(folder: Path) -> Card:
    """The card of the model in `folder`. Raises `ExplainError` when it is missing, too large or makes no sense."""
    file = folder / FILE
    if not file.is_file():
        raise ExplainError("The logged model has no MLmodel file.", next_step=_LOG_AGAIN)
    if file.stat().st_size > _MOST_BYTES:
        raise ExplainError(
            "The model's MLmodel file is too large.",
            why=f"It has {file.stat().st_size:,} bytes; {_MOST_BYTES:,} are read.",
            next_step=_LOG_AGAIN,
        )
    try:
        found = foreign_yaml.load(file.read_text("utf-8"))
    except ValueError as error:
        raise ExplainError(
            "The model's MLmodel file cannot be read.", why=_one_line(error), next_step=_LOG_AGAIN
        ) from error
    flavors = found.get("flavors") if isinstance(found, dict) else None
    if not isinstance(flavors, dict):
        raise ExplainError("The model's MLmodel file names no flavors.", next_step=_LOG_AGAIN)
    known = {str(name): value for name, value in flavors.items() if isinstance(value, dict)}
    return Card(folder, known, _columns(found.get("signature")))


def _columns(signature: object) -> tuple[Column, ...]:
    """The named inputs; none for a signature of tensors, or without one."""
    text = signature.get("inputs") if isinstance(signature, dict) else None
    if not isinstance(text, str):
        return ()
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        return ()
    named = [each for each in entries if isinstance(each.get("name"), str)]
    if len(named) != len(entries):
        return ()
    check_names([each["name"] for each in named], "signature")
    return tuple(Column(each["name"], _type(each)) for each in named)


def check_names(names: Sequence[str], where: str) -> None:
    """Raises `ExplainError` when a name is there twice: every value of its column would count twice."""
    repeated = sorted(name for name, times in Counter(names).items() if times > 1)
    if repeated:
        more = f" and {len(repeated) - _MOST_SHOWN} more" if len(repeated) > _MOST_SHOWN else ""
        raise ExplainError(
            f"The model's {where} names an input more than once.",
            why=f"It is {', '.join(repr(name[:100]) for name in repeated[:_MOST_SHOWN])}{more}.",
            next_step="Train and log the model with inputs of different names.",
        )


def _type(entry: Mapping[str, Any]) -> str:
    found = entry.get("type")
    return found if isinstance(found, str) and found != "tensor" else ""


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
