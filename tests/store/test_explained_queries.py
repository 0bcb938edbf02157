"""Any choice of explained rows is weighed as pandas weighs it by hand, and drawn the same at each call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.helpers.explained import Explained, explained_rows, month_end, served
from tests.helpers.snapshots import publish_rows
from watchroom.store.queries import explained
from watchroom.store.queries.explained import Choice, Where
from watchroom.store.snapshot import Snapshot, SnapshotStore

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
GIVEN = {None: served(1, 150, None), SEPTEMBER: served(2, 200, SEPTEMBER), OCTOBER: served(3, 120, OCTOBER)}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    store = tmp_path_factory.mktemp("explained") / "store"
    other = {1: {SEPTEMBER: served(9, 80, SEPTEMBER, amount=9.0)}}
    rows = explained_rows("fraud", {1: {OCTOBER: served(8, 70, OCTOBER)}, 2: GIVEN})
    for name, more in explained_rows("other", other).items():
        rows[name] += more
    publish_rows(store, rows)
    with SnapshotStore(store).lease() as found:
        yield found


def frame(months: list[date | None]) -> pd.DataFrame:
    """The rows of these months, an input and its SHAP value beside each other."""
    return pd.concat([_frame(GIVEN[month]) for month in months], ignore_index=True)


def _frame(of: Explained) -> pd.DataFrame:
    start = pd.NaT if of.first is None else pd.Timestamp(of.first)
    step = pd.Timedelta(microseconds=28 * 86_400_000_000 // of.n)
    return pd.DataFrame(
        {
            **of.inputs, **{f"shap {name}": values for name, values in of.shap.items()}, "score": of.score,
            "prediction": of.prediction, "outcome": of.outcome, "output": of.output,
            "at": [start + step * place for place in range(of.n)],
        }
    )  # fmt: skip


def by_hand(rows: pd.DataFrame) -> dict[str, tuple[float, float, int]]:
    return {
        name[5:]: (rows[name].abs().mean(), rows[name].mean(), len(rows))
        for name in rows.columns
        if name.startswith("shap ")
    }


def asked(snapshot: Snapshot, choice: Choice) -> dict[str, tuple[float, float, int]]:
    found = explained.weights(snapshot, choice=choice)
    assert [weight.rank for weight in found] == list(range(1, len(found) + 1))
    assert [weight.mean_abs for weight in found] == sorted((weight.mean_abs for weight in found), reverse=True)
    assert sum(weight.share for weight in found) == pytest.approx(1 if found else 0)
    return {weight.feature: (weight.mean_abs, weight.mean, weight.n) for weight in found}


def choice(first: date | None = SEPTEMBER, last: date | None = None, *where: Where) -> Choice:
    return Choice("fraud", 2, first, last or (None if first is None else month_end(OCTOBER)), where)


CONDITIONS = {
    "a number from": (Where("amount", low=0.5), lambda rows: rows["amount"] >= 0.5),
    "a number to": (Where("amount", high=-0.5), lambda rows: rows["amount"] <= -0.5),
    "a number between": (Where("tenure", -1, 1), lambda rows: rows["tenure"].between(-1, 1)),
    "a known number": (Where("tenure"), lambda rows: rows["tenure"].notna()),
    "a missing number": (Where("tenure", missing="only"), lambda rows: rows["tenure"].isna()),
    "a number or none": (Where("tenure", 0, missing="too"), lambda rows: (rows["tenure"] >= 0) | rows["tenure"].isna()),
    "a category": (Where("region", values=("north", "online")), lambda rows: rows["region"].isin(["north", "online"])),
    "a missing category": (Where("region", missing="only"), lambda rows: rows["region"].isna()),
    "a category or none": (
        Where("region", values=("east",), missing="too"),
        lambda rows: (rows["region"] == "east") | rows["region"].isna(),
    ),
    "a flag": (Where("urgent", 1, 1), lambda rows: rows["urgent"] == 1),
    "a group": (Where("age_band", values=("61+",)), lambda rows: rows["age_band"] == "61+"),
    "the score": (Where("@score", 0.2, 0.6), lambda rows: rows["score"].between(0.2, 0.6)),
    "the prediction": (Where("@prediction", values=("1",)), lambda rows: rows["prediction"] == "1"),
    "the outcome": (Where("@outcome", values=("0",)), lambda rows: rows["outcome"] == "0"),
    "no outcome yet": (Where("@outcome", missing="only"), lambda rows: rows["outcome"].isna()),
    "the output": (Where("@output", low=0), lambda rows: rows["output"] >= 0),
}  # fmt: skip


class TestWeights:
    @pytest.mark.parametrize("months", [[SEPTEMBER], [OCTOBER], [SEPTEMBER, OCTOBER], [None]])
    def test_of_months_and_of_the_reference(self, snapshot: Snapshot, months: list[date | None]):
        first, last = months[0], months[-1]
        wanted = choice(first, None if last is None else month_end(last))
        found = asked(snapshot, wanted)
        for name, expected in by_hand(frame(months)).items():
            assert found[name] == pytest.approx(expected)

    def test_of_any_days_across_a_month(self, snapshot: Snapshot):
        first, last = date(2026, 9, 20), date(2026, 10, 3)
        rows = frame([SEPTEMBER, OCTOBER])
        rows = rows[(rows["at"] >= pd.Timestamp(first)) & (rows["at"] < pd.Timestamp(last + timedelta(1)))]
        found = asked(snapshot, choice(first, last))
        assert 0 < len(rows) < 320
        for name, expected in by_hand(rows).items():
            assert found[name] == pytest.approx(expected)

    @pytest.mark.parametrize("name", CONDITIONS)
    def test_of_what_fits_a_condition(self, snapshot: Snapshot, name: str):
        where, fits = CONDITIONS[name]
        rows = frame([SEPTEMBER, OCTOBER])
        rows = rows[fits(rows)]
        wanted = choice(SEPTEMBER, None, where)
        assert 0 < len(rows) < 320
        assert explained.size(snapshot, choice=wanted).n == len(rows)
        found = asked(snapshot, wanted)
        for feature, expected in by_hand(rows).items():
            assert found[feature] == pytest.approx(expected)

    def test_of_several_conditions_all_hold(self, snapshot: Snapshot):
        wheres = [CONDITIONS[name] for name in ("a number from", "a category or none", "the score")]
        rows = frame([None])
        for _, fits in wheres:
            rows = rows[fits(rows)]
        found = asked(snapshot, choice(None, None, *(where for where, _ in wheres)))
        assert found["amount"] == pytest.approx(by_hand(rows)["amount"])

    def test_nothing_drives_no_rows(self, snapshot: Snapshot):
        nobody = choice(SEPTEMBER, None, Where("amount", low=1e9))
        assert explained.weights(snapshot, choice=nobody) == ()
        assert explained.size(snapshot, choice=nobody).n == 0

    def test_a_column_of_groups_has_no_weight(self, snapshot: Snapshot):
        assert "age_band" not in asked(snapshot, choice())


class TestValues:
    def test_every_row_of_a_choice_that_is_not_larger_than_the_limit(self, snapshot: Snapshot):
        found = explained.values(snapshot, choice=choice(), features=("amount", "region"), limit=1000)
        rows = frame([SEPTEMBER, OCTOBER])
        amount, region = (found[found["feature"] == name] for name in ("amount", "region"))
        np.testing.assert_allclose(amount["value"], rows["amount"])
        np.testing.assert_allclose(amount["shap"], rows["shap amount"])
        assert list(region["text"].fillna("none")) == list(rows["region"].fillna("none"))

    def test_a_sample_is_the_same_rows_for_every_input_and_at_every_call(self, snapshot: Snapshot):
        one = explained.values(snapshot, choice=choice(), features=("amount", "region"), limit=40)
        again = explained.values(snapshot, choice=choice(), features=("amount", "region"), limit=40)
        pd.testing.assert_frame_equal(one, again)
        by_input = one.groupby("feature")["row"].agg(list)
        assert by_input["amount"] == by_input["region"]
        assert len(by_input["amount"]) == 40
        rows = explained.rows(snapshot, choice=choice(), limit=40)
        assert sorted(rows["row"]) == sorted(by_input["amount"])

    def test_a_sample_is_spread_over_the_choice(self, snapshot: Snapshot):
        rows = explained.rows(snapshot, choice=choice(), limit=100)
        share = (rows["decided_at"] < pd.Timestamp(OCTOBER)).mean()
        assert 0.4 < share < 0.85

    def test_values_add_up_to_the_output_of_their_row(self, snapshot: Snapshot):
        wanted = choice(None, None)
        names = explained.inputs_of(explained.columns(snapshot, model="fraud", version=2))
        values = explained.values(snapshot, choice=wanted, features=names, limit=1000)
        rows = explained.rows(snapshot, choice=wanted, limit=1000).set_index("row")
        total = values.groupby("row")["shap"].sum() + rows["base_value"]
        np.testing.assert_allclose(total, rows["output"])


def test_columns_say_what_can_be_chosen(snapshot: Snapshot):
    found = {column.name: column for column in explained.columns(snapshot, model="fraud", version=2)}
    rows = frame([None, SEPTEMBER, OCTOBER])
    assert {name: found[name].kind for name in ("amount", "urgent", "region", "age_band")} == {
        "amount": "number", "urgent": "flag", "region": "category", "age_band": "category",
    }  # fmt: skip
    assert [column.name for column in found.values() if not column.is_input] == ["age_band"]
    assert (found["amount"].low, found["amount"].high) == pytest.approx((rows["amount"].min(), rows["amount"].max()))
    assert found["tenure"].missing == rows["tenure"].isna().sum()
    assert found["region"].n == len(rows)
    assert list(found["region"].categories) == sorted(
        rows["region"].dropna().unique(), key=lambda name: (-(rows["region"] == name).sum(), name)
    )


def test_answers_are_those_that_occur(snapshot: Snapshot):
    assert set(explained.answers(snapshot, model="fraud", version=2, column="@outcome")) == {"0", "1"}
    assert explained.answers(snapshot, model="nobody", version=1, column="@prediction") == ()


def test_a_name_with_quotes_in_it_is_only_a_name(snapshot: Snapshot, tmp_path: Path):
    odd = Where("x'; drop table models; --", low=0)
    assert explained.size(snapshot, choice=choice(SEPTEMBER, None, odd)).n == 0
