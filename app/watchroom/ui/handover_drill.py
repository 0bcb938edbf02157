"""The drill for whoever takes a model over: a few questions with answers from the store, and who passed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.domain.drill import Question, questions
from watchroom.domain.last_good import last_good
from watchroom.store.queries import models as model_queries
from watchroom.store.queries.handovers import drill_facts
from watchroom.store.queries.models import Model
from watchroom.ui import book, handover_handed
from watchroom.ui.acting import act
from watchroom.ui.fragments import dialog
from watchroom.ui.identity import current_user
from watchroom.ui.model_about import person
from watchroom.ui.names import told_apart
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.rows import quiet
from watchroom.ui.scope import scope
from watchroom.ui.states import section
from watchroom.ui.text import ago, count_of, plain, when
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.drills import Drill

SHOWN = 5
"""Drills that are listed, the newest; History has all."""

_LONGEST = 120
"""Characters of an option."""


def show(model: Model, version: int | None) -> None:
    """Who took the drill about a version and how it went, and the button to take it."""
    if version is None:
        return
    section(
        "Drill",
        f"What whoever looks after version {version} has to know when something goes wrong: some questions, which the "
        "day picks, with answers from the store. The result is kept as evidence.",
    )
    every = handover_handed.drills()
    found = every.of(model.name, version) if every is not None else ()
    for one in found[:SHOWN]:
        _result(one)
    if len(found) > SHOWN:
        st.caption(f"and {count_of(len(found) - SHOWN, 'earlier one')}: History has them all")
    if not found:
        st.markdown(quiet("Nobody has taken it yet."))
    if every is None or not book.person(current_user()).roles:
        return
    from watchroom.ledger.drills import must_wait

    if (refused := must_wait(_tries(model, version), datetime.now(UTC))) is not None:
        st.markdown(quiet(plain(f"{refused.what} {refused.next_step}")))
        return
    if st.button("Take the drill", key="_take_drill", icon=":material/quiz:"):
        take(model, version)


def _tries(model: Model, version: int) -> tuple[Drill, ...]:
    """How often whoever looks took the drill before; nothing without a name."""
    from watchroom.ledger.acts import actor_of

    every, by = handover_handed.drills(), book.person(current_user())
    return every.tries(model.name, version, actor_of(by)) if every is not None and by.name else ()


def _result(one: Drill) -> None:
    icon = ":green[:material/check_circle:]" if one.passed else ":orange[:material/error:]"
    day = f"{plain(when(one.at, facts().zone, now=datetime.now(UTC)))}, {plain(ago(one.at, datetime.now(UTC)))}"
    asked = len(one.answers)
    told = f"{icon} {person(one.actor)}: **{one.right} of {asked} right** {quiet(day)}"
    wrong = [
        f"- {plain(each.text, 300)} It is {plain(each.right, 200)}, not {plain(each.given, 200)}."
        for each in one.answers if not each.is_right
    ]  # fmt: skip
    st.markdown("\n".join([told, "", *wrong]) if wrong else told)


@dialog("Drill", width="large", icon=":material/quiz:")
def take(model: Model, version: int) -> None:
    """The questions of the day, one below the other."""
    from watchroom.ledger.drills import take as taken

    asked = of_the_day(model, version)
    st.markdown(f"**{plain(model.title, 80)}, version {version}**: {count_of(len(asked), 'question')}")
    if not asked:
        st.markdown("Nothing is known of this version that could be asked. Fill in its file, and refresh.")
        return
    given = {one.name: _answer(number, one) for number, one in enumerate(asked, start=1)}
    st.caption("It is recorded in the ledger with who you are, each answer, and whether it was right.")
    complete = {name: answer for name, answer in given.items() if answer is not None}
    missing = len(asked) - len(complete)
    label = "Hand in the answers" if not missing else f"{count_of(missing, 'answer is', 'answers are')} missing"
    if st.button(label, key="drill_do", icon=":material/check:", type="primary", disabled=bool(missing)):
        by = book.person(current_user())
        known = ask(model_queries.version_numbers, model=model.name)
        act(
            lambda: taken(book.ledger(), model.name, version, asked, complete, by, known=known),
            "Handed in: see how it went.",
        )


def _answer(number: int, one: Question) -> str | None:
    shown = told_apart(one.options, _LONGEST)
    return st.radio(
        f"{number}. {plain(one.text, 300)}",
        one.options,
        index=None,
        format_func=lambda option: plain(shown[option], _LONGEST),
        key=f"drill_{number}",
        help=f"To look it up: {one.look_up}.",
    )


def of_the_day(model: Model, version: int) -> Sequence[Question]:
    """The questions about a version on the snapshot's day."""
    found = ask(drill_facts, model=model.name, version=version)
    if found is None:
        return ()
    with reading() as snapshot:
        day = snapshot.day
    back = drawn(_back, model=model.name, version=version)
    return questions(replace(found, back=back), day, len(_tries(model, version)))


def _back(*, model: str, version: int) -> int | None:
    """The version to go back to: the champion from one that is not in service yet, else the last known good one."""
    from watchroom.store.queries import models as queries
    from watchroom.store.queries import versions as version_queries
    from watchroom.ui.versions_back import judged
    from watchroom.ui.versions_subject import Subject, story_of

    found = next((one for one in ask(queries.overview) if one.name == model), None)
    if found is None:
        return None
    if found.champion is not None and found.champion != version:
        return found.champion
    with reading() as snapshot:
        made_at = snapshot.made_at
    known = tuple(ask(version_queries.versions, model=model))
    chosen = last_good(judged(Subject(found, known, story_of(model), scope(), made_at))[0])
    return chosen.version if chosen is not None and chosen.version != version else None
