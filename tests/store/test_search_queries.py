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


@pytest.mark.parametrize("text", ["", "  ", "' or 1=1 --", "%", "_", "{0}", "$word0", "\0", "🦊", "a " * 500])
def test_whatever_is_typed_is_only_looked_for(snapshot: Snapshot, text: str):
    find(snapshot, text=text, most=3)
    assert len(words_of(text)) <= 8
