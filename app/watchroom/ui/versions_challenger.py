"""Whether each model's challenger should take over: a word, the money a month, and the sentence, for several pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchroom.domain.duel import (
    BETTER,
    DEPENDS,
    NEVER,
    PROBABLY_BETTER,
    PROBABLY_WORSE,
    WORSE,
    WORTH,
    sides,
    word_of,
)
from watchroom.store.queries import versions as queries
from watchroom.store.queries.versions import Duel
from watchroom.ui.health_subject import spec_of
from watchroom.ui.room import ask, drawn
from watchroom.ui.versions_real_words import Money, amount, monthly
from watchroom.ui.workspace import facts

CHALLENGER_VIEW = {"view": "Champion or challenger"}
"""What the page Versions is asked for, besides the model, to show how the two compare."""


@dataclass(frozen=True)
class Challenge:
    """How a model's challenger does against its champion on the decisions that both scored.

    `word` is one of `WORDS`; `more` is what the challenger brings more in a month, None where the two cannot be told
    apart in money or it is not known.
    """

    champion: int
    challenger: int
    word: str
    more: Money | None

    @property
    def sentence(self) -> str:
        """How it does: `Version 4 scores the same decisions as version 3 and does better: about EUR 9 a month more`."""
        told = {
            BETTER: "does better", PROBABLY_BETTER: "probably does better", WORSE: "does worse",
            PROBABLY_WORSE: "probably does worse", DEPENDS: "does better or worse, depending on what counts",
        }.get(self.word, "cannot be told from it yet")  # fmt: skip
        return f"Version {self.challenger} scores the same decisions as version {self.champion} and {told}{self._money}"

    @property
    def _money(self) -> str:
        if self.more is None:
            return "."
        word = "more" if self.more.more > 0 else "less"
        return f": about {amount(abs(self.more.more), self.more)} a month {word}."


def challenges() -> Mapping[str, Challenge]:
    """Of every model that has a champion and a challenger. Made once for everybody."""
    return drawn(_challenges)


def _challenges() -> dict[str, Challenge]:
    duels = ask(queries.duels)
    return {model: challenge(duel, _watched(model), facts().currency) for model, duel in duels.items()}


def _watched(model: str) -> str | None:
    spec = spec_of(model)
    return spec.monitor.performance.metric if spec and spec.monitor.performance else None


def challenge(duel: Duel, watched: str | None, currency: str) -> Challenge:
    """How the challenger does: by the metric `watched` (else the usual one of its task), and by money."""
    if not duel.shared:
        return Challenge(duel.champion, duel.challenger, NEVER, None)
    worth = next((one for one in duel.found if one.metric == WORTH), None)
    newer = duel.challenger > duel.champion
    found = sides(duel.found, watched, newer=newer)
    told = worth is not None and found[1] in ("better", "worse") and duel.decisions is not None
    more = monthly(worth, duel.decisions, currency) if told and worth is not None and duel.decisions else None
    return Challenge(duel.champion, duel.challenger, word_of(found), _turned(more, newer))


def _turned(more: Money | None, newer: bool) -> Money | None:
    if more is None or newer:
        return more
    return Money(-more.more, -more.high, -more.low, more.decisions, more.currency)
