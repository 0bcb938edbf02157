"""The answer of the Health page in a sentence, made from what was measured in the light's seven days.

Plain text with names as code; `sentence` makes it Markdown. How alerts are worded is in `alerts_words`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from watchroom.charts.words import days, share
from watchroom.domain.drift import METHODS
from watchroom.domain.lights import BEYOND, LIGHTS
from watchroom.domain.vocabulary import METHOD_NAMES, METRIC_NAMES, METRICS, OWN_SIGNALS
from watchroom.store.queries.health import Light
from watchroom.ui.alerts_words import compared, feature_name
from watchroom.ui.alerts_words import figure as short
from watchroom.ui.lights import NAMES
from watchroom.ui.text import count_of, number, some

RANK: dict[str, int] = {light: place for place, light in enumerate(LIGHTS)}
"""How bad a status is, for sorting rows."""


@dataclass(frozen=True)
class Measured:
    """What was measured in the seven days of the light: a row for each feature, the judged metric's row or None.

    `per_day` is the mean number of decisions in a day, `minimum` what is expected at least; None for not said.
    """

    drift: pd.DataFrame
    quality: pd.DataFrame
    performance: dict[str, Any] | None
    per_day: float
    minimum: int | None


def metric_name(metric: str) -> str:
    """What people call a metric."""
    return METRIC_NAMES.get(metric, metric.replace("_", " "))


def capital(text: str) -> str:
    """With its first letter large; `AUC` stays as it is."""
    return text[:1].upper() + text[1:]


def method_name(method: str) -> str:
    """What people call a drift method."""
    return METHOD_NAMES.get(method, METHODS[method].title if method in METHODS else method)


def worst_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of drift with the worst first: by status, then by how far beyond their limit."""
    ranked = rows.assign(rank=rows["status"].map(RANK).fillna(0), ratio=rows["value"] / rows["drifted"])
    return ranked.sort_values(["rank", "ratio", "feature"], ascending=[False, False, True])


def of_features(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the model's own signals."""
    return rows[~rows["feature"].isin(OWN_SIGNALS)]


def answer(light: Light, found: Measured, since: str) -> str:
    """Light and reason in one sentence: `Drifted since 12 Oct (27 days): `device_trust` and 2 more of 9 features …`."""
    head = f"{NAMES[light.light]}{f' {since}' if since else ''}"
    if light.light == "no data":
        return f"{head}: {light.reason}" if light.reason else f"{head}: nothing can be judged yet."
    told = {"performance": _performance(found), "drift": _drift(found), "quality": _quality(found),
            "volume": _volume(light, found)}  # fmt: skip
    beyond = [part for part in told if RANK.get(light.part(part), 0) >= RANK["watch"]]
    beyond.sort(key=lambda part: -RANK[light.part(part)])
    if not beyond:
        return f"{head}: nothing that could be judged is beyond its limit{_judged(light)}."
    return f"{head}: {'; '.join(told[part] for part in beyond)}."


def _judged(light: Light) -> str:
    unknown = [part for part in ("drift", "quality", "performance", "volume") if light.part(part) == "no data"]
    return f"; {some(unknown, 4)} cannot be judged" if unknown else ""


def _drift(found: Measured) -> str:
    rows = worst_first(found.drift)
    beyond = rows[rows["status"].isin(BEYOND)]
    of = len(of_features(rows))
    if beyond.empty:
        return "drift is beyond its limit"
    moved = beyond[beyond["status"] == "drifted"]
    shown, verb = (moved, ("has moved", "have moved")) if len(moved) else (beyond, ("is moving", "are moving"))
    features = of_features(shown)
    if features.empty:
        return f"{some([feature_name(name) for name in shown['feature']])} {verb[len(shown) > 1]}"
    first, more = feature_name(str(features["feature"].iloc[0])), len(features) - 1
    counted = (
        f"{first} and {more} more of {count_of(of, 'feature')}" if more else f"{first} of {count_of(of, 'feature')}"
    )
    return f"{counted} {verb[more > 0]}"


def _performance(found: Measured) -> str:
    row = found.performance
    if row is None:
        return "performance is beyond its limit"
    failing = row["status"] == "failing"
    value, limit = compared(row["value"], row["failing" if failing else "watch"])
    better = METRICS[row["metric"]].better if row["metric"] in METRICS else "higher"
    side = "below" if better == "higher" else "above" if better == "lower" else "beyond"
    name = capital(metric_name(row["metric"]))
    estimated = "estimated " if row["kind"] == "estimated" else ""
    of = (
        f"from {number(row['n'])} decisions without outcomes"
        if estimated
        else f"from {count_of(int(row['n_labelled']), 'outcome')}"
    )
    period = days(row["period_start"], row["period_end"])
    return f"{estimated}{name} {value} is {side} its {'limit' if failing else 'watch limit'} {limit}, {of} of {period}"


def _quality(found: Measured) -> str:
    rows = found.quality.assign(rank=found.quality["status"].map(RANK).fillna(0))
    beyond = rows[rows["rank"] >= RANK["watch"]].sort_values(["rank", "share"], ascending=False)
    if beyond.empty:
        return "data quality is beyond its limit"
    row, more = beyond.iloc[0], len(beyond) - 1
    others = f", and {more} more" if more else ""
    return (
        f"{feature_name(str(row['feature']))} is missing, unseen or invalid in {share(row['share'])} of decisions "
        f"(reference {share(row['reference_share'])}){others}"
    )


def _volume(light: Light, found: Measured) -> str:
    if found.minimum is None:
        return "there are fewer decisions than expected"
    if found.per_day >= found.minimum and light.period_end is not None:  # enough while they came
        day = light.period_end
        return f"no decisions since {day.day} {day:%b}, at least {number(found.minimum)} a day are expected"
    return f"{number(found.per_day)} decisions a day, at least {number(found.minimum)} are expected"


def limits_of(row: dict[str, Any]) -> str:
    """A metric's limits and reference in words: `watch 0.86, failing 0.80; reference 0.88`."""
    parts = [
        f"{label} {short(row[key])}" for key, label in (("watch", "watch"), ("failing", "failing")) if _known(row[key])
    ]
    limits = ", ".join(parts) if parts else "no limit is set"
    return f"{limits}; reference {short(row['reference_value'])}" if _known(row["reference_value"]) else limits


def _known(value: Any) -> bool:
    return value is not None and not pd.isna(value)


def dated(day: date, today: date) -> str:
    """`8 Nov`, with the year when it is not this one."""
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"
