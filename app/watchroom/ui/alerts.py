"""The Alerts page: how it stands in figures, then what is open, what was, who watches what, and how right it was.

One alert of the address (`?alert=`) takes the page to itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from watchroom.store.queries import alerts as queries
from watchroom.store.queries import models as model_queries
from watchroom.store.queries.alerts import OPEN_STATES, SEVERITIES, Alert
from watchroom.ui import alerts_one, alerts_scores, roster
from watchroom.ui.acting import say_done
from watchroom.ui.alerts_now import NOTHING, Acted, Took, acted, as_now, is_open, to_acknowledge, to_restore
from watchroom.ui.alerts_rows import PARAMETER, Rows, rows
from watchroom.ui.alerts_words import state, what
from watchroom.ui.identity import User, current_user
from watchroom.ui.room import ask, reading
from watchroom.ui.scope import Scope, scope
from watchroom.ui.states import empty, figure, sourced, truncated, unknown_model
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, paragraph, plain, sentence
from watchroom.ui.workspace import facts

SHOWN = 15
"""Open alerts that are drawn before the rest is folded away: some three screens of them."""

UNFOLDED = 60
"""Alerts that are drawn when the rest is unfolded; the download has them all."""

PAST_READ = 500
"""Past alerts that are read for the page, the newest."""

PAST_SHOWN = 20

NOBODY = "nobody"


@dataclass(frozen=True)
class View:
    """What the page shows, read once. `open` and `past` are as they are now, the most urgent and the newest first."""

    scope: Scope
    user: User
    now: datetime
    made_at: datetime
    done: Acted
    open: tuple[Alert, ...]
    past: tuple[Alert, ...]
    past_count: int
    shared: Rows


def show() -> None:
    """The whole page below its question."""
    say_done()
    chosen = scope()
    known = ask(model_queries.names)
    if chosen.model is not None and chosen.model not in known:
        unknown_model(chosen.model, known)
        return
    view = _view(chosen)
    asked = st.query_params.get(PARAMETER, "")
    if asked:
        alerts_one.show(asked, view.done, view.shared)
        return
    _figures(view)
    _ledger_problem(view)
    parts: dict[str, Callable[[View], None]] = {
        "Open": _open,
        "Past": _past,
        "Watch roster": lambda view: roster.show(view.scope.model),
        "How right are the alarms": lambda view: alerts_scores.show(view.scope.model),
    }
    tabs = st.tabs(list(parts), key="part", bind="query-params", on_change="rerun")
    for tab, part in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab:
                part(view)


def _view(chosen: Scope) -> View:
    now, period = datetime.now(UTC), chosen.period
    open_rows = ask(queries.open_alerts, model=chosen.model)
    count, past = ask(
        queries.past_alerts, start=period.start_utc, end=period.end_utc, model=chosen.model, limit=PAST_READ
    )
    done = acted() if open_rows or past else NOTHING
    current, before = as_now(open_rows, done, now), as_now(past, done, now)
    closed = tuple(alert for alert in current if not is_open(alert))
    with reading() as snapshot:
        made_at = snapshot.made_at
    return View(
        scope=chosen,
        user=current_user(),
        now=now,
        made_at=made_at,
        done=done,
        open=tuple(alert for alert in current if is_open(alert)),
        past=tuple(sorted((*closed, *before), key=_newest_first)),
        past_count=count + len(closed),
        shared=Rows.of(done),
    )


def _newest_first(alert: Alert) -> tuple[float, str]:
    moment = alert.ended_at or alert.raised_at
    return (-moment.replace(tzinfo=UTC).timestamp() if moment else 0.0, alert.alert_id)


def _figures(view: View) -> None:
    period, model = view.scope.period, view.scope.model
    acknowledged = to_acknowledge(view.done, period.start, period.end, model)
    restored = to_restore(view.done, period.start, period.end, model)
    with st.grid(5, min_column_width=150):
        for severity, label in (("critical", "Open, critical"), ("warning", "Open, warnings")):
            found = [alert for alert in view.open if alert.severity == severity]
            awake = sum(alert.state == "open" for alert in found)
            figure(label, number(len(found)), f"{number(awake)} not taken up yet")
        orphans = sum(not alert.owner for alert in view.open)
        figure("Nobody's", number(orphans), "nobody has them" if orphans else "each has somebody")
        figure("Taken up in", _took(acknowledged), _of(acknowledged, period.label), help=_HELP_ACKNOWLEDGE)
        figure("Restored in", _took(restored), _of(restored, period.label), help=_HELP_RESTORE)


_HELP_ACKNOWLEDGE = (
    "Median time from the refresh that raised an alert until somebody acknowledged, snoozed or resolved it, over the "
    "alerts for which that was in the period."
)
_HELP_RESTORE = (
    "Median time from the refresh that raised an alert until it was over by itself or somebody resolved it, over the "
    "alerts for which that was in the period."
)


def _took(took: Took) -> str:
    """A length of time in few characters: `<1 min`, `12 min`, `3.5 h`, `2.1 days`."""
    if took.seconds is None:
        return "–"
    for unit, size in (("days", 86400), ("h", 3600)):
        if took.seconds >= size:
            return f"{took.seconds / size:.{0 if took.seconds >= 10 * size else 1}f} {unit}"
    return f"{took.seconds / 60:.0f} min" if took.seconds >= 60 else "<1 min"


def _of(took: Took, period: str) -> str:
    return f"n {number(took.n)}, {period.lower()}"


def _ledger_problem(view: View) -> None:
    problem = view.done.problem
    if problem is not None:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f":orange[:material/warning:] **Nothing can be done here now.** {sentence(problem.what, 600)}")
            for text in (problem.why, problem.next_step):
                if text:
                    st.markdown(paragraph(text))
            st.caption("What you see is as the last refresh knew it.")


def _open(view: View) -> None:
    if not view.open:
        _nothing_open(view)
        return
    found = _chosen(view)
    _count(found, view)
    if not found:
        empty("No alert fits this choice.", "Take away one of the filters above.")
        return
    rows(found[:SHOWN], view.shared)
    if rest := found[SHOWN:]:
        with st.expander(f"{number(len(rest))} more", key="more_alerts", on_change="rerun") as more:
            if more.open:
                rows(rest[:UNFOLDED], view.shared)
                truncated(UNFOLDED, len(rest), "alerts")
    download("Download as CSV", "open-alerts", lambda: table(found, view))


def _nothing_open(view: View) -> None:
    judged = ask(queries.judged, model=view.scope.model)
    if not judged:
        empty(
            "No alert, and no model that could be judged.",
            "The watch roster says of each signal what it takes to have it watched.",
        )
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(":green[:material/check_circle:] **Nothing is beyond its limits.**")
        st.text("That holds for what is watched. The watch roster says what is, and what is not.")
    st.caption(sourced("At the refresh", judged, "model judged", "models judged"))


def _chosen(view: View) -> tuple[Alert, ...]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        states = _pick("State", "state", [name for name in OPEN_STATES if any(a.state == name for a in view.open)])
        severities = _pick("Severity", "severity", list(SEVERITIES))
        owners = _pick("Has it", "who", _owners(view.open))
        mine = st.toggle("Mine", key="mine", bind="query-params", disabled=not _names(view.user), help=_mine_help(view))
    return tuple(
        alert
        for alert in view.open
        if (not states or alert.state in states)
        and (not severities or alert.severity in severities)
        and (not owners or (alert.owner or NOBODY) in owners)
        and (not mine or not _names(view.user) or is_mine(alert, view.user))
    )


def _pick(label: str, key: str, options: list[str]) -> list[str]:
    return list(st.multiselect(label, options, key=key, bind="query-params", placeholder="Any", width=180))


def _owners(alerts: tuple[Alert, ...]) -> list[str]:
    named = sorted({alert.owner for alert in alerts if alert.owner}, key=str.lower)
    return [*([NOBODY] if any(not alert.owner for alert in alerts) else []), *named]


def _names(user: User) -> set[str]:
    return {text.casefold() for text in (user.email, user.name) if text}


def is_mine(alert: Alert, user: User) -> bool:
    """Whether whoever looks has the alert: their address or name is what stands there, to the letter."""
    return (alert.owner or "").strip().casefold() in _names(user)


def _mine_help(view: View) -> str | None:
    return None if _names(view.user) else "There is no sign-in, so nobody knows which are yours."


def _count(found: tuple[Alert, ...], view: View) -> None:
    of_all = "" if len(found) == len(view.open) else f" of {number(len(view.open))}"
    since = f" · {count_of(view.done.since, 'alert')} touched since" if view.done.since else ""
    st.caption(
        f"{number(len(found))}{of_all} open, critical first · {sourced('measured at the refresh', len(found), 'alert')}"
        f"{plain(since)}"
    )


def _past(view: View) -> None:
    if not view.past:
        empty("No alert of this period is over.", "Choose a longer period in the sidebar to look further back.")
        return
    st.caption(sourced(f"{view.scope.period.label}, over or resolved, the newest first", view.past_count, "alert"))
    rows(view.past[:PAST_SHOWN], view.shared)
    truncated(PAST_SHOWN, view.past_count, "alerts")
    download("Download as CSV", "past-alerts", lambda: table(view.past, view))


def table(alerts: tuple[Alert, ...], view: View) -> pd.DataFrame:
    """The alerts as a table with every column and the sentence, times in UTC."""
    now, zone = view.now.replace(tzinfo=None), facts().zone
    return pd.DataFrame(
        [{**alert.__dict__, "sentence": what(alert), "state_in_words": state(alert, zone, now)} for alert in alerts]
    )
