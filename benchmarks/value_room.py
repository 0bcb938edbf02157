"""A store of models with months of money, KPIs and releases, and one model with millions of scored decisions.

The rows are drawn, not worked out: what is measured reads them as a refresh would have left them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import health_room
from benchmarks.health_rows import Plan, profile

KPIS = ("Good customers stopped", "Fraud caught", "Cost of a case")
BIG = "ten-million"
BIG_DAYS = 90
_VALUE = {
    "true_positive": 110, "false_positive": -40, "false_negative": -110, "true_negative": 0,
    "run_cost_per_month": 900, "build_cost": 60000, "baseline": {"naive": "all_negative"},
}  # fmt: skip
_STAGES = ("started", "registered", "approved", "champion", "healthy")
_TEAMS, _TRADES = ("Payments", "Claims", "Retail", "Plant"), ("Bank", "Insurance", "Shops")


def publish(store: Path, models: int, months: int, big_decisions: int) -> None:
    """Models called `model-000`, … and `ten-million`."""
    today = datetime.now(UTC).date()
    names = [f"model-{number:03}" for number in range(models)]
    plans = [Plan(name, days=1, numbers=1, categories=0) for name in names]
    big = Plan(BIG, per_day=max(big_decisions // BIG_DAYS, 1), days=BIG_DAYS + 1, numbers=1, categories=0,
               last=today - timedelta(1))  # fmt: skip
    log = {"path": "lake/*/decisions/*.parquet", "prediction": "prediction", "score": "score"}
    given = {
        plan.model: health_room.spec(plan, value=_VALUE, kpis=_kpis(), decisions={**log, "features": plan.features})
        for plan in (*plans, big)
    }
    rows = health_room.files([*plans, big], given)
    rows["models"] = rows["models"].assign(
        team=[_TEAMS[n % len(_TEAMS)] for n in range(models + 1)],
        trade=[_TRADES[n % len(_TRADES)] for n in range(models + 1)],
    )
    rows["workspace"] = pd.DataFrame([("currency", "EUR"), ("time_zone", "UTC")], columns=["key", "value"])
    rows |= _of_all(names, today, months)
    health_room.publish(
        store, rows, [_in_service(profile(big, 1), big), *(_money(names, today, months, grain) for grain in _GRAINS)]
    )


def _kpis() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "sql": "avg(outcome)",
            "unit": "%",
            "target": 60,
            "limit": 40,
            "better": "higher",
            "owner": "a@x",
        }
        for name in KPIS
    ]


def _register() -> list[dict[str, Any]]:
    """The KPIs as the table `kpis` has them."""
    return [{"kpi": one["name"], "digest": "d", **{k: v for k, v in one.items() if k != "name"}} for one in _kpis()]


_ADVICE = [
    {"version": 1, "action": action, "urgency": urgency, "page": "value", "reason": "As the numbers say.",
     "decides_role": "business"}
    for action, urgency in (("retrain", "soon"), ("agree on targets", "when convenient"))
]  # fmt: skip

_GRAINS = {"day": "D", "week": "W", "month": "M"}


def _money(names: list[str], today: date, months: int, grain: str) -> dict[str, pd.DataFrame]:
    """The tables `value` and `kpi_values` of one grain, and with the days what the money is made of."""
    periods = pd.period_range(end=pd.Timestamp(today), periods=_count(grain, months), freq=_GRAINS[grain])
    rng = np.random.default_rng(len(periods))
    size = len(names) * len(periods)
    lengths = (periods.end_time - periods.start_time + pd.Timedelta(1, "ns")).days
    days = np.tile(lengths.to_numpy(), len(names))
    base = pd.DataFrame(
        {"model": np.repeat(names, len(periods)), "grain": grain,
         "period_start": np.tile(periods.start_time.date, len(names)),
         "period_end": np.tile(periods.end_time.date, len(names)), "decisions": 400 * days}
    )  # fmt: skip
    benefit = days * rng.normal(150, 60, size)
    cost = 30.0 * days
    value = base.assign(labelled=(base["decisions"] * 0.8).astype(int), worth=benefit, baseline_worth=0.0)
    value = value.assign(benefit=benefit, estimated_benefit=0.2 * benefit, run_cost=cost, net=1.2 * benefit - cost)
    kpis = [base.assign(kpi=name, value=rng.normal(62, 8, size), target=60.0, limit=40.0, better="higher",
                        n=base["decisions"]) for name in KPIS]  # fmt: skip
    values = pd.concat(kpis, ignore_index=True)
    values["status"] = np.where(values["value"] >= 60, "on target", "off target")
    found = {"value": value, "kpi_values": values}
    return found | (_counts(base, rng) if grain == "day" else {})


def _count(grain: str, months: int) -> int:
    return {"day": round(months * 30.44), "week": round(months * 4.35), "month": months}[grain]


def _counts(base: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    served = base[["model", "decisions"]].assign(version=1, day=base["period_start"], by="registry")
    frames = [
        served[["model", "version", "day"]].assign(
            who=who, kind=kind, n=n, tp=rng.poisson(8, len(served)) if who == "model" else 0.0,
            fp=rng.poisson(3, len(served)) if who == "model" else 0.0, fn=5.0, tn=float(n - 16),
        )
        for who in ("model", "baseline") for kind, n in (("realized", 320), ("estimated", 80))
    ]  # fmt: skip
    return {"value_serving": served, "value_counts": pd.concat(frames, ignore_index=True)}


def _in_service(found: dict[str, pd.DataFrame], big: Plan) -> dict[str, pd.DataFrame]:
    """The profile of the model with millions of decisions, in service on all of its days."""
    served = [(big.model, big.version, day, big.per_day, "registry") for day in big.dates]
    return {**found, "value_serving": pd.DataFrame(served, columns=["model", "version", "day", "decisions", "by"])}


def _of_all(names: list[str], today: date, months: int) -> dict[str, pd.DataFrame]:
    """What is kept of each model once: projects, releases, KPIs, next actions, runway."""
    now = datetime.now(UTC).replace(tzinfo=None)
    begun = [now - timedelta(30 * months * (n % 10 + 1) / 10) for n in range(len(names))]
    projects, releases, register, actions, runways = [], [], [], [], []
    for n, name in enumerate(names):
        stage = _STAGES[n % 5]
        at = [begun[n] + timedelta(20 + 60 * k) for k in range(6) if begun[n] + timedelta(20 + 60 * k) < now]
        projects.append({"kind": "model", "project": name, "team": _TEAMS[n % 4], "trade": _TRADES[n % 3],
                         "tier": "medium", "started_at": begun[n], "stage": stage, "last_activity": now,
                         "registered_at": begun[n] + timedelta(10) if n % 5 else None,
                         "champion_at": at[0] if n % 5 > 2 and at else None, "healthy": True if n % 5 == 4 else None,
                         "stops_because": None if n % 5 == 4 else "Nothing since."})  # fmt: skip
        releases += [{"model": name, "position": k + 1, "version": k + 1, "at": when, "dated": True, "by": "both",
                      "lead_hours": 100.0 + n, "is_rollback": False, "watched": True, "failed": k % 4 == 3,
                      "restore_hours": 30.0 if k % 4 == 3 else None} for k, when in enumerate(at)]  # fmt: skip
        register += [{"model": name, "position": k, **kpi} for k, kpi in enumerate(_register())]
        actions += [
            {"model": name, "position": k, **one, "worth_per_month": 100.0 * n} for k, one in enumerate(_ADVICE)
        ]
        runways.append({"model": name, "version": 1, "weeks": 100, "net_per_month": 4000.0, "net_slope": -20.0})
    frames = {"projects": projects, "releases": releases, "kpis": register, "actions": actions, "runway": runways}
    return {table: pd.DataFrame(rows) for table, rows in frames.items()}
