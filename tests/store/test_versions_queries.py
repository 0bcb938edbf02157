"""What the store tells of versions: who held which name when, who decided when, and all that is known of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.helpers.snapshots import publish_rows
from tests.ui import versions_sample as sample
from watchroom.domain.tenure import standing
from watchroom.store.queries import versions as queries
from watchroom.store.snapshot import Snapshot, SnapshotStore


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    folder: Path = tmp_path_factory.mktemp("versions") / "store"
    publish_rows(folder, sample.rows())
    store = SnapshotStore(folder)
    with store.lease() as found:
        yield found
    store.close()


def test_the_champion_of_any_moment_comes_from_what_the_refreshes_saw(snapshot: Snapshot):
    found = queries.registry(snapshot, model="moved").of("champion")
    told = {days: standing(found, sample.ago(days)) for days in (70, 50, 30.5, 20, 10.5, 1)}
    assert [one.certainty for one in told.values()] == ["before", "known", "between", "known", "between", "known"]
    assert [one.version for one in told.values()] == [None, 2, 2, 3, 3, 4]
    assert found.now == 4


def test_an_alias_that_was_taken_away_is_nobodys_and_a_stage_has_its_history(snapshot: Snapshot):
    found = queries.registry(snapshot, model="moved")
    challenger = found.of("challenger")
    assert challenger.now is None
    assert [one.version for one in challenger.tenures] == [3]
    assert [(stage, held.now) for stage, held in found.stages] == [("Production", 4)]


def test_an_alias_nobody_ever_had_has_a_history_of_nobody(snapshot: Snapshot):
    found = queries.registry(snapshot, model="moved").of("other")
    state = standing(found, sample.ago(20))
    assert (state.certainty, state.version) == ("known", None)


def test_a_model_that_no_refresh_saw_has_no_history(snapshot: Snapshot):
    found = queries.registry(snapshot, model="quiet")
    assert found.first_look is None
    assert standing(found.of("champion"), sample.ago(1)).certainty == "unseen"


def test_the_log_tells_of_every_day_up_to_the_snapshot(snapshot: Snapshot):
    found = queries.log(snapshot, model="quiet")
    assert (found[0].version, found[0].day) == (1, sample.day(39))
    assert (found[-1].version, found[-1].day) == (2, sample.day(1))
    assert queries.log(snapshot, model="bare") == ()


def test_all_that_is_known_of_a_version_is_in_its_row(snapshot: Snapshot):
    found = {one.version: one for one in queries.versions(snapshot, model="moved")}
    assert list(found) == [4, 2, 1]
    newest = found[4]
    assert (newest.aliases, newest.tags) == (("champion",), (("validated", sample.HOSTILE),))
    assert (newest.run_name, newest.commit, newest.dirty) == ("run-4", "4" * 40, True)
    assert (newest.python_version, newest.loads, newest.approval) == ("3.11.7", True, "valid")
    assert (newest.signed_by, newest.decisions, newest.last_day) == (("reviewer",), 80, sample.day(1))
    assert (found[1].loads, found[1].approval) == (None, "none")


def test_a_version_without_run_and_files_is_unknown_and_not_missing(snapshot: Snapshot):
    found = queries.versions(snapshot, model="quiet")[0]
    assert (found.run_known, found.commit, found.requirements, found.loads) == (False, None, None, None)
    assert found.signature_inputs is not None


def test_how_a_version_was_while_it_served_counts_each_judged_day_once(snapshot: Snapshot):
    whole = queries.judged(snapshot, model="moved", version=1, first=sample.day(100), last=date.max)
    assert (whole.days, whole.failing, whole.part) == (30, 3, "performance")
    later = queries.judged(snapshot, model="moved", version=1, first=sample.day(79), last=sample.day(71))
    assert (later.days, later.failing, later.part) == (9, 0, None)


def test_the_glance_says_who_decided_lately_and_how_often_champions_moved(snapshot: Snapshot):
    glance = queries.glance(snapshot).set_index("model")["deciding"]
    assert list(glance["moved"]) == [4]
    assert queries.moves(snapshot) == {"moved": 2}


def test_a_run_that_is_not_known_logged_nothing(snapshot: Snapshot):
    assert queries.run_facts(snapshot, run_id="none") == queries.RunFacts()
    assert queries.run_facts(snapshot, run_id="r2").metrics == (("valid_rmse", 4.0, "lower"),)
