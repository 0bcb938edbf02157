"""What the snapshot says of an alert, with what people did since laid over it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.ui.test_alerts_words import DRIFT
from watchroom.domain.alerts import Alert as Folded
from watchroom.domain.alerts import Condition, Mark, after_act
from watchroom.ledger.people import Person
from watchroom.ui.alerts import is_mine
from watchroom.ui.alerts_now import Acted, as_now, is_open, to_acknowledge, to_restore
from watchroom.ui.book import person
from watchroom.ui.identity import User

BEGUN = datetime(2026, 10, 13, 12, tzinfo=UTC)
CONDITION = Condition(
    model="card-fraud", version=3, signal="drift", feature="amount", severity="critical", since=BEGUN.date(),
    value=0.412, limit=0.3, method="wasserstein", period_start=BEGUN.date(), period_end=BEGUN.date(), n=8123,
)  # fmt: skip
RAISED = Folded("a1", CONDITION, BEGUN, 1)
ALWAYS = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))


def after(hours: float, what: str, alert: Folded = RAISED, **more: str) -> Folded:
    """The alert after a person did that so many hours after it was raised; a snooze is for a day."""
    at = BEGUN + timedelta(hours=hours)
    until = at + timedelta(days=1) if what == "snoozed" else None
    return after_act(alert, Mark(alert.last_seq + 1, at, "cy@x", what, **more), until)


@pytest.mark.parametrize(
    ("folded", "hours", "state", "still_open"),
    [
        (RAISED, 1, "open", True),
        (after(1, "acknowledged"), 2, "acknowledged", True),
        (after(1, "snoozed"), 2, "snoozed", True),
        (after(1, "snoozed"), 26, "open", True),
        (after(1, "resolved", text="mended"), 2, "resolved", False),
    ],
)
def test_the_state_is_that_of_the_ledger_at_this_moment(folded: Folded, hours: int, state: str, still_open: bool):
    (found,) = as_now([DRIFT], Acted({"a1": folded}), BEGUN + timedelta(hours=hours))
    assert found.state == state
    assert is_open(found) is still_open


def test_whoever_it_was_assigned_to_has_it_and_else_whoever_had_it_at_the_refresh():
    given_away = after(1, "assigned", detail="eve@x")
    assert as_now([DRIFT], Acted({"a1": given_away}), BEGUN)[0].owner == "eve@x"
    assert as_now([DRIFT], Acted({"a1": RAISED}), BEGUN)[0].owner == "cy@x"


def test_an_alert_that_the_ledger_does_not_know_stays_as_the_refresh_had_it():
    assert as_now([DRIFT], Acted({}), BEGUN) == (DRIFT,)


def test_times_are_medians_with_n_over_what_happened_in_the_period():
    done = Acted(
        {
            "a1": after(5, "resolved", after(1, "acknowledged"), text="mended"),
            "a2": after(3, "acknowledged"),
            "a3": after(8, "snoozed"),
            "a4": RAISED,
        }
    )
    assert (to_acknowledge(done, *ALWAYS, None).seconds, to_acknowledge(done, *ALWAYS, None).n) == (3 * 3600, 3)
    assert (to_restore(done, *ALWAYS, None).seconds, to_restore(done, *ALWAYS, None).n) == (5 * 3600, 1)
    early = (ALWAYS[0], BEGUN + timedelta(hours=2))
    assert to_acknowledge(done, *early, None).n == 1
    assert to_acknowledge(done, *ALWAYS, "another").seconds is None


def test_an_alert_whose_version_left_service_was_not_restored():
    left = replace(RAISED, ended_at=BEGUN + timedelta(hours=2), ended_because="version out of service")
    over = replace(left, ended_because="condition over")
    assert to_restore(Acted({"a1": left, "a2": over}), *ALWAYS, None).n == 1


@given(some.lists(some.floats(min_value=0, max_value=1e6), min_size=1, max_size=9))
def test_a_median_lies_among_its_times(hours: list[float]):
    done = Acted({str(place): after(hour / 3600, "acknowledged") for place, hour in enumerate(hours)})
    took = to_acknowledge(done, BEGUN, BEGUN + timedelta(days=400), None)
    assert took.n == len(hours)
    assert took.seconds is not None
    assert min(hours) - 1e-3 <= took.seconds <= max(hours) + 1e-3


@pytest.mark.parametrize(
    ("email", "name", "mine"),
    [("cy@x", "", True), ("CY@X", "", True), ("", "cy@x", True), ("ccy@x", "", False), ("", "", False)],
)
def test_mine_is_what_stands_under_my_address_or_name(email: str, name: str, mine: bool):
    assert is_mine(DRIFT, User(name, ("operations",), signed_in=True, email=email)) is mine


@pytest.mark.parametrize(
    ("user", "name"),
    [
        (User("Cy", ("admin",), signed_in=True, email="cy@x", viewing="operations"), "cy@x"),
        (User("Cy", ("admin",), signed_in=True), "Cy"),
        (User("", ("admin",), signed_in=False), ""),
    ],
)
def test_the_ledger_knows_a_person_by_address_and_by_the_roles_they_hold(user: User, name: str):
    assert person(user) == Person(name, ("admin",))
