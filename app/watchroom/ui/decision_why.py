"""Why it was decided so: the waterfall, the score among the month's, and every input beside what is usual."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from watchroom.charts import waterfall as charts
from watchroom.charts.words import days, signed
from watchroom.domain.decision import Explanation, as_probability
from watchroom.reports import decision_words as words
from watchroom.reports.decision_facts import Facts
from watchroom.ui.decision_words import outcome_names, unit
from watchroom.ui.states import section, sourced
from watchroom.ui.tables import download
from watchroom.ui.text import one_line, plain, sentence

QUIET = {"displayModeBar": False}

MOST_ROWS = 40
"""Inputs that are shown without scrolling."""


def show(facts: Facts) -> None:
    """The tab; without an explanation the inputs alone."""
    found = facts.explanation
    if found is not None:
        _waterfall(facts, found)
    inputs(facts)
    scores(facts)


def as_probabilities(found: Explanation, key: str) -> bool:
    """The choice between log-odds and probability, where there is one."""
    if not as_probability(found):
        return False
    choice = st.segmented_control(
        "The numbers are",
        ["log-odds", "probability"],
        default="log-odds",
        key=key,
        required=True,
        label_visibility="collapsed",
    )
    return choice == "probability"


def _waterfall(facts: Facts, found: Explanation) -> None:
    section("What moved it")
    probabilities = as_probabilities(found, "_decision_as")
    cutoff = facts.around.cutoff.value if facts.around.cutoff else None
    shown = "probability" if probabilities else unit(facts)
    chart = charts.waterfall(found, written=words.value_text, unit=shown, probabilities=probabilities, cutoff=cutoff)
    st.plotly_chart(chart.figure, config=QUIET, key="decision_waterfall", alt=chart.alt)
    st.caption(plain(reading(found, shown, probabilities), 700))


def reading(found: Explanation, unit: str, probabilities: bool) -> str:
    """How the waterfall is read."""
    explained = f", of the class {one_line(found.klass, 40)}" if found.klass not in (None, "1") else ""
    order = (
        " A log-odd is worth most near one half, so as probabilities the bars depend on their order."
        if probabilities
        else ""
    )
    return (
        f"The model's output{explained} in {unit}: it begins at the "
        f"average and ends at this decision; orange puts it higher, blue lower. Made by {words.method_text(found)}."
        f"{order} "
        "It says what the model went by, not what caused the outcome."
    )


def inputs(facts: Facts) -> None:
    """The table of inputs, with what is usual in the reference."""
    section("The inputs, beside what is usual")
    table = input_table(facts)
    st.dataframe(
        table.style.format({"Added": _added}, na_rep="–"),
        hide_index=True,
        key="decision_inputs",
        placeholder="–",
        height="content" if len(table) <= MOST_ROWS else 36 * MOST_ROWS,
        alt=f"{len(table)} inputs of the decision with their usual range and what each added",
        column_config={
            "Added": st.column_config.NumberColumn(help=plain(f"In {unit(facts) or 'nothing yet'}.")),
            "Usual": st.column_config.TextColumn(
                width="large",
                help="Of a number the 5th to the 95th percentile of the reference, of one with few values and of a "
                "category the shares of the most frequent; this decision’s own category first.",
            ),
        },
    )
    n = max((one.usual.n for one in facts.inputs if one.usual), default=0)
    st.caption(sourced("usual: the reference", n, "row"))
    download("Inputs as CSV", f"decision-{facts.case.version}-inputs", lambda: input_file(facts))


def _added(value: object) -> str:
    return signed(value) if isinstance(value, float) else "–"


def input_table(facts: Facts) -> pd.DataFrame:
    """One row for each column of the decision, those that mattered most first."""
    return pd.DataFrame(
        {
            "Input": [one_line(one.feature, 60) for one in facts.inputs],
            "Value": [words.value_text(one.value) for one in facts.inputs],
            "Where it stands": [
                words.standing_text(one.value, one.standing, one.usual) or None for one in facts.inputs
            ],
            "Usual": [words.usual_text(one.usual, one.value) or None for one in facts.inputs],
            "Added": [one.added for one in facts.inputs],
        }
    )


def input_file(facts: Facts) -> pd.DataFrame:
    """The same with all digits."""
    return pd.DataFrame(
        {
            "input": [one.feature for one in facts.inputs],
            "value": [one.value for one in facts.inputs],
            "added": [one.added for one in facts.inputs],
            "space": [facts.explanation.space if facts.explanation else None for _ in facts.inputs],
            "usual_low": [one.usual.low if one.usual else None for one in facts.inputs],
            "usual_high": [one.usual.high if one.usual else None for one in facts.inputs],
            "share_below": [one.standing.below for one in facts.inputs],
            "share_of_category": [one.standing.share for one in facts.inputs],
        }
    )


def scores(facts: Facts) -> None:
    """Where its score lies among those of the month, with the cut-off."""
    around = facts.around
    if facts.case.score is None or not around.cells.decisions:
        return
    section("Its score among the month's")
    st.markdown(sentence(f"{words.score_text(facts).capitalize()}."))
    chart = charts.scores(
        around.cells, facts.case.score, around.cutoff.value if around.cutoff else None, period_of(around.month),
        outcomes=outcome_names(facts),
    )  # fmt: skip
    st.plotly_chart(chart.figure, config=QUIET, key="decision_scores", alt=chart.alt)
    st.caption(sourced(f"version {facts.case.version}, {period_of(around.month)}", around.cells.decisions, "decision"))


def period_of(month: tuple[date, date]) -> str:
    """The month in words."""
    return days(*month)
