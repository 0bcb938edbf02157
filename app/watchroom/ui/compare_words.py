"""What is said of runs side by side: values, the sentence at the top, the names of groups. Plain text, not Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from watchroom.charts.words import short
from watchroom.domain.comparison import (
    DURATION,
    EXPERIMENT,
    Better,
    Comparison,
    Kind,
    Same,
    Thing,
    Value,
    Verdict,
    otherwise,
    verdict,
)
from watchroom.domain.figures import decimals_of, duration_text, figure_text
from watchroom.domain.seed_groups import FEW, MANY, Group
from watchroom.domain.spread import Difference
from watchroom.ui.text import count_of, one_line, some, when

KIND_NAMES: dict[Kind, str] = {
    "metric": "Metrics",
    "param": "Parameters",
    "data": "Data",
    "model": "Model",
    "package": "Packages",
    "run": "Run",
    "tag": "Tags",
}
ONE_OF: dict[Kind, str] = {
    "metric": "metric",
    "param": "parameter",
    "data": "data",
    "model": "model",
    "package": "package",
    "run": "run",
    "tag": "tag",
}
STATISTIC_WORDS = {"last": "last value", "best": "best value", "min": "least value", "max": "greatest value"}
BETTER_WORDS = {"lower": "lower is better", "higher": "higher is better", "zero": "nearest to zero is best"}
AHEAD: dict[Better, str] = {"lower": "lower by", "higher": "higher by", "zero": "nearer to zero by"}

_NAME = 40
_CELL = 200
"""Characters of a value that the browser gets; the download has all of them."""
_TOLD = 3
"""Differences that the sentence names."""
_BRIEF = 24
"""Characters of a value that the sentence has room for; of a longer one it says that it is another."""
_LEAST_SHARE = 0.0005
"""A difference of a smaller part than that would be told as 0.0 %."""


def value_text(key: str, value: Value, zone: ZoneInfo, decimals: int | None = None, limit: int = _CELL) -> str | None:
    """A value as a person reads it; None where there is none."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return when(value, zone)
    if isinstance(value, float):
        return duration_text(value) if key == DURATION else figure_text(value, decimals)
    return one_line(value, limit)


def decimals(thing: Thing) -> int | None:
    """How many decimals suit all values of a metric; None for what is written as it was logged."""
    return decimals_of(thing.numbers) if thing.kind == "metric" else None


def texts(thing: Thing, zone: ZoneInfo) -> list[str | None]:
    """The thing's values, each as text, numbers of one metric with as many decimals."""
    digits = decimals(thing)
    if thing.key == "Commit" and thing.kind == "run":
        return [None if value is None else str(value)[:12] for value in thing.values]
    return [value_text(thing.key, value, zone, digits) for value in thing.values]


def about(thing: Thing | Same, statistic: str) -> str:
    """Of which kind it is, and for a metric what counts and which way is better."""
    if isinstance(thing, Thing) and thing.better is not None:
        return f"Metric, {STATISTIC_WORDS[statistic]}; {BETTER_WORDS[thing.better]}"
    return ONE_OF[thing.kind].capitalize()


def answer(found: Comparison, metric: str | None) -> str:
    """Which run is best by the metric, and by how much, in a sentence."""
    thing = found.thing("metric", metric) if metric else None
    if thing is None:
        return _without(found, metric)
    told = verdict(thing, found.deleted)
    if told is None:
        return _too_few(found, thing)
    if told.next is None:
        value = figure_text(told.value, decimals(thing))
        return f"All {told.n} runs that have {one_line(metric, 60)} reach the same: {value}."
    if len(told.first) > 1:
        return _shared(found, thing, told)
    return _best(found, thing, told)


def _without(found: Comparison, metric: str | None) -> str:
    same = next((one for one in found.same if one.kind == "metric" and one.key == metric), None)
    n = count_of(len(found.runs), "run")
    if same is not None and isinstance(same.value, float):
        return f"All {n} have the same {one_line(same.key, 60)}: {figure_text(same.value)}."
    if not found.different:
        return f"{n} are alike in everything that was logged."
    others = count_of(len(found.different), "other thing does", "other things do")
    return f"No metric differs between these {n}; {others}."


def _too_few(found: Comparison, thing: Thing) -> str:
    there, n = len(set(thing.finite) - found.deleted), len(found.runs)
    key = one_line(thing.key, 60)
    return f"Only 1 run of {n} has a finite {key}." if there else f"None of the {n} runs has a finite {key}."


def _shared(found: Comparison, thing: Thing, told: Verdict) -> str:
    names = some([one_line(found.titles[place], _NAME) for place in told.first])
    value = figure_text(told.value, decimals(thing))
    return f"{names} share the best {one_line(thing.key, 60)}: {value}, {_ahead(thing, told)} the next."


def _best(found: Comparison, thing: Thing, told: Verdict) -> str:
    assert told.next is not None
    digits = decimals(thing)
    run, after = (one_line(found.titles[place], _NAME) for place in (told.first[0], told.next))
    value, other = (figure_text(thing.numbers[place], digits) for place in (told.first[0], told.next))
    middle = f"; the median of {told.n} is {figure_text(told.middle, digits)}" if told.n > 2 else ""
    return f"{run} is best by {one_line(thing.key, 60)}: {value}, {_ahead(thing, told)} {after} with {other}{middle}."


def _ahead(thing: Thing, told: Verdict) -> str:
    """`lower by 0.012 than`, with the share where that says something."""
    assert told.next is not None
    way = AHEAD[thing.better or "higher"]
    return f"{way} {short(told.ahead)}{share_words(told.ahead, thing.numbers[told.next])} than"


def share_words(ahead: float, other: float) -> str:
    """` (1.2 %)`: how far ahead as a share of the other's value; empty where that says nothing."""
    share = ahead / abs(other) if other else 0.0
    return f" ({share:.1%})".replace("%", " %") if _LEAST_SHARE <= share < 1 else ""


def because(found: Comparison, metric: str | None, zone: ZoneInfo) -> str:
    """What the best run did otherwise than the next; empty where no single run is best."""
    thing = found.thing("metric", metric) if metric else None
    told = verdict(thing, found.deleted) if thing else None
    if told is None or told.next is None or len(told.first) > 1:
        return ""
    one, other = told.first[0], told.next
    return otherwise_words(
        [(thing, thing.values[one], thing.values[other]) for thing in otherwise(found, one, other)], zone
    )


def otherwise_words(things: Sequence[tuple[Thing, Value, Value]], zone: ZoneInfo) -> str:
    """What the best did otherwise than the next: each thing with the value of the one and of the other."""
    if not things:
        return "Nothing that went in differs between the two: what lies between them may be chance."
    brief, long = [], []
    for thing, *both in things:
        here, there = (value_text(thing.key, value, zone) or "not set" for value in both)
        if max(len(here), len(there)) <= _BRIEF:
            brief.append(f"{one_line(thing.key, _NAME)} {here} instead of {there}")
        else:
            long.append(f"another {one_line(thing.key, _NAME)}{' data set' if thing.kind == 'data' else ''}")
    parts = [*brief[:_TOLD], *long[:1]]
    more = len(things) - len(parts)
    if more:
        parts.append(f"{more} more {'difference' if more == 1 else 'differences'}")
    return f"What it did otherwise than the next: {some(parts, len(parts))}."


def cautions(found: Comparison, metric: str | None) -> list[str]:
    """What is to be known before the best is believed: it failed, or was not measured on the same data."""
    thing = found.thing("metric", metric) if metric else None
    told = verdict(thing, found.deleted) if thing else None
    if told is None or told.next is None:
        return deleted_words(found)
    said = unlike_problems(found)
    status = found.thing("run", "Status")
    if status is not None and status.values[told.first[0]] in ("FAILED", "KILLED", "RUNNING"):
        said.append(f"The best run's status is {status.values[told.first[0]]}: its figure may not be final.")
    said += other_data([(thing, thing.values[told.first[0]], thing.values[told.next]) for thing in found.different])
    return [*said, *deleted_words(found)]


def unlike_problems(found: Comparison) -> list[str]:
    """Whether the runs are of experiments that have no data in common: a best over these says nothing."""
    experiment = found.thing("run", EXPERIMENT)
    data = [thing for thing in found.different if thing.kind == "data"]
    if experiment is None or not data:
        return []
    used: dict[Value, set[tuple[str, Value]]] = {}
    for place, name in enumerate(experiment.values):
        used.setdefault(name, set()).update(
            (one.key, one.values[place]) for one in data if one.values[place] is not None
        )
    known = [values for values in used.values() if values]
    apart = [one for at, one in enumerate(known) if all(one.isdisjoint(other) for other in known[:at])]
    if len(apart) < 2:
        return []
    return [f"They are of {len(used)} experiments, of which some share no data: a best over all of them says little."]


def other_data(things: Sequence[tuple[Thing, Value, Value]]) -> list[str]:
    """Whether the two were measured on other data; what they were trained on does not count."""
    unlike = [
        thing for thing, one, other in things
        if thing.kind == "data" and "train" not in thing.key.lower() and one != other
    ]  # fmt: skip
    if not unlike:
        return []
    keys = some([one_line(one.key, _NAME) for one in unlike])
    return [f"The two were not measured on the same data ({keys}): their figures need not compare."]


def deleted_words(found: Comparison) -> list[str]:
    """How many of the runs are deleted; nothing where none is."""
    n = len(found.deleted)
    if not n:
        return []
    of_them = "1 run of them is" if n == 1 else f"{n} of the runs are"
    count = "counts" if n == 1 else "count"
    return [f"{of_them} deleted in MLflow, and never {count} as best."]


def group_name(things: Sequence[Thing], telling: Sequence[int], group: Group, zone: ZoneInfo) -> str:
    """`depth 6 · lr 0.1`: what tells the group from the others, without what is not set; brief values first."""
    said = [(things[place].key, value_text(things[place].key, group.values[place], zone)) for place in telling]
    there = sorted(((key, text) for key, text in said if text is not None), key=lambda one: len(one[1]) > _BRIEF)
    return " · ".join(f"{one_line(key, 30)} {one_line(text, _NAME)}" for key, text in there) or "all others"


def difference_words(a: Group, b: Group, found: Difference, key: str, way: Better) -> str:
    """Which of the two groups is better, by how much, with the interval, and how probable that is."""
    runs = f"{found.n_a} against {found.n_b} runs"
    if math.isnan(found.difference):
        return f"Groups {a.letter} and {b.letter} cannot be compared: one of them has no value of {one_line(key, 60)}."
    if math.isnan(found.low):
        return (
            f"The mean {one_line(key, 60)} of group {b.letter} is {_beside(found.difference)} that of group "
            f"{a.letter}; whether that is more than chance cannot be told: it takes two runs of each ({runs})."
        )
    interval = f"95 % interval {_interval(found)}"
    if way == "zero" or math.isnan(found.b_better):
        return f"Group {b.letter} lies {_beside(found.difference)} group {a.letter} ({interval}), {runs}."
    better, chance = (b, found.b_better) if found.b_better >= 0.5 else (a, 1 - found.b_better)
    told = f"Group {better.letter} is better by {short(abs(found.difference))} ({interval})"
    if found.difference == 0:
        told = f"Groups {a.letter} and {b.letter} have the same mean ({interval})"
    doubt = "; it may be chance" if found.low <= 0 <= found.high else ""
    return f"{told}, {percent(chance)} probable{doubt}. {runs[:1].upper()}{runs[1:]}."


def _interval(found: Difference) -> str:
    """The interval of how far the two are apart, as the sentence has it: from the better group's side."""
    low, high = (found.low, found.high) if found.difference >= 0 else (-found.high, -found.low)
    return f"{short(low)} to {short(high)}"


def _beside(difference: float) -> str:
    return f"{short(abs(difference))} {'above' if difference >= 0 else 'below'}"


def percent(chance: float) -> str:
    """A probability without a certainty that a few runs cannot give: `97 %`, `over 99.9 %`."""
    if chance > 0.999:
        return "over 99.9 %"
    return f"{chance * 100:.1f} %" if chance > 0.99 else f"{chance * 100:.0f} %"


def difference_cautions(a: Group, b: Group, tried: int) -> list[str]:
    """What the difference between two groups does not tell: too few runs, and the luck of the best of many."""
    said = []
    n = min(len(a.numbers), len(b.numbers))
    if 1 < n < FEW:
        said.append("A group has two runs only: its interval is a guess. Repeat with more seeds.")
    if tried >= MANY:
        said.append(
            f"The best of {tried} groups looks better than it is, since some luck chose it; run it again with new "
            "seeds before relying on the difference."
        )
    return said
