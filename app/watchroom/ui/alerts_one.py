"""One alert, whole: its value against the limit, who did what, whom it affects, and what it takes to reproduce it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pandas as pd
import streamlit as st

from watchroom.charts.alerts import value_over_time
from watchroom.charts.style import Chart
from watchroom.domain.alerts import Alert as Folded
from watchroom.domain.alerts import Mark
from watchroom.domain.vocabulary import METHOD_NAMES
from watchroom.errors import LedgerError
from watchroom.reports.capsule import capsule
from watchroom.store.queries import alerts as queries
from watchroom.store.queries.alerts import Alert
from watchroom.ui.alerts_act import text_length
from watchroom.ui.alerts_now import Acted, acted, as_now, history
from watchroom.ui.alerts_rows import Rows, badges, button, choose, owner
from watchroom.ui.alerts_words import compared, feature_name, headline, message, open_for, short_day, subject
from watchroom.ui.identity import while_admitted
from watchroom.ui.model_about import person, web_host
from watchroom.ui.navigation import link
from watchroom.ui.over_time import over_time
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.rows import quiet
from watchroom.ui.states import code, empty, figure, section, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import UNKNOWN, count_of, number, one_line, plain, sentence, when
from watchroom.ui.workspace import facts

MARKS_SHOWN = 60
"""Lines of an alert's history that are drawn, the newest; the download has all."""

EVENT_WORDS = {
    "raised": "The refresh raised it",
    "worse": "The refresh found it worse",
    "better": "The refresh found it better",
    "ended": "The refresh saw it end",
    "reopened": "The refresh found it back",
    "acknowledged": "acknowledged it",
    "assigned": "assigned it",
    "snoozed": "snoozed it",
    "resolved": "resolved it",
    "commented": "wrote",
}
_BY_THE_REFRESH = ("raised", "worse", "better", "ended", "reopened")


def show(alert_id: str, done: Acted, shared: Rows) -> None:
    """The alert of the address, or that there is none."""
    st.button(
        "All alerts", type="tertiary", icon=":material/arrow_back:", key="all_alerts", on_click=choose, args=("",)
    )
    row = ask(queries.alert, alert_id=alert_id)
    if row is None:
        empty(
            f"There is no alert {one_line(alert_id, 40)} in this snapshot.",
            "It may be from another workspace, or from before the alerts were begun anew.",
        )
        return
    if not done.alerts and done.problem is None:
        done = acted()
        shared = Rows.of(done)
    now = datetime.now(UTC)
    (alert,) = as_now([row], done, now)
    _head(alert, shared, now.replace(tzinfo=None))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if alert.signal != "approval":  # it is judged, not measured
            _value(alert)
        _affected(alert)
    with right:
        _history(alert.alert_id)
        _capsule(alert)


def _head(alert: Alert, shared: Rows, now: datetime) -> None:
    with st.container(border=True, gap="small"):
        st.markdown(f"**{plain(alert.title, 100)}** {badges(alert, now)}")
        st.subheader(sentence(headline(alert), 300), anchor=False)
        if alert.signal == "approval":
            figure("Since", short_day(alert.since, now.date()), open_for(alert, now))
        else:
            _figures(alert, now)
        st.markdown(f"Has it: {owner(alert.owner)}")
        _runbook(alert.runbook)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            button(alert, shared)
            scope = {"model": alert.model}
            if alert.signal == "kpi":
                about = {**scope, "kpi": alert.feature}
                link("value", "The KPI and its target", icon=":material/arrow_forward:", params=about)
            if alert.signal == "approval":
                about = {**scope, "version": str(alert.version), "stage": "deploy"}
                link("handover", "Who has to sign", icon=":material/arrow_forward:", params=about)
            link("health", "Health of the model", icon=":material/arrow_forward:", params=scope)
            link("model", "Page of the model", icon=":material/arrow_forward:", params=scope)


def _figures(alert: Alert, now: datetime) -> None:
    value, limit = compared(alert.value, alert.limit)
    with st.grid(4, min_column_width=150):
        figure("Value", value, _days(alert))
        figure("Limit", limit, _limit(alert))
        figure("Beyond it since", short_day(alert.since, now.date()), open_for(alert, now))
        figure("n", UNKNOWN if alert.n is None else number(alert.n), "decisions")


def _days(alert: Alert) -> str:
    if alert.period_start is None or alert.period_end is None:
        return "days unknown"
    raised = alert.raised_at.date() if alert.raised_at else None
    return f"{short_day(alert.period_start, raised)} to {short_day(alert.period_end, raised)}"


def _limit(alert: Alert) -> str:
    if alert.signal == "quality":
        return "of the decisions, the reference's share included"
    if alert.signal == "kpi":
        return f"{one_line(alert.unit, 60)}, in a week" if alert.unit else "in a week"
    return METHOD_NAMES.get(alert.method or "", "in the metric's unit" if alert.signal == "performance" else "a day")


def _runbook(text: str | None) -> None:
    if not text:
        st.markdown(":red[No runbook: the model's file names none.]")
    elif web_host(text):
        st.link_button("Open the runbook", text, icon=":material/open_in_new:")
        st.caption(plain(web_host(text), 80))
    else:
        st.text(f"Runbook: {one_line(text, 400)}")


def _value(alert: Alert) -> None:
    section("Its value against the limit")
    about = {"model": alert.model, "version": alert.version, "signal": alert.signal, "feature": alert.feature}
    found = ask(queries.series, **about)  # type: ignore[arg-type]
    if found.empty or found["value"].isna().all():
        empty("There are no values of it in this snapshot.", "Its model may have been evaluated anew since.")
        return
    chart = drawn(_chart, alert_id=alert.alert_id)
    if chart is not None:
        over_time(chart, "alert_value", model=alert.model)
    one = {"performance": "outcome", "explanation": "explained decision"}.get(alert.signal, "decision")
    each = {"explanation": "The month that ends so", "kpi": "The week that ends so"}.get(
        alert.signal, "The seven days that end with each day"
    )
    judged = found[pd.to_datetime(found["day"]) <= pd.Timestamp(alert.period_end)] if alert.period_end else found
    last = (judged if len(judged) else found).iloc[-1]
    counted = int(last["n"]) if pd.notna(last["n"]) else 0
    unsettled = alert.signal == "kpi" and len(judged) < len(found)
    later = " Later weeks have too few outcomes to be judged." if unsettled else ""
    st.caption(f"{sourced(f'{each}; n is that of the last one judged', counted, one)}.{later}")
    download("Download as CSV", "alert-values", lambda: found)


def _chart(*, alert_id: str) -> Chart | None:
    alert = ask(queries.alert, alert_id=alert_id)
    if alert is None:
        return None
    found = ask(queries.series, model=alert.model, version=alert.version, signal=alert.signal, feature=alert.feature)
    names = {
        "drift": f"{METHOD_NAMES.get(alert.method or '', 'distance')} of {_bare(feature_name(alert.feature))}",
        "quality": f"share of {_bare(feature_name(alert.feature))} missing, unseen or invalid",
        "performance": subject(alert),
        "volume": "decisions a day",
        "explanation": "nDCG of what drives the model",
        "kpi": _bare(feature_name(alert.feature)),
    }
    first, second = {"drift": ("watch", "drifted"), "kpi": ("target", "limit")}.get(alert.signal, ("watch", "failing"))
    return value_over_time(found, names.get(alert.signal, alert.signal), alert.since, limits=(first, second))


def _bare(text: str) -> str:
    return text.replace("`", "")


def _affected(alert: Alert) -> None:
    section("Who is affected")
    around = ask(queries.surroundings, model=alert.model)
    if around is None:
        empty("The workspace does not know this model.", "Give it a file under models/.")
        return
    if around.affects:
        st.markdown("\n".join(f"- {plain(who, 100)}" for who in around.affects))
    else:
        st.markdown(f":gray[{UNKNOWN.capitalize()}: `affects` is not filled in in the model's file.]")
    if around.owners:
        st.markdown(
            "  \n".join(
                f":gray[{plain(role.replace('_', ' ').capitalize())}]: {person(who)}" for role, who in around.owners
            )
        )
    st.caption("A message to send them, to change as you like:")
    code(message(alert, around, alert.owner or "", _address(alert)), wrap=True)


def _address(alert: Alert) -> str:
    """Where this alert can be seen, for others to follow; empty when the browser does not say where it is."""
    base = (st.context.url or "").partition("?")[0]
    return f"{base}?alert={alert.alert_id}" if base else ""


def _history(alert_id: str) -> None:
    section("Who did what")
    try:
        folded = history(alert_id)
    except LedgerError:
        empty("Nothing is known of what was done.", "The ledger cannot be read.")
        return
    if folded is None:
        empty("Nothing is known of what was done.", "The ledger does not know this alert.")
        return
    marks = tuple(reversed(folded.history))
    st.markdown("\n\n".join(_mark(mark) for mark in marks[:MARKS_SHOWN]))
    st.caption(f"{plain(count_of(len(marks), 'entry', 'entries'))} of the ledger; times of {plain(str(facts().zone))}.")
    download("Download as CSV", "alert-history", lambda: marks_table(folded))


def _mark(mark: Mark) -> str:
    at = quiet(plain(when(mark.at, facts().zone, now=datetime.now(UTC))))
    said = f"  \n“{plain(mark.text, text_length())}”" if mark.text else ""
    if mark.what in _BY_THE_REFRESH:
        detail = f": {plain(mark.detail, 60)}" if mark.detail else ""
        return f":material/sync: {EVENT_WORDS[mark.what]}{detail}  \n{at}{said}"
    did = EVENT_WORDS.get(mark.what, plain(mark.what))
    return f":material/person: {person(mark.actor)} {did}{_to(mark)}  \n{at}{said}"


def _to(mark: Mark) -> str:
    if mark.what == "assigned":
        return f" to {person(mark.detail)}"
    if mark.what == "snoozed" and mark.detail:
        return f" until {plain(when(datetime.fromisoformat(mark.detail), facts().zone, now=datetime.now(UTC)))}"
    return ""


def marks_table(folded: Folded) -> pd.DataFrame:
    """An alert's history, the oldest first, times in UTC."""
    return pd.DataFrame([mark.__dict__ for mark in folded.history])


def _capsule(alert: Alert) -> None:
    section("Reproduce it")
    st.markdown(
        "The incident capsule holds what was seen and the commands that bring it back: the version with its run and "
        "data, the registry as it stood, the counts of the window beside the reference, and a script that fetches the "
        "decisions from the log."
    )
    st.download_button(
        "Download the capsule",
        data=while_admitted(partial(_packed, alert.alert_id)),
        file_name=f"incident-{alert.alert_id}.zip",
        mime="application/zip",
        on_click="ignore",
        icon=":material/inventory_2:",
        key="download_capsule",
    )


def _packed(alert_id: str) -> bytes:
    with reading() as snapshot:
        return capsule(snapshot, alert_id)
