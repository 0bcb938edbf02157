"""What is looked for in the ledger is found, whoever writes meanwhile, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watchroom.ledger import Ledger, NewEntry
from watchroom.ledger.search import Facets, Wanted, by_number, facets, find, in_order, later_about

NOTE = {"act": "written", "about": {"kind": "model", "id": "churn"}, "text": 'Für 100 % of "night" shifts, C:\\logs'}


@pytest.fixture
def written(ledger: Ledger) -> Ledger:
    ledger.append_all(
        [
            NewEntry("note", "ana@x", NOTE, "reviewer", "churn"),
            NewEntry("visit", "bo@x", {}, "operations"),
            NewEntry("finding", "ana@x", {"act": "opened", "title": "No holidays"}, "reviewer", "churn", 3),
            NewEntry("finding", "bo@x", {"act": "answered", "text": "Added", "finding": 3}, None, "churn", 3),
            NewEntry("finding", "bo@x", {"act": "commented", "text": "33", "finding": 30}, None, "churn", 3),
            NewEntry("event", "cy@x", {"act": "added", "title": "Storm"}, "business"),
        ]
    )
    return ledger


def found(ledger: Ledger, **wanted: object) -> list[int]:
    return [entry.seq for entry in find(ledger, Wanted(**wanted)).entries]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "seqs"),
    [
        ({}, [6, 5, 4, 3, 2, 1]),
        ({"without": ("visit",)}, [6, 5, 4, 3, 1]),
        ({"kinds": ("finding", "visit")}, [5, 4, 3, 2]),
        ({"actor": "bo@x"}, [5, 4, 2]),
        ({"not_by": "bo@x"}, [6, 3, 1]),
        ({"model": "churn"}, [5, 4, 3, 1]),
        ({"actor": "ana@x", "kinds": ("finding",)}, [3]),
        ({"text": "NIGHT für"}, [1]),
        ({"text": "FÜR"}, [1]),
        ({"text": "100 %"}, [1]),
        ({"text": "0%"}, []),
        ({"text": "n_ght"}, []),
        ({"text": '"night"'}, [1]),
        ({"text": "c:\\logs"}, [1]),
        ({"text": "ana reviewer"}, [3, 1]),
        ({"text": "\0"}, [6, 5, 4, 3, 2, 1]),
        ({"text": "storm churn"}, []),
        ({"actor": "x' or 1=1 --"}, []),
    ],
)
def test_what_fits_is_found_the_newest_first(written: Ledger, wanted: dict[str, object], seqs: list[int]):
    assert found(written, **wanted) == seqs


def test_days_are_from_a_time_included_to_a_time_that_is_not(written: Ledger):
    first, last = (by_number(written, [seq])[seq].at for seq in (1, 6))
    assert found(written, since=first, until=last + timedelta(microseconds=1)) == [6, 5, 4, 3, 2, 1]
    assert found(written, until=first) == []
    assert found(written, since=datetime.now(UTC) + timedelta(1)) == []


def test_pages_leave_nothing_out_and_count_all(written: Ledger):
    pages = [find(written, Wanted(text="a"), page=page, size=2) for page in (1, 2, 3, 4)]
    every = find(written, Wanted(text="a"))
    assert [entry.seq for page in pages for entry in page.entries] == [entry.seq for entry in every.entries]
    assert {page.total for page in pages} == {every.total} == {len(every.entries)}


def test_choices_are_counted_on_from_where_they_were(written: Ledger):
    before = facets(written)
    assert (before.kinds["finding"], before.actors["bo@x"], before.models) == (3, 3, {"churn": 4})
    written.append(NewEntry("visit", "dee@x", {}))
    after = facets(written, before)
    assert after == facets(written)
    assert after.actors["dee@x"] == 1
    assert facets(written, Facets(head=type(before.head)(2, "f" * 64), kinds={"gone": 9})) == after


def test_what_came_after_about_the_same_is_told_and_no_other_number(written: Ledger):
    (opened,) = by_number(written, [3]).values()
    assert [entry.seq for entry in later_about(written, opened, most=9)] == [4]


def test_everything_is_read_in_order_however_much_it_is(written: Ledger, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("watchroom.ledger.search._AT_ONCE", 2)
    assert [entry.seq for entry in in_order(written, Wanted())] == [1, 2, 3, 4, 5, 6]
