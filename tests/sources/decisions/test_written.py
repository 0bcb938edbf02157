"""What is asked of a log can be written down and read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.sources.decisions.contract import Champion, DecisionLog, OutcomeLog
from watchroom.sources.decisions.written import from_json, to_json

names = st.text(min_size=1, max_size=8)
maybe = st.none() | names
logs = st.builds(
    DecisionLog,
    id=names,
    timestamp=names,
    version=maybe,
    task=st.sampled_from([None, "binary", "multiclass", "regression"]),
    score=maybe,
    prediction=maybe,
    features=st.lists(st.tuples(names, st.sampled_from(["number", "category", "boolean"]))).map(tuple),
    groups=st.lists(names).map(tuple),
    champions=st.lists(st.builds(Champion, st.datetimes(), st.integers(1, 99))).map(tuple),
)


@given(logs, st.none() | st.builds(OutcomeLog, names, names, maybe))
def test_the_logs_that_are_read_are_those_that_were_written(log: DecisionLog, outcomes: OutcomeLog | None):
    text = to_json(log, outcomes)
    assert from_json(text) == (log, outcomes)
    assert to_json(*from_json(text)) == text


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"decisions": {"id": "a"}, "outcomes": null}'])
def test_what_is_not_theirs_is_refused(text: str):
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_json(text)
