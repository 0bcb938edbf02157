"""An alert is said in a sentence that a person on call understands, whatever stands in the data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.ui.sample import HOSTILE
from watchroom.store.queries.alerts import Alert, Surroundings
from watchroom.ui.alerts_words import compared, message, open_for, what

NOW = datetime(2026, 10, 18, 12)
DRIFT = Alert(
    alert_id="a1",
    model="card-fraud",
    version=3,
    signal="drift",
    feature="amount",
    severity="critical",
    since=date(2026, 10, 12),
    raised_at=NOW - timedelta(days=5),
    ended_at=None,
    value=0.412,
    limit=0.3,
    method="wasserstein",
    period_start=date(2026, 10, 12),
    period_end=date(2026, 10, 18),
    n=8123,
    state="open",
    owner="cy@x",
    snoozed_until=None,
    reason=None,
    runbook=None,
    title="Card fraud",
    tier="high",
)
AROUND = Surroundings(
    model="card-fraud",
    title="Card fraud",
    purpose="Stops stolen cards.",
    tier="high",
    affects=("Fraud desk", "Card holders"),
    owners=(("on_call", "cy@x"),),
    runbook=None,
    file="models/card-fraud.yaml",
)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, "`amount` has drifted: Wasserstein 0.41, limit 0.30, since 12 Oct; 7 days to 18 Oct, n 8,123"),
        ({"severity": "warning", "method": "psi"}, "`amount` is on watch: PSI 0.41, limit 0.30, since 12 Oct"),
        ({"feature": "@score", "method": "ks"}, "The score has drifted: KS 0.41"),
        ({"signal": "kpi", "feature": "Fraud caught", "value": 38.2, "limit": 40.0},
         "The KPI `Fraud caught` is beyond its limit week after week: 38.2, limit 40.0"),
        ({"signal": "kpi", "feature": "Fraud caught", "value": 38.2, "limit": 40.0, "severity": "warning"},
         "The KPI `Fraud caught` is beyond its limit: 38.2, limit 40.0, since 12 Oct; 7 days to 18 Oct"),
        ({"signal": "performance", "feature": "roc_auc", "value": 0.781, "limit": 0.8},
         "AUC is failing: 0.78, limit 0.80"),
        ({"signal": "performance", "feature": "rmse", "value": 1834.2, "limit": 1500.0},
         "RMSE is failing: 1,834, limit 1,500"),
        ({"signal": "quality", "severity": "warning", "value": 0.061, "limit": 0.02},
         "`amount` is on watch: 6.1 % missing, unseen or invalid, limit 2.0 %, since"),
        ({"signal": "volume", "feature": "", "value": 40.0, "limit": 100.0},
         "Too few decisions: 40 a day, at least 100 expected"),
        ({"signal": "volume", "feature": "", "value": 0.0, "limit": 100.0, "n": 0, "period_start": date(2026, 10, 14)},
         "No decisions since 13 Oct (5 days), at least 100 a day are expected"),
        ({"since": None, "period_start": None}, "limit 0.30, since unknown"),
        ({"value": None, "limit": None}, "Wasserstein unknown, limit unknown"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence(changed: dict[str, object], sentence: str):
    assert sentence in what(replace(DRIFT, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        (0.412, 0.3, ("0.41", "0.30")),
        (0.3004, 0.3, ("0.3004", "0.3000")),
        (0.3, 0.3, ("0.30", "0.30")),
        (41.26, 35.0, ("41.3", "35.0")),
        (1834.2, 1500.0, ("1,834", "1,500")),
        (float("nan"), 0.3, ("unknown", "0.3")),
    ],
)
def test_a_value_and_its_limit_can_be_told_apart(value: float, limit: float, shown: tuple[str, str]):
    assert compared(value, limit) == shown


def test_how_long_it_lasts_is_counted_from_the_refresh_that_saw_it():
    assert open_for(DRIFT, NOW) == "open for 5 days"
    assert open_for(replace(DRIFT, ended_at=NOW - timedelta(days=2)), NOW) == "lasted 3 days"


def test_the_message_to_those_affected_says_who_what_and_where():
    text = message(DRIFT, AROUND, "cy@x", "https://room/alerts?alert=a1")
    for part in ("Subject: Card fraud: amount has drifted", "Fraud desk and Card holders", "n 8,123", "cy@x",
                 "https://room/alerts?alert=a1", "Stops stolen cards."):  # fmt: skip
        assert part in text
    assert "`" not in text


def test_a_message_of_nobodys_alert_without_known_readers_still_reads():
    text = message(DRIFT, replace(AROUND, affects=(), purpose=None), "", "")
    assert "Card fraud has a problem." in text
    assert "Who has it: nobody yet." in text
    assert "Details" not in text


def test_names_from_outside_stay_on_their_line():
    hostile = replace(DRIFT, feature=HOSTILE, title=HOSTILE, method=HOSTILE)
    assert "\n" not in what(hostile)
    lines = message(hostile, replace(AROUND, title=HOSTILE, affects=(HOSTILE,)), HOSTILE, "").splitlines()
    assert [line.partition(":")[0] for line in lines if line.startswith(("Subject", "What", "Who"))] == [
        "Subject", "What", "What it means", "What the model is for", "Who has it",
    ]  # fmt: skip
