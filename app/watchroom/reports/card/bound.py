"""What the store has for each kind of binding in a card's text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from watchroom.charts.words import days, share, short
from watchroom.domain.card_claims import ALIASES, Found, nothing
from watchroom.domain.card_text import Binding
from watchroom.domain.money_text import money
from watchroom.reports import kpi_sentences
from watchroom.reports.card.known import Known
from watchroom.store.queries.card import Reading

SELECTION = "selection_rate"
"""What fairness compares between groups."""


def found(binding: Binding, known: Known) -> Found:
    """The figure or text that the binding names; a kind that there is not gives nothing."""
    finder = _FINDERS.get(binding.kind)
    return Found(because="there is no such kind") if finder is None else finder(binding.name, known)


def metric_key(name: str) -> str:
    """A metric's own name, for one that people write: `AUC` is `roc_auc`."""
    key = name.casefold().replace(" ", "_")
    return ALIASES.get(key, key)


def _metric(name: str, known: Known) -> Found:
    key = metric_key(name)
    for kind in ("realized", "estimated"):
        reading = next((one for one in known.readings if (one.metric, one.kind) == (key, kind)), None)
        if reading is not None and (reading.judged or kind == "estimated"):
            return _read(reading)
    logged = _logged(name, known)
    if logged.known:
        return logged
    return nothing(name, [*(one.metric for one in known.readings), *(key for key, *_ in known.logged.metrics)])


def _read(reading: Reading) -> Found:
    period = days(reading.first, reading.last)
    many = f"{reading.labelled:,} outcomes" if reading.kind == "realized" else f"{reading.n:,} decisions, estimated"
    return Found(reading.value, short(reading.value), reading.low, reading.high, f"{period}, {many}")


def _reference(name: str, known: Known) -> Found:
    value = known.on_reference.get(metric_key(name))
    if value is None:
        return nothing(name, known.on_reference)
    rows = known.reference.n_performance
    return Found(value, short(value), about=f"on the reference{f', {rows:,} rows' if rows else ''}")


def _logged(name: str, known: Known) -> Found:
    metrics = {key: value for key, value, *_ in known.logged.metrics}
    if name not in metrics:
        return nothing(name, metrics)
    return Found(metrics[name], short(metrics[name]), about="as its run logged it")


def _param(name: str, known: Known) -> Found:
    params = dict(known.logged.params)
    if name not in params:
        return nothing(name, params)
    text = params[name]
    try:
        number: float | None = float(text)
    except ValueError:
        number = None
    return Found(number, text[:200], about="a parameter of its run")


def _kpi(name: str, known: Known) -> Found:
    kpi = next((one for one in known.kpis if one.name.casefold() == name.casefold()), None)
    if kpi is None:
        return nothing(name, (one.name for one in known.kpis))
    reading = kpi.now if kpi.now is not None and kpi.now.value is not None else kpi.known
    if reading is None or reading.value is None:
        return Found(because=kpi_sentences.not_known(kpi, known.currency) or "it has no value yet")
    text = kpi_sentences.figure(reading.value, kpi.unit, known.currency)
    about = f"{days(reading.period_start, reading.period_end)}, {reading.n:,} decisions"
    return Found(reading.value, text, about=about)


def _value(name: str, known: Known) -> Found:
    if known.money is None:
        return Found(because="no money has been worked out")
    amounts = {
        "net": known.money.net, "benefit": known.money.benefit, "run_cost": known.money.run_cost,
        "worth": known.money.worth, "build_cost": known.money.build_cost,
    }  # fmt: skip
    if name not in amounts:
        return nothing(name, amounts)
    amount = amounts[name]
    if amount is None:
        return Found(because="that is not known")
    about = "once" if name == "build_cost" else days(known.money.period_start, known.money.period_end)
    return Found(amount, money(amount, known.currency), about=about)


def _count(name: str, known: Known) -> Found:
    rows = next((value for key, value in known.logged.params if key in ("rows", "n_rows", "train_rows")), "")
    reading = next((one for one in known.readings if one.kind == "realized" and one.judged), None)
    counts: Mapping[str, tuple[int | None, str]] = {
        "decisions": (known.decided[0] if known.decided else None, "in all"),
        "outcomes": (known.decided[1] if known.decided else None, "in all"),
        "labelled": (reading.labelled if reading else None, days(reading.first, reading.last) if reading else ""),
        "features": (len(known.reference.features) or None, "watched"),
        "reference": (known.reference.n, "rows"),
        "training": (int(rows) if rows.isdigit() else None, "as its run logged it"),
    }
    if name not in counts:
        return nothing(name, counts)
    number, about = counts[name]
    return Found(because="that is not known") if number is None else Found(float(number), f"{number:,}", about=about)


def _fairness(column: str, known: Known) -> Found:
    rates = [one for one in known.groups if one.metric == SELECTION]
    of = [one for one in rates if one.column == column and one.ratio is not None and one.enough]
    least = min(of, key=lambda one: one.ratio or 0.0, default=None)
    if least is None or least.ratio is None:
        return nothing(column, dict.fromkeys(one.column for one in rates))
    period = days(least.first, least.last) if least.first and least.last else "the reference"
    about = f"{least.value or 'missing'} against {least.best}, {period}, {least.n:,} decisions"
    return Found(least.ratio, f"{least.ratio:.2f}", least.ratio_low, least.ratio_high, about)


def _share(feature: str, known: Known) -> Found:
    weight = next((one for one in known.weights if one.feature == feature), None)
    if weight is None:
        return nothing(feature, (one.feature for one in known.weights))
    return Found(weight.share, share(weight.share), about=f"on the reference, {weight.n:,} rows", fraction=True)


def _owner(role: str, known: Known) -> Found:
    owners = {role: person for role, person, _ in known.about.owners}
    key = role.casefold().replace(" ", "_")
    return Found(text=owners[key]) if key in owners else Found(because="nobody holds that role")


def _version(name: str, known: Known) -> Found:
    if known.number is None:
        return Found(because="the registry has no version")
    return Found(float(known.number), str(known.number), about=known.role)


def _data(name: str, known: Known) -> Found:
    digest = next((digest for of, digest, context in known.logged.datasets if name in (context, of)), None)
    if digest is None:
        return nothing(name, [context or of for of, _, context in known.logged.datasets])
    return Found(text=digest, about="digest of the dataset")


_FINDERS: Mapping[str, Callable[[str, Known], Found]] = {
    "metric": _metric,
    "reference": _reference,
    "logged": _logged,
    "param": _param,
    "kpi": _kpi,
    "value": _value,
    "n": _count,
    "fairness": _fairness,
    "share": _share,
    "owner": _owner,
    "version": _version,
    "data": _data,
}
