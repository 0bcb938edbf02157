"""The watch roster: every signal of every model, its person, its runbook; what nobody has, and what is not watched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

import pandas as pd
import streamlit as st

from watchroom.store.queries.roster import roster
from watchroom.ui.alerts_words import SIGNAL_NAMES
from watchroom.ui.lights import COLOURS
from watchroom.ui.room import ask, drawn, room
from watchroom.ui.roster_watch import SIGNALS, Watch, watches
from watchroom.ui.rows import tier_badge
from watchroom.ui.states import code, empty, figure, no_models, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain, sentence, some
from watchroom.ui.wording import ROLE_NAMES

NOBODY = "nobody"
NOT_WATCHED = "not watched"

ROW_HEIGHT = 36
TABLE_ROWS = 14

MODELS_SHOWN = 12
"""Models that are listed by name where something is missing; the table and the download have all."""


def show(model: str | None) -> None:
    """The tab, for one model or for all."""
    found = drawn(_watches, model=model)
    if not found:
        no_models()
        return
    _figures(found)
    _nobody([watch for watch in found if watch.person is None])
    _table(found)
    _not_watched([watch for watch in found if not watch.watched])


def _watches(*, model: str | None) -> tuple[Watch, ...]:
    return tuple(watch for post in ask(roster) if model in (None, post.model) for watch in watches(post))


def _figures(found: Sequence[Watch]) -> None:
    orphans = sum(watch.person is None for watch in found)
    blind = sum(not watch.watched for watch in found)
    bare = len({watch.model for watch in found if not watch.runbook})
    models = len({watch.model for watch in found})
    with st.grid(4, min_column_width=150):
        figure("Signals", number(len(found)), f"of {count_of(models, 'model')}")
        figure("With nobody", number(orphans), "nobody is on call or runs it" if orphans else "each has somebody")
        figure("Not watched", number(blind), "nothing would be said" if blind else "all are")
        figure("Without a runbook", number(bare), "models" if bare != 1 else "model")


def _nobody(orphans: Sequence[Watch]) -> None:
    """The models of which nobody has the signals, in red: a person has all of a model."""
    if not orphans:
        return
    models = list(dict.fromkeys((watch.model, watch.title, watch.tier, watch.file) for watch in orphans))
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f":red[:material/person_off: **Nobody has the signals of {plain(count_of(len(models), 'model'))}**]"
        )
        for _, title, tier, file in models[:MODELS_SHOWN]:
            st.markdown(f":red[{plain(title, 80)}] {tier_badge(tier)} · `owners` in {plain(file, 120)}")
        truncated(MODELS_SHOWN, len(models), "models")
        st.caption("Whoever is on call has them, else operations. Add one of the two:")
        code("owners:\n  on_call: someone@example.com\n  operations: someone@example.com")


def _table(found: Sequence[Watch]) -> None:
    shown = found[: room().settings.page_rows]
    st.dataframe(
        table(shown),
        hide_index=True,
        height=min(len(shown), TABLE_ROWS) * ROW_HEIGHT + ROW_HEIGHT + 3,
        row_height=ROW_HEIGHT,
        column_config=_COLUMNS,
        alt=f"{count_of(len(found), 'signal')} with what is watched of each, who has it and its runbook",
    )
    truncated(len(shown), len(found), "signals")
    st.caption(sourced("at the refresh", len(found), "signal"))
    download("Download as CSV", "watch-roster", lambda: pd.DataFrame([watch.__dict__ for watch in found]))


_COLUMNS = {
    "Model": st.column_config.TextColumn(width="medium"),
    "Person": st.column_config.MultiselectColumn(options=[NOBODY], color=["red"], width="medium"),
    "State": st.column_config.MultiselectColumn(
        options=[*COLOURS, NOT_WATCHED],
        color=[*COLOURS.values(), "violet"],
        width=110,
    ),
    "What is watched": st.column_config.TextColumn(width=380),
    "Runbook": st.column_config.TextColumn(width="medium"),
}


def table(found: Sequence[Watch]) -> pd.DataFrame:
    """The roster as a table for the screen; who has nobody and what is not watched stand out in colour."""
    return pd.DataFrame(
        {
            "Model": [one_line(watch.title, 80) for watch in found],
            "Signal": [SIGNAL_NAMES[watch.signal] for watch in found],
            "State": [[watch.light or "–" if watch.watched else NOT_WATCHED] for watch in found],
            "Person": [[one_line(watch.person, 80) if watch.person else NOBODY] for watch in found],
            "As": [ROLE_NAMES.get(watch.role, "–") for watch in found],
            "What is watched": [one_line(watch.what, 200) for watch in found],
            "Runbook": [one_line(watch.runbook, 120) if watch.runbook else "none" for watch in found],
        }
    )


def _not_watched(blind: Sequence[Watch]) -> None:
    if not blind:
        st.markdown(":green[:material/check_circle:] Every signal is watched.")
        return
    counted = Counter(watch.signal for watch in blind)
    said = some(
        [f"{SIGNAL_NAMES[signal].lower()} of {count_of(n, 'model')}" for signal, n in counted.items()], len(SIGNALS)
    )
    st.markdown(f":violet[:material/visibility_off:] **Not watched:** {plain(said)}.")
    by_model = [(list(group)) for _, group in groupby(blind, key=lambda watch: watch.model)]
    for number_, group in enumerate(by_model[:MODELS_SHOWN]):
        names = some([SIGNAL_NAMES[watch.signal].lower() for watch in group], len(SIGNALS))
        label = f"{plain(group[0].title, 60)}: {plain(names)}"
        with st.expander(label, key=f"not_watched_{number_}", on_change="rerun") as more:
            if more.open:
                _lines(group)
    truncated(MODELS_SHOWN, len(by_model), "models")


def _lines(group: Sequence[Watch]) -> None:
    """Why each signal of a model is not watched, and the lines to add; lines that several share stand once."""
    for lines, together in groupby(sorted(group, key=lambda watch: watch.lines), key=lambda watch: watch.lines):
        shared = list(together)
        names = some([SIGNAL_NAMES[watch.signal] for watch in shared], len(SIGNALS))
        st.markdown(f"**{plain(names)}**: {sentence(shared[0].what, 300)}.")
        if lines:
            st.caption(f"Add to {plain(shared[0].file, 120)}, with your own paths and columns:")
            code(lines)
    if not any(watch.lines for watch in group):
        empty("No line of its file would help.", "Status says what could not be read.")
