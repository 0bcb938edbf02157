"""Go back: the last known good version, why it is good and others are not, what it changes, and the command."""

from __future__ import annotations

from datetime import date

import streamlit as st

from watchroom.domain.last_good import (
    JUDGED,
    Facts,
    Judgement,
    Reason,
    Served,
    earlier,
    judgements,
    last_good,
    services,
)
from watchroom.domain.last_good import facts as facts_of
from watchroom.domain.version_difference import ColumnsDifference, columns, columns_difference, minor_of
from watchroom.reports import go_back
from watchroom.store.queries import versions as queries
from watchroom.store.queries.versions import Version
from watchroom.ui import versions_words as words
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.rows import quiet
from watchroom.ui.states import code, empty, section, sourced, truncated
from watchroom.ui.text import one_line, plain, sentence, some
from watchroom.ui.versions_subject import Subject
from watchroom.ui.versions_trouble import (
    Trouble,
    approval_words,
    inputs_words,
    measured_words,
    show_trouble,
    trouble,
)
from watchroom.ui.workspace import facts

NAMED = 6
"""Columns that are named in a sentence."""

_ICONS = {True: ":green[:material/check:]", False: ":red[:material/close:]", None: ":orange[:material/info:]"}


def show(subject: Subject) -> None:
    """The view."""
    found, total = judged(subject)
    now = present(subject)
    chosen = last_good(found)
    wrong = trouble(subject, now)
    show_trouble(subject, wrong)
    section("Which version to go back to")
    st.markdown(f"**{plain(words.back(chosen, now, total), 300)}**")
    if not found:
        _nothing(subject)
        return
    if chosen is not None:
        _would_it_help(subject, wrong, now, chosen)
        _changes(subject, now, chosen)
        _command(subject, chosen)
    section("Why, for each version that was in service before")
    for one in found:
        _reasons(subject, one, chosen)
    truncated(len(found), total, "earlier versions")
    st.caption(sourced("all time", total, "earlier version"))
    st.caption(
        "A version counts as good when it was in service, was not failing on any judged day of that time (performance "
        "from outcomes, or quality, over the seven days up to it), was not gone back from, is not rejected, and its "
        "files can be loaded. What is not known does not count against it, and is said."
    )


def judged(subject: Subject) -> tuple[tuple[Judgement, ...], int]:
    """The earlier versions judged, the newest first, and how many there are."""
    candidates = earlier(subject.story.served)
    return judgements(_facts(subject, one) for one in candidates[:JUDGED]), len(candidates)


def present(subject: Subject) -> int | None:
    """The version in service: the champion, else the last by the log; None when neither is known."""
    now = subject.story.champion.now
    return now if now is not None else subject.story.served[-1].version if subject.story.served else None


def _facts(subject: Subject, service: Served) -> Facts:
    found = subject.story.served
    health = [
        ask(
            queries.judged, model=subject.model.name, version=service.version,
            first=one.first, last=one.last or date.max,
        )
        for one in services(found, service.version)
    ]  # fmt: skip
    return facts_of(found, service, subject.version(service.version), health)


def _nothing(subject: Subject) -> None:
    empty(
        "No version is known to have been in service before the present one.",
        "The registry keeps no history: Watchroom knows of changes from its first refresh on, and of earlier ones only "
        "where the decision log names versions.",
    )
    link("versions", "See the time line", icon=":material/history:", params={"model": subject.model.name})


def _would_it_help(subject: Subject, wrong: Trouble | None, now: int | None, chosen: Judgement) -> None:
    """Whether the version takes what is in trouble, how it did, and who has to approve it."""
    after = subject.version(chosen.version)
    if after is None or now is None:
        return
    lines = [inputs_words(wrong.inputs, after) if wrong else "", *measured_words(subject, now, chosen.version),
             approval_words(after)]  # fmt: skip
    st.markdown("\n".join(f"- {plain(line, 400)}" for line in lines if line))


def _command(subject: Subject, chosen: Judgement) -> None:
    model, uri = subject.model.name, facts().tracking_uri
    section("The command")
    code(go_back.python(model, chosen.version, uri))
    if request := go_back.rest(model, chosen.version, uri):
        with st.expander("The same as a request, without Python", icon=":material/terminal:"):
            code(request, wrap=True)
    st.caption(
        "Watchroom does not move the alias itself: run it where you may write to MLflow. What loads a fixed version "
        "instead of the alias stays on it until it is deployed anew."
    )


def _changes(subject: Subject, now: int | None, chosen: Judgement) -> None:
    """What callers would notice."""
    before, after = subject.version(now) if now is not None else None, subject.version(chosen.version)
    if before is None or after is None:
        return
    section(f"What going back from version {before.version} to version {after.version} changes")
    st.markdown("\n".join(f"- {line}" for line in changes(before, after)))
    sides = {"before": str(before.version), "now": str(after.version)}
    params = {"model": subject.model.name, "view": "Two versions", **sides}
    link("versions", "All that differs between the two", icon=":material/difference:", params=params)


def changes(before: Version, after: Version) -> list[str]:
    """What callers notice when `after` takes the place of `before`, in Markdown."""
    inputs = columns_difference(columns(before.signature_inputs), columns(after.signature_inputs))
    outputs = columns_difference(columns(before.signature_outputs), columns(after.signature_outputs))
    lines = [_inputs(inputs), *_dropped(inputs), _outputs(outputs)]
    pythons = [minor_of(one.python_version) for one in (before, after)]
    if all(pythons) and pythons[0] != pythons[1]:
        lines.append(f"It was made with Python {plain(pythons[1])}, the present one with {plain(pythons[0])}.")
    return lines


def _inputs(found: ColumnsDifference | None) -> str:
    if found is None:
        return "Whether callers have to send something else is not known: a signature is missing or cannot be read."
    if lacking := found.asks_more:
        return f"Callers of today lack what it asks for: {_names(lacking)}."
    return "Callers need not change what they send." if found.same else "What callers send today is enough for it."


def _dropped(found: ColumnsDifference | None) -> list[str]:
    if found is None or not found.removed:
        return []
    return [f"It does not use {_names([one.name for one in found.removed])}, which callers send today."]


def _outputs(found: ColumnsDifference | None) -> str:
    if found is None:
        return "Whether its output has the same form is not known."
    return "Its output has the same form." if found.same else "Its output has another form: see both signatures."


def _names(found: list[str] | tuple[str, ...]) -> str:
    return some([f"**{plain(one_line(name, 60))}**" for name in found], NAMED)


def _reasons(subject: Subject, one: Judgement, chosen: Judgement | None) -> None:
    with st.container(border=True, gap="xsmall"):
        word = ":green-badge[last known good]" if one is chosen else ":red-badge[not good]" if not one.good else (
            ":gray-badge[good, but older]"
        )  # fmt: skip
        told = "; ".join(words.served(service) for service in services(subject.story.served, one.version)[::-1])
        st.markdown(f"**Version {one.version}** {word} {quiet(plain(told, 300))}")
        st.markdown("  \n".join(_reason(reason) for reason in one.reasons))


def _reason(found: Reason) -> str:
    return f"{_ICONS[found.ok]} {sentence(found.text[:1].upper() + found.text[1:], 300)}"
