"""Profiles become drift, quality, performance and one light for each model; only what has changed is judged anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.helpers.profiles import Served, days_from, profile_rows, served_day
from tests.helpers.snapshots import publish_rows
from watchroom.domain.bins import edges_of
from watchroom.domain.periods import Periods
from watchroom.jobs.evaluate.conditions import conditions
from watchroom.jobs.evaluate.performance import performance_of
from watchroom.jobs.evaluate.read import VersionProfile
from watchroom.jobs.evaluate.step import evaluate
from watchroom.jobs.evaluate.trend import age_is_known
from watchroom.jobs.profile.step import Touched
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import TABLES
from watchroom.workspace.load import Workspace, load_workspace
from watchroom.workspace.model_file import ModelSpec

FIRST = date(2026, 3, 2)  # a Monday
TODAY = date(2026, 3, 31)
ALL = Touched(whole=True, days=frozenset(), outcome_days=frozenset())
SPEC = """
model: m
task: binary
decisions: {path: none.parquet, score: score, prediction: prediction}
monitor:
  performance: {metric: roc_auc, watch: 0.97, failing: 0.9}
  volume: {min_per_day: 200}
"""

Query = Callable[[str], list[tuple[Any, ...]]]


@contextmanager
def drafted(folder: Path) -> Iterator[Draft]:
    store = StoreFolder(folder)
    with refresh_lock(store, wait_seconds=5), Draft(store) as draft:
        yield draft


def room(folder: Path, spec: str = SPEC) -> Workspace:
    (folder / "models").mkdir(parents=True, exist_ok=True)
    (folder / "models" / "m.yaml").write_text(spec)
    (folder / "watchroom.yaml").write_text("mlflow: {tracking_uri: sqlite:///none.db}\n")
    return load_workspace(folder)


def month(seed: int = 3, **days: Any) -> dict[date, Served]:
    rng = np.random.default_rng(seed)
    return {day: served_day(rng, 400, **days) for day in days_from(FIRST, 28)}


def reference() -> Served:
    return served_day(np.random.default_rng(1), 20_000)


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Callable[..., Query]]:
    """Evaluate a model with these days; gives a function that asks the draft."""
    opened = []

    def make(
        days: Mapping[date, Served],
        *,
        spec: str = SPEC,
        champion: int | None = 1,
        today: date = TODAY,
        known: Served | None = None,
    ) -> Query:
        tables = profile_rows("m", known or reference(), days)
        if champion is not None:
            tables["aliases"] = [{"name": "m", "alias": "champion", "version": champion}]
        publish_rows(tmp_path / "store", tables)
        manager = drafted(tmp_path / "store")
        draft = manager.__enter__()
        opened.append(manager)
        evaluate(draft, room(tmp_path / "room", spec), {"m": ALL}, today)
        return lambda sql: draft.connection.execute(sql).fetchall()

    yield make
    for manager in opened:
        manager.__exit__(None, None, None)


def light(query: Query) -> dict[str, str]:
    names = ("light", "drift", "quality", "performance", "volume")
    return dict(zip(names, query(f"select {', '.join(names)} from health.health")[0], strict=True))


def test_a_model_like_its_reference_is_stable_in_every_part_and_every_week(judged):
    query = judged(month())
    assert light(query) == dict.fromkeys(("light", "drift", "quality", "performance", "volume"), "stable")
    assert query("select distinct status from health.drift where grain in ('week', 'month')") == [("stable",)]


def test_a_feature_that_moved_turns_the_light_and_names_itself(judged):
    days = {**month(), **dict(list(month(4, shift=1.0).items())[14:])}
    query = judged(days)
    assert light(query)["drift"] == "drifted"
    assert query("select reason from health.health")[0][0].startswith("drifted: x")
    weeks = query("select status from health.drift where feature = 'x' and grain = 'week' order by period_start")
    assert weeks == [("stable",), ("stable",), ("drifted",), ("drifted",)]
    assert query("select distinct status from health.drift where feature = 'idle' and grain = 'week'") == [("stable",)]


def test_a_days_drift_is_the_one_of_that_day_alone(judged):
    days = month()
    query = judged(days)
    (value, n), *_ = query(
        "select value, n from health.drift where feature = 'x' and grain = 'day' order by period_end"
    )
    edges = np.quantile(reference().features["x"], np.arange(1, 10) / 10)
    shares = [
        np.maximum(np.bincount(np.searchsorted(edges, x, side="right"), minlength=10) / len(x), 1e-4)
        for x in (days[FIRST].features["x"], reference().features["x"])
    ]
    assert n == 400
    assert value == pytest.approx(((shares[0] - shares[1]) * np.log(shares[0] / shares[1])).sum(), rel=1e-9)


def test_realized_performance_of_a_week_is_that_of_its_decisions(judged):
    days = month()
    query = judged(days)
    week = [days[day] for day in days_from(FIRST, 7)]
    outcome, score = (np.concatenate([getattr(day, name) for day in week]) for name in ("outcome", "score"))
    ((value, low, high, n, labelled),) = query(
        "select value, low, high, n, n_labelled from health.performance where metric = 'roc_auc' and kind = 'realized' "
        f"and grain = 'week' and period_start = '{FIRST}'"
    )
    assert value == pytest.approx(roc_auc_score(outcome, score), abs=2e-3)
    assert low < value < high
    assert (n, labelled) == (2800, 2800)


def test_performance_that_fell_turns_the_light_with_its_number_of_outcomes(judged):
    query = judged(month(noise=20.0))
    assert light(query)["performance"] == "failing"
    assert "outcomes of the 7 days to 29 Mar 2026" in query("select reason from health.health")[0][0]


def test_without_outcomes_performance_says_so_and_is_estimated(judged):
    query = judged(month(labelled=0.0))
    said = query(
        "select distinct status, reason from health.performance where kind = 'realized' and metric = 'roc_auc'"
    )
    assert said == [("no data", "no outcomes yet")]
    assert light(query)["performance"] == "stable"
    estimated = query(
        "select value from health.performance where kind = 'estimated' and metric = 'roc_auc' and grain = 'month'"
    )
    truth = roc_auc_score(reference().outcome, reference().score)
    assert estimated[0][0] == pytest.approx(truth, abs=0.02)


def test_a_log_that_falls_silent_fails_its_minimum(judged):
    assert light(judged(month(), today=date(2026, 4, 20)))["volume"] == "failing"


def test_a_champion_without_a_decision_is_no_data_and_says_which_version(judged):
    query = judged(month(), champion=7)
    assert query("select version, light, reason from health.health") == [
        (7, "no data", "no decision of version 7 was found")
    ]


def test_without_a_champion_the_newest_version_with_decisions_is_judged(judged):
    assert judged(month(), champion=None)("select version from health.health") == [(1,)]


def test_only_what_has_changed_is_judged_anew(tmp_path: Path):
    publish_rows(tmp_path / "store", profile_rows("m", reference(), month()))
    workspace = room(tmp_path / "room")
    with drafted(tmp_path / "store") as draft:
        assert evaluate(draft, workspace, {"m": ALL}, TODAY).evaluated == 1
        draft.publish()
    with drafted(tmp_path / "store") as draft:
        assert evaluate(draft, workspace, {}, TODAY).evaluated == 0
        assert not draft.is_own("health")
        assert evaluate(draft, workspace, {}, date(2026, 4, 3)).evaluated == 1
        stricter = room(tmp_path / "room", SPEC + "  drift: {watch: 0.05, drifted: 0.06}\n")
        assert evaluate(draft, stricter, {}, date(2026, 4, 3)).evaluated == 1
        assert draft.connection.execute("select count(*), count(distinct model) from health.health").fetchone() == (
            1,
            1,
        )


def test_a_broken_file_keeps_what_was_said_and_a_removed_one_takes_its_rows_along(tmp_path: Path):
    publish_rows(tmp_path / "store", profile_rows("m", reference(), month()))
    with drafted(tmp_path / "store") as draft:
        evaluate(draft, room(tmp_path / "room"), {"m": ALL}, TODAY)
        broken = evaluate(draft, room(tmp_path / "room", SPEC + "nonsense: 1\n"), {}, TODAY)
        assert "m" not in broken.complete
        assert draft.connection.execute("select light from health.health").fetchall() != []
        (tmp_path / "room" / "models" / "m.yaml").unlink()
        evaluate(draft, load_workspace(tmp_path / "room"), {}, TODAY)
        for table in ("health", "drift", "quality", "performance", "health_notes"):
            assert draft.connection.execute(f"select count(*) from health.{table}").fetchone() == (0,)


def test_judging_the_changed_days_alone_gives_what_judging_everything_does(tmp_path: Path):
    days = month()
    changed = [FIRST + timedelta(9), FIRST + timedelta(27)]
    later = {**days, changed[0]: served_day(np.random.default_rng(9), 300, shift=2.0)}
    first = {day: served for day, served in later.items() if day != changed[1]}
    before = {**first, changed[0]: days[changed[0]]}
    workspace = room(tmp_path / "room")
    publish_rows(tmp_path / "whole", profile_rows("m", reference(), later))
    publish_rows(tmp_path / "parts", profile_rows("m", reference(), before))
    with drafted(tmp_path / "whole") as draft:
        evaluate(draft, workspace, {"m": ALL}, TODAY)
        expected = everything(draft)
    with drafted(tmp_path / "parts") as draft:
        evaluate(draft, workspace, {"m": ALL}, TODAY)
        draft.fresh("profile")
        for name, rows in profile_rows("m", reference(), later).items():
            columns = TABLES[name].column_names
            draft.insert(name, [[row.get(column) for column in columns] for row in rows])
        one = Touched(whole=False, days=frozenset(changed), outcome_days=frozenset(changed))
        evaluate(draft, workspace, {"m": one}, TODAY)
        assert everything(draft) == expected


def everything(draft: Draft) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("drift", "quality", "performance", "health", "decay", "alert_scores")
    return {name: draft.connection.execute(f"from health.{name} order by all").fetchall() for name in tables}


def test_a_rule_that_rang_when_performance_fell_is_right_and_one_that_never_rang_missed_it(judged):
    fallen = month(4, shift=1.5, noise=30.0)
    query = judged({**month(), **dict(list(fallen.items())[14:])})
    scores = {
        feature: rest
        for feature, *rest in query(
            'select feature, periods, fell, alarms, "right", precision, recall, best_recall from health.alert_scores'
        )
    }
    assert scores["x"] == [4, 2, 2, 2, 1.0, 1.0, 1.0]
    assert scores["idle"][:6] == [4, 2, 0, 0, None, 0.0]


def test_a_model_that_gets_worse_each_week_has_a_slope_a_date_and_advice(judged):
    rng = np.random.default_rng(8)
    days = {day: served_day(rng, 800, noise=1 + i / 20) for i, day in enumerate(days_from(FIRST, 56))}
    query = judged(days, today=date(2026, 4, 27))
    ((metric, weeks, slope, high, limit, crosses, advised, reasons),) = query(
        "select metric, weeks, slope, slope_high, limit_value, crosses_on, advice, reasons from health.decay"
    )
    assert (metric, weeks) == ("roc_auc", 8)
    assert slope < 0
    assert high < 0
    assert limit == pytest.approx(0.9 * roc_auc_score(reference().outcome, reference().score), abs=2e-3)
    assert crosses is not None
    assert advised in ("plan retraining", "retrain now")
    assert "roc_auc gets worse" in " ".join(reasons)


def test_the_same_months_of_the_reference_take_the_season_out(tmp_path: Path):
    """Cold in March, as in the reference's March, is no drift; against its whole year it is."""
    year = Served({"x": np.concatenate([np.full(500, 0.0) + i for i in range(12)])}, np.array([0.5]), np.array([1.0]))
    march = {
        day: Served({"x": np.full(200, 2.0)}, np.full(200, 0.5), np.full(200, np.nan)) for day in days_from(FIRST, 7)
    }
    tables = profile_rows("m", year, march)
    edges = np.searchsorted(edges_of(year.features["x"]), np.arange(12.0), side="right")
    tables["profile_reference_months"] = [
        {"model": "m", "version": 1, "month": i + 1, "feature": "x", "bin": int(code), "n": 500}
        for i, code in enumerate(edges)
    ]
    publish_rows(tmp_path / "store", tables)
    found = {}
    for name, extra in (("whole", ""), ("months", "  drift: {same_months: true}\n")):
        with drafted(tmp_path / "store") as draft:
            evaluate(draft, room(tmp_path / "room", SPEC + extra), {"m": ALL}, TODAY)
            query = "select status, reference_n from health.drift where feature = 'x' and grain = 'week'"
            found[name] = draft.connection.execute(query).fetchall()
    assert found == {"whole": [("drifted", 6000)], "months": [("stable", 500)]}


def test_a_decision_dated_after_the_refresh_is_told_and_never_hides_what_is_now(tmp_path: Path):
    days = {**month(), **dict(list(month(4, shift=1.0).items())[14:])}
    ahead = {date(2027, 6, 1): served_day(np.random.default_rng(2), 1)}
    publish_rows(tmp_path / "store", profile_rows("m", reference(), {**days, **ahead}))
    with drafted(tmp_path / "store") as draft:
        found = evaluate(draft, room(tmp_path / "room"), {"m": ALL}, TODAY)
        assert draft.connection.execute("select drift, period_end from health.health").fetchall() == [
            ("drifted", date(2026, 3, 29))
        ]
        assert {one.feature for one in conditions(draft, {"m": room(tmp_path / "room").models["m"]}, TODAY)} >= {"x"}
    (problem,) = found.problems
    assert (problem.count, problem.model) == (1, "m")
    assert "2027-06-01" in problem.what


def test_a_model_whose_numbers_cannot_be_judged_costs_the_others_nothing_and_keeps_what_was_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    good = profile_rows("good", reference(), month())
    both = {name: [*rows, *profile_rows("m", reference(), month())[name]] for name, rows in good.items()}
    publish_rows(tmp_path / "store", both)
    folder = tmp_path / "room"
    room(folder)
    (folder / "models" / "good.yaml").write_text(SPEC.replace("model: m", "model: good"))
    with drafted(tmp_path / "store") as draft:
        evaluate(draft, load_workspace(folder), {"m": ALL, "good": ALL}, TODAY)
        said = draft.connection.execute("from health.health where model = 'm'").fetchall()

        def overflow(profile: VersionProfile, spec: ModelSpec, periods: Periods) -> Any:
            if spec.model == "m":
                raise OverflowError("(34, 'Numerical result out of range')")
            return performance_of(profile, spec, periods)

        monkeypatch.setattr("watchroom.jobs.evaluate.step.performance_of", overflow)
        found = evaluate(draft, load_workspace(folder), {"m": ALL, "good": ALL}, TODAY)
        assert found.complete == {"good": 1}
        assert [(problem.model, problem.severity) for problem in found.problems] == [("m", "error")]
        assert draft.connection.execute("from health.health where model = 'm'").fetchall() == said
        monkeypatch.undo()
        again = evaluate(draft, load_workspace(folder), {}, TODAY)
        assert (again.evaluated, again.problems) == (1, ())


def test_a_rule_is_not_scored_by_a_performance_that_has_no_limit(judged):
    """No outcome in the reference: a ratio limits nothing, and no week says that an alarm was false."""
    days = {**month(), **dict(list(month(4, shift=1.5).items())[14:])}
    unlabelled = Served(reference().features, reference().score, np.full(20_000, np.nan))
    query = judged(days, known=unlabelled)
    assert query("select distinct watch from health.performance where metric = 'roc_auc'") == [(None,)]
    assert query("select count(*) from health.alert_scores") == [(0,)]


def test_the_age_of_a_version_that_decided_before_it_was_registered_is_not_said():
    assert age_is_known(datetime(2026, 3, 1, 12), date(2026, 3, 1))
    assert not age_is_known(datetime(2026, 11, 21), date(2026, 3, 1))
    assert not age_is_known(None, date(2026, 3, 1))
