"""Who made the versions that are reviewed, as MLflow's tables say."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tests.helpers.snapshots import publish_rows
from watchroom.store.queries.reviews import authors
from watchroom.store.snapshot import SnapshotStore


def test_an_old_version_that_is_not_checked_has_its_authors_too(tmp_path: Path):
    tables = {
        "model_versions": [
            {"name": "fraud", "version": 1, "run_id": "a", "user": "root"},
            {"name": "fraud", "version": 2, "run_id": "b"},
            {"name": "fraud", "version": 3},
        ],
        "runs": [{"run_id": "a", "user": "aisha"}, {"run_id": "b", "user": " "}],
        "tags": [{"run_id": "b", "key": "mlflow.user", "value": "bo@x"}],
        "check_subjects": [{"model": "fraud", "version": 2, "authors": ["bo@x"]}],
    }
    publish_rows(tmp_path, tables)
    with closing(SnapshotStore(tmp_path)) as store, store.lease() as snapshot:
        assert authors(snapshot) == {("fraud", 1): ("aisha", "root"), ("fraud", 2): ("bo@x",)}
