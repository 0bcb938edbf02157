"""The queue of the second line: what waits for a reviewer by tier and waiting time, what ends soon, what owners owe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.domain.risk import TIERS
from watchroom.domain.roles import REVIEWER
from watchroom.store.queries import reviews as queries
from watchroom.store.queries.models import Model
from watchroom.store.queries.reviews import Waiting
from watchroom.ui.navigation import link
from watchroom.ui.reviews_known import known, sign_offs, tiers, title_of, today
from watchroom.ui.reviews_rows import open_button, row
from watchroom.ui.reviews_words import is_late, stands, version_of, whose
from watchroom.ui.room import ask, reading
from watchroom.ui.rows import LINK_PADDING, quiet, tier_badge
from watchroom.ui.states import section, sourced, truncated
from watchroom.ui.text import as_utc, count_of, one_line, plain, span

if TYPE_CHECKING:
    from watchroom.ledger.findings import Finding

ENDS_SOON_DAYS = 14
"""Two weeks: time for a reviewer to look, and less than half of the shortest time for which a sign-off holds."""

SHOWN = 20
"""Rows of each part that are drawn."""


@dataclass(frozen=True)
class Entry:
    """What waits: a version with its stages, or a finding that was answered. `since` is UTC, None where not known."""

    model: str
    title: str
    tier: str
    assumed: bool
    since: datetime | None
    stages: tuple[Waiting, ...] = ()
    finding: Finding | None = None

    def waited(self, now: datetime) -> timedelta:
        """How long it has waited; nothing where that is not known."""
        return now - as_utc(self.since) if self.since is not None else timedelta(0)


def show(model: Model | None) -> None:
    """The view Queue."""
    now = datetime.now(UTC)
    name = model.name if model else None
    signable = _still_waiting(name, now)
    findings = [one for one in _findings(name) if not one.is_over]
    queue = entries(signable, [one for one in findings if one.state == "answered"], now)
    st.subheader(plain(answer(queue, now), 600), anchor=False)
    _caption(len(queue))
    open_button(name, "_open_from_queue")
    for one in queue[:SHOWN]:
        _entry(one, now)
    truncated(SHOWN, len(queue), "entries")
    _ends_soon([one for one in signable if one.status == "approved"], now)
    _others([one for one in signable if one.status != "approved" and not _for_reviewer(one)], now)
    _owed([one for one in findings if one.state == "open"])


def _still_waiting(model: str | None, now: datetime) -> list[Waiting]:
    """What waited at the refresh, without what a reviewer has signed since."""
    with reading() as snapshot:
        made_at, day = snapshot.made_at, snapshot.day
    # By the day, so that the answer is kept: what ends within two weeks does not change by the minute.
    soon = datetime(day.year, day.month, day.day) + timedelta(ENDS_SOON_DAYS + 1)
    found, signed = ask(queries.waiting, soon=soon, model=model), sign_offs()
    if signed is None:
        return list(found)
    newer = {
        key for key, every in signed.all.items()
        if any(one.sign_off.role == REVIEWER and one.written_at > made_at for one in every)
    }  # fmt: skip
    return [one for one in found if (one.model, one.version, one.stage) not in newer]


def _findings(model: str | None) -> Sequence[Finding]:
    every = known()
    return every.of(model) if every is not None else ()


def _for_reviewer(one: Waiting) -> bool:
    return REVIEWER in one.missing


def entries(signable: Sequence[Waiting], answered: Sequence[Finding], now: datetime) -> list[Entry]:
    """What waits for a reviewer, by tier and then what has waited longest; the stages of a version are one entry."""
    by_version: dict[tuple[str, int], list[Waiting]] = {}
    for one in signable:
        if _for_reviewer(one) and one.status != "approved":
            by_version.setdefault((one.model, one.version), []).append(one)
    found = [_of_version(stages) for stages in by_version.values()]
    found += [_of_finding(one) for one in answered]
    return sorted(found, key=lambda one: (TIERS[::-1].index(one.tier), -one.waited(now).total_seconds(), one.title))


def _of_version(stages: Sequence[Waiting]) -> Entry:
    first = stages[0]
    since = min((one.since for one in stages if one.since is not None), default=None)
    return Entry(first.model, first.title, _tier(first.tier), first.assumed, since, tuple(stages))


def _of_finding(one: Finding) -> Entry:
    tier, assumed = tiers().get(one.found.model, ("high", True))
    return Entry(one.found.model, title_of(one.found.model), _tier(tier), assumed, one.answered_at, finding=one)


def _tier(name: str) -> str:
    return name if name in TIERS else "high"


def answer(queue: Sequence[Entry], now: datetime) -> str:
    """How much waits for a reviewer, what it is, and what has waited longest."""
    if not queue:
        return "Nothing waits for a reviewer."
    answered = sum(one.finding is not None for one in queue)
    versions = len(queue) - answered
    parts = [
        f"{count_of(versions, 'version')} to sign off" if versions else "",
        f"{count_of(answered, 'finding')} that {'was' if answered == 1 else 'were'} answered" if answered else "",
    ]
    longest = max(queue, key=lambda one: one.waited(now))
    told = ""
    if longest.waited(now) >= timedelta(days=1):
        told = f" {one_line(longest.title, 60)} has waited longest, {span(longest.waited(now))}."
    verb = "waits" if len(queue) == 1 else "wait"
    return f"{' and '.join(part for part in parts if part)} {verb} for a reviewer.{told}"


def _caption(n: int) -> None:
    told = sourced("By tier, then by how long it has waited", n, "entry", "entries")
    st.caption(f"{told}; findings are as of now")


def _entry(one: Entry, now: datetime) -> None:
    if one.finding is not None:
        row(one.finding)
        return
    with st.container(border=True, gap="xxsmall"):
        first = one.stages[0]
        params = {"model": one.model, "version": str(first.version), "view": "Checklist"}
        tier = f"{tier_badge(one.tier)}{_assumed(one.assumed)}"
        link("handover", f":material/draw: :blue[**{plain(one.title, 60)}**] {tier}", params=params)
        with st.container(horizontal=True, gap=None):
            st.space(LINK_PADDING)
            with st.container(width="stretch"):
                st.markdown("  \n".join(_lines(one, now)))


def _assumed(assumed: bool) -> str:
    return " :gray[:small[assumed, the risk is not assessed]]" if assumed else ""


def _lines(one: Entry, now: datetime) -> list[str]:
    first = one.stages[0]
    waited = f"for {span(one.waited(now))}" if one.since is not None else "it is not known since when"
    said = [f"**{plain(version_of(first))}** {quiet(plain(waited))}"]
    return [*said, *(_stage(stage, now) for stage in one.stages)]


def _stage(one: Waiting, now: datetime) -> str:
    missing = quiet(f"missing: {plain(whose(one), 120)}") if whose(one) else ""
    told = plain(stands(one, now.replace(tzinfo=None)), 400)
    return f"{told[:1].upper()}{told[1:]} {missing}"


def _ends_soon(found: Sequence[Waiting], now: datetime) -> None:
    if not found:
        return
    section("Ends soon", f"Sign-offs that end within {ENDS_SOON_DAYS} days: look again before they do.")
    _short(sorted(found, key=lambda one: one.until or datetime.max), now, "sign-offs")


def _others(found: Sequence[Waiting], now: datetime) -> None:
    if not found:
        return
    section("Waits for others", "Not approved, and the reviewer has signed or is not asked.")
    _short(found, now, "stages")


def _short(found: Sequence[Waiting], now: datetime, what: str) -> None:
    for one in found[:SHOWN]:
        params = {"model": one.model, "version": str(one.version), "view": "Checklist"}
        link("handover", f":blue[**{plain(one.title, 60)}**] {quiet(plain(version_of(one)))}", params=params)
        with st.container(horizontal=True, gap=None):
            st.space(LINK_PADDING)
            st.markdown(_stage(one, now), width="stretch")
    truncated(SHOWN, len(found), what)


def _owed(found: Sequence[Finding]) -> None:
    if not found:
        return
    late = sum(is_late(one, today()) for one in found)
    told = f", {late} of them past {'its' if late == 1 else 'their'} date" if late else ""
    section("With their owners", f"{count_of(len(found), 'finding')} to be answered{told}.")
    for one in sorted(
        found, key=lambda one: (not is_late(one, today()), one.found.due is None, one.found.due, -one.seq)
    )[:SHOWN]:
        row(one)
    truncated(SHOWN, len(found), "findings")
