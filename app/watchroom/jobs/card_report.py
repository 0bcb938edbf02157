"""Model cards from the command line: the card of a version, or what differs between two, in the form asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from watchroom.errors import SettingError
from watchroom.jobs.zones import zone_of
from watchroom.reports.card import facts, html, hub, markdown
from watchroom.reports.card.difference import difference
from watchroom.reports.one_page import Asked
from watchroom.reports.pdf import pdf
from watchroom.settings import Settings
from watchroom.store.queries import status
from watchroom.store.snapshot import ReaderLimits, Snapshot, SnapshotStore
from watchroom.workspace.load import load_workspace

Kind = Literal["html", "md", "pdf", "huggingface"]


def kind_of(name: str, form: str | None = None) -> Kind:
    """What a file of that name is to hold; `form` says it where the name does not. Raises SettingError."""
    if form == "huggingface":
        return "huggingface"
    ending = name.lower().rpartition(".")[2]
    found: dict[str, Kind] = {"html": "html", "htm": "html", "md": "md", "markdown": "md", "pdf": "pdf"}
    if ending not in found:
        raise SettingError(
            f"{name!r} says neither HTML, Markdown nor PDF.", next_step="Let it end in `.html`, `.md` or `.pdf`."
        )
    return found[ending]


def card_report(
    settings: Settings,
    model: str,
    *,
    version: int | None = None,
    against: int | None = None,
    kind: Kind = "html",
    asked_by: str,
) -> bytes:
    """The card of a version of the model, its champion's where none is given; with `against` what differs from it.

    Raises StoreError for a model or version that there is not, SettingError for a difference in another form than HTML
    and PDF, and WatchroomError when no PDF can be made.
    """
    asked = Asked(asked_by, datetime.now(UTC))
    with _snapshot(settings) as snapshot:
        card = facts.card(snapshot, model=model, version=version)
        zone = zone_of(status.workspace(snapshot).get("time_zone") or "")
        if against is None:
            page = None if kind in ("md", "huggingface") else html.html(card, asked, zone)
        else:
            page = html.difference(difference(facts.card(snapshot, model=model, version=against), card), asked, zone)
    if page is None:
        text = markdown.markdown(card) if kind == "md" else hub.readme(card)
        return text.encode(errors="replace")
    if kind in ("md", "huggingface"):
        raise SettingError(
            "A difference is written as HTML or PDF.", next_step="Let the file end in `.html` or `.pdf`."
        )
    return pdf(page, pages=html.PDF_PAGES) if kind == "pdf" else page.encode(errors="replace")


@contextmanager
def _snapshot(settings: Settings) -> Iterator[Snapshot]:
    store = SnapshotStore(load_workspace(Path(settings.workspace)).store, ReaderLimits.of(settings))
    try:
        with store.lease() as snapshot:
            yield snapshot
    finally:
        store.close()
