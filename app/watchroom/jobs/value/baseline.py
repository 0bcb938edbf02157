"""What would have been done without the model, worked out for the same decisions.

Rules of a binary model that look at nothing follow from the profile's counts; whatever asks for a column, and any rule
of a regression, asks the log again, month by month as it has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from watchroom.domain.value import OF_ERRORS, OF_OUTCOMES, Baseline, constantly
from watchroom.jobs.explain.logs import Logs
from watchroom.sources.decisions.contract import Engine, Rule
from watchroom.store.money import MoneyStore
from watchroom.store.value_notes import stand_of

FIRST_DAYS = 30
"""Without a reference the outcomes of so many first days stand for what was known before the model."""

MEDIAN_ROWS = 50_000
"""Decisions that such a median is taken of."""

Numbers = Mapping[tuple[int, date], float]


@dataclass(frozen=True)
class Made:
    """What the baseline came to. Both frames have version, day and n; `note` says what a reader must know.

    `cells` (with score_bin, answer and outcome) are of a binary model, all its decisions that matter to an estimate;
    `realized` has the counts of the decisions with an outcome. `marks` say what of the log the answers rest on.
    """

    realized: pd.DataFrame
    cells: pd.DataFrame | None = None
    note: str = ""
    marks: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asking:
    """What a baseline is worked out from: the store, the logs and who reads them, and the marks of the last time."""

    store: MoneyStore
    logs: Logs
    engine: Engine
    model: str
    before: Mapping[str, str]


def binary(asking: Asking, rule: Baseline, outcomes: pd.DataFrame, cells: pd.DataFrame) -> Made:
    """The baseline of a binary model; `outcomes` and `cells` are the model's own."""
    if rule.column is not None:
        always = frozenset(day.date() for day in cells["day"].unique())  # what an estimate needs is not kept
        return _asked(asking, Rule(rule.column), "binary", always)
    versions = {int(one) for rows in (outcomes, cells) for one in rows["version"].unique()}
    answers, note = _constant_answers(asking, rule, outcomes, versions)
    made = cells.assign(answer=cells["version"].map(answers)).dropna(subset="answer")
    return Made(_constantly(outcomes, answers), made, note)


def _constantly(outcomes: pd.DataFrame, answers: Mapping[int, str]) -> pd.DataFrame:
    """What comes of the same answer to all decisions of a version."""
    told = outcomes[outcomes["version"].isin(list(answers))]
    made = constantly(told[list(OF_OUTCOMES)].to_numpy(np.float64), told["version"].map(answers) == "1")
    return told[["version", "day", "n"]].assign(**dict(zip(OF_OUTCOMES, made.T, strict=True)))


def _classes(outcomes: pd.DataFrame) -> tuple[pd.Series[float], pd.Series[float]]:
    """How many turned out to be 1, and how many 0."""
    return outcomes["tp"] + outcomes["fn"], outcomes["fp"] + outcomes["tn"]


def outcomes_by_day(cells: pd.DataFrame) -> pd.DataFrame:
    """Decisions with an outcome by version and day, counted by what came of them."""
    known = cells[cells["outcome"].notna()]
    kinds = {"tp": ("1", "1"), "fp": ("1", "0"), "fn": ("0", "1"), "tn": ("0", "0")}
    parts = {
        kind: np.where((known["answer"] == answer) & (known["outcome"] == outcome), known["n"], 0.0)
        for kind, (answer, outcome) in kinds.items()
    }
    return known[["version", "day", "n"]].assign(**parts).groupby(["version", "day"], as_index=False).sum()


def _constant_answers(
    asking: Asking, rule: Baseline, outcomes: pd.DataFrame, versions: set[int]
) -> tuple[dict[int, str], str]:
    if rule.naive in ("all_positive", "all_negative"):
        return dict.fromkeys(versions, "1" if rule.naive == "all_positive" else "0"), ""
    given = asking.store.reference_classes(asking.model)
    found = {int(str(version)): _most(*_reference_classes(own)) for version, own in given.groupby("version")}
    if versions <= found.keys():
        return found, ""
    first = outcomes[_in_first_days(outcomes)] if len(outcomes) else outcomes
    usual = _most(*(float(one.sum()) for one in _classes(first))) if len(first) else None
    return {one: answer for one in versions if (answer := found.get(one, usual)) is not None}, _first_days_note(usual)


def _reference_classes(own: pd.DataFrame) -> tuple[float, float]:
    by = own.groupby("outcome")["n"].sum()
    return float(by.get("1", 0)), float(by.get("0", 0))


def _most(positive: float, negative: float) -> str:
    """The more frequent outcome; when they are equal, none is expected."""
    return "1" if positive > negative else "0"


def regression(asking: Asking, rule: Baseline, errors: pd.DataFrame, days: pd.DataFrame) -> Made:
    """The baseline of a regression; `errors` are the model's own, `days` those of its versions with their `share`."""
    if rule.column is not None:
        return _asked(asking, Rule(rule.column), "regression", frozenset())
    numbers, note = _numbers(asking, rule, errors, days)
    made = _asked(asking, Rule(numbers=numbers), "regression", frozenset())
    return Made(made.realized, None, note, made.marks)


def _numbers(asking: Asking, rule: Baseline, errors: pd.DataFrame, days: pd.DataFrame) -> tuple[Numbers, str]:
    """What is answered by version and day, and what is to be said of it."""
    keys = [(int(version), day.date()) for version, day in zip(days["version"], days["day"], strict=True)]
    if rule.constant is not None:
        return dict.fromkeys(keys, float(rule.constant)), ""
    if rule.naive == "last":
        by_day = last_means(errors, days)
        return {key: by_day[key[1]] for key in keys if key[1] in by_day}, ""
    store, model = asking.store, asking.model
    found = store.reference_means(model) if rule.naive == "mean" else store.reference_medians(model)
    if {version for version, _ in keys} <= found.keys():
        return {key: found[key[0]] for key in keys}, ""
    usual = _first_mean(errors) if rule.naive == "mean" else _first_median(asking, errors)
    answers = {key: found.get(key[0], usual) for key in keys}
    return {key: value for key, value in answers.items() if value is not None}, _first_days_note(usual)


def _first_days_note(usual: Any) -> str:
    if usual is None:
        return "Its baseline cannot be told: there is no reference with outcomes, and no outcome is known yet."
    return f"Its baseline rests on the outcomes of the first {FIRST_DAYS} days: the reference does not hold them."


def _in_first_days(rows: pd.DataFrame) -> NDArray[np.bool_]:
    return np.asarray(rows["day"] < rows["day"].min() + timedelta(FIRST_DAYS))


def _first_mean(errors: pd.DataFrame) -> float | None:
    first = errors[_in_first_days(errors)] if len(errors) else errors
    return float(np.average(first["outcome_mean"], weights=first["n"])) if len(first) else None


def _first_median(asking: Asking, errors: pd.DataFrame) -> float | None:
    if not len(errors):
        return None
    first = frozenset(day.date() for day in errors.loc[_in_first_days(errors), "day"])
    log, outcomes = asking.logs.asked
    rows = asking.engine.sample(log, outcomes, asking.logs.files(first), first, MEDIAN_ROWS, by_month=False)
    told = pd.Series(rows["@outcome"].drop_null().to_pylist(), dtype=np.float64)
    return float(told.median()) if len(told) else None


def last_means(errors: pd.DataFrame, days: pd.DataFrame) -> dict[date, float]:
    """Of each day the mean outcome of the newest earlier day that has outcomes, of the versions in service."""
    served = errors.merge(days.loc[days["share"] > 0, ["version", "day"]], on=["version", "day"])
    sums = served.assign(total=served["n"] * served["outcome_mean"]).groupby("day")[["n", "total"]].sum()
    known = [(pd.Timestamp(str(day)).date(), mean) for day, mean in (sums["total"] / sums["n"]).items()]
    every = sorted({day.date() for day in days["day"]})
    firsts = np.searchsorted([day.toordinal() for day, _ in known], [day.toordinal() for day in every], side="left")
    return {day: float(known[place - 1][1]) for day, place in zip(every, firsts, strict=True) if place}


def _asked(asking: Asking, rule: Rule, task: str, always: frozenset[date]) -> Made:
    """The log's answers: of the months that have changed, and of the days `always`; the others as they are held."""
    digests = asking.store.digests(asking.model)
    marks = _marks(digests, rule)
    fresh = {month for month, mark in marks.items() if asking.before.get(month) != mark}
    days = frozenset(day for day in digests if _month(day) in fresh or day in always)
    log, outcomes = asking.logs.asked
    files, repeated = asking.logs.files(days), asking.store.repeated(asking.model)
    found = asking.engine.against(log, outcomes, files, days, rule, repeated).to_pandas()
    found["day"] = pd.to_datetime(found["day"])
    counted = outcomes_by_day(found) if task == "binary" else found[["version", "day", "n", *OF_ERRORS]]
    held = asking.store.baseline_before(asking.model)
    kept = held[[day.date() not in days and _month(day.date()) in marks for day in held["day"]]]
    names = ["version", "day", "n", *(OF_OUTCOMES if task == "binary" else OF_ERRORS)]
    realized = pd.concat([kept[names], counted[names]], ignore_index=True) if len(kept) else counted[names]
    return Made(realized, found if task == "binary" else None, "", marks)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _marks(digests: Mapping[date, str], rule: Rule) -> dict[str, str]:
    """Of each month a digest of its decisions, its outcomes and what the rule says of them."""
    told: dict[str, list[str]] = {}
    for day, digest in sorted(digests.items()):
        told.setdefault(_month(day), []).append(f"{day} {digest}")
    for (version, day), number in sorted(rule.numbers.items()):
        if _month(day) in told:
            told[_month(day)].append(f"{version} {day} {number!r}")
    return {month: stand_of(str(rule.column), *lines) for month, lines in told.items()}
