"""The New project page: the questions on the left, what follows from the answers beside them, the folder below."""

from __future__ import annotations

import streamlit as st

from watchroom.domain.policy import STAGES
from watchroom.domain.risk import RULE, TIERS, Tier
from watchroom.domain.similar_models import Similar, similar
from watchroom.reports.new_project.answers import QUESTIONS, mistakes
from watchroom.reports.new_project.reuse import wanted
from watchroom.store.queries import similar as queries
from watchroom.ui import new_project_answers as form
from watchroom.ui.new_project_files import folder
from watchroom.ui.new_project_similar import show_similar
from watchroom.ui.room import ask
from watchroom.ui.rows import quiet, tier_badge
from watchroom.ui.states import section
from watchroom.ui.text import some
from watchroom.workspace.policies import shipped

_HELP = "Everything is worked out from your answers here; nothing is kept, and nothing is written to MLflow."


def draw() -> None:
    """The whole page below its question."""
    known = ask(queries.known)
    form.take_over(known)
    st.caption(f"Six questions, and you have a folder that trains, tests, logs and hands over as it is. {_HELP}")
    left, right = st.columns([11, 9], gap="medium")
    with left:
        found = form.questions()
    near = similar(wanted(found.answers), known)
    with right:
        _progress(found)
        _asked_for(found.answers.tier)
        show_similar(near, found.answers, any_known=bool(known))
    _outcome(found, near)


def _progress(found: form.Found) -> None:
    """How far it is, in a sentence: the answer to what is still missing."""
    left = [question for question in QUESTIONS if found.wrong(question.key)]
    if not left:
        st.markdown("**All six questions are answered: your folder is below.**")
        return
    if len(left) == len(QUESTIONS):
        st.markdown("**No question is answered yet.** What follows from your answers appears here as you give them.")
        return
    numbers = some([str(QUESTIONS.index(question) + 1) for question in left], 6)
    done = len(QUESTIONS) - len(left)
    st.markdown(f"**{done} of {len(QUESTIONS)} questions answered**; open: {numbers}.")


def _asked_for(tier: Tier | None) -> None:
    with st.container(border=True, gap="xsmall"):
        if tier is None:
            st.markdown("**The tier** follows from the risk.", help=RULE)
            return
        items = shipped().items_for(tier)
        st.markdown(f"{tier_badge(tier)} **asks for {len(items)} things** before and after it goes live.", help=RULE)
        counts = ", ".join(f"{len(shipped().items_for(tier, stage))} for {stage}" for stage in STAGES)
        alone = sum(item.check is not None for item in items)
        st.markdown(quiet(f"{counts}. {_more(tier)} {alone} of them check themselves once it is in the room."))
        with st.expander("What they are", on_change="rerun", key="_new_items") as all_items:
            if all_items.open:
                st.markdown(_listed(tier))


def _more(tier: Tier) -> str:
    """What the tier asks for beyond the one below it."""
    rank = TIERS.index(tier)
    if rank == 0:
        return "Higher tiers ask for more."
    more = len(shipped().items_for(tier)) - len(shipped().items_for(TIERS[rank - 1]))
    return f"{more} more than {TIERS[rank - 1]}."


def _listed(tier: Tier) -> str:
    parts = []
    for stage in STAGES:
        lines = [f"- {item.text} :gray[{item.role.replace('_', ' ')}]" for item in shipped().items_for(tier, stage)]
        parts.append("\n".join([f"**{stage.capitalize()}**", "", *lines]))
    return "\n\n".join(parts)


def _outcome(found: form.Found, near: tuple[Similar, ...]) -> None:
    section("The folder", "A training script, tests, checklists and the model's file, filled in from your answers.")
    if found.mistakes or mistakes(found.answers):
        st.markdown(quiet("It appears here as soon as every question is answered."))
        return
    folder(found.answers, near)
