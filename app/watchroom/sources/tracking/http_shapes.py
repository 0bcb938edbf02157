"""What MLflow's JSON has to look like: whatever else a server sends is found here, before anything is made of it.

How it is asked for, and what becomes of it, is elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from watchroom.errors import SourceError

BARREN_PAGES = 20
"""Pages in a row that may bring nothing new; a server that shows a user little may have some."""

MISSHAPEN = (
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    pa.ArrowInvalid,
    pa.ArrowTypeError,
)
"""What Python raises when JSON is not of the shape that was expected."""

Json = Mapping[str, Any]

_INFO_TEXTS = ("run_name", "status", "lifecycle_stage", "user_id", "artifact_uri")
_DATASET_TEXTS = ("name", "digest", "source_type", "source", "schema", "profile")


class NotMlflow(SourceError):
    """An answer that MLflow would not give."""


def not_mlflow(shown: str, endpoint: str, why: str) -> NotMlflow:
    """The error for an answer that MLflow would not give; `shown` is the server's address, without secrets."""
    return NotMlflow(
        f"What answers at {shown} does not answer as MLflow does.",
        why=f"{endpoint}: {why}",
        next_step="Check `mlflow.tracking_uri` in watchroom.yaml, and what stands before the server.",
    )


@contextmanager
def shaped(shown: str, endpoint: str) -> Iterator[None]:
    """Turn what misshapen JSON leads to into a SourceError that names the endpoint."""
    try:
        yield
    except MISSHAPEN as error:
        raise not_mlflow(shown, endpoint, reason(error)) from error


def reason(error: BaseException) -> str:
    """What was wrong with the JSON, as far as Python says it."""
    if isinstance(error, KeyError):
        return f"{error} is missing."
    return f"it is not of the shape expected ({type(error).__name__}: {str(error)[:200]})."


def listed(answer: Json, name: str) -> list[Any]:
    """The list under a name, empty when there is none. Raises TypeError for anything but a list."""
    found = answer.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise TypeError(f"{name} is not a list")
    return found


def mappings(answer: Json, name: str) -> list[Json]:
    """The list of mappings under a name. Raises TypeError for anything else."""
    found = listed(answer, name)
    if not all(isinstance(each, dict) for each in found):
        raise TypeError(f"{name} has something else than objects")
    return found


def next_token(answer: Json) -> str | None:
    """The token of the next page; None when this is the last. Raises TypeError for what is not text."""
    found = answer.get("next_page_token") or None
    if not isinstance(found, str | None):
        raise TypeError("next_page_token is not text")
    return found


def text_of(item: Json, name: str) -> str:
    """The text under a name. Raises TypeError or KeyError when there is none."""
    return _text(item[name], name)


class Paging:
    """Pages of a listing so far: notices when they go round in a circle."""

    def __init__(self) -> None:
        self._tokens: set[str] = set()
        self._pages: set[int] = set()
        self._barren = 0

    def follow(self, token: str, items: Sequence[Any]) -> None:
        """Note a page and the token that it gave. Raises TypeError when the pages would never end."""
        if token in self._tokens:
            raise TypeError("its pages never end: one leads back to another")
        self._tokens.add(token)
        page = hash(json.dumps(items))
        self._barren = self._barren + 1 if not items or page in self._pages else 0
        self._pages.add(page)
        if self._barren >= BARREN_PAGES:
            raise TypeError(f"its pages do not end, and the last {BARREN_PAGES} brought nothing new")


def run_mistake(run: object) -> str:
    """What of a run is not as MLflow gives it; empty when it can be read."""
    try:
        _check_run(run)
    except (KeyError, TypeError, AttributeError) as error:
        return reason(error)
    return ""


def _check_run(run: Any) -> None:
    info = run["info"]
    _text(info.get("run_id") or info["run_uuid"], "run_id")
    for name in _INFO_TEXTS:
        _optional_text(info.get(name), name)
    data = run.get("data") or {}
    for part in ("params", "tags"):
        for pair in mappings(data, part):
            _text(pair["key"], f"a key of {part}")
            _optional_text(pair.get("value"), f"a value of {part}")
    for metric in mappings(data, "metrics"):
        _text(metric["key"], "a key of metrics")
    for used in mappings(run.get("inputs") or {}, "dataset_inputs"):
        dataset = used.get("dataset") or {}
        for name in _DATASET_TEXTS:
            _optional_text(dataset.get(name), f"{name} of a dataset")
        for tag in mappings(used, "tags"):
            _optional_text(tag.get("value"), "a tag of a dataset")


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{name} is not text")
    return value


def _optional_text(value: object, name: str) -> None:
    if not isinstance(value, str | None):
        raise TypeError(f"{name} is not text")
