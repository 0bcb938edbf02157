"""The tables of the policies as a refresh fills them, and a policy on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from watchroom.cli import cli
from watchroom.domain.policy import rules_from
from watchroom.errors import WorkspaceError
from watchroom.jobs.policies import fill_policies
from watchroom.jobs.policy_text import copy_policy, policy_named, policy_text
from watchroom.sources.tracking.contract import Problem
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder
from watchroom.store.schema import TABLES
from watchroom.workspace.load import load_workspace
from watchroom.workspace.policies import shipped

MODELS = (("fraud", "Banking", "Cards", "high"), ("churn", "Telecoms", None, None))


class Room:
    """A workspace without MLflow: its policies, and snapshots of the tables that come of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "policies").mkdir(parents=True)
        (folder / "watchroom.yaml").write_text("time_zone: UTC\n")

    def write(self, name: str, text: str) -> None:
        (self.folder / "policies" / f"{name}.yaml").write_text(text)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.filled(sql)[0]

    def filled(self, sql: str) -> tuple[list[tuple[object, ...]], tuple[Problem, ...]]:
        store = StoreFolder(self.folder / "store")
        with refresh_lock(store, wait_seconds=5), Draft(store) as draft:
            draft.fresh("room")
            names = TABLES["models"].column_names
            given = [dict(zip(("model", "trade", "team", "tier"), row, strict=True)) for row in MODELS]
            draft.insert("models", [[row.get(name) for name in names] for row in given])
            problems = fill_policies(draft, load_workspace(self.folder, {}))
            found = draft.connection.execute(sql).fetchall()
            draft.publish(None)
            return found, problems


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    return Room(tmp_path / "room")


def test_the_policy_that_ships_holds_for_every_model_of_a_workspace_without_one(room: Room) -> None:
    found = room.rows("select * from room.model_policies order by model")
    assert found == [("churn", "default", "high", True), ("fraud", "default", "high", False)]


def test_the_tables_say_all_that_a_policy_says(room: Room) -> None:
    sql = "select file, extends, items, unassessed, rules, digest from room.policies where policy = 'default'"
    ((file, extends, items, unassessed, rules, digest),) = room.rows(sql)
    assert (file, extends, items, unassessed) == (None, None, len(shipped().items), "high")
    assert rules_from(str(rules)) == dict(shipped().rules)
    assert digest == shipped().digest
    sql = "select item, stage, kind, params, section, blocks, digest from room.policy_items order by position"
    for row, item in zip(room.rows(sql), shipped().items, strict=True):
        assert row[:3] == (item.id, item.stage, item.kind)
        assert json.loads(str(row[3])) == json.loads(json.dumps(dict(item.params)))
        assert row[4:] == (item.section, item.blocks, item.digest)


def test_a_policy_of_a_line_of_business_holds_for_its_models_alone(room: Room) -> None:
    room.write("bank", "applies_to: {trades: [Banking]}\nunassessed: critical\n")
    assert room.rows("select model, policy from room.model_policies order by 1") == [
        ("churn", "default"),
        ("fraud", "bank"),
    ]


def test_two_policies_that_fit_a_model_as_closely_are_a_problem_and_the_first_holds(room: Room) -> None:
    room.write("b", "applies_to: {teams: [Cards]}\n")
    room.write("a", "applies_to: {trades: [Banking]}\n")
    found, problems = room.filled("select policy from room.model_policies where model = 'fraud'")
    assert found == [("a",)]
    assert [(problem.model, problem.why) for problem in problems] == [("fraud", "They are a, b.")]


def test_a_policy_whose_file_cannot_be_read_holds_as_it_was(room: Room) -> None:
    room.write("own", "unassessed: critical\ndrop: [canary]\nsign_off: {low: {people: 3}}\n")
    asked = "select policy, tier, assumed from room.model_policies order by model"
    items = "select count(*) from room.policy_items where policy = 'own'"
    before = room.rows(asked), room.rows(items)
    assert before[0] == [("own", "critical", True), ("own", "high", False)]
    room.write("own", "unassessed: critical\ndrop: [no-such]\n")
    assert (room.rows(asked), room.rows(items)) == before
    assert len(room.rows("select * from room.policies where policy = 'own'")) == 1


def test_a_policy_that_never_could_be_read_holds_for_nothing(room: Room) -> None:
    room.write("own", "drop: [no-such]\n")
    assert {row[0] for row in room.rows("select policy from room.model_policies")} == {"default"}


# --- on the command line


def run(*words: str) -> str:
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_show_prints_what_is_asked_of_a_tier_at_a_stage_and_who_signs(room: Room) -> None:
    text = run("policy", "show", "--tier", "low", "--stage", "deploy", "--workspace", str(room.folder))
    assert "## Deploy: May it go into service?" in text
    assert "checks itself by `signature`" in text
    assert "`canary`" not in text
    assert "Pilot" not in text
    assert text.endswith("- low: any role, 1 person, for 365 days; also the author\n")


def test_show_names_the_nearest_policy_for_one_that_is_not_there_and_the_mistake_of_a_broken_one(room: Room) -> None:
    room.write("bank", "title: Bank\n")
    assert policy_text(policy_named(room.folder, "bank")).startswith("# Bank\n\nFrom policies/bank.yaml")
    with pytest.raises(WorkspaceError) as raised:
        policy_named(room.folder, "bnak")
    assert raised.value.next_step == 'Did you mean "bank"?'
    room.write("bank", "drop: [x]\n")
    with pytest.raises(WorkspaceError) as raised:
        policy_named(room.folder, "bank")
    assert raised.value.place.startswith("policies/bank.yaml")


@pytest.mark.parametrize("whole", [False, True])
def test_a_copied_policy_is_in_order_asks_the_same_and_is_never_written_over(room: Room, whole: bool) -> None:
    words = ["policy", "copy", "bank", "--workspace", str(room.folder), *(["--whole"] if whole else [])]
    assert run(*words).strip().endswith("policies/bank.yaml")
    workspace = load_workspace(room.folder, {})
    assert not workspace.problems
    assert workspace.policies["bank"].items == shipped().items
    with pytest.raises(WorkspaceError, match="already"):
        copy_policy(room.folder, "bank", whole=whole)


def test_the_lines_in_the_comments_of_a_copied_policy_work_as_they_stand(room: Room) -> None:
    path = copy_policy(room.folder, "own", whole=False)
    lines = path.read_text("utf-8").splitlines()
    code = [line.removeprefix("# ").removeprefix("#") for line in lines if _is_code(line)]
    path.write_text("\n".join(code) + "\n")
    workspace = load_workspace(room.folder, {})
    assert not workspace.problems
    own = workspace.policies["own"]
    assert own.item("our-own") is not None
    assert own.item("canary") is None
    assert own.applies_to.teams == ("Cards",)


def _is_code(line: str) -> bool:
    said = line.removeprefix("# ")
    return bool(said.strip()) and (said.startswith(" ") or (":" in said.split(" ")[0] and "yaml-" not in line))


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "a b"])
def test_a_policy_is_copied_into_its_folder_and_nowhere_else(room: Room, name: str) -> None:
    with pytest.raises(WorkspaceError, match="cannot be called"):
        copy_policy(room.folder, name, whole=False)
