"""All models at a glance: should the challenger take over, who is in service since when, and whether the log agrees."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.domain.duel import ALIKE, GOOD, NEVER, NOBODY, UNTOLD, WORDS
from watchroom.domain.last_good import Served
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import versions as queries
from watchroom.store.queries.models import Model
from watchroom.ui.health_subject import spec_of
from watchroom.ui.lights import light_column
from watchroom.ui.navigation import go, link
from watchroom.ui.room import ask, drawn, reading, room
from watchroom.ui.states import figure, section, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import as_utc, count_of, number, one_line, plain, when
from watchroom.ui.versions_challenger import CHALLENGER_VIEW, Challenge, challenges
from watchroom.ui.versions_real_words import MONTH
from watchroom.ui.versions_subject import story_of, zone
from watchroom.ui.workspace import facts

TABLE = "versions_table"
ROW_HEIGHT = 34
_ROWS_SEEN = 20

ANSWERED = 4
"""Challengers that are told in a sentence, those that matter most; the table has all."""

WATCHED_LONG = timedelta(days=7)
"""A registry that is watched for less has seen little of what moved, which is said."""

NOTHING_TO_SAY = (ALIKE, UNTOLD, NEVER, NOBODY)
TITLE, CHALLENGER, IS = "Model", "Challenger", "Challenger is"


def show() -> None:
    """The page without a model chosen."""
    every = drawn(table)
    _answers()
    _figures(every)
    shown = every.head(room().settings.page_rows)
    picked = st.dataframe(
        shown.drop(columns=["model"]),
        key=TABLE,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(shown), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        on_select="rerun",
        selection_mode="single-cell",
        column_config=_COLUMNS | {_more(): st.column_config.NumberColumn(format="localized", width=140, help=MONTH)},
        placeholder="–",
        alt=f"{count_of(len(shown), 'model')} with champion, challenger and which is better, and who decided lately",
    )
    st.caption(
        ":material/ads_click: Click a row for the model's versions, its challenger for how the two compare, or choose "
        "the model in the sidebar."
    )
    truncated(len(shown), len(every), "models")
    _watched()
    st.caption(sourced("as of the last refresh", len(every), "model"))
    download("Download as CSV", "champions", lambda: every)
    if cells := picked["selection"]["cells"]:
        row, column = cells[0]
        model, of_challenger = str(shown["model"].iloc[row]), column in (CHALLENGER, IS, _more())
        go("versions", CHALLENGER_VIEW if of_challenger and model in challenges() else None, model=model)


def _more() -> str:
    return f"{facts().currency} more a month".strip()


def _answers() -> None:
    """Whether a challenger should take over, in sentences, with the way to what they rest on."""
    titles = {model.name: model.title for model in ask(model_queries.overview)}
    told = [(titles[name], name, one) for name, one in ranked() if one.word not in NOTHING_TO_SAY and name in titles]
    section("Should a challenger take over?")
    if not told:
        st.markdown("No challenger is known to do better or worse than its champion.")
    with st.container(border=bool(told), gap="xsmall"):
        for title, name, one in told[:ANSWERED]:
            icon = ":green[:material/trending_up:]" if one.word in GOOD else ":orange[:material/trending_down:]"
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                text = f"{icon} **{plain(title, 60)}**: {plain(one.sentence, 300)}"
                st.markdown(text, width="stretch")
                link("versions", "See why", params={"model": name, **CHALLENGER_VIEW})


def ranked() -> list[tuple[str, Challenge]]:
    """Every challenger, the one that brings most or costs most first."""

    def key(pair: tuple[str, Challenge]) -> tuple[float, int, str]:
        name, one = pair
        return -abs(one.more.more) if one.more else 0.0, WORDS.index(one.word), name.lower()

    return sorted(challenges().items(), key=key)


def _figures(every: pd.DataFrame) -> None:
    known = every["Champion decides"].notna()
    apart = int(every["Champion decides"].isin([OTHER]).sum())
    better = int(every[IS].isin(GOOD).sum())
    challengers = int(every[CHALLENGER].notna().sum())
    champions = int(every["Champion"].notna().sum())
    with st.grid(4, min_column_width=150):
        figure("With a champion", number(champions), f"of {count_of(len(every), 'model')}")
        figure("With a challenger", number(challengers), "which might take over")
        figure("Challenger does better", number(better), f"of {count_of(challengers, 'challenger')}")
        figure("Champion decides", number(int(known.sum()) - apart), f"of {number(int(known.sum()))}, by their logs")


def _watched() -> None:
    """That the registry is watched for a short time only, said once."""
    first = ask(queries.first_look)
    with reading() as snapshot:
        now = snapshot.made_at
    if first is not None and now - as_utc(first) < WATCHED_LONG:
        since = when(first, zone(), now=now)
        st.caption(
            f":material/visibility: The registry is watched since {since} only: what was before is known from the "
            "decision logs."
        )


AGREES, BESIDE, OTHER, NONE = "yes", "with others", "no", None
_COLUMNS: dict[str, ColumnConfig] = {
    TITLE: st.column_config.TextColumn(width=140, pinned=True),
    CHALLENGER: st.column_config.NumberColumn(width=85, format="v%d"),
    IS: st.column_config.TextColumn(
        width=125,
        help="Than the champion, on the decisions that both scored: by the metric that the model is watched by, and "
        "by money",
    ),
    "Champion": st.column_config.NumberColumn(width=80, format="v%d"),
    "In service since": st.column_config.DateColumn(format="D MMM YYYY", width=115),
    "By": st.column_config.TextColumn(
        width=110, help="Who says since when: the decision log, or the registry as the refreshes saw it"
    ),
    "Newest": st.column_config.NumberColumn(width=65, format="v%d"),
    "Champion changes": st.column_config.NumberColumn(
        width=125, help="How often a refresh saw the champion set, changed or removed, after the first one"
    ),
    "Decided lately": st.column_config.TextColumn(width=105, help="By the log, in its last seven days"),
    "Champion decides": st.column_config.TextColumn(
        width=125, help="Whether the champion decided lately; others beside it score in shadow, or serve a part"
    ),
    "Approval": st.column_config.TextColumn(width=75),
    "Light": light_column("Light", 80),
}


def table() -> pd.DataFrame:
    """A row for each model, the most valuable or the worst challenger first."""
    lately = {row["model"]: [int(one) for one in row["deciding"]] for row in ask(queries.glance).to_dict("records")}
    moved = ask(queries.moves)
    places = {name: place for place, (name, _) in enumerate(ranked())}
    models = sorted(
        ask(model_queries.overview), key=lambda model: (places.get(model.name, len(places)), model.title.lower())
    )
    frame = pd.DataFrame([_row(model, lately.get(model.name, []), moved.get(model.name, 0)) for model in models])
    whole = ["Champion", "Challenger", "Newest"]
    frame[whole] = frame[whole].astype("Int64")
    return frame.astype({_more(): float})


def _row(model: Model, deciding: list[int], moved: int) -> dict[str, object]:
    spec = spec_of(model.name) if deciding else None
    names = spec is None or spec.names_versions
    one = challenges().get(model.name)
    since = _serving(model)
    return {
        "model": model.name,
        TITLE: one_line(model.title, 80),
        CHALLENGER: model.challenger,
        IS: one.word if one else NOBODY if model.challenger is None else UNTOLD,
        _more(): float(f"{one.more.more:.3g}") if one and one.more else None,
        "Champion": model.champion,
        "In service since": since.first if since else None,
        "By": _by(since, model) if since else None,
        "Newest": model.latest,
        "Champion changes": moved,
        "Decided lately": ", ".join(f"v{one}" for one in deciding) or None,
        "Champion decides": _agrees(model.champion, deciding) if names else NONE,
        "Approval": model.approval,
        "Light": [model.light] if model.light else [],
    }


def _serving(model: Model) -> Served | None:
    """Since when the champion is in service; None without one."""
    served = story_of(model.name).served if model.champion is not None else ()
    return next((one for one in reversed(served) if one.version == model.champion and one.last is None), None)


def _by(since: Served, model: Model) -> str:
    if since.by != "registry":
        return "the log"  # it alone tells of the first day: the registry was seen to agree later
    return "the registry, or longer" if model.champion_before else "the registry"


def _agrees(champion: int | None, deciding: list[int]) -> str | None:
    if not deciding or champion is None:
        return NONE if not deciding else OTHER
    if champion not in deciding:
        return OTHER
    return AGREES if deciding == [champion] else BESIDE
