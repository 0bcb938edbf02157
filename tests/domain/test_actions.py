"""What is advised: a table of situations, each with what should be done, and what never goes together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.actions import RULES, advise
from watchroom.domain.actions_situation import Back, Cutoff, Kpi, Month, Rival, Runway, Situation
from watchroom.domain.actions_types import CHANGES, DOES, URGENCIES
from watchroom.domain.duel import WORDS

DOCS = Path(__file__).parents[2] / "docs" / "proposals.md"
TODAY = date(2026, 11, 21)

AGREED = (Kpi("Fraud caught", 60.0, status="on target", value=65.0, n=900),)
SOUND = Situation(
    "card-fraud", TODAY, version=2, task="binary", tier="high", currency="EUR", light="stable", drift="stable",
    quality="stable", performance="stable", volume="stable", decay="keep", decisions=9000, labelled=4000,
    old_decisions=27000, old_labelled=20000, priced=True, kpis=AGREED, since=date(2026, 8, 12),
)  # fmt: skip


def months(*nets: float) -> tuple[Month, ...]:
    """Finished months up to October, one after another."""
    return tuple(Month(date(2026, 11 - len(nets) + place, 1), net, 9000, 8000, 30) for place, net in enumerate(nets))


BETTER = Rival(3, "better", 9025, "AUC is 0.94 against 0.91", (3400.0, 1300.0, 5400.0), "valid")
PERHAPS = replace(BETTER, word="probably better", worth=(900.0, -100.0, 1900.0))
GOOD = Back(1, "not failing on any of 81 judged days while it served")
BEST = Cutoff(23_000, 0.5, 0.877, 4250.0, 2890.0, 5350.0)
OLD = {"decay": "retrain now", "decay_reasons": ("Performance is beyond its failing limit.",)}
ENDS = Runway(date(2027, 1, 10), date(2026, 12, 20), date(2027, 2, 20), 4000.0, -2000.0)
FAILS = {"performance": "failing", "light": "failing", "light_reason": "AUC is 0.7", **OLD}

CASES: Mapping[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "a sound model is kept": ({}, [("keep", "nothing to do")]),
    "what has aged is retrained": (OLD, [("retrain", "now")]),
    "a surely falling metric is planned for": (
        {"decay": "plan retraining", "decay_reasons": ("AUC gets worse.",)}, [("retrain", "soon")]),
    "what stops paying within ninety days is retrained": ({"runway": ENDS}, [("retrain", "soon")]),
    "what may never stop paying is left alone": (
        {"runway": replace(ENDS, ends_late=None)}, [("keep", "nothing to do")]),
    "what stops paying next year is left alone": (
        {"runway": replace(ENDS, ends_on=date(2027, 9, 1))}, [("keep", "nothing to do")]),
    "a cut-off that makes up for the loss comes before retraining": (
        {"runway": replace(ENDS, ends_on=TODAY, net_per_month=-500.0), "cutoff": BEST},
        [("move the threshold", "when convenient")]),
    "what a cut-off by few outcomes would make up for is retrained": (
        {"runway": replace(ENDS, ends_on=TODAY, net_per_month=-500.0), "cutoff": replace(BEST, n=80)},
        [("retrain", "soon")]),
    "a loss that is the cut-off's is not retrained for": (
        {"runway": replace(ENDS, ends_on=TODAY, net_per_month=-4800.0), "cutoff": BEST, "months": months(20_000.0)},
        [("move the threshold", "soon")]),
    "what surely brings money comes before what nobody can put a figure on": (
        {"runway": replace(ENDS, ends_on=TODAY, net_per_month=-4800.0), "cutoff": BEST, "months": months(20_000.0),
         "performance": "watch"}, [("move the threshold", "soon"), ("retrain", "soon")]),
    "a challenger that surely brings more money comes before another cut-off": (
        {"challenger": replace(BETTER, word="probably better"), "cutoff": BEST}, [("promote the challenger", "soon")]),
    "what gets better and is within its limits is not pressing": (
        {**OLD, "improves": True}, [("retrain", "soon")]),
    "what gets better but fails is": ({**OLD, "improves": True, "performance": "failing"}, [("retrain", "now")]),
    "what decides nothing any more is not tuned, retrained or kept": (
        {**FAILS, "silent_days": 31, "challenger": BETTER, "cutoff": BEST, "months": months(-9.0, -9.0, -9.0),
         "kpis": (), "quality": "failing"}, [("retire", "when convenient")]),
    "a silent log that has to have decisions is mended": (
        {"silent_days": 31, "volume": "failing", **OLD}, [("mend what feeds it", "now")]),
    "a month of silence is no end": ({"silent_days": 30}, [("keep", "nothing to do")]),
    "a month with few outcomes is no loss": (
        {"months": (*months(-900.0, -800.0, -700.0)[:2], Month(date(2026, 10, 1), -700.0, 9000, 4499, 31))},
        [("keep", "nothing to do")]),
    "a month of a few days is no loss": (
        {"months": (*months(-900.0, -800.0, -700.0)[:2], Month(date(2026, 10, 1), -700.0, 90, 90, 1))},
        [("keep", "nothing to do")]),
    "a better challenger takes over": ({"challenger": BETTER}, [("promote the challenger", "soon")]),
    "a surely better challenger comes before retraining": (
        {"challenger": BETTER, **OLD}, [("promote the challenger", "soon")]),
    "a surely better challenger is urgent when performance fails": (
        {"challenger": BETTER, **FAILS}, [("promote the challenger", "now")]),
    "a challenger that is only probably better stands beside retraining": (
        {"challenger": PERHAPS, **OLD}, [("retrain", "now"), ("promote the challenger", "when convenient")]),
    "a challenger that is surely worth more does not wait": (
        {"challenger": replace(BETTER, word="probably better")}, [("promote the challenger", "soon")]),
    "a challenger with few outcomes is not promoted": (
        {"challenger": replace(BETTER, n=60)}, [("keep", "nothing to do")]),
    "a worse challenger changes nothing": (
        {"challenger": replace(BETTER, word="worse")}, [("keep", "nothing to do")]),
    "a challenger that depends on what counts is left to people": (
        {"challenger": replace(BETTER, word="depends on what counts")}, [("keep", "nothing to do")]),
    "trouble that began after the change is undone": (
        {**FAILS, "back": GOOD, "failing_since": date(2026, 8, 20)}, [("roll back", "now")]),
    "trouble that began long after the change is not the change's": (
        {**FAILS, "back": GOOD, "failing_since": date(2026, 11, 1)}, [("retrain", "now")]),
    "nobody goes back to what is known to be worse": (
        {**FAILS, "back": replace(GOOD, word="worse", n=900), "failing_since": date(2026, 8, 20)},
        [("retrain", "now")]),
    "an earlier version that is surely better is gone back to": (
        {"back": replace(GOOD, word="better", n=900, worth=(800.0, 200.0, 1400.0))}, [("roll back", "soon")]),
    "an earlier version is better, as far as few outcomes tell": (
        {"back": replace(GOOD, word="better", n=40)}, [("keep", "nothing to do")]),
    "without a known good version failing is retrained": (
        {**FAILS, "failing_since": date(2026, 8, 20)}, [("retrain", "now")]),
    "broken inputs are mended before anything is learnt from them": (
        {**FAILS, "quality": "failing", "cutoff": BEST}, [("mend what feeds it", "now")]),
    "broken inputs are not gone back from": (
        {**FAILS, "quality": "failing", "back": GOOD, "failing_since": date(2026, 8, 20)},
        [("mend what feeds it", "now")]),
    "decisions that fail to come in do not keep it from being retrained": (
        {**OLD, "volume": "failing"}, [("mend what feeds it", "now"), ("retrain", "now")]),
    "another cut-off that surely earns more": (
        {"cutoff": BEST, "months": months(100_000.0)}, [("move the threshold", "when convenient")]),
    "a cut-off that earns a tenth more does not wait": (
        {"cutoff": BEST, "months": months(20_000.0)}, [("move the threshold", "soon")]),
    "a cut-off that may earn less stays": ({"cutoff": replace(BEST, low=-1.0)}, [("keep", "nothing to do")]),
    "a cut-off by few outcomes stays": ({"cutoff": replace(BEST, n=80)}, [("keep", "nothing to do")]),
    "a cut-off that nobody knows is not moved": ({"cutoff": replace(BEST, in_use=None)}, [("keep", "nothing to do")]),
    "three months of loss end it": ({"months": months(5.0, -900.0, -800.0, -700.0)}, [("retire", "soon")]),
    "it is retired or retrained, not both": ({"months": months(-900.0, -800.0, -700.0), **OLD}, [("retire", "soon")]),
    "two months of loss are weather": ({"months": months(5.0, -900.0, -800.0)}, [("keep", "nothing to do")]),
    "a month that is not known breaks the row": (
        {"months": (Month(date(2026, 7, 1), -9.0, 900, 800, 31), *months(-900.0, -800.0))},
        [("keep", "nothing to do")]),
    "a loss that a better version may end is no reason to retire": (
        {"months": months(-900.0, -800.0, -700.0), "challenger": BETTER}, [("promote the challenger", "soon")]),
    "a loss that another cut-off ends is no reason to retire": (
        {"months": months(-900.0, -800.0, -700.0), "cutoff": BEST}, [("move the threshold", "soon")]),
    "a loss that another cut-off only lessens is": (
        {"months": months(-9000.0, -8000.0, -7000.0), "cutoff": BEST}, [("retire", "soon")]),
    "few outcomes are asked for": ({"old_labelled": 200}, [("ask for outcomes", "soon")]),
    "a low tier asks when convenient": (
        {"old_labelled": 200, "tier": "low"}, [("ask for outcomes", "when convenient")]),
    "inputs that drift unseen ask soon": (
        {"old_labelled": 200, "tier": "low", "drift": "drifted", "performance": "no data"},
        [("ask for outcomes", "soon")]),
    "a model in service without decisions asks for them": (
        {"decisions": 0, "old_decisions": 0, "performance": "no data"}, [("ask for outcomes", "soon")]),
    "what was never in service is not nagged for outcomes": (
        {"version": None, "decisions": 0, "old_decisions": 0, "performance": "no data"}, []),
    "no KPI at all": ({"kpis": ()}, [("agree on targets", "when convenient"), ("keep", "nothing to do")]),
    "a KPI that operations have not agreed to": (
        {"kpis": (replace(AGREED[0], missing=("operations",)),)},
        [("agree on targets", "soon"), ("keep", "nothing to do")]),
    "a KPI without a target": (
        {"kpis": (replace(AGREED[0], target=None),)}, [("agree on targets", "soon"), ("keep", "nothing to do")]),
    "nobody said what it is worth": (
        {"priced": False}, [("say what it is worth", "when convenient"), ("keep", "nothing to do")]),
    "several classes have no money to say": ({"priced": False, "task": "multiclass"}, [("keep", "nothing to do")]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=list(CASES))
def test_what_to_do(case: str):
    given_, expected = CASES[case]
    assert [(one.action, one.urgency) for one in advise(replace(SOUND, **given_))] == expected


def test_a_reason_has_its_numbers_and_the_worth_its_interval():
    (promote,) = advise(replace(SOUND, challenger=replace(BETTER, approval="none"), **OLD))
    assert promote.reason == (
        "On 9,025 decisions with an outcome that both scored, version 3 does better than version 2: AUC is 0.94 "
        "against 0.91. A reviewer has to sign it off first. It comes before retraining: a better version is there "
        "already."
    )
    assert promote.worth is not None
    assert (promote.worth.more, promote.worth.low, promote.worth.high) == (3400.0, 1300.0, 5400.0)
    (retire,) = advise(replace(SOUND, months=months(-900.0, -800.0, -700.0)))
    assert "−€900 in August, −€800 in September, −€700 in October (24,000 of 27,000 decisions" in retire.reason
    assert retire.worth is not None
    assert (retire.worth.more, retire.worth.low) == (800.0, None)


def test_the_worth_of_retiring_is_of_the_months_that_are_named():
    (retire,) = advise(replace(SOUND, months=months(-50_000.0, -900.0, -800.0, -700.0)))
    assert retire.worth is not None
    assert retire.worth.more == 800.0
    short = replace(months(-700.0)[0], net=-100.0, days=16)
    (retire,) = advise(replace(SOUND, months=(*months(-900.0, -800.0, -700.0)[:2], short)))
    assert retire.worth is not None
    assert retire.worth.more == pytest.approx((900 * 30 + 800 * 30 + 100 * 16) / 76)


def test_another_version_and_another_cut_off_of_this_one_are_alternatives():
    perhaps = replace(BETTER, word="probably better", worth=(900.0, -100.0, 1900.0))
    found = advise(replace(SOUND, challenger=perhaps, cutoff=BEST))
    assert {one.action for one in found} == {"move the threshold", "promote the challenger"}
    assert all("one of these, not both: 0.877 is version 2's." in one.reason for one in found)
    (first,) = advise(replace(SOUND, challenger=BETTER, cutoff=BEST))
    assert first.reason.endswith("It comes before moving the cut-off: 0.877 would be version 2's, not version 3's.")


def test_another_cut_off_says_its_alerts_and_what_it_leaves_of_a_loss():
    lossy = replace(ENDS, ends_on=TODAY, net_per_month=-4800.0)
    (move,) = advise(replace(SOUND, runway=lossy, cutoff=replace(BEST, alerts=35.2, best_alerts=4.1)))
    assert "Alerts go from 35 to 4 a day." in move.reason
    assert move.reason.endswith("−€4,800 in thirty days; about €550 of it would remain.")


def test_what_decides_nothing_says_since_when_and_has_no_worth():
    (retire,) = advise(replace(SOUND, silent_days=2000, months=months(-900.0, -800.0, -700.0)))
    assert retire.reason.startswith("It has not decided since 31 May 2021, 2,000 days before this refresh.")
    assert retire.worth is None


def test_a_regression_has_no_cut_off_and_unknown_money_is_said():
    (retire,) = advise(replace(SOUND, task="regression", months=months(-900.0, -800.0, -700.0)))
    assert "cut-off" not in retire.reason
    (keep,) = advise(SOUND)
    assert "What it earned in any finished month could not be worked out." in keep.reason


def test_the_inputs_come_first_and_of_sure_money_the_most():
    found = advise(replace(SOUND, volume="failing", performance="failing", challenger=BETTER))
    assert [one.action for one in found][:2] == ["mend what feeds it", "promote the challenger"]


def test_a_kept_model_says_what_it_earned_and_which_target_it_misses():
    missed = replace(AGREED[0], status="beyond limit", value=31.0, limit=40.0, unit="% of fraud")
    (keep,) = advise(replace(SOUND, months=months(4130.0), kpis=(missed,)))
    assert "It earned €4,130 after its costs in October 2026 (8,000 of 9,000 decisions have an outcome)." in keep.reason
    assert "“Fraud caught” is beyond its limit of 40: 31 % of fraud (n = 900)." in keep.reason


def test_what_cannot_be_told_has_no_worth():
    found = advise(replace(SOUND, kpis=(), priced=False, **OLD))
    assert [one.worth for one in found] == [None] * len(found)


LIGHTS = st.sampled_from(["stable", "watch", "failing", "no data"])
MONEY = st.floats(-1e5, 1e5)
INTERVALS = st.tuples(MONEY, MONEY, MONEY).map(lambda found: tuple(sorted(found))).map(lambda s: (s[1], s[0], s[2]))
SITUATIONS = st.builds(
    replace,
    st.just(SOUND),
    quality=LIGHTS,
    performance=LIGHTS,
    volume=LIGHTS,
    drift=st.sampled_from(["stable", "watch", "drifted", "no data"]),
    decay=st.sampled_from(["", "keep", "plan retraining", "retrain now", "ask for outcomes"]),
    failing_since=st.none() | st.dates(date(2026, 8, 1), TODAY),
    challenger=st.none()
    | st.builds(Rival, st.just(3), st.sampled_from(WORDS), st.integers(0, 500), st.just(""), st.none() | INTERVALS),
    back=st.none()
    | st.builds(Back, st.just(1), st.just("good"), st.sampled_from(WORDS), st.integers(0, 500), st.none() | INTERVALS),
    cutoff=st.none()
    | st.builds(Cutoff, st.integers(0, 500), st.none() | st.floats(0, 1), st.floats(0, 1), MONEY, st.none() | MONEY,
                st.none() | MONEY),
    months=st.lists(MONEY, max_size=5).map(lambda nets: months(*nets)),
    runway=st.none() | st.builds(Runway, st.none() | st.dates(TODAY, TODAY + timedelta(400)), st.none(),
                                 st.none() | st.dates(TODAY, TODAY + timedelta(900)), st.none() | MONEY),
    old_labelled=st.integers(0, 27000),
    priced=st.booleans(),
)  # fmt: skip


@given(SITUATIONS)
def test_advice_never_contradicts_itself(situation: Situation):
    found = advise(situation)
    names = [one.action for one in found]
    assert found, "there is always something to say of a model that decides"
    assert len(names) == len(set(names))
    assert not {"retrain", "retire"} <= set(names)
    assert "keep" not in names or not set(names) & {*CHANGES, "ask for outcomes"}
    assert [URGENCIES.index(one.urgency) for one in found] == sorted(URGENCIES.index(one.urgency) for one in found)


@given(SITUATIONS)
def test_nothing_is_changed_on_few_outcomes(situation: Situation):
    named = {one.action for one in advise(situation)}
    if situation.challenger is None or situation.challenger.n < 100:
        assert "promote the challenger" not in named
    if situation.cutoff is None or situation.cutoff.n < 100:
        assert "move the threshold" not in named
    if situation.performance != "failing" and (situation.back is None or situation.back.n < 100):
        assert "roll back" not in named


def test_the_documentation_has_every_rule_as_it_is():
    text = DOCS.read_text(encoding="utf-8")
    for rule in RULES:
        assert f"| {rule.action} | {rule.when} | {rule.urgency} |" in text
    assert {rule.action for rule in RULES} == set(DOES) - {"keep"}
