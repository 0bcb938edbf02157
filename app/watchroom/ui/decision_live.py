"""What was live when it was decided: version, run, commit, data, approval, its health; and the other versions."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from watchroom.charts.words import days
from watchroom.desk.cases import Looked
from watchroom.reports.decision import approval
from watchroom.reports.decision_besides import performance
from watchroom.reports.decision_facts import Facts
from watchroom.reports.decision_words import outcome_name
from watchroom.ui.alerts_words import SIGNAL_NAMES, feature_name
from watchroom.ui.decision_find import SCORES, as_version, minute, predicted_text
from watchroom.ui.lights import NAMES, icon
from watchroom.ui.model_about import person
from watchroom.ui.navigation import link
from watchroom.ui.rows import badge
from watchroom.ui.states import section
from watchroom.ui.tables import download
from watchroom.ui.text import UNKNOWN, number, one_line, plain, sentence, some, when

Rows = Sequence[tuple[str, str]]


def show(facts: Facts, zone: ZoneInfo) -> None:
    """The tab."""
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown("**What was live**")
        _rows(live(facts, zone))
        link("model", "About this version", icon=":material/deployed_code:",
             params={"model": facts.case.model, "version": str(facts.case.version)})  # fmt: skip
    with right, st.container(border=True, height="stretch", gap="xsmall"):
        day = facts.case.at.date()
        st.markdown(f"**Its health on {days(day, day)}** :gray[(UTC day)]")
        _rows(that_day(facts))
        link("health", "Health in that period", icon=":material/ecg_heart:",
             params={"model": facts.case.model, "version": str(facts.case.version), "period": "Custom",
                     "from": day.isoformat(), "to": day.isoformat()})  # fmt: skip


def _rows(rows: Rows) -> None:
    st.markdown("  \n".join(f":gray[{name}]: {value}" for name, value in rows))


def live(facts: Facts, zone: ZoneInfo) -> Rows:
    """Version, run, commit, data and approval, in Markdown."""
    found, version = facts.around.live, facts.case.version
    rows = [("Version", f"{version} {_aliases(facts)}")]
    if found is None:
        return [*rows, ("Registry", "does not know this version")]
    run = UNKNOWN if found.run_id is None else f"{plain(found.run_name or '')} `{one_line(found.run_id, 40)}`"
    dirty = " :orange[with changes that were not committed]" if found.dirty else ""
    commit = "not recorded" if found.commit is None else f"`{one_line(found.commit, 40)}`{dirty}"
    return [
        *rows,
        ("Registered", plain(when(found.created_at, zone))),
        ("Run", run + (" :orange[deleted in MLflow]" if found.run_deleted else "")),
        ("Trained", plain(when(found.started_at, zone))),
        ("Commit", commit),
        ("Data", _data(facts)),
        ("Approval at that time", _approval(facts, zone)),
        ("Sign-offs by now", _by_now(facts, zone)),
    ]


def _aliases(facts: Facts) -> str:
    reign = facts.around.reign
    badges = " ".join(badge(name, "green" if name.lower() == "champion" else "gray") for name in reign.aliases)
    if reign.champion is None:
        return f"{badges} :gray[which version was champion then is not known]"
    other = "" if reign.champion == facts.case.version else f" :gray[champion was version {reign.champion}]"
    early = "" if reign.seen else " :gray[assumed: the registry was first looked at later]"
    return f"{badges}{other}{early}"


def _data(facts: Facts) -> str:
    found = facts.around.live
    if found is None or not found.data:
        return "no dataset was recorded with the run"
    told = [
        f"{plain(name, 60)} `{one_line(digest, 40)}`{f' ({plain(context, 30)})' if context else ''}"
        for name, digest, context in found.data
    ]
    return some(told, 4)


def _approval(facts: Facts, zone: ZoneInfo) -> str:
    told = sentence(approval(facts, zone), 400)
    none = not any(one.at <= facts.case.at for one in facts.around.signed)
    return f":orange[:material/warning: {told}]" if none else told


def _by_now(facts: Facts, zone: ZoneInfo) -> str:
    signed = facts.around.signed
    if not signed:
        return "none"
    told = [
        f"{plain(one.decision)} for {plain(one.stage)} by {person(one.actor)} as {plain(one.role.replace('_', ' '))}, "
        + plain(when(one.at, zone))
        + ("" if one.status == "valid" else f" ({plain(one.status)})")
        for one in signed
    ]
    return some(told, 3)


def that_day(facts: Facts) -> Rows:
    """Light, performance, drift, quality, decisions and alerts, in Markdown."""
    day = facts.around.day
    return [
        ("Light", f"{icon(day.light)} {NAMES[day.light]}"),
        ("Performance", _metric(facts)),
        ("Drift", _drift(facts)),
        ("Data quality", f"{icon(day.quality)} {NAMES[day.quality]}"),
        ("Decisions", f"{number(day.decisions)} by this version that day"),
        ("Beyond a limit", _alerts(facts)),
        ("Over", "the seven days that ended with it"),
    ]


def _metric(facts: Facts) -> str:
    metric = facts.around.day.metric
    known = metric is not None and metric[1] is not None
    return f"{icon(metric[2]) if metric and known else ''} {sentence(performance(facts))}".strip()


def _drift(facts: Facts) -> str:
    day = facts.around.day
    if not day.features:
        return "not compared with a reference"
    moved = [sentence(feature_name(name)) for name in day.drifted]
    return f"{icon(day.drift)} {len(moved)} of {day.features} beyond a limit{f': {some(moved)}' if moved else ''}"


def _alerts(facts: Facts) -> str:
    told = [
        f"{plain(SIGNAL_NAMES.get(signal, signal))} "
        f"{sentence(feature_name(feature)) + ' ' if feature else ''}({plain(severity)})"
        for signal, feature, severity, _ in facts.around.day.alerts
    ]
    return some(told, 4) if told else "no alert was open"


def versions(facts: Facts, looked: Looked, zone: ZoneInfo) -> None:
    """What every version that scored it answered, when there are several."""
    if len(looked.cases) < 2:
        return
    section("Every version's answer")
    answers = {case.prediction for case in looked.cases}
    if len(answers) > 1:
        st.markdown(":orange[:material/call_split:] They disagree about this one.")
    table = version_table(facts, looked, zone)
    st.dataframe(
        table,
        hide_index=True,
        column_config={"Score": SCORES},
        alt=f"The answers of {len(table)} versions to the same decision",
    )
    with st.container(horizontal=True):
        for version in looked.versions:
            if version != facts.case.version:
                day = facts.case.at.date()
                as_version(facts.case.id, version, day if looked.case(version, day) else None)
    download("Answers as CSV", "decision-versions", lambda: table)


def version_table(facts: Facts, looked: Looked, zone: ZoneInfo) -> pd.DataFrame:
    """Version, prediction, score and outcome, by version."""
    answer = facts.around.answer
    return pd.DataFrame(
        {
            "Version": [case.version for case in looked.cases],
            "Predicted": [predicted_text(answer.prediction(case.prediction)) for case in looked.cases],
            "Score": [case.score for case in looked.cases],
            "Outcome": [outcome_name(case.outcome, answer) for case in looked.cases],
            f"Decided at ({zone.key})": [minute(case.at, zone) for case in looked.cases],
        }
    )
