"""The findings of a model or of all: those not accepted yet, the most pressing first, then those that are over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from watchroom.store.queries.models import Model
from watchroom.ui.reviews_known import is_me, known, today
from watchroom.ui.reviews_rows import open_button, row
from watchroom.ui.reviews_words import answer_of, is_late
from watchroom.ui.states import empty, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, plain

if TYPE_CHECKING:
    from watchroom.ledger.findings_read import Finding

SHOWN = 25
"""Findings that are drawn at once; the download has them all."""

_RANK = {"high": 0, "medium": 1, "low": 2}
NOBODY = "nobody"


def show(model: Model | None) -> None:
    """The view Findings."""
    every = known()
    if every is None:
        empty("The ledger cannot be read now.", "Findings are kept in it. Status may say why.")
        return
    found = sorted(every.of(model.name if model else None), key=_urgency)
    st.subheader(plain(answer_of(found, today()), 400), anchor=False)
    open_button(model.name if model else None, "_open_finding")
    if not found:
        empty(
            "Nobody has found anything yet.",
            "A reviewer looks at a model, and opens a finding for what is to be mended.",
        )
        return
    chosen = _chosen([one for one in found if not one.is_over])
    for one in chosen[:SHOWN]:
        row(one)
    truncated(SHOWN, len(chosen), "findings")
    _over([one for one in found if one.is_over])
    download("Download as CSV", "findings", lambda: table(found))


def _urgency(one: Finding) -> tuple[bool, bool, int, date, int]:
    """What waits for a reviewer or is late first, then by severity and date."""
    pressing = one.state == "answered" or is_late(one, today())
    return one.is_over, not pressing, _RANK[one.found.severity], one.found.due or date.max, -one.seq


def _chosen(live: Sequence[Finding]) -> list[Finding]:
    """Those that fit the filters; none are drawn over a handful."""
    if len(live) < 4:
        return list(live)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        severities = _pick("Severity", "severity", [name for name in _RANK if any(_is(one, name) for one in live)])
        owners = _pick("Has it", "owner", sorted({one.found.owner or NOBODY for one in live}, key=str.lower))
        mine = st.toggle("Mine", key="mine", bind="query-params")
    return [
        one
        for one in live
        if (not severities or one.found.severity in severities)
        and (not owners or (one.found.owner or NOBODY) in owners)
        and (not mine or is_me(one.found.owner))
    ]


def _is(one: Finding, severity: str) -> bool:
    return one.found.severity == severity


def _pick(label: str, key: str, options: list[str]) -> list[str]:
    return list(st.multiselect(label, options, key=key, bind="query-params", placeholder="Any", width=200))


def _over(over: Sequence[Finding]) -> None:
    if not over:
        return
    label = f"{count_of(len(over), 'finding')} that {'is' if len(over) == 1 else 'are'} over"
    with st.expander(label, key="findings_over", on_change="rerun") as past:
        if past.open:
            for one in over[:SHOWN]:
                row(one, acts=False)
            truncated(SHOWN, len(over), "findings")


def table(found: Sequence[Finding]) -> pd.DataFrame:
    """Every finding as a plain table; times in UTC."""
    return pd.DataFrame(
        [
            {
                "finding": one.seq,
                **one.found.__dict__,
                "state": one.state,
                "opened_at": one.at,
                "opened_by": one.actor,
                "rounds": one.rounds,
                "last_at": one.last.at,
                "last_by": one.last.actor,
                "ended_at": one.ended_at,
            }
            for one in found
        ]
    )
