"""The day that docs/value.md works by hand: Watchroom comes to the documented figures from the documented table."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.jobs.profile_room import LogRoom, changed
from tests.jobs.test_money import refresh
from watchroom.domain.value import will_pay_back_on

DOC = (Path(__file__).parents[2] / "docs" / "value.md").read_text()
DAY = "2012-04-03"
MEAN_OF_2011 = 1_243_103 / 8_645


def table() -> pd.DataFrame:
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (\d+) \| (–|\d+) \| (–|\d+) \|$", DOC, re.MULTILINE)
    values = [[0 if cell == "–" else int(cell) for cell in row] for row in rows]
    return pd.DataFrame(values, columns=["hour", "predicted", "rented", "over", "under"])


def documented(label: str) -> float:
    """The bold figure of the part with that name."""
    part = DOC[DOC.index(f"**{label}.**") :].partition("\n\n**")[0]
    found = re.findall(r"\*\*([−\d,.]+)\*\*", part)
    return float(found[-1].replace("−", "-").replace(",", ""))


def value() -> dict[str, Any]:
    found = re.search(r"```yaml\n(value:.*?)```", DOC, re.DOTALL)
    assert found
    return dict(yaml.safe_load(found[1])["value"])


@pytest.fixture
def worked(tmp_path: Path) -> Any:
    """The day as a log, and a reference with the mean of 2011."""
    rows, room = table(), LogRoom(tmp_path / "room")
    at = pd.to_datetime(DAY) + pd.to_timedelta(rows["hour"], unit="h")
    frame = pd.DataFrame({"prediction_id": rows["hour"].map("h{}".format), "timestamp": at, "model_version": 1})
    room.write(frame.assign(hr=rows["hour"], prediction=rows["predicted"].astype(float)), "decisions/a.parquet")
    told = frame[["prediction_id"]].assign(label=rows["rented"].astype(float), known_at=at + pd.Timedelta(hours=1))
    room.write(told, "outcomes/a.parquet")
    reference = pd.DataFrame({"hr": np.arange(100) % 24, "prediction": 1.0, "model_version": 1, "label": MEAN_OF_2011})
    room.write(reference, "reference.parquet")
    decisions = {"score": None, "features": ["hr"], "groups": []}
    room.spec(changed(task="regression", value=value(), decisions=decisions))
    return refresh(room).of(grain="day").iloc[0]


def test_the_table_of_the_day_is_whole_and_adds_up() -> None:
    rows = table()
    assert rows["hour"].tolist() == list(range(24))
    assert (rows["over"] - rows["under"]).tolist() == (rows["predicted"] - rows["rented"]).tolist()
    sums = [f"{rows[name].sum():,}" for name in ("predicted", "rented", "over", "under")]
    assert f"| **together** | {' | '.join(f'**{one}**' for one in sums)} |" in DOC


@pytest.mark.parametrize(
    ("label", "column"),
    [("Worth", "worth"), ("Without the model", "baseline_worth"), ("Benefit", "benefit"), ("Net", "net")],
)
def test_watchroom_comes_to_what_is_worked_by_hand(worked: Any, label: str, column: str) -> None:
    assert worked[column] == pytest.approx(documented(label), abs=0.005)


def test_the_cost_of_the_day_and_its_outcomes_are_those_of_the_text(worked: Any) -> None:
    assert (worked["run_cost"], worked["decisions"], worked["labelled"]) == (30, 24, 24)
    assert np.isnan(worked["estimated_benefit"])
    day = date(2012, 4, 3)
    assert will_pay_back_on(day, 0.0, value()["build_cost"], 30 * worked["net"]) == date(2012, 4, 14)
