"""What if the figures were others? The four worths of the file as fields, and what the address holds otherwise than it.

A changed figure is marked, never silent, and one button brings the file's back.
"""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from watchroom.domain.money_text import money
from watchroom.domain.profit import costlier
from watchroom.domain.worth import OUTCOMES, OutcomeWorth
from watchroom.ui import scenario
from watchroom.ui.navigation import link
from watchroom.ui.text import sentence
from watchroom.ui.threshold_subject import UNKNOWN_WORTH, Subject
from watchroom.ui.value_assumed import label
from watchroom.ui.value_figures import Figures
from watchroom.workspace.pieces import MOST_FIGURE

CUTOFF = "cutoff"
"""Where the address holds the chosen cut-off."""

_OF, _AFRESH, _USUAL = "_threshold_of", "_threshold_afresh", "_threshold_usual"


def forget_others(subject: Subject) -> None:
    """A cut-off that was chosen for another model or version is not meant for this one; what a link's address says is.

    A slider that is still on the page belongs to what stood there before: Streamlit keeps its value, and its place in
    the address.
    """
    before = st.session_state.get(_OF, (subject.model, subject.version))
    if before != (subject.model, subject.version):
        st.session_state[_AFRESH] = CUTOFF in st.session_state
    st.session_state[_OF] = (subject.model, subject.version)


def follow_usual(usual: float) -> None:
    """Put the slider where it begins, before it is drawn: it has another model or version, or nobody has moved it.

    A cut-off that stands where it began follows the best one when figures or days change.
    """
    before, held = st.session_state.get(_USUAL), st.session_state.get(CUTOFF)
    untouched = before is not None and held == before and before != usual
    if st.session_state.pop(_AFRESH, False) or untouched:
        st.session_state[CUTOFF] = usual
    st.session_state[_USUAL] = usual


def worth_in(figures: Figures) -> OutcomeWorth:
    """The four worths by the scenario of the address; those of the file without one."""
    terms = figures.assumed.terms
    return terms if isinstance(terms, OutcomeWorth) else UNKNOWN_WORTH


def changes(figures: Figures) -> list[str]:
    """Which of the four differ from the file, in words."""
    was, now = asdict(worth_in(scenario.of_file(figures))), asdict(worth_in(figures))
    return [
        f"{label(field, figures.spec.answer)} {money(now[field], figures.currency, full=True)} "
        f"({'the file does not say' if own is None else f'the file: {money(own, figures.currency, full=True)}'})"
        for field, own in was.items()
        if now[field] != own
    ]


def show(figures: Figures) -> None:
    """What differs from the file, the fields, quick choices, and the way back to the file."""
    told = changes(figures)
    if told:
        named = f":orange[:material/experiment: **{scenario.NAMED}:**]"
        st.markdown(f"{named} {sentence('; '.join(told), 600)}")
    with st.expander("What if the figures were others?", icon=":material/calculate:", expanded=bool(told)):
        with st.grid(4, min_column_width=180):
            for kind in OUTCOMES:
                scenario.field(figures, kind.field)
        scenario.left_out()
        with st.container(horizontal=True, gap="small"):
            _quick(figures)
            st.button(
                "Back to the file", icon=":material/undo:", type="tertiary", disabled=not figures.scenario,
                key="threshold_reset", on_click=scenario.reset,
            )  # fmt: skip
            if told:
                params = {"model": figures.model.name, "view": "Money"}
                link(
                    "value", "Its money by these figures", icon=":material/payments:",
                    params={**params, scenario.PARAMETER: scenario.texts_of(figures.changes)},
                )  # fmt: skip
        st.caption(
            "Money for one decision of each kind; a cost is negative. A false alarm is measured against leaving it "
            "alone, a missed one against catching it. Nothing is saved: the address holds what you changed."
        )


def _quick(figures: Figures) -> None:
    worth = worth_in(figures)
    for text, times in {"False alarms cost ×2": {"alarms": 2.0}, "Missed ones cost ×2": {"misses": 2.0}}.items():
        costly = costlier(worth, **times)
        st.button(
            text, key=f"threshold_{next(iter(times))}", on_click=scenario.assume,
            args=(scenario.of_file(figures), {field: _held(money) for field, money in asdict(costly).items()}),
        )  # fmt: skip


def _held(money: float | None) -> float | None:
    """Within what an address may say."""
    return None if money is None else max(-MOST_FIGURE, min(money, MOST_FIGURE))
