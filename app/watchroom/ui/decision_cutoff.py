"""What another cut-off would have done: to this decision, and to all that the version scored in that month."""

from __future__ import annotations

import streamlit as st

from watchroom.charts import waterfall as charts
from watchroom.charts.words import cutoff_text, signed
from watchroom.domain.cutoff import Cutoff, WouldBe, would_be
from watchroom.reports import decision_words as words
from watchroom.reports.decision_facts import Facts
from watchroom.ui.decision_why import QUIET, period_of
from watchroom.ui.decision_words import outcome_names
from watchroom.ui.fragments import fragment
from watchroom.ui.states import empty, sourced
from watchroom.ui.text import count_of, number, plain, sentence

FINE = 0.05
"""Below this distance from 0 and 1 a step of a hundredth is too coarse to choose a cut-off."""


def show(facts: Facts) -> None:
    """The tab."""
    cutoff = facts.around.cutoff
    if facts.around.task != "binary":
        empty("There is no cut-off to move.", "Only a model that answers yes or no by a score has one.")
    elif facts.case.score is None:
        empty(
            "The score of this decision is not logged.", "Say in the model's file under `decisions` which column it is."
        )
    elif cutoff is None:
        empty(
            "Which cut-off it has cannot be told.",
            "It is read off the logged predictions, and these are all alike or not logged.",
        )
    else:
        _controls(facts, cutoff)


@fragment()
def _controls(facts: Facts, cutoff: Cutoff) -> None:
    assert facts.case.score is not None, "without a score nothing is shown"
    step = 0.001 if min(cutoff.value, 1 - cutoff.value, facts.case.score, 1 - facts.case.score) < FINE else 0.01
    now = st.slider("Cut-off", 0.0, 1.0, round(cutoff.value, 3), step, key=f"_decision_cutoff_{facts.case.version}",
                    format="%.3f" if step < 0.01 else "%.2f", width=560)  # fmt: skip
    month = period_of(facts.around.month)
    before, after = would_be(facts.around.cells, cutoff.value), would_be(facts.around.cells, now)
    st.markdown(
        f"**{sentence(this_one(facts, cutoff.value, now))}** {sentence(the_others(facts, before, after, month), 500)}"
    )
    _figures(facts, before, after)
    chart = charts.scores(facts.around.cells, facts.case.score, now, month, outcomes=outcome_names(facts))
    st.plotly_chart(chart.figure, config=QUIET, key="decision_cutoff_scores", alt=chart.alt)
    st.caption(sourced(f"version {facts.case.version}, {month}", after.n, "decision"))
    fit = "" if not cutoff.misfit else f" {words.percent(cutoff.misfit)} of its decisions do not fit it."
    st.caption(sentence(f"The cut-off of {cutoff_text(cutoff.value)} is read off the logged predictions.{fit}"))


def this_one(facts: Facts, before: float, now: float) -> str:
    """What becomes of this decision."""
    score = facts.case.score
    assert score is not None, "without a score there is nothing to cut"
    flips = f"it flips at {words.score_number(score)}"
    was, would = (words.prediction_name(str(int(score >= cut)), facts.around.answer) for cut in (before, now))
    if was == would:
        return f"This one would still be {would}: {flips}."
    return f"This one would be {would} instead of {was}: {flips}."


def the_others(facts: Facts, before: WouldBe, after: WouldBe, month: str) -> str:
    """What becomes of the month's decisions, as far as their outcomes are known."""
    more = after.positives - before.positives
    if not more:
        return f"Of the {count_of(after.n, 'decision')} of {month} none would be another."
    side = "more" if more > 0 else "fewer"
    yes = words.prediction_name("1", facts.around.answer)
    right, wrong = abs(after.tp - before.tp), abs(after.fp - before.fp)
    known = right + wrong
    told = (
        f"of the {number(known)} with an outcome so far {number(right)} {_became(facts, '1')} and {number(wrong)} "
        f"{_became(facts, '0')}"
        if known
        else "none of them has an outcome yet"
    )
    return f"Of the {count_of(after.n, 'decision')} of {month} {number(abs(more))} {side} would be {yes}; {told}."


def _became(facts: Facts, outcome: str) -> str:
    named = facts.around.answer.outcomes.get(outcome)
    return f"turned out {named}" if named else {"1": "came true", "0": "did not"}[outcome]


def _figures(facts: Facts, before: WouldBe, after: WouldBe) -> None:
    yes, no = (words.capital(words.predicted(one, facts.around.answer)) for one in ("1", "0"))
    real, unreal = (_became(facts, one) for one in ("1", "0"))
    rows = (
        (yes, before.positives, after.positives, "All decisions at the cut-off or above."),
        ("Right alarms", before.tp, after.tp, f"{yes}, and it {real}."),
        ("False alarms", before.fp, after.fp, f"{yes}, and it {unreal}."),
        ("Not known yet", _open(before), _open(after), f"{yes}, and its outcome is not known yet."),
        ("Missed", before.fn, after.fn, f"{no}, and it {real}; of those with an outcome."),
    )
    with st.grid(5, min_column_width=150):
        for label, was, would, about in rows:
            delta = signed(would - was) if would != was else "as now"
            st.metric(plain(label, 40), number(would), delta=delta, delta_color="off", delta_arrow="off", border=True,
                      help=plain(about, 200))  # fmt: skip
    known = after.tp + after.fp
    st.caption(
        sentence(
            f"{yes}: {number(after.positives)}, of which {number(known)} have an outcome ({number(after.tp)} right and "
            f"{number(after.fp)} false alarms) and {number(_open(after))} are not known yet. "
            f"Missed: of the {number(after.n - after.unlabelled)} with an outcome."
        )
    )


def _open(one: WouldBe) -> int:
    """Decisions at the cut-off or above whose outcome is not known yet."""
    return one.positives - one.tp - one.fp
