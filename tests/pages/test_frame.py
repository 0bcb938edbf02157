"""The frame round every page: navigation by role, the scope in the address, one error boundary, the data's age."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui.reading import ENTRY, Reader, figures, full, links, said
from watchroom.ui.navigation import PAGES, page_info, sections
from watchroom.ui.room import _room

OPEN_PAGES = [page.file for page in PAGES]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "store", monkeypatch)


@pytest.mark.parametrize("name", OPEN_PAGES)
def test_before_the_first_refresh_every_page_says_how_to_begin(reader: Reader, name: str):
    text = said(reader.open(name))
    assert "Nothing to show yet" in text
    assert "watchroom init" in text
    assert "watchroom demo" in text


def test_a_first_refresh_that_failed_says_what_it_died_of(reader: Reader):
    reader.store.mkdir()
    note = {"at": datetime.now(UTC).isoformat(), "what": "MLflow did not answer.", "why": "Refused.", "next_step": ""}
    (reader.store / "last_failure.json").write_text(json.dumps(note))
    text = said(reader.open("home"))
    assert "MLflow did not answer." in text
    assert "There is no snapshot before it." in text


@pytest.mark.parametrize("name", OPEN_PAGES)
def test_a_damaged_store_is_named_with_the_next_step(reader: Reader, name: str):
    publish_rows(reader.store)
    for file in (reader.store / "parts").iterdir():
        file.write_bytes(b"not a database")
    text = said(reader.open(name))
    assert "cannot be opened." in text
    assert "Next step: Run `watchroom refresh --full` to build it anew." in text


@pytest.mark.parametrize("name", OPEN_PAGES)
def test_every_page_begins_with_its_name_and_a_question(reader: Reader, name: str):
    full(reader.store)
    app = reader.open(name)
    assert len(app.title) == 1
    assert app.main.markdown[0].value == page_info(name).question


def test_the_guide_to_the_pages_asks_the_same_questions():
    guide = (ENTRY.parent.parent / "docs" / "pages.md").read_text()
    assert [info.file for info in PAGES if f"| {info.question} |" not in guide] == []


@pytest.mark.parametrize(("hours", "old"), [("26", False), ("0.01", True)])
def test_a_snapshot_older_than_the_setting_is_said_to_be_old(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, hours: str, old: bool
):
    full(reader.store)
    (manifest,) = (reader.store / "snapshots").iterdir()
    made = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "made_at": made}))
    monkeypatch.setenv("WATCHROOM_OLD_AFTER_HOURS", hours)
    _room.clear()
    home, status = reader.open("home"), reader.open("status")
    assert ("The snapshot is 1 hour old." in said(home)) is old
    assert (":orange[The data is old]" in [label for label, _, _ in links(home)]) is old
    assert ("older than it should be" in said(status)) is old


def test_the_sidebar_says_that_there_is_no_sign_in(reader: Reader):
    full(reader.store)
    assert "No sign-in: anyone on this machine may choose a role and a name." in said(reader.open("home"))


def test_the_sidebar_says_how_old_the_data_is(reader: Reader):
    full(reader.store)
    assert "(less than a minute ago)" in said(reader.open("models"))


def test_a_failed_refresh_shows_on_every_page(reader: Reader):
    full(reader.store)
    (reader.store / "last_failure.json").write_text("{}")
    assert (":red[The last refresh failed]", "status", "") in links(reader.open("models"))


def test_versions_can_be_chosen_once_there_is_a_model(reader: Reader):
    full(reader.store)
    assert "Version" not in [box.label for box in reader.open("model").sidebar.selectbox]
    (version,) = [box for box in reader.open("model", model="bike-demand").sidebar.selectbox if box.label == "Version"]
    assert version.options == ["All versions", "2", "1"]


def test_another_model_starts_with_all_its_versions(reader: Reader):
    full(reader.store)
    app = reader.open("model", model="card-fraud", version="2")
    app.sidebar.selectbox(key="model").select("bike-demand").run()
    assert app.sidebar.selectbox(key="version").value == "All versions"


@pytest.mark.parametrize(
    ("page", "parts"),
    [
        ("home", ["Model", "Period"]),
        ("models", ["Model"]),
        ("model", ["Model", "Version", "Period"]),
        ("runs", ["Model", "Version"]),
        ("alerts", ["Model", "Period"]),
        ("features", ["Model"]),
        ("glossary", ["Model"]),
        ("status", ["Model"]),
    ],
)
def test_a_page_asks_for_no_part_of_the_scope_that_makes_no_difference_to_it(
    reader: Reader, page: str, parts: list[str]
):
    full(reader.store)
    boxes = reader.open(page, model="card-fraud").sidebar.selectbox
    assert [box.label for box in boxes if box.label != "Role"] == parts


def test_a_period_is_kept_over_pages_that_do_not_ask_for_it(reader: Reader):
    full(reader.store)
    app = reader.open("home")
    app.sidebar.selectbox(key="period").select("Last 7 days").run()
    app.switch_page("../pages/glossary.py").run()
    app.switch_page("../pages/home.py").run()
    assert app.sidebar.selectbox(key="period").value == "Last 7 days"
    assert figures(app)["Registry changes"][1] == "Last 7 days"


def test_a_period_of_ones_own(reader: Reader):
    full(reader.store)
    app = reader.open("home", period="Custom", **{"from": "2020-01-01", "to": "2020-01-31"})
    assert "1 Jan 2020 to 31 Jan 2020" in said(app)


def test_a_role_finds_its_own_pages_right_after_the_shared_ones():
    assert list(sections("data_science"))[:2] == ["", "Data science"]
    assert list(sections("admin"))[:2] == ["", "Reference"]


def test_every_page_file_is_in_the_navigation_once():
    files = sorted(file.stem for file in (ENTRY.parent.parent / "pages").glob("*.py"))
    assert sorted(OPEN_PAGES) == files


def test_a_new_snapshot_is_shown_at_the_next_rerun(reader: Reader):
    full(reader.store)
    app = reader.open("models")
    full(reader.store, models=[{"model": "fresh", "title": "Fresh", "registered": True}])
    app.run()
    assert list(app.main.dataframe[0].value["Model"]) == ["Fresh"]


def test_the_server_loads_no_machine_learning(tmp_path: Path):
    full(tmp_path / "store")
    script = f"""
import os, sys
os.environ["WATCHROOM_STORE"] = {str(tmp_path / "store")!r}
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(ENTRY)!r}, default_timeout=60)
for page in {OPEN_PAGES!r}:
    app.switch_page(f"../pages/{{page}}.py").run()
    assert not app.exception
print(sorted({{"mlflow", "shap", "sklearn", "lightgbm", "scipy", "sqlalchemy"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"
