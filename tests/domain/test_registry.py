from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.registry import (
    EVENT_NAMES,
    ModelState,
    RegistryEvent,
    RegistryState,
    VersionState,
    applied,
    difference,
    state_from,
)
from watchroom.store.schema import TABLES

# Few names, so that two states have much in common.
names = st.sampled_from(["churn", "claims/severity", "a\nb", "模型", "🦊", ""])
texts = st.sampled_from(["", "x", "y", "None"])
numbers = st.integers(1, 4)
tags = st.dictionaries(names, texts, max_size=3)
versions = st.builds(VersionState, st.none() | st.sampled_from(["Staging", "Production", ""]), tags)
models = st.builds(
    ModelState, tags, st.dictionaries(names, numbers, max_size=3), st.dictionaries(numbers, versions, max_size=3)
)
states = st.builds(RegistryState, st.dictionaries(names, models, max_size=4))


@given(before=states, after=states)
def test_the_events_between_two_states_lead_from_one_to_the_other(before: RegistryState, after: RegistryState):
    assert applied(before, difference(before, after)) == after


@given(looks=st.lists(states, min_size=1, max_size=5))
def test_all_events_since_the_beginning_lead_to_the_last_look(looks: list[RegistryState]):
    history: list[RegistryEvent] = []
    for look in looks:
        history += difference(state_from(history), look)
    assert state_from(history) == looks[-1]
    assert difference(state_from(history), looks[-1]) == ()


@given(state=states)
def test_nothing_differs_from_itself(state: RegistryState):
    assert difference(state, state) == ()


@given(before=states, after=states)
def test_the_order_of_events_does_not_depend_on_the_order_of_what_was_read(before: RegistryState, after: RegistryState):
    def backwards(state: RegistryState) -> RegistryState:
        turned = {
            name: ModelState(_turned(one.tags), _turned(one.aliases), _turned(one.versions))
            for name, one in reversed(state.models.items())
        }
        return RegistryState(turned)

    assert difference(backwards(before), backwards(after)) == difference(before, after)


def _turned(mapping):
    return dict(reversed(mapping.items()))


@given(before=states, after=states)
def test_an_event_is_not_said_twice(before: RegistryState, after: RegistryState):
    events = difference(before, after)
    assert len(set(events)) == len(events)


def churn(tags=None, aliases=None, **versions: VersionState) -> RegistryState:
    numbered = {int(name.removeprefix("v")): version for name, version in versions.items()}
    return RegistryState({"churn": ModelState(tags or {}, aliases or {}, numbered)})


def event(what, **fields) -> RegistryEvent:
    return RegistryEvent(what, "churn", **fields)


NOTHING = RegistryState()
PLAIN = VersionState()


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        (NOTHING, churn(), [event("model_added")]),
        (churn(), NOTHING, [event("model_gone")]),
        (churn(), churn(v1=PLAIN), [event("version_added", version=1)]),
        (churn(v1=PLAIN), churn(), [event("version_gone", version=1)]),
        (
            churn(v1=PLAIN),
            churn(v1=PLAIN, aliases={"champion": 1}),
            [event("alias_set", name="champion", version=1)],
        ),
        (
            churn(v1=PLAIN, aliases={"champion": 1}),
            churn(v1=PLAIN, v2=PLAIN, aliases={"champion": 2}),
            [event("version_added", version=2), event("alias_moved", name="champion", version=2, previous_version=1)],
        ),
        (
            churn(v1=PLAIN, aliases={"champion": 1}),
            churn(v1=PLAIN),
            [event("alias_removed", name="champion", previous_version=1)],
        ),
        (churn(), churn(tags={"team": "x"}), [event("tag_set", name="team", value="x")]),
        (
            churn(tags={"team": "x"}),
            churn(tags={"team": ""}),
            [event("tag_changed", name="team", value="", previous_value="x")],
        ),
        (churn(tags={"team": "x"}), churn(), [event("tag_removed", name="team", previous_value="x")]),
        (
            churn(v1=PLAIN),
            churn(v1=VersionState(tags={"approval": "Approved"})),
            [event("tag_set", version=1, name="approval", value="Approved")],
        ),
        (
            churn(v1=VersionState("Staging")),
            churn(v1=VersionState("Production")),
            [event("stage_changed", version=1, value="Production", previous_value="Staging")],
        ),
        (
            churn(v1=VersionState("Staging")),
            churn(v1=PLAIN),
            [event("stage_changed", version=1, previous_value="Staging")],
        ),
        (
            churn(v1=VersionState("Production", {"a": "b"}), tags={"c": "d"}, aliases={"champion": 1}),
            NOTHING,
            [
                event("alias_removed", name="champion", previous_version=1),
                event("version_gone", version=1),
                event("model_gone"),
            ],
        ),
        (
            NOTHING,
            churn(v1=VersionState("Production", {"a": "b"}), tags={"c": "d"}, aliases={"champion": 1}),
            [
                event("model_added"),
                event("version_added", version=1),
                event("stage_changed", version=1, value="Production"),
                event("tag_set", version=1, name="a", value="b"),
                event("alias_set", name="champion", version=1),
                event("tag_set", name="c", value="d"),
            ],
        ),
    ],
)
def test_each_change_has_its_event(before: RegistryState, after: RegistryState, events: list[RegistryEvent]):
    assert list(difference(before, after)) == events


def test_the_snapshot_documents_exactly_these_events():
    table = TABLES["registry_events"]
    doc = next(column.doc for column in table.columns if column.name == "event")
    assert doc == ", ".join(f"`{name}`" for name in EVENT_NAMES)


def test_a_state_is_read_from_rows_in_any_order():
    state = RegistryState.from_rows(
        models=["churn", "empty"],
        model_tags=[("churn", "team", "x"), ("churn", "blank", None)],
        versions=[("churn", 2, "None"), ("churn", 1, "Production"), ("churn", 3, ""), ("churn", 4, None)],
        version_tags=[("churn", 1, "approval", "Approved")],
        aliases=[("churn", "champion", 1), ("churn", "old", 9)],
    )
    assert state.models["empty"] == ModelState()
    assert state.models["churn"] == ModelState(
        {"team": "x", "blank": ""},
        {"champion": 1, "old": 9},
        {1: VersionState("Production", {"approval": "Approved"}), 2: PLAIN, 3: PLAIN, 4: PLAIN},
    )


def test_rows_of_a_model_or_version_that_is_not_listed_are_left_out():
    state = RegistryState.from_rows(
        models=["churn"],
        model_tags=[("gone", "team", "x")],
        versions=[("gone", 1, None)],
        version_tags=[("gone", 1, "a", "b"), ("churn", 1, "a", "b")],
        aliases=[("gone", "champion", 1)],
    )
    assert state == churn()
