"""Since you last looked: what got worse and by how much money, what changed, what people did; in the order of the role.

The ledger keeps when somebody opened Home; who has not been here is told of the last week.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.charts.words import days
from watchroom.domain.money_text import money
from watchroom.errors import LedgerError
from watchroom.store.queries import news as queries
from watchroom.store.queries.alerts import open_alerts
from watchroom.ui import book
from watchroom.ui.alerts_words import headline
from watchroom.ui.home_acts import acts
from watchroom.ui.identity import current_user
from watchroom.ui.live import live
from watchroom.ui.navigation import link
from watchroom.ui.room import ask, noted
from watchroom.ui.states import section
from watchroom.ui.text import ago, number, one_line, plain, sentence, when
from watchroom.ui.workspace import facts

if TYPE_CHECKING:
    from watchroom.ledger.visits import Visits

FIRST_TIME = timedelta(days=7)
"""What is told to somebody who has not been here: a week is what a colleague would tell after a handover."""

SHOWN = 3
"""Lines of a kind; their page has all of them."""

ORDER: dict[str, tuple[str, ...]] = {
    "business": ("money", "alerts", "approvals", "acts", "registry"),
    "data_science": ("alerts", "registry", "acts", "money", "approvals"),
    "operations": ("alerts", "registry", "approvals", "acts", "money"),
    "reviewer": ("approvals", "acts", "registry", "alerts", "money"),
    "admin": ("acts", "alerts", "registry", "approvals", "money"),
}
"""What each role is told first."""


@dataclass(frozen=True)
class Line:
    """Something new: its icon, plain text, and the page that it leads to with what that page is asked for."""

    icon: str
    text: str
    page: str
    label: str
    params: dict[str, str]


@dataclass(frozen=True)
class News:
    """What is new of one kind, the first of it at least, and how much of it there is."""

    lines: Sequence[Line]
    total: int


@dataclass(frozen=True)
class Since:
    """From when on something is new (UTC without a zone), and from which entry of the ledger on; None for no visit."""

    at: datetime
    seq: int | None


def show(model: str | None, role: str) -> None:
    """The section, for a model or for all."""
    since = noted("since_visit", lambda: _since(role))
    kinds: dict[str, Callable[[Since, str | None], News]] = {
        "money": _money,
        "alerts": partial(_alerts, False),
        "approvals": partial(_alerts, True),
        "registry": _registry,
        "acts": _acts,
    }
    found = [kinds[name](since, model) for name in ORDER[role]]
    now = datetime.now(UTC)
    if since.seq is None:
        section("In the last seven days", "You have not looked before, so this is what a week brought.")
    else:
        section("Since you last looked")
        st.caption(plain(f"{ago(since.at, now)}, {when(since.at, facts().zone, now=now)}"))
    with st.container(border=True, gap="small"):
        for news in found:
            for line in news.lines[:SHOWN]:
                _row(line)
            if (rest := news.total - SHOWN) > 0:
                link(news.lines[0].page, plain(f"{number(rest)} more"), icon=":material/arrow_forward:")
        if not any(news.total for news in found):
            st.markdown(":gray[:material/check:] Nothing got worse, and nobody did anything that you have not seen.")


def _row(line: Line) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{line.icon} {sentence(line.text, 300)}", width="stretch")
        link(line.page, line.label, params=line.params)


def _since(role: str) -> Since:
    """When whoever looks was here last; that they are here now is kept, where the room keeps it."""
    week = datetime.now(UTC).replace(tzinfo=None) - FIRST_TIME
    if not facts().remember_visits:
        return Since(week, None)
    try:
        book.must_be_there()
        return _last_visit(role) or Since(week, None)
    except LedgerError:
        return Since(week, None)


def _last_visit(role: str) -> Since | None:
    from watchroom.ledger import visits

    by = book.person(current_user())
    known: Visits = live("visits", visits.read)
    before = known.before(visits.who_is(by, role), datetime.now(UTC))
    visits.visit(book.ledger(), by, role, known)
    return Since(before.at.replace(tzinfo=None), before.seq) if before else None


def _all(lines: Iterable[Line]) -> News:
    found = list(lines)
    return News(found, len(found))


def _money(since: Since, model: str | None) -> News:
    return _all(
        Line(
            ":red[:material/trending_down:]", _fallen(one), "value", "See Value", {"model": one.model, "view": "Money"}
        )
        for one in ask(queries.fallen, since=since.at, model=model)
    )


def _fallen(one: queries.Fallen) -> str:
    currency = facts().currency
    each = f"{money(one.after, currency, exact=True)} a decision in place of {money(one.before, currency, exact=True)}"
    return (
        f"{one_line(one.title, 60)} brought about {money(one.lost, currency)} less from "
        f"{days(one.first_day, one.last_day)} than in as many days before: {each}, by the {number(one.labelled)} of "
        f"{number(one.decisions)} decisions with an outcome."
    )


def _alerts(of_approvals: bool, since: Since, model: str | None) -> News:
    icons = {"critical": ":red[:material/error:]", "warning": ":orange[:material/warning:]"}
    return _all(
        Line(
            icons.get(one.severity, icons["warning"]),
            f"{one_line(one.title, 60)}: {headline(one)}",
            "alerts",
            "See the alert",
            {"alert": one.alert_id},
        )
        for one in ask(open_alerts, model=model)
        if one.raised_at is not None and one.raised_at > since.at and (one.signal == "approval") == of_approvals
    )


def _registry(since: Since, model: str | None) -> News:
    return _all(
        Line(":blue[:material/deployed_code_update:]", _moved(one), "versions", "See Versions", {"model": one.model})
        for one in ask(queries.moved, since=since.at, model=model)
    )


def _moved(one: queries.Moved) -> str:
    name = one_line(one.title, 60)
    if one.event == "version_added":
        return f"{name} has a new version {one.version}."
    if one.event == "alias_removed":
        return f"{name} has no champion any more; it was version {one.previous}."
    before = f" in place of version {one.previous}" if one.previous else ""
    return f"Version {one.version} of {name} is champion{before}."


def _acts(since: Since, model: str | None) -> News:
    try:
        found = acts(since.at, model, SHOWN)
    except LedgerError as problem:
        # Not a quiet day: what people did is there, and is not seen.
        text = f"What others did cannot be told: the ledger cannot be read. {problem.what}"
        return News([Line(":orange[:material/warning:]", text, "history", "See History", {})], 1)
    lines = [
        Line(":violet[:material/person:]", one.text, "history", "See History", {"entry": str(one.seq)})
        for one in found.newest
    ]
    return News(lines, found.total)
