"""The designed states of a page: its question, empty, error, truncated; and where its figures come from.

Every text from outside is made harmless before it is shown.
"""

from __future__ import annotations

from difflib import get_close_matches

import streamlit as st

from watchroom.errors import NoSnapshot, WatchroomError, WorkspaceError
from watchroom.ui.failure import last_failure, show_failure
from watchroom.ui.navigation import go, page_info
from watchroom.ui.room import reading, room
from watchroom.ui.text import ago, count_of, number, paragraph, plain, sentence, when, zone_of
from watchroom.ui.workspace import facts


def header(title: str, question: str, *, trusted: bool = True) -> None:
    """The page's name and the question that it answers, in its first two lines.

    `trusted=False` for a title from outside, such as a model's name.
    """
    st.title(title if trusted else plain(title), anchor=False)
    st.markdown(question)


def page_header(file: str) -> None:
    """The header of the page of that file, as it stands in the menu's list."""
    info = page_info(file)
    header(info.title, info.question)


def section(title: str, note: str = "") -> None:
    """A part of a page, with a quiet line under its name."""
    st.header(title, anchor=False)
    if note:
        st.caption(note)


def empty(what: str, next_step: str = "", *, command: str = "") -> None:
    """Nothing to show: what is not there, what to do to fill it, and the command that does it."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(what, 400)}**")
        if next_step:
            st.text(next_step)
        if command:
            code(command)


def code(text: str, *, wrap: bool = False) -> None:
    """Code to copy, in one colour: Streamlit's colours for code are fixed, and too pale to read.

    `wrap` lets long lines go over several, for prose.
    """
    st.code(text, language=None, wrap_lines=wrap)


def no_models() -> None:
    """Neither the registry nor the workspace knows a model."""
    empty(
        "There are no models yet.",
        "A model appears when it is registered in MLflow, or when it gets a file under models/ in the workspace.",
        command="watchroom refresh",
    )


def error(problem: WatchroomError) -> None:
    """What went wrong, why, and what to do next, as text."""
    if isinstance(problem, NoSnapshot):
        first_run(problem)
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":red[:material/error:] **{sentence(problem.what, 600)}**")
        if isinstance(problem, WorkspaceError) and problem.place:
            st.text(problem.place)
        if problem.why:
            st.markdown(paragraph(problem.why))
        if problem.next_step:
            st.markdown(f"Next step: {paragraph(problem.next_step)}")


def first_run(problem: NoSnapshot) -> None:
    """The page before anything has been published: how to get from here to a first snapshot."""
    st.title("Nothing to show yet", anchor=False)
    failed = last_failure(room().store.folder.last_failure)
    if failed is not None:
        show_failure(failed, zone_of("UTC"), snapshot=False)
    st.markdown("Watchroom shows snapshots, and none has been published here yet.")
    st.markdown("**With your own MLflow**: describe it once, then read it.")
    code("watchroom init . --mlflow http://127.0.0.1:5000\nwatchroom refresh")
    st.markdown("**To look around first**: a demo workspace with five trained models, ready in about a minute.")
    code("watchroom demo demo\nwatchroom serve --workspace demo")
    st.caption("Reload this page when the refresh has ended.")
    if problem.why:
        with st.expander("Where Watchroom looked"):
            st.markdown(paragraph(problem.why))


def figure(label: str, value: str, note: str, *, help: str | None = None, wraps: bool = False) -> None:
    """A figure in a frame: its name, the value, and a quiet note under it (its period, what it leaves out).

    A note that is longer than its frame is cut, with `wraps` it goes on in the next line.
    """
    if wraps:
        with st.container(border=True, height="stretch", gap="xxsmall"):
            st.metric(label, value, help=help)
            st.caption(plain(note, 120))
        return
    st.metric(label, value, delta=note, delta_color="off", delta_arrow="off", border=True, help=help)


def truncated(shown: int, total: int, what: str) -> None:
    """`First 5,000 of 41,000 runs`, when that is so; nothing when all is shown."""
    if shown < total:
        first = f"First {number(shown)} of {number(total)} {plain(what)}."
        st.caption(f":material/filter_list: {first} Narrow the choice to see the rest.")


def provenance(period: str, n: int, one: str, many: str | None = None) -> None:
    """The line under a figure: its period, n, and when the snapshot was made."""
    st.caption(sourced(period, n, one, many))


def sourced(period: str, n: int, one: str, many: str | None = None) -> str:
    """`Last 30 days · 1,204 runs · snapshot of 20 Nov 09:10`, fit for Markdown."""
    with reading() as snapshot:
        made = when(snapshot.made_at, facts().zone, now=snapshot.made_at)
    return f"{plain(period)} · {plain(count_of(n, one, many))} · snapshot of {made}"


def unknown_model(model: str, known: tuple[str, ...]) -> None:
    """The scope names a model that the snapshot does not know."""
    near = get_close_matches(model, known, n=1)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**There is no model named “{plain(model)}” in this snapshot.**")
        st.text("It may have been renamed or removed since the link was made.")
        st.text(f"The nearest name is “{near[0]}”." if near else "Choose another model in the sidebar.")
        if near and st.button(f"Open {plain(near[0])}", icon=":material/arrow_forward:", type="tertiary"):
            go("model", model=near[0])


__all__ = [
    "ago",
    "code",
    "empty",
    "error",
    "figure",
    "first_run",
    "header",
    "no_models",
    "page_header",
    "provenance",
    "section",
    "sourced",
    "truncated",
    "unknown_model",
]
