"""What the Explanations page says in sentences: plain text with names as code; `sentence` makes it Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watchroom.charts.words import share, signed
from watchroom.domain.attribution import Shift, Weight
from watchroom.domain.direction import Direction
from watchroom.ui.alerts_words import feature_name
from watchroom.ui.text import one_line, some

TOP = 3
"""Inputs that the answer names: what a person keeps in mind."""

LEAST_NAMED = 0.03
"""An input with a smaller share is not named as one of those that matter."""

NEARLY_SAME = 0.97
"""The nDCG from which the inputs stand in nearly the same order: neighbours of like weight have changed places."""

LEAST_MOVED = 0.02
"""A share that moved by less is not worth a sentence of its own."""

SPACES = {
    "log-odds": (
        "Log-odds add up where probabilities do not. Each +0.7 doubles the odds: 1 to 9 (a probability of 10 %) "
        "becomes 2 to 9 (18 %). Each −0.7 halves them; 0 changes nothing."
    ),
    "probability": (
        "In probability: +0.05 raises the probability of the explained class by 5 percentage points. 0 changes nothing."
    ),
    "logarithm": (
        "In the logarithm of the amount, where what multiplies adds up: each +0.1 raises the prediction by about a "
        "tenth, +0.7 doubles it. 0 changes nothing."
    ),
    "units": "In the units of what the model predicts: +5 raises the prediction by 5. 0 changes nothing.",
}
"""What a SHAP value says, by the space that it is in."""

METHODS = {
    "tree": "exact for trees",
    "linear": "exact for linear models",
    "permutation": "sampled, against rows of the reference",
}

_NUMBERS = {1: "input that matters most carries", 2: "two inputs that matter most carry",
            3: "three inputs that matter most carry"}  # fmt: skip


def answer(
    title: str, task: str | None, weights: Sequence[Weight], ways: Mapping[str, Direction], one: str | None = None
) -> str:
    """What drives a model: "Claims puts a decision higher mainly for a high `first_estimate` …; the three … 71 % …".

    `one` is what the model's file calls prediction 1.
    """
    named = top(weights)
    if not named:
        return f"Nothing drives {one_line(title, 60)}: no input moves its output in these rows."
    if task == "multiclass":  # each row is explained for the class chosen there: up is another thing in each
        names = some([feature_name(weight.feature) for weight in named])
        return f"{one_line(title, 60)} chooses the class mainly by {names}; {carried(weights)}."
    known = [ways.get(weight.feature, Direction("none")) for weight in named]
    pushing = [phrase(weight.feature, way) for weight, way in zip(named, known, strict=True) if way.way in _PUSHING]
    other = [feature_name(weight.feature) for weight, way in zip(named, known, strict=True) if way.way not in _PUSHING]
    return f"{_main(one_line(title, 60), task, pushing, other, one)}; {carried(weights)}."


_PUSHING = {"up", "down", "flag", "category"}


def _main(title: str, task: str | None, pushing: list[str], other: list[str], one: str | None) -> str:
    towards = f", towards “{one_line(one, 40)}”," if one and pushing else ""
    does = f"scores a decision higher{towards}" if task == "binary" else "puts a decision higher"
    if not pushing:
        return f"{title} goes mainly by {some(other)}, in no one direction"
    beside = f", and goes by {some(other)} in no one direction" if other else ""
    return f"{title} {does} mainly for {some(pushing)}{beside}"


def top(weights: Sequence[Weight]) -> list[Weight]:
    """The inputs that are named: at most three, and none that hardly matters."""
    return [weight for weight in weights[:TOP] if weight.share >= LEAST_NAMED]


def carried(weights: Sequence[Weight]) -> str:
    """`the three inputs that matter most carry 71 % of the weight`."""
    named = top(weights)
    return f"the {_NUMBERS[len(named)]} {share(sum(weight.share for weight in named))} of the weight"


def phrase(feature: str, way: Direction) -> str:
    """`a high amount`, `region = online`, `a missing tenure`: what pushes the output up."""
    name = feature_name(feature)
    match way.way:
        case "up":
            return f"a high {name}"
        case "down":
            return f"a low {name}"
        case "flag":
            return f"{name} = {way.value}"
        case "category":
            return f"a missing {name}" if way.value is None else f"{name} = {one_line(way.value, 40)}"
    return name


def way_words(way: Direction, feature: str) -> str:
    """The direction of one input in a sentence."""
    name = feature_name(feature)
    match way.way:
        case "up":
            return f"The higher {name}, the higher the output."
        case "down":
            return f"The higher {name}, the lower the output."
        case "varying":
            return f"{name} pushes both ways: not simply the more, the higher."
        case "flag":
            return f"{name} = {way.value} pushes the output up, by {signed(way.effect)} on average."
        case "category":
            return f"{_capital(phrase(feature, way))} pushes the output up most, by {signed(way.effect)} on average."
    return f"Which way {name} pushes cannot be told from these rows."


def short_way(way: Direction | None) -> str:
    """The direction for a cell of a table."""
    if way is None:
        return ""
    words = {"up": "the higher, the higher", "down": "the higher, the lower", "varying": "both ways"}
    if way.way in ("flag", "category"):
        return f"most for {'missing' if way.value is None else one_line(way.value, 40)}"
    return words.get(way.way, "cannot be told")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def shift_words(shift: Shift) -> str:
    """One change: "`driver_age` rose from 5th to 2nd: 6 % → 14 % of the weight"."""
    name = feature_name(shift.feature)
    shares = f"{share(shift.share_before)} → {share(shift.share)} of the weight"
    if shift.rank_before is None:
        return f"{name} is new, {_nth(shift.rank)}: {shares}"
    if shift.rank is None:
        return f"{name} is no input any more: it was {_nth(shift.rank_before)} with {share(shift.share_before)}"
    if shift.rank == shift.rank_before:
        weighs = "weighs more" if shift.share > shift.share_before else "weighs less"
        return f"{name} stays {_nth(shift.rank)} and {weighs}: {shares}"
    verb = "rose" if shift.rank < shift.rank_before else "fell"
    return f"{name} {verb} from {_nth(shift.rank_before)} to {_nth(shift.rank)}: {shares}"


def worth_telling(found: Sequence[Shift], limit: int = 5) -> list[Shift]:
    """The shifts that are worth a sentence: whose share moved by more than a little."""
    return [one for one in found if abs(one.share - one.share_before) >= LEAST_MOVED][:limit]


def changed(status: str | None, value: float | None, limit: float, *, others: bool = False) -> str:
    """Whether what drives it has changed, in words; `others` when an input is new or gone."""
    if status in (None, "no data") or value is None or value != value:
        return "Whether it has changed cannot be told: too few rows are explained on one side"
    if status == "drifted":
        return "What drives it has changed: other inputs, or the same in another order"
    if value < limit:
        return "What drives it may have changed; there are too few rows to be sure"
    return (
        "The same inputs in nearly the same order"
        if value >= NEARLY_SAME and not others
        else "Much the same inputs lead"
    )


def ndcg(value: float | None, low: float | None, high: float | None, limit: float) -> str:
    """`nDCG 0.97 (0.95 to 0.99), limit 0.90`; empty where it cannot be told."""
    if value is None or value != value:
        return ""
    interval = f" ({low:.2f} to {high:.2f})" if low is not None and high is not None and low == low else ""
    return f"nDCG {value:.2f}{interval}, limit {limit:.2f}"


def largest_move(feature: str | None, before: float | None, now: float | None) -> str:
    """`the largest move: merchant 12 % → 17 %`; empty where none moved by more than a little."""
    if feature is None or before is None or now is None or not abs(now - before) >= LEAST_MOVED:
        return ""
    if not (before and now):
        return f"{'gone' if before else 'new'}: {feature_name(feature)}, {share(before or now)} of the weight"
    return f"the largest move: {feature_name(feature)} {share(before)} → {share(now)}"


def difference(found: Sequence[Shift], a: str, b: str) -> str:
    """The greatest difference between two cohorts: `found` goes from `b` to `a`."""
    if not found or abs(found[0].share - found[0].share_before) < LEAST_MOVED:
        points = f"{100 * LEAST_MOVED:.0f} percentage points"
        return f"The same inputs drive {a} and {b}: no share differs by more than {points}."
    one = found[0]
    return (
        f"{feature_name(one.feature)} differs most: {share(one.share)} of the weight in {a}, "
        f"{share(one.share_before)} in {b}."
    )


def _nth(rank: int | None) -> str:
    if rank is None:
        return "none"
    ending = "th" if 10 <= rank % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}"
