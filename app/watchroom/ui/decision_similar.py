"""The decisions that are most like one, and what became of them: a check by example, and no explanation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from watchroom.reports import decision_words as words
from watchroom.reports.decision_alike import alike, in_words
from watchroom.reports.decision_facts import Facts
from watchroom.store.queries.decision import Sample
from watchroom.ui.decision_case import Subject
from watchroom.ui.decision_find import SCORES, choose, input_key, input_labels, predicted_text
from watchroom.ui.room import reading
from watchroom.ui.states import empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import one_line, sentence

_TABLE = "decision_similar"

INPUTS = 4
"""Inputs shown beside each: those that mattered most."""


@dataclass(frozen=True)
class Similar:
    """The nearest decisions: a row each, the nearest first. `of` is how many were compared."""

    ids: tuple[str, ...]
    facts: pd.DataFrame
    inputs: pd.DataFrame
    distances: tuple[float, ...]
    of: int


def show(subject: Subject, facts: Facts) -> None:
    """The tab."""
    found = similar(facts)
    if found is None:
        empty(
            "There are no explained decisions to compare with.",
            "A refresh explains a sample of each month's decisions; similar ones are looked for among them.",
        )
        return
    st.markdown(sentence(in_words(found.facts["outcome"], facts), 500))
    table = similar_table(found, facts)
    st.dataframe(
        table,
        hide_index=True,
        key=_TABLE,
        on_select=partial(_pick, found.ids, [at.date() for at in pd.to_datetime(found.facts["at"])]),
        selection_mode="single-row",
        column_config={**input_labels([str(name) for name in found.inputs.columns]), "Score": SCORES},
        alt=f"The {len(table)} most similar explained decisions; select a row to see why it was decided so",
    )
    st.caption(
        "Select a row to see why. "
        + sourced(f"version {subject.case.version}, the newest explained decisions", found.of, "decision")
        + " · alike by Gower’s distance over all inputs, each counting the same"
    )
    download("Similar decisions as CSV", "similar-decisions", lambda: similar_file(found))


def _pick(ids: Sequence[str], days: Sequence[date]) -> None:
    """The row that was selected becomes the decision that is looked at."""
    rows = st.session_state[_TABLE]["selection"]["rows"]
    if rows and rows[0] < len(ids):
        choose(ids[rows[0]], None, days[rows[0]])


def similar(facts: Facts) -> Similar | None:
    """The nearest decisions of the version's sample, with the inputs that mattered most."""
    with reading() as snapshot:
        found = alike(snapshot, facts)
    if found is None:
        return None
    places = list(found.places)
    ranked = [one.feature for one in facts.inputs if one.added is not None][:INPUTS]
    inputs = pd.DataFrame({name: _column(found.rows, name, places) for name in ranked})
    return Similar(tuple(found.rows.ids[place] for place in places), found.facts, inputs, found.distances, found.of)


def _column(rows: Sample, name: str, places: list[int]) -> list[str]:
    if name in rows.number_names:
        return [words.value_text(float(value)) for value in rows.numbers[places, rows.number_names.index(name)]]
    return [words.value_text(value) for value in rows.texts[places, rows.text_names.index(name)]]


def similar_table(found: Similar, facts: Facts) -> pd.DataFrame:
    """Id, how alike, prediction, score, outcome, and the inputs that mattered most; see `input_labels`."""
    answer = facts.around.answer
    table = pd.DataFrame(
        {
            "Decision": [one_line(text, 60) for text in found.ids],
            "Alike": [words.percent(1 - gap) for gap in found.distances],
            "Predicted": [predicted_text(answer.prediction(text)) for text in found.facts["prediction"]],
            "Score": found.facts["score"],
            "Outcome": [
                words.outcome_name(value if isinstance(value, str) else None, answer)
                for value in found.facts["outcome"]
            ],
        }
    )
    if facts.around.task == "regression":
        table = table.drop(columns="Score")
    inputs = found.inputs.set_axis([input_key(place) for place in range(found.inputs.shape[1])], axis=1)
    return pd.concat([table, inputs], axis=1)


def similar_file(found: Similar) -> pd.DataFrame:
    """The same with all digits; an input that is named as another column is called an input."""
    own = pd.concat([pd.DataFrame({"id": found.ids, "distance": found.distances}), found.facts], axis=1)
    taken = {*own.columns, *found.inputs.columns}
    return pd.concat([own, found.inputs.rename(columns={name: _free(name, taken) for name in own.columns})], axis=1)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += " (input)"
    return name
