"""The filter language: what is read, what is written back, and what a person is told when it is not understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.filters import filters
from watchroom.domain.filter_hints import KnownKeys, unknown_keys
from watchroom.domain.filter_parser import MAX_CONDITIONS, MAX_DEPTH, MAX_LENGTH, parse
from watchroom.domain.filters import (
    Ago,
    And,
    Attribute,
    Between,
    Compare,
    Dataset,
    IsFinite,
    IsNull,
    Like,
    Metric,
    Model,
    Not,
    Number,
    OneOf,
    Or,
    Param,
    Tag,
    Text,
    Truth,
    to_text,
)
from watchroom.errors import QueryError

KNOWN = KnownKeys(frozenset({"rmse", "val/loss"}), frozenset({"depth", "model"}), frozenset({"team"}))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("metrics.rmse < 0.5", Compare(Metric("rmse"), "<", Number(0.5))),
        ("metric.rmse<-.5e-3", Compare(Metric("rmse"), "<", Number(-0.0005))),
        ("best(metrics.rmse) <= 3", Compare(Metric("rmse", "best"), "<=", Number(3))),
        ("COUNT ( metrics.`a b` ) >= 10", Compare(Metric("a b", "count"), ">=", Number(10))),
        ("metrics.val/loss.best > 1", Compare(Metric("val/loss.best"), ">", Number(1))),
        ("metrics.and = 1", Compare(Metric("and"), "=", Number(1))),
        ("metrics.`val ``x``\n` = 1", Compare(Metric("val `x`\n"), "=", Number(1))),
        ('metrics."损失 🙂" is not finite', IsFinite(Metric("损失 🙂"), negated=True)),
        ("params.model = 'lgbm'", Compare(Param("model"), "=", Text("lgbm"))),
        ('params.model <> "it\'s"', Compare(Param("model"), "!=", Text("it's"))),
        ("params.model == 'it''s'", Compare(Param("model"), "=", Text("it's"))),
        ("params.depth between 3 and 5", Between(Param("depth"), Number(3), Number(5))),
        ("tags.team not in ('a', 'b')", OneOf(Tag("team"), (Text("a"), Text("b")), negated=True)),
        ("name contains 'x'", Like(Attribute("name"), "contains", Text("x"))),
        ("run_name NOT ILIKE '%x'", Like(Attribute("name"), "ilike", Text("%x"), negated=True)),
        ("attributes.user_id = 'ann'", Compare(Attribute("user"), "=", Text("ann"))),
        ("end_time is null", IsNull(Attribute("end_time"))),
        ("dirty = true", Compare(Attribute("dirty"), "=", Truth(True))),
        ("start_time > ago('7d')", Compare(Attribute("start_time"), ">", Ago("7d"))),
        ("duration > '2h'", Compare(Attribute("duration"), ">", Text("2h"))),
        ("dataset.name = 'a' ", Compare(Dataset("name"), "=", Text("a"))),
        ("model.version >= 3", Compare(Model("version"), ">=", Number(3))),
    ],
)
def test_a_condition_is_read_as_it_is_meant(text, meant):
    assert parse(text) == meant
    assert parse(to_text(meant)) == meant


def test_and_binds_closer_than_or_and_not_closest():
    a, b, c = (Compare(Attribute("name"), "=", Text(name)) for name in "abc")

    assert parse("name = 'a' or name = 'b' and not name = 'c'") == Or((a, And((b, Not(c)))))
    assert parse("(name = 'a' OR name = 'b') AND name = 'c'") == And((Or((a, b)), c))


@pytest.mark.parametrize("text", ["", "  ", "\n\t"])
def test_an_empty_filter_is_no_filter(text):
    assert parse(text) is None


@given(filters())
def test_a_filter_written_out_reads_back_as_itself(filter_):
    assert parse(to_text(filter_)) == filter_


@given(st.text(max_size=200))
def test_any_text_is_either_a_filter_or_a_query_error(text):
    try:
        filter_ = parse(text)
    except QueryError:
        return
    assert filter_ is None or parse(to_text(filter_)) == filter_


@pytest.mark.parametrize(
    ("text", "character", "hint"),
    [
        ("status = FAILED", 10, "Text goes in quotes: 'FAILED'."),
        ("metrics.rmse 3", 14, "Expected a comparison"),
        ("name = ", 8, "Expected text in quotes"),
        ("name = 'x", 8, "The quote is never closed"),
        ("(name = 'x'", 12, "Expected `)`."),
        ("name = 'x')", 11, "No parenthesis is open there."),
        ("start_time > 2026-01-31", 18, "A time goes in quotes"),
        ("start_time > 'yesterday'", 14, "'2026-01-31'"),
        ("start_time > '2026-02-30'", 14, "'2026-01-31'"),
        ("start_time > ago('a week')", 14, "ago('7d')"),
        ("duration > 'long'", 12, "'2h'"),
        ("name = 3", 8, "Put it in quotes: '3'."),
        ("metrics.rmse = 'x'", 16, "Write a number"),
        ("metrics.rmse > 1e999", 16, "finite"),
        ("dirty = 1", 9, "`true` or `false`"),
        ("dirty > true", 1, "`=` or `!=`"),
        ("name is finite", 1, "Only a metric"),
        ("params.depth in (1, 'a')", 17, "Write all of them in quotes, or none."),
        ("metrics.rmse like 'x'", 1, "compares text"),
        ("params.depth like 3", 19, "Put it in quotes: '3'."),
        ("stauts = 'x'", 1, "Did you mean `status`?"),
        ("Rmse < 3", 1, "Did you mean `metrics.rmse`?"),
        ("rmse < 3", 1, "Write `metrics.rmse`."),
        ("depth < 3", 1, "Write `params.depth`."),
        ("dataset.nam = 'x'", 9, "Did you mean `dataset.name`?"),
        ("name = 'a'; drop table runs", 11, ""),
    ],
)
def test_an_error_names_the_place_and_what_would_be_right(text, character, hint):
    with pytest.raises(QueryError) as caught:
        parse(text, KNOWN)

    assert f"at character {character}:" in caught.value.what
    shown, caret = caught.value.why.split("\n")
    assert shown == text
    assert caret.index("^") == character - 1
    assert hint in caught.value.next_step


def test_the_place_is_shown_with_its_surroundings_in_a_long_filter():
    text = " and ".join(["name = 'x'"] * 50) + " and ! " + "and name = 'x' " * 20

    with pytest.raises(QueryError) as caught:
        parse(text)

    shown, caret = caught.value.why.split("\n")
    assert shown[caret.index("^")] == "!"
    assert len(shown) < 130


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("name = '" + "x" * MAX_LENGTH + "'", MAX_LENGTH),
        (" or ".join(["dirty = true"] * (MAX_CONDITIONS + 1)), MAX_CONDITIONS),
        ("not " * (MAX_DEPTH + 1) + "dirty = true", MAX_DEPTH),
        ("not " * 2400 + "dirty = true", MAX_DEPTH),
    ],
)
def test_what_is_too_large_is_refused_with_the_limit(text, limit):
    with pytest.raises(QueryError) as caught:
        parse(text)

    assert f"{limit:,}" in caught.value.what


@pytest.mark.parametrize("text", ["name = '\x00'", "name = '\ud800'"])
def test_characters_that_no_database_takes_are_refused(text):
    with pytest.raises(QueryError):
        parse(text)


def test_a_key_that_no_run_has_is_named_with_the_nearest_one():
    filter_ = parse("metrics.rmsee < 3 and params.depth = 3 and tags.Team = 'a' and params.zzz = 1")

    assert list(unknown_keys(filter_, KNOWN)) == [
        "No run has a metric “rmsee”. Did you mean “rmse”?",
        "No run has a tag “Team”. Did you mean “team”?",
        "No run has a parameter “zzz”.",
    ]
