"""Which version a version could go back to, as the page Versions judges it, and whether going back was ever done.

A statement over the tables tells the older versions that load; who was in service one after another is worked out here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

from watchroom.domain import last_good
from watchroom.domain.last_good import Facts, Judgement, Served
from watchroom.domain.releases import Service, goes_back, services
from watchroom.domain.tenure import history
from watchroom.domain.witness import lead
from watchroom.jobs.checks.found import Found, Version
from watchroom.jobs.portfolio.releases import logs_of, names_versions
from watchroom.store.draft import Draft
from watchroom.store.preview import Preview
from watchroom.store.queries import versions
from watchroom.store.registry_history import champion, events
from watchroom.workspace.load import Workspace


class GoingBack:
    """Who was in service one after another, by model, read once and only when a check asks."""

    def __init__(self, draft: Draft, workspace: Workspace) -> None:
        self._draft, self._workspace = draft, workspace
        self._reader = Preview(draft)

    def refined(self, kind: str, asked: Mapping[Version, Found]) -> Mapping[Version, Found]:
        """What the statement of that kind found, with what services tell; of other kinds as it is."""
        if kind == "rollback_target":
            return self._targets(asked)
        if kind == "rollback_tried":
            return {key: self._tried(key[0], one) for key, one in asked.items()}
        return asked

    def _targets(self, asked: Mapping[Version, Found]) -> Mapping[Version, Found]:
        """All of them with one question for the versions and one for how they served."""
        before = {key: self._candidates(key) for key in asked}
        known = {
            (model, one.version): one for model, own in versions.every_version(self._reader).items() for one in own
        }
        served = {(key[0], one) for key, candidates in before.items() for one in candidates}
        facts = self._facts(served, known)
        return {key: _target(key, one, [facts[key[0], other] for other in before[key]]) for key, one in asked.items()}

    def _candidates(self, key: Version) -> tuple[Served, ...]:
        model, version = key
        told, _ = self._told.get(model, ((), ()))
        serves = Served(version, self._draft.made_at.date(), None, "log")
        return tuple(last_good.earlier((*told, serves))[: last_good.JUDGED])

    def _facts(
        self, served: Iterable[tuple[str, Served]], known: Mapping[Version, versions.Version]
    ) -> dict[tuple[str, Served], Facts]:
        times = {
            (model, one): list(last_good.services(self._told[model][0], one.version)) for model, one in set(served)
        }
        windows = [
            versions.Window(model, one.version, time.first, time.last or date.max)
            for (model, one), own in times.items()
            for time in own
        ]
        judged = iter(versions.judged_in(self._reader, windows) if windows else [])
        return {
            (model, one): last_good.facts(
                self._told[model][0], one, known.get((model, one.version)), [next(judged) for _ in own]
            )
            for (model, one), own in times.items()
        }

    def _tried(self, model: str, asked: Found) -> Found:
        _, found = self._told.get(model, ((), ()))
        back = [one for place, one in enumerate(found) if goes_back(found, place)]
        if asked.measured == "pass" or not back:
            return asked
        day = f"{back[-1].at.day} {back[-1].at:%b %Y}"
        return Found("pass", str(len(back)), f"By the log version {back[-1].version} took over again on {day}.")

    @cached_property
    def _told(self) -> Mapping[str, tuple[tuple[Served, ...], tuple[Service, ...]]]:
        now = self._draft.made_at.replace(tzinfo=None)
        champions = {model: champion(own, self._draft) for model, own in events(self._draft).items()}
        logs, nobody, found = logs_of(self._draft), history([], now), {}
        for model in {*champions, *logs}:
            leading = lead(logs[model]) if model in logs and names_versions(self._workspace, model) else ()
            tenures = champions.get(model, nobody)
            found[model] = (last_good.served(tenures, leading), services(tenures, leading, now))
        return found


def _target(key: Version, asked: Found, facts: Sequence[Facts]) -> Found:
    if not facts:
        return asked
    found = last_good.judgements(tuple(facts))
    good = last_good.last_good(found)
    if good is None:
        return asked if all(one.service.version > key[1] for one in facts) else _none(found)
    return _back_to(good, next(one.loads for one in facts if one.service.version == good.version))


def _none(found: tuple[Judgement, ...]) -> Found:
    against = (
        f"version {one.version}, {'; '.join(reason.text for reason in one.reasons if reason.ok is False)}"
        for one in found
    )
    return Found("fail", None, f"Something speaks against every one that was in service before: {'. '.join(against)}.")


def _back_to(good: Judgement, loads: bool | None) -> Found:
    why = "; ".join(reason.text for reason in good.reasons if reason.ok)
    if not loads:
        step = "nobody has tried to load it yet"
        return Found("unknown", str(good.version), f"Version {good.version} was in service before it; {step}.")
    return Found("pass", str(good.version), f"Version {good.version} is the last known good: {why}.")
