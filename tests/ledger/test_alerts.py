from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger.processes import run_at_once
from watchroom.domain.alerts import Alert, Condition
from watchroom.errors import LedgerBroken, LedgerError, Refused
from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger import alert_acts as acts
from watchroom.ledger.alerts import alert, alerts, fold, overlaid, record
from watchroom.ledger.people import Person

DAY = date(2026, 11, 20)
AGE = Condition(
    "claims", 3, "drift", "age", "warning", DAY - timedelta(2), 0.12, 0.1, "psi", DAY - timedelta(6), DAY, 1204
)
WORSE = replace(AGE, severity="critical", value=0.31, limit=0.25)
SCORE = replace(AGE, feature="@score")
IN_SERVICE = {"claims": 3}
BO = Person("bo@x", ("operations",))
CY = Person("cy@x", ("data_science",))


def raised(ledger: Ledger, *conditions: Condition) -> Alert:
    record(ledger, conditions or (AGE,), IN_SERVICE)
    return alerts(ledger)[0]


def only(ledger: Ledger) -> Alert:
    (found,) = alerts(ledger)
    return found


def later(days: float = 0) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def test_what_is_beyond_its_limit_is_raised_with_all_that_was_measured(ledger: Ledger):
    before = datetime.now(UTC)
    done = record(ledger, [AGE], IN_SERVICE)
    found = only(ledger)
    assert found.condition == AGE
    assert (found.alert_id, found.last_seq, found.state_at(later())) == ("a1", 1, "open")
    assert before <= found.raised_at <= datetime.now(UTC)
    assert [change.event for change, _ in done.changes] == ["raised"]
    assert done.alerts == (found,)


def test_the_same_measured_again_appends_nothing(ledger: Ledger):
    record(ledger, [AGE, SCORE], IN_SERVICE)
    head = ledger.head()
    done = record(ledger, [SCORE, replace(AGE, value=0.14, period_end=DAY + timedelta(1))], IN_SERVICE)
    assert ledger.head() == head
    assert done.changes == ()
    assert len(done.alerts) == 2


def test_of_two_conditions_with_one_key_the_worse_one_counts(ledger: Ledger):
    record(ledger, [WORSE, AGE], IN_SERVICE)
    assert only(ledger).condition == WORSE


def test_a_change_of_severity_is_recorded_in_both_ways_and_the_alert_stays_the_same(ledger: Ledger):
    first = raised(ledger)
    record(ledger, [WORSE], IN_SERVICE)
    assert only(ledger).condition == WORSE
    record(ledger, [AGE], IN_SERVICE)
    found = only(ledger)
    assert (found.alert_id, found.raised_at, found.condition) == (first.alert_id, first.raised_at, AGE)
    assert [mark.what for mark in found.history] == ["raised", "worse", "better"]


def test_what_is_no_longer_beyond_its_limit_ends(ledger: Ledger):
    raised(ledger)
    record(ledger, [], IN_SERVICE)
    found = only(ledger)
    assert (found.state_at(later()), found.ended_because) == ("over", "condition over")
    assert record(ledger, [], IN_SERVICE).changes == ()


def test_no_alert_ends_for_a_model_that_could_not_be_evaluated(ledger: Ledger):
    raised(ledger)
    assert record(ledger, [], {}).changes == ()
    assert record(ledger, [], {"fraud": 3}).changes == ()
    assert only(ledger).state_at(later()) == "open"


@pytest.mark.parametrize("version", [4, None])
def test_alerts_of_a_version_that_left_service_end_with_that_reason(ledger: Ledger, version: int | None):
    raised(ledger)
    new = [replace(AGE, version=version)] if version else []
    record(ledger, new, {"claims": version})
    first, *others = alerts(ledger)
    assert first.ended_because == "version out of service"
    assert [(one.condition.version, one.state_at(later())) for one in others] == ([(4, "open")] if version else [])


@pytest.mark.parametrize(("days", "ids"), [(2.9, ["a1"]), (3.1, ["a1", "a3"])])
def test_an_alert_that_is_back_within_three_days_is_the_same_one(ledger: Ledger, days: float, ids: list[str]):
    raised(ledger)
    record(ledger, [], IN_SERVICE)
    record(ledger, [AGE], IN_SERVICE, now=later(days))
    found = alerts(ledger)
    assert [one.alert_id for one in found] == ids
    assert found[-1].state_at(later()) == "open"
    assert found[0].reopened == 2 - len(ids)


def test_an_alert_that_ended_with_its_version_is_raised_anew_when_the_version_is_back(ledger: Ledger):
    raised(ledger)
    record(ledger, [], {"claims": 4})
    record(ledger, [AGE], IN_SERVICE)
    assert [one.alert_id for one in alerts(ledger)] == ["a1", "a3"]


def test_a_refresh_appends_all_of_its_changes_or_none(ledger: Ledger):
    raised(ledger)
    broken = replace(AGE, feature="income", value=float("nan"))
    with pytest.raises(LedgerError, match="JSON"):
        record(ledger, [WORSE, SCORE, broken], IN_SERVICE)
    assert ledger.head().seq == 1


def test_what_people_do_is_kept_with_who_did_it_and_in_which_role(ledger: Ledger):
    found = raised(ledger)
    seen = acts.acknowledge(ledger, "a1", BO, seen=found.last_seq, text="On it.")
    assert (seen.state_at(later()), seen.reason, seen.acted_by) == ("acknowledged", "On it.", "bo@x")
    given = acts.assign(ledger, "a1", BO, seen=seen.last_seq, to=" cy@x ")
    assert given.owner("on@call", "ops@x") == "cy@x"
    done = acts.resolve(ledger, "a1", CY, seen=given.last_seq, text="A new form in the app; expected.")
    assert (done.state_at(later()), done.acknowledged_at, done.resolved_at) == (
        "resolved",
        seen.acted_at,
        done.acted_at,
    )
    entry = ledger.entries(newest_first=True, limit=1)[0]
    assert (entry.kind, entry.actor, entry.role, entry.model, entry.version) == (
        "alert_act",
        "cy@x",
        "data_science",
        "claims",
        3,
    )
    assert alert(ledger, "a1") == only(ledger) == done


@pytest.mark.parametrize(
    ("on_call", "operations", "owner"),
    [("on@x", "ops@x", "on@x"), (None, "ops@x", "ops@x"), (None, None, None)],
)
def test_an_alert_that_is_assigned_to_nobody_is_of_whoever_is_on_call(
    ledger: Ledger, on_call: str | None, operations: str | None, owner: str | None
):
    assert raised(ledger).owner(on_call, operations) == owner


def test_where_there_is_no_sign_in_the_ledger_says_so(ledger: Ledger):
    acts.comment(ledger, raised(ledger).alert_id, Person("", ("business",)), text="Seen in the shop, too.")
    assert only(ledger).acted_by == "not signed in"


def test_a_snoozed_alert_wakes_at_its_time(ledger: Ledger):
    found = raised(ledger)
    until = later(7)
    found = acts.snooze(ledger, "a1", BO, seen=found.last_seq, until=until)
    assert found.state_at(until - timedelta(seconds=1)) == "snoozed"
    assert found.state_at(until) == "open"


@pytest.mark.parametrize("rest", ["snooze", "resolve"])
def test_what_rests_stays_so_while_it_lasts_and_wakes_when_it_gets_worse(ledger: Ledger, rest: str):
    found = raised(ledger)
    if rest == "snooze":
        acts.snooze(ledger, "a1", BO, seen=found.last_seq, until=later(7))
    else:
        acts.resolve(ledger, "a1", BO, seen=found.last_seq, text="Season.")
    record(ledger, [AGE], IN_SERVICE)
    assert only(ledger).state_at(later()) == {"snooze": "snoozed", "resolve": "resolved"}[rest]
    record(ledger, [WORSE], IN_SERVICE)
    assert only(ledger).state_at(later()) == "open"


@pytest.mark.parametrize("rest", ["snooze", "resolve"])
def test_what_was_put_to_rest_while_critical_rests_when_it_goes_down_and_up_again(ledger: Ledger, rest: str):
    found = raised(ledger, WORSE)
    if rest == "snooze":
        acts.snooze(ledger, "a1", BO, seen=found.last_seq, until=later(7))
    else:
        acts.resolve(ledger, "a1", BO, seen=found.last_seq, text="Season.")
    record(ledger, [AGE], IN_SERVICE)
    record(ledger, [WORSE], IN_SERVICE)
    assert only(ledger).state_at(later()) == {"snooze": "snoozed", "resolve": "resolved"}[rest]


def test_a_resolved_alert_that_ended_and_is_back_is_open(ledger: Ledger):
    acts.resolve(ledger, "a1", BO, seen=raised(ledger).last_seq, text="Season.")
    record(ledger, [], IN_SERVICE)
    record(ledger, [AGE], IN_SERVICE)
    found = only(ledger)
    assert (found.state_at(later()), found.resolved_at, found.ended_at) == ("open", None, None)


def test_what_somebody_has_acknowledged_stays_theirs_when_it_gets_worse(ledger: Ledger):
    acts.acknowledge(ledger, "a1", BO, seen=raised(ledger).last_seq)
    record(ledger, [WORSE], IN_SERVICE)
    assert only(ledger).state_at(later()) == "acknowledged"


REASON = "Season."
ANYBODY = Person("eve@x", ("business", "reviewer"))


@pytest.mark.parametrize(
    ("act", "by", "arguments", "said"),
    [
        ("acknowledge", ANYBODY, {}, "operations, data_science, admin; you hold business, reviewer"),
        ("assign", ANYBODY, {"to": "bo@x"}, "may not assign"),
        ("snooze", ANYBODY, {"until": later(1)}, "may not snooze"),
        ("resolve", ANYBODY, {"text": REASON}, "may not resolve"),
        ("comment", Person("eve@x", ()), {"text": REASON}, "you hold none"),
        ("resolve", BO, {"text": " \n"}, "takes a reason"),
        ("comment", BO, {"text": ""}, "needs a text"),
        ("assign", BO, {"to": " "}, "takes a person"),
        ("assign", BO, {"to": "x" * 201}, "The person is too long"),
        ("acknowledge", BO, {"text": "x" * 2001}, "at most 2,000"),
        ("snooze", BO, {"until": later(-0.001)}, "past"),
        ("snooze", BO, {"until": later(90.01)}, "90 days"),
    ],
)
def test_what_may_not_be_done_is_refused_and_recorded_as_refused(
    ledger: Ledger, act: str, by: Person, arguments: dict[str, Any], said: str
):
    found = raised(ledger)
    seen = {} if act == "comment" else {"seen": found.last_seq}
    with pytest.raises(Refused) as caught:
        getattr(acts, act)(ledger, "a1", by, **seen, **arguments)
    assert said in str(caught.value)
    assert only(ledger) == found
    entry = ledger.entries(kind="refusal")[0]
    assert (entry.actor, entry.model, entry.version) == (by.name, "claims", 3)
    assert entry.payload["tried"] == f"{act} an alert"
    assert caught.value.what in entry.payload["why"]


@pytest.mark.parametrize("name", ["a2", "a999999999999999999", "a0", "a-1", "a²", "1", "", "x" * 5000, "a1 or 1=1"])
def test_an_act_on_an_alert_that_does_not_exist_is_refused(ledger: Ledger, name: str):
    ledger.append(NewEntry("sign_off", "ana@x", {"event": "raised"}))
    record(ledger, [], IN_SERVICE)
    with pytest.raises(Refused, match="There is no alert"):
        acts.acknowledge(ledger, name, BO, seen=1)
    with pytest.raises(Refused, match="There is no alert"):
        acts.acknowledge(ledger, "a1", BO, seen=1)
    assert len(ledger.entries(kind="refusal")) == 2


def test_an_act_on_an_alert_that_is_over_is_refused(ledger: Ledger):
    raised(ledger)
    record(ledger, [], IN_SERVICE)
    with pytest.raises(Refused, match="over"):
        acts.comment(ledger, "a1", BO, text="Was it the weekend?")


def test_a_second_act_on_what_was_seen_before_the_first_is_refused_with_what_came_between(ledger: Ledger):
    seen = raised(ledger).last_seq
    acts.resolve(ledger, "a1", BO, seen=seen, text="Season.")
    record(ledger, [WORSE], IN_SERVICE)
    with pytest.raises(Refused) as caught:
        acts.snooze(ledger, "a1", CY, seen=seen, until=later(3))
    assert "bo@x resolved it at " in caught.value.why
    assert "(Season.)" in caught.value.why
    assert "watchroom refresh found it worse" in caught.value.why
    assert only(ledger).state_at(later()) == "open"


def test_a_comment_undoes_nothing_and_so_needs_no_look_before(ledger: Ledger):
    seen = raised(ledger).last_seq
    acts.comment(ledger, "a1", ANYBODY, text="One.")
    acts.comment(ledger, "a1", BO, text="Two.")
    assert [mark.text for mark in only(ledger).history] == ["", "One.", "Two."]
    with pytest.raises(Refused, match=r"commented on it .*One\."):
        acts.acknowledge(ledger, "a1", BO, seen=seen)


def test_of_many_people_who_act_at_once_in_one_process_one_does(url: str, ledger: Ledger):
    seen, together = raised(ledger).last_seq, Barrier(6)

    def one(number: int) -> str:
        with Ledger.open(url, create=False) as own:
            together.wait()
            try:
                return acts.acknowledge(own, "a1", Person(f"p{number}@x", ("operations",)), seen=seen).acted_by
            except Refused as refused:
                return refused.why

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(one, range(6)))
    winner = only(ledger).acted_by
    assert said.count(winner) == 1
    assert sum(f"{winner} acknowledged it" in why for why in said) == 5
    assert ledger.verify().ok


ACT = """
import sys
from watchroom.errors import Refused
from watchroom.ledger import Ledger
from watchroom.ledger.alert_acts import assign
from watchroom.ledger.people import Person
url, name = sys.argv[1:]
with Ledger.open(url, create=False) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        assign(ledger, "a1", Person(name, ("admin",)), seen=1, to=name)
        print("done")
    except Refused as refused:
        print(refused.why)
"""


def test_of_two_processes_that_act_at_once_one_does(url: str, ledger: Ledger):
    raised(ledger)
    said = run_at_once([[sys.executable, "-c", ACT, url, name] for name in ("bo@x", "cy@x")])
    winner = only(ledger).assigned
    assert sorted(said)[1] == "done\n"
    assert f"{winner} assigned it to {winner}" in sorted(said)[0]


RECORD = """
import sys
from tests.ledger.test_alerts import AGE, IN_SERVICE, SCORE
from watchroom.ledger import Ledger
from watchroom.ledger.alerts import record
with Ledger.open(sys.argv[1], create=False) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    print(len(record(ledger, [AGE, SCORE], IN_SERVICE).changes))
"""


def test_of_two_refreshes_at_once_one_raises_the_alerts(url: str, ledger: Ledger):
    said = run_at_once([[sys.executable, "-c", RECORD, url]] * 2)
    assert sorted(said) == ["0\n", "2\n"]
    assert len(alerts(ledger)) == 2


def test_a_page_overlays_its_snapshot_with_what_came_later_whatever_it_has_already(ledger: Ledger):
    ledger.append(NewEntry("sign_off", "ana@x", {}))
    head = ledger.head().seq
    record(ledger, [AGE, SCORE], IN_SERVICE)
    known = alerts(ledger)
    acts.resolve(ledger, "a2", BO, seen=2, text="Season.")
    record(ledger, [WORSE, SCORE, replace(AGE, model="fraud")], IN_SERVICE | {"fraud": 3})
    whole = alerts(ledger)
    for after in range(head, known[-1].last_seq + 1):
        assert overlaid(ledger, known, after=after) == whole
    assert overlaid(ledger, known[:1], after=known[-1].last_seq) == [whole[0], whole[2]]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.sampled_from(["warning", "critical", "none", "ack", "resolve", "comment"]), max_size=12),
    cut=st.integers(0, 20),
)
def test_folding_in_two_parts_gives_what_folding_at_once_gives(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], cut: int
):
    url = f"sqlite:///{tmp_path_factory.mktemp('fold')}/ledger.db"
    with Ledger.open(url, create=True) as ledger:
        for step in steps:
            _step(ledger, step)
        entries = ledger.entries()
    whole = fold(entries)
    assert fold(entries[cut:], fold(entries[:cut])) == whole
    assert fold(entries, whole) == whole


def _step(ledger: Ledger, step: str) -> None:
    if step in ("warning", "critical", "none"):
        record(ledger, [] if step == "none" else [replace(AGE, severity=step)], IN_SERVICE)  # type: ignore[arg-type]
        return
    last = next(iter(alerts(ledger)[::-1]), None)
    if last is None or last.is_over:
        return
    if step == "comment":
        acts.comment(ledger, last.alert_id, BO, text="Hm.")
    else:
        act = acts.acknowledge if step == "ack" else acts.resolve
        act(ledger, last.alert_id, BO, seen=last.last_seq, text="So.")


def test_names_from_outside_come_back_as_they_are(ledger: Ledger):
    odd = replace(AGE, model="cla\0ims", feature="<b>é\0🦊", method=None, value=None, limit=None)
    record(ledger, [odd, replace(odd, model="cla\ufffdims")], {"cla\0ims": 3, "cla\ufffdims": 3})
    first, second = alerts(ledger)
    assert first.condition == odd
    assert second.condition.model == "cla\ufffdims"
    assert alerts(ledger, model="cla\0ims") == [first]
    assert alert(ledger, "a2") == second
    acts.comment(ledger, "a1", BO, text="a\0b")
    assert alerts(ledger)[0].reason == "a\0b"


@pytest.mark.parametrize("payload", [{}, {"event": "raised"}, {"event": "worse", "alert": "a1"}])
def test_an_entry_that_says_nothing_is_told_as_broken(ledger: Ledger, payload: dict[str, Any]):
    raised(ledger)
    ledger.append(NewEntry("alert_event", "eve@x", payload, model="claims", version=3))
    with pytest.raises(LedgerBroken, match="Entry 2 of the ledger"):
        alerts(ledger)


def test_a_page_does_not_read_a_long_ledger_for_one_alert(sqlite_ledger: Ledger):
    payload = {"event": "better", "alert": "a1", **json.loads(MEASURED)}
    raised(sqlite_ledger)
    known = alerts(sqlite_ledger)
    for kind in ("registry_event", "notification"):
        sqlite_ledger.append_all([NewEntry(kind, "x", payload, model="claims", version=3)] * 30_000)
    head = sqlite_ledger.head().seq
    other = replace(AGE, model="fraud")
    for number in range(0, 20_000, 5000):
        many = [replace(other, feature=f"f{number + one}") for one in range(5000)]
        record(sqlite_ledger, many, {})
    began = time.perf_counter()
    acts.acknowledge(sqlite_ledger, "a1", BO, seen=1)
    (found,) = overlaid(sqlite_ledger, known, after=sqlite_ledger.head().seq - 1)
    seconds = time.perf_counter() - began
    assert found.state_at(later()) == "acknowledged"
    assert head == 60_001
    # Reading all of it takes more than a second here; this a few milliseconds.
    assert seconds < 0.5


MEASURED = (
    '{"severity": "warning", "since": "2026-11-18", "value": 0.1, "limit": 0.1, "method": "psi",'
    ' "period_start": "2026-11-14", "period_end": "2026-11-20", "n": 9}'
)
