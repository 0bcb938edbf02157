"""What a KPI's formula may say, and that it reaches nothing but the decisions of its period."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from watchroom.domain.kpi import due
from watchroom.jobs.value import sandbox as box
from watchroom.jobs.value.formula import MOST_LETTERS, BadFormula, read_formula, resolved
from watchroom.jobs.value.formula_words import AGGREGATES, SCALARS
from watchroom.jobs.value.sandbox import Sandbox

DAY = date(2026, 3, 2)
(WANTED,) = due([DAY], [DAY])
WHO = (1, "day", DAY)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("spill"), memory_mb=128) as one:
        yield one


def rows(n: int = 4) -> pa.RecordBatchReader:
    """Numbers 1 to n with a class and an outcome."""
    columns = {
        "@version": pa.repeat(pa.scalar(1, pa.int32()), n),
        "@day": pa.repeat(pa.scalar(DAY, pa.date32()), n),
        "amount": pa.array(np.arange(1.0, n + 1)),
        "kind": pa.array(np.array(["a", "b"], dtype=object)[np.arange(n) % 2]),
        "outcome": pa.array(np.arange(n) % 2),
    }
    return pa.table(columns).to_reader()


def value(sandbox: Sandbox, text: str, n: int = 4, seconds: float = 20.0) -> box.Worked:
    """What the formula gives for the day."""
    formula = read_formula(sandbox.connection, text)
    names = {name: f'"{name}"' for name in ("amount", "kind", "outcome")}
    with sandbox.holding(rows(n), names, [(1, DAY)]):
        return sandbox.values(formula, WANTED, seconds)[WHO]


USUAL = {
    "avg(amount)": 2.5,
    "AVG(Amount) -- the mean": 2.5,
    "100.0 * count(*) filter (where amount > 1 and kind = 'a') / count(*)": 25.0,
    "sum(amount) / nullif(sum(outcome), 0)": 5.0,
    "quantile_cont(amount, 0.5)": 2.5,
    "count(distinct kind)": 2.0,
    "avg(case when kind like 'a%' then amount end)": 2.0,
    "avg(abs(amount - outcome))": 2.0,
    "sum(if(amount between 2 and 3, 1, 0))": 2.0,
    "max(amount) - min(amount)": 3.0,
    "count_if(kind in ('a', 'c') or amount is null)": 2.0,
    "round(avg(try_cast(kind as double)), 2)": None,
    "avg(amount::decimal(10, 2))": 2.5,
}


@pytest.mark.parametrize("text", USUAL)
def test_what_people_write_works(sandbox: Sandbox, text: str):
    assert value(sandbox, text).value == USUAL[text]


REFUSED = {
    "amount": "no aggregate",
    "1 + 1": "no aggregate",
    "avg(amount) + amount": "outside of an aggregate",
    "avg(avg(amount))": "within another aggregate",
    "avg(amount), 1": "more than one expression",
    "avg(amount) as mean": "more than one expression",
    "distinct avg(amount)": "more than one expression",
    "avg(amount) union all select 1": "more than one expression",
    "avg(amount) from decisions; drop table decisions": "more than one expression|not SQL",
    "avg(amount)) from decisions; attach 'x.db'; select (1": "not SQL",
    "avg(amount) where true": "not SQL",
    "avg(amount) /*": "not SQL",
    "/* */": "not SQL",
    "": "not SQL",
    "avg(amount)\x00": "control characters",
    "sum(amount) over (order by amount rows unbounded preceding)": "beyond the period",
    "(select max(value) from duckdb_settings())": "query within",
    "max((select content from read_text('/etc/passwd')))": "query within",
    "count(*) filter (where amount in (select amount from decisions))": "query within",
    "max(read_csv('/etc/passwd'))": "`read_csv` cannot be used",
    "count(range(1000000000))": "`range` cannot be used",
    "count(generate_series(1, 1000000000))": "`generate_series` cannot be used",
    "count(unnest([1, 2]))": "`unnest` cannot be used",
    "max(repeat('x', 1000000000))": "`repeat` cannot be used",
    "max(getenv('HOME'))": "`getenv` cannot be used",
    "max(current_setting('temp_directory'))": "`current_setting` cannot be used",
    "max(query('select 1'))": "`query` cannot be used",
    "max(pg_catalog.version())": "`version` cannot be used",
    "main.avg(amount)": "`avg` cannot be used",
    "max(getvariable('x'))": "`getvariable` cannot be used",
    "list(amount)": "`list` cannot be used",
    "string_agg(kind)": "`string_agg` cannot be used",
    "max(kind || kind)": "cannot be used",
    "max(list_transform([1], x -> x))": "cannot be used",
    "max(amount) + $1": "parameter",
    "max(amount) + ?": "parameter",
    "count(#1)": "by its place",
    "approx_quantile(amount, 0.5)": "cannot be used",
    "avg(columns(*))": "all columns",
    "max(decisions.amount)": 'names "decisions.amount"',
    "max(cast(kind as json))": "casts to",
    "max(cast(amount as double[]))": "casts to",
    "max(kind collate nocase) = 'a'": "collation",
    "sleep_ms(10000)": "cannot be used",
    "sum(random())": "`random` cannot be used",
    "max(now())": "`now` cannot be used",
    "not " * 900 + "bool_or(outcome = 1)": "too deeply",
    "abs(" * 900 + "avg(amount)" + ")" * 900: "longer than",
    "(" * 1500 + "avg(amount)" + ")" * 1500: "not SQL",
    "avg(amount)" + " " * MOST_LETTERS: "longer than",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:40])
def test_all_else_is_refused_before_it_runs_and_says_why(sandbox: Sandbox, text: str):
    with pytest.raises(BadFormula, match="cannot be used") as caught:
        read_formula(sandbox.connection, text)
    assert re.search(REFUSED[text], caught.value.why), caught.value.why


DENIED = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "copy (select 1) to '/tmp/x.csv'",
    "attach '/tmp/x.db'",
    "install httpfs",
    "set memory_limit = '64GB'",
    "set enable_external_access = true",
    "pragma temp_directory = '/tmp'",
    "export database '/tmp/x'",
    "select getenv('HOME')",
    "select * from here",
]


@pytest.mark.parametrize("statement", DENIED)
def test_even_sql_that_is_not_checked_reaches_no_file_and_no_setting(sandbox: Sandbox, statement: str):
    here = pa.table({"secret": [1]})  # a name in the caller's frame, which DuckDB would find by itself
    with pytest.raises(duckdb.Error):
        sandbox.connection.execute(statement)
    assert here.num_rows == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("avg(kind)", "avg\\(VARCHAR\\)"),
        ("max(kind)", "a text"),
        ("bool_or(amount > 1)", "true or false"),
        ("max(date '2026-01-01')", "a day"),
        ("max(kind::int)", "cannot be turned"),
        ("sum(amount::tinyint * 100::tinyint)", "too large"),
        ("quantile_cont(amount, 2)", "range"),
    ],
)
def test_a_formula_that_does_not_work_says_so_without_a_value_of_the_log(sandbox: Sandbox, text: str, why: str):
    with pytest.raises(BadFormula, match=why) as caught:
        value(sandbox, text)
    assert "'a'" not in str(caught.value)
    assert value(sandbox, "avg(amount)").value == 2.5  # and the next one works


@pytest.mark.parametrize(
    "text", ["sum(amount) / 0", "-sum(amount) / 0", "sqrt(-1) * 0 + avg(amount)", "avg('nan'::double)"]
)
def test_infinity_and_nan_are_no_value(sandbox: Sandbox, text: str):
    try:
        found = value(sandbox, text)
    except BadFormula:  # the root of a negative number is an error of its own
        assert text.startswith("sqrt")
        return
    assert (found.value, found.odd, found.n) == (None, True, 4)


def test_null_is_no_value_and_nothing_odd(sandbox: Sandbox):
    found = value(sandbox, "sum(amount) / nullif(count(*) - 4, 0)")
    assert (found.value, found.odd, found.n) == (None, False, 4)


def test_a_formula_that_takes_too_long_is_stopped_and_the_next_one_works(sandbox: Sandbox):
    slow = "quantile_cont(" + "sin(" * 40 + "amount" + ")" * 40 + ", 0.5)"
    with pytest.raises(BadFormula, match="took longer than") as caught:
        value(sandbox, slow, 1_000_000, seconds=0.02)
    assert "simpler" in caught.value.next_step
    assert value(sandbox, "avg(amount)").value == 2.5


def test_a_formula_that_takes_too_much_memory_is_stopped_and_the_next_one_works(tmp_path: Path):
    with Sandbox(tmp_path, memory_mb=40) as small, small.holding(rows(2_000_000), {"amount": "amount"}, []):
        with pytest.raises(BadFormula, match="more than 40 MB of memory"):
            small.values(read_formula(small.connection, "median(amount)"), WANTED)
        assert small.values(read_formula(small.connection, "avg(amount)"), WANTED)[WHO].value == 1_000_000.5


def test_spilled_rows_lie_in_the_folder_that_was_given_and_go_away(tmp_path: Path):
    with Sandbox(tmp_path, memory_mb=25) as small, small.holding(rows(2_000_000), {"amount": "amount"}, []):
        lying = sum(file.stat().st_size for file in tmp_path.rglob("*"))
        assert small.values(read_formula(small.connection, "sum(amount)"), WANTED)[WHO].n == 2_000_000
    assert lying > 0
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_a_name_that_there_is_not_offers_the_nearest(sandbox: Sandbox):
    formula = read_formula(sandbox.connection, "avg(amuont)")
    with pytest.raises(BadFormula, match='no column "amuont"') as caught:
        resolved(formula, ["amount", "kind"], {})
    assert caught.value.next_step == 'Did you mean "amount"?'


def test_a_name_of_ours_that_the_model_lacks_says_what_to_fill_in(sandbox: Sandbox):
    formula = read_formula(sandbox.connection, "avg(Outcome)")
    with pytest.raises(BadFormula, match="has no `outcomes`"):
        resolved(formula, ["prediction"], {"outcome": "the model's file has no `outcomes`."})


def test_all_functions_that_may_be_used_are_there(sandbox: Sandbox):
    there = {row[0] for row in sandbox.connection.execute("select function_name from duckdb_functions()").fetchall()}
    told_by_the_parser = {"count_star", "if", "count_if", "//"}
    assert (AGGREGATES | SCALARS) - there <= told_by_the_parser


def test_a_column_is_found_to_the_letter_before_another_of_the_same_letters(sandbox: Sandbox):
    formula = read_formula(sandbox.connection, 'avg("straße")')
    assert resolved(formula, ["strasse", "straße", "Straße"], {}) == ("straße",)
    assert resolved(formula, ["Straße"], {}) == ("Straße",)
    with pytest.raises(BadFormula, match="no column"):
        resolved(formula, ["strasse"], {})


def test_names_that_begin_with_an_at_are_said_to_be_reserved(sandbox: Sandbox):
    formula = read_formula(sandbox.connection, 'avg("@score")')
    with pytest.raises(BadFormula, match="reserved"):
        resolved(formula, ["amount"], {})
