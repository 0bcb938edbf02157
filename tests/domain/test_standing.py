"""How an item of a checklist stands: by what was measured, by what a person answered, and by a waiver."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchroom.domain.standing import STATUSES, Answer, Waiver, renewed, standing

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ITEM = "a" * 64
YES = Answer(7, NOW - timedelta(3), "bo@x", "data_science", True, "Read it.", None, ITEM, NOW + timedelta(30))
NO = replace(YES, met=False, text="There is none yet.")
WAIVED = Waiver(9, NOW, "aisha@x", "reviewer", "The feed changes next week.", date(2026, 12, 1))


@pytest.mark.parametrize(
    ("measured", "kind", "answer", "waiver", "status", "because"),
    [
        ("pass", "signature", None, None, "pass", ""),
        ("fail", "signature", None, None, "fail", ""),
        ("stale", "signature", None, None, "stale", ""),
        ("unknown", "signature", None, None, "unknown", ""),
        ("unknown", "question", None, None, "unknown", "Nobody has answered it."),
        ("unknown", "question", YES, None, "pass", "bo@x answered on 18 Nov 2026 that it is met: Read it."),
        ("unknown", "question", NO, None, "fail", "that it is not met: There is none yet."),
        ("unknown", "question", replace(YES, digest="b" * 64), None, "stale", "the item has changed since"),
        ("unknown", "question", replace(YES, valid_until=NOW - timedelta(1)), None, "stale", "held until 20 Nov 2026"),
        ("unknown", "question", replace(YES, valid_until=None), None, "pass", "it is met"),
        ("fail", "signature", YES, None, "fail", ""),
        ("stale", "signature", YES, None, "stale", ""),
        ("unknown", "signature", YES, None, "pass", "it is met"),
        ("fail", "signature", None, WAIVED, "waived", "until 1 Dec 2026: The feed changes next week."),
        ("unknown", "question", NO, WAIVED, "waived", "Waived by aisha@x"),
        ("pass", "signature", None, WAIVED, "pass", ""),
        ("fail", "signature", None, replace(WAIVED, until=date(2026, 11, 21)), "waived", ""),
        ("fail", "signature", None, replace(WAIVED, until=date(2026, 11, 20)), "fail", ""),
        ("fail", "signature", None, replace(WAIVED, digest=ITEM), "waived", "The feed changes"),
        ("fail", "signature", None, replace(WAIVED, digest="b" * 64), "fail", "the item has changed since"),
        (
            "unknown",
            "question",
            NO,
            replace(WAIVED, digest="b" * 64),
            "fail",
            "There is none yet. The waiver of aisha@x",
        ),
        ("fail", "signature", None, replace(WAIVED, lifted_at=NOW, lifted_by="bo@x"), "fail", ""),
    ],
)
def test_an_item_stands_by_what_was_measured_then_answered_then_waived(
    measured: str, kind: str, answer: Answer | None, waiver: Waiver | None, status: str, because: str
):
    found = standing(measured, kind, ITEM, answer, waiver, NOW)
    assert found.status == status
    assert because in found.because


@pytest.mark.parametrize("state", ["changed", "gone", "withdrawn"])
def test_an_answer_is_out_of_date_when_its_evidence_is_not_what_was_kept(state: str):
    rests = replace(YES, evidence=5)
    assert standing("unknown", "question", ITEM, rests, None, NOW).status == "pass"
    assert standing("unknown", "question", ITEM, rests, None, NOW, evidence=state).status == "stale"
    assert standing("unknown", "question", ITEM, YES, None, NOW, evidence=state).status == "pass"


def test_only_what_an_answer_decides_is_said_to_be_by_a_person():
    assert standing("unknown", "question", ITEM, YES, None, NOW).by_person
    assert not standing("pass", "signature", ITEM, YES, None, NOW).by_person


def test_a_time_without_a_zone_is_utc():
    bare = NOW.replace(tzinfo=None)
    ends = replace(YES, valid_until=(NOW - timedelta(seconds=1)).replace(tzinfo=None))
    assert standing("unknown", "question", ITEM, ends, None, bare).status == "stale"


ANSWERS = [None, YES, NO, replace(YES, digest="c" * 64), replace(YES, valid_until=None)]


@given(
    st.sampled_from(["pass", "fail", "stale", "unknown"]),
    st.sampled_from(["question", "signature"]),
    st.sampled_from(ANSWERS),
)
def test_a_waiver_changes_what_is_open_and_nothing_else(measured: str, kind: str, answer: Answer | None):
    without = standing(measured, kind, ITEM, answer, None, NOW)
    waived = standing(measured, kind, ITEM, answer, WAIVED, NOW)
    assert without.status in STATUSES
    assert waived == without if without.status == "pass" else waived.status == "waived"


def _waived(day: int, until: int, *, lifted: int | None = None) -> Waiver:
    back = datetime(2026, 11, lifted, tzinfo=UTC) if lifted else None
    given_at = datetime(2026, 11, day, tzinfo=UTC)
    return replace(WAIVED, at=given_at, until=date(2026, 11, until), lifted_at=back)


@pytest.mark.parametrize(
    ("waivers", "day", "times"),
    [
        ([], None, 0),
        ([_waived(1, 10)], 1, 1),
        ([_waived(1, 10, lifted=8), _waived(8, 20)], 1, 2),
        ([_waived(1, 10), _waived(11, 20), _waived(20, 28)], 1, 3),
        ([_waived(1, 10), _waived(12, 20)], 12, 1),
        ([_waived(1, 10, lifted=5), _waived(8, 20)], 8, 1),
    ],
)
def test_a_waiver_that_is_given_again_without_a_gap_is_told_as_renewed(
    waivers: list[Waiver], day: int | None, times: int
):
    since, count = renewed(waivers)
    assert (since.day if since else None, count) == (day, times)
