"""The card of one model version: its first questions, what is wrong or unknown, then section by section."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from watchroom.reports.card import facts
from watchroom.reports.card.difference import Difference, difference
from watchroom.reports.card.shape import Card
from watchroom.store.queries import card as queries
from watchroom.store.queries.models import Model
from watchroom.ui import model_card_take, model_card_text
from watchroom.ui.navigation import link
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.scope import Scope
from watchroom.ui.states import empty, section
from watchroom.ui.text import plain, when
from watchroom.ui.workspace import facts as workspace

AGAINST = "against"
"""The parameter of the address that names another version: then what differs from it is shown."""


@dataclass(frozen=True)
class _Said:
    """A card with all of it as Markdown, made once for everybody."""

    card: Card
    sections: tuple[tuple[str, str, str], ...]


def show(model: Model, chosen: Scope) -> None:
    """The card, or what differs from that of another version."""
    versions = tuple(one.version for one in ask(queries.versions, model=model.name))
    if chosen.version is not None and chosen.version not in versions:
        empty(f"The registry has no version {chosen.version} of this model.", "Choose another version in the sidebar.")
        return
    said = drawn(_said, model=model.name, version=chosen.version)
    other = _controls(said.card, versions)
    if other is not None:
        _differs(drawn(_difference, model=model.name, version=said.card.version, against=other))
        return
    _top(said.card)
    for key, title, text in said.sections:
        st.header(plain(title, 90), anchor=key, divider="gray")
        st.markdown(text)
    _foot(said.card)


def _said(*, model: str, version: int | None) -> _Said:
    with reading() as snapshot:
        card = facts.card(snapshot, model=model, version=version)
    return _Said(card, tuple((one.key, one.title, model_card_text.section(one)) for one in card.sections))


def _difference(*, model: str, version: int | None, against: int) -> Difference:
    with reading() as snapshot:
        return difference(
            facts.card(snapshot, model=model, version=against), facts.card(snapshot, model=model, version=version)
        )


def _controls(card: Card, versions: tuple[int, ...]) -> int | None:
    """What the card is of, a choice of another version to compare with, and what to take away."""
    others = [str(one) for one in versions if one != card.version]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        picked = st.selectbox(
            "What differs from version",
            others,
            index=None,
            key=AGAINST,
            bind="query-params",
            placeholder="choose one" if others else "there is no other",
            disabled=not others,
            width=220,
        )
        model_card_take.show(card, None if picked is None else int(picked))
        if picked is None:
            model_card_take.pack_button(card.model, card.version)
    return None if picked is None else int(picked)


def _top(card: Card) -> None:
    version = "no version in the registry" if card.version is None else f"version {card.version}"
    role = f", {card.role}" if card.role else ""
    st.caption(f"{plain(card.model, 80)}, {version}{plain(role, 60)} · {_written(card)} · {_snapshot(card)}")
    with st.container(border=True):
        st.markdown(model_card_text.answers(card))
    if card.wrong:
        with st.container(border=True, gap="xsmall"):
            st.markdown(":red[:material/error:] **Not so any more, or not understood**")
            st.markdown(model_card_text.wrong(card))
    if card.gaps:
        st.markdown(f":gray[:material/help:] **Unknown ({len(card.gaps)})** {model_card_text.unknown(card)}")
    st.markdown(model_card_text.contents(card))


def _written(card: Card) -> str:
    return f"free text: {plain(card.file, 90)}" if card.file else "no free text is written"


def _snapshot(card: Card) -> str:
    return f"snapshot of {when(card.made_at, workspace().zone, now=card.made_at)}"


def _foot(card: Card) -> None:
    st.caption(
        "Filled in from the store, not typed: every figure names its days and n; days and times in the tables are UTC. "
        f"What people write stands in {plain(card.file or 'a Markdown file beside the model’s own', 90)}."
    )
    link("handover", "Checklist and sign-offs", icon=":material/swap_horiz:", params={"model": card.model})


def _differs(found: Difference) -> None:
    st.subheader(plain(found.sentence, 900), anchor=False)
    for one in found.sections:
        section(one.title)
        rows = [[plain(cell or "–", 300) for cell in row] for row in one.rows]
        st.markdown("\n".join(model_card_text.table(("What", "Before", "Now"), rows, frozenset())))
    st.caption(f"Before: version {found.before.version}. Now: version {found.now.version}. Both as of this snapshot.")
