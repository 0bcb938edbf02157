"""Readers of the model card: what the snapshot knows of one model version that no other page asks for in this form.

All days are UTC days. What is not known is None, or an empty tuple.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Text:
    """The free text of a card, as written, with its file relative to the workspace."""

    file: str
    text: str


def text(snapshot: Snapshot, *, model: str) -> Text | None:
    """The free text beside the model's file; None for none."""
    rows = snapshot.rows("select file, text from cards where model = ?", [model])
    return Text(*rows[0]) if rows else None


@dataclass(frozen=True)
class About:
    """A model as its file and the registry have it. `assumed` says that the tier is the policy's, for want of a risk.

    `owners` are role and person, in the order of the roles; `spec` is the file as JSON.
    """

    model: str
    title: str
    file: str | None
    registered: bool
    purpose: str | None
    task: str | None
    team: str | None
    trade: str | None
    affects: tuple[str, ...]
    risk: tuple[tuple[str, str | None], ...]
    risk_reason: str | None
    runbook: str | None
    spec: str | None
    tier: str | None
    policy: str | None
    assumed: bool
    owners: tuple[tuple[str, str, int | None], ...]
    """Role, person, and the handover that it came with (None: the file says so)."""


_ABOUT = """
select m.model, coalesce(m.title, m.model), m.file, m.registered, m.purpose, m.task, m.team, m.trade, m.affects,
    m.risk_business, m.risk_legal, m.risk_ethical, m.risk_reason, m.runbook, m.spec,
    coalesce(m.tier, p.tier), p.policy, m.tier is null
from models m left join model_policies p on p.model = m.model where m.model = ?
"""
_ROLES = "list_position(['business', 'data_science', 'operations', 'reviewer', 'on_call', 'deputy'], role)"


def about(snapshot: Snapshot, *, model: str) -> About | None:
    """What is known of a model; None for one that the snapshot does not know."""
    rows = snapshot.rows(_ABOUT, [model])
    if not rows:
        return None
    name, title, file, registered, purpose, task, team, trade, affects, *rest = rows[0]
    business, legal, ethical, reason, runbook, spec, tier, policy, assumed = rest
    owners = snapshot.rows(
        f"select role, person, handover from owners where model = ? and person <> '' order by {_ROLES}, role", [model]
    )
    risk = (("business", business), ("legal", legal), ("ethical", ethical))
    return About(
        name, title, file, bool(registered), purpose, task, team, trade, tuple(affects or ()), risk, reason, runbook,
        spec, tier, policy, bool(assumed), tuple(owners),
    )  # fmt: skip


@dataclass(frozen=True)
class Version:
    """A version in the registry, with the aliases that point to it and the run that made it."""

    version: int
    aliases: tuple[str, ...]
    created_at: datetime | None
    user: str | None
    description: str | None
    run_id: str | None
    run_user: str | None
    commit: str | None
    dirty: bool | None
    source: str | None
    flavors: tuple[str, ...]
    approval: str | None
    """Its approval for `deploy`, as `approval_states.status`; None where that is not known."""


_VERSIONS = """
with named as (select name, version, list(alias order by alias) as aliases from aliases group by name, version)
select v.version, n.aliases, v.created_at, v.user, v.description, v.run_id, r.user, r.commit, r.dirty, r.source_name,
    v.flavors, s.status
from model_versions v
left join named n on n.name = v.name and n.version = v.version
left join runs r on r.run_id = v.run_id
left join approval_states s on s.model = v.name and s.version = v.version and s.stage = 'deploy'
where v.name = ? order by v.version desc
"""


def versions(snapshot: Snapshot, *, model: str) -> tuple[Version, ...]:
    """The model's versions, the newest first."""
    return tuple(
        Version(version, tuple(aliases or ()), created, user, description, run, who, commit, dirty, source,
                tuple(flavors or ()), approval)
        for version, aliases, created, user, description, run, who, commit, dirty, source, flavors, approval
        in snapshot.rows(_VERSIONS, [model])
    )  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """A metric in service over some days. `judged` is False where there were too few outcomes to judge it."""

    metric: str
    kind: str
    value: float
    low: float | None
    high: float | None
    reference: float | None
    watch: float | None
    failing: float | None
    status: str
    first: date
    last: date
    n: int
    labelled: int

    @property
    def judged(self) -> bool:
        """Whether enough outcomes were there."""
        return self.status != "no data"


_READINGS = """
select metric, kind, value, low, high, reference_value, watch, failing, status, period_start, period_end, n, n_labelled
from performance
where model = $model and version = $version and grain = 'month' and value is not null and isfinite(value)
    and period_start <= $today
qualify row_number() over (
    partition by metric, kind
    order by status <> 'no data' desc, period_end < $today desc, period_end desc
) = 1
order by kind = 'realized' desc, metric
"""


def readings(snapshot: Snapshot, *, model: str, version: int) -> tuple[Reading, ...]:
    """Each metric of a version in its newest month with enough outcomes, one that is over before one that is not.

    Realized ones come first, then those that are estimated.
    """
    rows = snapshot.rows(_READINGS, {"model": model, "version": version, "today": snapshot.day})
    return tuple(Reading(*row) for row in rows)


def on_reference(snapshot: Snapshot, *, model: str, version: int) -> dict[str, float]:
    """The metrics of a version on its reference."""
    rows = snapshot.rows(
        """select metric, any_value(reference_value) from performance
        where model = ? and version = ? and reference_value is not null and isfinite(reference_value)
        group by metric order by metric""",
        [model, version],
    )
    return dict(rows)


@dataclass(frozen=True)
class Logged:
    """What a version's run logged: parameters, and the last value of each metric with its points and better end."""

    params: tuple[tuple[str, str], ...]
    metrics: tuple[tuple[str, float, int, str | None], ...]
    datasets: tuple[tuple[str, str, str | None], ...]
    """Name, digest and context of each dataset."""


def logged(snapshot: Snapshot, *, run_id: str) -> Logged:
    """What a run logged; empty for a run that is not known."""
    params = snapshot.rows("select key, value from params where run_id = ? order by lower(key), key", [run_id])
    metrics = snapshot.rows(
        "select key, last, count, better from metrics where run_id = ? and isfinite(last) order by lower(key), key",
        [run_id],
    )
    data = snapshot.rows(
        """select name, digest, context from run_inputs where run_id = ?
        order by context = 'training' desc, name, digest""",
        [run_id],
    )
    return Logged(tuple(params), tuple(metrics), tuple(data))


@dataclass(frozen=True)
class Feature:
    """A column as the reference has it: `usual` is the mean of a number with `std`; None for a category."""

    name: str
    kind: str
    n: int
    missing: int
    distinct: int
    mean: float | None
    std: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Reference:
    """What a version is compared with, and the features that are watched."""

    source: str | None
    place: str | None
    n: int | None
    n_performance: int | None
    features: tuple[Feature, ...]


def reference(snapshot: Snapshot, *, model: str, version: int) -> Reference:
    """The reference of a version; without rows and features where there is none."""
    key = [model, version]
    found = snapshot.rows(
        "select source, place, n, n_performance from profile_references where model = ? and version = ?", key
    )
    features = snapshot.rows(
        """select feature, kind, n, missing, distinct_values, mean, std, min, max from profile_features
        where model = ? and version = ? and not starts_with(feature, '@') order by lower(feature), feature""",
        key,
    )
    held = tuple(Feature(*row) for row in features)
    source, place, n, judged = found[0] if found else (None, None, None, None)
    return Reference(source, place, n, judged, held)


@dataclass(frozen=True)
class Group:
    """A group's metric over all decisions with an outcome where it takes one; None is unknown."""

    column: str
    value: str
    metric: str
    measured: float | None
    low: float | None
    high: float | None
    n: int
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    best: str | None
    status: str
    first: date | None
    last: date | None

    @property
    def enough(self) -> bool:
        """Whether it has enough decisions to be judged; the checks leave out one that has not."""
        return self.status != "small"


def groups(snapshot: Snapshot, *, model: str, version: int) -> tuple[Group, ...]:
    """How the groups of decisions fare, over all of a version's decisions: by column, metric and group."""
    rows = snapshot.rows(
        """select group_column, group_value, metric, value, low, high, n, ratio, ratio_low, ratio_high, best, status,
            period_start, period_end
        from fairness where model = ? and version = ? and grain = 'all' and n > 0
        order by group_column, metric, group_value""",
        [model, version],
    )
    return tuple(Group(*row) for row in rows)


@dataclass(frozen=True)
class Drifting:
    """A watched column and how far it is from the reference in the seven days up to `last`."""

    feature: str
    method: str
    value: float | None
    watch: float | None
    drifted: float | None
    status: str
    first: date
    last: date
    n: int


def drifting(snapshot: Snapshot, *, model: str, version: int) -> tuple[Drifting, ...]:
    """The watched columns in the newest seven days, the furthest first; empty without decisions."""
    rows = snapshot.rows(
        """with newest as (
            select * from drift
            where model = ? and version = ? and grain = 'last_7_days' and period_end <= ?
            qualify period_end = max(period_end) over ()
        )
        select feature, method, value, watch, drifted, status, period_start, period_end, n from newest
        order by list_position(['drifted', 'watch', 'stable', 'no data'], status),
            value / nullif(watch, 0) desc nulls last""",
        [model, version, snapshot.day],
    )
    return tuple(Drifting(*row) for row in rows)


@dataclass(frozen=True)
class Checked:
    """An item of the checklist with how it stands; `until` is the end of a waiver in force, with its reason."""

    item: str
    stage: str
    role: str
    text: str
    status: str
    kind: str
    value: str | None
    evidence: str | None
    at: datetime | None
    person: str | None
    due: date | None
    digest: str | None
    query: str | None
    waived_because: str | None
    waived_until: date | None
    waived_by: str | None
    answered: str | None
    answered_by: str | None
    answered_at: datetime | None
    blocks: bool = False
    """Whether its stage cannot be approved while it is not met."""


_CHECKED = """
with waived as (
    select * from waivers where lifted_at is null and until >= $today
    qualify row_number() over (partition by model, version, item order by seq desc) = 1
)
select c.item, c.stage, c.role, coalesce(i.text, c.item), c.status, c.kind, c.value, c.evidence, c.at, c.person, c.due,
    c.digest, c.query, w.reason, w.until, w.actor, a.text, a.actor, a.at, coalesce(i.blocks, false)
from checks c
left join check_subjects s on s.model = c.model and s.version = c.version
left join policy_items i on i.policy = s.policy and i.item = c.item
left join waived w on w.model = c.model and w.version = c.version and w.item = c.item
left join answers a on a.model = c.model and a.version = c.version and a.item = c.item
where c.model = $model and c.version = $version
order by list_position(['discovery', 'pilot', 'deploy', 'monitor', 'support'], c.stage), i.position, c.item
"""


def checked(snapshot: Snapshot, *, model: str, version: int) -> tuple[Checked, ...]:
    """The checklist of a version, by stage and place; empty for one that is not checked."""
    rows = snapshot.rows(_CHECKED, {"model": model, "version": version, "today": snapshot.day})
    return tuple(Checked(*row) for row in rows)


def test_score(snapshot: Snapshot, *, model: str, version: int) -> Mapping[str, tuple[float, int]]:
    """The ML Test Score by section, with what each could be; empty where it is not known."""
    rows = snapshot.rows(
        "select section, score, most from check_scores where model = ? and version = ?", [model, version]
    )
    return {section: (score, most) for section, score, most in rows}


@dataclass(frozen=True)
class Approved:
    """How a stage stands, as in `approval_states`; `people` is how many more have to sign, besides `missing`."""

    stage: str
    status: str
    missing: tuple[str, ...]
    people: int
    until: datetime | None
    reason: str | None


@dataclass(frozen=True)
class Signed:
    """A sign-off with whether it still holds."""

    seq: int
    at: datetime
    stage: str
    actor: str
    role: str
    decision: str
    status: str
    valid_until: datetime | None
    reason: str | None
    note: str | None


def approved(snapshot: Snapshot, *, model: str, version: int) -> tuple[Approved, ...]:
    """How each stage stands, in the order of the stages; empty where that was not judged."""
    rows = snapshot.rows(
        """select stage, status, missing, people, until, reason from approval_states where model = ? and version = ?
        order by list_position(['discovery', 'pilot', 'deploy', 'monitor', 'support'], stage)""",
        [model, version],
    )
    return tuple(
        Approved(stage, status, tuple(missing or ()), people or 0, until, reason)
        for stage, status, missing, people, until, reason in rows
    )


def signed(snapshot: Snapshot, *, model: str, version: int | None) -> tuple[Signed, ...]:
    """The sign-offs of a version, the newest first."""
    rows = snapshot.rows(
        """select seq, "at", stage, actor, role, decision, status, valid_until, reason, note from approvals
        where model = ? and version is not distinct from ? order by seq desc""",
        [model, version],
    )
    return tuple(Signed(*row) for row in rows)


@dataclass(frozen=True)
class Handed:
    """A handover that is under way; `given` says that the giver has signed. A team may be empty."""

    stage: str
    from_team: str
    to_team: str
    giver: str
    receiver: str
    given: bool
    due: date | None


def handed(snapshot: Snapshot, *, model: str, version: int) -> tuple[Handed, ...]:
    """The handovers of a version that are under way, the oldest first."""
    rows = snapshot.rows(
        """select stage, coalesce(from_team, ''), coalesce(to_team, ''), coalesce(giver, ''), coalesce(receiver, ''),
            state = 'given', due
        from handovers where model = ? and version = ? and state in ('open', 'given') order by seq""",
        [model, version],
    )
    return tuple(Handed(*row) for row in rows)


@dataclass(frozen=True)
class Finding:
    """What a reviewer found."""

    seq: int
    at: datetime
    by: str
    severity: str
    title: str
    owner: str | None
    due: date | None
    blocks: str | None
    state: str
    rounds: int


def findings(snapshot: Snapshot, *, model: str, version: int | None) -> tuple[Finding, ...]:
    """The findings on a model that concern a version or all of them, the open ones first, then by severity."""
    rows = snapshot.rows(
        """select seq, "at", actor, severity, title, owner, due, blocks, state, rounds from findings
        where model = ? and (version is null or version = ?)
        order by state in ('accepted', 'withdrawn'), list_position(['high', 'medium', 'low'], severity), seq""",
        [model, version],
    )
    return tuple(Finding(*row) for row in rows)


@dataclass(frozen=True)
class Kept:
    """A file of evidence as the ledger has it: `path` is relative to the folder of evidence."""

    seq: int
    at: datetime
    by: str
    item: str | None
    name: str
    path: str
    kind: str
    sha256: str
    size: int
    tests: int | None
    failed: int | None
    skipped: int | None
    note: str | None
    status: str


def evidence(snapshot: Snapshot, *, model: str, version: int) -> tuple[Kept, ...]:
    """The evidence that was kept for a version, the newest first, what was withdrawn included."""
    rows = snapshot.rows(
        """select seq, "at", actor, item, name, path, kind, sha256, bytes, tests, failed, skipped, note, status
        from evidence where model = ? and version = ? order by seq desc""",
        [model, version],
    )
    return tuple(Kept(*row) for row in rows)


@dataclass(frozen=True)
class Reign:
    """When a version became champion, as seen by a refresh, and what it took over from."""

    seen_at: datetime
    version: int | None
    before: int | None
    first_sight: bool


def reigns(snapshot: Snapshot, *, model: str) -> tuple[Reign, ...]:
    """How the alias champion moved, the newest first. A version of None means that it was taken away."""
    rows = snapshot.rows(
        """select seen_at, version, previous_version, not_before is null from registry_events
        where model = ? and name = 'champion' and starts_with(event, 'alias') order by seen_at desc, seq desc""",
        [model],
    )
    return tuple(Reign(*row) for row in rows)


def decided(snapshot: Snapshot, *, model: str, version: int) -> tuple[int, int, date, date] | None:
    """A version's decisions, those with an outcome, and the first and the last day; None without any."""
    ((n, labelled, first, last),) = snapshot.rows(
        """select sum(decisions)::bigint, sum(labelled)::bigint, min(day), max(day) from volume
        where model = ? and version = ? and decisions > 0""",
        [model, version],
    )
    return None if n is None else (n, labelled or 0, first, last)


@dataclass(frozen=True)
class Cutoff:
    """The cut-off that a version's logged predictions imply, by its decisions with an outcome of these days."""

    in_use: float | None
    n: int
    first: date
    last: date


def cutoff(snapshot: Snapshot, *, model: str, version: int) -> Cutoff | None:
    """The cut-off in use; None where none was worked out."""
    rows = snapshot.rows(
        "select in_use, n, period_start, period_end from cutoffs where model = ? and version = ?",
        [model, version],
    )
    return Cutoff(*rows[0]) if rows else None
