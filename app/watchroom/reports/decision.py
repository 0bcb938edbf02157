"""One decision on one printed page: HTML that needs nothing from outside, for a complaint desk or an auditor.

No script, no address that is fetched; every text from outside is escaped. The PDF is made from the same HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from zoneinfo import ZoneInfo

from watchroom import __version__
from watchroom.charts.words import cutoff_text, short, signed
from watchroom.domain.decision import Explanation, as_probability, place_of, probability, steps
from watchroom.reports import decision_words as words
from watchroom.reports.decision_besides import Besides, besides, health, role
from watchroom.reports.decision_facts import Facts, Input
from watchroom.reports.decision_style import STYLE
from watchroom.reports.svg import waterfall

ROWS = 20
"""Inputs with a row of their own: with them, the drawing and the rest one A4 page is full."""

MANY_ROWS = 12
"""With more rows than this each has room for one line, and so for fewer of the usual values."""

BARS = 10
NOTHING_BESIDES = Besides()
_NAME = 34
_LABEL = 36


@dataclass(frozen=True)
class Asked:
    """Who asked for the report, and when (UTC). `by` may be empty: then nobody was signed in."""

    by: str
    at: datetime


def html(facts: Facts, asked: Asked, zone: ZoneInfo, more: Besides = NOTHING_BESIDES) -> str:
    """The report as one HTML document. Times are written in `zone`, which is named once."""
    title = f"Decision {_cut(facts.case.id, 60)} by {_cut(facts.around.title, 60)}"
    parts = [
        _head(facts, asked, zone),
        f"<p class='answer'>{_text(words.answer(facts, quoted))} {_text(words.outcome(facts))}</p>",
        _why(facts),
        _inputs(facts),
        _list([(key, _cut(value, 300)) for key, value in besides(facts, more)]),
        f"<div class='two'>{_live(facts, zone)}{_day(facts)}</div>{_approved(facts, zone)}",
        _foot(facts, zone),
    ]
    return (
        f"<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><title>{_text(title)}</title>"
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<meta name='viewport' content='width=device-width'><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def quoted(name: str) -> str:
    """A column's name in a sentence of the report."""
    return f"“{_cut(name, 40)}”"


def _text(text: object) -> str:
    return escape(str(text))


def _cut(text: object, most: int) -> str:
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _when(moment: datetime, zone: ZoneInfo) -> str:
    local = (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(zone)
    return f"{local.day} {local:%b %Y %H:%M}"


def _head(facts: Facts, asked: Asked, zone: ZoneInfo) -> str:
    case, around = facts.case, facts.around
    left = [
        ("Decision", _cut(case.id, 80)),
        ("Made at", f"{_when(case.at, zone)} ({zone.key})"),
        ("Model", f"{_cut(case.model, 60)}, version {case.version}"),
    ]
    right = [
        ("Asked by", _cut(asked.by, 60) or "not signed in"),
        ("Report made", _when(asked.at, zone)),
        ("Data as of", f"snapshot {around.snapshot}, {_when(around.made_at, zone)}"),
    ]
    return (
        f"<header><h1>Why {_text(_cut(around.title, 70))} decided this one</h1>"
        f"<div class='two'>{_list(left)}{_list(right)}</div></header>"
    )


def _list(rows: Sequence[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{_text(key)}</dt><dd>{_text(value)}</dd>" for key, value in rows) + "</dl>"


def _why(facts: Facts) -> str:
    found = facts.explanation
    if found is None:
        return f"<h2>Why</h2><p>This decision could not be explained. {_text(_cut(facts.problem, 400))}</p>"
    bars = steps(found, BARS)
    labels = [
        f"{bar.others} other inputs" if bar.others else _labelled(bar.label, words.value_text(bar.value))
        for bar in bars
    ]
    ends = (f"on average {_amount(found.base)}", f"this decision {_amount(found.output)}")
    unit = _cut(words.space_text(found, facts), 30)
    drawn = waterfall(
        found, labels, [signed(bar.added) for bar in bars], ends, BARS, f"What each input added, in {unit}",
        _cutoff_line(facts, found),
    )  # fmt: skip
    return f"<h2>What moved it, in {_text(unit)}</h2>{drawn}<p class='small'>{_text(_reading(found))}</p>"


def _cutoff_line(facts: Facts, found: Explanation) -> tuple[float, str] | None:
    cutoff = facts.around.cutoff
    at = place_of(cutoff.value, found) if cutoff else None
    return None if cutoff is None or at is None else (at, f"cut-off {cutoff_text(cutoff.value)}")


def _labelled(feature: str, value: str) -> str:
    """An input with its value, of which the name is cut first."""
    shown = _cut(value, 20)
    return f"{_cut(feature, _LABEL - len(shown))} = {shown}"


def _amount(value: float) -> str:
    return short(value).replace("-", "−")


def _reading(found: Explanation) -> str:
    explained = f", of the class {_cut(found.klass, 30)}" if found.klass not in (None, "1") else ""
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
        f"<td>{_text(_cut(one.feature, _NAME))}</td><td class='n'>{_text(_cut(words.value_text(one.value), 22))}</td>"
        f"<td class='w'>{_text(words.usual_text(one.usual, one.value, usual_values))}</td><td{mark}>{_text(told)}</td>"
        f"<td class='n'>{_text(added)}</td>"
    )
    return f"<tr>{cells}</tr>"


def _live(facts: Facts, zone: ZoneInfo) -> str:
    live = facts.around.live
    rows = [("Version", role(facts))]
    if live is None:
        return f"<section><h2>What was live</h2>{_list([*rows, ('Registry', 'does not know this version')])}</section>"
    run = "unknown" if live.run_id is None else f"{_cut(live.run_name or '', 30)} {live.run_id}".strip()
    commit = (
        "not recorded"
        if live.commit is None
        else f"{live.commit[:40]}{', with uncommitted changes' if live.dirty else ''}"
    )
    data = "; ".join(
        f"{_cut(name, 30)} {digest} ({context or 'no context'})" for name, digest, context in live.data[:3]
    )
    rows += [
        ("Registered", "unknown" if live.created_at is None else _when(live.created_at, zone)),
        ("Run", run + (", deleted in MLflow" if live.run_deleted else "")),
        ("Commit", commit),
        ("Data", data or "no dataset was recorded"),
    ]
    return (
        f"<section><h2>What was live</h2>{_list([(key, _cut(value, 220)) for key, value in rows if value])}</section>"
    )


def _approved(facts: Facts, zone: ZoneInfo) -> str:
    return _list([("Approval", _cut(approval(facts, zone), 260))])


def approval(facts: Facts, zone: ZoneInfo) -> str:
    """Who had signed the version off when it decided, and whether that still holds."""
    signed = facts.around.signed
    then = [one for one in signed if one.at <= facts.case.at]
    if not then:
        later = f"; signed off since ({len(signed)})" if signed else ""
        return f"nobody had signed it off at that time{later}"
    told = [
        f"{one.decision} for {one.stage} by {_cut(one.actor, 40)} as {one.role.replace('_', ' ')}, "
        + _when(one.at, zone)
        + ("" if one.status == "valid" else f" ({one.status} by now)")
        for one in then[-2:]
    ]
    return "; ".join(told)


def _day(facts: Facts) -> str:
    rows = [(key, _cut(value, 200)) for key, value in health(facts)]
    return f"<section><h2>Its health that day</h2>{_list(rows)}</section>"


def _foot(facts: Facts, zone: ZoneInfo) -> str:
    return (
        "<footer>Usual: of a number the 5th to the 95th percentile of the reference, of one with few values and of a "
        f"category the most frequent. Times are in {_text(zone.key)}; days, as of health and of months, are UTC days. "
        f"An outcome is as known in the snapshot. Watchroom {_text(__version__)}.</footer>"
    )
