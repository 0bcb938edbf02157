"""Models that are like the new one: why, whose they are, how they are, and what of them can be used again."""

from __future__ import annotations

import streamlit as st

from watchroom.domain.lights import BEYOND
from watchroom.domain.similar_models import KnownInput, Similar
from watchroom.reports.new_project.answers import Answers
from watchroom.ui.lights import light_badge
from watchroom.ui.navigation import link
from watchroom.ui.new_project_answers import copy_inputs
from watchroom.ui.rows import quiet
from watchroom.ui.text import count_of, plain, some
from watchroom.ui.wording import ROLE_NAMES

_SHOWN_INPUTS = 8
_FIRST_PEOPLE = ("data_science", "business", "operations")
"""Whom to ask before it is built again, the builder first."""


def show_similar(near: tuple[Similar, ...], answers: Answers, *, any_known: bool) -> None:
    """The models, the nearest first; what to do while there is none."""
    st.subheader("Models like it", anchor=False)
    if not near:
        st.markdown(quiet(_nothing(answers, any_known=any_known)))
        return
    for one in near:
        with st.container(border=True, gap="xsmall"):
            _model(one)


def _nothing(answers: Answers, *, any_known: bool) -> str:
    if not any_known:
        return "There are no models to learn from yet: this is the first."
    asked = bool(answers.task or answers.inputs or answers.purpose)
    return (
        "None is like it: it is the first of its kind."
        if asked
        else "They appear as you answer: task, inputs, purpose."
    )


def _model(one: Similar) -> None:
    known = one.known
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        link("model", f"**{plain(known.title, 60)}**", params={"model": known.name})
        st.markdown(light_badge(known.light or "no data"), width="content")
        if known.inputs:
            st.button(
                "Copy its inputs",
                key=f"_copy_{known.name}",
                icon=":material/content_copy:",
                type="tertiary",
                on_click=copy_inputs,
                args=(known,),
            )
    lines = [f"- {plain(reason[:1].upper() + reason[1:], 240)}" for reason in one.reasons]
    if known.metric:
        lines.append(f"- Champion: {plain(known.metric)}")
    lines.append(f"- Ask {_people(known.owners)}")
    st.markdown("\n".join(lines))
    if one.reusable:
        _reusable(one)


def _people(owners: tuple[tuple[str, str], ...]) -> str:
    held = dict(owners)
    told = [f"{plain(held[role], 60)} ({ROLE_NAMES[role]})" for role in _FIRST_PEOPLE if role in held]
    return some(told) if told else "nobody: it has no owners"


def _reusable(one: Similar) -> None:
    """Its inputs with what is wrong with them, in one line: what drifts there will drift here."""
    shown = [_input(each) for each in one.reusable[:_SHOWN_INPUTS]]
    more = len(one.reusable) - len(shown)
    troubled = sum(each.status in BEYOND for each in one.reusable)
    state = f"{troubled} in trouble" if troubled else "none in trouble" if _watched(one) else "not watched"
    tail = f" and {more} more" if more > 0 else ""
    person = one.reusable[0].person
    watched_by = f" · watched by {plain(person, 60)}" if person else ""
    st.markdown(quiet(f"{count_of(len(one.reusable), 'input')}, {state}: {', '.join(shown)}{tail}{watched_by}"))


def _watched(one: Similar) -> bool:
    return any(each.status is not None for each in one.reusable)


def _input(one: KnownInput) -> str:
    name = plain(one.name, 40)
    return f"{name} ({one.status})" if one.status in BEYOND else name
