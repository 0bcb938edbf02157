"""Proposals about a model, as other pages reach them: the button that opens one, and the list of a model's.

All is read live from the ledger, which also decides who may do what.
"""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries.models import Model
from watchroom.ui import proposals_act, proposals_list
from watchroom.ui.acting import say_done
from watchroom.ui.proposals_known import known, under_way


def propose_button(
    model: str, version: int | None, action: str, trigger: str, worth_per_month: float | None, *, what: str = ""
) -> None:
    """A button that opens a proposal of the action, prefilled; where one is under way already, a link to it.

    `trigger` is what brought it about, in words with numbers; `what` a heading, else it is made of the action. Nothing
    while the ledger cannot be read.
    """
    say_done()
    every = known()
    if every is None:
        return
    if (found := under_way(every, model, action)) is not None:
        proposals_list.pointer(found)
        return
    key = f"_propose_{model}_{version}_{action}"
    if st.button("Propose this", key=key, icon=":material/campaign:", type="tertiary"):
        proposals_act.propose(model, version, action, trigger, worth_per_month, what)


def show(model: Model) -> None:
    """The proposals about a model: those under way, those that are over, and opening one from scratch."""
    proposals_list.show(model, known())
