"""A report as a short message: what it is of, and its answers, for a channel that takes no files."""

from __future__ import annotations

from collections.abc import Sequence

from watchroom.reports import model_words, portfolio_page
from watchroom.reports.model_facts import Facts as ModelFacts
from watchroom.reports.one_page import cut
from watchroom.reports.period import Period
from watchroom.reports.portfolio_report import Facts as PortfolioFacts

_ANSWER = 700


def letter(facts: ModelFacts | PortfolioFacts) -> tuple[str, str]:
    """Title and body, as plain text with names from outside in it."""
    if isinstance(facts, ModelFacts):
        return f"{cut(facts.about.title, 80)}: {facts.period.name}", _told(model_words.answers(facts))
    return f"All models: {facts.period.name}", _told(portfolio_page.answers(facts))


def _told(answers: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"{question} {cut(answer, _ANSWER)}" for question, answer in answers)


def file_name(model: str | None, period: Period, kind: str) -> str:
    """What the report's file is called: `watchroom-card-fraud-2026-10.pdf`."""
    of = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in model or "portfolio")[:80]
    return f"watchroom-{of}-{period.key}.{kind}"
