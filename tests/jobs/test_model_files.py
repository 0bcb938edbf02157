"""What the files of logged models say is read once, within bounds, and what cannot be read does no harm."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.room import CLAIMS, Room
from tests.helpers.sqlite_store import build_small_store
from watchroom.domain.reproducibility import ITEMS
from watchroom.errors import SourceUnreachable
from watchroom.jobs import model_files
from watchroom.sources.tracking.sqlite import SqliteSource
from watchroom.store.manifest import StoreFolder

MLMODEL = """
flavors:
  python_function: {loader_module: mlflow.sklearn, python_version: 3.11.7}
  sklearn: {}
mlflow_version: 3.17.2
signature: {inputs: '[{"type": "double", "name": "a"}]', outputs: '[{"type": "double"}]'}
saved_input_example_info: {type: dataframe}
"""
CONDA = "name: env\ndependencies: [python=3.8.10, pip, {pip: [mlflow==1.30, cloudpickle]}]\n"


def logged(room: Room, name: str, at: int = 1, **files: str | bytes) -> str:
    """A model that the finished run logged at that time (milliseconds), with these files; its location."""
    folder = room.folder / "artifacts" / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in {"MLmodel": MLMODEL, **files}.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / file.replace("_", ".", 1)).write_bytes(data)
    run, experiment = room.mlflow.finished, room.mlflow.experiment
    room.write(
        "insert into logged_models values "
        f"('m-{name}', {experiment}, '{name}', '{folder}', {at}, {at}, 2, 'active', null, '{run}', null)"
    )
    return str(folder)


def history(room: Room, value: object) -> None:
    """What MLflow 2 notes of the models of a run."""
    text = value if isinstance(value, str) else json.dumps(value)
    quoted = text.replace("'", "''")
    room.write(
        f"insert into tags (key, value, run_uuid) values ('mlflow.log-model.history', '{quoted}', "
        f"'{room.mlflow.finished}')"
    )


def files(room: Room, columns: str) -> list[tuple[object, ...]]:
    return room.rows(f"select {columns} from model_files where location like '{room.folder}%' order by location")


def test_a_logged_model_is_read_with_its_environment(room: Room) -> None:
    where = logged(room, "a", requirements_txt="scikit-learn==1.9.1\n# note\n")
    room.refresh()
    assert files(
        room, "location, run_id, model_id, flavors, python_version, mlflow_version, requirements, problem"
    ) == [
        (
            where, room.mlflow.finished, "m-a", ["python_function", "sklearn"], "3.11.7", "3.17.2",
            "scikit-learn==1.9.1\n# note", None,
        )
    ]  # fmt: skip
    assert files(room, "signature_inputs is not null, has_input_example, load_status, read_at is not null") == [
        (True, True, None, True)
    ]


def test_a_run_of_mlflow_2_names_its_models_in_a_tag(room: Room) -> None:
    place = room.folder / "artifacts" / "old"
    room.write(f"update runs set artifact_uri = '{place}' where run_uuid = '{room.mlflow.finished}'")
    (place / "model").mkdir(parents=True)
    (place / "model" / "MLmodel").write_text("flavors: {sklearn: {}}\n")
    (place / "model" / "conda.yaml").write_text(CONDA)
    (room.folder / "artifacts" / "MLmodel").write_text(MLMODEL)
    history(room, [{"artifact_path": "model"}, {"artifact_path": ".."}, {"artifact_path": None}, 7])
    room.refresh()
    assert files(room, "location, flavors, requirements, python_version, problem") == [
        (f"{place}/model", ["sklearn"], "mlflow==1.30\ncloudpickle", "3.8.10", None)
    ]


def test_what_the_run_noted_is_taken_where_its_files_are_on_another_machine(room: Room) -> None:
    gone = room.folder / "artifacts" / "elsewhere"
    room.write(f"update runs set artifact_uri = '{gone}' where run_uuid = '{room.mlflow.finished}'")
    told = {
        "artifact_path": "model",
        "flavors": {"sklearn": {"sklearn_version": "1.0"}, "python_function": {"python_version": "3.8.10"}},
        "signature": {"inputs": '[{"type": "double", "name": "a"}]', "outputs": None},
        "mlflow_version": "2.9.2",
    }
    history(room, [{**told, "flavors": {"old": {}}}, told])
    room.refresh()
    columns = "flavors, python_version, mlflow_version, signature_inputs, has_input_example, problem"
    ((*known, problem),) = files(room, columns)
    assert known == [["python_function", "sklearn"], "3.8.10", "2.9.2", '[{"type": "double", "name": "a"}]', None]
    assert str(problem).endswith("What is known of it is what its run noted when it was logged.")
    items = "select item, status from reproducibility where item in ('signature', 'environment') and run_id = "
    assert dict(room.rows(f"{items}'{room.mlflow.finished}'")) == {"signature": "found", "environment": "unknown"}
    read = files(room, "read_at")
    room.refresh()
    assert files(room, "read_at") == read


@pytest.mark.parametrize("text", ["nope", '[{"artifact_path": {"a": 1}}]', "[" * 900])
def test_a_tag_that_is_not_what_mlflow_writes_names_no_readable_model(room: Room, text: str) -> None:
    history(room, text)
    room.refresh()
    assert room.rows("select count(*) from model_files where flavors is not null") == [(0,)]


STRANGE: list[tuple[bytes, str | None, str | None]] = [
    (b"x\0y", "x\ufffdy", None),
    ("numpy\n".encode("utf-8-sig"), "numpy", None),
    (b"   \n", None, None),
    (b"a" * 1_000_000, None, "longer than"),
    ("numpy".encode("utf-16"), None, "cannot be read"),
    ("имя==1 # лес 🌲".encode(), "имя==1 # лес 🌲", None),
]


def test_a_strange_list_of_requirements_is_kept_or_refused_and_does_no_harm(room: Room) -> None:
    for number, (content, _, _) in enumerate(STRANGE):
        logged(room, f"n{number}", requirements_txt=content)
    room.refresh()
    for found, (_, kept, why) in zip(files(room, "requirements, problem, flavors"), STRANGE, strict=True):
        requirements, problem, flavors = found
        assert requirements == kept
        assert why in str(problem) if why else problem is None
        assert flavors == ["python_function", "sklearn"]


def test_a_refresh_that_finds_nothing_new_writes_nothing(room: Room) -> None:
    logged(room, "a")
    (room.folder / "artifacts" / "gone").mkdir()
    logged(room, "b")
    shutil.rmtree(room.folder / "artifacts" / "b")
    room.refresh()
    before = _parts(room)
    room.refresh()
    assert _parts(room)["mlflow"] == before["mlflow"]


def _parts(room: Room) -> dict[str, str]:
    folder = StoreFolder(room.folder / "store")
    return dict(folder.read_manifest(folder.current_id()).parts)


def test_what_could_not_be_read_once_is_read_when_it_is_back_and_its_problem_is_no_longer_told(room: Room) -> None:
    where = Path(logged(room, "a"))
    where.rename(where.with_name("aside"))
    room.refresh()
    assert files(room, "flavors, problem like '%not on this machine%'") == [(None, True)]
    where.with_name("aside").rename(where)
    room.refresh()
    assert files(room, "flavors is not null, problem") == [(True, None)]


@pytest.mark.parametrize("full", [False, True])
def test_what_is_known_of_loading_a_model_stays_when_its_files_are_read_again(room: Room, full: bool) -> None:
    where = Path(logged(room, "a"))
    where.rename(where.with_name("aside"))
    room.refresh()
    _note_loaded(room)
    where.with_name("aside").rename(where)
    room.refresh(full=full)
    assert files(room, "flavors is not null, load_status") == [(True, "loaded")]


def _note_loaded(room: Room) -> None:
    from watchroom.store.draft import Draft, refresh_lock

    store = StoreFolder(room.folder / "store")
    with refresh_lock(store, wait_seconds=5), Draft(store) as draft:
        draft.writable("mlflow")
        draft.connection.execute(
            "update mlflow.model_files set load_status = 'loaded', loaded_at = timestamp '2026-01-01' "
            "where model_id = 'm-a'"
        )
        draft.publish()


def test_a_bounded_number_is_read_at_once_the_newest_first_and_the_rest_is_said(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_files, "READ_HERE", 2)
    for number in range(5):
        logged(room, f"n{number}", at=1_000 * (number + 1))
    said = f"""select "count" from problems where what = '{model_files.LEFT}'"""
    read = "select list(model_id order by model_id) from model_files where flavors is not null"
    waiting = "select detail from reproducibility where item = 'signature' and status = 'unknown'"
    room.write("update logged_models set source_run_id = null where model_id <> 'm-n0'")
    room.write(f"update logged_models set source_run_id = '{room.mlflow.finished}' where model_id <> 'm-n0'")
    room.refresh()
    assert (len(room.rows(read)[0][0]), room.rows(said)) == (2, [(3,)])
    room.refresh()
    assert (len(room.rows(read)[0][0]), room.rows(said)) == (4, [(1,)])
    room.refresh()
    assert (len(room.rows(read)[0][0]), room.rows(said)) == (5, [])
    assert room.rows(waiting) == []


def test_rows_of_models_that_are_gone_go_too_and_the_others_are_not_read_again(room: Room) -> None:
    logged(room, "a")
    logged(room, "b")
    room.refresh()
    ((first,), _) = files(room, "read_at")
    room.write("delete from logged_models where model_id = 'm-b'")
    room.refresh()
    assert files(room, "model_id, read_at") == [("m-a", first)]


def test_a_store_that_does_not_answer_is_soon_left_alone_and_nothing_counts_as_unreadable_for_it(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcd":
        logged(room, name)
    asked = []

    def away(self: SqliteSource, location: str, name: str) -> str:
        asked.append(location)
        raise SourceUnreachable("The bucket does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(SqliteSource, "read_text", away)
        room.refresh()
    assert len(asked) == model_files.SILENCES
    assert files(room, "read_at") == [(None,)] * 4
    assert room.rows(f"select severity, why from problems where what = '{model_files.AWAY}'") == [
        ("warning", "The bucket does not answer.")
    ]
    room.refresh()
    assert room.rows(f"select * from problems where what = '{model_files.AWAY}'") == []
    assert files(room, "flavors is not null") == [(True,)] * 4


def test_a_file_at_which_a_server_falls_silent_keeps_no_other_from_being_read(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcd":
        logged(room, name, at=ord(name))
    answer = SqliteSource.read_text

    def read(self: SqliteSource, location: str, name: str) -> str:
        if location.endswith("/c") or (location.endswith("/b") and name != "MLmodel"):
            raise SourceUnreachable("It answers with HTTP 500.")
        return answer(self, location, name)

    monkeypatch.setattr(SqliteSource, "read_text", read)
    room.refresh()
    assert files(room, "model_id, flavors is not null, problem like '%HTTP 500%'") == [
        ("m-a", True, None), ("m-b", True, True), ("m-c", False, True), ("m-d", True, None),
    ]  # fmt: skip


def test_a_link_out_of_the_model_is_not_read(room: Room, tmp_path: Path) -> None:
    secret = tmp_path / "secret.env"
    secret.write_text("PASSWORD=hunter2\n", encoding="utf-8")
    requirements = Path(logged(room, "a")) / "requirements.txt"
    requirements.unlink(missing_ok=True)
    requirements.symlink_to(secret)
    room.refresh()
    (row,) = files(room, "flavors is not null, requirements, problem")
    assert row[:2] == (True, None)
    assert "leads out" in str(row[2])


def test_a_place_that_no_system_has_is_read_once_and_said(room: Room) -> None:
    logged(room, "a")
    room.write("update logged_models set artifact_location = '/a' || char(0) || 'b'")
    room.refresh()
    assert room.rows("select count(*) from model_files where read_at is null") == [(0,)]


def test_a_server_that_stays_silent_about_the_same_files_ends_no_refresh(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcd":
        logged(room, name, at=ord(name))
    answer = SqliteSource.read_text

    def read(self: SqliteSource, location: str, name: str) -> str:
        if name != "MLmodel":
            raise SourceUnreachable("It answers with HTTP 500.")
        return answer(self, location, name)

    monkeypatch.setattr(SqliteSource, "read_text", read)
    for _ in range(3):
        room.refresh()
    assert files(room, "problem like '%HTTP 500%'") == [(True,)] * 4


DOCS = Path(__file__).parent.parent.parent / "docs" / "reproduce.md"

FOLLOW = """
import json, sys
import mlflow
import pandas as pd
from sklearn.linear_model import LinearRegression

frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [2.0, 1.0, 0.0]})
model = LinearRegression().fit(frame, [1.0, 2.0, 3.0])
mlflow.set_experiment("other")
advice = json.load(sys.stdin)
exec(compile(advice.pop("docs"), "docs", "exec"), {"model": model, "frame": frame})
mlflow.MlflowClient().set_tag(mlflow.last_active_run().info.run_id, "mlflow.runName", "docs")
for key, code in advice.items():
    with mlflow.start_run(run_name=key):
        if key == "clean_tree":  # which says nothing without a commit
            mlflow.set_tag("mlflow.source.git.commit", "0" * 40)
        space = {"model": model, "frame": frame}
        exec(compile(code, key, "exec"), space)
        if key == "model":  # a refresh tries registered versions only
            mlflow.register_model(space["logged"].model_uri, "claims")
"""


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """The advice of each item followed in a run of its own, with the real MLflow, and read by a refresh."""
    folder = tmp_path_factory.mktemp("followed")
    small = build_small_store(folder / "mlflow.db")
    (folder / "requirements.txt").write_text("scikit-learn\n")
    as_somebody = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (("init", "-q"), ("add", "requirements.txt"), (*as_somebody, "commit", "-qm", "First")):
        subprocess.run(["git", *command], cwd=folder, check=True)
    (folder / ".git" / "info" / "exclude").write_text("*\n")
    environment = {**os.environ, "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db", "DO_NOT_TRACK": "true"}
    docs = DOCS.read_text().partition("```python\n")[2].partition("```")[0]
    advice = json.dumps({"docs": docs, **{item.key: item.code for item in ITEMS}})
    script = folder / "train.py"  # a file: without one the Spark client ends a process that MLflow asks it in
    script.write_text(FOLLOW)
    command = [sys.executable, "-W", "ignore", str(script)]
    subprocess.run(command, input=advice, text=True, cwd=folder, env=environment, check=True, capture_output=True)
    (folder / "models").mkdir(exist_ok=True)
    (folder / "watchroom.yaml").write_text("mlflow: {tracking_uri: 'sqlite:///mlflow.db'}\n")
    (folder / "models" / "claims.yaml").write_text(CLAIMS)
    room = Room(folder, replace(small, file=folder / "mlflow.db"))
    room.refresh()
    return room


@pytest.mark.long
def test_the_script_in_the_docs_logs_all_that_it_takes(followed: Room) -> None:
    rows = followed.rows(
        "select p.item, p.status, p.detail from reproducibility p join runs using (run_id) where name = 'docs'"
    )
    # It registers nothing, and a refresh tries registered versions only.
    assert {item: status for item, status, _ in rows if item != "model"} == {
        item.key: "found" for item in ITEMS if item.key != "model"
    }
    assert len(rows) == len(ITEMS)


@pytest.mark.parametrize(
    "item", ["commit", "clean_tree", "environment", "data", "seed", "signature", "input_example", "model"]
)
@pytest.mark.long
def test_whoever_follows_the_advice_finds_the_thing_found_after_the_next_refresh(followed: Room, item: str) -> None:
    question = (
        "select p.status, p.detail from reproducibility p join runs using (run_id) where name = '{}' and item = '{}'"
    )
    ((status, detail),) = followed.rows(question.format(item, item))
    assert status == "found", detail
    ((without, _),) = followed.rows(question.format("still going", item))
    assert without == ("unknown" if item == "clean_tree" else "missing")
