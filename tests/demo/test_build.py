"""Building: the same for the same seed, only inside its folder, repeatable, and never over somebody's work."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from tests.demo.conftest import Logs
from tests.helpers.demo import END, SCALE, SEED
from watchroom.demo import WORLDS, approvals, files, is_built
from watchroom.demo.approvals import EVIDENCE_CHANGED, SIGNERS, sign
from watchroom.demo.evidence import digest
from watchroom.demo.plan import Plan
from watchroom.demo.serving import serve
from watchroom.demo.tracking import quiet_mlflow
from watchroom.demo.training import fit, training_data
from watchroom.demo.worlds import churn, claims, fraud, machine, retail
from watchroom.demo.worlds.base import World
from watchroom.errors import WorkspaceError
from watchroom.ledger import Ledger
from watchroom.ledger.approvals import approvals as ledger_approvals

pytestmark = pytest.mark.long

PLAN = Plan(END, SCALE, SEED)


def test_the_same_seed_and_end_give_the_same_data_and_the_same_models(logs: Logs):
    world, models, data = retail.WORLD, {}, {}
    for release in world.releases:
        data[release.version] = training_data(PLAN, world, release)
        models[release.version] = fit(world, release.recipe, data[release.version])
    again = serve(PLAN, world, models, data[world.champion])
    pd.testing.assert_frame_equal(again.decisions, logs.decisions(world.model))
    pd.testing.assert_frame_equal(again.shadow, logs.shadow(world.model))
    pd.testing.assert_frame_equal(again.outcomes, logs.outcomes(world.model))
    pd.testing.assert_frame_equal(again.reference, logs.reference(world.model))


def test_another_seed_makes_another_world():
    release = retail.WORLD.releases[0]
    one, other = (training_data(replace(PLAN, seed=seed), retail.WORLD, release).train for seed in (SEED, SEED + 1))
    assert not one["label"].equals(other["label"])


def test_moving_the_end_moves_the_training_data_and_nothing_else():
    release = retail.WORLD.releases[0]
    here, later = (
        training_data(replace(PLAN, end=end), retail.WORLD, release).train for end in (END, date(2026, 11, 27))
    )
    assert (later["timestamp"] - here["timestamp"] == pd.Timedelta(days=7)).all()
    pd.testing.assert_frame_equal(here.drop(columns="timestamp"), later.drop(columns="timestamp"))


def test_the_demo_is_complete_and_leaves_nothing_else_behind(demo_folder: Path):
    assert is_built(demo_folder)
    ours = {".demo", "evidence", "lake", "ledger.db", "mlflow", "models", "watchroom.yaml"}
    assert {entry.name for entry in demo_folder.iterdir()} - {"policies"} == ours


def test_mlflows_global_state_is_as_it_was(demo_folder: Path):
    assert "MLFLOW_TRACKING_URI" not in os.environ
    assert str(demo_folder) not in mlflow.get_tracking_uri()


def test_no_file_points_to_the_folder_it_was_built_in(demo_folder: Path):
    inside = [demo_folder / "mlflow" / "mlflow.db", *(demo_folder / "mlflow").rglob("MLmodel")]
    assert len(inside) > len(WORLDS)
    assert all(files.WORKPLACE.encode() not in file.read_bytes() for file in inside)


def test_the_ledger_holds_the_sign_offs_as_carried_over(demo_folder: Path):
    with Ledger.open(f"sqlite:///{demo_folder}/ledger.db", create=False) as ledger:
        held = ledger_approvals(ledger)
        assert ledger.verify().ok
    assert [(one.sign_off.model, one.sign_off.actor, one.at) for one in held] == [
        (one.model, one.actor, one.at) for one in approvals(demo_folder)
    ]
    assert all(one.imported for one in held)


def test_only_the_regenerated_report_differs_from_what_was_signed(demo_folder: Path):
    changed = {
        file.path
        for one in approvals(demo_folder)
        for file in one.evidence
        if digest(demo_folder / file.path) != file.sha256
    }
    assert changed == {f"evidence/{EVIDENCE_CHANGED}/3/validation.md"}


def test_those_who_signed_hold_that_role_and_did_not_make_the_version(logs: Logs):
    for world in WORLDS:
        owners = logs.workspace.models[world.model].owners.model_dump()
        for role, person in SIGNERS.get(world.model, {}).items():
            assert owners[role] == person
            assert person != world.release(world.champion).author


def test_signing_again_adds_nothing(demo_folder: Path, tmp_path: Path):
    shutil.copyfile(demo_folder / "ledger.db", tmp_path / "ledger.db")
    assert sign(f"sqlite:///{tmp_path}/ledger.db", approvals(demo_folder)) == 0


def test_a_folder_with_something_else_in_it_is_refused_and_not_touched(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(WorkspaceError, match=r"thesis\.txt"):
        files.prepare(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_killed_build_can_be_repeated_and_keeps_what_a_person_edited(tmp_path: Path):
    folder = tmp_path / "demo"
    files.prepare(folder)
    (folder / files.WORKPLACE / "half").mkdir()
    (folder / "watchroom.yaml").write_text("currency: USD\n")
    files.prepare(folder)
    files.clear_workplaces(folder)
    assert not is_built(folder)
    assert (folder / "watchroom.yaml").read_text() == "currency: USD\n"
    assert len(list((folder / "models").glob("*.yaml"))) == len(WORLDS)


def test_the_folder_of_the_text_files_is_used_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    shutil.copytree(files.text_folder() / "models", tmp_path / "models")
    shutil.copy(files.text_folder() / "watchroom.yaml", tmp_path)
    monkeypatch.setattr(files, "text_folder", lambda: tmp_path)
    files.prepare(tmp_path)
    assert (tmp_path / files.WORKPLACE).is_dir()


def test_a_damaged_marker_is_said_to_be_no_demo(tmp_path: Path):
    (tmp_path / ".demo").write_text("{")
    with pytest.raises(WorkspaceError, match="no complete demo"):
        approvals(tmp_path)


def _told(world: World) -> str:
    first, *later = world.live
    live = ", ".join([str(first.version), *(f"from {step.days}: {step.version}" for step in later)])
    shadow = ", ".join(f"{step.version} from {step.days}" for step in world.shadow) or "none"
    # A version that comes back is said to.
    return f"| `{world.model}` | {live} | {shadow} |".replace("from 96: 1,", "from 96: 1 again,")


def test_the_docs_say_which_version_was_live_when_and_what_drifts():
    text = (Path(__file__).parents[2] / "docs" / "demo.md").read_text("utf-8")
    for world in WORLDS:
        assert _told(world) in text
        if world.drift_start:
            assert f"| `{world.model}` | {world.drift_start} days before the end |" in text


def test_the_equations_in_the_docs_are_those_of_the_modules():
    text = (Path(__file__).parents[2] / "docs" / "demo.md").read_text("utf-8")
    for module in (churn, claims, fraud, machine, retail):
        equation = [line.strip() for line in (module.__doc__ or "").splitlines() if line.startswith("    ")]
        assert len(equation) >= 2
        assert all(line in text for line in equation)


def test_a_baseline_is_worse_than_the_release_it_precedes():
    world = retail.WORLD
    data = training_data(PLAN, world, world.releases[0])
    naive = fit(world, replace(world.releases[0].recipe, algorithm="naive", features=(), params={}), data)
    real = fit(world, world.releases[0].recipe, data)
    assert real.metrics["rmse"] < naive.metrics["rmse"] / 2


@pytest.mark.parametrize("set_by", ["nobody", "the environment", "a call"])
def test_making_a_demo_leaves_mlflow_pointing_where_it_did(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, set_by: str
):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    here, there = (f"sqlite:///{tmp_path}/{name}.db" for name in ("here", "there"))
    if set_by == "the environment":
        monkeypatch.setenv("MLFLOW_TRACKING_URI", here)
    if set_by == "a call":
        monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
        mlflow.set_tracking_uri(here)
    with quiet_mlflow(f"sqlite:///{tmp_path}/demo.db"):
        pass
    assert mlflow.get_tracking_uri() == here or set_by == "nobody"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", there)
    assert mlflow.get_tracking_uri() == there
