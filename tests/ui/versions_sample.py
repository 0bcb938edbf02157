"""Two models with a past: one whose aliases moved as the refreshes looked, and one that only its log tells of."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
TODAY = NOW.date()
HOSTILE = "<b>x</b> [l](https://evil.example) **y**"

Rows = dict[str, list[dict[str, Any]]]


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def day(days: int) -> date:
    return TODAY - timedelta(days)


def rows() -> Rows:
    """The rows of every table: `moved` has four versions and a registry seen since day −60, `quiet` a log alone."""
    models = [_model("moved", "Moved"), _model("quiet", "Quiet"), _model("bare", "Bare")]
    return {
        "workspace": _workspace(),
        "models": models,
        "registered_models": [{"name": model["model"]} for model in models],
        "model_versions": [_version("moved", n) for n in (1, 2, 4)] + [_version("quiet", n) for n in (1, 2)],
        "model_version_tags": [{"name": "moved", "version": 4, "key": "validated", "value": HOSTILE}],
        "aliases": [{"name": "moved", "alias": "champion", "version": 4}],
        "model_files": [_files(n) for n in (1, 2, 4)],
        "runs": [_run(n) for n in (1, 2, 4)],
        "experiments": [{"experiment_id": "1", "name": "e", "lifecycle_stage": "active"}],
        "metrics": [_metric(1, "valid_rmse", 5.0), _metric(2, "valid_rmse", 4.0), _metric(4, "valid_rmse", 3.0)],
        "params": [{"run_id": f"r{n}", "key": "depth", "value": str(n), "number": float(n)} for n in (1, 2, 4)],
        "run_inputs": [
            {"run_id": f"r{n}", "name": "train", "digest": f"d{n // 4}", "context": "training"} for n in (1, 2, 4)
        ],
        "registry_events": _events(),
        "volume": _volume(),
        "performance": _performance(),
        "approvals": [_approval(1, 2, "approved"), _approval(2, 4, "approved")],
    }


def _workspace() -> list[dict[str, Any]]:
    facts = {
        "tracking_uri": "http://mlflow:5000",
        "time_zone": "Europe/Vienna",
        "commit_link": "https://git.example.com/c/{commit}",
        "compare_link": "https://git.example.com/{before}...{after}",
    }
    return [{"key": key, "value": value} for key, value in facts.items()]


def _model(name: str, title: str) -> dict[str, Any]:
    return {"model": name, "title": title, "registered": True, "task": "regression"}


def _version(name: str, n: int) -> dict[str, Any]:
    columns = ["a", "b"] if n < 4 else ["a", "c"]
    signature = json.dumps([{"name": column, "type": "double", "required": True} for column in columns])
    return {
        "name": name, "version": n, "run_id": f"r{n}" if name == "moved" else None, "source": f"models:/m-{name}-{n}",
        "created_at": ago(120 - 20 * n), "signature_inputs": signature, "signature_outputs": "[]",
        "flavors": ["sklearn"], "description": f"Version {n}.",
    }  # fmt: skip


def _files(n: int) -> dict[str, Any]:
    asked = f"scikit-learn==1.{n}.0\npandas==2.0.0"
    return {"location": f"models:/m-moved-{n}", "flavors": ["sklearn"], "python_version": "3.11.7",
            "requirements": asked, "load_status": "loaded" if n != 1 else None}  # fmt: skip


def _run(n: int) -> dict[str, Any]:
    return {"run_id": f"r{n}", "experiment_id": "1", "name": f"run-{n}", "status": "FINISHED",
            "lifecycle_stage": "active", "commit": f"{n}" * 40, "dirty": n == 4}  # fmt: skip


def _metric(n: int, key: str, value: float) -> dict[str, Any]:
    return {"run_id": f"r{n}", "key": key, "last": value, "best": value, "better": "lower", "count": 1}


def _events() -> list[dict[str, Any]]:
    """First look at −60: champion 2. At −30 (not yet at −31) it is 3, at −10 (not yet at −11) 4; then 3 is gone."""
    first = {"seen_at": ago(60), "not_before": None}
    found = [
        {**first, "event": "model_added"},
        *({**first, "event": "version_added", "version": n} for n in (1, 2, 3)),
        {**first, "event": "alias_set", "version": 2, "name": "champion"},
        {**first, "event": "alias_set", "version": 3, "name": "challenger"},
        _moved(30, 3, 2, "champion"),
        {**_moved(30, None, 3, "challenger"), "event": "alias_removed"},
        _moved(10, 4, 3, "champion"),
        {"seen_at": ago(5), "not_before": ago(6), "event": "version_gone", "version": 3},
        {"seen_at": ago(5), "not_before": ago(6), "event": "stage_changed", "version": 4, "value": "Production"},
    ]
    return [{"seq": seq, "model": "moved", **event} for seq, event in enumerate(found, start=1)]


def _moved(days: int, to: int | None, of: int, alias: str) -> dict[str, Any]:
    return {"seen_at": ago(days), "not_before": ago(days + 1), "event": "alias_moved", "version": to,
            "previous_version": of, "name": alias}  # fmt: skip


def _volume() -> list[dict[str, Any]]:
    """`moved`: 1 until −71, 2 from then to −31, 3 beside it from −50 and alone to −20; at −9 still 3, 4 from −8 on."""
    decided = [("moved", 1, range(71, 101)), ("moved", 2, range(31, 71)), ("moved", 3, range(9, 51)),
               ("moved", 4, range(1, 9)), ("quiet", 1, range(20, 40)), ("quiet", 2, range(1, 20))]  # fmt: skip
    return [
        {"model": model, "version": version, "day": day(n), "decisions": 10, "labelled": 5}
        for model, version, days in decided
        for n in days
    ]


def _performance() -> list[dict[str, Any]]:
    """By the seven days up to each day: version 1 failed on three of its days, the others never."""
    found = []
    for version, days in ((1, range(71, 101)), (2, range(31, 71)), (4, range(1, 9))):
        found += [
            {"model": "moved", "version": version, "metric": "rmse", "kind": "realized", "grain": "last_7_days",
             "period_start": day(n + 6), "period_end": day(n), "value": 4.0, "failing": 9.0, "n": 70, "n_labelled": 35,
             "status": "failing" if version == 1 and n in (80, 81, 82) else "stable"}
            for n in days
        ]  # fmt: skip
    for version, n in ((2, 60), (2, 40), (4, 5)):
        found.append(
            {"model": "moved", "version": version, "metric": "rmse", "kind": "realized", "grain": "month",
             "period_start": day(n), "period_end": day(n - 1), "value": 4.0 + version, "low": 3.0, "high": 9.0,
             "failing": 9.0, "n": 70, "n_labelled": 35, "status": "stable"}
        )  # fmt: skip
    return found


def _approval(seq: int, version: int, decision: str) -> dict[str, Any]:
    return {"seq": seq, "at": ago(9), "model": "moved", "version": version, "stage": "deploy", "actor": "ann",
            "role": "reviewer", "decision": decision, "status": "valid"}  # fmt: skip
