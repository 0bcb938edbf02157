"""What the Portfolio page shows, made once for everybody who chooses the same."""

from __future__ import annotations

from watchroom.reports import portfolio_facts as made
from watchroom.reports.portfolio_facts import Choice, Facts, QuarterFacts, Rows
from watchroom.store.queries import portfolio as queries
from watchroom.ui.room import ask, drawn, reading


def rows() -> Rows:
    """All that the readers give, for every choice. Shared, never to be changed."""
    return drawn(_rows)


def _rows() -> Rows:
    with reading() as snapshot:
        day, made_at = snapshot.day, snapshot.made_at.replace(tzinfo=None)
    return Rows(
        ask(queries.projects),
        ask(queries.releases),
        ask(queries.reviews),
        ask(queries.money),
        ask(queries.work),
        ask(queries.seen),
        day,
        made_at,
    )


def facts_of(choice: Choice) -> Facts:
    """The portfolio for a choice. Shared, never to be changed."""
    return drawn(_facts, choice=choice)


def _facts(*, choice: Choice) -> Facts:
    return made.facts(rows(), choice)


def trend_of(choice: Choice) -> tuple[QuarterFacts, ...]:
    """The main figures by quarter for a choice, whose quarter plays no part. Shared likewise."""
    return drawn(_trend, choice=choice)


def _trend(*, choice: Choice) -> tuple[QuarterFacts, ...]:
    return made.trend(rows(), choice)
