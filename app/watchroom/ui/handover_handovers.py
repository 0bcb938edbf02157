"""The view Handovers: what is handed over, who has to act, what is still open, and beginning, signing and accepting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from watchroom.domain.handover import Handover
from watchroom.store.queries import models as queries
from watchroom.store.queries.models import Model
from watchroom.ui import handover_hand_act as acts
from watchroom.ui import handover_handed as handed
from watchroom.ui import handover_one
from watchroom.ui.acting import say_done
from watchroom.ui.handover_handed import STATE_WORDS
from watchroom.ui.handover_known import today
from watchroom.ui.navigation import go
from watchroom.ui.room import ask, room
from watchroom.ui.scope import Scope
from watchroom.ui.states import empty, section, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, one_line, plain, some

TABLE = "handovers_table"
ROW_HEIGHT = 34
_ROWS_SEEN = 14
_NAMED = 3

PAST_SHOWN = 20
"""Handovers that are over and drawn when they are unfolded, the newest."""


def show(model: Model | None, chosen: Scope) -> None:
    """The view for one model, or for all with None."""
    say_done()
    every = handed.handovers()
    if every is None:
        empty("The ledger cannot be read now.", "Handovers are kept there; Status may say why.")
        return
    if model is None:
        _all(every.of(None))
        return
    _one_model(model, chosen, every.of(model.name))


def _one_model(model: Model, chosen: Scope, found: Sequence[Handover]) -> None:
    under_way = sorted((one for one in found if one.under_way), key=handed.soonest)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(answer(under_way, {model.name: model.title}), 500), anchor=False, width="stretch")
        acts.begin_button(model, chosen.version)
    if not found:
        empty(
            f"{one_line(model.title, 80)} has never been handed over here.",
            "A handover names who gives, who receives and which roles move. The giver signs what is there, "
            "the receiver accepts it; roles, open alerts and findings move with it.",
        )
    for one in under_way:
        handover_one.show(model, one)
    over = [one for one in found if not one.under_way]
    if over:
        _over(model, over)
    from watchroom.ui import handover_drill

    handover_drill.show(model, chosen.version or (under_way[0].terms.version if under_way else model.champion))


def _over(model: Model, over: Sequence[Handover]) -> None:
    label = count_of(len(over), "handover that is over", "handovers that are over")
    with st.expander(label, key="handovers_over", on_change="rerun") as past:
        if past.open:
            for one in over[:PAST_SHOWN]:
                handover_one.show(model, one)
            truncated(PAST_SHOWN, len(over), "handovers")


def answer(under_way: Sequence[Handover], titles: dict[str, str]) -> str:
    """What is being handed over and whom it waits for, in a sentence or two; plain text."""
    if not under_way:
        return "Nothing is being handed over now."
    if len(under_way) == 1:
        one, terms = under_way[0], under_way[0].terms
        title = one_line(titles.get(terms.model, terms.model), 60)
        parts = [f"{title}, version {terms.version}, is handed over {handed.teams(one)} for {terms.stage}"]
        parts += [part for part in (handed.waits(one), handed.due(one, today())) if part]
        return f"{'; '.join(parts)}."
    late = sum(one.overdue(today()) for one in under_way)
    people = list(dict.fromkeys(one_line(one.waits_for or "", 60) for one in under_way))
    told = f"{count_of(len(under_way), 'handover is', 'handovers are')} under way, waiting for {some(people, _NAMED)}"
    return f"{told}; {late} {'is' if late == 1 else 'are'} past the date." if late else f"{told}."


def _all(found: Sequence[Handover]) -> None:
    titles = {one.name: one.title for one in ask(queries.overview)}
    under_way = sorted((one for one in found if one.under_way), key=handed.soonest)
    st.subheader(plain(answer(under_way, titles), 500), anchor=False)
    if not found:
        empty(
            "No model has been handed over here yet.",
            "Open a model and begin a handover: who gives, who receives, at which stage, and which roles move.",
        )
        return
    if under_way:
        _table("Under way", "Whoever is named has to act next.", under_way, titles, under_way=True)
    over = [one for one in found if not one.under_way]
    if over:
        _table("Over", "The newest first.", over, titles, under_way=False)
    st.caption(sourced("All time, as the ledger has it now", len(found), "handover"))
    download("Download as CSV", "handovers", lambda: table(found, titles))


_ORDER = ("Model", "Version", "Stage", "State", "Who has to act", "Due", "Days", "From", "To")
_COLUMNS = {
    "Model": st.column_config.TextColumn(width=170),
    "State": st.column_config.TextColumn(width=140),
    "Who has to act": st.column_config.TextColumn(width=200),
    "Due": st.column_config.DateColumn(format="D MMM YYYY"),
    "Days": st.column_config.NumberColumn(help="How many days since it was begun, or how many it took."),
    "From": st.column_config.TextColumn(width=170),
    "To": st.column_config.TextColumn(width=170),
}


def _table(title: str, note: str, found: Sequence[Handover], titles: dict[str, str], *, under_way: bool) -> None:
    section(title, note)
    shown = found[: room().settings.page_rows]
    picked = st.dataframe(
        screen(shown, titles),
        key=TABLE if under_way else f"{TABLE}_over",
        hide_index=True,
        height=min(len(shown), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        row_height=ROW_HEIGHT,
        on_select="rerun",
        selection_mode="single-row",
        column_config=_COLUMNS,
        column_order=None if under_way else [name for name in _ORDER if name not in ("Who has to act", "Due")],
        alt=f"{count_of(len(found), 'handover')}, {title.lower()}, with teams, who has to act and the date",
    )
    truncated(len(shown), len(found), "handovers")
    rows = picked.selection.rows
    if rows and rows[0] < len(shown):
        terms = shown[rows[0]].terms
        go("handover", {"view": "Handovers", "model": terms.model}, model=terms.model)


def screen(found: Sequence[Handover], titles: dict[str, str]) -> pd.DataFrame:
    """The handovers as a table for the screen."""
    now = datetime.now(UTC)
    return pd.DataFrame(
        {
            "Model": [one_line(titles.get(one.terms.model, one.terms.model), 60) for one in found],
            "Version": [one.terms.version for one in found],
            "Stage": [one.terms.stage for one in found],
            "State": [STATE_WORDS[one.state] for one in found],
            "Who has to act": [one_line(one.waits_for or "nobody", 80) for one in found],
            "Due": [one.terms.due for one in found],
            "Days": [((one.ended.at if one.ended else now) - one.at).days for one in found],
            "From": [one_line(one.terms.from_team or one.terms.giver, 60) for one in found],
            "To": [one_line(one.terms.to_team or one.terms.receiver, 60) for one in found],
        }
    )


def table(found: Sequence[Handover], titles: dict[str, str]) -> pd.DataFrame:
    """The handovers as a plain table; times in UTC."""
    return pd.DataFrame(
        [
            {
                "seq": one.seq,
                "begun_at": one.at,
                "begun_by": one.actor,
                "model": one.terms.model,
                "title": titles.get(one.terms.model, one.terms.model),
                "version": one.terms.version,
                "stage": one.terms.stage,
                "from_team": one.terms.from_team,
                "to_team": one.terms.to_team,
                "giver": one.terms.giver,
                "receiver": one.terms.receiver,
                "due": one.terms.due,
                "state": one.state,
                "given_at": one.given.at if one.given else None,
                "ended_at": one.ended.at if one.ended else None,
                "ended_by": one.ended.actor if one.ended else None,
            }
            for one in found
        ]
    )
