"""What if the figures were others? The four worths of the file as fields in the address, and what was changed in them.

A changed figure is marked, never silent, and one button brings the file's back.
"""

from __future__ import annotations

import math
from dataclasses import asdict, replace

import streamlit as st

from watchroom.domain.money_text import money
from watchroom.domain.profit import costlier
from watchroom.domain.worth import OutcomeWorth
from watchroom.ui.text import plain, sentence
from watchroom.ui.threshold_subject import Names, Subject

KEYS = {"true_positive": "tp", "false_positive": "fp", "false_negative": "fn", "true_negative": "tn"}
"""Where the address holds each of the four."""

CUTOFF = "cutoff"
"""Where the address holds the chosen cut-off."""

_OF, _AFRESH = "_threshold_of", "_threshold_afresh"


def forget_others(subject: Subject) -> None:
    """What was chosen for the model before is not meant for this one; what the address of a link says is.

    A field that is still on the page belongs to what stood there before: Streamlit keeps its value, and its place in
    the address.
    """
    state = st.session_state
    before = state.get(_OF, (subject.model, subject.version))
    if before != (subject.model, subject.version):
        state[_AFRESH] = CUTOFF in state
    if before[0] != subject.model:
        for field, key in KEYS.items():
            if key in state:
                state[key] = getattr(subject.worth, field)
    state[_OF] = (subject.model, subject.version)


def cutoff_afresh(usual: float) -> None:
    """Put the slider where it begins, after another model or version was chosen; before it is drawn."""
    if st.session_state.pop(_AFRESH, False):
        st.session_state[CUTOFF] = usual


def chosen_worth(subject: Subject) -> OutcomeWorth:
    """The worths as they stand on the page; those of the file before anything was changed."""
    return replace(
        subject.worth,
        **{field: value for field, key in KEYS.items() if (value := _given(key)) is not None},
    )


def _given(key: str) -> float | None:
    """The figure on the page, before its field is drawn the one in the address; None for none, or for no number."""
    held = st.session_state[key] if key in st.session_state else st.query_params.get(key)
    try:
        found = None if held is None else float(held)
    except ValueError:
        return None
    return found if found is not None and math.isfinite(found) else None


def changes(subject: Subject, worth: OutcomeWorth) -> list[str]:
    """What differs from the file, in words."""
    said = []
    for field, was in asdict(subject.worth).items():
        now = asdict(worth)[field]
        if now != was:
            file = "the file does not say" if was is None else f"the file: {money(was, subject.currency, exact=True)}"
            said.append(f"{label(field, subject.names)} {money(now, subject.currency, exact=True)} ({file})")
    return said


def label(field: str, names: Names) -> str:
    """What a kind of outcome is called: `“stopped”, turned out “genuine”`."""
    said, real = {
        "true_positive": (names.yes, names.real),
        "false_positive": (names.yes, names.unreal),
        "false_negative": (names.no, names.real),
        "true_negative": (names.no, names.unreal),
    }[field]
    return f"“{said}”, turned out “{real}”"


_ROLES = {
    "true_positive": "rightly caught",
    "false_positive": "false alarm",
    "false_negative": "missed",
    "true_negative": "rightly left alone",
}


def show(subject: Subject, worth: OutcomeWorth) -> None:
    """The fields, quick choices, and the way back to the file."""
    told = changes(subject, worth)
    if told:
        st.markdown(f":orange[:material/edit: **Changed on this page:**] {sentence('; '.join(told), 600)}")
    with st.expander("What if the figures were others?", icon=":material/calculate:", expanded=bool(told)):
        unit = f", {subject.currency}" if subject.currency else ""
        with st.grid(4, min_column_width=180):
            for field, key in KEYS.items():
                st.number_input(
                    f"{_ROLES[field].capitalize()}{unit}",
                    value=getattr(subject.worth, field), key=key, bind="query-params", format="%.6g", step=None,
                    placeholder="not in the file", help=plain(label(field, subject.names), 120),
                )  # fmt: skip
        with st.container(horizontal=True, gap="small"):
            quick = {"False alarms cost ×2": {"alarms": 2.0}, "Missed ones cost ×2": {"misses": 2.0}}
            for text, times in quick.items():
                st.button(text, key=f"threshold_{next(iter(times))}", on_click=_set, args=(costlier(worth, **times),))
            st.button(
                "Back to the file", icon=":material/undo:", type="tertiary", disabled=not told,
                key="threshold_reset", on_click=_set, args=(subject.worth,),
            )  # fmt: skip
        st.caption(
            "Money for one decision of each kind; a cost is negative. A false alarm is measured against leaving it "
            "alone, a missed one against catching it. Nothing is saved: the address holds what you changed."
        )


def _set(worth: OutcomeWorth) -> None:
    for field, key in KEYS.items():
        st.session_state[key] = getattr(worth, field)
