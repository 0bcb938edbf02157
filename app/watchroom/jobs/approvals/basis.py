"""Gathers, for every version that is checked and every one that was signed, what a sign-off of it binds."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from watchroom.domain.policy import STAGES, SignOffRule, rules_from
from watchroom.domain.signable import Part, number, part, text
from watchroom.domain.signing import AskedItem, Basis, Kept, up_to
from watchroom.jobs.approvals.files import Changes
from watchroom.ledger.approvals import Key
from watchroom.store.draft import Draft

Subject = tuple[str, int]
"""A model and one of its versions."""

_FIXED = ("metrics", "data", "card", "explanation")


@dataclass(frozen=True)
class Asked:
    """For which tier a model is asked, whether that is assumed, and who has to sign."""

    tier: str
    assumed: bool
    rule: SignOffRule


def rules(draft: Draft) -> dict[str, Asked]:
    """By model: for which tier it is asked and who signs. A model without a policy is not there."""
    rows = draft.connection.execute(
        """select m.model, m.tier, m.assumed, p.rules
        from room.model_policies m join room.policies p using (policy)"""
    ).fetchall()
    read = {text: rules_from(text) for text in {row[3] for row in rows}}
    return {model: Asked(tier, assumed, read[said][tier]) for model, tier, assumed, said in rows}


def bases(draft: Draft, signed: Collection[Key], changes: Changes) -> dict[Key, Basis]:
    """What there is to be signed, by model, version and stage: of every version that is checked at every stage.

    Versions that are not checked any more are there for the stages at which they were signed, without items. What is
    no longer in the registry is not there.
    """
    asked, checked, made = rules(draft), _subjects(draft), authors(draft)
    kept, items, evidence = _versions(draft, signed), _items(draft), _evidence(draft)
    fixed = _Fixed(draft, [*checked, *kept])
    wanted: list[Key] = [(*subject, stage) for subject in checked for stage in STAGES]
    wanted += [key for key in signed if key[:2] in kept and key[:2] not in checked]
    return {
        (model, version, stage): Basis(
            model,
            version,
            stage,
            asked[model].tier,
            asked[model].assumed,
            made.get((model, version), ()),
            asked[model].rule,
            fixed.parts((model, version)),
            tuple(one for one in items.get((model, version), ()) if one.stage in up_to(stage)),
            evidence.get((model, version), {}),
            changes,
        )
        for model, version, stage in wanted
        if model in asked
    }


def _subjects(draft: Draft) -> list[Subject]:
    rows = draft.connection.execute("select model, version from checks.check_subjects order by all").fetchall()
    return [(model, version) for model, version in rows]


def authors(draft: Draft) -> dict[Subject, tuple[str, ...]]:
    """Who made each version, as MLflow recorded it: also those that are not checked any more, but were signed."""
    rows = draft.connection.execute(_AUTHORS).fetchall()
    return {(model, version): tuple(people) for model, version, people in rows}


def _versions(draft: Draft, signed: Iterable[Key]) -> frozenset[Subject]:
    """The versions that were signed and are in the registry."""
    known = set(draft.connection.execute("select name, version from mlflow.model_versions").fetchall())
    return frozenset((model, version) for model, version, _ in signed if (model, version) in known)


def _items(draft: Draft) -> dict[Subject, list[AskedItem]]:
    rows = draft.connection.execute(
        """select c.model, c.version, c.item, i.text, c.stage, c.kind, i.digest, c.measured, coalesce(i.blocks, false)
        from checks.checks c
        join room.model_policies m on m.model = c.model
        join room.policy_items i on i.policy = m.policy and i.item = c.item
        order by c.model, c.version, i.position"""
    ).fetchall()
    found: dict[Subject, list[AskedItem]] = {}
    for model, version, *facts in rows:
        found.setdefault((model, version), []).append(AskedItem(*facts))
    return found


def _evidence(draft: Draft) -> dict[Subject, dict[int, Kept]]:
    rows = draft.connection.execute(
        "select model, version, seq, name, sha256, status from room.evidence order by seq"
    ).fetchall()
    found: dict[Subject, dict[int, Kept]] = {}
    for model, version, seq, name, sha256, status in rows:
        found.setdefault((model, version), {})[seq] = Kept(name, sha256, status)
    return found


class _Fixed:
    """The parts that only a refresh changes, of some versions."""

    def __init__(self, draft: Draft, subjects: Iterable[Subject]) -> None:
        wanted = sorted(set(subjects))
        draft.connection.execute(
            """create or replace temp table to_sign as
            select v.name as model, v.version, v.run_id from mlflow.model_versions v
            join (select unnest($models::varchar[]) as name, unnest($versions::integer[]) as version) w
                on w.name = v.name and w.version = v.version""",
            {"models": [model for model, _ in wanted], "versions": [version for _, version in wanted]},
        )
        self._metrics = _by_version(draft, _METRICS, number)
        self._data = _by_version(draft, _DATA)
        self._explanation = _by_version(draft, _EXPLANATION, number)
        self._card = _cards(draft)
        draft.connection.execute("drop table to_sign")

    def parts(self, of: Subject) -> tuple[Part, ...]:
        """The parts of a version, in the order of `_FIXED`; one of which nothing is known is empty."""
        found: tuple[Mapping[str, Any], ...] = (
            self._metrics.get(of, {}),
            self._data.get(of, {}),
            self._card.get(of[0], {}),
            self._explanation.get(of, {}),
        )
        return tuple(part(name, content) for name, content in zip(_FIXED, found, strict=True))


_AUTHORS = """
    with made as (
        select v.name as model, v.version, unnest([v."user", r."user", t.value]) as author
        from mlflow.model_versions v
        left join mlflow.runs r on r.run_id = v.run_id
        left join mlflow.tags t on t.run_id = v.run_id and t.key = 'mlflow.user'
        union all select model, version, unnest(authors) from checks.check_subjects
    )
    select model, version, list_sort(list(distinct trim(author))) from made
    where trim(author) <> '' group by model, version order by all"""

_METRICS = """
    select s.model, s.version, m.key, m.last from to_sign s join mlflow.metrics m on m.run_id = s.run_id order by all"""

_DATA = """
    select s.model, s.version, 'the data ' || i.name || coalesce(' (' || i.context || ')', ''),
        string_agg(distinct coalesce(i.digest, 'no digest'), ', ' order by coalesce(i.digest, 'no digest'))
    from to_sign s join mlflow.run_inputs i on i.run_id = s.run_id group by all
    union all
    select s.model, s.version, 'the reference',
        sha256(concat_ws('|', any_value(r.place), any_value(r.n), string_agg(
            concat_ws(' ', f.feature, f.n, f.missing, f.distinct_values, f."min", f."max"), '|' order by f.feature)))
    from to_sign s
    join profile.profile_references r on r.model = s.model and r.version = s.version
    join profile.profile_features f on f.model = s.model and f.version = s.version
    group by all order by all"""
"""Of the training data MLflow's digests. Of the reference, which has none, what was counted in it: its rows, and of
each feature the values missing, the different ones, the least and the greatest."""

_EXPLANATION = """
    select s.model, s.version, g.feature, round(g.share, 2)
    from to_sign s join explain.shap_global g on g.model = s.model and g.version = s.version
    where g.grain = 'reference' order by all"""
"""To two digits: a refresh that explains other rows of the same reference is no other model."""


def _by_version(
    draft: Draft, query: str, told: Callable[[Any], Any] = lambda value: value
) -> dict[Subject, dict[str, Any]]:
    found: dict[Subject, dict[str, Any]] = {}
    for model, version, name, value in draft.connection.execute(query).fetchall():
        found.setdefault((model, version), {})[name] = told(value)
    return found


def _cards(draft: Draft) -> dict[str, dict[str, Any]]:
    rows = draft.connection.execute(
        """select m.model, m.purpose, m.task, m.affects, m.risk_business, m.risk_legal, m.risk_ethical, m.risk_reason,
            c.digest
        from room.models m left join room.cards c using (model)"""
    ).fetchall()
    return {model: _card(*facts) for model, *facts in rows}


def _card(
    purpose: str | None,
    task: str | None,
    affects: list[str] | None,
    business: str | None,
    legal: str | None,
    ethical: str | None,
    reason: str | None,
    words: str | None,
) -> dict[str, Any]:
    risk = {"business": business, "legal": legal, "ethical": ethical, "reason": text(reason)}
    return {
        "purpose": text(purpose),
        "task": task,
        "list of who is affected": text(json.dumps(affects or [], ensure_ascii=False)),
        "risk": json.dumps(risk, ensure_ascii=False, sort_keys=True),
        "text": words,
    }
