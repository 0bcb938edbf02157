"""One Spark cluster for the tests of this room, where there can be one."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.helpers.spark_cluster import Cluster, running_cluster, what_is_missing


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Some ten seconds to start: all tests that need it are in one module, which one worker of pytest runs."""
    if missing := what_is_missing():
        pytest.skip(missing)
    with running_cluster(tmp_path_factory.mktemp("spark")) as started:
        yield started


@pytest.fixture(autouse=True, scope="session")
def _pyspark_takes_this_for_a_program():
    """In a worker of pytest-xdist the main module has no file, and PySpark takes that for a run of its own doctests."""
    main = sys.modules["__main__"]
    if not hasattr(main, "__file__"):
        main.__file__ = __file__
