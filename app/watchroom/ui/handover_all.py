"""The checklists of all models: what is missing where, who holds it up, and what is waived."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import cast

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from watchroom.store.queries import models as model_queries
from watchroom.ui import handover_words
from watchroom.ui.handover_each import Checked, Load, checked, people
from watchroom.ui.handover_known import State, known, state
from watchroom.ui.navigation import go
from watchroom.ui.room import ask, drawn, room
from watchroom.ui.rows import quiet
from watchroom.ui.states import empty, section, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, one_line, plain, some

TABLE, PEOPLE = "handover_table", "handover_people"
ROW_HEIGHT = 34
_ROWS_SEEN = 16
PEOPLE_SHOWN = 50
WAIVED_SHOWN = 100
WAIVED_IN_FULL = 8
"""Waivers that are written out; of more there is a table, whose cells cut long texts."""
NAMED = 3
"""People named in the sentence; the table has all."""


def show() -> None:
    """The view of all models."""
    at = state()
    found = drawn(checked, at=at)
    if not found:
        empty(
            "Nothing has been checked yet.",
            "The refresh asks of each model what its policy asks of its tier, and checks what can be checked.",
            command="watchroom refresh",
        )
        return
    st.subheader(f"{_icon(found)} {plain(drawn(_said, at=at), 700)}", anchor=False)
    if known() is None:
        st.caption(":material/info: The ledger cannot be read now: this is as the last refresh saw it.")
    _models(found, at)
    _people(at)
    _waived(at)


def _icon(found: Sequence[Checked]) -> str:
    if any(one.count.blocking for one in found):
        return ":red[:material/block:]"
    if any(one.count.open for one in found):
        return ":orange[:material/pending_actions:]"
    return ":green[:material/check_circle:]"


def _said(*, at: State) -> str:
    return answer(drawn(checked, at=at), len(ask(model_queries.names)))


def answer(found: Sequence[Checked], models: int) -> str:
    """In how many models something holds up a sign-off, how much is open in all, and with whom most of it is."""
    held = [one for one in found if one.count.blocking]
    still = sum(one.count.open for one in found)
    parts = [_held(held, len(found))]
    if still:
        asked, waived = sum(one.count.asked for one in found), sum(one.count.waived for one in found)
        besides = f", {waived} waived" if waived else ""
        parts.append(f"In all {still} of {count_of(asked, 'item')} are open{besides}.")
        parts.append(_who(found))
    if (unchecked := models - len(found)) > 0:
        parts.append(f"Of {count_of(unchecked, 'model')} no version is checked.")
    return " ".join(part for part in parts if part)


def _held(held: Sequence[Checked], of: int) -> str:
    if not held:
        return f"Nothing that is missing holds up the next sign-off in any of {count_of(of, 'model')}."
    named = some([one_line(one.subject.title, 40) for one in held], NAMED)
    return f"In {len(held)} of {count_of(of, 'model')} something is missing that holds up the next sign-off: {named}."


def _who(found: Sequence[Checked]) -> str:
    """Who has most of it, and what nobody sees to."""
    every = people(found)
    named = next((one for one in every if one.person is not None), None)
    nobody = next((one.open for one in every if one.person is None), 0)
    most = ""
    if named is not None:
        where = count_of(len(named.models), "model")
        holds = f", {named.blocking} of which hold up a sign-off" if named.blocking else ""
        most = f"{one_line(named.person, 60)} has most: {count_of(named.open, 'item')} in {where}{holds}."
    return f"{most} Nobody sees to {count_of(nobody, 'item')}.".strip() if nobody else most


def _models(found: Sequence[Checked], at: State) -> None:
    section("By model", "The version that is being handed over, else the champion, else the newest.")
    shown = found[: room().settings.page_rows]
    picked = st.dataframe(
        drawn(_model_rows, at=at, most=len(shown)),
        key=TABLE,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(shown), _ROWS_SEEN) * ROW_HEIGHT + ROW_HEIGHT + 3,
        on_select="rerun",
        selection_mode="single-cell",
        column_config=_COLUMNS,
        placeholder="–",
        alt=f"{count_of(len(shown), 'model')} with what is missing and who has most of it, what is held up most first",
    )
    st.caption(":material/ads_click: Click a row for the model's checklist, or choose it in the sidebar.")
    truncated(len(shown), len(found), "models")
    st.caption(sourced("with what people did since the refresh; the next stage as of the refresh", len(found), "model"))
    download("Download as CSV", "checklists", lambda: table(found))
    if cells := picked["selection"]["cells"]:
        go("handover", model=shown[cells[0][0]].subject.model)


_LONGEST = (
    "Counted from when the version was made for what the first refresh of it found, else at least since the finding "
    "last changed"
)

_COLUMNS: dict[str, ColumnConfig] = {
    "Model": st.column_config.TextColumn(width=170, pinned=True),
    "Version": st.column_config.TextColumn(width=125),
    "Next": st.column_config.TextColumn(
        "Next stage", width=86, help="The first that is not signed off, at the refresh"
    ),
    "Hold up": st.column_config.NumberColumn(width=70, help="Open items that hold up the next sign-off"),
    "Open": st.column_config.NumberColumn(width=60, help="Items that are neither met nor waived"),
    "Met": st.column_config.ProgressColumn(width=120, format="%d %%", min_value=0, max_value=100),
    "Most with": st.column_config.TextColumn(width=200, help="Who has most open items, and how many"),
    "Longest": st.column_config.NumberColumn("Longest open", width=100, format="%d d", help=_LONGEST),
    "Past date": st.column_config.NumberColumn(width=76),
    "Waived": st.column_config.NumberColumn(width=66),
    "Tier": st.column_config.TextColumn(width=110),
}


def _model_rows(*, at: State, most: int) -> pd.DataFrame:
    return pd.DataFrame([_model_row(one, datetime.now(UTC)) for one in drawn(checked, at=at)[:most]])


def _short(person: str | None) -> str:
    """The part of an address before the @, which fits a column; the table of people has all of it."""
    return one_line((person or handover_words.NOBODY).split("@")[0], 60)


def _model_row(one: Checked, now: datetime) -> dict[str, object]:
    subject, of = one.subject, one.count
    first = one.loads[0] if one.loads else None
    longest = [days for each in one.loads if (days := each.longest(now)) is not None]
    return {
        "Model": one_line(subject.title, 80),
        "Version": " · ".join((f"v{subject.version}", *subject.named[:1])),
        "Next": one.next,
        "Hold up": of.blocking or None,
        "Open": of.open or None,
        "Met": round(100 * of.met / of.asked) if of.asked else None,
        "Most with": f"{_short(first.person)}, {first.open}" if first else None,
        "Longest": max(longest, default=None),
        "Past date": of.overdue or None,
        "Waived": of.waived or None,
        "Tier": f"{subject.tier}, assumed" if subject.assumed else subject.tier,
    }


def table(found: Sequence[Checked]) -> pd.DataFrame:
    """Every model as a plain table."""
    rows = []
    for one in found:
        subject = {**one.subject.__dict__, "authors": ", ".join(one.subject.authors)}
        most = one.loads[0].person if one.loads else None
        rows.append({**subject, "next_stage": one.next, **one.count.__dict__, "most_with": most})
    return pd.DataFrame(rows)


def _people(at: State) -> None:
    shown, of = drawn(_people_rows, at=at)
    if not of:
        return
    section("By person", "Who is to see to what is open: those who hold up most first.")
    st.dataframe(
        shown,
        key=PEOPLE,
        hide_index=True,
        row_height=ROW_HEIGHT,
        column_config=_PEOPLE,
        placeholder="–",
        alt=f"{count_of(len(shown), 'person', 'people')} with their open items",
    )
    truncated(len(shown), of, "people")


def _people_rows(*, at: State) -> tuple[pd.DataFrame, int]:
    """Those who have most, and how many there are."""
    now, found = datetime.now(UTC), drawn(checked, at=at)
    every = people(found)
    titles = {one.subject.model: one.subject.title for one in found}
    return pd.DataFrame([_person_row(one, titles, now) for one in every[:PEOPLE_SHOWN]]), len(every)


_PEOPLE: dict[str, ColumnConfig] = {
    "Who": st.column_config.TextColumn(width=240, pinned=True),
    "Hold up": st.column_config.NumberColumn(width=70, help="Open items that hold up the next sign-off"),
    "Open": st.column_config.NumberColumn(width=60),
    "Longest": st.column_config.NumberColumn("Longest open", width=100, format="%d d", help=_LONGEST),
    "Past date": st.column_config.NumberColumn(width=76),
    "As": st.column_config.TextColumn(width=270),
    "Models": st.column_config.TextColumn(width=330),
}


def _person_row(one: Load, titles: Mapping[str, str], now: datetime) -> dict[str, object]:
    return {
        "Who": one_line(one.person or handover_words.NOBODY, 80),
        "Hold up": one.blocking or None,
        "Open": one.open,
        "Longest": one.longest(now),
        "Past date": one.overdue or None,
        "As": some([handover_words.role(name) for name in one.roles]),
        "Models": some([one_line(titles.get(name, name), 40) for name in one.models]),
    }


def _waived(at: State) -> None:
    """What is set aside, with why and until when, the soonest to end first."""
    found = drawn(_waived_rows, at=at)
    if found.empty:
        return
    section("Waived", "Not asked for until the day that stands with each; then it is open again.")
    if len(found) <= WAIVED_IN_FULL:
        st.markdown("\n".join(_waived_line(row) for row in found.to_dict("records")))
        return
    st.dataframe(
        found[:WAIVED_SHOWN],
        key="handover_waived",
        hide_index=True,
        row_height=ROW_HEIGHT,
        column_config=_WAIVED,
        alt=f"{count_of(len(found), 'waiver')}, the soonest to end first",
    )
    truncated(WAIVED_SHOWN, len(found), "waivers")


def _waived_line(row: Mapping[Hashable, object]) -> str:
    """A waiver in full, in a line of Markdown."""
    about = quiet(plain(f"{row['Model']}, version {row['Version']} · {row['By']}", 200))
    until = handover_words.day(cast("date", row["Until"]))
    return f"- until **{until}**: {plain(row['Item'], 160)} {about}  \n  “{plain(row['Why'], 300)}”"


def _waived_rows(*, at: State) -> pd.DataFrame:
    rows = [
        {
            "Until": waiver.until,
            "Model": one_line(one.subject.title, 80),
            "Version": one.subject.version,
            "Item": one_line(line.row.text, 160),
            "Why": one_line(waiver.reason, 300),
            "By": one_line(waiver.actor, 80),
        }
        for one in drawn(checked, at=at)
        for line in one.waived
        if line.told is not None and (waiver := line.told.waiver) is not None
    ]
    return pd.DataFrame(rows).sort_values(["Until", "Model"]) if rows else pd.DataFrame()


_WAIVED: dict[str, ColumnConfig] = {
    "Until": st.column_config.DateColumn(format="D MMM YYYY", width=96),
    "Model": st.column_config.TextColumn(width=150),
    "Version": st.column_config.NumberColumn(width=64, format="v%d"),
    "Item": st.column_config.TextColumn(width=330),
    "Why": st.column_config.TextColumn(width=330),
    "By": st.column_config.TextColumn(width=140),
}
