"""Alerts in words: what is beyond its limit, by how much and since when; and the message to those it affects.

Sentences are plain text. Names from outside stand in them as code, one line each; `sentence` makes them Markdown.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from watchroom.domain.vocabulary import METHOD_NAMES, METRIC_NAMES, NO_APPROVAL, OWN_NAMES
from watchroom.store.queries.alerts import Alert, Surroundings
from watchroom.ui.text import UNKNOWN, count_of, number, one_line, some, span, when

SIGNAL_NAMES = {
    "drift": "Drift",
    "quality": "Data quality",
    "performance": "Performance",
    "volume": "Volume",
    "explanation": "What drives it",
    "kpi": "KPI",
    "approval": "Approval",
    "log": "Log and refresh",
}

NAME_LENGTH = 60
"""Characters of a feature's name in a sentence: the rest of a longer one is on the page of its model."""


def subject(alert: Alert) -> str:
    """What the alert is about, to begin a sentence with: "`amount`", "The score", "AUC", "Volume"."""
    if alert.signal == "performance":
        return METRIC_NAMES.get(alert.feature, one_line(alert.feature, NAME_LENGTH).replace("_", " ")) or "Performance"
    if alert.signal in ("volume", "explanation", "approval"):
        return SIGNAL_NAMES[alert.signal]
    return feature_name(alert.feature).capitalize() if alert.feature in OWN_NAMES else feature_name(alert.feature)


def feature_name(feature: str) -> str:
    """A feature's name as code, or what one of the model's own signals is called."""
    if feature in OWN_NAMES:
        return OWN_NAMES[feature]
    name = one_line(feature, NAME_LENGTH)
    # Brackets could end the coloured text that a sentence stands in, so `sentence` takes no code with them.
    return f"“{name}”" if set("[]`") & set(name) else f"`{name}`"


def headline(alert: Alert) -> str:
    """What is wrong: "`amount` has drifted: Wasserstein 0.41, limit 0.30"."""
    critical, about = alert.severity == "critical", subject(alert)
    value, limit = compared(alert.value, alert.limit)
    match alert.signal:
        case "drift":
            method = METHOD_NAMES.get(alert.method or "", one_line(alert.method or "distance", 30))
            return f"{about} {'has drifted' if critical else 'is on watch'}: {method} {value}, limit {limit}"
        case "quality":
            part, most = _percent(alert.value), _percent(alert.limit)
            said = f"{part} missing, unseen or invalid, limit {most}"
            return f"{about} {'is failing' if critical else 'is on watch'}: {said}"
        case "performance":
            return f"{about} {'is failing' if critical else 'is on watch'}: {value}, limit {limit}"
        case "explanation":
            return f"What drives the model has changed: nDCG {value}, limit {limit}"
        case "kpi":
            again = " week after week" if critical else ""
            unit = f" {one_line(alert.unit, 40)}" if alert.unit else ""
            return f"The KPI {about} is beyond its limit{again}: {value}{unit}, limit {limit}"
        case "approval":
            why = NO_APPROVAL.get(alert.method or "", "")
            return f"Version {alert.version} serves without a valid approval{f': {why}' if why else ''}"
        case "volume" if is_silent(alert):
            return _silence(alert)
        case "volume":
            return f"Too few decisions: {_count(alert.value)} a day, at least {_count(alert.limit)} expected"
    return f"{one_line(alert.signal, 40)} of {about}: {value}, limit {limit}"


def is_silent(alert: Alert) -> bool:
    """Whether it is about a log in which no decision comes any more; its period begins the day after the last one."""
    return alert.signal == "volume" and alert.value == 0 and None not in (alert.period_start, alert.period_end)


def _silence(alert: Alert) -> str:
    assert alert.period_start is not None
    assert alert.period_end is not None
    last = short_day(alert.period_start - timedelta(1), alert.raised_at.date() if alert.raised_at else None)
    length = count_of((alert.period_end - alert.period_start).days + 1, "day")
    return f"No decisions since {last} ({length}), at least {_count(alert.limit)} a day are expected"


def evidence(alert: Alert) -> str:
    """Since when, over which days, and n: "since 12 Oct; 7 days to 18 Oct, n 8,123"."""
    raised = alert.raised_at.date() if alert.raised_at else None
    since = f"since {short_day(alert.since, raised)}"
    if alert.period_start is None or alert.period_end is None or alert.signal == "approval":
        return since
    days = (alert.period_end - alert.period_start).days + 1
    n = f", n {number(alert.n)}" if alert.n is not None else ""
    return f"{since}; {count_of(days, 'day')} to {short_day(alert.period_end, raised)}{n}"


def what(alert: Alert) -> str:
    """The whole sentence: what is wrong, since when, and on how much it rests."""
    if is_silent(alert):  # which says both already
        return headline(alert)
    return f"{headline(alert)}, {evidence(alert)}"


def short_day(day: date | None, today: date | None = None) -> str:
    """`12 Oct`, with the year when it is not that of `today`; `unknown` for None."""
    if day is None:
        return UNKNOWN
    return f"{day.day} {day:%b}" if today is None or day.year == today.year else f"{day.day} {day:%b %Y}"


def open_for(alert: Alert, now: datetime) -> str:
    """How long it has lasted, or did: "open for 7 days", "lasted 6 days"; `now` is UTC without a zone."""
    begun = alert.raised_at
    if begun is None:
        return "open since an unknown day"
    if alert.ended_at is not None:
        return f"lasted {span(alert.ended_at - begun)}"
    return f"open for {span(now - begun)}"


def state(alert: Alert, zone: ZoneInfo, now: datetime) -> str:
    """Its state in a word, a snooze with its end."""
    if alert.state == "snoozed" and alert.snoozed_until is not None:
        return f"snoozed until {when(alert.snoozed_until, zone, now=now)}"
    return one_line(alert.state, 30)


def compared(value: float | None, limit: float | None) -> tuple[str, str]:
    """A value and its limit with as many decimals as it takes to tell them apart."""
    if value is None or limit is None or not math.isfinite(value) or not math.isfinite(limit):
        return figure(value), figure(limit)
    for decimals in range(_decimals(max(abs(value), abs(limit))), _MOST_DECIMALS + 1):
        shown = f"{value:,.{decimals}f}", f"{limit:,.{decimals}f}"
        if shown[0] != shown[1] or value == limit:
            return shown
    return f"{value:.6g}", f"{limit:.6g}"


_MOST_DECIMALS = 6


def _decimals(size: float) -> int:
    """Two for what is below ten, as drift and AUC are; none for what is in the thousands."""
    return 2 if size < 10 else 1 if size < 1000 else 0


def figure(value: float | None) -> str:
    """A number in few digits; `unknown` for None."""
    if value is None or math.isnan(value):
        return UNKNOWN
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _percent(share: float | None) -> str:
    return UNKNOWN if share is None or not math.isfinite(share) else f"{share:.1%}".replace("%", " %")


def _count(value: float | None) -> str:
    return UNKNOWN if value is None or not math.isfinite(value) else number(value)


def message(alert: Alert, around: Surroundings, reply_to: str, link: str) -> str:
    """A message to those whom the model affects, as plain text, ready to be sent.

    `reply_to` is who has the alert; empty for nobody. `link` is where it can be seen; empty when that is not known.
    """
    title = one_line(around.title, 100)
    asked = f" by {some([one_line(who, 80) for who in around.affects], 20)}" if around.affects else ""
    lines = [
        f"Subject: {title}: {_plain_words(headline(alert))}",
        "",
        "Hello,",
        "",
        f"the model {title}, which is relied on{asked}, has a problem." if asked else f"{title} has a problem.",
        f"What: {_plain_words(what(alert))}.",
        f"What it means: {_MEANING.get(alert.signal, 'Its answers may be worse than usual.')}",
    ]
    if around.purpose:
        lines.append(f"What the model is for: {one_line(around.purpose, 300)}")
    lines.append(f"Who has it: {one_line(reply_to, 100)}." if reply_to else "Who has it: nobody yet.")
    if link:
        lines.append(f"Details: {link}")
    return "\n".join([*lines, "", "You will hear from us when it is over. Until then, please tell us what you see."])


_MEANING = {
    "drift": "what the model sees is no longer like what it was made on; its answers may be worse than usual.",
    "quality": "part of what the model is given is missing or cannot be read; its answers may be worse than usual.",
    "performance": "its answers have turned out worse than was agreed. Take more care with them.",
    "explanation": "it now weighs its inputs otherwise than when it was made; its answers may be worse than usual.",
    "kpi": "a figure that the business steers by is beyond the limit that its file sets.",
    "approval": "it serves, and those who have to agree to that have not, or to something else.",
    "volume": "fewer cases than usual reach the model. Cases may be handled without it, or be waiting.",
}


def _plain_words(text: str) -> str:
    return text.replace("`", "")
