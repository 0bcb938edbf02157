"""The page that compares runs: the choice, the answer, and then one of several views of the same runs."""

from __future__ import annotations

import streamlit as st

from watchroom.domain.comparison import Comparison, main_metric
from watchroom.errors import QueryError
from watchroom.store.queries import compare as queries
from watchroom.store.queries.compare_runs import Picked
from watchroom.ui import compare_differences, compare_groups
from watchroom.ui import compare_repeats as repeats
from watchroom.ui.compare_choice import METRIC, STATISTIC, STATISTICS, VIEW, Chosen, chosen, picked, unknown
from watchroom.ui.compare_members import members_menu, none_chosen, told_members
from watchroom.ui.compare_repeats import Repeated
from watchroom.ui.compare_words import STATISTIC_WORDS, answer, because, cautions
from watchroom.ui.names import told_apart
from watchroom.ui.room import ask
from watchroom.ui.states import empty, error, sourced
from watchroom.ui.text import plain, sentence, some
from watchroom.ui.workspace import facts

DIFFERENCES, CURVES, PARAMETERS, GROUPS = "Differences", "Curves", "Parameters", "Groups"
VIEWS = (DIFFERENCES, CURVES, PARAMETERS, GROUPS)


def draw() -> None:
    """The whole page below its question."""
    try:
        found = picked()
    except QueryError as problem:
        error(problem)
        none_chosen()
        return
    members_menu(found)
    who = chosen()
    if found is None or who is None:
        none_chosen(found)
        return
    if len(who.run_ids) < 2:
        told_members(found)
        empty("One run alone differs from nothing.", "Add another with “Choose runs”.")
        return
    _say_unknown()
    told = st.container(border=True, gap="xsmall")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        view = str(
            st.segmented_control(
                "Look at", VIEWS, key=VIEW, bind="query-params", default=DIFFERENCES, required=True,
                label_visibility="collapsed", wrap=True,
            )
        )  # fmt: skip
        st.space("stretch")
        st.segmented_control(
            "Of each metric its", STATISTICS, key=STATISTIC, bind="query-params", default="last", required=True,
            help=_STATISTIC_HELP,
        )  # fmt: skip
        comparison = ask(queries.compare, run_ids=who.run_ids, statistic=who.statistic)
        metric = _metric(comparison)
    by = compare_groups.asked_by(comparison) if view == GROUPS else None
    groups = repeats.repeated(comparison, metric, facts().zone, by)
    with told:
        _answer(comparison, metric, who, found, groups)
    _view(view, who, comparison, metric, groups)


def _say_unknown() -> None:
    """A view or a statistic that the address asks for and that does not exist."""
    for what, key, options in (("view", VIEW, VIEWS), ("statistic", STATISTIC, STATISTICS)):
        asked = unknown(key, options)
        if asked is not None:
            told = f"There is no {what} “{plain(asked, 60)}”: {options[0]} is shown. There are {some(list(options))}."
            st.markdown(f":orange[:material/warning:] {told}")


_STATISTIC_HELP = """What counts of a metric's history: its last value by MLflow's rule, its best by which way is
better, its least or its greatest. NaN and infinities never count as best, least or greatest."""


def _metric(found: Comparison) -> str | None:
    """The metric that the answer, the order and the groups are about."""
    differing = [thing.key for thing in found.different if thing.kind == "metric"]
    names = [*differing, *(same.key for same in found.same if same.kind == "metric")]
    if not names:
        return None
    usual = main_metric(found.different) or names[0]
    if st.session_state.get(METRIC, usual) not in names:
        st.session_state[METRIC] = usual
    shown = told_apart(names, 60)
    return str(
        st.selectbox(
            "Best by", names, index=names.index(usual), key=METRIC, bind="query-params", width=240,
            format_func=lambda name: shown.get(name, name),
        )
    )  # fmt: skip


def _answer(found: Comparison, metric: str | None, who: Chosen, members: Picked, groups: Repeated | None) -> None:
    """By groups where runs were repeated, so that the best is the same in every view; else by run."""
    zone = facts().zone
    if groups is not None:
        best, why = repeats.answer(found, groups), repeats.because(found, groups, zone)
        warned = repeats.cautions(found, groups)
    else:
        best, why, warned = answer(found, metric), because(found, metric, zone), cautions(found, metric)
    st.subheader(plain(best, 500), anchor=False)
    if why:
        st.markdown(plain(why, 800))
    for caution in warned:
        st.markdown(f":orange[:material/warning:] {sentence(caution, 300)}")
    told_members(members)
    statistic = f"Metrics with their {STATISTIC_WORDS[who.statistic]}"
    st.caption(sourced(statistic, len(found.runs), "run"))


def _view(view: str, who: Chosen, found: Comparison, metric: str | None, groups: Repeated | None) -> None:
    if view == CURVES:
        from watchroom.ui import compare_curves

        seeds = {found.runs[place].run_id: n for place, n in groups.seeds.items()} if groups else {}
        compare_curves.show(who, metric, seeds)
    elif view == PARAMETERS:
        from watchroom.ui import compare_params

        compare_params.show(who)
    elif view == GROUPS:
        compare_groups.show(who, found, metric)
    else:
        compare_differences.show(who, found, metric)
