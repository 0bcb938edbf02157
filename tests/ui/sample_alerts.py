"""The sample room with something wrong in it: alerts of every signal and state, and the rows that they come from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.ui import sample
from tests.ui.sample import HOSTILE, LONG, NOW, Rows
from watchroom.workspace.model_file import ModelSpec

TODAY: date = NOW.date()

FRAUD = {
    "model": "card-fraud",
    "task": "binary",
    "affects": ["Fraud desk", "Card holders"],
    "owners": {"business": "ada@x", "on_call": "cy@x"},
    "runbook": "https://wiki.example/card-fraud",
    "decisions": {
        "path": ["lake/fraud/*.parquet", "lake/it's shadow/*.parquet"],
        "version": "model_version",
        "prediction": "prediction",
        "score": "score",
        "features": ["amount", "country"],
    },
    "outcomes": {"path": "lake/fraud-outcomes/*.parquet"},
    "reference": {"path": "lake/reference.parquet", "outcome": "label"},
    "monitor": {
        "performance": {"metric": "roc_auc", "absolute": {"watch": 0.86, "failing": 0.8}},
        "volume": {"min_per_day": 100},
        "overrides": {"amount": {"method": "wasserstein", "watch": 0.15, "drifted": 0.3}},
    },
    "value": {"true_positive": 110, "false_positive": -40, "false_negative": 0, "true_negative": 0},
}
BIKES = {
    "model": "bike-demand",
    "task": "regression",
    "affects": ["Depot planning"],
    "owners": {"data_science": "bo@x"},
    "decisions": {"path": "lake/bikes/*.csv", "prediction": "prediction"},
}
CLAIMS = {"model": "claims-severity", "task": "regression", "decisions": {"path": "lake/claims/*.parquet"}}


def rows() -> Rows:
    """The rows of the sample with health in it."""
    found = sample.rows()
    specs = {str(given["model"]): spec(given) for given in (FRAUD, BIKES, CLAIMS)}
    found["models"] = [
        {**model, "spec": specs.get(model["model"], model.get("spec") and spec({"model": model["model"]}))}
        for model in found["models"]
    ]
    return found | {
        "alerts": alerts(),
        "alert_scores": scores(),
        "drift": _drift(),
        "quality": _quality(),
        "performance": _performance(),
        "volume": _volume(),
        "health": _health(),
        "explanations": [
            {"model": "card-fraud", "version": 3, "status": "explained", "rows": 9000, "reference_rows": 2000}
        ],
        "profile_references": [
            {"model": "card-fraud", "version": 3, "source": "file", "n": 5000, "n_performance": 900}
        ],
        "profile_features": _features(),
        "profile_bins": _bins(),
        "profile_counts": _counts(),
        "profile_outcomes": _outcomes(),
    }


def spec(given: dict[str, Any]) -> str:
    """A model's file as the snapshot holds it."""
    return ModelSpec.model_validate(given).model_dump_json()


def alert(alert_id: str, model: str = "card-fraud", **more: Any) -> dict[str, Any]:
    """An alert of a week ago, its drift critical and nobody's work yet."""
    usual = {
        "alert_id": alert_id,
        "model": model,
        "version": 3,
        "signal": "drift",
        "feature": "amount",
        "severity": "critical",
        "since": TODAY - timedelta(7),
        "raised_at": NOW - timedelta(6),
        "ended_at": None,
        "value": 0.412,
        "limit": 0.3,
        "method": "wasserstein",
        "period_start": TODAY - timedelta(6),
        "period_end": TODAY,
        "n": 8123,
        "state": "open",
        "owner": "cy@x",
        "runbook": "https://wiki.example/card-fraud",
        "handling": "open",
        "reopened": 0,
        "last_seq": 0,
    }
    return usual | more


def alerts() -> list[dict[str, Any]]:
    """Open ones of every signal and state, and past ones."""
    nobody: dict[str, Any] = {"owner": None, "runbook": None}
    return [
        alert("a-drift"),
        alert("a-quality", signal="quality", feature="country", severity="warning", value=0.061, limit=0.02,
              method=None),
        alert("a-auc", signal="performance", feature="roc_auc", method="roc_auc", value=0.781, limit=0.8, n=420,
              state="acknowledged"),
        alert("a-volume", signal="volume", feature="", severity="warning", value=40.0, limit=100.0, method=None, n=40,
              state="snoozed", snoozed_until=NOW + timedelta(2), reason="A holiday."),
        alert("a-bikes", "bike-demand", version=2, feature="temp", method="psi", value=0.19, limit=0.1,
              severity="warning", **nobody),
        alert("a-hostile", HOSTILE, version=1, feature=HOSTILE, method="psi", value=0.9, limit=0.25, owner=HOSTILE,
              runbook=HOSTILE),
        alert("a-long", LONG, version=1, feature=LONG, method="ks", value=0.33, limit=0.2, severity="warning",
              **nobody),
        alert("a-over", severity="warning", state="over", ended_at=NOW - timedelta(3), raised_at=NOW - timedelta(9),
              since=TODAY - timedelta(10)),
        alert("a-resolved", state="resolved", ended_at=NOW - timedelta(1), raised_at=NOW - timedelta(4),
              reason="The feed was mended.", feature="country", method="psi"),
        alert("a-old", state="over", raised_at=NOW - timedelta(200), ended_at=NOW - timedelta(190), feature="country"),
    ]  # fmt: skip


def scores() -> list[dict[str, Any]]:
    """A rule that cries wolf, one that is right, and one that never spoke."""
    usual = {"model": "card-fraud", "version": 3, "method": "psi", "watch": 0.1, "periods": 26}
    return [
        {**usual, "feature": "amount", "method": "wasserstein", "watch": 0.15, "fell": 6, "alarms": 12, "right": 5,
         "precision": 5 / 12, "recall": 5 / 6, "best_limit": 0.31, "best_precision": 5 / 6, "best_recall": 5 / 6},
        {**usual, "feature": "country", "fell": 6, "alarms": 5, "right": 5, "precision": 1.0, "recall": 5 / 6,
         "best_limit": 0.1, "best_precision": 1.0, "best_recall": 5 / 6},
        {**usual, "feature": "@score", "fell": 0, "alarms": 0, "right": 0},
    ]  # fmt: skip


def _windows(days: int = 30) -> list[dict[str, Any]]:
    return [
        {
            "model": "card-fraud",
            "version": 3,
            "grain": "last_7_days",
            "period_start": TODAY - timedelta(n + 6),
            "period_end": TODAY - timedelta(n),
        }
        for n in reversed(range(days))
    ]


def _drift() -> list[dict[str, Any]]:
    found = []
    for place, window in enumerate(_windows()):
        moved = max(0.05, 0.05 + 0.05 * (place - 22))
        found += [
            {**window, "feature": "amount", "method": "wasserstein", "value": moved, "watch": 0.15, "drifted": 0.3,
             "noise": 0.08, "status": _light(moved, 0.15, 0.3), "n": 8000 + place, "reference_n": 5000},
            {**window, "feature": "country", "method": "psi", "value": 0.04, "watch": 0.1, "drifted": 0.25,
             "noise": 0.02, "status": "stable", "n": 8000 + place, "reference_n": 5000},
        ]  # fmt: skip
    last = {**_windows(1)[0], "version": 2}
    found.append(
        {**last, "model": "bike-demand", "feature": "temp", "method": "psi", "value": 0.19, "watch": 0.1,
         "drifted": 0.25, "noise": 0.01, "status": "watch", "n": 500, "reference_n": 700}
    )  # fmt: skip
    return found


def _light(value: float, watch: float, drifted: float) -> str:
    return "drifted" if value >= drifted else "watch" if value >= watch else "stable"


def _quality() -> list[dict[str, Any]]:
    return [
        {**window, "feature": "country", "n": 8000, "missing": 400, "unseen": 88, "out_of_range": None, "invalid": 0,
         "share": 0.061, "reference_share": 0.0, "status": "watch"}
        for window in _windows()
    ]  # fmt: skip


def _performance() -> list[dict[str, Any]]:
    return [
        {**window, "metric": "roc_auc", "kind": kind, "value": 0.9 - 0.004 * place, "low": None, "high": None,
         "reference_value": 0.91, "watch": 0.86, "failing": 0.8, "status": "stable", "n": 8000, "n_labelled": 420}
        for kind in ("realized", "estimated")
        for place, window in enumerate(_windows())
    ]  # fmt: skip


def _volume() -> list[dict[str, Any]]:
    return [
        {"model": model, "version": version, "day": TODAY - timedelta(n), "decisions": per_day, "labelled": labelled}
        for model, version, per_day, labelled in (("card-fraud", 3, 1160, 60), ("bike-demand", 2, 71, 0))
        for n in range(30)
    ]


def _health() -> list[dict[str, Any]]:
    window = {"period_start": TODAY - timedelta(6), "period_end": TODAY}
    return [
        {"model": "card-fraud", "version": 3, "light": "failing", "drift": "drifted", "quality": "watch",
         "performance": "failing", "volume": "watch", "reason": "roc_auc is 0.781, limit 0.8", "n": 8123,
         "per_day": 1160, "silent_days": 0, **window},
        {"model": "bike-demand", "version": 2, "light": "watch", "drift": "watch", "quality": "no data",
         "performance": "no data", "volume": "no data", "reason": "temp is on watch", "n": 500, "per_day": 71,
         "silent_days": 0, **window},
    ]  # fmt: skip


def _features() -> list[dict[str, Any]]:
    fraud = {"model": "card-fraud", "version": 3, "n": 5000, "missing": 0}
    bikes = {"model": "bike-demand", "version": 2, "n": 700, "missing": 7}
    return [
        {**fraud, "feature": "amount", "kind": "number", "distinct_values": 900},
        {**fraud, "feature": "country", "kind": "category", "distinct_values": 3, "closed": True},
        {**fraud, "feature": "@score", "kind": "number"},
        {**bikes, "feature": "temp", "kind": "number"},
        {**bikes, "feature": "country", "kind": "number"},
    ]


def _bins() -> list[dict[str, Any]]:
    fraud = {"model": "card-fraud", "version": 3}
    number = [(0, None, 1.0, 0), (1, 1.0, 50.0, 2500), (2, 50.0, 900.0, 2500), (3, 900.0, None, 0)]
    found = [
        {**fraud, "feature": "amount", "bin": bin_, "lower": low, "upper": up, "decile": bin_, "reference": n}
        for bin_, low, up, n in number
    ]
    found += [
        {**fraud, "feature": "country", "bin": place, "value": value, "decile": place, "reference": n}
        for place, (value, n) in enumerate((("AT", 3000), ("DE", 1500), (HOSTILE, 500)))
    ]
    return found


def _outcomes() -> list[dict[str, Any]]:
    """The reference's: a tenth of it turned out to be fraud."""
    usual = {"model": "card-fraud", "version": 3, "day": None, "group_column": "", "group_value": "", "score_bin": 500}
    return [
        {**usual, "predicted": "0", "outcome": outcome, "n": n, "score_sum": n / 2, "score_sq_sum": n / 4,
         "log_loss_sum": 0.7 * n}
        for outcome, n in (("0", 810), ("1", 90))
    ]  # fmt: skip


def _counts() -> list[dict[str, Any]]:
    return [
        {"model": "card-fraud", "version": 3, "day": TODAY - timedelta(n), "feature": "amount", "bin": bin_, "n": count}
        for n in range(10)
        for bin_, count in ((1, 300), (2, 700), (3, 160))
    ]
