"""Whether two names are one person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.authors import acts_as, is_author, is_visible, people_in, same_name, same_person


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("aisha.rahman", "aisha.rahman@example.com", True),
        ("Aisha.Rahman@Example.com", "aisha.rahman@example.com", True),
        ("Aisha Rahman (not checked)", "aisha.rahman@example.com", True),
        ("aisha_rahman", "Aisha-Rahman", True),
        ("aisha.rahman+ml@example.com", "aisha.rahman@example.com", True),
        ("aisha.rahman@example.com", "aisha.rahman@other.com", False),
        ("\u200baisha@x", "aisha@x", True),
        ("\uff41isha@x", "aisha@x", True),
        ("aisha", "bo", False),
        ("", "", False),
        ("@example.com", "@example.com", True),
        ("", "aisha", False),
        ("+me@x.org", "+me@x.org", True),
        ("+me@x.org", "+ME@x.org", True),
        ("\u200b", "\u200b", True),
        ("\u200b", "", False),
        ("Aisha (not checked) (not checked)", "aisha", True),
        ("Aisha (Not  Checked)(not checked)", "aisha@x.org", True),
        ("aisha.rahman+x", "aisha.rahman@example.com", True),
        ("Aisha Rahman <aisha.rahman@example.com>", "aisha.rahman@example.com", True),
        ("Aisha Rahman <aisha.rahman@other.com>", "aisha.rahman@example.com", False),
        ("EXAMPLE\\aisha.rahman", "aisha.rahman@example.com", True),
        ('"aisha.rahman"', "'aisha.rahman'@example.com", True),
        ("aisha.rahman@example.com.", "aisha.rahman@example.com", True),
        ("aisha\ufe0f.rahman", "aisha.rahman", True),
        ("aisha\u0301.rahman", "aisha.rahman", True),
        ("\u0430isha.r\u0430hm\u03b1n@example.com", "aisha.rahman@example.com", True),
        ("\u0410\u0399SHA", "aisha", True),
        ("aisha\u2013rahman@example.com", "aisha_rahman@example.com", True),
        ("aisha_rahman@example.com", "aisha.rahman@example.com", True),
        ("\u039d\u0399\u039a\u039f\u03a3", "\u03bd\u03b9\u03ba\u03bf\u03c3", True),
    ],
)
def test_two_names_are_one_person_where_they_cannot_be_told_apart(one: str, other: str, same: bool):
    assert same_person(one, other) is same
    assert same_person(other, one) is same


@given(st.text(max_size=40), st.text(max_size=40))
def test_it_does_not_matter_who_is_asked_about_first(one: str, other: str):
    assert same_person(one, other) == same_person(other, one)


def test_an_author_is_found_among_several_and_nobody_is_none_of_them():
    assert is_author("ana@x", ("root", "ANA"))
    assert not is_author("ana@x", ())
    assert not is_author("", ("", "ana"))


def test_of_two_spellings_of_a_person_one_counts():
    assert people_in(["ana@x", "Ana", "bo@x", "ANA@X"]) == ["ana@x", "bo@x"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("dana@x.org", "Dana@X.org", True),
        ("Dana  Lee", " dana lee", True),
        ("dana@elsewhere.org", "Dana (not checked)", False),
        ("dana@x.org", "dana", False),
        ("dana@x.org (not checked)", "dana@x.org", False),
        ("Dana (not checked)", "dana (not checked)", True),
        ("dana+x@x.org", "dana@x.org", False),
        ("d\u0430na@x.org", "dana@x.org", False),
        ("", "", False),
    ],
)
def test_what_permits_something_asks_for_the_very_same_name(one: str, other: str, same: bool):
    assert same_name(one, other) is same
    assert same_name(other, one) is same


@pytest.mark.parametrize(
    ("actor", "named", "may"),
    [
        ("dana@x.org", "dana@x.org", True),
        ("Dana@x.org (not checked)", "dana@x.org", True),
        ("Dana (not checked)", "dana", True),
        ("Dana (not checked)", "dana@x.org", False),
        ("dana@x.org", "dana", False),
        ("dana@elsewhere.org", "dana", False),
        ("dana (not checked) (not checked)", "dana", False),
        ("dana", "dana (not checked)", False),
        (" (not checked)", "", False),
    ],
)
def test_a_name_that_was_only_given_may_act_as_the_very_same_name(actor: str, named: str, may: bool):
    assert acts_as(actor, named) is may


@given(st.text(max_size=40))
def test_a_name_is_always_the_same_person_as_itself(name: str):
    assert same_person(name, name) is bool(name.strip())


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u2060\u00ad", "\u3164", "@+", "\u2800", "(._)"])
def test_a_name_without_a_letter_or_digit_that_is_seen_names_nobody(name: str):
    assert not is_visible(name)
    assert is_visible(f"{name}a")
