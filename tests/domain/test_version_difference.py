"""What differs between two versions: what callers would notice, what the environment asks, which data, which way."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.version_difference import (
    Changed,
    Column,
    Dataset,
    MetricDifference,
    columns,
    columns_difference,
    data_differences,
    minor_of,
    packages_difference,
    requirements,
    step,
    text_differences,
)


def signature(*cells: tuple[str, str] | tuple[str, str, bool]) -> str:
    return json.dumps([{"name": name, "type": kind, "required": not rest or rest[0]} for name, kind, *rest in cells])


def test_a_signature_is_read_whatever_its_columns_are():
    text = json.dumps(
        [
            {"name": "a", "type": "double", "required": True},
            {"type": "long"},
            {"name": "b", "type": "array", "items": {"type": "string"}, "required": False},
            {"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 28]}},
        ]
    )
    assert columns(text) == (
        Column("a", "double", True),
        Column("", "long", True),
        Column("b", "array of string", False),
        Column("", "tensor float64 (-1, 28)", True),
    )


@pytest.mark.parametrize("text", [None, "", "{", '{"a": 1}', "[1]"])
def test_what_is_no_signature_is_unknown_and_so_is_every_difference_from_it(text):
    assert columns(text) is None
    assert columns_difference(columns(text), ()) is None


def test_added_removed_retyped_and_optional_columns_are_told_apart():
    kept, loose = ("kept", "double"), ("string", False)
    before = signature(("gone", "double"), kept, ("typed", "long"), ("opt", "string"), ("req", *loose))
    now = signature(kept, ("typed", "string"), ("opt", *loose), ("req", "string"), ("new", "long"))
    found = columns_difference(columns(before), columns(now))
    assert found is not None
    assert [one.name for one in found.added] == ["new"]
    assert [one.name for one in found.removed] == ["gone"]
    assert found.retyped == (Changed("typed", "long", "string"),)
    assert (found.now_optional, found.now_required) == (("opt",), ("req",))
    assert set(found.asks_more) == {"new", "req", "typed"}


def test_an_optional_new_column_and_a_wider_number_ask_nothing_more_of_a_caller():
    found = columns_difference(
        columns(signature(("n", "integer"))), columns(signature(("n", "double"), ("more", "string", False)))
    )
    assert found is not None
    assert not found.same
    assert found.asks_more == ()


def test_the_order_of_named_columns_is_no_difference_and_that_of_unnamed_ones_is():
    one, other = signature(("a", "double"), ("b", "string")), signature(("b", "string"), ("a", "double"))
    found = columns_difference(columns(one), columns(other))
    assert found is not None
    assert found.same
    unnamed = [json.dumps([{"type": kind} for kind in kinds]) for kinds in (("double", "string"), ("string", "double"))]
    found = columns_difference(columns(unnamed[0]), columns(unnamed[1]))
    assert found is not None
    assert [one.name for one in found.retyped] == ["#1", "#2"]


COLUMNS = st.lists(
    st.builds(Column, st.sampled_from("abcdef"), st.sampled_from(["long", "double", "string"]), st.booleans()),
    unique_by=lambda one: one.name,
)


@given(COLUMNS, COLUMNS)
def test_a_difference_leads_from_one_side_to_the_other_and_back(before, now):
    there, back = columns_difference(before, now), columns_difference(now, before)
    assert there is not None
    assert back is not None
    assert (there.added, there.removed) == (back.removed, back.added)
    assert {one.name for one in there.retyped} == {one.name for one in back.retyped}
    assert (there.now_required, there.now_optional) == tuple(map(tuple, (
        [one.name for one in now if one.name in back.now_optional],
        [one.name for one in now if one.name in back.now_required],
    )))  # fmt: skip
    assert there.same == (sorted(before, key=str) == sorted(now, key=str))


REQUIREMENTS = """\
# made by mlflow
--index-url https://user:secret@pypi.example.com/simple
MLflow==3.17.2
scikit_learn==1.9.1 ; python_version > "3.9"
pandas[performance]>=2,<3
numpy==2.4.6 \\
    --hash=sha256:abc
git+https://token@git.example.com/team/thing.git@v1
-r other.txt
cloudpickle
"""


def test_requirements_are_read_as_pip_reads_them_without_options_and_secrets():
    found = requirements(REQUIREMENTS)
    assert found == {
        "cloudpickle": "",
        "git+https://git.example.com/team/thing.git@v1": "",
        "mlflow": "==3.17.2",
        "numpy": "==2.4.6",
        "pandas[performance]": "<3,>=2",
        "scikit-learn": '==1.9.1 ; python_version > "3.9"',
    }
    assert requirements(None) is None


def test_parentheses_without_end_are_a_line_like_any_other():
    line = "a==1; " + "(" * 600
    assert requirements(f"{line}\nnumpy==2.4") == {line: "", "numpy": "==2.4"}


@pytest.mark.parametrize(
    ("before", "now", "way", "major"),
    [
        ("==1.2.0", "==1.10.0", "up", False),
        ("==2.0", "==1.9", "down", True),
        ("==0.4.1", "==0.5.0", "up", True),
        ("==1.0", "==1.0.0", "other", False),
        (">=1", "==1.0", "other", True),
        ("==1.0rc1", "==1.0", "up", False),
    ],
)
def test_a_package_goes_up_or_down_by_its_version_and_not_by_its_letters(before, now, way, major):
    found = packages_difference({"a": before}, {"a": now})
    assert found is not None
    assert step(found.changed[0]) == way
    assert bool(found.major) is major


def test_packages_that_came_and_went_are_named_and_an_unknown_side_says_nothing():
    found = packages_difference({"a": "==1", "b": ""}, {"b": "", "c": "==2"})
    assert found is not None
    assert (found.added, found.removed, found.changed) == ((("c", "==2"),), (("a", "==1"),), ())
    assert packages_difference(None, {"a": "==1"}) is None


@pytest.mark.parametrize(("text", "minor"), [("3.11.7", "3.11"), ("3.12", "3.12"), (None, ""), ("pypy", "pypy")])
def test_the_python_version_that_matters_is_its_first_two_numbers(text, minor):
    assert minor_of(text) == minor


def test_data_are_the_same_by_their_digests_in_each_context():
    before = [Dataset("training", "a", "d1"), Dataset("validation", "b", "d2"), Dataset("", "c", "d3")]
    now = [Dataset("training", "renamed", "d1"), Dataset("validation", "b", "d9"), Dataset("", "c", None)]
    assert [(one.context, one.same) for one in data_differences(before, now)] == [
        ("training", True), ("", None), ("validation", False)
    ]  # fmt: skip
    assert [one.same for one in data_differences(before[:1], [])] == [None]


@pytest.mark.parametrize(
    ("better", "before", "now", "verdict"),
    [
        ("higher", 0.8, 0.9, "better"),
        ("lower", 0.8, 0.9, "worse"),
        ("zero", -2.0, 1.0, "better"),
        ("higher", 0.8, 0.8, "same"),
        ("higher", 0.8, float("nan"), "unknown"),
        ("lower", None, 0.8, "unknown"),
        ("higher", float("inf"), 0.8, "unknown"),
    ],
)
def test_a_metric_is_better_or_worse_by_its_direction_and_never_by_a_nan(better, before, now, verdict):
    assert MetricDifference("m", better, before, now).verdict == verdict


def test_params_that_are_the_same_number_do_not_differ():
    found = text_differences({"a": "1", "b": "x", "c": "0.1"}, {"a": "1.0", "b": "y", "d": "nan"})
    assert [(one.key, one.before, one.now) for one in found] == [
        ("b", "x", "y"), ("c", "0.1", None), ("d", None, "nan")
    ]  # fmt: skip
