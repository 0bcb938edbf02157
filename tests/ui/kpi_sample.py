"""Models with targets in every state: on it, off it, beyond the limit, unknown for many reasons, and none at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.helpers.snapshots import publish_rows
from tests.ui.sample import HOSTILE, LONG
from watchroom.domain.kpi import status_of
from watchroom.domain.kpi_register import digest_of, terms_of

TODAY = datetime.now(UTC).date()
THIS_MONTH = TODAY.replace(day=1)
MONTH = (THIS_MONTH - timedelta(1)).replace(day=1)
"""The last month that is over."""

Rows = dict[str, list[dict[str, Any]]]

STOPPED: dict[str, Any] = {
    "kpi": "Good customers stopped", "sql": "100.0 * count(*) filter (where prediction = 1 and outcome = 0) / count(*)",
    "unit": "% of payments", "target": 1.0, "limit": 2.0, "better": "lower", "owner": "sofia@example.com",
}  # fmt: skip
CAUGHT: dict[str, Any] = {
    "kpi": "Fraud caught", "sql": "100 * avg(prediction)", "unit": "% of fraud", "target": 60.0, "limit": 40.0,
    "better": "higher", "owner": "kwame@example.com",
}  # fmt: skip


def months(count: int) -> list[date]:
    """The first days of so many months, the running one the last."""
    found = [THIS_MONTH]
    while len(found) < count:
        found.append((found[-1] - timedelta(1)).replace(day=1))
    return found[::-1]


def period(grain: str, first: date) -> tuple[date, date]:
    """The first and the last day of the period that begins then."""
    if grain == "month":
        return first, (first + timedelta(31)).replace(day=1) - timedelta(1)
    return first, first + timedelta(6 if grain == "week" else 0)


def value(model: str, kpi: dict[str, Any], first: date, found: float | None, **other: Any) -> dict[str, Any]:
    """A row of `kpi_values`, of a month unless a `grain` is given."""
    grain = other.pop("grain", "month")
    start, end = period(grain, first)
    aims = {name: kpi.get(name) for name in ("target", "limit", "better")}
    row = {
        "model": model, "kpi": kpi["kpi"], "version": None, "grain": grain, "period_start": start, "period_end": end,
        "value": found, **aims, "status": status_of(found, aims["target"], aims["limit"], aims["better"]),
        "n": 9025, "decisions": 14591,
    }  # fmt: skip
    return row | other


def kpi(model: str, place: int, given: dict[str, Any]) -> dict[str, Any]:
    """A row of the register."""
    return {"model": model, "position": place, "digest": digest_of(terms_of(given)), **given}


def model(name: str, title: str | None = None, **other: Any) -> dict[str, Any]:
    """A model with a file, and somebody who answers for it."""
    found = {"model": name, "title": title or name.title(), "registered": True, "task": "binary"}
    return {**found, "file": f"models/{name}.yaml", "spec": f'{{"model": "{name}"}}', **other}


def rows() -> Rows:
    """`fraud` is beyond a limit, `churn` on target, `demand` off it, `young` and `broken` unknown, `bare` has none."""
    two = [(STOPPED, [1.8, 1.4, 2.6, 0.9]), (CAUGHT, [61.0, 62.0, 63.0, 50.0])]
    found: Rows = {
        "workspace": [{"key": "currency", "value": "EUR"}, {"key": "time_zone", "value": "Europe/Vienna"}],
        "models": [
            model("fraud"), model("churn"), model("demand"), model("young"), model("broken"), model("bare"),
            model("hostile", HOSTILE), model("nofile", file=None, spec=None),
        ],
        "owners": [{"model": "fraud", "role": "business", "person": "sofia@example.com"}],
        "kpis": [kpi("fraud", 1, CAUGHT), kpi("fraud", 2, STOPPED)],
        "kpi_values": [
            value("fraud", given, first, one)
            for given, values in two
            for first, one in zip(months(4), values, strict=True)
        ],
        "kpi_runs": [_run("fraud", "Good customers stopped"), _run("fraud", "Fraud caught")],
        "value_serving": [
            {"model": "fraud", "version": version, "day": day, "decisions": 400, "by": "log"}
            for version, day in ((1, MONTH), (1, MONTH + timedelta(8)), (2, MONTH + timedelta(9)))
        ],
    }  # fmt: skip
    _one(found, "churn", CAUGHT | {"kpi": "Found"}, 71.0)
    _one(found, "demand", STOPPED | {"kpi": "Missed", "unit": "EUR"}, 1.25)
    _one(found, "young", CAUGHT, None, n=0, decisions=800)
    _one(found, "hostile", STOPPED | {"kpi": HOSTILE, "unit": HOSTILE, "owner": HOSTILE}, 1.5)
    found["kpis"] += [
        kpi("broken", 1, {"kpi": "Wrong", "sql": "sum(amout)", "target": 1.0, "better": "lower"}),
        kpi("broken", 2, {"kpi": LONG[:90]}),
    ]
    found["kpi_runs"].append(
        _run("broken", "Wrong") | {"error": "There is no column `amout`.", "next_step": "Did you mean `amount`?"}
    )
    for version, level in ((1, 3.0), (2, 0.5)):
        found["kpi_values"].append(value("fraud", STOPPED, MONTH, level, version=version))
    found["kpi_values"] += [value("fraud", STOPPED, day, 1.0, grain="day", n=300, decisions=300) for day in _days(20)]
    return found


def _days(count: int) -> list[date]:
    return [TODAY - timedelta(place) for place in range(1, count + 1)]


def _one(found: Rows, name: str, given: dict[str, Any], level: float | None, **other: Any) -> None:
    found["kpis"].append(kpi(name, 1, given))
    found["kpi_runs"].append(_run(name, given["kpi"]))
    found["kpi_values"].append(value(name, given, MONTH, level, **other))


def _run(name: str, of: str) -> dict[str, Any]:
    return {"model": name, "kpi": of, "needs_outcome": True, "ran_at": datetime.now(UTC).replace(tzinfo=None)}


def publish(store: Path, **changed: list[dict[str, Any]]) -> None:
    """Publish the sample, some of its tables replaced."""
    publish_rows(store, rows() | changed)
