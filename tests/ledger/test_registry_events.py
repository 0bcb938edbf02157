from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from tests.ledger.processes import run_at_once
from watchroom.domain.registry import RegistryEvent, RegistryState, difference
from watchroom.ledger import GENESIS_HASH, Head, Ledger, NewEntry
from watchroom.ledger.registry_events import Look, SeenEvent, last_seen, record, seen_events

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (datetime(2026, 11, day, 6, tzinfo=UTC) for day in (16, 17, 18, 19))


def registry(champion: int, versions: int = 2, model: str = "churn") -> RegistryState:
    return RegistryState.from_rows(
        models=[model],
        versions=[(model, number, None) for number in range(1, versions + 1)],
        version_tags=[(model, 1, "approval", "Approved")],
        aliases=[(model, "champion", champion)],
    )


def moved(previous: int, version: int) -> RegistryEvent:
    return RegistryEvent("alias_moved", "churn", version, previous, name="champion")


def test_the_first_look_records_all_there_is_without_a_time_before(ledger: Ledger):
    record(ledger, registry(1), MONDAY)
    seen = seen_events(ledger)
    assert tuple(one.event for one in seen) == difference(RegistryState(), registry(1))
    assert {(one.seen_at, one.not_before) for one in seen} == {(MONDAY, None)}
    assert {entry.actor for entry in ledger.entries()} == {"watchroom refresh"}
    assert [entry.seq for entry in ledger.entries(model="churn")] == [one.seq for one in seen]


def test_a_look_at_the_same_registry_records_nothing(ledger: Ledger):
    record(ledger, registry(1), MONDAY)
    head = ledger.head()
    assert record(ledger, registry(1), TUESDAY) == []
    assert ledger.head() == head


def test_a_change_is_recorded_once_with_the_times_between_which_it_happened(ledger: Ledger):
    record(ledger, registry(1), MONDAY)
    record(ledger, registry(1), TUESDAY)
    look = Look(TUESDAY, ledger.head())
    (entry,) = record(ledger, registry(2), WEDNESDAY, previous=look)
    assert seen_events(ledger, after=entry.seq - 1) == [SeenEvent(entry.seq, WEDNESDAY, TUESDAY, moved(1, 2))]
    assert record(ledger, registry(2), THURSDAY) == []


def test_without_the_look_before_the_last_recorded_change_is_the_time_before(ledger: Ledger):
    record(ledger, registry(1), MONDAY)
    record(ledger, registry(1), TUESDAY)
    record(ledger, registry(2), WEDNESDAY)
    assert seen_events(ledger)[-1].not_before == MONDAY


def test_a_refresh_that_recorded_but_did_not_publish_counts_as_the_look_before(ledger: Ledger):
    record(ledger, registry(1), MONDAY)
    published = Look(MONDAY, ledger.head())
    record(ledger, registry(2), TUESDAY, previous=published)
    record(ledger, registry(1), WEDNESDAY, previous=published)
    assert seen_events(ledger)[-1] == SeenEvent(ledger.head().seq, WEDNESDAY, TUESDAY, moved(2, 1))


@pytest.mark.parametrize("head", [Head(2, "f" * 64), Head(99, "f" * 64), Head(0, GENESIS_HASH)])
def test_a_look_that_was_kept_with_another_ledger_is_not_believed(ledger: Ledger, head: Head):
    record(ledger, registry(1), MONDAY, previous=Look(TUESDAY, head))
    record(ledger, registry(2), THURSDAY, previous=Look(WEDNESDAY, head))
    assert [one.not_before for one in seen_events(ledger)] == [None] * 5 + [MONDAY]


def test_a_look_that_is_older_than_what_was_seen_records_nothing(ledger: Ledger):
    record(ledger, registry(1), MONDAY)
    record(ledger, registry(2), WEDNESDAY)
    assert record(ledger, registry(1), TUESDAY) == []
    assert last_seen(ledger).state == registry(2)


def test_a_clock_that_was_wrong_once_does_not_silence_later_looks(ledger: Ledger):
    far = datetime.now(UTC) + timedelta(days=30_000)
    record(ledger, registry(1), far)
    (entry,) = record(ledger, registry(2), WEDNESDAY)
    assert seen_events(ledger)[-1] == SeenEvent(entry.seq, WEDNESDAY, None, moved(1, 2))


def test_what_others_write_into_the_ledger_does_not_disturb_the_comparison(ledger: Ledger):
    record(ledger, registry(1), MONDAY)
    ledger.append(NewEntry("sign_off", "ana@x", {"event": "model_gone"}, model="churn", version=1))
    assert record(ledger, registry(1), TUESDAY) == []
    assert last_seen(ledger).state == registry(1)


def test_a_model_that_goes_and_comes_back_is_seen_both_times(ledger: Ledger):
    for seen_at, state in ((MONDAY, registry(1)), (TUESDAY, RegistryState()), (WEDNESDAY, registry(1))):
        record(ledger, state, seen_at)
    names = [one.event.event for one in seen_events(ledger)]
    assert names.count("model_added") == 2
    assert names.count("model_gone") == 1
    assert last_seen(ledger).state == registry(1)


def test_hostile_names_are_kept_as_they_are(ledger: Ledger):
    state = registry(1, model="a\0b\n🦊'; --")
    record(ledger, state, MONDAY)
    assert last_seen(ledger).state == state
    assert record(ledger, state, TUESDAY) == []
    assert ledger.verify().ok


def test_looks_at_once_record_a_change_once(ledger: Ledger):
    record(ledger, registry(1), MONDAY)
    barrier, counts = Barrier(4), []

    def look() -> None:
        barrier.wait()
        counts.append(len(record(ledger, registry(2), TUESDAY)))

    threads = [Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 0, 1]


REFRESH = """
import sys
from datetime import UTC, datetime
from watchroom.domain.registry import RegistryState
from watchroom.ledger import Ledger
from watchroom.ledger.registry_events import record
print("ready", flush=True)
sys.stdin.readline()
recorded = 0
with Ledger.open(sys.argv[1], create=True) as ledger:
    for versions in range(1, 21):
        rows = [("churn", number, None) for number in range(1, versions + 1)]
        state = RegistryState.from_rows(models=["churn"], versions=rows)
        recorded += len(record(ledger, state, datetime(2026, 11, 1, versions, tzinfo=UTC)))
print(recorded)
"""


def test_refreshes_in_two_processes_record_each_change_once(url: str):
    printed = run_at_once([[sys.executable, "-c", REFRESH, url]] * 2)
    assert sum(int(count) for count in printed) == 21
    with Ledger.open(url, create=False) as ledger:
        added = [one.event.version for one in seen_events(ledger) if one.event.event == "version_added"]
        assert added == list(range(1, 21))
        assert ledger.verify().ok
