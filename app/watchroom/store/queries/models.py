"""Readers of the Models page and of the page of one model: facts, versions, history, and what needs attention."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from watchroom.store.snapshot import Snapshot

OWNER_ROLES = ("business", "data_science", "operations", "on_call")
"""The roles without which a model in production is in nobody's hands."""

TIERS = ("critical", "high", "medium", "low")

SEVERITY = {
    "light_failing": 3,
    "light_drifted": 3,
    "kpi_beyond": 3,
    "loses_money": 3,
    "approval_rejected": 3,
    "approval_void": 3,
    "file_broken": 3,
    "no_owner": 3,
    "approval_missing": 2,
    "no_champion": 2,
    "no_file": 2,
    "run_deleted": 2,
    "owner_gap": 1,
    "unread": 1,
    "not_registered": 1,
}
"""How urgent each kind of issue is: 3 is something that is wrong, 2 something missing, 1 a gap."""


@dataclass(frozen=True)
class Issue:
    """Something about a model that a person should look at. `detail` is text from outside; empty for none."""

    kind: str
    detail: str = ""
    version: int | None = None

    @property
    def severity(self) -> int:
        """3 wrong, 2 missing, 1 a gap."""
        return SEVERITY[self.kind]


@dataclass(frozen=True)
class Model:
    """A model at a glance. None is unknown; `champion_since` is when a refresh first saw the present champion.

    `champion_before` says that it was champion already when the first refresh looked, so for longer than that.
    `approval` is that of the champion: `valid`, `void`, `rejected`, `none`, or None without a champion; `signed_by`
    are the roles that approved it. `read_at` is when its file was last read without a mistake; None for never.
    `light` is the status light of the version in service, None where there is none, and `light_reason` why.
    """

    name: str
    title: str
    registered: bool
    file: str | None
    task: str | None
    tier: str | None
    purpose: str | None
    champion: int | None
    champion_since: datetime | None
    champion_before: bool
    challenger: int | None
    versions: int
    latest: int | None
    latest_at: datetime | None
    approval: str | None
    approval_reason: str | None
    signed_by: tuple[str, ...]
    read_at: datetime | None
    owners: tuple[tuple[str, str], ...]
    issues: tuple[Issue, ...]
    light: str | None = None
    light_reason: str = ""

    def owner(self, role: str) -> str | None:
        """Who holds that role; None for nobody."""
        return dict(self.owners).get(role)

    @property
    def broken(self) -> bool:
        """Whether its file has a mistake: what is known of it is then as of `read_at`."""
        return any(issue.kind == "file_broken" for issue in self.issues)

    @property
    def unreadable(self) -> bool:
        """Whether its file has never been read without a mistake, so that nobody knows what it says."""
        return self.broken and self.read_at is None

    @property
    def urgency(self) -> tuple[int, int, int]:
        """Sorts the most urgent first: the worst issue, then the risk, then how many issues."""
        worst = max((issue.severity for issue in self.issues), default=0)
        risk = TIERS.index(self.tier) if self.tier in TIERS else 1 if self.champion else 4
        return (-worst, risk, -len(self.issues))


def names(snapshot: Snapshot) -> tuple[str, ...]:
    """Every model that the workspace or the registry knows, by name."""
    return tuple(name for (name,) in snapshot.rows("select model from models order by lower(model), model"))


def version_numbers(snapshot: Snapshot, *, model: str) -> tuple[int, ...]:
    """A model's versions, the newest first; empty for a model without any."""
    rows = snapshot.rows("select version from model_versions where name = ? order by version desc", [model])
    return tuple(version for (version,) in rows)


SIGNED = """signers as (
    select model, version, list(distinct role order by role)
        filter (where decision is distinct from 'rejected' and role is not null) as signed_by
    from (
        select * from approvals where status <> 'superseded'
        qualify row_number() over (partition by model, version, stage, role order by seq desc) = 1
    ) group by model, version
),
unjudged as (
    select model, version,
        case when bool_or(decision = 'rejected') then 'rejected' when bool_or(status <> 'valid') then 'void'
            else 'valid' end as state,
        coalesce(max(note) filter (where decision = 'rejected'), max(reason)) as reason
    from (
        select * from approvals where status <> 'superseded'
        qualify row_number() over (partition by model, version, stage, role order by seq desc) = 1
    ) anti join (from approval_states where stage = 'deploy') using (model, version) group by model, version
),
signed as (
    select j.*, s.signed_by from (
        select model, version, case status when 'approved' then 'valid' when 'expired' then 'void'
            when 'missing' then 'none' when 'partly' then 'none' else status end as state, reason
        from approval_states where stage = 'deploy'
        union all select * from unjudged
    ) j left join signers s on s.model = j.model and s.version = j.version
)"""
"""Whether a version may be in service: void is also what has ended, none what is not signed by all who have to.

Of a version that is judged by no rule the sign-offs alone: in each role the latest counts, the worst of them decides.
"""

RUNS_WITH_DELETION = """(
    select r.*, coalesce(r.lifecycle_stage, '') = 'deleted' or coalesce(e.lifecycle_stage, '') = 'deleted' as deleted
    from runs r left join experiments e using (experiment_id)
)"""
"""Every run with whether it is deleted in MLflow; a run of a deleted experiment is."""

_OVERVIEW = """
with champions as (select name, version from aliases where alias = 'champion'),
challengers as (select name, version from aliases where alias = 'challenger'),
counted as (
    select name, count(*) as versions, max(version) as latest, arg_max(created_at, version) as latest_at
    from model_versions group by name
),
since as (
    select e.model, max(e.seen_at) as seen_at, arg_max(e.not_before is null, e.seq) as already
    from registry_events e join champions c on c.name = e.model and c.version = e.version
    where e.event in ('alias_set', 'alias_moved') and e.name = 'champion' group by e.model
),
SIGNED,
lost as (
    select v.name from model_versions v join champions c on c.name = v.name and c.version = v.version
    join all_runs r on r.run_id = v.run_id where r.deleted
),
beyond as (
    select model, list(feature order by severity, since, feature) as kpis from alerts
    where signal = 'kpi' and ended_at is null and coalesce(state, 'open') <> 'resolved' group by model
),
losing as (
    select model, net from value
    where version is null and grain = 'month' and period_end < $today and period_end >= $today - 31
    qualify period_end = max(period_end) over (partition by model) and net < 0
),
unread as (
    select model, sum("count") as n, bool_or(kind = 'workspace' and severity = 'error') as broken,
        arg_min(what, case when kind = 'workspace' and severity = 'error' then 0 else 1 end) as what
    from problems where model is not null and severity <> 'note' group by model
)
select m.model, coalesce(m.title, m.model), coalesce(m.registered, false), m.file, m.task, m.tier, m.purpose,
    c.version, since.seen_at, coalesce(since.already, false), h.version, coalesce(n.versions, 0), n.latest, n.latest_at,
    case when c.version is not null then coalesce(s.state, 'none') end, s.reason, s.signed_by, m.read_at,
    coalesce(u.n, 0), coalesce(u.broken, false), u.what, l.name is not null, b.kpis, y.net,
    i.light, coalesce(i.reason, '')
from models m
left join champions c on c.name = m.model
left join challengers h on h.name = m.model
left join counted n on n.name = m.model
left join since on since.model = m.model
left join signed s on s.model = m.model and s.version = c.version
left join unread u on u.model = m.model
left join lost l on l.name = m.model
left join beyond b on b.model = m.model
left join losing y on y.model = m.model
left join health i on i.model = m.model
""".replace("SIGNED", SIGNED).replace("all_runs", RUNS_WITH_DELETION)


def overview(snapshot: Snapshot) -> tuple[Model, ...]:
    """Every model with its state and issues, the one that most needs attention first."""
    owners = _owners(snapshot)
    models = (_model(row, owners.get(row[0], ())) for row in snapshot.rows(_OVERVIEW, {"today": snapshot.day}))
    return tuple(sorted(models, key=lambda model: (*model.urgency, model.title.lower(), model.name)))


def _owners(snapshot: Snapshot) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for model, role, person in snapshot.rows("select model, role, person from owners where person <> '' order by role"):
        found[model] = (*found.get(model, ()), (role, person))
    return found


def _model(row: tuple[Any, ...], owners: tuple[tuple[str, str], ...]) -> Model:
    *facts, signed_by, read_at, unread, broken, what, run_deleted, kpis, loss, light, light_reason = row
    model = Model(*(*facts, tuple(signed_by or ()), read_at, owners, (), light, light_reason))
    if broken:
        model = replace(model, issues=(Issue("file_broken", what or ""),))
    found = (*model.issues, *_issues(model, run_deleted), *_worth(kpis, loss), *_gaps(model, unread, what or ""))
    return replace(model, issues=found)


def _issues(model: Model, run_deleted: bool) -> Iterable[Issue]:
    if model.light in ("failing", "drifted"):
        yield Issue(f"light_{model.light}", model.light_reason)
    if model.approval in ("void", "rejected"):
        yield Issue(f"approval_{model.approval}", model.approval_reason or "", model.champion)
    if run_deleted:
        yield Issue("run_deleted", "", model.champion)
    if model.file is None:
        yield Issue("no_file")
    elif model.unreadable:
        return
    elif not model.owners:
        yield Issue("no_owner")
    elif gaps := [role for role in OWNER_ROLES if not model.owner(role)]:
        yield Issue("owner_gap", ",".join(gaps))


def _worth(kpis: list[str] | None, loss: float | None) -> Iterable[Issue]:
    """KPIs beyond their limits by name, and what was lost in the last whole month, in the workspace's currency."""
    if kpis:
        yield Issue("kpi_beyond", ", ".join(kpis))
    if loss is not None:
        yield Issue("loses_money", f"{-loss:.2f}")


def _gaps(model: Model, unread: int, what: str) -> Iterable[Issue]:
    if model.approval == "none":
        yield Issue("approval_missing", "", model.champion)
    if model.versions and model.champion is None:
        yield Issue("no_champion")
    if not model.registered:
        yield Issue("not_registered")
    if unread and not model.broken:
        yield Issue("unread", what)


@dataclass(frozen=True)
class Sheet:
    """What the workspace says of a model beyond the glance; None is unknown.

    `monitored` is the metric by which its performance is judged.
    """

    affects: tuple[str, ...]
    risk_business: str | None
    risk_legal: str | None
    risk_ethical: str | None
    risk_reason: str | None
    runbook: str | None
    monitored: str | None
    description: str | None


def sheet(snapshot: Snapshot, *, model: str) -> Sheet | None:
    """The rest of a model's file, and its description in the registry; None for a model that is not known."""
    rows = snapshot.rows(
        """select m.affects, m.risk_business, m.risk_legal, m.risk_ethical, m.risk_reason, m.runbook,
            m.spec, r.description
        from models m left join registered_models r on r.name = m.model where m.model = ?""",
        [model],
    )
    if not rows:
        return None
    affects, business, legal, ethical, reason, runbook, spec, description = rows[0]
    return Sheet(tuple(affects or ()), business, legal, ethical, reason, runbook, _monitored(spec), description)


def _monitored(spec: str | None) -> str | None:
    """The metric by which a model's file, given as JSON, judges its performance."""
    found: Any = json.loads(spec) if spec else None
    for part in ("monitor", "performance", "metric"):
        found = found.get(part) if isinstance(found, dict) else None
    return str(found) if found else None


def versions(snapshot: Snapshot, *, model: str) -> pd.DataFrame:
    """A model's versions, the newest first, with their aliases, run and signatures; NULL is unknown.

    `run_known` says whether the run is in the snapshot, `run_deleted` whether MLflow has it among the deleted ones;
    `approval` is `valid`, `void`, `rejected` or `none`.
    """
    return snapshot.query(
        """
        with named as (select name, version, list(alias order by alias) as aliases from aliases group by name, version),
        SIGNED
        select v.version, n.aliases, v.created_at, v.user, v.status, v.run_id, r.name as run_name,
            r.run_id is not null as run_known,
            coalesce(r.deleted, false) as run_deleted, r.commit, r.dirty, v.flavors, v.signature_inputs,
            v.signature_outputs, v.has_input_example, v.mlmodel_problem, v.description,
            coalesce(s.state, 'none') as approval, s.reason as approval_reason
        from model_versions v
        left join named n on n.name = v.name and n.version = v.version
        left join all_runs r on r.run_id = v.run_id
        left join signed s on s.model = v.name and s.version = v.version
        where v.name = ? order by v.version desc
        """.replace("SIGNED", SIGNED).replace("all_runs", RUNS_WITH_DELETION),
        [model],
    )


def version_metrics(snapshot: Snapshot, *, model: str) -> pd.DataFrame:
    """The metrics of each version's run: version, key, last, better; empty when no run is known."""
    return snapshot.query(
        """select v.version, m.key, m.last, m.better
        from model_versions v join metrics m on m.run_id = v.run_id
        where v.name = ? order by m.key, v.version""",
        [model],
    )


@dataclass(frozen=True)
class Event:
    """A change of the registry as a refresh saw it; times are UTC without a zone."""

    seq: int
    seen_at: datetime
    not_before: datetime | None
    event: str
    model: str
    version: int | None
    previous_version: int | None
    name: str | None
    value: str | None
    previous_value: str | None


_EVENTS = """select seq, seen_at, not_before, event, model, version, previous_version, name, value, previous_value
from registry_events"""


def events(
    snapshot: Snapshot,
    *,
    start: datetime,
    end: datetime,
    model: str | None = None,
    limit: int = 1000,
    changes_only: bool = False,
) -> tuple[int, tuple[Event, ...]]:
    """How many events were seen in the period, and the newest `limit` of them; times UTC without a zone.

    `changes_only` leaves out what the first refresh found there already.
    """
    where = " where seen_at >= ? and seen_at < ? and (? is null or model = ?) and (not ? or not_before is not null)"
    values = [start, end, model, model, changes_only]
    ((total,),) = snapshot.rows("select count(*) from registry_events" + where, values)
    rows = snapshot.rows(_EVENTS + where + " order by seen_at desc, seq desc limit ?", [*values, limit])
    return total, tuple(Event(*row) for row in rows)


@dataclass(frozen=True)
class FirstSight:
    """What the first refresh found in the registry, and when; changes are known from then on."""

    seen_at: datetime
    models: int
    versions: int
    aliases: int


def first_sight(snapshot: Snapshot, *, start: datetime, end: datetime, model: str | None = None) -> FirstSight | None:
    """The first refresh, when it lies in the period; None when it does not, or found nothing."""
    rows = snapshot.rows(
        """select max(seen_at), count(*) filter (event = 'model_added'), count(*) filter (event = 'version_added'),
            count(*) filter (event = 'alias_set')
        from registry_events
        where not_before is null and seen_at >= ? and seen_at < ? and (? is null or model = ?)""",
        [start, end, model, model],
    )
    return FirstSight(*rows[0]) if rows[0][0] is not None else None


def approvals(snapshot: Snapshot, *, model: str) -> pd.DataFrame:
    """A model's sign-offs, the newest first, with the reason where one is void."""
    return snapshot.query(
        """select "at", version, stage, actor, role, decision, status, reason, note, imported_from, valid_until
        from approvals
        where model = ? order by seq desc""",
        [model],
    )
