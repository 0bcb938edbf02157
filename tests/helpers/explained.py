"""Rows of the tables of explanations, worked out plainly from values in memory: what a refresh would store.

Attributions are those of a model that adds up: each input's effect is known, so SHAP values are exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchroom.domain import attribution

Rows = dict[str, list[dict[str, Any]]]
Block = dict[str, Any]
Floats = NDArray[np.float64]

REGIONS = ("north", "south", "east", "west", "online")
MISSING_SHARE = 0.05
NOT_NUMBERS = ("region", "urgent")
GROUP = "age_band"


@dataclass(frozen=True)
class Explained:
    """Explained decisions of a month, or rows of the reference.

    `inputs` holds by name numbers and booleans as floats (NaN is missing) and categories as objects (None is missing);
    those without an array in `shap` are columns of `groups`. What is left empty is as it is where nobody logged it.
    """

    inputs: Mapping[str, NDArray[Any]]
    shap: Mapping[str, Floats]
    base: float = 0.0
    first: datetime | None = None
    ids: Sequence[str] = ()
    score: Floats | None = None
    prediction: Sequence[str | None] = ()
    outcome: Sequence[str | None] = ()
    klass: Sequence[str] = ()

    @property
    def n(self) -> int:
        """Rows."""
        return len(next(iter(self.inputs.values())))

    @property
    def output(self) -> Floats:
        """The model's output: the base value and all SHAP values together."""
        return self.base + np.sum(list(self.shap.values()), axis=0)

    @property
    def matrix(self) -> Floats:
        """SHAP values, a row for each decision and a column for each input."""
        return np.column_stack(list(self.shap.values()))


Months = Mapping[date | None, Explained]
"""By the first day of the month; None for the reference."""


def served(
    seed: int, n: int, month: date | None, *, inputs: int = 8, tilt: float = 0.0, amount: float = 1.0
) -> Explained:
    """A month of a classifier on numbers, a category (`region`) and a boolean (`urgent`), explained in log-odds.

    `tilt` moves weight from the first number to the second, `amount` scales the first; `age_band` is a group that is no
    input. A twentieth of the second number is missing, and of `region`.
    """
    rng = np.random.default_rng(seed)
    columns: dict[str, NDArray[Any]] = {name: rng.normal(0, 1, n) for name in _numbers(inputs)}
    shap = {name: 0.6 ** (place + 1) * columns[name] for place, name in enumerate(columns)}
    shap["amount"] = amount * (1 - tilt) * columns["amount"]
    lost = rng.random(n) < MISSING_SHARE
    shap["tenure"] = np.where(lost, 0.4, -(0.5 + tilt) * columns["tenure"])
    columns["tenure"] = np.where(lost, np.nan, columns["tenure"])
    places = rng.integers(0, len(REGIONS) + 1, n) if n else np.zeros(0, int)
    columns["region"] = np.array([*REGIONS, None], dtype=object)[places]
    shap["region"] = np.array([-0.2, -0.1, 0.0, 0.1, 0.6, 0.05])[places]
    columns["urgent"] = (rng.random(n) < 0.3).astype(float)
    shap["urgent"] = np.where(columns["urgent"] == 1, 0.35, -0.15)
    columns[GROUP] = np.array(["18-30", "31-60", "61+"], dtype=object)[rng.integers(0, 3, n)]
    found = Explained(columns, shap, base=-1.0)
    score = 1 / (1 + np.exp(-found.output))
    outcome = np.where(rng.random(n) < 0.2, None, (rng.random(n) < score).astype(int).astype(str).astype(object))
    return replace(
        found, first=None if month is None else datetime.combine(month, datetime.min.time()),
        ids=[] if month is None else [f"d-{month:%y%m}-{place:05}" for place in range(n)],
        score=score, prediction=(score >= 0.5).astype(int).astype(str).tolist(), outcome=outcome.tolist(),
        klass=["1"] * n,
    )  # fmt: skip


def _numbers(inputs: int) -> list[str]:
    named = ["amount", "tenure", *(f"number_{place:02}" for place in range(2, inputs))]
    return named[: max(inputs - len(NOT_NUMBERS), 2)]


def months_before(last: date, count: int) -> list[date]:
    """The first days of so many months, the oldest first, up to the month of `last`."""
    found = [last.replace(day=1)]
    while len(found) < count:
        found.append((found[-1] - timedelta(1)).replace(day=1))
    return found[::-1]


def explained_rows(model: str, versions: Mapping[int, Months], **facts: Any) -> Rows:
    """The rows of every table of explanations; `facts` are columns of `explanations` that are to be otherwise.

    A version is compared with its own reference, and with the version before it.
    """
    tables: Rows = {name: [] for name in ("explanations", "explained_decisions", "explained_values", "shap_global",
                                          "explanation_change")}  # fmt: skip
    for version, months in versions.items():
        for name, block in blocks(model, version, months):
            tables[name] += _rows(block)
        for name, some in summaries(model, version, months, versions.get(version - 1), **facts).items():
            tables[name] += some
    return tables


def summaries(model: str, version: int, months: Months, before: Months | None = None, **facts: Any) -> Rows:
    """The rows of a version that are worked out of its explained rows; `before` is the version before it."""
    return {
        "explanations": [_explanation(model, version, months, facts)],
        "shap_global": list(_global(model, version, months)),
        "explanation_change": list(_changes(model, version, months, before)),
    }


def refused_row(model: str, version: int, **facts: Any) -> dict[str, Any]:
    """The row of `explanations` of a version whose logged model may not be loaded."""
    told = {"status": "refused", "what": "The logged model would run code of its own.", "why": "Its flavour is pyfunc.",
            "next_step": "Set `explain.trust: true` in the model's file if you trust who logged it."}  # fmt: skip
    return {"model": model, "version": version, "rows": 0, "reference_rows": 0, "note": "", **told, **facts}


def blocks(model: str, version: int, months: Months) -> Iterator[tuple[str, Block]]:
    """Decisions and values, month by month and input by input, in the order in which a refresh stores them."""
    row = 0
    for month in sorted(months, key=lambda month: month or date.min):
        found = months[month]
        key = {"model": model, "version": version, "month": month, "row": np.arange(row, row + found.n, dtype=np.int32)}
        row += found.n
        yield "explained_decisions", {**key, **_decisions(found)}
        for name in sorted(found.inputs):
            yield "explained_values", {**key, "feature": name, **_values(found, name)}


def _decisions(found: Explained) -> Block:
    def texts(given: Sequence[str | None]) -> Any:
        return np.array(given, dtype=object) if len(given) else None

    moments = None if found.first is None else _spread(found.first, found.n)
    return {
        "prediction_id": texts(found.ids), "decided_at": moments, "score": found.score,
        "prediction": texts(found.prediction), "outcome": texts(found.outcome), "class": texts(found.klass),
        "base_value": np.full(found.n, found.base), "output": found.output,
    }  # fmt: skip


def _spread(first: datetime, n: int) -> NDArray[Any]:
    """Moments spread evenly over the first 28 days, so that a month without its last days has them all."""
    return np.datetime64(first, "us") + (np.arange(n) * (28 * 86_400_000_000 // max(n, 1))).astype("timedelta64[us]")


def _values(found: Explained, name: str) -> Block:
    values = found.inputs[name]
    told = {"value": None, "text": values} if values.dtype == object else {"value": values, "text": None}
    return {**told, "shap": found.shap.get(name)}


def _rows(block: Block) -> list[dict[str, Any]]:
    length = len(block["row"])
    columns = {name: _listed(values) if isinstance(values, np.ndarray) else [values] * length
               for name, values in block.items()}  # fmt: skip
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _listed(values: NDArray[Any]) -> list[Any]:
    return [None if isinstance(value, float) and np.isnan(value) else value for value in values.tolist()]


def _explanation(model: str, version: int, months: Months, facts: Mapping[str, Any]) -> dict[str, Any]:
    rows = sum(found.n for month, found in months.items() if month is not None)
    reference = months[None].n if None in months else 0
    usual = {"status": "explained", "flavor": "lightgbm", "method": "tree", "space": "log-odds", "what": "", "why": "",
             "next_step": "", "note": "", "explained_at": datetime(2026, 1, 5, 6, 30)}  # fmt: skip
    return {"model": model, "version": version, "rows": rows, "reference_rows": reference, **usual, **facts}


def _global(model: str, version: int, months: Months) -> Iterator[dict[str, Any]]:
    known = {month: found for month, found in months.items() if month is not None}
    periods = [("month", month, month_end(month), [found]) for month, found in known.items()]
    if known:
        periods.append(("all", min(known), month_end(max(known)), list(known.values())))
    if None in months:
        periods.append(("reference", None, None, [months[None]]))  # type: ignore[arg-type]
    for grain, start, end, found in periods:
        matrix = np.vstack([one.matrix for one in found])
        for weight in attribution.weights(tuple(found[0].shap), matrix):
            share = None if np.isnan(weight.share) else weight.share
            yield {"model": model, "version": version, "grain": grain, "period_start": start, "period_end": end,
                   "feature": weight.feature, "mean_abs": weight.mean_abs, "mean": weight.mean, "share": share,
                   "rank": weight.rank, "n": weight.n}  # fmt: skip


def _changes(model: str, version: int, months: Months, before: Months | None) -> Iterator[dict[str, Any]]:
    against = [("reference", version, [months[None]])] if None in months else []
    if before is not None:
        against.append(("version", version - 1, [found for month, found in before.items() if month is not None]))
    for month, found in months.items():
        for name, number, others in against if month is not None else ():
            then = attribution.Attributions(tuple(others[0].shap), np.vstack([one.matrix for one in others]))
            told = attribution.change(then, attribution.Attributions(tuple(found.shap), found.matrix))
            yield {"model": model, "version": version, "period_start": month, "period_end": month_end(month),
                   "against": name, "against_version": number, "value": _known(told.value), "low": _known(told.low),
                   "high": _known(told.high), "limit": attribution.NDCG_LIMIT, "status": told.status,
                   "feature": told.feature, "share_before": _known(told.share_before), "share": _known(told.share),
                   "n": told.n, "against_n": told.against_n}  # fmt: skip


def _known(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else float(value)


def month_end(month: date) -> date:
    """The last day of the month that begins then."""
    return (month + timedelta(31)).replace(day=1) - timedelta(1)
