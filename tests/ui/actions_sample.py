"""Models with something to do, and one whose new version took over twenty days ago: rows of a snapshot."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.helpers.snapshots import publish_rows
from tests.ui.sample import HOSTILE

TODAY = datetime.now(UTC).date()
TOOK_OVER = TODAY - timedelta(20)
"""The day on which version 3 of `demand` took over from version 2."""

Rows = dict[str, list[dict[str, Any]]]


def action(model: str, name: str, urgency: str, place: int = 1, **other: Any) -> dict[str, Any]:
    """A row of `actions`."""
    given = {"version": 2, "reason": f"Because of {name}.", "decides_role": "business", "decides": f"ann@{model}",
             "page": f"versions?model={model}&view=Go+back"}  # fmt: skip
    return {"model": model, "action": name, "urgency": urgency, "position": place, **given, **other}


def advice() -> list[dict[str, Any]]:
    """What is advised: in the portfolio 'demand' comes first, by money among what is to be done now."""
    worth = {"worth_per_month": 26_900.0, "worth_low": 24_900.0, "worth_high": 28_900.0}
    return [
        action("demand", "promote the challenger", "now", target_version=3, **worth),
        action("demand", "agree on targets", "when convenient", 2),
        action("fraud", "retrain", "now"),
        action("fraud", "move the threshold", "soon", 2, cutoff=0.877, worth_per_month=4250.0),
        action("churn", "keep", "nothing to do"),
        action("hostile", "ask for outcomes", "soon", reason=HOSTILE, decides=None),
    ]


def _days() -> list[date]:
    return [TODAY - timedelta(back) for back in range(70, 0, -1)]


def _of_demand() -> Rows:
    """Seventy days: 100 decisions and a net of 10 a day before version 3, then 200 and 40; errors of 4, then 3."""
    rows: Rows = {"value_serving": [], "value": [], "kpi_values": [], "performance": []}
    for day in _days():
        new = day >= TOOK_OVER
        version, n, net, error, mean = (3, 200, 40.0, 3.0, 20.0) if new else (2, 100, 10.0, 4.0, 30.0)
        period = {"model": "demand", "grain": "day", "period_start": day, "period_end": day}
        rows["value_serving"].append(
            {"model": "demand", "version": version, "day": day, "decisions": n, "by": "registry"}
        )
        rows["value"].append({**period, "decisions": n, "labelled": n // 2, "benefit": net, "net": net})
        rows["kpi_values"].append(
            {**period, "kpi": "Mean error", "value": mean, "status": "on target", "n": n, "decisions": n}
        )
        rows["performance"].append(
            {**period, "version": version, "metric": "rmse", "kind": "realized", "value": error, "status": "watch",
             "n": n, "n_labelled": n // 2}
        )  # fmt: skip
    return rows


def rows() -> Rows:
    """Every table."""
    titles = {"demand": "Retail demand", "fraud": "Card fraud", "churn": "Churn", "hostile": HOSTILE}
    tiers = {"demand": "high", "fraud": "critical"}
    spec = '{"model": "demand", "task": "regression", "monitor": {"performance": {"metric": "rmse"}}}'
    kpi = {"model": "demand", "kpi": "Mean error", "position": 1, "unit": "units", "target": 20.0,
           "agreed": ["business"], "missing": ["operations"]}  # fmt: skip
    return {
        "workspace": [{"key": "currency", "value": "EUR"}],
        "models": [
            {"model": name, "title": title, "file": f"models/{name}.yaml", "registered": True, "tier": tiers.get(name),
             "spec": spec if name == "demand" else f'{{"model": "{name}"}}'}
            for name, title in titles.items()
        ],
        "owners": [
            {"model": "demand", "role": role, "person": f"{role}@x"} for role in ("business", "data_science")
        ],
        "registered_models": [{"name": name} for name in titles],
        "model_versions": [{"name": "demand", "version": version} for version in (2, 3)],
        "kpis": [kpi],
        "actions": advice(),
        **_of_demand(),
    }  # fmt: skip


def publish(store: Path, **changed: list[dict[str, Any]]) -> None:
    """A snapshot of these models, some tables replaced."""
    publish_rows(store, {**rows(), **changed})
