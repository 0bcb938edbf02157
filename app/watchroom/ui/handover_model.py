"""The checklist of one model version: what is missing for the next stage and who holds it up, then item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

import streamlit as st

from watchroom.domain.handover import Handover
from watchroom.domain.policy import STAGE_QUESTIONS, STAGES
from watchroom.store.queries import checklist as queries
from watchroom.store.queries.checklist import Approved, Subject
from watchroom.store.queries.models import Model
from watchroom.ui import handover_handed, handover_list, handover_words
from watchroom.ui.acting import say_done
from watchroom.ui.handover_known import approved, known, lines, subject_of, today
from watchroom.ui.handover_lines import Line, holds_up, next_stage
from watchroom.ui.handover_score import show as show_score
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.rows import badge, quiet, tier_badge
from watchroom.ui.scope import Scope
from watchroom.ui.states import empty
from watchroom.ui.text import one_line, plain

STAGE = "stage"
ALL = "all"
"""The parameter of the address that names a stage, and what it says for all; else a handover's, or the next."""


@dataclass(frozen=True)
class Page:
    """What the parts of the page share: the version, its items, its sign-offs, the stage that is next, and now."""

    model: Model
    subject: Subject
    lines: tuple[Line, ...]
    approved: Mapping[str, Approved]
    next: str | None
    under_way: tuple[Handover, ...]
    now: datetime
    today: date

    @property
    def stage(self) -> str | None:
        """The stage that is open, None for all of them: a link to an item opens its own, else a handover's is first."""
        asked, item = st.query_params.get(STAGE, ""), st.query_params.get(handover_list.ITEM, "")
        first = next((one.terms.stage for one in self.under_way if self.of(one.terms.stage)), self.next)
        linked = next((line.row.stage for line in self.lines if line.row.item == item), first)
        return asked if asked in STAGES else None if asked == ALL else linked

    def of(self, stage: str | None) -> tuple[Line, ...]:
        """The items of a stage, or of all."""
        return tuple(line for line in self.lines if stage in (None, line.row.stage))


def show(model: Model, chosen: Scope) -> None:
    """The view of one model."""
    say_done()
    subject = subject_of(model.name, chosen.version)
    if subject is None:
        _unchecked(model, chosen)
        return
    page = _page(model, subject)
    if not page.lines:
        empty(
            f"The items of version {subject.version} have not been checked yet.",
            "The refresh asks what the model's policy asks of its tier, and checks what can be checked.",
            command="watchroom refresh",
        )
        return
    _answer(page)
    _stages(page)
    handover_list.show(model, subject, page.of(page.stage), page.stage)
    _sign_off(page)
    show_score(subject)


def _page(model: Model, subject: Subject) -> Page:
    found, states = lines(subject), approved(subject)
    after = next_stage(found, states, serves=subject.is_champion)
    return Page(model, subject, found, states, after, _under_way(subject), datetime.now(UTC), today())


def _under_way(subject: Subject) -> tuple[Handover, ...]:
    """The handovers of the version that are under way now, the soonest due first."""
    every = handover_handed.handovers()
    found = every.of(subject.model) if every is not None else ()
    mine = (one for one in found if one.under_way and one.terms.version == subject.version)
    return tuple(sorted(mine, key=handover_handed.soonest))


def _unchecked(model: Model, chosen: Scope) -> None:
    found = ask(queries.subjects, model=model.name)
    if not found:
        empty(
            "This model has no version that is checked yet.",
            "Versions are checked that are champion, challenger, the newest, or being handed over.",
            command="watchroom refresh",
        )
        return
    empty(
        f"Version {chosen.version} is not checked.",
        "Versions are checked that are champion, challenger, the newest, or being handed over.",
    )
    _others(found, None)


def _answer(page: Page) -> None:
    """What is missing and who holds it up, and of which version that is."""
    subject = page.subject
    with st.container(border=True, gap="xsmall"):
        said = _said(page)
        st.subheader(f"{_icon(page)} {plain(said, 700)}", anchor=False)
        for way in page.under_way:
            st.markdown(f":material/swap_horiz: {plain(_way(way), 400)}")
        if known() is None:
            st.markdown(
                ":orange[:material/warning:] The ledger cannot be read now: this is as the last refresh saw it, and "
                "nothing can be done here. Status may say why."
            )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(_badges(subject), width="stretch")
            _others(ask(queries.subjects, model=subject.model), subject.version)
            _pack(subject)


def _said(page: Page) -> str:
    """The answer for the stage that is open."""
    states = page.approved.get(page.stage or "")
    signed = states is not None and states.status == "approved"
    return handover_words.answer(page.lines, page.stage, page.subject.version, page.now, page.today, signed=signed)


def _way(one: Handover) -> str:
    """That a handover is under way, in a sentence."""
    terms = one.terms
    due = f", due {handover_words.day(terms.due)}" if terms.due is not None else ""
    said = (
        f"It is being handed over {handover_handed.teams(one)} for {terms.stage}{due}: it {handover_handed.waits(one)}."
    )
    return one_line(said, 400)


def _pack(subject: Subject) -> None:
    from watchroom.ui import model_card_take  # the pack's own modules are no part of the other views

    model_card_take.pack_button(subject.model, subject.version)


def _icon(page: Page) -> str:
    if any(line.blocks if page.stage is None else holds_up(line, page.stage) for line in page.lines):
        return ":red[:material/block:]"
    if any(line.open for line in page.lines):
        return ":orange[:material/pending_actions:]"
    return ":green[:material/check_circle:]"


def _badges(subject: Subject) -> str:
    assumed = quiet("assumed, the risk is not assessed") if subject.assumed else ""
    named = " ".join(badge(name, "blue") for name in subject.named)
    asked = quiet(f"asked by the policy “{plain(subject.policy, 60)}”")
    return f"{badge(f'Version {subject.version}')} {named} {tier_badge(subject.tier)} {assumed} {asked}"


def _others(found: Sequence[Subject], shown: int | None) -> None:
    """The other versions that are checked, each as a link."""
    for one in found:
        if one.version != shown:
            label = f"Version {one.version}" + (f", {one.named[0]}" if one.named else "")
            link("handover", label, params={"model": one.model, "version": str(one.version), "view": "Checklist"})


def _stages(page: Page) -> None:
    """The stages in their order, a button each, that take a line or two on a telephone; one of them is open below."""
    chosen = page.stage
    with st.container(horizontal=True, gap="xsmall"):
        for stage in STAGES:
            _stage(page, stage, is_open=stage == chosen)
        if len({line.row.stage for line in page.lines}) > 1:
            kind: Literal["primary", "tertiary"] = "primary" if chosen is None else "tertiary"
            st.button("All stages", key="stage_all", type=kind, on_click=choose, args=(ALL,))
    if chosen is None:
        return
    found = page.of(chosen)
    told = (handover_words.stage_state(found, page.today), handover_words.sign_off(page.approved.get(chosen)))
    about = quiet(" · ".join(plain(part) for part in told if part))
    question = STAGE_QUESTIONS[chosen]  # type: ignore[index]
    st.markdown(f"**{chosen.capitalize()}**: {question}  \n{handover_words.squares(found)} {about}")


def _stage(page: Page, stage: str, *, is_open: bool) -> None:
    found = page.of(stage)
    met = sum(not line.open for line in found)
    of = f" {met}/{len(found)}" if found else ""
    st.button(
        f"{_stage_icon(found)} {stage.capitalize()}{of}" + (" · next" if stage == page.next else ""),
        key=f"stage_{stage}",
        type="primary" if is_open else "secondary",
        disabled=not found,
        help=_stage_help(page, stage),
        on_click=choose,
        args=(stage,),
    )


def _stage_help(page: Page, stage: str) -> str:
    signed = handover_words.sign_off(page.approved.get(stage))
    return " · ".join(part for part in (handover_words.stage_state(page.of(stage), page.today), signed) if part)


def _stage_icon(found: Sequence[Line]) -> str:
    if any(line.blocks for line in found):
        return ":material/block:"
    if any(line.open for line in found):
        return ":material/pending:"
    return ":material/check_circle:" if found else ":material/remove:"


def choose(stage: str) -> None:
    """Put a stage into the address, or `ALL`; everything else in the address stays."""
    st.query_params[STAGE] = stage


def _sign_off(page: Page) -> None:
    stage = page.stage
    if stage is None:
        return
    from watchroom.ui import sign_off

    sign_off.panel(page.model.name, page.subject.version, stage)
