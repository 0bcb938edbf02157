"""An alert as a row: which model, what is wrong in words, how bad, whose it is, and the way to act on it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from watchroom.domain.alerts import Alert as Folded
from watchroom.store.queries.alerts import Alert
from watchroom.ui import alerts_act
from watchroom.ui.alerts_now import Acted
from watchroom.ui.alerts_words import SIGNAL_NAMES, open_for, state, what
from watchroom.ui.model_about import person
from watchroom.ui.rows import badge, quiet, tier_badge
from watchroom.ui.text import plain, sentence
from watchroom.ui.workspace import facts

SEVERITY_ICONS = {"critical": ":red[:material/error:]", "warning": ":orange[:material/warning:]"}
SEVERITY_COLOURS = {"critical": "red", "warning": "orange"}
STATE_COLOURS = {"open": "violet", "acknowledged": "blue", "snoozed": "gray", "resolved": "green", "over": "green"}
NOBODY = ":red[:material/person_off: nobody]"

TITLE_LENGTH = 60

PARAMETER = "alert"
"""Where the address holds the alert that has the page to itself."""

_SAFE_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-]+(?::\d+)?(?:/[A-Za-z0-9._~/?#@!$&'+,;=%:\-]*)?")
"""An address that Markdown takes as it is, so that it can lead there and nowhere else."""


@dataclass(frozen=True)
class Rows:
    """What all rows share: what the ledger says by alert, and what it lets whoever looks do."""

    folded: Mapping[str, Folded]
    acts: tuple[alerts_act.Name, ...]

    @staticmethod
    def of(done: Acted) -> Rows:
        """For what is known of the ledger: nothing can be done while it cannot be read."""
        return Rows(done.alerts, alerts_act.may() if done.alerts else ())


def rows(alerts: Sequence[Alert], shared: Rows) -> None:
    """A box for each alert, in this order."""
    now = datetime.now(UTC).replace(tzinfo=None)
    for alert in alerts:
        _row(alert, shared, now)


def _row(alert: Alert, shared: Rows, now: datetime) -> None:
    with st.container(border=True):
        said, doing = st.columns([4, 1], vertical_alignment="center")
        said.markdown(in_markdown(alert, now))
        with doing, st.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
            st.button(
                "Open",
                key=f"open_{alert.alert_id}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=choose,
                args=(alert.alert_id,),
            )
            button(alert, shared)


def choose(alert_id: str) -> None:
    """Put an alert into the address, or take it out with an empty id; everything else in the address stays."""
    if alert_id:
        st.query_params[PARAMETER] = alert_id
    else:
        st.query_params.pop(PARAMETER, None)


def button(alert: Alert, shared: Rows) -> None:
    """The way to act on an alert that lasts; nothing for whom the ledger would not let."""
    folded = shared.folded.get(alert.alert_id)
    if folded is None or alert.ended_at is not None or not shared.acts:
        return
    label = "Comment" if shared.acts == ("comment",) else "Act"
    if st.button(label, key=f"act_{alert.alert_id}", icon=":material/bolt:"):
        alerts_act.act(alert, folded.last_seq)


def in_markdown(alert: Alert, now: datetime) -> str:
    """The alert in three lines; `now` is UTC without a zone."""
    icon = SEVERITY_ICONS.get(alert.severity, ":gray[:material/info:]")
    head = f"{icon} **{plain(alert.title, TITLE_LENGTH)}** {badges(alert, now)}"
    return "  \n".join((head, sentence(what(alert), 400), quiet(" · ".join(_around(alert, now)))))


def badges(alert: Alert, now: datetime) -> str:
    """Severity, signal, state and tier as badges in Markdown."""
    return " ".join(
        (
            badge(alert.severity, SEVERITY_COLOURS.get(alert.severity, "gray")),
            badge(SIGNAL_NAMES.get(alert.signal, alert.signal).lower()),
            badge(state(alert, facts().zone, now), STATE_COLOURS.get(alert.state, "gray"), 40),
            tier_badge(alert.tier),
        )
    )


def _around(alert: Alert, now: datetime) -> list[str]:
    said = [f"Has it: {owner(alert.owner)}", plain(open_for(alert, now))]
    said.append(runbook(alert.runbook))
    if alert.reason:
        said.append(f"“{plain(alert.reason, 160)}”")
    return said


def owner(name: str | None) -> str:
    """Who has it, in Markdown; nobody in red."""
    return person(name) if name else NOBODY


def runbook(text: str | None) -> str:
    """The runbook in Markdown: a link when it is a plain web address, else its text."""
    if not text:
        return ":red[no runbook]"
    if _SAFE_ADDRESS.fullmatch(text):
        return f"[Runbook]({text})"
    return f"Runbook: {plain(text, 120)}"
