"""What a handover moved since the snapshot was made: pages name the owners of the snapshot until the next refresh."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from watchroom.ui.handover_handed import handovers
from watchroom.ui.room import reading
from watchroom.ui.text import plain, some, when
from watchroom.ui.wording import ROLE_NAMES
from watchroom.ui.workspace import facts


def say(model: str) -> None:
    """A line for each handover of the model that was accepted since; nothing when there is none."""
    every = handovers()
    with reading() as snapshot:
        made_at = snapshot.made_at
    for one in every.of(model) if every else ():
        ended = one.ended
        if ended is None or ended.how != "accepted" or ended.at <= made_at or not one.terms.owners:
            continue
        people: dict[str, list[str]] = {}
        for role, person in one.terms.owners.items():
            people.setdefault(person, []).append(ROLE_NAMES.get(role, role))
        moved = some([f"{some(roles, 6)}: {person}" for person, roles in people.items()], 6)
        at = when(ended.at, facts().zone, now=datetime.now(UTC))
        told = f"Version {one.terms.version} was handed over at {at}. Now {moved}. "
        until = "This page names the owners of before until the next refresh."
        st.markdown(f":blue[:material/swap_horiz:] {plain(told + until, 500)}")
