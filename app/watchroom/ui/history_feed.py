"""Entries as people read them: by day, who did what, what they wrote, and the way to the whole entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.store.queries import checklist
from watchroom.ui.room import ask
from watchroom.ui.rows import quiet
from watchroom.ui.text import one_line, plain, when
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger import Entry, Ledger

ICONS = {
    "sign_off": ":material/verified:",
    "approval_event": ":material/verified_user:",
    "handover": ":material/swap_horiz:",
    "proposal": ":material/how_to_vote:",
    "kpi_agreement": ":material/handshake:",
    "checklist": ":material/checklist:",
    "finding": ":material/rate_review:",
    "evidence": ":material/attach_file:",
    "drill": ":material/quiz:",
    "compliance": ":material/fact_check:",
    "registry_event": ":material/deployed_code:",
    "alert_event": ":material/notifications_active:",
    "alert_act": ":material/notifications:",
    "note": ":material/sticky_note_2:",
    "pin": ":material/push_pin:",
    "saved_view": ":material/bookmark:",
    "event": ":material/event:",
    "refusal": ":material/block:",
    "notification": ":material/send:",
    "report": ":material/send:",
    "reminder": ":material/send:",
    "visit": ":material/visibility:",
}
_PLAIN_ICON = ":material/history:"

PARAMETER = "entry"
"""Where the address holds the entry that has the page to itself."""

DID_LENGTH = 900
QUOTE_LENGTH = 300
"""Characters of what somebody wrote; the entry itself has all of it."""


def show(ledger: Ledger, entries: Sequence[Entry]) -> None:
    """The entries in this order, with a line for each day."""
    from watchroom.ledger.search import by_number
    from watchroom.ledger.told import about

    others = by_number(ledger, about(entries))
    zone = facts().zone
    for day, together in groupby(entries, key=lambda entry: entry.at.astimezone(zone).date()):
        st.markdown(f"**{day:%A}, {day.day} {day:%B %Y}**")
        with st.container(border=True, gap="xxsmall"):
            for entry in together:
                row(entry, others)


def row(entry: Entry, others: Mapping[int, Entry], *, dated: bool = False) -> None:
    """An entry with its number as the way to all of it; `dated` puts its day before it."""
    with st.container(horizontal=True, gap="small"):
        # Not a link: Streamlit leaves the address as it is when a page leads to itself.
        st.button(f":gray[{entry.seq}]", key=f"entry_{entry.seq}", type="tertiary", on_click=choose, args=(entry.seq,))
        with st.container(width="stretch"):  # text by itself would go under the number when it is long
            st.markdown(sentence(entry, others, dated=dated))


def choose(seq: int | None) -> None:
    """Put an entry into the address, or take it out; everything else in the address stays."""
    if seq is None:
        st.query_params.pop(PARAMETER, None)
    else:
        st.query_params[PARAMETER] = str(seq)


def sentence(entry: Entry, others: Mapping[int, Entry], *, quote: int = QUOTE_LENGTH, dated: bool = False) -> str:
    """Time, who, what and what they wrote, in Markdown."""
    from watchroom.ledger.told import tell

    told = tell(entry, others, ask(checklist.titles))
    at = plain(when(entry.at, facts().zone)) if dated else f"{entry.at.astimezone(facts().zone):%H:%M}"
    icon = f":red[{ICONS['refusal']}]" if entry.kind == "refusal" else f":gray[{ICONS.get(entry.kind, _PLAIN_ICON)}]"
    wrote = f"  \n{quiet(f'“{plain(told.quote, quote)}”')}" if told.quote else ""
    return f"{icon} {quiet(at)} {who(entry)} {plain(told.did, DID_LENGTH)}{wrote}"


def who(entry: Entry) -> str:
    """Who did it, with the role, in Markdown."""
    role = f" {quiet(plain(entry.role.replace('_', ' '), 40))}" if entry.role else ""
    return f"**{plain(one_line(entry.actor, 80))}**{role}"
