"""The words for two versions: never surer than the interval, and money with the digits it deserves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from watchroom.charts.versions_real import forest
from watchroom.store.queries.pairs import Comparison, Pair
from watchroom.ui.versions_real_words import (
    Apart,
    apart_words,
    differences,
    headline,
    metric_words,
    money_words,
    monthly,
    other_way,
    probability,
    rests_on,
    segment_name,
    take_over,
    verdict,
)

AUC = Comparison("roc_auc", "higher", 0.90, 0.93, 0.03, 0.02, 0.04, 0.9999, "delong", 9025, "")
LOSS = Comparison("log_loss", "lower", 0.40, 0.35, -0.05, -0.07, -0.03, 1.0, "bootstrap", 9025, "")
WORTH = Comparison("worth", "higher", 1.0, 1.2, 0.2, 0.1, 0.3, 0.998, "bootstrap", 9025, "")
UNTOLD = Comparison("roc_auc", "higher", None, None, None, None, None, None, "delong", 12, "only 12 outcomes")
TWO = (3, 4)


def turned(one: Comparison) -> Comparison:
    """The same the other way round."""
    low, high = one.low or 0.0, one.high or 0.0
    return replace(one, difference=-(one.difference or 0), low=-high, high=-low, b_better=1 - (one.b_better or 0))


def unsure(one: Comparison) -> Comparison:
    return replace(one, low=-0.05, high=0.1, b_better=0.7)


@pytest.mark.parametrize(
    ("one", "told"),
    [(AUC, "better"), (turned(AUC), "worse"), (LOSS, "better"), (turned(LOSS), "worse"), (unsure(AUC), "alike"),
     (UNTOLD, "unknown"), (None, "unknown"), (replace(AUC, low=0.0), "alike")],
)  # fmt: skip
def test_a_version_is_better_only_when_all_of_the_interval_says_so(one, told):
    assert verdict(one) == told


@pytest.mark.parametrize(
    ("main", "money", "told"),
    [
        (AUC, WORTH, "Version 4 is better than version 3."),
        (turned(AUC), turned(WORTH), "Version 4 is worse than version 3."),
        (AUC, None, "Version 4 is better than version 3."),
        (unsure(AUC), unsure(WORTH), "Version 4 and version 3 cannot be told apart."),
        (unsure(AUC), WORTH, "Version 4 is worth more than version 3; by AUC the two cannot be told apart."),
        (
            turned(AUC),
            unsure(WORTH),
            "Version 4 is worse than version 3 by AUC; in money the two cannot be told apart.",
        ),
        (
            AUC,
            turned(WORTH),
            "It depends on what counts: version 4 is better than version 3 by AUC, and worse in money.",
        ),
        (UNTOLD, None, "It cannot be said yet which of the two is better: only 12 outcomes."),
        (None, None, "It cannot be said yet which of the two is better."),
    ],
)
def test_the_answer_is_one_sentence(main, money, told):
    assert headline(main, money, TWO) == told


def test_a_metric_is_told_with_its_interval_and_its_certainty():
    assert metric_words(AUC, TWO) == (
        "On the 9,025 decisions that both scored and whose outcome is known, AUC is 0.930 for version 4 against 0.900: "
        "a difference of +0.030 (95 % interval +0.020 to +0.040). The probability that version 4 is better by it is "
        "over 99 %."
    )
    assert metric_words(UNTOLD, TWO) == "AUC cannot be told: only 12 outcomes."


def test_money_is_that_of_a_month():
    found = monthly(WORTH, 6200, "EUR")
    assert found is not None
    assert money_words(found, WORTH, TWO) == (
        "In money version 4 brings about €1,240 a month more (€620 to €1,860), at 6,200 decisions a month. "
        "The probability that it is worth more is over 99 %. All decisions of a month come to €6,200 with version 3 "
        "and €7,440 with version 4, before what it costs to run."
    )
    less = turned(WORTH)
    found = monthly(less, 6200, "")
    assert found is not None
    assert "brings about 1,240 a month less (620 to 1,860)" in money_words(found, less, TWO)
    either = unsure(WORTH)
    found = monthly(either, 1000, "EUR")
    assert found is not None
    assert "between €50 less and €100 more a month" in money_words(found, either, TWO)
    assert monthly(UNTOLD, 1000, "EUR") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.9901, "over 99 %"), (0.99, "99 %"), (0.5, "50 %"), (0.0099, "under 1 %"), (1, "over 99 %"), (0, "under 1 %")],
)
def test_a_probability_is_never_called_certain(value, text):
    assert probability(value) == text


def test_what_it_rests_on_says_whether_it_is_a_sample():
    pair = Pair(3, 4, date(2026, 10, 1), date(2026, 10, 31), 1000, 400, 1000, 400)
    assert (
        rests_on(pair)
        == "1 to 31 Oct 2026 · 1,000 decisions scored by both, 40 % with an outcome · all of those with an outcome"
    )
    assert "a sample of 100 of those" in rests_on(replace(pair, rows=250, labelled_rows=100))


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (Apart(0, 0, 0, 0, 0), "Neither has logged a prediction"),
        (Apart(100, 0, 0, 0, 0), "They disagree on 0 of 100 decisions (0 %)."),
        (Apart(100, 4, 0, 0, 0), "None of these has an outcome yet."),
        (Apart(100, 4, 3, 1, 2), "Of the 3 of these with an outcome, version 4 was right in 2 and version 3 in 1."),
        (Apart(100, 9, 9, 1, 2), "and version 3 in 1, neither in 6."),
        (
            Apart(100, 9, 9, 4, 5, far=7.63),
            "Their predictions differ by more than 7.63 (one standard deviation of what lies between them) on 9 of 100",
        ),
        (
            Apart(4000, 9, 9, 4, 5, known=3632, a_ahead=1235, b_ahead=2397, far=7.63),
            "Version 4 is nearer to the outcome on 66 % of 3,632 decisions, version 3 on 34 %. Their predictions",
        ),
    ],
)
def test_disagreement_says_who_was_right(found, told):
    assert told in apart_words(found, TWO)


@pytest.mark.parametrize(
    ("given", "told"),
    [(("quarter", "4", 30.0, 532.3), "highest quarter, 30 to 532"), (("missing", "", None, None), "(missing)"),
     (("category", "online", None, None), "online"), (("value", "1.0", 1.0, 1.0), "1"),
     (("others", "", None, None), "(all others)")],
)  # fmt: skip
def test_a_segment_has_a_name(given, told):
    assert segment_name(*given) == told


def test_in_the_chart_better_lies_right_of_the_line_whatever_the_metrics_direction():
    shown = differences([AUC, LOSS, turned(LOSS), UNTOLD], "EUR")
    assert [one.difference > 0 for one in shown] == [True, True, False]
    chart = forest(shown, "v3", "v4")
    assert [trace.x[0] > 0 for trace in chart.figure.data] == [False, True, True]  # drawn upwards
    assert chart.figure.layout.yaxis.ticktext[-1].startswith("<b>AUC</b>")
    assert "AUC 0.900 → 0.930, +0.030 (95 % interval +0.020 to +0.040): better" in chart.alt


def test_names_from_outside_are_no_tags_in_the_chart():
    chart = forest(differences([replace(AUC, metric="<b>x</b>")], ""), "v<1>", "v2")
    assert "&lt;b&gt;x" in chart.figure.layout.yaxis.ticktext[0]
    assert chart.figure.layout.annotations[0].text == "← v&lt;1&gt; better"


@pytest.mark.parametrize(
    ("main", "money", "newer", "told"),
    [
        (AUC, WORTH, True, "Yes, as far as these decisions tell."),
        (AUC, WORTH, False, "No."),
        (turned(AUC), turned(WORTH), True, "No."),
        (turned(AUC), turned(WORTH), False, "Yes, as far as these decisions tell."),
        (AUC, turned(WORTH), True, "It depends on what counts."),
        (unsure(AUC), unsure(WORTH), True, "Nothing says so."),
        (unsure(AUC), WORTH, True, "Yes, as far as these decisions tell."),
        (None, None, True, "Not known yet."),
        (UNTOLD, None, False, "Not known yet."),
    ],
)
def test_the_question_whether_it_should_take_over_is_answered(main, money, newer, told):
    assert take_over(main, money, newer=newer) == told


def test_a_yes_that_has_its_price_says_so():
    told = take_over(AUC, WORTH, newer=True, priced=True)
    assert told == "Yes, as far as these decisions tell, but not by every measure."


@pytest.mark.parametrize(
    ("chances", "told"),
    [
        ((0.03, 0.06), "cannot be told apart; version 4 is probably worse."),
        ((0.95, 0.97), "cannot be told apart; version 4 is probably better."),
        ((0.03, 0.97), "cannot be told apart."),
        ((0.4, 0.6), "cannot be told apart."),
    ],
)
def test_what_leans_to_one_side_is_not_called_equal(chances, told):
    main, money = replace(unsure(AUC), b_better=chances[0]), replace(unsure(WORTH), b_better=chances[1])
    assert headline(main, money, (3, 4)).endswith(told)


def test_what_goes_the_other_way_is_said_beside_the_headline():
    worse = replace(turned(AUC), metric="recall")
    assert other_way((AUC, WORTH, worse), (3, 4), "roc_auc").startswith(
        "By other measures version 4 is worse: Recall is"
    )
    assert other_way((AUC, WORTH), (3, 4), "roc_auc") == ""
    assert other_way((AUC, turned(WORTH), worse), (3, 4), "roc_auc") == "", "the headline says both already"
    assert other_way((unsure(AUC), worse), (3, 4), "roc_auc") == ""
