"""A registry in a folder of mlruns of which something cannot be read for a while: nothing of it is recorded as gone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from watchroom.jobs.refresh import refresh
from watchroom.ledger import Ledger
from watchroom.ledger.registry_events import seen_events
from watchroom.settings import Settings
from watchroom.sources.tracking import files_catalog
from watchroom.sources.tracking.files_tree import Unreadable, subfolders

pytestmark = pytest.mark.long

MODEL = "mlruns/models/churn"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A workspace over a folder with one registered model: two versions, an alias, tags."""
    files = {
        "watchroom.yaml": "mlflow: {tracking_uri: mlruns}\n",
        "mlruns/0/meta.yaml": "experiment_id: '0'\nname: Default\nlifecycle_stage: active\n",
        f"{MODEL}/meta.yaml": "name: churn\n",
        f"{MODEL}/tags/team": "claims",
        f"{MODEL}/aliases/champion": "1",
        f"{MODEL}/version-1/meta.yaml": "version: 1\ncurrent_stage: Production\n",
        f"{MODEL}/version-1/tags/approval": "Approved",
        f"{MODEL}/version-2/meta.yaml": "version: 2\ncurrent_stage: None\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def _refresh(room: Path) -> list[str]:
    """A refresh; the names of all events that the ledger then holds."""
    refresh(room, Settings.load({}, workspace=str(room)))
    with Ledger.open(f"sqlite:///{room / 'ledger.db'}", create=False) as ledger:
        return [seen.event.event for seen in seen_events(ledger)]


def _linked(file: Path) -> None:
    """Something that MLflow does not write, and that is not followed."""
    file.unlink()
    file.symlink_to("elsewhere")


DAMAGES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "an emptied model": (f"{MODEL}/meta.yaml", lambda file: file.write_text("")),
    "an emptied version": (f"{MODEL}/version-1/meta.yaml", lambda file: file.write_text("")),
    "an emptied alias": (f"{MODEL}/aliases/champion", lambda file: file.write_text("")),
    "an unreadable tag": (f"{MODEL}/tags/team", _linked),
    "an unreadable tag of a version": (f"{MODEL}/version-1/tags/approval", _linked),
}


@pytest.mark.parametrize(("name", "damage"), DAMAGES.values(), ids=DAMAGES.keys())
def test_what_cannot_be_read_of_a_model_for_a_while_is_not_recorded_as_gone(
    room: Path, name: str, damage: Callable[[Path], object]
) -> None:
    before = _refresh(room)
    file, text = room / name, (room / name).read_text()
    damage(file)
    assert _refresh(room) == before
    file.unlink()
    file.write_text(text)
    assert _refresh(room) == before


def test_models_that_cannot_be_listed_are_not_recorded_as_gone(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _refresh(room)

    def refusing(path: str | Path) -> object:
        if str(path).endswith("models"):
            raise Unreadable("Permission denied")
        return subfolders(path)

    with monkeypatch.context() as patch:
        patch.setattr(files_catalog, "subfolders", refusing)
        assert _refresh(room) == before
    assert _refresh(room) == before


def test_what_can_be_read_of_a_damaged_model_is_recorded(room: Path) -> None:
    before = _refresh(room)
    (room / MODEL / "version-1" / "meta.yaml").write_text("")
    (room / MODEL / "aliases" / "champion").write_text("2")
    assert _refresh(room) == [*before, "alias_moved"]


def test_a_model_that_is_removed_beside_a_damaged_one_is_gone(room: Path) -> None:
    other = room / "mlruns" / "models" / "other"
    other.mkdir()
    (other / "meta.yaml").write_text("name: other\n")
    before = _refresh(room)
    (room / MODEL / "meta.yaml").write_text("")
    (other / "meta.yaml").unlink()
    other.rmdir()
    assert _refresh(room) == [*before, "model_gone"]
