"""The sentences of the advice: what to do, and why, with its numbers. Plain text, perhaps with names from outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from watchroom.domain.actions_situation import Back, Cutoff, Kpi, Month, Rival, Runway, Situation
from watchroom.domain.duel import BETTER
from watchroom.domain.figures import figure_text
from watchroom.domain.money_text import money

NAMED = 3
"""KPIs that are named in a sentence."""

_ROLES = {"business": "business", "data_science": "data science", "operations": "operations", "reviewer": "review"}


def title(action: str, version: int | None, target: int | None = None, cutoff: float | None = None) -> str:
    """What to do, as a heading: `Go back to version 2`."""
    this = f"version {version}" if version is not None else "it"
    match action:
        case "keep":
            return f"Keep {this}"
        case "retrain":
            return "Retrain it" if version is None else f"Retrain: replace {this} with a new one"
        case "roll back":
            return f"Go back to version {target}" if target is not None else "Go back to an earlier version"
        case "promote the challenger":
            return f"Let version {target} take over" if target is not None else "Let the challenger take over"
        case "move the threshold":
            return f"Move the cut-off to {figure_text(cutoff)}" if cutoff is not None else "Move the cut-off"
        case "retire":
            return "Retire it"
        case "ask for outcomes":
            return "Ask for outcomes"
        case "agree on targets":
            return "Agree on its targets"
        case "say what it is worth":
            return "Say what its decisions are worth"
        case "mend what feeds it":
            return "Mend what feeds it"
    return action[:1].upper() + action[1:]


def feeds(at: Situation) -> str:
    """What is broken, as the light has it."""
    return _sentence(at.light_reason) if at.light_reason else "What comes in is beyond its failing limit."


def back(at: Situation, found: Back) -> str:
    """Why to go back, and to which version."""
    if found.surely_better and found.n:
        why = (
            f"On {found.n:,} decisions with an outcome that both scored, version {found.version} did better than "
            f"version {at.version}."
        )
    else:
        began = _day(at.failing_since) if at.failing_since else "then"
        since = _day(at.since) if at.since else "an unknown day"
        why = f"Performance has been failing since {began}, and version {at.version} took over on {since}."
    return f"{why} Version {found.version} is the last known good one: {found.why}."


def rival(at: Situation, found: Rival) -> str:
    """How the challenger does, and what stands before it."""
    how = "does better" if found.word == BETTER else "probably does better"
    told = f": {found.told}" if found.told else ""
    signed = "" if found.approval == "valid" else " A reviewer has to sign it off first."
    return (
        f"On {found.n:,} decisions with an outcome that both scored, version {found.version} {how} than version "
        f"{at.version}{told}.{signed}"
    )


def losing(at: Situation, months: Sequence[Month]) -> str:
    """The months that made a loss, and that nothing is known to mend it."""
    last = months[-3:]
    nets = ", ".join(f"{money(month.net, at.currency)} in {month.first:%B}" for month in last)
    n, known = sum(month.decisions for month in last), sum(month.labelled for month in last)
    in_a_row = f"{len(months)} finished months in a row" if len(months) > len(last) else "each of these months"
    way_out = "No version is" if at.task == "regression" else "No version and no cut-off is"
    return (
        f"It made a loss in {in_a_row}: {nets} ({known:,} of {n:,} decisions have an outcome). {way_out} known to make "
        "up for it."
    )


def silent(at: Situation) -> str:
    """Since when it decides nothing."""
    days = at.silent_days or 0
    return (
        f"It has not decided since {_day(at.today - timedelta(days))}, {days:,} days before this refresh. Ask whether "
        "it is still used: if nobody does, retire it; if somebody does, its log is not read."
    )


def decay(at: Situation) -> str:
    """Why Health advises retraining, and what the trend costs where that is known."""
    slope = at.runway.slope if at.runway else None
    falls = f" What it earns falls by about {money(-slope, at.currency)} each month." if slope and slope < 0 else ""
    rises = " By the line through its weeks its metric surely gets better." if at.improves else ""
    return " ".join(_sentence(reason) for reason in at.decay_reasons) + rises + falls


def runway(at: Situation, found: Runway) -> str:
    """When it stops paying, or that it does not pay now."""
    if found.net_per_month is not None and found.net_per_month < 0:
        return (
            f"By the line through its weeks it does not cover its costs now: {money(found.net_per_month, at.currency)} "
            "in thirty days."
        )
    if found.ends_on is None:
        return ""
    between = (
        f" (between {_day(found.ends_early or found.ends_on)} and {_day(found.ends_late)})" if found.ends_late else ""
    )
    return f"By the trend of its weeks it stops paying on {_day(found.ends_on)}{between}."


def cutoff(at: Situation, found: Cutoff) -> str:
    """What moving the cut-off brings, what it does to the alerts, and what it leaves of a loss."""
    alerts = ""
    if found.alerts is not None and found.best_alerts is not None:
        alerts = f" Alerts go from {_a_day(found.alerts)} to {_a_day(found.best_alerts)} a day."
    return (
        f"Its cut-off is {_figure(found.in_use)}; with {_figure(found.best)} it would have earned more, by "
        f"{found.n:,} decisions with an outcome of {found.days} days.{alerts}{_remains(at, found)}"
    )


def _a_day(alerts: float) -> str:
    return f"{alerts:,.0f}" if alerts >= 1 else figure_text(alerts)


def _remains(at: Situation, found: Cutoff) -> str:
    """What is left of the loss by the line through the weeks; empty without a loss."""
    net = at.runway.net_per_month if at.runway else None
    if net is None or net >= 0:
        return ""
    left = net + found.gain
    then = f"about {money(-left, at.currency)} of it would remain" if left < 0 else "this would make up for it"
    return (
        f" By the line through its weeks it does not cover its costs now: {money(net, at.currency)} in thirty days; "
        f"{then}."
    )


def either(at: Situation, *, waits: bool) -> str:
    """That another version and another cut-off of this one are alternatives; `waits` when the cut-off is left out."""
    best, found = at.cutoff, at.challenger
    if best is None or found is None:
        return ""
    if waits:
        return (
            f"It comes before moving the cut-off: {_figure(best.best)} would be version {at.version}'s, not version "
            f"{found.version}'s."
        )
    return (
        f"Let version {found.version} take over or move the cut-off, one of these, not both: {_figure(best.best)} is "
        f"version {at.version}'s."
    )


def outcomes(at: Situation) -> str:
    """What is missing to judge it by."""
    if not at.decisions and not at.old_decisions:
        return "No decision of it is known, so nothing can be said of how it does."
    if at.old_decisions:
        counted = (
            f"{at.old_labelled:,} of {at.old_decisions:,} decisions made 30 to 120 days before its last one have an "
            "outcome."
        )
    else:
        counted = f"{at.labelled:,} of its last {at.decisions:,} decisions have an outcome."
    why = " ".join(_sentence(reason) for reason in at.decay_reasons) if at.decay == "ask for outcomes" else ""
    drifted = " Its inputs have drifted, and nobody can tell what that does." if at.drift == "drifted" else ""
    return f"{f'{why} ' if why else ''}{counted}{drifted}"


def targets(at: Situation) -> str:
    """Which KPIs lack a target, or somebody's word."""
    if not at.kpis:
        return "Nobody has written down a KPI for it, so nobody can say whether it meets its targets."
    lacking = [kpi for kpi in at.kpis if kpi.target is None]
    open_ = [kpi for kpi in at.kpis if kpi.missing and kpi.target is not None]
    parts = []
    if lacking:
        parts.append(f"{_names(lacking)} {'has' if len(lacking) == 1 else 'have'} no target.")
    if open_:
        parts.append(_unagreed(at.kpis, open_))
    return " ".join(parts)


def _unagreed(kpis: Sequence[Kpi], some: Sequence[Kpi]) -> str:
    roles = list(dict.fromkeys(_ROLES.get(role, role) for kpi in some for role in kpi.missing))
    what = "Its KPI" if len(kpis) == 1 else f"{len(some)} of {len(kpis)} KPIs"
    is_ = "is" if len(some) == 1 else "are"
    return f"{what} {is_} not agreed to by everybody: {_names(some)}. Still to agree: {_some(roles)}."


def unpriced(at: Situation) -> str:
    """What nobody can say."""
    n = f"It made {at.decisions:,} decisions in the last thirty days of its log. " if at.decisions else ""
    return f"{n}Its file does not say what they are worth, so nobody can say what it earns."


def keep(at: Situation) -> str:
    """What speaks for it, and what else is worth knowing."""
    parts = [_performs(at), _earned(at), *_beyond(at)]
    if at.drift == "drifted" and at.performance == "stable":
        parts.append("Its inputs have drifted, but its outcomes show no loss by it so far.")
    elif at.light in ("watch", "drifted") and at.light_reason:
        parts.append(_sentence(at.light_reason))
    return " ".join(part for part in parts if part)


def _performs(at: Situation) -> str:
    match at.performance:
        case "stable":
            return f"Its performance is within its limits, and nothing known speaks against version {at.version}."
        case "watch":
            return "Its performance is on watch: beyond the first limit, not the second."
    return f"Nothing known speaks against version {at.version}."


def _earned(at: Situation) -> str:
    if not at.months:
        return "What it earned in any finished month could not be worked out." if at.priced else ""
    last = at.months[-1]
    return (
        f"It earned {money(last.net, at.currency)} after its costs in {last.first:%B %Y} ({last.labelled:,} of "
        f"{last.decisions:,} decisions have an outcome)."
    )


def _beyond(at: Situation) -> list[str]:
    return [
        f"But “{kpi.name}” is beyond its limit of {_figure(kpi.limit)}: {_figure(kpi.value)} {kpi.unit} "
        f"(n = {kpi.n:,})."
        for kpi in at.kpis
        if kpi.status == "beyond limit"
    ][:NAMED]


def _names(kpis: Sequence[Kpi]) -> str:
    shown = [f"“{kpi.name}”" for kpi in kpis[:NAMED]]
    rest = len(kpis) - len(shown)
    return _some([*shown, *([f"{rest} more"] if rest else [])])


def _some(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _figure(value: float | None) -> str:
    return "unknown" if value is None else figure_text(value)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _sentence(text: str) -> str:
    told = text.strip()
    told = told[:1].upper() + told[1:]
    return told if told.endswith((".", "!", "?")) else f"{told}."
