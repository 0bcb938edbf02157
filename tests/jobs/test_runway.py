"""Until when a model pays, from its log."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.jobs.profile_room import MODEL, LogRoom, cases, changed
from watchroom.domain.runway import MONTHS_IN_SLOPE_DAYS
from watchroom.jobs.evaluate.step import evaluate
from watchroom.jobs.profile.step import profile_models
from watchroom.jobs.value.money import count_money
from watchroom.jobs.value.runway import find_runway
from watchroom.jobs.value.serving import fill_serving
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.load import load_workspace

DAYS = 56
"""Eight weeks from Monday 2 March 2026."""


def refresh(room: LogRoom) -> tuple[int, dict[str, Any]]:
    store, workspace = StoreFolder(room.folder / "store"), load_workspace(room.folder)
    with refresh_lock(store, 1.0), Draft(store) as draft, DuckDBEngine(draft.spill, memory_mb=512) as engine:
        room._registry(draft)
        profiled = profile_models(draft, workspace, engine)
        evaluate(draft, workspace, profiled.touched, draft.made_at.date())
        fill_serving(draft)
        count_money(draft, workspace, engine)
        changed = find_runway(draft, workspace)
        rows = draft.connection.execute("from value.runway").df().to_dict("records")
        draft.publish()
    return changed, rows[0] if rows else {}


def decaying(room: LogRoom) -> pd.DataFrame:
    """A regression whose errors grow from week to week, with all outcomes."""
    rng = np.random.default_rng(6)
    frame = cases(4000, first=date(2026, 3, 2), days=DAYS).drop(columns=["score", "prediction"])
    week = (frame["timestamp"] - pd.Timestamp("2026-03-02")).dt.days // 7
    real = rng.gamma(3, 8, len(frame))
    frame["prediction"] = real + rng.normal(0, 1, len(frame)) * (4 + week)
    room.write(frame, "decisions/a.parquet")
    told = frame[["prediction_id"]].assign(label=real, known_at=pd.Timestamp("2026-06-01").as_unit("us"))
    room.write(told, "outcomes/a.parquet")
    return frame.assign(week=week, label=real)


def spec(**value: Any) -> dict[str, Any]:
    decisions = {"score": None, "features": ["age"], "groups": []}
    money = {"per_unit_error": {"over": -1, "under": -1}, "baseline": {"constant": 24}, **value}
    monitor = {"performance": {"metric": "mae"}}
    return changed(task="regression", value=money, decisions=decisions, reference=None, monitor=monitor)


@pytest.fixture
def room(tmp_path: Path) -> LogRoom:
    return LogRoom(tmp_path / "room")


def test_a_model_that_gets_worse_has_an_end_and_a_break_even(room: LogRoom) -> None:
    rows = decaying(room)
    room.spec(spec(run_cost_per_month=1000))
    changed_rows, found = refresh(room)
    assert (changed_rows, found["model"], found["version"], found["weeks"]) == (1, MODEL, 1, 8)
    gain = (24 - rows["label"]).abs() - (rows["prediction"] - rows["label"]).abs()
    by_week = gain.groupby(rows["week"]).mean()
    month = (rows["timestamp"] >= "2026-03-28").sum()
    n = rows.groupby("week").size()
    slope, height = np.polyfit(by_week.index * 7, by_week * month, 1, w=np.sqrt(n))
    assert found["net_slope"] == pytest.approx(slope * 30)
    assert found["net_per_month"] == pytest.approx(height + slope * 49 - 1000 * MONTHS_IN_SLOPE_DAYS)
    assert found["net_slope_high"] < 0
    assert found["ends_early"] <= found["ends_on"]
    assert found["metric_now"] < found["break_even_low"] < found["break_even"] < found["break_even_high"]
    assert refresh(room)[0] == 0


def test_a_worth_that_is_not_known_is_said(room: LogRoom) -> None:
    decaying(room)
    room.spec(spec(per_unit_error={"over": -1}))
    assert refresh(room)[1]["reason"] == "`value` in the model's file leaves out `under`."
