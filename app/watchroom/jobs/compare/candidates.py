"""Which pairs of versions may be compared, and what a comparison rests on: it is made anew when that changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from watchroom.jobs.explain.logs import Logs
from watchroom.store.compare import Versions
from watchroom.store.draft import Draft
from watchroom.workspace.model_file import ModelSpec

_RULES = "2"
"""Raised when what is computed here changes its meaning, so that every pair is compared anew."""

MOST_PAIRS = 20
"""Pairs of a model, the newest versions first: each takes seconds, and nobody reads more."""


@dataclass(frozen=True)
class Candidate:
    """Two versions that decided on some of the same days. `stand` changes with whatever the comparison rests on."""

    versions: Versions
    days: frozenset[date]
    stand: str

    @property
    def name(self) -> str:
        """What its note is called."""
        return f"{self.versions[0]} {self.versions[1]}"


def candidates(draft: Draft, spec: ModelSpec, logs: Logs) -> list[Candidate]:
    """The pairs with a day in common, the newest first; none where the log does not say which version decided.

    Whether they have decided the same cases is not known yet.
    """
    if "asked" not in logs.notes or logs.asked[0].version is None:
        return []
    digests, rules = _digests(draft, spec.model), _rules(spec, logs)
    found = []
    for first, second in combinations(sorted(logs.days), 2):
        days = logs.days[first] & logs.days[second]
        if days:
            found.append(Candidate((first, second), days, _stand(rules, days, digests)))
    return sorted(found, key=lambda one: (one.versions[1], one.versions[0]), reverse=True)


def _rules(spec: ModelSpec, logs: Logs) -> str:
    value = spec.value.model_dump_json() if spec.value else ""
    return "\0".join((_RULES, str(spec.task), value, logs.notes["asked"]))


def _stand(rules: str, days: frozenset[date], digests: Mapping[date, str]) -> str:
    told = "\0".join((rules, *(f"{day} {digests.get(day, '')}" for day in sorted(days))))
    return hashlib.sha256(told.encode()).hexdigest()


def _digests(draft: Draft, model: str) -> dict[date, str]:
    """What the decisions and the outcomes of each day are, from whatever files."""
    rows = draft.connection.execute(
        "select day, string_agg(kind || digest, ' ' order by kind, digest) from profile.log_days "
        "where model = ? and kind in ('decisions', 'outcomes') group by day",
        [model],
    ).fetchall()
    return dict(rows)
