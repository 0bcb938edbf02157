"""The tab Approvals of the page of one model: what is to be signed, then every sign-off, as a table and whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from watchroom.errors import LedgerError
from watchroom.store.queries import models as queries
from watchroom.store.queries.models import Model
from watchroom.ui.model_about import person
from watchroom.ui.model_versions import or_none
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.rows import badge, quiet
from watchroom.ui.sign_off_known import sign_offs
from watchroom.ui.states import empty, sourced, truncated
from watchroom.ui.tables import download
from watchroom.ui.text import UNKNOWN, count_of, one_line, plain, when
from watchroom.ui.workspace import facts

STAGE = "deploy"
"""The stage whose approval a version needs to be in service."""

WHOLE = 20
"""Sign-offs that are shown whole below the table, the newest; each is a box, and the download has all."""

NOTE_LENGTH = 2000
"""Characters of a note or a reason: more than anybody writes, and still no page of its own."""


def show(model: Model, made_at: datetime) -> None:
    """The tab."""
    _to_sign(model)
    found = ask(queries.approvals, model=model.name)
    if found.empty and _signed_since(model):
        st.caption("What was signed since the last refresh stands above; the next one lists it here.")
        return
    if found.empty:
        binds = "An approval binds a person's sign-off to what was seen when it was given."
        empty("Nobody has signed off a version of this model.", binds)
        return
    st.dataframe(
        _table(found, made_at),
        hide_index=True,
        alt=f"{count_of(len(found), 'approval')} of this model, the newest first",
    )
    for row in found.head(WHOLE).to_dict("records"):
        with st.container(border=True):
            st.markdown(_whole({key: or_none(value) for key, value in row.items()}, made_at))
    truncated(WHOLE, len(found), "sign-offs in whole")
    st.caption(sourced("all time", len(found), "approval"))
    download("Download as CSV", "approvals", lambda: found)


def _to_sign(model: Model) -> None:
    """The version in service, else the newest one, at the stage that lets it into service."""
    version = model.champion or model.latest
    if version is None:
        return
    from watchroom.ui import sign_off

    sign_off.panel(model.name, version, STAGE)
    about = {"model": model.name, "version": str(version), "stage": STAGE}
    link("handover", "Its checklist, and the other stages", icon=":material/arrow_forward:", params=about)


def _signed_since(model: Model) -> bool:
    """Whether somebody has signed since the refresh; where the ledger cannot be read the panel has said so."""
    try:
        return bool(sign_offs().of_model(model.name))
    except LedgerError:
        return False


def _table(found: pd.DataFrame, made_at: datetime) -> pd.DataFrame:
    zone = facts().zone
    return pd.DataFrame(
        {
            "Version": found["version"],
            "Stage": found["stage"],
            "Signed by": [one_line(actor, 60) for actor in found["actor"]],
            "As": found["role"],
            "Sign-off": found["decision"].fillna("approved"),
            "When": [when(at, zone, now=made_at) for at in found["at"]],
            "Status": found["status"],
            "Holds until": [when(at, zone, now=made_at) if pd.notna(at) else "–" for at in found["valid_until"]],
        }
    )


def _whole(row: Mapping[Any, Any], made_at: datetime) -> str:
    """A sign-off in Markdown: what was decided, by whom and when, what was written, and whether it still holds."""
    sign_off = row["decision"] or "approved"
    role = one_line(row["role"] or UNKNOWN, 40).replace("_", " ")
    at = plain(when(row["at"], facts().zone, now=made_at))
    carried = f" · carried over from {plain(row['imported_from'])}" if row["imported_from"] else ""
    void = row["status"] != "valid"
    colours = {"valid": "green", "superseded": "gray"}
    state = badge(row["status"] or UNKNOWN, colours.get(row["status"], "orange"))
    lines = [
        f"**Version {row['version']} {plain(sign_off)}** for {plain(row['stage'] or UNKNOWN)} {state}",
        f"{person(row['actor'] or UNKNOWN)} as {plain(role)}",
        quiet(f"{at}{carried}"),
    ]
    if row["note"]:
        lines.append(f"“{plain(row['note'], NOTE_LENGTH)}”")
    if row["status"] == "superseded":
        lines.append(quiet(plain(row["reason"] or "", NOTE_LENGTH)))
    elif void:
        lines.append(f":orange[:material/warning:] {plain(row['reason'] or 'No reason is recorded', NOTE_LENGTH)}")
    return "  \n".join(lines)
