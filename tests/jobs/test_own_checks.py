"""A check of one's own sees public tables and nothing else, and whatever it does the refresh goes on."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.jobs.own_check_room import VERSIONS, asked, drafted, put
from watchroom.errors import QueryError
from watchroom.jobs.checks import own, own_process
from watchroom.jobs.checks.found import Found
from watchroom.jobs.checks.own_read import BadCheck, read_statement
from watchroom.store.draft import Draft

pytestmark = pytest.mark.long

KNOWN = ("models", "check_subjects", "runs", "kpis")


@pytest.fixture(scope="module")
def parser() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Draft, Path]]:
    folder = tmp_path_factory.mktemp("own")
    (folder / "policies").mkdir()
    (folder / "secret.txt").write_text("not for checks")
    with drafted(folder) as draft:
        yield draft, folder


@pytest.mark.parametrize(
    "text",
    [
        "select model, version, runbook is not null as passes from check_subjects left join models using (model)",
        "with a as (select * from kpis) select s.model, s.version, exists (from a where a.model = s.model) as passes "
        "from check_subjects s",
        "select model, 1 as version, count(*) over (partition by model) > 1 as passes, spec->>'$.a' from models",
        "select model, 1 as version, date_diff('day', read_at, $now) < 3 as passes from models limit 10",
        "select model, version, list_filter([1, 2], lambda n: n > 1)[1] = 2 as passes from check_subjects",
    ],
)
def test_a_statement_over_public_tables_is_read(parser: duckdb.DuckDBPyConnection, text: str) -> None:
    assert set(read_statement(parser, text, KNOWN).tables) <= set(KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "select * from '/etc/passwd'",
        'select * from "/etc/passwd"',
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select content from models, read_blob('/etc/passwd')",
        "select * from models where model in (select content from read_text('/etc/passwd'))",
        "from glob('/*')",
        "select getenv('HOME') from models",
        "select system.main.getenv('HOME') from models",
        "select count(*) filter (where getenv('HOME') = 'x') from models",
        "select row_number() over (order by getenv('HOME')) from models",
        "select list_transform([1], lambda x: getenv('HOME')) from models",
        "select model from models order by getenv('HOME')",
        "select model from models limit (select length(getenv('HOME')))",
        "select * replace (getenv('HOME') as model) from models",
        "values (getenv('HOME'))",
        "with models as (select getenv('HOME') as model) select * from models",
        "select * from models join kpis on getenv('HOME') = 'x'",
        "select current_setting('secret_directory') from models",
        "select getvariable('x') from models",
        "select * from duckdb_secrets()",
        "select * from duckdb_settings()",
        "select * from pragma_database_list",
        "select * from information_schema.tables",
        "select * from sync.sync_state",
        "select * from sync_state",
        "select * from log_files",
        "select * from room.models",
        "from query('select 1')",
        "from query_table('models')",
        "select json_execute_serialized_sql('x')",
        "show tables",
        "describe models",
        "from (summarize models)",
        "copy models to '/tmp/x'",
        "attach '/tmp/x' as x",
        "install httpfs",
        "set threads = 1",
        "create table x as select 1",
        "delete from models",
        "select 1; select 2",
        "select ? from models",
        "select $other from models",
        "with recursive r as (select 1 as a union all select a + 1 from r) select * from r",
        "select * from range(1000000000000)",
        "select unnest(range(1000000000000))",
        "select repeat('x', 1000000000) from models",
        "select lpad('x', 1000000000, 'y') from models",
        "select printf('%1000000000d', 1) from models",
        "select random() from models",
        "select nextval('x')",
        "select x::other.kind from models",
        "select model collate nocase from models",
        "select " + "(" * 5000 + "1" + ")" * 5000,
        "",
        "no sql at all",
    ],
)
def test_anything_else_is_refused_before_it_runs(parser: duckdb.DuckDBPyConnection, text: str) -> None:
    with pytest.raises(BadCheck):
        read_statement(parser, text, KNOWN)


def test_a_statement_of_ones_own_is_asked_of_every_version(room: tuple[Draft, Path]) -> None:
    found = asked(
        *room,
        "sql",
        sql="""
            select s.model, s.version, m.runbook is not null as passes, s.version as value,
                'by ' || s.model as evidence, s.version = 2 as stale
            from check_subjects s join models m using (model) where s.model <> 'gone'; -- the end""",
    )
    assert found == {
        ("churn", 1): Found("pass", "1", "by churn"),
        ("churn", 2): Found("stale", "2", "by churn"),
        ("stock", 1): Found("fail", "1", "by stock"),
    }


def test_the_time_of_a_statement_is_that_of_the_refresh(room: tuple[Draft, Path]) -> None:
    found = asked(*room, "sql", sql="select model, version, true as passes, $now as value from check_subjects")
    assert {one.value for one in found.values()} == {str(room[0].made_at.replace(tzinfo=None))}


@pytest.mark.parametrize("time", ["now()", "timestamptz '2026-01-02 03:04:05+00'", "$now::timestamptz"])
def test_a_time_with_its_zone_is_a_value_like_any_other(room: tuple[Draft, Path], time: str) -> None:
    found = asked(
        *room, "sql", sql=f"select model, version, true as passes, {time} as value from check_subjects; -- it"
    )
    assert {one.measured for one in found.values()} == {"pass"}
    assert all((one.value or "").endswith("+00") for one in found.values())


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("select model, version from check_subjects", "no column passes"),
        ("select model, version, 'yes' as passes from check_subjects", "true, false or nothing"),
        ("select model, 1 as version, true as passes from check_subjects", "more than one row"),
        ("select model, nothing as passes, version from check_subjects", "nothing"),
        ("select model, version, 1 / 0 = cast('x' as int) as passes from check_subjects", "Conversion"),
        ("select * from read_text('/etc/passwd')", "may not|function for rows"),
    ],
)
def test_what_is_wrong_with_a_statement_is_said(room: tuple[Draft, Path], sql: str, why: str) -> None:
    with pytest.raises(QueryError) as caught:
        asked(*room, "sql", sql=sql)
    assert any(part in str(caught.value) for part in why.split("|"))


def test_a_statement_that_takes_too_long_is_stopped(room: tuple[Draft, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "SECONDS", 0.5)
    many = ", ".join("(1)" for _ in range(200))
    rows = f"(select 1 from {', '.join(f'(values {many}) t{number}' for number in range(6))})"
    with pytest.raises(QueryError, match=r"longer than 0\.5 seconds"):
        asked(
            *room, "sql", sql=f"select model, version, (select count(*) from {rows}) > 0 as passes from check_subjects"
        )


def test_a_statement_that_takes_too_much_memory_is_stopped(room: tuple[Draft, Path]) -> None:
    doubled = ", ".join(f"t{n} as (select x || x as x from t{n - 1})" for n in range(1, 34))
    sql = (
        f"with t0 as (select 'xxxxxxxxxxxxxxxx' as x), {doubled} "
        "select 'churn' as model, 1 as version, length(x) > 0 as passes from t33"
    )
    with pytest.raises(QueryError):
        asked(*room, "sql", sql=sql)


def python(room: tuple[Draft, Path], source: str, **more: object) -> dict[tuple[str, int], Found]:
    draft, folder = room
    (folder / "policies" / "mine.py").write_text(source)
    return asked(draft, folder, "python", function="mine.py:check", **more)


def test_a_function_of_ones_own_gets_the_rows_of_each_model(room: tuple[Draft, Path]) -> None:
    put(room[0], "kpis", {"model": "churn", "kpi": "Kept", "position": 1, "target": 3.0})
    found = python(
        room,
        "def check(version, tables):\n"
        "    print('printing is harmless')\n"
        "    if version['version'] == 2:\n"
        "        return None\n"
        "    model, = tables['models']\n"
        "    held = len(tables['kpis'])\n"
        "    return {'passes': model['runbook'] is not None, 'value': held, 'evidence': version['tier']}\n",
        tables=("kpis",),
    )
    assert found[("churn", 1)] == Found("pass", "1", "high")
    assert found[("churn", 2)] == Found("unknown", None, "")
    assert found[("stock", 1)] == Found("fail", "0", "high")


def test_a_function_that_fails_for_one_version_is_unknown_for_that_one(room: tuple[Draft, Path]) -> None:
    found = python(room, "def check(version, tables):\n    return 1 / (version['version'] - 1) > 0\n")
    assert found[("churn", 1)].measured == "unknown"
    assert "ZeroDivisionError" in found[("churn", 1)].evidence
    assert found[("churn", 2)].measured == "pass"


def test_whatever_a_function_raises_is_told_for_that_version_alone(room: tuple[Draft, Path]) -> None:
    found = python(
        room,
        "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\n"
        "def check(version, tables):\n"
        "    if version['model'] == 'stock':\n        raise SystemExit(3)\n"
        "    if version['version'] == 2:\n        raise Odd\n"
        "    return True\n",
    )
    assert found[("churn", 1)].measured == "pass"
    assert found[("churn", 2)].evidence == "It failed: Odd"
    assert found[("stock", 1)].evidence == "It failed: SystemExit: 3"
    with pytest.raises(QueryError, match="more memory"):
        python(room, "def check(version, tables):\n    raise MemoryError\n")


WELL = "def check(version, tables):\n    return True\n"

ATTACKS = {
    "reads a file of the workspace": "open({secret!r}).read()",
    "reads a file of the system": "open('/etc/passwd').read()",
    "lists a folder": "__import__('os').listdir('/')",
    "writes a file": "open({secret!r}, 'w').write('mine')",
    "removes a file": "__import__('os').remove({secret!r})",
    "starts a program": "__import__('subprocess').run(['true'])",
    "forks": "__import__('os').fork()",
    "opens the network": "__import__('socket').create_connection(('127.0.0.1', {port}), 1)",
    "looks at the parent": "open('/proc/{parent}/environ').read()",
    "ends the parent": "__import__('os').kill({parent}, 15)",
    "traces the parent": "__import__('os').open('/proc/{parent}/mem', 2)",
    "asks DuckDB for a file": "__import__('duckdb').sql(\"select * from read_text('/etc/passwd')\").fetchall()",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_function_that_reaches_for_more_gets_nothing(room: tuple[Draft, Path], attack: str) -> None:
    secret = room[1] / "secret.txt"
    with socket.create_server(("127.0.0.1", 0)) as server:
        reach = attack.format(secret=str(secret), port=server.getsockname()[1], parent=os.getpid())
        found = python(room, f"def check(version, tables):\n    {reach}\n    return True\n")
    assert {one.measured for one in found.values()} == {"unknown"}
    assert secret.read_text() == "not for checks"


def test_a_function_knows_no_credentials(room: tuple[Draft, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "hunter2")
    found = python(
        room,
        "import os\ndef check(version, tables):\n    return {'passes': True, 'value': 'hunter2' in str(os.environ)}\n",
    )
    assert found[("churn", 1)].value == "False"


@pytest.mark.parametrize(
    "body",
    [
        "__import__('os')._exit(3)",
        "__import__('ctypes').string_at(0)",
        "[bytearray(2**28) for _ in range(64)]",
        "__import__('os').write(1, b'nonsense' * 100); __import__('os').closerange(0, 64)",
    ],
)
def test_a_function_that_dies_takes_nothing_with_it(room: tuple[Draft, Path], body: str) -> None:
    with contextlib.suppress(QueryError):
        found = python(room, f"def check(version, tables):\n    {body}\n    return True\n")
        assert {one.measured for one in found.values()} == {"unknown"}
    assert {one.measured for one in python(room, WELL).values()} == {"pass"}


def test_a_function_that_never_ends_is_stopped(room: tuple[Draft, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "SECONDS", 0.5)
    with pytest.raises(QueryError, match=r"longer than 0\.5 seconds"):
        python(room, "def check(version, tables):\n    while True: pass\n")


@pytest.mark.parametrize(
    "named", ["../secret.py:check", "/etc/x.py:check", "mine:check:x", "a b:c", "mine.py:check()", ""]
)
def test_a_function_is_read_from_beside_the_policies_alone(room: tuple[Draft, Path], named: str) -> None:
    with pytest.raises(QueryError):
        asked(*room, "python", function=named)


def test_a_link_out_of_the_folder_is_not_followed(room: tuple[Draft, Path]) -> None:
    (room[1] / "elsewhere.py").write_text("def check(version, tables): return True\n")
    (room[1] / "policies" / "linked.py").unlink(missing_ok=True)
    (room[1] / "policies" / "linked.py").symlink_to(room[1] / "elsewhere.py")
    with pytest.raises(QueryError, match="elsewhere"):
        asked(*room, "python", function="linked.py:check")


def test_a_pipe_beside_the_policies_is_not_waited_for(room: tuple[Draft, Path]) -> None:
    os.mkfifo(room[1] / "policies" / "pipe.py")
    with pytest.raises(QueryError, match="not a file"):
        asked(*room, "python", function="pipe.py:check")


def test_a_function_of_an_installed_package_can_be_named(room: tuple[Draft, Path]) -> None:
    found = asked(*room, "python", function="operator:is_")
    assert found == dict.fromkeys(VERSIONS, Found("fail", None, ""))


def test_without_its_limits_no_function_is_run(room: tuple[Draft, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_process, "NEEDED_LIMITS", ("files", "no such limit"))
    monkeypatch.setattr(own_process.OwnProcess, "missing", ("files",))
    monkeypatch.setattr(own_process.OwnProcess, "hold", lambda *_, **__: None)
    with pytest.raises(QueryError, match="cannot confine it"):
        python(room, "def check(version, tables):\n    return True\n")
