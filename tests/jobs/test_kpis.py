"""KPIs are what plain pandas makes of the raw log, and are worked out anew where something has changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import yaml

from tests.jobs.profile_room import MODEL, LogRoom, cases, changed, labels
from watchroom.domain.periods import span_of
from watchroom.errors import SourceError
from watchroom.jobs.profile.step import profile_models
from watchroom.jobs.value import kpi_model, kpis
from watchroom.jobs.value.formula import BadFormula, read_formula
from watchroom.jobs.value.kpis import KpiResult, work_out_kpis
from watchroom.jobs.value.sandbox import Sandbox
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.workspace.load import load_workspace

CAUGHT = {
    "name": "Caught",
    "sql": "100.0 * count(*) filter (where prediction = 1 and outcome = 1) / nullif(sum(outcome), 0)",
    "unit": "%",
    "target": 50,
    "limit": 30,
    "owner": "o@x",
}
AMOUNT = {"name": "Mean amount", "sql": "avg(amount)", "unit": "EUR", "target": 30, "limit": 40, "better": "lower"}

Serving = Mapping[int, tuple[date, date]]
"""From which to which day, included, a version is in service."""


class Watched(DuckDBEngine):
    """Counts what it reads, and cannot read when told so."""

    read: list[tuple[set[date], list[str]]]
    broken = False

    def joined(self, log, outcomes, files, days, columns, *, repeated):  # type: ignore[no-untyped-def]
        if self.broken:
            raise SourceError("The place cannot be read.", why="It is away.")
        self.read.append((set(days), [name for name, _ in columns]))
        return super().joined(log, outcomes, files, days, columns, repeated=repeated)


@dataclass
class Refreshed:
    result: KpiResult
    values: pd.DataFrame
    runs: pd.DataFrame
    read: list[tuple[set[date], list[str]]]
    changed: bool

    def of(self, kpi: str, grain: str = "day", version: int | None = 1) -> pd.DataFrame:
        """The KPI's rows by first day."""
        table = self.values
        who = table["version"].isna() if version is None else table["version"] == version
        found = table[(table["kpi"] == kpi) & (table["grain"] == grain) & who]
        return found.set_index("period_start").sort_index()

    def run(self, kpi: str) -> Any:
        known = self.runs.astype(object).where(self.runs.notna(), None)
        (one,) = list(known[known["kpi"] == kpi].itertuples())
        return one

    def said(self) -> str:
        return "\n".join(
            f"{one.severity} {one.place}: {one.what} {one.why} {one.next_step}" for one in self.result.problems
        )


def refresh(
    room: LogRoom, serving: Serving | None = None, *, seconds: float = kpis.SECONDS, broken: bool = False
) -> Refreshed:
    """Profile and work out KPIs, as a refresh does, and publish."""
    store, workspace = StoreFolder(room.folder / "store"), load_workspace(room.folder)
    with refresh_lock(store, 1.0), Draft(store) as draft, Watched(draft.spill, memory_mb=512) as engine:
        engine.read, engine.broken = [], broken
        room._registry(draft)
        profile_models(draft, workspace, engine)
        if serving is not None:
            _serve(draft, serving)
        before = draft.is_own("value")
        result = work_out_kpis(draft, workspace, engine, seconds=seconds)
        values, runs = (draft.connection.sql(f"from value.{one}").df() for one in ("kpi_values", "kpi_runs"))
        own = draft.is_own("value") and not before
        draft.publish()
    values["period_start"] = pd.to_datetime(values["period_start"]).dt.date
    values["period_end"] = pd.to_datetime(values["period_end"]).dt.date
    return Refreshed(result, values, runs, engine.read, own)


def _serve(draft: Draft, serving: Serving) -> None:
    with draft.transaction("value"):
        draft.connection.execute("delete from value.value_serving")
        rows = [
            (MODEL, version, first + timedelta(n), 1, "log")
            for version, (first, last) in serving.items()
            for n in range((last - first).days + 1)
        ]
        draft.insert("value_serving", rows)


def spec(*given: dict[str, Any], **sections: Any) -> dict[str, Any]:
    return changed(reference=None, **sections) | {"kpis": list(given)}


@pytest.fixture
def room(tmp_path: Path) -> LogRoom:
    return LogRoom(tmp_path / "room")


FIRST = date(2026, 3, 25)


@pytest.fixture
def served(room: LogRoom) -> pd.DataFrame:
    """Twelve days over the end of a month: version 1, and 2 beside it on the last six; outcomes for most."""
    room.spec(spec(CAUGHT, AMOUNT))
    frame = cases(1200, first=FIRST, days=12)
    frame["amount"] = frame["amount"].where(frame["amount"] < 1e9)
    late = frame[frame["timestamp"] >= "2026-03-31"]
    second = late.assign(model_version=2, prediction=1 - late["prediction"])
    room.write(frame, "decisions/first.parquet")
    room.write(second, "decisions/second.csv")
    room.write(labels(frame), "outcomes/first.parquet")
    return pd.concat([frame, second], ignore_index=True)


SERVING = {1: (FIRST, date(2026, 4, 1)), 2: (date(2026, 4, 2), date(2026, 4, 5))}


def plainly(room: LogRoom, frame: pd.DataFrame, serving: Serving | None = None) -> pd.DataFrame:
    """Decisions with outcome and their periods; with `serving` those of the versions in service."""
    told = pd.concat(pd.read_parquet(file) for file in sorted((room.folder / "lake/outcomes").glob("*")))
    told = told.sort_values("known_at").drop_duplicates("prediction_id", keep="last")
    found = frame.merge(told[["prediction_id", "label"]], on="prediction_id", how="left")
    found["day"] = found["timestamp"].dt.date
    for grain in ("day", "week", "month"):
        found[f"@{grain}"] = [span_of(grain, day)[0] for day in found["day"]]  # type: ignore[arg-type]
    if serving is not None:
        first, last = (found["model_version"].map(lambda one, n=n: serving[one][n]) for n in (0, 1))
        found = found[(found["day"] >= first) & (found["day"] <= last)]
    return found


def caught(some: pd.DataFrame) -> float:
    told = some[some["label"].notna()]
    hits = ((told["prediction"] == 1) & (told["label"] == 1)).sum()
    return 100.0 * hits / told["label"].sum() if told["label"].sum() else float("nan")


def test_the_values_are_what_plain_pandas_makes_of_the_log(room: LogRoom, served: pd.DataFrame):
    found = refresh(room, SERVING)
    assert not found.result.problems
    for version, grain in product((1, 2, None), ("day", "week", "month")):
        some = plainly(room, served, SERVING if version is None else None)
        by = (some if version is None else some[some["model_version"] == version]).groupby(f"@{grain}")
        for kpi, value, n in (
            ("Caught", by.apply(caught), by["label"].count()),
            ("Mean amount", by["amount"].mean(), by.size()),
        ):
            rows = found.of(kpi, grain, version)
            pd.testing.assert_series_equal(rows["value"], value, check_names=False, check_index_type=False)
            assert rows["n"].tolist() == n.tolist()
            assert rows["decisions"].tolist() == by.size().tolist()
            assert rows["period_end"].tolist() == [span_of(grain, day)[1] for day in rows.index]  # type: ignore[arg-type]


def test_decisions_of_the_days_add_up_to_those_of_the_weeks_and_the_months(room: LogRoom, served: pd.DataFrame):
    table = refresh(room, SERVING).values
    sums = table.fillna({"version": 0}).groupby(["kpi", "version", "grain"])[["n", "decisions"]].sum().unstack("grain")
    for count in ("n", "decisions"):
        assert (sums[count]["day"] == sums[count]["week"]).all()
        assert (sums[count]["day"] == sums[count]["month"]).all()
    whole = sums["decisions"]["day"]
    assert whole["Caught", 1] + whole["Caught", 2] == len(served)


def test_the_status_follows_target_and_limit_and_the_way_from_one_to_the_other(room: LogRoom, served: pd.DataFrame):
    found = refresh(room, SERVING).of("Caught", "week", None)
    expected = ["on target" if v >= 50 else "off target" if v >= 30 else "beyond limit" for v in found["value"]]
    assert found["status"].tolist() == expected
    assert set(found["better"]) == {"higher"}


def test_only_the_columns_that_formulas_name_are_read_once_for_all(room: LogRoom, served: pd.DataFrame):
    found = refresh(room, SERVING)
    assert [columns for _, columns in found.read] == [["@prediction", "@outcome", "amount"]]


def test_nothing_is_read_or_written_when_nothing_has_changed(room: LogRoom, served: pd.DataFrame):
    first, second = refresh(room, SERVING), refresh(room)
    assert (second.read, second.changed, second.result.detail) == ([], False, "nothing new")
    pd.testing.assert_frame_equal(first.values, second.values)


def test_a_month_at_a_time_comes_to_the_same(room: LogRoom, served: pd.DataFrame, monkeypatch: pytest.MonkeyPatch):
    at_once = refresh(room, SERVING)
    monkeypatch.setattr(kpi_model, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(kpi_model, "_RULES", "other")
    apart = refresh(room)
    assert len(apart.read) == 2 > len(at_once.read)
    assert all(max(days) - min(days) < timedelta(37) for days, _ in apart.read)
    keys = ["kpi", "version", "grain", "period_start"]
    pd.testing.assert_frame_equal(
        *(one.values.sort_values(keys, ignore_index=True) for one in (at_once, apart)), check_exact=False
    )


def test_a_new_day_makes_only_its_day_week_and_month_due(room: LogRoom, served: pd.DataFrame):
    before = refresh(room, SERVING)
    room.write(cases(80, first=date(2026, 4, 6), seed=4), "decisions/third.parquet")
    found = refresh(room)
    ((days, _),) = found.read
    assert days == {date(2026, 4, day) for day in range(1, 7)}
    old = found.values[found.values["period_start"] < date(2026, 4, 1)]
    pd.testing.assert_frame_equal(
        old.reset_index(drop=True),
        before.values[before.values["period_start"] < date(2026, 4, 1)].reset_index(drop=True),
    )
    assert found.of("Mean amount").loc[date(2026, 4, 6), "decisions"] == 80


def test_a_late_outcome_makes_only_kpis_due_that_ask_for_outcomes(room: LogRoom, served: pd.DataFrame):
    refresh(room, SERVING)
    told = labels(served[(served["timestamp"].dt.date == FIRST) & (served["model_version"] == 1)], share=1.0, seed=3)
    room.write(told.assign(known_at=pd.Timestamp("2026-05-01").as_unit("us")), "outcomes/late.parquet")
    found = refresh(room)
    assert [columns for _, columns in found.read] == [["@prediction", "@outcome"]]
    row = found.of("Caught").loc[FIRST]
    assert row["n"] == row["decisions"]
    assert row["value"] == pytest.approx(caught(plainly(room, served).query("model_version == 1 and day == @FIRST")))


def test_another_target_judges_anew_and_reads_nothing(room: LogRoom, served: pd.DataFrame):
    before = refresh(room, SERVING)
    room.spec(spec(CAUGHT | {"target": 5, "limit": None, "better": "higher"}, AMOUNT))
    found = refresh(room)
    assert found.read == []
    rows = found.of("Caught", "week")
    assert set(rows["status"]) == {"on target"}
    assert set(rows["target"]) == {5}
    assert rows["limit"].isna().all()
    assert rows["value"].tolist() == before.of("Caught", "week")["value"].tolist()
    assert found.run("Caught").digest != before.run("Caught").digest
    assert found.run("Caught").ran_at == before.run("Caught").ran_at


def test_another_formula_reads_the_log_for_that_kpi_alone(room: LogRoom, served: pd.DataFrame):
    before = refresh(room, SERVING)
    room.spec(spec(CAUGHT, AMOUNT | {"sql": "max(age)"}))
    found = refresh(room)
    assert [columns for _, columns in found.read] == [["age"]]
    assert set(found.of("Mean amount", "month")["value"]) <= set(range(60))
    pd.testing.assert_frame_equal(found.of("Caught"), before.of("Caught"))


def test_who_was_in_service_changes_the_models_rows_of_those_days(room: LogRoom, served: pd.DataFrame):
    refresh(room, SERVING)
    longer = {1: (FIRST, date(2026, 4, 2)), 2: (date(2026, 4, 3), date(2026, 4, 5))}
    found = refresh(room, longer)
    assert {day for days, _ in found.read for day in days} == {
        day for day in plainly(room, served)["day"] if day >= date(2026, 3, 30)
    }
    of = plainly(room, served, longer).groupby("day")["amount"].mean()
    pd.testing.assert_series_equal(
        found.of("Mean amount", "day", None)["value"], of, check_names=False, check_index_type=False
    )


def test_days_that_are_gone_take_their_rows_with_them(room: LogRoom, served: pd.DataFrame):
    refresh(room, SERVING)
    (room.folder / "lake/decisions/second.csv").unlink()
    found = refresh(room)
    assert set(found.values["version"].dropna()) == {1}
    assert found.of("Caught", "day", None).index.max() == date(2026, 4, 1)


@pytest.fixture
def broken(room: LogRoom, served: pd.DataFrame) -> Refreshed:
    bad = [
        {"name": "Typo", "sql": "avg(amuont)"},
        {"name": "File", "sql": "max(read_csv('/etc/passwd'))"},
        {"name": "Text", "sql": "avg(kind)"},
        {"name": "Nothing", "sql": "avg(amount) filter (where kind = 'never')"},
        {"name": "Zero", "sql": "sum(amount) / 0"},
    ]
    room.spec(spec(*bad, CAUGHT))
    return refresh(room, SERVING)


def problem(found: Refreshed, kpi: str) -> Problem:
    (one,) = [one for one in found.result.problems if f'"{kpi}"' in one.what]
    return one


def test_one_bad_formula_costs_the_others_nothing(broken: Refreshed):
    assert broken.of("Caught")["value"].notna().any()
    assert set(broken.values["kpi"]) == {"Nothing", "Zero", "Caught"}
    assert broken.runs["error"].notna().sum() == 3


def test_a_wrong_formula_names_its_place_and_the_nearest_column(broken: Refreshed):
    one = problem(broken, "Typo")
    assert (one.place, one.severity, one.model) == ("models/claims.yaml (kpis[0].sql)", "error", MODEL)
    assert "amuont" in one.why
    assert one.next_step == 'Did you mean "amount"?'
    assert broken.run("Typo").next_step == one.next_step
    assert "`read_csv` cannot be used" in problem(broken, "File").why


def test_a_formula_that_gives_nothing_has_no_data_and_one_that_gives_infinity_says_so(broken: Refreshed):
    for kpi in ("Nothing", "Zero"):
        assert broken.of(kpi, "month")["value"].isna().all()
        assert set(broken.of(kpi, "month")["status"]) == {"no data"}
        assert broken.run(kpi).error is None
    assert '"Nothing"' not in broken.said()
    assert "nullif" in problem(broken, "Zero").next_step


def test_what_is_wrong_is_said_again_without_reading_anything(room: LogRoom, broken: Refreshed):
    again = refresh(room)
    assert again.read == []
    assert again.said() == broken.said()
    assert not again.changed


def test_a_mended_formula_has_values_and_a_broken_one_loses_those_of_the_formula_before(
    room: LogRoom, broken: Refreshed
):
    room.spec(spec({"name": "Typo", "sql": "avg(amount)"}, CAUGHT | {"sql": "avg(nowhere)"}))
    found = refresh(room)
    assert set(found.values["kpi"]) == {"Typo"}
    assert found.run("Typo").error is None
    assert set(found.runs["kpi"]) == {"Typo", "Caught"}


def stopped_at_once(*_: object) -> None:
    raise BadFormula("The formula was stopped.", why="It took longer.")


def test_a_formula_that_stops_working_keeps_its_values_and_is_tried_again_when_the_log_changes(
    room: LogRoom, served: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
):
    before = refresh(room, SERVING)
    room.write(cases(30, first=date(2026, 4, 6), seed=4), "decisions/third.parquet")
    usual = Sandbox.values
    monkeypatch.setattr(Sandbox, "values", stopped_at_once)
    stopped = refresh(room)
    assert "It took longer" in stopped.run("Caught").error
    pd.testing.assert_frame_equal(stopped.values, before.values)
    monkeypatch.setattr(Sandbox, "values", usual)
    assert refresh(room).read == []
    room.write(cases(30, first=date(2026, 4, 7), seed=5), "decisions/fourth.parquet")
    found = refresh(room)
    assert found.run("Caught").error is None
    assert date(2026, 4, 6) in found.of("Caught").index
    assert found.result.problems == ()


def test_what_there_is_no_time_for_is_said_and_comes_first_the_next_time(room: LogRoom, served: pd.DataFrame):
    none = refresh(room, SERVING, seconds=-1.0)
    assert none.values.empty
    assert "months left for the next refresh: 4" in none.result.detail
    assert "left for the next refresh" in none.said()
    found = refresh(room)
    assert set(found.values["kpi"]) == {"Caught", "Mean amount"}
    assert found.result.left == 0


def test_the_newest_months_come_first(room: LogRoom, served: pd.DataFrame, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kpi_model, "ROWS_AT_ONCE", 1)
    ticks = iter([0.0, float("inf"), float("inf")])
    monkeypatch.setattr(kpi_model, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    some = refresh(room, SERVING)
    assert set(some.of("Caught", "month").index) == {date(2026, 4, 1)}
    assert some.of("Mean amount", "month").empty  # the time is looked at between formulas too
    monkeypatch.undo()
    monkeypatch.setattr(kpi_model, "ROWS_AT_ONCE", 1)
    found = refresh(room)
    assert set(found.of("Caught", "month").index) == {date(2026, 3, 1), date(2026, 4, 1)}
    assert found.result.left == 0


def test_a_log_that_cannot_be_read_keeps_what_was_said(room: LogRoom, served: pd.DataFrame):
    before = refresh(room, SERVING)
    room.write(cases(30, first=date(2026, 4, 6), seed=4), "decisions/third.parquet")
    found = refresh(room, broken=True)
    pd.testing.assert_frame_equal(found.values, before.values)
    assert "could not be worked out; their values are from before" in found.said()
    assert refresh(room).of("Caught").index.max() == date(2026, 4, 6)


def test_a_kpi_that_is_taken_out_of_the_file_is_gone(room: LogRoom, served: pd.DataFrame):
    refresh(room, SERVING)
    room.spec(spec(AMOUNT, {"name": "Planned", "target": 3}))
    found = refresh(room)
    assert set(found.values["kpi"]) == set(found.runs["kpi"]) == {"Mean amount"}


def test_a_model_whose_file_is_gone_is_forgotten_and_one_with_a_mistake_is_kept(room: LogRoom, served: pd.DataFrame):
    before = refresh(room, SERVING)
    (room.folder / "models/claims.yaml").write_text(f"model: {MODEL}\ntask: nonsense\n")
    pd.testing.assert_frame_equal(refresh(room).values, before.values)
    (room.folder / "models/claims.yaml").unlink()
    found = refresh(room)
    assert found.values.empty
    assert found.runs.empty


def test_a_model_without_decisions_says_so_of_its_kpis_and_not_as_a_problem(room: LogRoom):
    room.spec(spec(CAUGHT, decisions=None, outcomes=None))
    found = refresh(room)
    assert "no decisions" in found.run("Caught").error
    assert found.run("Caught").needs_outcome
    assert found.result.problems == ()


def test_a_model_without_outcomes_says_what_to_fill_in(room: LogRoom, served: pd.DataFrame):
    room.spec(spec(CAUGHT, AMOUNT, outcomes=None))
    found = refresh(room, SERVING)
    assert "has no `outcomes`" in found.run("Caught").error
    assert found.of("Mean amount")["value"].notna().all()


def test_a_column_that_nobody_watches_is_read_and_noticed_when_it_changes(room: LogRoom, served: pd.DataFrame):
    room.spec(
        spec({"name": "Cost", "sql": "sum(cost)"}, {"name": "Hours", "sql": "avg(date_diff('hour', timestamp, paid))"})
    )
    first = served[served["model_version"] == 1]
    extra = first.assign(cost=2.0, paid=first["timestamp"] + pd.Timedelta(hours=3))
    room.write(extra, "decisions/first.parquet")
    (room.folder / "lake/decisions/second.csv").unlink()
    found = refresh(room, SERVING)
    assert found.of("Cost", "month")["value"].sum() == 2.0 * len(first)
    assert set(found.of("Hours")["value"]) == {3.0}
    room.write(extra.assign(cost=5.0), "decisions/first.parquet")
    assert refresh(room).of("Cost", "month")["value"].sum() == 5.0 * len(first)


def test_a_regression_without_a_version_column_works_too(room: LogRoom):
    frame = (
        cases(300, days=3, version=None).rename(columns={"prediction": "guess"}).assign(guess=lambda d: d["age"] / 2)
    )
    told = pd.DataFrame(
        {"prediction_id": frame["prediction_id"], "label": frame["age"].astype(float), "known_at": frame["timestamp"]}
    )
    given = changed(
        reference=None, task="regression", decisions={"version": None, "score": None, "prediction": "guess"}
    )
    room.spec(given | {"kpis": [{"name": "Error", "sql": "avg(abs(prediction - outcome))"}]})
    room.write(frame, "decisions/a.csv")
    room.write(told, "outcomes/a.csv")
    room.champions = ((datetime(2026, 3, 2), 2),)
    found = refresh(room)
    of = frame.assign(day=frame["timestamp"].dt.date).groupby("day")["age"].mean() / 2
    rows = found.values[(found.values["grain"] == "day") & found.values["version"].notna()].groupby("period_start")
    assert rows["decisions"].sum().sum() == 300
    assert (rows["value"].mean() - of).abs().max() < 1.5


DOCS = (Path(__file__).parents[2] / "docs/kpis.md").read_text("utf-8")


def test_every_example_of_the_docs_works_and_stands_as_it_says(room: LogRoom):
    (block,) = re.findall(r"```yaml\n(.*?)```", DOCS, re.S)
    given = yaml.safe_load(block)["kpis"]
    room.spec(changed(reference=None) | {"kpis": given})
    frame = cases(600, days=2)
    extra = frame.assign(paid_at=frame["timestamp"] + pd.Timedelta(hours=5), customer=frame.index % 70)
    room.write(extra, "decisions/a.parquet")
    room.write(labels(frame), "outcomes/a.parquet")
    found = refresh(room)
    assert found.said() == ""
    months = {one["name"]: found.of(one["name"], "month").iloc[0] for one in given}
    assert all(row["value"] == row["value"] for row in months.values())
    assert (months["Hours until paid"]["value"], months["Customers"]["value"]) == (5, 70)
    assert (months["Fraud caught"]["better"], months["Customers"]["status"]) == ("higher", "no target")
    assert months["Middle score"]["n"] == 600 > months["Fraud caught"]["n"]


def test_everything_that_the_docs_call_refused_is(tmp_path: Path):
    (block,) = re.findall(r"```sql\n(.*?)```", DOCS, re.S)
    with Sandbox(tmp_path) as sandbox:
        for line in block.strip().splitlines():
            formula, _, _why = line.partition("  -- ")
            with pytest.raises(BadFormula):
                read_formula(sandbox.connection, formula.strip())
