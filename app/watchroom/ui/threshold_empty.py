"""What the Threshold page says when there is no cut-off to look at, or no money to weigh it by, and what to do."""

from __future__ import annotations

import streamlit as st

from watchroom.charts.words import days
from watchroom.domain.worth import OutcomeWorth, left_out
from watchroom.store.queries import threshold as queries
from watchroom.store.queries.models import Model
from watchroom.ui.examples import OUTCOMES, SCORE, WORTH
from watchroom.ui.health_words import dated
from watchroom.ui.navigation import link
from watchroom.ui.room import ask, reading
from watchroom.ui.states import code, empty
from watchroom.ui.text import count_of, one_line, sentence
from watchroom.ui.threshold_subject import Found, Subject


def no_cutoff(model: Model, task: str | None) -> None:
    """The model does not answer yes or no by a score."""
    if task is None:
        with st.container(border=True, gap="xsmall"):
            st.markdown("**Its file does not say what the model predicts.**")
            st.text(f"If it answers yes or no, add this line to {one_line(model.file or 'its file', 100)}:")
            code("task: binary")
            st.markdown("Then run `watchroom refresh`.")
        return
    if task == "multiclass":
        empty(
            "It chooses among several answers, so there is no cut-off to move.",
            "A cut-off is what turns a score into yes or no. Money is not worked out for models with several answers.",
        )
        return
    what = "It predicts an amount" if task == "regression" else "It answers otherwise than yes or no"
    empty(
        f"{what}, so there is no cut-off to move.",
        "A cut-off is what turns a score into yes or no. What its errors cost stands on the page Value.",
    )
    link("value", "See its value", icon=":material/arrow_forward:", params={"model": model.name})


def no_score(model: Model) -> None:
    """Its file names no score."""
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Its log has no score, so another cut-off cannot be tried.**")
        st.text(f"Log the score of each decision, and name its column in {one_line(model.file or 'its file', 100)}:")
        code(SCORE)
        st.markdown("Then run `watchroom refresh`.")


def no_outcome_file(model: Model) -> None:
    """Its file names no outcomes."""
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Its file names no outcomes, so nobody knows which decisions were right.**")
        st.text(f"Add these lines to {one_line(model.file or 'its file', 100)}:")
        code(OUTCOMES.format(folder=one_line(model.name, 60)))
        st.markdown("Then run `watchroom refresh`.")


def no_period(subject: Subject, found: Found | None) -> None:
    """The period has no decisions of the version, or none with a score."""
    if found is not None:
        empty(
            f"None of its {count_of(found.unscored, 'decision')} of {days(found.first, found.last)} has a score.",
            "Look whether the column under decisions.score is filled; Health shows its missing values by day.",
        )
        return
    with reading() as snapshot:
        today = snapshot.day
    span = ask(queries.span, model=subject.model, version=subject.version)
    empty(
        f"Version {subject.version} made no decision in this period ({subject.period}).",
        f"Its last one is of {dated(span[1], today)}: choose a longer period in the sidebar." if span else
        "It has made none at all: choose another version in the sidebar.",
    )  # fmt: skip
    _longer(subject)


def no_outcomes(subject: Subject, found: Found) -> None:
    """Decisions, and none of them has an outcome yet."""
    empty(
        f"None of its {count_of(found.decisions, 'decision')} of {days(found.first, found.last)} has an outcome yet.",
        "What was right is known only later. Choose a longer period.",
    )
    _longer(subject)


def _longer(subject: Subject) -> None:
    for period in ("Last 90 days", "Last 12 months"):
        if period != subject.period:
            link(
                "threshold", period, icon=":material/date_range:",
                params={"model": subject.model, "version": str(subject.version), "period": period},
            )  # fmt: skip


def no_worth(subject: Subject, worth: OutcomeWorth) -> None:
    """Its file does not say, or not wholly, what each kind of outcome is worth."""
    missing = left_out(worth)
    with st.container(border=True, gap="xsmall"):
        if len(missing) == 4:
            st.markdown("**What a decision is worth is not in the model's file.**")
            st.text(
                f"Add these lines to {one_line(subject.file or 'its file', 100)}, or try figures of your own below:"
            )
            code(WORTH)
        else:
            names = ", ".join(f"`{name}`" for name in missing)
            st.markdown(f"**{sentence(f'The file leaves out {names}, so what a cut-off earns is unknown.', 300)}**")
            st.text(
                f"Add {'it' if len(missing) == 1 else 'them'} under value in "
                f"{one_line(subject.file or 'its file', 100)}: "
                "0 where such a decision costs and brings nothing. Or try a figure below."
            )
