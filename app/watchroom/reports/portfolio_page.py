"""All models on one or two printed pages: what they earn together and each, how they get there, what to do next."""

from __future__ import annotations

from functools import partial
from zoneinfo import ZoneInfo

from watchroom import __version__
from watchroom.charts.words import days, share
from watchroom.domain.delivery import Delivery
from watchroom.domain.money_text import money, short_money
from watchroom.reports import action_words
from watchroom.reports import portfolio_words as words
from watchroom.reports.model_facts import BEFORE
from watchroom.reports.one_page import (
    Asked,
    Cell,
    Column,
    answer_box,
    cut,
    document,
    made,
    more,
    pairs,
    period_name,
    short_name,
    table,
    text,
)
from watchroom.reports.page_style import BUSINESS
from watchroom.reports.portfolio_report import Facts, Row
from watchroom.reports.svg_lines import Bar, bars, running, shares
from watchroom.store.queries.actions import Action

MODELS, ACTIONS, PROPOSALS, HAPPENED, STOPPED = 16, 8, 4, 3, 5
"""Rows of each table: with all of them full it is two pages."""

_NAMED = 2


def html(facts: Facts, asked: Asked, zone: ZoneInfo) -> str:
    """The report as one HTML document. Times are written in `zone`, which is named once."""
    parts = [
        _head(facts, asked, zone),
        answer_box(answers(facts)),
        _models(facts),
        _money(facts),
        _actions(facts),
        _funnel(facts),
        _delivery(facts),
        _proposals(facts),
        _happened(facts),
        _foot(facts, zone),
    ]
    return document(f"All models: {facts.period.name}", parts, BUSINESS)


def answers(facts: Facts) -> tuple[tuple[str, str], ...]:
    """The questions of whoever pays for the models, each with its answer."""
    return (
        ("On target?", on_target(facts)),
        ("What did they earn?", words.returned(facts.earned, facts.currency)),
        ("What should we do?", next_step(facts)),
        ("Do they get there?", f"{_reached(facts)} {words.fast(facts.year)} {words.safe(facts.year)}"),
    )


def on_target(facts: Facts) -> str:
    """How many models meet all of their targets, and which misses them most."""
    judged = facts.judged
    if not judged:
        return f"Unknown: no model has a target that could be judged in {facts.period.name}."
    met = [row for row in judged if row.targets and row.targets.met == row.targets.judged]
    worst = max(judged, key=lambda row: _misses(row))
    said = f"{len(met) or 'None'} of {words.count(len(judged), 'model')} with targets met all of them"
    if not any(_misses(worst)):
        return f"{said}."
    of = worst.targets
    assert of is not None, "it is one of the judged"
    beyond = f", {of.beyond} of them beyond the limit" if of.beyond else ""
    return f"{said}. The furthest off is {cut(worst.title, 50)}: it missed {of.judged - of.met} of {of.judged}{beyond}."


def _misses(row: Row) -> tuple[int, int]:
    return (row.targets.beyond, row.targets.judged - row.targets.met) if row.targets else (0, 0)


def next_step(facts: Facts) -> str:
    """The most pressing actions."""
    if not facts.actions:
        return "Nothing: no action is advised."
    now = sum(one.urgency == "now" for one in facts.actions)
    told = f"{words.count(now, 'action')} cannot wait. " if now else ""
    first = [f"{cut(one.title, 50)}: {_lower(action_words.what(one))}{_bringing(facts, one)}" for one in
             facts.actions[:_NAMED]]  # fmt: skip
    return f"{told}{'; '.join(first)}."


def _bringing(facts: Facts, one: Action) -> str:
    return (
        "" if one.worth_per_month is None else f" ({money(one.worth_per_month, facts.currency, signed=True)} a month)"
    )


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _reached(facts: Facts) -> str:
    there = next(step.reached for step in facts.funnel if step.stage == "champion")
    begun = len(facts.projects)
    if not begun:
        return "No project was begun."
    return f"{there or 'None'} of {words.count(begun, 'project')} begun reached production."


def _head(facts: Facts, asked: Asked, zone: ZoneInfo) -> str:
    left = [
        ("Period", period_name(facts.period.name, facts.period.is_over(facts.day))),
        ("Models", f"{len(facts.rows):,}"),
    ]
    return (
        f"<header><h1>What our models are worth</h1><div class='two'>{pairs(left)}"
        f"{pairs(made(asked, facts.snapshot, facts.made_at, zone))}</div></header>"
    )


def _models(facts: Facts) -> str:
    head = f"<h2>Value by model, {text(facts.period.name)}, the worst first</h2>"
    if not facts.rows:
        return f"{head}<p>There is no model yet.</p>"
    columns = [
        Column("Model"), Column("Net", 11, "n"), Column("Before", 11, "n"), Column("With outcome", 11, "n"),
        Column("Targets met", 10), Column("Light", 9), Column("Alerts", 7, "n"), Column("Next", 24, "w"),
    ]  # fmt: skip
    shown = facts.rows[:MODELS]
    losing = frozenset(place for place, row in enumerate(shown) if row.net is not None and row.net < 0)
    return f"{head}{table(columns, [_model(row, facts) for row in shown], losing)}{_rest(facts)}"


def _rest(facts: Facts) -> str:
    return more(min(MODELS, len(facts.rows)), len(facts.rows), "Portfolio")


def _model(row: Row, facts: Facts) -> list[Cell]:
    outcomes = share(row.labelled / row.decisions) if row.decisions else "–"
    targets = "none" if row.targets is None else f"{row.targets.met} of {row.targets.judged}"
    light = "unknown" if row.light == "no data" else row.light
    todo = "nothing advised" if row.first is None else action_words.what(row.first)
    urgent = " (now)" if row.first is not None and row.first.urgency == "now" else ""
    amounts = [money(amount, facts.currency) for amount in (row.net, row.net_before)]
    return [cut(row.title, 60), *amounts, outcomes, targets, light, f"{row.alerts:,}", f"{todo}{urgent}"]


def _money(facts: Facts) -> str:
    head = f"<h2>Money of all, by {facts.period.grain}</h2>"
    if not facts.together:
        return f"{head}<p>Nothing was worked out up to the end of the period.</p>"
    label = partial(short_money, currency=facts.currency)
    names = [short_name(one.first, facts.period) for one in facts.together]
    drawn = bars(
        [Bar(name, one.benefit, one.estimated, one.run_cost, facts.period.holds(one.first, one.last))
         for name, one in zip(names, facts.together, strict=True)], label, f"Money of all by {facts.period.grain}",
    )  # fmt: skip
    total = running([one.running for one in facts.together], names, None, label, "The running total of all")
    legend = "Filled: from outcomes. Hatched: estimated. Outlined: running costs."
    return (
        f"<div class='whole'>{head}<div class='two'><div><p class='small'>Benefit and costs. {legend}</p>{drawn}</div>"
        f"<div><p class='small'>Running total of net, all that is known</p>{total}</div></div></div>"
    )


def _actions(facts: Facts) -> str:
    head = "<h2>Next actions, the most pressing first</h2>"
    if not facts.actions:
        return f"{head}<p>None is advised.</p>"
    columns = [Column("Model", 15), Column("What", 16, "w"), Column("When", 9, "w"), Column("Why", None, "w"),
               Column("Would bring", 11, "w"), Column("Who decides", 21, "w")]  # fmt: skip
    rows = [
        [cut(one.title, 40), action_words.what(one), cut(one.urgency, 20), cut(one.reason, 110),
         "cannot be told" if one.worth_per_month is None else f"{money(one.worth_per_month, facts.currency)} a month",
         cut(action_words.who(one), 40)]
        for one in facts.actions[:ACTIONS]
    ]  # fmt: skip
    return f"{head}{table(columns, rows)}{more(len(rows), len(facts.actions), 'Portfolio')}"


def _funnel(facts: Facts) -> str:
    head = "<h2>What gets to production, of all that was begun</h2>"
    if not facts.projects:
        return f"{head}<p>No project was begun yet.</p>"
    total = facts.funnel[0].reached
    steps = [(words.STAGES[step.stage], step.reached, f"({share(step.reached / total)})") for step in facts.funnel]
    drawn = shares(steps, "Projects by how far they came")
    stopped = [one for one in facts.projects if one.why and one.kind == "model"][:STOPPED]
    lines = [(cut(one.title, 26), cut(one.why, 130)) for one in stopped]
    told = f"<p class='small'>Why models are no further:</p>{pairs(lines)}" if lines else ""
    return f"<div class='whole'>{head}<div class='two'><div>{drawn}</div><div class='small'>{told}</div></div></div>"


def _delivery(facts: Facts) -> str:
    end = "its end" if facts.period.is_over(facts.day) else days(facts.day, facts.day)
    columns = [Column("Delivery", 20), Column(words.capital(facts.period.name), 19), Column(f"12 months to {end}", 19),
               Column("What it means", None, "w")]  # fmt: skip
    now, year = facts.delivery, facts.year
    rows = [
        ["Lead time", _lead(now), _lead(year), words.LEAD],
        ["Releases", _releases(now), _releases(year), words.FREQUENCY],
        ["Changes that failed", _failed(now), _failed(year),
         words.FAILURE],
        ["Time to restore", words.days(now.restore.median), words.days(year.restore.median),
         words.RESTORE],
        ["Waiting for a review", f"{len(facts.waiting):,} now", "", "versions that somebody needs and nobody signed"],
    ]  # fmt: skip
    since = f" Releases are seen since {days(facts.seen_since, facts.seen_since)}." if facts.seen_since else ""
    return (
        f"<div class='whole'><h2>How fast and how safely</h2>{table(columns, rows)}<p class='small'>{since}</p></div>"
    )


def _lead(found: Delivery) -> str:
    n = f" ({words.count(found.lead.n, 'version')})" if found.lead.n else ""
    return f"{words.days(found.lead.median)}{n}"


def _releases(found: Delivery) -> str:
    told = found.per_month is not None and found.months > 1
    rate = f", {found.per_month:.1f} a month over {found.months:.0f} months" if told else ""
    return f"{found.changes:,}{rate}"


def _failed(found: Delivery) -> str:
    open_ = f"; {found.open_} open" if found.open_ else ""
    return f"{found.failed:,} of {found.judged:,}{open_}" if found.judged else f"unknown{open_}"


def _proposals(facts: Facts) -> str:
    if not facts.proposals:
        return "<h2>Open proposals</h2><p>None.</p>"
    columns = [
        Column("Model", 18),
        Column("Proposal", 18),
        Column("Because", None, "w"),
        Column("How it stands", 30, "w"),
    ]
    rows = [
        [cut(one.title, 40), cut(one.action, 40), cut(one.trigger, 90), action_words.stands(one)]
        for one in facts.proposals[:PROPOSALS]
    ]
    return f"<h2>Open proposals</h2>{table(columns, rows)}{more(len(rows), len(facts.proposals), 'Portfolio')}"


def _happened(facts: Facts) -> str:
    if not facts.happened:
        return ""
    rows = [(days(one.first_day, one.last_day), cut(one.title, 100)) for one in facts.happened[:HAPPENED]]
    rest = more(len(rows), len(facts.happened), "Value")
    return f"<h2>What happened, {text(facts.period.name)}</h2><div class='days'>{pairs(rows)}</div>{rest}"


def _foot(facts: Facts, zone: ZoneInfo) -> str:
    currency = f"Money is in {text(facts.currency)}. " if facts.currency else ""
    return (
        f"<footer>{currency}Net is benefit, realized and estimated, less running costs, by the assumptions in each "
        "model's file; a model whose money is unknown is not in the sums. With outcome: of the period's decisions. "
        f"The charts show at most {BEFORE} {facts.period.grain}s. Months and days are UTC, times in {text(zone.key)}. "
        f"Lights, alerts, actions and proposals are as of the snapshot. Watchroom {text(__version__)}.</footer>"
    )
