"""The funnel: how far projects came, and where and why each of the others is no further."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from watchroom.charts import portfolio as charts
from watchroom.charts.portfolio import Bar
from watchroom.charts.style import Chart
from watchroom.domain.funnel import STAGES, Stage, Step
from watchroom.reports import portfolio_words as words
from watchroom.reports.portfolio_facts import Choice, Facts
from watchroom.store.queries.portfolio import Project
from watchroom.ui.navigation import link
from watchroom.ui.portfolio_facts import facts_of
from watchroom.ui.room import drawn
from watchroom.ui.rows import LINK_PADDING, badge, quiet, tier_badge
from watchroom.ui.scope import ALL_MODELS
from watchroom.ui.states import section, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, plain, sentence, some

SHOWN = 8
"""Projects told at a stage before the rest is folded away."""

LISTED = 100
"""Projects told when it is opened; the download has all."""

QUIET = {"displayModeBar": False}

_STOPPED: dict[Stage, str] = {
    "started": "Begun, not registered",
    "registered": "Registered, not approved",
    "approved": "Approved, not in production",
    "champion": "Reached production, not healthy there now",
}


def show(told: Facts) -> None:
    """The view."""
    cohort = f"The projects begun in {told.choice.quarter.title}, as they are now." if told.choice.quarter else ""
    section("How far projects get", cohort)
    chart = drawn(_chart, choice=told.choice)
    st.plotly_chart(chart.figure, config=QUIET, alt=chart.alt, key="portfolio_funnel")
    for step in told.funnel:
        _skipped(step)
    st.caption(
        "**Begun**: a registered model, a file of one, or an experiment with runs that belongs to no model. "
        "**Registered**: a version stands in the registry. **Approved**: somebody signed a version off. "
        "**In production**: a version was champion, or led the decision log. **Healthy**: in service now, its light "
        "stable or on watch. Each bar counts those that came at least as far."
    )
    section("Where and why they stop")
    if all(one.stage == "healthy" for one in told.projects):
        st.markdown(":green[:material/check_circle:] None has stopped." if told.projects else "No project was begun.")
    for stage in STAGES[:-1]:
        _stage(stage, [one for one in told.projects if one.stage == stage])
    st.caption(sourced("as of the last refresh", len(told.projects), "project"))
    download("Download as CSV", "projects", lambda: table(told.projects))


def _chart(*, choice: Choice) -> Chart:
    found = facts_of(choice)
    return charts.funnel([_bar(step, place, found.funnel) for place, step in enumerate(found.funnel)])


def _bar(step: Step, place: int, funnel: Sequence[Step]) -> Bar:
    lost = funnel[place - 1].reached - step.reached if place else 0
    text = f"{number(step.reached)}{f' ({number(lost)} fewer)' if lost else ''}"
    return Bar(words.STAGES[step.stage], step.reached, text, f"{number(step.reached)} came at least here")


def _skipped(step: Step) -> None:
    """Those that went on without a stage, which is no success of it."""
    if not step.skipped:
        return
    n, did = len(step.skipped), {"approved": "without an approval", "registered": "without a registered version"}
    who = some([plain(one, 60) for one in step.skipped])
    st.markdown(f":orange[:material/warning:] {number(n)} of them went on {did.get(step.stage, 'without it')}: {who}.")


def _stage(stage: Stage, found: list[Project]) -> None:
    if not found:
        return
    with st.container(border=True, gap="small"):
        st.markdown(f"**{_STOPPED[stage]}** :gray[· {count_of(len(found), 'project')}]")
        newest = sorted(found, key=lambda one: (one.last_activity is not None, one.last_activity), reverse=True)
        for one in newest[:SHOWN]:
            _project(one)
        if rest := newest[SHOWN:]:
            with st.expander(f"{number(len(rest))} more", key=f"more_{stage}", on_change="rerun") as more:
                if more.open:
                    for one in rest[:LISTED]:
                        _project(one)
                    if len(rest) > LISTED:
                        st.caption(f"{number(len(rest) - LISTED)} more are in the download.")


def _project(one: Project) -> None:
    """A project's name as a link to where the reason can be looked into, whose it is, and why it is no further."""
    about = " ".join(
        (badge("experiment") if one.kind == "experiment" else tier_badge(one.tier), quiet(plain(one.team or "", 60)))
    )
    with st.container(gap="xxsmall"):
        page, params = _place(one)
        link(page, f":blue[**{plain(one.title, 60)}**] {about}", params=params)
        with st.container(horizontal=True, gap=None):
            st.space(LINK_PADDING)
            with st.container(width="stretch"):  # text by itself would go under the space when it is long
                st.markdown(sentence(one.why or "", 300))


def _place(one: Project) -> tuple[str, dict[str, str]]:
    if one.kind == "experiment":
        return "runs", {"experiment": one.name, "model": ALL_MODELS}
    return ("health" if one.stage == "champion" else "model"), {"model": one.name}


def table(projects: Sequence[Project]) -> pd.DataFrame:
    """Every project as a plain table."""
    return pd.DataFrame([one.__dict__ for one in projects])
