"""What models earned together: of which of them it is known, and that all who say it say the same."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from watchroom.domain.value import net_of, total
from watchroom.reports.portfolio_facts import earned
from watchroom.reports.portfolio_words import returned
from watchroom.ui.portfolio_value import sentence

TODAY = date(2026, 11, 21)
NAN = float("nan")


def month(model: str, start: date, *money: float) -> dict[str, object]:
    """A row of the table `value`: benefit, estimated benefit, run cost, net."""
    parts = dict(zip(("benefit", "estimated_benefit", "run_cost", "net"), money, strict=True))
    end = (pd.Timestamp(start) + pd.offsets.MonthEnd()).date()
    return {"model": model, "period_start": start, "period_end": end, "decisions": 10, "labelled": 5, **parts}


AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)
MONEY = pd.DataFrame(
    [
        month("whole", AUGUST, 100, 20, 30, 90),
        month("whole", SEPTEMBER, 50, NAN, NAN, 50),
        month("partly", AUGUST, 100, NAN, 10, 90),
        month("partly", SEPTEMBER, NAN, 40, 10, NAN),
        month("costs alone", SEPTEMBER, NAN, NAN, 10, -10),
    ]
)


def test_a_model_of_which_a_month_is_unknown_is_in_no_sum_and_is_said():
    found = earned(MONEY, TODAY, whole=True)
    assert found is not None
    assert (found.net, found.models, found.unknown) == (140, 1, 2)
    assert returned(found, "EUR") == (
        "One model earned €140 in August to September 2026 (€20 of what was brought is estimated); of 2 others it is "
        "not known."
    )
    assert net_of(MONEY)["net"].dropna().to_dict() == {"whole": 140}


def test_what_was_brought_less_what_it_cost_is_the_net():
    found = earned(MONEY, TODAY, whole=True)
    assert found is not None
    assert found.benefit is not None
    assert found.run_cost is not None
    assert found.benefit - found.run_cost == found.net
    assert sentence(found, 5, "EUR") == (
        "1 model brought €170 (€20 of it estimated) less €30 to run them: €140 net. Of 4 other models it is not known."
    )


def test_the_last_month_alone_is_judged_by_itself():
    found = earned(MONEY, TODAY, whole=False)
    assert found is not None
    assert (found.first, found.net, found.models, found.unknown) == (SEPTEMBER, 50, 1, 2)


def test_where_of_every_model_some_month_is_unknown_nothing_is_summed():
    found = earned(MONEY[MONEY["model"] == "partly"], TODAY, whole=True)
    assert found is not None
    assert (found.net, found.models, found.unknown) == (None, 0, 1)
    assert returned(found, "EUR") == "What the models earn is not known."
    assert sentence(found, 1, "EUR") == "Of no model it is known what it brought in all of this time."


@pytest.mark.parametrize(
    ("amounts", "amount", "known", "whole"),
    [([], None, 0, None), ([None, NAN], None, 0, None), ([1.0, None, 2.0], 3.0, 2, None), ([1.0, 2.0], 3.0, 2, 3.0)],
)
def test_a_total_says_of_how_many_amounts_it_is(
    amounts: list[float | None], amount: float | None, known: int, whole: float | None
):
    found = total(amounts)
    assert (found.amount, found.known, found.unknown, found.whole) == (amount, known, len(amounts) - known, whole)
