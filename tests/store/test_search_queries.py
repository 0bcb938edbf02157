"""What the search finds in a snapshot: every kind, the nearest first, whatever is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.reading import full
from watchroom.store.queries.search import find, words_of
from watchroom.store.snapshot import Snapshot, SnapshotStore


@pytest.fixture
def snapshot(tmp_path: Path):
    full(tmp_path / "store")
    store = SnapshotStore(tmp_path / "store")
    with store.lease() as leased:
        yield leased
    store.close()


def test_a_model_is_found_by_its_name_its_beginning_and_a_word_of_it(snapshot: Snapshot):
    (name, *_) = snapshot.rows("select model from models order by length(model), model limit 1")[0]
    for text, rank in ((name, 0), (name.upper(), 0), (name[:3], 1)):
        (first, *_) = find(snapshot, text=text, most=5).found["model"]
        assert first.rank <= max(rank, 1)
    assert find(snapshot, text=name, most=5).found["model"][0].id == name


def test_a_run_is_found_by_the_beginning_of_its_id(snapshot: Snapshot):
    ((run_id,),) = snapshot.rows("select run_id from runs order by run_id limit 1")
    assert run_id in [hit.id for hit in find(snapshot, text=run_id, most=5).found["run"]]


def test_every_word_has_to_fit_and_what_is_cut_is_counted(snapshot: Snapshot):
    ((runs,),) = snapshot.rows("select count(*) from runs")
    hits = find(snapshot, text="a", most=1)
    assert all(len(found) == 1 for found in hits.found.values())
    assert 1 <= hits.totals["run"] <= runs
    assert find(snapshot, text="a zzzqqq", most=1).found == {}


def test_a_version_is_found_by_v_and_its_number_and_the_champion_comes_before_the_others(snapshot: Snapshot):
    ((name, version),) = snapshot.rows(
        """select name, version from aliases where alias = 'champion' and regexp_full_match(name, '[a-z-]+')
        order by name, version limit 1"""
    )
    assert find(snapshot, text=name, most=5).found["version"][0].version == version
    (first, *_) = find(snapshot, text=f"{name} v{version}", most=5).found["version"]
    assert (first.version, first.rank) == (version, 0)


def test_handovers_alerts_and_the_people_of_what_is_being_handed_over_are_found(tmp_path: Path):
    handover = {"seq": 7, "model": "churn", "version": 3, "stage": "deploy", "giver": "zoe@x", "receiver": "yan@x"}
    alert = {
        "alert_id": "a9",
        "model": "churn",
        "version": 3,
        "signal": "drift",
        "feature": "age",
        "severity": "warning",
    }
    full(tmp_path / "other", handovers=[{**handover, "state": "open"}], alerts=[alert])
    store = SnapshotStore(tmp_path / "other")
    with store.lease() as leased:
        assert [hit.about for hit in find(leased, text="yan@x", most=5).found["person"]] == ["receiver of churn"]
        assert [hit.id for hit in find(leased, text="handover zoe", most=5).found["handover"]] == ["7"]
        assert [hit.id for hit in find(leased, text="drift age", most=5).found["alert"]] == ["a9"]
    store.close()


@pytest.mark.parametrize("text", ["Straße 5", "STRASSE", "İzmir", "straße", "izm", "ΟΔΟΣ"])
def test_letters_beyond_ascii_are_found_as_they_are_written(tmp_path: Path, text: str):
    full(tmp_path / "other", kpis=[{"model": "churn", "kpi": name} for name in ("Straße 5", "İzmir", "ΟΔΟΣ", "x")])
    store = SnapshotStore(tmp_path / "other")
    with store.lease() as leased:
        names = [hit.name for hit in find(leased, text=text, most=5).found.get("kpi", ())]
    store.close()
    assert len(names) == (text != "STRASSE")  # which is another way to write it


@pytest.mark.parametrize("text", ["", "  ", "' or 1=1 --", "%", "_", "{0}", "$word0", "\0", "🦊", "a " * 500])
def test_whatever_is_typed_is_only_looked_for(snapshot: Snapshot, text: str):
    find(snapshot, text=text, most=3)
    assert len(words_of(text)) <= 8
