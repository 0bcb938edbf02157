"""The policy that ships, and those of a workspace on top of it: what a person gets, and what they are told."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchroom.domain.check_kinds import KINDS, mistakes
from watchroom.domain.policy import (
    SECTIONS,
    STAGES,
    AppliesTo,
    Check,
    Policy,
    asked_tier,
    chosen,
    rules_from,
    rules_text,
)
from watchroom.domain.risk import TIERS
from watchroom.workspace.check import check_workspace, problem_line
from watchroom.workspace.policies import SHIPPED_FILE, shipped
from watchroom.workspace.policy_document import EXAMPLE, policies_markdown
from watchroom.workspace.schema import json_schema

SCORE = {"data": "Data", "model": "Model", "infrastructure": "Infrastructure", "monitoring": "Monitor"}


@pytest.fixture
def told(room):
    """What `watchroom check` says of a policy's file, a line for each mistake."""

    def told(text: str, name: str = "own") -> list[str]:
        room.write(f"policies/{name}.yaml", text)
        return [problem_line(problem) for problem in room.load().problems]

    return told


# --- the policy that ships


@pytest.mark.parametrize("section", SECTIONS)
def test_each_of_the_seven_tests_of_a_section_of_the_ml_test_score_is_one_item(section):
    sources = [item.source for item in shipped().items if item.section == section]
    assert sorted(sources) == [f"ML Test Score, {SCORE[section]} {number}" for number in range(1, 8)]


def test_each_tier_is_asked_for_all_of_the_tier_below_and_more():
    for lower, higher in pairwise(TIERS):
        below, above = (({item.id for item in shipped().items_for(tier)}) for tier in (lower, higher))
        assert below < above
    assert all(shipped().items_for("low", stage) for stage in STAGES)


def test_every_item_says_what_why_how_whose_and_where_it_comes_from_and_its_check_can_be_run():
    for item in shipped().items:
        assert all((item.text, item.why, item.how, item.source)), item.id
        assert item.role in {"business", "data_science", "operations", "reviewer"}
        assert item.check is None or not mistakes(item.check.kind, item.check.params), item.id


def test_ids_are_unique_and_the_items_of_a_stage_stand_together():
    items = shipped().items
    assert len({item.id for item in items}) == len(items)
    assert [item.stage for item in items] == sorted((item.stage for item in items), key=STAGES.index)


def test_most_items_check_themselves_by_many_kinds_and_no_item_rests_on_itself():
    checked = [item for item in shipped().items if item.check]
    assert len(checked) > len(shipped().items) / 2
    assert len({item.kind for item in checked}) >= 30
    assert not any(item.blocks and item.kind in {"signed_off", "approved"} for item in checked)


def test_who_signs_gets_stricter_by_tier_and_the_author_only_at_low():
    rules = [shipped().rule(tier) for tier in TIERS]
    assert [rule.people for rule in rules] == [1, 1, 2, 2]
    assert [rule.valid_days for rule in rules] == [365, 180, 90, 30]
    assert [rule.author_may for rule in rules] == [True, False, False, False]
    assert rules[0].roles == ()
    assert all(set(lower.roles) <= set(higher.roles) for lower, higher in pairwise(rules))


def test_a_copy_of_the_shipped_file_in_a_workspace_is_the_same_policy(room):
    room.write("policies/default.yaml", SHIPPED_FILE.read_text("utf-8"))
    copy = room.load().policies["default"]
    assert (copy.items, copy.rules, copy.unassessed) == (shipped().items, shipped().rules, shipped().unassessed)
    assert copy.file == "policies/default.yaml"
    assert copy.digest == shipped().digest


# --- a policy of one's own


OWN = """\
title: The bank's own
applies_to: {trades: [bank*]}
unassessed: critical
sign_off: {medium: {valid_days: 90}}
drop: [canary]
items:
  goal: {text: The goal is written down., valid_days: 30}
  step-by-step: {check: {kind: explained, days: 10}}
  alerts-sent: {check: question}
  desk-note:
    {stage: discovery, tier: low, role: reviewer, text: The desk knows of it., check: {sql: select 1}, blocks: true}
  scored: {stage: deploy, tier: high, role: operations, text: Scored., check: {python: "own.py:scored", tables: [kpis]}}
"""


def test_a_policy_changes_adds_and_drops_items_and_leaves_the_rest_as_in_the_one_it_extends(room):
    room.write("policies/bank.yaml", OWN)
    workspace = room.load()
    bank = workspace.policies["bank"]
    assert not workspace.problems
    assert (bank.extends, bank.file, bank.unassessed) == ("default", "policies/bank.yaml", "critical")
    assert len(bank.items) == len(shipped().items) + 2 - 1
    assert bank.item("canary") is None
    goal, before = bank.item("goal"), shipped().item("goal")
    assert (goal.text, goal.valid_days) == ("The goal is written down.", 30)
    assert (goal.why, goal.check) == (before.why, before.check)
    assert goal.digest != before.digest
    assert bank.item("risk") == shipped().item("risk")
    assert bank.item("step-by-step").check == Check("explained", {"days": 10})
    assert bank.item("alerts-sent").kind == "question"
    assert bank.item("desk-note").check == Check("sql", {"sql": "select 1"})
    assert bank.item("scored").check == Check("python", {"function": "own.py:scored", "tables": ("kpis",)})
    assert [item.id for item in bank.items_for("low", "discovery")][-1] == "desk-note"
    assert bank.rule("medium").valid_days == 90
    assert bank.rule("medium").roles == ("reviewer",)


def test_a_policy_may_ask_as_little_as_the_rules_let(room):
    easy = "medium: {roles: [reviewer], people: 3, valid_days: 366}, critical: {roles: [reviewer], valid_days: 90}"
    room.write("policies/own.yaml", f"unassessed: medium\nsign_off: {{low: {{valid_days: 366}}, {easy}}}\n")
    assert not room.load().problems


def test_a_policy_can_build_on_another_one_in_whatever_order_the_files_stand(room):
    room.write("policies/a.yaml", "extends: z\ndrop: [desk]\n")
    room.write("policies/z.yaml", "items: {desk: {stage: pilot, tier: low, role: business, text: Yes.}}\n")
    policies = room.load().policies
    assert policies["z"].item("desk") is not None
    assert policies["a"].item("desk") is None
    assert policies["a"].extends == "z"


def test_a_workspace_can_replace_the_default_and_others_then_build_on_that(room):
    room.write("policies/default.yaml", "extends: default\ndrop: [goal]\n")
    room.write("policies/own.yaml", "title: Own\n")
    policies = room.load().policies
    assert policies["default"].item("goal") is None
    assert policies["own"].item("goal") is None


def test_a_policy_can_begin_from_nothing(room):
    signs = "{roles: [reviewer], people: 2, valid_days: 30, author_may: false}"
    rules = ", ".join(f"{tier}: {signs}" for tier in TIERS)
    item = "{stage: deploy, tier: low, role: business, text: Yes.}"
    room.write("policies/own.yaml", f"extends: nothing\nsign_off: {{{rules}}}\nitems: {{one: {item}}}\n")
    own = room.load().policies["own"]
    assert [item.id for item in own.items] == ["one"]
    assert own.extends is None


def test_a_workspace_without_policies_has_the_one_that_ships(room):
    assert dict(room.load().policies) == {"default": shipped()}


# --- mistakes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("items: {goal: {tier: hihg}}", 'items.goal.tier: "hihg" is not known here.'),
        ("items: {goal: {chek: owners}}", 'Did you mean "check"?'),
        ("items: {goal: {check: ownrs}}", 'items.goal.check.kind: There is no kind of check "ownrs". Did you mean'),
        ("items: {goal: {check: {kind: owners, role: [x]}}}", "items.goal.check.role: "),
        ("items: {goal: {check: {kind: explained, days: 0}}}", "at least 1"),
        ("items: {goal: {check: {kind: metric_within}}}", "lacks 'metric'"),
        ("items: {goal: {check: {days: 3}}}", "items.goal.check: The check does not say what it is."),
        ("items: {goal: {check: {kind: question, days: 3}}}", "A question takes no parameters."),
        ("items: {goal: {check: [a]}}", "Expected a mapping, found a list."),
        ("items: {gaol: {text: x}}", 'The item "gaol" is new, and stage, tier and role are missing.'),
        ("items: {'a b': {text: x}}", "This cannot be the id of an item."),
        ("drop: [goall]", 'drop[0]: There is no item "goall" to drop.'),
        ("drop: [goal]\nitems: {goal: {tier: low}}", 'The item "goal" is dropped and changed.'),
        ("extends: defualt", 'There is no policy "defualt".'),
        ("extends: own", "The policy extends itself. own → own."),
        ("extends: nothing", "Who signs models of tier low is not said in full."),
        ("sign_off: {medium: {author_may: true}}", "The author cannot sign models of tier medium."),
        ("sign_off: {critical: {people: 1}}", "Models of tier critical take at least 2 people."),
        ("sign_off: {critical: {roles: []}}", "sign_off.critical.roles: A reviewer signs models of tier critical."),
        ("sign_off: {medium: {roles: [business]}}", "A reviewer signs models of tier medium."),
        ("sign_off: {high: {roles: [reviewer, reviewer]}}", 'roles[1]: The role "reviewer" is named twice.'),
        ("sign_off: {low: {valid_days: 367}}", "sign_off.low.valid_days: A sign-off of tier low holds for at most 366"),
        ("sign_off: {critical: {valid_days: 91}}", "A sign-off of tier critical holds for at most 90 days."),
        ("unassessed: low", "unassessed: A model whose risk is not assessed cannot be asked as one of tier low."),
        ("sign_off: {high: {roles: [boss]}}", '"boss" is not known here.'),
        ("sign_off: {higher: {people: 2}}", 'Did you mean "high"?'),
        ("unassessed: none", '"none" is not known here.'),
        ("items: {goal: {valid_days: 0}}", "Expected 1 or more."),
        (f"items: {{goal: {{text: {'x' * 1001}}}}}", "The text is too long."),
        ("- a", "The file is not a mapping."),
    ],
)
def test_a_mistake_names_the_file_the_place_and_what_was_meant(told, text: str, said: str):
    lines = told(text + "\n")
    assert any(said in line for line in lines), lines
    assert all(line.startswith("policies/own.yaml") for line in lines)


def test_a_broken_policy_takes_those_that_build_on_it_with_it_and_no_other(room):
    room.write("policies/a.yaml", "extends: b\n")
    room.write("policies/b.yaml", "drop: [no-such]\n")
    room.write("policies/c.yaml", "title: c\n")
    workspace = room.load()
    assert set(workspace.policies) == {"default", "c"}
    assert dict(workspace.broken_policies) == {"a": "policies/a.yaml", "b": "policies/b.yaml"}
    assert [problem.file for problem in workspace.problems] == ["policies/b.yaml", "policies/a.yaml"]


def test_policies_that_extend_one_another_in_a_ring_are_told_of(room):
    room.write("policies/a.yaml", "extends: b\n")
    room.write("policies/b.yaml", "extends: a\n")
    workspace = room.load()
    assert "a → b → a." in str([problem.why for problem in workspace.problems])
    assert set(workspace.policies) == {"default"}


def test_a_second_file_of_the_same_name_is_left_out(room):
    room.write("policies/a.yaml", "title: first\n")
    room.write("policies/a.yml", "title: second\n")
    workspace = room.load()
    assert workspace.policies["a"].title == "first"
    assert [problem.file for problem in workspace.problems] == ["policies/a.yml"]


@settings(max_examples=30)  # each writes a folder
@given(st.text(max_size=200))
def test_whatever_stands_in_a_policy_it_is_told_of_and_never_raised(tmp_path_factory, text: str):
    folder: Path = tmp_path_factory.mktemp("room")
    (folder / "watchroom.yaml").write_text("time_zone: UTC\n")
    (folder / "policies").mkdir()
    (folder / "policies" / "own.yaml").write_text(text, "utf-8", "surrogatepass")
    assert check_workspace(folder, {}).files == 2


def test_editors_get_a_schema_with_the_kinds_of_check():
    schema = json.loads(json.dumps(json_schema("policy")))
    assert schema["additionalProperties"] is False
    names, *forms = schema["$defs"]["ItemChange"]["properties"]["check"]["anyOf"][:-1]
    assert {"explained", "question"} <= set(names["enum"])
    assert len(forms) == len(KINDS)
    (explained,) = (form for form in forms if form["properties"].get("kind", {}).get("const") == "explained")
    assert set(explained["properties"]) == {"kind", "days", "rows"}


def test_the_page_of_the_docs_is_made_from_the_files_model_and_its_example_works(room):
    page = Path(__file__).parents[2] / "docs" / "policies.md"
    assert page.read_text("utf-8") == policies_markdown()
    room.write("policies/bank.yaml", EXAMPLE)
    workspace = room.load()
    assert not workspace.problems
    assert workspace.policies["bank"].item("enough-decisions").kind == "sql"
    assert workspace.policies["bank"].item("weights-named").params["tables"] == ("params",)


# --- which one holds


def policy(name: str, file: str | None = "f", **parts: tuple[str, ...]) -> Policy:
    return Policy(name, (), {}, "high", file=file, applies_to=AppliesTo(**parts))


DEFAULT = policy("default", None)


@pytest.mark.parametrize(
    ("others", "holds"),
    [
        ([], "default"),
        ([policy("own")], "own"),
        ([policy("own", models=("other",))], "default"),
        ([policy("all"), policy("team", teams=("risk",))], "team"),
        ([policy("team", teams=("risk",)), policy("glob", models=("fr*",))], "glob"),
        ([policy("glob", models=("fr*",)), policy("name", models=("fraud",))], "name"),
        ([policy("team", teams=("risk",)), policy("both", teams=("risk",), trades=("bank",))], "both"),
        ([policy("team", teams=("risk",), trades=("retail",))], "default"),
    ],
)
def test_the_policy_that_fits_a_model_most_closely_holds_for_it(others: list[Policy], holds: str):
    for policies in ([DEFAULT, *others], [*others[::-1], DEFAULT]):
        found, tied = chosen(policies, "fraud", "bank", "risk")
        assert (found.name, tied) == (holds, ())


def test_of_two_that_fit_as_closely_the_first_by_name_holds_and_the_other_is_named():
    found, tied = chosen([DEFAULT, policy("b"), policy("a")], "fraud", None, None)
    assert (found.name, tied) == ("a", ("b",))


def test_a_model_without_a_team_is_not_one_of_a_teams():
    assert not AppliesTo(teams=("*",)).fits("fraud", None, None)


def test_a_model_whose_risk_is_not_assessed_is_asked_as_the_policy_says_and_that_is_assumed():
    assert asked_tier(None, shipped()) == ("high", True)
    assert asked_tier("low", shipped()) == ("low", False)


def test_rules_survive_the_way_through_a_table():
    assert rules_from(rules_text(shipped().rules)) == dict(shipped().rules)
    with pytest.raises(ValueError, match="low"):
        rules_from("{}")
