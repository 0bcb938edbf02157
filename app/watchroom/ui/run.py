"""The page of one run: what it is in a sentence, whether it could be made again, and what it holds.

Which run is in the address (`run=`), by its id or the beginning of it. Only the open tab asks for its data.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from watchroom.domain.reproducibility import standing
from watchroom.store.queries import reproducibility
from watchroom.store.queries import run as queries
from watchroom.store.queries.run import Run
from watchroom.ui import notebook, run_again, run_find, run_made, run_values, run_words
from watchroom.ui.commits import commit_address, is_commit
from watchroom.ui.compare_choice import address_of
from watchroom.ui.navigation import link, page_info
from watchroom.ui.room import ask, reading, room
from watchroom.ui.rows import badge, quiet
from watchroom.ui.runs_table import run_links
from watchroom.ui.states import header
from watchroom.ui.text import UNKNOWN, count_of, one_line, plain, sentence
from watchroom.ui.workspace import facts

TABS: dict[str, Callable[[Run], None]] = {
    "Results": run_made.show,
    "Make it again": run_again.show,
    "Parameters": run_values.params,
    "Data": run_values.data,
    "Tags": run_values.tags,
    "Notes": lambda run: notebook.notes("run", run.run_id),
}

_COLOURS = {"FINISHED": "green", "FAILED": "red", "KILLED": "red", "RUNNING": "blue", "SCHEDULED": "blue"}


def draw() -> None:
    """The whole page."""
    asked = str(st.query_params.get(run_find.ASKED, "")).strip()
    found = ask(queries.find, text=asked) if asked else None
    if found is None or found.run_id is None:
        header("Run", page_info("run").question)
        run_find.show(asked, found.near if found else ())
        return
    run = ask(queries.about, run_id=found.run_id)
    st.set_page_config(page_title=f"{one_line(called(run), 60)} · Watchroom")
    _head(run)
    tabs = st.tabs(list(TABS), key="tab", bind="query-params", on_change="rerun")
    for tab, part in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                part(run)


def called(run: Run) -> str:
    """Its name, or the beginning of its id."""
    return one_line(run.name, 100) or f"Run {run.run_id[:8]}"


def _head(run: Run) -> None:
    link("runs", "All runs", icon=":material/arrow_back:")
    header(called(run), page_info("run").question, trusted=False)
    stale = run_words.is_stale(run, _now(), room().settings.stale_running_days)
    status = badge(f"{run.status.lower() or UNKNOWN}{', stale' if stale else ''}", _COLOURS.get(run.status, "gray"))
    lost = badge("deleted in MLflow", "red") if run.deleted else ""
    known_by = f"`{run.run_id}`" if run.run_id.isalnum() else plain(run.run_id, 64)
    happened = plain(run_words.happened(run, facts().zone, _now()), 400)
    st.markdown(f"{status} {lost} {happened} {_commit(run)} {quiet(f'Run {known_by}')}")
    told = standing(ask(reproducibility.findings, run_id=run.run_id))
    st.markdown(f":material/replay: **To make it again:** {sentence(told.sentence)}")
    for warning in run_words.warnings(run, _now(), room().settings.stale_running_days):
        st.caption(f":orange[:material/warning: {sentence(warning)}]")
    if run.note:
        with st.container(border=True):
            st.text(run.note)
    _around(run)


def _now() -> datetime:
    with reading() as snapshot:
        return snapshot.made_at


def _commit(run: Run) -> str:
    """Its commit in Markdown, linked where the workspace says how."""
    if not run.commit:
        return "No commit was recorded\\."
    address = commit_address(run.commit)
    short = f"`{run.commit[:8]}`" if is_commit(run.commit) else plain(run.commit, 40)
    changes = {True: ", with uncommitted changes", False: ", with nothing uncommitted", None: ""}[run.dirty]
    return f"Commit {f'[{short}]({address})' if address else short}{changes}\\."


def _around(run: Run) -> None:
    """Its experiment, its relatives, its page in MLflow, and the pin."""
    found = ask(queries.relatives, run_id=run.run_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if run.experiment:
            link("runs", f"Experiment {plain(run.experiment, 60)}", icon=":material/science:",
                 params={"experiment": run.experiment})  # fmt: skip
        if len(found.siblings) > 1:
            beside = "of its parent" if run.parent_id else "of its experiment"
            link("compare", f"Compare with {count_of(len(found.siblings) - 1, 'other')} {beside}",
                 icon=":material/compare_arrows:", params=address_of(found.siblings))  # fmt: skip
        if there := run_links([run.run_id], [run.experiment_id]):
            st.link_button("Open in MLflow", there[0], icon=":material/open_in_new:", type="tertiary")
        notebook.pin("run", run.run_id)
    _family(run, found)


def _family(run: Run, found: queries.Relatives) -> None:
    if not (run.parent_id or found.of):
        return
    with st.container(border=True, gap="xsmall"):
        if run.parent_id and run.parent_known:
            name = plain(run.parent or run.parent_id[:8], 80)
            run_find.link_to(run.parent_id, f"Nested in {name}", icon=":material/account_tree:", part="parent_")
        elif run.parent_id:
            st.caption(f"Nested in the run {plain(run.parent_id, 40)}, which is not in this snapshot.")
        if found.of:
            st.markdown(f"**{count_of(found.of, 'run')} nested in it**")
            with st.container(horizontal=True, gap="small"):
                for run_id, name, status in found.children:
                    said = "" if status == "FINISHED" else f" ({plain(status.lower(), 20)})"
                    run_find.link_to(run_id, f"{plain(name or run_id[:8], 40)}{said}")
            if found.of > len(found.children):
                every = {"filter": f"parent_run_id = '{run.run_id}'"} if run.run_id.isalnum() else {}
                link("runs", f"All {count_of(found.of, 'run')}", icon=":material/arrow_forward:", params=every)
