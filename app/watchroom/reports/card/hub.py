"""A model card as the README.md of a Hugging Face repository: metadata in YAML, with a `model-index`, then the card.

The fields are those of https://github.com/huggingface/hub-docs/blob/main/modelcard.md as read in November 2026. What
the store does not know (a licence, a language) is not guessed: `license: unknown` is the Hub's own word for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from watchroom.charts.words import days
from watchroom.reports.card.markdown import markdown
from watchroom.reports.card.measured import interval
from watchroom.reports.card.shape import Card, Measured
from watchroom.reports.one_page import cut

PIPELINES: Mapping[str, str] = {
    "binary": "tabular-classification",
    "multiclass": "tabular-classification",
    "regression": "tabular-regression",
}
"""The Hub's name for each task."""

METRICS: Mapping[str, str] = {"brier": "brier_score", "r2": "r_squared"}
"""The Hub's ids of metrics where they are not our own."""

_KINDS = ("realized", "estimated", "reference", "logged")


def readme(card: Card) -> str:
    """The whole README.md."""
    head = yaml.safe_dump(metadata(card), sort_keys=False, allow_unicode=True, width=2**31)
    return f"---\n{head}---\n\n{markdown(card)}"


def metadata(card: Card) -> dict[str, Any]:
    """The metadata as plain values."""
    task = PIPELINES.get(card.task or "")
    found: dict[str, Any] = {"license": "unknown"}
    if "sklearn" in card.flavors:
        found["library_name"] = "sklearn"
    if task:
        found["pipeline_tag"] = task
    found["tags"] = [*dict.fromkeys(["tabular", *card.flavors, *(cut(tag, 60).lower() for tag in card.tags)])]
    found["model_name"] = cut(card.title, 100)
    if card.measured:
        found["metrics"] = [*dict.fromkeys(_id(one) for one in card.measured if one.kind != "logged")]
        found["model-index"] = [{"name": cut(card.model, 100), "results": list(_results(card, task))}]
    return found


def _results(card: Card, task: str | None) -> Iterable[dict[str, Any]]:
    """A result for each set of data that the version was measured on."""
    for kind in _KINDS:
        own = [one for one in card.measured if one.kind == kind]
        if own:
            yield {
                "task": {"type": task or "other", "name": (task or "other").replace("-", " ").capitalize()},
                "dataset": {"type": f"{_slug(card.model)}-{kind}", "name": _data(card, own[0])},
                "metrics": [_metric(one) for one in own],
            }


def _data(card: Card, one: Measured) -> str:
    period = f", {days(one.first, one.last)} (UTC)" if one.first and one.last else ""
    names = {
        "realized": f"Decisions in service with an outcome{period}",
        "estimated": f"Decisions in service, estimated before outcomes are known{period}",
        "reference": "The reference that it is watched against",
        "logged": f"As logged by its run: {', '.join(f'{name} {digest}' for name, digest in card.datasets[:3])}",
    }
    return cut(names[one.kind] if one.kind != "logged" or card.datasets else "As logged by its run", 200)


def _metric(one: Measured) -> dict[str, Any]:
    told = [f"95 % interval {interval(one.low, one.high)}"] if one.low is not None and one.high is not None else []
    told += [f"n {one.n:,}"] if one.n else []
    name = f"{one.name} ({', '.join(told)})" if told else one.name
    return {"type": _id(one), "value": round(one.value, 6), "name": name}


def _id(one: Measured) -> str:
    return METRICS.get(one.metric, one.metric)


def _slug(name: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in name)[:80]
