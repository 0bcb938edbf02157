"""One decision on one printed page: HTML that needs nothing from outside, for a complaint desk or an auditor.

What it is made of, and that nothing from outside runs in it, is in `one_page`.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from watchroom import __version__
from watchroom.charts.words import cutoff_text, short, signed
from watchroom.domain.decision import Explanation, as_probability, place_of, probability, steps
from watchroom.reports import decision_words as words
from watchroom.reports.decision_besides import Besides, besides, health, role
from watchroom.reports.decision_facts import Facts, Input
from watchroom.reports.one_page import Asked, cut, document, pairs, text, when
from watchroom.reports.page_style import DECISION
from watchroom.reports.svg import waterfall

ROWS = 20
"""Inputs with a row of their own: with them, the drawing and the rest one A4 page is full."""

MANY_ROWS = 12
"""With more rows than this each has room for one line, and so for fewer of the usual values."""

BARS = 10
NOTHING_BESIDES = Besides()
_NAME = 34
_LABEL = 36


def html(facts: Facts, asked: Asked, zone: ZoneInfo, more: Besides = NOTHING_BESIDES) -> str:
    """The report as one HTML document. Times are written in `zone`, which is named once."""
    title = f"Decision {cut(facts.case.id, 60)} by {cut(facts.around.title, 60)}"
    parts = [
        _head(facts, asked, zone),
        f"<p class='answer'>{text(words.answer(facts, quoted))} {text(words.outcome(facts))}</p>",
        _why(facts),
        _inputs(facts),
        pairs([(key, cut(value, 300)) for key, value in besides(facts, more)]),
        f"<div class='two'>{_live(facts, zone)}{_day(facts)}</div>{_approved(facts, zone)}",
        _foot(facts, zone),
    ]
    return document(title, parts, DECISION)


def quoted(name: str) -> str:
    """A column's name in a sentence of the report."""
    return f"“{cut(name, 40)}”"


def _head(facts: Facts, asked: Asked, zone: ZoneInfo) -> str:
    case, around = facts.case, facts.around
    left = [
        ("Decision", cut(case.id, 80)),
        ("Made at", f"{when(case.at, zone)} ({zone.key})"),
        ("Model", f"{cut(case.model, 60)}, version {case.version}"),
    ]
    right = [
        ("Asked by", cut(asked.by, 60) or "not signed in"),
        ("Report made", when(asked.at, zone)),
        ("Data as of", f"snapshot {around.snapshot}, {when(around.made_at, zone)}"),
    ]
    return (
        f"<header><h1>Why {text(cut(around.title, 70))} decided this one</h1>"
        f"<div class='two'>{pairs(left)}{pairs(right)}</div></header>"
    )


def _why(facts: Facts) -> str:
    found = facts.explanation
    if found is None:
        return f"<h2>Why</h2><p>This decision could not be explained. {text(cut(facts.problem, 400))}</p>"
    bars = steps(found, BARS)
    labels = [
        f"{bar.others} other inputs" if bar.others else _labelled(bar.label, words.value_text(bar.value))
        for bar in bars
    ]
    ends = (f"on average {_amount(found.base)}", f"this decision {_amount(found.output)}")
    unit = cut(words.space_text(found, facts), 30)
    drawn = waterfall(
        found, labels, [signed(bar.added) for bar in bars], ends, BARS, f"What each input added, in {unit}",
        _cutoff_line(facts, found),
    )  # fmt: skip
    return f"<h2>What moved it, in {text(unit)}</h2>{drawn}<p class='small'>{text(_reading(found))}</p>"


def _cutoff_line(facts: Facts, found: Explanation) -> tuple[float, str] | None:
    cutoff = facts.around.cutoff
    at = place_of(cutoff.value, found) if cutoff else None
    return None if cutoff is None or at is None else (at, f"cut-off {cutoff_text(cutoff.value)}")


def _labelled(feature: str, value: str) -> str:
    """An input with its value, of which the name is cut first."""
    shown = cut(value, 20)
    return f"{cut(feature, _LABEL - len(shown))} = {shown}"


def _amount(value: float) -> str:
    return short(value).replace("-", "−")


def _reading(found: Explanation) -> str:
    explained = f", of the class {cut(found.klass, 30)}" if found.klass not in (None, "1") else ""
    odds = ""
    if as_probability(found):
        base, output = (words.score_number(probability(value)) for value in (found.base, found.output))
        odds = f" As a probability: from {base} on average to {output}."
    return (
        f"The model's output{explained} begins at its average and ends at this decision; + puts it higher, − lower. "
        f"Made by {words.method_text(found)}.{odds} It says what the model went by, not what caused the outcome."
    )


def _inputs(facts: Facts) -> str:
    shown = facts.inputs if len(facts.inputs) <= ROWS else facts.inputs[: ROWS - 1]
    rest = facts.inputs[len(shown) :]
    head = (
        "<tr><th style='width:17%'>Input</th><th style='width:11%' class='n'>Value</th>"
        "<th style='width:33%'>Usual in the reference</th><th>Where it stands</th>"
        "<th style='width:9%' class='n'>Added</th></tr>"
    )
    rows = "".join(_row(one, 3 if len(shown) <= MANY_ROWS else 2) for one in shown)
    if rest:
        added = signed(sum(one.added or 0.0 for one in rest))
        rows += f"<tr><td colspan='4'>{_rest(rest)}</td><td class='n'>{added}</td></tr>"
    return f"<h2>The inputs</h2><table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _rest(rest: Sequence[Input]) -> str:
    """What the last row sums."""
    inputs = sum(one.added is not None for one in rest)
    others = len(rest) - inputs
    told = [f"{inputs} other input{'s together' if inputs > 1 else ''}"] if inputs else []
    if others:
        told.append(f"{others} logged column{'s that are no inputs' if others > 1 else ' that is no input'}")
    return " and ".join(told)


def _row(one: Input, usual_values: int) -> str:
    added = "no input" if one.added is None else signed(one.added)
    told = words.standing_text(one.value, one.standing, one.usual)
    mark = " class='odd'" if one.standing.unusual else ""
    cells = (
        f"<td>{text(cut(one.feature, _NAME))}</td><td class='n'>{text(cut(words.value_text(one.value), 22))}</td>"
        f"<td class='w'>{text(words.usual_text(one.usual, one.value, usual_values))}</td><td{mark}>{text(told)}</td>"
        f"<td class='n'>{text(added)}</td>"
    )
    return f"<tr>{cells}</tr>"


def _live(facts: Facts, zone: ZoneInfo) -> str:
    live = facts.around.live
    rows = [("Version", role(facts))]
    if live is None:
        return f"<section><h2>What was live</h2>{pairs([*rows, ('Registry', 'does not know this version')])}</section>"
    run = "unknown" if live.run_id is None else f"{cut(live.run_name or '', 30)} {live.run_id}".strip()
    commit = (
        "not recorded"
        if live.commit is None
        else f"{live.commit[:40]}{', with uncommitted changes' if live.dirty else ''}"
    )
    data = "; ".join(f"{cut(name, 30)} {digest} ({context or 'no context'})" for name, digest, context in live.data[:3])
    rows += [
        ("Registered", "unknown" if live.created_at is None else when(live.created_at, zone)),
        ("Run", run + (", deleted in MLflow" if live.run_deleted else "")),
        ("Commit", commit),
        ("Data", data or "no dataset was recorded"),
    ]
    return f"<section><h2>What was live</h2>{pairs([(key, cut(value, 220)) for key, value in rows if value])}</section>"


def _approved(facts: Facts, zone: ZoneInfo) -> str:
    return pairs([("Approval", cut(approval(facts, zone), 260))])


def approval(facts: Facts, zone: ZoneInfo) -> str:
    """Who had signed the version off when it decided, and whether that still holds."""
    signed = facts.around.signed
    then = [one for one in signed if one.at <= facts.case.at]
    if not then:
        later = f"; signed off since ({len(signed)})" if signed else ""
        return f"nobody had signed it off at that time{later}"
    told = [
        f"{one.decision} for {one.stage} by {cut(one.actor, 40)} as {one.role.replace('_', ' ')}, "
        + when(one.at, zone)
        + ("" if one.status == "valid" else f" ({one.status} by now)")
        for one in then[-2:]
    ]
    return "; ".join(told)


def _day(facts: Facts) -> str:
    rows = [(key, cut(value, 200)) for key, value in health(facts)]
    return f"<section><h2>Its health that day</h2>{pairs(rows)}</section>"


def _foot(facts: Facts, zone: ZoneInfo) -> str:
    return (
        "<footer>Usual: of a number the 5th to the 95th percentile of the reference, of one with few values and of a "
        f"category the most frequent. Times are in {text(zone.key)}; days, as of health and of months, are UTC days. "
        f"An outcome is as known in the snapshot. Watchroom {text(__version__)}.</footer>"
    )
