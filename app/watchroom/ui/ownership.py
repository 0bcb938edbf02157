"""The view Ownership: models in nobody's hands, people who hold too much alone, owners who have gone quiet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from watchroom.domain.handover import OWNING
from watchroom.domain.ownership import (
    NEEDED,
    QUIET_AFTER,
    TOO_MANY,
    Activity,
    Deputy,
    Holder,
    Orphan,
    Owned,
    Seen,
    deputy,
    holders,
    orphans,
)
from watchroom.errors import LedgerError
from watchroom.store.queries import models as model_queries
from watchroom.store.queries import ownership as queries
from watchroom.store.queries.models import Model
from watchroom.store.queries.ownership import Ownership
from watchroom.ui import book
from watchroom.ui.live import live
from watchroom.ui.model_about import person
from watchroom.ui.navigation import link
from watchroom.ui.room import ask, noted, room
from watchroom.ui.rows import quiet, tier_badge
from watchroom.ui.states import code, empty, figure, section, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, number, one_line, plain, some
from watchroom.ui.wording import ROLE_NAMES

SHOWN = 12
"""Models and people that are listed with all about them; the table has everybody."""

ROW_HEIGHT = 34
_ROWS_SEEN = 14
_NAMED = 3


def show(model: Model | None) -> None:
    """The view for one model, or for all with None."""
    found = known()
    unread = {one.name for one in ask(model_queries.overview) if one.unreadable}
    if model is None:
        _all(replace(found, owned=tuple(one for one in found.owned if one.model not in unread)), len(unread))
    elif model.name in unread:
        empty("Who holds it is not known: its file has a mistake.", "Status says which. Mend it, and refresh.")
    else:
        _one(model, found)


def known() -> Ownership:
    """Who holds what, with the visits since the refresh."""
    found = ask(queries.ownership)
    seen = dict(found.activity.seen)
    for name, day in noted("last_visits", _visits).items():
        who = found.names.get(name, name)
        if who not in seen or seen[who].day < day:
            seen[who] = Seen(day, "a visit")
    return replace(found, activity=replace(found.activity, seen=seen))


def _visits() -> dict[str, date]:
    """The day (UTC) of everybody's last visit; nothing while the ledger cannot be read."""
    try:
        book.must_be_there()
        from watchroom.ledger.people import NOT_SIGNED_IN
        from watchroom.ledger.visits import read

        last = live("visits", read).last
    except LedgerError:
        return {}
    return {name: visits[-1].at.date() for (name, _), visits in last.items() if visits and name != NOT_SIGNED_IN}


def _all(found: Ownership, unread: int) -> None:
    every, activity = found.owned, found.activity
    if not every:
        empty("Nobody's models are known yet.", "Write `owners:` into the models' files, and refresh.")
        return
    bare, people = orphans(every, activity), holders(every, activity)
    st.subheader(f"{_icon(bare, people)} {plain(answer(every, bare, people), 600)}", anchor=False)
    _figures(every, bare, people)
    _orphans(bare, found)
    _too_much(people, found)
    _quiet([one for one in people if one.quiet], activity)
    _table(people, activity)
    if unread:
        st.caption(f"Of {count_of(unread, 'model')} the file has a mistake, and who holds them is not known.")


def _icon(bare: Sequence[Orphan], people: Sequence[Holder]) -> str:
    if any(one.owned.in_service and one.missing for one in bare):
        return ":red[:material/person_off:]"
    if bare or any(one.too_much for one in people):
        return ":orange[:material/warning:]"
    return ":green[:material/check_circle:]"


def answer(every: Sequence[Owned], bare: Sequence[Orphan], people: Sequence[Holder]) -> str:
    """What is in nobody's hands, who holds too much alone, and who has gone quiet; plain text."""
    gaps = [one for one in bare if one.missing and one.owned.in_service]
    parts = []
    if gaps:
        named = some([one_line(one.owned.title, 40) for one in gaps], _NAMED)
        parts.append(f"{count_of(len(gaps), 'model')} in service with a role that nobody holds: {named}.")
    else:
        served = sum(one.in_service for one in every)
        parts.append(f"Every role of {count_of(served, 'model')} in service is held.")
    if much := [one_line(one.person, 40) for one in people if one.too_much]:
        parts.append(f"{some(much, _NAMED)} {'hold' if len(much) > 1 else 'holds'} too much alone.")
    if gone := [one_line(one.person, 40) for one in people if one.quiet]:
        were = "were" if len(gone) > 1 else "was"
        parts.append(f"{some(gone, _NAMED)} {were} not active for more than {QUIET_AFTER.days} days.")
    return " ".join(parts)


def _figures(every: Sequence[Owned], bare: Sequence[Orphan], people: Sequence[Holder]) -> None:
    served = [one for one in every if one.in_service]
    gaps = sum(bool(one.missing) for one in bare if one.owned.in_service)
    alone = sum(one.alone is not None for one in served)
    without = sum(not one.people.get("deputy") for one in served)
    with st.grid(4, min_column_width=170):
        figure("With a role nobody holds", number(gaps), f"of {count_of(len(served), 'model')} in service")
        figure("Held by one person alone", number(alone), "several roles and no deputy")
        figure("Without a deputy", number(without), f"of {count_of(len(served), 'model')} in service")
        figure(
            "Not active", number(sum(one.quiet for one in people)), f"of {count_of(len(people), 'person', 'people')}"
        )


def _orphans(bare: Sequence[Orphan], found: Ownership) -> None:
    if not bare:
        return
    section(
        "In nobody's hands", "Models with a role that nobody holds, or whose owner has gone quiet; in service first."
    )
    for one in bare[:SHOWN]:
        with st.container(border=True, gap="xxsmall"):
            _title(one.owned)
            lines = [f":red[:material/person_off:] nobody for {plain(_roles(one.missing))}"] if one.missing else []
            lines += [
                f":orange[:material/schedule:] {ROLE_NAMES.get(role, role)}: {person(who)} "
                f"{quiet(plain(last_active(who, found.activity)))}"
                for role, who in one.quiet
            ]
            st.markdown("  \n".join([*lines, _proposed(deputy(one.owned, found.owned, found.activity))]))
    truncated(SHOWN, len(bare), "models")


def _title(one: Owned) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        link("model", f":blue[**{plain(one.title, 60)}**]", params={"model": one.model})
        team = f"team {plain(one.team, 60)}" if one.team else "no team"
        service = "in service" if one.in_service else "not in service"
        st.markdown(f"{tier_badge(one.tier)} {quiet(f'{team}, {service}')}")


def _proposed(found: Deputy | None) -> str:
    if found is None:
        return (
            f":gray[:material/person_search:] {quiet('Nobody near it is active who could stand in: ask another team.')}"
        )
    return f":blue[:material/person_add:] Could stand in: {person(found.person)} {quiet(plain(found.reason, 300))}"


def _too_much(people: Sequence[Holder], found: Ownership) -> None:
    much = [one for one in people if one.too_much]
    if not much:
        return
    section(
        "Held by one person alone",
        f"Several roles of a model in one hand, and nobody to stand in: more than {TOO_MANY} models, or one in service "
        "of tier critical or high.",
    )
    for one in much[:SHOWN]:
        with st.container(border=True, gap="xxsmall"):
            held = f"{count_of(len(one.alone), 'model')} alone, of {len(one.models)}"
            told = quiet(plain(f"{held}; {last_active(one.person, found.activity)}", 200))
            st.markdown(f":material/person: **{person(one.person)}** {told}")
            lines = []
            for owned in one.alone[:SHOWN]:
                roles = _roles(owned.roles_of(one.person))
                lines.append(
                    f"- {plain(owned.title, 60)} {tier_badge(owned.tier)} {quiet(plain(roles, 120))}  \n"
                    f"  {_proposed(deputy(owned, found.owned, found.activity))}"
                )
            rest = len(one.alone) - SHOWN
            st.markdown("\n".join([*lines, f"- and {rest} more"] if rest > 0 else lines))
    truncated(SHOWN, len(much), "people")


def _quiet(gone: Sequence[Holder], activity: Activity) -> None:
    if not gone:
        return
    section("Not active", f"No run, version, act or visit for more than {QUIET_AFTER.days} days.")
    lines = [
        f"- {person(one.person)} {quiet(plain(f'{last_active(one.person, activity)}; {_holds(one)}', 300))}"
        for one in gone[:SHOWN]
    ]
    st.markdown("\n".join(lines))
    truncated(SHOWN, len(gone), "people")


def _holds(one: Holder) -> str:
    return f"holds {some([one_line(model.title, 40) for model in one.models], _NAMED)}"


def _table(people: Sequence[Holder], activity: Activity) -> None:
    section("Who holds what", "Everybody who holds a role of a model, whoever holds most first.")
    if not people:
        st.markdown("Nobody holds a role of any model.")
        return
    ordered = sorted(people, key=lambda one: (-len(one.models), one.person.casefold()))
    shown = ordered[: room().settings.page_rows]
    st.dataframe(
        table(shown, activity),
        hide_index=True,
        height=min(len(shown), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        row_height=ROW_HEIGHT,
        column_config={"Last active": st.column_config.DateColumn(format="D MMM YYYY")},
        alt=f"{count_of(len(people), 'person', 'people')} with the models that they hold, and when last active",
    )
    truncated(len(shown), len(ordered), "people")
    st.caption(sourced("As of the refresh, with visits since", len(people), "person", "people"))
    download("Download as CSV", "ownership", lambda: table(ordered, activity))


def table(people: Sequence[Holder], activity: Activity) -> pd.DataFrame:
    """The people as a table, days in UTC."""
    return pd.DataFrame(
        {
            "Person": [one_line(one.person, 80) for one in people],
            "Models": [len(one.models) for one in people],
            "Alone": [len(one.alone) for one in people],
            "Last active": [one.seen.day if one.seen else None for one in people],
            "By": [one.seen.how if one.seen else "not seen yet" for one in people],
            "Holds": [
                one_line(
                    "; ".join(f"{model.title} ({_roles(model.roles_of(one.person))})" for model in one.models), 400
                )
                for one in people
            ],
        }
    )


def _one(model: Model, found: Ownership) -> None:
    own = next((one for one in found.owned if one.model == model.name), None)
    if own is None:
        return
    bare = orphans([own], found.activity)
    st.subheader(plain(_answer_of(own, bare[0] if bare else None), 400), anchor=False)
    with st.container(border=True, gap="xsmall"):
        st.markdown("  \n".join(_holder_line(own, role, found) for role in OWNING))
        stands_in = own.people.get("deputy")
        if own.alone is not None or not stands_in or found.activity.quiet(stands_in):
            proposed = deputy(own, found.owned, found.activity)
            st.markdown(_proposed(proposed))
            if proposed is not None:
                st.caption(f"To make them deputy, write into {plain(own.file or 'the file of the model', 120)}:")
                code(f"owners:\n  deputy: {_quoted(proposed.person)}")
    moved = ask(queries.moved, model=model.name)
    if moved:
        roles = _roles([role for role, _, _ in moved])
        came = plain(roles.capitalize(), 200)
        st.markdown(
            f":material/swap_horiz: {came} came with a handover, and the model's file does not say so yet. The ledger "
            "decides until it does:"
        )
        code("owners:\n" + "\n".join(f"  {role}: {_quoted(who)}" for role, who, _ in moved))
    st.caption(sourced("As of the refresh, with visits since", len(own.people), "role"))


def _answer_of(own: Owned, bare: Orphan | None) -> str:
    parts = []
    if bare is not None and bare.missing:
        parts.append(f"Nobody holds {_roles(bare.missing)}.")
    else:
        parts.append("Every role that a model in service needs is held.")
    if own.alone is not None:
        parts.append(f"{one_line(own.alone, 60)} holds several roles, and nobody stands in.")
    if bare is not None and bare.quiet:
        gone = list(dict.fromkeys(one_line(who, 60) for _, who in bare.quiet))
        parts.append(f"{some(gone, _NAMED)} {'were' if len(gone) > 1 else 'was'} not active for a quarter.")
    return " ".join(parts)


def _holder_line(own: Owned, role: str, found: Ownership) -> str:
    who, name = own.people.get(role), f"**{ROLE_NAMES.get(role, role).capitalize()}**"
    if who is None:
        icon = ":red[:material/person_off:]" if role in NEEDED else ":gray[:material/radio_button_unchecked:]"
        return f"{icon} {name} {quiet('nobody')}"
    gone = found.activity.quiet(who)
    icon = ":orange[:material/schedule:]" if gone else ":green[:material/person:]"
    return f"{icon} {name} {person(who)} {quiet(plain(last_active(who, found.activity)))}"


def last_active(who: str, activity: Activity) -> str:
    """`last active 3 days ago (a run)`, or that they were not seen here yet."""
    seen = activity.seen.get(who)
    if seen is None:
        return "not seen here yet: no run, version, act or visit"
    days = (activity.today - seen.day).days
    when = "today" if days <= 0 else "yesterday" if days == 1 else f"{count_of(days, 'day')} ago"
    return f"last active {when} ({seen.how})"


def _roles(roles: Sequence[str]) -> str:
    return some([ROLE_NAMES.get(role, role) for role in roles], len(OWNING))


def _quoted(text: str) -> str:
    """A name as YAML takes it, whatever stands in it: JSON's quoted text is YAML's too."""
    return json.dumps(text, ensure_ascii=False)
