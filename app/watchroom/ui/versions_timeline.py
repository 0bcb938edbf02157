"""The time line of a model's versions: who held which name when, who decided when, and where the two differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from html import escape

import pandas as pd
import streamlit as st

from watchroom.charts import timeline as charts
from watchroom.charts.style import Chart
from watchroom.charts.timeline import Decided, Held, Lane, Window
from watchroom.domain.tenure import History, Tenure
from watchroom.domain.witness import Span
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import versions as queries
from watchroom.store.queries.versions import Version
from watchroom.ui import versions_words as words
from watchroom.ui.model_versions import or_none
from watchroom.ui.over_time import over_time
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.states import empty, section, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, one_line, plain, sentence
from watchroom.ui.versions_subject import Story, Subject, local, story_of, zone

SPAN = "span"
SPANS: dict[str, int | None] = {"All time": None, "12 months": 365, "90 days": 90, "30 days": 30, "7 days": 7}

LANES = 14
"""Versions with a lane of their own: a screen's height; those that were in use come first, then the newest."""

AIR = 0.02
"""Of the length of the axis, before what came first."""

IN_SERVICE = 5
"""Versions that were in service which the sentence names, the last ones; the table has all."""

DIFFERENCES = 12
"""Differences between log and registry that are listed, the newest; the download has all."""


def show(subject: Subject) -> None:
    """The view."""
    _answer(subject)
    picked = st.segmented_control(
        "Show", list(SPANS), key=SPAN, bind="query-params", default="All time", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    label = str(picked)
    chart = drawn(_drawn, model=subject.model.name, label=label)
    section("Which version was what, when")
    st.markdown(
        ":small[:gray[Above each line: the names seen in the registry] "
        ":blue[■ champion] :orange[■ challenger] :gray[▨ changed somewhere in here · below: decisions by the log, "
        "■ at work, □ beside another · ▽ registered ◆ signed off]]"
    )
    over_time(chart, "timeline", model=subject.model.name)
    every = len(_used(subject.story) | {one.version for one in subject.versions})
    truncated(min(LANES, every), every, "versions, those that were in use before others")
    st.caption(sourced(label, len(subject.versions), "version"))
    _differences(subject)
    _table(subject)
    unknown(subject)


def _answer(subject: Subject) -> None:
    """Who is champion, since when, and what the log says to that."""
    story, now = subject.story, subject.made_at
    tenures = story.champion.tenures
    held = tenures[-1] if tenures and tenures[-1].end is None else None
    if held is None:
        was = f"; version {tenures[-1].version} was the last" if tenures else ""
        st.markdown(f"**No version is champion{was}.**")
    else:
        before = story.champion.before(held.version)
        again = " It has been champion before, too." if story.champion.held_again(held.version) else ""
        earlier = f" Before it: {words.versions(before)}.{again}" if before else again
        told = sentence(f"{words.tenure(held, zone(), now)}.{earlier}", 400)
        st.markdown(f"**Version {held.version} is champion**, {told}")
    if len(story.served) > 1:
        recent = [f"version {one.version} ({words.served(one)})" for one in story.served[-IN_SERVICE:]]
        first = "In service one after another" if len(recent) == len(story.served) else "In service of late"
        st.markdown(plain(f"{first}, as far as is known: {', then '.join(recent)}.", 800))


def _differences(subject: Subject) -> None:
    story = subject.story
    if not story.names:
        st.caption(
            ":material/info: The log does not name versions: its decisions were counted for the version taken for the "
            "champion, so it is no witness of its own."
        )
        return
    apart = [one for one in story.stretches if one.kind in ("other", "nobody", "beside")]
    if not apart:
        if any(one.kind == "agree" for one in story.stretches):
            st.caption(":material/check: Since the first refresh the log has only the champion deciding.")
        return
    section("Where the log and the registry differ")
    icons = {"beside": ":gray[:material/info:]"}
    newest = apart[::-1][:DIFFERENCES]
    lines = (f"{icons.get(one.kind, ':orange[:material/warning:]')} {plain(words.stretch(one), 300)}" for one in newest)
    st.markdown("  \n".join(lines))
    truncated(len(newest), len(apart), "differences")


def _table(subject: Subject) -> None:
    rows = table(subject)
    if rows.empty:
        empty("No version is known to have held a name or to have decided.", "The registry has versions only.")
        return
    with st.expander("As a table", icon=":material/table_rows:"):
        st.dataframe(rows, hide_index=True, placeholder="–", alt=f"{count_of(len(rows), 'row')}: who was what, when")
        download("Download as CSV", "timeline", lambda: rows)


def table(subject: Subject) -> pd.DataFrame:
    """Every time that a version held a name as seen, and every span of decisions; times in the workspace's zone."""
    found = [
        {
            "Version": tenure.version, "What": name, "Not before": _cell(tenure.begin.after),
            "Seen": _cell(tenure.begin.by), "Still there": _cell(tenure.end.after if tenure.end else None),
            "Seen gone": _cell(tenure.end.by if tenure.end else None), "Decisions": None, "Source": "registry",
        }
        for name, tenure in _tenures(subject.story)
    ]  # fmt: skip
    found += [
        {
            "Version": one.version, "What": "decided", "Not before": None, "Seen": datetime.combine(one.first, time()),
            "Still there": datetime.combine(one.last, time()), "Seen gone": None, "Decisions": one.decisions,
            "Source": "log, UTC days",
        }
        for one in subject.story.spans
    ]  # fmt: skip
    return pd.DataFrame(found)


def _cell(moment: datetime | None) -> datetime | None:
    return None if moment is None else local(moment)


def _tenures(story: Story) -> list[tuple[str, Tenure]]:
    named: list[tuple[str, History]] = [
        *((one_line(name, 40), found) for name, found in story.registry.aliases),
        *((f"stage {one_line(stage, 40)}", found) for stage, found in story.registry.stages),
    ]
    return [(name, tenure) for name, found in named for tenure in found.tenures]


def unknown(subject: Subject) -> None:
    """What cannot be known, said."""
    first = subject.story.registry.first_look
    before = (
        f"Before the first refresh, {words.edge(first, zone(), subject.made_at).removeprefix('at or before ')}, "
        "the log alone tells."
        if first is not None and first.after is None
        else "Before the model was first seen the log alone tells."
    )
    st.caption(
        plain(
            f"What cannot be known: who moved an alias (MLflow does not keep it); what was changed and changed back "
            f"between two refreshes. {before} Which of two versions that decided on one day answered is not in the "
            "log; the one that was at work already is taken for it.",
            800,
        )
    )


def _used(story: Story) -> set[int]:
    """The versions that held a name or decided, also those that the registry no longer has."""
    return {tenure.version for _, tenure in _tenures(story)} | {one.version for one in story.spans}


def _shown(versions: Sequence[Version], story: Story) -> list[int]:
    """The versions with a lane, the newest on top; those that are gone too."""
    used = _used(story)
    every = used | {one.version for one in versions}
    return sorted(sorted(every, key=lambda one: (one not in used, -one))[:LANES], reverse=True)


def _drawn(*, model: str, label: str) -> Chart:
    story, versions = story_of(model), ask(queries.versions, model=model)
    signed = ask(model_queries.approvals, model=model)
    with reading() as snapshot:
        end = local(snapshot.made_at)
    known = {one.version: one for one in versions}
    lanes = [_lane(one, known.get(one), story, signed, end) for one in _shown(versions, story)]
    first = story.registry.first_look
    return charts.timeline(lanes, _window(SPANS[label], lanes, end, local(first.by) if first else None), _said(story))


def _lane(number: int, version: Version | None, story: Story, signed: pd.DataFrame, end: datetime) -> Lane:
    decided = tuple(piece for one in story.spans if one.version == number for piece in _pieces(one, story))
    held = tuple(_held(name, one, end) for name, one in _tenures(story) if one.version == number)
    created = local(version.created_at) if version and version.created_at else None
    now = version.aliases if version else ()
    return Lane(number, now, held, decided, created, _signed(signed[signed["version"] == number]), gone=version is None)


def _pieces(span: Span, story: Story) -> list[Decided]:
    """A span of decisions, cut where the version begins or ends to lead by the log."""
    led = [one for one in story.leading if one.version == span.version and _meet(one, span)]
    if not led:
        return [Decided(span.first, span.last, span.decisions, leading=False)]
    pieces = [Decided(max(one.first, span.first), min(one.last, span.last), one.decisions, leading=True) for one in led]
    beside = Decided(span.first, span.last, span.decisions, leading=False)
    whole = len(led) == 1 and (pieces[0].first, pieces[0].last) == (span.first, span.last)
    return pieces if whole else [beside, *pieces]


def _meet(one: Span, other: Span) -> bool:
    return one.first <= other.last and one.last >= other.first


def _held(name: str, tenure: Tenure, end: datetime) -> Held:
    with reading() as snapshot:
        sure_from, sure_to = (local(moment) for moment in tenure.certain(snapshot.made_at.replace(tzinfo=None)))
        told = words.tenure(tenure, zone(), snapshot.made_at)
    start = local(tenure.begin.after) if tenure.begin.after else sure_from
    until = local(tenure.end.by) if tenure.end else end
    text = f"{escape(name, quote=False)}: version {tenure.version}<br>{told.replace(', ', ',<br>')}"
    return Held(name, start, sure_from, sure_to, until, text)


def _signed(rows: pd.DataFrame) -> tuple[tuple[datetime, bool, str], ...]:
    found = []
    for row in rows.to_dict("records"):
        if or_none(row["at"]) is None:
            continue
        decision = or_none(row["decision"]) or "approved"
        text = f"{one_line(decision, 20)} by {one_line(row['actor'] or 'somebody', 40)} as {one_line(row['role'], 30)}"
        found.append((local(row["at"].to_pydatetime()), decision != "rejected", escape(text, quote=False)))
    return tuple(found)


def _window(length: int | None, lanes: Sequence[Lane], end: datetime, first_look: datetime | None) -> Window:
    if length is not None:
        return Window(end - timedelta(length), end, first_look)
    begins = [one.start for lane in lanes for one in lane.held]
    begins += [datetime.combine(one.first, time()) for lane in lanes for one in lane.decided]
    begins += [lane.created for lane in lanes if lane.created is not None]
    start = min([*begins, end - timedelta(days=1)])
    return Window(start - (end - start) * AIR, end, first_look)


def _said(story: Story) -> str:
    now = story.champion.now
    order = ", then ".join(f"version {one.version} {words.served(one)}" for one in story.served[-8:])
    champion = f"Champion at the last refresh: {words.version(now)}."
    return f"{champion} In service: {order or 'not known'}."
