"""A sample of a log: which decisions it takes, that it takes the same ones again, and what it brings of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.decisions.single_logs import LOG, OUTCOMES, bottom, cases, days_of, files, labels, last_rows, write
from watchroom.errors import SourceError
from watchroom.sources.decisions.contract import DAY_DIGESTS, SINGLES, Files, Search, id_digest, lacking_of
from watchroom.sources.decisions.duckdb_engine import DuckDBEngine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(tmp_path / "spill", memory_mb=256) as engine:
        yield engine


def taken(table: pa.Table, *, by_month: bool = True) -> set[tuple[int, str, str]]:
    form = "%Y-%m" if by_month else ""
    rows = [(one["@version"], one["@decided_at"].strftime(form), one["@id"]) for one in table.to_pylist()]
    assert len(set(rows)) == len(rows)
    return set(rows)


@pytest.mark.parametrize("by_month", [True, False])
@pytest.mark.parametrize("rows", [1, 40, 300, 5000])
def test_a_sample_is_the_ids_that_come_first_by_their_digest(
    engine: DuckDBEngine, tmp_path: Path, rows: int, by_month: bool
):
    frame = cases(6000)
    write(tmp_path, {"decisions/a.parquet": frame[:2500], "decisions/b.parquet": frame[2500:]})
    found = engine.sample(LOG, None, files(engine, tmp_path), days_of(frame), rows, by_month=by_month)
    assert taken(found, by_month=by_month) == bottom(frame, rows, by_month=by_month)


def test_it_is_the_same_however_the_log_is_cut_into_files(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(3000)
    write(tmp_path / "one", {"decisions/a.parquet": frame})
    mixed = frame.sample(frac=1, random_state=2)
    write(tmp_path / "two", {"decisions/z.csv": mixed[:900], "decisions/b.parquet": mixed[900:]})
    one, two = (
        engine.sample(LOG, None, files(engine, tmp_path / name), days_of(frame), 100) for name in ("one", "two")
    )
    assert taken(one) == taken(two)
    assert one["@id"].to_pylist() == two["@id"].to_pylist()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.integers(1, 60), more=st.integers(1, 20), seed=st.integers(0, 5))
def test_further_days_displace_only_whom_they_must(
    engine: DuckDBEngine, tmp_path: Path, rows: int, more: int, seed: int
):
    frame = cases(800, days=10 + more, seed=seed)
    write(tmp_path, {"decisions/a.parquet": frame})
    there = sorted(days_of(frame))
    before, after = (
        taken(engine.sample(LOG, None, files(engine, tmp_path), frozenset(days), rows)) for days in (there[:10], there)
    )
    new = {one for one in after if one[2] not in set(frame[frame["at"].dt.date.isin(there[:10])]["id"])}
    assert before - after == set() or len(before - after) <= len(new)
    assert after <= before | new


def test_an_id_that_comes_several_times_in_a_month_brings_its_last_row(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(400, days=60)
    again = frame.sample(200, random_state=1).assign(amount=lambda told: told["amount"] + 1000)
    again["at"] = again["at"] + pd.to_timedelta(np.arange(200) % 5, unit="D")
    whole = pd.concat([frame, again], ignore_index=True)
    write(tmp_path, {"decisions/a.parquet": whole})
    found = engine.sample(LOG, None, files(engine, tmp_path), days_of(whole), 10_000)
    last = last_rows(whole.assign(month=whole["at"].dt.strftime("%Y-%m")), ("version", "month", "id"))
    assert Counter(zip(found["@id"].to_pylist(), found["amount"].to_pylist(), strict=True)) == Counter(
        zip(last["id"], last["amount"], strict=True)
    )


def test_ids_that_stand_in_the_log_many_times_leave_no_sample_short(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(300, days=28)
    whole = pd.concat([frame] * 40, ignore_index=True)
    write(tmp_path, {"decisions/a.parquet": whole})
    found = engine.sample(LOG, None, files(engine, tmp_path), days_of(whole), 100)
    assert taken(found) == bottom(frame, 100)


def test_a_sample_has_what_the_log_says_of_each_decision(engine: DuckDBEngine, tmp_path: Path):
    frame, told = cases(500), labels(cases(500))
    write(tmp_path, {"decisions/a.parquet": frame, "outcomes/a.parquet": told})
    found = engine.sample(LOG, OUTCOMES, files(engine, tmp_path), days_of(frame), 5000)
    assert found.schema.names == [*SINGLES.names, "amount", "kind", "new", "region"]
    assert found.schema.types[: len(SINGLES)] == SINGLES.types
    assert found.schema.types[len(SINGLES) :] == [pa.float64(), pa.string(), pa.bool_(), pa.string()]
    known = dict(zip(told["id"], told["label"].astype(str), strict=True))
    rows = frame.set_index("id")
    for one in found.to_pylist():
        said = rows.loc[one["@id"]]
        assert one["@decided_at"] == said["at"]
        assert (one["@score"], one["@prediction"]) == (said["score"], str(said["prediction"]))
        assert one["@outcome"] == known.get(one["@id"])
        assert (one["amount"], one["new"], one["region"]) == (said["amount"], said["new"], said["region"])


def test_a_file_without_a_feature_has_none_of_it_and_the_others_keep_their_type(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(200)
    write(
        tmp_path,
        {"decisions/a.parquet": frame[:100].drop(columns=["amount", "kind"]), "decisions/b.parquet": frame[100:]},
    )
    found = engine.sample(LOG, None, files(engine, tmp_path), days_of(frame), 500)
    assert found.schema.field("amount").type == pa.float64()
    assert found["amount"].null_count == 100
    log = replace(LOG, features=(("amount", "number"), ("nowhere", "number")))
    assert engine.sample(log, None, files(engine, tmp_path), days_of(frame), 9)["nowhere"].type == pa.string()


def test_every_row_says_which_columns_its_file_does_not_have(engine: DuckDBEngine, tmp_path: Path):
    odd = 'it\'s, "new"'
    frame = cases(200).assign(**{odd: 1.0})
    write(
        tmp_path,
        {
            "decisions/a.parquet": frame[:50].drop(columns=["region", "amount"]),
            "decisions/b.csv": frame[50:100].drop(columns=odd),
            "decisions/c.parquet": frame[100:],
        },
    )
    log = replace(LOG, features=(("amount", "number"), (odd, "number")), groups=("region",))
    every, days, ids = files(engine, tmp_path), days_of(frame), frame["id"].tolist()
    lacks = [("amount", "region")] * 50 + [(odd,)] * 50 + [()] * 100
    for found in (
        engine.sample(log, None, every, days, 500),
        engine.find(log, None, every, days, ids),
        engine.search(log, None, every, days, Search(), 500),
    ):
        said = zip(found["@id"].to_pylist(), found["@lacking"].to_pylist(), strict=True)
        assert {id: lacking_of(text) for id, text in said} == dict(zip(ids, lacks, strict=True))
        assert found["@lacking"].null_count == 100
    bare = replace(LOG, features=(), groups=())
    assert engine.find(bare, None, every, days, ["d1-3"])["@lacking"].to_pylist() == [None]


def test_files_that_hold_a_column_as_text_and_as_numbers_give_text(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(100).assign(amount=2.5)
    write(tmp_path, {"decisions/a.csv": frame[:50], "decisions/b.parquet": frame[50:].assign(amount=3.0)})
    found = engine.sample(LOG, None, files(engine, tmp_path), days_of(frame), 500)
    assert set(found["amount"].to_pylist()) == {"2.5", "3"}


def test_of_nothing_there_is_an_empty_sample(engine: DuckDBEngine, tmp_path: Path):
    write(tmp_path, {"decisions/a.parquet": cases(10)})
    there = files(engine, tmp_path)
    for some, days in (
        (Files(()), days_of(cases(10))),
        (there, frozenset[date]()),
        (there, frozenset({date(2020, 1, 1)})),
    ):
        found = engine.sample(LOG, None, some, days, 5)
        assert found.num_rows == 0
        assert found.schema.names == [*SINGLES.names, "amount", "kind", "new", "region"]


def test_a_damaged_file_is_named(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(2000)
    write(tmp_path, {"decisions/a.parquet": frame, "decisions/b.parquet": frame})
    there = files(engine, tmp_path)
    damaged = tmp_path / "decisions" / "b.parquet"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:40] + bytes(len(whole) - 3000) + whole[-2960:])
    with pytest.raises(SourceError) as raised:
        engine.sample(LOG, None, there, days_of(frame), 5)
    assert getattr(raised.value, "path", "") == "decisions/b.parquet"
    with pytest.raises(SourceError) as raised:
        engine.sample_table(there.decisions, 5, None)
    assert getattr(raised.value, "path", "") == "decisions/b.parquet"


def test_the_digest_of_an_id_is_that_of_the_text_it_is_read_as(engine: DuckDBEngine, tmp_path: Path):
    frame = cases(60, days=2).assign(id=range(60))
    write(tmp_path, {"decisions/a.parquet": frame[:30].assign(id=lambda told: told["id"].astype(float))})
    write(tmp_path, {"decisions/b.parquet": frame[30:], "decisions/c.csv": frame[:10].assign(id="ü x")})
    found = engine.ids(LOG, files(engine, tmp_path), days_of(frame)).read_all()
    assert found.schema == DAY_DIGESTS
    wanted = {(id_digest(str(number)), at.date()) for number, at in zip(frame["id"], frame["at"], strict=True)}
    wanted |= {(id_digest("ü x"), at.date()) for at in frame["at"][:10]}
    assert Counter(zip(found["digest"].to_pylist(), found["day"].to_pylist(), strict=True)) == Counter(wanted)


def reference(n: int = 900) -> pd.DataFrame:
    return cases(n).drop(columns=["id", "at"]).assign(version=lambda told: told["version"].where(told.index % 7 > 0))


@pytest.mark.parametrize("version", [None, "version"])
def test_a_sample_of_a_reference_takes_whole_rows_of_each_version(
    engine: DuckDBEngine, tmp_path: Path, version: str | None
):
    frame = reference()
    write(tmp_path, {"decisions/a.parquet": frame[:500], "decisions/b.parquet": frame[500:].drop(columns="new")})
    found = engine.sample_table(files(engine, tmp_path).decisions, 100, version)
    assert found.schema.field("@version").type == pa.int32()
    by_version = Counter(found["@version"].to_pylist())
    assert by_version == ({None: 100} if version is None else {1: 100, 2: 100})
    keys = ["score", "amount", "region"]
    assert set(map(tuple, found.select(keys).to_pandas().to_numpy())) <= set(map(tuple, frame[keys].to_numpy()))
    assert found.schema.field("new").type == pa.bool_()


def test_a_sample_of_a_reference_is_the_same_in_any_order_of_its_rows(engine: DuckDBEngine, tmp_path: Path):
    frame = reference()
    write(tmp_path / "one", {"decisions/a.parquet": frame})
    mixed = frame.sample(frac=1, random_state=1)
    write(tmp_path / "two", {"decisions/b.parquet": mixed[:300], "decisions/c.parquet": mixed[300:]})
    one, two = (engine.sample_table(files(engine, tmp_path / name).decisions, 50, "version") for name in ("one", "two"))
    assert one == two


def test_a_reference_of_like_rows_is_not_sampled_beyond_what_is_wanted(engine: DuckDBEngine, tmp_path: Path):
    frame = pd.concat([reference(3)] * 100, ignore_index=True)
    write(tmp_path, {"decisions/a.csv": frame})
    assert engine.sample_table(files(engine, tmp_path).decisions, 7, None).num_rows == 7
    assert engine.sample_table((), 7, None).num_rows == 0
