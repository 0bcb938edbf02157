"""Which roles follow from a person's groups, until when, and what is never given on a doubt."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.roles import (
    ADMIN,
    ROLES,
    SignIn,
    email_of,
    ends_at,
    groups_of,
    has_ended,
    held,
    name_of,
    viewable,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BY_ROLE = {"data_science": ("ds", "ml"), "reviewer": ("second line",), "admin": ("admins",)}


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        (["a", "b"], {"a", "b"}),
        (("a",), {"a"}),
        ("a b", {"a", "b"}),
        ("a,b", {"a", "b"}),
        ("second line, ds", {"second line", "ds"}),
        ("  a   b ", {"a", "b"}),
        ("a,,b,", {"a", "b"}),
        (["second line"], {"second line"}),
        ([" a ", "", None, 7, ["b"], {"c": 1}], {"a"}),
        ("", set()),
        (None, set()),
        (True, set()),
        (7, set()),
        ({"admins": True}, set()),
    ],
)
def test_groups_come_as_a_list_or_as_text_and_anything_else_names_none(claim: object, groups: set[str]):
    assert groups_of(claim) == groups


@pytest.mark.parametrize(
    ("groups", "roles"),
    [
        ({"ds"}, ("data_science",)),
        ({"ml", "ds"}, ("data_science",)),
        ({"admins", "second line", "ds"}, ("data_science", "reviewer", "admin")),
        ({"Admins"}, ()),
        ({"admin"}, ()),
        ({"second"}, ()),
        ({"business"}, ()),
        (set(), ()),
    ],
)
def test_a_role_is_held_through_one_of_its_groups_named_to_the_letter(groups: set[str], roles: tuple[str, ...]):
    assert held(groups, BY_ROLE) == roles


@given(st.sets(st.sampled_from(["ds", "ml", "second line", "admins", "x"])), st.sampled_from(["ds", "admins", "x"]))
def test_another_group_takes_no_role_away(groups: set[str], another: str):
    assert set(held(groups, BY_ROLE)) <= set(held(groups | {another}, BY_ROLE))


@given(st.sets(st.sampled_from(ROLES)))
def test_only_an_admin_looks_at_the_room_as_roles_they_do_not_hold(roles: set[str]):
    assert set(viewable(roles)) == (set(ROLES) if ADMIN in roles else roles)


@pytest.mark.parametrize(
    ("exp", "ended"),
    [
        (NOW.timestamp() + 1, False),
        (int(NOW.timestamp()) + 1, False),
        (NOW.timestamp(), True),
        (NOW.timestamp() - 1, True),
        (None, True),
        ("4000000000", True),
        (True, True),
        (math.inf, True),
        (math.nan, True),
        (1e300, True),
        (-1e300, True),
        ([4_000_000_000], True),
    ],
)
def test_a_token_counts_until_its_own_end_and_not_at_all_without_one(exp: object, ended: bool):
    assert has_ended({"exp": exp}, NOW) is ended


def test_the_end_is_said_in_utc():
    assert ends_at({"exp": NOW.timestamp()}) == NOW
    assert ends_at({}) is None
    assert has_ended({}, NOW - timedelta(days=9999))


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "Ada\n Lovelace", "email": "a@x", "sub": "1"}, "Ada Lovelace"),
        ({"name": " ", "preferred_username": "ada"}, "ada"),
        ({"email": "a@x", "sub": "1"}, "a@x"),
        ({"name": 7, "sub": "1"}, "1"),
        ({}, ""),
    ],
)
def test_somebody_is_called_by_the_first_name_that_is_there(claims: dict[str, object], name: str):
    assert name_of(claims) == name


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "a@x"}, "a@x"),
        ({"email": "a@x", "email_verified": True}, "a@x"),
        ({"email": "a@x", "email_verified": False}, ""),
        ({"email": "a@x", "email_verified": "false"}, ""),
        ({"email": ["a@x"]}, ""),
        ({}, ""),
    ],
)
def test_an_address_that_nobody_checked_is_nobodys(claims: dict[str, object], email: str):
    assert email_of(claims) == email


def test_what_the_pages_are_told_comes_through_whole():
    told = SignIn("groups", BY_ROLE)
    assert SignIn.from_text(told.to_text()) == told


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "null", "[]", "7", '{"groups_claim": "g"}', '{"groups_claim": "g", "roles": []}'),
        '{"groups_claim": 7, "roles": {}}',
        '{"groups_claim": "g", "roles": {"root": ["a"]}}',
        '{"roles": {"admin": 7}}',
    ],
)
def test_what_the_pages_were_not_told_is_an_error(text: str):
    with pytest.raises(ValueError, match=r".*"):
        SignIn.from_text(text)
