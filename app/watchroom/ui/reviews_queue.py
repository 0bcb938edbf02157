"""The queue of the second line: what waits for a reviewer by tier and waiting time, what ends soon, what owners owe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.domain.risk import TIERS
from watchroom.domain.roles import REVIEWER
from watchroom.store.queries.models import Model
from watchroom.store.queries.reviews import Waiting
from watchroom.ui import book
from watchroom.ui.identity import current_user
from watchroom.ui.navigation import link
from watchroom.ui.reviews_known import About, about_model, is_me, known, today
from watchroom.ui.reviews_rows import open_button, row
from watchroom.ui.reviews_waiting import ENDS_SOON_DAYS, still_waiting
from watchroom.ui.reviews_words import is_late, stands, version_of, whose
from watchroom.ui.rows import LINK_PADDING, quiet, tier_badge
from watchroom.ui.states import section, sourced, truncated
from watchroom.ui.text import as_utc, count_of, one_line, plain, span

if TYPE_CHECKING:
    from watchroom.ledger.findings_read import Finding

SHOWN = 20
"""Rows of each part that are drawn."""


@dataclass(frozen=True)
class Entry:
    """What waits: a version with its stages, or a finding that was answered. `since` is UTC, None where not known."""

    model: str
    about: About
    since: datetime | None
    stages: tuple[Waiting, ...] = ()
    finding: Finding | None = None

    def waited(self, now: datetime) -> timedelta:
        """How long it has waited; nothing where that is not known."""
        return now - as_utc(self.since) if self.since is not None else timedelta(0)

    @property
    def mine(self) -> bool:
        """Whether it waits for whoever looks: named for what is missing, or who opened the finding."""
        if self.finding is not None:
            return is_me(self.finding.actor)
        return any(_is_mine(one) for one in self.stages)


def show(model: Model | None) -> None:
    """The view Queue."""
    now = datetime.now(UTC)
    name = model.name if model else None
    signable = still_waiting(name)
    findings = [one for one in _findings(name) if not one.is_over]
    queue = entries(signable, [one for one in findings if one.state == "answered"], now)
    st.subheader(plain(answer(queue, now), 600), anchor=False)
    _caption(len(queue))
    open_button(name, "_open_from_queue")
    mine = _only_mine()
    chosen = [one for one in queue if one.mine] if mine else queue
    if mine and not chosen:
        st.caption("None of it is yours.")
    for one in chosen[:SHOWN]:
        _entry(one, now)
    truncated(SHOWN, len(chosen), "entries")
    rest = [one for one in signable if not mine or _is_mine(one)]
    _ends_soon([one for one in rest if one.status == "approved"], now)
    _others([one for one in rest if one.status != "approved" and not _for_reviewer(one)], now)
    _owed([one for one in findings if one.state == "open" and (not mine or is_me(one.found.owner))])


def _only_mine() -> bool:
    """The filter; nothing to filter by for who has no name."""
    if not book.person(current_user()).name:
        return False
    return bool(st.toggle("Mine", key="mine", bind="query-params", help="What waits for you by name, or is with you."))


def _findings(model: str | None) -> Sequence[Finding]:
    every = known()
    return every.of(model) if every is not None else ()


def _for_reviewer(one: Waiting) -> bool:
    """Whether a reviewer has to move: what was rejected is its maker's to mend first."""
    return REVIEWER in one.missing and one.status != "rejected"


def _is_mine(one: Waiting) -> bool:
    """Whether whoever looks is named for a role whose sign-off is missing, or for the review of what ends soon."""
    owners = about_model(one.model).owners
    asked = (REVIEWER,) if one.status == "approved" else one.missing
    return any(is_me(owners.get(role, "")) for role in asked)


def entries(signable: Sequence[Waiting], answered: Sequence[Finding], now: datetime) -> list[Entry]:
    """What waits for a reviewer, mine first, then by tier and time; the stages of a version are one entry."""
    by_version: dict[tuple[str, int], list[Waiting]] = {}
    for one in signable:
        if _for_reviewer(one) and one.status != "approved":
            by_version.setdefault((one.model, one.version), []).append(one)
    found = [_of_version(stages) for stages in by_version.values()]
    found += [_of_finding(one) for one in answered]
    return sorted(found, key=lambda one: (not one.mine, _rank(one.about.tier), -one.waited(now), one.about.title))


def _of_version(stages: Sequence[Waiting]) -> Entry:
    first = stages[0]
    since = min((one.since for one in stages if one.since is not None), default=None)
    return Entry(first.model, about_model(first.model), since, tuple(stages))


def _of_finding(one: Finding) -> Entry:
    return Entry(one.found.model, about_model(one.found.model), one.answered_at, finding=one)


def _rank(tier: str) -> int:
    """The highest tier first; what no policy holds for comes last."""
    return TIERS[::-1].index(tier) if tier in TIERS else len(TIERS)


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
        told = f" {one_line(longest.about.title, 60)} has waited longest, {span(longest.waited(now))}."
    verb = "waits" if len(queue) == 1 else "wait"
    return f"{' and '.join(part for part in parts if part)} {verb} for a reviewer.{told}"


def _caption(n: int) -> None:
    told = sourced("Yours first, then by tier and how long it has waited", n, "entry", "entries")
    st.caption(f"{told}; findings are as of now")


def _entry(one: Entry, now: datetime) -> None:
    if one.finding is not None:
        row(one.finding)
        return
    with st.container(border=True, gap="xxsmall"):
        first = one.stages[0]
        tier = f"{tier_badge(one.about.tier)}{_assumed(one.about.assumed)}" if one.about.tier else ""
        label = f":material/draw: :blue[**{plain(one.about.title, 60)}**] {tier}{_yours(one.mine)}"
        link("handover", label, params=_place(first))
        with st.container(horizontal=True, gap=None):
            st.space(LINK_PADDING)
            with st.container(width="stretch"):
                st.markdown("  \n".join(_lines(one, now)))


def _place(one: Waiting) -> dict[str, str]:
    """Where it is signed: the checklist of the version, open at its stage."""
    return {"model": one.model, "version": str(one.version), "view": "Checklist", "stage": one.stage}


def _yours(mine: bool) -> str:
    return " :green-badge[yours]" if mine else ""


def _assumed(assumed: bool) -> str:
    return " :gray[:small[assumed, the risk is not assessed]]" if assumed else ""


def _lines(one: Entry, now: datetime) -> list[str]:
    first = one.stages[0]
    waited = f"for {span(one.waited(now))}" if one.since is not None else "it is not known since when"
    said = [f"**{plain(version_of(first))}** {quiet(plain(waited))}"]
    return [*said, *(_stage(stage, now) for stage in one.stages)]


def _stage(one: Waiting, now: datetime) -> str:
    who = whose(one, about_model(one.model).owners)
    missing = quiet(f"missing: {plain(who, 240)}") if who else ""
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
    section("Waits for others", "Not approved, and the reviewer has signed, has rejected it or is not asked.")
    _short(sorted(found, key=lambda one: not _is_mine(one)), now, "stages")


def _short(found: Sequence[Waiting], now: datetime, what: str) -> None:
    for one in found[:SHOWN]:
        title = plain(about_model(one.model).title, 60)
        label = f":blue[**{title}**] {quiet(plain(version_of(one)))}{_yours(_is_mine(one))}"
        link("handover", label, params=_place(one))
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
    for one in sorted(found, key=_urgency)[:SHOWN]:
        row(one)
    truncated(SHOWN, len(found), "findings")


def _urgency(one: Finding) -> tuple[bool, bool, date, int]:
    """Mine first, then what is late, then by the date."""
    return not is_me(one.found.owner), not is_late(one, today()), one.found.due or date.max, -one.seq
