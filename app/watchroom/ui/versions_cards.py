"""What the registry and the ledger say of two versions, side by side."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from watchroom.charts.words import days
from watchroom.store.queries.versions import Version
from watchroom.ui.states import section
from watchroom.ui.tables import download
from watchroom.ui.text import UNKNOWN, number, one_line, some, when
from watchroom.ui.versions_difference import Difference
from watchroom.ui.versions_subject import Subject, zone

ROW_HEIGHT = 34


def show_cards(subject: Subject, found: Difference) -> None:
    """The table of both cards."""
    section("Their cards")
    rows = card(subject, found)
    st.dataframe(
        rows, hide_index=True, row_height=ROW_HEIGHT, height=len(rows) * ROW_HEIGHT + ROW_HEIGHT + 3, placeholder="–",
        column_config={"What": st.column_config.TextColumn(width=140)},
        alt="What the registry and the ledger say of both versions",
    )  # fmt: skip
    download("Download as CSV", "version_cards", lambda: rows)


def card(subject: Subject, found: Difference) -> pd.DataFrame:
    """What registry and ledger say of both versions, side by side."""
    sides = [_of_card(subject, one) for one in (found.before, found.now)]
    columns = (f"Version {found.before.version}", f"Version {found.now.version}")
    rows = [{"What": name, columns[0]: sides[0][name], columns[1]: sides[1][name]} for name in sides[0]]
    return pd.DataFrame([{**row, "": "" if row[columns[0]] == row[columns[1]] else "differs"} for row in rows])


def _of_card(subject: Subject, one: Version) -> dict[str, str]:
    roles = f", by {some([role.replace('_', ' ') for role in one.signed_by], 4)}" if one.signed_by else ""
    loads = {True: "yes", False: "no", None: UNKNOWN}[one.loads]
    return {
        "Registered": when(one.created_at, zone(), now=subject.made_at),
        "Registered by": one_line(one.user or UNKNOWN, 80),
        "Aliases": ", ".join(one_line(alias, 40) for alias in one.aliases) or "none",
        "Stage": one_line(one.stage or "none", 40),
        "Description": one_line(one.description or "none", 400),
        "Tags": ", ".join(f"{one_line(key, 40)} = {one_line(value, 60)}" for key, value in one.tags) or "none",
        "Approval": f"{one.approval}{roles}{f': {one_line(one.approval_reason, 200)}' if one.approval_reason else ''}",
        "Flavours": ", ".join(one_line(name, 40) for name in one.flavors) or UNKNOWN,
        "Input example": {True: "yes", False: "no", None: UNKNOWN}[one.has_input_example],
        "Can be loaded": f"{loads}{f': {one_line(one.loads_why, 200)}' if one.loads_why else ''}",
        "Decisions": f"{number(one.decisions)}{_span(one.first_day, one.last_day)}",
    }


def _span(first: date | None, last: date | None) -> str:
    return f", {days(first, last)}" if first and last else ""
