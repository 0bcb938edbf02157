"""The evidence of an item: the files that are kept for it, and attaching one."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from watchroom.store.queries.checklist import File, Subject
from watchroom.ui import book
from watchroom.ui.acting import act
from watchroom.ui.fragments import dialog
from watchroom.ui.handover_known import files
from watchroom.ui.identity import current_user, while_admitted
from watchroom.ui.model_about import person
from watchroom.ui.room import room
from watchroom.ui.rows import quiet
from watchroom.ui.text import count_of, one_line, plain

FILES_SHOWN = 6
"""Files that are shown of an item, the newest."""

MEGABYTE = 2**20

NOTE = 2000
"""Characters of a note: a page of text."""

_STATES = {
    "held": ":green[:material/attach_file:]",
    "changed": ":red[:material/sync_problem:]",
    "gone": ":red[:material/link_off:]",
    "withdrawn": ":gray[:material/undo:]",
}


@dataclass(frozen=True)
class Chosen:
    """What somebody rests an answer on: a file that is kept already, by its entry, or a new one with its bytes."""

    seq: int | None = None
    name: str = ""
    data: bytes = b""


def show(subject: Subject, item: str) -> None:
    """The files kept for an item, the newest first; nothing without one."""
    found = [one for one in files(subject.model, subject.version) if one.item == item]
    for one in found[:FILES_SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _row(one)
            if one.status == "held":
                _download(one)
                _withdraw_button(one)


def _download(one: File) -> None:
    st.download_button(
        "Download",
        data=while_admitted(lambda: _bytes(one.seq)),
        file_name=one.name,
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
        key=f"evidence_{one.seq}",
    )


def _withdraw_button(one: File) -> None:
    """For who attached it, and an admin."""
    from watchroom.ledger.acts import not_theirs

    by = book.person(current_user())
    if by.roles and not_theirs("evidence", one.actor, by) is None:
        label = "Withdraw"
        if st.button(label, key=f"withdraw_{one.seq}", icon=":material/undo:", type="tertiary"):
            withdraw(one)


@dialog("Withdraw a file", width="small", icon=":material/undo:")
def withdraw(one: File) -> None:
    """That a file is evidence no longer, and why; answers that rest on it are out of date then."""
    from watchroom.ledger.evidence import withdraw as withdrawn

    st.markdown(f"**{plain(one.name, 80)}**")
    reason = st.text_area("Why it is evidence no longer", key="withdraw_why", max_chars=NOTE, height=90)
    st.caption("Answers that rest on it are out of date then. It stays in the ledger that it was kept.")
    if st.button("Withdraw it", key="withdraw_do", icon=":material/undo:", type="primary"):
        by = book.person(current_user())
        act(lambda: withdrawn(book.ledger(), one.seq, reason or "", by), "Withdrawn.")


def _bytes(seq: int) -> bytes:
    from watchroom.desk import evidence

    return evidence.content(book.ledger(), room().settings.workspace, seq).data


def _row(one: File) -> None:
    tests = "" if one.tests is None else f", {one.failed or 0} of {count_of(one.tests, 'test')} failed"
    state = "" if one.status == "held" else f", {one.status}"
    about = f"entry {one.seq}, {one_line(one.kind, 20)}{tests}{state}"
    icon = _STATES.get(one.status, "")
    note = f"  \n“{plain(one.note, 400)}”" if one.note else ""
    about = quiet(f"{plain(about)} · kept by {person(one.actor)}")
    st.markdown(f"{icon} {plain(one.name, 80)} {about}{note}", width="stretch")


def choice(subject: Subject, item: str) -> Chosen | None:
    """What an answer rests on: one of the files kept for the version, or a new one; None for nothing."""
    kept = [one for one in files(subject.model, subject.version) if one.status == "held"]
    kept.sort(key=lambda one: one.item != item)  # those of the item itself first
    named = {one.seq: one for one in kept}
    picked = None
    if kept:
        picked = st.selectbox(
            "A file that is kept already",
            list(named),
            index=None,
            format_func=lambda seq: f"{one_line(named[seq].name, 60)}, entry {seq}",
            placeholder="None",
            key="answer_kept",
        )
    if picked is not None:
        return Chosen(seq=picked)
    return upload("answer_file", "Or attach a file that shows it" if kept else "A file that shows it, if there is one")


def upload(key: str, label: str) -> Chosen | None:
    """A file from whoever looks; None while there is none."""
    from watchroom.desk.evidence import MAX_BYTES

    given = st.file_uploader(label, key=key, max_upload_size=MAX_BYTES // MEGABYTE)
    if given is None:
        return None
    return Chosen(name=given.name, data=given.getvalue())


def entry(subject: Subject, item: str, chosen: Chosen | None, note: str = "") -> int | None:
    """The ledger's entry of what was chosen; a new file is kept first. Raises `LedgerError`, `SourceError`."""
    if chosen is None or chosen.seq is not None:
        return None if chosen is None else chosen.seq
    from watchroom.desk import evidence  # only who attaches a file pays for reading one

    by = book.person(current_user())
    return evidence.attach(
        book.ledger(), room().settings.workspace, chosen.name, chosen.data,
        by=by, model=subject.model, version=subject.version, item=item, note=note,
    )  # fmt: skip


@dialog("Attach a file", width="medium", icon=":material/attach_file:")
def attach(subject: Subject, item: str, text: str) -> None:
    """A file kept as evidence for an item, by its digest."""
    st.markdown(f"**{plain(text, 400)}**")
    chosen = upload("attach_file", "The file: a test report (JUnit), Markdown, PDF, a picture, JSON, or another")
    note = st.text_area("What it shows, if you like", key="attach_note", max_chars=NOTE, height=90)
    st.caption("It is kept by its digest, so that it cannot be changed unseen, and recorded in the ledger.")
    if st.button("Attach it", key="attach_do", icon=":material/check:", type="primary", disabled=chosen is None):
        act(lambda: entry(subject, item, chosen, note or ""), "Attached.")
