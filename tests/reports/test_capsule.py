"""An incident capsule brings back what was seen: its commands run as they stand, whatever the names are."""

from __future__ import annotations

import ast
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.helpers.snapshots import publish_rows
from tests.helpers.sqlite_store import build_small_store
from tests.ui import sample_alerts
from tests.ui.sample import HOSTILE
from tests.ui.sample_alerts import FRAUD, TODAY
from watchroom.errors import StoreError
from watchroom.reports.capsule import capsule
from watchroom.store.snapshot import SnapshotStore

MODEL = FRAUD | {
    "model": "card-fraud",
    "decisions": {
        "path": ["lake/fraud/*.parquet", "lake/it's shadow/*.csv"],
        "id": 'odd "id"',
        "version": "model_version",
        "prediction": "prediction",
        "score": "score",
        "features": ["amount", "country"],
    },
    "outcomes": {"path": "lake/fraud-outcomes/*.csv", "value": "label", "id": 'odd "id"', "timestamp": "known at"},
}


def packed(store: Path, alert_id: str) -> bytes:
    snapshots = SnapshotStore(store)
    try:
        with snapshots.lease() as snapshot:
            return capsule(snapshot, alert_id)
    finally:
        snapshots.close()


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    (found,) = folder.iterdir()
    return found


def texts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name.partition("/")[2]: archive.read(name).decode() for name in archive.namelist()}


def rows(folder: Path | None = None, **model: Any) -> dict[str, list[dict[str, Any]]]:
    found = sample_alerts.rows()
    spec = sample_alerts.spec(MODEL | model)
    found["models"] = [row | ({"spec": spec} if row["model"] == "card-fraud" else {}) for row in found["models"]]
    if folder is not None:
        facts = {row["key"]: row["value"] for row in found["workspace"]} | {"folder": str(folder)}
        found["workspace"] = [{"key": key, "value": value} for key, value in facts.items()]
    return found


@pytest.fixture
def store(tmp_path: Path) -> Path:
    publish_rows(tmp_path / "store", rows())
    return tmp_path / "store"


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_small_store(tmp_path_factory.mktemp("mlflow") / "mlflow.db").file


def lake(folder: Path) -> None:
    """Ten days of decisions: four a day of version 3, one of them twice, one of version 2, and their outcomes."""
    for name in ("fraud", "it's shadow", "fraud-outcomes"):
        (folder / "lake" / name).mkdir(parents=True)
    days = [TODAY - timedelta(n) for n in range(10)]
    live = [(f"p{day}-{n}", datetime.combine(day, time(6 * n)), 3, 1.5 * n) for day in days for n in range(4)]
    live += [(f"p{day}-0", datetime.combine(day, time(23)), 3, 99.0) for day in days]
    live += [(f"p{day}-0", datetime.combine(day, time(1)), 2, 0.0) for day in days]
    connection = duckdb.connect()
    connection.execute(
        'create table log ("odd ""id""" varchar, timestamp timestamp, model_version integer, amount double)'
    )
    connection.executemany("insert into log values (?, ?, ?, ?)", live)
    connection.execute(f"copy log to '{folder / 'lake/fraud/log.parquet'}'")
    shadow = [
        ['odd "id"', "timestamp", "model_version"],
        ["s1", f"{TODAY}T23:30:00-02:00", "3"],
        ["s2", f"{TODAY}T22:30:00Z", "3.0"],
    ]
    outcomes = [['odd "id"', "label", "known at"], ["s2", "0", f"{TODAY}"], ["s2", "1", f"{TODAY + timedelta(1)}"]]
    for name, lines in (("it's shadow/a.csv", shadow), ("fraud-outcomes/a.csv", outcomes)):
        with (folder / "lake" / name).open("w", newline="") as file:
            csv.writer(file).writerows(lines)


def test_the_script_fetches_the_decisions_of_the_window_from_the_log(tmp_path: Path):
    folder = tmp_path / "work [space]"
    lake(folder)
    publish_rows(tmp_path / "store", rows(folder))
    found = unpacked(packed(tmp_path / "store", "a-drift"), tmp_path / "out")
    done = subprocess.run([sys.executable, "fetch_rows.py"], cwd=found, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # Seven days of four, and of the other files the one that lies in the window by UTC.
    assert done.stdout.strip() == "29 decisions in rows.csv; the snapshot counted 8,123"
    with (found / "rows.csv").open(newline="") as file:
        fetched = list(csv.DictReader(file))
    ids = [row['odd "id"'] for row in fetched]
    assert len(set(ids)) == 29
    assert {row["model_version"] for row in fetched if row['odd "id"'].startswith("p")} == {"3"}
    assert {row["amount"] for row in fetched if row['odd "id"'].endswith("-0")} == {"99.0"}
    assert next(row for row in fetched if row['odd "id"'] == "s2")["outcome"] == "1"


def test_without_a_version_column_the_champion_of_the_time_decided(tmp_path: Path):
    lake(tmp_path / "work")
    decisions = {name: value for name, value in MODEL["decisions"].items() if name != "version"}
    given = rows(tmp_path / "work", decisions=decisions)
    moved = {"model": "card-fraud", "event": "alias_moved", "name": "champion", "previous_version": 2}
    midnight = datetime.combine(TODAY - timedelta(2), time())
    given["registry_events"] = [
        {**moved, "seq": 1, "event": "alias_set", "version": 2, "seen_at": midnight - timedelta(60)},
        {**moved, "seq": 2, "version": 3, "seen_at": midnight},
    ]
    publish_rows(tmp_path / "store", given)
    found = unpacked(packed(tmp_path / "store", "a-drift"), tmp_path / "out")
    out = tmp_path / "elsewhere's rows.csv"
    subprocess.run([sys.executable, "fetch_rows.py", str(tmp_path / "work"), str(out)], cwd=found, check=True)
    with out.open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 3 * 4 + 1


def test_decisions_are_fetched_while_there_are_no_outcomes_yet(tmp_path: Path):
    lake(tmp_path / "work")
    (tmp_path / "work/lake/fraud-outcomes/a.csv").unlink()
    publish_rows(tmp_path / "store", rows(tmp_path / "work"))
    found = unpacked(packed(tmp_path / "store", "a-drift"), tmp_path / "out")
    done = subprocess.run([sys.executable, "fetch_rows.py"], cwd=found, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("29 decisions"), done.stderr


def test_a_log_that_is_not_there_is_said_in_a_sentence(tmp_path: Path):
    publish_rows(tmp_path / "store", rows(tmp_path / "nowhere"))
    found = unpacked(packed(tmp_path / "store", "a-drift"), tmp_path / "out")
    done = subprocess.run([sys.executable, "fetch_rows.py"], cwd=found, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("No file of [")


@pytest.mark.long
@pytest.mark.parametrize("alert_id", ["a-drift", "a-quality", "a-auc", "a-volume", "a-hostile"])
def test_its_shell_commands_run_as_they_stand(tmp_path: Path, mlflow: Path, alert_id: str):
    folder = tmp_path / "it's a room"
    (folder / "models").mkdir(parents=True)
    shutil.copyfile(mlflow, folder / "mlflow.db")
    (folder / "watchroom.yaml").write_text("mlflow: {tracking_uri: 'sqlite:///mlflow.db'}\n")
    publish_rows(folder / "store", rows(folder))
    found = unpacked(packed(folder / "store", alert_id), tmp_path / "out")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WATCHROOM_")}
    done = subprocess.run(
        ["sh", "commands.sh"], cwd=found, capture_output=True, text=True, check=False, env={**environment, "PATH": path}
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("alert_id,model") == 2  # before the refresh, and after it
    assert f"\n{alert_id}," in done.stdout
    assert not (tmp_path / "pwned").exists()


def test_the_same_snapshot_gives_the_same_bytes(store: Path):
    assert packed(store, "a-drift") == packed(store, "a-drift")


def test_it_holds_the_version_with_its_run_and_data_and_the_registry_of_that_moment(store: Path):
    held = texts(packed(store, "a-drift"))
    version = json.loads(held["version.json"])
    assert version["run"]["run_id"] == "run002"
    assert version["run"]["commit"] == "0123456789abcdef0123456789abcdef01234567"
    assert [row["digest"] for row in version["data"]] == ["abc2"]
    assert version["reference"]["n"] == 5000
    registry = json.loads(held["registry.json"])
    assert registry["aliases_at_the_end_of_the_window"] == {"champion": 3, "challenger": 4}
    assert [event["seq"] for event in registry["events"]] == [1, 2, 3, 4, 5]
    assert json.loads(held["model.json"])["decisions"]["id"] == 'odd "id"'
    assert json.loads(held["alert.json"])["value"] == 0.412


def test_a_share_is_said_with_its_limit_in_the_same_unit(store: Path):
    said = texts(packed(store, "a-quality"))["README.md"]
    assert "6.1 % missing, unseen or invalid, limit 2.0 %, since" in said


def test_the_window_stands_beside_the_reference(store: Path):
    held = texts(packed(store, "a-drift"))
    bins = list(csv.DictReader(io.StringIO(held["window/bins.csv"])))
    assert [(row["bin"], row["reference"], row["window"]) for row in bins] == [
        ("0", "0", "0"), ("1", "2500", "2100"), ("2", "2500", "4900"), ("3", "0", "1120"),
    ]  # fmt: skip
    assert len(list(csv.DictReader(io.StringIO(held["window/days.csv"])))) == 7 * 3
    assert len(list(csv.DictReader(io.StringIO(held["window/values.csv"])))) == 30


@pytest.mark.parametrize(
    ("day", "aliases"),
    [
        (-7, {"champion": 3, "challenger": 4}),
        (-9, {"champion": 2}),
        (-61, {}),
        (None, {"champion": 3, "challenger": 4}),
    ],
)
def test_the_aliases_are_those_of_the_end_of_the_window(tmp_path: Path, day: int | None, aliases: dict[str, int]):
    given = rows()
    end = None if day is None else TODAY + timedelta(day)
    given["alerts"] = [sample_alerts.alert("a1", period_end=end)]
    publish_rows(tmp_path / "store", given)
    registry = json.loads(texts(packed(tmp_path / "store", "a1"))["registry.json"])
    assert registry["aliases_at_the_end_of_the_window"] == aliases


def test_the_readme_says_what_happened_and_how_to_reproduce_it(store: Path):
    text = texts(packed(store, "a-drift"))["README.md"]
    for part in ("# Incident `a-drift`", "value 0.412, limit 0.3", "8,123 decisions in the window",
                 "Commit: `0123456789", "python fetch_rows.py", "sh commands.sh", "`claims` `abc2`"):  # fmt: skip
        assert part in text


def test_names_from_outside_are_literals_in_every_file(store: Path):
    held = texts(packed(store, "a-hostile"))
    one_line = " ".join(HOSTILE.split())
    shown = [line for line in held["README.md"].splitlines() if "onerror" in line]
    assert shown
    assert all(f"`{one_line}`" in line for line in shown)
    assert "fetch_rows.py" not in held  # the model has no file, so nobody knows where its log is
    assert "they cannot be fetched" in held["README.md"]
    calls = [node for node in ast.walk(ast.parse(held["load_model.py"])) if isinstance(node, ast.Call)]
    assert [ast.unparse(call.func) for call in calls] == [
        "mlflow.set_tracking_uri",
        "mlflow.pyfunc.load_model",
        "print",
    ]
    assert ast.literal_eval(calls[1].args[0]).startswith("models:/")


def test_a_capsule_of_nothing_is_refused(store: Path):
    with pytest.raises(StoreError, match="There is no alert 'a999' in this snapshot"):
        packed(store, "a999")
