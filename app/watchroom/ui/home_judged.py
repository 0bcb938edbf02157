"""What of fairness, explanations and challengers needs attention, for Home: groups behind, drivers, better versions."""

from __future__ import annotations

from collections.abc import Sequence

from watchroom.domain.duel import GOOD
from watchroom.store.queries import explanations as queries
from watchroom.store.queries.models import Model
from watchroom.ui.fairness_standing import standings
from watchroom.ui.room import ask
from watchroom.ui.scope import ALL_MODELS, Scope
from watchroom.ui.text import number, one_line, some
from watchroom.ui.versions_challenger import challenges

ROLES = ("reviewer", "data_science")
"""Who acts on them."""

NAMED = 3
"""Models named in a line; their page has all of them."""

Line = tuple[str, str, dict[str, str]]
"""A sentence, the page that it leads to, and what that page is asked for."""


def lines(scope: Scope) -> list[Line]:
    """At most a line for each: in the scope's period, as the Fairness page tells it, and of the newest month."""
    period = scope.period
    every = standings(first=period.first_day, last=period.last_day)
    behind = [(one.model, one.title) for one in every if one.below and scope.model in (None, one.model)]
    found = ask(queries.every)
    drifted = found[found["change"] == "drifted"]
    moved = [pair for pair in zip(drifted["model"], drifted["title"], strict=True) if scope.model in (None, pair[0])]
    return [
        *_line(behind, "has a group", "have a group", "below the four-fifths line", "fairness"),
        *_line(moved, "is driven", "are driven", "by other inputs than before", "explanations"),
    ]


def challengers(models: Sequence[Model]) -> dict[str, str]:
    """By model whose challenger does better than its champion: the sentence that says so, with the money."""
    known = challenges()
    found = ((model.name, known.get(model.name)) for model in models)
    return {name: one.sentence for name, one in found if one is not None and one.word in GOOD}


def _line(models: Sequence[tuple[str, str]], one: str, many: str, rest: str, page: str) -> list[Line]:
    if not models:
        return []
    names = [one_line(title, 40) for _, title in models[:NAMED]]
    others = len(models) - len(names)
    told = some([*names, *([f"{number(others)} more"] if others else [])], NAMED + 1)
    text = f"{told} {one if len(models) == 1 else many} {rest}."
    return [(text, page, {"model": models[0][0] if len(models) == 1 else ALL_MODELS})]
