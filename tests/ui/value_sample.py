"""A room of models that earn and lose money: counts by day, and the money worked out from them in plain pandas."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.helpers.snapshots import publish_rows
from tests.ui.sample import HOSTILE, LONG
from watchroom.workspace.model_file import ModelSpec

TODAY = datetime.now(UTC).date()
"""The day of a test's snapshot, which is made just now."""

Rows = dict[str, list[dict[str, Any]]]

FRAUD_VALUE: Mapping[str, Any] = {
    "true_positive": 110, "false_positive": -40, "false_negative": 0, "true_negative": 0,
    "run_cost_per_month": 900, "build_cost": 20000, "baseline": {"naive": "all_negative"},
}  # fmt: skip
DEMAND_VALUE: Mapping[str, Any] = {
    "per_unit_error": {"over": -0.4, "under": -1.5}, "run_cost_per_month": 300, "build_cost": 500000,
    "baseline": {"naive": "last"},
}  # fmt: skip
FRAUD_WORDS = {"predictions": {"1": "stopped", "0": "let through"}, "outcomes": {"1": "fraud", "0": "genuine"}}
_BINARY = ("tp", "fp", "fn", "tn")


@dataclass(frozen=True)
class Earning:
    """A model that decided for so many days up to yesterday; `skill` is how much of what it should find it finds."""

    model: str
    value: Mapping[str, Any] | None
    task: str = "binary"
    days: int = 200
    per_day: int = 400
    skill: float = 0.7
    fading: float = 0.0
    labelled_after: int = 20
    baseline_counts: bool = True
    answer: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[int, ...] = ()

    @property
    def dates(self) -> list[date]:
        """Its days, the oldest first."""
        return [TODAY - timedelta(self.days - place) for place in range(self.days)]

    def version(self, place: int) -> int:
        """The version in service on its day of that place."""
        return 1 + sum(place >= change for change in self.changes)


FRAUD = Earning("card-fraud", FRAUD_VALUE, answer=FRAUD_WORDS, fading=0.2, changes=(90,))
DEMAND = Earning("retail-demand", DEMAND_VALUE, "regression", answer={"unit": "units"})
LOSING = Earning("losing", {**FRAUD_VALUE, "run_cost_per_month": 4000}, skill=0.1, days=130)
PARTLY = Earning("partly", {"true_positive": 110, "false_positive": -40}, days=70, baseline_counts=False)
COSTS = Earning("ticket-routing", {"run_cost_per_month": 500, "build_cost": 9000}, "multiclass", days=90)
YOUNG = Earning("young", FRAUD_VALUE, days=2, labelled_after=9)
ODD = Earning(
    LONG, FRAUD_VALUE, days=70, answer={"predictions": {"1": HOSTILE, "0": HOSTILE}, "outcomes": {"1": HOSTILE}}
)
SILENT = Earning("silent", None, days=40)
EARNINGS = (FRAUD, DEMAND, LOSING, PARTLY, COSTS, YOUNG, ODD, SILENT)


def counts(plan: Earning) -> pd.DataFrame:
    """What its decisions came to, by day, who and kind, as in `value_counts`."""
    rows: list[dict[str, Any]] = []
    if plan.task == "multiclass" or plan.value is None:
        return pd.DataFrame(rows)
    for place, day in enumerate(plan.dates):
        n = plan.per_day + (37 * place) % 60
        age = (TODAY - day).days
        labelled = n if age > plan.labelled_after else round(n * 0.9 * age / (plan.labelled_after + 1))
        skill = plan.skill - plan.fading * place / plan.days
        for kind, of in (("realized", labelled), ("estimated", n - labelled)):
            for who in ("model", "baseline") if plan.baseline_counts else ("model",):
                made = _binary(of, skill, who) if plan.task == "binary" else _errors(of, skill, who, place)
                if kind == "realized":
                    made = {
                        name: float(round(value)) if plan.task == "binary" else value for name, value in made.items()
                    }
                rows.append({"model": plan.model, "version": plan.version(place), "day": day, "who": who, "kind": kind,
                             "n": of, **made})  # fmt: skip
    return pd.DataFrame(rows)


def _binary(n: float, skill: float, who: str) -> dict[str, float]:
    positive = 0.04 * n
    if who == "baseline":
        return {"tp": 0.0, "fp": 0.0, "fn": positive, "tn": n - positive}
    found, false = skill * positive, 0.01 * n
    return {"tp": found, "fp": false, "fn": positive - found, "tn": n - positive - false}


def _errors(n: float, skill: float, who: str, place: int) -> dict[str, float]:
    size = (1 - skill if who == "model" else 1.0) * 5 * n * (1 + 0.1 * np.sin(place))
    return {"over_sum": 0.6 * size, "under_sum": 0.4 * size}


def money(plan: Earning, given: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """The table `value` of the model, by day, week and month, worked out from the counts in plain pandas."""
    value = dict(plan.value if given is None else given)  # type: ignore[arg-type]
    found = counts(plan)
    days = pd.DataFrame({"day": plan.dates, "decisions": [plan.per_day + 37 * i % 60 for i in range(plan.days)]})
    days = days.set_index("day")
    for column in ("worth", "baseline_worth", "benefit", "estimated_benefit"):
        days[column] = np.nan
    days["labelled"] = 0
    if len(found):
        found["worth"] = _worth(found, value)
        by = found.pivot_table(index="day", columns=["who", "kind"], values=["worth", "n"], aggfunc="sum", dropna=False)
        days["labelled"] = by[("n", "model", "realized")]
        for kind, column in (("realized", "benefit"), ("estimated", "estimated_benefit")):
            some = found[(found["who"] == "model") & (found["kind"] == kind)].set_index("day")
            own, n = some["worth"], some["n"]
            base = found[(found["who"] == "baseline") & (found["kind"] == kind)].set_index("day")["worth"]
            less = base if len(base) and "baseline" in value else 0.0
            days[column] = (own - less).where(n > 0)
            if kind == "realized":
                days["worth"] = own.where(n > 0)
                days["baseline_worth"] = base.where(n > 0) if len(base) and "baseline" in value else np.nan
    cost = value.get("run_cost_per_month")
    days["run_cost"] = np.nan if cost is None else [cost / pd.Timestamp(day).days_in_month for day in days.index]
    return pd.concat([_by(days, grain) for grain in ("day", "week", "month")]).assign(model=plan.model)


def _worth(found: pd.DataFrame, value: Mapping[str, Any]) -> pd.Series[Any]:
    """Unknown as soon as a kind that has counts has no figure."""
    if "per_unit_error" in value:
        unit = value["per_unit_error"]
        return found["over_sum"] * unit["over"] + found["under_sum"] * unit["under"]
    names = dict(zip(_BINARY, ("true_positive", "false_positive", "false_negative", "true_negative"), strict=True))
    total = pd.Series(0.0, index=found.index)
    for column, name in names.items():
        each = value.get(name)
        total += found[column] * (np.nan if each is None else each) if each is not None else (
            found[column].where(found[column] == 0, np.nan)
        )  # fmt: skip
    return total


def _by(days: pd.DataFrame, grain: str) -> pd.DataFrame:
    at = pd.to_datetime(days.index.to_series())
    period = at.dt.to_period({"day": "D", "week": "W", "month": "M"}[grain])
    found = days.groupby(period.to_numpy()).sum(min_count=1)
    found["net"] = found[["benefit", "estimated_benefit"]].sum(axis=1, min_count=1)
    found["net"] = found["net"].fillna(0) - found["run_cost"].fillna(0)
    nothing = found[["benefit", "estimated_benefit", "run_cost"]].isna().all(axis=1)
    found.loc[nothing, "net"] = np.nan
    found["period_start"] = [one.start_time.date() for one in found.index]
    found["period_end"] = [one.end_time.date() for one in found.index]
    return found.reset_index(drop=True).assign(grain=grain)


def spec(plan: Earning) -> ModelSpec:
    """Its file."""
    given: dict[str, Any] = {"model": plan.model, "task": plan.task, "answer": plan.answer}
    given["decisions"] = {"path": "lake/decisions/*.parquet", "prediction": "prediction"}
    given["outcomes"] = {"path": "lake/outcomes/*.parquet"}
    return ModelSpec.model_validate({**given, **({"value": plan.value} if plan.value else {})})


def rows(plans: tuple[Earning, ...] = EARNINGS, *, currency: str | None = "EUR") -> Rows:
    """The rows of the room."""
    workspace = [{"key": "time_zone", "value": "UTC"}] + ([{"key": "currency", "value": currency}] if currency else [])
    found: Rows = {"workspace": workspace, "models": [], "value_serving": [], "value_counts": [], "value": []}
    for plan in plans:
        found["models"].append(
            {"model": plan.model, "title": plan.model.replace("-", " ").capitalize(), "registered": True,
             "task": plan.task, "file": f"models/{plan.model[:20]}.yaml", "spec": spec(plan).model_dump_json()}
        )  # fmt: skip
        found["value_serving"] += [
            {"model": plan.model, "version": plan.version(i), "day": day, "decisions": plan.per_day, "by": "log"}
            for i, day in enumerate(plan.dates)
        ]
        found["value_counts"] += _records(counts(plan))
        if plan.value is not None:
            made = money(plan)
            found["value"] += _records(made)
            weeks = made[made["grain"] == "week"]
            found["value"] += _records(weeks.assign(version=plan.version(plan.days - 1)))  # as if it had led them all
    found["models"].append({"model": "no-file", "title": "No file", "registered": True})
    found["runway"] = [_runway(FRAUD)] if FRAUD in plans else []
    found["performance"] = _metric(FRAUD) if FRAUD in plans else []
    return found


def _metric(plan: Earning) -> list[dict[str, Any]]:
    """Its AUC by week, a little lower each."""
    weeks = sorted({day - timedelta(day.weekday()) for day in plan.dates})
    return [
        {"model": plan.model, "version": plan.version((day - plan.dates[0]).days), "grain": "week", "kind": "realized",
         "period_start": day, "period_end": day + timedelta(6), "metric": "roc_auc", "value": 0.9 - 0.002 * place,
         "status": "stable", "n": 2800, "n_labelled": 2500}
        for place, day in enumerate(weeks[:-2])
    ]  # fmt: skip


def _runway(plan: Earning) -> dict[str, Any]:
    return {
        "model": plan.model, "version": 2, "weeks": 25, "net_per_month": 23500.0, "net_slope": -1560.0,
        "net_slope_low": -2000.0, "net_slope_high": -1100.0, "ends_on": TODAY + timedelta(445),
        "ends_early": TODAY + timedelta(350), "ends_late": TODAY + timedelta(640), "metric": "roc_auc",
        "metric_now": 0.84, "break_even": 0.71, "break_even_low": 0.67, "break_even_high": 0.74,
    }  # fmt: skip


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{key: None if pd.isna(value) else value for key, value in row.items()} for row in frame.to_dict("records")]


def value_room(store: Path, change: Callable[[Rows], None] | None = None, *, currency: str | None = "EUR") -> None:
    """Publish the room; changed by `change` before, if given. As it is, it is made once and copied."""
    if change is None and currency == "EUR":
        shutil.copytree(_published(), store)
        return
    found = rows(currency=currency)
    if change is not None:
        change(found)
    publish_rows(store, found)


@cache
def _published() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="watchroom-value-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    publish_rows(folder / "store", rows())
    return folder / "store"
