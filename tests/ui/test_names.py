"""Names from outside as options."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watchroom.ui.names import told_apart


def test_names_that_look_alike_when_they_are_cut_are_told_apart():
    a, b = "x" * 50 + "a", "x" * 50 + "b"
    shown = told_apart(["amount", a, b], 40)
    assert shown["amount"] == "amount"
    assert shown[b] == f"{shown[a]} (2)"


@given(st.lists(st.text(max_size=12), unique=True))
def test_no_two_names_are_ever_shown_alike(names: list[str]):
    shown = told_apart(names, 5)
    assert list(shown) == names
    assert len(set(shown.values())) == len(names)
