"""The portfolio in sentences: what gets to production, how fast, how safely, and what it returns. Plain text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from watchroom.domain.delivery import Delivery, Spread
from watchroom.domain.funnel import Stage
from watchroom.domain.money_text import money
from watchroom.reports.portfolio_facts import Earned, Facts

NAMED = 3

STAGES: Mapping[Stage, str] = {
    "started": "Begun",
    "registered": "Registered",
    "approved": "Approved",
    "champion": "In production",
    "healthy": "Healthy",
}
"""The stages of the funnel."""

LEAD = "From the start of the version's training run to the day it was seen in service. Median."
FREQUENCY = (
    "Times that another version went into service, by the months since logs or the registry are watched. Going back to "
    "an older version is not counted."
)
FAILURE = (
    "Changes followed within 30 days by a rollback or a critical alert on that version, of those whose 30 days are "
    "over or that have failed already."
)
RESTORE = (
    "From the day the change began to fail (the alert's first day; of a rollback without one, the release) until the "
    "alert ended, or the version was replaced. Median."
)
"""The four measures of delivery: what each means."""


def answer(found: Facts, currency: str) -> str:
    """The page's question answered; what is not known is said to be so. It may hold names from outside."""
    return " ".join((reached(found), fast(found.delivery), safe(found.delivery), returned(found.earned, currency)))


def reached(found: Facts) -> str:
    """How many of what was begun came into service."""
    begun, there = len(found.projects), found.reached("champion")
    when = f" in {found.choice.quarter.title}" if found.choice.quarter else ""
    if not begun:
        return f"No project was begun{when}."
    return f"{there or 'None'} of {count(begun, 'project')} begun{when} reached production."


def fast(found: Delivery) -> str:
    """How long a version takes."""
    lead = found.lead
    if lead.median is None:
        return "How long a version takes to get there is not known yet."
    versions = count(lead.n, "version")
    typical = f"a median of {days(lead.median)} ({versions})" if lead.n > 1 else f"{days(lead.median)} ({versions})"
    return f"From training to production a version took {typical}."


def safe(found: Delivery) -> str:
    """How many changes went wrong."""
    if not found.judged:
        return "Of no change is it known yet whether it went well."
    lasting = ", and one of these failures still lasts" if found.unrestored == 1 and found.failed > 1 else ""
    lasting = f", and {found.unrestored} of these failures still last" if found.unrestored > 1 else lasting
    lasting = ", and that failure still lasts" if found.unrestored == found.failed == 1 else lasting
    share = found.failure_share
    percent = f" ({share:.0%})".replace("%", " %") if share else ""
    return f"{found.failed or 'None'} of {count(found.judged, 'change')} failed{percent}{lasting}."


def returned(found: Earned | None, currency: str) -> str:
    """What was earned, and by whom it was not."""
    if found is None or found.net is None:
        return "What the models earn is not known."
    who = "one model" if found.models == 1 else f"{found.models} models together"
    rest = f"; of {count(found.unknown, 'other')} it is not known" if found.unknown else ""
    did = "lost" if found.net < 0 else "earned"
    so_far = "" if found.over else " so far"
    guessed = f" ({money(found.estimated, currency)} of what was brought is estimated)" if found.estimated else ""
    losing = len(found.losing)
    but = f"; {losing} of them lost money" if losing and found.models > 1 else ""
    return (
        f"{capital(who)} {did} {money(abs(found.net), currency)} in {span(found.first, found.last)}"
        f"{so_far}{guessed}{but}{rest}."
    )


def span(first: date, last: date) -> str:
    """`October 2026`, or `July to September 2026`."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%B %Y}"
    return f"{first:%B}{'' if first.year == last.year else f' {first.year}'} to {last:%B %Y}"


def quartiles(found: Spread, what: str) -> str:
    """`5.6 to 7.6 days · 8 versions`: between which half of them lie; with fewer than four the number alone."""
    n = count(found.n, what)
    if found.low is None or found.high is None:
        return n
    return f"{days_between(found.low, found.high)} · {n}"


def days(value: float | None) -> str:
    """A length of time in days as people say it: `7.6 days`, `5 hours`, `12 days`; `unknown` for None."""
    if value is None:
        return "unknown"
    if value < 1:
        hours = value * 24
        return count(round(hours), "hour") if hours >= 1 else "less than an hour"
    return f"{_figure(value)} {'day' if _figure(value) == '1' else 'days'}"


def days_between(low: float, high: float) -> str:
    """`5.6 to 7.6 days`."""
    if low < 1:
        return f"{days(low)} to {days(high)}"
    return f"{_figure(low)} to {_figure(high)} days"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or abs(value - round(value)) < 0.05 else f"{value:.1f}"


def count(value: int, one: str) -> str:
    """`1 version`, `8 versions`."""
    return f"{value:,} {one if value == 1 else one + 's'}"


def capital(text: str) -> str:
    """With a capital letter, all else as it is."""
    return text[:1].upper() + text[1:]
