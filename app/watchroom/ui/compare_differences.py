"""The view of differences: only what differs between the runs, transposable, sorted, with equal runs in one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from watchroom.domain.comparison import KINDS, Comparison, Thing, folded, order
from watchroom.domain.seed_groups import is_seed
from watchroom.ui import compare_choice
from watchroom.ui.compare_choice import Chosen
from watchroom.ui.compare_table import BEST, KEY, PAGE, RUN, Grid, most_things, runs_as_columns, runs_as_rows, whole
from watchroom.ui.compare_words import KIND_NAMES, ONE_OF, value_text
from watchroom.ui.navigation import link
from watchroom.ui.states import empty, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain
from watchroom.ui.workspace import facts

KINDS_KEY, FIND, ACROSS, FOLD, ALIKE, BY = "kinds", "key", "across", "fold", "alike", "by"
"""Names in the address, and keys."""

ROWS, COLUMNS = "Rows", "Columns"
MANY_RUNS = 6
"""From so many runs on each is a row: a screen has room for a handful of columns."""

IN_ORDER = "chosen"

ROW_HEIGHT = 34
_TALL = 640
_LINKS = 12
"""Runs of a selection that get a link: a line or two of them."""


@dataclass(frozen=True)
class Shown:
    """What of the comparison is drawn: the things, the runs by place in their order, folded, and the order itself."""

    things: tuple[Thing, ...]
    members: tuple[tuple[int, ...], ...]
    sorted_by: str


def show(who: Chosen, found: Comparison, metric: str | None) -> None:
    """The view."""
    if not found.different:
        empty("They are alike.", "Everything that was logged is the same for all of them.")
        _alike(found)
        return
    across = _controls(found, metric)
    shown = _shown(found, metric)
    if not shown.things:
        empty("No difference has these words in its key.", "Take something out of the search, or show more kinds.")
    else:
        _table(who, found, shown, across)
    _alike(found)


def _controls(found: Comparison, metric: str | None) -> str:
    names = [KIND_NAMES[kind] for kind in KINDS if any(thing.kind == kind for thing in found.different)]
    chosen: list[str] | None = st.session_state.get(KINDS_KEY)
    if chosen is not None and not set(chosen) <= set(names):
        st.session_state[KINDS_KEY] = [name for name in chosen if name in names]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.pills(
            "Kinds of differences", names, selection_mode="multi", key=KINDS_KEY, bind="query-params", default=[],
            label_visibility="collapsed",
        )  # fmt: skip
        st.space("stretch")
        st.text_input("Search in keys", key=FIND, bind="query-params", placeholder="Search in keys", width=150,
                      label_visibility="collapsed")  # fmt: skip
        _sort_control(found, metric)
        across = st.segmented_control(
            "Runs as", [ROWS, COLUMNS], key=ACROSS, bind="query-params", required=True, width="content",
            default=ROWS if len(found.runs) >= MANY_RUNS else COLUMNS, label_visibility="collapsed",
        )  # fmt: skip
    return str(across)


def _shown(found: Comparison, metric: str | None) -> Shown:
    kinds = st.session_state.get(KINDS_KEY) or KIND_NAMES.values()
    words = (st.session_state.get(FIND) or "").lower().split()
    things = [
        thing
        for thing in found.different
        if KIND_NAMES[thing.kind] in kinds and all(word in thing.key.lower() for word in words)
    ]
    things.sort(key=lambda thing: (thing.id != f"metric:{metric}", *_interest(thing)))
    sorted_by = _sorted_by(found, metric)
    places = _places(found, sorted_by)
    members = folded(things, places) if _is_folded() else tuple((place,) for place in places)
    return Shown(tuple(things), members, sorted_by)


def _interest(thing: Thing) -> tuple[int, bool, int]:
    """After the metric that the answer is by: all other metrics, then what went in by kind, what differs most first.

    What is called a seed is the last of its kind: it differs most, and tells least.
    """
    unlike = 0 if thing.kind in ("metric", "run") else -len(set(thing.values))
    return KINDS.index(thing.kind), is_seed(thing), unlike


def _is_folded() -> bool:
    """By the toggle, which stands under the table; before it is drawn, by the address."""
    return bool(st.session_state.get(FOLD, st.query_params.get(FOLD) != "false"))


def _sorted_by(found: Comparison, metric: str | None) -> str:
    """By what, as the address has it: the id of a thing, with `-` for the other way round; else the metric."""
    asked = st.query_params.get(BY, "")
    known = {thing.id for thing in found.different}
    if asked == IN_ORDER or asked.removeprefix("-") in known:
        return asked
    usual = f"metric:{metric}"
    return usual if usual in known else IN_ORDER


def _places(found: Comparison, sorted_by: str) -> Sequence[int]:
    name = sorted_by.removeprefix("-")
    thing = next((thing for thing in found.different if thing.id == name), None)
    return range(len(found.runs)) if thing is None else order(thing, reverse=sorted_by.startswith("-"))


def _sort_by(name: str) -> None:
    st.query_params[BY] = name


def _sort_control(found: Comparison, metric: str | None) -> None:
    """The key names the order: a click on a heading changes what the control says."""
    now = _sorted_by(found, metric)
    ids = {thing.id: thing for thing in found.different}
    options = [IN_ORDER, *ids]
    by = f"_compare_by:{now}"

    def called(name: str) -> str:
        if name == IN_ORDER:
            return "In the order chosen"
        return f"Sort by {one_line(ids[name].key, 50)} · {ONE_OF[ids[name].kind]}"

    st.selectbox(
        "Sort by", options, options.index(now.removeprefix("-")), key=by, format_func=called, width=190,
        label_visibility="collapsed",
        on_change=lambda: _sort_by(st.session_state[by]),
    )  # fmt: skip
    thing = ids.get(now.removeprefix("-"))
    if thing is None:
        return
    first, last = ("Best first", "Worst first") if thing.kind == "metric" else ("Least first", "Greatest first")
    turned = now.startswith("-")
    st.button(
        ":material/arrow_upward:" if turned else ":material/arrow_downward:", key="_compare_turn",
        help=f"{last if turned else first}. Turn the order round",
        on_click=_sort_by, args=(thing.id if turned else f"-{thing.id}",),
    )  # fmt: skip


def _table(who: Chosen, found: Comparison, shown: Shown, across: str) -> None:
    n = len(shown.members)
    things = shown.things[: most_things(n)]
    rows = across == ROWS
    grid = (
        runs_as_rows(found, things, shown.members, shown.sorted_by, who.statistic)
        if rows
        else runs_as_columns(found, things, shown.members, who.statistic)
    )
    key = f"_compare_table:{hash((across, shown.members, tuple(thing.id for thing in things)))}"
    event = st.dataframe(
        grid.frame, key=key, hide_index=True, column_config=grid.config, placeholder="–", row_height=ROW_HEIGHT,
        height=min(ROW_HEIGHT * len(grid.frame) + 38, _TALL),
        on_select=partial(_heading_clicked, key, shown.sorted_by) if rows else "rerun",
        selection_mode=["multi-row", "single-column"] if rows else "multi-column",
        alt=f"What differs between {count_of(len(found.runs), 'run')}",
    )  # fmt: skip
    truncated(len(things), len(shown.things) + found.left_out, "differences")
    st.caption(f"{BEST} best · {_counted(found, shown)}")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.toggle("Equal runs in one", value=True, key=FOLD, bind="query-params",
                  help="Runs that are equal in all that is shown, but for when and how long they ran.")  # fmt: skip
        if found.same:
            st.toggle(f"{count_of(len(found.same), 'thing')} alike", key=ALIKE, bind="query-params")
        st.space("stretch")
        download("Download as CSV", "compared-runs", lambda: whole(found, shown.things))
    _selection(found, shown, grid, event["selection"], rows=rows)


def _counted(found: Comparison, shown: Shown) -> str:
    total = len(found.different) + found.left_out
    counts = Counter(thing.kind for thing in shown.things)
    kinds = ", ".join(f"{KIND_NAMES[kind].lower()} {number(n)}" for kind, n in counts.items())
    of = "" if len(shown.things) == total else f"{number(len(shown.things))} of "
    return f"{of}{count_of(total, 'difference')} ({kinds}) · {number(len(found.same))} alike left out"


def _heading_clicked(key: str, sorted_by: str) -> None:
    """A click on a heading sorts by it, and a second one the other way round."""
    columns = st.session_state[key]["selection"]["columns"]
    if columns and columns[0] not in (RUN, PAGE):
        _sort_by(f"-{columns[0]}" if sorted_by == columns[0] else columns[0])


def _selection(found: Comparison, shown: Shown, grid: Grid, selection: dict[str, list[str]], *, rows: bool) -> None:
    """What can be done with the runs selected: their pages, keeping only them, taking them out."""
    picked = selection["rows"] if rows else [int(name) for name in selection["columns"] if name.isdecimal()]
    places = [place for at in picked if int(at) < len(grid.members) for place in grid.members[int(at)]]
    if not places:
        what = "the left edge of its row" if rows else "its heading"
        st.caption(f":material/ads_click: Click {what} to select a run: for its page, or to keep it or take it out.")
        return
    ids = tuple(found.runs[place].run_id for place in places)
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{count_of(len(ids), 'run')} selected**", width="content")
            if len(ids) > 1:
                st.button("Compare only these", on_click=compare_choice.compare, args=(ids,), type="tertiary",
                          icon=":material/filter_center_focus:")  # fmt: skip
            st.button("Take out", on_click=compare_choice.remove, args=(ids,), type="tertiary",
                      icon=":material/remove_circle:")  # fmt: skip
        with st.container(horizontal=True, gap="small"):
            for place in places[:_LINKS]:
                run = found.runs[place]
                link("run", plain(run.title, 40), icon=":material/experiment:", params={"run": run.run_id})
        if len(places) > _LINKS:
            st.caption(f"And {number(len(places) - _LINKS)} more; select fewer for their links.")


def _alike(found: Comparison) -> None:
    """What all runs have in common, where somebody asks for it."""
    if not found.same or not (st.session_state.get(ALIKE) or not found.different):
        return
    st.markdown(f"**Alike in all {count_of(len(found.runs), 'run')}**")
    zone = facts().zone
    rows = {
        "What": [ONE_OF[one.kind] for one in found.same],
        KEY: [one_line(one.key, 120) for one in found.same],
        "Value": [value_text(one.key, one.value, zone) for one in found.same],
    }
    st.dataframe(
        rows, hide_index=True, row_height=ROW_HEIGHT, height=min(ROW_HEIGHT * len(found.same) + 38, _TALL // 2),
        column_config={"What": st.column_config.TextColumn(width=84), KEY: st.column_config.TextColumn(width=220),
                       "Value": st.column_config.TextColumn(width="large")},
        alt=f"{count_of(len(found.same), 'thing')} that all runs have alike",
    )  # fmt: skip
