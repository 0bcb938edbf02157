"""What is looked for on the History page: words, a person, days and kinds, all of it in the address."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from watchroom.ui.names import told_apart
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.search import Facets, Wanted

ANYBODY = "Anybody"
TEXT, PERSON, SINCE, UNTIL, KINDS = "text", "person", "since", "until", "what"

VISITS = "Visits"
"""Asked for by name alone: that somebody looked is no act."""

_FIRST_DAY = date(2000, 1, 1)
"""No ledger is older."""

NAME_LENGTH = 60


def controls(known: Facets, model: str | None) -> Wanted:
    """The controls, and what they come to together with the model of the scope."""
    from watchroom.ledger.search import Wanted

    text, person, since, until = st.columns([5, 3, 2, 2], vertical_alignment="bottom")
    with text:
        said = st.text_input(
            "Words", key=TEXT, bind="query-params", type="search", live="300ms", on_change=_first_page,
            placeholder="In what was done or written, in names of people and models",
        )  # fmt: skip
    with person:
        actor = _person(known)
    with since:
        begin = _day("From", SINCE)
    with until:
        end = _day("To", UNTIL)
    kinds = _kinds(known)
    chosen = [kind for group in kinds for kind in _members(known).get(group, ())]
    return Wanted(
        kinds=tuple(chosen),
        without=() if chosen else tuple(_members(known).get(VISITS, ())),
        model=model,
        actor=actor,
        since=_midnight(begin),
        until=_midnight(end + timedelta(1)) if end is not None else None,
        text=said or "",
    )


def _person(known: Facets) -> str | None:
    """By whom; somebody whom the address names and who did nothing stays choosable: then nothing fits."""
    by_name = sorted(known.actors, key=lambda actor: (actor == "watchroom refresh", actor.casefold()))
    asked = st.query_params.get(PERSON)
    unknown = [asked] if asked and asked != ANYBODY and asked not in known.actors else []
    # The address knows an option by what is shown of it, so there is nothing but the name.
    labels = {ANYBODY: ANYBODY, **told_apart([*by_name, *unknown], NAME_LENGTH)}
    chosen = st.selectbox(
        "By", list(labels), key=PERSON, bind="query-params", on_change=_first_page, format_func=labels.__getitem__
    )
    return None if chosen in (None, ANYBODY) else str(chosen)


def _day(label: str, key: str) -> date | None:
    kept: Any = {"bind": "query-params", "min_value": _FIRST_DAY, "format": "YYYY-MM-DD", "on_change": _first_page}
    found = st.date_input(label, None, key=key, **kept)
    return found if isinstance(found, date) else None


def _kinds(known: Facets) -> list[str]:
    members = _members(known)
    asked = st.query_params.get_all(KINDS)
    there = [group for group, kinds in members.items() if group in asked or any(kind in known.kinds for kind in kinds)]
    picked: list[str] = st.pills(
        "What", there, selection_mode="multi", key=KINDS, bind="query-params", on_change=_first_page,
        label_visibility="collapsed",
    )  # fmt: skip
    return picked


def _members(known: Facets) -> dict[str, list[str]]:
    """The kinds of each group; one that no group has stands for itself."""
    from watchroom.ledger.told import GROUPS, group_of

    members: dict[str, list[str]] = {group: list(kinds) for group, kinds in GROUPS.items()}
    for kind in known.kinds:
        group = members.setdefault(group_of(kind), [])
        group += [] if kind in group else [kind]
    return members


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), tzinfo=facts().zone).astimezone(UTC)


def _first_page() -> None:
    put("page", "1", usual="1")


def put(key: str, value: str, *, usual: str = "") -> None:
    """Put a value into the address, or take it out when it is the usual one."""
    if value == usual:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = value
