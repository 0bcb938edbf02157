"""What is asked of a model's logs is kept beside its counts, for those who read single decisions later."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from tests.jobs.profile_room import MODEL, LogRoom, Profiled, cases, changed, labels, reference
from watchroom.sources.decisions.contract import Champion, DecisionLog, OutcomeLog
from watchroom.sources.decisions.written import from_json
from watchroom.store.draft import Draft, refresh_lock
from watchroom.store.manifest import StoreFolder


def asked(profiled: Profiled) -> tuple[DecisionLog, OutcomeLog | None]:
    notes = profiled["profile_notes"]
    (text,) = notes[(notes["model"] == MODEL) & (notes["key"] == "asked")]["value"]
    return from_json(text)


def filled(folder: Path, **options: object) -> LogRoom:
    room = LogRoom(folder, **options)  # type: ignore[arg-type]
    frame = cases(200)
    room.write(frame, "decisions/a.parquet")
    room.write(labels(frame), "outcomes/a.parquet")
    room.write(reference(300), "reference.parquet")
    room.spec()
    return room


def test_every_feature_is_there_with_the_kind_that_the_reference_gives_it(tmp_path: Path):
    room = filled(tmp_path)
    spec = changed(decisions={"features": ["amount", "kind", "age", "nowhere"]})
    room.spec(spec)
    log, outcomes = asked(room.profile())
    assert dict(log.features) == {"amount": "number", "kind": "category", "age": "number", "nowhere": "category"}
    assert (log.id, log.timestamp, log.version, log.score) == (
        "prediction_id",
        "timestamp",
        "model_version",
        "score",
    )
    assert log.groups == ("region",)
    assert outcomes == OutcomeLog("prediction_id", "label", "known_at")


def test_without_a_reference_every_feature_is_there_all_the_same(tmp_path: Path):
    room = filled(tmp_path)
    room.spec(changed(reference=None))
    log, _ = asked(room.profile())
    assert [name for name, _ in log.features] == ["amount", "kind", "age"]


def test_a_store_from_before_gets_it_without_anything_being_counted_again(tmp_path: Path):
    room = filled(tmp_path)
    first = room.profile()
    store = StoreFolder(tmp_path / "store")
    with refresh_lock(store, 1.0), Draft(store) as draft:
        draft.writable("profile")
        draft.connection.execute("delete from profile.profile_notes where key = 'asked'")
        draft.publish()
    again = room.profile()
    assert again.result.touched == {}
    assert again.result.counts.days == 0
    assert asked(again) == asked(first)


def test_it_says_who_was_champion_when_the_log_does_not(tmp_path: Path):
    room = filled(tmp_path, champions=((datetime(2026, 2, 1), 1), (datetime(2026, 3, 5), 2)))
    room.spec(changed(decisions={"version": None}))
    log, _ = asked(room.profile())
    assert log.version is None
    assert log.champions[-1] == Champion(datetime(2026, 3, 5), 2)


def test_the_champions_are_kept_for_a_log_that_names_its_versions_too_and_count_nothing_anew(tmp_path: Path):
    room = filled(tmp_path, champions=((datetime(2026, 2, 1), 1),))
    first = room.profile()
    room.champions = (*room.champions, (datetime(2026, 3, 2), 2))
    again = room.profile()
    notes = [dict(zip(found["profile_notes"]["key"], found["profile_notes"]["value"], strict=True))
             for found in (first, again)]  # fmt: skip
    assert [len(json.loads(one["champions"])) for one in notes] == [1, 2]
    assert again.result.counts.days == 0
    assert again.result.touched == {}
