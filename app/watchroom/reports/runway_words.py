"""Until when a model pays, in sentences: the date by the trend of its weeks, and the metric at which it breaks even."""

from __future__ import annotations

from datetime import date

from watchroom.charts.words import short
from watchroom.domain.money_text import money, money_between
from watchroom.domain.runway import NO_TREND, NOT_NOW
from watchroom.domain.vocabulary import METRIC_NAMES, METRICS
from watchroom.reports.value_words import day_name
from watchroom.store.queries.value import Runway


def metric_name(metric: str | None) -> str:
    """What people call it: `AUC`, `mean absolute error`."""
    return METRIC_NAMES.get(metric or "", (metric or "").replace("_", " "))


def answer(found: Runway, today: date, currency: str) -> str:
    """Until when it pays, in a sentence or two."""
    if found.net_per_month is None:
        return "Until when it pays cannot be told yet."
    now = money(abs(found.net_per_month), currency)
    if found.net_per_month > 0 and found.ends_on is not None and found.ends_on <= today:
        return f"It has stopped paying about {day_name(found.ends_on)}, by the line through its weeks."
    if found.net_per_month <= 0:
        return f"It does not pay now: by the line through its weeks it costs {now} a month more than it brings."
    earns = f"it earns {now} a month after its costs"
    if found.net_slope is None:
        return f"It pays now: {earns}. How long cannot be told: it takes four weeks with enough outcomes."
    if by_chance(found):
        return f"It pays now: {earns}. {_if_it_went_on(found)}"
    goes = f"{money(abs(found.net_slope), currency)} {'less' if found.net_slope < 0 else 'more'} every month"
    if found.ends_on is None:
        early = f", at the earliest until {day_name(found.ends_early)}" if found.ends_early else ""
        return f"It pays, and by its trend goes on to for two years at least{early}: {earns}, {goes}."
    return f"It pays until about {day_name(found.ends_on)} if its trend goes on{_between(found)}: {earns}, {goes}."


def by_chance(found: Runway) -> bool:
    """Whether its weeks show no trend that chance alone would not give."""
    low, high = found.net_slope_low, found.net_slope_high
    return low is not None and high is not None and low <= 0 <= high


def _if_it_went_on(found: Runway) -> str:
    said = "Its weeks show no trend beyond chance"
    if found.ends_on is not None:
        early = f", {day_name(found.ends_early)} at the earliest" if found.ends_early else ""
        return f"{said}; if the line through them went on, it would stop paying about {day_name(found.ends_on)}{early}."
    if found.ends_early is not None:
        return f"{said}; it would stop paying {day_name(found.ends_early)} at the earliest."
    return f"{said}, and none that would end it within two years."


def unsaid(found: Runway) -> str:
    """What cannot be told and why, as far as `answer` does not say it; empty for nothing."""
    text = found.reason or ""
    for one in (NOT_NOW, NO_TREND):
        text = text.replace(one, "")
    return text.strip()


def _between(found: Runway) -> str:
    early = f"as early as {day_name(found.ends_early)}" if found.ends_early else ""
    late = f"as late as {day_name(found.ends_late)}" if found.ends_late else "not within two years at all"
    return f" ({early}, or {late})" if early else f" (or {late})"


def slope_text(found: Runway, currency: str) -> str:
    """The interval of the change in thirty days: `95 %: −€1,400 to −€400`."""
    if found.net_slope_low is None or found.net_slope_high is None:
        return "it takes four weeks with enough outcomes"
    return f"95 %: {money_between(found.net_slope_low, found.net_slope_high, currency)}"


def break_even(found: Runway) -> str:
    """How far the metric is from where it only just pays; empty when the weeks do not tell."""
    if found.break_even is None or found.metric is None:
        return ""
    name, point = metric_name(found.metric), short(found.break_even)
    between = ""
    if found.break_even_low is not None and found.break_even_high is not None:
        between = f" (95 %: {short(found.break_even_low)} to {short(found.break_even_high)})"
    start = f"From {point}{between} on {_side(found.metric)}it costs more than it brings."
    if found.metric_now is None:
        return f"{name}: {start[:1].lower()}{start[1:]}"
    return f"{_capital(name)} is {short(found.metric_now)} now. {start}"


def _side(metric: str) -> str:
    return {"higher": "downwards ", "lower": "upwards "}.get(METRICS[metric].better if metric in METRICS else "", "")


def past(found: Runway) -> bool:
    """Whether the metric is beyond its break-even already."""
    if found.break_even is None or found.metric_now is None or found.metric is None or found.metric not in METRICS:
        return False
    better = METRICS[found.metric].better
    if better == "near zero":
        return abs(found.metric_now) >= abs(found.break_even)
    return found.metric_now <= found.break_even if better == "higher" else found.metric_now >= found.break_even


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
