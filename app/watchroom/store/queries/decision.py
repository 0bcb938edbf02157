"""Readers of the Decision page: one decision of the explained sample, and what was live when it was made.

Times are UTC without a zone, days are UTC days. A decision that is not in the sample is found in the log, not here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from watchroom.domain.decision import Case, Explanation, Part, Value, explanation
from watchroom.domain.lights import worst
from watchroom.store.queries.health import LIGHT_GRAIN
from watchroom.store.snapshot import Snapshot

SIMILAR_FROM = 5_000
"""Decisions among which similar ones are looked for, the newest of the sample: enough to find near ones, and quick."""

_CHAMPION = "champion"


@dataclass(frozen=True)
class Sampled:
    """A decision of the explained sample with its explanation."""

    case: Case
    explanation: Explanation


@dataclass(frozen=True)
class How:
    """How a version was explained by the refresh, or why it could not be; texts may be empty."""

    status: str
    flavor: str | None
    method: str | None
    space: str | None
    rows: int
    what: str
    why: str
    next_step: str
    note: str


def how(snapshot: Snapshot, *, model: str, version: int) -> How | None:
    """How a version was explained; None when the refresh did not come to it."""
    rows = snapshot.rows(
        """select status, flavor, method, space, coalesce("rows", 0), coalesce(what, ''), coalesce(why, ''),
            coalesce(next_step, ''), coalesce(note, '')
        from explanations where model = ? and version = ?""",
        [model, version],
    )
    return How(*rows[0]) if rows else None


@dataclass(frozen=True)
class ModelFiles:
    """Where the files of a logged model are kept, under the store's `models`; None where the refresh has none.

    `stand` and `background` change with what the files were fetched from and with the rows that are compared with.
    """

    folder: str
    trust: bool
    task: str | None
    stand: str = ""
    background: str = ""


def model_files(snapshot: Snapshot, *, model: str, version: int) -> ModelFiles | None:
    """The files with which a version is explained."""
    notes = dict(
        snapshot.rows("select key, value from explain_notes where model = ? and version = ?", [model, version])
    )
    if not notes.get("files"):
        return None
    return ModelFiles(
        folder=str(notes["files"]),
        trust=notes.get("trust") == "true",
        task=notes.get("task") or None,
        stand=notes.get("stand") or "",
        background=notes.get("background") or "",
    )


_SAMPLED = """
select d.version, d.month, d."row", d.decided_at, d.score, d.prediction, d.outcome, d."class", d.base_value, d.output,
    e.space, e.method
from explained_decisions d join explanations e on e.model = d.model and e.version = d.version
where d.model = ? and d.prediction_id = ? and d.month is not null order by d.version
"""


def sampled(snapshot: Snapshot, *, model: str, prediction_id: str) -> tuple[Sampled, ...]:
    """The decision as each version made it, as far as it is in the sample of that version; by version."""
    booleans = frozenset(name for name, kind in kinds(snapshot, model=model).items() if kind == "boolean")
    return tuple(
        _sampled(snapshot, model, prediction_id, row, booleans)
        for row in snapshot.rows(_SAMPLED, [model, prediction_id])
    )


def _sampled(
    snapshot: Snapshot, model: str, prediction_id: str, row: tuple[Any, ...], booleans: frozenset[str]
) -> Sampled:
    version, month, number, at, score, prediction, outcome, klass, base, output, space, method = row
    values = snapshot.rows(
        """select feature, value, "text", shap from explained_values
        where model = ? and version = ? and month = ? and "row" = ?""",
        [model, version, month, number],
    )
    inputs = {name: _value(value, text, name in booleans) for name, value, text, _ in values}
    parts = [Part(name, inputs[name], shap) for name, _, _, shap in values if shap is not None]
    case = Case(model, version, prediction_id, at, score, prediction, outcome, inputs)
    found = explanation(space=space or "units", method=method or "", base=base, output=output, klass=klass, parts=parts)
    return Sampled(case, found)


def _value(value: float | None, text: str | None, boolean: bool) -> Value:
    if text is not None or value is None:
        return text
    return bool(value) if boolean else value


def kinds(snapshot: Snapshot, *, model: str) -> dict[str, str]:
    """What each column that is watched holds: `number`, `category`, or `boolean` where the reference has nothing else.

    Where versions differ the newest counts.
    """
    rows = snapshot.rows(
        """select f.feature, arg_max(
                case when f.kind = 'category' and b.boolean then 'boolean' else f.kind end, f.version)
        from profile_features f left join (
            select version, feature, bool_and(value in ('true', 'false')) as boolean from profile_bins
            where model = $model and value is not null group by version, feature
        ) b on b.version = f.version and b.feature = f.feature
        where f.model = $model and not starts_with(f.feature, '@') group by f.feature""",
        {"model": model},
    )
    return {str(name): str(kind) for name, kind in rows}


@dataclass(frozen=True)
class Live:
    """What a version was made of. None is unknown: the run may be gone, and a store need not have recorded a commit.

    `data` are the datasets of its run: name, digest, context (None when it was not given).
    """

    version: int
    created_at: datetime | None
    run_id: str | None
    run_name: str | None
    run_deleted: bool
    commit: str | None
    dirty: bool | None
    started_at: datetime | None
    source: str | None
    flavors: tuple[str, ...]
    data: tuple[tuple[str, str, str | None], ...]


def live(snapshot: Snapshot, *, model: str, version: int) -> Live | None:
    """What a version was made of; None for a version that the registry does not know."""
    rows = snapshot.rows(
        """select v.created_at, v.run_id, r.name, coalesce(r.lifecycle_stage = 'deleted', false), r.commit,
            r.dirty, r.start_time, v.source, v.flavors
        from model_versions v left join runs r using (run_id) where v.name = ? and v.version = ?""",
        [model, version],
    )
    if not rows:
        return None
    created, run_id, name, deleted, commit, dirty, started, source, flavors = rows[0]
    data = snapshot.rows(
        """select name, digest, context from run_inputs where run_id = ?
        order by context is distinct from 'training', name, digest""",
        [run_id],
    )
    facts = (version, created, run_id, name, deleted, commit, dirty, started, source)
    return Live(*facts, tuple(flavors or ()), tuple(data))


@dataclass(frozen=True)
class Reign:
    """The aliases of a version at a moment, as the refreshes saw them; `champion` is the version that was it.

    That is the one that decisions are counted for where the log does not name a version. None without versions.
    `seen` says whether a refresh had looked by then: before the first one the first champion seen is assumed.
    """

    champion: int | None
    aliases: tuple[str, ...]
    seen: bool


def reign(snapshot: Snapshot, *, model: str, version: int, at: datetime) -> Reign:
    """Who was champion at that moment, and which aliases the version had."""
    rows = snapshot.rows(
        """select seen_at, event, name, version from registry_events
        where model = ? and event in ('alias_set', 'alias_moved', 'alias_removed') order by seq""",
        [model],
    )
    began = min((seen for seen, *_ in rows), default=None)
    seen = began is not None and began <= at
    known: dict[str, int] = {}
    for moment, event, name, of in rows:
        if moment > at and (seen or moment != began):
            break
        if event == "alias_removed":
            known.pop(name, None)
        elif of is not None:
            known[name] = int(of)
    champion = _champion(snapshot, model, at)
    others = (name for name, of in known.items() if of == version and name.lower() != _CHAMPION)
    return Reign(champion, tuple(sorted([*others, *([_CHAMPION] if champion == version else [])])), seen)


def _champion(snapshot: Snapshot, model: str, at: datetime) -> int | None:
    """The champion of the moment as the log's decisions were counted for; the first one for all that came before."""
    rows = snapshot.rows("select value from profile_notes where model = ? and key = 'champions'", [model])
    champions = (
        [(datetime.fromisoformat(since), int(version)) for since, version in json.loads(rows[0][0])] if rows else []
    )
    by_then = [version for since, version in champions if since <= at]
    return by_then[-1] if by_then else next((version for _, version in champions), None)


@dataclass(frozen=True)
class SignedOff:
    """A sign-off of the version: `status` is as of the snapshot, `valid` or `void`."""

    at: datetime
    stage: str
    actor: str
    role: str
    decision: str
    status: str


def signed_off(snapshot: Snapshot, *, model: str, version: int) -> tuple[SignedOff, ...]:
    """The sign-offs of a version, the oldest first."""
    rows = snapshot.rows(
        """select "at", coalesce(stage, ''), coalesce(actor, ''), coalesce(role, ''), coalesce(decision, 'approved'),
            coalesce(status, 'unknown')
        from approvals where model = ? and version = ? order by "at", seq""",
        [model, version],
    )
    return tuple(SignedOff(*row) for row in rows)


@dataclass(frozen=True)
class ThatDay:
    """How a version was in the seven days that ended with a day; lights as everywhere, `no data` for not worked out.

    `drifted` are the features beyond a drift limit, the worst first; `features` how many were judged. `metric` is
    (name, value, status, outcomes) of performance where it has a limit, None otherwise. `decisions` are those of the
    day itself. `alerts` are what was beyond a limit on that day: signal, feature, severity, since.
    """

    drift: str
    quality: str
    performance: str
    drifted: tuple[str, ...]
    features: int
    metric: tuple[str, float | None, str, int] | None
    decisions: int
    alerts: tuple[tuple[str, str, str, date | None], ...]

    @property
    def light(self) -> str:
        """The worst of its parts."""
        return worst((self.drift, self.quality, self.performance))


def that_day(snapshot: Snapshot, *, model: str, version: int, day: date) -> ThatDay:
    """How the version was on that day."""
    key = [model, version, LIGHT_GRAIN, day]
    of = "where model = ? and version = ? and grain = ? and period_end = ?"
    drift = snapshot.rows(f"select feature, status from drift {of} order by value / drifted desc nulls last", key)
    quality = snapshot.rows(f"select status from quality {of}", key)
    judged = snapshot.rows(
        f"""select metric, value, status, coalesce(n_labelled, 0) from performance {of} and kind = 'realized'
        and (watch is not null or failing is not null) order by status = 'no data' limit 1""",
        key,
    )
    ((made,),) = snapshot.rows(
        "select coalesce(sum(decisions), 0)::bigint from volume where model = ? and version = ? and day = ?",
        [model, version, day],
    )
    return ThatDay(
        worst(status for _, status in drift if status),
        worst(status for (status,) in quality if status),
        judged[0][2] if judged else "no data",
        tuple(str(name) for name, status in drift if status in ("watch", "drifted")),
        len(drift),
        judged[0] if judged else None,
        made,
        _alerts(snapshot, model, version, day),
    )


def _alerts(snapshot: Snapshot, model: str, version: int, day: date) -> tuple[tuple[str, str, str, date | None], ...]:
    rows = snapshot.rows(
        """select signal, coalesce(feature, ''), severity, since from alerts
        where model = ? and (version = ? or version is null) and coalesce(since, cast(raised_at as date)) <= ?
            and (ended_at is null or cast(ended_at as date) > ?)
        order by severity <> 'critical', since, signal, feature""",
        [model, version, day, day],
    )
    return tuple(rows)


@dataclass(frozen=True)
class Sample:
    """The newest explained decisions of a version with their inputs: one row each, in the order of `ids`.

    `numbers` (n, k) are of `number_names`, NaN when missing; `texts` (n, m) of `text_names`, None when missing.
    """

    ids: tuple[str, ...]
    facts: pd.DataFrame
    number_names: tuple[str, ...]
    numbers: NDArray[np.float64]
    text_names: tuple[str, ...]
    texts: NDArray[np.object_]


def sample(
    snapshot: Snapshot, *, model: str, version: int, features: tuple[str, ...], reference: bool = False
) -> Sample:
    """The newest decisions of the sample with these inputs, or rows of the reference.

    `facts`: at, score, prediction, outcome; `ids` are empty texts for the reference.
    """
    facts = snapshot.query(
        """select "row", prediction_id, decided_at as "at", score, prediction, outcome from explained_decisions
        where model = ? and version = ? and (month is null) = ? order by decided_at desc, prediction_id, "row"
        limit ?""",
        [model, version, reference, SIMILAR_FROM],
    )
    first = None if reference or facts.empty else facts["at"].min().date().replace(day=1)
    values = snapshot.query(
        f"""select feature, "row", value, "text" from explained_values
        where model = ? and version = ? and {"month is null" if reference else "month >= ?"}
            and list_contains(?, feature)""",
        [model, version, *([] if reference else [first]), list(features)],
    )
    order = pd.Index(facts["row"])
    texts = [name for name in features if values.loc[values["feature"] == name, "text"].notna().any()]
    numbers = [name for name in features if name not in texts]
    return Sample(
        tuple("" if reference else str(found) for found in facts["prediction_id"]),
        facts.drop(columns=["row", "prediction_id"]),
        tuple(numbers),
        _matrix(values, order, numbers, "value").astype(np.float64),
        tuple(texts),
        _matrix(values, order, texts, "text"),
    )


def _matrix(values: pd.DataFrame, order: pd.Index[Any], names: Sequence[str], column: str) -> NDArray[Any]:
    """One column for each name, rows in that order."""
    found = np.full((len(order), len(names)), np.nan if column == "value" else None, dtype=object)
    for place, name in enumerate(names):
        own = values[values["feature"] == name].drop_duplicates("row").set_index("row")[column].reindex(order)
        found[:, place] = own.astype(object).where(own.notna(), np.nan if column == "value" else None)
    return found


@dataclass(frozen=True)
class Spread:
    """How many values of a number the reference holds, and whether those looked at are whole: for a control's steps."""

    distinct: int
    whole: bool


def spreads(snapshot: Snapshot, *, model: str, version: int) -> dict[str, Spread]:
    """Of every number that is watched. Whether values are whole is looked up in the explained rows."""
    rows = snapshot.rows(
        """with seen as (
            select feature, bool_and(value = floor(value)) as whole from explained_values
            where model = $model and version = $version and value is not null group by feature
        )
        select f.feature, coalesce(f.distinct_values, 0), coalesce(s.whole, false)
        from profile_features f left join seen s using (feature)
        where f.model = $model and f.version = $version and f.kind = 'number'""",
        {"model": model, "version": version},
    )
    return {str(name): Spread(int(distinct), bool(whole)) for name, distinct, whole in rows}
