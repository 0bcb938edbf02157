"""Which other version might stand in for the one in service: its challenger, and the last known good before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from watchroom.domain import last_good
from watchroom.domain.actions_situation import Back, Rival, Worth
from watchroom.domain.duel import GOOD, NEVER, WORTH, sides, word_of
from watchroom.domain.figures import figure_text
from watchroom.domain.last_good import Judgement, Served
from watchroom.domain.paired_verdict import main_metric
from watchroom.domain.vocabulary import METRIC_NAMES
from watchroom.domain.witness import lead
from watchroom.store.preview import Preview
from watchroom.store.queries import pairs, versions
from watchroom.store.queries.pairs import Comparison
from watchroom.store.queries.versions import Duel, Version
from watchroom.store.registry_history import CHAMPION
from watchroom.workspace.model_file import ModelSpec


@dataclass(frozen=True)
class Rivals:
    """Since when the version in service is, and who might stand in for it; None for nobody, or what is not known."""

    since: date | None = None
    challenger: Rival | None = None
    back: Back | None = None


def rivals(reader: Preview, spec: ModelSpec, version: int | None, duel: Duel | None) -> Rivals:
    """What is known of the others; nothing without a version in service."""
    if version is None:
        return Rivals()
    served = _served(reader, spec)
    since = next((one.first for one in reversed(served) if one.version == version), None)
    candidates = last_good.earlier(served)[: last_good.JUDGED]
    rival = _rival(spec, version, duel)
    if not candidates and (rival is None or rival.word not in GOOD):
        return Rivals(since, rival)
    known = {one.version: one for one in versions.versions(reader, model=spec.model)}
    if rival is not None and rival.version in known:
        rival = _signed(rival, known[rival.version])
    good = last_good.last_good(_judged(reader, spec.model, served, candidates, known))
    return Rivals(since, rival, _back(reader, spec, version, good) if good is not None else None)


def _served(reader: Preview, spec: ModelSpec) -> tuple[Served, ...]:
    """Who was in service one after another; a log that does not name versions is no witness."""
    leading = lead(versions.log(reader, model=spec.model)) if spec.names_versions else ()
    return last_good.served(versions.registry(reader, model=spec.model).of(CHAMPION), leading)


def _judged(
    reader: Preview, model: str, served: tuple[Served, ...], some: Sequence[Served], known: dict[int, Version]
) -> tuple[Judgement, ...]:
    return last_good.judgements(
        last_good.facts(
            served, one, known.get(one.version),
            [versions.judged(reader, model=model, version=one.version, first=time.first, last=time.last or date.max)
             for time in last_good.services(served, one.version)],
        )
        for one in some
    )  # fmt: skip


def _rival(spec: ModelSpec, version: int, duel: Duel | None) -> Rival | None:
    if duel is None or duel.champion != version:
        return None
    if not duel.shared:
        return Rival(duel.challenger, NEVER, 0)
    newer = duel.challenger > version
    main = _main(duel.found, _watched(spec))
    return Rival(
        duel.challenger,
        word_of(sides(duel.found, _watched(spec), newer=newer)),
        main.n if main else max((one.n for one in duel.found), default=0),
        _told(main, newer),
        _worth(duel.found, duel.decisions, newer),
    )


def _signed(rival: Rival, known: Version) -> Rival:
    return Rival(rival.version, rival.word, rival.n, rival.told, rival.worth, known.approval)


def _back(reader: Preview, spec: ModelSpec, version: int, good: Judgement) -> Back:
    why = "; ".join(reason.text for reason in good.reasons if reason.ok) or "nothing known speaks against it"
    ends = (min(version, good.version), max(version, good.version))
    found = pairs.comparisons(reader, model=spec.model, versions=ends)
    if not found:
        return Back(good.version, why)
    newer, main = good.version > version, _main(found, _watched(spec))
    month = pairs.decisions_a_month(reader, model=spec.model)
    return Back(
        good.version,
        why,
        word_of(sides(found, _watched(spec), newer=newer)),
        main.n if main else 0,
        _worth(found, month[0] if month else None, newer),
    )


def _watched(spec: ModelSpec) -> str | None:
    return spec.monitor.performance.metric if spec.monitor.performance else None


def _main(found: Sequence[Comparison], watched: str | None) -> Comparison | None:
    name = main_metric((one.metric for one in found), watched)
    return next((one for one in found if one.metric == name), None)


def _told(main: Comparison | None, newer: bool) -> str:
    """`AUC is 0.93 against 0.90`, the other version's first."""
    if main is None or main.value_a is None or main.value_b is None:
        return ""
    other, own = (main.value_b, main.value_a) if newer else (main.value_a, main.value_b)
    return f"{METRIC_NAMES.get(main.metric, main.metric)} is {figure_text(other)} against {figure_text(own)}"


def _worth(found: Sequence[Comparison], decisions: int | None, newer: bool) -> Worth | None:
    """What the other version brings more in a month: the worth of a decision times those of a month."""
    one = next((one for one in found if one.metric == WORTH), None)
    if one is None or decisions is None or one.difference is None or one.low is None or one.high is None:
        return None
    more, low, high = (value * decisions for value in (one.difference, one.low, one.high))
    return (more, low, high) if newer else (-more, -high, -low)
