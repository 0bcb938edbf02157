"""How the Decision page writes: sentences of `reports.decision_words` with names as code, and shares with their n."""

from __future__ import annotations

from watchroom.reports.decision_facts import Facts
from watchroom.reports.decision_words import answer, outcome, space_text
from watchroom.ui.alerts_words import feature_name
from watchroom.ui.text import sentence

ANSWER_LENGTH = 700


def answer_markdown(facts: Facts) -> str:
    """The answer in Markdown, names as code."""
    return sentence(answer(facts, feature_name), ANSWER_LENGTH)


def outcome_markdown(facts: Facts) -> str:
    """What it turned out to be, in Markdown."""
    icon = {True: ":red[:material/cancel:]", False: ":green[:material/check_circle:]", None: ":material/schedule:"}
    known = facts.wrong if facts.case.outcome is not None else None
    shown = icon[known] if facts.case.outcome is None or known is not None else ":material/flag:"
    return f"{shown} {sentence(outcome(facts))}"


def unit(facts: Facts) -> str:
    """What the numbers of its explanation are; empty without one."""
    return space_text(facts.explanation, facts) if facts.explanation else ""


def outcome_names(facts: Facts) -> tuple[str, str]:
    """What the outcomes 1 and 0 are called."""
    named = facts.around.answer.outcomes
    return named.get("1", "came true"), named.get("0", "did not")
