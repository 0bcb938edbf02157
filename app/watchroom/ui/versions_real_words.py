"""The words for two versions against each other: which is better, how sure that is, and what it comes to in money."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from watchroom.charts.versions_real import Difference
from watchroom.charts.words import days, share, short
from watchroom.domain.money_text import money
from watchroom.domain.paired import MIN_DAYS, MOST_DAYS
from watchroom.domain.paired_verdict import Verdict, main_metric
from watchroom.domain.paired_verdict import verdict as judged
from watchroom.domain.periods import MONTH_DAYS
from watchroom.domain.vocabulary import METRIC_NAMES
from watchroom.store.queries.pairs import Comparison, Pair
from watchroom.ui.text import count_of, number

IN_UNITS = ("rmse", "mae")
"""Metrics that have the unit of what is predicted."""

SURE = 0.99
"""From here on a probability is only said to be over it: the sample and the method cannot tell more."""


@dataclass(frozen=True)
class Money:
    """What a version is worth more in a month, in the currency's units; over so many decisions a month."""

    more: float
    low: float
    high: float
    decisions: int
    currency: str


def verdict(one: Comparison | None) -> Verdict:
    """How the newer version does by a metric: it is better or worse only when all of the interval says so."""
    return "unknown" if one is None else judged(one.low, one.high, one.better)


def main_of(found: Sequence[Comparison], watched: str | None) -> Comparison | None:
    """The comparison by the metric that the two are judged by; None where there is none."""
    name = main_metric((one.metric for one in found), watched)
    return next((one for one in found if one.metric == name), None)


def title(metric: str, currency: str = "") -> str:
    """What people call a metric."""
    if metric == "worth":
        return f"Worth per decision, {currency}" if currency else "Worth per decision"
    called = METRIC_NAMES.get(metric, metric.replace("_", " "))
    return called[:1].upper() + called[1:]


def headline(main: Comparison | None, money: Comparison | None, versions: tuple[int, int]) -> str:
    """Which version is better, in one sentence."""
    newer, older = f"Version {versions[1]}", f"version {versions[0]}"
    by_metric, by_money = verdict(main), verdict(money)
    called = title(main.metric) if main else ""
    if by_metric == by_money == "unknown":
        why = next((one.why for one in (main, money) if one and one.why), "")
        return f"It cannot be said yet which of the two is better{f': {why}' if why else ''}."
    told = {one for one in (by_metric, by_money) if one != "unknown"}
    if told == {"alike"}:
        return f"{newer} and {older} cannot be told apart{_leaning(main, money, newer.lower())}."
    if len(told) == 1:
        return f"{newer} is {told.pop()} than {older}."
    if by_metric == "alike":
        more = "more" if by_money == "better" else "less"
        return f"{newer} is worth {more} than {older}; by {called} the two cannot be told apart."
    if by_money == "alike":
        return f"{newer} is {by_metric} than {older} by {called}; in money the two cannot be told apart."
    return (
        f"It depends on what counts: {newer.lower()} is {by_metric} than {older} by {called}, and {by_money} in money."
    )


LEANS = 0.1
"""At or below this probability, though no interval is clear of zero, a version is said to be probably worse."""


def _leaning(main: Comparison | None, money: Comparison | None, newer: str) -> str:
    """Towards which side it goes when no interval says so; empty when it goes to neither, or to both."""
    chances = [one.b_better for one in (main, money) if one is not None and one.b_better is not None]
    if chances and min(chances) <= LEANS and max(chances) < 1 - LEANS:
        return f"; {newer} is probably worse"
    if chances and max(chances) >= 1 - LEANS and min(chances) > LEANS:
        return f"; {newer} is probably better"
    return ""


def take_over(main: Comparison | None, money: Comparison | None, *, newer: bool, priced: bool = False) -> str:
    """Whether the challenger should take over: yes, no, or why that is not said.

    `newer` when it is the newer of the two, `priced` when some other measure speaks against the headline.
    """
    told = {one for one in (verdict(main), verdict(money)) if one != "unknown"}
    good, bad = ("better", "worse") if newer else ("worse", "better")
    if not told:
        return "Not known yet."
    if good in told and bad in told:
        return "It depends on what counts."
    if good in told:
        return f"Yes, as far as these decisions tell{', but not by every measure' if priced else ''}."
    return "No." if bad in told else "Nothing says so."


def other_way(found: Sequence[Comparison], versions: tuple[int, int], main: str | None) -> str:
    """The metrics by which it goes the other way than the headline says; empty without any."""
    by_name = {one.metric: verdict(one) for one in found}
    heads = {by_name.get(name, "unknown") for name in (main, "worth") if name}
    if not heads & {"better", "worse"} or {"better", "worse"} <= heads:
        return ""
    way: Verdict = "worse" if "better" in heads else "better"
    against = [one for one in found if verdict(one) == way and one.value_a is not None and one.value_b is not None]
    if not against:
        return ""
    told = ", ".join(
        f"{title(one.metric)} is {digits(one.value_b or 0.0, one)} instead of {digits(one.value_a or 0.0, one)}"
        for one in against
    )
    return f"By other measures version {versions[1]} is {way}: {told}."


def metric_words(one: Comparison, versions: tuple[int, int], unit: str = "") -> str:
    """A metric's values, difference and probability: "On 9,025 decisions … AUC is 0.93 against 0.90 …"."""
    on = f"On the {count_of(one.n, 'decision')} that both scored and whose outcome is known"
    if one.value_a is None or one.value_b is None or one.difference is None:
        return f"{title(one.metric)} cannot be told: {one.why or 'it has no value'}."
    of = f" {unit}" if unit and one.metric in IN_UNITS else ""
    a, b = (f"{digits(value, one)}{of}" for value in (one.value_a, one.value_b))
    values = f"{on}, {title(one.metric)} is {b} for version {versions[1]} against {a}"
    if one.low is None or one.high is None or one.b_better is None:
        return f"{values}; how sure that is cannot be told: {one.why}."
    return (
        f"{values}: a difference of {interval(one)}. The probability that version {versions[1]} is better by it is "
        f"{probability(one.b_better)}."
    )


def money_words(found: Money, one: Comparison, versions: tuple[int, int]) -> str:
    """What the newer version brings in a month."""
    more, low, high = found.more, found.low, found.high
    volume = f"at {number(found.decisions)} decisions a month"
    if verdict(one) == "alike":
        told = (
            f"In money the two cannot be told apart: version {versions[1]} brings between {amount(-low, found)} less "
            f"and {amount(high, found)} more a month, {volume}"
        )
    else:
        word = "more" if more > 0 else "less"
        ends = sorted((abs(low), abs(high)))
        told = (
            f"In money version {versions[1]} brings about {amount(abs(more), found)} a month {word} "
            f"({amount(ends[0], found)} to {amount(ends[1], found)}), {volume}"
        )
    chance = probability(one.b_better) if one.b_better is not None else "unknown"
    return f"{told}. The probability that it is worth more is {chance}.{_each(found, one, versions)}"


def _each(found: Money, one: Comparison, versions: tuple[int, int]) -> str:
    """What each of the two comes to: more than a loss may still be a loss."""
    if one.value_a is None or one.value_b is None:
        return ""
    a, b = (amount(value * found.decisions, found) for value in (one.value_a, one.value_b))
    return (
        f" All decisions of a month come to {a} with version {versions[0]} and {b} with version {versions[1]}, "
        "before what it costs to run."
    )


def monthly(one: Comparison, decisions: int, currency: str) -> Money | None:
    """The worth of a month; None where the worth is not known."""
    if one.difference is None or one.low is None or one.high is None:
        return None
    return Money(one.difference * decisions, one.low * decisions, one.high * decisions, decisions, currency)


def amount(value: float, found: Money) -> str:
    """Money with the digits it deserves: `€1,240`, `−€310`."""
    return money(value, found.currency)


def digits(value: float, one: Comparison) -> str:
    """A value with as many decimals as its interval can tell, and at least those that tell the two apart."""
    return _decimals(value, _places(one))


def signed_digits(value: float, one: Comparison) -> str:
    """The same of a difference, with its sign."""
    return _signed(value, _places(one))


def interval(one: Comparison) -> str:
    """`+0.003 (95 % interval −0.013 to +0.019)`."""
    assert one.difference is not None
    places = _places(one)
    difference, low, high = (_signed(value, places) for value in (one.difference, one.low or 0.0, one.high or 0.0))
    return f"{difference} (95 % interval {low} to {high})"


def _places(one: Comparison) -> int:
    width = (one.high - one.low) if one.high is not None and one.low is not None else abs(one.difference or 0.0)
    if width <= 0:
        width = abs(one.value_b or 0.0) / 100 or 1.0
    return min(max(1 - math.floor(math.log10(width)), 0), 6)


def _decimals(value: float, places: int) -> str:
    return f"{value:,.{places}f}".replace("-", "−")


def _signed(value: float, places: int) -> str:
    text = f"{value:+,.{places}f}".replace("-", "−")
    return text[1:] if float(f"{value:.{places}f}") == 0 else text


def probability(value: float) -> str:
    """`64 %`; `over 99 %` and `under 1 %` where nothing finer can be told."""
    if value > SURE:
        return f"over {SURE:.0%}".replace("%", " %")
    if value < 1 - SURE:
        return f"under {1 - SURE:.0%}".replace("%", " %")
    return f"{value:.0%}".replace("%", " %")


def rests_on(pair: Pair) -> str:
    """What the comparison rests on: days, decisions, outcomes, and whether it is a sample."""
    known = pair.labelled / pair.shared if pair.shared else 0.0
    sampled = (
        f"a sample of {number(pair.labelled_rows)} of those with an outcome, chosen by their ids"
        if pair.labelled_rows < pair.labelled
        else "all of those with an outcome"
    )
    return (
        f"{days(pair.first_day, pair.last_day)} · {count_of(pair.shared, 'decision')} scored by both, "
        f"{share(known)} with an outcome · {sampled}"
    )


METHODS = {"delong": "DeLong", "bootstrap": "paired bootstrap", "bootstrap by day": "bootstrap of days"}
"""What a method is called in the table."""


def caution(found: Sequence[Comparison]) -> str:
    """What the intervals do not know: it depends on whether whole days were drawn."""
    by_day = any(one.method == "bootstrap by day" for one in found)
    return f"{_BY_DAY if by_day else _BY_DECISION} {_CAUTION}"


_BY_DAY = (
    "Intervals are of whole days drawn anew, so what moves a day's decisions together is in them; what lasts longer, "
    "such as a season or one customer, is not, and makes them too narrow."
)
_BY_DECISION = (
    f"Of fewer than {MIN_DAYS} days decisions are taken as independent of each other; where many share what moves "
    "them, such as one customer or one day of bad weather, the intervals are too narrow."
)
_CAUTION = (
    f"At most the last {MOST_DAYS} days on which both decided are looked at. "
    "Outcomes that come late are missing, and may not be like those that came early. Each metric is judged by itself: "
    "among ten, one may lie off the line by chance."
)

AS_LOGGED = (
    "F1, precision, recall, accuracy and money are of the answers as they were logged: each version at its own cut-off."
)
"""Scores may rank alike and answers still differ, when a cut-off was not moved with the scores."""

MONTH = f"A month is the last {MONTH_DAYS} days of the log."


def differences(found: Sequence[Comparison], currency: str) -> list[Difference]:
    """The metrics that have an interval, for the chart: turned so that more is better."""
    shown = []
    for one in found:
        if one.difference is None or one.low is None or one.high is None or one.value_a is None or one.value_b is None:
            continue
        ends = (one.low, one.high) if one.better == "higher" else (-one.high, -one.low)
        middle = one.difference if one.better == "higher" else -one.difference
        values = f"{digits(one.value_a, one)} → {digits(one.value_b, one)}"
        shown.append(Difference(title(one.metric, currency), values, interval(one), middle, *ends, verdict(one)))
    return shown


@dataclass(frozen=True)
class Apart:
    """How many decisions both answered, on how many they disagree, how many of these have an outcome, who was right.

    `known` is how many of all have an outcome, and `a_ahead`, `b_ahead` in how many of these one alone was right or
    nearer. `far` is by how much two predictions of a regression must differ to count, None for classes.
    """

    n: int
    apart: int
    labelled: int
    a_right: int
    b_right: int
    known: int = 0
    a_ahead: int = 0
    b_ahead: int = 0
    far: float | None = None


def apart_words(found: Apart, versions: tuple[int, int]) -> str:
    """How often the two disagree, and who is right then."""
    if not found.n:
        return "Neither has logged a prediction for these decisions, so nothing is said of where they disagree."
    on = f"{number(found.apart)} of {count_of(found.n, 'decision')} ({share(found.apart / found.n)})"
    told = f"They disagree on {on}."
    if found.far is not None:
        by = f"by more than {short(found.far)} (one standard deviation of what lies between them)"
        told = f"{_nearer(found, versions)}Their predictions differ {by} on {on}."
    if not found.apart:
        return told
    if not found.labelled:
        return f"{told} None of these has an outcome yet."
    right = "nearer" if found.far is not None else "right"
    neither = found.labelled - found.a_right - found.b_right
    rest = f", neither in {number(neither)}" if neither > 0 else ""
    return (
        f"{told} Of the {number(found.labelled)} of these with an outcome, version {versions[1]} was {right} in "
        f"{number(found.b_right)} and version {versions[0]} in {number(found.a_right)}{rest}."
    )


def _nearer(found: Apart, versions: tuple[int, int]) -> str:
    """Which prediction is nearer to what came true, over all decisions with an outcome; empty without any."""
    if not found.known:
        return ""
    ahead = found.b_ahead >= found.a_ahead
    first, second = (found.b_ahead, found.a_ahead) if ahead else (found.a_ahead, found.b_ahead)
    version, other = (versions[1], versions[0]) if ahead else versions
    return (
        f"Version {version} is nearer to the outcome on {share(first / found.known)} of "
        f"{count_of(found.known, 'decision')}, version {other} on {share(second / found.known)}. "
    )


def segment_name(kind: str, segment: str, low: float | None, high: float | None) -> str:
    """A segment to a person: `online`, `2nd quarter, 14.7 to 29.9`, `(missing)`."""
    match kind:
        case "missing":
            return "(missing)"
        case "others":
            return "(all others)"
        case "quarter":
            return f"{_ORDER.get(segment, segment)} quarter, {short(low)} to {short(high)}"
        case "value":
            return short(float(segment))
    return segment or "(empty)"


_ORDER = {"1": "lowest", "2": "2nd", "3": "3rd", "4": "highest"}
