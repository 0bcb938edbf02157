"""Then and now: what was champion at any date and time, how well that is known, and what has changed since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import cast

import pandas as pd
import streamlit as st

from watchroom.domain.attribution import Shift, shifts
from watchroom.domain.figures import figure_text
from watchroom.domain.tenure import Standing, standing
from watchroom.domain.witness import deciding
from watchroom.store.queries import decision as decision_queries
from watchroom.store.queries import explanations as explanation_queries
from watchroom.store.queries import health as health_queries
from watchroom.store.queries import models as model_queries
from watchroom.store.registry_history import CHAMPION
from watchroom.ui import versions_words as words
from watchroom.ui import wording
from watchroom.ui.explanations_words import LEAST_MOVED, shift_words, worth_telling
from watchroom.ui.lights import NAMES, icon
from watchroom.ui.navigation import link
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.rows import event_rows
from watchroom.ui.states import section, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain, sentence, some, when
from watchroom.ui.versions_back import present
from watchroom.ui.versions_difference import answer, difference
from watchroom.ui.versions_subject import Subject, local, utc_of, zone

AT = "at"
DAYS_BACK = 30
"""Of the moment that is shown before anybody chooses one."""

EVENTS_READ, EVENTS_DRAWN = 1000, 12
EARLIEST = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Then:
    """The moment asked about (UTC without a zone), what is known of the champion, and the version taken for it.

    `version` is None when not even the log tells; `guessed` says that it is the log's word, or one of two.
    """

    moment: datetime
    found: Standing
    version: int | None
    guessed: bool

    @property
    def day(self) -> date:
        """Its UTC day."""
        return self.moment.date()


def show(subject: Subject) -> None:
    """The view."""
    moment = _asked(subject)
    then = then_of(subject, moment)
    st.markdown(f"**{plain(_first(subject, then), 400)}**")
    st.markdown(plain(_log(subject, then), 500))
    now = present(subject)
    _since(subject, then, now)
    _names(subject, then)
    _difference(subject, then, now)
    left, right = st.columns(2, gap="small")
    with left:
        _health(subject, then, now)
    with right:
        _drivers(subject, then, now)
    _events(subject, then)


def _asked(subject: Subject) -> datetime:
    end = local(subject.made_at.replace(tzinfo=None))
    usual = (end - timedelta(days=DAYS_BACK)).replace(hour=12, minute=0, second=0, microsecond=0)
    picked = st.datetime_input(
        f"At ({zone()})", usual, min_value=EARLIEST, max_value=end + timedelta(days=1), key=AT,
        bind="query-params", format="YYYY-MM-DD", width=320,
    )  # fmt: skip
    # Its type says otherwise, but a field that is emptied gives None.
    return utc_of(cast("datetime | None", picked) or usual)


def then_of(subject: Subject, moment: datetime) -> Then:
    """What is known of the champion at that moment (UTC); where the registry does not tell, who led by the log."""
    found = standing(subject.story.champion, moment)
    if found.certainty == "known":
        return Then(moment, found, found.version, guessed=False)
    if found.certainty == "later":
        return Then(moment, found, found.version, guessed=True)
    led = [one.version for one in subject.story.served if one.first <= moment.date() <= (one.last or date.max)]
    among = [version for version in led if found.certainty != "between" or version in found.candidates]
    version = among[-1] if among else next(iter(found.candidates), None)
    return Then(moment, found, version, guessed=True)


def _first(subject: Subject, then: Then) -> str:
    """What is known of the moment: the registry's word, or where nobody had looked at it yet the log's."""
    if then.found.certainty in ("before", "unseen") and then.version is not None:
        return words.standing_by_log(then.found, then.version, then.day, CHAMPION, zone(), subject.made_at)
    return words.standing(then.found, CHAMPION, zone(), subject.made_at)


def _log(subject: Subject, then: Then) -> str:
    if not subject.story.names:
        return "The log does not name versions, so it cannot say either."
    told = words.log_says(deciding(subject.story.log, then.day), then.day)
    if then.found.certainty in ("before", "between", "unseen") and then.version is not None:
        return f"{told} Below, version {then.version} is taken for it."
    others = [one.version for one in deciding(subject.story.log, then.day)]
    if then.found.certainty == "known" and others and then.found.version not in others:
        return f"{told} That is not what the registry said."
    return told


def _since(subject: Subject, then: Then, now: int | None) -> None:
    """What is champion now, and which versions came since."""
    newer = [one.version for one in subject.versions if one.created_at is not None and one.created_at > then.moment]
    came = f"{words.versions(sorted(newer)).capitalize()} came since." if newer else "No version was registered since."
    same = "the same as then" if now is not None and now == then.version else "by the last refresh"
    st.markdown(plain(f"Now {words.version(now)} is in service, {same}. {came}", 400))


def _names(subject: Subject, then: Then) -> None:
    rows = names(subject, then.moment)
    if rows.empty:
        return
    st.dataframe(rows, hide_index=True, placeholder="–", alt="Each alias and stage then and now")


def names(subject: Subject, moment: datetime) -> pd.DataFrame:
    """Each alias and old stage at the moment and now, and how well the first is known."""
    registry = subject.story.registry
    every = [*registry.aliases, *((f"stage {stage}", found) for stage, found in registry.stages)]
    rows = []
    for name, found in every:
        state = standing(found, moment)
        rows.append(
            {
                "Name": one_line(name, 60),
                "Then": _version(state.version) if state.certainty in ("known", "later") else _candidates(state),
                "Now": _version(found.now),
                "Known": _KNOWN[state.certainty],
            }
        )
    return pd.DataFrame(rows)


_KNOWN = {
    "known": "yes",
    "between": "one of the two",
    "before": "no: before the first refresh",
    "absent": "yes: the model was not there",
    "unseen": "no: never seen",
    "later": "no: after the last refresh",
}


def _version(number: int | None) -> str:
    return "nobody" if number is None else f"version {number}"


def _candidates(state: Standing) -> str:
    if state.certainty != "between":
        return "nobody" if state.certainty == "absent" else "not known"
    return f"{_version(state.version)} or {_version(state.next_version)}"


def _difference(subject: Subject, then: Then, now: int | None) -> None:
    """What differs between the champion then and now, in a sentence, with the way to all of it."""
    if then.version is None or now is None or then.version == now:
        return
    there = subject.numbers
    if then.version not in there or now not in there:
        gone = then.version if then.version not in there else now
        st.caption(f"Version {gone} is no longer in the registry: what differs is not known.")
        return
    found = drawn(difference, model=subject.model.name, before=then.version, now=now)
    told = answer(replace(found, moved=()))  # what drives them stands below, month against month: one number for it
    lines = [plain(line[:1].upper() + line[1:], 400) for line in (told.matters, *told.rest)]
    section("What is different in the version")
    st.markdown(" ".join(lines))
    params = {"model": subject.model.name, "view": "Two versions", "before": str(then.version), "now": str(now)}
    link("versions", "All that differs between the two", icon=":material/difference:", params=params)


def _health(subject: Subject, then: Then, now: int | None) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown("**Health**")
        if then.version is not None:
            st.markdown(_health_then(subject, then.version, then.day))
        light = ask(health_queries.light_of, model=subject.model.name, version=now) if now is not None else None
        if light is None:
            st.markdown("Now: not known, the version in service has made no decisions.")
        else:
            st.markdown(
                f"Now: {icon(light.light)} {plain(NAMES.get(light.light, light.light))}, version {light.version}"
            )
        link("health", "See its health", icon=":material/arrow_forward:", params={"model": subject.model.name})


def _health_then(subject: Subject, version: int, day: date) -> str:
    found = ask(decision_queries.that_day, model=subject.model.name, version=version, day=day)
    if found.light == "no data" and not found.decisions:
        return f"Then: not known, version {version} made no decision that day."
    parts = [f"Then: {icon(found.light)} {plain(NAMES.get(found.light, found.light))}, version {version}"]
    if found.metric is not None and found.metric[1] is not None:
        metric, value, n = found.metric[0], found.metric[1], found.metric[3]
        parts.append(plain(f"{metric} {figure_text(value)} from {number(n)} outcomes, seven days"))
    if found.drifted:
        parts.append(plain(f"beyond a drift limit: {some([one_line(one, 40) for one in found.drifted])}", 200))
    return "  \n".join(parts)


def _drivers(subject: Subject, then: Then, now: int | None) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown("**What drives the answers**")
        if then.version is None or now is None:
            st.caption("Not known without a version then and now.")
            return
        found = drawn(moved, model=subject.model.name, before=then.version, month=then.day.replace(day=1), now=now)
        if found is None:
            st.caption("No decision of that month, or none of late, is explained.")
            return
        telling = worth_telling(list(found), 3)
        lines = [f"- {sentence(shift_words(one), 300)}" for one in telling]
        least = f"No input's share moved by more than {100 * LEAST_MOVED:.0f} percentage points."
        st.markdown("\n".join(lines) or least)
        st.caption(plain(f"Version {then.version} in {then.day:%b %Y} against the newest month of version {now}."))
        link("explanations", "How it changed", icon=":material/arrow_forward:", params={"model": subject.model.name})


def moved(*, model: str, before: int, month: date, now: int) -> tuple[Shift, ...] | None:
    """How each input's share moved from that month to the newest explained month; None when either is missing."""
    every = ask(explanation_queries.spans, model=model)
    then = next((one for one in every if (one.version, one.grain, one.start) == (before, "month", month)), None)
    with reading() as snapshot:
        today = snapshot.day
    months = [one for one in every if one.version == now and one.grain == "month" and one.start and one.start <= today]
    newest = max(months, key=lambda one: one.start or month, default=None)
    if then is None or newest is None:
        return None
    sides = [
        ask(explanation_queries.weights, model=model, version=one.version, grain=one.grain, start=one.start)
        for one in (then, newest)
    ]
    return shifts(*sides)


def _events(subject: Subject, then: Then) -> None:
    """Every change of the registry that was seen since, and those that may lie before or after the moment."""
    end = subject.made_at.replace(tzinfo=None) + timedelta(days=1)
    total, found = ask(
        model_queries.events, start=then.moment, end=end, model=subject.model.name, limit=EVENTS_READ, changes_only=True
    )
    section("What changed since")
    said, by_log = wording.events(found), changes_by_log(subject, then.moment)
    if not said:
        st.caption("The registry was not seen to change." if by_log else "Nothing.")
    event_rows(said[:EVENTS_DRAWN], subject.made_at, exact=True)
    truncated(EVENTS_DRAWN, len(said), "changes")
    perhaps = [one for one in found if one.not_before is not None and one.not_before < then.moment]
    if perhaps:
        st.caption(
            f"{count_of(len(perhaps), 'change')} of these may have happened before that moment: the refresh that saw "
            f"{'it' if len(perhaps) == 1 else 'them'} first came after it."
        )
    first = subject.story.registry.first_look
    if first is not None and then.moment < first.by:
        st.caption(
            plain(
                f"Of what changed before the first refresh, {when(first.by, zone(), now=subject.made_at)}, "
                "only what the log tells is known."
            )
        )
    if by_log:
        lines = (f":material/swap_horiz: {plain(text, 300)}" for text in by_log[:EVENTS_DRAWN])
        st.markdown("  \n".join(lines))
        truncated(EVENTS_DRAWN, len(by_log), "changes by the log")
    st.caption(sourced(f"since {when(then.moment, zone(), now=subject.made_at)}", total, "change"))
    if found:
        download("Download as CSV", "changes_since", lambda: pd.DataFrame([one.__dict__ for one in found]))


def changes_by_log(subject: Subject, moment: datetime) -> tuple[str, ...]:
    """The changes of the version in service after the moment's day that the log alone tells of, the newest first."""
    pairs = [(one, two) for one, two in pairwise(subject.story.served) if two.by != "registry"]
    later = [words.took_over(one, two) for one, two in pairs if two.first > moment.date()]
    return tuple(later[::-1])
