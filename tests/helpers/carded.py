"""A room for model cards: a model that has everything, one without anything, one with odd names; with their texts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.helpers.reported import BUSY, EMPTY, NOW, STRANGE, last_month
from tests.helpers.reported import rows as reported_rows
from tests.ui.sample import HOSTILE

__all__ = ["BUSY", "EMPTY", "STRANGE", "TEXT", "rows"]

TEXT = f"""# Card fraud

## Intended use

Stops payments; its AUC is {{{{metric:auc=0.93}}}}, its recall at least {{{{metric:recall>=0.9}}}}.

- run by {{{{owner:operations}}}}

## Limits

{HOSTILE} and {{{{metrik:auc}}}}
"""

Rows = dict[str, list[dict[str, Any]]]


def rows() -> Rows:
    """The rows of every table."""
    found = reported_rows()
    month = last_month()
    found["cards"] = [
        {"model": BUSY, "file": "models/card-fraud.md", "text": TEXT},
        {"model": STRANGE, "file": "models/odd.md", "text": f"## {HOSTILE}\n\n{HOSTILE}\n"},
    ]
    found["model_versions"] = [
        {"name": name, "version": version, "run_id": f"run{version}", "created_at": NOW, "flavors": ["sklearn"],
         "description": HOSTILE if name == STRANGE else "Adds distance."}
        for name in (BUSY, STRANGE) for version in (1, 2)
    ]  # fmt: skip
    found["aliases"] = [{"name": name, "alias": "champion", "version": 2} for name in (BUSY, STRANGE)]
    found["runs"] = [
        {"run_id": f"run{version}", "experiment_id": "1", "status": "FINISHED", "lifecycle_stage": "active",
         "commit": "a" * 40, "dirty": False, "user": "aisha@example.com"}
        for version in (1, 2)
    ]  # fmt: skip
    found["params"] = [{"run_id": f"run{version}", "key": "depth", "value": str(version)} for version in (1, 2)]
    found["performance"] = [row for version in (1, 2) for row in _performance(month, version)]
    found["findings"] = [{"seq": 7, "at": NOW, "actor": "ines", "model": BUSY, "severity": "high", "title": HOSTILE,
                          "state": "open", "rounds": 0}]  # fmt: skip
    found["evidence"] = [
        {"seq": 9, "at": NOW, "actor": "aisha", "model": BUSY, "version": 2, "name": f"../{HOSTILE}.html",
         "path": "ab/abcd.xml", "kind": "junit", "sha256": "ab" * 32, "bytes": 5, "tests": 3, "failed": 1, "skipped": 0,
         "status": "held"},
        {"seq": 8, "at": NOW, "actor": "aisha", "model": BUSY, "version": 2, "name": "gone.pdf", "path": "cd/cdef.pdf",
         "kind": "pdf", "sha256": "cd" * 32, "bytes": 5, "status": "gone"},
    ]  # fmt: skip
    items = {"limits": "fail", "tests": "fail", "runbook": "unknown", "purpose": "pass"}
    found["check_subjects"] = [{"model": BUSY, "version": 2, "policy": "default", "tier": "high", "is_champion": True}]
    found["policy_items"] = [
        {"policy": "default", "item": item, "position": place, "stage": "deploy", "text": f"Its {item} are there.",
         "blocks": item == "tests"} for place, item in enumerate(items)
    ]  # fmt: skip
    found["checks"] = [
        {"model": BUSY, "version": 2, "item": item, "stage": "deploy", "role": "operations", "kind": "question",
         "status": status} for item, status in items.items()
    ]  # fmt: skip
    found["handovers"] = [
        {"seq": 12, "at": NOW, "actor": "ada", "model": BUSY, "version": 2, "stage": "deploy", "to_team": "Run",
         "giver": "ada", "receiver": "olu", "state": "given"}
    ]  # fmt: skip
    found["fairness"] = [
        {"model": BUSY, "version": 2, "grain": "all", "group_column": "region", "group_value": value, "best": "north",
         "metric": "selection_rate", "value": ratio / 2, "ratio": ratio, "n": n, "status": status}
        for value, ratio, n, status in (("south", 0.9, 900, "fair"), ("isle", 0.1, 3, "small"))
    ]  # fmt: skip
    return found


def _performance(month: date, version: int) -> list[dict[str, Any]]:
    end = (month.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
    return [
        {"model": BUSY, "version": version, "grain": "month", "kind": "realized", "metric": metric,
         "period_start": month.replace(day=1), "period_end": end, "value": value, "low": value - 0.01,
         "high": value + 0.01, "reference_value": 0.9, "status": "stable", "n": 3000, "n_labelled": 2500}
        for metric, value in (("roc_auc", 0.92 + version / 200), ("recall", 0.6))
    ]  # fmt: skip
