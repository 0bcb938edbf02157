"""What is asked of a model's logs, written down: whoever reads a single decision later needs no model file for it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from watchroom.sources.decisions.contract import Champion, DecisionLog, OutcomeLog


def to_json(log: DecisionLog, outcomes: OutcomeLog | None) -> str:
    """Both logs as JSON: the names of their columns, the features with their kinds, and who was champion when."""
    champions = [[one.since.isoformat(), one.version] for one in log.champions]
    decisions = {**asdict(log), "champions": champions}
    return json.dumps({"decisions": decisions, "outcomes": asdict(outcomes) if outcomes else None}, sort_keys=True)


def from_json(text: str) -> tuple[DecisionLog, OutcomeLog | None]:
    """The logs that were written. Raises ValueError, KeyError or TypeError for what is not their JSON."""
    told = json.loads(text)
    found = told["decisions"]
    log = DecisionLog(
        **{
            **found,
            "features": tuple((name, kind) for name, kind in found["features"]),
            "groups": tuple(found["groups"]),
            "champions": tuple(
                Champion(datetime.fromisoformat(since), version) for since, version in found["champions"]
            ),
        }
    )
    return log, OutcomeLog(**told["outcomes"]) if told["outcomes"] else None
