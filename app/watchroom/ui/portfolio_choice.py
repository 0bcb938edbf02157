"""What of the portfolio is looked at: team, trade, tier and a quarter, in the address; and the model of the scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from watchroom.domain.delivery import Quarter
from watchroom.reports.portfolio_facts import UNKNOWN, Choice, quarters_of
from watchroom.store.queries.models import TIERS
from watchroom.ui.following import Reads, follow, remember
from watchroom.ui.names import told_apart
from watchroom.ui.portfolio_facts import rows
from watchroom.ui.room import drawn
from watchroom.ui.scope import scope

ALL_TIME = "All time"
QUARTER = "quarter"
NAME_LENGTH = 60


def choose() -> Choice:
    """Draw the controls, those that leave something to choose, and say what was chosen."""
    options = drawn(_options)
    follow(_FOLLOWED)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        teams = _several("Team", "team", options["team"])
        trades = _several("Trade", "trade", options["trade"])
        tiers = _several("Tier", "tier", options["tier"])
        quarter = _quarter()
    remember(_FOLLOWED)
    return Choice(teams, trades, tiers, quarter, scope().model)


def _options() -> Mapping[str, Mapping[str, str]]:
    """By control the name that each option is shown by, with what it stands for."""
    found = rows()
    tiers = {one.tier or UNKNOWN for one in found.projects}
    ordered = [tier for tier in (*TIERS, UNKNOWN) if tier in tiers]
    return {
        "team": _shown(one.team for one in found.projects),
        "trade": _shown(one.trade for one in found.projects),
        "tier": {tier: tier for tier in ordered},
    }


def _shown(names: Iterable[str | None]) -> Mapping[str, str]:
    every = set(names)
    known = sorted((one for one in every if one is not None), key=lambda one: (one.lower(), one))
    ordered = [*known, *([UNKNOWN] if None in every else [])]
    return {label: name for name, label in told_apart(ordered, NAME_LENGTH).items()}


def _several(label: str, key: str, options: Mapping[str, str]) -> tuple[str, ...]:
    if len(options) < 2:
        return ()
    chosen = st.multiselect(label, list(options), key=key, bind="query-params", placeholder="All", width=220)
    return tuple(options[one] for one in chosen)


def _quarter() -> Quarter | None:
    found = drawn(_quarters)
    picked = st.selectbox("Quarter", [ALL_TIME, *found], key=QUARTER, bind="query-params", width=150)
    return found.get(str(picked))


def _quarters() -> Mapping[str, Quarter]:
    return {one.title: one for one in quarters_of(rows())}


def _known_quarter(asked: str) -> str:
    if asked != ALL_TIME and asked not in drawn(_quarters):
        raise ValueError(asked)
    return asked


_FOLLOWED: Reads = {QUARTER: _known_quarter}
"""The parameters that a link of the page itself may set."""
