"""Taking the history away as JSON lines, and verifying the chain from the page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from watchroom.ui import book
from watchroom.ui.identity import while_admitted
from watchroom.ui.room import reading
from watchroom.ui.text import count_of, number, plain, sentence

if TYPE_CHECKING:
    from watchroom.ledger.search import Wanted

MOST = 200_000
"""Entries that a page gives at once, some hundred megabytes; the command line writes any number."""

_MIME = "application/x-ndjson"


def show(wanted: Wanted, fits: int, all_there_are: int) -> None:
    """Buttons under the feed: what fits, all of it, and whether the chain holds."""
    from watchroom.ledger.search import Wanted

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if fits != all_there_are:
            _download(f"What fits, as JSON lines ({number(fits)})", "history-part.jsonl", wanted, fits)
        _download(f"All of it, with the chain ({number(all_there_are)})", "ledger.jsonl", Wanted(), all_there_are)
        with st.popover("Does the chain hold?", icon=":material/link:", type="tertiary", on_change="rerun") as asked:
            if asked.open:
                _verified()


def _download(label: str, file: str, wanted: Wanted, count: int) -> None:
    if count > MOST:
        st.caption(f"More than {number(MOST)} entries: `watchroom ledger export --output {file}` writes them.")
        return
    st.download_button(
        label, data=while_admitted(partial(_lines, wanted)), file_name=file, mime=_MIME, on_click="ignore",
        icon=":material/download:", type="tertiary", key=f"download_{file}",
    )  # fmt: skip


def _lines(wanted: Wanted) -> bytes:
    from watchroom.ledger.export import lines

    return "".join(lines(book.ledger(), wanted)).encode()


def _verified() -> None:
    """The chain held against itself and the head that the snapshot remembers: some seconds for a hundred thousand."""
    from watchroom.ledger import Head

    with reading() as snapshot:
        remembered = snapshot.manifest.ledger_head
    with st.spinner("Reading every entry …"):
        found = book.ledger().verify(Head(*remembered) if remembered else None)
    icon = ":green[:material/check_circle:]" if found.ok else ":red[:material/error:]"
    st.markdown(f"{icon} {sentence(found.summary())}")
    for line in found.lines()[:20]:
        st.text(line)
    st.caption(f"Head {number(found.head.seq)}, `{plain(found.head.hash)}`. Keep it where nobody can change it.")
    if len(found.breaks) > 20:
        st.caption(f"The first 20 of {count_of(len(found.breaks) + found.more_breaks, 'place')}.")
