"""The sentences of a model's printed page: the three answers, and what the money rests on. Plain text."""

from __future__ import annotations

from watchroom.charts.words import days, share, short
from watchroom.domain.money_text import money
from watchroom.domain.vocabulary import METHOD_NAMES, METRIC_NAMES, OWN_NAMES, SIGNAL_PHRASES
from watchroom.domain.worth import OUTCOMES, ErrorWorth, OutcomeWorth, left_out, terms_of
from watchroom.reports import action_words, kpi_sentences, value_words
from watchroom.reports.model_facts import Facts
from watchroom.reports.one_page import cut
from watchroom.reports.value_words import kind_name
from watchroom.store.queries.alerts import Alert
from watchroom.workspace.answer import Answer as Names

_ANSWER = 420
"""Characters of an answer: names from outside may be of any length."""

_MUCH_UNKNOWN = 0.5
"""From this share on without an outcome a report says so beside the earnings."""


def answers(facts: Facts) -> tuple[tuple[str, str], ...]:
    """The three questions of whoever pays for it, each with its answer."""
    return (
        ("On target?", on_target(facts)),
        ("What did it earn?", earned(facts)),
        ("What should we do?", next_step(facts)),
    )


def on_target(facts: Facts) -> str:
    """Whether it met its targets in the period; of a longer one, in the last month of it."""
    return cut(kpi_sentences.answer([target.kpi for target in facts.targets], facts.currency), _ANSWER)


def earned(facts: Facts) -> str:
    """What it earned in the period, and whether it has paid back what it cost to build."""
    if facts.spec is None or facts.spec.value is None:
        return "Unknown: its file does not say what a decision is worth."
    if facts.answer is None:
        return f"Unknown: no decisions were worked out for {facts.period.name}."
    if facts.answer.known and facts.answer.net is None:
        return f"Unknown: its file leaves out what some of its outcomes in {facts.period.name} are worth."
    name = facts.period.name if facts.answer.over else f"{facts.period.name} so far"
    told = value_words.earned(facts.answer, facts.spec, facts.currency, name)
    trend = facts.runway is not None and facts.runway.net_per_month is not None
    back = ""
    if facts.answer.build_cost:
        late = facts.answer.last_day > facts.period.last
        back = value_words.paid_back(facts.answer, facts.currency, facts.pays_back_on, trend=trend, dated=late)
    return " ".join(part for part in (told, back) if part)


def next_step(facts: Facts) -> str:
    """The first of the next actions."""
    if not facts.actions:
        return "Nothing is advised: too little is known of it."
    return action_words.order(facts.actions[0], facts.currency)


def rests_on(facts: Facts) -> str:
    """Of how many decisions the period's money is made; empty when there is none."""
    if facts.answer is None or not facts.answer.decisions:
        return ""
    known, total = facts.answer.labelled, facts.answer.decisions
    told = f"{known:,} of {total:,} decisions of {facts.period.name} have an outcome"
    late = total - known
    return f"{told}; {share(late / total)} have none yet." if late / total >= _MUCH_UNKNOWN else f"{told}."


def assumptions(facts: Facts) -> str:
    """What every amount rests on, as the model's file has it: small print."""
    if facts.spec is None or facts.spec.value is None:
        return ""
    given = facts.spec.value
    terms = terms_of(given.model_dump())
    parts = [] if terms is None else [_terms(terms, facts.spec.answer, facts.currency)]
    baseline = value_words.baseline_name(given.baseline, facts.spec.answer)
    parts.append(f"compared with {cut(baseline, 60)}" if baseline else "compared with nothing: no baseline is given")
    for name, amount, per in (
        ("running it", given.run_cost_per_month, " a month"),
        ("building it", given.build_cost, ""),
    ):
        parts.append(f"{name} {'costs' if per else 'cost'} {money(amount, facts.currency)}{per}")
    missing = left_out(terms) if terms is not None else ()
    unknown = f" Not given, and so unknown: {', '.join(name.replace('_', ' ') for name in missing)}." if missing else ""
    return f"Assumptions, from the model's file: {'; '.join(parts)}.{unknown}"


def _terms(terms: OutcomeWorth | ErrorWorth, names: Names, currency: str) -> str:
    if isinstance(terms, ErrorWorth):
        unit = cut(names.unit or "unit", 20)
        sides = (("too much", terms.over), ("too little", terms.under))
        return ", ".join(
            f"{money(at, currency, signed=True)} for each {unit} {side}" for side, at in sides if at is not None
        )
    given = ((cut(kind_name(kind, names), 40), getattr(terms, kind.field)) for kind in OUTCOMES)
    return "; ".join(f"{name}: {money(amount, currency, signed=True)}" for name, amount in given if amount is not None)


def light(facts: Facts) -> str:
    """Its light as of the snapshot, with the reason."""
    found = facts.light
    if found is None or found.light == "no data":
        return "Not judged: there are too few decisions or no reference to compare them with."
    of = f", by the seven days to {days(found.period_end, found.period_end)}" if found.period_end else ""
    reason = f". {cut(found.reason, 200).rstrip('.')}." if found.reason else "."
    return f"{found.light.capitalize()}{of}{reason}"


def alert(one: Alert) -> str:
    """What an open alert is about: `drift of amount: PSI 0.31, limit 0.25`."""
    names = METRIC_NAMES if one.signal == "performance" else OWN_NAMES
    name = names.get(one.feature) or cut(one.feature, 40)
    subject = SIGNAL_PHRASES.get(one.signal, one.signal + " of {}").format(name)
    method = f"{METHOD_NAMES.get(one.method or '', '')} " if one.signal == "drift" else ""
    measured = "" if one.value is None else f": {method.lstrip()}{short(one.value)}"
    limit = "" if one.limit is None or one.value is None else f", limit {short(one.limit)}"
    return f"{subject}{measured}{limit}"
