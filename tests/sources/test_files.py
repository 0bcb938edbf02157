"""A folder of mlruns as it is found: damaged, half-written, copied through git. Read as far as it goes, untouched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.tracked import Pull, Tracked
from watchroom.errors import SourceError
from watchroom.sources.tracking.contract import Problem
from watchroom.sources.tracking.files import FileSource
from watchroom.sources.tracking.files_runs import parse_metric

RUN = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"
LONG_AGO = 1_600_000_000


@pytest.fixture
def mlruns(tmp_path: Path) -> Path:
    """Two runs in experiment 1, as MLflow of 2022 wrote them, with an empty Default beside it."""
    folder = tmp_path / "mlruns"
    _experiment(folder / "0", "Default")
    _experiment(folder / "1", "search")
    for run in (RUN, OTHER):
        _run(folder / "1" / run)
        _write(folder / "1" / run / "metrics" / "loss", "1656994881659 0.5 1\n1656994881689 0.25 2\n")
        _write(folder / "1" / run / "params" / "depth", "6")
        _write(folder / "1" / run / "tags" / "mlflow.runName", "a name")
    _age(folder)
    return folder


def _experiment(folder: Path, name: str) -> None:
    _write(
        folder / "meta.yaml", f"artifact_location: file:///x\nexperiment_id: '{folder.name}'\n"
        f"lifecycle_stage: active\nname: {name}\n",
    )  # fmt: skip


def _run(folder: Path) -> None:
    _write(
        folder / "meta.yaml",
        f"artifact_uri: file:///x\nend_time: 1656994890000\nexperiment_id: '{folder.parent.name}'\n"
        f"lifecycle_stage: active\nname: ''\nrun_id: {folder.name}\nsource_type: 4\nsource_name: ''\n"
        "start_time: 1656994880000\nstatus: 3\nuser_id: user\n",
    )


def _write(file: Path, text: str | bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def _age(folder: Path) -> None:
    """Give everything an old time: what was written just now is read again at the next refresh."""
    for path in [folder, *folder.rglob("*")]:
        os.utime(path, (LONG_AGO, LONG_AGO))


def _pull(folder: Path) -> tuple[Tracked, Pull]:
    tracked = Tracked()
    return tracked, tracked.pull(FileSource(folder))


def _state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    found = {}
    for path in [folder, *folder.rglob("*")]:
        stat = path.lstat()
        found[str(path)] = (stat.st_mtime_ns, stat.st_mode, path.read_bytes() if path.is_file() else b"")
    return found


def test_the_folder_is_not_touched(mlruns: Path) -> None:
    before = _state(mlruns)
    tracked, _ = _pull(mlruns)
    tracked.pull(FileSource(mlruns))
    assert _state(mlruns) == before


def test_an_old_run_is_read_by_mlflows_numbers(mlruns: Path) -> None:
    tracked, pull = _pull(mlruns)
    assert pull.problems == []
    row = tracked.runs_held[RUN]["runs"]
    assert {key: row[key] for key in ("name", "status", "user", "source_type", "start_ms", "end_ms")} == {
        "name": None,
        "status": "FINISHED",
        "user": "user",
        "source_type": None,
        "start_ms": 1656994880000,
        "end_ms": 1656994890000,
    }
    assert tracked.rows("experiments", "name", "created_ms") == [("Default", None), ("search", None)]


@pytest.mark.parametrize(
    ("number", "word"), [(1, "RUNNING"), (2, "SCHEDULED"), (3, "FINISHED"), (4, "FAILED"), (5, "KILLED")]
)
def test_a_status_is_a_word(mlruns: Path, number: int, word: str) -> None:
    meta = mlruns / "1" / RUN / "meta.yaml"
    meta.write_text(meta.read_text().replace("status: 3", f"status: {number}"))
    assert _pull(mlruns)[0].run(RUN)["status"] == word


def test_unchanged_runs_are_not_parsed_again(mlruns: Path) -> None:
    tracked, pull = _pull(mlruns)
    assert pull.changed == {RUN, OTHER}
    again = tracked.pull(FileSource(mlruns))
    assert (again.changed, again.checked) == (set(), {RUN, OTHER})


def test_a_run_that_was_being_written_is_read_a_second_time(mlruns: Path) -> None:
    tag = mlruns / "1" / RUN / "tags" / "mood"
    tag.write_text("good")
    tracked, _ = _pull(mlruns)
    stat = tag.stat()
    tag.write_text("evil")
    os.utime(tag, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # as on a disk whose clock ticks slowly
    tracked.pull(FileSource(mlruns))
    assert tracked.run(RUN)["tags"]["mood"] == "evil"


def test_runs_without_the_folders_that_git_drops_are_read(mlruns: Path) -> None:
    for section in ("metrics", "params"):
        shutil.rmtree(mlruns / "1" / RUN / section)
    tracked, pull = _pull(mlruns)
    assert pull.problems == []
    assert tracked.run(RUN)["points"] == {}


def test_an_experiment_in_the_trash_is_deleted_whatever_it_says(mlruns: Path) -> None:
    (mlruns / ".trash").mkdir()
    shutil.move(mlruns / "1", mlruns / ".trash" / "1")
    tracked, _ = _pull(mlruns)
    assert tracked.rows("experiments", "name", "lifecycle_stage") == [("Default", "active"), ("search", "deleted")]
    assert tracked.run(RUN)["lifecycle_stage"] == "active"  # its own; the store adds the experiment's


Damage = Callable[[Path], object]


def _remove_meta(run: Path) -> None:
    (run / "meta.yaml").unlink()


def _cut_meta(run: Path) -> None:
    meta = run / "meta.yaml"
    meta.write_text(meta.read_text()[:30] + '"')


def _empty_meta(run: Path) -> None:
    (run / "meta.yaml").write_bytes(b"")


def _meta_with_code(run: Path) -> None:
    (run / "meta.yaml").write_text("run_id: !!python/object/apply:os.system ['true']\n")


@pytest.mark.parametrize("damage", [_remove_meta, _cut_meta, _empty_meta, _meta_with_code])
def test_a_run_that_cannot_be_read_is_a_problem_and_the_rest_goes_on(mlruns: Path, damage: Damage) -> None:
    damage(mlruns / "1" / RUN)
    tracked, pull = _pull(mlruns)
    assert set(tracked.runs_held) == {OTHER}
    [problem] = pull.problems
    assert (problem.kind, problem.severity, problem.count) == ("run", "error", 1)
    assert problem.place == f"1/{RUN}"
    assert problem.why


@pytest.mark.parametrize("damage", [_remove_meta, _cut_meta])
def test_a_known_run_that_breaks_is_kept_as_it_was(mlruns: Path, damage: Damage) -> None:
    tracked, _ = _pull(mlruns)
    damage(mlruns / "1" / RUN)
    pull = tracked.pull(FileSource(mlruns))
    assert (pull.gone, pull.changed, pull.checked) == (set(), set(), {OTHER})
    assert [problem.severity for problem in pull.problems] == ["warning"]
    assert tracked.run(RUN)["points"] == {"loss": [(1, "0.5"), (2, "0.25")]}


def test_a_thousand_broken_runs_are_one_problem(mlruns: Path) -> None:
    for number in range(1_000):
        (mlruns / "1" / f"{number:032x}").mkdir()
    _, pull = _pull(mlruns)
    [problem] = pull.problems
    assert problem.count == 1_000
    assert problem.place.endswith("and 995 more")


def _problem_of(mlruns: Path) -> tuple[Tracked, Problem]:
    tracked, pull = _pull(mlruns)
    [problem] = pull.problems
    return tracked, problem


def test_a_line_of_a_metric_that_is_none_is_left_out_and_said_each_time(mlruns: Path) -> None:
    file = mlruns / "1" / RUN / "metrics" / "loss"
    file.write_text("1656994881659 0.5 1\n165699488168\n1656994881700 0.125 3\n")
    _age(mlruns)
    tracked, problem = _problem_of(mlruns)
    assert tracked.run(RUN)["points"] == {"loss": [(1, "0.5"), (3, "0.125")]}
    assert (problem.severity, problem.place) == ("warning", f"1/{RUN}/metrics/loss:2")
    again = tracked.pull(FileSource(mlruns))
    assert (again.problems, again.changed, again.checked) == ([problem], set(), {RUN, OTHER})


def test_a_problem_that_is_mended_goes_away(mlruns: Path) -> None:
    file = mlruns / "1" / RUN / "params" / "secret"
    file.symlink_to("/etc/hostname")
    tracked, problem = _problem_of(mlruns)
    assert "symbolic link" in problem.why
    file.unlink()
    _age(mlruns)
    assert tracked.pull(FileSource(mlruns)).problems == []
    assert tracked.pull(FileSource(mlruns)).changed == set()


@pytest.mark.parametrize(
    ("lines", "points", "bad"),
    [
        ("1 0.5", [(0, 1, "0.5")], []),
        ("1 0.5 7\n", [(7, 1, "0.5")], []),
        ("1 nan 1\r\n2 inf 2\r\n3 -Infinity 3", [(1, 1, "nan"), (2, 2, "inf"), (3, 3, "-inf")], []),
        ("1 0.5 7 data d1g3st", [(7, 1, "0.5")], []),
        ("1 0.5 7\n1 0.5 7\n2 0.5 7", [(7, 1, "0.5"), (7, 2, "0.5")], []),
        ("\n\n", [], []),
        ("1\nx 0.5 1\n1 x 1\n1 0.5 x\n1 0.5 99999999999999999999", [], [1, 2, 3, 4, 5]),
        ("\ufeff\x00\n1 1 1", [(1, 1, "1.0")], [1]),
    ],
)
def test_lines_of_metrics(lines: str, points: list[tuple[int, int, str]], bad: list[int]) -> None:
    series, bad_lines = parse_metric(lines.encode())
    assert [*zip(series.steps, series.times, map(repr, series.values), strict=True)] == points
    assert bad_lines == bad


def test_text_that_is_not_utf8_is_shown_with_marks(mlruns: Path) -> None:
    _write(mlruns / "1" / RUN / "params" / "city", "Köln".encode("latin-1"))
    (Path(os.fsdecode(os.fsencode(mlruns / "1" / RUN / "tags") + b"/caf\xe9"))).write_text("x")
    tracked, _ = _pull(mlruns)
    assert tracked.run(RUN)["params"] == {"depth": "6", "city": "K�ln"}
    assert [key for key in tracked.run(RUN)["tags"] if key.startswith("caf")] == ["caf�"]


def test_what_a_tool_left_behind_is_no_run_and_no_metric(mlruns: Path) -> None:
    (mlruns / "1" / ".ipynb_checkpoints").mkdir()
    (mlruns / "not an experiment").mkdir()
    _write(mlruns / "1" / RUN / "metrics" / ".DS_Store", b"\x00")
    _write(mlruns / "1" / RUN / "params" / "._depth", b"\x00")
    tracked, pull = _pull(mlruns)
    assert tracked.run(RUN)["params"] == {"depth": "6"}
    assert set(tracked.run(RUN)["points"]) == {"loss"}
    assert {(problem.kind, problem.severity, problem.place) for problem in pull.problems} == {
        ("run", "note", "1/.ipynb_checkpoints"),
        ("experiment", "note", "not an experiment"),
    }


def test_an_experiment_without_its_meta_is_shown_under_its_id(mlruns: Path) -> None:
    (mlruns / "1" / "meta.yaml").unlink()
    tracked, problem = _problem_of(mlruns)
    assert tracked.rows("experiments", "experiment_id", "name") == [("0", "Default"), ("1", "1")]
    assert set(tracked.runs_held) == {RUN, OTHER}
    assert (problem.kind, problem.place) == ("experiment", "1")


def test_links_that_lead_in_a_circle_or_outside_are_not_followed(mlruns: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("do not read")
    (mlruns / "1" / RUN / "params" / "secret").symlink_to(tmp_path / "secret")
    (mlruns / "1" / RUN / "metrics" / "round").symlink_to(mlruns)
    (mlruns / "1" / OTHER / "inputs").symlink_to(tmp_path)
    tracked, problem = _problem_of(mlruns)
    assert problem.count == 3
    assert "do not read" not in str(tracked.runs_held)


def test_a_pipe_and_a_file_beyond_the_limit_do_not_stop_it(mlruns: Path) -> None:
    os.mkfifo(mlruns / "1" / RUN / "params" / "pipe")
    _write(mlruns / "1" / RUN / "tags" / "log", b"x" * 1_000_001)
    tracked, pull = _pull(mlruns)
    assert tracked.run(RUN)["params"] == {"depth": "6"}
    assert sorted(problem.place for problem in pull.problems) == [f"1/{RUN}/params/pipe", f"1/{RUN}/tags/log"]


def test_what_may_not_be_read_is_a_problem(mlruns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opening = os.open

    def refuse(path: os.PathLike[str] | str, *rest: int) -> int:  # root, who may run this, may read everything
        if Path(path).name == "depth":
            raise PermissionError(13, "Permission denied")
        return opening(path, *rest)

    monkeypatch.setattr(os, "open", refuse)
    tracked, problem = _problem_of(mlruns)
    assert (problem.why, problem.count) == ("Permission denied", 2)
    assert set(tracked.runs_held) == {RUN, OTHER}


def test_runs_are_not_gone_when_an_experiment_cannot_be_listed(mlruns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tracked, _ = _pull(mlruns)
    scandir = os.scandir

    def refuse(path: os.PathLike[str] | str) -> object:
        if Path(path) == mlruns / "1":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    pull = tracked.pull(FileSource(mlruns))
    assert pull.gone == set()
    assert set(tracked.runs_held) == {RUN, OTHER}
    assert "error" in {problem.severity for problem in pull.problems}


def test_a_copied_run_is_read_under_the_name_of_its_folder(mlruns: Path) -> None:
    shutil.copytree(mlruns / "1" / RUN, mlruns / "1" / "a copy")
    tracked, problem = _problem_of(mlruns)
    assert set(tracked.runs_held) == {RUN, OTHER, "a copy"}
    assert problem.place == "1/a copy"


def test_a_run_in_two_experiments_is_read_once(mlruns: Path) -> None:
    _experiment(mlruns / "2", "copy")
    shutil.copytree(mlruns / "1" / RUN, mlruns / "2" / RUN)
    tracked, problem = _problem_of(mlruns)
    assert tracked.run(RUN)["experiment_id"] == "1"
    assert (problem.severity, problem.place) == ("error", f"2/{RUN}")


def test_a_dataset_that_is_missing_is_a_problem(mlruns: Path) -> None:
    _write(
        mlruns / "1" / RUN / "inputs" / "i1" / "meta.yaml",
        "source_type: DATASET\nsource_id: ../../0\ntags: {mlflow.data.context: training}\n",
    )
    tracked, problem = _problem_of(mlruns)
    assert tracked.run(RUN)["inputs"] == []
    assert problem.place == f"1/{RUN}/inputs/i1"


def test_damage_in_the_registry_names_the_model(mlruns: Path) -> None:
    _write(mlruns / "models" / "churn" / "meta.yaml", "name: churn\n")
    _write(mlruns / "models" / "churn" / "version-1" / "meta.yaml", "version: 1\ncurrent_stage: Staging\n")
    _write(mlruns / "models" / "churn" / "version-2" / "meta.yaml", "{")
    _write(mlruns / "models" / "churn" / "version-x" / "meta.yaml", "version: 3\n")
    _write(mlruns / "models" / "churn" / "aliases" / "champion", "1")
    _write(mlruns / "models" / "churn" / "aliases" / "challenger", "second")
    tracked, pull = _pull(mlruns)
    assert tracked.rows("model_versions", "name", "version", "stage") == [("churn", 1, "Staging")]
    assert tracked.rows("aliases", "alias", "version") == [("champion", 1)]
    assert sorted(problem.place for problem in pull.problems) == [
        "models/churn/aliases/challenger",
        "models/churn/version-2",
        "models/churn/version-x",
    ]
    assert {problem.kind for problem in pull.problems} == {"model_version"}


def test_artifacts_are_found_after_the_folder_was_moved(mlruns: Path) -> None:
    _write(mlruns / "1" / RUN / "artifacts" / "my model" / "MLmodel", "flavors: {}")
    _write(mlruns / "1" / "models" / "m-1" / "artifacts" / "MLmodel", "flavors: {x: {}}")
    source = FileSource(mlruns)
    for location in (
        f"file:///home/user/mlruns/1/{RUN}/artifacts/my%20model",
        f"file:C:\\Users\\x\\mlruns/1/{RUN}/artifacts/my model",
        f"runs:/{RUN}/my model",
    ):
        assert source.read_text(location, "MLmodel") == "flavors: {}"
    assert source.read_text("models:/m-1", "MLmodel") == "flavors: {x: {}}"
    for location in ("s3://bucket/1", "models:/m-2", "models:/", "runs:/../..", "file:///home/user/other"):
        with pytest.raises(SourceError):
            source.read_text(location, "MLmodel")


def test_a_folder_that_is_none_of_mlflows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    with pytest.raises(SourceError, match="not a folder of MLflow runs"):
        _pull(tmp_path)
    with pytest.raises(SourceError, match="There is no folder"):
        _pull(tmp_path / "nowhere")
