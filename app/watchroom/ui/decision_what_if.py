"""What if an input had been another: the score and the waterfall beside the actual ones. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from watchroom.charts import waterfall as charts
from watchroom.charts.words import cutoff_text
from watchroom.desk import cases
from watchroom.domain.decision import Explanation, Value
from watchroom.domain.similar import Floats, nearest
from watchroom.domain.usual import standing
from watchroom.errors import WatchroomError
from watchroom.reports import decision_words as words
from watchroom.reports.decision_alike import row_values
from watchroom.reports.decision_facts import Facts
from watchroom.store.queries import decision as queries
from watchroom.store.queries.decision import Sample
from watchroom.ui import decision_address
from watchroom.ui.alerts_words import feature_name
from watchroom.ui.decision_case import Subject
from watchroom.ui.decision_controls import controls
from watchroom.ui.decision_why import QUIET, as_probabilities
from watchroom.ui.decision_words import unit
from watchroom.ui.desk import desk
from watchroom.ui.fragments import fragment
from watchroom.ui.room import ask, drawn, reading
from watchroom.ui.states import error
from watchroom.ui.text import count_of, sentence

LOOKED_AT = 60
"""Rows of the reference whose nearest other row is looked for, to know how far apart usual ones are."""

AMONG = 2000
"""Rows among which it is looked for."""

USUALLY = 0.99
"""The part of them that lies at least as near to another."""

_TRIES = "_what_if_tries"


def show(subject: Subject, facts: Facts) -> None:
    """The tab."""
    st.caption(
        "Move an input to see what this version would have answered. A what-if is never logged "
        "or stored; its changes stand in the address, to be shared."
    )
    _moving(subject, facts)


@fragment()
def _moving(subject: Subject, facts: Facts) -> None:
    """A part that reruns by itself, so what goes wrong in it is told here."""
    try:
        _moved(subject, facts)
    except WatchroomError as problem:
        error(problem)


def _moved(subject: Subject, facts: Facts) -> None:
    with reading() as snapshot, st.spinner("Loading the model …", show_time=True):
        loaded = desk().loaded(snapshot, subject.case.model, subject.case.version)
    kinds = {one.name: one.kind for one in loaded.inputs}
    facts = as_taken(facts, kinds)
    categories = {one.name: one.categories for one in loaded.inputs}
    spreads = ask(queries.spreads, model=subject.case.model, version=subject.case.version)
    result = st.container()
    key = f"_what_if_{st.session_state.get(_TRIES, 0)}_{subject.case.version}_{subject.case.id}"
    st.button("Reset", icon=":material/undo:", on_click=_reset, key=f"{_TRIES}_reset")
    starts: dict[str, Value] = st.session_state.setdefault(f"{key}_starts", decision_address.read(kinds))
    given = controls(facts, kinds, categories, spreads, key, starts)
    changed = {name: value for name, value in given.items() if not same(value, facts.case.inputs.get(name))}
    decision_address.write(changed)
    with result:
        _result(subject, facts, changed)


def as_taken(facts: Facts, kinds: Mapping[str, str]) -> Facts:
    """The same with its inputs as the model takes them, whatever the log holds them in: else each would be a change."""
    taken = {name: cases.fitting(value, kinds[name]) if name in kinds else value
             for name, value in facts.case.inputs.items()}  # fmt: skip
    inputs = tuple(replace(one, value=taken.get(one.feature)) for one in facts.inputs)
    return replace(facts, case=replace(facts.case, inputs=taken), inputs=inputs)


def _reset() -> None:
    """Controls under new keys begin where the decision was."""
    st.session_state[_TRIES] = st.session_state.get(_TRIES, 0) + 1
    decision_address.write({})


def same(one: Value, other: Value) -> bool:
    """Whether two values are the same to a model: 1 and 1.0 and true are; a missing value only is itself."""
    if one is None or other is None or isinstance(one, str) or isinstance(other, str):
        return one == other
    return float(one) == float(other)


def _result(subject: Subject, facts: Facts, changed: Mapping[str, Value]) -> None:
    actual = facts.explanation
    assert actual is not None, "what is not explained cannot be compared with"
    if not changed:
        st.markdown("Nothing is changed yet: this is the decision as it was.")
        _chart(facts, actual, None)
        return
    with reading() as snapshot:
        found, score = cases.what_if(desk(), snapshot, subject.case, changed)
    st.markdown(f"**{sentence(in_words(facts, actual, found, score), 500)}**")
    st.markdown("\n".join(f"- {sentence(line, 240)}" for line in changes(facts, changed)))
    if unlike := warning(subject, facts, changed):
        st.markdown(f":orange[:material/warning: {sentence(unlike, 500)}]")
    _chart(facts, found, actual)


def _chart(facts: Facts, found: Explanation, actual: Explanation | None) -> None:
    probabilities = as_probabilities(found, "_what_if_as")
    cutoff = facts.around.cutoff.value if facts.around.cutoff else None
    chart = charts.waterfall(found, written=words.value_text, unit="probability" if probabilities else unit(facts),
                             probabilities=probabilities, cutoff=cutoff, actual=actual)  # fmt: skip
    st.plotly_chart(chart.figure, config=QUIET, key="decision_what_if", alt=chart.alt)
    if actual is not None:
        st.caption("Outlined: what each input added in the decision as it was.")


def in_words(facts: Facts, actual: Explanation, found: Explanation, score: float) -> str:
    """The new answer against the actual one."""
    if facts.around.task == "regression":
        before, after = (words.amount_text(float(f"{one.output:.4g}"), facts.around.answer) for one in (actual, found))
        return f"It would have answered {after} instead of {before}."
    if facts.around.task == "multiclass" and found.klass != actual.klass:
        now, then = (words.prediction_name(one.klass, facts.around.answer) for one in (found, actual))
        return f"It would have chosen {now} instead of {then}, with {words.score_number(score)}."
    was = facts.case.score
    before_text = "" if was is None else f" instead of {words.score_number(was)}"
    return f"It would have scored {words.score_number(score)}{before_text}{_flips(facts, score)}."


def _flips(facts: Facts, score: float) -> str:
    cutoff, was = facts.around.cutoff, facts.case.score
    if cutoff is None or was is None:
        return ""
    now, before = score >= cutoff.value, was >= cutoff.value
    side = "above" if now else "below"
    at = cutoff_text(cutoff.value)
    if now == before:
        return f", still {side} the cut-off of {at}"
    would, was_ = (words.prediction_name(str(int(one)), facts.around.answer) for one in (now, before))
    return f", {side} the cut-off of {at}: it would have been {would} instead of {was_}"


def changes(facts: Facts, changed: Mapping[str, Value]) -> list[str]:
    """What was changed, in words; with where an unusual value stands."""
    told = []
    for name, value in changed.items():
        was = words.value_text(facts.case.inputs.get(name))
        line = f"{feature_name(name)} {words.value_text(value)} instead of {was}"
        known, one = facts.around.watched.get(name), facts.input(name)
        if known is not None and one is not None:
            place = standing(known.bins, known.values, value)
            if place.unusual:
                line += f": {words.standing_text(value, place, one.usual)}"
        told.append(line)
    return told


@dataclass(frozen=True)
class Spacing:
    """Rows of the reference, what counts as far apart in each number, and how near another row usually is."""

    rows: Sample
    scales: Floats
    usual: float


def warning(subject: Subject, facts: Facts, changed: Mapping[str, Value]) -> str:
    """That nothing in the reference is like this combination; empty when something is, or it has no rows."""
    names = tuple(sorted(part.feature for part in facts.explanation.parts)) if facts.explanation else ()
    known = drawn(_spacing, model=subject.case.model, version=subject.case.version, features=names)
    rows = known.rows
    if not rows.ids:
        return ""
    one = row_values(rows, {**facts.case.inputs, **changed})
    gap = float(nearest(rows.numbers, rows.texts, one, known.scales, 1).distances[0])
    if gap <= known.usual:
        return ""
    return (
        f"No row like this is among {count_of(len(rows.ids), 'row')} of the reference: the nearest differs by "
        f"{words.percent(gap)}, where 99 in 100 have one within {words.percent(known.usual)}. "
        "An answer so far from what the model was trained on means little."
    )


def _spacing(*, model: str, version: int, features: tuple[str, ...]) -> Spacing:
    with reading() as snapshot:
        found = queries.sample(snapshot, model=model, version=version, features=features, reference=True)
    rows = Sample(found.ids[:AMONG], found.facts.head(AMONG), found.number_names, found.numbers[:AMONG],
                  found.text_names, found.texts[:AMONG])  # fmt: skip
    scales = np.array([_spread(column) for column in rows.numbers.T])
    gaps = [
        float(nearest(rows.numbers, rows.texts, (rows.numbers[place], rows.texts[place]), scales, 2).distances[-1])
        for place in range(0, len(rows.ids), max(len(rows.ids) // LOOKED_AT, 1))
    ]
    return Spacing(rows, scales, float(np.quantile(gaps, USUALLY)) if gaps else 1.0)


def _spread(column: Floats) -> float:
    """From the 5th to the 95th percentile; 0 without values."""
    known = column[np.isfinite(column)]
    return float(np.quantile(known, 0.95) - np.quantile(known, 0.05)) if known.size else 0.0
