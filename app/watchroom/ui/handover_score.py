"""The ML Test Score of a version, by section."""

from __future__ import annotations

import streamlit as st

from watchroom.store.queries import checklist as queries
from watchroom.store.queries.checklist import Subject
from watchroom.ui.room import ask
from watchroom.ui.states import figure, section, sourced
from watchroom.ui.text import number

READ = (
    (0.0, "more a research project"),
    (1.0, "not untested, with holes"),
    (2.0, "first pass, more to do"),
    (3.0, "reasonably tested"),
    (5.0, "strongly tested"),
)
"""How Breck et al. (2017) read a total up to each of these points; above the last it is exceptional."""

HELP = (
    "Breck et al., “The ML Test Score” (2017): in each section half a point for a test that a person answers, a whole "
    "one for a test that runs by itself. The total is the least of the sections."
)


def show(subject: Subject) -> None:
    """The sections and the total; nothing where it is not worked out."""
    found = {one.section: one for one in ask(queries.scores, model=subject.model, version=subject.version)}
    total = found.pop("total", None)
    if total is None:
        return
    section("ML Test Score", "How far this version is tested like software that is in production.")
    least = min((one.score for one in found.values()), default=None)
    with st.grid(len(found) + 1, min_column_width=150):
        figure("Total", _points(total.score), reading(total.score), help=HELP)
        for one in found.values():
            weakest = "the weakest" if one.score == least and len(found) > 1 else ""
            figure(one.section.capitalize(), _points(one.score), weakest or f"of {number(one.most)}")
    st.caption(sourced("as of the last refresh", len(found), "section"))


def reading(total: float) -> str:
    """What the total says of a version, as the paper reads it."""
    return next((words for most, words in READ if total <= most), "exceptionally tested")


def _points(score: float) -> str:
    return f"{score:g}"
