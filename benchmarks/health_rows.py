"""Profiles of models that never were: days of counts that fit together, with drift that began on a known day.

Counts are drawn, not decisions: a model with ten million decisions costs as much to make as one with a million.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from watchroom.domain.bins import (
    MISSING,
    UNSEEN,
    bins_of_numbers,
    categories_of,
    decile_of_bins,
    deciles_of,
    edges_of,
    score_bin,
)

Frames = dict[str, pd.DataFrame]
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

REFERENCE_ROWS = 6_000
_DRAWN = 20_000
"""Values from which a distribution's shares are taken."""
_CATEGORIES = ("north", "south", "east", "west", "online", "abroad")


@dataclass(frozen=True)
class Plan:
    """A model to make. Its first `drifting` features move from `drift_age` days before the end; so does what is true.

    `labelled_after` is the median age in days at which a decision has an outcome.
    """

    model: str
    task: str = "binary"
    version: int = 1
    per_day: int = 400
    days: int = 180
    numbers: int = 20
    categories: int = 5
    drifting: int = 0
    drift_age: int = 30
    labelled_after: float = 10.0
    seasonal: int = 0
    """How many features, counted from the last, go through the year and come back."""
    names: tuple[str, ...] = ()
    timed: bool = False
    """Whether the rows of the reference have times, a twelfth of them in each month."""
    last: date = field(default_factory=lambda: datetime.now(UTC).date())

    @property
    def features(self) -> tuple[str, ...]:
        """The features' names, numbers before categories."""
        usual = [f"number_{n:02}" for n in range(self.numbers)] + [f"category_{n}" for n in range(self.categories)]
        return (*self.names, *usual[len(self.names) :])

    @property
    def dates(self) -> tuple[date, ...]:
        """The days with decisions, the oldest first."""
        return tuple(self.last - timedelta(n) for n in reversed(range(self.days)))

    def moved(self, feature: int) -> Floats:
        """How far a feature has moved by each day: 0 not at all, 1 wholly."""
        age = np.arange(self.days)[::-1]
        count = self.numbers + self.categories
        if feature < self.drifting:
            return np.clip((self.drift_age - age) / 14, 0, 1) * (1 - 0.2 * feature)
        if feature >= count - self.seasonal:
            return 0.5 - 0.5 * np.cos(2 * np.pi * (age - age.max()) / 365)
        return np.zeros(self.days)


def together(found: Sequence[Frames]) -> Frames:
    """The rows of several models in one."""
    names = {name for frames in found for name in frames}
    return {name: pd.concat([one[name] for one in found if name in one], ignore_index=True) for name in names}


def profile(plan: Plan, seed: int = 1) -> Frames:
    """The profile tables of one model version."""
    rng = np.random.default_rng(seed)
    n = rng.poisson(plan.per_day * (1 + 0.15 * np.sin(np.arange(plan.days) * 2 * np.pi / 7)))
    made = [_feature(plan, place, n, rng) for place in range(len(plan.features))]
    outcomes, labelled = (_errors if plan.task == "regression" else _outcomes)(plan, n, rng)
    own = _own_signals(plan, n, labelled, rng)
    frames = together([*made, *own, outcomes])
    frames["volume"] = _volume(plan, n, labelled)
    frames["profile_references"] = pd.DataFrame(
        [{"source": "file", "place": f"lake/{plan.model}/reference.parquet", "n": REFERENCE_ROWS,
          "n_performance": REFERENCE_ROWS // 3}]
    )  # fmt: skip
    return {name: frame.assign(model=plan.model, version=plan.version) for name, frame in frames.items()}


def _volume(plan: Plan, n: Counts, labelled: Counts) -> pd.DataFrame:
    last_at = [datetime.combine(day, datetime.min.time()) + timedelta(hours=22) for day in plan.dates]
    return pd.DataFrame({"day": plan.dates, "decisions": n, "labelled": labelled, "duplicates": 0, "last_at": last_at})


def _feature(plan: Plan, place: int, n: Counts, rng: np.random.Generator) -> Frames:
    name, moved = plan.features[place], plan.moved(place)
    if place < plan.numbers:
        centre, spread = rng.normal(50, 20), rng.uniform(3, 20)
        before = rng.gamma(3, spread / 3, REFERENCE_ROWS) + centre if place % 2 else rng.normal(
            centre, spread, REFERENCE_ROWS
        )  # fmt: skip
        after = rng.choice(before, _DRAWN) + 1.2 * spread
        return _number(plan, name, before, after, moved, n, rng, missing=0.02 if place % 3 == 0 else 0.0)
    shares = rng.dirichlet(np.full(len(_CATEGORIES), 4.0))
    return _category(plan, name, _CATEGORIES, shares, moved, n, rng)


def _number(
    plan: Plan, name: str, before: Floats, after: Floats, moved: Floats, n: Counts, rng: np.random.Generator,
    missing: float = 0.0,
) -> Frames:  # fmt: skip
    edges = edges_of(before)
    deciles = decile_of_bins(edges, deciles_of(before))
    size = len(edges) + 1
    reference = np.bincount(bins_of_numbers(before, edges), minlength=size)
    shares = [reference / reference.sum(), np.bincount(bins_of_numbers(after, edges), minlength=size) / len(after)]
    absent = np.clip(missing + 0.1 * missing * np.arange(len(n)) / len(n), 0, 1)
    counts = _drawn(shares[0], shares[1], moved, n, absent, rng)
    bins = pd.DataFrame(
        {"bin": [MISSING, *range(size)], "lower": [np.nan, np.nan, *edges], "upper": [np.nan, *edges, np.nan],
         "decile": [-1, *deciles], "reference": [round(missing * before.size), *reference]}
    )  # fmt: skip
    facts = {"kind": "number", "n": before.size + round(missing * before.size), "missing": round(missing * before.size),
             "distinct_values": len(np.unique(before)), "mean": before.mean(), "std": before.std(),
             "min": before.min(), "max": before.max()}  # fmt: skip
    return _frames(plan, name, facts, bins, [MISSING, *range(size)], counts)


def _category(
    plan: Plan, name: str, values: Sequence[str], shares: Floats, moved: Floats, n: Counts, rng: np.random.Generator
) -> Frames:
    reference = rng.multinomial(REFERENCE_ROWS, shares)
    ranked, _ = categories_of(list(zip(values, reference.tolist(), strict=True)))
    order = [values.index(value) for value in ranked]
    later = np.roll(shares, 1) if len(shares) > 2 else shares[::-1]
    counts = _drawn(shares[order], later[order], moved, n, np.zeros(len(n)), rng)
    unseen = rng.binomial(counts[:, 1], 0.03 * np.clip(moved, 0, 1))
    counts = np.column_stack([counts[:, 0], unseen, counts[:, 1] - unseen, counts[:, 2:]])
    codes = [MISSING, UNSEEN, *range(len(ranked))]
    bins = pd.DataFrame(
        {"bin": codes, "value": [None, None, *ranked], "decile": [-1, -1, *range(len(ranked))],
         "reference": [0, 0, *reference[order]]}
    )  # fmt: skip
    facts = {"kind": "category", "n": REFERENCE_ROWS, "missing": 0, "distinct_values": len(ranked), "closed": True}
    return _frames(plan, name, facts, bins, codes, counts)


def _drawn(before: Floats, after: Floats, moved: Floats, n: Counts, absent: Floats, rng: np.random.Generator) -> Counts:
    """Counts by day; the missing in the first column."""
    mixed = (1 - moved)[:, None] * before + moved[:, None] * after
    shares = np.column_stack([absent, (1 - absent)[:, None] * mixed])
    return rng.multinomial(n, shares / shares.sum(axis=1, keepdims=True))


def _frames(
    plan: Plan, name: str, facts: Mapping[str, Any], bins: pd.DataFrame, codes: Sequence[int], counts: Counts
) -> Frames:
    days, places = np.nonzero(counts)
    dates = np.array(plan.dates, dtype="datetime64[D]")
    counted = pd.DataFrame(
        {"day": dates[days], "feature": name, "bin": np.asarray(codes)[places], "n": counts[days, places]}
    )
    frames = {
        "profile_features": pd.DataFrame([{"feature": name, **facts}]),
        "profile_bins": bins.assign(feature=name),
        "profile_counts": counted,
    }
    if plan.timed:
        twelfths = [
            bins[["bin"]].assign(feature=name, month=month, n=bins["reference"] // 12) for month in range(1, 13)
        ]
        frames["profile_reference_months"] = pd.concat(twelfths, ignore_index=True)
    return frames


def _own_signals(plan: Plan, n: Counts, labelled: Counts, rng: np.random.Generator) -> list[Frames]:
    moved = plan.moved(0) * 0.6 if plan.drifting else np.zeros(plan.days)
    if plan.task == "regression":
        before = rng.normal(200, 40, REFERENCE_ROWS)
        later = rng.choice(before, _DRAWN) + 40
        return [
            _number(plan, "@prediction", before, later, moved, n, rng),
            _number(plan, "@outcome", before, later, moved, labelled, rng),
        ]
    classes = ("0", "1") if plan.task == "binary" else ("red", "green", "blue")
    shares = np.array([0.8, 0.2]) if plan.task == "binary" else np.array([0.5, 0.3, 0.2])
    found = [_category(plan, "@prediction", classes, shares, moved * 0.3, n, rng),
             _category(plan, "@outcome", classes, shares, moved * 0.3, labelled, rng)]  # fmt: skip
    if plan.task == "binary":
        before = rng.beta(2, 5, REFERENCE_ROWS)
        found.append(_number(plan, "@score", before, rng.beta(3, 4, _DRAWN), moved, n, rng))
    return found


def _labelled_shares(plan: Plan) -> Floats:
    """The share of each day's decisions that has an outcome by now."""
    age = np.arange(plan.days)[::-1]
    known: Floats = 0.97 / (1 + np.exp(-(age - plan.labelled_after) / max(plan.labelled_after / 5, 0.1)))
    return np.where(age == 0, 0, known)


def _outcomes(plan: Plan, n: Counts, rng: np.random.Generator) -> tuple[Frames, Counts]:
    """Cells by score, prediction and outcome; as the features drift the scores say less of what comes true."""
    told = 1 - 0.75 * (plan.moved(0) if plan.drifting else np.zeros(plan.days))
    shares = _labelled_shares(plan)
    frames = [_cells(plan, REFERENCE_ROWS // 3, 1.0, 1.0, None, rng)]
    frames += [_cells(plan, int(n[d]), told[d], shares[d], day, rng) for d, day in enumerate(plan.dates)]
    cells = pd.concat(frames, ignore_index=True)
    labelled = cells[cells["outcome"].notna()].groupby("day")["n"].sum().reindex(list(plan.dates), fill_value=0)
    return {"profile_outcomes": cells}, labelled.to_numpy()


def _cells(plan: Plan, n: int, told: float, known: float, day: date | None, rng: np.random.Generator) -> pd.DataFrame:
    if plan.task == "binary":
        score = rng.beta(2, 5, n)
        chance = told * score + (1 - told) * 2 / 7
        outcome = (rng.random(n) < chance).astype(int).astype(str)
        predicted = np.where(score >= 0.5, "1", "0")
        loss = -np.log(np.where(outcome == "1", score, 1 - score))
        bins: NDArray[Any] = score_bin(score)
    else:
        classes = np.array(["red", "green", "blue"])
        outcome = rng.choice(classes, n, p=[0.5, 0.3, 0.2])
        predicted = np.where(rng.random(n) < 0.5 + 0.35 * told, outcome, rng.choice(classes, n))
        score, loss, bins = np.zeros(n), np.zeros(n), np.full(n, -1)
    each = pd.DataFrame(
        {"score_bin": bins, "predicted": predicted, "outcome": np.where(rng.random(n) < known, outcome, ""),
         "n": 1, "score_sum": score, "score_sq_sum": score**2, "log_loss_sum": loss}
    )  # fmt: skip
    cells = each.groupby(["score_bin", "predicted", "outcome"], as_index=False).sum()
    unknown = cells["outcome"] == ""
    cells["log_loss_sum"] = cells["log_loss_sum"].mask(unknown)
    cells["outcome"] = cells["outcome"].mask(unknown, None)
    if plan.task != "binary":
        cells["score_bin"] = pd.Series([None] * len(cells), dtype="Int16")
    return cells.assign(day=day, group_column="", group_value="")


def _errors(plan: Plan, n: Counts, rng: np.random.Generator) -> tuple[Frames, Counts]:
    moved = plan.moved(0) if plan.drifting else np.zeros(plan.days)
    labelled = rng.binomial(n, _labelled_shares(plan))
    rows = [_error_row(REFERENCE_ROWS // 3, 0.0, None, rng)]
    rows += [_error_row(int(labelled[d]), moved[d], day, rng) for d, day in enumerate(plan.dates) if labelled[d]]
    return {"profile_errors": pd.DataFrame(rows)}, labelled


def _error_row(n: int, moved: float, day: date | None, rng: np.random.Generator) -> dict[str, Any]:
    error, outcome = rng.normal(-6 * moved, 12 * (1 + 0.5 * moved), n), rng.normal(200, 40, n)
    size = np.abs(error)
    return {
        "day": day, "group_column": "", "group_value": "", "n": n,
        "over_sum": error[error > 0].sum(), "under_sum": -error[error < 0].sum(), "sq_sum": (error**2).sum(),
        "abs_sq_sum": ((size - size.mean()) ** 2).sum(), "outcome_mean": outcome.mean(),
        "outcome_m2": ((outcome - outcome.mean()) ** 2).sum(),
    }  # fmt: skip
