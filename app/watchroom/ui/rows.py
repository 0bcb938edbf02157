"""Rows that several pages show: a model with its issues, a change of the registry."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from watchroom.store.queries.models import Event, FirstSight, Model
from watchroom.ui import wording
from watchroom.ui.navigation import link
from watchroom.ui.text import UNKNOWN, ago, count_of, plain, sentence, some, when
from watchroom.ui.workspace import facts

ICONS = {3: ":red[:material/error:]", 2: ":orange[:material/warning:]", 1: ":gray[:material/info:]"}
"""An icon of its own for each severity, so that colour is not all that tells them apart."""

LINK_PADDING = 8
"""Pixels by which Streamlit sets a link's text in; what stands under a link is set in as far."""

TIER_COLOURS = {"critical": "red", "high": "orange", "medium": "blue", "low": "gray"}


def tier_badge(tier: str | None) -> str:
    """The tier as a badge in Markdown, `unknown` when nobody has assessed it."""
    colour = TIER_COLOURS.get(tier or "", "gray")
    return badge(f"Tier: {tier or UNKNOWN}", colour)


def badge(text: str, colour: str = "gray", limit: int = 30) -> str:
    """A text in a coloured frame, in Markdown: several of them on a line are one element of the page."""
    return f":{colour}-badge[{plain(text, limit)}]"


def issue_rows(model: Model) -> None:
    """A line for each issue."""
    lines = (f"{ICONS[issue.severity]} {sentence(wording.issue(issue), 240)}" for issue in model.issues)
    st.markdown("  \n".join(lines))


def model_row(model: Model) -> None:
    """A model's name as a link, its tier, and its issues."""
    with st.container(gap="xxsmall"):
        link("model", f":blue[**{plain(model.title, 44)}**] {tier_badge(model.tier)}", params={"model": model.name})
        with st.container(horizontal=True, gap=None):
            st.space(LINK_PADDING)
            with st.container(width="stretch"):  # text by itself would go under the space when it is long
                issue_rows(model)


def event_rows(said: list[tuple[Event, str]], made_at: datetime, *, exact: bool = False) -> None:
    """Changes of the registry with when they were seen; `exact` adds the refresh before, which did not see them yet.

    Dates of the year in which the snapshot was made leave it out; how long ago counts from now.
    """
    zone, now = facts().zone, datetime.now(UTC)
    rows = []
    for event, text in said:
        icon = wording.EVENT_ICONS.get(event.event, wording.TAG_ICON)
        after = f", after {when(event.not_before, zone, now=made_at)}" if exact and event.not_before else ""
        seen = f"seen {when(event.seen_at, zone, now=made_at)}{after}, {ago(event.seen_at, now)}"
        rows.append(f"{icon} {plain(text, 300)}  \n{quiet(seen)}")
    if rows:
        st.markdown("\n\n".join(rows))


def quiet(markdown: str) -> str:
    """A small grey line in Markdown, as captions are, for where a caption of its own would cost an element."""
    return f":small[:gray[{markdown}]]"


def first_sight_row(found: FirstSight, made_at: datetime) -> None:
    """What the first refresh found: not a change, but where what is known begins. Times as in `event_rows`."""
    counted = (
        (found.models, "model", "models"),
        (found.versions, "version", "versions"),
        (found.aliases, "alias", "aliases"),
    )
    counts = plain(some([count_of(*one) for one in counted]))
    seen = f"seen {when(found.seen_at, facts().zone, now=made_at)}, {ago(found.seen_at, datetime.now(UTC))}"
    st.markdown(
        f":material/visibility: The first refresh found {counts}; changes are known from then on.  \n{quiet(seen)}"
    )
