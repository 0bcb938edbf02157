"""Explanations of one model: the answer first, then tabs. Only the open tab asks for its data."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from watchroom.charts.words import days
from watchroom.domain.glossary import meaning
from watchroom.store.queries import explanations as queries
from watchroom.ui import (
    explanations_changes,
    explanations_cohorts,
    explanations_drivers,
    explanations_input,
    explanations_rows,
)
from watchroom.ui.explanations_empty import STATUS_COLOURS, STATUS_WORDS, problem
from watchroom.ui.explanations_subject import Subject, directions
from watchroom.ui.explanations_words import METHODS, SPACES, answer, changed, largest_move, ndcg, top
from watchroom.ui.navigation import link
from watchroom.ui.room import ask
from watchroom.ui.rows import badge
from watchroom.ui.states import sourced
from watchroom.ui.text import plain, sentence

VIEW = "view"
"""The key of the tabs, in the address too."""

TABS = {
    "Drivers": explanations_drivers.show,
    "One input": explanations_input.show,
    "Cohorts": explanations_cohorts.show,
    "Rows": explanations_rows.show,
    "Changes": explanations_changes.show,
}


def show(subject: Subject) -> None:
    """The page below its question."""
    problem(subject.found)
    _answer(subject)
    tabs = st.tabs(list(TABS), key=VIEW, bind="query-params", on_change="rerun")
    for tab, part in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                part(subject)


def _answer(subject: Subject) -> None:
    named = tuple(weight.feature for weight in top(subject.weights))
    told = answer(
        subject.model.title, subject.task, subject.weights, directions(subject.rows.choice, named), one_of(subject)
    )
    found, model = subject.found, subject.model
    with st.container(border=True, gap="xsmall"):
        st.subheader(sentence(told, 700), anchor=False)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                " ".join(_badges(subject)),
                width="stretch",
                help=SPACES.get("logarithm" if subject.logarithm else found.space or ""),
            )
            link("health", "Health", icon=":material/ecg_heart:", params={"model": model.name})
            link("model", "About the model", icon=":material/deployed_code:", params={"model": model.name})
        st.markdown(_changed(subject), help=meaning("nDCG"))
        if subject.rows.note:
            st.markdown(f":orange[:material/schedule:] {plain(subject.rows.note, 300)}")
        if subject.task == "multiclass":
            st.caption(":material/info: Each row is explained for the class that the model chose there.")
        if found.note:
            st.caption(f":material/info: {sentence(found.note, 400)}")
        st.caption(provenance(subject))


def one_of(subject: Subject) -> str | None:
    """What the model's file calls prediction 1, which its scores go towards; None without a name."""
    return subject.spec.answer.predictions.get("1") if subject.spec is not None else None


def provenance(subject: Subject) -> str:
    """The period, the rows and the snapshot, and that they are a sample; fit for Markdown."""
    rows = subject.rows
    sampled = " · a sample of each month's decisions" if rows.choice.first else ""
    return f"{sourced(rows.label, rows.size.n, rows.one, rows.many)}{sampled}"


def _badges(subject: Subject) -> list[str]:
    found = subject.found
    service = badge("in service") if found.version == subject.serving else badge("not in service", "orange")
    method = METHODS.get(found.method or "")
    return [
        badge(f"version {found.version}"),
        service,
        badge(STATUS_WORDS.get(found.status, found.status), STATUS_COLOURS.get(found.status, "gray")),
        badge(subject.unit, "blue", 60),
        *([badge(method, limit=60)] if method else []),
    ]


def _told(row: pd.Series[Any]) -> str:
    """Whether what drives it has changed in a month, with the input whose share moved most."""
    known = row["status"] not in (None, "no data") and isinstance(row["feature"], str)
    others = known and not (row["share_before"] and row["share"])
    told = changed(row["status"], row["value"], row["limit"], others=others)
    move = largest_move(row["feature"], row["share_before"], row["share"]) if known else ""
    return "; ".join(part for part in (told, move) if part) + "."


def ndcg_of(row: pd.Series[Any]) -> str:
    """The nDCG of a month; empty where it cannot be told."""
    return ndcg(row["value"], row["low"], row["high"], row["limit"]) if row["status"] != "no data" else ""


def _changed(subject: Subject) -> str:
    """Whether what drives it has changed: the newest month against its reference, and against the version before."""
    rows = ask(queries.changes, model=subject.model.name, version=subject.found.version)
    lines = []
    for against, some in rows.groupby("against", sort=True):
        last = some.iloc[-1]
        told = _told(last)
        icon = ":red[:material/moving:]" if last["status"] == "drifted" else ":gray[:material/compare_arrows:]"
        what = "the reference" if against == "reference" else f"version {int(last['against_version'])}"
        period = days(last["period_start"], last["period_end"])
        small = " · ".join([*([ndcg_of(last)] if ndcg_of(last) else []), f"{period} against {what}"])
        lines.append(f"{icon} {sentence(told, 300)} :small[:gray[{plain(small, 200)}]]")
    return "  \n".join(lines) or ":gray[:material/compare_arrows:] There is nothing yet to compare it with."
