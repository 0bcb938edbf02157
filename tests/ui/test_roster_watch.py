"""The watch roster says of every signal whether it is watched, by whom, and which lines would have it watched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ui.sample import HOSTILE
from tests.ui.sample_alerts import FRAUD, spec
from watchroom.store.queries.roster import Post
from watchroom.ui.roster_watch import SIGNALS, Watch, watches
from watchroom.workspace.load import load_workspace

POST = Post(
    model="m",
    title="M",
    tier="high",
    file="models/m.yaml",
    spec=None,
    runbook="https://wiki/m",
    owners=(("on_call", "cy@x"), ("operations", "op@x")),
    version=3,
    lights=(("drift", "stable"),),
    reason=None,
    features=2,
    own=1,
    reference_rows=5000,
    first_day=date(2026, 1, 1),
    last_day=date(2026, 6, 30),
    usual=240.0,
    labelled=True,
    explained="explained",
    explained_reference=2000,
)
LOG = {"decisions": {"path": "lake/*.parquet", "prediction": "prediction"}}


def of(given: dict[str, Any], **changed: Any) -> dict[str, Watch]:
    found = watches(replace(POST, spec=spec({"model": "m", "task": "regression", **given}), **changed))
    return {watch.signal: watch for watch in found}


def test_a_kpi_without_a_limit_is_not_watched_and_a_model_without_kpis_lacks_none():
    assert not of({"kpis": [{"name": "Caught", "sql": "count(*)"}], **LOG})["kpi"].watched
    assert "kpi" not in of(LOG)


def test_a_model_whose_file_says_all_has_every_signal_watched():
    found = of({**FRAUD, "model": "m", "kpis": [{"name": "Caught", "sql": "count(*)", "limit": 3}]})
    assert [watch.signal for watch in found.values() if watch.watched] == list(SIGNALS)
    assert found["kpi"].what == "Caught: each week against its limit"
    assert found["drift"].what == (
        "PSI of 2 features and 1 signal of its own: watch 0.1, drifted 0.25, 1 feature with limits of their own"
    )
    assert found["performance"].what == "roc_auc: watch 0.86, failing 0.8"
    assert found["volume"].what == "at least 100 decisions a day"
    assert found["explanation"].what == "what drives it each month against the reference: nDCG, watch 0.9"
    assert found["log"].what == "each refresh looks for new files; the last decisions are of 30 Jun 2026"
    assert {watch.light for watch in found.values()} == {"stable", None}


@pytest.mark.parametrize(
    ("owners", "person", "role"),
    [
        ((("on_call", "cy@x"), ("operations", "op@x")), "cy@x", "on_call"),
        ((("business", "ada@x"), ("operations", "op@x")), "op@x", "operations"),
        ((("business", "ada@x"),), None, ""),
        ((), None, ""),
    ],
)
def test_whoever_is_on_call_has_the_signals_else_operations(
    owners: tuple[tuple[str, str], ...], person: str | None, role: str
):
    found = of(LOG, owners=owners)
    assert {(watch.person, watch.role) for watch in found.values()} == {(person, role)}


@pytest.mark.parametrize(
    ("given", "changed", "signal", "why"),
    [
        ({}, {}, "drift", "its file names no log of decisions"),
        ({}, {}, "log", "its file names no log of decisions"),
        (LOG, {}, "drift", "there is no reference to compare with"),
        (LOG, {}, "quality", "there is no reference to compare with"),
        (LOG, {"first_day": None, "last_day": None}, "drift", "there is no reference to compare with"),
        (LOG, {}, "performance", "its file names no outcomes"),
        ({**LOG, "outcomes": {"path": "o.csv"}}, {}, "performance", "no metric has limits"),
        ({**LOG, "outcomes": {"path": "o.csv"}, "monitor": {"performance": {"metric": "bias"}}}, {}, "performance",
         "no metric has limits"),
        ({**LOG, "outcomes": {"path": "o.csv"}, "monitor": {"performance": {"metric": "r2"}}}, {}, "performance",
         "no metric has limits"),
        (LOG, {}, "volume", "no least number of decisions is set; a usual day has 240"),
        (LOG, {"usual": None}, "volume", "no least number of decisions is set"),
    ],
)  # fmt: skip
def test_the_lines_for_a_signal_that_is_not_watched_make_a_right_file(
    tmp_path: Path, given: dict[str, Any], changed: dict[str, Any], signal: str, why: str
):
    found = of(given, **changed)[signal]
    assert not found.watched
    assert found.what == why
    whole = _merged({"model": "m", "task": "regression", **given}, yaml.safe_load(found.lines))
    (tmp_path / "models").mkdir()
    (tmp_path / "watchroom.yaml").write_text("time_zone: UTC\n")
    (tmp_path / "models" / "m.yaml").write_text(yaml.safe_dump(whole))
    assert load_workspace(tmp_path, {}).problems == ()


def _merged(before: dict[str, Any], added: dict[str, Any]) -> dict[str, Any]:
    """What a person has who adds the lines to the file."""
    found = dict(before)
    for key, value in added.items():
        both = isinstance(value, dict) and isinstance(found.get(key), dict)
        found[key] = _merged(found[key], value) if both else value
    return found


def test_a_usual_day_is_halved_for_the_least_number_of_decisions():
    assert yaml.safe_load(of(LOG)["volume"].lines) == {"monitor": {"volume": {"min_per_day": 120}}}


def test_the_first_weeks_of_a_long_log_are_proposed_as_its_reference():
    assert yaml.safe_load(of(LOG)["drift"].lines) == {
        "reference": {"start": date(2026, 1, 1), "end": date(2026, 1, 28)}
    }


def test_a_model_without_a_file_is_told_how_to_begin_one():
    (first, *_) = watches(replace(POST, model=HOSTILE, file=None, spec=None))
    assert first.what == "the model has no file in the workspace"
    assert yaml.safe_load(first.lines)["model"] == HOSTILE
    assert first.file.startswith("models/")
    assert first.file.count("/") == 1


def test_of_a_file_with_a_mistake_nobody_knows_what_is_to_be_watched():
    found = watches(replace(POST, spec=None))
    assert {watch.what for watch in found} == {"its file has a mistake, so nobody knows what is to be watched"}
    assert {watch.lines for watch in found} == {""}


def test_a_reference_that_gave_no_bins_is_not_taken_for_watched():
    found = of({**LOG, "reference": {"path": "r.parquet"}}, features=0)
    assert not found["drift"].watched
    assert found["drift"].what == "the reference or the log gave nothing to compare; Status says why"


@pytest.mark.parametrize(
    ("changed", "why", "lines"),
    [
        ({"explained": None}, "no decision of the version in service is explained", ""),
        ({"explained": "failed", "not_explained": "No file."}, "its decisions cannot be explained: No file.", ""),
        (
            {"explained": "refused", "not_explained": "Its own code."},
            "its decisions cannot be explained: Its own code.",
            "explain:\n  trust: true",
        ),
        ({"explained_reference": 0}, "no row of a reference is explained to compare with", "reference:"),
    ],
    ids=["not yet", "failed", "refused", "no reference"],
)
def test_why_what_drives_a_model_is_not_watched(changed: dict[str, Any], why: str, lines: str):
    found = of(LOG, **changed)["explanation"]
    assert (found.watched, found.what) == (False, why)
    assert found.lines.startswith(lines)
    assert bool(found.lines) == bool(lines)


def test_what_drives_a_model_is_watched_still_when_only_what_is_new_could_not_be_explained():
    assert of(LOG, explained="partial", not_explained="Too slow.")["explanation"].watched
