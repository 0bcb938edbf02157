"""Sections of the card about how good a model is: performance with its segments, what drives it, fairness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from watchroom.charts.words import days, share, short
from watchroom.domain.vocabulary import METRIC_NAMES, USUAL_METRIC
from watchroom.reports.card.bound import SELECTION
from watchroom.reports.card.known import Known
from watchroom.reports.card.shape import Block, Gap, Grid, Measured, Para
from watchroom.store.queries.card import Group, Reading

DRIVERS, GROUPS, LOGGED = 15, 40, 30

_SPACES = {"log-odds": "log-odds", "probability": "probability", "units": "units of the target"}
_METHODS = {"tree": "TreeSHAP (exact)", "linear": "linear SHAP (exact)", "permutation": "permutation SHAP (sampled)"}
_STANDS = {"above": "above four fifths", "below": "below four fifths", "unclear": "unclear, the interval crosses 0.8",
           "small": "too few decisions", "none": ""}  # fmt: skip


def metric_name(metric: str) -> str:
    """What people call a metric, with a capital."""
    name = METRIC_NAMES.get(metric) or metric.replace("_", " ")
    return name[:1].upper() + name[1:]


def interval(low: float | None, high: float | None) -> str:
    """`0.897 to 0.962`; a dash where there is none."""
    return "–" if low is None or high is None else f"{short(low)} to {short(high)}"


def main_metric(known: Known) -> str | None:
    """The metric that the model is judged by; None for one of which nothing is known."""
    performance = known.spec.monitor.performance if known.spec else None
    if performance is not None and performance.metric is not None:
        return performance.metric
    usual: Mapping[str, str] = {task: str(metric) for task, metric in USUAL_METRIC.items()}
    return usual.get(known.about.task or "")


def told(known: Known) -> tuple[Reading, ...]:
    """The readings that the card shows, the main metric first: from outcomes where enough are there, else estimated."""
    realized = [one for one in known.readings if one.kind == "realized" and one.judged]
    chosen = realized or [one for one in known.readings if one.kind == "estimated"]
    main = main_metric(known)
    return tuple(sorted(chosen, key=lambda one: (one.metric != main, metric_name(one.metric).lower())))


def main_reading(known: Known) -> Reading | None:
    """The reading of the metric that it is judged by; None where that is not measured."""
    first = next(iter(told(known)), None)
    return first if first is not None and first.metric == main_metric(known) else None


def performance(known: Known) -> Iterator[Block]:
    """Metrics with their intervals, by group, and as the run logged them."""
    shown = told(known)
    if shown:
        yield _metrics(shown)
        if shown[0].kind == "estimated":
            yield Gap("its performance from outcomes: too few have come in", "The figures above are estimates.")
    else:
        yield Gap(
            "how it performs in service: nothing has been measured",
            "Name its `decisions`, `outcomes` and `reference` in the model's file.",
        )
    yield from _segments(known)
    if known.logged.metrics:
        rows = [(key, short(value), f"{count:,}") for key, value, count, _ in known.logged.metrics]
        note = "The last value of each, as its run logged it; without intervals, for MLflow keeps none."
        columns = ("Metric", "Value", "Points")
        more = max(len(rows) - LOGGED, 0)
        yield Grid("Logged in training", columns, tuple(rows[:LOGGED]), frozenset({1, 2}), note, more)


def _metrics(shown: Sequence[Reading]) -> Grid:
    rows = tuple(
        (
            metric_name(one.metric), short(one.value), interval(one.low, one.high), short(one.reference),
            _limits(one), f"{one.labelled if one.kind == 'realized' else one.n:,}", days(one.first, one.last),
        )
        for one in shown
    )  # fmt: skip
    realized = shown[0].kind == "realized"
    counted = "Outcomes" if realized else "Decisions"
    columns = ("Metric", "Value", "95 % interval", "On the reference", "Limits", counted, "Days")
    name = "In service, from outcomes" if realized else "In service, estimated before outcomes are known"
    note = "The newest month with enough outcomes. Limits: on watch from, failing from. Days are UTC days."
    return Grid(name, columns, rows, frozenset({1, 2, 3, 4, 5}), note)


def _limits(one: Reading) -> str:
    if one.watch is None and one.failing is None:
        return "–"
    return f"{short(one.watch)}, {short(one.failing)}"


def _segments(known: Known) -> Iterator[Block]:
    metric = "mae" if known.about.task == "regression" else "error_rate"
    found = [one for one in known.groups if one.metric == metric]
    if not found:
        how = "Name columns under `decisions.groups` in the model's file." if not _asked(known) else ""
        yield Gap("how it performs for groups of decisions", how)
        return
    rows = [
        (one.column, one.value or "missing", short(one.measured), interval(one.low, one.high), f"{one.n:,}")
        for one in found
    ]
    columns = ("Column", "Group", metric_name(metric), "95 % interval", "Outcomes")
    name = f"By group: {metric_name(metric).lower() if metric == 'error_rate' else 'mean absolute error'}"
    yield Grid(name, columns, tuple(rows[:GROUPS]), frozenset({2, 3, 4}), _over(found[0]), max(len(rows) - GROUPS, 0))


def _asked(known: Known) -> bool:
    return bool(known.spec and known.spec.decisions and known.spec.decisions.groups)


def _over(one: Group) -> str:
    period = f", {days(one.first, one.last)}" if one.first and one.last else ""
    return f"Over all decisions of this version that tell it{period}."


def drivers(known: Known) -> Iterator[Block]:
    """What drives its answers, on the reference."""
    explained = known.explanation
    if not known.weights:
        why = f": {explained.what}" if explained is not None and explained.what else ""
        how = (
            explained.next_step
            if explained is not None
            else "It is explained at a refresh when its files can be loaded."
        )
        yield Gap(f"what drives its answers{why}", how)
        return
    rows = [(str(one.rank), one.feature, share(one.share), short(one.mean_abs)) for one in known.weights[:DRIVERS]]
    space = _SPACES.get(explained.space or "", "") if explained else ""
    method = _METHODS.get(explained.method or "", "SHAP") if explained else "SHAP"
    note = (
        f"{method} over {known.weights[0].n:,} rows of the reference. It says what the model went by, "
        "not what causes the outcome."
    )
    columns = ("Rank", "Feature", "Share", f"Mean absolute effect{f', {space}' if space else ''}")
    more = max(len(known.weights) - DRIVERS, 0)
    yield Grid("What drives it", columns, tuple(rows), frozenset({0, 2, 3}), note, more)


def fairness(known: Known) -> Iterator[Block]:
    """How often groups are given the favourable answer, against the best group; four fifths is the usual line."""
    rates = [one for one in known.groups if one.metric == SELECTION]
    if not rates:
        yield Gap(*_no_fairness(known))
        return
    for column in dict.fromkeys(one.column for one in rates):
        own = [one for one in rates if one.column == column]
        yield Para(_judged(column, own))
        rows = tuple(_rate(one) for one in own[:GROUPS])
        columns = (
            column,
            "Favourable answer",
            "95 % interval",
            "Ratio to the best group",
            "Its 95 % interval",
            "n",
            "Stands",
        )
        more = max(len(own) - GROUPS, 0)
        yield Grid(f"By {column}", columns, rows, frozenset({1, 2, 3, 4, 5}), _over(own[0]), more)
    yield from _errors(known)


def _no_fairness(known: Known) -> tuple[str, str]:
    if known.about.task == "regression" and known.groups:
        return (
            "how fair it is by selection rates: an amount has none",
            "The mean absolute error by group stands under Performance.",
        )
    if not _asked(known):
        return "how groups of people fare", "Name columns under `decisions.groups` in the model's file."
    return "how groups of people fare: too few decisions tell it", ""


def _rate(one: Group) -> tuple[str, ...]:
    ratio = "–" if one.ratio is None else f"{one.ratio:.2f}"
    between = "–" if one.ratio_low is None or one.ratio_high is None else f"{one.ratio_low:.2f} to {one.ratio_high:.2f}"
    return (
        one.value or "missing", share(one.measured),
        "–" if one.low is None else f"{share(one.low)} to {share(one.high)}",
        ratio, between, f"{one.n:,}", _STANDS.get(one.status, one.status),
    )  # fmt: skip


def _judged(column: str, own: Sequence[Group]) -> str:
    judged = [one for one in own if one.ratio is not None and one.enough]
    least = min(judged, key=lambda one: one.ratio or 0.0, default=None)
    if least is None:
        return f"{column}: too few decisions of its groups to compare them."
    name = least.value or "missing"
    between = f" (95 % interval {least.ratio_low:.2f} to {least.ratio_high:.2f})" if least.ratio_low is not None else ""
    return (
        f"{column}: {name} is given the favourable answer least often, {least.ratio:.2f} times as often as {least.best}"
        f"{between}: {_STANDS.get(least.status) or 'not judged'}."
    )


def _errors(known: Known) -> Iterator[Block]:
    """Rates of errors: the least and the greatest over the groups of each column."""
    names = {"true_positive_rate": "True positives found", "false_positive_rate": "False alarms",
             "calibration_gap": "Mean score less observed rate"}  # fmt: skip
    rows = []
    for column in dict.fromkeys(one.column for one in known.groups):
        for metric, name in names.items():
            own = [one for one in known.groups if (one.column, one.metric) == (column, metric) and one.enough]
            values = [(one.measured, one) for one in own if one.measured is not None]
            if values:
                (low, least), (high, most) = min(values, key=_first), max(values, key=_first)
                rows.append((column, name, f"{short(low)} ({least.value or 'missing'})",
                             f"{short(high)} ({most.value or 'missing'})"))  # fmt: skip
    if rows:
        yield Grid("Errors by group", ("Column", "What", "Least", "Greatest"), tuple(rows), frozenset({2, 3}))


def _first(pair: tuple[float, Group]) -> float:
    return pair[0]


def measured(known: Known) -> tuple[Measured, ...]:
    """The figures of the card as numbers, for exports that take numbers."""
    shown = [
        Measured(one.metric, metric_name(one.metric), one.value, "realized" if one.kind == "realized" else "estimated",
                 one.low, one.high, one.first, one.last, one.labelled if one.kind == "realized" else one.n)
        for one in told(known)
    ]  # fmt: skip
    reference = [
        Measured(metric, metric_name(metric), value, "reference", n=known.reference.n_performance)
        for metric, value in known.on_reference.items()
    ]
    logged = [Measured(key, key, value, "logged") for key, value, *_ in known.logged.metrics]
    return (*shown, *reference, *logged)
