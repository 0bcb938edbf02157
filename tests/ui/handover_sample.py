"""A room of models with checklists as a refresh leaves them: the items of the policy that ships, found met or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tests.helpers.snapshots import publish_rows
from tests.ui.sample import HOSTILE, LONG
from watchroom.domain.policy import STAGES, Policy, rules_text
from watchroom.workspace.policies import shipped

NOW = datetime.now(UTC).replace(tzinfo=None)
"""When the snapshot is made; UTC."""

VERSION_DAYS = 200
"""Days since the versions were made: before the first refresh."""

OWNERS = {
    "business": "sofia@example.com",
    "data_science": "bo@example.com",
    "operations": "cy@example.com",
    "reviewer": "aisha@example.com",
}

FRAUD, DEMAND, DONE, ODD, BARE = "card-fraud", "retail-demand", "done", LONG, "bare"

TIERS = {FRAUD: "high", DEMAND: "medium", DONE: "low", ODD: "critical"}

SCORES = {"data": 3.5, "model": 2.0, "infrastructure": 5.0, "monitoring": 4.0, "total": 2.0}

Rows = dict[str, list[dict[str, Any]]]


@cache
def policy() -> Policy:
    """The policy that ships."""
    return shipped()


def status_of(model: str, place: int, kind: str) -> str:
    """What the refresh found of an item, by its place: some of each, none missing where all is done."""
    if model == DONE:
        return "pass"
    if kind == "question":
        return "unknown"
    return ("pass", "pass", "pass", "fail", "pass", "unknown", "pass", "stale")[place % 8]


def rows() -> Rows:
    """The tables of the room."""
    found: Rows = {
        "models": [_model(FRAUD, "Card fraud"), _model(DEMAND, "Retail demand"), _model(DONE, "All done"),
                   _model(ODD, HOSTILE), _model(BARE, "Bare")],
        "owners": [
            {"model": name, "role": role, "person": person}
            for name in (FRAUD, DEMAND, DONE) for role, person in OWNERS.items()
            if not (name == DEMAND and role == "operations")
        ],
        "policies": [{"policy": policy().name, "items": len(policy().items), "digest": policy().digest,
                      "rules": rules_text(policy().rules)}],
        "policy_items": [_item(place, item) for place, item in enumerate(policy().items, 1)],
        "check_queries": [{"query": "tracked", "about": "Whether the run is there.", "sql": "select 1"}],
    }  # fmt: skip
    for name, tier in TIERS.items():
        _checked(found, name, tier)
    return found


def _model(name: str, title: str) -> dict[str, Any]:
    return {"model": name, "title": title, "file": f"models/{name[:20]}.yaml", "registered": True, "affects": [],
            "tier": TIERS.get(name), "read_at": NOW}  # fmt: skip


def _item(place: int, item: Any) -> dict[str, Any]:
    told = {name: getattr(item, name) for name in ("stage", "tier", "role", "text", "why", "how", "source", "section")}
    kept = {name: getattr(item, name) for name in ("kind", "valid_days", "blocks", "digest")}
    return {"policy": policy().name, "item": item.id, "position": place, "params": "{}", **told, **kept}


def _checked(found: Rows, name: str, tier: str) -> None:
    version = 3
    mine = [item for item in policy().items_for(tier)]  # type: ignore[arg-type]
    found.setdefault("check_subjects", []).extend(
        {"model": name, "version": number, "policy": policy().name, "tier": tier, "is_champion": number == version,
         "is_challenger": number == 4, "is_newest": number == 4, "authors": ["bo"]}
        for number in (version, 4)
    )  # fmt: skip
    found.setdefault("model_versions", []).extend(
        {"name": name, "version": number, "created_at": NOW - timedelta(VERSION_DAYS)} for number in (1, 2, 3, 4)
    )
    found.setdefault("aliases", []).append({"name": name, "alias": "champion", "version": version})
    found.setdefault("model_policies", []).append(
        {"model": name, "policy": policy().name, "tier": tier, "assumed": name == ODD}
    )
    found.setdefault("checks", []).extend(_check(name, version, place, item) for place, item in enumerate(mine))
    found.setdefault("check_scores", []).extend(
        {"model": name, "version": version, "section": section, "score": score, "most": 7}
        for section, score in (
            ("data", 3.5),
            ("model", 2.0),
            ("infrastructure", 5.0),
            ("monitoring", 4.0),
            ("total", 2.0),
        )
    )
    found.setdefault("approval_states", []).extend(
        {"model": name, "version": version, "stage": stage, "missing": [] if signed else ["reviewer"], "people": 0,
         "status": "approved" if signed else "missing"}
        for stage in STAGES for signed in (name == DONE or stage == STAGES[0],)
    )  # fmt: skip


def _check(name: str, version: int, place: int, item: Any) -> dict[str, Any]:
    status = status_of(name, place, item.kind)
    asked = item.kind == "question"
    return {
        "model": name, "version": version, "stage": item.stage, "item": item.id, "status": status,
        "measured": "unknown" if asked else status, "kind": item.kind, "role": item.role,
        "value": None if asked else f"{place} of 9",
        "evidence": "" if asked else f"Version {version} of {name[:30]} has {place} of 9 that it should have.",
        "query": None if asked else "tracked", "digest": f"{place:064x}", "at": NOW - timedelta(place + 1),
        "person": OWNERS.get(item.role),
    }  # fmt: skip


def publish(store: Path) -> None:
    """Publish the room."""
    publish_rows(store, rows())
