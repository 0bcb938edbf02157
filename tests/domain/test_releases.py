"""Releases: who went into service when, and what of it went wrong; from the registry as seen, and from the log."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from watchroom.domain.releases import Born, Known, Release, Trouble, Watching, releases, services
from watchroom.domain.tenure import Edge, Mark
from watchroom.domain.tenure import History as Champions
from watchroom.domain.witness import Day, lead

NOW = datetime(2026, 11, 20, 8)
NOBODY = Champions((), NOW)


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def log(*spans: tuple[int, str, str], shadow: tuple[int, str, str] | None = None) -> list[Day]:
    """A decision for each day of each span."""
    found = []
    for version, first, last in (*spans, *([shadow] if shadow else [])):
        days = (day(last) - day(first)).days + 1
        found += [Day(day(first) + timedelta(n), version, 100) for n in range(days)]
    return found


def seen(*marks: tuple[str | None, str, int | None]) -> Champions:
    """The champion as looks saw it: the look before, the look that saw it, the version."""
    return Champions(tuple(Mark(Edge(at(a) if a else None, at(b)), version) for a, b, version in marks), NOW)


def found(
    champion: Champions = NOBODY,
    decided: list[Day] | None = None,
    troubles: dict[int, list[Trouble]] | None = None,
    born: dict[int, Born] | None = None,
) -> tuple[Release, ...]:
    decided = decided or []
    judged = {one.version: (day("2026-01-01"), NOW.date()) for one in decided}
    since = min((one.day for one in decided), default=None)
    known = Known(born or {}, Watching(troubles or {}, judged), since, NOW)
    return releases(services(champion, lead(decided), NOW), known)


HANDED_OVER = log((1, "2026-05-01", "2026-07-09"), (2, "2026-07-10", "2026-11-19"))


def test_by_the_log_the_one_that_takes_over_is_released_on_its_first_day():
    first, second = found(decided=HANDED_OVER, born={2: Born(at("2026-07-01 12:00"), at("2026-06-30 00:00"))})
    assert (first.dated, first.lead_hours, first.failed) == (False, None, None), "it may have been there for any time"
    assert (second.service.at, second.service.not_before) == (at("2026-07-10"), at("2026-07-09"))
    assert (second.previous_version, second.dated, second.lead_hours) == (1, True, 240.0)
    assert (second.failed, second.service.until, second.service.by) == (False, None, "log")


def test_a_version_in_shadow_is_no_release():
    decided = log((1, "2026-05-01", "2026-11-19"), shadow=(2, "2026-08-01", "2026-09-01"))
    assert [one.service.version for one in found(decided=decided)] == [1]


def test_the_first_version_of_a_model_that_was_made_while_logs_were_kept_is_dated():
    decided = log((1, "2026-08-01", "2026-11-19"))
    known = Known({1: Born(at("2026-07-20"), at("2026-07-18"))}, Watching({}, {}), day("2026-05-01"), NOW)
    (one,) = releases(services(NOBODY, lead(decided), NOW), known)
    assert (one.dated, one.lead_hours, one.watched) == (True, 14 * 24, False)


def test_what_the_first_look_found_has_no_date_and_what_a_later_one_saw_has():
    first, second = found(seen((None, "2026-06-01", 1), ("2026-09-01", "2026-09-02", 2)))
    assert (first.dated, first.service.until) == (False, at("2026-09-02"))
    assert (second.dated, second.service.at, second.service.not_before, second.service.by) == (
        True, at("2026-09-02"), at("2026-09-01"), "registry",
    )  # fmt: skip


def test_log_and_registry_tell_one_story_of_who_was_there_at_the_first_look():
    looked = seen((None, "2026-10-01", 2))
    assert [(one.service.version, one.service.by) for one in found(looked, HANDED_OVER)] == [(1, "log"), (2, "both")]


def test_an_alias_taken_away_and_given_back_releases_nothing():
    looked = seen(
        (None, "2026-06-01", 1), ("2026-07-01", "2026-07-02", None), ("2026-07-03", "2026-07-04", 1)
    )  # fmt: skip
    assert len(found(looked)) == 1


def test_a_first_look_that_contradicts_the_log_is_no_rollback():
    looked = seen((None, "2026-10-01", 1))
    decided = log((1, "2026-05-01", "2026-07-09"), (2, "2026-07-10", "2026-09-30"))
    assert [one.is_rollback for one in found(looked, decided)] == [False, False, False]
    assert [one.failed for one in found(looked, decided)][1] is False


def test_a_version_whose_log_fell_silent_is_out_of_service():
    (one,) = found(decided=log((1, "2026-05-01", "2026-08-31")))
    assert one.service.until == at("2026-09-01")


BACK = log((1, "2026-05-01", "2026-07-31"), (2, "2026-08-01", "2026-08-16"), (1, "2026-08-17", "2026-09-15"))


def test_going_back_is_the_failure_of_what_came_before_and_no_change_itself():
    _, second, third = found(decided=BACK, born={1: Born(at("2026-04-01"), at("2026-04-01"))})
    assert (second.failed, second.failed_because) == (True, "rolled back")
    assert second.restore_hours == 16 * 24, "from its release on: nothing tells when it began to fail"
    assert (third.is_rollback, third.failed, third.lead_hours) == (True, None, None)


def test_going_back_after_thirty_days_is_no_failure_of_the_change():
    decided = log((1, "2026-05-01", "2026-05-31"), (2, "2026-06-01", "2026-07-01"), (1, "2026-07-02", "2026-09-15"))
    assert found(decided=decided)[1].failed is False


@pytest.mark.parametrize(
    ("since", "ended", "failed", "restored"),
    [
        ("2026-07-20", "2026-07-24", True, 96.0),
        ("2026-07-20", None, True, None),
        ("2026-06-20", "2026-07-12", True, 48.0),  # it was failing in shadow already
        ("2026-06-20", "2026-07-01", False, None),  # and was well again before
        ("2026-08-08", None, True, None),
        ("2026-08-09", None, False, None),  # the thirty-first day
    ],
)
def test_a_critical_alert_in_the_first_thirty_days_is_a_failure(
    since: str, ended: str | None, failed: bool, restored: float | None
):
    trouble = Trouble(at(since), at(ended) if ended else None)
    one = found(decided=HANDED_OVER, troubles={2: [trouble]})[1]
    assert (one.failed, one.restore_hours) == (failed, restored)


@pytest.mark.parametrize(
    ("trouble", "failed"),
    [
        (Trouble(at("2026-06-09"), None), False),  # before its first decision, in shadow
        (Trouble(at("2026-06-10"), None), True),
        (Trouble(at("2026-07-09"), None, of_model=True), False),  # the earlier version's trouble
        (Trouble(at("2026-07-10"), None, of_model=True), True),
    ],
)
def test_trouble_that_was_there_before_the_version_is_not_its_failure(trouble: Trouble, failed: bool):
    watching = Watching({2: [trouble]}, {}, {2: day("2026-06-10")})
    known = Known({}, watching, day("2026-05-01"), NOW)
    assert releases(services(NOBODY, lead(HANDED_OVER), NOW), known)[1].failed is failed


def test_a_failure_is_over_when_the_version_is_replaced_or_its_last_alert_ends():
    replaced = log((1, "2026-05-01", "2026-07-09"), (2, "2026-07-10", "2026-07-19"), (3, "2026-07-20", "2026-11-19"))
    alerts = {2: [Trouble(at("2026-07-15"), None)]}
    one = found(decided=replaced, troubles=alerts)[1]
    assert (one.failed_because, one.restored_at) == ("critical alert", at("2026-07-20"))
    both = {2: [Trouble(at("2026-07-15"), at("2026-07-16")), Trouble(at("2026-07-15"), at("2026-07-18"))]}
    assert found(decided=HANDED_OVER, troubles=both)[1].restored_at == at("2026-07-18")


def test_while_the_thirty_days_are_not_over_only_a_failure_is_told():
    fresh = log((1, "2026-05-01", "2026-10-31"), (2, "2026-11-01", "2026-11-19"))
    assert found(decided=fresh)[1].failed is None
    assert found(decided=fresh, troubles={2: [Trouble(at("2026-11-05"), None)]})[1].failed is True
