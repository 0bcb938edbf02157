"""The printed page of a model or of all of them, as PDF or HTML: made when somebody asks for it, not before."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from watchroom.reports import model_facts, model_page, portfolio_page, portfolio_report
from watchroom.reports.letter import file_name
from watchroom.reports.one_page import Asked
from watchroom.reports.pdf import TWO_SHEETS, pdf
from watchroom.reports.period import Length, Period, last_whole
from watchroom.ui import book
from watchroom.ui.identity import current_user, while_admitted
from watchroom.ui.room import reading
from watchroom.ui.workspace import facts as workspace

_LENGTHS: dict[str, Length] = {"Month": "month", "Quarter": "quarter", "Year": "year", "Week": "week"}
_KINDS = (("PDF", "pdf", "application/pdf", ":material/picture_as_pdf:"),
          ("HTML", "html", "text/html", ":material/print:"))  # fmt: skip


def show(model: str | None = None) -> None:
    """A quiet button that opens the choice of a period, and gives the page of it; `None` for all models."""
    key = "one_page_model" if model is not None else "one_page_portfolio"
    with st.popover("One page", icon=":material/description:", type="tertiary", key=key, on_change="rerun") as choice:
        if choice.open:
            _choice(model, key)


def _choice(model: str | None, key: str) -> None:
    st.caption("A page or two to print or send: on target, what it earned, what to do next.")
    picked = st.segmented_control("The last whole", list(_LENGTHS), default="Month", required=True, key=f"{key}_period")
    with reading() as snapshot:
        period = last_whole(_LENGTHS[str(picked)], snapshot.day)
    st.caption(f"Of {period.name}.")
    by = book.called(current_user())
    with st.container(horizontal=True, gap="small"):
        for label, kind, mime, icon in _KINDS:
            st.download_button(
                label, data=while_admitted(partial(_made, model, period, by, kind)),
                file_name=file_name(model, period, kind), mime=mime, on_click="ignore", icon=icon, key=f"{key}_{kind}",
            )  # fmt: skip


def _made(model: str | None, period: Period, by: str, kind: str) -> bytes:
    """The page as it is now: of the snapshot in hand when the button is pressed."""
    asked, zone = Asked(by, datetime.now(UTC)), workspace().zone
    with reading() as snapshot:
        if model is None:
            page = portfolio_page.html(portfolio_report.facts(snapshot, period=period), asked, zone)
        else:
            page = model_page.html(model_facts.facts(snapshot, model=model, period=period), asked, zone)
    return pdf(page, pages=TWO_SHEETS) if kind == "pdf" else page.encode(errors="replace")
