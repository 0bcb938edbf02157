"""One finding by itself: what it is, whose, and everything that was said about it, with what may be done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.ui.model_about import person
from watchroom.ui.navigation import link
from watchroom.ui.reviews_known import known, may, title_of, today
from watchroom.ui.reviews_rows import buttons, needs_name
from watchroom.ui.reviews_words import ACT_ICONS, STATE_COLOURS, about, did, due, is_late, rounds, severity
from watchroom.ui.rows import badge, quiet
from watchroom.ui.states import empty
from watchroom.ui.text import ago, one_line, plain, when
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.findings_read import Act, Finding

_DIGITS = 18
"""No ledger has more entries, and an address may name any number."""


def show(asked: str) -> None:
    """The finding of that number, or that there is none."""
    params = {"view": "Findings"}
    link("reviews", "All findings", icon=":material/arrow_back:", params=params)
    every = known()
    number = int(asked) if asked.isdecimal() and len(asked) <= _DIGITS else 0
    one = every.all.get(number) if every is not None else None
    if every is None:
        empty("The ledger cannot be read now.", "Findings are kept in it. Status may say why.")
    elif one is None:
        empty(f"There is no finding {one_line(asked, 20)}.", "The list has all there are.")
    else:
        _whole(one)


def _whole(one: Finding) -> None:
    found = one.found
    state = badge(one.state.capitalize(), STATE_COLOURS[one.state])
    st.subheader(f"{severity(one)} {plain(found.title)} {state}", anchor=False)
    params = {"model": found.model, "view": "Checklist"}
    params |= {"version": str(found.version)} if found.version is not None else {}
    params |= {"stage": found.blocks} if found.blocks else {}
    link("handover", f"{plain(title_of(found.model), 80)}, {plain(about(one), 80)}", icon=":material/deployed_code:",
         params=params)  # fmt: skip
    st.markdown(f":material/{_next(one)}")
    st.markdown(_facts(one))
    if found.text:
        st.text(found.text)
    buttons(one, may(one))
    if one.state == "answered":
        needs_name()
    st.markdown("**What was said**")
    st.markdown("\n\n".join(_act(act) for act in one.acts))


def _next(one: Finding) -> str:
    """Whose move it is, in a sentence with its icon's name before it."""
    match one.state:
        case "open":
            owner = plain(one.found.owner, 60) or "somebody"
            return f"reply: Now {owner} is to answer it{' again' if one.rounds else ''}."
        case "answered":
            return "rate_review: Now a reviewer is to accept it or send it back: not an author, and not who answered."
        case "accepted":
            return "check_circle: It is accepted; nothing is left to do."
    return "block: It was withdrawn; nothing is left to do."


def _facts(one: Finding) -> str:
    day = today()
    owner = f"with {person(one.found.owner)}" if one.found.owner else ":red[with nobody]"
    told = plain(due(one, day))
    date = f":red[{told}]" if is_late(one, day) else told
    parts = (f"{one.found.severity} severity", owner, date, rounds(one), f"finding {one.seq}")
    return quiet(" · ".join(part for part in parts if part))


def _act(act: Act) -> str:
    at = f"{when(act.at, facts().zone)} ({ago(act.at, datetime.now(UTC))})"
    role = f" ({plain(act.role.replace('_', ' '), 40)})" if act.role else ""
    head = f"{ACT_ICONS.get(act.name, '')} **{plain(act.actor, 80)}**{role} {plain(did(act), 400)} {quiet(plain(at))}"
    text = "  \n".join(plain(line, 4000) for line in act.text.splitlines() if line.strip())
    return f"{head}  \n{text}" if text and act.name != "opened" else head
