"""A model card to take away: HTML, PDF, Markdown, or a README for Hugging Face; made when it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from watchroom.errors import LedgerError
from watchroom.reports.card import facts, html, hub, markdown
from watchroom.reports.card.difference import difference
from watchroom.reports.card.shape import Card
from watchroom.reports.one_page import Asked
from watchroom.reports.pack.shape import safe_name
from watchroom.reports.pdf import pdf
from watchroom.store.queries.card import Kept
from watchroom.ui import book
from watchroom.ui.identity import current_user, while_admitted
from watchroom.ui.room import reading, room
from watchroom.ui.workspace import facts as workspace

_FORMS = (
    ("HTML", "html", "text/html", ":material/print:"),
    ("PDF", "pdf", "application/pdf", ":material/picture_as_pdf:"),
    ("Markdown", "md", "text/markdown", ":material/markdown:"),
    ("Hugging Face", "README.md", "text/markdown", ":material/hub:"),
)


def show(card: Card, against: int | None) -> None:
    """The buttons: of the card, or of what differs from another version."""
    for label, kind, mime, icon in _FORMS[:2] if against is not None else _FORMS:
        st.download_button(
            label,
            data=while_admitted(partial(_made, card.model, card.version, against, kind, _by())),
            file_name=file_name(card, against, kind),
            mime=mime,
            icon=icon,
            on_click="ignore",
            key=f"card_{kind}",
        )


def pack_button(model: str, version: int | None, *, key: str = "handover_pack") -> None:
    """A button that gives the handover pack of a version as a zip; the champion's, else the newest's, without one."""
    of = safe_name(model)
    st.download_button(
        "Handover pack",
        data=while_admitted(partial(_packed, model, version, _by())),
        file_name=f"{of}{'' if version is None else f'-{version}'}-handover.zip",
        mime="application/zip",
        icon=":material/folder_zip:",
        help="Card, checklist with its evidence, sign-offs, history, health, how to run it; needs no Watchroom.",
        on_click="ignore",
        key=key,
    )


def _packed(model: str, version: int | None, by: str) -> bytes:
    """The pack of the snapshot in hand and the ledger as it is when the button is pressed."""
    from watchroom.reports.pack.archive import zipped
    from watchroom.reports.pack.besides import besides
    from watchroom.reports.pack.pack import pack

    try:
        book.must_be_there()
        ledger = book.ledger()
    except LedgerError:  # the pack says that it was not there
        ledger = None
    more = besides(ledger, _content, model=model)
    with reading() as snapshot:
        return zipped(
            pack(snapshot, more, Asked(by, datetime.now(UTC)), workspace().zone, model=model, version=version)
        )


def _content(one: Kept) -> bytes:
    from watchroom.desk.evidence import content

    return content(book.ledger(), room().settings.workspace, one.seq).data


def file_name(card: Card, against: int | None, kind: str) -> str:
    """What the file is called: `card-fraud-2-card.html`; the README of Hugging Face as it wants it."""
    if kind == "README.md":
        return kind
    version = "" if card.version is None else f"-{card.version}"
    return f"{safe_name(card.model)}{version}-{'card' if against is None else f'against-{against}'}.{kind}"


def _by() -> str:
    user = current_user()
    return " ".join(part for part in (user.name, f"({user.email})" if user.email else "") if part)


def _made(model: str, version: int | None, against: int | None, kind: str, by: str) -> bytes:
    """The file as it is now: of the snapshot in hand when the button is pressed."""
    asked, zone = Asked(by, datetime.now(UTC)), workspace().zone
    with reading() as snapshot:
        card = facts.card(snapshot, model=model, version=version)
        before = None if against is None else facts.card(snapshot, model=model, version=against)
    if kind == "md":
        return markdown.markdown(card).encode(errors="replace")
    if kind == "README.md":
        return hub.readme(card).encode(errors="replace")
    page = html.html(card, asked, zone) if before is None else html.difference(difference(before, card), asked, zone)
    return pdf(page, pages=html.PDF_PAGES) if kind == "pdf" else page.encode(errors="replace")
