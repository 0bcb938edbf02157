"""In which order parameters are offered: those first that matter for the metric, as far as that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watchroom.desk import params as desk
from watchroom.domain.configurations import averaged, seed_like
from watchroom.domain.param_importance import Importance, matters, strength
from watchroom.domain.run_groups import Values
from watchroom.ui.compare_params_subject import Floats, Subject, asked, read
from watchroom.ui.compare_params_words import silent
from watchroom.ui.room import ask, drawn

BY_RANKING = "Parameters stand in the order of “Which matter”."
BY_RANKS = "Parameters stand by their rank correlation with the metric: no ranking of them is known."
BY_RUNS = "Parameters stand by how many runs have them: nothing tells which of them goes with the metric."


@dataclass(frozen=True)
class Ordered:
    """The parameters that vary, the telling ones first and seeds last; `told` says by what, as a sentence."""

    keys: tuple[str, ...]
    told: str


def known(subject: Subject) -> Importance | None:
    """The ranking, where it has been found before: nothing is fitted for it."""
    return desk.known(ask(desk.digest, **asked(subject)))


def ordered(subject: Subject) -> Ordered:
    """The order by the ranking where it tells something; else by ranks; else by the runs that have the parameter."""
    found = known(subject)
    told = _by_ranking(found) if found is not None and not silent(found, subject.metric) else ()
    strengths = strong(subject)
    if told:
        return Ordered(_rest_last((*told, *strengths), subject), BY_RANKING)
    if strengths:
        return Ordered(_rest_last(tuple(strengths), subject), BY_RANKS)
    return Ordered(_rest_last((), subject), BY_RUNS)


def strong(subject: Subject) -> dict[str, float]:
    """How closely the metric goes with each parameter that is no seed, the closest first; none that cannot be told."""
    found: dict[str, float] = drawn(_strengths, **asked(subject), keys=subject.keys, places=subject.places)
    return found


def _strengths(
    *, run_ids: tuple[str, ...], metric: str, statistic: str, keys: tuple[str, ...], places: tuple[int, ...]
) -> dict[str, float]:
    every, numbers = read(run_ids, metric, statistic, keys)
    return closest([every[key] for key in keys if not seed_like(key)], numbers, places)


def closest(every: Sequence[Values], metric: Floats, places: Sequence[int]) -> dict[str, float]:
    """The strength of each parameter over the means of configurations, the greatest first."""
    found = {of.key: strength(*averaged(of, metric, places)) for of in every}
    return dict(sorted(((key, one) for key, one in found.items() if one == one), key=lambda pair: (-pair[1], pair[0])))


def _by_ranking(found: Importance) -> tuple[str, ...]:
    return tuple(key for one in found.weights if matters(one) for key in (one.key, *one.alike))


def _rest_last(first: tuple[str, ...], subject: Subject) -> tuple[str, ...]:
    rest = sorted((key for key in subject.keys if key not in first), key=seed_like)
    return tuple(dict.fromkeys((*first, *rest)))
