"""A small room for the pages' tests: healthy models and troubled ones, ordinary names and hostile ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime.now(UTC).replace(tzinfo=None)
"""When the rows of the sample end, UTC: pages count periods back from the snapshot, and a test's is made just now."""

HOSTILE = "<img src=x onerror=alert(1)>\n**bold** [a link](https://example.com) :red[x] $y$ Ωмодель模型🚲"
LONG = "a-very-long-model-name-" + "that-goes-on-" * 8 + "and-ends"

Rows = dict[str, list[dict[str, Any]]]


def rows() -> Rows:
    """The rows of every table, by table."""
    return {
        "workspace": _workspace(),
        "experiments": [
            {"experiment_id": "1", "name": "card-fraud", "lifecycle_stage": "active"},
            {"experiment_id": "2", "name": HOSTILE, "lifecycle_stage": "active"},
        ],
        "runs": _runs(),
        "run_days": _run_days(),
        "metrics": _metrics(),
        "params": [{"run_id": "run000", "key": "depth", "value": "6", "number": 6.0}],
        "tags": [],
        "run_inputs": [
            {"run_id": f"run00{n}", "name": "claims", "digest": f"abc{n}", "context": "training"} for n in (0, 1, 2)
        ],
        "registered_models": [
            {"name": name, "created_at": NOW - timedelta(200)}
            for name in ("card-fraud", "bike-demand", "claims-severity", "churn", HOSTILE, LONG)
        ],
        "model_versions": _versions(),
        "model_version_tags": [],
        "aliases": [
            {"name": "card-fraud", "alias": "champion", "version": 3},
            {"name": "card-fraud", "alias": "challenger", "version": 4},
            {"name": "bike-demand", "alias": "champion", "version": 2},
            {"name": "claims-severity", "alias": "champion", "version": 1},
            {"name": HOSTILE, "alias": "champion", "version": 1},
        ],
        "models": _models(),
        "owners": _owners(),
        "registry_events": _events(),
        "approvals": _approvals(),
        "problems": _problems(),
        "refresh_steps": _steps(),
    }


def _workspace() -> list[dict[str, Any]]:
    facts = {
        "title": "Demo",
        "folder": "/srv/watchroom",
        "tracking_uri": "http://mlflow:5000",
        "time_zone": "Europe/London",
        "currency": "EUR",
    }
    return [{"key": key, "value": value} for key, value in facts.items()]


def _models() -> list[dict[str, Any]]:
    return [
        _model("card-fraud", "Card fraud", "binary", "high", "Stops stolen cards before the payment goes through."),
        _model("bike-demand", "Bike demand", "regression", "medium", "Hourly demand, to place bikes before the rush."),
        _model("claims-severity", "Claims severity", "regression", "critical", "How much a claim will cost."),
        _model("churn", "Customer churn", "binary", "low", "Who is about to leave, for the retention team."),
        {"model": HOSTILE, "registered": True, "title": HOSTILE, "file": None},
        {"model": LONG, "registered": True, "title": LONG, "file": None},
        _model("ghost", "Ghost", "binary", "low", "Planned; nothing is registered.", registered=False),
    ]


def _model(model: str, title: str, task: str, tier: str, purpose: str, *, registered: bool = True) -> dict[str, Any]:
    return {
        "model": model,
        "file": f"models/{model}.yaml",
        "registered": registered,
        "title": title,
        "purpose": purpose,
        "task": task,
        "affects": ["Fraud desk", "Card holders"],
        "tier": tier,
        "risk_business": tier if tier != "critical" else "high",
        "risk_legal": "low",
        "risk_ethical": "medium",
        "risk_reason": "Wrongly stopped cards cost trust.",
        "runbook": f"https://wiki.example/{model}",
        "spec": json.dumps({"model": model}),
    }


def _owners() -> list[dict[str, Any]]:
    whole = {"business": "ada@x", "data_science": "bo@x", "operations": "cy@x", "reviewer": "di@x", "on_call": "cy@x"}
    rows = [{"model": "card-fraud", "role": role, "person": person} for role, person in whole.items()]
    rows += [{"model": "claims-severity", "role": role, "person": person} for role, person in whole.items()]
    rows += [{"model": "bike-demand", "role": "data_science", "person": "bo@x"}]
    rows += [{"model": "churn", "role": "business", "person": "ada@x"}]
    return rows


def _versions() -> list[dict[str, Any]]:
    signature = json.dumps([{"name": "amount", "type": "double"}, {"name": "country", "type": "string"}])
    counts = (("card-fraud", 4), ("bike-demand", 2), ("claims-severity", 1), ("churn", 1), (HOSTILE, 1))
    return [_version(name, version, signature) for name, count in counts for version in range(1, count + 1)]


def _version(name: str, version: int, signature: str) -> dict[str, Any]:
    return {
        "name": name,
        "version": version,
        "run_id": f"run{version - 1:03d}" if name != HOSTILE else "gone-from-mlflow",
        "source": f"models:/m-{version}",
        "status": "READY",
        "user": "bo",
        "created_at": NOW - timedelta(150 - 30 * version),
        "flavors": ["lightgbm", "python_function"],
        "signature_inputs": signature if version > 1 else None,
        "has_input_example": version > 1,
        "mlmodel_problem": None if version > 1 else "Its MLmodel file is not on this machine.",
    }


def _runs() -> list[dict[str, Any]]:
    rows = []
    for n in range(120):
        status = "FAILED" if n % 17 == 5 else "FINISHED"
        start = NOW - timedelta(hours=11 * n + 2)
        rows.append(
            {
                "run_id": f"run{n:03d}",
                "experiment_id": "1" if n % 3 else "2",
                "name": f"search-{n}" if n else HOSTILE,
                "status": "RUNNING" if n in (1, 40) else status,
                "lifecycle_stage": "active",
                "user": "bo",
                "start_time": start,
                "end_time": None if n in (1, 40) else start + timedelta(minutes=3),
                "commit": "0123456789abcdef0123456789abcdef01234567",
                "dirty": n % 2 == 0,
                "artifact_uri": f"/srv/mlruns/1/run{n:03d}/artifacts",
            }
        )
    return rows


def _run_days() -> list[dict[str, Any]]:
    counts: dict[tuple[Any, ...], int] = {}
    for run in _runs():
        key = (run["start_time"].date(), run["experiment_id"], run["status"])
        counts[key] = counts.get(key, 0) + 1
    return [{"day": d, "experiment_id": e, "status": s, "runs": n} for (d, e, s), n in counts.items()]


def _metrics() -> list[dict[str, Any]]:
    rows = []
    for n in range(4):
        for key, value, better in (("roc_auc", 0.80 + 0.03 * n, "higher"), ("log_loss", 0.5 - 0.04 * n, "lower")):
            rows.append(
                {"run_id": f"run{n:03d}", "key": key, "last": value, "best": value, "better": better, "count": 1}
            )
    return rows


def _events() -> list[dict[str, Any]]:
    def event(seq: int, days: float, kind: str, model: str, **more: Any) -> dict[str, Any]:
        seen = NOW - timedelta(days)
        return {"seq": seq, "seen_at": seen, "not_before": seen - timedelta(1), "event": kind, "model": model, **more}

    return [
        event(1, 100, "model_added", "card-fraud") | {"not_before": None},
        event(2, 60, "alias_set", "card-fraud", version=2, name="champion"),
        event(3, 20, "version_added", "card-fraud", version=4),
        event(4, 8, "alias_moved", "card-fraud", version=3, previous_version=2, name="champion"),
        event(5, 8, "alias_set", "card-fraud", version=4, name="challenger"),
        event(6, 3, "tag_changed", "bike-demand", version=2, name=HOSTILE, value=HOSTILE, previous_value="old"),
        event(7, 2, "alias_removed", "churn", previous_version=1, name="champion"),
    ]


def at_first_sight(model: str, event: str, **more: Any) -> dict[str, Any]:
    """Something that was in the registry already when the first refresh looked, three days ago."""
    seq = hash((model, event, more.get("version"))) % 10**9
    return {"seq": seq, "seen_at": NOW - timedelta(3), "not_before": None, "event": event, "model": model, **more}


def _approvals() -> list[dict[str, Any]]:
    return [
        {
            "seq": 20,
            "at": NOW - timedelta(9),
            "model": "card-fraud",
            "version": 3,
            "stage": "deploy",
            "actor": "di@x",
            "role": "reviewer",
            "status": "valid",
        },
        {
            "seq": 21,
            "at": NOW - timedelta(90),
            "model": "claims-severity",
            "version": 1,
            "stage": "deploy",
            "actor": "di@x",
            "role": "reviewer",
            "status": "void",
            "reason": "The metric rmse of its run was 1200 when it was signed and is 1500 now.",
        },
    ]


def _problems() -> list[dict[str, Any]]:
    return [
        {
            "kind": "workspace",
            "severity": "error",
            "place": "models/forecast.yaml:12 (monitor.drift.method)",
            "what": "“pis” is not a drift method.",
            "why": "Expected one of psi, js, ks, wasserstein, chi2.",
            "next_step": "Did you mean psi?",
            "count": 1,
        },
        {
            "kind": "run",
            "severity": "error",
            "place": "mlruns/2/0a1b/meta.yaml",
            "what": "A run folder has no meta.yaml.",
            "why": "MLflow wrote it only in part, or git dropped it.",
            "next_step": "Restore the file, or delete the folder.",
            "count": 14,
        },
        {
            "kind": "model_version",
            "severity": "warning",
            "place": HOSTILE,
            "what": "Its MLmodel file cannot be read.",
            "why": "The artifact is not on this machine.",
            "next_step": "",
            "model": HOSTILE,
            "count": 1,
        },
        {
            "kind": "source",
            "severity": "note",
            "place": "sqlite:///mlflow.db",
            "what": "The store has an older schema.",
            "why": "",
            "next_step": "Nothing to do: Watchroom reads it as it is.",
            "count": 1,
        },
    ]


def _steps() -> list[dict[str, Any]]:
    steps = (
        ("read the workspace", "done", 0.1, "6 models, 1 problem"),
        ("sync the tracking store", "done", 2.4, "3 runs changed of 120"),
        ("sync the registry", "unchanged", 0.2, ""),
        ("publish", "done", 0.3, ""),
    )
    return [
        {"position": n, "step": step, "status": status, "started_at": NOW, "seconds": seconds, "detail": detail}
        for n, (step, status, seconds, detail) in enumerate(steps, 1)
    ]
