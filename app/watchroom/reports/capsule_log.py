"""The script of an incident capsule that fetches the decisions of its window from the log itself.

The snapshot holds counts, never rows. What comes from outside stands in the script as a literal, its columns as quoted
identifiers; the script needs nothing but Python and the `duckdb` package.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pprint import pformat

from watchroom.domain.periods import CURRENT_DAYS
from watchroom.store.queries.alerts import Alert
from watchroom.store.queries.incident import Reign
from watchroom.workspace.model_file import Decisions, ModelSpec, Outcomes

FETCH = "fetch_rows.py"

_SCRIPT = '''"""The decisions of this incident's window, from the log: python {name} [WORKSPACE] [OUT.csv]

Each id once for its day, the last row of several, as Watchroom counts them. Times are read as UTC without a zone.
"""

import glob
import sys
from pathlib import Path

import duckdb

WORKSPACE = Path(sys.argv[1] if len(sys.argv) > 1 else {folder})
OUT = sys.argv[2] if len(sys.argv) > 2 else "rows.csv"
EXPECTED = {expected}  # decisions that the snapshot counted in the window; None when it did not say
DECISIONS = {decisions}
OUTCOMES = {outcomes}


def table(patterns, nothing=""):
    """The files of some globs as one table: Parquet as it is, CSV with every column as text; else `nothing`."""
    whole = [p if "://" in p else str(Path(glob.escape(str(WORKSPACE))) / p) for p in patterns]
    files = [f for p in whole for f in ([p] if "://" in p else sorted(glob.glob(p, recursive=True)))]
    parquet = [f for f in files if f.lower().endswith((".parquet", ".pq", ".parq"))]
    csv = [f for f in files if f not in parquet]
    parts = []
    if parquet:
        parts.append(f"select * from read_parquet({{literal(parquet)}}, union_by_name = true, filename = '__file')")
    if csv:
        parts.append(
            f"select * from read_csv({{literal(csv)}}, union_by_name = true, filename = '__file', header = true, "
            "all_varchar = true)"
        )
    if not parts and nothing:
        return nothing
    if not parts:
        sys.exit(f"No file of {{patterns}} is in {{WORKSPACE}}.")
    return " union all by name ".join(parts)


def literal(texts):
    """A list of texts in SQL."""
    return "[" + ", ".join("'" + text.replace("'", "''") + "'" for text in texts) + "]"


QUERY = {query}

connection = duckdb.connect()
connection.execute("set TimeZone = 'UTC'")
query = QUERY.replace("«decisions»", table(DECISIONS))
if OUTCOMES:
    query = query.replace("«outcomes»", table(OUTCOMES, {none_known}))
connection.execute("create table rows as " + query)
connection.execute("copy rows to '" + OUT.replace("'", "''") + "' (header)")
found = connection.execute("select count(*) from rows").fetchone()[0]
print(f"{{found:,}} decisions in {{OUT}}" + (f"; the snapshot counted {{EXPECTED:,}}" if EXPECTED is not None else ""))
'''

_QUERY = """
with log as («decisions»),
decisions as (
    select *, cast(try_cast({time} as timestamptz) as timestamp) as __at from log
),
dated as (select *, cast(__at as date) as __day, {version} as __version from decisions),
kept as (
    select *, row_number() over (partition by {id}, __day order by __at desc, __file desc) as __nth
    from dated
    where __day between date '{first}' and date '{last}' and {id} is not null and {only}
)
select kept.* exclude (__at, __day, __file, __nth, __version){with_outcome}
from kept{join}
where __nth = 1 order by kept.__at, cast(kept.{id} as varchar)
"""

_JOIN = """
left join (
    select * from («outcomes»)
    qualify row_number() over (
        partition by cast({id} as varchar) order by {newest}__file desc
    ) = 1
) as truth on cast(truth.{id} as varchar) = cast(kept.{own} as varchar)"""


def fetch_script(alert: Alert, spec: ModelSpec, reigns: tuple[Reign, ...], folder: str) -> str:
    """The script for the alert's window. `folder` is where the workspace is on the machine of the refresh."""
    decisions, outcomes = spec.decisions, spec.outcomes
    assert decisions is not None, "there is no log to fetch from"
    return _SCRIPT.format(
        name=FETCH,
        folder=repr(folder or "."),
        expected=repr(alert.n),
        decisions=_literal(decisions.path),
        outcomes=_literal(outcomes.path if outcomes else ()),
        none_known=repr(_none_known(outcomes) if outcomes else ""),
        query=_python(_query(alert, decisions, outcomes, reigns)),
    )


def _query(alert: Alert, decisions: Decisions, outcomes: Outcomes | None, reigns: tuple[Reign, ...]) -> str:
    known = alert.version is not None and (decisions.version is not None or bool(reigns))
    last = alert.period_end or alert.since
    first = alert.period_start or (last - timedelta(CURRENT_DAYS - 1) if last else None)
    return _QUERY.format(
        time=identifier(decisions.timestamp),
        id=identifier(decisions.id),
        version=_version(decisions, reigns),
        first=first or "0001-01-01",
        last=last or "9999-12-31",
        only=f"__version = {int(alert.version)}" if known and alert.version is not None else "true",
        with_outcome=f", truth.{identifier(outcomes.value)} as outcome" if outcomes else "",
        join=_join(outcomes, decisions) if outcomes else "",
    ).strip()


def _version(decisions: Decisions, reigns: tuple[Reign, ...]) -> str:
    """The version that decided: its column, else the champion of that time, the first one's for all before."""
    if decisions.version is not None:
        return f"try_cast(try_cast({identifier(decisions.version)} as double) as integer)"
    if not reigns:
        return "null"
    later = " ".join(
        f"when __at >= timestamp '{one.since:%Y-%m-%d %H:%M:%S.%f}' then {one.version}" for one in reigns[:0:-1]
    )
    return f"case {later} else {reigns[0].version} end" if later else str(reigns[0].version)


def _join(outcomes: Outcomes, decisions: Decisions) -> str:
    known = outcomes.timestamp
    newest = f"try_cast({identifier(known)} as timestamptz) desc nulls last, " if known else ""
    return _JOIN.format(id=identifier(outcomes.id), own=identifier(decisions.id), newest=newest)


def _none_known(outcomes: Outcomes) -> str:
    """The outcomes while no file of them is there: a table without rows."""
    named = dict.fromkeys(name for name in (outcomes.id, outcomes.value, outcomes.timestamp) if name is not None)
    columns = ", ".join(f"cast(null as varchar) as {identifier(name)}" for name in named)
    return f"select {columns}, '' as __file where false"


def identifier(name: str) -> str:
    """A column's name, quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def _literal(texts: Iterable[str]) -> str:
    return pformat(list(texts), width=110)


def _python(text: str) -> str:
    """A text over several lines as Python, each line a literal of its own."""
    lines = "\n".join(f"    {line + chr(10)!r}" for line in text.split("\n"))
    return f"(\n{lines}\n)"
