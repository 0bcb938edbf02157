"""What the printed page tells besides why: the other versions, another cut-off, similar decisions, health that day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watchroom.charts.words import cutoff_text, days, short
from watchroom.domain.cutoff import would_be
from watchroom.domain.decision import Case
from watchroom.domain.vocabulary import METRIC_NAMES, OWN_NAMES
from watchroom.reports import decision_words as words
from watchroom.reports.decision_alike import Alike, in_words
from watchroom.reports.decision_facts import Facts

Rows = Sequence[tuple[str, str]]

_MOST = 4
_NAME = 24


@dataclass(frozen=True)
class Besides:
    """What is looked up for the page alone: the decision by every version, and the decisions most like it."""

    cases: tuple[Case, ...] = ()
    alike: Alike | None = None


def besides(facts: Facts, more: Besides) -> Rows:
    """One line each, as far as there is something to tell."""
    similar = "" if more.alike is None else in_words(more.alike.facts["outcome"], facts)
    rows = [("All versions", versions(facts, more.cases)), ("Cut-off", cutoff(facts)), ("Similar ones", similar)]
    return [row for row in rows if row[1]]


def versions(facts: Facts, cases: Sequence[Case]) -> str:
    """What every version answered, and whether they agree; empty when there is only one."""
    newest = {case.version: case for case in cases if case.at.date() == facts.case.at.date()}
    if len(newest) < 2:
        return ""
    champion, answer = facts.around.reign.champion, facts.around.answer
    told = [
        f"version {version}{' (champion)' if version == champion else ''} "
        f"{_answered(case, facts)}{'' if case.score is None else f', scored {words.score_number(case.score)}'}"
        for version, case in sorted(newest.items())
    ]
    if facts.around.task == "regression":
        return f"{'; '.join(told[:_MOST])}."
    agree = len({answer.prediction(case.prediction) for case in newest.values()}) == 1
    return f"{'They agree' if agree else 'They disagree'}: {'; '.join(told[:_MOST])}."


def _answered(case: Case, facts: Facts) -> str:
    answer = facts.around.answer
    if case.prediction is None:
        return "(prediction not logged)"
    if facts.around.task == "regression":
        return words.amount_text(case.prediction, answer)
    return f"“{words.prediction_name(case.prediction, answer)}”"


def cutoff(facts: Facts) -> str:
    """The cut-off, where this decision flips, and how many others of the month would have with it."""
    found, score, answer = facts.around.cutoff, facts.case.score, facts.around.answer
    if found is None:
        return ""
    off = f" ({words.percent(found.misfit)} of its decisions do not fit it)" if found.misfit else ""
    told = f"{cutoff_text(found.value)}, as its decisions imply{off}."
    if score is None:
        return told
    now, then = would_be(facts.around.cells, found.value), would_be(facts.around.cells, score)
    more = then.positives - now.positives
    yes = words.prediction_name("1", answer)
    name = f"be {yes}" if "1" in answer.predictions else "be predicted 1"
    moved = f"{abs(more):,} {'more' if more > 0 else 'fewer'}" if more else "none more or fewer"
    return (
        f"{told} This decision flips at {words.score_number(score)}: with that cut-off {moved} of the {now.n:,} "
        f"decisions of {days(*facts.around.month)} would {name}."
    )


def health(facts: Facts) -> Rows:
    """The light of that UTC day and what it is made of."""
    day, at = facts.around.day, facts.case.at.date()
    moved = f"{len(day.drifted)} of {day.features} beyond a limit" if day.features else "not judged"
    most = f": {', '.join(_name(name) for name in day.drifted[:3])}" if day.drifted else ""
    return [
        ("Light", f"{_judged(day.light)}, the seven days to {days(at, at)} (UTC)"),
        ("Performance", performance(facts)),
        ("Drift", f"{moved}{most}"),
        ("Data quality", _judged(day.quality)),
        ("Decisions", f"{day.decisions:,} by this version that UTC day"),
        ("Alerts", _alerts(facts) or "none was open"),
    ]


def performance(facts: Facts) -> str:
    """`AUC 0.987 from 121 outcomes, too few to judge`."""
    metric = facts.around.day.metric
    if metric is None or metric[1] is None:
        return "nothing to judge it by"
    name, value, status, labelled = metric
    judged = "too few to judge" if status == "no data" else status
    outcomes = "outcome" if labelled == 1 else "outcomes"
    shown = short(value).replace("-", "−")
    return f"{words.capital(_metric(name))} {shown} from {labelled:,} {outcomes}, {judged}"


def _metric(name: str) -> str:
    return METRIC_NAMES.get(name, name.replace("_", " "))


def _judged(light: str) -> str:
    return "not judged" if light == "no data" else light


def _name(feature: str) -> str:
    shown = OWN_NAMES.get(feature, feature)
    return shown if len(shown) <= _NAME else f"{shown[: _NAME - 1]}…"


def _alerts(facts: Facts) -> str:
    told = []
    for signal, feature, severity, _ in facts.around.day.alerts[:_MOST]:
        of = _metric(feature) if signal == "performance" else _name(feature)
        told.append(f"{signal}{f' of {of}' if feature else ''} ({severity})")
    return "; ".join(told)


def role(facts: Facts) -> str:
    """The version, and whether it was champion when it decided."""
    reign, version = facts.around.reign, facts.case.version
    if reign.champion is None:
        return f"{version}; which version was champion then is not known"
    was = "champion" if reign.champion == version else f"not champion, which was version {reign.champion}"
    return f"{version}, {was} at that time{'' if reign.seen else ' (before the registry was first looked at)'}"
