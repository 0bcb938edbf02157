"""The decisions that are most like one, and what became of them: a check by example, and no explanation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from watchroom.domain.decision import Value
from watchroom.domain.similar import Floats, Texts, nearest
from watchroom.reports import decision_words as words
from watchroom.reports.decision_facts import Facts
from watchroom.store.queries import decision as queries
from watchroom.store.queries.decision import Sample
from watchroom.ui.decision_case import Subject
from watchroom.ui.decision_find import choose, input_key, input_labels, predicted_text
from watchroom.ui.room import reading
from watchroom.ui.states import empty, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, one_line, plain, sentence, some

SHOWN = 10
"""Similar decisions: enough to see whether they agree, few enough to be alike."""

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
    names = tuple(sorted(part.feature for part in facts.explanation.parts)) if facts.explanation else ()
    found = similar(subject, facts, names) if names else None
    if found is None or not found.ids:
        empty(
            "There are no explained decisions to compare with.",
            "A refresh explains a sample of each month's decisions; similar ones are looked for among them.",
        )
        return
    st.markdown(sentence(in_words(found, facts), 500))
    table = similar_table(found, facts)
    st.dataframe(
        table,
        hide_index=True,
        column_config=input_labels([str(name) for name in found.inputs.columns]),
        alt=f"The {len(table)} most similar decisions of the explained sample",
    )
    with st.container(horizontal=True):
        for place, prediction_id in enumerate(found.ids[:3]):
            st.button(f"Open {plain(prediction_id, 40)}", type="tertiary", icon=":material/arrow_forward:",
                      key=f"similar_{place}", on_click=choose, args=(prediction_id,))  # fmt: skip
    st.caption(
        sourced(f"version {subject.case.version}, the newest explained decisions", found.of, "decision")
        + " · alike by Gower’s distance over all inputs, each counting the same"
    )
    download("Similar decisions as CSV", "similar-decisions", lambda: similar_file(found))


def in_words(found: Similar, facts: Facts) -> str:
    """How many of them ended how."""
    known = [value for value in found.facts["outcome"] if isinstance(value, str)]
    n = len(found.ids)
    if not known:
        return f"Of the {count_of(n, 'most similar decision')} no outcome is known yet."
    of = f"Of the {count_of(n, 'most similar decision')} the outcome of {len(known)} is known"
    if facts.around.task == "regression":
        values = pd.to_numeric(pd.Series(known), errors="coerce").dropna()
        return (
            f"{of}: between {words.number_text(values.min())} and {words.number_text(values.max())}."
            if len(values)
            else f"{of}."
        )
    counted = pd.Series(known).value_counts()
    return f"{of}: {some([f'{one_line(value, 30)} in {count}' for value, count in counted.items()], 4)}."


def similar(subject: Subject, facts: Facts, names: tuple[str, ...]) -> Similar | None:
    """The nearest decisions of the version's sample, without the decision itself."""
    with reading() as snapshot:
        rows = queries.sample(snapshot, model=subject.case.model, version=subject.case.version, features=names)
    if not rows.ids:
        return None
    near = nearest(rows.numbers, rows.texts, row_values(rows, subject.case.inputs), scales_of(rows, facts), SHOWN + 1)
    kept = [
        (place, gap)
        for place, gap in zip(near.places, near.distances, strict=True)
        if rows.ids[place] != subject.case.id
    ]
    kept = kept[:SHOWN]
    places = [int(place) for place, _ in kept]
    ranked = [one.feature for one in facts.inputs if one.added is not None][:INPUTS]
    inputs = pd.DataFrame({name: _column(rows, name, places) for name in ranked})
    others = len(rows.ids) - (subject.case.id in rows.ids)
    return Similar(
        tuple(rows.ids[place] for place in places),
        rows.facts.iloc[places].reset_index(drop=True),
        inputs,
        tuple(float(gap) for _, gap in kept),
        others,
    )


def row_values(rows: Sample, inputs: Mapping[str, Value]) -> tuple[Floats, Texts]:
    """Inputs by name in the columns of the sample: numbers and texts."""
    numbers = [_number(inputs.get(name)) for name in rows.number_names]
    texts = [None if inputs.get(name) is None else str(inputs[name]) for name in rows.text_names]
    return np.array(numbers, dtype=np.float64), np.array(texts, dtype=object)


def _number(value: Value) -> float:
    return float("nan") if value is None or isinstance(value, str) else float(value)


def scales_of(rows: Sample, facts: Facts) -> Floats:
    """What counts as far apart: the usual range of the reference, else the range of the sample."""
    found = []
    for place, name in enumerate(rows.number_names):
        one = facts.input(name)
        width = one.usual.high - one.usual.low if one and one.usual and one.usual.kind == "number" else float("nan")
        column = rows.numbers[:, place][np.isfinite(rows.numbers[:, place])]
        spread = float(np.ptp(column)) if column.size else 0.0
        found.append(width if np.isfinite(width) and width > 0 else spread)
    return np.array(found, dtype=np.float64)


def _column(rows: Sample, name: str, places: list[int]) -> list[str]:
    if name in rows.number_names:
        return [words.value_text(float(value)) for value in rows.numbers[places, rows.number_names.index(name)]]
    return [words.value_text(value) for value in rows.texts[places, rows.text_names.index(name)]]


def similar_table(found: Similar, facts: Facts) -> pd.DataFrame:
    """Id, how alike, prediction, score, outcome, and the inputs that mattered most; see `input_labels`."""
    table = pd.DataFrame(
        {
            "Decision": [one_line(text, 60) for text in found.ids],
            "Alike": [words.percent(1 - gap) for gap in found.distances],
            "Predicted": [predicted_text(text) for text in found.facts["prediction"]],
            "Score": found.facts["score"],
            "Outcome": [value if isinstance(value, str) else "not known yet" for value in found.facts["outcome"]],
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
