from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger import tampering
from tests.ledger.processes import append_at_once
from watchroom.errors import LedgerBroken, LedgerError
from watchroom.ledger import GENESIS_HASH, Head, Ledger, NewEntry

SIGNED = NewEntry("sign_off", "ana@x", {"stage": "deploy"}, role="reviewer", model="churn", version=3)
SEEN = NewEntry("registry_event", "watchroom refresh", {"event": "model_added"}, model="fraud")


def test_an_entry_comes_back_as_it_was_written(ledger: Ledger):
    before = datetime.now(UTC)
    written = ledger.append(SIGNED)
    assert ledger.entries() == [written]
    assert (written.seq, written.kind, written.actor, written.role) == (1, "sign_off", "ana@x", "reviewer")
    assert (written.model, written.version, written.payload) == ("churn", 3, {"stage": "deploy"})
    assert before <= written.at <= datetime.now(UTC)
    assert written.at.utcoffset() == timedelta(0)


def test_each_entry_carries_the_hash_of_the_one_before(ledger: Ledger):
    entries = [ledger.append(SIGNED), *ledger.append_all([SEEN, SEEN]), ledger.append(SIGNED)]
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert [entry.prev_hash for entry in entries] == [GENESIS_HASH, *(entry.hash for entry in entries[:-1])]
    assert ledger.head() == entries[-1].head == Head(4, entries[-1].hash)


def test_an_empty_ledger_has_the_genesis_head_and_holds(ledger: Ledger):
    assert ledger.head() == Head(0, GENESIS_HASH)
    assert ledger.entries() == []
    assert ledger.append_all([]) == []
    assert ledger.verify(ledger.head()).ok


def test_a_ledger_opened_again_goes_on_with_the_same_chain(url: str):
    with Ledger.open(url, create=True) as first:
        head = first.append(SIGNED).head
    with Ledger.open(url, create=False) as again:
        assert again.head() == head
        assert again.append(SEEN).prev_hash == head.hash


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [1, 2, 3, 4]),
        ({"kind": "sign_off"}, [1, 4]),
        ({"model": "fraud"}, [2, 3]),
        ({"kind": "sign_off", "model": "fraud"}, []),
        ({"after": 2}, [3, 4]),
        ({"limit": 2}, [1, 2]),
        ({"newest_first": True, "limit": 3}, [4, 3, 2]),
        ({"kind": "no such kind"}, []),
    ],
)
def test_entries_are_found_by_kind_model_and_place(ledger: Ledger, asked: dict[str, Any], found: list[int]):
    ledger.append_all([SIGNED, SEEN, SEEN, SIGNED])
    assert [entry.seq for entry in ledger.entries(**asked)] == found


HOSTILE = "Ünï\tcødé 漢字 🦊\u2028 <b>'\"; drop table ledger_entries; --"


def test_any_text_is_kept_as_it_is(ledger: Ledger):
    written = ledger.append(
        NewEntry("refusal", HOSTILE, {HOSTILE: HOSTILE, "nul": "a\0b"}, role=HOSTILE, model=HOSTILE)
    )
    (read,) = ledger.entries(model=HOSTILE)
    assert read == written
    assert read.payload == {HOSTILE: HOSTILE, "nul": "a\0b"}
    assert ledger.verify().ok


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (NewEntry("sign_of", "ana@x", {}), "Did you mean 'sign_off'?"),
        (
            NewEntry("party", "ana@x", {}),
            "The kinds are registry_event, sign_off, refusal, alert_event, alert_act, notification, report, "
            "note, pin, saved_view, kpi_agreement, proposal, event, evidence, checklist, handover, drill, finding, "
            "approval_event, compliance, reminder, visit.",
        ),
        (NewEntry("sign_off", " ", {}), "needs an actor"),
        (NewEntry("sign_off", "a\0", {}), "a character that no database can keep"),
        (NewEntry("sign_off", "ana@x", {}, model="\ud800"), "a character that no database can keep"),
        (NewEntry("sign_off", "ana@x", {}, role=7), "must be text, not int"),
        (NewEntry("sign_off", "ana@x", {}, version=True), "must be a whole number"),
        (NewEntry("sign_off", "ana@x", {}, version=-1), "must be a whole number"),
        (NewEntry("sign_off", "ana@x", {}, version=2**63), "must be a whole number"),
        (NewEntry("sign_off", "ana@x", {"x": float("nan")}), "finite numbers"),
        (NewEntry("sign_off", "ana@x", {"x": [float("inf")]}), "finite numbers"),
        (NewEntry("sign_off", "ana@x", {"x": {1}}), "must be a JSON object"),
        (NewEntry("sign_off", "ana@x", {"x": nested(5000)}), "must be a JSON object"),
        (NewEntry("sign_off", "ana@x", {"x": 10**5000}), "must be a JSON object"),
        (NewEntry("sign_off", "ana@x", {"x": "\ud800"}), "must be a JSON object"),
        (NewEntry("sign_off", "ana@x", {"x": [{1: 2}]}), "A key of an entry's payload.x must be text, not 1"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(ledger: Ledger, wrong: NewEntry, said: str):
    with pytest.raises(LedgerError, match=r".") as caught:
        ledger.append_all([SIGNED, wrong])
    assert said in str(caught.value)
    assert ledger.entries() == []


def test_a_transaction_that_fails_leaves_nothing_behind(ledger: Ledger):
    def fail() -> None:
        with ledger.transaction() as transaction:
            transaction.append_all([SIGNED])
            assert transaction.head().seq == 1
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert ledger.entries() == []
    assert ledger.append(SIGNED).seq == 1


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_entries set actor = 'eve@x' where seq = 1",
        "update ledger_entries set seq = 9 where seq = 3",
        "delete from ledger_entries where seq = 3",
        "delete from ledger_entries",
        "insert into ledger_entries select 3, at, kind, 'eve@x', role, model, version, payload, prev_hash, hash "
        "from ledger_entries where seq = 3 on conflict (seq) do update set actor = 'eve@x'",
        "insert into ledger_entries select 5, at, kind, actor, role, model, version, payload, prev_hash, hash "
        "from ledger_entries where seq = 3",
        "insert into ledger_entries select 4, at, kind, actor, role, model, version, payload, prev_hash, hash "
        "from ledger_entries where seq = 3",
    ],
)
def test_the_database_itself_keeps_entries_from_being_changed(ledger: Ledger, statement: str):
    written = ledger.append_all([SIGNED, SEEN, SEEN])
    with pytest.raises(sa.exc.DBAPIError, match="An entry of the ledger"), ledger._engine.begin() as connection:
        connection.execute(sa.text(statement))
    assert ledger.entries() == written


def test_sqlite_keeps_entries_from_being_replaced(sqlite_ledger: Ledger):
    written = sqlite_ledger.append_all([SIGNED, SEEN])
    replace = "insert or replace into ledger_entries select seq, at, kind, 'eve@x', role, model, version, payload, "
    with (
        pytest.raises(sa.exc.DBAPIError, match="follows the last one"),
        sqlite_ledger._engine.begin() as connection,
    ):
        connection.execute(sa.text(replace + "prev_hash, hash from ledger_entries where seq = 1"))
    assert sqlite_ledger.entries() == written


@pytest.mark.postgres
def test_postgresql_keeps_entries_from_being_truncated(postgres_ledger: Ledger):
    written = postgres_ledger.append_all([SIGNED, SEEN])
    with pytest.raises(sa.exc.DBAPIError, match="never changed"), postgres_ledger._engine.begin() as connection:
        connection.execute(sa.text("truncate ledger_entries"))
    assert postgres_ledger.entries() == written


def test_an_entry_whose_time_was_changed_is_said_to_be_broken_when_it_is_read(ledger: Ledger, url: str):
    ledger.append(SIGNED)
    tampering.put(url, [row._replace(at="yesterday") for row in tampering.rows(url)])
    with pytest.raises(LedgerBroken, match="Entry 1 of the ledger was changed"):
        ledger.entries()


def test_processes_that_write_at_once_keep_one_chain_and_lose_nothing(url: str):
    # They also make the ledger at once: the first to come does it.
    names, count = ["ana@x", "ben@x", "cem@x", "dia@x"], 50
    append_at_once(url, names, count)
    with Ledger.open(url, create=False) as ledger:
        entries = ledger.entries()
        assert ledger.verify(entries[-1].head).ok
    assert [entry.seq for entry in entries] == list(range(1, len(names) * count + 1))
    for name in names:
        assert [entry.payload["number"] for entry in entries if entry.actor == name] == list(range(count))


def test_threads_may_share_a_ledger(ledger: Ledger):
    threads = [Thread(target=lambda: [ledger.append(SIGNED) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.head().seq == 80
    assert ledger.verify().ok


def test_verifying_while_others_write_finds_no_break(ledger: Ledger):
    ledger.append_all([SEEN] * 7000)
    writer = Thread(target=lambda: [ledger.append(SIGNED) for _ in range(30)])
    writer.start()
    found = [ledger.verify() for _ in range(3)]
    writer.join()
    assert all(one.ok for one in found)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=st.dictionaries(st.text(), json_values, max_size=4))
def test_a_payload_comes_back_as_json_reads_it(ledger: Ledger, payload: dict[str, Any]):
    payload = json.loads(json.dumps(payload))
    before = ledger.head()
    ledger.append(NewEntry("refusal", "ana@x", payload))
    (read,) = ledger.entries(after=before.seq)
    assert read.payload == payload
    assert ledger.verify(before).ok


def test_importing_the_ledger_does_not_load_alembic():
    code = "import sys, watchroom.ledger; print('alembic' in sys.modules, 'psycopg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_opening_a_ledger_that_is_up_to_date_does_not_load_alembic(new_url: Callable[[], str]):
    url = new_url()
    Ledger.open(url, create=True).close()
    code = f"import sys, watchroom.ledger as l; l.Ledger.open({url!r}, create=True); print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
