"""Runs of a tracking server as rows: from the answer of a search, and from the histories of their metrics.

Which runs to ask about is decided elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from typing import Any

from watchroom.sources.tracking.http_api import ApiError, MlflowApi
from watchroom.sources.tracking.http_listing import run_id, start_of
from watchroom.sources.tracking.http_shapes import MISSHAPEN, NotMlflow, mappings, reason
from watchroom.sources.tracking.rows import RunRows, Series, whole

BULK_POINTS = 25_000
"""The most points that MLflow gives in one answer."""

PAGE_POINTS = 25_000
"""Points of a page of a single history: MLflow makes about 10,000 points a second, and must stay within the timeout."""

BULK_RUNS = 75
"""Runs in one request for histories: MLflow takes 100, but older servers refuse an address of over 4,094 characters."""

_BULK = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"
_CONTEXT_TAG = "mlflow.data.context"
# A SQL store has no infinities and keeps them as the largest float.
_INFINITE = 1.7976931348623157e308

Json = Mapping[str, Any]
Histories = dict[tuple[str, str], Series]


def search_digest(run: Json) -> str:
    """A digest of everything a search says of a run, the same whatever the order in which it is said."""
    data = run.get("data") or {}
    told = [run["info"], *(sorted(map(_canonical, data.get(part) or ())) for part in ("params", "metrics", "tags"))]
    inputs = sorted(map(_canonical, (run.get("inputs") or {}).get("dataset_inputs") or ()))
    return _digest(_canonical([told, inputs]).encode())


def history_digest(run: Json, histories: Histories) -> str:
    """A digest of a run's metric points, the same whatever the order in which they came."""
    digest = hashlib.blake2b(digest_size=8)
    for key in sorted(metric_keys(run)):
        series = histories.get((run_id(run), key)) or Series()
        points = sorted(zip(series.steps, series.times, map(repr, series.values), strict=True))
        digest.update(f"{key}\0{points}\0".encode("utf-8", "replace"))
    return digest.hexdigest()


def metric_keys(run: Json) -> list[str]:
    """The names of the run's metrics."""
    return [metric["key"] for metric in (run.get("data") or {}).get("metrics") or ()]


def number(value: object) -> float:
    """A metric's value from MLflow's JSON, where NaN and infinities are words, or the largest float."""
    found = float(value) if isinstance(value, int | float | str) else float("nan")
    return float("inf") * found if abs(found) >= _INFINITE else found


def add_run(run: Json, histories: Histories, fingerprint: str, into: RunRows) -> None:
    """Append everything about a run."""
    data = run.get("data") or {}
    run_id_ = run_id(run)
    tags = {tag["key"]: tag.get("value", "") for tag in data.get("tags") or ()}
    into.add("runs", [_run_row(run, tags, fingerprint)])
    into.add_texts("params", run_id_, {param["key"]: param.get("value", "") for param in data.get("params") or ()})
    into.add_texts("tags", run_id_, tags)
    into.add("run_inputs", _inputs(run))
    for key in metric_keys(run):
        if (series := histories.get((run_id_, key))) is not None:
            into.add_series(run_id_, key, series)


def _run_row(run: Json, tags: Mapping[str, str], fingerprint: str) -> dict[str, Any]:
    info = run["info"]
    return {
        "run_id": run_id(run),
        "experiment_id": str(info.get("experiment_id")),
        "name": info.get("run_name") or None,
        "status": info.get("status") or "RUNNING",
        "lifecycle_stage": info.get("lifecycle_stage") or "active",
        "user": info.get("user_id") or None,
        "source_type": tags.get("mlflow.source.type") or None,
        "source_name": tags.get("mlflow.source.name") or None,
        "artifact_uri": info.get("artifact_uri") or None,
        "fingerprint": fingerprint,
        "start_ms": start_of(run),
        "end_ms": whole(info.get("end_time")) or None,
    }


def _inputs(run: Json) -> list[dict[str, Any]]:
    rows = []
    for used in (run.get("inputs") or {}).get("dataset_inputs") or ():
        dataset = used.get("dataset") or {}
        texts = {
            key: dataset.get(key) or None for key in ("name", "digest", "source_type", "source", "schema", "profile")
        }
        contexts = [tag.get("value") for tag in used.get("tags") or () if tag.get("key") == _CONTEXT_TAG]
        rows.append({"run_id": run_id(run), "context": contexts[0] if contexts else None, **texts})
    return rows


class HistoryReader:
    """The histories of metrics, many runs at once where the server can do that.

    `refused` has what the server would not give: for each run and metric, why.
    """

    def __init__(self, api: MlflowApi) -> None:
        self._api = api
        self._has_bulk = True
        self.refused: dict[tuple[str, str], str] = {}

    def ask(self, runs: Sequence[Json], threads: Executor) -> list[Future[Histories]]:
        """Begin to read all the histories of some runs; each answer has some of them."""
        return [threads.submit(self._read, key, run_ids) for key, run_ids in _groups(runs)]

    def _read(self, key: str, run_ids: Sequence[str]) -> Histories:
        if len(run_ids) == 1:
            return self._alone(run_ids[0], key)
        histories = self._bulk(key, run_ids)
        if histories is None:
            middle = len(run_ids) // 2
            return self._read(key, run_ids[:middle]) | self._read(key, run_ids[middle:])
        return histories

    def _bulk(self, key: str, run_ids: Sequence[str]) -> Histories | None:
        """The histories of all the runs; None when the server will not say, or not all: then ask for fewer."""
        if not self._has_bulk:
            return None
        asked = {"run_id": list(run_ids), "metric_key": key, "max_results": BULK_POINTS}
        try:
            points = mappings(self._api.get(_BULK, asked), "metrics")
            if len(points) >= BULK_POINTS:  # cut short
                return None
            histories: Histories = {(each, key): Series() for each in run_ids}
            for point in points:
                _add_point(histories[point["run_id"], key], point)
            return histories
        except (*MISSHAPEN, ValueError):  # a damaged point is asked for again alone, and named then
            return None
        except ApiError as error:
            self._has_bulk = not error.is_missing_endpoint
            return None  # one of the runs may be gone meanwhile, or damaged: asked for by themselves, the others come

    def _alone(self, run_id_: str, key: str) -> Histories:
        """The history of one metric of one run, page by page.

        Pages are offsets into an order by time: points logged meanwhile come at the end, or shift by a few what comes
        next, which is why a point of the page before is not taken again.
        """
        series, before, page = Series(), set[tuple[Any, ...]](), set[tuple[Any, ...]]()
        asked = {"run_id": run_id_, "metric_key": key, "max_results": PAGE_POINTS}
        try:
            for count, point in enumerate(self._api.pages("metrics/get-history", asked, "metrics", "GET")):
                if count % PAGE_POINTS == 0:
                    before, page = page, set()
                identity = (point.get("step"), point.get("timestamp"), str(point.get("value")))
                page.add(identity)
                if identity not in before:
                    _add_point(series, point)
        except ApiError as error:
            self.refused[run_id_, key] = error.message or f"HTTP {error.status}"
        except NotMlflow as error:
            self.refused[run_id_, key] = error.why
        except (*MISSHAPEN, ValueError) as error:
            self.refused[run_id_, key] = reason(error)
        return {(run_id_, key): series}


def _add_point(series: Series, point: Json) -> None:
    series.add(whole(point.get("step")) or 0, whole(point.get("timestamp")) or 0, number(point.get("value")))


def by_points(runs: Sequence[Json], most: int) -> Iterator[list[Json]]:
    """The runs in groups of at most about `most` metric points, as far as their last steps tell."""
    group, points = list[Json](), 0
    for run in runs:
        expected = sum(_expected(metric) for metric in (run.get("data") or {}).get("metrics") or ())
        if group and points + expected > most:
            yield group
            group, points = [], 0
        group.append(run)
        points += expected
    if group:
        yield group


def _expected(metric: Json) -> int:
    return 1 + min(max(0, whole(metric.get("step")) or 0), 1_000_000)  # a step may be a time in seconds


def _groups(runs: Sequence[Json]) -> Iterator[tuple[str, list[str]]]:
    """Metrics and the runs to ask for them together: as many as probably fit into one answer."""
    by_key: dict[str, list[tuple[str, int]]] = {}
    for run in runs:
        for metric in (run.get("data") or {}).get("metrics") or ():
            by_key.setdefault(metric["key"], []).append((run_id(run), _expected(metric)))
    for key, expected in by_key.items():
        group, points = list[str](), 0
        for run_id_, steps in expected:
            if group and (len(group) == BULK_RUNS or points + steps >= BULK_POINTS):
                yield key, group
                group, points = [], 0
            group.append(run_id_)
            points += steps
        yield key, group


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
