"""Whose models are whose: nobody's, one person's alone, or of somebody who has gone quiet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from watchroom.domain.ownership import Activity, Owned, Seen, deputy, holders, orphans

TODAY = date(2026, 11, 21)
FULL = {"business": "sofia", "data_science": "aisha", "operations": "kwame", "on_call": "kwame", "deputy": "bo"}


def owned(model: str, people: dict[str, str], **facts: object) -> Owned:
    given = {"team": "Payments", "trade": "Bank", "tier": "low", "in_service": True} | facts
    return Owned(model, model.title(), people=people, **given)  # type: ignore[arg-type]


def active(since: date | None = None, **days: int) -> Activity:
    return Activity(TODAY, {name: Seen(TODAY - timedelta(ago), "a run") for name, ago in days.items()}, since)


@pytest.mark.parametrize(
    ("activity", "quiet"),
    [
        (active(kwame=90), False),
        (active(kwame=91), True),
        (active(), False),  # never seen, and nobody knows since when
        (active(since=TODAY - timedelta(30)), False),  # not watched for long enough to tell
        (active(since=TODAY - timedelta(91)), True),
    ],
)
def test_somebody_is_quiet_after_a_quarter_in_which_they_could_have_been_seen(activity: Activity, quiet: bool):
    assert activity.quiet("kwame") is quiet


def test_a_model_is_an_orphan_when_nobody_holds_a_role_or_its_owner_has_gone_quiet():
    every = [
        owned("whole", FULL),
        owned("bare", {}, in_service=False),
        owned("gap", {**FULL, "on_call": ""}),
        owned("left", {**FULL, "data_science": "gone"}),
    ]
    found = orphans(every, active(gone=200, kwame=1))
    assert [(one.owned.model, one.missing, one.quiet) for one in found] == [
        ("gap", ("on_call",), ()),
        ("left", (), (("data_science", "gone"),)),
        ("bare", ("business", "data_science", "operations", "on_call"), ()),
    ]
    assert [one.whole for one in found] == [False, False, True]


@pytest.mark.parametrize(
    ("people", "alone"),
    [
        (FULL, None),  # two roles, and a deputy
        ({**FULL, "deputy": ""}, "kwame"),
        ({**FULL, "deputy": "kwame"}, "kwame"),
        ({**FULL, "deputy": "", "on_call": "bo"}, None),
    ],
)
def test_somebody_holds_a_model_alone_with_several_roles_and_nobody_else_to_stand_in(people, alone: str | None):
    assert owned("m", people).alone == alone


def test_too_much_is_one_weighty_model_alone_or_many():
    single = {"business": "sofia", "data_science": "kwame", "operations": "kwame", "on_call": "kwame"}
    many = [owned(f"m{number}", single) for number in range(4)]
    assert {one.person: one.too_much for one in holders(many, active())} == {"kwame": True, "sofia": False}
    assert not holders(many[:3], active())[0].too_much
    assert holders([owned("m", single, tier="high")], active())[0].too_much
    assert not holders([owned("m", single, tier="high", in_service=False)], active())[0].too_much


def test_who_could_stand_in_works_nearby_is_active_and_holds_least():
    mine = owned("mine", FULL)
    near = owned("near", {"operations": "chen", "data_science": "dana", "on_call": "quiet", "business": "boss"})
    more = owned("more", {"operations": "dana"})
    far = owned("far", {"operations": "eli"}, team="Claims")
    other = owned("other", {"operations": "finn"}, team="Claims", trade="Insurance")
    activity = active(chen=3, dana=0, quiet=120, boss=1, eli=0, finn=0, kwame=0)
    found = deputy(mine, [mine, near, more, far, other], activity)
    assert found is not None
    assert found.person == "chen"
    assert found.reason == "looks after Near, of the same team; works on 1 model, last active 3 days ago (a run)"
    by_trade = deputy(mine, [mine, far, other], activity)
    assert by_trade is not None
    assert by_trade.person == "eli"
    assert deputy(mine, [mine, other], activity) is None
    assert deputy(replace(mine, team=None, trade=None), [mine, near], activity) is None
