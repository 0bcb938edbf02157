"""The sentences of the Threshold page, for somebody who pays for the model and knows nothing of statistics."""

from __future__ import annotations

import math

from watchroom.charts.words import cutoff_text, days, share, short
from watchroom.domain.money_text import money
from watchroom.domain.profit import FEWEST, At, at, place_of
from watchroom.domain.profit_best import DRAWS
from watchroom.store.queries.threshold import Advised
from watchroom.ui.text import count_of, number, one_line
from watchroom.ui.threshold_subject import Found, Names, Subject, advised_days

MANY_MISFITS = 0.01
"""From this share of decisions on that do not fit the cut-off it is said that there is more to it than one."""

UNEVEN = 0.2
"""From this difference on it is said that outcomes are known more often for one answer than for the other."""

_ALONE = "not compared with doing without the model"

ROOM = 0.02
"""A stretch of cut-offs that is this wide is worth telling: nobody sets one more exactly."""


def answer(subject: Subject, found: Found, changed: bool) -> str:
    """What another cut-off would have earned: the first sentence of the page."""
    given = "With your figures: " if changed else ""
    told, currency, names = found.best, subject.currency, subject.names
    if told is None:
        return given + _untold(found)
    if told.above <= 0:
        all_of_them = names.yes if told.cutoff <= 0 else names.no
        return f"{given}No cut-off earns more than saying “{all_of_them}” to all: {_at_best(found, currency)}."
    if found.in_use is None:
        return (
            f"{given}A cut-off of {cut(told.cutoff)} would have earned most: {_at_best(found, currency)}. "
            "Which one is in use cannot be told, because the log holds no predictions."
        )
    gain = told.gain * found.to_month
    if told.cutoff == found.in_use.cutoff:
        return f"{given}The cut-off in use, {cut(told.cutoff)}, is the best one for these decisions."
    low, high = told.gain_low * found.to_month, told.gain_high * found.to_month
    interval = f"95 %: {money(low, currency)} to {money(high, currency)}"
    instead = f"A cut-off of {cut(told.cutoff)} instead of {in_use(found, names)}"
    if low <= 0:
        return (
            f"{given}No other cut-off is surely better than {in_use(found, names)}: {cut(told.cutoff)} would have "
            f"earned {money(gain, currency)} more a month, which may be chance ({interval})."
        )
    work = work_changed(found, told.cutoff, names)
    return f"{given}{instead} would have earned {money(gain, currency)} more a month ({interval}); {work}."


def _untold(found: Found) -> str:
    if found.at_stake is None:
        return (
            "What a cut-off earns cannot be told yet: the model's file does not say what each kind of outcome is worth."
        )
    rarer = min(found.positives, found.labelled - found.positives)
    return (
        f"Which cut-off is best cannot be told yet: of {count_of(found.labelled, 'decision')} with an outcome only "
        f"{number(rarer)} are of the rarer kind, and it takes {FEWEST}."
    )


def _at_best(found: Found, currency: str) -> str:
    assert found.best is not None, "only what is known is told"
    place = at(found.curve, found.best.cutoff)
    said = "before running costs" if found.compared else _ALONE
    return f"{money(month_at(found, place.cutoff), currency)} a month, {said}"


def kind(found: Found) -> str:
    """What money is meant."""
    return "Benefit a month, before running costs" if found.compared else f"Worth a month, {_ALONE}"


def against(found: Found, subject: Subject) -> str:
    """What the money is compared with; empty when nothing is worth anything."""
    if found.at_stake is None:
        return ""
    if not found.compared:
        return f"Worth of the decisions: {_ALONE}, and before running costs."
    if subject.baseline is None:
        return "Benefit: what the decisions are worth, as the file names no baseline; running costs are not in it."
    return (
        "Benefit: what the decisions are worth more than without the model "
        f"({_BASELINES.get(subject.baseline.naive or '', 'the baseline of the file')}: "
        f"{money(found.without, subject.currency)} a month); running costs are not in it."
    )


_BASELINES = {"all_positive": "yes to all", "all_negative": "no to all", "majority": "the more frequent answer to all"}


def advice(advised: Advised, currency: str) -> str:
    """What the refresh found on its own days."""
    assert advised.best is not None, "only what was found is told"
    days_of = f"on {advised_days(advised)}"
    if advised.gain is None or advised.gain_low is None:
        return f"The refresh finds {cut(advised.best)} best, {days_of}."
    interval = f"95 %: {money(advised.gain_low, currency)} to {money(advised.gain_high, currency)}"
    if advised.best == advised.in_use:
        return f"The refresh finds the cut-off in use the best one, {days_of}."
    if advised.gain_low <= 0:
        return f"The refresh advises no other cut-off: none is surely better, {days_of} ({interval} a month)."
    more = f"{money(advised.gain, currency)} a month more"
    return f"The refresh advises {cut(advised.best)}, {days_of}: {more} ({interval})."


def month_at(found: Found, cutoff: float) -> float:
    """Money a month at a cut-off; NaN where a worth is missing."""
    return float(found.month[place_of(cutoff)])


def cut(cutoff: float) -> str:
    """A cut-off as people write it; above all scores it says so."""
    return cutoff_text(cutoff) if cutoff <= 1 else "above 1"


def in_use(found: Found, names: Names) -> str:
    """`0.50`, or what is done instead of cutting."""
    now = found.in_use
    if now is None:
        return "the one in use"
    if now.alike is None:
        return cut(now.cutoff)
    return f"saying “{names.yes if now.alike == '1' else names.no}” to all"


def work_changed(found: Found, cutoff: float, names: Names) -> str:
    """`7.6 fewer decisions a day would have been “stopped”`."""
    assert found.now is not None, "work is compared with what is done now"
    more = (at(found.curve, cutoff).alerts - at(found.curve, found.now).alerts) / max(found.days, 1)
    if round(abs(more), 2) == 0:
        return f"as many decisions a day would have been “{names.yes}”"
    return f"{short(abs(more))} {'more' if more > 0 else 'fewer'} decisions a day would have been “{names.yes}”"


def room_around(found: Found, currency: str) -> str:
    """That a stretch of cut-offs is as good as the best one; empty when it is narrow."""
    told = found.best
    if told is None or told.flat <= 0 or min(told.flat_high, 1.0) - told.flat_low < ROOM * found.top:
        return ""
    ends = f"{cut(told.flat_low)} to {cut(min(told.flat_high, 1.0))}"
    return f"Anything from {ends} earns within {money(told.flat * found.to_month, currency)} a month of the best."


def sure(found: Found) -> str:
    """Between which cut-offs the best one lies."""
    told = found.best
    if told is None:
        return ""
    what = "whole days" if told.drawn == "days" else "decisions"
    ends = f"{cut(told.low)} and {cut(min(told.high, 1.0))}"
    return f"The best one lies between {ends} with 95 % confidence ({number(DRAWS)} samples of {what})."


def basis(subject: Subject, found: Found) -> str:
    """The days, the version, and how many decisions have an outcome."""
    span = days(found.first, found.last)
    known = f"{number(found.labelled)} of {count_of(found.decisions, 'decision')} with a score have an outcome"
    rest = found.decisions - found.labelled
    like = f"; the {number(rest)} others are taken to be like them" if rest and found.labelled else ""
    missing = f" · {count_of(found.unscored, 'decision')} without a score left out" if found.unscored else ""
    served = "" if found.served else ", in shadow"
    return f"{span} · version {subject.version}{served} · {known}{like}{missing}"


def doubts(found: Found, names: Names) -> list[str]:
    """What weakens the answer: a cut-off that is none, outcomes that are known more of one answer than of the other."""
    said = []
    if found.in_use is not None and found.in_use.misfit >= MANY_MISFITS:
        said.append(
            f"{share(found.in_use.misfit)} of the decisions do not fit the cut-off in use: it was moved in these "
            "days, or something else decides with it."
        )
    if not math.isnan(gap := found.known_yes - found.known_no) and abs(gap) >= UNEVEN:
        said.append(
            f"Outcomes are known for {share(found.known_yes)} of “{names.yes}” and {share(found.known_no)} of "
            f"“{names.no}”: what lies on one side of the cut-off in use is known less, and a cut-off there is a guess."
        )
    return said


def chosen(found: Found, cutoff: float, subject: Subject) -> str:
    """What the chosen cut-off would have done, against the one in use."""
    names, currency = subject.names, subject.currency
    place = at(found.curve, cutoff)
    per_day = place.alerts / max(found.days, 1)
    head = f"At {cut(cutoff)}, {short(per_day)} decisions a day are “{names.yes}”"
    parts = [head, f"{_right(place, names)}", f"{_missed(place, names)}"]
    if found.now is None or math.isnan(month := month_at(found, cutoff)):
        return "; ".join(parts) + "."
    more = month - month_at(found, found.now)
    if abs(cutoff - found.now) < 1e-9:
        return "; ".join(parts) + ". This is the one in use."
    return "; ".join(parts) + f". {_difference(found, cutoff, more, currency, in_use(found, names))}"


def _right(place: At, names: Names) -> str:
    if math.isnan(place.precision):
        return "none of them has an outcome" if place.alerts else f"so nothing is ever “{names.yes}”"
    return f"{share(place.precision)} of them turn out “{names.real}”"


def _missed(place: At, names: Names) -> str:
    if math.isnan(place.recall):
        return f"nothing turned out “{names.real}” in these days"
    return f"that catches {share(place.recall)} of all “{names.real}”"


def _difference(found: Found, cutoff: float, more: float, currency: str, now: str) -> str:
    side = "more" if more >= 0 else "less"
    low, high = _interval(found, cutoff, more)
    return f"It earns {money(abs(more), currency)} a month {side} than {now}{_how_sure(low, high, currency)}."


def _how_sure(low: float, high: float, currency: str) -> str:
    """` (95 %: −€100 to +€500, which may be chance)`; empty without an interval."""
    if not low < high:
        return ""
    chance = ", which may be chance" if low <= 0 <= high else ""
    return f" (95 %: {money(low, currency, signed=True)} to {money(high, currency, signed=True)}{chance})"


def _interval(found: Found, cutoff: float, more: float) -> tuple[float, float]:
    """The 95 % interval against the one in use: the best one's allows for its having been chosen on these decisions."""
    told = found.best
    if told is not None and place_of(cutoff) == place_of(told.cutoff):
        return told.gain_low * found.to_month, told.gain_high * found.to_month
    half = float(found.half[place_of(cutoff)])
    return more - half, more + half


def ratios(found: Found, implied: float | None, changed: bool) -> str:
    """What the cut-off in use takes a missed case to cost, against what the file says; empty when neither is known."""
    ratio = found.at_stake.ratio if found.at_stake else None
    source = "your figures say" if changed else "the file says"
    if implied is None:
        return "" if ratio is None else f"A missed case costs {_times(ratio)} a false alarm: so {source}."
    told = f"It is run as if a missed case cost {_times(implied)} a false alarm"
    return f"{told}." if ratio is None else f"{told}; {source} {short(ratio)}."


def _times(ratio: float) -> str:
    """`2.75 times`, `as much as`."""
    return "as much as" if f"{ratio:.2g}" == "1" else f"{short(ratio)} times"


def trigger(subject: Subject, found: Found, cutoff: float, changed: bool) -> str:
    """What brings a proposal to move the cut-off about, with its numbers."""
    told = chosen(found, cutoff, subject)
    figures = " Worked out with other figures than the file's." if changed else ""
    return f"{told} In use is {in_use(found, subject.names)}. {basis(subject, found)}.{figures}"


def to_copy(subject: Subject, found: Found, cutoff: float) -> str:
    """A line for the service that uses the model."""
    was = "" if found.now is None or found.now > 1 else f", was {cutoff_text(found.now)}"
    month, gain = month_at(found, cutoff), ""
    if found.now is not None and not math.isnan(month):
        more = month - month_at(found, found.now)
        sure = _how_sure(*_interval(found, cutoff, more), subject.currency)
        gain = f"; {money(more, subject.currency, signed=True)} a month{sure}"
    spelled = f"{cutoff:.5f}".rstrip("0").rstrip(".")
    about = f"{one_line(subject.model, 80)} version {subject.version}{was}{gain}"
    return f"threshold: {spelled}  # {about}; decisions of {days(found.first, found.last)}"
