"""Tables that are worked out whole at each refresh."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from watchroom.store.draft import Draft
from watchroom.store.manifest import StoreFolder
from watchroom.store.whole import put_whole

ROWS = [("a", "k", "1"), ("b", "k", "2")]


def test_rows_that_came_out_as_they_were_copy_nothing(tmp_path: Path) -> None:
    folder = StoreFolder(tmp_path / "store")
    with Draft(folder) as draft:
        assert put_whole(draft, "value_notes", ROWS)
        draft.publish()
    with Draft(folder) as draft:
        assert not put_whole(draft, "value_notes", list(reversed(ROWS)))
        assert not draft.is_own("value")
        assert put_whole(draft, "value_notes", ROWS[:1])
        assert draft.connection.execute("select * from value.value_notes").fetchall() == ROWS[:1]


def test_nan_and_numbers_of_numpy_are_what_they_were(tmp_path: Path) -> None:
    row = ("m", 1, None, None, np.int64(3), math.nan, np.float64(0.5), *[None] * 9)
    with Draft(StoreFolder(tmp_path / "store")) as draft:
        assert put_whole(draft, "cutoffs", [row])
        assert not put_whole(draft, "cutoffs", [row])
