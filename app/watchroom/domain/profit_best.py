"""The cut-off that earns most, how sure that is, and how much room there is round it.

The uncertainty is that of the decisions at hand: another sample of days would have given another best one. It knows
nothing of a world that changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.bins import SCORE_BINS
from watchroom.domain.cutoff import roundest
from watchroom.domain.laws import NORMAL_95
from watchroom.domain.outcomes import Floats
from watchroom.domain.profit import FEWEST, NEVER, Scored, Stakes, cutoffs, from_each, place_of

DRAWS = 200
"""Samples of the bootstrap: the ends of a 95 % interval then rest on five samples each."""

DAYS_RESAMPLED = 20
"""From so many days on whole days are drawn, since what goes wrong goes wrong on the same days; below, decisions."""

FLAT = 0.05
"""A cut-off is as good as the best one when it gives up at most this share of what the best one is worth."""

_SEED = 6
_ENDS = (2.5, 97.5)
_ALIKE = 1e-9

Drawn = Literal["days", "decisions"]


@dataclass(frozen=True)
class Best:
    """The best cut-off with its 95 % interval, and what it would have brought; money is over the labelled decisions.

    `gain` is against the cut-off in use; it and its interval are NaN when that is not known. `above` is against the
    better of yes to all and no to all. From `flat_low` to `flat_high` every cut-off earns at most `flat` less than the
    best. `half` is half the width of the 95 % interval of what each of `cutoffs()` earns more than the one in use.
    `drawn` says what was resampled.
    """

    cutoff: float
    low: float
    high: float
    gain: float
    gain_low: float
    gain_high: float
    above: float
    flat: float
    flat_low: float
    flat_high: float
    half: Floats
    drawn: Drawn


@dataclass(frozen=True)
class _Choices:
    """The cut-offs that differ in what they do: between two filled bins all are the same one.

    Choice j says yes to the filled bins from the j-th on. Every cut-off from `low[j]` to `high[j]` is that choice.
    """

    filled: NDArray[np.int64]
    low: Floats
    high: Floats

    def of_each(self) -> NDArray[np.int64]:
        """The choice that each of `cutoffs()` is."""
        return np.searchsorted(self.filled, np.arange(SCORE_BINS + 1)).astype(np.int64)


def best(scored: Scored, at_stake: Stakes, in_use: float | None) -> Best | None:
    """The cut-off with the greatest worth; None with fewer than `FEWEST` decisions of either outcome.

    None too where the stakes are so large that nothing can be summed.

    Among equally good ones it is the nearest to the one in use, and of those the roundest number. The interval of the
    cut-off is the bootstrap's percentiles. That of the gain allows for the best one having been chosen on the same
    decisions (Efron 1983, optimism): without that it would promise too much.
    """
    positive, negative = scored.totals
    if min(positive.sum(), negative.sum()) < FEWEST:
        return None
    choices = _choices(positive + negative)
    won = _won(scored, at_stake, choices)
    total = from_each(won.sum(axis=0))
    if not np.isfinite(total).all():
        return None
    now = None if in_use is None else int(choices.of_each()[place_of(in_use)])
    chosen = _chosen(total, choices, in_use)
    noise = from_each(_resampled(scored, at_stake, won, choices)) - total
    picked = np.argmax(total + noise, axis=1)
    low, high = _between(choices, picked)
    cutoff = _named(choices, chosen, in_use)
    gain, gain_low, gain_high = _gain(total, noise, chosen, picked, now)
    above = float(total[chosen] - max(total[0], total[-1]))
    flat, first, last = _flat(total, chosen, above, scored.to_month)
    return Best(
        cutoff, min(low, cutoff), max(high, cutoff), gain, gain_low, gain_high, above, flat,
        min(float(choices.low[first]), cutoff), max(min(float(choices.high[last]), 1.0), cutoff),
        _half(noise, now)[choices.of_each()], "days" if _by_days(scored) else "decisions",
    )  # fmt: skip


def _choices(n: NDArray[np.int64]) -> _Choices:
    edges, filled = cutoffs(), np.flatnonzero(n)
    return _Choices(filled, np.append(0.0, edges[filled + 1]), np.append(edges[filled], NEVER))


def _won(scored: Scored, at_stake: Stakes, choices: _Choices) -> Floats:
    """(blocks, filled bins): what a yes to the bin's decisions brings more than a no."""
    at = choices.filled
    won: Floats = scored.positive[:, at] * at_stake.caught - scored.negative[:, at] * at_stake.spared
    return won


def _by_days(scored: Scored) -> bool:
    return int(_filled(scored).sum()) >= DAYS_RESAMPLED


def _filled(scored: Scored) -> NDArray[np.bool_]:
    """The blocks with outcomes: a day of rest is no day that could have been drawn."""
    return np.asarray((scored.positive + scored.negative).sum(axis=1) > 0)


def _resampled(scored: Scored, at_stake: Stakes, won: Floats, choices: _Choices) -> Floats:
    """(draws, filled bins): the same of each sample, drawn with replacement."""
    draw = np.random.default_rng(_SEED)
    if _by_days(scored):
        days = won[_filled(scored)]
        return draw.multinomial(len(days), np.full(len(days), 1 / len(days)), DRAWS).astype(np.float64) @ days
    positive, negative = (part[choices.filled] for part in scored.totals)
    shape = (DRAWS, choices.filled.size)
    drawn: Floats = draw.poisson(positive, shape) * at_stake.caught - draw.poisson(negative, shape) * at_stake.spared
    return drawn


def _chosen(total: Floats, choices: _Choices, in_use: float | None) -> int:
    top = float(total.max())
    equal = np.flatnonzero(total >= top - _ALIKE * max(abs(top), 1.0))
    if in_use is None:
        return int(equal[0])
    away = np.maximum(choices.low[equal] - in_use, in_use - choices.high[equal])
    return int(equal[np.argmin(np.maximum(away, 0.0))])


def _named(choices: _Choices, chosen: int, in_use: float | None) -> float:
    """The number for a choice: the one in use when it is that, else the roundest; 0 for yes to all, 1 for no to all."""
    low, high = float(choices.low[chosen]), float(choices.high[chosen])
    if in_use is not None and low - _ALIKE <= in_use <= high + _ALIKE:
        return in_use
    if chosen == 0:
        return 0.0
    if chosen == choices.filled.size:
        return NEVER if low > 1 else 1.0
    return roundest(low, high)


def _between(choices: _Choices, picked: NDArray[np.int64]) -> tuple[float, float]:
    """The interval of the cut-off; its ends are cut-offs that a sample picked."""
    first, last = np.percentile(picked, _ENDS, method="closest_observation").astype(np.int64)
    return float(choices.high[first]), float(choices.high[last])


def _gain(
    total: Floats, noise: Floats, chosen: int, picked: NDArray[np.int64], now: int | None
) -> tuple[float, float, float]:
    """What the chosen one brings more than the one in use, with its interval.

    `promised` is by how much the best of a sample looks better in that sample than in the decisions that it was drawn
    from, as the best of these does against the world; `fixed` is the chance in the gain of the chosen one itself. Of
    the two intervals that they give the wider end is taken: in simulations it holds the truth in 95 to 98 of 100.
    """
    if now is None:
        return float("nan"), float("nan"), float("nan")
    gain = float(total[chosen] - total[now])
    promised = noise[np.arange(len(noise)), picked] - noise[:, now]
    fixed = noise[:, chosen] - noise[:, now]
    optimism = float(promised.mean() - fixed.mean())
    down, up = np.percentile(fixed, _ENDS)
    least, most = np.percentile(promised, _ENDS)
    low = min(gain + down - optimism, gain - most)
    return gain, float(min(low, gain)), float(max(gain + up - optimism, gain - least, gain))


def _half(noise: Floats, now: int | None) -> Floats:
    if now is None:
        return np.full(noise.shape[1], np.nan)
    spread: Floats = np.std(noise - noise[:, [now]], axis=0)
    return NORMAL_95 * spread


def _flat(total: Floats, chosen: int, above: float, to_month: float) -> tuple[float, int, int]:
    """The money within which a cut-off is as good as the best, and the first and last choice beside it that are.

    `above` is what the best one brings; the money is a share of that, as a round number a month.
    """
    within = _round_down(FLAT * above * to_month) / to_month
    good = total >= total[chosen] - within - _ALIKE * max(abs(float(total[chosen])), 1.0)
    below, beyond = np.flatnonzero(~good[:chosen]), np.flatnonzero(~good[chosen:])
    first = int(below[-1]) + 1 if below.size else 0
    last = chosen + int(beyond[0]) - 1 if beyond.size else len(total) - 1
    return within, first, last


def _round_down(money: float) -> float:
    """The largest of 1, 2 or 5 times a power of ten that is not above it; 0 for 0."""
    if not money > 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(money))
    return max(step for step in (1, 2, 5) if step * power <= money * (1 + _ALIKE)) * power
