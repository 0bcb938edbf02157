"""What several fields of a model file can only get wrong together. Each rule is a function that lists its mistakes.

A rule says nothing about what is unknown: a field that is left out is never a mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from watchroom.domain.vocabulary import METRICS, NAIVE_TASKS, OWN_SIGNALS, Metric, metrics_for
from watchroom.workspace.mistakes import Mistake, Path, listed, nearest, quoted
from watchroom.workspace.model_file import ModelSpec, Performance
from watchroom.workspace.money import ErrorValue, OutcomeValue


def mistakes_of(spec: ModelSpec) -> tuple[Mistake, ...]:
    """Every mistake that the rules find, in the order of the rules; none for a file in order."""
    return tuple(mistake for rule in _RULES for mistake in rule(spec))


def _repeated_columns(spec: ModelSpec) -> Iterator[Mistake]:
    if spec.decisions is None:
        return
    for name, columns in (("features", spec.decisions.features or ()), ("groups", spec.decisions.groups)):
        for position, column in enumerate(columns):
            if column in columns[:position]:
                path: Path = ("decisions", name, position)
                yield Mistake(f"The column {quoted(column)} is listed twice.", path, next_step="Remove one of the two.")


def _unknown_overrides(spec: ModelSpec) -> Iterator[Mistake]:
    features = spec.decisions.features if spec.decisions else None
    for name in spec.monitor.overrides:
        known = (*(features or ()), *OWN_SIGNALS)
        if name in known or (features is None and not name.startswith("@")):
            continue
        why = f"Expected one of decisions.features or {listed(OWN_SIGNALS)}."
        path = ("monitor", "overrides", name)
        yield Mistake(f"There is no feature {quoted(name)}.", path, why, nearest(name, known))


def _drift_limits(spec: ModelSpec) -> Iterator[Mistake]:
    drift = spec.monitor.drift
    if drift.watch >= drift.drifted:
        yield _limits_crossed(("monitor", "drift"), drift.watch, drift.drifted, "")
        return
    for name in spec.monitor.overrides:
        own = spec.drift_limits(name)
        if own.watch >= own.drifted:
            hint = "What it leaves out is as in `monitor.drift`."
            yield _limits_crossed(("monitor", "overrides", name), own.watch, own.drifted, hint)


def _quality_limits(spec: ModelSpec) -> Iterator[Mistake]:
    limits = spec.monitor.quality
    if limits.watch >= limits.failing:
        what = f"`watch` ({limits.watch:g}) is not below `failing` ({limits.failing:g})."
        yield Mistake(what, ("monitor", "quality"), "Expected watch < failing.")


def _favourable_fits(spec: ModelSpec) -> Iterator[Mistake]:
    path, given = ("answer", "favourable"), spec.answer.favourable
    if given is None:
        return
    if spec.task == "binary" and given not in ("0", "1"):
        yield Mistake(f"{quoted(given)} is no prediction of a binary model.", path, "Expected 0 or 1.")
    if spec.task == "regression":
        yield Mistake("An amount has no favourable answer.", path, next_step="Leave it out.")


def _limits_crossed(path: Path, watch: float, drifted: float, hint: str) -> Mistake:
    what = f"`watch` ({watch:g}) is not below `drifted` ({drifted:g})."
    return Mistake(what, path, "Expected watch < drifted.", hint)


def _metric_fits(spec: ModelSpec) -> Iterator[Mistake]:
    performance = spec.monitor.performance
    if performance is None or performance.metric is None:
        return
    metric, path = METRICS[performance.metric], ("monitor", "performance", "metric")
    if spec.task is not None and spec.task not in metric.tasks:
        yield Mistake(
            f"The metric {performance.metric} does not fit the task {spec.task}.",
            path,
            f"Expected one of {listed(metrics_for(spec.task), 20)}.",
        )
    elif spec.decisions is not None and getattr(spec.decisions, metric.needs) is None:
        yield Mistake(
            f"The metric {performance.metric} needs `decisions.{metric.needs}`, which is left out.",
            path,
            next_step=f"Name the column in `decisions.{metric.needs}`, or choose another metric.",
        )


def _performance_limits(spec: ModelSpec) -> Iterator[Mistake]:
    performance = spec.monitor.performance
    if performance is None:
        return
    path: Path = ("monitor", "performance")
    has_ratios = performance.watch is not None or performance.failing is not None
    if has_ratios and performance.absolute is not None:
        yield Mistake(
            "The limits are given both as ratios and as `absolute`.",
            path,
            "Expected `watch` and `failing` either beside `metric` or under `absolute`.",
            "Remove one of the two.",
        )
        return
    metric = METRICS[performance.metric] if performance.metric else None
    if metric is not None and metric.better == "near zero" and has_ratios:
        yield Mistake(
            f"The metric {performance.metric} is best near zero, so a ratio to the reference says nothing.",
            path,
            "Expected its limits under `absolute`.",
        )
        return
    if metric is not None and has_ratios:
        yield from _ratios_say_worse(performance, metric)
    yield from _performance_order(performance, metric)


def _ratios_say_worse(performance: Performance, metric: Metric) -> Iterator[Mistake]:
    """A ratio on the good side of 1 would always be crossed."""
    for name in ("watch", "failing"):
        ratio: float | None = getattr(performance, name)
        if ratio is None or (ratio < 1 if metric.better == "higher" else ratio > 1):
            continue
        side = "below" if metric.better == "higher" else "above"
        yield Mistake(
            f"`{name}` ({ratio:g}) would be crossed even by a model that is as good as its reference.",
            ("monitor", "performance", name),
            f"It is a ratio to the reference, and for {performance.metric} {metric.better} is better: "
            f"expected a number {side} 1.",
        )


def _performance_order(performance: Performance, metric: Metric | None) -> Iterator[Mistake]:
    limits = performance.absolute or performance
    watch, failing = limits.watch, limits.failing
    if watch is None or failing is None or metric is None:  # which way is worse is not known without the metric
        return
    rises = metric.better != "higher"
    if watch < failing if rises else watch > failing:
        return
    order = "watch < failing" if rises else "watch > failing"
    direction = f", since for {performance.metric} {metric.better} is better"
    path: Path = ("monitor", "performance", "absolute") if performance.absolute else ("monitor", "performance")
    what = f"`watch` ({watch:g}) and `failing` ({failing:g}) are the wrong way round."
    yield Mistake(what, path, f"Expected {order}{direction}.")


def _score_is_for_binary(spec: ModelSpec) -> Iterator[Mistake]:
    if spec.decisions and spec.decisions.score is not None and spec.task not in (None, "binary"):
        yield Mistake(
            f"A score does not fit the task {spec.task}.",
            ("decisions", "score"),
            "It is the probability of the positive class of a binary model.",
            "Put the column in `decisions.prediction`, or set `task: binary`.",
        )


def _value_fits(spec: ModelSpec) -> Iterator[Mistake]:
    if spec.task is None or spec.value is None:
        return
    if isinstance(spec.value, OutcomeValue) and spec.task != "binary":
        why = "Expected `per_unit_error`." if spec.task == "regression" else "Expected the costs alone."
        yield Mistake(f"Money per kind of outcome does not fit the task {spec.task}.", ("value",), why)
    if isinstance(spec.value, ErrorValue) and spec.task != "regression":
        why = "Expected `true_positive` and its like." if spec.task == "binary" else "Expected the costs alone."
        yield Mistake(f"`per_unit_error` does not fit the task {spec.task}.", ("value", "per_unit_error"), why)


def _baseline_fits(spec: ModelSpec) -> Iterator[Mistake]:
    baseline = spec.value.baseline if spec.value else None
    if spec.task is None or baseline is None:
        return
    if baseline.naive is not None and spec.task not in NAIVE_TASKS[baseline.naive]:
        fitting = [name for name, tasks in NAIVE_TASKS.items() if spec.task in tasks]
        yield Mistake(
            f"The baseline {baseline.naive} does not fit the task {spec.task}.",
            ("value", "baseline", "naive"),
            f"Expected one of {listed(fitting)}.",
        )
    if baseline.constant is not None and spec.task != "regression":
        yield Mistake(f"A constant does not fit the task {spec.task}.", ("value", "baseline", "constant"))


def _kpi_names(spec: ModelSpec) -> Iterator[Mistake]:
    seen: set[str] = set()
    for position, kpi in enumerate(spec.kpis):
        if kpi.name in seen:
            path: Path = ("kpis", position, "name")
            yield Mistake(f"There are two KPIs {quoted(kpi.name)}.", path, next_step="Give one another name.")
        seen.add(kpi.name)


def _kpi_limits(spec: ModelSpec) -> Iterator[Mistake]:
    for position, kpi in enumerate(spec.kpis):
        if kpi.target is None or kpi.limit is None or kpi.better is None:
            continue
        if kpi.target > kpi.limit if kpi.better == "lower" else kpi.target < kpi.limit:
            order = "target <= limit" if kpi.better == "lower" else "target >= limit"
            yield Mistake(
                f"The target ({kpi.target:g}) is worse than the limit ({kpi.limit:g}).",
                ("kpis", position, "target"),
                f"Expected {order}, since {kpi.better} is better.",
            )


_RULES: tuple[Callable[[ModelSpec], Iterator[Mistake]], ...] = (
    _repeated_columns,
    _unknown_overrides,
    _drift_limits,
    _quality_limits,
    _favourable_fits,
    _metric_fits,
    _performance_limits,
    _score_is_for_binary,
    _value_fits,
    _baseline_fits,
    _kpi_names,
    _kpi_limits,
)
