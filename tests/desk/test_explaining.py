"""The desk keeps models warm for whoever asks next, and nobody's failure or slowness is another's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.helpers.decided import MODEL, Decided, decided
from tests.helpers.snapshots import publish_rows
from watchroom.desk.explaining import Desk, Wanted
from watchroom.errors import ExplainError, ModelRefused
from watchroom.explain.contract import Explained, Input, Loaded
from watchroom.store.snapshot import Snapshot, SnapshotStore

ROWS = pa.table({"a": [1.0]})


class Played:
    """A child whose answers come when the test lets them."""

    loaded = Loaded("lightgbm", "tree", "log-odds", (Input("a", "number"),))

    def __init__(self, wanted: Wanted, gate: threading.Event) -> None:
        self.wanted = wanted
        self.alive = True
        self._gate = gate

    def explain(self, rows: pa.Table, *, seconds: float | None = None) -> Explained:
        assert self._gate.wait(10)
        if not self.alive:
            raise ExplainError("It died.")
        one = np.zeros(rows.num_rows)
        return Explained(("a",), one[:, None], one, one, one, ("1",) * rows.num_rows)

    def close(self) -> None:
        self.alive = False


class Company:
    """A desk over played children, with the snapshot of three models that have files."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.children: list[Played] = []
        notes = [{"model": name, "version": 1, "key": "files", "value": f"{name}-1"} for name in "xyz"]
        publish_rows(folder, {"explain_notes": notes})
        for name in "xyz":
            (folder / "models" / f"{name}-1").mkdir(parents=True)
        self._folder = folder
        self.store = SnapshotStore(folder)
        self.desk = Desk(folder, memory_mb=512, start=self._start, **options)

    def publish(self, notes: dict[str, str]) -> None:
        """Another refresh of the first model."""
        rows = [{"model": "x", "version": 1, "key": key, "value": value} for key, value in notes.items()]
        publish_rows(self._folder, {"explain_notes": rows})

    def _start(self, wanted: Wanted) -> Played:
        self.children.append(Played(wanted, self.gate))
        return self.children[-1]

    def ask(self, model: str) -> None:
        with self.store.lease() as snapshot:
            self.desk.explain(snapshot, model, 1, lambda _: ROWS)

    @property
    def warm(self) -> list[str]:
        return [child.wanted.folder.name[0] for child in self.children if child.alive]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Callable[..., Company]]:
    made: list[Company] = []

    def make(**options: Any) -> Company:
        made.append(Company(tmp_path / "store", **options))
        return made[-1]

    yield make
    for one in made:
        one.desk.close()
        one.store.close()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


class TestWhoIsWarm:
    def test_a_second_question_finds_the_same_child(self, company: Callable[..., Company]):
        found = company()
        found.ask("x")
        found.ask("x")
        assert len(found.children) == 1

    def test_a_third_model_ends_the_child_not_used_for_longest(self, company: Callable[..., Company]):
        found = company()
        for model in ("x", "y", "x", "z"):
            found.ask(model)
        assert found.warm == ["x", "z"]

    @pytest.mark.parametrize("key", ["stand", "background", "trust"])
    def test_files_or_a_background_that_changed_under_their_name_get_a_child_of_their_own(
        self, company: Callable[..., Company], key: str
    ):
        found = company()
        found.ask("x")
        found.publish({"files": "x-1", key: "true"})
        found.ask("x")
        found.ask("x")
        assert len(found.children) == 2

    def test_a_question_takes_its_seat_once(self, company: Callable[..., Company]):
        found = company(wait_seconds=0.1)
        with found.store.lease() as snapshot:
            loaded, _ = found.desk.explain(snapshot, "x", 1, lambda known: ROWS.select([known.inputs[0].name]))
        assert loaded is found.children[0].loaded

    def test_an_idle_child_is_ended(self, company: Callable[..., Company]):
        found = company(idle_seconds=0.1)
        found.ask("x")
        until(lambda: not found.warm)
        found.ask("x")
        assert found.warm == ["x"]

    def test_a_child_that_died_is_replaced_and_its_death_told_once(self, company: Callable[..., Company]):
        found = company()
        found.ask("x")
        found.children[0].alive = False
        found.ask("x")
        assert (len(found.children), found.warm) == (2, ["x"])

    def test_warming_starts_a_child_before_anybody_asks(self, company: Callable[..., Company]):
        found = company()
        with found.store.lease() as snapshot:
            found.desk.warm(snapshot, "x", 1)
            until(lambda: found.desk.running == 1)
            found.desk.explain(snapshot, "x", 1, lambda _: ROWS)
        assert len(found.children) == 1

    def test_warming_what_has_no_files_says_nothing(self, company: Callable[..., Company]):
        found = company()
        with found.store.lease() as snapshot:
            found.desk.warm(snapshot, "unknown", 1)
        assert found.children == []

    def test_when_it_closes_nothing_is_left_and_nothing_begins(self, company: Callable[..., Company]):
        found = company()
        found.ask("x")
        found.desk.close()
        assert found.warm == []
        with pytest.raises(ExplainError, match="shutting down"):
            found.ask("x")


class TestWaiting:
    def test_who_waits_too_long_is_told_that_another_is_explained(self, company: Callable[..., Company]):
        found = company(wait_seconds=0.1)
        found.gate.clear()
        first = threading.Thread(target=found.ask, args=("x",))
        first.start()
        until(lambda: len(found.children) == 1)
        with pytest.raises(ExplainError, match="Another explanation is running"):
            found.ask("x")
        found.gate.set()
        first.join()

    def test_a_child_in_use_is_never_ended_for_another(self, company: Callable[..., Company]):
        found = company(wait_seconds=0.1)
        found.gate.clear()
        threads = [threading.Thread(target=found.ask, args=(model,)) for model in "xy"]
        for thread in threads:
            thread.start()
        until(lambda: len(found.children) == 2)
        with pytest.raises(ExplainError, match="Another explanation"):
            found.ask("z")
        assert sorted(found.warm) == ["x", "y"]
        found.gate.set()
        for thread in threads:
            thread.join()

    def test_many_may_ask_at_once(self, company: Callable[..., Company]):
        found = company(wait_seconds=10)
        failed: list[BaseException] = []

        def ask(model: str) -> None:
            try:
                found.ask(model)
            except BaseException as error:  # noqa: BLE001 - a thread's failure is the test's
                failed.append(error)

        threads = [threading.Thread(target=ask, args=("xyz"[place % 3],)) for place in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert len(found.warm) <= 2


class TestARealModel:
    @pytest.fixture(scope="class")
    @classmethod
    def room(cls, tmp_path_factory: pytest.TempPathFactory) -> Decided:
        return decided(tmp_path_factory.mktemp("desk") / "room")

    @pytest.fixture
    def snapshot(self, room: Decided) -> Iterator[Snapshot]:
        store = SnapshotStore(room.store)
        with store.lease() as snapshot:
            yield snapshot
        store.close()

    def test_a_row_is_explained_as_the_model_scores_it(self, room: Decided, snapshot: Snapshot):
        desk = Desk(room.store, memory_mb=4096)
        try:
            row = room.row(room.an_id(sampled=False))
            rows = pa.Table.from_pandas(row.to_frame().T.infer_objects())
            loaded, found = desk.explain(snapshot, MODEL, 1, lambda _: rows)
            assert set(found.features) == {one.name for one in loaded.inputs}
            assert found.score[0] == pytest.approx(row["score"], abs=1e-9)
            assert found.base[0] + found.values.sum() == pytest.approx(found.output[0], abs=1e-9)
        finally:
            desk.close()

    def test_its_child_may_be_killed_and_comes_back(self, room: Decided, snapshot: Snapshot):
        desk = Desk(room.store, memory_mb=4096)
        try:
            before = children()
            desk.loaded(snapshot, MODEL, 1)
            (child,) = children() - before
            os.kill(child, signal.SIGKILL)
            until(lambda: desk.running == 0)
            assert desk.loaded(snapshot, MODEL, 1).method == "tree"
        finally:
            desk.close()

    def test_a_model_whose_code_is_not_trusted_is_refused(self, room: Decided, tmp_path: Path):
        store = tmp_path / "store"
        publish_rows(store, {"explain_notes": [{"model": "p", "version": 1, "key": "files", "value": "p-1"}]})
        (store / "models" / "p-1").mkdir(parents=True)
        (store / "models" / "p-1" / "MLmodel").write_text("flavors: {python_function: {loader_module: evil}}\n")
        opened = SnapshotStore(store)
        desk = Desk(store, memory_mb=4096)
        try:
            with opened.lease() as snapshot, pytest.raises(ModelRefused):
                desk.explain(snapshot, "p", 1, lambda _: ROWS)
            assert desk.running == 0
        finally:
            desk.close()
            opened.close()

    def test_without_files_the_refreshs_own_reason_is_given(self, tmp_path: Path):
        store = tmp_path / "store"
        told = {
            "model": "p",
            "version": 1,
            "status": "failed",
            "what": "It is broken.",
            "why": "Truly.",
            "next_step": "Mend it.",
        }
        publish_rows(store, {"explanations": [told]})
        opened = SnapshotStore(store)
        try:
            with opened.lease() as snapshot, pytest.raises(ExplainError) as failed:
                Desk(store, memory_mb=4096).explain(snapshot, "p", 1, lambda _: ROWS)
            assert (failed.value.what, failed.value.why, failed.value.next_step) == (
                "It is broken.",
                "Truly.",
                "Mend it.",
            )
        finally:
            opened.close()

    def test_a_process_that_ends_leaves_no_child_behind(self, room: Decided):
        done = subprocess.run(
            [sys.executable, "-c", LEAVE, str(room.store), MODEL],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        child = int(done.stdout)
        until(lambda: not Path(f"/proc/{child}").exists())


LEAVE = """
import sys
from pathlib import Path
from watchroom.desk.explaining import Desk
from watchroom.store.snapshot import SnapshotStore
store = SnapshotStore(Path(sys.argv[1]))
desk = Desk(Path(sys.argv[1]), memory_mb=4096)
with store.lease() as snapshot:
    desk.loaded(snapshot, sys.argv[2], 1)
(seat,) = desk._seats.values()
print(seat.child._child.pid)
"""


def children() -> set[int]:
    """The processes of ours that hold a model."""
    text = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
    every = {path.name for path in Path("/proc").iterdir() if path.name.isdigit()}
    return {int(pid) for pid in every if _is_child(pid)} if not text else {int(pid) for pid in text.split()}


def _is_child(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1] == str(os.getpid())
    except OSError:
        return False
