"""The words of a message about alerts: plain text, of one alert or of many, with names from outside made harmless."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from watchroom.domain.alerts import Alert
from watchroom.domain.figures import figure_text
from watchroom.domain.vocabulary import METHOD_NAMES, METRIC_NAMES, NO_APPROVAL, OWN_NAMES, SIGNAL_PHRASES
from watchroom.jobs.alerts.record import About
from watchroom.ledger.notifications import News

MOST_LINES = 30
"""Alerts in one message: who has more troubles than that needs the page, and some channels cut a long text."""

_ENDINGS = {
    "condition over": "It is no longer beyond its limit.",
    "version out of service": "This version is no longer in service.",
}
_MENTION = re.compile(r"@(?=(?:everyone|here|channel|all)\b)|<(?=[@!#])|\](?=[(\[])", re.IGNORECASE)
"""What calls people in Slack, Discord or Mattermost (`@here`, `<!channel>`, `<@U123>`), or hides a link's address."""

Mood = Literal["failure", "warning", "success", "info"]


@dataclass(frozen=True)
class File:
    """A file that goes with a message, to the channels that take any."""

    name: str
    kind: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Text:
    """A message: its title on one line, its body as plain text, how a channel may colour it, and files with it."""

    title: str
    body: str
    mood: Mood
    files: tuple[File, ...] = ()


def text_of(news: Sequence[News], about: Mapping[str, About], address: str) -> Text:
    """The message that tells of these changes, at least one. `address` is the app's, or empty."""
    if len(news) == 1:
        return _of_one(news[0], _about(news[0], about), address)
    return _of_many(news, about, address)


def one_line(text: str, limit: int = 200) -> str:
    """Text from outside on one line: no control or direction marks, nobody called, no link hidden, cut at `limit`."""
    visible = "".join(" " if unicodedata.category(char).startswith(("C", "Z")) else char for char in text)
    line = _MENTION.sub(lambda found: f"{found[0]}\u2060", " ".join(visible.split()))
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _of_one(one: News, about: About, address: str) -> Text:
    alert, condition = one.alert, one.alert.condition
    lines = [
        f"{_model(alert, about)}: {_subject(alert)}.",
        _over_days(alert),
        _ENDINGS.get(alert.ended_because, ""),
        f"Owner: {_owner(alert, about)}",
        f"Runbook: {one_line(about.runbook, 500)}" if about.runbook else "",
        _link(address, condition.model),
    ]
    title = f"{_headline(one)}: {one_line(about.title, 80)}, {_subject(alert)}"
    return Text(title, "\n".join(line for line in lines if line), _mood(one))


def _over_days(alert: Alert) -> str:
    condition = alert.condition
    if condition.signal == "approval":
        return f"{_measured(alert).capitalize()}, since {condition.since} (UTC)."
    over = f"{_measured(alert)} from {condition.period_start} to {condition.period_end}, {_decisions(condition.n)}."
    return f"{over}\nBeyond its limit since {condition.since} (UTC days)."


def _of_many(news: Sequence[News], about: Mapping[str, About], address: str) -> Text:
    ordered = sorted(news, key=lambda one: (one.alert.is_over, one.alert.condition.severity != "critical", one.seq))
    shown = ordered[:MOST_LINES]
    lines: list[str] = []
    for model, version in dict.fromkeys((one.alert.condition.model, one.alert.condition.version) for one in shown):
        own = [one for one in shown if (one.alert.condition.model, one.alert.condition.version) == (model, version)]
        said = _about(own[0], about)
        lines.append(_model(own[0].alert, said))
        lines += [f"- {_item(one, said)}" for one in own]
        lines += [f"  Runbook: {one_line(said.runbook)}"] if said.runbook else []
    lines += [f"… and {len(ordered) - len(shown):,} more."] if len(ordered) > len(shown) else []
    lines += [link] if (link := _link(address)) else []
    critical = sum(one.alert.condition.severity == "critical" and not one.alert.is_over for one in news)
    title = f"{len(news):,} alerts changed" + (f", {critical:,} critical" if critical else "")
    return Text(title, "\n".join(lines), _mood(ordered[0]))


def _item(one: News, about: About) -> str:
    alert, condition = one.alert, one.alert.condition
    n = "" if condition.signal == "approval" else f", {_decisions(condition.n)}"
    return (
        f"{_headline(one)}: {_subject(alert)}: {_measured(alert)}{n}, "
        f"since {condition.since}, owner {_owner(alert, about)}"
    )


def _headline(one: News) -> str:
    severity = one.alert.condition.severity
    words = {
        "raised": severity.capitalize(),
        "worse": f"Worse, now {severity}",
        "reopened": f"Back, {severity}",
        "woke": f"Snooze over, still {severity}",
        "ended": "Over",
    }
    return words[one.what]


def _mood(one: News) -> Mood:
    if one.alert.is_over:
        return "success"
    return "failure" if one.alert.condition.severity == "critical" else "warning"


def _model(alert: Alert, about: About) -> str:
    name, version = one_line(alert.condition.model, 80), alert.condition.version
    title = one_line(about.title, 80)
    return f"{name}, version {version}" if title == name else f"{title} ({name}, version {version})"


def _subject(alert: Alert) -> str:
    name = alert.condition.feature
    names = METRIC_NAMES if alert.condition.signal == "performance" else OWN_NAMES
    feature = names.get(name) or one_line(name, 80)
    return SIGNAL_PHRASES[alert.condition.signal].format(feature)


def _measured(alert: Alert) -> str:
    condition = alert.condition
    if condition.signal == "approval":
        return NO_APPROVAL.get(condition.method or "", "it serves without a valid approval")
    if condition.signal == "volume" and condition.n == 0:
        return f"no decisions, at least {condition.limit:,.0f} a day are expected"
    figure = _percent if condition.signal == "quality" else figure_text
    value = "no value" if condition.value is None else figure(condition.value)
    named = condition.signal in ("drift", "explanation")
    method = f"{METHOD_NAMES.get(condition.method or '', '')} " if named else ""
    return f"{method}{value}" + ("" if condition.limit is None else f" (limit {figure(condition.limit)})")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _decisions(n: int) -> str:
    return f"{n:,} decision{'' if n == 1 else 's'}"


def _owner(alert: Alert, about: About) -> str:
    return one_line(alert.owner(about.first(alert.condition), about.operations) or "nobody", 100)


def _about(one: News, about: Mapping[str, About]) -> About:
    model = one.alert.condition.model
    return about.get(model, About(model))


def _link(address: str, model: str = "") -> str:
    if not address:
        return ""
    return f"{address}/alerts" + (f"?model={quote(model, safe='')}" if model else "")
