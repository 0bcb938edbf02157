"""Whether two names are one person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.authors import is_author, people_in, same_person


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
        ("@example.com", "@example.com", False),
        ("", "aisha", False),
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
