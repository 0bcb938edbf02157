"""Which runs a tracking server has: listings that stay right while runs are added, and that say what they cover.

MLflow's page tokens are offsets, which shift when a run is added or removed. So a listing goes along the start times
instead: each page asks for the runs that started at or after the last run of the page before, oldest first. A run that
starts meanwhile comes at the end; a deleted run stays in the listing, which asks for deleted ones too; only a run
logged meanwhile with an older start time can be missed, and the next round finds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from watchroom.sources.tracking.http_api import MlflowApi
from watchroom.sources.tracking.http_shapes import (
    Json,
    Paging,
    listed,
    next_token,
    not_mlflow,
    run_mistake,
    shaped,
)
from watchroom.sources.tracking.rows import whole

PAGE = 1_000
"""Runs of a page: fewer cost more requests, more make an answer slow to make and to read."""

FIRST_PAGE = 200
"""Runs of a page while nothing is known of how much there is to a run."""

LEAST_PAGE = 20
"""Runs of a page, however much there is to a run."""

PAGE_ITEMS = 40_000
"""Params, metrics and tags of a page, about 4 MB; pages become smaller when runs have many."""

IDS = 100
"""Runs asked for by id in one request."""

_SEARCH = "runs/search"


@dataclass(frozen=True)
class Window:
    """A stretch of start times in milliseconds, both ends included; None is without end."""

    first: int | None = None
    last: int | None = None

    def from_(self, first: int) -> Window:
        """The part of it from `first` on."""
        return Window(first, self.last)

    @property
    def filter(self) -> str:
        """It as MLflow's filter."""
        ends = (("attributes.start_time >= {}", self.first), ("attributes.start_time <= {}", self.last))
        return " and ".join(text.format(end) for text, end in ends if end is not None)


@dataclass
class Listing:
    """Listings of the runs of some experiments.

    `fitting` is the smallest page that was right for any of them; None while no runs have come. `damaged` has the runs
    that cannot be read, by id ("" for one without), with the reason; they are left out of every listing.
    """

    api: MlflowApi
    experiment_ids: Sequence[str]
    first_page: int = FIRST_PAGE
    fitting: int | None = None
    damaged: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._page = max(LEAST_PAGE, min(PAGE, self.first_page))

    def window(self, window: Window, also: str = "") -> Iterator[list[Json]]:
        """Every run of the window, deleted ones too, oldest first, page by page; none comes twice.

        `also` is a further filter in MLflow's language.
        """
        rest, met = window, set[str]()
        while True:
            runs, token = self._search(_both(rest.filter, also), "ASC")
            yield [run for run in runs if run_id(run) not in met]
            if token is None:
                return
            end = start_of(runs[-1])
            if end is not None and rest.first is not None and end < rest.first:
                raise not_mlflow(self.api.shown, _SEARCH, "it gives runs that were not asked for.")
            if end is None or end == rest.first:  # more runs in one millisecond, or without a time, than a page holds
                tied = Window(end, end) if end is not None else rest
                yield from self._tied(_both(tied.filter, also), met | set(map(run_id, runs)))
                if end is None:
                    return
                rest, met = rest.from_(end + 1), set()
            else:
                rest, met = rest.from_(end), {run_id(run) for run in runs if start_of(run) == end}

    def newest_deleted(self, most: int) -> Iterator[list[Json]]:
        """About `most` of the deleted runs, those that started last; there may be more."""
        token: str | None = None
        count, paging = 0, Paging()
        while count < most:
            runs, token = self._search("", "DESC", "DELETED_ONLY", token, paging=paging)
            yield runs
            count += len(runs)
            if token is None:
                return

    def by_id(self, run_ids: Sequence[str]) -> list[Json]:
        """Those of the runs that exist, deleted ones too. At most `IDS` may be asked for."""
        listed = ", ".join(f"'{each}'" for each in run_ids if "'" not in each)
        return self._search(f"attributes.run_id IN ({listed})", "ASC", size=IDS)[0] if listed else []

    def _tied(self, filter_string: str, met: set[str]) -> Iterator[list[Json]]:
        token: str | None = None
        paging = Paging()
        while True:
            runs, token = self._search(filter_string, "ASC", "ALL", token, paging=paging)
            yield [run for run in runs if run_id(run) not in met]
            met |= set(map(run_id, runs))
            if token is None:
                return

    def _search(
        self,
        filter_string: str,
        order: str,
        view: str = "ALL",
        token: str | None = None,
        size: int | None = None,
        paging: Paging | None = None,
    ) -> tuple[list[Json], str | None]:
        if not self.experiment_ids:
            return [], None
        asked = {
            "experiment_ids": list(self.experiment_ids),
            "filter": filter_string,
            "run_view_type": view,
            "max_results": size or self._page,
            "order_by": [f"attributes.start_time {order}"],
            **({"page_token": token} if token else {}),
        }
        answer = self.api.post(_SEARCH, asked)
        with shaped(self.api.shown, _SEARCH):
            found, following = listed(answer, "runs"), next_token(answer)
            if paging is not None and following is not None:
                paging.follow(following, found)
        runs = self._readable(found)
        if found and not runs and following is not None:
            raise not_mlflow(self.api.shown, _SEARCH, f"it gives no run that can be read: {run_mistake(found[0])}")
        if runs and token is None:  # a page of another size would not fit behind a token
            self._page = max(LEAST_PAGE, min(PAGE, PAGE_ITEMS * len(runs) // (1 + sum(map(_weight, runs)))))
            self.fitting = min(self.fitting or PAGE, self._page)
        return runs, following if runs else None

    def _readable(self, found: Sequence[Any]) -> list[Json]:
        mistakes = [run_mistake(run) for run in found]
        self.damaged.update({_id_if_any(run): why for run, why in zip(found, mistakes, strict=True) if why})
        return [run for run, why in zip(found, mistakes, strict=True) if not why]


def _both(first: str, second: str) -> str:
    return " and ".join(filter(None, (first, second)))


def _id_if_any(run: Any) -> str:
    info = run.get("info") if isinstance(run, dict) else None
    found = (info.get("run_id") or info.get("run_uuid")) if isinstance(info, dict) else None
    return found if isinstance(found, str) else ""


def run_id(run: Json) -> str:
    """The run's id."""
    info = run["info"]
    return str(info.get("run_id") or info["run_uuid"])


def start_of(run: Json) -> int | None:
    """When it started, in milliseconds."""
    return whole(run["info"].get("start_time"))


def _weight(run: Json) -> int:
    data = run.get("data") or {}
    return sum(len(data.get(part) or ()) for part in ("params", "metrics", "tags"))
