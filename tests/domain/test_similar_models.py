"""Which models are like a new one, and why."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.similar_models import KnownInput, KnownModel, Wanted, similar, words


def model(name: str, inputs: str | tuple[KnownInput, ...] = "", **changed: Any) -> KnownModel:
    taken = tuple(KnownInput(one, "number") for one in inputs.split()) if isinstance(inputs, str) else inputs
    return KnownModel(name, **({"title": name.title(), "task": "binary", "inputs": taken} | changed))


def wanted(inputs: str = "", **changed: Any) -> Wanted:
    return Wanted(inputs=tuple((one, "number") for one in inputs.split()), **changed)


def names(found: tuple[Any, ...]) -> list[str]:
    return [one.known.name for one in found]


def test_the_model_with_more_of_the_inputs_is_nearer_and_of_two_with_all_the_smaller_one():
    known = [model("some", "a b"), model("all", "a b c d"), model("more", "a b c d e f g h"), model("none", "x y")]
    assert names(similar(wanted("a b c d"), known)) == ["all", "more", "some"]


def test_each_likeness_is_said_in_words():
    one = model("fraud", "amount age", purpose="Stops payments", datasets=(("cards", "d1"),))
    (found,) = similar(
        Wanted("binary", (("Amount", "number"), ("city", "category")), ("cards",), "payment checks"), [one]
    )
    assert found.reasons == (
        "has 1 of your 2 inputs: amount",
        "learned from the same data: cards",
        "its purpose speaks of payment",
        "answers in the same way (binary)",
    )


def test_an_input_of_another_kind_counts_half_and_is_said():
    number, category = (model(kind, inputs=(KnownInput("a", kind),)) for kind in ("number", "category"))
    found = similar(wanted("a"), [category, number])
    assert names(found) == ["number", "category"]
    assert found[1].reasons == ("takes a for a category",)


def test_the_same_rows_are_known_by_their_digest_too():
    (found,) = similar(Wanted(datasets=("abc123",)), [model("a", datasets=(("cards", "abc123"),))])
    assert found.reasons == ("learned from the same data: cards",)


@pytest.mark.parametrize("inputs", ["account_age Amount", "ACCOUNTAGE amount", "account-age AMOUNT"])
def test_names_that_differ_in_case_and_signs_are_meant_alike(inputs: str):
    (found,) = similar(wanted(inputs), [model("a", "Account_Age amount")])
    assert found.reasons[0].startswith("has 2 of your 2")


def test_the_task_alone_is_no_likeness_beside_answers_that_do_not_fit():
    known = [model("a", "x y")]
    assert names(similar(Wanted("binary"), known)) == ["a"]
    assert similar(wanted("p q", task="binary", purpose="something else"), known) == ()


def test_nothing_is_like_an_empty_page():
    assert similar(Wanted(), [model("a", "x")]) == ()


def test_what_is_wanted_comes_first_among_what_can_be_reused():
    (found,) = similar(wanted("c"), [model("a", "a b c")])
    assert [one.name for one in found.reusable] == ["c", "a", "b"]


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6, unique=True), st.text(max_size=40))
def test_a_model_is_most_like_itself(inputs: list[str], purpose: str):
    own = model("own", purpose=purpose, inputs=tuple(KnownInput(name, "number") for name in inputs))
    asked = Wanted("binary", tuple((name, "number") for name in inputs), (), purpose)
    found = similar(asked, [model("other", task="regression"), own])
    assert found[0].known.name == "own"
    assert 0 < found[0].score <= 1


def test_words_that_any_purpose_has_say_nothing():
    assert words("The model that predicts companies' losses for the desks") == {"company", "loss", "desk"}
