"""A snapshot of one model that is checked, for the steps that bind and judge sign-offs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.helpers.snapshots import publish_rows
from watchroom.domain.policy import SignOffRule, rules_text
from watchroom.store.draft import Draft
from watchroom.store.manifest import StoreFolder

NO_ONE = SignOffRule((), 1, 365, True)
RULE = SignOffRule(("reviewer", "business"), 2, 90, False)
RULES = rules_text({"low": NO_ONE, "medium": RULE, "high": RULE, "critical": RULE})

Rows = dict[str, list[dict[str, Any]]]


def rows(*, auc: float = 0.9, measured: str = "pass", tag: str | None = None) -> Rows:
    """The tables that the step reads: version 3 of `claims` is champion; version 2 was, and is not checked any more."""
    item = {"item": "tests_passed", "stage": "pilot", "kind": "tests_passed", "digest": "d1"}
    return {
        "models": [{"model": "claims", "team": "Pricing", "purpose": "Price claims.", "affects": ["Claims desk"]}],
        "model_versions": [
            {"name": "claims", "version": 2, "run_id": "run2"},
            {"name": "claims", "version": 3, "run_id": "run3"},
        ],
        "metrics": [{"run_id": "run3", "key": "auc", "last": auc}, {"run_id": "run2", "key": "auc", "last": 0.8}],
        "run_inputs": [{"run_id": "run3", "name": "claims", "digest": "55f9", "context": "training"}],
        "aliases": [{"name": "claims", "alias": "champion", "version": 3}],
        "model_version_tags": [{"name": "claims", "version": 3, "key": "approval", "value": tag}] if tag else [],
        "policies": [{"policy": "default", "rules": RULES}],
        "model_policies": [{"model": "claims", "policy": "default", "tier": "high", "assumed": False}],
        "policy_items": [{**item, "policy": "default", "position": 1, "text": "The tests pass.", "blocks": False}],
        "check_subjects": [
            {
                "model": "claims",
                "version": 3,
                "policy": "default",
                "tier": "high",
                "is_champion": True,
                "is_challenger": False,
                "is_newest": True,
                "authors": ["ana"],
            }
        ],
        "checks": [{**item, "model": "claims", "version": 3, "status": measured, "measured": measured}],
        "evidence": [
            {"seq": 7, "model": "claims", "version": 3, "name": "r.xml", "sha256": "ab" * 32, "status": "held"}
        ],
        "owners": [{"model": "claims", "role": "reviewer", "person": "rui@x"}],
        "shap_global": [
            {"model": "claims", "version": 3, "grain": "reference", "feature": "age", "share": 0.4149, "rank": 1}
        ],
        "profile_references": [{"model": "claims", "version": 3, "place": "ref.parquet", "n": 100}],
        "profile_features": [{"model": "claims", "version": 3, "feature": "age", "n": 100, "missing": 1, "max": 99.0}],
    }


@contextmanager
def drafting(folder: Path, given: Rows) -> Iterator[Draft]:
    """A draft after a snapshot that holds these rows; its room is its own, as in a refresh."""
    publish_rows(folder / "store", given)
    with Draft(StoreFolder(folder / "store")) as draft:
        draft.writable("room")
        yield draft


def content(draft: Draft, part: str, stage: str = "deploy") -> Any:
    """What a sign-off of version 3 would bind of a part."""
    (row,) = draft.connection.execute(
        "select content from checks.signables where version = 3 and stage = ? and part = ?", [stage, part]
    ).fetchall()
    return json.loads(row[0])
