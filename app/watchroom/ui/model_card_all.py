"""The cards of all models: which say what no store can know, and which claim what is not so any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from watchroom.domain.card_text import bindings
from watchroom.reports.card.headings import missing
from watchroom.store.queries import card_list as queries
from watchroom.store.queries.card_list import Written
from watchroom.ui.navigation import go
from watchroom.ui.room import ask, drawn, room
from watchroom.ui.states import truncated
from watchroom.ui.tables import download
from watchroom.ui.text import count_of, one_line, plain, some

TABLE = "model_card_table"
ROW_HEIGHT = 34
_ROWS_SEEN = 20
_TIERS = ("critical", "high", "medium", "low", None)


@dataclass(frozen=True)
class Standing:
    """A model with what its card lacks: needed headings that are not written, and the figures that it claims."""

    written: Written
    missing: tuple[str, ...]
    claims: int

    @property
    def whole(self) -> bool:
        """Whether everything is written that is needed, and nothing of it refuted."""
        return not self.missing and not self.written.wrong


def show() -> None:
    """The page without a model chosen."""
    found = drawn(standings)
    icon = ":green[:material/check_circle:]" if all(one.whole for one in found) else ":orange[:material/warning:]"
    st.subheader(f"{icon} {plain(answer(found), 600)}", anchor=False)
    shown = found[: room().settings.page_rows]
    frame = _frame(shown)
    event = st.dataframe(
        frame,
        key=TABLE,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (min(len(shown), _ROWS_SEEN) + 1) + 3,
        on_select="rerun",
        selection_mode="single-row",
        alt="The models with what is missing from their cards",
        column_config={
            "Model": st.column_config.TextColumn(pinned=True),
            "Claims": st.column_config.NumberColumn(help="Figures that the text claims, held against the store"),
            "Not so any more": st.column_config.NumberColumn(help="As of the snapshot; the card names each"),
        },
    )
    truncated(len(shown), len(found), "models")
    rows = event["selection"]["rows"]
    if rows:
        go("model_card", model=shown[rows[0]].written.model)
    st.caption(
        "Choose a row to open the card. The rest of a card is filled in from the store and says what is unknown."
    )
    download("Table", "model-cards", lambda: _frame(found))


def standings() -> tuple[Standing, ...]:
    """Every model, what needs work first: refuted claims, missing text, the tier."""
    found = [
        Standing(one, missing(one.text), sum(bool(of.operator) for of in bindings(one.text or "")))
        for one in ask(queries.written)
    ]
    return tuple(
        sorted(
            found,
            key=lambda one: (-one.written.wrong, -len(one.missing), _tier(one.written.tier), one.written.title.lower()),
        )
    )


def _tier(tier: str | None) -> int:
    return _TIERS.index(tier) if tier in _TIERS else len(_TIERS)


def answer(found: Sequence[Standing]) -> str:
    """How many cards are whole, which claim what is not so, which are not written."""
    whole = sum(one.whole for one in found)
    wrong = [one for one in found if one.written.wrong]
    none = [one for one in found if one.written.text is None]
    parts = [
        f"{whole or 'None'} of {count_of(len(found), 'card')} "
        + ("says what it must, and still holds." if whole == 1 else "say what they must, and still hold.")
    ]
    if wrong:
        claims = count_of(sum(one.written.wrong for one in wrong), "figure")
        names = some([f"{one_line(one.written.title, 40)} ({one.written.wrong})" for one in wrong])
        parts.append(f"{claims} in the text {'is' if claims.startswith('1 ') else 'are'} not so any more: {names}.")
    if none:
        names = some([one_line(one.written.title, 40) for one in none])
        parts.append(
            f"Nobody has written for {names} what {'it is' if len(none) == 1 else 'they are'} not to be used for."
        )
    return " ".join(parts)


def _frame(found: Sequence[Standing]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Model": [one_line(one.written.title, 80) for one in found],
            "Tier": [one.written.tier or "unknown" for one in found],
            "Card of": [_version(one.written) for one in found],
            "Not so any more": [one.written.wrong for one in found],
            "Claims": [one.claims for one in found],
            "Not written": [", ".join(one.missing) or "–" for one in found],
            "Data science": [one_line(one.written.owner or "nobody", 80) for one in found],
            "File": [one.written.file or "none" for one in found],
        }
    )


def _version(one: Written) -> str:
    if one.version is None:
        return "no version"
    return f"version {one.version}{', champion' if one.is_champion else ', newest'}"
