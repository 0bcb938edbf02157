"""How fast and how safely: the four measures of DORA with what they mean, every release, and the wait for a review."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd
import streamlit as st

from watchroom.charts import portfolio as charts
from watchroom.charts.portfolio import Dot, Ending
from watchroom.charts.style import Chart
from watchroom.charts.words import share
from watchroom.domain.delivery import LEAST_FOR_SHARE, Delivery
from watchroom.reports import portfolio_words as words
from watchroom.reports.portfolio_facts import Choice, Facts
from watchroom.store.queries.portfolio import Release, Waiting
from watchroom.ui.navigation import link
from watchroom.ui.portfolio_facts import facts_of, rows
from watchroom.ui.room import drawn, room
from watchroom.ui.states import figure, section, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, day, number, one_line, plain
from watchroom.ui.workspace import facts

QUIET = {"displayModeBar": False}
ROW_HEIGHT = 34
_ROWS_SEEN = 12

WAITING_SHOWN = 8
"""Versions told that wait for a sign-off, those that wait longest; the download has all."""

_LEAD = f"{words.LEAD} Half of all lie between the two other figures."


def figures(told: Facts) -> None:
    """The four measures, each with its n and what it means."""
    found = told.delivery
    with st.grid(4, min_column_width=190):
        figure("Lead time", words.days(found.lead.median), words.quartiles(found.lead, "version"), help=_LEAD)
        figure("Releases a month", _frequency(found), _over(found), help=words.FREQUENCY)
        figure("Changes that failed", _failed(found), _still_open(found), help=words.FAILURE)
        figure("Time to restore", words.days(found.restore.median), _restored(found), help=words.RESTORE)


def _frequency(found: Delivery) -> str:
    return "unknown" if found.per_month is None else f"{found.per_month:.1f}"


def _over(found: Delivery) -> str:
    if found.months < 1:
        return f"{count_of(found.changes, 'release')} in under a month"
    return f"{count_of(found.changes, 'release')} in {found.months:.0f} months"


def _failed(found: Delivery) -> str:
    if not found.judged:
        return "unknown"
    if found.failure_share is None:
        return f"{number(found.failed)} of {number(found.judged)}"
    return share(found.failure_share)


def _still_open(found: Delivery) -> str:
    parts = [f"{number(found.failed)} of {number(found.judged)}"] if found.judged >= LEAST_FOR_SHARE else []
    parts += [f"{number(found.open_)} not told yet"] if found.open_ else []
    return " · ".join(parts) or ("all 30 days over" if found.judged else "no dated release")


def _restored(found: Delivery) -> str:
    parts = [count_of(found.restore.n, "failure")]
    parts += [f"{number(found.unrestored)} still failing"] if found.unrestored else []
    return " · ".join(parts)


def show(told: Facts) -> None:
    """The view."""
    section("Every change, and how long it took")
    chart = drawn(_chart, choice=told.choice)
    if chart is None:
        st.markdown("Of no release is it known when it was made and when it went into service.")
    else:
        st.plotly_chart(chart.figure, config=QUIET, alt=chart.alt, key="portfolio_lead")
    _known_from(told)
    _releases(told)
    _reviews(told)


def _chart(*, choice: Choice) -> Chart | None:
    found = facts_of(choice)
    dots = [_dot(one) for one in found.releases if one.is_change and one.lead_hours is not None]
    if not dots:
        return None
    median = found.delivery.lead.median
    return charts.lead_times(dots, median, f"median {words.days(median)}")


def _dot(one: Release) -> Dot:
    ending: Ending = "open" if one.failed is None else "failed" if one.failed else "worked"
    took = (one.lead_hours or 0) / 24
    why = f", {one.failed_because}" if one.failed_because else ""
    return Dot(
        one.at, took, f"{one_line(one.title, 60)} v{one.version}: {one.at:%-d %b %Y}, {words.days(took)}{why}", ending
    )


def _known_from(told: Facts) -> None:
    """What the figures leave out, and since when anything is known."""
    seen, zone = rows().seen, facts().zone
    said = []
    if told.undated:
        said.append(
            f"{count_of(told.undated, 'release')} {'is' if told.undated == 1 else 'are'} left out: in service already "
            "when the log or the watch over the registry began."
        )
    if told.rollbacks:
        said.append(
            f"{count_of(told.rollbacks, 'rollback')} {'is' if told.rollbacks == 1 else 'are'} no change: within 30 "
            "days of one, it is that change's failure."
        )
    if told.delivery.unwatched:
        said.append(
            f"Of {count_of(told.delivery.unwatched, 'change')} no health was judged in the first 30 days: only a "
            "rollback would have shown."
        )
    if seen.looks is not None:
        said.append(
            f"The registry is watched since {day(pd.Timestamp(seen.looks).to_pydatetime(), zone)}: what was before "
            "is inferred from who decided in the logs, to the day, and alerts from the days judged."
        )
    st.caption(" ".join(said))


def _releases(told: Facts) -> None:
    shown = told.releases[: room().settings.page_rows]
    if not shown:
        return
    with st.expander(
        f"{count_of(len(told.releases), 'release')} in a table", key="releases", on_change="rerun"
    ) as more:
        if not more.open:
            return
        st.dataframe(
            drawn(_shown, choice=told.choice),
            key="releases_table",
            hide_index=True,
            row_height=ROW_HEIGHT,
            height=min(len(shown), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
            placeholder="–",
            column_config={
                "In service": st.column_config.DateColumn(format="D MMM YYYY", width=105),
                "Until": st.column_config.DateColumn(format="D MMM YYYY", width=105),
                "Version": st.column_config.NumberColumn(format="v%d", width=70),
                "Before": st.column_config.NumberColumn(format="v%d", width=70),
                "Lead time": st.column_config.NumberColumn(format="%.1f days", width=90),
                "Restored in": st.column_config.NumberColumn(format="%.1f days", width=95),
            },
            alt=f"{count_of(len(shown), 'release')} with model, version, lead time and how it ended, newest first",
        )
        truncated(len(shown), len(told.releases), "releases")
        st.caption(sourced("by UTC day", len(told.releases), "release"))
        download("Download as CSV", "releases", lambda: pd.DataFrame([one.__dict__ for one in told.releases]))


def _shown(*, choice: Choice) -> pd.DataFrame:
    found = facts_of(choice).releases[: room().settings.page_rows]
    frame = pd.DataFrame([_row(one) for one in found])
    return frame.astype({"Version": "Int64", "Before": "Int64", "Lead time": float, "Restored in": float})


def _row(one: Release) -> dict[str, object]:
    return {
        "In service": one.at,
        "Model": one_line(one.title, 60),
        "Version": one.version,
        "Before": one.previous_version,
        "Lead time": None if one.lead_hours is None else one.lead_hours / 24,
        "How it went": _ended(one),
        "Restored in": None if one.restore_hours is None else one.restore_hours / 24,
        "Until": one.until,
        "Known by": {"both": "log and registry"}.get(one.by, one.by),
    }


def _ended(one: Release) -> str:
    if one.is_rollback:
        return "a rollback"
    if not one.dated:
        return "there before anybody looked"
    if one.failed is None:
        return "30 days not over"
    return f"failed: {one.failed_because}" if one.failed else "worked"


def _reviews(told: Facts) -> None:
    section("Waiting for a review")
    now = rows().now
    waiting = told.waiting
    median = told.waited.median
    if median is None:
        past = "No version has waited for a sign-off that came."
    else:
        past = (
            f"A sign-off came after {'a median of ' if told.waited.n > 1 else ''}**{words.days(median)}** "
            f"({plain(words.quartiles(told.waited, 'wait'))})."
        )
    present = f"**{count_of(len(waiting), 'version')}** {'waits' if len(waiting) == 1 else 'wait'} now."
    st.markdown(f"{past} {present if waiting else 'None waits now.'}")
    if waiting:
        with st.container(border=True, gap="xsmall"):
            for one in waiting[:WAITING_SHOWN]:
                _waiting(one, now - one.wait.since)
            if len(waiting) > WAITING_SHOWN:
                st.caption(f"{number(len(waiting) - WAITING_SHOWN)} more are in the download.")
    st.caption(
        "From the registration of a version, or from its last rejection, to the next sign-off. Waiting now: champions, "
        "challengers and the newest version of each model; one that was overtaken waits for nobody."
    )
    download("Download as CSV", "waiting-for-review", lambda: waiting_table(waiting))


def _waiting(one: Waiting, length: timedelta) -> None:
    who = plain(one.reviewer, 60) if one.reviewer else ":red[nobody is reviewer]"
    again = ", again since it was rejected" if one.wait.refused else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = f":blue[**{plain(one.title, 60)}** v{one.wait.version}]"
        link("versions", label, params={"model": one.wait.model})
        st.markdown(f"{words.days(length.total_seconds() / 86400)}{again} :gray[·] {who}", width="stretch")


def waiting_table(waiting: Sequence[Waiting]) -> pd.DataFrame:
    """Every version that waits, as a plain table."""
    return pd.DataFrame([{**one.wait.__dict__, "title": one.title, "reviewer": one.reviewer} for one in waiting])


def definitions() -> None:
    """What the four measures mean, folded away below them."""
    terms = (
        ("Lead time", _LEAD),
        ("Releases a month", words.FREQUENCY),
        ("Changes that failed", words.FAILURE),
        ("Time to restore", words.RESTORE),
    )
    with st.expander("What these four mean", key="portfolio_terms", on_change="rerun") as more:
        if more.open:
            st.markdown("\n".join(f"- **{term}**: {text}" for term, text in terms))
            st.caption(
                "The four measures of software delivery after Forsgren, Humble and Kim, Accelerate (2018), and "
                f"dora.dev, for models. Below {LEAST_FOR_SHARE} changes so few carry no percentage."
            )
