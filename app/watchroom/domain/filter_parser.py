"""Reads the text of a run filter into the values of filters.py, or says at which place it is not understood and why."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from typing import cast

from lark import Lark, Token, Tree, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from watchroom.domain import filters as f
from watchroom.domain.filter_hints import KnownKeys, expected_text, wrong_attribute, wrong_field
from watchroom.domain.filter_times import LENGTH_FORMATS, TIME_FORMATS, instant, seconds_of, span_of
from watchroom.errors import QueryError

MAX_LENGTH = 10_000
"""Characters of a filter: a list of 200 run ids fits; a file pasted by mistake does not."""
MAX_CONDITIONS = 200
"""Each condition may cost a pass over a table."""
MAX_DEPTH = 40
"""Nested groups and NOTs; far more than a person writes, far less than the database's own limit."""

_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_SHOWN_AROUND = 60
"""Characters shown on either side of the place of an error."""


def parse(text: str, known: KnownKeys | None = None) -> f.Filter | None:
    """The filter that `text` says; None for an empty one. `known` keys serve for hints alone.

    Raises QueryError: `what` names the place, `why` shows it above a caret (two lines), `next_step` says what was
    expected or the nearest right name.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"The filter has {len(text):,} characters; {MAX_LENGTH:,} are the limit.")
    if unwritable := _UNWRITABLE.search(text):
        raise _error(text, unwritable.start(), "a character that no text can hold", "Remove it.")
    if not text.strip():
        return None
    try:
        tree = _grammar().parse(text)
    except UnexpectedInput as error:
        raise _not_understood(text, error) from None
    _refuse_depth(tree)
    filter_ = _Reader(text, known or KnownKeys()).filter(tree)
    if (count := sum(1 for _ in f.conditions(filter_))) > MAX_CONDITIONS:
        raise QueryError(f"The filter has {count} conditions; {MAX_CONDITIONS} are the limit.")
    return filter_


@cache
def _grammar() -> Lark:
    grammar = Path(__file__).with_name("filters.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", propagate_positions=True)


class _Reader:
    """Turns the parse tree into values, and checks that each value fits what it is compared with."""

    def __init__(self, text: str, known: KnownKeys) -> None:
        self.text = text
        self.known = known

    def filter(self, tree: Tree[Token]) -> f.Filter:
        match tree.data:
            case "disjunction":
                return f.Or(tuple(self.filter(child) for child in _trees(tree)))
            case "conjunction":
                return f.And(tuple(self.filter(child) for child in _trees(tree)))
            case "negated":
                return f.Not(self.filter(_trees(tree)[0]))
            case _:
                return self.condition(tree)

    def condition(self, tree: Tree[Token]) -> f.Condition:
        subject = self.subject(_trees(tree)[0])
        match str(tree.data):
            case "compare":
                return self.compare(subject, tree)
            case "one_of" | "none_of" as rule:
                return f.OneOf(subject, self.list(subject, _trees(tree)[1]), rule == "none_of")
            case "between" | "not_between" as rule:
                low, high = (self.value(subject, child) for child in _trees(tree)[1:])
                return f.Between(subject, low, high, rule == "not_between")
            case "like" | "not_like" as rule:
                return self.like(subject, tree, negated=rule == "not_like")
            case "is_null" | "is_not_null" as rule:
                return f.IsNull(subject, rule == "is_not_null")
            case rule:
                if not isinstance(subject, f.Metric):
                    raise self.wrong(
                        tree, f"`{f.subject_text(subject)}` is not a metric", "Only a metric can be infinite or NaN."
                    )
                return f.IsFinite(subject, rule == "is_not_finite")

    def compare(self, subject: f.Subject, tree: Tree[Token]) -> f.Compare:
        _, token, literal = tree.children
        assert isinstance(literal, Tree)
        operator = {"==": "=", "<>": "!="}.get(str(token), str(token))
        if f.kind_of(subject) == "truth" and operator not in ("=", "!="):
            raise self.wrong(tree, f"`{f.subject_text(subject)}` is true or false", "Compare it with `=` or `!=`.")
        return f.Compare(subject, operator, self.value(subject, literal))

    def like(self, subject: f.Subject, tree: Tree[Token], *, negated: bool) -> f.Like:
        _, operator, literal = tree.children
        assert isinstance(literal, Tree)
        if f.kind_of(subject) not in ("text", "text or number"):
            raise self.wrong(tree, f"`{f.subject_text(subject)}` is not text", f"`{operator}` compares text.")
        if literal.data != "text":
            raise self.wrong(literal, f"`{operator}` needs a text", f"Put it in quotes: '{literal.children[0]}'.")
        return f.Like(subject, str(operator).lower(), f.Text(_unquoted(_token(literal))), negated)

    def list(self, subject: f.Subject, tree: Tree[Token]) -> tuple[f.Value, ...]:
        values = tuple(self.value(subject, child) for child in _trees(tree))
        if len({type(value) for value in values}) > 1 and f.kind_of(subject) == "text or number":
            raise self.wrong(tree, "a list of texts and numbers", "Write all of them in quotes, or none.")
        return values

    def subject(self, tree: Tree[Token]) -> f.Subject:
        match str(tree.data):
            case "attribute":
                return self.attribute(_token(tree))
            case "metric":
                return f.Metric(_unquoted(_token(tree)))
            case "statistic":
                statistic, key = tree.children
                return f.Metric(_unquoted(str(key)), str(statistic).lower())
            case "param":
                return f.Param(_unquoted(_token(tree)))
            case "tag":
                return f.Tag(_unquoted(_token(tree)))
            case "dataset":
                return f.Dataset(self.field(_token(tree), "dataset", f.DATASET_FIELDS))
            case _:
                return f.Model(self.field(_token(tree), "model", f.MODEL_FIELDS))

    def attribute(self, token: Token) -> f.Attribute:
        name = f.OTHER_NAMES.get(token.lower(), token.lower())
        if name not in f.ATTRIBUTES:
            raise self.wrong(token, f"no attribute is called `{token}`", wrong_attribute(str(token), self.known))
        return f.Attribute(name)

    def field(self, token: Token, prefix: str, fields: dict[str, f.Kind]) -> str:
        if token.lower() not in fields:
            raise self.wrong(token, f"there is no `{prefix}.{token}`", wrong_field(str(token), prefix, fields))
        return token.lower()

    def value(self, subject: f.Subject, tree: Tree[Token]) -> f.Value:
        value = self.literal(tree)
        name = f.subject_text(subject)
        match f.kind_of(subject), value:
            case "text", f.Text():
                return value
            case "text or number", f.Text() | f.Number():
                return value
            case "number" | "duration", f.Number():
                return value
            case "duration", f.Text(length) if seconds_of(length) is not None:
                return value
            case "time", f.Ago():
                return value
            case "time", f.Text(time) if span_of(time) is not None:
                return value
            case "time", f.Number(milliseconds) if instant(milliseconds) is not None:
                return value
            case "truth", f.Truth():
                return value
            case "text", _:
                raise self.wrong(tree, f"`{name}` is text", f"Put it in quotes: '{self.source(tree)}'.")
            case "text or number", _:
                raise self.wrong(tree, f"`{name}` is text or a number", f"For a text: '{self.source(tree)}'.")
            case "number", _:
                raise self.wrong(tree, f"`{name}` is a number", "Write a number, without quotes.")
            case "duration", _:
                raise self.wrong(tree, f"`{name}` is a length of time", f"Write {LENGTH_FORMATS}.")
            case "time", _:
                raise self.wrong(tree, f"`{name}` is a time", f"Write {TIME_FORMATS}.")
        raise self.wrong(tree, f"`{name}` is true or false", "Write `true` or `false`.")

    def literal(self, tree: Tree[Token]) -> f.Value:
        token = _token(tree)
        match tree.data:
            case "number":
                if not math.isfinite(float(token)):
                    raise self.wrong(tree, "a number that is too large", "Write a finite number, or use `is finite`.")
                return f.Number(float(token))
            case "truth":
                return f.Truth(token.lower() == "true")
            case "ago":
                if seconds_of(_unquoted(token)) is None:
                    raise self.wrong(
                        tree, "not a length of time", "Write ago('90s'), ago('15m'), ago('2h'), ago('7d') or ago('4w')."
                    )
                return f.Ago(_unquoted(token).strip())
            case _:
                return f.Text(_unquoted(token))

    def source(self, tree: Tree[Token]) -> str:
        return self.text[tree.meta.start_pos : tree.meta.end_pos]

    def wrong(self, place: Tree[Token] | Token, what: str, next_step: str) -> QueryError:
        start: int = (place if isinstance(place, Token) else place.meta).start_pos or 0
        return _error(self.text, start, what, next_step)


def _not_understood(text: str, error: UnexpectedInput) -> QueryError:
    if isinstance(error, UnexpectedCharacters):
        place = cast("int", error.pos_in_stream)
        found, wanted = text[place], set(error.allowed or ())
    elif isinstance(error, UnexpectedToken) and error.token.type != "$END":
        found, place, wanted = str(error.token), error.token.start_pos or 0, set(error.accepts or ())
    else:
        found, place, wanted = "", len(text), set(getattr(error, "accepts", None) or ())
    return _error(text, place, _found(found), _advice(found, text[place:], wanted))


def _found(found: str) -> str:
    return f"`{found[:_SHOWN_AROUND]}` does not fit there" if found else "it ends too early"


def _advice(found: str, rest: str, wanted: set[str]) -> str:
    if found in ("'", '"', "`"):
        return f"The quote is never closed: a second {found} is missing."
    if found == ")":
        return "No parenthesis is open there."
    if re.match(r"-\d|T\d\d:", rest):
        return "A time goes in quotes: '2026-01-31'."
    word = re.match(r"[^\W\d][\w.\-]*", rest)
    if word and "SINGLE_QUOTED" in wanted:
        return f"Text goes in quotes: '{word[0]}'."
    return expected_text(wanted)


def _error(text: str, place: int, what: str, next_step: str) -> QueryError:
    return QueryError(
        f"The filter is not understood at character {place + 1}: {what}.", why=_caret(text, place), next_step=next_step
    )


def _caret(text: str, place: int) -> str:
    """The part of the filter round the place on one line, and a caret under the place on the next."""
    start = max(0, place - _SHOWN_AROUND)
    shown = re.sub(r"\s", " ", text[start : place + _SHOWN_AROUND])
    before, after = "…" * (start > 0), "…" * (place + _SHOWN_AROUND < len(text))
    return f"{before}{shown}{after}\n{' ' * (len(before) + place - start)}^"


def _refuse_depth(tree: Tree[Token]) -> None:
    waiting = [(tree, 0)]
    while waiting:
        branch, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise QueryError(f"The filter is nested too deeply; {MAX_DEPTH} levels are the limit.")
        waiting.extend((child, depth + 1) for child in _trees(branch))


def _trees(tree: Tree[Token]) -> list[Tree[Token]]:
    return [child for child in tree.children if isinstance(child, Tree)]


def _token(tree: Tree[Token]) -> Token:
    token = tree.children[0]
    assert isinstance(token, Token)
    return token


def _unquoted(token: str) -> str:
    """The text inside the quotes, where the quote itself is written twice."""
    quote = token[0]
    return token[1:-1].replace(quote * 2, quote) if quote in "'\"`" else str(token)
