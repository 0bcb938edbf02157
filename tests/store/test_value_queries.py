"""The readers of money say what a model earned, and find the pay-back date as its definition has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.snapshots import publish_rows
from tests.ui.value_sample import EARNINGS, FRAUD, LOSING, TODAY, YOUNG, Rows, money, value_room
from watchroom.domain.value import assumptions_of, paid_back_on
from watchroom.store.queries import value as queries
from watchroom.store.snapshot import Snapshot, SnapshotStore
from watchroom.ui.value_figures import answer_of


@contextmanager
def opened(store: Path) -> Iterator[Snapshot]:
    with SnapshotStore(store).lease() as snapshot:
        yield snapshot


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    store = tmp_path_factory.mktemp("value") / "store"
    value_room(store)
    with opened(store) as snapshot:
        yield snapshot


def month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(1)).replace(day=1)


def test_the_answer_is_of_the_last_month_that_is_over(room: Snapshot):
    found = queries.answer(room, model=FRAUD.model)
    assert found is not None
    assert (found.period_start, found.over) == (month_before(TODAY), True)
    months = money(FRAUD)
    row = months[(months["grain"] == "month") & (months["period_start"] == found.period_start)].iloc[0]
    assert found.net == pytest.approx(row["net"])
    assert found.benefit == pytest.approx(row["benefit"])
    assert found.run_cost == pytest.approx(900)


def test_all_is_the_sum_of_its_days(room: Snapshot):
    found = queries.answer(room, model=LOSING.model)
    days = money(LOSING)
    assert found is not None
    assert found.running_net == pytest.approx(days[days["grain"] == "day"]["net"].sum())
    assert (found.first_day, found.last_day) == (LOSING.dates[0], LOSING.dates[-1])


@pytest.mark.skipif(TODAY.day <= 3, reason="a model of two days has a whole month behind it at the start of a month")
def test_a_model_in_its_first_month_answers_for_the_days_so_far(room: Snapshot):
    found = queries.answer(room, model=YOUNG.model)
    assert found is not None
    assert found.over is False
    assert found.period_start == YOUNG.dates[-1].replace(day=1)


def test_every_model_is_answered_by_one_question_as_by_its_own(room: Snapshot):
    every = queries.all_models(room)
    assert all(queries.answer(room, model=model) == found for model, found in every.items())
    assert "silent" not in every


def test_a_model_that_nobody_knows_has_no_answer(room: Snapshot):
    assert queries.answer(room, model="nobody") is None
    assert queries.runway(room, model="nobody") is None
    assert queries.takings(room, model="nobody") == ()


def test_the_versions_in_service_follow_one_another(room: Snapshot):
    first, then = queries.takings(room, model=FRAUD.model)
    assert (first.version, first.before, then.version, then.before) == (1, None, 2, 1)
    assert then.day == FRAUD.dates[90]


def test_counts_of_a_version_in_shadow_are_not_those_of_the_model(tmp_path: Path):
    day = TODAY - timedelta(5)
    own = {"model": "m", "version": 1, "day": day, "who": "model", "kind": "realized", "n": 10, "tp": 4.0}
    publish_rows(
        tmp_path / "store",
        {
            "value_counts": [own, {**own, "version": 2, "tp": 99.0}],
            "value_serving": [{"model": "m", "version": 1, "day": day, "decisions": 10, "by": "registry"}],
        },
    )
    with opened(tmp_path / "store") as snapshot:
        assert list(queries.counts(snapshot, model="m")["tp"]) == [4.0]


def days_of(net: list[float], build_cost: float) -> Rows:
    start = TODAY - timedelta(len(net))
    rows: list[dict[str, Any]] = [
        {"model": "m", "grain": "day", "period_start": day, "period_end": day, "decisions": 1, "labelled": 1,
         "net": one, "benefit": one}
        for day, one in ((start + timedelta(i), one) for i, one in enumerate(net))
    ]  # fmt: skip
    rows.append({"model": "m", "grain": "month", "period_start": start, "period_end": TODAY - timedelta(1), "net": 1.0})
    return {"value": rows, "models": [{"model": "m", "spec": f'{{"value": {{"build_cost": {build_cost}}}}}'}]}


@pytest.mark.parametrize(
    ("net", "cost", "place"),
    [
        ([5, 5, 5], 10, 1),
        ([5, 5, 5], 15, 2),
        ([5, 5, 5], 16, None),
        ([20, -15, 2, 10], 10, 3),
        ([20, -15, 2], 10, None),
        ([5, 5], 0, 0),
    ],
)
def test_it_is_paid_back_from_the_day_on_which_it_stays_so(
    tmp_path: Path, net: list[float], cost: float, place: int | None
):
    publish_rows(tmp_path / "store", days_of(net, cost))
    with opened(tmp_path / "store") as snapshot:
        found = queries.answer(snapshot, model="m")
    assert found is not None
    assert found.paid_back_on == (None if place is None else TODAY - timedelta(len(net) - place))


@settings(max_examples=40)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=30), st.integers(0, 40))
def test_the_pay_back_date_of_the_store_is_that_of_the_definition(net: list[int], cost: int):
    """The store finds it for all models at once; the definition is a function of one."""
    import duckdb

    at = np.arange(len(net)).astype("datetime64[D]")
    defined = paid_back_on(at, np.cumsum(net), float(cost))
    connection = duckdb.connect()
    connection.execute("create table models (model varchar, spec varchar)")
    connection.execute("insert into models values ('m', ?)", [f'{{"value": {{"build_cost": {cost}}}}}'])
    connection.execute(
        """create table value (model varchar, version integer, grain varchar, period_start date, period_end date,
        decisions bigint, labelled bigint, benefit double, estimated_benefit double, run_cost double, net double,
        worth double)"""
    )
    connection.execute(
        "create table value_counts (model varchar, version int, day date, who varchar, kind varchar, n int)"
    )
    connection.execute("create table value_serving (model varchar, version int, day date)")
    rows = [("m", None, "day", day, day, 1, 1, one, None, None, one) for day, one in zip(at.tolist(), net, strict=True)]
    rows.append(("m", None, "month", date(1970, 1, 1), date(1970, 1, 31), 1, 1, 0, None, None, 0))
    connection.executemany("insert into value values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null)", rows)
    found = connection.execute(queries._ANSWERS, {"today": date(2000, 1, 1), "model": None}).fetchall()
    assert found[0][-4] == defined


def test_the_answer_from_periods_is_that_of_the_store(room: Snapshot):
    """A scenario's answer is made from its periods; of the file's own figures it must be the store's."""
    for plan in EARNINGS:
        if plan.value is None:
            continue
        months, days = (queries.periods(room, model=plan.model, grain=grain) for grain in ("month", "day"))
        assumed = assumptions_of(plan.value)
        assert assumed is not None
        made, read = answer_of(plan.model, months, days, assumed, TODAY), queries.answer(room, model=plan.model)
        assert made is not None
        assert read is not None
        assert {**vars(made), "running_net": None} == {**vars(read), "running_net": None}
        assert made.running_net == pytest.approx(read.running_net)


def test_what_is_dated_after_the_snapshot_is_not_read(tmp_path: Path):
    ahead = datetime.now(UTC).date() + timedelta(3)
    publish_rows(
        tmp_path / "store",
        {"value": [{"model": "m", "grain": "day", "period_start": ahead, "period_end": ahead, "net": 5.0}]},
    )
    with opened(tmp_path / "store") as snapshot:
        assert queries.periods(snapshot, model="m", grain="day").empty
