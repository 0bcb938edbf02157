"""A KPI is told as a business owner would: its value with unit and period, and where it lies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.kpi import BEYOND_LIMIT, NO_DATA, NO_TARGET, OFF_TARGET, ON_TARGET, WORST_FIRST, status_of
from watchroom.reports import kpi_sentences as words
from watchroom.store.queries.kpis import Kpi, Reading

OCTOBER = Reading("month", date(2026, 10, 1), date(2026, 10, 31), 0.8, 1, 2, "lower", ON_TARGET, 90, 100)
STOPPED = Kpi("fraud", "Stopped", 1, "avg(x)", "% of payments", 1, 2, "lower", "ada", "d", now=OCTOBER, known=OCTOBER)


def kpi(value: float | None, *, target: float | None = 1, limit: float | None = 2, better: str | None = "lower",
        unit: str | None = "% of payments", n: int = 90) -> Kpi:  # fmt: skip
    status = status_of(value, target, limit, "higher" if better == "higher" else "lower" if better else None)
    now = replace(OCTOBER, value=value, target=target, limit=limit, better=better, status=status, n=n)
    known = now if value is not None else replace(OCTOBER, period_start=date(2026, 9, 1), period_end=date(2026, 9, 30))
    return replace(STOPPED, target=target, limit=limit, better=better, unit=unit, now=now, known=known)


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (kpi(0.8), "0.8 % of payments in October 2026, better than the target of 1 %."),
        (kpi(1), "1 % of payments in October 2026, on the target of 1 %."),
        (kpi(1.5), "1.5 % of payments in October 2026, above the target of 1 %, within the limit of 2 %."),
        (kpi(2.5), "2.5 % of payments in October 2026, beyond the limit of 2 % (target 1 %)."),
        (kpi(2.5, target=None), "2.5 % of payments in October 2026, beyond the limit of 2 %."),
        (kpi(50, target=60, limit=40, better="higher"),
         "50 % of payments in October 2026, short of the target of 60 %, within the limit of 40 %."),
        (kpi(708, target=720, limit=850, unit="EUR"), "€708 in October 2026, better than the target of €720."),
        (kpi(5, target=6, limit=None, unit=None), "5 in October 2026, better than the target of 6."),
        (kpi(5, target=6, limit=None, unit="working hours of a clerk"),
         "5 working hours of a clerk in October 2026, better than the target of 6."),
        (kpi(0.5, target=None), "0.5 % of payments in October 2026. No target is set."),
        (kpi(0.5, limit=None, better=None),
         "0.5 % of payments in October 2026. Its file does not say whether lower or higher is better."),
        (kpi(None, n=0), "unknown in October 2026, none of its 100 decisions has an outcome yet. "
         "It was 0.8 % of payments in September 2026."),
        (kpi(None), "unknown in October 2026, its formula gives nothing over 90 decisions. "
         "It was 0.8 % of payments in September 2026."),
        (replace(STOPPED, now=None, known=None), "unknown, no period with decisions is over yet."),
        (replace(STOPPED, sql=None), "unknown, its file gives no formula."),
        (replace(STOPPED, error="There is no column `amout`."), "unknown. There is no column `amout`."),
    ],
)  # fmt: skip
def test_a_kpi_is_a_sentence_with_its_value_period_and_where_that_lies(one: Kpi, sentence: str):
    assert words.said(one, "EUR") == sentence


@pytest.mark.parametrize(
    ("grain", "start", "end", "said"),
    [
        ("month", date(2026, 10, 1), date(2026, 10, 31), "in October 2026"),
        ("week", date(2026, 11, 9), date(2026, 11, 15), "in the week of 9 to 15 Nov 2026"),
        ("day", date(2026, 11, 12), date(2026, 11, 12), "on 12 Nov 2026"),
    ],
)
def test_a_period_is_said_by_its_kind(grain: str, start: date, end: date, said: str):
    assert words.in_period(replace(OCTOBER, grain=grain, period_start=start, period_end=end)) == said


@pytest.mark.parametrize(
    ("kpis", "begins"),
    [
        ([kpi(0.8)], "Yes, it meets its target. Stopped:"),
        ([kpi(0.8), kpi(0.9)], "Yes, it meets both of its targets."),
        ([kpi(0.8)] * 4, "Yes, it meets all 4 of its targets."),
        ([kpi(1.5)], "Not quite, it misses its target."),
        ([kpi(1.5), kpi(0.8)], "Not quite, it meets 1 of its 2 targets. Stopped: 1.5 %"),
        ([kpi(0.8), kpi(1.5), kpi(2.5)], "No, it meets 1 of its 3 targets. Stopped: 2.5 %"),
        ([kpi(2.5), kpi(None), kpi(3)], "No, it meets none of its 3 targets; 1 cannot be told. Stopped: 2.5 %"),
        ([kpi(None, n=0)], "Whether it meets its targets is not known. Stopped: unknown"),
        ([], "Nobody has said what it should achieve"),
    ],
)
def test_the_answer_is_yes_not_quite_or_no_with_the_worst_figure(kpis: list[Kpi], begins: str):
    assert words.answer(kpis, "EUR").startswith(begins)


@given(st.lists(st.sampled_from([0.8, 1.5, 2.5, None]), max_size=6))
def test_a_model_is_as_good_as_its_worst_kpi_that_can_be_judged(values: list[float | None]):
    kpis = [kpi(value) for value in values]
    found = words.targets_of(kpis)
    judged = [one.status for one in kpis if one.status in (BEYOND_LIMIT, OFF_TARGET, ON_TARGET)]
    worst = min(judged, key=WORST_FIRST.index, default=NO_DATA if kpis else NO_TARGET)
    assert (found.status, found.judged, found.total) == (worst, len(judged), len(kpis))
    assert words.worst_first(kpis)[:1] == tuple(sorted(kpis, key=lambda one: WORST_FIRST.index(one.status)))[:1]


def test_what_a_file_leaves_out_is_named_with_what_to_write():
    bare = replace(STOPPED, unit=None, target=None, better=None, owner=None)
    assert words.missing(bare) == (
        'Its file leaves out `unit`, such as "% of payments"; `target`, where it should be; '
        "`better`, which is `lower` or `higher`; `owner`, who answers for it."
    )
    assert words.missing(STOPPED) == ""
    assert words.missing(replace(STOPPED, better=None)) == "", "target and limit say which way is better"


def test_a_value_says_on_how_many_outcomes_it_rests():
    assert words.rests_on(OCTOBER) == "90 of 100 decisions have an outcome"
    assert words.rests_on(replace(OCTOBER, n=100)) == "100 decisions"
    assert words.rests_on(replace(OCTOBER, n=1)) == "1 of 100 decisions has an outcome"
