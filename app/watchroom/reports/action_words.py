"""What should be done next, as a person says it to another: the action, what it would bring, who decides."""

from __future__ import annotations

from watchroom.domain.actions_types import NOTHING
from watchroom.domain.actions_words import title
from watchroom.domain.money_text import money
from watchroom.reports.one_page import cut
from watchroom.store.queries.actions import Action
from watchroom.store.queries.proposals import Proposal


def what(one: Action) -> str:
    """The action as an order: `Go back to version 3`, `Move the cut-off to 0.42`."""
    return cut(title(one.action, one.version, one.target_version, one.cutoff), 60)


def brings(one: Action, currency: str) -> str:
    """What it would bring in thirty days: `€1,200 a month (€300 to €2,100)`; empty where that cannot be told."""
    if one.worth_per_month is None:
        return ""
    between = ""
    if one.worth_low is not None and one.worth_high is not None:
        between = f" ({money(one.worth_low, currency)} to {money(one.worth_high, currency)})"
    return f"{money(one.worth_per_month, currency)} a month{between}"


def who(one: Action) -> str:
    """Who decides: a person with their role, or the role that nobody holds."""
    role = (one.decides_role or "").replace("_", " ")
    if one.decides:
        return f"{cut(one.decides, 44)}{f' ({cut(role, 20)})' if role else ''}"
    return f"{cut(role, 20)}, held by nobody" if role else "nobody is named"


def order(one: Action, currency: str) -> str:
    """The action with its urgency, reason, worth and decider, in sentences: the last of a report's answers."""
    when = "" if one.urgency in (NOTHING, "") else f", {cut(one.urgency, 20)}"
    reason = f" {_sentence(cut(one.reason, 260))}" if one.reason else ""
    worth = f" It would bring {brought}." if (brought := brings(one, currency)) and one.urgency != NOTHING else ""
    decides = "" if one.urgency == NOTHING else f" It is for {who(one)} to decide." if one.decides else ""
    return f"{what(one)}{when}.{reason}{worth}{decides}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def stands(one: Proposal) -> str:
    """Where a proposal stands: `2 for, 1 against; to be decided by 3 Dec 2026`."""
    if one.state == "accepted":
        return "accepted, not done yet"
    voices = [voice for _, voice in one.voices]
    told = [f"{voices.count(name)} {name}" for name in ("for", "against") if name in voices]
    told += [f"{count} {'abstains' if count == 1 else 'abstain'}"] if (count := voices.count("abstains")) else []
    due = f"; to be decided by {one.due.day} {one.due:%b %Y}" if one.due else ""
    return f"{', '.join(told) or 'nobody has spoken'}{due}"
