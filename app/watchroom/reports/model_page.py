"""What a model is worth on one or two printed pages, for the person who pays for it.

Everything stands in HTML that needs nothing from outside and can be read in black and white; what is cut says how much
there is. The three answers come first, then what they rest on.
"""

from __future__ import annotations

from functools import partial
from zoneinfo import ZoneInfo

from watchroom import __version__
from watchroom.charts.words import days
from watchroom.domain.kpi import BEYOND_LIMIT, ON_TARGET
from watchroom.domain.money_text import money, short_money
from watchroom.reports import action_words, kpi_sentences
from watchroom.reports import model_words as words
from watchroom.reports.model_facts import BEFORE, Facts, Money, Stay, Target
from watchroom.reports.one_page import (
    Asked,
    Cell,
    Column,
    Html,
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
from watchroom.reports.svg_lines import Bar, bars, running, spark
from watchroom.store.queries.kpis import Reading

TARGETS, MONTHS, ALERTS, STAYS, ACTIONS, PROPOSALS, HAPPENED = 8, 6, 4, 3, 4, 3, 3
"""Rows of each table: with all of them full it is two pages."""

_TITLE, _PURPOSE = 70, 200
_ROLES = {"business": "Business", "data_science": "Data science", "operations": "Operations", "reviewer": "Reviewer",
          "on_call": "On call", "deputy": "Deputy"}  # fmt: skip


def html(facts: Facts, asked: Asked, zone: ZoneInfo) -> str:
    """The report as one HTML document. Times are written in `zone`, which is named once."""
    title = f"{cut(facts.about.title, _TITLE)}: {facts.period.name}"
    parts = [
        _head(facts, asked, zone),
        answer_box(words.answers(facts)),
        _targets(facts),
        _money(facts),
        _actions(facts),
        _health(facts),
        _stays(facts),
        _proposals(facts, zone),
        _happened(facts),
        _owners(facts),
        _foot(facts, zone),
    ]
    return document(title, parts, BUSINESS)


def _head(facts: Facts, asked: Asked, zone: ZoneInfo) -> str:
    about = facts.about
    left = [
        ("Period", period_name(facts.period.name, facts.period.is_over(facts.day))),
        ("Model", cut(about.model, 60) + (f", risk {about.tier}" if about.tier else ", risk not assessed")),
    ]
    purpose = f"<p class='lead'>{text(cut(about.purpose, _PURPOSE))}</p>" if about.purpose else ""
    return (
        f"<header><h1>What {text(cut(about.title, _TITLE))} is worth</h1>{purpose}"
        f"<div class='two'>{pairs(left)}{pairs(made(asked, facts.snapshot, facts.made_at, zone))}</div></header>"
    )


def _targets(facts: Facts) -> str:
    head = f"<h2>Targets, {text(facts.period.name)}</h2>"
    if not facts.targets:
        return f"{head}<p>Its file names no KPI, so nobody can say whether it is on target.</p>"
    several = facts.period.length in ("quarter", "year")
    columns = [
        Column("KPI", 25), Column("Target", 9, "n"), Column("Limit", 9, "n"), Column("Actual", 20, "n"),
        Column("How it stands", 18, "w"), Column(f"Last {BEFORE} {facts.period.grain}s, target dashed"),
    ]  # fmt: skip
    shown = facts.targets[:TARGETS]
    rows = [_target(one, facts, several) for one in shown]
    beyond = frozenset(place for place, one in enumerate(shown) if one.kpi.status == BEYOND_LIMIT)
    newest = "<p class='small'>Actual: of the last month of the period.</p>" if several else ""
    return f"{head}{table(columns, rows, beyond)}{more(len(shown), len(facts.targets), 'Value')}{newest}"


def _target(one: Target, facts: Facts, several: bool) -> list[Cell]:
    kpi = one.kpi
    now = kpi.now
    stands = cut(kpi_sentences.not_known(kpi, facts.currency), 110) or kpi.status
    if several and now is not None and len(one.within) > 1:
        met = sum(reading.status == ON_TARGET for reading in one.within)
        stands += f"; met in {met} of {len(one.within)} months"
    value = kpi_sentences.figure(now.value if now else None, kpi.unit, facts.currency)
    about = f"{cut(kpi.name, 60)} over time"
    return [
        cut(kpi.name, 60),
        _aim(kpi.target, one, facts),
        _aim(kpi.limit, one, facts),
        cut(value, 40),
        stands,
        Html(_spark(one, about)),
    ]


def _aim(value: float | None, one: Target, facts: Facts) -> str:
    """A target or limit beside a value that says its unit; `–` for none."""
    return "–" if value is None else cut(kpi_sentences.brief(value, _unit(one, facts), facts.currency), 20)


def _unit(one: Target, facts: Facts) -> str | None:
    """The unit where it is short enough to be said twice: of money and of percents."""
    unit = one.kpi.unit
    return unit if unit and (unit.startswith("%") or unit == facts.currency) else None


def _spark(one: Target, about: str) -> str:
    chosen = frozenset(place for place, reading in enumerate(one.readings) if reading in one.within)
    if not any(reading.value is not None for reading in one.readings):
        return ""
    return spark([_finite(reading) for reading in one.readings], one.kpi.target, about, chosen=chosen)


def _finite(reading: Reading) -> float | None:
    return reading.value if reading.value is not None and abs(reading.value) < float("inf") else None


def _money(facts: Facts) -> str:
    head = f"<h2>Money by {facts.period.grain}</h2>"
    if not facts.money:
        return f"{head}<p>Nothing was worked out up to the end of the period. {text(words.assumptions(facts))}</p>"
    recent = facts.money[-BEFORE:]
    label = partial(short_money, currency=facts.currency)
    drawn = bars([_bar(one, facts) for one in recent], label, f"Money by {facts.period.grain}")
    build = facts.answer.build_cost if facts.answer else None
    total = running(
        [one.running for one in recent], [short_name(one.first, facts.period) for one in recent],
        (build, f"building cost {money(build, facts.currency)}") if build else None, label, "The running total",
    )  # fmt: skip
    legend = "Filled: from outcomes. Hatched: estimated. Outlined: running costs."
    return (
        f"<div class='whole'>{head}<div class='two'><div><p class='small'>Benefit and costs. {legend}</p>{drawn}</div>"
        f"<div><p class='small'>Running total, since {text(_day(facts))}</p>{total}</div></div></div>"
        f"{_months(facts)}<p class='small'>{text(words.rests_on(facts))} {text(words.assumptions(facts))}</p>"
    )


def _day(facts: Facts) -> str:
    first = facts.answer.first_day if facts.answer else facts.money[0].first
    return days(first, first)


def _bar(one: Money, facts: Facts) -> Bar:
    chosen = facts.period.holds(one.first, one.last)
    return Bar(short_name(one.first, facts.period), one.benefit, one.estimated, one.run_cost, chosen)


def _months(facts: Facts) -> str:
    most = BEFORE if facts.period.length == "year" else MONTHS
    columns = [
        Column(facts.period.grain.capitalize()), Column("Decisions", 10, "n"), Column("With outcome", 11, "n"),
        Column("Realized", 12, "n"), Column("Estimated", 12, "n"), Column("Costs", 11, "n"), Column("Net", 12, "n"),
        Column("Running total", 13, "n"),
    ]  # fmt: skip
    amount = partial(money, currency=facts.currency)
    shown = facts.money[-most:]
    rows = [
        [
            days(one.first, one.last) if facts.period.grain == "week" else f"{one.first:%b %Y}",
            f"{one.decisions:,}", f"{one.labelled:,}",
            amount(one.benefit) if one.labelled or one.benefit is not None else "–",
            amount(one.estimated) if one.labelled < one.decisions or one.estimated is not None else "–",
            "unknown" if one.run_cost is None else amount(-one.run_cost), amount(one.net), amount(one.running),
        ]
        for one in shown
    ]  # fmt: skip
    own = frozenset(place for place, one in enumerate(shown) if facts.period.holds(one.first, one.last))
    return table(columns, rows, own)


def _actions(facts: Facts) -> str:
    head = "<h2>Next actions</h2>"
    if not facts.actions:
        return f"{head}<p>None is advised.</p>"
    columns = [Column("What", 24, "w"), Column("When", 12, "w"), Column("Why", None, "w"),
               Column("Would bring", 15, "w"), Column("Who decides", 19, "w")]  # fmt: skip
    rows = [
        [action_words.what(one), cut(one.urgency, 20), cut(one.reason, 160),
         action_words.brings(one, facts.currency) or "cannot be told", action_words.who(one)]
        for one in facts.actions[:ACTIONS]
    ]  # fmt: skip
    return f"{head}{table(columns, rows)}{more(len(rows), len(facts.actions), 'Value')}"


def _health(facts: Facts) -> str:
    head = f"<h2>Health and open alerts, on {text(days(facts.day, facts.day))}</h2><p>{text(words.light(facts))}</p>"
    if not facts.alerts:
        return f"{head}<p>No alert is open.</p>"
    columns = [Column("Alert"), Column("How bad", 11), Column("Since", 13), Column("Who has it", 28, "w")]
    rows = [
        [words.alert(one), one.severity, days(one.since, one.since) if one.since else "unknown",
         f"{cut(one.owner or 'nobody', 34)}{'' if one.state == 'open' else f' ({one.state})'}"]
        for one in facts.alerts[:ALERTS]
    ]  # fmt: skip
    bad = frozenset(place for place, one in enumerate(facts.alerts[:ALERTS]) if one.severity == "critical")
    return f"{head}{table(columns, rows, bad)}{more(len(rows), len(facts.alerts), 'Alerts')}"


def _stays(facts: Facts) -> str:
    head = "<h2>Versions in service</h2>"
    if not facts.stays:
        return f"{head}<p>None was in service, or no log tells of it.</p>"
    columns = [Column("Version", 12), Column("In service", 27, "w"), Column("Registered", 14), Column("Sign-off", 16),
               Column("What changed, as its makers wrote", None, "w")]  # fmt: skip
    rows = [_stay(one) for one in facts.stays[:STAYS]]
    return f"{head}{table(columns, rows)}{more(len(rows), len(facts.stays), 'Versions')}"


_SIGNED = {"valid": "signed off", "void": "no longer valid", "rejected": "rejected", "none": "nobody signed"}


def _stay(one: Stay) -> list[Cell]:
    since = f"since {days(one.first, one.first)}" if one.last is None else days(one.first, one.last)
    instead = f", in place of version {one.before}" if one.before is not None else ""
    return [
        f"Version {one.version}", f"{since}{instead}",
        days(one.created_at, one.created_at) if one.created_at else "unknown",
        _SIGNED.get(one.approval or "", "unknown"), cut(one.description, 160) or "nothing was written",
    ]  # fmt: skip


def _proposals(facts: Facts, zone: ZoneInfo) -> str:
    at = facts.made_at.astimezone(zone)
    head = f"<h2>Open proposals, as of {at.day} {at:%b %H:%M}</h2>"
    if not facts.proposals:
        return f"{head}<p>None.</p>"
    columns = [Column("Proposal", 22, "w"), Column("Because", None, "w"), Column("Would bring", 15, "w"),
               Column("Opened", 22, "w"), Column("How it stands", 20, "w")]  # fmt: skip
    rows = [
        [cut(one.action, 60), cut(one.trigger, 120), _worth(one.worth_per_month, facts.currency),
         f"{days(one.at, one.at)} by {cut(one.actor, 40)}", action_words.stands(one)]
        for one in facts.proposals[:PROPOSALS]
    ]  # fmt: skip
    return f"{head}{table(columns, rows)}{more(len(rows), len(facts.proposals), 'Value')}"


def _worth(amount: float | None, currency: str) -> str:
    return "not told" if amount is None else f"{money(amount, currency)} a month"


def _happened(facts: Facts) -> str:
    head = f"<h2>What happened, {text(facts.period.name)}</h2>"
    if not facts.happened:
        return f"{head}<p>Nobody noted anything.</p>"
    rows = [(days(one.first_day, one.last_day), f"{cut(one.title, 80)}{f'. {cut(one.text, 110)}' if one.text else ''}")
            for one in facts.happened[:HAPPENED]]  # fmt: skip
    return f"{head}<div class='days'>{pairs(rows)}</div>{more(len(rows), len(facts.happened), 'Value')}"


def _owners(facts: Facts) -> str:
    held = dict(facts.about.owners)
    rows = [(name, cut(held.get(role, "nobody"), 70)) for role, name in _ROLES.items()]
    half = -(-len(rows) // 2)
    return (
        f"<div class='whole'><h2>Who answers for it</h2>"
        f"<div class='two'>{pairs(rows[:half])}{pairs(rows[half:])}</div></div>"
    )


def _foot(facts: Facts, zone: ZoneInfo) -> str:
    currency = f"Money is in {text(facts.currency)}" if facts.currency else "The workspace names no currency"
    return (
        f"<footer>{currency}. Net is benefit, realized and estimated, less running costs; benefit is what decisions of "
        "the versions in service were worth beyond what would have been done without the model. Estimated: of "
        "decisions without an outcome yet; it changes as outcomes come in. Months and days are UTC, times in "
        f"{text(zone.key)}. Next actions, health, proposals and owners are as of the snapshot. "
        f"Watchroom {text(__version__)}.</footer>"
    )
