"""What is said of versions in service: from when to when, as well as that is known."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from watchroom.domain.tenure import Edge, Tenure
from watchroom.ui import versions_words as words

UTC, NOW = ZoneInfo("UTC"), datetime(2026, 11, 21, 12)


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, second)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Edge(at(11, 34, 7), at(11, 34, 52)), "seen since 21 Nov 11:34:52 (not yet 21 Nov 11:34:07)"),
        (Edge(at(11, 33), at(11, 34)), "seen since 21 Nov 11:34 (not yet 21 Nov 11:33)"),
        (Edge(None, at(11, 34)), "seen since 21 Nov 11:34 (for longer than is known)"),
    ],
)
def test_two_times_that_differ_are_told_apart(found: Edge, said: str):
    assert words.tenure(Tenure(3, found, None), UTC, NOW) == f"{said}, still at the last refresh"


def test_a_change_within_a_minute_is_told_to_the_second():
    found = Edge(at(11, 34, 7), at(11, 34, 52))
    assert words.edge(found, UTC, NOW) == "between 21 Nov 11:34:07 and 21 Nov 11:34:52"
