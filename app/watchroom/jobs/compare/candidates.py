"""Which pairs of versions may be compared, and what a comparison rests on: it is made anew when that changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from watchroom.domain.paired import MOST_DAYS
from watchroom.jobs.explain.logs import Logs
from watchroom.store.compare import LEFT, Versions, pair_name
from watchroom.store.draft import Draft
from watchroom.workspace.model_file import ModelSpec

_RULES = "3"
"""Raised when what is computed here changes its meaning, so that every pair is compared anew."""

MOST_PAIRS = 20
"""Pairs of a model that share decisions: champion and challenger first, then the newest. Each takes seconds, and nobody
reads more."""


@dataclass(frozen=True)
class Candidate:
    """Two versions that decided on some of the same days, and the last `MOST_DAYS` of these.

    `stand` changes with whatever the comparison rests on.
    """

    versions: Versions
    days: frozenset[date]
    stand: str

    @property
    def name(self) -> str:
        """What its note is called."""
        return pair_name(self.versions)


def candidates(draft: Draft, spec: ModelSpec, logs: Logs, before: Mapping[str, str]) -> list[Candidate]:
    """The pairs with a day in common, in the order in which they are asked; none where the log names no version.

    Champion and challenger come first, then what was left the last time by the notes `before`, then the pairs of either
    of the two, then the newest. Whether they have decided the same cases is not known yet.
    """
    if "asked" not in logs.notes or logs.asked[0].version is None:
        return []
    digests, rules = _digests(draft, spec.model), _rules(spec, logs)
    found = []
    for first, second in combinations(sorted(logs.days), 2):
        days = logs.days[first] & logs.days[second]
        if days:
            last = frozenset(sorted(days)[-MOST_DAYS:])
            found.append(Candidate((first, second), last, _stand(rules, last, digests)))
    named = _named(draft, spec.model)
    return sorted(found, key=lambda one: _order(one, named, before), reverse=True)


def _order(one: Candidate, named: frozenset[int], before: Mapping[str, str]) -> tuple[int | bool, ...]:
    count = len(named.intersection(one.versions))
    return count == 2, before.get(one.name) == LEFT, count, one.versions[1], one.versions[0]


def _named(draft: Draft, model: str) -> frozenset[int]:
    """The versions that are champion or challenger."""
    rows = draft.connection.execute(
        "select version from mlflow.aliases where name = ? and alias in ('champion', 'challenger')", [model]
    )
    return frozenset(row[0] for row in rows.fetchall())


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
