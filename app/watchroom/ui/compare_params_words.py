"""What is said of which parameters matter, how sure that is, or why nothing can be said."""

from __future__ import annotations

from watchroom.charts.words import share, short
from watchroom.domain.param_importance import LEAST_CONFIGURATIONS, LEAST_R2, Importance, Weight, matters
from watchroom.ui.text import count_of, one_line


def evidence(configurations: int, runs: int) -> str:
    """`40 configurations, 120 runs`; `40 runs` where each is a configuration of its own."""
    if configurations == runs:
        return count_of(runs, "run")
    return f"{count_of(configurations, 'configuration')}, {count_of(runs, 'run')}"


def silent(found: Importance, metric: str) -> str:
    """Why nothing is said; empty when something is."""
    if found.configurations < LEAST_CONFIGURATIONS:
        have = evidence(found.configurations, found.n) + (" have" if found.n != 1 else " has")
        than = LEAST_CONFIGURATIONS if found.configurations == found.n else f"{LEAST_CONFIGURATIONS} configurations"
        return f"{have} a finite {one_line(metric, 80)}; with fewer than {than}, what a model finds is chance."
    if not found.weights:
        return "It is the same for all runs, or none of their parameters differs but seeds."
    if found.r2 < LEAST_R2:
        unseen = "runs" if found.configurations == found.n else "configurations"
        return (
            f"From the parameters of {evidence(found.configurations, found.n)} a model explains "
            f"{share(max(found.r2, 0.0))} of it on {unseen} that it has not seen (R² {short(found.r2)}); below "
            f"{share(LEAST_R2)} it does not know what does."
        )
    return ""


def answer(found: Importance, metric: str) -> str:
    """What matters most, in a sentence; that nothing stands out, when parameters change together."""
    first, *others = found.weights
    told = f"{share(max(first.share, 0.0))} of the variance of {metric} goes through it"
    if entangled(found):
        return f"No parameter stands out for {metric}: many change together. {_called(first)} is first: {told}."
    if not matters(first):
        return f"No parameter stands out for {metric}. {_called(first)} is first: {told}, no more than chance gives."
    second = f", then {others[0].key} {share(others[0].share)}" if others and matters(others[0]) else ""
    return f"{_called(first)} matters most: {told}{second}."


def entangled(found: Importance) -> bool:
    """Whether the weights add up to less than half of what the model explains: each parameter can do without itself."""
    return sum(max(one.share, 0.0) for one in found.weights) < found.r2 / 2


def _called(one: Weight) -> str:
    alike = " or ".join(one_line(key, 40) for key in one.alike[:2])
    return f"{one.key} (or {alike}, which changes with it)" if alike else one.key


def sure(found: Importance) -> str:
    """How much the ranking can be trusted."""
    unseen = "runs" if found.configurations == found.n else "configurations"
    return (
        f"Indicative: a random forest on {evidence(found.configurations, found.n)} explains "
        f"{share(min(found.r2, 1.0))} of the variance of {unseen} that it has not seen (R² {short(found.r2)})."
    )


def seeds_left_out(found: Importance) -> str:
    """Which parameters are no part of the ranking, as they are varied only to see chance."""
    if not found.seeds:
        return ""
    more = f" and {len(found.seeds) - 3} more" if len(found.seeds) > 3 else ""
    keys = ", ".join(one_line(key, 40) for key in found.seeds[:3])
    return f"{keys}{more} left out, varied only to see chance: runs that differ in nothing else are one configuration."
